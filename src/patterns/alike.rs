//! Alike letters ("likelydende svar"): the same or nearly the same text from several senders.

use serde::Serialize;

use super::count::{Count, Reach};

/// Alike texts by different respondents.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AlikeLetter {
    /// The answers, in input order.
    pub rows: Vec<usize>,
    /// The commonest of the texts, by its earliest answer.
    pub example: usize,
    /// Answers, of the answers with content.
    pub answers: Count,
    /// Answers whose text equals the commonest one.
    pub equal: usize,
    /// Different respondents; none where unknown.
    pub respondents: Option<usize>,
    /// Whether the text is under six words, which people arrive at without each other ("mer samarbeid").
    pub short: bool,
    /// In how many groups, per attribute.
    pub reach: Vec<Reach>,
}
