//! Sizes as people write them: `200MB`, `2GB`, `512MiB`.

use super::table::Unfit;

/// What a size looks like.
pub(super) const ACCEPTED: &str = "a size like \"500kB\", \"200MB\" or \"2GB\"";

/// Units of 1000 (SI) and of 1024 (IEC).
const UNITS: &[(&str, u64)] = &[
    ("B", 1),
    ("kB", 1_000),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
];

/// Reads a size in bytes.
pub(super) fn parse(text: &str) -> Result<u64, Unfit> {
    let unfit = || Unfit::new(format!("\"{text}\" is no size")).accepts(ACCEPTED);
    let split = text.find(|one: char| !one.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(split);
    let unit = unit.strip_prefix(' ').unwrap_or(unit);
    let (_, bytes) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(unfit)?;
    digits.parse::<u64>().ok().and_then(|number| number.checked_mul(*bytes)).ok_or_else(unfit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_and_nonsense() {
        let check = |text: &str, bytes: Option<u64>| {
            assert_eq!(parse(text).ok(), bytes, "{text}");
        };
        check("200MB", Some(200_000_000));
        check("2 GB", Some(2_000_000_000));
        check("1MiB", Some(1_048_576));
        check("0B", Some(0));
        for bad in ["", "MB", "200", "200mb", "2.5GB", "-1MB", "99999999999TB"] {
            check(bad, None);
        }
    }
}
