//! Forbidden addresses, with somebody listening on every one of them: none is ever connected to, neither
//! directly, nor by a redirect, nor by a name.
//!
//! In a network of its own (a Linux network namespace in which every address is this machine), so that
//! "no connection" is seen by the listener and not inferred from an error. Where the machine does not
//! allow that it says so and is left out; `fetch.rs` holds what loopback alone can show.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use watchlistd::collect::fetch::{FailureKind, FetchSettings, Fetched, Fetcher};

use super::source;

/// Set in the process that runs inside.
const INSIDE: &str = "WATCHLISTD_IN_NAMESPACE";
/// Set where being unable to must fail the test instead of skipping it.
const REQUIRED: &str = "WATCHLISTD_REQUIRE_NAMESPACES";

/// Public: the listener answers there with a feed, or with a redirect.
const PUBLIC: &str = "93.184.216.34";

/// Hosts as a feed or a redirect may write them, all of them private or special.
const FORBIDDEN: &[&str] = &[
    "127.0.0.1",
    "127.8.9.10",
    "10.0.0.1",
    "10.255.255.254",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.127.255.254",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.19.255.254",
    "198.51.100.7",
    "203.0.113.7",
    "0.0.0.0",
    "0.1.2.3",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    // The same in other clothes.
    "0",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "0xa9fea9fe",
    "2852039166",
    "0251.0376.0251.0376",
    "10.1",
    "127.0.0.1.",
    "①②⑦.⓪.⓪.①",
    // IPv6, and IPv4 within it.
    "[::1]",
    "[::]",
    "[fd00::1]",
    "[fc00::7]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[2001:db8::1]",
    "[2001::1]",
    "[3fff::1]",
    "[100::1]",
    "[::ffff:10.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:169.254.169.254]",
    "[::10.0.0.1]",
    "[64:ff9b::10.0.0.1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::1]",
    "[2002:a00:1::]",
    "[2002:7f00:1::1]",
    "[::ffff:0:10.0.0.1]",
    // By name.
    "localhost",
    "inside.news.test",
    "metadata.news.test",
    "six.news.test",
];

const HOSTS: &str = "127.0.0.1 localhost\n::1 localhost\n10.0.0.5 inside.news.test\n\
     169.254.169.254 metadata.news.test\nfd00::5 six.news.test\n";

#[test]
fn no_forbidden_address_is_ever_connected_to() {
    if std::env::var_os(INSIDE).is_some() {
        return inside();
    }
    let hosts = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(hosts.path(), HOSTS).unwrap();
    let set_up = "ip link set lo up && ip route add local default dev lo && \
         ip -6 route add local ::/0 dev lo && mount --bind \"$0\" /etc/hosts && exec \"$@\"";
    let outcome = Command::new("unshare")
        .args(["--net", "--mount", "sh", "-c", set_up])
        .arg(hosts.path())
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "collect::forbidden::no_forbidden_address_is_ever_connected_to"])
        .arg("--nocapture")
        .env(INSIDE, "1")
        .output();
    let (done, said) = match outcome {
        Ok(output) => {
            let said = [output.stdout, output.stderr].concat();
            (output.status.success(), String::from_utf8_lossy(&said).into_owned())
        }
        Err(error) => (false, error.to_string()),
    };
    // Whoever got in says so first.
    if said.contains(INSIDE) {
        assert!(done, "{said}");
        return;
    }
    assert!(std::env::var_os(REQUIRED).is_none(), "namespaces are required and refused: {said}");
    let said = said.trim();
    // Past the test runner's capture, so that a skipped test shows.
    let _ = writeln!(std::io::stderr(), "skipped: no network of its own can be had here ({said})");
}

/// Addresses at which somebody was heard.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<BTreeMap<IpAddr, u32>>>);

impl Heard {
    fn listen() -> Self {
        let heard = Self::default();
        // Of both kinds.
        let listener = TcpListener::bind("[::]:80").unwrap();
        let book = heard.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let at = stream.local_addr().unwrap().ip().to_canonical();
                *book.0.lock().unwrap().entry(at).or_default() += 1;
                std::thread::spawn(move || answer(stream));
            }
        });
        heard
    }

    fn taken(&self) -> BTreeMap<IpAddr, u32> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// `GET /to/HOST` is a redirect there, everything else a feed.
fn answer(mut stream: TcpStream) {
    let mut request = [0; 4096];
    let length = stream.read(&mut request).unwrap_or(0);
    let request = String::from_utf8_lossy(&request[..length]).into_owned();
    let path = request.split(' ').nth(1).unwrap_or("/").to_owned();
    let body = "<rss version=\"2.0\"><channel><title>Desk</title></channel></rss>";
    let answer = match path.strip_prefix("/to/") {
        Some(host) => format!(
            "HTTP/1.1 302 Found\r\nLocation: http://{host}/\r\nContent-Length: 0\r\n\
             Connection: close\r\n\r\n"
        ),
        None => format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            body.len()
        ),
    };
    // Whoever hung up needs no answer.
    let _ = stream.write_all(answer.as_bytes());
}

fn inside() {
    std::io::stdout().write_all(format!("{INSIDE}: in\n").as_bytes()).unwrap();
    let heard = Heard::listen();
    // That nobody is heard below means something only if everybody could be.
    let mut reachable = 0;
    for host in FORBIDDEN {
        let Ok(ip) = host.trim_matches(['[', ']']).parse::<IpAddr>() else { continue };
        let at = SocketAddr::new(ip, 80);
        reachable += u32::from(TcpStream::connect_timeout(&at, Duration::from_secs(2)).is_ok());
    }
    assert!(reachable >= 30, "only {reachable} of the forbidden addresses can be reached at all");
    while heard.0.lock().unwrap().values().sum::<u32>() < reachable {
        std::thread::yield_now();
    }
    heard.taken();

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (refused, redirects) = runtime.block_on(ask_for_all());
    let public: IpAddr = PUBLIC.parse().unwrap();
    let heard = heard.taken();
    let others: Vec<&IpAddr> = heard.keys().filter(|ip| **ip != public).collect();
    assert!(others.is_empty(), "connected to {others:?}");
    // Each redirect was really given, and one feed was really read.
    assert_eq!(heard.get(&public), Some(&(redirects + 1)));
    let out = &mut std::io::stdout();
    writeln!(out, "{refused} refusals, {reachable} addresses at which a connection shows").unwrap();
}

/// Asks for each, directly and by a redirect. Answers how many were refused and how many redirects
/// were followed up to there.
async fn ask_for_all() -> (u32, u32) {
    rustls::crypto::ring::default_provider().install_default().ok();
    let settings = FetchSettings { pause: Duration::ZERO, ..FetchSettings::new("desk@news.test") };
    let fetcher = Fetcher::new(settings).unwrap();
    let ask = async |url: &str| {
        let mut asked = source(url);
        asked.allow_private = false;
        fetcher.get(&asked, None).await
    };
    let read = ask(&format!("http://{PUBLIC}/")).await;
    assert!(matches!(read, Fetched::Body(_)), "{read:?}");
    let (mut refused, mut redirects) = (0, 0);
    for host in FORBIDDEN {
        for url in [format!("http://{host}/"), format!("http://{PUBLIC}/to/{host}")] {
            redirects += u32::from(url.contains("/to/"));
            match ask(&url).await {
                Fetched::Failed(failure) => {
                    assert_eq!(failure.kind, FailureKind::Blocked, "{url}: {}", failure.words);
                    refused += 1;
                }
                other => panic!("{url} gave {other:?}"),
            }
        }
    }
    (refused, redirects)
}
