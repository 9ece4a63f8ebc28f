//! The defaults: company and topic in one item, and in a round-up in one piece; a topic alone as its
//! `without_company` says.

use crate::detect::matching::Found;
use crate::model::EntityKind;
use crate::model::watchlist::WithoutCompany;

use super::Case;
use super::yes::{Names, Said, Yes};

impl Case<'_> {
    /// The company that a topic's words are about, and the hit that shows it.
    pub(crate) fn linked(&self, topic: u32) -> Option<(&Found, &Found)> {
        let mut about = self.hits(EntityKind::Topic, topic);
        if !self.round_up() {
            let (_, company) = *self.company_in.first()?;
            return Some((company, about.next()?));
        }
        about.filter(|topic| self.whole(topic)).find_map(|topic| {
            let piece = self.piece(topic);
            let at = self.company_in.binary_search_by_key(&piece, |one| one.0).ok()?;
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
                let Some(manner) = self.manner else { return Err("no words of this topic") };
                let hits: Vec<u32> =
                    self.hits(EntityKind::Topic, topic).map(|found| self.sentence(found)).collect();
                if hits.iter().copied().all(|sentence| manner.talks(sentence)) {
                    return Err("the words are comment, plan or event, not an act");
                }
                if official {
                    return Ok("said by an official source".to_owned());
                }
                if self.talk().is_some() {
                    return Err("the words are comment, supposition or threat, not an act");
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
    pub(super) fn defaults(&self) -> Vec<Yes> {
        let mut said = Vec::new();
        if !self.watchlist.defaults() {
            return said;
        }
        for topic in
            self.topics.iter().copied().filter(|topic| !self.watchlist.topic(*topic).hidden)
        {
            let info = self.watchlist.topic(topic);
            if let Some((company, about)) = self.linked(topic) {
                let words = self.linked_words(company, about);
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
                let apart = if apart {
                    ", and the company stands in another piece of the item"
                } else {
                    ""
                };
                Some(format!("{name}: {why}{apart}"))
            })
            .collect()
    }
}
