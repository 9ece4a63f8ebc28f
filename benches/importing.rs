//! Measures how long lists take to come in, and says which goals hold.
//!
//! ```text
//! cargo bench --bench importing                           a tenth of the rows, some seconds
//! IMPORTING_ROWS=1000000 cargo bench --bench importing    the size of the goals
//! ```
//!
//! Lists of the shapes that publishers give out are written to a folder that `init` made, with all
//! shipped topics, and come in by the command itself: read, merged, checked whole, written. A list of
//! companies alone is the hardest, since each of its rows becomes an entry; of the sanctions list two
//! rows of three are people, as in the real one. What counts is CPU time of the process: a million rows
//! in 20 s are 20 µs each. Then each list comes in once more, which changes nothing. A goal that does not
//! hold is said and fails nothing.

#[path = "support/goal.rs"]
mod goal;

use std::error::Error;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use cpu_time::ProcessTime;

use goal::goal;

/// As in the program.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What is said of a row: a million in 20 s.
const GOAL_MICROS: f64 = 20.0;
/// Peak memory for each row that becomes an entry, in bytes: the text of the file and its entries.
const GOAL_MEMORY: f64 = 4_000.0;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// A list to come in.
struct List {
    kind: &'static str,
    file: &'static str,
    write: fn(&mut dyn Write, usize) -> io::Result<()>,
}

const LISTS: [List; 4] = [
    List { kind: "csv", file: "names.csv", write: names },
    List { kind: "opensanctions", file: "targets.simple.csv", write: targets },
    List { kind: "csl", file: "screening.json", write: screening_json },
    List { kind: "csl", file: "screening.csv", write: screening_csv },
];

fn main() -> Outcome<()> {
    let wanted = std::env::var("IMPORTING_ROWS").ok();
    let rows: usize = wanted.map_or(Ok(100_000), |text| text.parse())?;
    let rows = rows.clamp(1_000, 2_000_000);
    let only = std::env::var("IMPORTING_LIST").ok();
    for list in LISTS {
        if only.as_ref().is_none_or(|only| only == list.file) {
            measure(&list, rows)?;
        }
    }
    Ok(())
}

fn measure(list: &List, rows: usize) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let desk = folder.path().join("desk");
    run(&["init", path(&desk), "--to", "ops@desk.bank", "--timezone", "UTC"], None)?;
    let service = desk.join("watchlistd.toml");
    let text = fs::read_to_string(&service)?;
    fs::write(&service, text.replace("transport = \"smtp\"", "transport = \"file\""))?;
    let file = folder.path().join(list.file);
    let mut out = BufWriter::new(File::create(&file)?);
    (list.write)(&mut out, rows)?;
    out.flush()?;
    let megabytes = fs::metadata(&file)?.len() as f64 / 1e6;
    let told = &mut io::stdout();
    writeln!(told, "{}: {rows} rows, {megabytes:.0} MB", list.file)?;
    let import = ["import", list.kind, path(&file), "--yes", "--name", "list"];
    let first = timed(&import, &desk)?;
    let result = desk.join("watchlist.d/list.toml");
    let text = fs::read_to_string(&result)?;
    let entries = text.matches("[[company]]").count();
    if entries < rows / 10 {
        return Err(format!("only {entries} entries came in").into());
    }
    let again = timed(&import, &desk)?;
    if fs::read_to_string(&result)? != text {
        return Err("an import of the same list changed something".into());
    }
    for (what, took) in [("first", &first), ("again", &again)] {
        let each = took.seconds * 1e6 / rows as f64;
        writeln!(
            told,
            "  {what}: {entries} entries, {:.1} s of CPU, {:.0} MB at most",
            took.seconds,
            took.peak as f64 / 1e6
        )?;
        goal(told, "CPU of a row", "≤ 20 µs", &format!("{each:.1} µs"), each <= GOAL_MICROS)?;
    }
    let each = first.peak.max(again.peak) as f64 / entries as f64;
    let holds = each <= GOAL_MEMORY;
    goal(told, "memory of an entry", "≤ 4,000 bytes", &format!("{each:.0} bytes"), holds)?;
    Ok(())
}

