//! `import`: lists of others, again and again, beside what people edit.

use std::fs;
use std::path::PathBuf;

use super::Answer;
use super::desk::Desk;

fn list(desk: &Desk, name: &str, text: &str) -> PathBuf {
    let path = desk.state().join(name);
    fs::create_dir_all(desk.state()).unwrap();
    fs::write(&path, text).unwrap();
    path
}

fn import(desk: &Desk, arguments: &[&str], path: &std::path::Path) -> Answer {
    let mut all = vec!["import"];
    // A kind stands before the file, options behind it.
    let kind = arguments.iter().take_while(|one| !one.starts_with('-')).count();
    all.extend(&arguments[..kind]);
    all.push(path.to_str().unwrap());
    all.extend(&arguments[kind..]);
    desk.ask(&all)
}

fn file(desk: &Desk, name: &str) -> String {
    fs::read_to_string(desk.folder().join(name)).unwrap()
}

const CSL: &str = r#"{"total":5,"results":[
 {"id":"11","source":"Entity List (EL) - Bureau of Industry and Security","type":null,"name":"Norvik Optics Co., Ltd., and any successor, sub-unit, or subsidiary thereof","alt_names":["NRVK","Norv?k","北极光学"],"start_date":"2020-05-22","addresses":[{"country":"CN"}],"programs":[]},
 {"id":"12","source":"Specially Designated Nationals (SDN) - Treasury Department","type":"Individual","name":"DOE, John","alt_names":[],"programs":["UKRAINE-EO13661"]},
 {"id":"13","source":"Specially Designated Nationals (SDN) - Treasury Department","type":"Entity","name":"BOREALIS SHIPPING LINES","alt_names":null,"programs":["IRAN"],"addresses":null},
 {"id":"14","source":"Unverified List (UVL) - Bureau of Industry and Security","name":"BRLS","alt_names":[]},
 {"id":"15","source":"Unverified List (UVL) - Bureau of Industry and Security","name":null}
]}"#;

#[test]
fn a_list_that_cannot_be_read_is_no_input() {
    let desk = Desk::new();
    let (missing, folder) = (desk.state().join("nosuch.opml"), desk.folder());
    for kind in [&[][..], &["opml"], &["csv"], &["csl"], &["sec"]] {
        import(&desk, kind, &missing).ends(66).says("nosuch.opml: No such file");
        let said = import(&desk, kind, &folder).ends(66).says("is a directory");
        assert!(said.err.contains("hint: name the list itself"), "{said}");
    }
}

#[test]
fn the_screening_list_comes_in_clean_and_an_import_again_changes_nothing() {
    let desk = Desk::new();
    let path = list(&desk, "csl.json", CSL);
    let said = import(&desk, &["csl"], &path).ends(64).says("--yes writes it");
    assert!(!desk.folder().join("watchlist.d").exists(), "{said}");
    let said = import(&desk, &["--yes"], &path).ends(0).out;
    let today = crate::support::today::today().to_string();
    insta::assert_snapshot!("import_csl_says", said);
    let text = file(&desk, "watchlist.d/csl.toml");
    insta::assert_snapshot!("import_csl", text.replace(&today, "TODAY"));
    desk.ask(&["check"]).ends(0);
    let again = import(&desk, &["csl", "--yes"], &path).ends(0).out;
    assert!(again.contains("2 as before") && again.ends_with("Nothing changes.\n"), "{again}");
    assert_eq!(file(&desk, "watchlist.d/csl.toml"), text);
    let found =
        desk.ask(&["explain", "Borealis Shipping Lines is named; so is 北极光学"]).ends(0).out;
    assert!(found.contains("csl-11") && found.contains("csl-13"), "{found}");
}

/// The CSV edition of the same, with its columns in one of the orders that editions have.
const CSL_CSV: &str = "_id,source,entity_number,type,programs,name,title,addresses,federal_register_notice,start_date,end_date,standard_order,license_requirement,license_policy,call_sign,vessel_type,gross_tonnage,gross_registered_tonnage,vessel_flag,vessel_owner,remarks,source_list_url,alt_names,citizenships,dates_of_birth,nationalities,places_of_birth,source_information_url,ids\n\
11,Entity List (EL) - Bureau of Industry and Security,,,,\"Norvik Optics Co., Ltd., and any successor, sub-unit, or subsidiary thereof\",,\"No. 1 Road, Shenzhen, CN; Room 2, Hong Kong, HK\",85 FR 1,2020-05-22,,,For all items,Presumption of denial,,,,,,,,https://list.test,NRVK; Norv?k; 北极光学,,,,,https://list.test,\n\
12,Specially Designated Nationals (SDN) - Treasury Department,7001,Individual,UKRAINE-EO13661,\"DOE, John\",Director,\"Moscow, RU\",,,,,,,,,,,,,,https://list.test,,RU,1960,,,https://list.test,\"Passport, 1\"\n\
13,Specially Designated Nationals (SDN) - Treasury Department,7002,Entity,IRAN; NPWMD,BOREALIS SHIPPING LINES,,\"Tehran, IR\",,,,,,,,,,,,,\"Says \"\"no\"\"\",https://list.test,Borealis Ferries; BSL,,,,,https://list.test,\n\
14,Specially Designated Nationals (SDN) - Treasury Department,7003,Vessel,IRAN,AURORA STAR,,,,,,,,,9ABC,Tanker,100,90,Panama,BOREALIS,,https://list.test,,,,,,https://list.test,\"IMO, 1\"\n\
15,Unverified List (UVL) - Bureau of Industry and Security,,,,BRLS,,,,,,,,,,,,,,,,https://list.test,,,,,,https://list.test,\n\
\u{1a}\n";

