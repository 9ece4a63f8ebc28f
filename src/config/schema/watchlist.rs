//! `watchlist.toml`, `topics.toml` and the files of `watchlist.d`, as written.

use schemars::JsonSchema;

use super::{Day, Text};

/// Companies, topics and rules: whom you watch, and for what.
#[derive(JsonSchema)]
#[schemars(
    deny_unknown_fields,
    title = "watchlistd: watchlist.toml, topics.toml, watchlist.d/*.toml"
)]
pub struct WatchlistFile {
    /// A company that is watched. Its name alone is enough.
    pub company: Option<Vec<Company>>,
    /// What is watched for: the words that speak of a matter.
    pub topic: Option<Vec<Topic>>,
    /// What raises, adds readers to, or holds back an alert.
    pub rule: Option<Vec<Rule>>,
}

/// Guards stand on companies, aliases and topics; each table has them beside keys of its own.
macro_rules! guarded {
    ($(#[$about:meta])* $name:ident { $($(#[$key_about:meta])* $key:ident: $kind:ty,)* }) => {
        $(#[$about])*
        #[derive(JsonSchema)]
        #[schemars(deny_unknown_fields)]
        pub struct $name {
            $($(#[$key_about])* pub $key: $kind,)*
            /// "exact": only as written. "any": also where the letters are no capitals.
            pub case: Option<Case>,
            /// At least one of these must stand in the item.
            pub only_with: Option<Vec<Text>>,
            /// None of these may overlap the match or stand in its sentence.
            pub not_with: Option<Vec<Text>>,
            /// None of these may stand anywhere in the item. Rarely what is meant: not_with is narrower.
            pub never_in_item: Option<Vec<Text>>,
            /// true: counts only beside a strong name or ticker of the company. false: stands alone.
            pub weak: Option<bool>,
            /// The last day (UTC) of silence: until then it is held back, and listed so.
            pub muted_until: Option<Day>,
        }
    };
}

guarded! {
    /// A company that is watched.
    Company {
        /// History belongs to the id; keep it when the name changes. Made from the name where absent.
        id: Option<Text>,
        /// The full name; its legal form is understood.
        name: Text,
        /// Other names: short, former, local.
        aliases: Option<Vec<Alias>>,
        /// With their exchange: NYSE:BABA, 9988.HK.
        tickers: Option<Vec<Text>>,
        /// For readers' filters and rules: group:china-tech.
        groups: Option<Vec<Text>>,
        /// The id of the parent, which a hit also names.
        part_of: Option<Text>,
        /// Shown in every mail that names it.
        note: Option<String>,
        /// Why it is watched.
        why: Option<String>,
        /// Who answers for it.
        owner: Option<String>,
        /// When it was added.
        added: Option<String>,
        /// When it is to be looked at again.
        review_by: Option<String>,
    }
}

/// A name alone, or one with guards of its own.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum Alias {
    /// A name.
    Plain(Text),
    /// A name with guards.
    Guarded(GuardedAlias),
}

guarded! {
    /// A name with guards.
    GuardedAlias {
        /// The name.
        name: Text,
    }
}

guarded! {
    /// What is watched for.
    Topic {
        /// History belongs to the id; keep it when the name changes. Made from the name where absent.
        id: Option<Text>,
        /// The name that readers see.
        name: Text,
        /// Phrases with their inflections: delist finds delisted, de-listing.
        terms: Option<Vec<Text>>,
        /// Phrases as they are.
        exact: Option<Vec<Text>>,
        /// Searches: words, "quoted", pre*, AND OR NOT ( ), NEAR/n within a sentence, title:,
        /// opening: (where a sentence begins), and topic: with the id of a hidden topic, any of whose terms will do.
        search: Option<Vec<Text>>,
        /// Searches for words with an everyday sense: they count only beside a watched company, a word
        /// of a topic with setting, or other words of this topic.
        everyday: Option<Vec<Text>>,
        /// The topics that it keeps company with. Found only in passing, it gives way to any other topic
        /// that the item names. Absent: to none.
        akin: Option<Vec<Text>>,
        /// Whether its words only show that an item speaks of the watched world.
        setting: Option<bool>,
        /// Severity of its alerts. Default: medium.
        severity: Option<Severity>,
        /// When it alerts without a company. Default: never.
        without_company: Option<WithoutCompany>,
        /// A building block for rules and searches: no tag, no line in the mail.
        hidden: Option<bool>,
        /// Shown in every mail that names it.
        note: Option<String>,
        /// Why it is watched.
        why: Option<String>,
        /// Who answers for it.
        owner: Option<String>,
        /// When it was added.
        added: Option<String>,
        /// When it is to be looked at again.
        review_by: Option<String>,
    }
}

/// What raises, adds readers to, or holds back an alert: severity, readers, hold, at least one.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Rule {
    /// History belongs to the id. Made from the name where absent.
    pub id: Option<Text>,
    /// The name.
    pub name: Text,
    /// The search language, and company: group: topic: source: official; * is any.
    pub when: Text,
    /// The severity that it gives.
    pub severity: Option<Severity>,
    /// Readers who are told past their filters, by name.
    pub readers: Option<Vec<Text>>,
    /// Why the alert is held back; it is listed so.
    pub hold: Option<Text>,
    /// Shown to who looks at the rule.
    pub note: Option<String>,
    /// Why there is such a rule.
    pub why: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// When it was added.
    pub added: Option<String>,
    /// When it is to be looked at again.
    pub review_by: Option<String>,
}

/// How much the case of letters means.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
pub enum Case {
    /// Only exactly as written.
    Exact,
    /// Any case, even of a term in capitals.
    Any,
}

/// How grave.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
pub enum Severity {
    /// Told at once to those who want it.
    High,
    /// With the next digest.
    Medium,
}

/// When a topic alerts without a company.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
pub enum WithoutCompany {
    /// Never.
    Never,
    /// When an official source says it.
    Official,
    /// When an official source says it, or the words report an act.
    Action,
    /// Always.
    Always,
}
