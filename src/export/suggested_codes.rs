//! `suggested_codes.csv`: codes that the codebook might lack.

use super::ExportError;
use super::source::{Source, count_cells, count_columns};
use super::table::{Cell, Column, ColumnType, RowSink, Table, columns};
use crate::patterns::SuggestedCode;

/// Per suggestion: its place, label and words; `k` of `n` answers; how far they are from every code and how alike
/// among themselves (0 to 1); and up to three quotes. What is passed on has no suggestion of too few voices, since its
/// very label is made of the few's words.
#[derive(Debug)]
pub struct SuggestedCodesTable<'a>(pub Source<'a>);

const QUOTES: usize = 3;

impl Table for SuggestedCodesTable<'_> {
    fn columns(&self) -> Vec<Column> {
        let mut list =
            columns(&[("place", ColumnType::Integer), ("label", ColumnType::Text), ("words", ColumnType::Text)]);
        list.extend(count_columns());
        list.extend(columns(&[
            ("uncoded", ColumnType::Integer),
            ("voices", ColumnType::Integer),
            ("distance", ColumnType::Decimal),
            ("cohesion", ColumnType::Decimal),
        ]));
        if !self.0.is_shared() {
            list.push(Column::new("answer_ids", ColumnType::Text));
        }
        list.extend(["quote_1", "quote_2", "quote_3"].map(|name| Column::new(name, ColumnType::Prose)));
        list
    }

    fn rows(&self, sink: &mut dyn RowSink) -> Result<(), ExportError> {
        let told = self.0.patterns.suggested.iter().filter(|code| self.0.may_suggest(code));
        told.enumerate().try_for_each(|(position, code)| self.row(position + 1, code, sink))
    }
}

impl SuggestedCodesTable<'_> {
    fn row(&self, place: usize, code: &SuggestedCode, sink: &mut dyn RowSink) -> Result<(), ExportError> {
        let source = &self.0;
        let words = code.words.join(", ");
        let records = &source.analysis.records;
        let ids: Vec<&str> =
            code.rows.iter().filter_map(|&row| records.get(row).map(|record| record.answer.id.0.as_str())).collect();
        let ids = ids.join(" ");
        let mut cells = vec![Cell::count(place), Cell::Text(&code.label), Cell::Text(&words)];
        cells.extend(count_cells(&code.answers));
        cells.extend([
            if source.is_small(code.uncoded) { Cell::Empty } else { Cell::count(code.uncoded) },
            if source.is_small(code.voices.k) { Cell::Empty } else { Cell::count(code.voices.k) },
            Cell::Decimal(code.distance),
            Cell::Decimal(code.cohesion),
        ]);
        if !source.is_shared() {
            cells.push(Cell::Text(&ids));
        }
        let quotes = code.quotes.iter().filter(|quote| source.may_quote(quote.row));
        let quotes: Vec<&str> =
            quotes.filter_map(|quote| records.get(quote.row)).map(|record| record.shown.as_str()).collect();
        cells.extend((0..QUOTES).map(|position| Cell::maybe_text(quotes.get(position).copied())));
        sink.row(&cells)
    }
}

impl Source<'_> {
    /// Whether a suggestion may be told of: in what is passed on, only where enough voices are behind it.
    pub fn may_suggest(&self, code: &SuggestedCode) -> bool {
        !(code.answers.suppressed || self.is_small(code.voices.k) || self.is_small(code.answers.k))
    }
}
