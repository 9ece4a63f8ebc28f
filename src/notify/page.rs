//! One page for every mail: what it shows, as data, and the two templates that show it.
//!
//! Digest, urgent and operator mails differ in what they put on the page, not in how it looks.
//! Values arrive here clean (see [`super::outside`]); the HTML template escapes every one of them.

use std::sync::LazyLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

use super::Content;
use super::outside;
use super::wrap::wrap;
use crate::model::MailId;

/// What one mail shows, from top to bottom.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Page {
    /// The subject, for the HTML title.
    pub(super) subject: String,
    /// "Watchlist · Mon 23 Nov 2026 · Mei".
    pub(super) heading: String,
    /// The one sentence.
    pub(super) sentence: String,
    /// What it is based on, under the sentence.
    pub(super) basis: String,
    /// What must be known first: missing coverage, a rejected edit, a delay.
    pub(super) notes: Vec<Note>,
    /// What stands before the stories.
    pub(super) opening: Vec<Section>,
    /// What the stories are, where that is not plain.
    pub(super) before_index: Option<String>,
    /// All stories, a line each, before they are told; empty for a mail about one.
    pub(super) index: Vec<IndexLine>,
    /// The stories that are told.
    pub(super) stories: Vec<Story>,
    /// What is not listed, with exact counts.
    pub(super) cut: Option<String>,
    /// What follows.
    pub(super) sections: Vec<Section>,
    /// The small print.
    pub(super) small: Vec<String>,
    /// "Not relevant?", one for each story.
    pub(super) dismiss: Vec<Dismiss>,
    /// Where "Not relevant?" goes.
    pub(super) desk: Option<String>,
}

/// Something to be known first.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Note {
    /// "COVERAGE GAP".
    pub(super) label: String,
    /// Whether it is a warning.
    pub(super) grave: bool,
    /// What there is to say.
    pub(super) lines: Vec<String>,
}

/// A heading with lines.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Section {
    /// Its heading.
    pub(super) heading: String,
    /// Its lines.
    pub(super) lines: Vec<Entry>,
}

impl Section {
    /// From lines that are clean.
    pub(super) fn of(heading: &str, lines: impl IntoIterator<Item = impl Into<Entry>>) -> Self {
        let lines = lines.into_iter().map(Into::into).collect();
        Self { heading: heading.to_owned(), lines }
    }
}

/// A line of a section.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Entry {
    /// What it says.
    pub(super) text: String,
    /// Where it leads.
    pub(super) link: Option<Href>,
}

impl From<String> for Entry {
    fn from(text: String) -> Self {
        Self { text, link: None }
    }
}

/// A piece of text, matched or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Segment {
    /// The piece.
    pub(super) text: String,
    /// Whether a term of the watchlist was found here.
    pub(super) hit: bool,
}

/// A text with its matched words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Marked {
    /// For HTML.
    pub(super) segments: Vec<Segment>,
    /// For the text part: matched words between asterisks.
    pub(super) text: String,
    /// Without marks, for one-line lists.
    pub(super) plain: String,
    /// Its language, as a BCP 47 tag.
    pub(super) lang: Option<String>,
}

impl Marked {
    /// From pieces that are clean.
    pub(super) fn of(segments: Vec<Segment>, lang: Option<String>) -> Self {
        let plain: String = segments.iter().map(|one| one.text.as_str()).collect();
        let starred = segments.iter().map(|one| match one.hit {
            true => format!("*{}*", one.text),
            false => one.text.clone(),
        });
        let text = outside::isolate(&starred.collect::<String>());
        Self { segments, text, plain: outside::isolate(&plain), lang }
    }
}

/// A story in the list at the top.
#[derive(Clone, Debug, Serialize)]
pub(super) struct IndexLine {
    /// Its number in this mail.
    pub(super) n: usize,
    /// "high" or "medium".
    pub(super) severity: &'static str,
    /// The company (or, without one, the topic) that it is about.
    pub(super) who: String,
    /// The lead's headline.
    pub(super) headline: Marked,
    /// "SCMP +39".
    pub(super) outlets: String,
    /// When the lead was published.
    pub(super) time: String,
    /// "now official" and the like.
    pub(super) marks: Vec<String>,
    /// Where the lead leads, if the story is not told below.
    pub(super) link: Option<Href>,
}

/// A story that is told.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Story {
    /// Its number in this mail.
    pub(super) n: usize,
    /// "high" or "medium".
    pub(super) severity: &'static str,
    /// The company (or, without one, the topic) that it is about.
    pub(super) who: String,
    /// Other companies that it names.
    pub(super) also: Option<String>,
    /// Its topics.
    pub(super) topics: Option<String>,
    /// The lead's headline.
    pub(super) headline: Marked,
    /// The analysts' notes on its companies.
    pub(super) notes: Vec<String>,
    /// The lead and different write-ups.
    pub(super) articles: Vec<Article>,
    /// "Also reported by", or what else to call the lines below.
    pub(super) others: &'static str,
    /// Everyone else, one line each.
    pub(super) lines: Vec<Line>,
    /// What of it is not listed.
    pub(super) cut: Option<String>,
}

