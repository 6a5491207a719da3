//! Findings: what is worth telling, in the order to tell it.

use serde::Serialize;

use super::count::{Count, Reach, Subject};
use super::quotes::Quote;

/// What kind of finding; the order is that of the report's first screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// *Går igjen på tvers*; source: `prevalence`.
    Recurring,
    /// *Entydig*; source: `consensus`.
    Unanimous,
    /// *Delt*; source: `consensus`.
    Split,
    /// *Det ene utelukker ikke det andre*: more hold both than either side; source: `consensus`.
    Both,
    /// *Kom opp uten å bli spurt om*; source: `unasked`.
    Unasked,
    /// *Fanges ikke av kodeboka*; source: `uncovered`.
    Uncovered,
    /// *Skiller gruppene*; source: `contrasts`.
    Contrast,
    /// A word that sets a group apart; source: `word_contrasts`.
    WordContrast,
    /// *Henger sammen*; source: `cooccurrence`.
    Together,
    /// *Én gruppe står for det meste*; source: `prevalence`.
    OneLoudGroup,
    /// *Likelydende svar*; source: `alike_letters`.
    AlikeLetters,
}

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingSubject {
    /// A code or a group of alike answers.
    One(Subject),
    /// Two that go together.
    Pair(Subject, Subject),
    /// Words as people write them.
    Words(String),
    /// A text that several sent, by its earliest answer.
    Text(usize),
}

/// Something worth telling, with its numbers and quotes. The source in [`Patterns`](super::Patterns)
/// has the rest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// What kind.
    pub kind: FindingKind,
    /// Position in the list of [`Patterns`](super::Patterns) that the kind names.
    pub source: usize,
    /// What it is about.
    pub subject: FindingSubject,
    /// Attribute and group, where the finding is about one group.
    pub group: Option<(String, String)>,
    /// The number to tell.
    pub headline: Count,
    /// In how many groups, per attribute.
    pub reach: Vec<Reach>,
    /// How worth telling within its kind, from 0 to 1; see `findings` for each kind's measure.
    pub strength: f64,
    /// The answers behind it, in input order.
    pub evidence: Vec<usize>,
    /// The answers that say it best.
    pub quotes: Vec<Quote>,
}
