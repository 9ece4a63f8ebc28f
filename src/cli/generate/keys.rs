//! Every key of every file in words, held against the keys that the program takes.
//!
//! The program is asked: a key that cannot be is written into each table, and the answer lists what is
//! accepted there. A key without words, or words without a key, end the generation.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::config::{self, Environment, Files};

/// A file that people edit.
pub(super) struct File {
    /// Its name in the folder.
    pub(super) name: &'static str,
    /// Its page in section 5.
    pub(super) page: &'static str,
    pub(super) about: &'static str,
    pub(super) description: &'static str,
    /// The tables in it, in the order of the page.
    tables: &'static [Table],
    pub(super) example: &'static str,
}

pub(super) struct Table {
    /// As it is written; empty for the top level.
    pub(super) title: &'static str,
    pub(super) about: &'static str,
    keys: &'static [(&'static str, &'static str)],
}

/// A key in words.
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
}

/// What is true of all files.
pub(super) const FORM: &str = "The file is TOML. Unknown keys are errors. Durations are written 45s, 30m, \
    24h or 7d; relative paths start at the folder of the files. watchlistd check tells every problem with \
    file, line and column. A saved file is taken in force by itself, and at once by systemctl reload \
    watchlistd; a bad edit leaves the last good version in force.";

/// The files, in the order of the README.
pub(super) const FILES: &[File] = &[SERVICE, SOURCES, READERS, WATCHLIST];

const SERVICE: File = File {
    name: "watchlistd.toml",
    page: "watchlistd.toml",
    about: "the operator's settings: contact, zone, mail, pace",
    description: "Who runs the service, how it polls, how it mails. Passwords never stand in it.",
    tables: &[
        Table {
            title: "",
            about: "",
            keys: &[
                (
                    "contact",
                    "Required. An address that a webmaster can write to; goes into the User-Agent.",
                ),
                ("timezone", "Required. IANA zone of the service, and of readers who name none."),
                (
                    "storage",
                    "Where the state is kept, as sqlite:PATH. Default: state.db in $STATE_DIRECTORY, else in /var/lib/watchlistd.",
                ),
            ],
        },
        Table {
            title: "[operator]",
            about: "Who is told about troubles, and about alerts that reach nobody else.",
            keys: &[
                ("to", "Required. One or more addresses."),
                ("editors", "Who is told what each edit of the watchlist does. Default: reply_to."),
                ("reply_to", "Where readers' answers go. Default: the first address of to."),
                (
                    "ping_url",
                    "Requested each minute in which all went well and no mail is over an hour late.",
                ),
                (
                    "command",
                    "A program and its arguments, run with the reason when no mail gets out for a quarter of an hour.",
                ),
            ],
        },
        Table {
            title: "[collect]",
            about: "How often and how gently sources are polled.",
            keys: &[
                ("interval", "Time between polls of a source. Default 30m."),
                ("official_interval", "The same of official sources. Default 15m."),
                ("per_host", "Requests to one host at a time. Default 2."),
                ("pause", "Time between requests to one host; 0s is none. Default 250ms."),
                (
                    "allow_private",
                    "Whether addresses of private networks may be read. Default false.",
                ),
                (
                    "first_run",
                    "What a new source already shows is told once if it is younger; or all, or none. Default 7d.",
                ),
            ],
        },
        Table {
            title: "[matching]",
            about: "",
            keys: &[
                (
                    "defaults",
                    "Whether a company and a topic in one item alert without a rule. Default true.",
                ),
                (
                    "backfill",
                    "How far back a new or corrected term is matched, and told as late; or none: recorded only. Default 7d.",
                ),
            ],
        },
        Table {
            title: "[mail]",
            about: "How mails leave, and under which name.",
            keys: &[
                ("transport", "smtp, to a mail server (the default), or file, into a Maildir."),
                ("path", "The Maildir of file. Default: mail, beside the database."),
                ("host", "The mail server. Required for smtp."),
                ("port", "Default 587; with tls = implicit 465, with none 25."),
                (
                    "tls",
                    "starttls (the default), implicit, or none, which is taken only towards this machine.",
                ),
                ("ca_file", "Certificates in PEM, added to the system's."),
                ("username", "The account, if the server wants one."),
                (
                    "password_file",
                    "The file that holds the password and nothing else. Without it: the systemd credential smtp-password, then $WATCHLISTD_SMTP_PASSWORD.",
                ),
                ("from", "Required. The sender."),
                ("subject", "full (the default), or discreet: counts only, no names."),
            ],
        },
        Table {
            title: "[keep]",
            about: "How long what is remembered.",
            keys: &[
                ("items", "Text of items that neither alerted nor were held back. Default 400d."),
                ("polls", "Accounts of polls. Default 90d."),
                (
                    "audit",
                    "Text of alerted and held-back items, never shorter than items; headlines and what was told stay. Default 3650d.",
                ),
                (
                    "free_space",
                    "With less room on the state's disk nothing is polled until there is more, and that is told. Default 200MB.",
                ),
            ],
        },
        Table {
            title: "[canary]",
            about: "A made-up item that goes all the way once a day. Absent: off.",
            keys: &[("at", "The time of day, for example 06:00.")],
        },
        Table {
            title: "[status]",
            about: "Answers /healthz and /metrics on this machine. Absent: off.",
            keys: &[("listen", "A loopback address and port, 127.0.0.1:9464, or unix:PATH.")],
        },
    ],
    example: "contact = \"ops@bank.com\"\ntimezone = \"America/New_York\"\n\n[operator]\nto = [\"ops@bank.com\"]\n\n[mail]\nhost = \"smtp.bank.com\"\nfrom = \"watchlist@bank.com\"",
};

