//! What somebody changed in the operator's files, a line for each table.

use super::super::outside::line;
use crate::model::edit::{TableChange, TableEdit, TableName};

/// Tables of one file that are told: who moves hundreds of sources needs no list of them.
const TOLD: usize = 10;

/// The lines, those of each file together.
pub(super) fn lines(edits: &[TableEdit]) -> Vec<String> {
    let mut lines = Vec::new();
    for of_file in edits.chunk_by(|one, next| one.file == next.file) {
        lines.extend(of_file.iter().take(TOLD).map(words));
        if of_file.len() > TOLD {
            lines.push(format!("and {} more in {}", of_file.len() - TOLD, of_file[0].file));
        }
    }
    lines
}

fn words(edit: &TableEdit) -> String {
    let (kind, name) = match &edit.table {
        TableName::Top => ("Settings", String::new()),
        TableName::Section(name) => ("Settings", format!("[{}]", line(name, 60))),
        TableName::Source(id) => ("Source", format!("“{}”", line(id, 60))),
        TableName::Reader(name) => ("Reader", format!("“{}”", line(name, 60))),
    };
    match &edit.change {
        TableChange::Added => format!("{kind} added: {name}"),
        TableChange::Removed => format!("{kind} removed: {name}"),
        TableChange::Keys { added, removed, changed } => {
            let all = [("changed", changed), ("added", added), ("removed", removed)];
            let said = all.into_iter().filter(|(_, keys)| !keys.is_empty());
            let said: Vec<String> =
                said.map(|(did, keys)| format!("{} {did}", keys.join(", "))).collect();
            let whose = if name.is_empty() { kind.to_owned() } else { format!("{kind} {name}") };
            format!("{whose}: {}", said.join("; "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(table: TableName, change: TableChange) -> TableEdit {
        TableEdit { file: "sources.toml", table, change }
    }

    #[test]
    fn each_table_is_a_line_and_of_many_a_few_are_named() {
        let keys = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        let (added, removed, changed) =
            (keys(&["port"]), keys(&["tls", "ca_file"]), keys(&["host"]));
        let mail = TableChange::Keys { added, removed, changed };
        let zone = TableChange::Keys {
            added: Vec::new(),
            removed: Vec::new(),
            changed: keys(&["timezone"]),
        };
        let mut edits = vec![
            edit(TableName::Top, zone),
            edit(TableName::Section("mail".to_owned()), mail),
            edit(TableName::Section("canary".to_owned()), TableChange::Removed),
            edit(TableName::Reader("Mei".to_owned()), TableChange::Added),
        ];
        edits.extend((0..20).map(|n| edit(TableName::Source(format!("s{n}")), TableChange::Added)));
        let lines = lines(&edits);
        assert_eq!(
            lines[..5],
            [
                "Settings: timezone changed",
                "Settings [mail]: host changed; port added; tls, ca_file removed",
                "Settings removed: [canary]",
                "Reader added: “Mei”",
                "Source added: “s0”",
            ]
        );
        assert_eq!((lines.len(), lines[10].as_str()), (11, "and 14 more in sources.toml"));
    }
}
