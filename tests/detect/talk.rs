//! Talk without an act: what a shipped rule holds back, and what it must not.

use watchlistd::detect::{Origin, Watchlist, explain, judge};
use watchlistd::model::{Severity, Timestamp};

use super::{all, at, company, compile, item, rule, topic};

fn held() -> Watchlist {
    let topics = vec![topic(
        "Curbs",
        &["ban", "delist", "sanction", "export curb", "fine", "blacklist", "listing", "tariff"],
    )];
    let mut hold = rule("Talk", "company:* AND manner:talk", None);
    hold.hold = Some(at("no act is reported".to_owned()));
    compile(vec![company("Norvik", &["诺维克"])], topics, vec![hold])
}

#[test]
fn talk_is_told_from_news() {
    let watchlist = held();
    for (alert, lang, title, summary) in [
        // hypotheses
        (false, "en", "Suppose Norvik were delisted", "A thought experiment."),
        (false, "en", "Imagine a Norvik ban", ""),
        (true, "en", "Judges suppose Norvik ban is lawful", "The court ruled on Monday."),
        (false, "en", "What if Norvik is delisted? Investors weigh the odds", ""),
        (
            true,
            "en",
            "What if Norvik is delisted? Investors weigh the odds",
            "The exchange fined it.",
        ),
        // looks back
        (false, "en", "The Norvik ban: an oral history", "Officials recall the year."),
        (false, "en", "Norvik and sanctions: what have we learned?", "Looking back at 2019."),
        (false, "en", "Lessons from the Norvik delisting", ""),
        // opinion
        (false, "en", "Opinion: Norvik ban is a mistake", "It was fined last week."),
        (false, "en", "The case for a Norvik ban | Opinion", ""),
        (true, "en", "Court opinion upholds Norvik ban", ""),
        (false, "de", "Kommentar: Das Norvik-Ban hilft niemandem", ""),
        (false, "zh", "评论：诺维克 ban 是错误", ""),
        // invitations and manuals
        (false, "en", "Webinar: Norvik sanctions and you", "Join us for a discussion."),
        (false, "en", "How to comply with the Norvik ban", ""),
        (true, "en", "Norvik banned", "Our webinar is on Monday."),
        (false, "en", "Norvik and sanctions in practice", "Register now for our symposium."),
        // Beside an act only a label or a first word says that an item is of such a kind.
        (true, "en", "Berlin fines Norvik after a webinar", ""),
        (false, "en", "Webinar: Berlin fines Norvik", ""),
        (false, "en", "Webinar on why Berlin fined Norvik", ""),
        (false, "en", "Norvik and the ban in our webinar", ""),
        // What explains or sums up may report an act.
        (false, "en", "Explainer: the Norvik ban", "Here is how such things work."),
        (true, "en", "Explainer: the Norvik ban", "The exchange fined it on Monday."),
        (false, "en", "Factbox: Norvik and sanctions", ""),
        (true, "en", "Factbox: Norvik and sanctions", "Berlin on Monday fined it."),
        (false, "en", "Podcast: Norvik and sanctions", "We talk to a scholar."),
        (true, "en", "Podcast: Norvik and sanctions", "Berlin delists the maker."),
        (true, "en", "Q&A: what does it mean for Norvik?", "It is an order that bans its panels."),
        (false, "en", "Q&A: what does it mean for Norvik?", "There is no talk of a ban."),
        // threats
        (false, "en", "Senator vows to ban Norvik if elected", "No bill has been drafted."),
        (false, "en", "Minister threatens Norvik with a ban", ""),
        (false, "en", "Minister threatens to ban Norvik", "A ban could be imposed in May."),
        (true, "en", "Minister threatens to ban Norvik", "A first fine was imposed in May."),
        (true, "en", "Regulator fines Norvik, threatens ban", ""),
        (true, "en", "Norvik vows to fight ban", ""),
        (true, "en", "Export curbs threaten Norvik", ""),
        (true, "en", "Beijing vows an answer after blacklist names Norvik", ""),
        (false, "es", "Bruselas amenaza con un ban a Norvik", ""),
        (true, "es", "Bruselas amenaza con un ban a Norvik tras la fine", ""),
        (false, "de", "Brüssel droht mit Sanktionen (sanctions) gegen Norvik", ""),
        (true, "de", "Norvik droht ein Ban (ban)", ""),
        (true, "de", "Dem Konzern Norvik drohen Sanktionen (sanctions)", ""),
        (false, "de", "Trump droht Norvik mit Tariffs (tariff)", ""),
        (true, "de", "China droht ein Norvik-Ban: Berlin verbietet (ban) Technik", ""),
        (true, "fr", "Menace sur Norvik : le ban validé", ""),
        (true, "en", "Norvik is a security threat: ban", ""),
        // what is only supposed
        (false, "en", "Ottawa mulls a Norvik ban", ""),
        (false, "en", "Norvik could face a ban", "Officials declined to comment."),
        (true, "en", "Norvik could face a ban", "Ottawa fined it in May."),
        (true, "en", "Ottawa bans Norvik, mulls more", ""),
        (false, "de", "Brüssel erwägt Sanktionen (sanctions) gegen Norvik", ""),
        (false, "es", "Madrid baraja un ban a Norvik", ""),
        // titles that only doubt, ask or look back, and nouns that look like verbs
        (false, "en", "Could Norvik be next on the blacklist?", "Traders think so."),
        (false, "en", "Norvik braces for possible ban", ""),
        (false, "en", "Ten years after the Norvik ban", "Its founder gave a talk."),
        (true, "en", "Ten years after the Norvik ban, court fines it", ""),
        (true, "en", "Ten years after its ban, Norvik is back on the blacklist", ""),
        (true, "en", "Norvik bows out of the sanctions scheme, four years after Alba", ""),
        (false, "en", "Norvik, ten years after the ban", ""),
        (false, "en", "No plans to ban Norvik, says minister", ""),
        (true, "en", "Regulators ban Norvik; it may sue", ""),
        (true, "en", "Norvik falls on delisting fears after its fine", ""),
        // a question with an answer, and labels in brackets
        (true, "en", "Could this be the end for Norvik? Berlin orders a ban", ""),
        // few words behind a question are no answer, though they announce a list
        (false, "en", "Could Norvik ever face a ban? 3 things to know", ""),
        (false, "en", "A Norvik ban? The case is weak", ""),
        // but other words are, however few, and what stands before the question's clause is told
        (true, "en", "Norvik to be delisted? NYSE starts proceedings", ""),
        (true, "en", "Norvik blacklisted? Ministry confirms", ""),
        (
            true,
            "en",
            "What happened to the Norvik listing? NYSE starts process to strike it off",
            "",
        ),
        (true, "de", "Norvik vor der Sanktion (sanction)? Berlin entscheidet heute", ""),
        (true, "en", "Regulator fines Norvik: what comes next?", ""),
        (true, "en", "Brussels bans Norvik — why now?", ""),
        (false, "en", "Norvik and the ban: what now?", ""),
        (
            true,
            "de",
            "Norvik am Ende? Brüssel hat dem Konzern gestern seine Listing genommen: ban",
            "",
        ),
        (false, "en", "[Opinion] The Norvik ban", "It was fined last week."),
        (false, "ja", "【社説】Norvik の ban", ""),
        (true, "en", "Regulator (opinion pending) fines Norvik, orders ban", ""),
        // why something was done is no doubt, nor is a word within a word
        (true, "zh", "诺维克因数据传输违规被罚 ban", ""),
        (false, "zh", "据传诺维克或面临 ban", ""),
        (true, "zh", "诺维克因风险管理不力被罚 ban", ""),
        (true, "zh", "欧盟初步结论认定诺维克违法 ban", ""),
        (false, "zh", "G7讨论 ban 诺维克", ""),
        (false, "zh", "诺维克 ban 风险管理", ""),
        (true, "ja", "安全保障上の懸念で命令NorvikをBan", ""),
        (false, "ja", "Norvikのban強化の懸念で株安", ""),
        (true, "ko", "안보 우려로 Norvik ban 금지", ""),
        (false, "ko", "Norvik ban 금지 우려", ""),
        (false, "en", "Security jitters over a Norvik ban", ""),
        (false, "en", "Will Norvik face a ban? Traders wonder", ""),
        (true, "en", "Analyst asks of Norvik, fined anew: “why should a ban surprise us?”", ""),
        (false, "en", "Opinion: Norvik went too far. Brussels must ban it", ""),
        // a denial says that somebody was accused; one of rumours does not
        (true, "de", "Norvik dementiert Umgehung der Sanktionen (sanctions)", ""),
        (false, "de", "Norvik dementiert Gerüchte über ein Ban (ban)", ""),
        (true, "fr", "Norvik dément: Paris a des preuves de sanctions (sanction)", ""),
        (true, "es", "Norvik desmiente la evasión de sanciones (sanction)", ""),
        (true, "ja", "Norvik、sanction 逃れを否定", ""),
        (false, "ja", "Norvik、ban の検討を否定", ""),
        // of a Japanese headline only the clause behind a wide space asks
        (true, "ja", "当局、Norvikに命令　ban 逃れか", ""),
        (false, "ja", "Norvikに ban か", ""),
        (false, "en", "So Brussels bans Norvik over “Temu?”", ""),
        // a round-up tells of several matters
        (true, "en", "Briefs: Norvik banned; webinar on ports; rain", ""),
        (true, "en", "Morning briefing: Norvik delisted, rivals fined, is the rally over?", ""),
        (true, "en", "Newsletter: US sanctions Norvik. Who is next?", ""),
    ] {
        let text = item(title, summary, lang);
        let judgement =
            judge(&watchlist, &text, Origin { source: "wire", official: false, seen: None });
        assert_eq!(judgement.alert, alert, "{title} | {summary}");
        assert_eq!(judgement.would_be.is_some(), !alert, "{title}");
        let listed = judgement.held_back.iter().any(|one| one.guard.to_string().contains("no act"));
        assert_eq!(listed, !alert, "{title}");
    }
}

