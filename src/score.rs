//! Scores: calibrated probabilities.

use serde::{Deserialize, Serialize};

/// A probability in `[0, 1]`, shown with four decimals.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Score(f64);

impl Score {
    /// Clamps to `[0, 1]` and rounds to four decimals; not-a-number becomes 0.
    pub fn new(value: f64) -> Self {
        if value.is_nan() {
            return Score(0.0);
        }
        Score((value.clamp(0.0, 1.0) * 10_000.0).round() / 10_000.0)
    }

    /// The number itself.
    pub fn value(self) -> f64 {
        self.0
    }
}

impl Eq for Score {}

impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Score {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_a_probability_with_four_decimals() {
        assert_eq!(Score::new(f64::NAN).value(), 0.0);
        assert_eq!(Score::new(1.7).value(), 1.0);
        assert_eq!(Score::new(0.123_456).value(), 0.1235);
    }
}
