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
fn a_symbol_is_announced_by_words_beside_an_exchange() {
    for (ticker, text, expected) in [
        ("9988.HK", "港交所股份代号：9988", "9988"),
        ("9988.HK", "（香港聯交所股份代號：9988）", "9988"),
        ("9988.HK", "（股份代号：9988、1211）", "9988"),
        ("9988.HK", "（股份代号：1211、9988）", "9988"),
        ("9988.HK", "股票代码为09988", "09988"),
        ("9988.HK", "(HKEX stock code: 9988) and (SEHK Stock Code 9988)", "9988 | 9988"),
        ("9988.HK", "stock code 9988 on the Hong Kong exchange", "9988"),
        ("9988.HK", "(Stock code: 9988, Hong Kong)", "9988"),
        (
            "9988.HK",
            "(Hong Kong: 9988), (Stock Exchange of Hong Kong: 9988)",
            "9988 | Stock Exchange of Hong Kong: 9988",
        ),
        ("9988.HK", "(9988:HK), （9988，HK）, hk09988", "9988 | 9988 | hk09988"),
        (
            "HKEX:700",
            "港交所股份代号：700, (HKEX stock code: 700)",
            "股份代号：700 | stock code: 700",
        ),
        ("HKEX:2015", "（股份代號：2015）", "股份代號：2015"),
        ("HKEX:1211", "（港股代号：1211；A股代号：002594）", "1211"),
        ("SZSE:002594", "（港股代号：1211；A股代号：002594）", "002594"),
        (
            "NYSE:BABA",
            "（纽交所代码：BABA）, （NYSE股票代码：BABA）, （美股代码：BABA）",
            "BABA | BABA | BABA",
        ),
        ("NYSE:BABA", "Ticker: BABA, (ticker: BABA), (NYSE ticker: BABA)", "BABA | BABA | BABA"),
        ("NYSE:BABA", "trades on the NYSE under the symbol “BABA”", "BABA"),
        (
            "NYSE:BABA",
            "BABA:US, (BABA: NYSE), BABA US Equity, (US: BABA)",
            "BABA | BABA | BABA | BABA",
        ),
        ("BABA", "Ticker: BABA", "BABA"),
        ("NYSE:ALL", "(NYSE ticker: ALL)", "ALL"),
        (
            "SZSE:000725",
            "深交所：000725, （深交所代码：000725）, 证券代码：000725",
            "深交所：000725 | 000725 | 000725",
        ),
        (
            "SSE:600519",
            "sh600519, （600519，SH）, (Shanghai Stock Exchange: 600519)",
            "sh600519 | 600519 | Shanghai Stock Exchange: 600519",
        ),
        ("TSE:6502", "東証：6502, 証券コード6502, (Tokyo: 6502)", "東証：6502 | 6502 | 6502"),
        ("TWSE:2330", "（證券代號：2330）, （台股代號：2330）", "2330 | 2330"),
        ("KRX:005930", "(코스피: 005930), 종목코드 005930", "코스피: 005930 | 005930"),
        ("BSE:500325", "BSE Scrip Code: 500325, (BSE code: 500325)", "500325 | 500325"),
        ("NSE:RELIANCE", "NSE Symbol: RELIANCE", "Symbol: RELIANCE"),
        ("ETR:SIE", "Xetra: SIE, (Frankfurt: SIE), (SIE GY)", "Xetra: SIE | SIE | SIE GY"),
        ("SIEGn.DE", "<SIEGn.DE>", "SIEGn.DE"),
        ("BIST:ASELS", "(Borsa İstanbul: ASELS), (Borsa: ASELS)", "Borsa İstanbul: ASELS | ASELS"),
        ("BIT:LDO", "(Euronext Milan: LDO), (Borsa: LDO)", "Euronext Milan: LDO | LDO"),
        (
            "NYSE:BRK.B",
            "BRK Class B, (NYSE: BRK Class A, BRK.B), BRKb.N",
            "BRK Class B | BRK.B | BRKb.N",
        ),
    ] {
        assert_eq!(found(ticker, text), expected, "{ticker} in {text}");
    }
}

