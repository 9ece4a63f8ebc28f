//! `[operator]`: whom to tell about troubles, and by which second way when mail itself is down.

use super::address::{address, web_address};
use super::table::Table;
use crate::model::Located;

/// `[operator]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Operator {
    /// Who runs the service; never empty.
    pub to: Vec<Located<String>>,
    /// Reply-To of readers' mails, and where "Not relevant?" goes; by default the first of `to`.
    pub reply_to: Located<String>,
    /// Who is told what each edit of the watchlist does; by default `reply_to`.
    pub editors: Vec<Located<String>>,
    /// An address to request after each successful cycle.
    pub ping_url: Option<Located<String>>,
    /// A command to run when mail is down: program and arguments.
    pub command: Vec<Located<String>>,
}

/// Reads `[operator]`; `None` without a usable address. Those that have the form of one join `people`.
pub(super) fn read(mut table: Table<'_>, people: &mut Vec<Located<String>>) -> Option<Operator> {
    let to = table.required_strings("to", "[\"ops@your-company.com\"]");
    let reply_to = table.string("reply_to");
    let editors = table.strings("editors");
    let all = to.iter().chain(&reply_to).chain(&editors);
    people.extend(all.filter(|one| table.judge(one, address)).cloned());
    let ping_url = table.string("ping_url");
    if let Some(one) = &ping_url {
        table.judge(one, web_address);
    }
    let command = table.strings("command");
    table.finish(&[]);
    let first = to.first()?.clone();
    let reply_to = reply_to.unwrap_or(first);
    let editors = if editors.is_empty() { vec![reply_to.clone()] } else { editors };
    Some(Operator { reply_to, editors, to, ping_url, command })
}
