//! Ranks that call ties ties.

use serde::Serialize;

use super::count::{Count, Subject};

/// Codes of one level in the order of their voices.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ranking {
    /// The theme whose topics are ranked; none for a whole level.
    pub theme: Option<String>,
    /// Most voices first.
    pub ranks: Vec<Rank>,
}

/// A place in a ranking.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rank {
    /// What is ranked.
    pub subject: Subject,
    /// Voices that mention it.
    pub voices: Count,
    /// Its place, from 1; those that share a place cannot be told apart.
    pub rank: usize,
    /// Whether others share the place.
    pub tied: bool,
}
