//! Hits become a judgement: mention or alert, how grave, and why.
//!
//! The default: company and topic in one item, and in a round-up in one segment; a topic alone as
//! its `without_company` says. Rules link likewise; they add severity and readers, and `hold` is the
//! one way to lower.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;

use crate::model::watchlist::WithoutCompany;
use crate::model::{
    EntityKind, Guard, HeldBack, Hit, Item, ItemText, Judgement, Named, Reason, Severity, Timestamp,
};

use super::manner::Manner;
use super::matching::{Found, Occ, Reading, Scene, term};
use super::talk::talk;
use super::watchlist::{Also, Condition, Filed, Watchlist};

/// Segments of a round-up that a rule looks at: far more than a digest of headlines has, and a bound
/// on the work for a hostile one.
const SEGMENTS: usize = 200;

/// Bytes of a reason that quotes two hits, about.
const QUOTED: usize = 96;

/// Words of a search's find that a reason quotes.
const WORDS: u32 = 8;

/// Who says it: what rules and official-only topics look at beside the words.
#[derive(Clone, Copy, Debug, Default)]
pub struct Origin<'a> {
    /// The source's id.
    pub source: &'a str,
    /// Whether it is an authority speaking for itself.
    pub official: bool,
    /// When it was first seen: what is muted until a later day is held back. Without it nothing is.
    pub seen: Option<Timestamp>,
}

impl<'a> Origin<'a> {
    /// Where an item came from, and when.
    #[must_use]
    pub fn of(item: &'a Item) -> Self {
        let seen = Some(item.first_seen);
        Self { source: item.source.as_str(), official: item.official, seen }
    }
}

/// What the watchlist makes of an item's words.
#[must_use]
pub fn judge(watchlist: &Watchlist, text: &ItemText, origin: Origin<'_>) -> Judgement {
    let reading = Reading::of(watchlist, text, origin.seen);
    if reading.found.is_empty() && watchlist.conditions.is_empty() {
        return Judgement::default();
    }
    Case::new(watchlist, &reading, origin).judgement()
}

/// What an edit adds to what was known: a company, a topic or a higher severity, in words. `None`
/// when it adds nothing that is to be told.
#[must_use]
pub fn adds(before: &Judgement, after: &Judgement) -> Option<String> {
    if !after.alert {
        return None;
    }
    let new = |old: &[Named], all: &[Named]| -> Vec<String> {
        let unknown = all.iter().filter(|one| !old.iter().any(|known| known.id == one.id));
        unknown.map(|one| one.name.to_string()).collect()
    };
    let mut words = Vec::new();
    let companies = new(&before.companies, &after.companies);
    if !companies.is_empty() {
        words.push(format!("now names {}", companies.join(", ")));
    }
    let topics = new(&before.topics, &after.topics);
    if !topics.is_empty() {
        words.push(format!("now about {}", topics.join(", ")));
    }
    let told = |judgement: &Judgement| judgement.severity.filter(|_| judgement.alert);
    if told(after) > told(before) {
        let shown = |severity: Option<Severity>| severity.map_or("no alert", Severity::as_str);
        words.push(format!("{} → {}", shown(told(before)), shown(told(after))));
    }
    (!words.is_empty()).then(|| words.join("; "))
}

/// A default or rule that said yes, before it is put into words.
#[derive(Debug)]
pub(crate) struct Yes {
    /// The rule's number; `None` for the defaults.
    pub(crate) rule: Option<usize>,
    pub(crate) severity: Option<Severity>,
    said: Said,
    /// The companies and topics that its words name, hidden topics left out.
    names: Names,
}

/// What is known of the words of a yes.
#[derive(Debug)]
enum Said {
    /// All.
    Words(String),
    /// In which segment a rule holds. Most rules that hold repeat others, and their words are not told.
    In(Option<u32>),
}

impl Yes {
    /// A rule without a severity makes an alert of medium weight where there is none.
    fn weight(&self) -> Severity {
        self.severity.unwrap_or(Severity::Medium)
    }
}

/// Companies and topics, by number: a few, sorted, each once.
#[derive(Debug, Default)]
pub(crate) struct Names(Vec<(EntityKind, u32)>);

impl Names {
    fn of(found: &[&Found]) -> Self {
        let mut names = Self::default();
        found.iter().for_each(|found| names.add((found.kind(), found.entity)));
        names
    }

