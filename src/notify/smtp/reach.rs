//! Reaching the server: its addresses, one after the other, and the name that we greet it with.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use lettre::transport::smtp::extension::ClientId;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::attempt::Stage;
use super::settings::{Security, SmtpSettings};
use super::verdict::{Cause, Failure};

/// Connects, within the time for it.
pub(super) async fn connect(settings: &SmtpSettings) -> Result<TcpStream, Failure> {
    let limit = settings.timeouts.connect;
    match timeout(limit, reach(settings)).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(cause)) => Err(Failure { stage: Stage::Connect, cause }),
        Err(_) => Err(Failure { stage: Stage::Connect, cause: Cause::Silence(limit) }),
    }
}

/// Tries the host's addresses one after the other.
async fn reach(settings: &SmtpSettings) -> Result<TcpStream, Cause> {
    let (host, port) = (settings.host.as_str(), settings.port);
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let found: Vec<SocketAddr> = lookup_host((bare, port))
        .await
        .map_err(|error| Cause::Broken(format!("looking up {host}: {error}")))?
        .collect();
    let mut last = Cause::Broken(format!("{host} has no address"));
    // A share of the time each, or one address that swallows packets would hide the others.
    let share = settings.timeouts.connect / u32::try_from(found.len().max(1)).unwrap_or(u32::MAX);
    for address in found {
        if settings.security == Security::None && !address.ip().is_loopback() {
            return Err(Cause::NotLoopback);
        }
        match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                // Commands are short and each waits for its answer.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Ok(Err(error)) => last = Cause::Broken(format!("connecting to {address}: {error}")),
            Err(_) => last = Cause::Silence(share),
        }
    }
    Err(last)
}

/// The name in EHLO; without one, the address that the server sees (RFC 5321 §4.1.4).
pub(super) fn hello(settings: &SmtpSettings, stream: &TcpStream) -> ClientId {
    if let Some(name) = &settings.ehlo {
        return ClientId::Domain(name.clone());
    }
    match stream.local_addr().map(|address| address.ip()) {
        Ok(IpAddr::V4(address)) => ClientId::Ipv4(address),
        Ok(IpAddr::V6(address)) => ClientId::Ipv6(address),
        Err(_) => ClientId::Ipv4(Ipv4Addr::LOCALHOST),
    }
}
