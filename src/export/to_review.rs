//! `to_review.csv`: what a person wrote that no longer fits ("må ses på"), and was not applied.

use super::ExportError;
use super::table::{Cell, Column, ColumnType, RowSink, Table, columns};
use crate::review::ToReview;

/// One row per line that was not applied, in the order of the files.
#[derive(Debug)]
pub struct ToReviewTable<'a>(pub &'a [ToReview]);

impl Table for ToReviewTable<'_> {
    fn columns(&self) -> Vec<Column> {
        columns(&[
            ("file", ColumnType::Text),
            ("line", ColumnType::Integer),
            ("answer_id", ColumnType::Text),
            ("code", ColumnType::Text),
            ("action", ColumnType::Text),
            ("why", ColumnType::Text),
        ])
    }

    fn rows(&self, sink: &mut dyn RowSink) -> Result<(), ExportError> {
        self.0.iter().try_for_each(|entry| {
            sink.row(&[
                Cell::Text(&entry.file),
                Cell::Integer(i64::try_from(entry.line).unwrap_or(i64::MAX)),
                Cell::Text(&entry.answer),
                Cell::Text(&entry.code),
                Cell::Text(&entry.action),
                Cell::Text(entry.why.id()),
            ])
        })
    }
}
