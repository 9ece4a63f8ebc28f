//! Right files: values, defaults, and where relative paths end.

use std::path::{Path, PathBuf};
use std::time::Duration;

use proptest::prelude::*;
use watchlistd::cli::problems;
use watchlistd::config::settings::{Listen, Storage, SubjectStyle, Tls, Transport};
use watchlistd::config::{self, Backfill, Environment, Files, Parsed};
use watchlistd::model::reader::{UrgentFrom, WhenEmpty};
use watchlistd::model::watchlist::{CaseRule, WithoutCompany};
use watchlistd::model::{FirstRun, Severity};

use super::{SERVICE, parse, texts};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn valid(changed: &[(&str, &str)]) -> Parsed {
    let parsed = parse(changed);
    assert!(parsed.problems.is_empty(), "{}", problems::render(&parsed.problems, false));
    assert!(parsed.whole);
    parsed
}

/// The table of defaults that the README prints.
#[test]
fn defaults_are_what_the_readme_says() {
    let parsed =
        valid(&[("topics.toml", "[[topic]]\nname = \"Delisting\"\nterms = [\"delist\"]\n")]);

    let reader = &parsed.readers[0];
    assert_eq!(reader.urgent, UrgentFrom::High);
    assert_eq!(reader.urgent_per_hour, 6);
    assert_eq!(reader.min_severity, Severity::Medium);
    assert_eq!(reader.digest.value, "weekdays 08:00");
    assert_eq!(reader.timezone.value, "America/New_York");
    assert_eq!(reader.when_empty, WhenEmpty::Send);
    assert_eq!((reader.max_items, reader.mentions), (50, false));
    assert!(reader.companies.is_empty() && reader.groups.is_empty() && reader.topics.is_empty());
    assert!(reader.quiet.is_none() && reader.away.is_none());

    let [official, other] = &parsed.sources[..] else { panic!("two sources") };
    assert_eq!((official.interval.value, official.official), (15 * MINUTE, true));
    assert_eq!((other.interval.value, other.official), (30 * MINUTE, false));
    assert_eq!(other.first_run.value, FirstRun::Within(7 * DAY));
    assert_eq!((other.kind.value.as_str(), other.allow_private), ("feed", false));

    let topic = &parsed.watchlist.topics[0];
    assert_eq!(topic.severity, Severity::Medium);
    assert_eq!((topic.without_company, topic.hidden), (WithoutCompany::Never, false));
    assert!(topic.everyday.is_empty() && topic.akin.is_none() && !topic.setting);

    let settings = parsed.settings.expect("valid");
    assert_eq!(
        (settings.collect.per_host, settings.collect.pause),
        (2, Duration::from_millis(250))
    );
    assert_eq!(
        (settings.matching.defaults, settings.matching.backfill.value),
        (true, Backfill::Told(7 * DAY))
    );
    let keep = &settings.keep;
    assert_eq!((keep.items, keep.polls, keep.audit.value), (400 * DAY, 90 * DAY, 3650 * DAY));
    assert_eq!(keep.free_space.value, 200_000_000);
    assert!(settings.canary.is_none() && settings.status.is_none());
    assert_eq!(settings.mail.subject, SubjectStyle::Full);
    let Transport::Smtp(smtp) = &settings.mail.transport else { panic!("smtp is the default") };
    assert_eq!((smtp.port, smtp.tls), (587, Tls::Starttls));
    assert_eq!(settings.operator.reply_to.value, "ops@bank.test");
    assert_eq!(settings.storage, Storage::Sqlite("/var/lib/watchlistd/state.db".into()));
}

#[test]
fn back_fill_may_be_for_the_record_only() {
    let parsed =
        valid(&[("watchlistd.toml", &format!("{SERVICE}\n[matching]\nbackfill = \"none\"\n"))]);
    let backfill = parsed.settings.expect("valid").matching.backfill.value;
    assert_eq!((backfill, backfill.span()), (Backfill::Recorded, 7 * DAY));
}

