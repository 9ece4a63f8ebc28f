//! The SEC's `company_tickers.json` and `company_tickers_exchange.json`: a company may have several
//! tickers.

use std::collections::BTreeMap;
use std::io::Read;

use serde::Deserialize;
use serde_json::Value;

use super::Row;
use super::listed::Listed;

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Edition {
    /// Columns and rows.
    Exchange { fields: Vec<String>, data: Vec<Vec<Value>> },
    /// Entries by number.
    Plain(BTreeMap<String, Plain>),
}

#[derive(Debug, Deserialize)]
struct Plain {
    cik_str: Value,
    ticker: Option<String>,
    title: Option<String>,
}

/// Reads either edition; both are small.
pub(super) fn json(input: &mut dyn Read, take: &mut dyn FnMut(Row)) -> Result<(), String> {
    let mut document = Vec::new();
    input.read_to_end(&mut document).map_err(|error| error.to_string())?;
    let edition: Edition = serde_json::from_slice(&document)
        .map_err(|_| "it is neither edition of the list".to_owned())?;
    match edition {
        Edition::Plain(entries) => {
            for one in entries.into_values() {
                let (title, ticker) =
                    (one.title.unwrap_or_default(), one.ticker.unwrap_or_default());
                take(row(&cik(&one.cik_str), &title, &ticker, None));
            }
        }
        Edition::Exchange { fields, data } => {
            let column = |name: &str| fields.iter().position(|one| one == name);
            let at = ["cik", "name", "ticker", "exchange"].map(column);
            for values in data {
                let value = |n: usize| at[n].and_then(|at| values.get(at)).unwrap_or(&Value::Null);
                let text = |n: usize| value(n).as_str().unwrap_or_default();
                take(row(&cik(value(0)), text(1), text(2), value(3).as_str()));
            }
        }
    }
    Ok(())
}

fn cik(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim_start_matches('0').to_owned(),
        other => other.to_string(),
    }
}

fn row(cik: &str, title: &str, ticker: &str, exchange: Option<&str>) -> Row {
    // Incorporation is told behind a slash: `NORVIK OPTICS CORP /DE/`.
    let name = title.split(" /").next().unwrap_or(title).trim_end_matches('/');
    let Some(mut listed) = Listed::new(cik, name) else { return Row::Unusable(title.to_owned()) };
    let exchange = exchange.map(str::to_uppercase);
    match exchange.as_deref() {
        Some(known @ ("NYSE" | "NASDAQ" | "CBOE")) if !ticker.is_empty() => {
            listed.ticker(&format!("{known}:{ticker}"));
        }
        _ => listed.ticker(ticker),
    }
    listed.note = "SEC filer".to_owned();
    Row::Company(Box::new(listed))
}
