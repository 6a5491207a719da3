//! Nettskjema: CSV with `;`, the tool's own columns marked with `$`, then questions by their words or their codes.

use super::{Export, Known, Part, SurveyColumn, SurveyTool, Table, Unfit, by_list, find, known};
use crate::settings::Role;

const OWN: &[Known] = &[
    known("submission id", Part::System(Role::Id), 2),
    known("created", Part::System(Role::Time), 1),
    known("answer time ms", Part::System(Role::Keep), 1),
    known("modified", Part::System(Role::Drop), 1),
    known("formid|form id", Part::System(Role::Drop), 0),
];

fn is_own(header: &str) -> bool {
    header.trim().starts_with('$')
}

/// Two columns of the tool's own are enough.
pub(super) fn fits(table: Table<'_>) -> bool {
    let own =
        table.header.iter().zip(table.normals).filter(|(header, normal)| is_own(header) && find(OWN, normal).is_some());
    own.count() >= 2
}

/// Reads the headers.
pub(super) fn read(table: Table<'_>) -> Result<Export, Unfit> {
    let mut export = Export::new(SurveyTool::Nettskjema, by_list(table, OWN));
    let mut unknown = Vec::new();
    for ((header, normal), column) in table.header.iter().zip(table.normals).zip(&mut export.columns) {
        if is_own(header) && find(OWN, normal).is_none() {
            *column = SurveyColumn::system(Role::Drop);
            unknown.push(header);
        } else if !is_own(header) && matches!(column.part, Part::System(_)) && normal != "formid" {
            // A question that bears the name of one of the tool's columns.
            *column = super::question::column(header);
        }
    }
    for header in unknown {
        export.note_unknown(header);
    }
    for (name, header, consequence) in [
        ("submission id", "$submission_id", "answers are known by their row"),
        ("created", "$created", "answers have no time"),
    ] {
        if !table.header.iter().zip(table.normals).any(|(header, normal)| is_own(header) && normal == name) {
            export.note_missing(header, consequence);
        }
    }
    export.note_codes(table, "export without the code book, or name the questions in innspill.toml");
    Ok(export)
}
