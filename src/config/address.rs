//! The outer form of addresses: of mail, of the web, and of a contact that people can reach.

use super::table::Unfit;

/// A contact that a webmaster can write to: it stands in every request, so it must be real and must
/// not break the header.
pub(super) fn reachable(text: &str) -> Result<(), Unfit> {
    const ACCEPTED: &str = "an e-mail address or a web page that a person answers for";
    let web = web_address(text).is_ok();
    if !web {
        address(text).map_err(|_| {
            Unfit::new(format!("\"{text}\" is neither an e-mail address nor a web page"))
                .accepts(ACCEPTED)
        })?;
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'(' | b')' | b'\\')) {
        return Err(Unfit::new("only plain ASCII letters and signs can stand in a request header")
            .accepts(ACCEPTED));
    }
    let host = match url::Url::parse(text) {
        Ok(url) if web => url.host_str().unwrap_or("").to_owned(),
        _ => text.rsplit('@').next().unwrap_or("").to_owned(),
    };
    if is_placeholder(&host) {
        return Err(Unfit::new(format!("\"{text}\" is a placeholder")).hint(
            "webmasters block clients that they cannot ask; write an address where you are reached",
        ));
    }
    Ok(())
}

/// Whether a host is one of those kept free for documentation (RFC 2606).
fn is_placeholder(host: &str) -> bool {
    host.trim_end_matches('.').to_ascii_lowercase().split('.').any(|label| label == "example")
}

/// The outer form of an e-mail address; its grammar is `notify`'s matter.
pub(super) fn address(text: &str) -> Result<(), Unfit> {
    let (local, host) = text.rsplit_once('@').unwrap_or(("", ""));
    let odd = |one: char| one.is_whitespace() || one.is_control() || matches!(one, '<' | '>' | ',');
    if local.is_empty() || host.is_empty() || text.contains(odd) {
        return Err(Unfit::new(format!("\"{text}\" is no e-mail address"))
            .accepts("a bare address like \"ops@your-company.com\""));
    }
    Ok(())
}

/// An http or https address.
pub(super) fn web_address(text: &str) -> Result<(), Unfit> {
    match url::Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(()),
        _ => Err(Unfit::new(format!("\"{text}\" is no web address"))
            .accepts("an address like \"https://…\"")),
    }
}
