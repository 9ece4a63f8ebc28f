//! Whether an address plainly stands in the form that the URL standard gives it, which most do: then
//! nothing has to take it apart. When in doubt the answer is no.

/// Whether parsing an http(s) address and writing it again would give the same text: a host name in
/// lower case, and a path of harmless characters without a query.
pub(super) fn is_address(link: &str) -> bool {
    let rest = link.strip_prefix("https://").or_else(|| link.strip_prefix("http://"));
    let Some((host, path)) = rest.and_then(|rest| rest.split_once('/')) else { return false };
    is_host(host) && is_path(path)
}

fn is_host(host: &str) -> bool {
    // The last label of a number is a number's; `xn--` wants a closer look.
    let named = host
        .rsplit('.')
        .next()
        .is_some_and(|last| last.len() >= 2 && last.bytes().all(|byte| byte.is_ascii_lowercase()));
    let plain = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-')
    };
    named
        && host.bytes().all(plain)
        && !host.starts_with('.')
        && !host.contains("..")
        && !host.contains("xn--")
}

/// A dot stands only before a letter or digit and behind something: no segment is `.` or `..`.
fn is_path(path: &str) -> bool {
    let harmless =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.');
    let lettered = |part: &str| part.starts_with(|one: char| one.is_ascii_alphanumeric());
    path.bytes().all(harmless)
        && path.split('.').skip(1).all(lettered)
        && !path.starts_with('.')
        && !path.contains("/.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stays_as_it_is_counts() {
        for (link, plain) in [
            ("https://news.test/2026/11/a-b_c.html", true),
            ("http://news.test/", true),
            ("https://news.test", false),
            ("https://News.test/a", false),
            ("https://news.test:443/a", false),
            ("https://news.test/a/../b", false),
            ("https://news.test/.a", false),
            ("https://news.test/a?b=c", false),
            ("https://news.test/a b", false),
            ("https://1.2.3/a", false),
            ("https://xn--nxa.test/a", false),
            ("ftp://news.test/a", false),
        ] {
            assert_eq!(is_address(link), plain, "{link}");
            if plain {
                assert_eq!(url::Url::parse(link).unwrap().as_str(), link);
            }
        }
    }
}