#[test]
fn the_csv_edition_of_the_screening_list_says_the_same() {
    let desk = Desk::new();
    let path = list(&desk, "csl.csv", CSL_CSV);
    let said = import(&desk, &["--yes"], &path).ends(0).out;
    for words in [
        "5 rows read; of another kind, program or country than asked for: 2",
        "2 added",
        "1 left out, because only short or common names are known",
    ] {
        assert!(said.contains(words), "'{words}'\n{said}");
    }
    let name = "watchlist.d/csl.toml";
    let text = file(&desk, name);
    for words in [
        "id = \"csl-11\"\nname = \"Norvik Optics Co., Ltd.\"\naliases = [{ name = \"NRVK\", weak = true }, \"北极光学\"]\ngroups = [\"csl-el\"]\nnote = \"Entity List (EL) since 2020-05-22\"\nwhy = \"csl:11, imported ",
        "id = \"csl-13\"\nname = \"BOREALIS SHIPPING LINES\"\naliases = [\"Borealis Shipping Lines\", \"Borealis Ferries\", { name = \"BSL\", weak = true }]\ngroups = [\"csl-sdn\"]\n",
    ] {
        assert!(text.contains(words), "'{words}'\n{text}");
    }
    assert!(
        !text.contains("DOE") && !text.contains("AURORA") && !text.contains("successor"),
        "{text}"
    );
    let again = import(&desk, &["csl", "--yes"], &path).ends(0).out;
    assert!(again.contains("2 as before") && again.ends_with("Nothing changes.\n"), "{again}");
    assert_eq!(file(&desk, name), text, "an import again changes nothing");
    // Other columns first, another list of the same person's choice, one entry of their own.
    desk.edit(name, "\"Borealis Ferries\"", "\"Borealis Lines\"");
    let kept = file(&desk, name);
    let swapped: String = CSL_CSV
        .replacen("_id,source,", "source,_id,", 1)
        .lines()
        .enumerate()
        .map(|(n, line)| {
            match (n, line.split_once(',').and_then(|(id, rest)| Some((id, rest.split_once(',')?))))
            {
                (1.., Some((id, (source, rest)))) => format!("{source},{id},{rest}\n"),
                _ => format!("{line}\n"),
            }
        })
        .collect();
    let path = list(&desk, "csl.csv", &swapped.replace("2020-05-22", "2020-05-23"));
    let said = import(&desk, &["--yes", "--country", "cn", "--country", "IR"], &path).ends(0).out;
    assert!(
        said.contains("1 changed in the list") && said.contains("1 kept as a person edited them"),
        "{said}"
    );
    assert_eq!(file(&desk, name), kept.replace("2020-05-22", "2020-05-23"));
    let only = import(&desk, &["--yes", "--name", "el", "--program", "EL"], &path).ends(0).out;
    assert!(only.contains("1 left out, because they are watched already"), "{only}");
    desk.ask(&["check"]).ends(0);
}

