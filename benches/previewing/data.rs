//! What the measurement runs on: watchlists, and stored items of two kinds.
//!
//! *News* is what feeds bring: of 361 items of public feeds the shipped topics found something in one of
//! a hundred and told none; of feeds that a trade-control desk chooses, a few of a hundred are told. So
//! four fifths of the items here speak of everyday things, every seventh of business and politics in the
//! words that the topics' searches ask for, every tenth names a watched company, and one of twenty names
//! it with a matter. One of nine is told, which is more than those feeds give. *Harsh* items are made of
//! such words alone, so that two thirds of them are told: no mix of feeds is like that, and it shows what
//! a flood would cost.

use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use watchlistd::config;
use watchlistd::model::item::Arrival;
use watchlistd::model::watchlist::{RuleEntry, WatchlistEntries};
use watchlistd::model::{
    FirstRun, Item, ItemId, ItemText, Located, Severity, Source, SourceId, Timestamp,
};

use super::dice::Dice;

/// Companies on the watchlist.
const COMPANIES: usize = 1_000;
/// Bytes of an item's summary, about: longer than the items of those feeds, which had 227 in all.
const SUMMARY: usize = 600;

/// The kinds of items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mix {
    News,
    Harsh,
}

/// The shipped topics with made-up companies.
pub(crate) fn watchlist() -> WatchlistEntries {
    of(0..COMPANIES, "")
}

/// Then a few more, one less, and a topic of one's own.
pub(crate) fn edited() -> WatchlistEntries {
    let topic =
        "[[topic]]\nname = \"Harbour dues\"\nterms = [\"harbour due\"]\nseverity = \"high\"\n";
    of(1..COMPANIES + 20, topic)
}

/// Then a term less in a shipped topic.
pub(crate) fn with_a_term_less() -> WatchlistEntries {
    let mut entries = watchlist();
    entries.topics[0].terms.pop();
    entries
}

/// Then a rule more, asked by these words.
pub(crate) fn with_a_rule(when: &str) -> WatchlistEntries {
    let mut entries = watchlist();
    let some = |text: &str| Located::nowhere(text.to_owned());
    entries.rules.push(RuleEntry {
        place: None,
        id: None,
        name: some("Dues"),
        when: some(when),
        severity: Some(Located::nowhere(Severity::Medium)),
        readers: Vec::new(),
        hold: None,
        remarks: entries.rules[0].remarks.clone(),
    });
    entries
}

fn of(names: Range<usize>, more: &str) -> WatchlistEntries {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/topics.toml");
    let folder = tempfile::tempdir().expect("a folder for a file");
    let file = folder.path().join("watchlist.toml");
    let text: String = names.map(|n| format!("[[company]]\nname = \"{}\"\n", company(n))).collect();
    std::fs::write(&file, text + more).expect("a small file");
    config::watchlist_from(&[shipped, file]).expect("a sound watchlist").0
}

const FIRST: &str = "Alder Birken Calder Dorn Elmar Farren Galtor Hexham Ister Jorvik Kelda Lorne Morven Nerith \
    Orkan Pelham Quarn Rusken Selwy Tarrow Ulven Varnok Westra Yarrow Zelmer";
const SECOND: &str = "Marine Foundry Optics Mining Telecom Shipping Aerospace Chemicals Steel Semiconductor \
    Robotics Logistics Pharma Energy Motors Systems Networks Materials Textiles Foods Timber Glass Paper \
    Cement Rail Airways Ports Grid Solar Wind Battery Cable Satellite Drone Laser Photonics Biotech \
    Genomics Polymers Castings Turbines";

/// A name of two words that no everyday text has.
fn company(n: usize) -> String {
    let (first, second): (Vec<&str>, Vec<&str>) =
        (FIRST.split_whitespace().collect(), SECOND.split_whitespace().collect());
    format!("{} {}", first[n % first.len()], second[(n / first.len()) % second.len()])
}

/// What the topics' searches ask for.
const MATTER: &str = "the of to and a in for on that with as by at from is was said it has its be an are \
    have will not which company government after new year over would shares percent market about more \
    their last group been other up than million billion official officials minister ministry trade court \
    regulator export sanctions list ban fine order rule bank stock exchange technology chip security \
    national commission state department agency investigation review investors quarter revenue report \
    according statement announced approved blocked suspended listed added restricted entity lawmakers \
    congress committee bill law tariff import supply factory plant production demand price oil gas steel \
    cars battery software data cloud equipment military defence foreign investment deal acquisition board \
    harbour dues weather sailing festival museum garden recipe football season player coach";

