//! The whole list as CSV, for what a page cannot hold: one line for each item, nothing left out.
//!
//! RFC 4180 with a byte order mark, because the programs that open it guess otherwise. A cell that
//! a spreadsheet would take for a formula begins with an apostrophe instead.

use super::outside::{self, clean};
use super::stories::{Story, Whose, marks, why};
use super::times::{first_seen, published};
use crate::model::{Named, PendingNotice};

const HEAD: [&str; 14] = [
    "story",
    "severity",
    "companies",
    "topics",
    "headline",
    "source",
    "official",
    "published",
    "first seen",
    "link",
    "why",
    "marks",
    "copy of",
    "alert",
];

/// All items of these stories, in their order.
pub(super) fn csv(stories: &[Story<'_>]) -> Vec<u8> {
    let mut out = String::from("\u{feff}");
    push_row(&mut out, HEAD.map(str::to_owned));
    for (at, story) in stories.iter().enumerate() {
        for one in &story.notices {
            push_row(&mut out, row(at + 1, one, story.whose));
        }
    }
    out.into_bytes()
}

fn row(n: usize, one: &PendingNotice, whose: Whose<'_>) -> [String; 14] {
    let item = &one.item;
    let names =
        |list: &[Named]| list.iter().map(|one| clean(&one.name)).collect::<Vec<_>>().join("; ");
    let published = published(one).map(|at| at.to_string());
    [
        n.to_string(),
        one.alert.severity.as_str().to_owned(),
        names(&one.alert.judgement.companies),
        names(&one.alert.judgement.topics),
        outside::line(&item.text.title, 1000),
        clean(item.source.as_str()),
        if item.official { "yes" } else { "no" }.to_owned(),
        published.unwrap_or_default(),
        first_seen(one).map(|at| at.to_string()).unwrap_or_default(),
        outside::link(item.link.as_deref()).map(|link| link.href).unwrap_or_default(),
        why(one, whose).join("; "),
        marks(one).join("; "),
        one.alert.copy_of.as_ref().map(ToString::to_string).unwrap_or_default(),
        one.alert.id.to_string(),
    ]
}

fn push_row(out: &mut String, cells: [String; 14]) {
    let cells: Vec<String> = cells.iter().map(|one| cell(one)).collect();
    out.push_str(&cells.join(","));
    out.push_str("\r\n");
}

/// A cell of a CSV that is text to every spreadsheet.
#[must_use]
pub fn cell(text: &str) -> String {
    let formula =
        text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '|', '%']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', ';', '\'', ' ', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        let check = |text: &str, expected: &str| assert_eq!(cell(text), expected);
        check("=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"");
        check("@SUM(A1)", "\"'@SUM(A1)\"");
        check(" -2+3", "\"' -2+3\"");
        check("＝1", "\"'＝1\"");
        check("plain", "plain");
        check("a, b", "\"a, b\"");
    }
}
