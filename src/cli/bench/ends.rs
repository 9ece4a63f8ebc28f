//! Ends of lines as they were: TOML's tree writes a line feed behind every line, and an editor on Windows
//! would show a file of which every line was changed.

use similar::{Algorithm, ChangeTag, TextDiff};

/// The edited text with the old ends of all lines that were there before; new lines end as most did.
pub(super) fn as_they_were(opened: &str, edited: String) -> String {
    let returns = opened.matches("\r\n").count();
    if returns == 0 {
        return edited;
    }
    let usual = if returns * 2 >= opened.matches('\n').count() { "\r\n" } else { "\n" };
    let old: Vec<&str> = opened.split_inclusive('\n').collect();
    let (bare_old, bare_new): (Vec<&str>, Vec<&str>) = (
        old.iter().map(|line| bare(line)).collect(),
        edited.split_inclusive('\n').map(bare).collect(),
    );
    let diff =
        TextDiff::configure().algorithm(Algorithm::Patience).diff_slices(&bare_old, &bare_new);
    let mut text = String::with_capacity(edited.len() + returns);
    for change in diff.iter_all_changes() {
        match (change.tag(), change.old_index()) {
            (ChangeTag::Equal, Some(at)) if old[at].ends_with('\n') => text.push_str(old[at]),
            (ChangeTag::Delete, _) => {}
            _ => {
                text.push_str(change.value());
                text.push_str(usual);
            }
        }
    }
    if !edited.ends_with('\n') {
        text.truncate(text.trim_end_matches(['\r', '\n']).len());
    }
    text
}

fn bare(line: &str) -> &str {
    let line = line.strip_suffix('\n').unwrap_or(line);
    line.strip_suffix('\r').unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::as_they_were;
    use crate::config::edit::{Sheet, Written};

    #[test]
    fn a_file_of_windows_stays_one() {
        let file =
            "# mine\r\n[[company]]\r\nname = \"A\"   # a\r\n\r\n[[rule]]\r\nname = \"R\"\r\n";
        let mut sheet = Sheet::open(file).unwrap();
        assert_eq!(as_they_were(file, sheet.text()), file);
        sheet.add("company", &[("name", Written::text("X"))]).unwrap();
        let new = "\r\n[[company]]\r\nname = \"X\"\r\n";
        assert_eq!(as_they_were(file, sheet.text()).replacen(new, "", 1), file);
        sheet.remove("company", 1).unwrap();
        assert_eq!(as_they_were(file, sheet.text()), file);
    }

    #[test]
    fn mixed_ends_stay_mixed() {
        let (opened, edited) = ("a\r\nb\nc\r\n", "a\nb\nnew\nc\n");
        assert_eq!(as_they_were(opened, edited.to_owned()), "a\r\nb\nnew\r\nc\r\n");
        assert_eq!(as_they_were("a\r\nb", "a\nb\nc".to_owned()), "a\r\nb\r\nc");
        assert_eq!(as_they_were("a\nb\n", "a\n".to_owned()), "a\n");
    }
}