const SOURCES: File = File {
    name: "sources.toml",
    page: "watchlistd-sources",
    about: "the feeds that are read",
    description: "One [[source]] for each feed. All history belongs to the id: an address may change, and a source that is taken out and put back goes on where it was.",
    tables: &[Table {
        title: "[[source]]",
        about: "",
        keys: &[
            ("id", "Required. A stable name of your own."),
            ("url", "Required. The address of the feed, not of a page."),
            ("kind", "feed, the one kind there is."),
            (
                "official",
                "Whether the publisher is a government, a court or an exchange. Default false.",
            ),
            ("lang", "Its language, for example en; default: what the feed says."),
            ("interval", "Time between polls. Default: that of [collect]."),
            ("allow_private", "Whether its address may be private. Default: that of [collect]."),
            (
                "first_run",
                "What it already shows is told once if it is younger; or all, or none. Default: that of [collect].",
            ),
            ("paused", "true: not read until this is taken away; its history is kept."),
        ],
    }],
    example: "[[source]]\nid = \"ofac\"\nurl = \"https://…/feed.xml\"\nofficial = true",
};

const READERS: File = File {
    name: "readers.toml",
    page: "watchlistd-readers",
    about: "who is told what, when and how loudly",
    description: "One [[reader]] for each person or desk. An alert must pass all filters; an empty list does not filter.",
    tables: &[
        Table {
            title: "[[reader]]",
            about: "",
            keys: &[
                ("name", "Required. How the reader is called."),
                ("to", "Required. One or more addresses."),
                (
                    "digest",
                    "weekdays 08:00 (the default), daily 08:00, mondays 09:00, a crontab of five fields, or never.",
                ),
                ("timezone", "Default: that of watchlistd.toml."),
                (
                    "urgent",
                    "A mail at once from this severity on: high (the default), medium or never.",
                ),
                ("urgent_per_hour", "More are folded into one. Default 6."),
                (
                    "min_severity",
                    "In the digest from this severity on: medium (the default) or high.",
                ),
                ("companies", "Only these companies, by id. Together with groups."),
                ("groups", "Only companies of these groups."),
                ("topics", "Only these topics, by id."),
                (
                    "when_empty",
                    "send (the default): a digest without alerts proves that somebody looked; or skip.",
                ),
                (
                    "mentions",
                    "Whether to list where a company is named without a topic. Default false.",
                ),
                ("max_items", "Items in the body of a mail; the rest is attached. Default 50."),
                ("quiet", "Hours in which medium alerts wait, for example 22:00-07:00."),
                ("away", "Days away, as { from = DATE, until = DATE, deputy = READER }."),
            ],
        },
        Table {
            title: "`away` in [[reader]]",
            about: "",
            keys: &[
                ("from", "The first day away."),
                ("until", "The last day away."),
                ("deputy", "The name of the reader who is told meanwhile; may be left out."),
            ],
        },
    ],
    example: "[[reader]]\nname = \"Mei\"\nto = [\"mei@bank.com\"]\ntimezone = \"Asia/Hong_Kong\"\nurgent = \"medium\"",
};