    fn add(&mut self, name: (EntityKind, u32)) {
        if let Err(at) = self.0.binary_search(&name) {
            self.0.insert(at, name);
        }
    }

    fn all_in(&self, others: &Self) -> bool {
        self.0.iter().all(|name| others.0.binary_search(name).is_ok())
    }
}

/// One item on the table.
pub(crate) struct Case<'a> {
    pub(crate) watchlist: &'a Watchlist,
    pub(crate) reading: &'a Reading,
    pub(crate) origin: Origin<'a>,
    manner: Option<Manner>,
    /// Companies and topics that count, by number: sorted, each once.
    companies: Vec<u32>,
    topics: Vec<u32>,
    /// The first company of each segment, by segment.
    company_in: Vec<(u32, &'a Found)>,
    /// The words that show the item to be talk without an act, once somebody asked.
    talk: OnceCell<Option<Occ>>,
}

impl<'a> Case<'a> {
    pub(crate) fn new(watchlist: &'a Watchlist, reading: &'a Reading, origin: Origin<'a>) -> Self {
        let of = |kind: EntityKind| -> Vec<u32> {
            let counting = reading.counting().filter(|found| found.kind() == kind);
            let mut all: Vec<u32> = counting.map(|found| found.entity).collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        let (companies, topics) = (of(EntityKind::Company), of(EntityKind::Topic));
        // Manner matters only where a topic is at hand, or a rule may ask for a round-up's segments.
        let asked =
            !topics.is_empty() || (!watchlist.conditions.is_empty() && !companies.is_empty());
        let manner = asked.then(|| reading.manner());
        // Hits are in text order, and so are segments.
        let mut company_in: Vec<(u32, &Found)> = Vec::new();
        for found in reading.counting().filter(|found| found.kind() == EntityKind::Company) {
            let segment = reading.text.tokens[found.first as usize].segment;
            if company_in.last().is_none_or(|last| last.0 != segment) {
                company_in.push((segment, found));
            }
        }
        Self {
            watchlist,
            reading,
            origin,
            manner,
            companies,
            topics,
            company_in,
            talk: OnceCell::new(),
        }
    }

    pub(crate) fn round_up(&self) -> bool {
        self.manner.as_ref().is_some_and(Manner::round_up)
    }

    /// The words that show the item to be talk without an act.
    fn talk(&self) -> Option<Occ> {
        // Names and terms that end there. A search may be found by the very words that threaten.
        let subject = |token: u32| {
            let ends = |found: &Found| found.last == token && found.is_plain(self.watchlist);
            self.reading.counting().any(ends)
        };
        *self.talk.get_or_init(|| {
            talk(&self.reading.text, self.manner.as_ref()?, self.origin.official, subject)
        })
    }

    fn hits(&self, kind: EntityKind, entity: u32) -> impl Iterator<Item = &Found> {
        self.reading.counting().filter(move |found| found.kind() == kind && found.entity == entity)
    }

    fn segment(&self, found: &Found) -> u32 {
        self.reading.text.tokens[found.first as usize].segment
    }

    fn sentence(&self, found: &Found) -> u32 {
        self.reading.text.tokens[found.first as usize].sentence
    }

    /// Companies and visible topics that count, by number.
    pub(crate) fn counting(&self) -> (Vec<u32>, Vec<u32>) {
        let topics = self.topics.iter().copied();
        let shown = topics.filter(|topic| !self.watchlist.topic(*topic).hidden);
        (self.companies.clone(), shown.collect())
    }

    /// The company that a topic's words are about, and the hit that shows it.
    pub(crate) fn linked(&self, topic: u32) -> Option<(&Found, &Found)> {
        let mut about = self.hits(EntityKind::Topic, topic);
        if !self.round_up() {
            let (_, company) = *self.company_in.first()?;
            return Some((company, about.next()?));
        }
        about.find_map(|topic| {
            let segment = self.segment(topic);
            let at = self.company_in.binary_search_by_key(&segment, |one| one.0).ok()?;
            Some((self.company_in[at].1, topic))
        })
    }

    /// Whether the topic's words, or who says them, make it an alert without a company.
    pub(crate) fn alone(&self, topic: u32) -> Result<String, &'static str> {
        let official = self.origin.official;
        match self.watchlist.topic(topic).without_company {
            WithoutCompany::Never => Err("this topic never alerts without a company"),
            WithoutCompany::Always => Ok("alerts without a company".to_owned()),
            WithoutCompany::Official if official => Ok("said by an official source".to_owned()),
            WithoutCompany::Official => Err("without a company only official sources alert"),
            WithoutCompany::Action => {
                let Some(manner) = &self.manner else { return Err("no words of this topic") };
                let hits: Vec<u32> =
                    self.hits(EntityKind::Topic, topic).map(|found| self.sentence(found)).collect();
                if hits.iter().copied().all(|sentence| manner.talks(sentence)) {
                    return Err("the words are comment, plan or event, not an act");
                }
                if official {
                    return Ok("said by an official source".to_owned());
                }
                if hits.into_iter().any(|sentence| manner.acts(sentence) && !manner.talks(sentence))
                {
                    return Ok("the words report an act".to_owned());
                }
                Err("the words report no act, and the source is not official")
            }
        }
    }

