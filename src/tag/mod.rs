//! Tagging: answer x code, with score, spans, and who set it.

pub mod adapt;
pub mod calibrate;
mod described;
mod explain;
pub mod features;
pub mod heads;
mod label_tagger;
pub mod model;
pub mod reading;
pub mod shipped;
pub mod signals;
pub mod solver;
mod spans;
mod tagger;
pub mod terms;
pub mod train;
mod verdicts;

pub use explain::{Reason, WordWeight};
pub use label_tagger::{LabelTagger, Labelling};
pub use tagger::{Input, TagError, Tagger};
pub use verdicts::VERDICTS;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::score::Score;
use crate::span::Span;
use crate::text::Language;

/// What came of looking at an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Any theme, topic or pattern listed.
    Coded,
    /// None listed, but a score within the stated margin of its threshold.
    Undecided,
    /// Content, but nothing the codebook covers.
    NoneOfTheAbove,
    /// No content: "vet ikke", dots, blanks.
    NoContent,
}

/// Which of a topic's two claims the answer supports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Verdict {
    /// The first claim.
    A,
    /// The second claim, or the rejection of the first.
    B,
    /// Both: "det ene utelukker ikke det andre".
    #[serde(rename = "both")]
    Both,
    /// Both denied.
    #[serde(rename = "neither")]
    Neither,
    /// About the topic, takes no side.
    #[serde(rename = "unclear")]
    Unclear,
}

/// On what ground a verdict stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The writer says so.
    Stated,
    /// A question's premise.
    Presupposed,
    /// Others say so.
    Reported,
}

/// A code above its threshold, with what earned it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tag {
    /// `theme`, `theme/topic`, a pattern's id, or a learned label.
    pub code: String,
    /// Calibrated probability.
    pub score: Score,
    /// The words or sentences that earned it; empty for themes.
    pub spans: Vec<Span>,
}

/// One verdict per listed topic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TopicVerdict {
    /// `theme/topic`.
    pub topic: String,
    /// The side taken.
    pub verdict: Verdict,
    /// Calibrated probability of that side.
    pub score: Score,
    /// Its ground.
    pub basis: Basis,
    /// The words that take the side.
    pub spans: Vec<Span>,
}

/// All scores, listed or not; asked for with `--scores`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct AllScores {
    /// By theme id.
    pub themes: BTreeMap<String, Score>,
    /// By `theme/topic`.
    pub topics: BTreeMap<String, Score>,
    /// By pattern id.
    pub patterns: BTreeMap<String, Score>,
}

/// All that tagging says of one answer. Lists are sorted by score, highest first, ties by code.
#[derive(Debug, Clone, PartialEq)]
pub struct Tagging {
    /// Detected language.
    pub language: Language,
    /// What came of it.
    pub outcome: Outcome,
    /// Themes above threshold; a listed topic implies its theme.
    pub themes: Vec<Tag>,
    /// Topics above threshold.
    pub topics: Vec<Tag>,
    /// Exactly one entry per listed topic, in the order of `topics`.
    pub verdicts: Vec<TopicVerdict>,
    /// Patterns above threshold.
    pub patterns: Vec<Tag>,
    /// Facet id to value id, or none; every facet of the codebook has a key.
    pub facets: BTreeMap<String, Option<String>>,
    /// Every code's score.
    pub all_scores: AllScores,
}

impl Tagging {
    /// What is said of an answer without content, before facets are named.
    pub fn empty() -> Self {
        Tagging {
            language: Language::Other,
            outcome: Outcome::NoContent,
            themes: Vec::new(),
            topics: Vec::new(),
            verdicts: Vec::new(),
            patterns: Vec::new(),
            facets: BTreeMap::new(),
            all_scores: AllScores::default(),
        }
    }
}
