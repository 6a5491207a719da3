//! Recurring phrases that no code covers: where the codebook may lack something.

use serde::Serialize;

use super::count::{Count, Reach};
use super::quotes::Quote;

/// A phrase of one to four words that recurs outside what earned any code.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UncoveredPhrase {
    /// As people write it most.
    pub phrase: String,
    /// Its lemmas.
    pub lemmas: Vec<String>,
    /// Answers with it, of the answers with content.
    pub answers: Count,
    /// Those of them that got no code at all (none of the above, or undecided).
    pub uncoded_answers: usize,
    /// Voices with it, of all voices.
    pub voices: Count,
    /// How much more often answers without a code use it than answers with one: natural logarithm of
    /// the odds ratio, half an answer added to each cell.
    pub log_odds_uncoded: f64,
    /// In how many groups, per attribute.
    pub reach: Vec<Reach>,
    /// The answers, in input order.
    pub rows: Vec<usize>,
    /// Examples that differ.
    pub quotes: Vec<Quote>,
}
