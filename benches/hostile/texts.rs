//! What one poisoned item may cost to judge: at most a CPU second, and about four times as much for four times the
//! text.
//!
//! Fields as long as the longest that is ever kept (a title of 16 KB, a text of 512 KB), made of what the word
//! lists, the guards, the searches and the pieces of round-ups look for: a rule that looks at the whole text for each
//! of its words shows here, and not in what newsrooms write.

use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use cpu_time::ThreadTime;
use watchlistd::config;
use watchlistd::detect::{Origin, Watchlist, judge};
use watchlistd::model::watchlist::{AliasEntry, CompanyEntry, Guards, WatchlistEntries};
use watchlistd::model::{ItemText, Located, Timestamp};

use super::{Outcome, fill};

/// Most CPU seconds of one item.
const SECONDS: f64 = 1.0;
/// Most of it, compared with a quarter of the text; less than twice what is fair, for machines are noisy.
const TIMES: f64 = 7.0;
/// What costs less than this says nothing about growth.
const FLOOR: f64 = 0.02;
/// As long as titles and texts are ever kept.
const TITLE: usize = 16 * 1024;
const TEXT: usize = 512 * 1024;

/// Says what each text costs; gives how many cost too much.
pub(super) fn measure(out: &mut impl Write) -> Outcome<u32> {
    writeln!(
        out,
        "\n{:50} {:>8} {:>8} {:>7}  goal: {SECONDS} s, {TIMES} times a quarter of it",
        "", "CPU s", "quarter", "times"
    )?;
    let watchlist = watchlist()?;
    let mut missed = 0;
    for (title, words) in TITLES {
        let name = format!("a title of \"{words}\"");
        let of = |bytes| (format!("{title}{}", fill(words, bytes)), String::new());
        missed += tell(out, &watchlist, &name, (of(TITLE / 4), of(TITLE)))?;
    }
    for (title, words) in TEXTS {
        let name = format!("a text of {words:?}");
        let of = |bytes| ((*title).to_owned(), fill(words, bytes));
        missed += tell(out, &watchlist, &name, (of(TEXT / 4), of(TEXT)))?;
    }
    Ok(missed)
}

const TITLES: &[(&str, &str)] = &[
    ("Alibaba delisting ", "fears ban "),
    ("Alibaba delisting ", "may ban "),
    ("Alibaba delisting, ", "after fears "),
    ("Alibaba delisting ", "years after ban "),
    ("Alibaba delisting, ", "years after ban, "),
    ("Alibaba delisting ", "OFAC sanctions "),
    ("Alibaba reports record results", ", a pastor is held"),
    ("Alibaba reports record results", "; as "),
    ("Alibaba ", "ban? "),
    ("", "Alibaba banned. "),
    ("阿里巴巴退市", "或禁止恐"),
    ("", "Alibaba delisted / "),
    ("Alibaba ", "banned "),
    ("Alibaba delisting ", "years after "),
    ("Asia roundup: ", "Alibaba opens: game banned "),
    ("Asia roundup: Alibaba opens, ", "game banned: "),
    ("速遞：", "阿里巴巴 退市 禁止"),
    ("", "禁止阿里巴巴 か"),
];

/// A title that announces several matters, under which the text need be only one piece.
const SEVERAL: &str = "Asia roundup: Alibaba opens campus; game opens; rain falls";

