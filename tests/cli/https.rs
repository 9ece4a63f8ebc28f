//! Feeds over TLS: read where the certificate is good, refused where it is not, and never followed
//! down to clear text.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::answer;
use super::desk::Desk;
use crate::support::certificates::Authority;
use crate::support::smtp::server_config;

/// Answers each request with one of these, by path.
fn serve(config: Arc<ServerConfig>, answers: Vec<(&'static str, String)>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    // It ends with the process: a test waits for nobody here.
    thread::spawn(move || {
        for wire in listener.incoming().flatten() {
            // A client that does not trust us hangs up, which is for it to tell.
            let _ = reply(wire, &config, &answers);
        }
    });
    port
}

fn reply(
    wire: TcpStream,
    config: &Arc<ServerConfig>,
    answers: &[(&'static str, String)],
) -> std::io::Result<()> {
    let session = ServerConnection::new(Arc::clone(config)).map_err(std::io::Error::other)?;
    let mut wire = StreamOwned::new(session, wire);
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        wire.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default();
    let found = answers.iter().find(|(at, _)| *at == path);
    wire.write_all(found.map_or("HTTP/1.1 404 No\r\n\r\n", |(_, text)| text).as_bytes())?;
    wire.flush()?;
    wire.conn.send_close_notify();
    wire.flush()
}

#[test]
fn a_secure_source_is_read_and_never_led_down() {
    let clear = TcpListener::bind("127.0.0.1:0").unwrap();
    clear.set_nonblocking(true).unwrap();
    let down = format!("http://{}/wire.xml", clear.local_addr().unwrap());
    let authority = Authority::new();
    let config = server_config(&authority.sign(&["127.0.0.1"]));
    let body = "<rss version=\"2.0\"><channel><title>Wire</title><item><title>A quiet day</title>\
                <guid>a1</guid></item></channel></rss>";
    let port = serve(
        config,
        vec![
            (
                "/wire.xml",
                format!(
                    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
                    body.len()
                ),
            ),
            (
                "/down.xml",
                format!(
                    "HTTP/1.1 301 Moved\r\nConnection: close\r\nLocation: {down}\r\n\
                     Content-Length: 0\r\n\r\n"
                ),
            ),
        ],
    );
    let desk = Desk::new();
    let source = |id: &str| {
        format!(
            "[[source]]\nid = \"{id}\"\nurl = \"https://127.0.0.1:{port}/{id}.xml\"\n\
             allow_private = true\nfirst_run = \"all\"\n"
        )
    };
    desk.write("sources.toml", &format!("{}{}", source("wire"), source("down")));
    let trusted = authority.write_to(&desk.folder());

    let stranger = desk.ask(&["once", "--all"]).says("2 sources polled, 2 failed");
    assert!(stranger.err.contains("certificate"), "{stranger}");

    let mut command = desk.command(&["once", "--all"]);
    command.env("SSL_CERT_FILE", &trusted);
    let said = answer(&mut command).says("2 sources polled, 1 failed; 1 new item");
    assert!(said.err.contains("a redirect from https down to"), "{said}");
    let nobody = clear.accept().expect_err("nobody asks in clear text");
    assert_eq!(nobody.kind(), std::io::ErrorKind::WouldBlock);
    let status = desk.status();
    let health = |id: &str| {
        let sources = status["sources"].as_array().unwrap();
        sources.iter().find(|one| one["id"] == id).unwrap()["health"].clone()
    };
    assert_eq!((health("wire"), health("down")), ("healthy".into(), "blocked".into()));
}
