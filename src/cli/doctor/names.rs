//! Names that must be found, and authorities that must be there to trust anybody.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use tokio::net::lookup_host;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::super::exit::Exit;
use super::finding::{Area, Findings};
use crate::config::settings::Transport;
use crate::daemon::wire::Parts;
use crate::model::Source;

/// A resolver that says nothing for longer is as good as none.
const LIMIT: Duration = Duration::from_secs(15);

/// Looked up at a time.
const TOGETHER: usize = 32;

/// Looks up every host, and counts the authorities.
pub(super) async fn look(parts: &Parts, sources: &[Source], found: &mut Findings) {
    let authorities = rustls_native_certs::load_native_certs().certs.len();
    match authorities {
        0 => found.wrong(
            Area::Certificates,
            Exit::Io,
            "this machine knows no certificate authority: no server can be trusted",
            "apt install ca-certificates",
        ),
        n => found.note(Area::Certificates, format!("{n} certificate authorities are known")),
    }
    let hosts = hosts(parts, sources);
    let mut failed = Vec::new();
    let mut running = JoinSet::new();
    let mut waiting = hosts.keys().cloned();
    loop {
        while running.len() < TOGETHER {
            let Some(host) = waiting.next() else { break };
            running.spawn(async move {
                let error = match timeout(LIMIT, lookup_host((host.as_str(), 0))).await {
                    Ok(Ok(_)) => None,
                    Ok(Err(error)) => Some(error.to_string()),
                    Err(_) => Some(format!("no answer within {} s", LIMIT.as_secs())),
                };
                error.map(|error| (host, error))
            });
        }
        match running.join_next().await {
            Some(ended) => failed.extend(ended.ok().flatten()),
            None => break,
        }
    }
    failed.sort();
    match (failed.len(), hosts.len()) {
        (_, 0) => {}
        (0, n) => found.note(Area::Names, format!("{n} names are found")),
        (all, n) if all == n && n > 1 => {
            let (host, error) = &failed[0];
            found.wrong(
                Area::Names,
                Exit::TryAgain,
                format!("no name is found, {host} for one: {error}"),
                "is the network up? Look at /etc/resolv.conf and at the firewall (port 53)",
            );
        }
        _ => {
            for (host, error) in &failed {
                found.wrong(
                    Area::Names,
                    Exit::TryAgain,
                    format!("{host} is not found ({}): {error}", hosts[host]),
                    "a slip in the name, or a host that is gone",
                );
            }
        }
    }
}

/// Hosts by name, and who asks for them. Addresses need no name.
fn hosts(parts: &Parts, sources: &[Source]) -> BTreeMap<String, String> {
    let mut hosts = BTreeMap::new();
    let mut add = |host: &str, whose: String| {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        if !bare.is_empty() && bare.parse::<IpAddr>().is_err() {
            hosts.entry(bare.to_owned()).or_insert(whose);
        }
    };
    if let Transport::Smtp(smtp) = &parts.settings.mail.transport {
        add(&smtp.host.value, "[mail] host".to_owned());
    }
    for source in sources {
        if let Ok(url) = url::Url::parse(&source.url) {
            add(url.host_str().unwrap_or(""), format!("source {}", source.id));
        }
    }
    hosts
}