#[test]
fn every_documented_key_is_read() {
    let parsed = valid(&[
        (
            "watchlistd.toml",
            "contact = \"https://bank.test/bot\"\ntimezone = \"Asia/Hong_Kong\"\nstorage = \"sqlite:db/w.db\"\n\
             [operator]\nto = [\"a@bank.test\", \"b@bank.test\"]\nreply_to = \"desk@bank.test\"\n\
             ping_url = \"https://ping.test/x\"\ncommand = [\"/usr/bin/page\", \"ops\"]\n\
             [collect]\ninterval = \"1h\"\nofficial_interval = \"5m\"\nper_host = 16\npause = \"0s\"\n\
             allow_private = true\nfirst_run = \"all\"\n\
             [matching]\ndefaults = false\nbackfill = \"3d\"\n\
             [mail]\ntransport = \"smtp\"\npath = \"box\"\nhost = \"localhost\"\nport = 2525\ntls = \"none\"\n\
             ca_file = \"ca.pem\"\nusername = \"u\"\npassword_file = \"secret\"\nfrom = \"w@bank.test\"\n\
             subject = \"discreet\"\n\
             [keep]\nitems = \"30d\"\npolls = \"7d\"\naudit = \"40d\"\nfree_space = \"1GB\"\n\
             [canary]\nat = \"06:00\"\n[status]\nlisten = \"unix:status.sock\"\n",
        ),
        (
            "sources.toml",
            "[[source]]\nid = \"a\"\nurl = \"https://a.test\"\nkind = \"feed\"\nofficial = true\nlang = \"zh\"\n\
             interval = \"45s\"\nallow_private = false\nfirst_run = \"none\"\n\
             [[source]]\nid = \"b\"\nurl = \"https://b.test\"\n",
        ),
        (
            "readers.toml",
            "[[reader]]\nname = \"Mei\"\nto = [\"m@bank.test\"]\ndigest = \"never\"\ntimezone = \"Europe/Berlin\"\n\
             urgent = \"never\"\nmin_severity = \"high\"\ncompanies = [\"alibaba\"]\ngroups = [\"china-tech\"]\n\
             topics = [\"delisting\"]\nwhen_empty = \"skip\"\nmentions = true\nmax_items = 10\n\
             urgent_per_hour = 2\nquiet = \"22:00-07:00\"\n\
             away = { from = 2026-12-21, until = \"2027-01-06\", deputy = \"Jo\" }\n",
        ),
        (
            "watchlist.toml",
            "[[company]]\nid = \"alibaba\"\nname = \"Alibaba Group Holding Limited\"\n\
             aliases = [\"Alibaba\", { name = \"阿里\", not_with = [\"阿里地区\"], case = \"exact\", weak = true }]\n\
             tickers = [\"NYSE:BABA\"]\ngroups = [\"china-tech\"]\npart_of = \"softbank\"\nnote = \"n\"\nwhy = \"w\"\n\
             owner = \"o\"\nadded = 2026-06-01\nreview_by = \"2027-06-01\"\nonly_with = [\"x\"]\nnever_in_item = [\"y\"]\n\
             [[topic]]\nname = \"Delisting\"\nterms = [\"delist\"]\nexact = [\"Form 25\"]\nsearch = [\"a AND b\"]\n\
             not_with = [\"Steam\"]\nseverity = \"high\"\nwithout_company = \"action\"\nhidden = true\n\
             everyday = [\"list\"]\nakin = [\"delisting\"]\nsetting = true\n\
             [[rule]]\nid = \"r\"\nname = \"R\"\nwhen = \"company:*\"\nseverity = \"medium\"\nreaders = [\"Mei\"]\nhold = \"h\"\n",
        ),
    ]);
    let settings = parsed.settings.expect("valid");
    assert_eq!(settings.storage, Storage::Sqlite("db/w.db".into()));
    assert_eq!(settings.collect.first_run, FirstRun::All);
    assert_eq!(settings.status.expect("written").listen.value, Listen::Unix("status.sock".into()));
    let [a, b] = &parsed.sources[..] else { panic!("two sources") };
    assert_eq!((a.interval.value, a.first_run.value), (Duration::from_secs(45), FirstRun::None));
    assert_eq!((a.allow_private, b.allow_private, b.interval.value), (false, true, 60 * MINUTE));
    let away = parsed.readers[0].away.as_ref().expect("written");
    assert_eq!(away.until.value.to_string(), "2027-01-06");
    let topic = &parsed.watchlist.topics[0];
    assert_eq!((topic.everyday.len(), topic.setting), (1, true));
    assert_eq!(topic.akin.as_ref().expect("written")[0].value, "delisting");
    let company = &parsed.watchlist.companies[0];
    assert_eq!(company.remarks.added.as_ref().expect("written").value, "2026-06-01");
    let alias = &company.aliases[1];
    assert_eq!(alias.guards.case.as_ref().expect("written").value, CaseRule::Exact);
    assert_eq!(alias.name.place.as_ref().expect("written").to_string(), "watchlist.toml:4:32");
    assert_eq!(company.place.as_ref().expect("written").line(), 1);
}

