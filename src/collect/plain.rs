//! Whether an address plainly stands in the form that the URL standard gives it, which most do: then
//! nothing has to take it apart. When in doubt the answer is no.

use std::net::Ipv4Addr;

/// Whether parsing an http(s) address and writing it again would give the same text: a host name in
/// lower case, and a path of harmless characters without a query.
pub(super) fn is_address(link: &str) -> bool {
    let rest = link.strip_prefix("https://").or_else(|| link.strip_prefix("http://"));
    let Some((host, path)) = rest.and_then(|rest| rest.split_once('/')) else { return false };
    is_host(host) && is_path(path)
}

/// Where an address leads that parsing and writing again would not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Host {
    /// A name, which says nothing of where it leads.
    Name,
    /// An IP address.
    Ip(Ipv4Addr),
}

/// The same for the address of a source, which may also name a port, or a host by its IP address. `None`
/// when in doubt.
pub(super) fn host(address: &str) -> Option<Host> {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"))?;
    let (at, path) = rest.split_once('/')?;
    let (host, port) = at.split_once(':').map_or((at, None), |(host, port)| (host, Some(port)));
    if !port.is_none_or(is_port) || !is_path(path) {
        return None;
    }
    if is_host(host) {
        return Some(Host::Name);
    }
    // Four numbers without zeros before them, or it is none.
    host.parse().ok().map(Host::Ip)
}

/// A number that stays: the port that a scheme has anyway is left out of an address.
fn is_port(port: &str) -> bool {
    !matches!(port, "80" | "443")
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && !port.starts_with('0')
        && port.parse::<u16>().is_ok()
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
    fn hosts_of_sources_are_told_where_their_address_stays() {
        let ip = |text: &str| Some(Host::Ip(text.parse().unwrap()));
        for (address, expected) in [
            ("https://news.test/feed", Some(Host::Name)),
            ("https://news.test:8443/feed.xml", Some(Host::Name)),
            ("http://10.0.0.1/feed", ip("10.0.0.1")),
            ("http://127.0.0.9:8080/", ip("127.0.0.9")),
            ("http://127.0.0.9:80/", None),
            ("https://news.test:443/", None),
            ("https://news.test:08080/", None),
            ("https://news.test:/", None),
            ("https://news.test:65536/", None),
            ("https://news.test:8080", None),
            ("http://127.1/feed", None),
            ("http://0177.0.0.1/feed", None),
            ("http://0x7f.0.0.1/feed", None),
            ("http://2130706433/feed", None),
            ("http://127.0.0.1./feed", None),
            ("http://[::1]/feed", None),
            ("https://user@news.test/feed", None),
            ("https://user:pass@news.test/feed", None),
            ("https://news.test/feed#top", None),
            ("https://news.test/feed?a=b", None),
            ("ftp://news.test/feed", None),
            ("/feed", None),
        ] {
            assert_eq!(host(address), expected, "{address}");
            let Some(found) = expected else { continue };
            let url = url::Url::parse(address).unwrap();
            assert_eq!(url.as_str(), address);
            match found {
                Host::Name => assert!(url.domain().is_some()),
                Host::Ip(ip) => assert_eq!(url.host(), Some(url::Host::Ipv4(ip))),
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_said_to_stay_stays(
            scheme in "https?",
            host in "[a-z0-9.-]{1,12}|[0-9]{1,3}(\\.[0-9]{1,3}){3}|0x[0-9a-f]{1,4}(\\.[0-9]{1,2}){0,3}",
            port in "(:[0-9]{0,6})?",
            path in "/[a-zA-Z0-9/._-]{0,12}",
        ) {
            let address = format!("{scheme}://{host}{port}{path}");
            if let Some(found) = super::host(&address) {
                let url = url::Url::parse(&address).unwrap();
                assert_eq!(url.as_str(), address);
                match found {
                    Host::Name => assert!(url.domain().is_some()),
                    Host::Ip(ip) => assert_eq!(url.host(), Some(url::Host::Ipv4(ip))),
                }
            }
        }
    }

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
