//! The byte stream under lettre's connection, in clear or in TLS, with a handle on it kept.
//!
//! It adds what lettre's own stream leaves out: whether our side has spoken and whether the server
//! hung up (so that every failure knows its stage), a cap on one answer, and a change to TLS in
//! place whose handshake is a stage of its own. It does not understand SMTP.

use std::fmt;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use lettre::transport::smtp::client::AsyncTokioStream;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// No answer is longer. lettre measures whole lines only, so a server that never ends its line
/// would fill the memory; its own cap for a whole answer is 100,000 bytes.
const LONGEST_ANSWER: usize = 128 * 1024;

/// A shared handle: one half drives lettre, the other asks what happened.
#[derive(Clone)]
pub(super) struct Wire {
    state: Arc<Mutex<State>>,
    /// Fires when our side speaks first.
    pub(super) spoke: Arc<Notify>,
}

struct State {
    line: Line,
    /// Bytes read since our side last wrote.
    answer: usize,
    spoken: bool,
    closed: bool,
    greeting: bool,
    /// What was read in answer to our first words, while the greeting lasts: lettre keeps only what it knows.
    heard: Vec<u8>,
}

enum Line {
    Clear(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    /// Its handshake is under way, or failed.
    Away,
}

impl Wire {
    pub(super) fn new(stream: TcpStream) -> Self {
        let state = State {
            line: Line::Clear(stream),
            answer: 0,
            spoken: false,
            closed: false,
            greeting: true,
            heard: Vec::new(),
        };
        Self { state: Arc::new(Mutex::new(state)), spoke: Arc::new(Notify::new()) }
    }

    /// Changes to TLS. Whatever the caller buffered of the clear text before must be thrown away:
    /// it could be forged.
    pub(super) async fn encrypt(
        &self,
        connector: &TlsConnector,
        name: ServerName<'static>,
    ) -> io::Result<()> {
        let line = std::mem::replace(&mut self.state().line, Line::Away);
        let Line::Clear(stream) = line else {
            return Err(io::Error::new(ErrorKind::NotConnected, "the connection is gone"));
        };
        let stream = connector.connect(name, stream).await?;
        self.state().line = Line::Tls(Box::new(stream));
        Ok(())
    }

    /// Ends the time in which only a greeting is exchanged, and answers what the server said to our part of it.
    pub(super) fn greeted(&self) -> Vec<u8> {
        let mut state = self.state();
        state.greeting = false;
        std::mem::take(&mut state.heard)
    }

    /// Whether our side has said anything.
    pub(super) fn has_spoken(&self) -> bool {
        self.state().spoken
    }

    /// Whether the server has hung up.
    pub(super) fn is_closed(&self) -> bool {
        self.state().closed
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// lettre answers a refused EHLO with QUIT and waits for its reply, for ever if need be, which
    /// would turn the refusal into a silence. So the greeting has room for one command only.
    fn may_write(&self) -> bool {
        !(self.greeting && self.spoken && self.answer > 0)
    }

    fn note_read(&mut self, result: &Poll<io::Result<()>>, got: usize) {
        match result {
            Poll::Ready(Ok(())) if got == 0 => self.closed = true,
            Poll::Ready(Ok(())) => self.answer += got,
            Poll::Ready(Err(error)) => {
                self.closed |=
                    matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset);
            }
            Poll::Pending => {}
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut state = self.state();
        if state.answer > LONGEST_ANSWER {
            return Poll::Ready(Err(io::Error::new(ErrorKind::InvalidData, "it never ends")));
        }
        let before = into.filled().len();
        let result = match &mut state.line {
            Line::Clear(stream) => Pin::new(stream).poll_read(context, into),
            Line::Tls(stream) => Pin::new(stream).poll_read(context, into),
            Line::Away => Poll::Ready(Err(ErrorKind::NotConnected.into())),
        };
        if state.greeting && state.spoken {
            state.heard.extend_from_slice(&into.filled()[before..]);
        }
        state.note_read(&result, into.filled().len() - before);
        result
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut state = self.state();
        if !state.may_write() {
            return Poll::Ready(Err(ErrorKind::BrokenPipe.into()));
        }
        if !state.spoken {
            state.spoken = true;
            self.spoke.notify_one();
        }
        state.answer = 0;
        match &mut state.line {
            Line::Clear(stream) => Pin::new(stream).poll_write(context, bytes),
            Line::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
            Line::Away => Poll::Ready(Err(ErrorKind::NotConnected.into())),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.state().line {
            Line::Clear(stream) => Pin::new(stream).poll_flush(context),
            Line::Tls(stream) => Pin::new(stream).poll_flush(context),
            Line::Away => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.state().line {
            Line::Clear(stream) => Pin::new(stream).poll_shutdown(context),
            Line::Tls(stream) => Pin::new(stream).poll_shutdown(context),
            Line::Away => Poll::Ready(Ok(())),
        }
    }
}

impl AsyncTokioStream for Wire {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        match &self.state().line {
            Line::Clear(stream) => stream.peer_addr(),
            Line::Tls(stream) => stream.get_ref().0.peer_addr(),
            Line::Away => Ok(SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0))),
        }
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Wire").finish_non_exhaustive()
    }
}
