//! Things to be told: readers, items, alerts and coverage, made short for tests.

use std::sync::Arc;
use std::time::Duration;

use watchlistd::model::item::Arrival;
use watchlistd::model::reader::{Away, UrgentFrom, WhenEmpty};
use watchlistd::model::source::SourceState;
use watchlistd::model::{
    Alert, AlertId, Coverage, EntityKind, Field, FirstRun, Hit, Item, ItemId, ItemText, Judgement,
    Located, Mark, Named, Notice, PendingNotice, ReaderEntry, Reason, Severity, Source,
    SourceCoverage, SourceId, StoryId, Timestamp, Urgency,
};
use watchlistd::notify::reader::{self, CompanyWord, Reader, TopicWord, Vocabulary};

pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap_or_else(|| panic!("'{text}' is no instant"))
}

pub(crate) fn here(text: &str) -> Located<String> {
    Located::nowhere(text.to_owned())
}

pub(crate) fn list(texts: &[&str]) -> Vec<Located<String>> {
    texts.iter().map(|text| here(text)).collect()
}

/// A reader as the defaults make one.
pub(crate) fn entry(name: &str) -> ReaderEntry {
    ReaderEntry {
        name: here(name),
        to: vec![here(&format!("{}@bank.com", name.to_lowercase()))],
        digest: here("weekdays 08:00"),
        timezone: here("America/New_York"),
        urgent: UrgentFrom::High,
        min_severity: Severity::Medium,
        companies: Vec::new(),
        groups: Vec::new(),
        topics: Vec::new(),
        when_empty: WhenEmpty::Send,
        mentions: false,
        max_items: 50,
        urgent_per_hour: 6,
        quiet: None,
        away: None,
    }
}

pub(crate) fn away(from: &str, until: &str, deputy: Option<&str>) -> Away {
    let day = |text: &str| Located::nowhere(text.parse().expect("a date"));
    Away { from: day(from), until: day(until), deputy: deputy.map(here) }
}

pub(crate) fn vocabulary() -> Vocabulary {
    let company = |id: &str, name: &str, groups: &[&str]| CompanyWord {
        id: id.to_owned(),
        name: name.to_owned(),
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        place: None,
    };
    let topic = |id: &str, name: &str, severity, alone| TopicWord {
        id: id.to_owned(),
        name: name.to_owned(),
        severity,
        alone,
        place: None,
    };
    Vocabulary {
        companies: vec![
            company("alibaba", "Alibaba", &["china-tech"]),
            company("smic", "SMIC", &["china-tech", "chips"]),
            company("huawei", "Huawei", &[]),
        ],
        topics: vec![
            topic("delisting", "Delisting", Severity::High, false),
            topic("military-civil-fusion", "Military-civil fusion", Severity::High, false),
            topic("export-controls", "Export controls", Severity::Medium, true),
        ],
    }
}

pub(crate) fn readers(entries: &[ReaderEntry]) -> Vec<Reader> {
    let (readers, problems) = reader::compile(entries, &vocabulary());
    let errors: Vec<String> = problems
        .iter()
        .filter(|one| one.level == watchlistd::model::Level::Error)
        .map(ToString::to_string)
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    readers
}

pub(crate) fn one_reader(entry: ReaderEntry) -> Reader {
    readers(&[entry]).remove(0)
}

pub(crate) fn named(id: &str, name: &str) -> Named {
    Named { id: Arc::from(id), name: Arc::from(name), note: None }
}

/// A notice in the making; `pending` finishes it.
#[derive(Clone)]
pub(crate) struct Piece {
    pub(crate) story: String,
    pub(crate) source: String,
    pub(crate) official: bool,
    pub(crate) title: String,
    pub(crate) summary: String,
    pub(crate) link: Option<String>,
    pub(crate) lang: Option<String>,
    pub(crate) published: Option<Timestamp>,
    pub(crate) seen: Timestamp,
    pub(crate) severity: Severity,
    pub(crate) companies: Vec<Named>,
    pub(crate) topics: Vec<Named>,
    /// Words to be found in title and summary, with whom they stand for.
    pub(crate) words: Vec<(EntityKind, String, String)>,
    pub(crate) marks: Vec<Mark>,
    pub(crate) copy_of: Option<String>,
    pub(crate) arrival: Arrival,
    pub(crate) rule: Option<(String, Vec<String>)>,
    pub(crate) urgency: Urgency,
    pub(crate) undelivered: bool,
}

