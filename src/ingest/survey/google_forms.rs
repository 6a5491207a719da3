//! Google Forms: a time first, then a column per question; rows of a grid as `Question [Row]`.

use super::{Export, Known, Part, SurveyTool, Table, Unfit, by_list, find, known, question};
use crate::ingest::headers;
use crate::ingest::personal::Personal;
use crate::settings::Role;

const OWN: &[Known] = &[
    known("timestamp|tidsmerke|tidsstempel", Part::System(Role::Time), 1),
    known("email address|e postadresse|username|brukernavn", Part::Personal(Personal::Email), 1),
    known("score|poengsum|resultat", Part::System(Role::Keep), 0),
];

/// The time's header as the tool writes it comes first, and every other column is a question.
pub(super) fn fits(table: Table<'_>) -> bool {
    let first =
        table.header.first().is_some_and(|first| matches!(first.trim(), "Timestamp" | "Tidsmerke" | "Tidsstempel"));
    let others = || table.header.iter().zip(table.normals).skip(1).filter(|(_, normal)| find(OWN, normal).is_none());
    let of_another_table =
        |normal: &str| headers::text_header(normal) == Some(headers::TextHeader::Certain(0)) || normal == "id";
    first
        && others().any(|(header, _)| headers::reads_as_question(header) || header.trim().contains(' '))
        && !others().any(|(_, normal)| of_another_table(normal))
}

/// Reads the headers.
pub(super) fn read(table: Table<'_>) -> Result<Export, Unfit> {
    let mut export = Export::new(SurveyTool::GoogleForms, by_list(table, OWN));
    for (header, column) in table.header.iter().zip(&mut export.columns) {
        if column.part == Part::Question && header.trim_end().ends_with(']') && question::own_words(header).is_some() {
            column.part = Part::SubQuestion;
        }
    }
    Ok(export)
}
