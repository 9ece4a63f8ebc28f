//! What the measurements run on: a watchlist and news-like items, made from a seed.
//!
//! The same seed gives the same bytes on any machine. Words follow Zipf's law as real ones do, so
//! that caches and branch predictors are treated as real text treats them. Names are distinct and
//! hold no legal form: one company is one name, here and in the engines beside ours.

use std::collections::HashSet;

use watchlistd::model::watchlist::{
    CompanyEntry, Remarks, RuleEntry, TopicEntry, WatchlistEntries,
};
use watchlistd::model::{ItemText, Located, Severity};

use super::dice::Dice;

/// About as long as a summary of a news feed, in bytes.
const ITEM_BYTES: usize = 1200;

/// Words of news that no syllables make.
const NEWS: &str = "the of to and a in for on that with as by at from is was said it has its be an \
    are have will not which company government after new year over would shares percent market \
    about more their last group been other up than million billion official officials minister \
    ministry trade court regulator export sanctions list ban fine fined order orders rule rules \
    bank stock exchange technology chip chips security national commission state department \
    authorities agency investigation review investors quarter revenue report reported according \
    statement spokesperson reuters announced approved blocked suspended listed delisted added \
    restricted entity lawmakers congress senate committee bill act law tariff tariffs import \
    supply factory plant production demand price prices energy oil gas steel aluminium cars \
    battery software data cloud telecom equipment military defence foreign investment deal \
    acquisition merger stake buyer seller board chief executive chairman director analyst";

const SYLLABLES: &str = "ba be bi bo bra bre ca ce cha co cra da de di do dra el en er fa fe fi flo \
    ga ge gi gra ha hel ho in is ja ka ke kor la le li lo lum ma me mi mon na ne ni nor o pa pe \
    pla po qua ra re ri ron sa se si sol sta ta te tho ti tor tra un va ve vi vol wa we wil xan ya \
    ye yor za ze zor";

fn chance(dice: &mut Dice, percent: usize) -> bool {
    dice.below(100) < percent
}

/// The words of the world that is written about.
pub(crate) struct World {
    words: Vec<String>,
    characters: Vec<char>,
}

impl World {
    pub(crate) fn new(dice: &mut Dice) -> Self {
        let syllables: Vec<&str> = SYLLABLES.split_whitespace().collect();
        let mut words: Vec<String> = NEWS.split_whitespace().map(str::to_owned).collect();
        let mut known: HashSet<String> = words.iter().cloned().collect();
        while words.len() < 40_000 {
            let length = 2 + dice.below(3);
            let word: String = (0..length).map(|_| *dice.one(&syllables)).collect();
            if word.len() > 3 && known.insert(word.clone()) {
                words.push(word);
            }
        }
        // Simplified already: what folding does to these costs the same, and changes nothing.
        let characters = (0x4e00..0x4e00 + 3500).filter_map(char::from_u32).collect();
        Self { words, characters }
    }

    /// A word that is no everyday one.
    pub(crate) fn rare(&self, dice: &mut Dice) -> &str {
        &self.words[1500 + dice.below(self.words.len() - 1500)]
    }

    /// Distinct names: four of five of two or three Latin words or one long one, the others Chinese.
    pub(crate) fn names(&self, dice: &mut Dice, many: usize) -> Vec<String> {
        let mut names = Vec::with_capacity(many);
        let mut known = HashSet::with_capacity(many);
        while names.len() < many {
            let name = if chance(dice, 20) {
                let length = 3 + dice.below(4);
                (0..length).map(|_| self.characters[dice.zipf(self.characters.len())]).collect()
            } else {
                let length = if chance(dice, 10) { 1 } else { 2 + dice.below(2) };
                let words: Vec<String> = (0..length).map(|_| capital(self.rare(dice))).collect();
                let glued = if length == 1 { self.rare(dice) } else { "" };
                format!("{}{glued}", words.join(" "))
            };
            if known.insert(name.clone()) {
                names.push(name);
            }
        }
        names
    }

