//! `consensus.csv`: which claim voices and groups support, topic by topic, and the word for how far they agree.

use super::ExportError;
use super::source::{Source, count_cells, count_columns};
use super::table::{Cell, Column, ColumnType, RowSink, Table, columns};
use crate::patterns::{Consensus, ConsensusWord, Count, Side};
use crate::text::Language;

/// Per topic: a row for voices, and one for the groups of each attribute.
///
/// `k` of `n` are those on the leading side of those who took a side; `a`, `b`, `both`, `neither` and `unclear` say
/// where all stand. On the rows of attributes `a` and `b` are groups and `unclear` those that split evenly.
#[derive(Debug)]
pub struct ConsensusTable<'a>(pub Source<'a>);

/// Where all stand: A, B, both, neither, unclear or even.
type Stances = [Option<usize>; 5];

struct Row<'a> {
    attribute: Option<&'a str>,
    count: &'a Count,
    lead: Option<Side>,
    word: ConsensusWord,
    stances: Stances,
    p_even: Option<f64>,
}

impl Table for ConsensusTable<'_> {
    fn columns(&self) -> Vec<Column> {
        let mut list =
            columns(&[("topic", ColumnType::Text), ("name_nb", ColumnType::Text), ("attribute", ColumnType::Text)]);
        list.extend(count_columns());
        list.extend(columns(&[
            ("lead", ColumnType::Text),
            ("word", ColumnType::Text),
            ("word_nb", ColumnType::Text),
            ("a", ColumnType::Integer),
            ("b", ColumnType::Integer),
            ("both", ColumnType::Integer),
            ("neither", ColumnType::Integer),
            ("unclear", ColumnType::Integer),
            ("presupposed", ColumnType::Integer),
            ("reported", ColumnType::Integer),
            ("p_even", ColumnType::Decimal),
            ("claim_a", ColumnType::Prose),
            ("claim_b", ColumnType::Prose),
        ]));
        list
    }

    fn rows(&self, sink: &mut dyn RowSink) -> Result<(), ExportError> {
        for entry in &self.0.patterns.consensus {
            let voices = &entry.voices;
            let all = [voices.a, voices.b, voices.both, voices.neither, voices.unclear].map(Some);
            let row = Row {
                attribute: None,
                count: &entry.took_side,
                lead: entry.lead,
                word: entry.word,
                stances: all,
                p_even: Some(entry.p_even),
            };
            self.row(entry, &row, sink)?;
            for groups in &entry.groups {
                let row = Row {
                    attribute: Some(&groups.attribute),
                    count: &groups.groups,
                    lead: groups.lead,
                    word: groups.word,
                    stances: [Some(groups.a), Some(groups.b), None, None, Some(groups.even)],
                    p_even: None,
                };
                self.row(entry, &row, sink)?;
            }
        }
        Ok(())
    }
}

impl ConsensusTable<'_> {
    fn row(&self, entry: &Consensus, row: &Row<'_>, sink: &mut dyn RowSink) -> Result<(), ExportError> {
        let name = self.0.codebook.name(crate::codebook::Level::Topic, &entry.topic, Language::Nb);
        let [claim_a, claim_b] = [Side::A, Side::B].map(|side| claim(&self.0, &entry.topic, side));
        let mut cells = vec![Cell::Text(&entry.topic), Cell::Text(&name), Cell::maybe_text(row.attribute)];
        cells.extend(count_cells(row.count));
        if row.count.suppressed {
            cells.extend([Cell::Empty; 11]);
        } else {
            cells.extend([
                Cell::maybe_text(row.lead.map(side_id)),
                Cell::Text(word_id(row.word)),
                Cell::Text(word_nb(row.word)),
            ]);
            cells.extend(row.stances.map(Cell::maybe_count));
            let whole = row.attribute.is_none();
            cells.extend([
                Cell::maybe_count(whole.then_some(entry.presupposed)),
                Cell::maybe_count(whole.then_some(entry.reported)),
                Cell::maybe_decimal(row.p_even),
            ]);
        }
        cells.extend([Cell::Text(claim_a), Cell::Text(claim_b)]);
        sink.row(&cells)
    }
}

/// The words of a topic's claim in bokmål; empty where the codebook has none.
fn claim<'a>(source: &Source<'a>, topic: &str, side: Side) -> &'a str {
    let claims = source.codebook.topic(topic).map(|topic| topic.claims.as_slice()).unwrap_or_default();
    claims.iter().find(|claim| claim.id == side_id(side)).map_or("", |claim| claim.text.get(Language::Nb))
}

/// `A` or `B`.
pub fn side_id(side: Side) -> &'static str {
    match side {
        Side::A => "A",
        Side::B => "B",
    }
}

fn word_id(word: ConsensusWord) -> &'static str {
    match word {
        ConsensusWord::Unanimous => "unanimous",
        ConsensusWord::LargeMajority => "large_majority",
        ConsensusWord::Majority => "majority",
        ConsensusWord::Split => "split",
        ConsensusWord::TooFew => "too_few",
    }
}

fn word_nb(word: ConsensusWord) -> &'static str {
    match word {
        ConsensusWord::Unanimous => "entydig",
        ConsensusWord::LargeMajority => "stor overvekt",
        ConsensusWord::Majority => "overvekt",
        ConsensusWord::Split => "delt",
        ConsensusWord::TooFew => "for få",
    }
}
