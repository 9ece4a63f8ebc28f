//! Which addresses may be connected to: the public internet, unless a source says otherwise.
//!
//! Invariant: a name is judged by what it resolves to at the moment of connecting, and a connection
//! uses only addresses that were judged, so that a name which changes its mind (rebinding) gains
//! nothing.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

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
    private_address(ip)
}

/// The same address, if it is a private one.
#[must_use]
pub fn private_address(ip: IpAddr) -> Option<IpAddr> {
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

/// What gives a name's addresses.
pub(super) trait Lookup: fmt::Debug + Send + Sync + 'static {
    /// All addresses of a name.
    fn addresses(
        &self,
        name: String,
    ) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;
}

/// The system's resolver.
#[derive(Debug)]
pub(super) struct System;

impl Lookup for System {
    fn addresses(
        &self,
        name: String,
    ) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> {
        Box::pin(async move {
            Ok(tokio::net::lookup_host((name, 0)).await?.map(|at| at.ip()).collect())
        })
    }
}

/// Resolves names and drops what may not be connected to.
#[derive(Debug)]
pub(super) struct PublicOnly<L>(pub(super) Arc<L>);

impl<L: Lookup> Resolve for PublicOnly<L> {
    fn resolve(&self, name: Name) -> Resolving {
        let lookup = Arc::clone(&self.0);
        Box::pin(async move {
            let found = lookup.addresses(name.as_str().to_owned()).await?;
            let public: Vec<SocketAddr> = found
                .iter()
                .filter(|ip| is_public(**ip))
                .map(|ip| SocketAddr::new(*ip, 0))
                .collect();
            match (public.is_empty(), found.first()) {
                (false, _) => Ok(Box::new(public.into_iter()) as Addrs),
                (true, Some(first)) => {
                    let name = name.as_str().to_owned();
                    Err(PrivateAddress { name, address: *first }.into())
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

    /// A resolver that changes its mind with every question.
    #[derive(Debug, Default)]
    struct Rebinding(std::sync::Mutex<Vec<Vec<IpAddr>>>);

    impl Lookup for Rebinding {
        fn addresses(
            &self,
            _: String,
        ) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> {
            let next = self.0.lock().unwrap().pop().unwrap_or_default();
            Box::pin(async move { Ok(next) })
        }
    }

    #[tokio::test]
    async fn a_name_is_judged_by_each_answer_anew() {
        let ips = |texts: &[&str]| texts.iter().map(|ip| ip.parse().unwrap()).collect();
        let answers: [(&[&str], &[&str]); 4] = [
            (&["93.184.216.34"], &["93.184.216.34"]),
            (&["127.0.0.1"], &[]),
            (&["10.0.0.1", "93.184.216.34", "::1"], &["93.184.216.34"]),
            (&["64:ff9b::a00:1", "::ffff:192.168.0.1"], &[]),
        ];
        let lookup = Rebinding::default();
        lookup.0.lock().unwrap().extend(answers.iter().rev().map(|(found, _)| ips(found)));
        let resolver = PublicOnly(Arc::new(lookup));
        for (found, allowed) in answers {
            let name: Name = "rebind.test".parse().unwrap();
            let given: Vec<IpAddr> = match resolver.resolve(name).await {
                Ok(given) => given.map(|at| at.ip()).collect(),
                Err(why) => {
                    assert!(why.downcast_ref::<PrivateAddress>().is_some(), "{why}");
                    Vec::new()
                }
            };
            assert_eq!(given, ips(allowed) as Vec<IpAddr>, "{found:?}");
        }
    }

    /// The whole way: a server on loopback waits for a connection that never comes, whatever a name
    /// resolves to and wherever a redirect leads.
    #[tokio::test]
    async fn nothing_private_is_ever_connected_to() {
        use crate::collect::fetch::client::{Clients, Request};
        use crate::collect::fetch::host::Hosts;
        use crate::collect::fetch::{FailureKind, FetchSettings, Validators};

        rustls::crypto::ring::default_provider().install_default().ok();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let lookup = Rebinding::default();
        let private = ["127.0.0.1", "::1", "::ffff:127.0.0.1"].map(|ip| ip.parse().unwrap());
        lookup.0.lock().unwrap().extend(vec![private.to_vec(); 3]);
        let settings = FetchSettings::new("desk@news.test");
        let clients = Clients::with(&settings, Arc::new(lookup)).unwrap();
        let hosts = Hosts::new(2, std::time::Duration::ZERO);
        let request = Request {
            clients: &clients,
            hosts: &hosts,
            settings: &settings,
            allow_private: false,
            validators: Validators::default(),
            more: false,
        };
        for host in [
            "rebind.test",
            "rebind.test",
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "0",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::127.0.0.1]",
            "[fe80::1]",
            "[fc00::1]",
            "[64:ff9b::7f00:1]",
            "[64:ff9b:1::1]",
            "[2002:7f00:1::]",
        ] {
            let failure = request.run(&format!("http://{host}:{port}/")).await.unwrap_err();
            assert_eq!(failure.kind, FailureKind::Blocked, "{host}: {}", failure.words);
        }
        use futures_util::FutureExt;
        assert!(listener.accept().now_or_never().is_none(), "somebody connected");
    }
}
