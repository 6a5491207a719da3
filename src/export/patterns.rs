//! `patterns.csv`: how often, among whom and how widely each theme, topic and pattern occurs.

use super::ExportError;
use super::source::{Source, count_cells, count_columns};
use super::table::{Cell, Column, ColumnType, RowSink, Table, columns};
use crate::patterns::{Breadth, Count, Prevalence, Subject};
use crate::text::Language;

/// Per code: a row for answers, for respondents, for the answers of each kind, and for the groups of each attribute.
///
/// `low_clustered` and `high_clustered` are the interval that holds where answers of one table or respondent depend
/// on each other. `effective_groups`, `evenness` and `loudest_group` are on the rows of attributes.
#[derive(Debug)]
pub struct PatternsTable<'a>(pub Source<'a>);

impl Table for PatternsTable<'_> {
    fn columns(&self) -> Vec<Column> {
        let mut list = columns(&[
            ("level", ColumnType::Text),
            ("code", ColumnType::Text),
            ("name_nb", ColumnType::Text),
            ("kind", ColumnType::Text),
            ("attribute", ColumnType::Text),
        ]);
        list.extend(count_columns());
        list.extend(columns(&[
            ("low_clustered", ColumnType::Decimal),
            ("high_clustered", ColumnType::Decimal),
            ("effective_groups", ColumnType::Decimal),
            ("evenness", ColumnType::Decimal),
            ("loudest_group", ColumnType::Text),
            ("dominates", ColumnType::Flag),
        ]));
        list
    }

    fn rows(&self, sink: &mut dyn RowSink) -> Result<(), ExportError> {
        for entry in &self.0.patterns.prevalence {
            if matches!(entry.subject, Subject::Code { .. }) {
                self.subject(entry, sink)?;
            }
        }
        Ok(())
    }
}

impl PatternsTable<'_> {
    fn subject(&self, entry: &Prevalence, sink: &mut dyn RowSink) -> Result<(), ExportError> {
        let name = self.0.name(&entry.subject, Language::Nb);
        let mut row = |kind: Cell<'_>, attribute: Cell<'_>, count: &Count, end: [Cell<'_>; 6]| {
            let mut cells = name.cells().to_vec();
            cells.extend([kind, attribute]);
            cells.extend(count_cells(count));
            cells.extend(end);
            sink.row(&cells)
        };
        let clustered = |value: fn(&Count) -> f64| {
            let count = entry.answers_clustered.filter(|_| !entry.answers.suppressed);
            Cell::maybe_decimal(count.map(|count| value(&count)))
        };
        let mut interval = [Cell::Empty; 6];
        interval[0] = clustered(|count| count.low);
        interval[1] = clustered(|count| count.high);
        row(Cell::Empty, Cell::Empty, &entry.answers, interval)?;
        if let Some(respondents) = &entry.respondents {
            row(Cell::Empty, Cell::Empty, respondents, [Cell::Empty; 6])?;
        }
        for kind in &entry.by_kind {
            row(Cell::Text(&kind.kind), Cell::Empty, &kind.answers, [Cell::Empty; 6])?;
        }
        for breadth in &entry.breadth {
            row(Cell::Empty, Cell::Text(&breadth.attribute), &breadth.groups, spread(breadth))?;
        }
        Ok(())
    }
}

/// How evenly it is spread; nothing of it where the number of groups, or the loudest group's part, is hidden.
fn spread(breadth: &Breadth) -> [Cell<'_>; 6] {
    let loudest = breadth.loudest.as_ref().filter(|loudest| !loudest.answers.suppressed);
    if breadth.groups.suppressed || breadth.by_group.iter().any(|group| group.answers.suppressed) {
        return [Cell::Empty; 6];
    }
    [
        Cell::Empty,
        Cell::Empty,
        Cell::Decimal(breadth.effective_groups),
        Cell::Decimal(breadth.evenness),
        Cell::maybe_text(loudest.map(|loudest| loudest.group.as_str())),
        loudest.map_or(Cell::Empty, |loudest| Cell::Flag(loudest.dominates)),
    ]
}
