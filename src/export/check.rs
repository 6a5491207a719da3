//! `check.csv`: what a person's reading of a random set says of each code in this project.

use super::ExportError;
use super::source::level_id;
use super::table::{Cell, Column, ColumnType, RowSink, Table, columns};
use crate::codebook::Codebook;
use crate::review::estimates::{CheckResult, Estimate};
use crate::text::Language;

/// One row per code, in the order of the codebook. Counts are of answers read; shares are weighted to all answers with
/// content, of which there are `n`.
#[derive(Debug)]
pub struct CheckTable<'a> {
    /// What was found.
    pub result: &'a CheckResult,
    /// Names of codes.
    pub codebook: &'a Codebook,
}

impl Table for CheckTable<'_> {
    fn columns(&self) -> Vec<Column> {
        let mut list = columns(&[
            ("level", ColumnType::Text),
            ("code", ColumnType::Text),
            ("name_nb", ColumnType::Text),
            ("checked", ColumnType::Text),
        ]);
        let counts = ["read_set", "right", "read_unset", "missed", "unsure"];
        list.extend(counts.map(|name| Column::new(name, ColumnType::Integer)));
        let shares = ["precision", "precision_low", "precision_high", "recall", "recall_low", "recall_high"];
        list.extend(shares.map(|name| Column::new(name, ColumnType::Decimal)));
        list.push(Column::new("n", ColumnType::Integer));
        list.extend(
            ["machine_share", "corrected_share", "low", "high"].map(|name| Column::new(name, ColumnType::Decimal)),
        );
        list
    }

    fn rows(&self, sink: &mut dyn RowSink) -> Result<(), ExportError> {
        for entry in self.codebook.codes() {
            let code = crate::review::code_name::CodeName::new(entry.level, &entry.code);
            let Some(check) = self.result.codes.get(&code) else { continue };
            let name = self.codebook.name(entry.level, &entry.code, Language::Nb);
            let mut cells = vec![
                Cell::Text(level_id(entry.level)),
                Cell::Text(&entry.code),
                Cell::Text(&name),
                Cell::Text(check.mark.name_nb()),
            ];
            let counts = [check.read_set, check.right, check.read_unset, check.missed, check.unsure];
            cells.extend(counts.map(Cell::count));
            cells.extend(three(check.precision));
            cells.extend(three(check.recall));
            cells.extend([Cell::count(self.result.of), Cell::Decimal(check.machine_share)]);
            cells.extend(three(check.corrected));
            sink.row(&cells)?;
        }
        Ok(())
    }
}

fn three(estimate: Option<Estimate>) -> [Cell<'static>; 3] {
    [
        Cell::maybe_decimal(estimate.map(|share| share.value)),
        Cell::maybe_decimal(estimate.map(|share| share.low)),
        Cell::maybe_decimal(estimate.map(|share| share.high)),
    ]
}
