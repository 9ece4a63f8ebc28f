//! What the samples tell: a Monday with a memo in many outlets, poor coverage, changes, edits.

use super::*;

pub(super) fn memo(source: &str, title: &str, seen: &str) -> Piece {
    Piece::new("memo", source, title, seen).with(|one| {
        one.companies = vec![named("alibaba", "Alibaba")];
        one.topics = vec![
            named("delisting", "Delisting"),
            named("military-civil-fusion", "Military-civil fusion"),
        ];
        for (kind, entity, word) in [
            (EntityKind::Company, "alibaba", "阿里巴巴"),
            (EntityKind::Topic, "military-civil-fusion", "military-civil fusion"),
            (EntityKind::Topic, "military-civil-fusion", "PLA"),
            (EntityKind::Topic, "military-civil-fusion", "解放军"),
        ] {
            one.words.push((kind, entity.to_owned(), word.to_owned()));
        }
    })
}

/// A memo in several outlets and languages, and a smaller story beside it.
pub(crate) fn monday() -> Vec<PendingNotice> {
    let mut pieces = vec![
        memo("scmp", "White House memo alleges Alibaba helps PLA target the US", "2026-11-23T12:20:00Z").with(|one| {
            one.summary = "A memo seen by reporters says that Alibaba hands customer data to the PLA and \
                names military-civil fusion as the aim. The company calls the claims nonsense. Two \
                lawmakers urge the SEC to delist its shares, which fell 4 per cent in New York before \
                trading was halted for an hour."
                .to_owned();
        }),
        memo("house-select-committee", "Chairmen ask SEC to delist Alibaba", "2026-11-23T12:41:00Z").with(|one| {
            one.official = true;
            one.marks = vec![Mark::NowOfficial];
            one.summary = "The chairmen today asked the Securities and Exchange Commission to delist \
                Alibaba Group Holding Limited (NYSE: BABA), citing its support for military-civil fusion."
                .to_owned();
            one.rule = Some(("China tech delisting".to_owned(), vec!["Mei".to_owned()]));
        }),
        memo("caixin", "白宫备忘录指阿里巴巴协助解放军，议员促美证交会除牌", "2026-11-23T12:50:00Z").with(|one| {
            one.summary = "一份白宫备忘录指称，阿里巴巴向解放军提供客户数据。公司否认指控，称其毫无根据。两名议员促请美国证交会将其股票摘牌。".to_owned();
            one.published = None;
            one.lang = Some("zh-CN".to_owned());
        }),
    ];
    for n in 0..6 {
        let seen = format!("2026-11-23T12:5{n}:30Z");
        let outlet =
            ["reuters-china", "ap-business", "nikkei", "handelsblatt", "le-monde", "yonhap"][n];
        pieces.push(
            memo(outlet, "White House memo alleges Alibaba helps PLA target the US", &seen)
                .with(|one| one.copy_of = (n < 3).then(|| "scmp".to_owned())),
        );
    }
    pieces.push(
        Piece::new(
            "fab",
            "digitimes",
            "SMIC loses export licence for a fab in Shenzhen",
            "2026-11-22T07:05:00Z",
        )
        .with(|one| {
            one.severity = Severity::Medium;
            one.companies = vec![named("smic", "SMIC"), named("huawei", "Huawei")];
            one.companies[0].note = Some(Arc::from("On the Entity List since December 2020"));
            one.topics = vec![named("export-controls", "Export controls")];
            one.words = vec![
                (EntityKind::Company, "smic".into(), "SMIC".into()),
                (EntityKind::Company, "huawei".into(), "Huawei".into()),
                (EntityKind::Topic, "export-controls".into(), "export licence".into()),
            ];
            one.summary =
                "SMIC may no longer import tools for its Shenzhen line, from which Huawei buys. \
            The company had held the export licence since 2021."
                    .to_owned();
        }),
    );
    pieces.push(
        Piece::new(
            "old",
            "bis-press",
            "Rule adds forty firms to the Entity List",
            "2026-11-21T09:00:00Z",
        )
        .with(|one| {
            one.severity = Severity::Medium;
            one.official = true;
            one.companies.clear();
            one.topics = vec![named("export-controls", "Export controls")];
            one.words = vec![(EntityKind::Topic, "export-controls".into(), "Entity List".into())];
            one.marks = vec![Mark::AlreadyThere];
            one.link = Some("ftp://ftp.bis-press.org/rule.txt".to_owned());
            one.undelivered = true;
        }),
    );
    pieces.iter().map(Piece::pending).collect()
}