    /// What the defaults say.
    fn defaults(&self) -> Vec<Yes> {
        let mut said = Vec::new();
        if !self.watchlist.defaults() {
            return said;
        }
        for topic in
            self.topics.iter().copied().filter(|topic| !self.watchlist.topic(*topic).hidden)
        {
            let info = self.watchlist.topic(topic);
            if let Some((company, about)) = self.linked(topic) {
                let mut words = String::with_capacity(QUOTED);
                self.quote(company, &mut words);
                words.push_str(" with ");
                self.quote(about, &mut words);
                let names = Names::of(&[company, about]);
                let (severity, said_so) = (Some(info.severity), Said::Words(words));
                said.push(Yes { rule: None, severity, said: said_so, names });
            } else if let Ok(why) = self.alone(topic)
                && let Some(hit) = self.hits(EntityKind::Topic, topic).next()
            {
                let words = format!("{}, {why}", self.quoted(hit));
                let names = Names::of(&[hit]);
                let (severity, said_so) = (Some(info.severity), Said::Words(words));
                said.push(Yes { rule: None, severity, said: said_so, names });
            }
        }
        said
    }

    /// Topics that count and make no alert, with the reason.
    pub(crate) fn silent_topics(&self) -> Vec<String> {
        if !self.watchlist.defaults() {
            return Vec::new();
        }
        let shown =
            self.topics.iter().copied().filter(|topic| !self.watchlist.topic(*topic).hidden);
        shown
            .filter(|topic| self.linked(*topic).is_none())
            .filter_map(|topic| {
                let why = self.alone(topic).err()?;
                let name = &self.watchlist.topic(topic).named.name;
                let apart = !self.companies.is_empty();
                let apart =
                    if apart { ", and in a round-up the company stands elsewhere" } else { "" };
                Some(format!("{name}: {why}{apart}"))
            })
            .collect()
    }

    /// `Alibaba ("BABA", title)`; of a search the words that it found, `Fraud ("misled … holders", title)`.
    pub(crate) fn quoted(&self, found: &Found) -> String {
        let mut words = String::new();
        self.quote(found, &mut words);
        words
    }

    fn quote(&self, found: &Found, into: &mut String) {
        let name = match found.kind() {
            EntityKind::Company => &self.watchlist.company(found.entity).named.name,
            EntityKind::Topic => &self.watchlist.topic(found.entity).named.name,
        };
        let field = self.reading.text.field_of(found.first).field;
        into.push_str(name);
        into.push_str(" (\"");
        match found.by {
            super::matching::By::Search(_) => into.push_str(&self.gist(found.first, found.last)),
            by => into.push_str(&term(self.watchlist, by)),
        }
        into.push_str("\", ");
        // A text takes whatever is written to it.
        let _ = write!(into, "{field})");
    }

    /// The words from one to the other; of many only the first and the last.
    fn gist(&self, first: u32, last: u32) -> String {
        if last - first < WORDS {
            return self.reading.words(first, last);
        }
        let (head, tail) = (first + WORDS / 2 - 1, last + 1 - WORDS / 2);
        format!("{} … {}", self.reading.words(first, head), self.reading.words(tail, last))
    }

    /// What the rules say.
    fn rules(&self) -> Vec<Yes> {
        let conditions = &self.watchlist.conditions;
        self.in_question()
            .into_iter()
            .filter_map(|rule| {
                let segment = self.fires(&conditions[rule].when)?;
                let info = self.watchlist.rule(rule);
                let mut names = Names::default();
                self.name(&conditions[rule].when, segment, &mut names);
                let said = Said::In(segment);
                Some(Yes { rule: Some(rule), severity: info.severity, said, names })
            })
            .collect()
    }

