//! Counts with their base and interval: the form in which every number leaves this module.

use serde::Serialize;

use super::interval::{clopper_pearson, wilson};
use crate::codebook::Level;

/// What was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Answers; one person may have given several.
    Answers,
    /// Respondents: one voice each, however many answers they gave.
    Respondents,
    /// Respondents where known, else the answer itself; only where some answers lack a respondent.
    Voices,
    /// Groups of one attribute: tables, sectors, counties.
    Groups,
}

/// `k` of `n` units, with the share and its 95 % interval.
///
/// Always `k <= n` and `low <= share <= high`; all three are 0 where `n` is 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Count {
    /// What was counted.
    pub unit: Unit,
    /// How many have it.
    pub k: usize,
    /// Of how many.
    pub n: usize,
    /// `k / n`.
    pub share: f64,
    /// Lower end of the 95 % interval of the share.
    pub low: f64,
    /// Upper end of it.
    pub high: f64,
    /// Too small to pass on: a shared table shows neither `k` nor the share. See [`super::small_cells`].
    pub suppressed: bool,
}

impl Count {
    /// With the interval of Wilson (1927), which keeps its coverage in small samples.
    pub fn new(unit: Unit, k: usize, n: usize) -> Self {
        let k = k.min(n);
        let (low, high) = wilson(k as f64, n as f64);
        Self::with_interval(unit, k, n, low, high)
    }

    /// With the interval of Clopper and Pearson (1934), whose coverage never falls under 95 %.
    pub fn exact(unit: Unit, k: usize, n: usize) -> Self {
        let k = k.min(n);
        let (low, high) = clopper_pearson(k as f64, n as f64);
        Self::with_interval(unit, k, n, low, high)
    }

    /// With an interval found elsewhere; ends that leave the share outside are moved to it.
    pub fn with_interval(unit: Unit, k: usize, n: usize, low: f64, high: f64) -> Self {
        let k = k.min(n);
        let share = if n == 0 { 0.0 } else { k as f64 / n as f64 };
        Count { unit, k, n, share, low: low.clamp(0.0, share), high: high.clamp(share, 1.0), suppressed: false }
    }
}

/// What a number is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Subject {
    /// A theme, topic or pattern of the codebook.
    Code {
        /// Where it stands.
        level: Level,
        /// Its full code.
        code: String,
    },
    /// A group of alike answers, found without the codebook.
    Cluster {
        /// Its permanent id.
        id: u32,
    },
}

impl Subject {
    /// A code of the codebook.
    pub fn code(level: Level, code: impl Into<String>) -> Self {
        Subject::Code { level, code: code.into() }
    }

    /// The level, for a code.
    pub fn level(&self) -> Option<Level> {
        match self {
            Subject::Code { level, .. } => Some(*level),
            Subject::Cluster { .. } => None,
        }
    }
}

/// In how many groups of one attribute something occurs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reach {
    /// The attribute ("bord").
    pub attribute: String,
    /// Groups with it, of the groups that had anything to count.
    pub groups: Count,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_count_is_at_most_its_base_and_its_share_lies_in_its_interval(k in 0_usize..5_000, n in 0_usize..5_000) {
            for count in [Count::new(Unit::Answers, k, n), Count::exact(Unit::Answers, k, n)] {
                prop_assert!(count.k <= count.n);
                prop_assert!(0.0 <= count.low && count.low <= count.share);
                prop_assert!(count.share <= count.high && count.high <= 1.0);
            }
        }
    }
}
