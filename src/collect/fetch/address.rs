//! Which addresses may be connected to: the public internet, unless a source says otherwise.
//!
//! Invariant: a name is judged by what it resolves to at the moment of connecting, and a connection
//! uses only addresses that were judged, so that a name which changes its mind (rebinding) gains
//! nothing.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// What the resolver answers with when every address of a name is private.
#[derive(Debug, thiserror::Error)]
#[error("'{name}' resolves to the private address {address}")]
pub(super) struct PrivateAddress {
    name: String,
    address: IpAddr,
}

/// The private IP literal that is the host of this address, if it is one. Decimal, octal and
/// hexadecimal forms have become ordinary ones by parsing the URL.
#[must_use]
pub fn private_literal(url: &Url) -> Option<IpAddr> {
    let ip = match url.host()? {
        Host::Ipv4(ip) => IpAddr::V4(ip),
        Host::Ipv6(ip) => IpAddr::V6(ip),
        Host::Domain(_) => return None,
    };
    (!is_public(ip)).then_some(ip)
}

/// Whether an address is one of the public internet, by the IANA special-purpose registries
/// (RFC 6890 and its updates).
#[must_use]
pub(super) fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => match embedded_v4(ip) {
            Some(inner) => is_public_v4(inner),
            None => is_public_v6(ip),
        },
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))  // shared by carriers, RFC 6598
        || (a == 192 && b == 0 && c == 0)        // protocol assignments, RFC 6890
        || (a == 192 && b == 88 && c == 99)      // 6to4 relays, RFC 7526
        || (a == 198 && (b == 18 || b == 19)); // benchmarks, RFC 2544
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    // Global unicast is 2000::/3; the rest is loopback, local, multicast or not given out.
    a & 0xe000 == 0x2000
        && !(a == 0x2001 && b < 0x0200)                 // protocol assignments, Teredo: RFC 2928
        && !(a == 0x2001 && b == 0x0db8)                // documentation, RFC 3849
        && !(a == 0x3fff && b < 0x1000) // documentation, RFC 9637
}

/// The IPv4 address that an IPv6 address stands for: mapped, compatible, NAT64 (RFC 6052), 6to4.
fn embedded_v4(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, g, h] = ip.segments();
    let tail = |high: u16, low: u16| Some(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    match [a, b, c, d, e, f] {
        [0, 0, 0, 0, 0, 0xffff] | [0, 0, 0, 0, 0xffff, 0] => tail(g, h),
        [0, 0, 0, 0, 0, 0] if ip != Ipv6Addr::LOCALHOST && ip != Ipv6Addr::UNSPECIFIED => {
            tail(g, h)
        }
        [0x64, 0xff9b, 0, 0, 0, 0] => tail(g, h),
        // Network-specific NAT64 is for local use: never public.
        [0x64, 0xff9b, 1, ..] => Some(Ipv4Addr::LOCALHOST),
        [0x2002, high, low, ..] => tail(high, low),
        _ => None,
    }
}

/// Resolves names with the system's resolver and drops what may not be connected to.
#[derive(Debug)]
pub(super) struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let public: Vec<SocketAddr> =
                found.iter().copied().filter(|at| is_public(at.ip())).collect();
            match (public.is_empty(), found.first()) {
                (false, _) => Ok(Box::new(public.into_iter()) as Addrs),
                (true, Some(first)) => {
                    let name = name.as_str().to_owned();
                    Err(PrivateAddress { name, address: first.ip() }.into())
                }
                (true, None) => Err(io::Error::from(io::ErrorKind::NotFound).into()),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_public() {
        for (text, public) in [
            ("1.1.1.1", true),
            ("93.184.216.34", true),
            ("2606:4700::1111", true),
            ("127.0.0.1", false),
            ("127.255.0.3", false),
            ("0.0.0.0", false),
            ("10.1.2.3", false),
            ("172.16.0.1", false),
            ("172.32.0.1", true),
            ("192.168.1.1", false),
            ("169.254.169.254", false),
            ("100.64.0.1", false),
            ("100.128.0.1", true),
            ("192.0.0.8", false),
            ("192.0.2.1", false),
            ("198.18.0.1", false),
            ("203.0.113.9", false),
            ("224.0.0.1", false),
            ("255.255.255.255", false),
            ("::1", false),
            ("::", false),
            ("fe80::1", false),
            ("fc00::1", false),
            ("fd12::1", false),
            ("ff02::1", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:8.8.8.8", true),
            ("::127.0.0.1", false),
            ("64:ff9b::7f00:1", false),
            ("64:ff9b::808:808", true),
            ("64:ff9b:1::808:808", false),
            ("2002:7f00:1::", false),
            ("2001:db8::1", false),
            ("2001::1", false),
        ] {
            assert_eq!(is_public(text.parse().unwrap()), public, "{text}");
        }
    }

    #[test]
    fn literals_are_seen_through_their_disguises() {
        for (url, private) in [
            ("http://2130706433/", true),
            ("http://0x7f.1/", true),
            ("http://0177.0.0.1/", true),
            ("http://127.1/", true),
            ("http://[::ffff:10.0.0.1]/", true),
            ("http://8.8.8.8/", false),
            ("http://news.test/", false),
        ] {
            assert_eq!(private_literal(&Url::parse(url).unwrap()).is_some(), private, "{url}");
        }
    }
}
