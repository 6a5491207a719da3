//! Consensus: where voices, and groups, take the same side, and where they split.

use serde::Serialize;

use super::count::{Count, Unit};
use super::quotes::Quote;

/// A topic's two claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub enum Side {
    /// The first claim.
    A,
    /// The second, or the rejection of the first.
    B,
}

/// The word for how far voices agree, on those who took a side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsensusWord {
    /// *Entydig*: 90 % or more, and at least 8.
    Unanimous,
    /// *Stor overvekt*: 75 % to under 90 %.
    LargeMajority,
    /// *Overvekt*: 60 % to under 75 %.
    Majority,
    /// *Delt*: under 60 %.
    Split,
    /// *For få*: under 8.
    TooFew,
}

/// How many stand where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Sides {
    /// For the first claim.
    pub a: usize,
    /// For the second.
    pub b: usize,
    /// Held both: "det ene utelukker ikke det andre".
    pub both: usize,
    /// Denied both.
    pub neither: usize,
    /// Took no side.
    pub unclear: usize,
}

/// What was said for and against on one topic.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Consensus {
    /// `theme/topic`.
    pub topic: String,
    /// Whose voices `voices` counts.
    pub unit: Unit,
    /// One voice each.
    pub voices: Sides,
    /// The same per answer.
    pub answers: Sides,
    /// Answers left out because the side is only a question's premise.
    pub presupposed: usize,
    /// Answers left out because the side is reported of others.
    pub reported: usize,
    /// The side with more voices; none where they are even or nobody took one.
    pub lead: Option<Side>,
    /// Voices for the side with more, of those who took a side; exact interval, for tables where
    /// tables are known.
    pub took_side: Count,
    /// The word by the rule.
    pub word: ConsensusWord,
    /// Two-sided p of the exact binomial test against an even split: large where the lead may be chance.
    pub p_even: f64,
    /// Per attribute, in the order of the input.
    pub groups: Vec<GroupConsensus>,
    /// Answers for the first claim.
    pub rows_a: Vec<usize>,
    /// Answers for the second.
    pub rows_b: Vec<usize>,
    /// Answers that hold both.
    pub rows_both: Vec<usize>,
    /// Best quotes for the first claim.
    pub quotes_a: Vec<Quote>,
    /// Best quotes for the second.
    pub quotes_b: Vec<Quote>,
    /// Best quotes that hold both.
    pub quotes_both: Vec<Quote>,
}

/// How the groups of one attribute agree: each group has the side that most of its voices took.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupConsensus {
    /// The attribute ("bord").
    pub attribute: String,
    /// The side with more groups; none where even.
    pub lead: Option<Side>,
    /// Groups on that side, of the groups in which anyone took a side ("10 av 10 bord").
    pub groups: Count,
    /// Groups for the first claim.
    pub a: usize,
    /// Groups for the second.
    pub b: usize,
    /// Groups that split evenly.
    pub even: usize,
    /// The word by the same rule, on groups.
    pub word: ConsensusWord,
    /// By group with any voice on the topic, in the order of their names.
    pub by_group: Vec<GroupStance>,
}

/// Where the voices of one group stand.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupStance {
    /// Its name.
    pub group: String,
    /// Its voices.
    pub voices: Sides,
    /// The side of most; none where even.
    pub lead: Option<Side>,
}
