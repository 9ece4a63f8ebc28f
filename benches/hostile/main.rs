//! What one poisoned document may cost: at most 2 CPU seconds and 128 MB of memory.
//!
//! Each document is made here, written to a file, and read by a process of its own: content decoding,
//! parsing and sorting into items, as a poll does it with a body that it received. The process tells
//! its own CPU time (user and system) and the most memory that it ever held, the received body
//! included. Run it with `cargo bench --bench hostile`; memory is told where /proc is (Linux). Then the items
//! that such a document could hold are judged ([`texts`]).

mod texts;

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use cpu_time::ProcessTime;
use watchlistd::collect::decode::{self, MAX_BODY};
use watchlistd::collect::item::{Reading, sort_out};
use watchlistd::collect::parse::{self, Hints};
use watchlistd::model::{FirstRun, Source, SourceId, Timestamp};

/// Most CPU seconds of one document.
const SECONDS: f64 = 2.0;
/// Most megabytes.
const MEGABYTES: f64 = 128.0;
/// Says that this process is to read a document, and how it is encoded.
const CODING: &str = "HOSTILE_CODING";

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<ExitCode> {
    match std::env::var(CODING) {
        Ok(coding) => {
            let file = std::env::args().nth(1).ok_or("a file is needed")?;
            read(Path::new(&file), &coding)?;
            Ok(ExitCode::SUCCESS)
        }
        Err(_) => measure(),
    }
}

/// Reads one document as a poll would, and tells what it cost.
fn read(file: &Path, coding: &str) -> Outcome<()> {
    let raw = std::fs::read(file)?;
    let began = ProcessTime::now();
    let coding = Some(coding).filter(|name| !name.is_empty());
    let body = decode::decode(raw, coding, MAX_BODY)?;
    let hints = Hints { content_type: None, url: Some("https://killer.test/feed") };
    let items = match parse::parse(&body.bytes, &hints) {
        Ok(document) => {
            let source = source();
            let now = Timestamp::from_millis(1_793_000_000_000);
            let lang = document.lang.as_deref();
            sort_out(&source, lang, document.entries, &[], Reading::First, now).new.len()
        }
        Err(_) => 0,
    };
    let spent = began.elapsed().as_secs_f64();
    writeln!(io::stdout(), "{spent} {} {items}", peak())?;
    Ok(())
}

fn source() -> Source {
    Source {
        id: SourceId::new("killer"),
        url: "https://killer.test/feed".to_owned(),
        official: false,
        lang: None,
        interval: Duration::from_secs(1800),
        allow_private: false,
        first_run: FirstRun::All,
    }
}

/// The most memory that this process ever held, in kilobytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

fn measure() -> Outcome<ExitCode> {
    let folder = tempfile::tempdir()?;
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{:32} {:>8} {:>8} {:>7}  goal: {SECONDS} s, {MEGABYTES} MB",
        "", "CPU s", "MB", "items"
    )?;
    let mut missed = 0;
    for (at, (name, coding, body)) in killers().into_iter().enumerate() {
        let file = folder.path().join(at.to_string());
        // What is longer is never received.
        std::fs::write(&file, &body[..body.len().min(MAX_BODY)])?;
        let told =
            Command::new(std::env::current_exe()?).env(CODING, coding).arg(&file).output()?;
        let line = String::from_utf8_lossy(&told.stdout).into_owned();
        let figures: Vec<f64> =
            line.split_whitespace().filter_map(|one| one.parse().ok()).collect();
        let [seconds, kilobytes, items] = figures[..] else {
            missed += 1;
            writeln!(out, "{name:32} the process ended with {}: MISSED", told.status)?;
            continue;
        };
        let megabytes = kilobytes / 1024.0;
        let holds = seconds <= SECONDS && megabytes <= MEGABYTES;
        missed += u32::from(!holds);
        let verdict = if holds { "holds" } else { "MISSED" };
        writeln!(out, "{name:32} {seconds:8.3} {megabytes:8.1} {items:7}  {verdict}")?;
    }
    missed += texts::measure(&mut out)?;
    Ok(if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn rss(inner: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\" xmlns:media=\"http://search.yahoo.com/mrss/\" \
         xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\"><channel><title>K</title>\
         {inner}</channel></rss>"
    )
}

/// So much of a text that it fills `bytes`.
fn fill(text: &str, bytes: usize) -> String {
    text.repeat(bytes / text.len())
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    out.write_all(text).and_then(|()| out.finish()).unwrap_or_default()
}

fn nested(name: &str, depth: usize) -> String {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    format!("{}{}", open.repeat(depth), close.repeat(depth))
}

