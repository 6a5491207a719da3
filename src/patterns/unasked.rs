//! What came up without being asked about.

use serde::Serialize;

use super::count::{Count, Reach, Subject};
use super::quotes::Quote;

/// A code that answers to other questions carry.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Unasked {
    /// What came up.
    pub subject: Subject,
    /// Answers that mention it, of the answers to questions that stood under something else.
    pub answers: Count,
    /// Respondents who mention it there, of the respondents asked about something else; none where unknown.
    pub respondents: Option<Count>,
    /// Answers that mention it, of the answers where it was asked about; none where nobody was asked.
    pub where_asked: Option<Count>,
    /// What had been asked about (`asked_under`), with the answers that mention the subject there,
    /// most first.
    pub instead: Vec<(String, Count)>,
    /// In how many groups it came up unasked, per attribute.
    pub reach: Vec<Reach>,
    /// The answers that mention it unasked, in input order.
    pub rows: Vec<usize>,
    /// The best of them.
    pub quotes: Vec<Quote>,
}
