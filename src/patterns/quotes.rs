//! Quotes: the few answers that say it best.

use serde::Serialize;

use crate::span::Span;

/// An answer worth reading for a number.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Quote {
    /// Position in [`Analysis::records`](crate::record::Analysis::records).
    pub row: usize,
    /// What to show of the shown text: all of it, or of a long answer the sentences that earned the code.
    pub excerpt: Span,
    /// What earned the code, within the excerpt.
    pub highlights: Vec<Span>,
}