const TEXTS: &[(&str, &str)] = &[
    (SEVERAL, "bid price notice "),
    (SEVERAL, "undeclared milk "),
    (SEVERAL, "vanish main board shares "),
    ("Morning notes", "undeclared milk. "),
    ("Alibaba opens campus; a pastor is charged", "undeclared milk "),
    ("Alibaba opens", "plus, "),
    ("Alibaba opens", "also today, "),
    ("Alibaba delisting", "vows ban. "),
    ("Alibaba delisting", "vows ban "),
    ("Alibaba delisting", "threatens to ban. "),
    ("Alibaba delisting could follow", "webinar. ban. "),
    ("Alibaba delisting could follow", "could face a ban. "),
    ("Alibaba delisting could follow", "vows after ban. "),
    ("Alibaba delisting could follow", "if ban "),
    ("Alibaba reports record results", "a word, "),
    ("Alibaba reports record results", "word "),
    ("Alibaba reports record results", "Separately, a pastor was charged. "),
    ("Alibaba", "delist Alibaba. "),
    ("Alibaba", "Visa Meta Target Block. "),
    ("Alibaba", "Meta Orinoco "),
    ("Alibaba", "listing withdrawal "),
    ("Alibaba", "prosecutors charged chips went on to China "),
    ("Alibaba opens a plant", "Alibaba was fined in May 2019. "),
    ("Alibaba opens a plant", "fined in May 2019, "),
    ("Alibaba opens a plant", "fined in May de 14 "),
    ("A game maker is delisted", "advised by Alibaba. "),
    ("A game maker is delisted", "rival Alibaba "),
    ("A game maker is delisted", "A pastor was fined. Its unit is Alibaba. "),
    ("阿里巴巴退市", "威胁禁止。或退市。"),
    ("Morning notes", "Label. banned\n"),
    ("Morning notes", "SUMMARY: banned\n"),
    ("速遞：阿里巴巴升", "退市 禁止 "),
    ("Alibaba results", "forward-looking statements delisting tariffs. "),
    ("Alibaba results", "forward-looking statements delisting tariffs "),
    ("Alibaba could be banned", "is it banned? it is "),
    ("Alibaba", "\"(a-"),
    ("Alibaba opens", "Also read: a game is delisted\n"),
    ("Alibaba opens", "Also read. Also read: Alibaba "),
    ("Alibaba at a glance", "Alibaba and SMIC are delisted.\n"),
    ("Alibaba opens", "ASIA. Alibaba and SMIC sat.\nGAMES. SMIC sat.\n"),
    ("Explainer: Alibaba delisting", "explained: ban. "),
    ("Alibaba", "Some Minor Islands Club (SMIC) "),
    ("Alibaba", "SMIC (Some Minor Islands Club) "),
    ("Alibaba", "SMIC (of the Some Minor Islands "),
    ("Alibaba", "Internationalisierungskommission (SMIC, "),
    ("Alibaba", "(SMIC (PLA (EAR "),
    ("Alibaba", "ticker: BABA "),
    ("Alibaba", "NYSE ticker symbol BABA, stock code 9988 "),
    ("Alibaba", "stock code "),
    ("阿里巴巴", "港交所股份代号：9988，股份代号"),
    ("Alibaba", "Helmut Kohl's "),
    ("Alibaba", "Kohl's John F. Kohl's Corp "),
    ("Alibaba is fined", "Temu, which competes with Alibaba, is not a party, "),
];

/// The shipped topics beside a few companies, of which some are words, too.
fn watchlist() -> Outcome<Watchlist> {
    let topics = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/topics.toml");
    let (shipped, _) = config::watchlist_from(&[topics]).map_err(io::Error::other)?;
    let at = |text: &str| Located::nowhere(text.to_owned());
    let guarded = |name: &str| {
        let only_with = ["results", "charged", "word", "record"].map(at).to_vec();
        let not_with = ["Orinoco", "visa ban", "a word"].map(at).to_vec();
        let guards = Guards { only_with, not_with, ..Guards::default() };
        let alias = AliasEntry { name: at(name), guards };
        CompanyEntry { aliases: vec![alias], ..CompanyEntry::named(at(&format!("{name} Inc"))) }
    };
    let mut companies: Vec<_> = ["Visa", "Meta", "Target", "Block"].map(guarded).to_vec();
    let alibaba = AliasEntry { name: at("阿里巴巴"), guards: Guards::default() };
    let tickers = ["NYSE:BABA", "HKEX:9988", "BABA"].map(at).to_vec();
    let aliases = vec![alibaba];
    companies.push(CompanyEntry { aliases, tickers, ..CompanyEntry::named(at("Alibaba")) });
    companies.push(CompanyEntry::named(at("Kohl's")));
    let smic = AliasEntry { name: at("SMIC"), guards: Guards::default() };
    let name = at("Semiconductor Manufacturing International Corporation");
    companies.push(CompanyEntry { aliases: vec![smic], ..CompanyEntry::named(name) });
    let entries = WatchlistEntries { companies, ..shipped };
    Ok(Watchlist::compile(&entries).0)
}

/// Says what one text and a quarter of it cost; whether that is too much, as a number.
fn tell(
    out: &mut impl Write,
    watchlist: &Watchlist,
    name: &str,
    (quarter, whole): ((String, String), (String, String)),
) -> Outcome<u32> {
    let (quarter, whole) = (cost(watchlist, quarter), cost(watchlist, whole));
    let times = whole / quarter.max(FLOOR);
    let holds = whole <= SECONDS && times <= TIMES;
    let verdict = if holds { "holds" } else { "MISSED" };
    writeln!(out, "{name:50} {whole:8.3} {quarter:8.3} {times:7.1}  {verdict}")?;
    Ok(u32::from(!holds))
}

/// CPU seconds to judge an item: the best of three times.
fn cost(watchlist: &Watchlist, (title, summary): (String, String)) -> f64 {
    let item = ItemText { title, summary, ..ItemText::default() };
    // What is dated years ago is looked for only where the item's day is known.
    let origin = Origin { seen: Timestamp::parse("2026-11-20T09:00:00Z"), ..Origin::default() };
    let once = || {
        let began = ThreadTime::now();
        std::hint::black_box(judge(watchlist, &item, origin));
        began.elapsed()
    };
    let best = (0..3).map(|_| once()).min().unwrap_or(Duration::MAX);
    best.as_secs_f64()
}