const WATCHLIST: File = File {
    name: "watchlist.toml",
    page: "watchlistd-watchlist",
    about: "companies, topics and rules: what is looked for",
    description: "watchlist.toml, topics.toml and every watchlist.d/*.toml may hold any of these tables. watchlistd explain tells what a text would match, and why.",
    tables: &[
        Table {
            title: "[[company]]",
            about: "",
            keys: &[
                ("id", "Default: the name in small letters, without its legal form."),
                ("name", "Required; this alone is enough. The legal form is understood."),
                ("aliases", "Further names, each a text or { name = …, with guards }."),
                ("tickers", "EXCHANGE:SYMBOL, for example NYSE:BABA."),
                ("groups", "Names of groups that readers and rules may ask for."),
                ("part_of", "The id of the company that it belongs to."),
                ("case", GUARD_CASE),
                ("only_with", GUARD_ONLY),
                ("not_with", GUARD_NOT),
                ("never_in_item", GUARD_NEVER),
                ("weak", GUARD_WEAK),
                ("muted_until", GUARD_MUTED),
                ("note", "Shown in mails."),
                ("why", REMARK),
                ("owner", REMARK),
                ("added", REMARK),
                ("review_by", REMARK),
            ],
        },
        Table {
            title: "`aliases` in [[company]]",
            about: "",
            keys: &[
                ("name", "Required. The name."),
                ("case", GUARD_CASE),
                ("only_with", GUARD_ONLY),
                ("not_with", GUARD_NOT),
                ("never_in_item", GUARD_NEVER),
                ("weak", GUARD_WEAK),
                ("muted_until", GUARD_MUTED),
            ],
        },
        Table {
            title: "[[topic]]",
            about: "",
            keys: &[
                ("id", "Default: the name in small letters."),
                ("name", "Required."),
                (
                    "terms",
                    "Plain words; a phrase with its inflections. One in capitals is found only so.",
                ),
                ("exact", "Words as they are, without inflection."),
                (
                    "search",
                    "Searches: words, \"quoted\", pre*, AND, OR, NOT, ( ), NEAR/n, title:, opening:, lead:, topic: with a hidden topic of words. title: is for what must stand in the title; opening: for what begins a sentence, or a piece of a headline behind a dash, a bar or a semicolon; lead: for the title and for each sentence that begins within the first six words of the summary or the content: the first, and the second where the first is as short as a dateline.",
                ),
                (
                    "everyday",
                    "Searches that count only beside a watched company, a setting or the topic's other words.",
                ),
                (
                    "akin",
                    "Topics beside which it stands when found in passing; it gives way to all others named.",
                ),
                (
                    "setting",
                    "Whether its words only show that an item speaks of the watched world. Default false.",
                ),
                ("severity", "high, or medium (the default)."),
                (
                    "without_company",
                    "When it alerts alone: never (the default), official, action or always.",
                ),
                (
                    "hidden",
                    "Whether it is only a part of rules and searches, without a tag of its own. Default false.",
                ),
                ("case", GUARD_CASE),
                ("only_with", GUARD_ONLY),
                ("not_with", GUARD_NOT),
                ("never_in_item", GUARD_NEVER),
                ("weak", "For names: on a topic it does nothing."),
                ("muted_until", GUARD_MUTED),
                ("note", "Shown in mails."),
                ("why", REMARK),
                ("owner", REMARK),
                ("added", REMARK),
                ("review_by", REMARK),
            ],
        },
        Table {
            title: "[[rule]]",
            about: "",
            keys: &[
                ("id", "Default: the name in small letters."),
                ("name", "Required."),
                (
                    "when",
                    "Required. A search that may also ask company:, group:, topic:, source:, manner:talk and official, and sentence:(…) for what stands in one sentence, or in two of which the second refers back (it, its, the company); * is any.",
                ),
                ("severity", "Raises the severity: high or medium."),
                ("readers", "Names of readers who are told whatever their filters say."),
                ("hold", "The reason for which such items are held back; they are listed with it."),
                ("note", "Shown in mails."),
                ("why", REMARK),
                ("owner", REMARK),
                ("added", REMARK),
                ("review_by", REMARK),
            ],
        },
    ],
    example: "[[company]]\nname = \"Alibaba Group Holding Limited\"\naliases = [\"Alibaba\", { name = \"阿里\", not_with = [\"阿里地区\"] }]\ntickers = [\"NYSE:BABA\"]\n\n[[topic]]\nname = \"Delisting\"\nterms = [\"delist\", \"cancellation of listing\"]\nseverity = \"high\"",
};

