//! The status server, asked as a monitor would ask it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

use super::*;

const LISTEN: &str = "\n[status]\nlisten = \"127.0.0.1:0\"\n";

/// Asks over an open connection and answers status and body.
fn ask(mut stream: impl Read + Write, path: &str, host: &str) -> (u16, String) {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

fn get(address: &str, path: &str) -> (u16, String) {
    ask(TcpStream::connect(address).unwrap(), path, "localhost")
}

/// Where the service says that it listens.
fn address(service: &Service) -> String {
    let line = service.says("status: listening on ");
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    let message = line["fields"]["message"].as_str().unwrap();
    message.rsplit(' ').next().unwrap().to_owned()
}

/// The value of a series.
#[track_caller]
fn value(page: &str, series: &str) -> f64 {
    let found = page.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    found.unwrap_or_else(|| panic!("no {series} in\n{page}")).parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_how_far_the_work_is() {
    let newsroom = Newsroom::open().await;
    newsroom.publish("a1", "SEC moves to delist Alibaba");
    let desk = Desk::new(&[("wire", newsroom.url())]);
    desk.write("watchlistd.toml", &format!("{SERVICE}{LISTEN}"));
    let service = desk.start();
    let address = address(&service);
    service.says("assessed 1 item: ");
    assert_eq!(get(&address, "/healthz"), (200, "ready\n".to_owned()));
    let (status, page) = get(&address, "/metrics");
    assert_eq!(status, 200);
    assert!(page.ends_with("# EOF\n"), "{page}");
    for (series, at_least) in [
        ("watchlistd_ready", 1.0),
        ("watchlistd_sources{health=\"healthy\"}", 1.0),
        ("watchlistd_stored_items", 1.0),
        ("watchlistd_polls_total{outcome=\"read\"}", 1.0),
        ("watchlistd_items_total{kind=\"new\"}", 1.0),
        ("watchlistd_assessed_total", 1.0),
        ("watchlistd_alerts_total", 1.0),
        ("watchlistd_readers", 1.0),
        ("watchlistd_configuration_version", 1.0),
        ("watchlistd_last_poll_timestamp_seconds", 1.7e9),
        ("process_resident_memory_bytes", 1e6),
        ("process_start_time_seconds", 1.7e9),
    ] {
        assert!(value(&page, series) >= at_least, "{series} in\n{page}");
    }
    assert_eq!(value(&page, "watchlistd_sources{health=\"failing\"}"), 0.0);
    assert_eq!(get(&address, "/nothing").0, 404);
    service.signal("-TERM");
    assert!(service.ended().success());
    assert!(TcpStream::connect(&address).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_not_ready_while_no_mail_gets_out() {
    let nobody = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = nobody.local_addr().unwrap().port();
    drop(nobody);
    let newsroom = Newsroom::open().await;
    newsroom.publish("a1", "SEC moves to delist Alibaba");
    let desk = Desk::new(&[("wire", newsroom.url())]);
    desk.write("watchlistd.toml", &(by_smtp(port, "") + LISTEN));
    let service = desk.start();
    let address = address(&service);
    service.says("is deferred at connect");
    // The line is written a moment before the outage is noted.
    let mut health = get(&address, "/healthz");
    for _ in 0..2_000 {
        if health.0 == 503 {
            break;
        }
        health = get(&address, "/healthz");
    }
    let (status, body) = health;
    assert_eq!(status, 503, "{body}");
    assert!(body.starts_with("not ready\nno mail gets out since "), "{body}");
    let (_, page) = get(&address, "/metrics");
    assert_eq!(value(&page, "watchlistd_ready"), 0.0);
    assert_eq!(value(&page, "watchlistd_mail_down"), 1.0);
    assert!(!page.contains("desk.test"), "no address in it: {page}");
    service.signal("-TERM");
    assert!(service.ended().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_is_its_groups_and_goes_with_the_service() {
    let newsroom = Newsroom::open().await;
    let desk = Desk::new(&[("wire", newsroom.url())]);
    let path = desk.path().join("status.sock");
    // Left behind by a process that was killed.
    drop(UnixListener::bind(&path).unwrap());
    desk.write("watchlistd.toml", &format!("{SERVICE}\n[status]\nlisten = \"unix:status.sock\"\n"));
    let service = desk.start();
    service.says("status: listening on unix:");
    let about = std::fs::metadata(&path).unwrap();
    assert!(about.file_type().is_socket());
    assert_eq!(about.permissions().mode() & 0o777, 0o660);
    let socket = |path: &Path| UnixStream::connect(path).unwrap();
    assert_eq!(ask(socket(&path), "/healthz", "any"), (200, "ready\n".to_owned()));
    service.signal("-TERM");
    assert!(service.ended().success());
    assert!(!path.exists());
}

/// A page in a browser on this machine may send requests to a name of its own that means loopback.
#[tokio::test(flavor = "multi_thread")]
async fn it_answers_no_strangers_name_and_no_label_names_a_source() {
    let newsroom = Newsroom::open().await;
    let sources: Vec<(String, String)> =
        (0..30).map(|n| (format!("wire-{n}"), newsroom.url())).collect();
    let sources: Vec<(&str, String)> =
        sources.iter().map(|(id, url)| (id.as_str(), url.clone())).collect();
    let series = |page: &str| -> Vec<String> {
        let lines = page.lines().filter(|line| !line.starts_with('#'));
        let mut names: Vec<String> =
            lines.map(|line| line.rsplit_once(' ').unwrap().0.to_owned()).collect();
        names.sort();
        names
    };
    let mut seen = Vec::new();
    for few in [&sources[..1], &sources[..]] {
        let desk = Desk::new(few);
        desk.write("watchlistd.toml", &format!("{SERVICE}{LISTEN}"));
        let service = desk.start();
        let address = address(&service);
        asked_again(&newsroom).await;
        let stranger = TcpStream::connect(&address).unwrap();
        assert_eq!(ask(stranger, "/metrics", "evil.test").0, 403);
        seen.push(series(&get(&address, "/metrics").1));
        service.signal("-TERM");
        assert!(service.ended().success());
    }
    assert_eq!(seen[0], seen[1], "as many series for one source as for thirty");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_in_use_keeps_nobody_from_working() {
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let newsroom = Newsroom::open().await;
    let desk = Desk::new(&[("wire", newsroom.url())]);
    let listen = format!("\n[status]\nlisten = \"{}\"\n", taken.local_addr().unwrap());
    desk.write("watchlistd.toml", &format!("{SERVICE}{listen}"));
    let service = desk.start();
    service.says("status: cannot listen on 127.0.0.1:");
    asked_again(&newsroom).await;
    service.signal("-TERM");
    assert!(service.ended().success());
}

/// Connections that say nothing take places, not the service's descriptors, and not for long.
#[tokio::test(flavor = "multi_thread")]
async fn silent_connections_hold_nobody_up_for_long() {
    let newsroom = Newsroom::open().await;
    let desk = Desk::new(&[("wire", newsroom.url())]);
    desk.write("watchlistd.toml", &format!("{SERVICE}{LISTEN}"));
    let service = desk.start();
    let address = address(&service);
    let silent: Vec<TcpStream> = (0..20).map(|_| TcpStream::connect(&address).unwrap()).collect();
    assert_eq!(get(&address, "/healthz").0, 200);
    let fds = std::fs::read_dir(format!("/proc/{}/fd", service.child.id())).unwrap().count();
    assert!(fds < 64, "{fds} descriptors");
    drop(silent);
    service.signal("-TERM");
    assert!(service.ended().success());
}
