//! What `check` says of a watchlist that lacks a kind of entry altogether: it is in force as it is, and its
//! writers are told what it will never say.

use crate::model::Problem;

use super::Watchlist;

impl Watchlist {
    /// What is missing most: anything that could alert, else anybody who is watched.
    #[must_use]
    pub fn lacks(&self) -> Option<Problem> {
        if self.topics.is_empty() && self.rules.is_empty() {
            let what = "the watchlist has no topic and no rule, so nothing can ever be an alert";
            return Some(Problem::warning(None, what).hint(
                "put topics.toml, which `watchlistd init` writes, beside watchlist.toml; or write a [[topic]] or a \
                 [[rule]]",
            ));
        }
        self.companies.is_empty().then(|| {
            let what = "no company is watched, so only topics and rules that need none can alert";
            Problem::warning(None, what)
                .hint("write in watchlist.toml:\n[[company]]\nname = \"Huawei\"")
        })
    }
}