    /// The rules that may hold, by number: those filed under something that is there.
    fn in_question(&self) -> Vec<usize> {
        let anchors = &self.watchlist.anchors;
        let mut rules: Vec<usize> = Vec::new();
        let mut add = |filed: &mut dyn Iterator<Item = Filed>| {
            let worth = filed.filter(|one| self.may_hold(one.also));
            rules.extend(worth.map(|one| one.rule as usize));
        };
        add(&mut anchors.standing(self.origin.official));
        add(&mut anchors.of_source(self.origin.source));
        add(&mut anchors.of_any(!self.companies.is_empty(), !self.topics.is_empty()));
        let line = self.companies.iter().flat_map(|company| self.line(*company));
        for company in line {
            add(&mut anchors.of_company(company, &self.watchlist.company(company).groups));
        }
        for topic in &self.topics {
            add(&mut anchors.of_topic(*topic));
        }
        if anchors.on_phrases() {
            let found = self.reading.phrases.chunk_by(|one, next| one.phrase == next.phrase);
            let found = found.map(|same| same[0].phrase);
            for phrase in found.chain(self.reading.asked().iter().map(|occ| occ.phrase)) {
                add(&mut anchors.of_phrase(phrase));
            }
        }
        rules.sort_unstable();
        rules.dedup();
        rules
    }

    /// Whether a topic counts.
    fn is_about(&self, topic: u32) -> bool {
        self.topics.binary_search(&topic).is_ok()
    }

    fn may_hold(&self, also: Also) -> bool {
        match also {
            Also::Nothing => true,
            Also::Phrase(phrase) => self.reading.may_have(phrase),
            Also::Topic(topic) => self.is_about(topic),
        }
    }

    /// Whether a condition holds; in a round-up that mixes companies and topics, in one segment.
    pub(crate) fn fires(&self, when: &Condition) -> Option<Option<u32>> {
        if !self.round_up() || !links(when) {
            return self.asks(when, None).then_some(None);
        }
        // Only a segment with a hit can hold more than an empty one does; a flood of them is cut.
        let told: BTreeSet<u32> =
            self.reading.counting().map(|found| self.segment(found)).collect();
        told.into_iter().take(SEGMENTS).map(Some).find(|segment| self.asks(when, *segment))
    }

    fn asks(&self, when: &Condition, segment: Option<u32>) -> bool {
        let scene = Scene { segment, ..self.reading.scene() };
        self.asks_in(when, &scene)
    }

    fn asks_in(&self, when: &Condition, scene: &Scene<'_>) -> bool {
        match when {
            Condition::Words(phrase) => scene.has(*phrase),
            Condition::Near(n, a, b) => !scene.places_near(*n, a, b).is_empty(),
            Condition::Title(one) => self.asks_in(one, &Scene { title: true, ..*scene }),
            Condition::All(all) => all.iter().all(|one| self.asks_in(one, scene)),
            Condition::Any(any) => any.iter().any(|one| self.asks_in(one, scene)),
            Condition::Not(one) => !self.asks_in(one, scene),
            Condition::Official => self.origin.official,
            Condition::Talk => self.talk().is_some(),
            Condition::Source(id) => id.as_deref().is_none_or(|id| id == self.origin.source),
            Condition::Topic(Some(topic)) if !self.is_about(*topic) => false,
            Condition::Company(_) | Condition::Group(_) | Condition::Topic(_) => {
                self.reading.counting().any(|found| self.is(found, when) && scene.sees(found.first))
            }
        }
    }

    /// Whether a hit is what the condition asks for. A hit of a part also names the whole.
    fn is(&self, found: &Found, when: &Condition) -> bool {
        let company = found.kind() == EntityKind::Company;
        match when {
            Condition::Company(None) => company,
            Condition::Company(Some(id)) => {
                company && self.any_of_line(found.entity, |one| one == *id)
            }
            Condition::Group(None) => {
                let grouped = |one| !self.watchlist.company(one).groups.is_empty();
                company && self.any_of_line(found.entity, grouped)
            }
            Condition::Group(Some(group)) => {
                let member = |one| self.watchlist.company(one).groups.contains(group);
                company && self.any_of_line(found.entity, member)
            }
            // A hidden topic is a building block: it is asked for by its id only.
            Condition::Topic(None) => !company && !self.watchlist.topic(found.entity).hidden,
            Condition::Topic(Some(id)) => !company && found.entity == *id,
            _ => false,
        }
    }

