//! Spans of time as people write them: `45s`, `30m`, `24h`, `7d`, and `250ms` where so short a span
//! makes sense.

use std::time::Duration;

use super::table::Unfit;

/// What a duration looks like.
pub(super) const ACCEPTED: &str = "a duration like \"45s\", \"30m\", \"24h\" or \"7d\"";

/// The least that most keys take.
pub(super) const SECOND: Duration = Duration::from_secs(1);

/// The most: a hundred years, so that adding it to an instant stays an instant.
const MOST: Duration = Duration::from_secs(36_500 * 24 * 60 * 60);

/// Reads a duration of at least `least`.
pub(super) fn parse(text: &str, least: Duration) -> Result<Duration, Unfit> {
    let unfit = |what: String| Unfit::new(what).accepts(ACCEPTED);
    let split = text.find(|one: char| !one.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(split);
    let millis = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(unfit(format!("\"{text}\" is no duration"))),
    };
    let span = digits
        .parse::<u64>()
        .map_err(|_| unfit(format!("\"{text}\" is no duration")))?
        .checked_mul(millis)
        .map(Duration::from_millis)
        .filter(|span| *span <= MOST)
        .ok_or_else(|| unfit(format!("\"{text}\" is longer than a hundred years")))?;
    if span < least {
        return Err(unfit(format!("\"{text}\" is too short; the least is {}", words(least))));
    }
    Ok(span)
}

fn words(span: Duration) -> String {
    if span < SECOND { format!("{}ms", span.as_millis()) } else { format!("{}s", span.as_secs()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_and_bounds() {
        let check = |text: &str, millis: Option<u64>| {
            assert_eq!(parse(text, SECOND).ok(), millis.map(Duration::from_millis), "{text}");
        };
        check("45s", Some(45_000));
        check("30m", Some(1_800_000));
        check("24h", Some(86_400_000));
        check("7d", Some(604_800_000));
        check("1000ms", Some(1_000));
        for bad in ["", "s", "0s", "250ms", "1", "1.5h", "-1s", "1 h", "1w", "7D", "１s", "36501d"]
        {
            check(bad, None);
        }
        check("99999999999999999999d", None);
        check("18446744073709551615d", None);
        assert_eq!(parse("0s", Duration::ZERO).ok(), Some(Duration::ZERO));
        assert_eq!(parse("250ms", Duration::ZERO).ok(), Some(Duration::from_millis(250)));
    }
}
