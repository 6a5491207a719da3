//! Which sheets the workbook of a run or an export has.

use std::io::Write;
use std::path::Path;

use rust_xlsxwriter::utility::column_number_to_name;

use super::answers::{AnswersTable, topic_column};
use super::clusters::ClustersTable;
use super::codebook::CodebookTable;
use super::corrections_sheet::{
    self, ACTION_COLUMN, ACTIONS, CODE_COLUMN, CODES_SHEET, CodesTable, CorrectionsTable, SIDE_COLUMN, SIDES,
};
use super::notes::NotesTable;
use super::quotes::QuotesTable;
use super::read_me::ReadMe;
use super::source::Source;
use super::table::{Column, Table};
use super::tags::TagsTable;
use super::themes_by_groups::ThemesByGroups;
use super::workbook::{Choice, Choices, Links, MOST_ROWS, Sheet, write_workbook};
use super::{ExportError, in_language::InLanguage};
use crate::codebook::{Codebook, Level};
use crate::patterns::Subject;
use crate::run_description::RunDescription;
use crate::text::Language;

/// Name of the column with the code's name in the cross table.
const NAME_COLUMN: u16 = 2;

/// Writes the workbook of the source's edition: for the analysts with a row per answer and the sheet for corrections,
/// else counts, quotes and the codebook alone.
///
/// `source.codebook` names codes in `language` (see [`super::in_language::codebook_in`]); `codebook` is the whole one.
///
/// # Errors
/// When a part cannot be written.
pub fn write_analysts_workbook(
    source: &Source<'_>,
    codebook: &Codebook,
    description: &RunDescription,
    language: Language,
    scratch: &Path,
    output: &mut dyn Write,
) -> Result<(), ExportError> {
    let answers = AnswersTable::for_workbook(source.analysis, source.codebook, MOST_ROWS);
    let tags = TagsTable::new(source.analysis, source.codebook);
    let tag_rows = tags.row_count();
    let tags = InLanguage::new(tags.limited(MOST_ROWS), language);
    let quotes = InLanguage::new(QuotesTable(*source), language);
    let by_groups = InLanguage::new(ThemesByGroups::new(*source), language);
    let clusters = ClustersTable::new(*source);
    let codebook = CodebookTable::new(codebook, source);
    let corrections = CorrectionsTable::new(source.analysis, source.codebook, MOST_ROWS);
    let codes = CodesTable(source.codebook);
    let notes = NotesTable(*source);
    let read_me = ReadMe::new(description, source, tag_rows)?;
    let mut sheets = if source.is_shared() {
        vec![
            Sheet::new("read-me", &read_me),
            Sheet::new("quotes", &quotes),
            Sheet::new("themes by groups", &by_groups),
            Sheet::new("clusters", &clusters),
            Sheet::new("codebook", &codebook),
        ]
    } else {
        vec![
            Sheet::new("read-me", &read_me),
            Sheet::new("answers", &answers),
            Sheet::new("tags", &tags),
            Sheet::new("quotes", &quotes),
            Sheet {
                links: Some(links_to_answers(source, &answers.columns())),
                ..Sheet::new("themes by groups", &by_groups)
            },
            Sheet::new("clusters", &clusters),
            Sheet::new("codebook", &codebook),
            Sheet { choices: correction_choices(&codes), ..Sheet::new(corrections_sheet::SHEET, &corrections) },
            Sheet::new(CODES_SHEET, &codes),
        ]
    };
    if !source.is_shared() && !source.analysis.review.notes.is_empty() {
        sheets.push(Sheet::new("notes", &notes));
    }
    write_workbook(&description.title, &sheets, description.dated, scratch, output)
}

fn correction_choices(codes: &CodesTable<'_>) -> Vec<Choice> {
    let last = codes.len() + 1;
    vec![
        Choice { column: CODE_COLUMN, of: Choices::Range(format!("={CODES_SHEET}!$A$2:$A${last}")) },
        Choice { column: ACTION_COLUMN, of: Choices::Listed(&ACTIONS) },
        Choice { column: SIDE_COLUMN, of: Choices::Listed(&SIDES) },
    ]
}

/// From each code of the cross table to its column of 0 and 1 among the answers, where it can be filtered.
fn links_to_answers(source: &Source<'_>, columns: &[Column]) -> Links {
    let target = |subject: &Subject| -> Option<Option<String>> {
        let Subject::Code { level, code } = subject else { return None };
        let wanted = match level {
            Level::Theme => format!("theme_{code}"),
            Level::Topic => topic_column("topic", code),
            Level::Pattern => format!("pat_{code}"),
        };
        // From the end: a kept column of that name stands before ours.
        let position = columns.iter().rposition(|column| column.name == wanted);
        let letters = position.and_then(|at| u16::try_from(at).ok()).map(column_number_to_name);
        Some(letters.map(|letters| format!("'answers'!{letters}1")))
    };
    let codes = source.patterns.prevalence.iter().filter_map(|entry| target(&entry.subject));
    // The first row holds the bases.
    let targets = std::iter::once(None).chain(codes).collect();
    Links { column: NAME_COLUMN, targets }
}
