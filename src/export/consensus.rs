//! `consensus.csv`: which claim voices and groups support, topic by topic, and the word for how far they agree.

use super::ExportError;
use super::source::{Source, count_cells, count_columns, unit_id};
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
        let hidden = row.count.suppressed || (row.attribute.is_none() && self.0.hides_sides(entry));
        cells.extend(if hidden { hidden_cells(row) } else { self.stance_cells(entry, row) });
        cells.extend([Cell::Text(claim_a), Cell::Text(claim_b)]);
        sink.row(&cells)
    }

    fn stance_cells(&self, entry: &Consensus, row: &Row<'_>) -> Vec<Cell<'static>> {
        let whole = row.attribute.is_none();
        let visible = |number: usize| (whole && !self.0.is_small(number)).then_some(number);
        let stances = row.stances.map(|stance| stance.filter(|&number| !whole || !self.0.is_small(number)));
        let mut cells = count_cells(row.count).to_vec();
        cells.push(Cell::maybe_text(row.lead.map(side_id)));
        cells.extend([Cell::Text(word_id(row.word)), Cell::Text(word_nb(row.word))]);
        cells.extend(stances.map(Cell::maybe_count));
        cells.extend([
            Cell::maybe_count(visible(entry.presupposed)),
            Cell::maybe_count(visible(entry.reported)),
            Cell::maybe_decimal(row.p_even),
        ]);
        cells
    }
}

/// The word, and no number: where the leading side may be guessed, even the base gives the other side away.
fn hidden_cells(row: &Row<'_>) -> Vec<Cell<'static>> {
    let mut cells = vec![Cell::Text(unit_id(row.count.unit))];
    cells.extend([Cell::Empty; 5]);
    cells.extend([Cell::Flag(true), Cell::Empty, Cell::Text(word_id(row.word)), Cell::Text(word_nb(row.word))]);
    cells.extend([Cell::Empty; 8]);
    cells
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

/// The word's id.
pub fn word_id(word: ConsensusWord) -> &'static str {
    match word {
        ConsensusWord::Unanimous => "unanimous",
        ConsensusWord::LargeMajority => "large_majority",
        ConsensusWord::Majority => "majority",
        ConsensusWord::Split => "split",
        ConsensusWord::TooFew => "too_few",
    }
}

/// The word in bokmål.
pub fn word_nb(word: ConsensusWord) -> &'static str {
    match word {
        ConsensusWord::Unanimous => "entydig",
        ConsensusWord::LargeMajority => "stor overvekt",
        ConsensusWord::Majority => "overvekt",
        ConsensusWord::Split => "delt",
        ConsensusWord::TooFew => "for få",
    }
}
