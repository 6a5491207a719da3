//! `group_work_topics.csv`, `group_work_matrix.csv`, `group_work_orientation.csv`: what groups voted for, where they
//! placed topics, and where people look. Sums over all groups; none of them has a row per group or person.

use super::ExportError;
use super::consensus::{side_id, word_id, word_nb};
use super::source::{Source, count_cells, count_columns};
use super::table::{Cell, Column, ColumnType, RowSink, Table, columns};
use crate::codebook::Level;
use crate::group_work::{Agreement, Matrix, OrientationSummary, TopicVotes};
use crate::patterns::Count;
use crate::text::Language;

/// One row per topic with a vote. `k` of `n` are the groups that kept the card, of those that kept any; `claim_k` of
/// `claim_n` those on the leading claim, of those that chose one or split evenly.
#[derive(Debug)]
pub struct TopicsTable<'a> {
    /// Names.
    pub source: Source<'a>,
    /// Votes.
    pub work: &'a crate::group_work::GroupWork,
}

impl Table for TopicsTable<'_> {
    fn columns(&self) -> Vec<Column> {
        let mut list = columns(&[
            ("topic", ColumnType::Text),
            ("name_nb", ColumnType::Text),
            ("initial_votes", ColumnType::Integer),
            ("initial_groups", ColumnType::Integer),
        ]);
        list.extend(count_columns());
        list.extend(columns(&[
            ("mean_rank", ColumnType::Decimal),
            ("at_first_only", ColumnType::Flag),
            ("throughout", ColumnType::Flag),
            ("lead", ColumnType::Text),
            ("claim_k", ColumnType::Integer),
            ("claim_n", ColumnType::Integer),
            ("word", ColumnType::Text),
            ("word_nb", ColumnType::Text),
            ("groups_a", ColumnType::Integer),
            ("groups_b", ColumnType::Integer),
            ("groups_both", ColumnType::Integer),
            ("groups_even", ColumnType::Integer),
            ("groups_silent", ColumnType::Integer),
            ("votes_a", ColumnType::Integer),
            ("votes_b", ColumnType::Integer),
            ("votes_both", ColumnType::Integer),
            ("text_lead", ColumnType::Text),
            ("text_word", ColumnType::Text),
            ("votes_and_text", ColumnType::Text),
        ]));
        list
    }

    fn rows(&self, sink: &mut dyn RowSink) -> Result<(), ExportError> {
        self.work.topics.iter().try_for_each(|topic| self.row(topic, sink))
    }
}

impl TopicsTable<'_> {
    fn row(&self, topic: &TopicVotes, sink: &mut dyn RowSink) -> Result<(), ExportError> {
        let name = self.source.codebook.name(Level::Topic, &topic.topic, Language::Nb);
        let visible = |number: usize| if self.source.is_small(number) { Cell::Empty } else { Cell::count(number) };
        let throughout = self
            .work
            .matrix
            .as_ref()
            .map(|matrix| Cell::Flag(matrix.throughout.iter().any(|(code, _)| *code == topic.topic)));
        let claims = &topic.claims;
        let hides_votes = claims.votes.iter().any(|&votes| self.source.is_small(votes));
        let text = topic.text.as_ref();
        let side = text.and_then(|text| text.side);
        let mut cells = vec![
            Cell::Text(&topic.topic),
            Cell::Text(&name),
            visible(topic.initial),
            Cell::count(topic.initial_groups),
        ];
        cells.extend(count_cells(&topic.kept));
        cells.extend([
            Cell::maybe_decimal(topic.mean_rank),
            Cell::Flag(topic.at_first_only),
            throughout.unwrap_or(Cell::Empty),
            Cell::maybe_text(claims.lead.map(side_id)),
            Cell::count(claims.leading.k),
            Cell::count(claims.leading.n),
            Cell::Text(word_id(claims.word)),
            Cell::Text(word_nb(claims.word)),
            Cell::count(claims.a),
            Cell::count(claims.b),
            Cell::count(claims.both),
            Cell::count(claims.even),
            Cell::count(claims.silent),
        ]);
        cells.extend(claims.votes.map(|votes| if hides_votes { Cell::Empty } else { Cell::count(votes) }));
        cells.extend([
            // Too few to give a word are too few to give a side.
            Cell::maybe_text(
                side.filter(|side| side.word != crate::patterns::ConsensusWord::TooFew)
                    .and_then(|side| side.lead)
                    .map(side_id),
            ),
            Cell::maybe_text(side.map(|side| word_id(side.word))),
            Cell::maybe_text(text.map(|text| agreement_id(text.agreement))),
        ]);
        sink.row(&cells)
    }
}

/// The agreement's id.
pub fn agreement_id(agreement: Agreement) -> &'static str {
    match agreement {
        Agreement::Same => "same",
        Agreement::Opposite => "opposite",
        Agreement::BothSplit => "both_split",
        Agreement::OneSplit => "one_split",
        Agreement::TooFew => "too_few",
    }
}

/// One row per scope, phase and topic placed there; `groups` placed it so. Phase `throughout` is all of them.
#[derive(Debug)]
pub struct MatrixTable<'a> {
    /// Names.
    pub source: Source<'a>,
    /// Placements.
    pub matrix: &'a Matrix,
}

impl Table for MatrixTable<'_> {
    fn columns(&self) -> Vec<Column> {
        columns(&[
            ("scope", ColumnType::Text),
            ("phase", ColumnType::Text),
            ("topic", ColumnType::Text),
            ("name_nb", ColumnType::Text),
            ("groups", ColumnType::Integer),
        ])
    }

    fn rows(&self, sink: &mut dyn RowSink) -> Result<(), ExportError> {
        for (scope, row) in self.matrix.scopes.iter().zip(&self.matrix.cells) {
            for (column, cell) in row.iter().enumerate() {
                let phase = self.matrix.phases.get(column).map_or("throughout", String::as_str);
                for (topic, groups) in &cell.topics {
                    let name = self.source.codebook.name(Level::Topic, topic, Language::Nb);
                    sink.row(&[
                        Cell::Text(scope),
                        Cell::Text(phase),
                        Cell::Text(topic),
                        Cell::Text(&name),
                        Cell::count(*groups),
                    ])?;
                }
            }
        }
        Ok(())
    }
}

/// One row per value: the people who chose it, of all who were asked.
#[derive(Debug)]
pub struct OrientationTable<'a> {
    /// What may be shown.
    pub source: Source<'a>,
    /// Values.
    pub orientation: &'a OrientationSummary,
}

impl Table for OrientationTable<'_> {
    fn columns(&self) -> Vec<Column> {
        let mut list = columns(&[("value", ColumnType::Text)]);
        list.extend(count_columns());
        list
    }

    fn rows(&self, sink: &mut dyn RowSink) -> Result<(), ExportError> {
        let counts = self.orientation.shown(self.source.is_shared().then_some(self.source.least));
        for (value, count) in self.orientation.values.iter().zip(counts) {
            let mut cells = vec![Cell::Text(&value.value)];
            cells.extend(count_cells(&count));
            sink.row(&cells)?;
        }
        Ok(())
    }
}

impl OrientationSummary {
    /// The counts as they may be shown: those under `least`, and those that give them away, marked.
    pub fn shown(&self, least: Option<usize>) -> Vec<Count> {
        let mut counts: Vec<Count> = self.values.iter().map(|value| value.count).collect();
        if let Some(least) = least {
            crate::patterns::suppression::mark_row(&mut counts, least);
        }
        counts
    }
}
