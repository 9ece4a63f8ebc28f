//! What of a watchlist finds what, told back to the person who wrote it.
//!
//! Read off the compiled watchlist, so that it says what is so and not what was meant.

use crate::detect::phrases::{Need, capitals};
use crate::detect::text::Text;

use super::guard::Guarding;
use super::{Watchlist, name, ticker};

/// Guards in the watchlist's own words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guarded {
    /// Only as written.
    pub exact_case: bool,
    /// One of these must stand beside it.
    pub only_with: Vec<String>,
    /// None of these may stand in its sentence.
    pub not_with: Vec<String>,
    /// None of these may stand in the item.
    pub never_in_item: Vec<String>,
    /// Silenced until the end of this day.
    pub muted_until: Option<chrono::NaiveDate>,
}

impl From<&Guarding> for Guarded {
    fn from(guards: &Guarding) -> Self {
        let words = |list: &[super::Spoken]| list.iter().map(|one| one.text.clone()).collect();
        Self {
            exact_case: guards.exact_case,
            only_with: words(&guards.only_with),
            not_with: words(&guards.not_with),
            never_in_item: words(&guards.never_in_item),
            muted_until: guards.muted_until,
        }
    }
}

/// How a company may be named in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// A name, or a ticker as written.
    pub text: String,
    /// Of a ticker: the ways in which texts write it.
    pub writings: Vec<String>,
    /// Made from a name by taking its legal form off.
    pub derived: bool,
    /// Whether it counts only beside a strong name or ticker of the company.
    pub weak: bool,
    /// Whether it is found in capitals only.
    pub capitals: bool,
    /// Its own guards.
    pub guards: Guarded,
}

impl Watchlist {
    /// Every form under which a company is found, names before tickers. `None` when no company has
    /// this id.
    #[must_use]
    pub fn forms(&self, id: &str) -> Option<Vec<Form>> {
        let company = self.company_of_id(id)?;
        let mut forms: Vec<Form> = Vec::new();
        for name in self.names.iter().filter(|one| one.company == company) {
            // A ticker has a name for each of its writings, of which some are weak.
            if name.ticker && forms.iter().any(|one| one.text == *name.text) {
                continue;
            }
            let writings = match name.ticker {
                true => writings(&name.text),
                false => Vec::new(),
            };
            forms.push(Form {
                text: name.text.to_string(),
                writings,
                derived: name.derived && !name.ticker,
                weak: name.weak && !name.ticker,
                capitals: !name.ticker && capitals(&Text::of_term(&name.text)) != Need::Free,
                guards: name.guards.as_deref().map(Guarded::from).unwrap_or_default(),
            });
        }
        Some(forms)
    }

    /// The guards that hold for all names of a company.
    #[must_use]
    pub fn guards_of_company(&self, id: &str) -> Guarded {
        let company = self.company_of_id(id).and_then(|one| self.company_guards.get(&one));
        company.map(|guards| Guarded::from(&**guards)).unwrap_or_default()
    }
}

fn writings(ticker: &str) -> Vec<String> {
    let (symbol, exchange, _) = ticker::split(ticker);
    let mut all: Vec<String> = Vec::new();
    for writing in ticker::writings(&symbol, exchange) {
        // Behind others of its exchange, or behind what announces it, it stands as it is, which says nothing without.
        if matches!(writing.need, Need::Listed { .. } | Need::Announced(_)) {
            continue;
        }
        for text in std::iter::once(writing.shown()).chain(writing.on_terminals()) {
            if !all.contains(&text) {
                all.push(text);
            }
        }
    }
    all
}

/// The id that a company of this name gets where none is written.
#[must_use]
pub fn id_of_company(name: &str) -> String {
    name::slug(name::forms(name).last().copied().unwrap_or(name))
}

/// The id that a topic or rule of this name gets where none is written.
#[must_use]
pub fn id_of_name(name: &str) -> String {
    name::slug(name)
}

/// Whether a name would not stand alone, and why; `None` for a strong one.
#[must_use]
pub fn weakness_of(name: &str) -> Option<&'static str> {
    let text = Text::of_term(name.trim());
    name::weakness(&text)
}

/// The forms of a name that are found: as it is, then with one legal word after another taken off.
#[must_use]
pub fn forms_of(name: &str) -> Vec<&str> {
    name::forms(name)
}