#[test]
fn what_a_person_touched_stays() {
    let desk = Desk::new();
    let rows = |extra: &str| {
        format!(
            "id,name,aliases\n1,Norvik Optics,\n2,Borealis Works,\n3,Aurora Lines,\n4,Huawei,\n{extra}"
        )
    };
    let path = list(&desk, "names.csv", &rows("5,Zephyr Foundry,\n"));
    let said =
        import(&desk, &["csv", "--yes", "--name", "ours", "--group", "bank"], &path).ends(0).out;
    assert!(said.contains("Columns: id ← id, name ← name, alias ← aliases"), "{said}");
    assert!(said.contains("1 left out, because they are watched already"), "{said}");
    let name = "watchlist.d/ours.toml";
    assert!(
        file(&desk, name)
            .contains("id = \"csv-1\"\nname = \"Norvik Optics\"\ngroups = [\"bank\"]\n"),
        "{}",
        file(&desk, name)
    );
    // One edited, one taken out, a remark of one's own; the list changes one and loses another.
    desk.edit(name, "name = \"Norvik Optics\"", "name = \"Norvik Optics\"\nnote = \"ours\"");
    let text = file(&desk, name);
    let (before, rest) = text.split_once("[[company]]\nid = \"csv-2\"").unwrap();
    let (_, after) = rest.split_once("[[company]]").unwrap();
    desk.write(name, &format!("# mine\n{before}[[company]]{after}"));
    let changed = rows("").replace("3,Aurora Lines,", "3,Aurora Lines,Aurora Ferries");
    let path = list(&desk, "names.csv", &changed);
    let said =
        import(&desk, &["csv", "--yes", "--name", "ours", "--group", "bank"], &path).ends(0).out;
    for words in [
        "1 changed in the list, and here",
        "1 gone from the list, and taken out here",
        "1 kept as a person edited them",
        "1 left out, because a person took them out",
    ] {
        assert!(said.contains(words), "'{words}'\n{said}");
    }
    let text = file(&desk, name);
    assert!(text.starts_with("# mine\n") && text.contains("note = \"ours\""), "{text}");
    assert!(text.contains("aliases = [\"Aurora Ferries\"]"), "{text}");
    assert!(!text.contains("Zephyr") && !text.contains("Borealis"), "{text}");
    let again =
        import(&desk, &["csv", "--yes", "--name", "ours", "--group", "bank"], &path).ends(0).out;
    assert!(again.ends_with("Nothing changes.\n"), "{again}");
}

#[test]
fn other_lists_are_known_by_their_content() {
    let desk = Desk::new();
    let targets = "id,schema,name,aliases,birth_date,countries,addresses,identifiers,sanctions,phones,emails,program_ids,dataset,first_seen,last_seen,last_change\n\
        NK-1,Company,Norvik Optics OOO,\"Norvik;\"\"Norvik; Optika\"\"\",,ru,,,,,,RU-X,Set,,,\n\
        NK-2,Person,John Doe,,,ru,,,,,,RU-X,Set,,,\n\
        NK-3,Organization,Borealis Works,,,by,,,,,,BY-X,Set,,,\n";
    let path = list(&desk, "targets.simple.csv", targets);
    let said = import(&desk, &["--yes", "--country", "RU"], &path).ends(0).out;
    assert!(
        said.contains("3 rows read; of another kind, program or country than asked for: 2"),
        "{said}"
    );
    let text = file(&desk, "watchlist.d/opensanctions.toml");
    assert!(text.contains("id = \"os-nk-1\"\nname = \"Norvik Optics OOO\"\naliases = [\"Norvik\", \"Norvik; Optika\"]\nnote = \"RU-X\""), "{text}");
    let sec = r#"{"fields":["cik","name","ticker","exchange"],"data":[[7,"AURORA LINES INC","AURL","NYSE"],[7,"AURORA LINES INC","AURLW","NYSE"],[8,"Zephyr Foundry /DE/","ZPHR","OTC"]]}"#;
    let path = list(&desk, "company_tickers_exchange.json", sec);
    import(&desk, &["--yes"], &path).ends(0);
    let text = file(&desk, "watchlist.d/sec.toml");
    assert!(text.contains("name = \"AURORA LINES INC\"\naliases = [\"Aurora Lines Inc\"]\ntickers = [\"NYSE:AURL\", \"NYSE:AURLW\"]"), "{text}");
    assert!(text.contains("name = \"Zephyr Foundry\"\ntickers = [\"ZPHR\"]"), "{text}");
    let plain = r#"{"0":{"cik_str":7,"ticker":"AURL","title":"Aurora Lines Inc"}}"#;
    let path = list(&desk, "company_tickers.json", plain);
    import(&desk, &["--yes", "--name", "sec2"], &path).ends(0);
    let path = list(&desk, "x.bin", "\0\u{1}");
    import(&desk, &["--yes"], &path).ends(65).says("is no list that is known");
    let path = list(&desk, "cut.json", &CSL[..700]);
    import(&desk, &["csl", "--yes"], &path).ends(65).says("nothing was changed");
    let path = list(&desk, "odd.csv", "foo,bar\n1,2\n");
    import(&desk, &["csv", "--yes"], &path).ends(65).says("--columns");
    import(&desk, &["csv", "--yes", "--columns", "name=baz"], &path).ends(64).says("foo, bar");
    let path = list(&desk, "empty.csv", "");
    import(&desk, &["csv", "--yes"], &path).ends(65).says("the list is empty");
    let path = list(&desk, "word.txt", "hello\n");
    import(&desk, &["--yes"], &path).ends(65).says("holds no entries").says("name ← hello");
    desk.ask(&["import", "xls", "list"]).ends(64).says("opensanctions");
    desk.ask(&["import", "/none"]).ends(66);
    desk.ask(&["check"]).ends(0);
}

