//! Qualtrics: three rows of headers: the columns' ids, the questions' words, and a JSON object with the import id. A
//! workbook has the first two.

use super::{Export, Known, Part, SurveyColumn, SurveyTool, Table, Unfit, by_list, find, known, question, weight};
use crate::ingest::parse_time;
use crate::ingest::personal::Personal;
use crate::settings::Role;

const OWN: &[Known] = &[
    known("start date", Part::System(Role::Drop), 1),
    known("end date", Part::System(Role::Drop), 1),
    known("status|response type", Part::System(Role::Keep), 1),
    known("ipaddress|ip address", Part::Personal(Personal::Ip), 1),
    known("progress", Part::System(Role::Drop), 1),
    known("duration in seconds", Part::System(Role::Drop), 2),
    known("finished", Part::System(Role::Keep), 1),
    known("recorded date", Part::System(Role::Time), 2),
    known("response id", Part::System(Role::Id), 1),
    known("recipient last name", Part::Personal(Personal::Name), 1),
    known("recipient first name", Part::Personal(Personal::Name), 1),
    known("recipient email", Part::Personal(Personal::Email), 1),
    known("external reference|external data reference", Part::System(Role::Respondent), 1),
    known("location latitude", Part::Personal(Personal::Address), 1),
    known("location longitude", Part::Personal(Personal::Address), 1),
    known("distribution channel", Part::System(Role::Drop), 2),
    known("user language", Part::System(Role::Drop), 1),
];

/// Five columns of the tool's own, or fewer that are more telling.
pub(super) fn fits(table: Table<'_>) -> bool {
    weight(OWN, table.normals) >= 5
}

fn is_import_id(cell: &str) -> bool {
    cell.contains("\"ImportId\"")
}

/// Reads the three rows.
pub(super) fn read(table: Table<'_>) -> Result<Export, Unfit> {
    let unfit = |column: &str, what| Unfit { tool: SurveyTool::Qualtrics, column: column.trim().to_owned(), what };
    let mut export = Export::new(SurveyTool::Qualtrics, by_list(table, OWN));
    let own = table.normals.iter().position(|normal| find(OWN, normal).is_some()).unwrap_or(0);
    let own_header = table.header.get(own).map_or("", String::as_str);
    let Some(words) = table.rows.first() else {
        // No row at all: nothing to read, and nothing to misread.
        return Ok(export);
    };
    let cell = |row: &[String], column: usize| row.get(column).cloned().unwrap_or_default();
    if words.iter().any(|cell| is_import_id(cell)) {
        return Err(unfit(
            own_header,
            "has no row of question texts below it; export again as CSV with all header rows",
        ));
    }
    let dated = (0..table.header.len()).find(|&column| {
        table
            .normals
            .get(column)
            .is_some_and(|normal| matches!(normal.as_str(), "start date" | "end date" | "recorded date"))
    });
    if let Some(dated) = dated
        && parse_time(&cell(words, dated)).is_some()
    {
        let header = table.header.get(dated).map_or("", String::as_str);
        return Err(unfit(header, "has no row of question texts below it; export again as CSV with all header rows"));
    }
    let import_ids = table.rows.get(1).filter(|row| row.iter().any(|cell| is_import_id(cell)));
    export.more_header_rows = if import_ids.is_some() { 2 } else { 1 };
    for (place, column) in export.columns.iter_mut().enumerate() {
        let header = table.header.get(place).map_or("", |header| header.trim());
        if !matches!(column.part, Part::Question | Part::Other) {
            continue;
        }
        if let Some(row) = import_ids
            && !is_import_id(&cell(row, place))
        {
            return Err(unfit(header, "has no import id in the third row; export again as CSV with all header rows"));
        }
        let words = question::clean(&cell(words, place));
        let words = words.strip_suffix(" - Text").map_or(words.clone(), str::to_owned);
        let is_other = header.ends_with("_TEXT") && question::own_words(&words).is_some();
        let part = if is_other || question::asks_for_other(&words) {
            Part::Other
        } else if header.rsplit_once('_').is_some_and(|(_, row)| row.bytes().all(|byte| byte.is_ascii_digit())) {
            Part::SubQuestion
        } else {
            Part::Question
        };
        *column = SurveyColumn { part, name: (!words.is_empty()).then_some(words) };
    }
    if !table.normals.iter().any(|normal| normal == "recorded date") {
        export.note_missing("RecordedDate", "answers have no time");
    }
    Ok(export)
}
