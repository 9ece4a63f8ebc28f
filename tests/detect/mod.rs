//! The detect room through its public doors: a watchlist goes in, judgements come out.

mod comparing;
mod doubts;
mod evidence;
mod holding;
mod judging;
mod lists;
mod lookalikes;
mod naming;
mod properties;
mod renaming;
mod round_ups;
mod spelling_out;
mod stories;
mod talk;
mod tickers;
mod writing;

use watchlistd::detect::{Origin, Watchlist, judge};
use watchlistd::model::watchlist::{
    AliasEntry, CompanyEntry, Guards, Remarks, RuleEntry, TopicEntry, WatchlistEntries,
};
use watchlistd::model::{FileText, ItemText, Judgement, Level, Located, Place, Problem, Severity};

/// A value without a place.
pub(crate) fn at<T>(value: T) -> Located<T> {
    Located::nowhere(value)
}

/// Values without places.
pub(crate) fn all(values: &[&str]) -> Vec<Located<String>> {
    values.iter().map(|value| at((*value).to_owned())).collect()
}

/// A value that is the whole of a file, in quotes.
pub(crate) fn placed(value: &str) -> Located<String> {
    let text = format!("\"{value}\"");
    let span = 0..text.len();
    let file = FileText { name: "w.toml".to_owned(), text };
    Located::at(value.to_owned(), Place { file: file.into(), span })
}

/// A company with aliases.
pub(crate) fn company(name: &str, aliases: &[&str]) -> CompanyEntry {
    let alias =
        |name: &&str| AliasEntry { name: at((*name).to_owned()), guards: Guards::default() };
    CompanyEntry {
        aliases: aliases.iter().map(alias).collect(),
        ..CompanyEntry::named(at(name.to_owned()))
    }
}

/// A topic of medium weight that alerts with a company only.
pub(crate) fn topic(name: &str, terms: &[&str]) -> TopicEntry {
    TopicEntry { terms: all(terms), ..TopicEntry::named(at(name.to_owned())) }
}

/// A topic of one search.
pub(crate) fn search(name: &str, search: &str) -> TopicEntry {
    TopicEntry { search: vec![placed(search)], ..topic(name, &[]) }
}

/// A rule that gives a severity.
pub(crate) fn rule(name: &str, when: &str, severity: Option<Severity>) -> RuleEntry {
    RuleEntry {
        place: None,
        id: None,
        name: at(name.to_owned()),
        when: placed(when),
        severity: severity.map(at),
        readers: Vec::new(),
        hold: None,
        remarks: Remarks::default(),
    }
}

/// Compiles; the list must be without errors.
pub(crate) fn compile(
    companies: Vec<CompanyEntry>,
    topics: Vec<TopicEntry>,
    rules: Vec<RuleEntry>,
) -> Watchlist {
    let (watchlist, problems) = Watchlist::compile(&WatchlistEntries { companies, topics, rules });
    let errors: Vec<&Problem> = problems.iter().filter(|one| one.level == Level::Error).collect();
    assert!(errors.is_empty(), "{errors:?}");
    watchlist
}

/// The problems of a list, one a line.
pub(crate) fn problems(
    companies: Vec<CompanyEntry>,
    topics: Vec<TopicEntry>,
    rules: Vec<RuleEntry>,
) -> String {
    let (_, problems) = Watchlist::compile(&WatchlistEntries { companies, topics, rules });
    problems.iter().map(|problem| format!("{problem}\n")).collect()
}

/// An item of a title and a summary.
pub(crate) fn item(title: &str, summary: &str, lang: &str) -> ItemText {
    ItemText {
        title: title.to_owned(),
        summary: summary.to_owned(),
        lang: Some(lang.to_owned()),
        ..ItemText::default()
    }
}

/// Judges a title as an ordinary source's.
pub(crate) fn judged(watchlist: &Watchlist, title: &str) -> Judgement {
    judge(watchlist, &item(title, "", "en"), Origin { source: "wire", official: false, seen: None })
}

/// The parts of a title that were hit, and those held back with their guard, in text order.
pub(crate) fn shown(watchlist: &Watchlist, text: &ItemText) -> String {
    let judgement = judge(watchlist, text, Origin { source: "wire", official: false, seen: None });
    let field = |field: watchlistd::model::Field| match field {
        watchlistd::model::Field::Title => text.title.as_str(),
        watchlistd::model::Field::Summary => text.summary.as_str(),
        watchlistd::model::Field::Content => text.content.as_str(),
        watchlistd::model::Field::Category(n) => text.categories[n].as_str(),
    };
    let mut parts: Vec<String> =
        judgement.hits.iter().map(|hit| field(hit.field)[hit.start..hit.end].to_owned()).collect();
    for held in &judgement.held_back {
        let words = held.hit.as_ref().map_or("", |hit| &field(hit.field)[hit.start..hit.end]);
        parts.push(format!("[{words}: {}]", held.guard));
    }
    parts.join(" | ")
}