    /// Items that name about two of `names` each; three of ten are Chinese or mixed.
    pub(crate) fn items(&self, dice: &mut Dice, many: usize, names: &[String]) -> Vec<ItemText> {
        (0..many)
            .map(|_| {
                let chinese = match dice.below(10) {
                    0..=1 => 100,
                    2 => 40,
                    _ => 2,
                };
                let title = self.prose(dice, 80, chinese, names, 6);
                let summary = self.prose(dice, ITEM_BYTES - 80, chinese, names, 1);
                ItemText { title, summary, ..ItemText::default() }
            })
            .collect()
    }

    /// `chinese` percent of the sentences in Chinese; a name at `named` percent of the places.
    fn prose(
        &self,
        dice: &mut Dice,
        bytes: usize,
        chinese: usize,
        names: &[String],
        named: usize,
    ) -> String {
        let mut text = String::with_capacity(bytes + 80);
        while text.len() < bytes {
            let in_chinese = chance(dice, chinese);
            let length = if in_chinese { 12 + dice.below(25) } else { 8 + dice.below(18) };
            for n in 0..length {
                if chance(dice, named) {
                    text.push_str(dice.one::<String>(names));
                } else if in_chinese {
                    text.push(self.characters[dice.zipf(self.characters.len())]);
                } else {
                    let word = &self.words[dice.zipf(self.words.len())];
                    text.push_str(&if n == 0 || chance(dice, 8) {
                        capital(word)
                    } else {
                        word.clone()
                    });
                }
                if n + 1 == length {
                    text.push_str(if in_chinese { "。" } else { ". " });
                } else if chance(dice, 9) {
                    text.push_str(if in_chinese { "，" } else { ", " });
                } else if !in_chinese {
                    text.push(' ');
                }
            }
        }
        text.truncate(text.trim_end().len());
        text
    }

    /// Topics of plain terms, which match with their inflections.
    pub(crate) fn topics(&self, dice: &mut Dice, many: usize, terms: usize) -> Vec<TopicEntry> {
        (0..many)
            .map(|n| {
                let mut topic = topic(&format!("Topic {n}"));
                for _ in 0..terms {
                    let length = 1 + dice.below(3);
                    let words: Vec<&str> = (0..length).map(|_| self.rare(dice)).collect();
                    topic.terms.push(Located::nowhere(words.join(" ")));
                }
                topic
            })
            .collect()
    }

    /// Rules of all kinds, over as many names and topics with these ids.
    pub(crate) fn rules(
        &self,
        dice: &mut Dice,
        many: usize,
        names: usize,
        topics: &[String],
    ) -> Vec<RuleEntry> {
        (0..many)
            .map(|n| {
                let (company, topic) = (dice.below(names), dice.one(topics));
                let (one, two) = (self.rare(dice).to_owned(), self.rare(dice).to_owned());
                let group = dice.below(1000);
                let when = match n % 10 {
                    0..=4 => format!("company:c{company} AND topic:{topic}"),
                    5 | 6 => format!("group:g{group} AND topic:{topic}"),
                    7 => format!("group:g{group} AND topic:{topic} AND {one}"),
                    8 => format!("{one} NEAR/5 {two}"),
                    _ => format!("company:* AND {one} AND {two} NOT source:s{group}"),
                };
                rule(&format!("Rule {n}"), when)
            })
            .collect()
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// A watchlist of these names: one company each, the first ten thousand in a thousand groups.
pub(crate) fn watchlist(names: &[String]) -> WatchlistEntries {
    let companies = names.iter().enumerate().map(|(n, name)| company(n, name)).collect();
    WatchlistEntries { companies, ..WatchlistEntries::default() }
}

fn company(n: usize, name: &str) -> CompanyEntry {
    let groups =
        if n < 10_000 { vec![Located::nowhere(format!("g{}", n % 1000))] } else { Vec::new() };
    CompanyEntry {
        id: Some(Located::nowhere(format!("c{n}"))),
        groups,
        ..CompanyEntry::named(Located::nowhere(name.to_owned()))
    }
}

fn topic(name: &str) -> TopicEntry {
    TopicEntry::named(Located::nowhere(name.to_owned()))
}

fn rule(name: &str, when: String) -> RuleEntry {
    RuleEntry {
        place: None,
        id: None,
        name: Located::nowhere(name.to_owned()),
        when: Located::nowhere(when),
        severity: Some(Located::nowhere(Severity::Medium)),
        readers: Vec::new(),
        hold: None,
        remarks: Remarks::default(),
    }
}
