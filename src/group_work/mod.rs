//! Group work beside the text: what groups voted for, where they placed topics, and where people look.
//!
//! A project's folder may hold three small tables, each optional, made at the tables of a gathering:
//!
//! | file | columns |
//! |---|---|
//! | `votes.csv` | `group`, `round` (`initial`, `selected`, `claim`), `topic`, `claim`, `votes`, `rank` |
//! | `placements.csv` | `group`, `topic`, `phase` (one, several, or `throughout`), `scope` |
//! | `orientation.csv` | `respondent`, `group`, `value` |
//!
//! [`read`] reads and checks them, [`summarise`] adds them up the way a gathering does, and [`compare`] holds the
//! votes against what the answers say. Nothing here is tagged or guessed: it is people's own counting.

mod compare;
mod read;
mod summary;
#[cfg(test)]
mod tests;
mod words;

pub use compare::{AgainstText, Agreement, TextSide, compare};
pub use read::{GroupWorkError, GroupWorkInput, Orientation, Placement, Problem, Round, Vote, read};
pub use summary::{
    CardOfTheme, ClaimSplit, GroupWork, LeadingTopic, Matrix, MatrixCell, OrientationCount, OrientationSummary,
    TopicVotes, summarise,
};
pub use words::Claim;

use crate::codebook::Codebook;
use crate::patterns::Patterns;

/// What is to be told of the group work beside one edition's patterns; none where there is none.
pub fn told(input: &GroupWorkInput, codebook: &Codebook, patterns: &Patterns) -> Option<GroupWork> {
    let mut work = summarise(input, codebook)?;
    compare(&mut work, patterns);
    Some(work)
}
