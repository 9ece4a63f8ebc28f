//! The status server: whether the service makes progress, and its figures, for those on this machine.
//!
//! Off unless `[status] listen` names a loopback address or a Unix socket. It only reads, has no
//! password, and so answers nobody who could reach it from elsewhere, a browser's page included. It
//! never stands in the way of the work: few connections, each with an end, and an address that cannot
//! be had is told and tried again.
//!
//! [`view`] gathers, [`ready`] and [`metrics`] say it. Further pages, a console later, are routes of
//! [`pages`] and read the same [`view::View`].

use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener, UnixStream};
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::shared::Shared;
use crate::config::settings::Listen;

pub(super) mod metrics;
mod process;
pub mod ready;
pub(super) mod tally;
pub mod view;

use view::Eye;

/// Connections at a time; more wait. Whoever may connect must not use up the service's descriptors.
const CONNECTIONS: usize = 16;

/// How long a request may take to arrive.
const HEADER_LIMIT: Duration = Duration::from_secs(2);

/// How long a connection may live.
const LIMIT: Duration = Duration::from_secs(30);

/// Of a Unix socket: its owner and its group, which monitoring may be put into.
const SOCKET_MODE: u32 = 0o660;

/// What lies under each address. `anyone` is for sockets that no browser can reach.
fn pages(eye: Arc<Eye>, anyone: bool) -> Router {
    let router = Router::new()
        .route("/", get(async || "watchlistd: /healthz, /metrics\n"))
        .route("/healthz", get(healthz))
        .route("/metrics", get(figures))
        .with_state(eye);
    if anyone { router } else { router.layer(middleware::from_fn(from_here)) }
}

/// Answers only requests that were made to this machine under a name of its own: a page in a browser
/// here may send requests to a name of its owner's that resolves to loopback.
async fn from_here(request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).map(|host| host.to_str().unwrap_or("?"));
    if host.is_none_or(is_local) {
        return next.run(request).await;
    }
    (StatusCode::FORBIDDEN, "ask for it by a loopback address or as localhost\n").into_response()
}

fn is_local(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|one| one.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

async fn healthz(State(eye): State<Arc<Eye>>) -> Response {
    let obstacles = match eye.look().await {
        Ok(view) => ready::obstacles(&view),
        Err(error) => vec![format!("the store does not answer: {error}")],
    };
    if obstacles.is_empty() {
        return "ready\n".into_response();
    }
    let body = format!("not ready\n{}\n", obstacles.join("\n"));
    (StatusCode::SERVICE_UNAVAILABLE, body).into_response()
}

async fn figures(State(eye): State<Arc<Eye>>) -> Response {
    match eye.look().await {
        Ok(view) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], metrics::page(&view, &eye.shared.tally))
                .into_response()
        }
        Err(error) => {
            (StatusCode::SERVICE_UNAVAILABLE, format!("the store does not answer: {error}\n"))
                .into_response()
        }
    }
}

/// Serves until the service stops. Without `listen` it only waits for that.
pub(super) async fn run(shared: Shared, eye: Eye, listen: Option<Listen>) -> &'static str {
    let never = Notify::new();
    let eye = Arc::new(eye);
    let mut told = false;
    while !shared.stopping() {
        let Some(listen) = &listen else {
            shared.rest(None, &never).await;
            continue;
        };
        match Door::open(listen).await {
            Ok(door) => {
                tracing::info!("status: listening on {door}");
                serve(&shared, &door, pages(Arc::clone(&eye), door.is_private())).await;
            }
            Err(error) => {
                if !std::mem::replace(&mut told, true) {
                    tracing::error!(
                        "status: cannot listen on {}: {error}; the service works on without it, \
                         and tries again every minute",
                        words(listen)
                    );
                }
                shared.rest(None, &never).await;
            }
        }
    }
    "status"
}

async fn serve(shared: &Shared, door: &Door, router: Router) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    let mut stop = shared.stop.clone();
    loop {
        while connections.try_join_next().is_some() {}
        let place = Arc::clone(&places).acquire_owned();
        let (stream, place) = tokio::select! {
            taken = async { (door.accept().await, place.await) } => taken,
            _ = stop.wait_for(|stop| *stop) => return,
        };
        let (Ok(stream), Ok(place)) = (stream, place) else {
            // Out of descriptors, or the peer has left: both pass.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let service = TowerToHyperService::new(router.clone());
        connections.spawn(async move {
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEADER_LIMIT)
                .serve_connection(TokioIo::new(stream), service);
            // What goes wrong here is the caller's: nothing of the service hangs on it.
            let _ = timeout(LIMIT, connection).await;
            drop(place);
        });
    }
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A bound address. A socket's file goes with it.
enum Door {
    Tcp(TcpListener),
    Unix(UnixListener, PathBuf),
}

impl Door {
    async fn open(listen: &Listen) -> std::io::Result<Self> {
        match listen {
            Listen::Tcp(address) => Ok(Self::Tcp(TcpListener::bind(address).await?)),
            Listen::Unix(path) => {
                clear(path).await?;
                let listener = UnixListener::bind(path)?;
                std::fs::set_permissions(path, PermissionsExt::from_mode(SOCKET_MODE))?;
                Ok(Self::Unix(listener, path.clone()))
            }
        }
    }

    /// Whether no browser can be made to ask here.
    fn is_private(&self) -> bool {
        matches!(self, Self::Unix(..))
    }

    async fn accept(&self) -> std::io::Result<Box<dyn Stream>> {
        match self {
            Self::Tcp(listener) => Ok(Box::new(listener.accept().await?.0)),
            Self::Unix(listener, _) => Ok(Box::new(listener.accept().await?.0)),
        }
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        if let Self::Unix(_, path) = self {
            // One that is left behind is cleared by the next start.
            let _ = std::fs::remove_file(path);
        }
    }
}

impl std::fmt::Display for Door {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tcp(listener) => match listener.local_addr() {
                Ok(address) => write!(out, "{address}"),
                Err(_) => out.write_str("an address that cannot be told"),
            },
            Self::Unix(_, path) => write!(out, "unix:{}", path.display()),
        }
    }
}

/// Takes away a socket that a process left behind; anything else at the path stays.
async fn clear(path: &Path) -> std::io::Result<()> {
    let Ok(about) = std::fs::symlink_metadata(path) else { return Ok(()) };
    if !about.file_type().is_socket() || UnixStream::connect(path).await.is_ok() {
        return Ok(());
    }
    std::fs::remove_file(path)
}

fn words(listen: &Listen) -> String {
    match listen {
        Listen::Tcp(address) => SocketAddr::to_string(address),
        Listen::Unix(path) => format!("unix:{}", path.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_local() {
        for host in ["localhost", "LOCALHOST:9464", "127.0.0.1:9464", "127.8.8.8", "[::1]:9464"] {
            assert!(is_local(host), "{host}");
        }
        for host in ["evil.test", "evil.test:9464", "127.0.0.1.evil.test", "10.0.0.1", "", "?"] {
            assert!(!is_local(host), "{host}");
        }
    }
}
