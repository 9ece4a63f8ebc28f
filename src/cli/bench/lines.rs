//! What an edit does to a file, in lines, as a person would tell it: an entry that came or went begins with
//! its header. Pure.

use similar::{ChangeTag, TextDiff};

/// The lines that are taken out and put in.
pub(super) fn changed(old: &str, new: &str) -> String {
    let diff = TextDiff::from_lines(old, new);
    let mut runs: Vec<(ChangeTag, Vec<&str>)> = Vec::new();
    for change in diff.iter_all_changes() {
        let line = change.value().trim_end_matches(['\r', '\n']);
        match runs.last_mut().filter(|(tag, _)| *tag == change.tag()) {
            Some((_, lines)) => lines.push(line),
            None => runs.push((change.tag(), vec![line])),
        }
    }
    let mut out = String::new();
    for (at, (tag, lines)) in runs.iter().enumerate() {
        let (sign, lines) = match tag {
            ChangeTag::Equal => continue,
            ChangeTag::Delete => ('-', lines),
            ChangeTag::Insert => ('+', lines),
        };
        let before = at.checked_sub(1).and_then(|at| runs.get(at));
        let alone = before.is_none_or(|(tag, _)| *tag == ChangeTag::Equal)
            && runs.get(at + 1).is_none_or(|(tag, _)| *tag == ChangeTag::Equal);
        let above = before.filter(|_| alone).map_or(&[][..], |(_, lines)| lines);
        for line in from_its_header(above, lines) {
            out.push_str(&format!("  {sign} {line}\n"));
        }
    }
    out
}

/// Lines that came or went as a whole read the same when they begin some lines earlier, as long as what is
/// above them is what they end with: they begin with a header then, where they can.
fn from_its_header<'t>(above: &[&'t str], lines: &[&'t str]) -> Vec<&'t str> {
    let mut shifted = lines.to_vec();
    for line in above.iter().rev() {
        if begins_well(&shifted) {
            return shifted;
        }
        if shifted.last() != Some(line) {
            break;
        }
        shifted.rotate_right(1);
    }
    if begins_well(&shifted) { shifted } else { lines.to_vec() }
}

fn begins_well(lines: &[&str]) -> bool {
    let mut told = lines.iter().skip_while(|line| line.is_empty() || line.starts_with('#'));
    told.next().is_some_and(|line| line.starts_with('['))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "[[company]]\nname = \"A\"\nadded = 2026-11-26\n\n";
    const TWO: &str = "[[company]]\nname = \"B\"\nadded = 2026-11-26\n\n";
    const END: &str = "[[rule]]\nname = \"R\"\n";

    #[test]
    fn an_entry_begins_with_its_header() {
        let (with, without) = (format!("{ONE}{TWO}{END}"), format!("{ONE}{END}"));
        let told = |sign: char| {
            let line = |line: &str| format!("  {sign} {line}\n");
            TWO.lines().map(line).collect::<String>()
        };
        assert_eq!(changed(&without, &with), told('+'));
        assert_eq!(changed(&with, &without), told('-'));
    }

    #[test]
    fn changes_that_lie_apart_are_told_apart() {
        let old = "[[company]]\nname = \"A\"\nwhy = \"x\"\n";
        let new = "[[company]]\nid = \"a\"\nname = \"A\"\nwhy = \"x\"\naliases = [\"AA\"]\n";
        assert_eq!(changed(old, new), "  + id = \"a\"\n  + aliases = [\"AA\"]\n");
    }
}