    /// Whether a company or one that it is part of is wanted.
    fn any_of_line(&self, company: u32, wanted: impl Fn(u32) -> bool) -> bool {
        self.line(company).any(wanted)
    }

    /// A company and those that it is part of, which are no ring.
    fn line(&self, company: u32) -> impl Iterator<Item = u32> {
        std::iter::successors(Some(company), |at| {
            let parent = self.watchlist.company(*at).part_of.as_ref()?;
            self.watchlist.company_of_id(parent)
        })
    }

    /// What a yes says, in words.
    pub(crate) fn words(&self, yes: &Yes) -> String {
        let segment = match &yes.said {
            Said::Words(words) => return words.clone(),
            Said::In(segment) => *segment,
        };
        let mut parts = Vec::new();
        if let Some(rule) = yes.rule {
            self.witnesses(&self.watchlist.conditions[rule].when, segment, &mut parts);
        }
        parts.dedup();
        if parts.is_empty() { "its words are there".to_owned() } else { parts.join(" with ") }
    }

    /// The hits that a rule's condition names.
    fn name(&self, when: &Condition, segment: Option<u32>, into: &mut Names) {
        match when {
            Condition::All(all) | Condition::Any(all) => {
                all.iter().for_each(|one| self.name(one, segment, into));
            }
            Condition::Title(one) => self.name(one, segment, into),
            Condition::Company(_) | Condition::Group(_) | Condition::Topic(_) => {
                let shown = self.witness(when, segment).filter(|hit| !self.is_hidden(hit));
                shown.into_iter().for_each(|hit| into.add((hit.kind(), hit.entity)));
            }
            _ => {}
        }
    }

    /// The first hit that is what a condition asks for.
    fn witness(&self, when: &Condition, segment: Option<u32>) -> Option<&Found> {
        let seen = |found: &&Found| segment.is_none_or(|segment| self.segment(found) == segment);
        self.reading.counting().filter(seen).find(|found| self.is(found, when))
    }

    /// The same in words, with what else the condition rests on.
    fn witnesses(&self, when: &Condition, segment: Option<u32>, into: &mut Vec<String>) {
        match when {
            Condition::All(all) | Condition::Any(all) => {
                all.iter().for_each(|one| self.witnesses(one, segment, into));
            }
            Condition::Title(one) => self.witnesses(one, segment, into),
            Condition::Official if self.origin.official => {
                into.push("an official source".to_owned())
            }
            Condition::Talk => into.extend(self.talk().map(|words| self.written(words))),
            Condition::Company(_) | Condition::Group(_) | Condition::Topic(_) => {
                let hit = self.witness(when, segment);
                into.extend(hit.map(|found| self.quoted(found)));
            }
            _ => {}
        }
    }

    /// `talk ("oral history", title)`.
    fn written(&self, words: Occ) -> String {
        let field = self.reading.text.field_of(words.first).field;
        format!("talk (\"{}\", {field})", self.reading.words(words.first, words.last))
    }

    /// Everything that says yes.
    pub(crate) fn yes(&self) -> Vec<Yes> {
        let mut said = self.defaults();
        said.extend(self.rules());
        said
    }

    fn judgement(&self) -> Judgement {
        let watchlist = self.watchlist;
        let said = self.yes();
        let hold = said.iter().filter_map(|yes| watchlist.rule(yes.rule?).hold.clone()).next();
        let reasons = self.reasons(said);
        let would_be = reasons.first().map(|reason| reason.severity);
        let alert = would_be.is_some() && hold.is_none();
        let shown = |found: &&Found| !self.is_hidden(found);
        let hits: Vec<Hit> = self
            .reading
            .counting()
            .filter(shown)
            .map(|found| self.reading.hit(watchlist, found))
            .collect();
        let mut held_back: Vec<HeldBack> = self
            .reading
            .found
            .iter()
            .filter(shown)
            .filter_map(|found| self.reading.held_back(watchlist, found))
            .collect();
        if let (Some(reason), Some(_), Some(hit)) = (&hold, would_be, hits.first()) {
            held_back.push(HeldBack { hit: hit.clone(), guard: Guard::Hold(reason.to_string()) });
        }
        let severity = if alert { would_be } else { (!hits.is_empty()).then_some(Severity::Low) };
        Judgement {
            companies: self.named_companies(),
            topics: self.named_topics(),
            groups: self.groups(),
            hits,
            severity,
            alert,
            would_be: if hold.is_some() { would_be } else { self.would_be(alert) },
            reasons,
            held_back,
        }
    }

