//! Contrasts between groups: codes and words that one group uses more, or less, than the others.

use serde::Serialize;

use super::count::{Count, Subject};
use super::quotes::Quote;

/// A code, or a group of alike answers, that one group mentions more or less than the others do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contrast {
    /// What differs.
    pub subject: Subject,
    /// The attribute compared across.
    pub attribute: String,
    /// The group.
    pub group: String,
    /// Voices of the group that mention it.
    pub inside: Count,
    /// Voices of the other groups that mention it.
    pub outside: Count,
    /// Difference between the shares, inside less outside.
    pub difference: f64,
    /// Natural logarithm of the odds ratio, half a voice added to each cell (Haldane 1956, Anscombe
    /// 1956): above 0 where the group mentions it more.
    pub log_odds: f64,
    /// Lower end of its 95 % interval.
    pub log_odds_low: f64,
    /// Upper end of it.
    pub log_odds_high: f64,
    /// Two-sided p of Fisher's exact test.
    pub p: f64,
    /// `p` corrected for all comparisons made (Benjamini and Hochberg 1995): false discovery rate at which it stands.
    pub q: f64,
    /// The answers of the group that mention it, in input order.
    pub rows: Vec<usize>,
    /// The group's best quotes.
    pub quotes: Vec<Quote>,
}

/// A word that one group uses more or less than the others do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WordContrast {
    /// The lemma, as people write it most.
    pub word: String,
    /// The attribute compared across.
    pub attribute: String,
    /// The group.
    pub group: String,
    /// Voices of the group that use it.
    pub inside: Count,
    /// Voices of the other groups that use it.
    pub outside: Count,
    /// Log-odds with an informative Dirichlet prior: what all groups together write (Monroe, Colaresi
    /// and Quinn 2008, "Fightin' Words", Political Analysis 16). Above 0 where the group uses it more.
    pub log_odds: f64,
    /// `log_odds` over its standard deviation.
    pub z: f64,
    /// Two-sided p of Fisher's exact test on voices.
    pub p: f64,
    /// `p` corrected for all words, groups and attributes compared (Benjamini and Hochberg 1995).
    pub q: f64,
}
