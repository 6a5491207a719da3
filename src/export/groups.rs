//! `groups.csv`: how often each group mentions each thing, and where it differs from the others.

use super::ExportError;
use super::source::{Source, count_cells, count_columns};
use super::table::{Cell, Column, ColumnType, RowSink, Table, columns};
use crate::patterns::{Contrast, Count, GroupCount, Prevalence};
use crate::text::Language;

/// Per subject, attribute and group: a row for answers and one for respondents.
///
/// A contrast that stands after correction for all comparisons has a row of its own, in voices, with the others'
/// `k_others` of `n_others` and the measures.
#[derive(Debug)]
pub struct GroupsTable<'a>(pub Source<'a>);

impl Table for GroupsTable<'_> {
    fn columns(&self) -> Vec<Column> {
        let mut list = columns(&[
            ("level", ColumnType::Text),
            ("code", ColumnType::Text),
            ("name_nb", ColumnType::Text),
            ("attribute", ColumnType::Text),
            ("group", ColumnType::Text),
        ]);
        list.extend(count_columns());
        list.extend(columns(&[
            ("k_others", ColumnType::Integer),
            ("n_others", ColumnType::Integer),
            ("difference", ColumnType::Decimal),
            ("log_odds", ColumnType::Decimal),
            ("log_odds_low", ColumnType::Decimal),
            ("log_odds_high", ColumnType::Decimal),
            ("p", ColumnType::Decimal),
            ("q", ColumnType::Decimal),
        ]));
        list
    }

    fn rows(&self, sink: &mut dyn RowSink) -> Result<(), ExportError> {
        for entry in &self.0.patterns.prevalence {
            if self.0.may_tell(&entry.subject, &entry.answers) {
                self.subject(entry, sink)?;
            }
        }
        for contrast in &self.0.patterns.contrasts {
            if !(self.0.is_shared() && (contrast.inside.suppressed || contrast.outside.suppressed)) {
                self.contrast(contrast, sink)?;
            }
        }
        Ok(())
    }
}

impl GroupsTable<'_> {
    fn subject(&self, entry: &Prevalence, sink: &mut dyn RowSink) -> Result<(), ExportError> {
        let name = self.0.name(&entry.subject, Language::Nb);
        for breadth in &entry.breadth {
            for group in &breadth.by_group {
                for count in counts(group) {
                    let mut cells = name.cells().to_vec();
                    cells.extend([Cell::Text(&breadth.attribute), Cell::Text(&group.group)]);
                    cells.extend(count_cells(count));
                    cells.extend([Cell::Empty; 8]);
                    sink.row(&cells)?;
                }
            }
        }
        Ok(())
    }

    fn contrast(&self, contrast: &Contrast, sink: &mut dyn RowSink) -> Result<(), ExportError> {
        let name = self.0.name(&contrast.subject, Language::Nb);
        let mut cells = name.cells().to_vec();
        cells.extend([Cell::Text(&contrast.attribute), Cell::Text(&contrast.group)]);
        cells.extend(count_cells(&contrast.inside));
        cells.extend([
            Cell::count(contrast.outside.k),
            Cell::count(contrast.outside.n),
            Cell::Decimal(contrast.difference),
            Cell::Decimal(contrast.log_odds),
            Cell::Decimal(contrast.log_odds_low),
            Cell::Decimal(contrast.log_odds_high),
            Cell::Decimal(contrast.p),
            Cell::Decimal(contrast.q),
        ]);
        sink.row(&cells)
    }
}

fn counts(group: &GroupCount) -> impl Iterator<Item = &Count> {
    std::iter::once(&group.answers).chain(&group.respondents)
}
