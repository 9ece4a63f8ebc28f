//! A body of two gigabytes, really served: it is cut at the cap, and hardly more than that is taken.

use watchlistd::collect::fetch::{FetchSettings, Fetched, Fetcher};
use watchlistd::model::{FirstRun, Source, SourceId};

use super::INTERVAL;
use crate::support::feeds::{End, Feeds, Reply};

const TWO_GIGABYTES: u64 = 2 << 30;

/// What lies between server and client on loopback: the kernel's buffers on both sides, which grow to
/// 6 and 4 MiB (`net.ipv4.tcp_rmem`, `tcp_wmem`).
const ON_THE_WAY: u64 = 16 << 20;

#[tokio::test(flavor = "multi_thread")]
async fn of_two_gigabytes_no_more_than_the_cap_is_taken() {
    rustls::crypto::ring::default_provider().install_default().ok();
    let settings = FetchSettings::new("desk@news.test");
    let cap = settings.max_body as u64;
    let fetcher = Fetcher::new(settings).unwrap();
    let body = "<rss version=\"2.0\"><channel><title>Desk</title><item><title>One</title></item>\n";
    let body: String = body.to_owned() + &" ".repeat(65_536 - body.len());
    for declared in [true, false] {
        let feeds = Feeds::start().await;
        let reply = Reply::body(body.clone()).end(End::Repeated(TWO_GIGABYTES));
        let length = TWO_GIGABYTES.to_string();
        feeds.script(
            "/feed",
            [if declared { reply.header("Content-Length", &length) } else { reply }],
        );
        let source = Source {
            id: SourceId::new("huge"),
            url: feeds.url("/feed"),
            official: false,
            lang: None,
            interval: INTERVAL,
            allow_private: true,
            first_run: FirstRun::All,
        };
        let Fetched::Body(fetched) = fetcher.get(&source, None).await else { panic!("no body") };
        assert_eq!((fetched.bytes.len() as u64, fetched.received), (cap, cap));
        let why = fetched.truncated.expect("it was cut");
        assert!(why.contains(&cap.to_string()), "{why}");
        let sent = feeds.sent();
        assert!((cap - 65_536..cap + ON_THE_WAY).contains(&sent), "{sent} bytes left the server");
    }
}