struct Took {
    seconds: f64,
    /// Bytes.
    peak: u64,
}

fn timed(arguments: &[&str], desk: &Path) -> Outcome<Took> {
    // The kernel begins its account of the peak anew.
    fs::write("/proc/self/clear_refs", "5")?;
    let before = resident("VmRSS:")?;
    let start = ProcessTime::now();
    run(arguments, Some(desk))?;
    let seconds = start.elapsed().as_secs_f64();
    Ok(Took { seconds, peak: resident("VmHWM:")?.saturating_sub(before) })
}

fn resident(field: &str) -> Outcome<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(field)).ok_or("no such field")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
}

/// Runs a command of the program, in this process.
fn run(arguments: &[&str], desk: Option<&Path>) -> Outcome<()> {
    let mut all: Vec<OsString> = vec!["watchlistd".into()];
    all.extend(arguments.iter().map(OsString::from));
    if let Some(desk) = desk {
        all.extend(["--config".into(), desk.into()]);
    }
    match watchlistd::cli::run(all) {
        code if code == std::process::ExitCode::SUCCESS => Ok(()),
        code => Err(format!("`{}` ended with {code:?}", arguments.join(" ")).into()),
    }
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a path of plain letters")
}

const SYLLABLES: [&str; 40] = [
    "ba", "bel", "bor", "cal", "dar", "del", "dor", "el", "fal", "gar", "gol", "hel", "ist", "jor",
    "kal", "kor", "lin", "lor", "mar", "mir", "nal", "nor", "or", "pel", "qua", "ral", "ros",
    "sel", "sun", "tar", "tor", "ul", "var", "vel", "wes", "xan", "yor", "zan", "zel", "zir",
];
const TRADES: [&str; 24] = [
    "Marine",
    "Optics",
    "Shipping",
    "Metals",
    "Electronics",
    "Trading",
    "Energy",
    "Machinery",
    "Logistics",
    "Chemicals",
    "Aviation",
    "Networks",
    "Foundry",
    "Semiconductor",
    "Petroleum",
    "Instruments",
    "Textiles",
    "Holdings",
    "Systems",
    "Materials",
    "Robotics",
    "Construction",
    "Telecom",
    "Industries",
];
const FORMS: [&str; 10] =
    ["Ltd", "Co., Ltd.", "LLC", "OOO", "GmbH", "Inc.", "S.A.", "Group", "JSC", "AG"];

/// A made-up name of a company, another for each number.
fn company(n: usize) -> String {
    let mut word = String::new();
    let mut rest = n;
    for _ in 0..4 {
        word.push_str(SYLLABLES[rest % SYLLABLES.len()]);
        rest /= SYLLABLES.len();
    }
    word[..1].make_ascii_uppercase();
    format!("{word} {} {}", TRADES[n % TRADES.len()], FORMS[n % FORMS.len()])
}

/// One name in five in capitals and one in ten in Chinese, as lists have them.
fn names(out: &mut dyn Write, rows: usize) -> io::Result<()> {
    writeln!(out, "id,name,aliases,country")?;
    for n in 0..rows {
        let name = company(n);
        let name = if n % 5 == 0 { name.to_uppercase() } else { name };
        let alias = if n % 10 == 3 { chinese(n) } else { String::new() };
        writeln!(out, "{n},\"{name}\",{alias},CN")?;
    }
    Ok(())
}

fn chinese(n: usize) -> String {
    let sign = |n: usize| char::from_u32(0x4e00 + (n % 3_000) as u32).unwrap_or('一');
    [sign(n), sign(n / 7), sign(n / 311), sign(n / 5_003 + 11)].into_iter().collect()
}