/// A write-up told with its words.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Article {
    /// The source.
    pub(super) outlet: String,
    /// Whether an authority speaks for itself.
    pub(super) official: bool,
    /// Its headline; empty for the lead, whose headline is the story's.
    pub(super) headline: Option<Marked>,
    /// The matched words in their context.
    pub(super) excerpt: Marked,
    /// Why it is told, in words.
    pub(super) why: Vec<String>,
    /// "published … · first seen …".
    pub(super) times: String,
    /// What to say beside it.
    pub(super) marks: Vec<String>,
    /// What an edit changed in it.
    pub(super) edits: Vec<String>,
    /// Where it leads.
    pub(super) link: Option<Href>,
    /// Why there is no link.
    pub(super) no_link: Option<String>,
}

/// An outlet in one line.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Line {
    /// The source.
    pub(super) outlet: String,
    /// Whether an authority speaks for itself.
    pub(super) official: bool,
    /// Its headline, where it says anything that the lead's does not.
    pub(super) headline: Option<Marked>,
    /// When.
    pub(super) time: String,
    /// "same text", "already there" and the like.
    pub(super) marks: Vec<String>,
    /// Where it leads.
    pub(super) link: Option<Href>,
}

/// A link with the host that it really leads to.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Href {
    /// The address.
    pub(super) href: String,
    /// The host.
    pub(super) host: String,
}

impl From<outside::Link> for Href {
    fn from(link: outside::Link) -> Self {
        Self { href: link.href, host: link.host }
    }
}

/// "Not relevant?" for one story.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Dismiss {
    /// The story's number.
    pub(super) n: usize,
    /// The alert's id.
    pub(super) id: String,
    /// The ids of the story's other alerts, as far as there are few.
    pub(super) others: String,
    /// The mailto link.
    pub(super) href: String,
}

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build();
    env.set_syntax(syntax.expect("the usual delimiters differ from each other"));
    env.set_formatter(|out, state, value| match value.as_str() {
        Some(text) if *state.auto_escape() == AutoEscape::Html && !value.is_safe() => {
            out.write_str(&escape(text)).map_err(minijinja::Error::from)
        }
        _ => minijinja::escape_formatter(out, state, value),
    });
    env.add_filter("wrap", |text: String, first: String, next: String| wrap(&text, &first, &next));
    env.add_template("page.html", include_str!("templates/page.html"))
        .expect("the shipped HTML template is well-formed");
    env.add_template("page.txt", include_str!("templates/page.txt"))
        .expect("the shipped text template is well-formed");
    env
});

/// The five characters that mean something in HTML text and quoted attributes. The engine's own
/// escape also rewrites every slash, which makes links longer and harder for mail filters to read.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for one in text.chars() {
        match one {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(one),
        }
    }
    out
}

/// Where the last block of the HTML part ends.
const END: &str = "</div>\n</div>\n<!--[if mso]>";

impl Content {
    /// The same with a mail's id in its last block: by it whoever holds the mail can ask for what is known of
    /// it.
    #[must_use]
    pub fn with_id(&self, id: &MailId) -> Self {
        let text = format!("{}\nMail {id}.\n", self.text.trim_end());
        let mut html = self.html.clone();
        if let Some(end) = html.rfind(END) {
            html.insert_str(end, &format!("<p>Mail {id}.</p>\n"));
        }
        Self { text, html, ..self.clone() }
    }
}

/// The plain text part and the HTML part.
pub(super) fn render(page: &Page) -> (String, String) {
    (fill("page.txt", page), fill("page.html", page))
}

fn fill(name: &str, page: &Page) -> String {
    TEMPLATES
        .get_template(name)
        .and_then(|template| template.render(Serde(page)))
        .expect("the shipped templates use only what a page has")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mails_id_stands_in_the_last_block_of_both_parts() {
        let page = Page { small: vec!["The last line.".to_owned()], ..Page::default() };
        let (text, html) = render(&page);
        let content = Content { subject: String::new(), text, html, attachments: Vec::new() };
        let id = MailId::of(&["x"]);
        let with = content.with_id(&id);
        assert!(with.text.ends_with(&format!("The last line.\nMail {id}.\n")), "{}", with.text);
        let end = format!("<p>The last line.</p>\n<p>Mail {id}.</p>\n</div>\n</div>");
        assert!(with.html.contains(&end), "{}", with.html);
    }
}
