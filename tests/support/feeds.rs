//! A feed server on loopback that answers as scripted, faults included, and keeps every request.
//!
//! Plain TCP instead of an HTTP library: half of what it does, no library would send.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// What to answer to one request.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    end: End,
}

/// How an answer goes on after its headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The whole body.
    Whole,
    /// Only so many bytes of it, then the connection closes.
    Cut(usize),
    /// Nothing at all, not even headers.
    Hang,
    /// The body byte by byte, one every 20 ms.
    Drip,
    /// The connection closes before any answer.
    Reset,
    /// The body again and again, without a length.
    Endless,
    /// The same up to so many bytes, of which [`Feeds::sent`] tells how many were taken.
    Repeated(u64),
    /// The same in chunks, as HTTP/1.1 frames them.
    Chunks,
}

impl Reply {
    /// A status without a body.
    pub(crate) fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), end: End::Whole }
    }

    /// 200 with a body.
    pub(crate) fn body(body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..Self::status(200) }
            .header("Content-Type", "application/rss+xml")
    }

    /// The same with one more header. With an ETag or Last-Modified, a request that carries the same
    /// validator is answered 304.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same with another end.
    pub(crate) fn end(mut self, end: End) -> Self {
        self.end = end;
        self
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }

    fn matches(&self, request: &Request) -> bool {
        let same = |ours: &str, theirs: &str| {
            self.value(ours).is_some_and(|value| request.header(theirs) == Some(value))
        };
        same("ETag", "if-none-match") || same("Last-Modified", "if-modified-since")
    }
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// The path with its query.
    pub(crate) path: String,
    headers: Vec<(String, String)>,
}

impl Request {
    /// A header by its lower-case name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }
}

#[derive(Default)]
struct State {
    /// Path → answers still to give; the last one stays.
    scripts: HashMap<String, Vec<Reply>>,
    requests: Vec<Request>,
    connections: usize,
    sent: u64,
}

/// The running server; it stops with its runtime.
#[derive(Clone)]
pub(crate) struct Feeds {
    port: u16,
    state: Arc<Mutex<State>>,
    asked: Arc<Notify>,
}

impl Feeds {
    /// Starts on a free port of 127.0.0.1.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let state = Arc::new(Mutex::new(State::default()));
        let feeds = Self { port, state, asked: Arc::default() };
        let server = feeds.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                server.state.lock().expect("no test panics while it holds the lock").connections +=
                    1;
                let server = server.clone();
                // A client that goes away in the middle is part of the game.
                tokio::spawn(async move { server.serve(stream).await.ok() });
            }
        });
        feeds
    }

    /// The address of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Scripts the answers for a path: in order, the last one for ever.
    pub(crate) fn script(&self, path: &str, replies: impl IntoIterator<Item = Reply>) {
        let replies = replies.into_iter().collect();
        self.state
            .lock()
            .expect("no test panics while it holds the lock")
            .scripts
            .insert(path.to_owned(), replies);
    }

    /// The requests so far, in order.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.state.lock().expect("no test panics while it holds the lock").requests.clone()
    }

    /// Waits until so many requests have come.
    pub(crate) async fn asked(&self, times: usize) {
        while self.requests().len() < times {
            self.asked.notified().await;
        }
    }

    /// Bytes of repeated bodies that clients took.
    pub(crate) fn sent(&self) -> u64 {
        self.state.lock().expect("no test panics while it holds the lock").sent
    }

    /// How many connections were made.
    pub(crate) fn connections(&self) -> usize {
        self.state.lock().expect("no test panics while it holds the lock").connections
    }

    async fn serve(&self, mut stream: TcpStream) -> io::Result<()> {
        let mut unread = Vec::new();
        while let Some(request) = read_request(&mut stream, &mut unread).await? {
            let reply = self.next_reply(request);
            self.asked.notify_one();
            if let End::Repeated(bytes) = reply.end {
                return self.repeat(&mut stream, &reply, bytes).await;
            }
            if !answer(&mut stream, &reply).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    async fn repeat(&self, stream: &mut TcpStream, reply: &Reply, bytes: u64) -> io::Result<()> {
        stream.write_all(head(reply).as_bytes()).await?;
        let mut left = bytes;
        while left > 0 {
            let part = reply.body.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            stream.write_all(&reply.body[..part]).await?;
            left -= part as u64;
            self.state.lock().expect("no test panics while it holds the lock").sent += part as u64;
        }
        Ok(())
    }

    fn next_reply(&self, request: Request) -> Reply {
        let mut state = self.state.lock().expect("no test panics while it holds the lock");
        let reply = match state.scripts.get_mut(&request.path) {
            Some(replies) if replies.len() > 1 => replies.remove(0),
            Some(replies) => replies.first().cloned().unwrap_or_else(|| Reply::status(404)),
            None => Reply::status(404),
        };
        let fresh = reply.matches(&request);
        state.requests.push(request);
        if fresh {
            let headers = reply.headers;
            return Reply { headers, ..Reply::status(304) };
        }
        reply
    }
}

async fn read_request(stream: &mut TcpStream, unread: &mut Vec<u8>) -> io::Result<Option<Request>> {
    let end = loop {
        if let Some(end) = unread.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(unread).await? == 0 {
            return Ok(None);
        }
    };
    let head: Vec<u8> = unread.drain(..end).collect();
    let head = String::from_utf8_lossy(&head);
    let mut lines = head.lines();
    let path = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap_or("").to_owned();
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    Ok(Some(Request { path, headers }))
}

fn head(reply: &Reply) -> String {
    let mut head = format!("HTTP/1.1 {} Scripted\r\n", reply.status);
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let bodiless = matches!(reply.status, 204 | 304);
    let endless = matches!(reply.end, End::Endless | End::Chunks | End::Repeated(_));
    if reply.end == End::Chunks {
        head.push_str("Transfer-Encoding: chunked\r\n");
    }
    if reply.value("Content-Length").is_none() && !bodiless && !endless {
        head.push_str(&format!("Content-Length: {}\r\n", reply.body.len()));
    }
    head.push_str("\r\n");
    head
}

/// False when the connection is over.
async fn answer(stream: &mut TcpStream, reply: &Reply) -> io::Result<bool> {
    if reply.end == End::Reset {
        return Ok(false);
    }
    if reply.end == End::Hang {
        std::future::pending::<()>().await;
    }
    stream.write_all(head(reply).as_bytes()).await?;
    match reply.end {
        End::Cut(length) => {
            stream.write_all(&reply.body[..length]).await?;
            return Ok(false);
        }
        End::Drip => {
            for byte in &reply.body {
                stream.write_all(&[*byte]).await?;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        End::Endless => loop {
            stream.write_all(&reply.body).await?;
        },
        End::Chunks => loop {
            stream.write_all(format!("{:x}\r\n", reply.body.len()).as_bytes()).await?;
            stream.write_all(&reply.body).await?;
            stream.write_all(b"\r\n").await?;
        },
        End::Whole | End::Hang | End::Reset | End::Repeated(_) => {
            stream.write_all(&reply.body).await?
        }
    }
    Ok(true)
}