#[test]
fn an_official_threat_is_news_and_an_official_webinar_is_not() {
    let watchlist = held();
    let official = Origin { source: "eu", official: true, seen: None };
    let threat = item("Commission threatens Norvik with a ban", "", "en");
    assert!(judge(&watchlist, &threat, official).alert);
    let invitation = item("Webinar on the Norvik ban", "", "en");
    assert!(!judge(&watchlist, &invitation, official).alert);
}

#[test]
fn what_is_held_back_says_by_which_words() {
    let watchlist = held();
    let text = item("Looking back at the Norvik ban", "", "en");
    let told = explain(&watchlist, &text, Origin::default());
    let rule = told.decisions.iter().find(|one| one.rule.is_some()).unwrap();
    assert_eq!(
        rule.words,
        "Norvik (\"Norvik\", title) with talk (\"Looking back\", title); held back: no act is reported"
    );
    assert_eq!(told.judgement.would_be, Some(Severity::Medium));
}

#[test]
fn a_rule_may_ask_for_news_only() {
    let mut entry = rule("News", "company:* AND ban NOT manner:talk", Some(Severity::High));
    entry.readers = all(&["Mei"]);
    let watchlist = compile(vec![company("Norvik", &[])], vec![], vec![entry]);
    for (title, alert) in [("Norvik ban", true), ("Webinar on the Norvik ban", false)] {
        assert_eq!(super::judged(&watchlist, title).alert, alert, "{title}");
    }
}