#[test]
fn an_exchange_that_is_another_or_none_announces_nothing() {
    for (ticker, text) in [
        ("9988.HK", "the code 9988; code: 9988; error code 9988; dial 9988"),
        ("9988.HK", "stock code 9988 on the Taiwan Stock Exchange"),
        ("9988.HK", "（上交所股票代码：9988）, 台湾证券交易所 股票代码：9988"),
        ("9988.HK", "Hong Kong: 9988 cases; Stock code: HK$9988; 9988, HK"),
        ("9988.HK", "stock code: 9,988"),
        ("HKEX:700", "dial code 700; Hong Kong: 700 arrested; (Hong Kong: 700)"),
        ("TWSE:2330", "（股份代号：2330）"),
        ("SZSE:000725", "邮政代码：000725"),
        ("TSE:6502", "the security code 6502; Tokyo: 6502 new cases"),
        ("NYSE:BABA", "(ASX ticker: BABA); listed on the ASX under the ticker BABA"),
        ("NYSE:BABA", "BABA: NYSE halts trading; (BABA:UK); US: BABA is back; ticker: baba"),
        ("NYSE:ALL", "NYSE ticker ALL over again; ticker: ALL"),
        ("NYSE:A", "ticker A; NYSE symbol A day later"),
        ("NYSE:O", "O.K, let us go"),
        ("LSE:SHEL", "ticker: SHEL; (Johannesburg: SHEL)"),
        ("NYSE:BRK.B", "BRK Class A; brk class b; Class B"),
        ("NYSE:IT.B", "IT Class B"),
    ] {
        assert_eq!(found(ticker, text), "", "{ticker} in {text}");
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
        ("HKEX:9988", "Shop fined $9988 HK; 9988 HK dollars; US$9988.HK; €9988 HK"),
        ("TSE:7203", "He was fined ¥7203 JP; 7203 JP yen"),
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
        (
            "BABA",
            "names no exchange: only $BABA, (BABA) and words such as \"ticker: BABA\" are found",
        ),
        ("9988", "names no exchange, and a number alone is never taken for one: it finds nothing"),
        (
            "T",
            "names no exchange: only $T, (T) and words such as \"ticker: T\" are found, and they count only beside a name of the company",
        ),
        (
            "NOW",
            "names no exchange: only $NOW, (NOW) and words such as \"ticker: NOW\" are found, of which (NOW) and words \
             such as \"ticker: NOW\" count only beside a name",
        ),
    ] {
        let mut norvik = company("Norvik Trading", &[]);
        norvik.tickers = all(&[ticker]);
        let told = problems(vec![norvik], vec![], vec![]);
        assert!(told.contains(expected), "{ticker}: {told}");
    }
}

fn of_byd(title: &str, summary: &str) -> String {
    let mut byd = company("BYD Company Limited", &[]);
    byd.tickers = all(&["HKEX:1211"]);
    let smic = company("Semiconductor Manufacturing International Corporation", &["SMIC"]);
    shown(
        &compile(vec![byd, smic, company("BMW", &[])], vec![], vec![]),
        &item(title, summary, "en"),
    )
}

#[test]
fn a_dateline_or_a_word_before_a_colon_is_no_exchange() {
    for (title, summary, expected) in [
        ("Controls on SMIC", "SHANGHAI: SMIC said it would comply.", "SMIC | SMIC"),
        ("SHENZHEN: BYD fined", "", "BYD"),
        ("HK: BYD fined", "", "BYD"),
        ("The big six: BYD, NIO and others fined", "", "BYD"),
        ("A full set: BYD fined again", "", "BYD"),
        ("Sanctions bit: SMIC cuts staff", "", "SMIC"),
        ("The big six: BYD", "", "BYD"),
        ("SANCTIONS BIT: SMIC", "", "SMIC"),
        ("NYSE: BYD fined", "", "BYD"),
        ("(Shanghai: SMIC)", "", "SMIC"),
    ] {
        assert_eq!(of_byd(title, summary), expected, "{title}");
    }
}

#[test]
fn a_name_that_is_written_as_another_company_s_ticker_is_held_back() {
    for (title, shown) in [
        ("Boyd Gaming (NYSE: BYD) fined", "NYSE: BYD"),
        ("Boyd Gaming $BYD fined", "$BYD"),
        ("Boyd Gaming (BYD.N) fined", "BYD.N"),
        ("Boyd Gaming BYD.N fined", "BYD.N"),
        ("Boyd Gaming (NYSE BYD) fined", "NYSE: BYD"),
        ("Boyd Gaming (BYD US) fined", "BYD US"),
        ("Casinos (NYSE: WYNN, BYD) fined", "NYSE: BYD"),
        ("Casinos (NYSE: WYNN and BYD) fined", "NYSE: BYD"),
        ("Casino fined – New York Stock Exchange: BYD", "NYSE: BYD"),
        ("Boyd Gaming (NYSE ticker: BYD) fined", "NYSE: BYD"),
        ("Boyd Gaming, ticker: BYD, fined", "ticker: BYD"),
        ("Boyd Gaming (BYD: NYSE) fined", "NYSE: BYD"),
    ] {
        let expected = format!("[BYD: {shown} is another company's ticker]");
        assert_eq!(of_byd(title, ""), expected, "{title}");
    }
    // Directly behind the name it is the company's own, be it not on the list.
    for title in [
        "BMW (BMW.DE) fined",
        "BMW (ETR: BMW) fined",
        "BMW (BMW GR) fined",
        "BMW <BMW.DE> fined",
        "BYD (OTC: BYD) fined",
    ] {
        let found = of_byd(title, "");
        assert!(!found.contains('['), "{title}: {found}");
    }
    // What is no ticker's writing.
    for title in [
        "Toyota (and BYD) fined",
        "BYD, US fined",
        "(BYD, US)",
        "BYD US fined",
        "(US BYD unit)",
        "BYD. N",
    ] {
        assert_eq!(of_byd(title, ""), "BYD", "{title}");
    }
}
