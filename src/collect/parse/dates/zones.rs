//! Zones of dates: offsets in numbers, and by their letters.

use super::Region;

/// Minutes east of UTC.
pub(super) fn offset_of(zone: &str, region: Region) -> Option<i32> {
    let zone = zone.trim().trim_matches(['(', ')', '[', ']']);
    let named = zone.strip_prefix("GMT").or_else(|| zone.strip_prefix("UTC"));
    let zone = match named {
        Some(rest) if !rest.trim().is_empty() => rest.trim(),
        _ => zone,
    };
    let sign = match zone.chars().next()? {
        '+' => 1,
        '-' | '\u{2212}' => -1,
        _ => return zone_named(zone.split_whitespace().next()?, region),
    };
    let digits: String = zone
        .chars()
        .skip(1)
        .take_while(|one| !one.is_whitespace())
        .filter(|one| *one != ':')
        .collect();
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i32 = digits.parse().ok()?;
    let minutes = match digits.len() {
        1 | 2 => number * 60,
        3 | 4 => number / 100 * 60 + number % 100,
        _ => return None,
    };
    (minutes <= 15 * 60).then_some(sign * minutes)
}

/// Zones by their letters. Where two zones share letters, the more common in feeds.
fn zone_named(name: &str, region: Region) -> Option<i32> {
    let minutes = match name.to_ascii_uppercase().as_str() {
        "Z" | "UT" | "UTC" | "GMT" | "WET" => 0,
        "BST" | "WEST" | "CET" | "MEZ" | "MET" => 60,
        "CEST" | "MESZ" | "MEST" | "EET" | "SAST" | "CAT" => 120,
        "EEST" | "MSK" | "TRT" | "EAT" => 180,
        "MSD" | "GST" => 240,
        "PKT" => 300,
        "IST" => 330,
        "ICT" | "WIB" => 420,
        "CST" if region == Region::China => 480,
        "HKT" | "SGT" | "AWST" | "PHT" | "MYT" => 480,
        "JST" | "KST" => 540,
        "ACST" => 570,
        "AEST" => 600,
        "ACDT" => 630,
        "AEDT" => 660,
        "NZST" => 720,
        "NZDT" => 780,
        "NST" => -210,
        "NDT" => -150,
        "AST" | "EDT" => -240,
        "ADT" | "BRT" | "ART" => -180,
        "EST" | "CDT" | "ET" => -300,
        "CST" | "MDT" | "CT" => -360,
        "MST" | "PDT" | "MT" => -420,
        "PST" | "AKDT" | "PT" => -480,
        "AKST" => -540,
        "HST" => -600,
        _ => return None,
    };
    Some(minutes)
}