/// Coverage with everything that can be said about it.
pub(super) fn poor_coverage() -> Coverage {
    let mut coverage = coverage("2026-11-23T12:52:00Z");
    let mut failing = source("ofac", true, "2026-11-21T07:40:00Z");
    failing.state.health = Health::Failing;
    failing.state.since = at("2026-11-21T08:10:00Z");
    failing.state.error = Some("HTTP 503 Service Unavailable".to_owned());
    let mut silent = source("mofcom", true, "2026-11-23T12:30:00Z");
    silent.state.health = Health::Silent;
    silent.state.since = at("2026-11-12T08:10:00Z");
    coverage.sources.truncate(40);
    coverage.sources.push(failing);
    coverage.sources.push(silent);
    coverage.gaps.push(Gap {
        source: SourceId::new("source-13"),
        from: at("2026-11-22T02:00:00Z"),
        until: at("2026-11-22T09:30:00Z"),
    });
    coverage.mentions = vec![
        (named("alibaba", "Alibaba"), 31),
        (named("huawei", "Huawei"), 12),
        (named("smic", "SMIC"), 1),
    ];
    coverage.held_back = vec![
        (Guard::NotWith("price target".into()), 14),
        (Guard::Weak, 122),
        (Guard::Hold("quarterly results".into()), 3),
        (Guard::Inside("Alibaba Cloud Day".into()), 2),
        (Guard::Case, 1),
        (Guard::NeverInItem("gray wolf".into()), 1),
        (Guard::OnlyWith(vec!["retailer".into(), "TGT".into()]), 1),
    ];
    coverage.held_high = vec![
        HeldHigh {
            title: "Analyst: what a delisting of Alibaba would mean".to_owned(),
            source: SourceId::new("reuters-china"),
            link: Some("https://www.reuters-china.org/opinion/7".to_owned()),
            guards: vec![Guard::Hold("talk, not an act".into())],
        },
        HeldHigh {
            title: "阿里巴巴云日除牌演示".to_owned(),
            source: SourceId::new("caixin"),
            link: None,
            guards: vec![Guard::Inside("Alibaba Cloud Day".into()), Guard::Weak],
        },
    ];
    coverage.held_high_count = 4;
    coverage.baselined = 340;
    coverage
}

/// Two items of the last digest whose publishers changed them.
pub(super) fn changed() -> Vec<Changed> {
    let text = |title: &str, summary: &str| ItemText {
        title: title.to_owned(),
        summary: summary.to_owned(),
        ..ItemText::default()
    };
    let one = |source: &str, old: ItemText, new: ItemText| Changed {
        item: ItemId::of(&[source]),
        source: SourceId::new(source),
        link: Some(format!("https://www.{source}.org/2")),
        old,
        new,
        at: at("2026-11-22T10:00:00Z"),
        told: true,
    };
    vec![
        one(
            "scmp",
            text("Alibaba to be delisted in July, says SEC", ""),
            text("Alibaba may be delisted in July, says SEC", ""),
        ),
        one(
            "nikkei",
            text("SMIC orders halted", "Orders of 400 million dollars were halted on Friday."),
            text("SMIC orders halted", "Orders of 40 million dollars were halted on Friday."),
        ),
    ]
}

pub(super) fn read(text: &str) -> watchlistd::model::watchlist::WatchlistEntries {
    let files = BTreeMap::from([("watchlist.toml".to_owned(), text.to_owned())]);
    let files = Files::from_texts(Path::new("/none"), files);
    watchlistd::config::parse(&files, &Environment::default()).watchlist
}

pub(super) fn said_of(old: &WatchlistEntries, new: &WatchlistEntries) -> Vec<String> {
    watchlist_changes(old, new, &renamed_entries(old, new))
}

/// What an edit of two files says.
pub(super) fn watchlist_edits() -> Vec<String> {
    let old = read(
        "[[company]]\nname = \"Alibaba\"\naliases = [\"Ali\"]\n[[company]]\nname = \"Old Co\"\n\
         [[topic]]\nname = \"Delisting\"\nterms = [\"delist\"]\n",
    );
    let new = read(
        "# moved by a line\n[[company]]\nname = \"SMIC\"\n[[company]]\nname = \"Alibaba\"\n\
         aliases = [\"阿里巴巴\"]\ntickers = [\"NYSE:BABA\"]\n[[topic]]\nname = \"Delisting\"\n\
         terms = [\"delist\"]\nseverity = \"high\"\n[[rule]]\nname = \"All\"\nwhen = \"company:*\"\n\
         severity = \"medium\"\n",
    );
    assert!(said_of(&old, &old).is_empty());
    said_of(&old, &new)
}
