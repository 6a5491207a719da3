//! Microsoft Forms: a workbook with the tool's own columns first, then a column per question; choices end in `;`.

use super::{Export, Known, Part, SurveyColumn, SurveyTool, Table, Unfit, by_list, find, known, weight};
use crate::ingest::personal::Personal;
use crate::settings::Role;

const OWN: &[Known] = &[
    known("id", Part::System(Role::Id), 1),
    known("start time|starttidspunkt|starttid", Part::System(Role::Drop), 2),
    known("completion time|fullføringstidspunkt|fullføringstid", Part::System(Role::Time), 2),
    known("email|e postadresse|e post|epost", Part::Personal(Personal::Email), 1),
    known("name|navn|namn", Part::Personal(Personal::Name), 1),
    known("last modified time|tidspunkt for siste endring|sist endret", Part::System(Role::Drop), 2),
    known("language|språk", Part::System(Role::Drop), 0),
    known("total points|totalt antall poeng", Part::System(Role::Keep), 0),
    known("quiz feedback|tilbakemelding på testen", Part::System(Role::Drop), 0),
];

/// Beginnings of the columns that a quiz adds to each question.
const QUIZ: [&str; 4] = ["points - ", "poeng - ", "feedback - ", "tilbakemelding - "];

/// A number for each row, and times, or one time with name and e-mail.
pub(super) fn fits(table: Table<'_>) -> bool {
    table.normals.first().is_some_and(|first| first == "id") && weight(OWN, table.normals) >= 5
}

/// Reads the headers.
pub(super) fn read(table: Table<'_>) -> Result<Export, Unfit> {
    let mut export = Export::new(SurveyTool::MicrosoftForms, by_list(table, OWN));
    // The tool's own columns stand first; what stands between them is theirs too.
    let last_own = table.normals.iter().rposition(|normal| find(OWN, normal).is_some_and(|place| place <= 5));
    let mut unknown = Vec::new();
    for (place, (header, column)) in table.header.iter().zip(&mut export.columns).enumerate() {
        let lower = header.trim().to_lowercase();
        let question = matches!(column.part, Part::Question | Part::Other);
        if question && last_own.is_some_and(|last| place < last) && !header.trim().is_empty() {
            *column = SurveyColumn::system(Role::Drop);
            unknown.push(header);
        } else if QUIZ.iter().any(|start| lower.replace('–', "-").starts_with(start)) {
            *column = SurveyColumn::system(Role::Drop);
        }
    }
    for header in unknown {
        export.note_unknown(header);
    }
    if !table.normals.iter().any(|normal| find(OWN, normal) == Some(2)) {
        export.note_missing("Completion time", "answers have no time");
    }
    Ok(export)
}