#[test]
fn state_lies_where_systemd_says_and_mails_beside_it() {
    let text = SERVICE.replace("[mail]", "[mail]\ntransport = \"file\"");
    let environment =
        Environment { state_directory: Some("/srv/state".into()), ..Environment::default() };
    let files = Files::from_texts(Path::new("/etc/w"), texts(&[("watchlistd.toml", &text)]));
    let settings = config::parse(&files, &environment).settings.expect("valid");
    assert_eq!(settings.storage, Storage::Sqlite("/srv/state/state.db".into()));
    assert_eq!(settings.mail.transport, Transport::File("/srv/state/mail".into()));

    let text = format!("storage = \"sqlite:state/state.db\"\n{text}");
    let files = Files::from_texts(Path::new("/etc/w"), texts(&[("watchlistd.toml", &text)]));
    let settings = config::parse(&files, &environment).settings.expect("valid");
    assert_eq!(settings.storage.state_folder(), Path::new("/etc/w/state"));
    assert_eq!(settings.mail.transport, Transport::File("/etc/w/state/mail".into()));
}

#[test]
fn the_folder_is_the_one_given_else_systemds_else_etc() {
    let of = |given: Option<&str>, systemd: Option<&str>| {
        let environment = Environment {
            configuration_directory: systemd.map(PathBuf::from),
            ..Environment::default()
        };
        environment.config_folder(given.map(Path::new))
    };
    assert_eq!(of(Some("here"), Some("/run/etc")), Path::new("here"));
    assert_eq!(of(None, Some("/run/etc")), Path::new("/run/etc"));
    assert_eq!(of(None, None), Path::new("/etc/watchlistd"));
}

#[test]
fn a_file_transport_needs_no_server() {
    let text = SERVICE.replace("host = \"smtp.bank.test\"", "transport = \"file\"\npath = \"box\"");
    let settings = valid(&[("watchlistd.toml", &text)]).settings.expect("valid");
    assert_eq!(settings.mail.transport, Transport::File("box".into()));
}

/// Fragments that mistakes are made of.
const PIECES: &[&str] = &[
    "[[company]]\n",
    "[company]\n",
    "name = ",
    "\"Huawei\"",
    "“华为”",
    "\n",
    "[",
    "]",
    "{",
    "}",
    ",",
    "=",
    "'",
    "aliases",
    "\"\"\"",
    "\\u",
    "#",
    "\t",
    "[mail]\n",
    "阿里",
    "1.5",
    "\r\n",
    "\u{0}",
    "a.b.c",
    "\u{feff}",
    "2026-13-41",
    "\\",
    " ",
    "inf",
    "0x",
    "[[topic]]\nseverity = \"hihg\"\n",
];

proptest! {
    /// Whatever is written: no panic, every place lies in its file, and rendering shows it.
    #[test]
    fn any_text_is_read_or_told(pieces in proptest::collection::vec(0..PIECES.len(), 0..40)) {
        let text: String = pieces.iter().map(|at| PIECES[*at]).collect();
        for name in ["watchlist.toml", "watchlistd.toml", "readers.toml", "sources.toml"] {
            let parsed = parse(&[(name, &text)]);
            for problem in &parsed.problems {
                if let Some(place) = &problem.place {
                    prop_assert!(place.file.text.get(place.span.clone()).is_some(), "{problem}");
                }
            }
            let shown = problems::render(&parsed.problems, false);
            prop_assert!(!shown.contains('\0'), "a control character is shown");
            prop_assert!(parsed.whole || !parsed.problems.is_empty());
        }
    }
}
