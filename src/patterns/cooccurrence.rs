//! Co-occurrence: topics and patterns in the same answer, against what chance would give.

use serde::Serialize;

use super::count::{Count, Subject};

/// Two topics or patterns in the same answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cooccurrence {
    /// The one earlier in the codebook.
    pub first: Subject,
    /// The other.
    pub second: Subject,
    /// Answers with the first.
    pub first_answers: usize,
    /// Answers with the second.
    pub second_answers: usize,
    /// Answers with both, of the answers that count.
    pub together: Count,
    /// Answers with both that chance would give.
    pub expected: f64,
    /// Observed over expected.
    pub lift: f64,
    /// Lower end of its 95 % interval (delta method on the logarithm).
    pub lift_low: f64,
    /// Upper end of it.
    pub lift_high: f64,
    /// Two-sided p of Fisher's exact test.
    pub p: f64,
    /// `p` corrected for all pairs (Benjamini and Hochberg 1995).
    pub q: f64,
    /// Whether `q` is within the stated false discovery rate.
    pub stands: bool,
    /// Answers with both, in input order.
    pub rows: Vec<usize>,
}