#[test]
fn a_subscription_list_becomes_sources() {
    let desk = Desk::new();
    let feed =
        |name: &str| format!("<outline text=\"{name} News\" xmlUrl=\"https://{name}.test/feed\"/>");
    let opml = |feeds: &str| {
        format!(
            "<opml version=\"2.0\"><body><outline text=\"Asia\">{feeds}</outline></body></opml>"
        )
    };
    let path = list(&desk, "feeds.opml", &opml(&[feed("norvik"), feed("borealis")].concat()));
    let said = import(&desk, &["--yes"], &path).ends(0).out;
    assert!(said.contains("norvik-news https://norvik.test/feed"), "{said}");
    let text = file(&desk, "sources.toml");
    assert!(
        text.contains(
            "# Asia\n[[source]]\nid = \"norvik-news\"\nurl = \"https://norvik.test/feed\"\n"
        ),
        "{text}"
    );
    desk.ask(&["check"]).ends(0);
    // One taken out by hand stays out, one gone from the list stays in.
    let (kept, _) = text.split_once("\n# Asia\n[[source]]\nid = \"borealis-news\"").unwrap();
    desk.write("sources.toml", kept);
    let path = list(&desk, "feeds.opml", &opml(&[feed("borealis"), feed("aurora")].concat()));
    let said = import(&desk, &["opml", "--yes"], &path).ends(0).out;
    for words in [
        "1 added",
        "1 left out, because a person took them out",
        "1 gone from the list, and still read",
    ] {
        assert!(said.contains(words), "'{words}'\n{said}");
    }
    assert!(file(&desk, "sources.toml").starts_with(kept.trim_end()));
    assert!(said.contains("norvik-news https://norvik.test/feed"), "by its id\n{said}");
    // Of another list nothing was ever on this one; what one took out stays out.
    let path = list(&desk, "more.opml", &opml(&[feed("vega"), feed("borealis")].concat()));
    let said = import(&desk, &["--yes"], &path).ends(0).out;
    assert!(said.contains("1 added") && said.contains("1 left out, because a person"), "{said}");
    assert!(!said.contains("gone from the list"), "{said}");
}

#[test]
fn an_address_with_a_password_is_left_out_and_http_is_https() {
    let desk = Desk::new();
    let outline = |url: &str| format!("<outline text=\"Pay wire\" xmlUrl=\"{url}\"/>");
    let feeds = [
        "https://me:secret@pay.test/feed",
        "htp://me:secret@pay.test/feed",
        "http://pay.test/open",
        "https://pay.test/open",
    ];
    let feeds: String = feeds.into_iter().map(outline).collect();
    let path =
        list(&desk, "pay.opml", &format!("<opml version=\"2.0\"><body>{feeds}</body></opml>"));
    let said = import(&desk, &["--yes"], &path).ends(0);
    for words in ["1 added", "1 are read already", "2 left out, because their address"] {
        assert!(said.out.contains(words), "'{words}'\n{said}");
    }
    assert!(!said.out.contains("secret") && !said.err.contains("secret"), "{said}");
    assert!(!file(&desk, "sources.toml").contains("secret"));
}

#[test]
fn a_list_in_another_encoding_is_read_and_said() {
    let desk = Desk::new();
    fs::create_dir_all(desk.state()).unwrap();
    let text =
        "Company;Alias\nNestlé Deutschland AG;Nestlé\nMüller Maschinenbau GmbH;Müller Maschinen\n";
    let latin: Vec<u8> = text.chars().map(|one| u8::try_from(u32::from(one)).unwrap()).collect();
    let tabs = text.replace(';', "\t");
    let wide: Vec<u8> =
        format!("\u{feff}{tabs}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (name, bytes, encoding) in
        [("latin.csv", latin, "windows-1252"), ("wide.txt", wide, "UTF-16LE")]
    {
        let path = desk.state().join(name);
        fs::write(&path, bytes).unwrap();
        let said = import(&desk, &["--dry-run"], &path).ends(0);
        let expected =
            format!("Not UTF-8: read as {encoding}. Look whether the names came out right");
        assert!(said.out.contains(&expected), "{said}");
        for part in
            ["name ← Company", "2 added", "Nestlé Deutschland AG", "Müller Maschinenbau GmbH"]
        {
            assert!(said.out.contains(part), "{part}: {said}");
        }
    }
}