/// Two of three are people; companies have about two other names.
fn targets(out: &mut dyn Write, rows: usize) -> io::Result<()> {
    writeln!(
        out,
        "id,schema,name,aliases,birth_date,countries,addresses,identifiers,sanctions,phones,emails,program_ids,dataset,first_seen,last_seen,last_change"
    )?;
    for n in 0..rows {
        let (schema, name) = match n % 3 {
            0 => ("Company", company(n)),
            _ => ("Person", company(n).replace(char::is_whitespace, "-")),
        };
        let mut aliases = company(n + 7_000_003);
        if n % 6 == 0 {
            let (other, trade) = (company(n + 31), TRADES[n % TRADES.len()]);
            aliases.push_str(&format!(";\"\"{other}; {trade}\"\";{}", chinese(n)));
        }
        writeln!(
            out,
            "NK-{n:012},{schema},\"{name}\",\"{aliases}\",,ru;by,\"Street {n}, 101000, Moscow;Avenue {n}\",INN{n:010},\"EU Sanctions against Russia;UK Asset Freeze\",,,EU-RUS;GB-RUS,OFAC SDN;EU FSF,2023-04-20T09:52:08,2026-11-25T06:12:02,2026-10-01T05:11:22"
        )?;
    }
    Ok(())
}

const LIST: [(&str, &str); 3] = [
    ("Entity List (EL) - Bureau of Industry and Security", ""),
    ("Specially Designated Nationals (SDN) - Treasury Department", "Entity"),
    ("Specially Designated Nationals (SDN) - Treasury Department", "Individual"),
];

fn screening_json(out: &mut dyn Write, rows: usize) -> io::Result<()> {
    write!(out, "{{\"total\":{rows},\"results\":[")?;
    for n in 0..rows {
        let (source, kind) = LIST[n % 3];
        let kind = if kind.is_empty() { "null".to_owned() } else { format!("\"{kind}\"") };
        let comma = if n == 0 { "" } else { "," };
        write!(
            out,
            "{comma}\n{{\"id\":\"{n:08x}\",\"source\":\"{source}\",\"entity_number\":{n},\"type\":{kind},\"programs\":[\"RUSSIA-EO14024\"],\"name\":\"{}\",\"title\":null,\"addresses\":[{{\"address\":\"Street {n}\",\"city\":\"Moscow\",\"state\":null,\"postal_code\":\"101000\",\"country\":\"RU\"}}],\"federal_register_notice\":\"85 FR 34495\",\"start_date\":\"2020-06-05\",\"remarks\":null,\"source_list_url\":\"https://list.test\",\"alt_names\":[\"{}\",\"{}\"],\"ids\":[{{\"type\":\"INN\",\"number\":\"{n:010}\"}}]}}",
            company(n),
            company(n + 7_000_003),
            chinese(n)
        )?;
    }
    writeln!(out, "]}}")
}

fn screening_csv(out: &mut dyn Write, rows: usize) -> io::Result<()> {
    writeln!(
        out,
        "_id,source,entity_number,type,programs,name,title,addresses,federal_register_notice,start_date,end_date,standard_order,license_requirement,license_policy,call_sign,vessel_type,gross_tonnage,gross_registered_tonnage,vessel_flag,vessel_owner,remarks,source_list_url,alt_names,citizenships,dates_of_birth,nationalities,places_of_birth,source_information_url,ids"
    )?;
    for n in 0..rows {
        let (source, kind) = LIST[n % 3];
        writeln!(
            out,
            "{n:08x},\"{source}\",{n},{kind},RUSSIA-EO14024,\"{}\",,\"Street {n}, Moscow, 101000, RU\",85 FR 34495,2020-06-05,,,,,,,,,,,,https://list.test,\"{}; {}\",,,,,https://list.test,\"INN, {n:010}\"",
            company(n),
            company(n + 7_000_003),
            chinese(n)
        )?;
    }
    Ok(())
}
