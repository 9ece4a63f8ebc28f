//! A mail server on loopback that does as its script says: answers, hangs up, falls silent or talks
//! nonsense at any stage, with or without TLS, and keeps what it was told. It runs in a thread of
//! its own, so that blocking tests can use it too.

#![expect(clippy::unwrap_used, reason = "a helper of tests that cannot go on is a failed test")]

mod conversation;

use std::collections::{HashMap, VecDeque};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::certificates::{Authority, Leaf};
use conversation::Conversation;

/// Where in the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum At {
    Banner,
    Ehlo,
    StartTls,
    Handshake,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// While the message comes in.
    Body,
    Dot,
    Quit,
}

/// What the server does there instead of what it should.
#[derive(Clone, Debug)]
pub(crate) enum Does {
    /// Says this (lines joined by CRLF) and goes on.
    Says(String),
    /// Hangs up.
    Closes,
    /// Says nothing more, and keeps the connection.
    Hangs,
    /// Sends bytes as they are.
    Babbles(&'static [u8]),
}

impl Does {
    pub(crate) fn says(text: &str) -> Self {
        Self::Says(text.to_owned())
    }
}

/// How the server protects its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protection {
    Clear,
    StartTls,
    Implicit,
}

/// A message that the server took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) message: Vec<u8>,
    pub(crate) encrypted: bool,
}

/// A command that the server heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) line: String,
    pub(crate) encrypted: bool,
}

/// What to play.
pub(crate) struct Script {
    protection: Protection,
    login: Option<(String, String)>,
    mechanisms: &'static str,
    always: HashMap<At, Does>,
    once: HashMap<At, VecDeque<Does>>,
    recipients: HashMap<String, String>,
    /// No message may be larger, and whether EHLO says so.
    limit: Option<(usize, bool)>,
    /// A message with this word is answered so at its end.
    filter: Option<(&'static str, &'static str)>,
    tls: Option<Arc<ServerConfig>>,
    /// Where the authority's certificate lies; the folder lives as long as the server.
    folder: tempfile::TempDir,
    authority: Authority,
}

impl Script {
    /// A server that behaves, with a certificate for 127.0.0.1 and localhost.
    pub(crate) fn new(protection: Protection) -> Self {
        let authority = Authority::new();
        let leaf = authority.sign(&["127.0.0.1", "localhost"]);
        Self {
            protection,
            login: None,
            mechanisms: "PLAIN LOGIN",
            always: HashMap::new(),
            once: HashMap::new(),
            recipients: HashMap::new(),
            limit: None,
            filter: None,
            tls: Some(server_config(&leaf)),
            folder: tempfile::tempdir().unwrap(),
            authority,
        }
    }

    /// Takes mail only from this user.
    pub(crate) fn login(mut self, user: &str, password: &str) -> Self {
        self.login = Some((user.to_owned(), password.to_owned()));
        self
    }

    /// Which ways to log in it offers; none when empty.
    pub(crate) fn mechanisms(mut self, mechanisms: &'static str) -> Self {
        self.mechanisms = mechanisms;
        self
    }

    /// Misbehaves at this point every time.
    pub(crate) fn always(mut self, at: At, does: Does) -> Self {
        self.always.insert(at, does);
        self
    }

    /// Misbehaves at this point once; several calls queue up.
    pub(crate) fn once(mut self, at: At, does: Does) -> Self {
        self.once.entry(at).or_default().push_back(does);
        self
    }

    /// Answers this recipient so.
    pub(crate) fn recipient(mut self, address: &str, answer: &str) -> Self {
        self.recipients.insert(address.to_owned(), answer.to_owned());
        self
    }

    /// Takes no message of more bytes; announced or not.
    pub(crate) fn limit(mut self, bytes: usize, announced: bool) -> Self {
        self.limit = Some((bytes, announced));
        self
    }

    /// Answers a message that holds this word so, at its end.
    pub(crate) fn filter(mut self, word: &'static str, answer: &'static str) -> Self {
        self.filter = Some((word, answer));
        self
    }

    /// Shows another certificate, made from the same authority.
    pub(crate) fn certificate(mut self, make: impl FnOnce(&Authority) -> Leaf) -> Self {
        self.tls = Some(server_config(&make(&self.authority)));
        self
    }

    pub(crate) fn start(self) -> SmtpServer {
        SmtpServer::start(self)
    }
}

/// How a server with this certificate greets.
pub(crate) fn server_config(leaf: &Leaf) -> Arc<ServerConfig> {
    let chain = CertificateDer::pem_slice_iter(leaf.certificate.as_bytes())
        .collect::<Result<Vec<_>, _>>()
        .unwrap();
    let key = PrivateKeyDer::from_pem_slice(leaf.key.as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    Arc::new(config)
}

/// The running server; it stops when dropped.
pub(crate) struct SmtpServer {
    address: SocketAddr,
    ca_file: PathBuf,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
}

struct Shared {
    script: Mutex<Script>,
    taken: Mutex<Vec<Taken>>,
    heard: Mutex<Vec<Heard>>,
    connections: Mutex<usize>,
}

impl SmtpServer {
    fn start(script: Script) -> Self {
        let ca_file = script.authority.write_to(script.folder.path());
        let shared = Arc::new(Shared {
            script: Mutex::new(script),
            taken: Mutex::default(),
            heard: Mutex::default(),
            connections: Mutex::default(),
        });
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let inside = Arc::clone(&shared);
        thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = TcpListener::from_std(listener).unwrap();
                tokio::select! {
                    () = accept(listener, inside) => {}
                    _ = stopped => {}
                }
            });
        });
        Self { address, ca_file, shared, stop: Some(stop) }
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// The authority that signed its certificate.
    pub(crate) fn ca_file(&self) -> PathBuf {
        self.ca_file.clone()
    }

    /// Messages taken, in order.
    pub(crate) fn taken(&self) -> Vec<Taken> {
        lock(&self.shared.taken).clone()
    }

    /// Commands heard, in order, over all connections.
    pub(crate) fn heard(&self) -> Vec<Heard> {
        lock(&self.shared.heard).clone()
    }

    /// Connections accepted.
    pub(crate) fn connections(&self) -> usize {
        *lock(&self.shared.connections)
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap()
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        *lock(&shared.connections) += 1;
        let shared = Arc::clone(&shared);
        // How a conversation ends is the test's matter, seen from the other side.
        tokio::spawn(async move {
            let _ = Conversation::begin(stream, shared).await;
        });
    }
}