impl Piece {
    pub(crate) fn new(story: &str, source: &str, title: &str, seen: &str) -> Self {
        Self {
            story: story.to_owned(),
            source: source.to_owned(),
            official: false,
            title: title.to_owned(),
            summary: String::new(),
            link: Some(format!("https://www.{source}.org/news/{}", title.len())),
            lang: None,
            published: Some(at(seen).minus(Duration::from_secs(480))),
            seen: at(seen),
            severity: Severity::High,
            companies: vec![named("alibaba", "Alibaba")],
            topics: vec![named("delisting", "Delisting")],
            words: vec![
                (EntityKind::Company, "alibaba".into(), "Alibaba".into()),
                (EntityKind::Topic, "delisting".into(), "delist".into()),
            ],
            marks: Vec::new(),
            copy_of: None,
            arrival: Arrival::New,
            rule: None,
            urgency: Urgency::Digest,
            undelivered: false,
        }
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    fn hits(&self) -> Vec<Hit> {
        let fields = [(Field::Title, &self.title), (Field::Summary, &self.summary)];
        let mut hits = Vec::new();
        for (field, text) in fields {
            for (kind, entity, word) in &self.words {
                for (start, _) in text.match_indices(word.as_str()) {
                    hits.push(Hit {
                        kind: *kind,
                        entity: Arc::from(entity.as_str()),
                        term: Arc::from(word.as_str()),
                        field,
                        start,
                        end: start + word.len(),
                    });
                }
            }
        }
        hits
    }

    /// The first hit of a company with the first of a topic, as the judge puts it.
    fn why(&self) -> String {
        let hits = self.hits();
        let quoted = |kind: EntityKind, named: &[Named]| {
            let name = &named.first()?.name;
            let hit = hits
                .iter()
                .find(|hit| hit.kind == kind && named.iter().any(|one| one.id == hit.entity))?;
            let name = named.iter().find(|one| one.id == hit.entity).map_or(name, |one| &one.name);
            Some(format!("{name} (\"{}\", {})", hit.term, hit.field))
        };
        match (
            quoted(EntityKind::Company, &self.companies),
            quoted(EntityKind::Topic, &self.topics),
        ) {
            (Some(company), Some(topic)) => format!("{company} with {topic}"),
            (None, Some(topic)) => format!("{topic}, the words report an act"),
            _ => "its words are there".to_owned(),
        }
    }

    fn judgement(&self) -> Judgement {
        let words = self.why();
        let (rule, readers) = self.rule.clone().unzip();
        Judgement {
            companies: self.companies.clone(),
            topics: self.topics.clone(),
            groups: vec![Arc::from("china-tech")],
            hits: self.hits(),
            held_back: Vec::new(),
            severity: Some(self.severity),
            alert: true,
            reasons: vec![Reason {
                rule,
                severity: self.severity,
                words,
                readers: readers.unwrap_or_default(),
            }],
            would_be: None,
        }
    }

    pub(crate) fn item(&self) -> Item {
        Item {
            id: ItemId::of(&[&self.source, &self.title, &self.seen.to_string()]),
            revision: 1,
            source: SourceId::new(self.source.as_str()),
            official: self.official,
            guid: None,
            link: self.link.clone(),
            text: ItemText {
                title: self.title.clone(),
                summary: self.summary.clone(),
                lang: self.lang.clone(),
                ..ItemText::default()
            },
            text_hash: format!("{}|{}", self.title, self.summary),
            published: self.published,
            first_seen: self.seen,
            arrival: self.arrival,
        }
    }

    pub(crate) fn alert(&self) -> Alert {
        let item = self.item();
        Alert {
            id: AlertId::of(&[item.id.as_str(), "1"]),
            item: item.id,
            revision: 1,
            story: StoryId::of(&[&self.story]),
            copy_of: self.copy_of.as_ref().map(|one| ItemId::of(&[one])),
            severity: self.severity,
            judgement: self.judgement(),
            marks: self.marks.clone(),
            watchlist: 12,
            at: self.seen,
        }
    }

    pub(crate) fn pending(&self) -> PendingNotice {
        let alert = self.alert();
        PendingNotice {
            notice: Notice {
                alert: alert.id.clone(),
                reader: "Mei".to_owned(),
                urgency: self.urgency,
                not_before: self.seen,
            },
            alert,
            item: self.item(),
            undelivered: self.undelivered,
            refusals: Vec::new(),
            withheld: false,
            earlier: Vec::new(),
            before: None,
            meant_for: Vec::new(),
        }
    }
}

pub(crate) fn source(id: &str, official: bool, read: &str) -> SourceCoverage {
    let mut state = SourceState::new(at("2026-10-01T00:00:00Z"));
    state.health = watchlistd::model::Health::Healthy;
    state.last_success = Some(at(read));
    SourceCoverage {
        source: Source {
            id: SourceId::new(id),
            url: format!("https://www.{id}.org/feed.xml"),
            official,
            lang: None,
            interval: Duration::from_secs(1800),
            allow_private: false,
            first_run: FirstRun::All,
        },
        state,
    }
}

/// What the feeds of the samples call themselves; the others go by their host.
const NAMES: [(&str, &str); 11] = [
    ("scmp", "South China Morning Post - China feed"),
    ("house-select-committee", "House Select Committee"),
    ("caixin", "财新网"),
    ("reuters-china", "Reuters"),
    ("ap-business", "AP | Business News and the day in markets"),
    ("nikkei", "Nikkei Asia"),
    ("handelsblatt", "Handelsblatt"),
    ("le-monde", "Le Monde.fr - Actualités et Infos en France"),
    ("digitimes", "DIGITIMES"),
    ("bis-press", "Press Releases"),
    ("yonhap", "News"),
];

/// 42 healthy sources, read at `read`.
pub(crate) fn coverage(read: &str) -> Coverage {
    let named = NAMES.iter().map(|(id, title)| {
        let mut one = source(id, matches!(*id, "house-select-committee" | "bis-press"), read);
        one.state.title = Some((*title).to_owned());
        one
    });
    let others = (NAMES.len() + 1..=42).map(|n| source(&format!("source-{n}"), n % 7 == 0, read));
    Coverage {
        sources: named.chain(others).collect(),
        items_read: 1312,
        newest: Some(at(read)),
        ..Coverage::default()
    }
}
