//! A web site on loopback with a few pages, that counts who asked for what.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What a page answers.
#[derive(Clone, Debug)]
pub(super) struct Page {
    status: u16,
    headers: String,
    body: String,
}

impl Page {
    /// A feed in RSS with these titles; each is an item of its own.
    pub(super) fn feed(titles: &[&str]) -> Self {
        let items: String = titles
            .iter()
            .map(|title| format!("<item><guid>{title}</guid><title>{title}</title></item>"))
            .collect();
        let body = format!(
            "<rss version=\"2.0\"><channel><title>Wire</title><link>http://wire.test/</link>\
             <description>News</description>{items}</channel></rss>"
        );
        Self { status: 200, headers: String::new(), body }
    }

    /// This text, whatever it is.
    pub(super) fn page(body: &str) -> Self {
        Self { status: 200, headers: String::new(), body: body.to_owned() }
    }

    /// Nothing but a status.
    pub(super) fn status(status: u16) -> Self {
        Self { status, headers: String::new(), body: String::new() }
    }

    /// The same with one more header.
    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push_str(&format!("{name}: {value}\r\n"));
        self
    }
}

#[derive(Default)]
struct State {
    pages: HashMap<String, Page>,
    asked: Vec<String>,
}

/// The running site. Its thread ends with the test's process.
pub(super) struct Site {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Site {
    /// Starts on a free port.
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::<Mutex<State>>::default();
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                // A client that goes away has what it wanted.
                thread::spawn(move || serve(stream, &shared).ok());
            }
        });
        Self { address, state }
    }

    /// The address of a path.
    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Puts a page there, or another in its place.
    pub(super) fn put(&self, path: &str, page: Page) {
        self.state.lock().unwrap().pages.insert(path.to_owned(), page);
    }

    /// How often a path was asked for.
    pub(super) fn asked(&self, path: &str) -> usize {
        self.state.lock().unwrap().asked.iter().filter(|one| *one == path).count()
    }
}

fn serve(mut stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let page = {
        let mut state = state.lock().unwrap();
        state.asked.push(path.clone());
        state.pages.get(&path).cloned().unwrap_or_else(|| Page::status(404))
    };
    let Page { status, headers, body } = page;
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status} Said\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    )
}
