//! The oracle: it gives out what is published, so it knows all of it, and holds the mails against it.
//!
//! Each alert has a company of its own, so that stories stay apart and a mail can be read by looking
//! for names. It knows nothing of how the program works.

use std::collections::{BTreeMap, BTreeSet};

use mail_parser::MessageParser;

/// Who must be told of each alert.
const READERS: [&str; 2] = ["mei@desk.test", "jo@desk.test"];

/// Mails under way at a time: a kill may repeat as many.
const UNDER_WAY: u64 = 4;

/// What is to become of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Both readers are told, each on one occasion.
    Alert,
    /// A guard holds it back: it is recorded as such and told as no alert.
    Held,
    /// It was there long before we looked: it is recorded and not told.
    Old,
    /// Nothing in it is watched.
    Noise,
}

#[derive(Default)]
pub(crate) struct Oracle {
    published: Vec<(Fate, usize)>,
}

/// A mail as its reader sees it.
pub(crate) struct Mail {
    pub(crate) to: String,
    pub(crate) id: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    /// What is attached: a long digest lists there what it does not tell in full.
    attached: String,
}

impl Mail {
    pub(crate) fn read(message: &[u8]) -> Self {
        let parsed = MessageParser::default().parse(message).unwrap();
        let to = parsed.to().and_then(|to| to.first()).and_then(|one| one.address()).unwrap();
        Self {
            to: to.to_owned(),
            id: parsed.message_id().unwrap().to_owned(),
            subject: parsed.subject().unwrap_or_default().to_owned(),
            text: parsed.body_text(0).unwrap().into_owned(),
            attached: parsed.attachments().filter_map(|one| one.text_contents()).collect(),
        }
    }

    /// Companies of which it tells: those named above the account of how we looked, which also lists
    /// mentions and what was held back.
    fn names(&self) -> BTreeSet<&str> {
        let told = self.text.lines().take_while(|line| *line != "Coverage");
        let lines = told.chain(self.attached.lines());
        lines.flat_map(|line| line.match_indices("Firm").map(|(at, _)| &line[at..at + 8])).collect()
    }
}

impl Oracle {
    /// A headline with this fate. It is counted as published.
    pub(crate) fn title(&mut self, fate: Fate) -> String {
        // Companies are few, quiet days are many.
        let alike = |one: &Fate| (*one == Fate::Noise) == (fate == Fate::Noise);
        let n = self.published.iter().filter(|(one, _)| alike(one)).count();
        self.published.push((fate, n));
        match fate {
            Fate::Alert => format!("The exchange moves to delist Firm{n:04} from its board"),
            Fate::Held => format!("Players want to delist Firm{n:04} from the arcade on Sunday"),
            Fate::Old => format!("The exchange will delist Firm{n:04} in the old days"),
            Fate::Noise => format!("A quiet day at harbour {n:04}"),
        }
    }

    fn with(&self, fate: Fate) -> BTreeSet<String> {
        let those = self.published.iter().filter(|(one, _)| *one == fate);
        those.map(|(_, n)| format!("Firm{n:04}")).collect()
    }

    /// Whether whoever's address begins so was told of all alerts.
    pub(crate) fn is_told_to(&self, reader: &str, mails: &[Mail]) -> bool {
        let mails = || mails.iter().filter(|mail| mail.to.starts_with(reader));
        let told: BTreeSet<&str> = mails().flat_map(Mail::names).collect();
        self.with(Fate::Alert).iter().all(|name| told.contains(&**name))
    }

    pub(crate) fn alerts(&self) -> u64 {
        self.with(Fate::Alert).len() as u64
    }

    /// Holds the mails against what was published. Answers how many came more than once.
    #[track_caller]
    pub(crate) fn judge(&self, mails: &[Mail], kills: u64) -> u64 {
        let mails: Vec<&Mail> =
            mails.iter().filter(|mail| !mail.subject.contains("welcome")).collect();
        let copies = copies(&mails, kills);
        let alerts = self.with(Fate::Alert);
        for reader in READERS {
            let mut occasions: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
            for mail in mails.iter().filter(|mail| mail.to == reader) {
                for name in mail.names() {
                    occasions.entry(name.to_owned()).or_default().insert(&mail.id);
                }
            }
            let told: BTreeSet<String> = occasions.keys().cloned().collect();
            let missed: Vec<_> = alerts.difference(&told).collect();
            let invented: Vec<_> = told.difference(&alerts).collect();
            assert!(missed.is_empty(), "{reader} was never told of {missed:?}");
            assert!(invented.is_empty(), "{reader} was told of {invented:?}");
            let again: Vec<_> = occasions.iter().filter(|(_, ids)| ids.len() > 1).collect();
            assert!(again.is_empty(), "{reader} was told on two occasions: {again:?}");
        }
        // What an edit or a new version does is shown to the operator by examples: no alert is told by it.
        let shows =
            |mail: &Mail| mail.subject.contains("is in force") || mail.subject.contains("replaced");
        let others = mails.iter().filter(|mail| !READERS.contains(&mail.to.as_str()));
        for mail in others.filter(|mail| !shows(mail)) {
            let names = mail.names();
            assert!(names.is_empty(), "{} got '{}', which names {names:?}", mail.to, mail.subject);
        }
        copies
    }

    /// What was not told stands in the store with its reason.
    #[track_caller]
    pub(crate) fn judge_untold(&self, database: &rusqlite::Connection) {
        for (fate, column) in [
            (Fate::Held, "json_array_length(d.judgement, '$.held_back') > 0 AND NOT d.alerts"),
            (Fate::Old, "d.untold IS NOT NULL"),
        ] {
            let sql = format!(
                "SELECT i.title FROM items i JOIN decisions d ON d.item = i.key WHERE {column}"
            );
            let mut select = database.prepare(&sql).unwrap();
            let titles: Vec<String> =
                select.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
            let recorded: BTreeSet<&str> = titles
                .iter()
                .filter_map(|title| Some(&title[title.find("Firm")?..][..8]))
                .collect();
            let missing: Vec<_> =
                self.with(fate).into_iter().filter(|name| !recorded.contains(&**name)).collect();
            assert!(missing.is_empty(), "{fate:?} without its reason: {missing:?}");
        }
    }
}

/// How many mails came more than once, which only a kill excuses.
#[track_caller]
fn copies(mails: &[&Mail], kills: u64) -> u64 {
    let mut times: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for mail in mails {
        *times.entry((&mail.to, &mail.id)).or_default() += 1;
    }
    let copies = times.values().map(|n| n - 1).sum();
    assert!(copies <= kills * UNDER_WAY, "{copies} copies after {kills} kills");
    let most = times.values().max().copied().unwrap_or(0);
    assert!(most <= 1 + kills, "one mail came {most} times after {kills} kills");
    copies
}