    fn is_hidden(&self, found: &Found) -> bool {
        found.kind() == EntityKind::Topic && self.watchlist.topic(found.entity).hidden
    }

    /// Gravest first. What repeats others (no graver, no readers, nothing named that they do not name)
    /// is not told twice: of a rule only its name stays.
    fn reasons(&self, mut said: Vec<Yes>) -> Vec<Reason> {
        said.retain(|yes| self.alerts(yes));
        said.sort_by_key(|yes| std::cmp::Reverse(yes.weight()));
        let (mut told, mut kept) = (Names::default(), Vec::<Reason>::new());
        let mut also: Vec<&str> = Vec::new();
        for yes in said {
            let rule = yes.rule.map(|rule| self.watchlist.rule(rule));
            let readers = rule.map_or(&[][..], |rule| &rule.readers);
            if !yes.names.0.is_empty() && readers.is_empty() && yes.names.all_in(&told) {
                also.extend(rule.map(|rule| &*rule.name));
                continue;
            }
            kept.push(Reason {
                rule: rule.map(|rule| rule.name.to_string()),
                severity: yes.weight(),
                words: self.words(&yes),
                readers: readers.iter().map(|reader| reader.value.clone()).collect(),
            });
            yes.names.0.into_iter().for_each(|name| told.add(name));
        }
        let host = kept.iter().position(|reason| reason.rule.is_none()).unwrap_or(0);
        if let Some(host) = kept.get_mut(host).filter(|_| !also.is_empty()) {
            let rules = if also.len() == 1 { "rule" } else { "rules" };
            host.words.push_str(&format!("; also {rules} “{}”", also.join("”, “")));
        }
        kept
    }

    /// Whether a yes makes an alert by itself: a rule with neither severity nor readers only holds back.
    fn alerts(&self, yes: &Yes) -> bool {
        let rule = yes.rule.map(|rule| self.watchlist.rule(rule));
        rule.is_none_or(|rule| rule.severity.is_some() || !rule.readers.is_empty())
    }

    /// What guards cost: the severity that company and topic would give if nothing were held back.
    fn would_be(&self, alert: bool) -> Option<Severity> {
        if alert || !self.watchlist.defaults() {
            return None;
        }
        let all = &self.reading.found;
        let held = all.iter().any(|found| found.held.is_some());
        let company = all.iter().any(|found| found.kind() == EntityKind::Company);
        let topics =
            all.iter().filter(|found| found.kind() == EntityKind::Topic && !self.is_hidden(found));
        let gravest = topics.map(|found| self.watchlist.topic(found.entity).severity).max();
        gravest.filter(|_| held && company)
    }

    fn named_companies(&self) -> Vec<Named> {
        let line = self.companies.iter().flat_map(|company| self.line(*company));
        sorted(line.map(|company| self.watchlist.company(company).named.clone()))
    }

    fn named_topics(&self) -> Vec<Named> {
        let topics = self.topics.iter().map(|topic| self.watchlist.topic(*topic));
        sorted(topics.filter(|topic| !topic.hidden).map(|topic| topic.named.clone()))
    }

    fn groups(&self) -> Vec<Arc<str>> {
        let line = self.companies.iter().flat_map(|company| self.line(*company));
        let groups = line.flat_map(|company| self.watchlist.company(company).groups.iter());
        let mut groups: Vec<Arc<str>> = groups.cloned().collect();
        groups.sort();
        groups.dedup();
        groups
    }
}

/// Whether a condition asks for two things that a round-up must not mix.
fn links(when: &Condition) -> bool {
    fn things(when: &Condition) -> usize {
        match when {
            Condition::All(all) | Condition::Any(all) => all.iter().map(things).sum(),
            Condition::Title(one) => things(one),
            Condition::Words(_)
            | Condition::Near(..)
            | Condition::Company(_)
            | Condition::Group(_)
            | Condition::Topic(_) => 1,
            Condition::Not(_) | Condition::Source(_) | Condition::Official | Condition::Talk => 0,
        }
    }
    things(when) > 1
}

fn sorted(all: impl Iterator<Item = Named>) -> Vec<Named> {
    let mut all: Vec<Named> = all.collect();
    all.sort();
    all.dedup();
    all
}
