//! What the tables of patterns are made from, and how they name and count things.

use super::table::{Cell, Column, ColumnType};
use crate::codebook::{Codebook, Level};
use crate::patterns::{Consensus, Count, Patterns, Quote, Subject, Unit};
use crate::record::{Analysis, ClusterSummary};
use crate::text::Language;

/// For whom an output is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Edition {
    /// For the analysts: every answer, every id.
    Internal,
    /// Fit to pass on: no ids, no row-level data, small counts hidden, only quotes that may be passed on.
    Shared,
}

/// What a table of patterns is made from.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The records that positions in `patterns` lead to.
    pub analysis: &'a Analysis,
    /// Names of codes.
    pub codebook: &'a Codebook,
    /// What was found, by the edition's own settings.
    pub patterns: &'a Patterns,
    /// For whom.
    pub edition: Edition,
    /// The smallest number of answers or voices that may be passed on.
    pub least: usize,
}

/// How a subject is written in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectName {
    /// `theme`, `topic`, `pattern`, `cluster`.
    pub level: &'static str,
    /// The code, or the group's permanent id; empty for a group of alike answers that is passed on.
    pub code: String,
    /// What people call it.
    pub name: String,
}

impl SubjectName {
    /// Level, code and name.
    pub fn cells(&self) -> [Cell<'_>; 3] {
        [Cell::Text(self.level), Cell::Text(&self.code), Cell::Text(&self.name)]
    }
}

impl<'a> Source<'a> {
    /// A subject's level, code and name in `language`.
    pub fn name(&self, subject: &Subject, language: Language) -> SubjectName {
        match subject {
            Subject::Code { level, code } => SubjectName {
                level: level_id(*level),
                code: code.clone(),
                name: self.codebook.name(*level, code, language),
            },
            Subject::Cluster { id } => SubjectName {
                level: "cluster",
                code: if self.is_shared() { String::new() } else { id.to_string() },
                name: self.cluster(*id).map_or_else(String::new, |cluster| cluster.label.clone()),
            },
        }
    }

    /// The group of alike answers with a permanent id.
    pub fn cluster(&self, id: u32) -> Option<&'a ClusterSummary> {
        self.analysis.clusters.iter().find(|cluster| cluster.id == id)
    }

    /// Whether this is to be passed on.
    pub fn is_shared(&self) -> bool {
        self.edition == Edition::Shared
    }

    /// Whether a subject may be told of: in what is passed on, a group of alike answers that is too small is not,
    /// since its very label is made of the few's words.
    pub fn may_tell(&self, subject: &Subject, count: &Count) -> bool {
        !(self.is_shared() && count.suppressed && matches!(subject, Subject::Cluster { .. }))
    }

    /// Whether a number is too small to be passed on, and this is.
    pub fn is_small(&self, number: usize) -> bool {
        self.is_shared() && number > 0 && number < self.least
    }

    /// Whether the numbers of a topic's two sides are hidden: where one is, the other would give it away.
    pub fn hides_sides(&self, entry: &Consensus) -> bool {
        let voices = entry.voices;
        let sides = [voices.a, voices.b, voices.both, voices.neither];
        entry.took_side.suppressed || sides.into_iter().any(|number| self.is_small(number))
    }

    /// Whether the words of the answer at `row` may be shown.
    pub fn may_quote(&self, row: usize) -> bool {
        let allowed = |record: &crate::record::Record| !self.is_shared() || record.quote_ok;
        self.analysis.records.get(row).is_some_and(allowed) && !self.analysis.review.rejects_quote(row)
    }

    /// The words in which an answer is quoted: a person's own shortening, else the excerpt.
    pub fn quoted(&self, quote: &Quote) -> Option<&'a str> {
        let record = self.analysis.records.get(quote.row)?;
        let shortened = self.analysis.review.shortened(quote.row);
        Some(shortened.unwrap_or_else(|| quote.excerpt.slice(&record.shown)))
    }

    /// The same for an answer that would be quoted whole.
    pub fn quoted_whole(&self, row: usize) -> Option<&'a str> {
        let record = self.analysis.records.get(row)?;
        Some(self.analysis.review.shortened(row).unwrap_or(&record.shown))
    }
}

/// `theme`, `topic`, `pattern`.
pub fn level_id(level: Level) -> &'static str {
    match level {
        Level::Theme => "theme",
        Level::Topic => "topic",
        Level::Pattern => "pattern",
    }
}

/// `answers`, `respondents`, `voices`, `groups`.
pub fn unit_id(unit: Unit) -> &'static str {
    match unit {
        Unit::Answers => "answers",
        Unit::Respondents => "respondents",
        Unit::Voices => "voices",
        Unit::Groups => "groups",
    }
}

/// The columns of every table that counts.
pub fn count_columns() -> [Column; 7] {
    [
        Column::new("unit", ColumnType::Text),
        Column::new("k", ColumnType::Integer),
        Column::new("n", ColumnType::Integer),
        Column::new("share", ColumnType::Decimal),
        Column::new("low", ColumnType::Decimal),
        Column::new("high", ColumnType::Decimal),
        Column::new("suppressed", ColumnType::Flag),
    ]
}

/// A count in those columns. What is suppressed shows neither number nor share; a share of nothing is empty.
pub fn count_cells(count: &Count) -> [Cell<'static>; 7] {
    let unit = Cell::Text(unit_id(count.unit));
    if count.suppressed {
        return [unit, Cell::Empty, Cell::count(count.n), Cell::Empty, Cell::Empty, Cell::Empty, Cell::Flag(true)];
    }
    let share = |value: f64| if count.n == 0 { Cell::Empty } else { Cell::Decimal(value) };
    [
        unit,
        Cell::count(count.k),
        Cell::count(count.n),
        share(count.share),
        share(count.low),
        share(count.high),
        Cell::Flag(false),
    ]
}
