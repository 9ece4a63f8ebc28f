//! How tickers are written: every row of the table in `detect/watchlist/ticker.rs`, and what only looks like it.

use super::{all, company, compile, item, problems, shown};

fn found(ticker: &str, text: &str) -> String {
    let mut norvik = company("Norvik Trading", &[]);
    norvik.tickers = all(&[ticker]);
    shown(&compile(vec![norvik], vec![], vec![]), &item(text, "", "en"))
}

#[test]
fn tickers_are_found_as_they_are_written() {
    for (ticker, text, expected) in [
        ("NYSE:BABA", "NYSE: BABA, NYSE:BABA, Nyse: BABA", "NYSE: BABA | NYSE:BABA | Nyse: BABA"),
        ("NYSE:BABA", "(NYSE BABA)", "NYSE BABA"),
        ("NYSE:BABA", "NYSE: $BABA", "NYSE: $BABA"),
        ("NYSE:BABA", "New York Stock Exchange: BABA", "New York Stock Exchange: BABA"),
        ("NYSE:BABA", "（纽交所：BABA）", "纽交所：BABA"),
        ("NYSE:BABA", "（紐約證券交易所：BABA）", "紐約證券交易所：BABA"),
        ("NASDAQ:PDD", "（纳斯达克：PDD）", "纳斯达克：PDD"),
        ("NYSE:BABA", "$BABA, (BABA), BABA.N", "BABA | BABA | BABA.N"),
        ("NYSE:BABA", "(BABA US)", "BABA US"),
        ("LSE:SHEL", "SHEL.L, LON: SHEL, (SHEL LN)", "SHEL.L | LON: SHEL | SHEL LN"),
        ("9988.HK", "HK: 9988, SEHK: 9988, 9988.HK", "HK: 9988 | SEHK: 9988 | 9988.HK"),
        ("9988.HK", "9988 HK slid, 09988-HK", "9988 HK | 09988-HK"),
        ("9988.HK", "(港交所：9988)", "港交所：9988"),
        ("HKEX:700", "HKEX: 0700 and 700.HK", "HKEX: 0700 | 700.HK"),
        ("HKEX:700", "(700 HK), HK:700, (HKEX: 700)", "700 HK | HK:700 | HKEX: 700"),
        ("600519.SS", "SH600519, 600519.SH, 600519 CH", "SH600519 | 600519.SH | 600519 CH"),
        ("TSE:7203", "<7203.T> and 7203 JP", "7203.T | 7203 JP"),
        ("NYSE:BRK.B", "BRK.B, (BRK.B), $BRK.B", "BRK.B | BRK.B"),
        ("NYSE:BRK.B", "(NYSE: BRK.A, BRK.B)", "BRK.B"),
        ("NYSE:BRK.B", "(NYSE: BRK.A and BRK.B)", "BRK.B"),
        ("NYSE:BRK.B", "(LSE: BRK.A, BRK.B)", ""),
        ("9988.HK", "(SEHK: 700, 9988, 9618)", "9988"),
        ("9988.HK", "(700, 9988, 9618)", ""),
        ("NYSE:ALL", "(NYSE: ALL), NYSE:ALL, $ALL", "NYSE: ALL | NYSE:ALL | ALL"),
        ("NYSE:A", "(NYSE: A)", "NYSE: A"),
        ("NYSE:T", "(NYSE: T; LSE: TT)", "NYSE: T"),
        ("NYSE:T", "T.N", "T.N"),
        ("NYSE:GM", "(NYSE: GM) NYSE: GM.", "NYSE: GM | NYSE: GM"),
        ("EPA:AI", "AI.PA and (EPA: AI)", "AI.PA | EPA: AI"),
    ] {
        assert_eq!(found(ticker, text), expected, "{ticker} in {text}");
    }
}

#[test]
fn what_only_looks_like_a_ticker_is_none() {
    for (ticker, text) in [
        ("HKEX:0981", "owes HK$981 million"),
        ("HKEX:700", "(HK$700), HK$ 700 million, HK: $700 million, HK700 million"),
        ("HKEX:0005", "HK$5 billion, HK$5.2 billion, HK$5,000, HK: 5 dead"),
        ("HKEX:0005", "Top 5 HK firms; Asia: 5 HK-listed stocks; 5 HK"),
        ("HKEX:0005", "HK: €5 billion"),
        ("HKEX:1", "Covid-19: 1 HK death, No. 1 HK broker"),
        ("HKEX:2020", "the 2020 HK protests; HK: 2020 in review"),
        ("HKEX:700", "700 HK dollars; HK 700; HKEX 700"),
        ("EPA:AI", "EPA AI export rules; US EPA: AI data centers; EPA, AI; par AI"),
        ("EPA:CA", "EPA: CA waiver; EPA CA waiver"),
        ("NYSE:ALL", "NYSE ALL-TIME HIGH; NYSE: ALL-TIME HIGH; NYSE: ALL DELISTED"),
        ("NYSE:A", "NYSE: A day of losses; NYSE A; $A; (A)"),
        ("NYSE:A", "AN EU RULE"),
        ("NYSE:IT", "NYSE IT outage; NYSE: IT outage halts trading"),
        ("NASDAQ:OPEN", "NASDAQ OPEN LOWER; Nasdaq: OPEN LOWER"),
        ("NYSE:BABA", "NYSE BABA; NYSE-BABA; nyse: baba; BABA N; $NYSE BABA"),
        ("NYSE:T", "schools in TN; T N"),
        ("LSE:SHEL", "SHEL LN GROWS"),
        ("9988", "$9988, (9988), 9988"),
    ] {
        assert_eq!(found(ticker, text), "", "{ticker} in {text}");
    }
}

#[test]
fn what_a_ticker_without_an_exchange_finds_is_said_as_it_is() {
    for (ticker, expected) in [
        ("BABA", "names no exchange: only $BABA and (BABA) are found"),
        ("9988", "names no exchange, and a number alone is never taken for one: it finds nothing"),
        (
            "T",
            "names no exchange: only $T and (T) are found, and they count only beside a name of the company",
        ),
        (
            "NOW",
            "names no exchange: only $NOW and (NOW) are found, of which (NOW) counts only beside a name",
        ),
    ] {
        let mut norvik = company("Norvik Trading", &[]);
        norvik.tickers = all(&[ticker]);
        let told = problems(vec![norvik], vec![], vec![]);
        assert!(told.contains(expected), "{ticker}: {told}");
    }
}
