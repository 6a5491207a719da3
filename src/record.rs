//! What the pipeline knows when every stage but the last has run: one record per answer.
//!
//! [`crate::patterns`] reads records and finds what recurs; [`crate::export`] and [`crate::report`] write
//! both down.

use std::collections::BTreeMap;

use crate::answer::Answer;
use crate::score::Score;
use crate::tag::Tagging;

/// One answer with all that was found in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// As received.
    pub answer: Answer,
    /// The one stored form that people see: NFC, mended, redacted. Spans of `tagging` index it.
    pub shown: String,
    /// Codes, verdicts and facets.
    pub tagging: Tagging,
    /// Position in [`Analysis::clusters`]; none for an answer without content.
    pub cluster: Option<usize>,
    /// Answers with equal text share a number.
    pub same_text_group: Option<u32>,
    /// Whether a person has checked the tags.
    pub human_checked: bool,
    /// Whether a person has said that the words may be passed on.
    pub quote_ok: bool,
}

/// A group of alike answers, found without the codebook.
#[derive(Debug, Clone, PartialEq)]
pub struct ClusterSummary {
    /// Permanent id.
    pub id: u32,
    /// Two to four words as people write them.
    pub label: String,
    /// Positions in [`Analysis::records`]: the most central answer, then two that differ.
    pub quotes: Vec<usize>,
    /// Number of answers.
    pub size: usize,
}

/// How the units of the input were spent. `units` = answers + duplicates + rejects + skipped, always.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UnitCounts {
    /// Rows, cells of a question sheet, or paragraphs seen.
    pub units: usize,
    /// Became answers (those without content too).
    pub answers: usize,
    /// Same respondent, same kind, same text.
    pub duplicates: usize,
    /// Could not be read.
    pub rejects: usize,
    /// Empty cells, headings and the like, by reason.
    pub skipped: BTreeMap<String, usize>,
}

impl UnitCounts {
    /// Skipped units of every reason.
    pub fn skipped_total(&self) -> usize {
        self.skipped.values().sum()
    }
}

/// Two answers whose texts are nearly, but not quite, the same; positions in [`Analysis::records`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NearEqual {
    /// The earlier one.
    pub first: usize,
    /// The later one.
    pub second: usize,
    /// Character similarity.
    pub similarity: Score,
}

/// All that is known before patterns are sought.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Analysis {
    /// One per answer, in input order.
    pub records: Vec<Record>,
    /// Groups of alike answers, largest first.
    pub clusters: Vec<ClusterSummary>,
    /// How the input's units were spent.
    pub counts: UnitCounts,
    /// Near-equal texts: listed, never dropped.
    pub near_equal: Vec<NearEqual>,
    /// Threshold of each code, by level then code, for `tags.csv`.
    pub thresholds: BTreeMap<(crate::codebook::Level, String), Score>,
    /// Names of group attributes in the order of the input.
    pub group_names: Vec<String>,
    /// What came of a person's corrections, notes, quotes and check set.
    pub review: crate::review::Review,
}
