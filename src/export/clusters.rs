//! `clusters.csv`: groups of alike answers, found without the codebook.

use super::ExportError;
use super::source::{Source, count_cells, count_columns};
use super::table::{Cell, Column, ColumnType, RowSink, Table, columns};
use crate::patterns::{Count, Subject, Unit};
use crate::record::ClusterSummary;
use crate::tag::Outcome;

/// One row per group of alike answers, largest first: its label, its answers of all answers with content, and three
/// quotes: the most central answer, and two that differ from it.
#[derive(Debug)]
pub struct ClustersTable<'a> {
    source: Source<'a>,
    answers_with_content: usize,
}

impl<'a> ClustersTable<'a> {
    /// In what is passed on, groups that are too small are left out.
    pub fn new(source: Source<'a>) -> Self {
        let with_content = |outcome: Outcome| outcome != Outcome::NoContent;
        let answers_with_content =
            source.analysis.records.iter().filter(|record| with_content(record.tagging.outcome)).count();
        ClustersTable { source, answers_with_content }
    }

    fn count(&self, cluster: &ClusterSummary) -> Count {
        let known = self.source.patterns.of(&Subject::Cluster { id: cluster.id });
        known.map_or_else(|| Count::new(Unit::Answers, cluster.size, self.answers_with_content), |entry| entry.answers)
    }

    fn row(&self, cluster: &ClusterSummary, sink: &mut dyn RowSink) -> Result<(), ExportError> {
        let count = self.count(cluster);
        if self.source.is_shared() && (count.suppressed || self.source.is_small(cluster.size)) {
            return Ok(());
        }
        let mut cells = Vec::new();
        if !self.source.is_shared() {
            cells.push(Cell::Integer(i64::from(cluster.id)));
        }
        cells.push(Cell::Text(&cluster.label));
        cells.extend(count_cells(&count));
        let mut quotes = cluster.quotes.iter().copied().filter(|&row| self.source.may_quote(row));
        for _ in 0..3 {
            cells.push(Cell::maybe_text(quotes.next().and_then(|row| self.source.quoted_whole(row))));
        }
        sink.row(&cells)
    }
}

impl Table for ClustersTable<'_> {
    fn columns(&self) -> Vec<Column> {
        let mut list = Vec::new();
        if !self.source.is_shared() {
            list.push(Column::new("cluster_id", ColumnType::Integer));
        }
        list.push(Column::new("label", ColumnType::Text));
        list.extend(count_columns());
        list.extend(columns(&[
            ("quote_1", ColumnType::Prose),
            ("quote_2", ColumnType::Prose),
            ("quote_3", ColumnType::Prose),
        ]));
        list
    }

    fn rows(&self, sink: &mut dyn RowSink) -> Result<(), ExportError> {
        self.source.analysis.clusters.iter().try_for_each(|cluster| self.row(cluster, sink))
    }
}