const GUARD_CASE: &str = "exact: only in these letters; any: in any.";
const GUARD_ONLY: &str = "Counts only when one of these stands in the same item.";
const GUARD_NOT: &str = "Does not count where one of these overlaps it or stands in its sentence.";
const GUARD_NEVER: &str = "Does not count in an item that holds one of these. Rarely right.";
const GUARD_MUTED: &str =
    "The last day (UTC) of silence: until then it is held back, and listed so.";
const GUARD_WEAK: &str = "true: counts only beside a strong name of the same company; false: never mind that it is an everyday word.";
const REMARK: &str = "For the people who keep the list; nothing depends on it.";

/// The keys that the program takes, in words.
pub(super) struct Known;

impl Known {
    /// The tables of a file with their keys.
    #[expect(clippy::unused_self, reason = "whoever has it knows that words and keys agree")]
    pub(super) fn of(
        &self,
        file: &File,
    ) -> impl Iterator<Item = (&'static Table, impl Iterator<Item = Key>)> {
        file.tables
            .iter()
            .map(|table| (table, table.keys.iter().map(|(name, about)| Key { name, about })))
    }
}

/// A key that no table takes.
const NONE: &str = "no_such_key_anywhere";

/// Asks the program for its keys and holds the words against them.
pub(super) fn known() -> Result<Known, String> {
    let accepted = accepted();
    let mut wrong = Vec::new();
    let mut described = BTreeSet::new();
    for file in FILES {
        for table in file.tables {
            let place = (file.name, table.title.to_owned());
            let takes = accepted.get(&place).cloned().unwrap_or_default();
            let told: BTreeSet<String> =
                table.keys.iter().map(|(name, _)| (*name).to_owned()).collect();
            for key in takes.symmetric_difference(&told) {
                let which = if told.contains(key) { "is not taken" } else { "has no words" };
                wrong.push(format!("{} {}: {key} {which}", file.name, table.title));
            }
            described.insert(place);
        }
    }
    for (file, table) in accepted.keys().filter(|place| !described.contains(*place)) {
        wrong.push(format!("{file} {table} has no words at all"));
    }
    if wrong.is_empty() { Ok(Known) } else { Err(wrong.join("; ")) }
}

/// The keys of each table, as the program itself lists them.
fn accepted() -> BTreeMap<(&'static str, String), BTreeSet<String>> {
    let sections = ["operator", "collect", "matching", "mail", "keep", "canary", "status"];
    let mut service = format!("{NONE} = 1\n");
    for section in sections {
        service.push_str(&format!("[{section}]\n{NONE} = 1\n"));
    }
    let texts = BTreeMap::from([
        (config::SERVICE.to_owned(), service),
        (config::SOURCES.to_owned(), format!("[[source]]\n{NONE} = 1\n")),
        (config::READERS.to_owned(), format!("[[reader]]\n{NONE} = 1\naway = {{ {NONE} = 1 }}\n")),
        (
            config::WATCHLIST.to_owned(),
            format!(
                "[[company]]\n{NONE} = 1\naliases = [{{ {NONE} = 1 }}]\n[[topic]]\n{NONE} = 1\n\
                 [[rule]]\n{NONE} = 1\n"
            ),
        ),
    ]);
    let files = Files::from_texts(Path::new(""), texts);
    let mut found: BTreeMap<(&str, String), BTreeSet<String>> = BTreeMap::new();
    for problem in config::parse(&files, &Environment::default()).problems {
        let Some(rest) = problem.what.strip_prefix(&format!("unknown key `{NONE}`")) else {
            continue;
        };
        let title = rest.strip_prefix(" in ").unwrap_or("").to_owned();
        let place = problem.place.as_ref().map(|place| place.file.name.clone()).unwrap_or_default();
        let Some(file) = FILES.iter().find(|file| place.ends_with(file.name)) else { continue };
        let hint = problem.hint.unwrap_or_default();
        let list = hint.lines().find_map(|line| line.strip_prefix("accepted: ")).unwrap_or("");
        // At the top level the tables are keys, too; they have sections of their own.
        let top = title.is_empty();
        let keys = list.split(", ").filter(|key| !(top && sections.contains(key)));
        found.entry((file.name, title)).or_default().extend(keys.map(str::to_owned));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_words_and_all_words_have_a_key() {
        let tables = accepted();
        assert_eq!(
            tables.values().map(BTreeSet::len).sum::<usize>(),
            FILES.iter().flat_map(|file| file.tables).map(|table| table.keys.len()).sum::<usize>()
        );
        if let Err(wrong) = known() {
            panic!("{wrong}");
        }
    }
}