/// Documents that killed readers, and some that were made to.
fn killers() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    const MB: usize = 1024 * 1024;
    let item = |inner: &str| rss(&format!("<item><title>x</title>{inner}</item>"));
    let plain = |name, text: String| (name, "", text.into_bytes());
    let mut all = vec![
        plain("700 nested media elements", item(&nested("media:group", 700))),
        plain("300,000 nested elements", item(&nested("media:group", 300_000))),
        plain("300,000 never closed", rss(&"<a>".repeat(300_000))),
        plain("10 MB of <item/>", rss(&fill("<item/>", 10 * MB))),
        plain("15 MB of short items", rss(&fill("<item><title>x</title></item>", 15 * MB))),
        plain("a full-width author", item("<author>新华社（a@b.com）</author>")),
        plain(
            "a 20-digit duration",
            item("<itunes:duration>99999999999999999999</itunes:duration>"),
        ),
        plain("a second declaration", format!("<?xml version='1.0'?>\n{}", item(""))),
        plain(
            "a 50 MB title",
            rss(&format!("<item><title>{}</title></item>", fill("word ", 50 * MB))),
        ),
        plain(
            "15 MB of one description",
            item(&format!("<description>{}</description>", fill("&lt;p&gt;word ", 14 * MB))),
        ),
        plain("an entity bomb", format!("{}{}", bomb(), item("<description>&j;</description>"))),
        plain("15 MB of NULs", item(&fill("\0", 14 * MB))),
        plain("15 MB of &", item(&fill("&", 14 * MB))),
        plain("15 MB of <", item(&fill("<", 14 * MB))),
        plain("15 MB of <!--", item(&fill("<!--", 14 * MB))),
        plain("15 MB of <![CDATA[", item(&fill("<![CDATA[", 14 * MB))),
        plain(
            "15 MB of <script>",
            item(&format!("<description>{}</description>", fill("&lt;script&gt;", 14 * MB))),
        ),
        plain(
            "15 MB of &amp;amp;",
            item(&format!("<description>{}</description>", fill("&amp;amp;", 14 * MB))),
        ),
        plain("15 MB of attributes", format!("<rss {}></rss>", fill("a='b' ", 14 * MB))),
        plain("15 MB of namespaces", namespaces(14 * MB)),
        plain("15 MB of categories", item(&fill("<category>ab</category>", 14 * MB))),
        plain("15 MB of links", item(&fill("<link>http://x.test/é</link>", 14 * MB))),
        plain("15 MB of dates", item(&fill("<pubDate>1 Jan 2026 0:0 ABC x</pubDate>", 14 * MB))),
        plain("a 15 MB date", item(&format!("<pubDate>{}</pubDate>", fill("1 ", 14 * MB)))),
        plain("a 15 MB link", item(&format!("<link>http://x.test/{}</link>", fill("é ", 14 * MB)))),
        plain("a 15 MB guid", item(&format!("<guid>{}</guid>", fill("g", 14 * MB)))),
        plain(
            "10,000 items of 1.5 KB",
            rss(&format!("<item><description>{}</description></item>", fill("Word &amp; ", 1400))
                .repeat(10_000)),
        ),
        plain("10,000 unlike items", unlike(10_000)),
        plain(
            "deep XHTML",
            format!(
                "<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry><content type=\"xhtml\">{}</content>\
             </entry></feed>",
                nested("div", 300_000)
            ),
        ),
        plain("deep JSON", format!("{{\"items\":[{}", "[".repeat(14 * MB))),
        plain(
            "15 MB of JSON items",
            format!(
                "{{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[{}{{}}]}}",
                fill("{},", 14 * MB)
            ),
        ),
        plain(
            "a web page of 15 MB",
            format!("<!doctype html><html>{}", fill("<a><link>", 14 * MB)),
        ),
        plain("15 MB of Cyrillic twice", item(&fill("Ð¿Ñ€Ð¸Ð²ÐµÑ‚ ", 14 * MB))),
    ];
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    all.push(("UTF-16BE", "", wide(&item(&fill("слово ", 4 * MB)))));
    all.push(("15 MB of no encoding", "", {
        let mut bytes = rss("<item><title>").into_bytes();
        bytes.extend((0..14 * MB).map(|at| 128 + u8::try_from(at * 7 % 127).unwrap_or(0)));
        bytes
    }));
    let document = rss(&fill("<item><title>x</title></item>", 200 * MB));
    let zipped = gzip(document.as_bytes());
    all.push(("a gzip bomb", "gzip", zipped.clone()));
    all.push(("a gzip bomb in a gzip", "gzip, gzip", gzip(&gzip(document.as_bytes()))));
    all.push(("a cut gzip bomb", "gzip", zipped[..zipped.len() / 2].to_vec()));
    let zstd = ruzstd::encoding::CompressionLevel::Fastest;
    let squeezed = ruzstd::encoding::compress_to_vec(document.as_bytes(), zstd);
    all.push(("a cut zstd bomb", "zstd", squeezed[..squeezed.len() / 2].to_vec()));
    all.push(("a zstd bomb", "zstd", squeezed));
    all.push(("noise as brotli", "br", {
        let noise = document.as_bytes().iter().take(MB).enumerate();
        noise
            .map(|(at, byte)| byte.wrapping_mul(31) ^ u8::try_from(at % 251).unwrap_or(0))
            .collect()
    }));
    all
}

/// Ten entities, each ten times the one before.
fn bomb() -> String {
    let mut text = String::from("<!DOCTYPE r [<!ENTITY a \"ha\">");
    for pair in ["ab", "bc", "cd", "de", "ef", "fg", "gh", "hi", "ij"] {
        let (one, next) = pair.split_at(1);
        let _ = write!(text, "<!ENTITY {next} \"{}\">", format!("&{one};").repeat(10));
    }
    text + "]>"
}

fn namespaces(bytes: usize) -> String {
    let mut text = String::from("<rss version=\"2.0\"");
    let mut number = 0_u32;
    while text.len() < bytes {
        let _ = write!(text, " xmlns:n{number}=\"http://x.test/{number}\"");
        number += 1;
    }
    text + "><channel><item><title>x</title></item></channel></rss>"
}

fn unlike(items: usize) -> String {
    let mut inner = String::new();
    for at in 0..items {
        let _ = write!(
            inner,
            "<item><title>Title {at}</title><link>https://x.test/{at}?utm_source=a&amp;b={at}</link>\
             <guid>g{at}</guid><pubDate>Fri, 20 Nov 2026 08:00:00 GMT</pubDate>\
             <description>&lt;p&gt;{}&lt;/p&gt;</description></item>",
            fill("some words ", 1000)
        );
    }
    rss(&inner)
}
