//! `[status]`: where the status server listens; absent, there is none.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::table::{Table, Unfit};
use crate::model::Located;

const ACCEPTED: &str = "\"127.0.0.1:9464\", or \"unix:/run/watchlistd/status.sock\"";

/// `[status]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    /// Where it listens.
    pub listen: Located<Listen>,
}

/// A local place to listen at: the server has no password, so it must not be reachable from
/// elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    /// A loopback address and port.
    Tcp(SocketAddr),
    /// A Unix socket.
    Unix(PathBuf),
}

/// Reads `[status]`; one that is written needs its address.
pub(super) fn read(mut table: Table<'_>, folder: &Path) -> Option<Status> {
    let listen = table.parsed("listen", |text| listen(text, folder));
    if table.is_written() && !table.has("listen") {
        table.require("listen", "\"127.0.0.1:9464\"");
    }
    table.finish(&[]);
    listen.map(|listen| Status { listen })
}

fn listen(text: &str, folder: &Path) -> Result<Listen, Unfit> {
    if let Some(path) = text.strip_prefix("unix:") {
        return match path {
            "" => Err(Unfit::new("the socket's path is missing").accepts(ACCEPTED)),
            _ => Ok(Listen::Unix(folder.join(path))),
        };
    }
    let address: SocketAddr = text.parse().map_err(|_| {
        Unfit::new(format!("\"{text}\" is no address with a port")).accepts(ACCEPTED)
    })?;
    if !address.ip().is_loopback() {
        let what = format!("{} can be reached from other machines", address.ip());
        return Err(Unfit::new(what).accepts(ACCEPTED));
    }
    Ok(Listen::Tcp(address))
}
