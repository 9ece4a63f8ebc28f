//! A mail server on loopback that does as its script says: answers, hangs up, falls silent or talks
//! nonsense at any stage, with or without TLS, and keeps what it was told. It runs in a thread of
//! its own, so that blocking tests can use it too.

#![expect(clippy::unwrap_used, reason = "a helper of tests that cannot go on is a failed test")]

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use data_encoding::BASE64;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use super::certificates::{Authority, Leaf};

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

    /// Shows another certificate, made from the same authority.
    pub(crate) fn certificate(mut self, make: impl FnOnce(&Authority) -> Leaf) -> Self {
        self.tls = Some(server_config(&make(&self.authority)));
        self
    }

    pub(crate) fn start(self) -> SmtpServer {
        SmtpServer::start(self)
    }
}

fn server_config(leaf: &Leaf) -> Arc<ServerConfig> {
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

trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Duplex for T {}

struct Conversation {
    line: Option<BufReader<Box<dyn Duplex>>>,
    shared: Arc<Shared>,
    encrypted: bool,
    logged_in: bool,
    from: String,
    to: Vec<String>,
}

fn hung_up<T>() -> io::Result<T> {
    Err(io::ErrorKind::ConnectionAborted.into())
}

impl Conversation {
    async fn begin(stream: TcpStream, shared: Arc<Shared>) -> io::Result<()> {
        let line: Box<dyn Duplex> = Box::new(stream);
        let mut conversation = Self {
            line: Some(BufReader::new(line)),
            shared,
            encrypted: false,
            logged_in: false,
            from: String::new(),
            to: Vec::new(),
        };
        if conversation.script(|script| script.protection) == Protection::Implicit {
            conversation.encrypt().await?;
        }
        conversation.answer(At::Banner, "220 mail.test ESMTP").await?;
        loop {
            let command = conversation.read_line().await?;
            conversation.note(&command);
            conversation.obey(&command).await?;
        }
    }

    async fn obey(&mut self, command: &str) -> io::Result<()> {
        let verb = command.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" => {
                let offers = self.offers();
                self.answer(At::Ehlo, &offers).await.map(drop)
            }
            "STARTTLS" => {
                if self.answer(At::StartTls, "220 go ahead").await? {
                    self.encrypt().await?;
                }
                Ok(())
            }
            "AUTH" => self.log_in(command).await,
            "MAIL" => {
                self.from = between(command);
                self.to.clear();
                let barred = self.script(|script| script.login.is_some()) && !self.logged_in;
                let usual = if barred { "530 5.7.0 log in first" } else { "250 sender fine" };
                self.answer(At::Mail, usual).await.map(drop)
            }
            "RCPT" => {
                let address = between(command);
                let own = self.script(|script| script.recipients.get(&address).cloned());
                let usual = own.unwrap_or_else(|| "250 recipient fine".to_owned());
                if usual.starts_with('2') {
                    self.to.push(address);
                }
                self.answer(At::Rcpt, &usual).await.map(drop)
            }
            "DATA" => self.take().await,
            "RSET" => self.say("250 forgotten").await,
            "QUIT" => {
                self.answer(At::Quit, "221 bye").await?;
                hung_up()
            }
            _ => self.say("502 what?").await,
        }
    }

    fn offers(&self) -> String {
        let (protection, mechanisms) = self.script(|script| (script.protection, script.mechanisms));
        let mut lines = vec!["mail.test".to_owned(), "8BITMIME".to_owned()];
        if protection == Protection::StartTls && !self.encrypted {
            lines.push("STARTTLS".to_owned());
        } else if !mechanisms.is_empty() {
            lines.push(format!("AUTH {mechanisms}"));
        }
        let last = lines.len() - 1;
        let mark = |at: usize| if at == last { ' ' } else { '-' };
        let lines: Vec<String> =
            lines.iter().enumerate().map(|(at, line)| format!("250{}{line}", mark(at))).collect();
        lines.join("\r\n")
    }

    async fn log_in(&mut self, command: &str) -> io::Result<()> {
        let given = match command.split(' ').collect::<Vec<_>>().as_slice() {
            [_, "PLAIN", secret] => decode(secret).trim_start_matches('\0').replacen('\0', "\n", 1),
            [_, "LOGIN"] => {
                self.say("334 VXNlcm5hbWU6").await?;
                let user = decode(&self.read_line().await?);
                self.say("334 UGFzc3dvcmQ6").await?;
                format!("{user}\n{}", decode(&self.read_line().await?))
            }
            _ => String::new(),
        };
        let wanted = self.script(|script| script.login.clone());
        self.logged_in = wanted.is_some_and(|(user, secret)| given == format!("{user}\n{secret}"));
        let usual = if self.logged_in {
            "235 welcome".to_owned()
        } else {
            // Some servers quote what they were given; a client must not pass that on.
            format!("535 5.7.8 no such log-in: {command} {}", given.replace('\n', " "))
        };
        self.answer(At::Auth, &usual).await.map(drop)
    }

    async fn take(&mut self) -> io::Result<()> {
        if !self.answer(At::Data, "354 go on").await? {
            return Ok(());
        }
        if let Some(does) = self.next(At::Body) {
            return self.perform(does).await.map(drop);
        }
        let message = self.read_message().await?;
        let taken = Taken {
            from: self.from.clone(),
            to: self.to.clone(),
            message,
            encrypted: self.encrypted,
        };
        let usual = "250 2.0.0 queued as 1";
        let kept = Arc::clone(&self.shared);
        // What is answered otherwise may have been kept or not; here it is not.
        match self.next(At::Dot) {
            Some(does) => self.perform(does).await.map(drop),
            None => {
                lock(&kept.taken).push(taken);
                self.say(usual).await
            }
        }
    }

    /// Reads up to the dot and takes the stuffing out.
    async fn read_message(&mut self) -> io::Result<Vec<u8>> {
        let mut message = Vec::new();
        loop {
            let mut line = Vec::new();
            if self.line().read_until(b'\n', &mut line).await? == 0 {
                return hung_up();
            }
            match line.as_slice() {
                b".\r\n" => return Ok(message),
                [b'.', rest @ ..] => message.extend_from_slice(rest),
                whole => message.extend_from_slice(whole),
            }
        }
    }

    async fn encrypt(&mut self) -> io::Result<()> {
        if let Some(does) = self.next(At::Handshake) {
            self.perform(does).await?;
        }
        let config = self.script(|script| script.tls.clone()).expect("a certificate is set");
        let plain = self.line.take().expect("nobody else takes the line").into_inner();
        let stream = TlsAcceptor::from(config).accept(plain).await?;
        self.line = Some(BufReader::new(Box::new(stream)));
        self.encrypted = true;
        Ok(())
    }

    /// Answers as scripted, else as usual. True when it was a yes, so that the talk goes on.
    async fn answer(&mut self, at: At, usual: &str) -> io::Result<bool> {
        match self.next(at) {
            Some(does) => self.perform(does).await,
            None => self.say(usual).await.map(|()| usual.starts_with(['2', '3'])),
        }
    }

    async fn perform(&mut self, does: Does) -> io::Result<bool> {
        match does {
            Does::Says(text) => {
                self.say(&text).await?;
                Ok(text.starts_with(['2', '3']))
            }
            Does::Closes => hung_up(),
            Does::Hangs => std::future::pending().await,
            Does::Babbles(bytes) => {
                self.line().write_all(bytes).await?;
                self.line().flush().await?;
                Ok(false)
            }
        }
    }

    async fn say(&mut self, text: &str) -> io::Result<()> {
        self.line().write_all(format!("{text}\r\n").as_bytes()).await?;
        self.line().flush().await
    }

    async fn read_line(&mut self) -> io::Result<String> {
        let mut line = Vec::new();
        if self.line().read_until(b'\n', &mut line).await? == 0 {
            return hung_up();
        }
        Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
    }

    fn line(&mut self) -> &mut BufReader<Box<dyn Duplex>> {
        self.line.as_mut().expect("the line is away only during the handshake")
    }

    fn note(&self, command: &str) {
        let heard = Heard { line: command.to_owned(), encrypted: self.encrypted };
        lock(&self.shared.heard).push(heard);
    }

    fn next(&self, at: At) -> Option<Does> {
        let mut script = lock(&self.shared.script);
        let once = script.once.get_mut(&at).and_then(VecDeque::pop_front);
        once.or_else(|| script.always.get(&at).cloned())
    }

    fn script<T>(&self, read: impl FnOnce(&Script) -> T) -> T {
        read(&lock(&self.shared.script))
    }
}

fn between(command: &str) -> String {
    let from = command.find('<').map_or(0, |at| at + 1);
    let until = command.find('>').unwrap_or(command.len());
    command[from..until].to_owned()
}

fn decode(base64: &str) -> String {
    BASE64
        .decode(base64.as_bytes())
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .unwrap_or_default()
}