#[test]
fn what_only_looks_back_is_told_from_news() {
    let watchlist = held();
    let seen = Timestamp::parse("2026-11-20T09:00:00Z");
    for (alert, title, summary) in [
        (false, "Norvik opens a plant", "It makes pumps. Norvik was fined in May 2019."),
        (false, "Norvik opens a plant", "It makes pumps. In 2019 the maker was fined by Ottawa."),
        (false, "Norvik opens a plant", "It makes pumps. Norvik paid the fine of March 12, 2019."),
        (
            false,
            "Norvik baut",
            "Das Werk entsteht in Emden. 2021 hatte Bonn eine Fine (fine) verhängt.",
        ),
        (false, "诺维克开新厂", "新厂生产水泵。诺维克2019年被罚（fine）。"),
        (false, "Norvik: hausse", "Le groupe avait soldé en 2018 une fine (fine)."),
        (
            false,
            "Norvik grows",
            "It has grown since 2018, when a ban nearly put it out of business.",
        ),
        (false, "Norvik grows", "It is over a dispute. It ended last year with a fine."),
        // the title, or a sentence without a date, has the matter
        (true, "Norvik fined", "It was fined in 2019, too."),
        (true, "Norvik update", "It was fined in 2019. A ban follows."),
        // of these days
        (true, "Norvik update", "The maker, fined in 2019, was fined again on Monday."),
        (true, "Norvik update", "Norvik, which was founded in 2019, has been fined."),
        (true, "Norvik update", "Under the act of 2019 it was fined on November 14."),
        (true, "Norvik update", "It was fined in October 2026 as it had been in October 2019."),
        (true, "诺维克公告", "诺维克2019年被罚（fine），昨日再次被罚（fine）。"),
        (true, "Norvikの発表", "14日、2019年の決算をめぐりNorvikに罰金（fine）。"),
        // the year is that of what the fine is for, or a span
        (true, "Norvik update", "Ottawa fined Norvik for failings in 2021."),
        (true, "Norvik update", "It pays a fine over conduct between 2012 and 2018."),
        (true, "Norvik update", "Owners approved the delisting, first proposed in 2024."),
        // an act of these days stands beside, in whatever words
        (
            true,
            "Norvik update",
            "It was fined in 2019. On Thursday Ottawa went further and revoked its licence.",
        ),
    ] {
        let origin = Origin { seen, ..Origin::default() };
        let judged = judge(&watchlist, &item(title, summary, "en"), origin);
        assert_eq!(judged.alert, alert, "{title} | {summary}: {judged:?}");
    }
    // A year that has just ended is no past, nobody looks back whose item's day is unknown, and an authority's
    // notice names the years of what it is about.
    let old =
        item("Norvik opens a plant", "It makes pumps. Norvik was fined in December 2025.", "en");
    let at = |day: &str| Origin { seen: Timestamp::parse(day), ..Origin::default() };
    assert!(judge(&watchlist, &old, at("2026-01-12T09:00:00Z")).alert);
    assert!(!judge(&watchlist, &old, at("2026-06-12T09:00:00Z")).alert);
    assert!(judge(&watchlist, &old, Origin::default()).alert);
    let official = Origin { official: true, ..at("2026-06-12T09:00:00Z") };
    assert!(judge(&watchlist, &old, official).alert);
}
