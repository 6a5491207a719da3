//! `rejects.csv`: units that could not be read, with place and reason; no cell contents.

use super::ExportError;
use super::table::{Cell, Column, ColumnType, RowSink, Table, columns};
use crate::run_description::RejectedUnit;

/// One row per rejected unit.
#[derive(Debug)]
pub struct RejectsTable<'a>(pub &'a [RejectedUnit]);

impl Table for RejectsTable<'_> {
    fn columns(&self) -> Vec<Column> {
        columns(&[("file", ColumnType::Text), ("line", ColumnType::Integer), ("reason", ColumnType::Prose)])
    }

    fn rows(&self, sink: &mut dyn RowSink) -> Result<(), ExportError> {
        for reject in self.0 {
            let line = Cell::Integer(i64::try_from(reject.row).unwrap_or(i64::MAX));
            sink.row(&[Cell::Text(&reject.file), line, Cell::Text(&reject.reason)])?;
        }
        Ok(())
    }
}
