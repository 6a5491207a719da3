//! The workbook's first sheet: what is in it, and how to read the numbers.

use super::ExportError;
use super::source::Source;
use super::table::{Cell, Column, ColumnType, RowSink, Table, columns};
use super::workbook::MOST_ROWS;
use crate::report::numbers::Numbers;
use crate::report::words::Words;
use crate::run_description::RunDescription;
use crate::tag::Outcome;

/// A heading and a sentence a row, in the report's language.
#[derive(Debug)]
pub struct ReadMe {
    rows: Vec<(String, String)>,
}

impl ReadMe {
    /// For the source's edition, whose tags would fill so many rows.
    ///
    /// # Errors
    /// When the words of the language are not valid.
    pub fn new(description: &RunDescription, source: &Source<'_>, tag_rows: usize) -> Result<Self, ExportError> {
        let words =
            Words::of(description.language).map_err(|error| ExportError::Report { cause: error.to_string() })?;
        let numbers = Numbers::new(description.language);
        let text = |key: &str| words.get(key).to_owned();
        let mark = if source.is_shared() { "shared_mark" } else { "internal_mark" };
        let mut rows = vec![
            (description.title.clone(), text(mark)),
            (text("read_me_date"), numbers.date(description.dated.date(), &words.months)),
            (text("read_me_run"), made_with(description)),
            (text("read_me_codebook"), codebook_named(description)),
            (text("read_me_counts"), counted(source, &words, numbers)),
            (text("reading_heading"), text("reading_note")),
        ];
        if description.human_check.is_none() {
            rows.push((text("checked_heading"), text("unchecked")));
        }
        rows.push((String::new(), String::new()));
        rows.push((text("read_me_sheets"), String::new()));
        let sheets: &[(&str, &str)] = if source.is_shared() { &SHARED_SHEETS } else { &SHEETS };
        rows.extend(sheets.iter().map(|(sheet, key)| ((*sheet).to_owned(), text(key))));
        if !source.is_shared() {
            for (sheet, there) in [("answers", source.analysis.records.len()), ("tags", tag_rows)] {
                if there > MOST_ROWS {
                    let cut = words.fill(
                        "read_me_cut",
                        &[
                            ("shown", &numbers.whole(MOST_ROWS)),
                            ("total", &numbers.whole(there)),
                            ("file", &format!("{sheet}.csv")),
                        ],
                    );
                    rows.push((sheet.to_owned(), cut));
                }
            }
            rows.push((String::new(), String::new()));
            rows.push((text("read_me_columns"), String::new()));
            rows.extend(COLUMNS.iter().map(|(column, key)| ((*column).to_owned(), text(key))));
        }
        Ok(ReadMe { rows })
    }
}

/// Sheets and the words that say what is in them.
const SHEETS: [(&str, &str); 8] = [
    ("answers", "read_me_answers"),
    ("tags", "read_me_tags"),
    ("quotes", "read_me_quotes"),
    ("themes by groups", "read_me_groups"),
    ("clusters", "read_me_clusters"),
    ("codebook", "read_me_codebook_sheet"),
    (super::corrections_sheet::SHEET, "read_me_corrections"),
    (super::corrections_sheet::CODES_SHEET, "read_me_codes"),
];

/// The same for what is passed on.
const SHARED_SHEETS: [(&str, &str); 4] = [
    ("quotes", "read_me_quotes"),
    ("themes by groups", "read_me_groups"),
    ("clusters", "read_me_clusters"),
    ("codebook", "read_me_codebook_sheet"),
];

/// Columns of the sheets and the words that say what they mean.
const COLUMNS: [(&str, &str); 12] = [
    ("lang", "read_me_col_lang"),
    ("outcome", "read_me_col_outcome"),
    ("theme_*, topic_*, pat_*", "read_me_col_flags"),
    ("verdict_*", "read_me_col_verdict"),
    ("facet_*", "read_me_col_facet"),
    ("cluster_id, cluster_label", "read_me_col_cluster"),
    ("same_text_group", "read_me_col_same"),
    ("human_checked, quote_ok", "read_me_col_checked"),
    ("score, threshold", "read_me_col_score"),
    ("set_by", "read_me_col_set_by"),
    ("start, end, evidence", "read_me_col_span"),
    ("k, n, share, low, high", "read_me_col_count"),
];

fn made_with(description: &RunDescription) -> String {
    let run = description.id.map_or_else(String::new, |id| format!("{id:06} · "));
    let mut made = format!("{run}innspill {}", description.innspill_version);
    if !description.encoder.name.is_empty() {
        made.push_str(&format!(" · {}", description.encoder.name));
    }
    made
}

fn codebook_named(description: &RunDescription) -> String {
    let codebook = &description.codebook;
    let fingerprint: String = codebook.sha256.chars().take(12).collect();
    format!("{} ({} {}) · {fingerprint}", codebook.name, codebook.id, codebook.version)
}

fn counted(source: &Source<'_>, words: &Words, numbers: Numbers) -> String {
    let with =
        |outcome: Outcome| source.analysis.records.iter().filter(|record| record.tagging.outcome == outcome).count();
    words.fill(
        "read_me_counted",
        &[
            ("answers", &numbers.whole(source.analysis.records.len())),
            ("coded", &numbers.whole(with(Outcome::Coded))),
            ("undecided", &numbers.whole(with(Outcome::Undecided))),
            ("none", &numbers.whole(with(Outcome::NoneOfTheAbove))),
            ("no_content", &numbers.whole(with(Outcome::NoContent))),
        ],
    )
}

impl Table for ReadMe {
    fn columns(&self) -> Vec<Column> {
        columns(&[("innspill", ColumnType::Text), (" ", ColumnType::Prose)])
    }

    fn rows(&self, sink: &mut dyn RowSink) -> Result<(), ExportError> {
        self.rows.iter().try_for_each(|(heading, text)| sink.row(&[Cell::Text(heading), Cell::Text(text)]))
    }
}