/// The words of everything else, the commonest first.
const EVERYDAY: &str = "the of to and a in for on that with as by at from is was said it has its be an are \
    have will not who they but this he she his her had were one two three first people time when what more \
    also can out into all just about some so than other after most home back day days week years children \
    family school students teacher music song album band film actor scene story book author novel reader \
    game team goal match win lost points league cup final club fans stadium run race runner bike cycling \
    water river lake sea beach island mountain forest trees birds animals dog cat horse farm field flowers \
    garden kitchen food bread cheese coffee tea wine dinner recipe cook taste summer winter spring autumn \
    morning evening night light dark sun rain snow wind weather cold warm city town village street house \
    room door window wall roof bridge road car bus train station airport flight travel hotel visitors tour \
    museum art artist paint gallery history old young man woman boy girl friend neighbour mother father \
    doctor nurse hospital health heart brain sleep walk study research university professor science space \
    planet star moon telescope camera picture photo phone screen app update version feature release design \
    colour green blue red white black small large long short early late next last again never always often \
    maybe really very quite good better best bad great nice happy sad funny quiet loud quick slow easy hard \
    learn teach write read speak listen watch play sing dance paint build make find give take bring keep \
    leave stay move turn open close begin end help need want like love hope feel think know remember forget \
    mayor council local community volunteers event weekend festival ticket show stage theatre audience crowd \
    wedding birthday party gift shop store customers brand shoes dress fashion style hair garden furniture";

/// A matter in a sentence, with a place for a name.
const SAID: [&str; 6] = [
    "The commerce department added {} to the Entity List",
    "Regulator fines {} over breaches of sanctions",
    "Exchange to delist {} after the audit of its books",
    "{} banned from government contracts on grounds of national security",
    "Customs detains goods of {} over forced labour",
    "Lawmakers urge the ministry to revoke the export licence of {}",
];

const SYLLABLES: &str = "ba be bo bra ca che co da de di el en er fa fe flo ga gri ha ho in ja ka ke la le lo ma \
    me mi na ne no o pa pe po qua ra re ri sa se si ta te ti tor un va ve vi wa we wil ya yor za zor";

/// What is written about.
pub(crate) struct World {
    matter: Vec<&'static str>,
    everyday: Vec<&'static str>,
    syllables: Vec<&'static str>,
}

impl World {
    pub(crate) fn new() -> Self {
        let words = |text: &'static str| text.split_whitespace().collect();
        Self { matter: words(MATTER), everyday: words(EVERYDAY), syllables: words(SYLLABLES) }
    }

    fn text(&self, dice: &mut Dice, mix: Mix) -> ItemText {
        let lang = Some("en".to_owned());
        if mix == Mix::Harsh {
            let title = self.prose(dice, 80, 100, 30);
            let summary = self.prose(dice, SUMMARY, 100, 4);
            return ItemText { title, summary, lang, ..ItemText::default() };
        }
        let kind = dice.below(100);
        let matter = if kind < 14 { 35 } else { 0 };
        let mut title = self.prose(dice, 70, matter, 0);
        let mut summary = self.prose(dice, SUMMARY, matter, 0);
        if (90..95).contains(&kind) {
            let said = dice.one(&SAID).replace("{}", &some_company(dice));
            title = format!("{said}. ") + &title;
        } else if !(5..90).contains(&kind) {
            summary = format!("{} {summary}", some_company(dice));
        }
        ItemText { title, summary, lang, ..ItemText::default() }
    }

    /// `matter` percent of the words from the topics' own, a company at `named` of a thousand places.
    fn prose(&self, dice: &mut Dice, bytes: usize, matter: usize, named: usize) -> String {
        let mut text = String::with_capacity(bytes + 24);
        while text.len() < bytes {
            if dice.below(1_000) < named {
                text.push_str(&some_company(dice));
            } else if dice.below(100) < matter {
                text.push_str(dice.one::<&str>(&self.matter));
            } else if dice.below(12) == 0 {
                // Names of people and places, which no list holds.
                let name: String =
                    (0..2 + dice.below(2)).map(|_| *dice.one(&self.syllables)).collect();
                text.push_str(&name[..1].to_uppercase());
                text.push_str(&name[1..]);
            } else {
                text.push_str(self.everyday[dice.zipf(self.everyday.len())]);
            }
            text.push_str(if dice.below(14) == 0 { ". " } else { " " });
        }
        text
    }

    /// An item of a source.
    pub(crate) fn item(
        &self,
        dice: &mut Dice,
        mix: Mix,
        number: usize,
        from: &Source,
        at: Timestamp,
    ) -> Item {
        let number = number.to_string();
        Item {
            id: ItemId::of(&[from.id.as_str(), &number]),
            revision: 1,
            source: from.id.clone(),
            official: from.official,
            guid: Some(format!("urn:{number}")),
            link: Some(format!("https://{}.test/{number}", from.id)),
            text: self.text(dice, mix),
            text_hash: number,
            published: Some(at),
            first_seen: at,
            arrival: Arrival::New,
        }
    }
}

/// One of the watched companies, or of those that will be.
fn some_company(dice: &mut Dice) -> String {
    company(dice.below(COMPANIES + 20))
}

/// A source; one of twenty is an authority's.
pub(crate) fn source(n: usize) -> Source {
    Source {
        id: SourceId::new(format!("source-{n}")),
        url: format!("https://source-{n}.test/feed"),
        official: n.is_multiple_of(20),
        lang: Some("en".to_owned()),
        interval: Duration::from_secs(1_800),
        allow_private: false,
        first_run: FirstRun::All,
    }
}
