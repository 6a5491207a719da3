//! The workbook's first sheet: what is in it, and how to read the numbers.

use super::ExportError;
use super::table::{Cell, Column, ColumnType, RowSink, Table, columns};
use super::workbook::MOST_ROWS;
use crate::report::numbers::Numbers;
use crate::report::words::Words;
use crate::run_description::RunDescription;

/// A heading and a sentence a row, in the report's language.
#[derive(Debug)]
pub struct ReadMe {
    rows: Vec<(String, String)>,
}

impl ReadMe {
    /// For a run with so many answers and rows of tags.
    ///
    /// # Errors
    /// When the words of the language are not valid.
    pub fn new(description: &RunDescription, answers: usize, tag_rows: usize) -> Result<Self, ExportError> {
        let words =
            Words::of(description.language).map_err(|error| ExportError::Report { cause: error.to_string() })?;
        let numbers = Numbers::new(description.language);
        let text = |key: &str| words.get(key).to_owned();
        let mut rows = vec![
            (description.title.clone(), text("internal_mark")),
            (text("read_me_date"), numbers.date(description.dated.date(), &words.months)),
            ("answers".to_owned(), text("read_me_answers")),
            ("tags".to_owned(), text("read_me_tags")),
            ("quotes".to_owned(), text("read_me_quotes")),
            ("themes by groups".to_owned(), text("read_me_groups")),
            (text("reading_heading"), text("reading_note")),
        ];
        if description.human_check.is_none() {
            rows.push((text("checked_heading"), text("unchecked")));
        }
        for (sheet, there) in [("answers", answers), ("tags", tag_rows)] {
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
        Ok(ReadMe { rows })
    }
}

impl Table for ReadMe {
    fn columns(&self) -> Vec<Column> {
        columns(&[("innspill", ColumnType::Text), (" ", ColumnType::Prose)])
    }

    fn rows(&self, sink: &mut dyn RowSink) -> Result<(), ExportError> {
        self.rows.iter().try_for_each(|(heading, text)| sink.row(&[Cell::Text(heading), Cell::Text(text)]))
    }
}
