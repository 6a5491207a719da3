//! The answer: one free-text contribution and what is known of where it came from.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Identifies one answer within one input; unique there, stable when rows are sorted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AnswerId(pub String);

impl fmt::Display for AnswerId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Who gave the answer; a keyed pseudonym wherever the input looked like personal data.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RespondentId(pub String);

/// How the answer was asked for: `wish`, `oracle`, `deep_dive`, `challenge`, or a project's own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Kind(pub String);

impl Kind {
    /// Whether the exercise itself asks about the far future, so that time says nothing of the writer.
    pub fn is_oracle(&self) -> bool {
        self.0 == "oracle"
    }

    /// The kind's canonical name from what people write in a column ("Ønske", "orakelspørsmål", ...).
    pub fn from_input(value: &str) -> Self {
        let lower = value.trim().to_lowercase();
        let canonical = match lower.as_str() {
            "ønske" | "ønsker" | "ynske" | "ynskje" | "ønskebrønn" | "ønskebrønnen" | "wish" | "wishes" => "wish",
            "orakel" | "orakelspørsmål" | "spørsmål til orakelet" | "oracle" => "oracle",
            "dypdykk" | "djupdykk" | "deep dive" | "deep-dive" | "deep_dive" => "deep_dive",
            "utfordring" | "utfordringer" | "utfordringar" | "challenge" | "challenges" => "challenge",
            other => other,
        };
        Kind(canonical.to_owned())
    }
}

/// Where a unit stands in the input: file as the user named it, and line or row counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file's path as given, or `-` for standard input; for a sheet `file.xlsx#Sheet1`.
    pub file: Arc<str>,
    /// Line (text formats) or row (sheets), from 1.
    pub row: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.file, self.row)
    }
}

/// One free-text contribution, as received.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Given in the input, or derived; see [`AnswerId`].
    pub id: AnswerId,
    /// The text exactly as received; what people see is made from it by [`crate::text::mend`] and
    /// [`crate::privacy`].
    pub text: String,
    /// How it was asked for.
    pub kind: Option<Kind>,
    /// The question's own words, where known.
    pub question: Option<String>,
    /// Theme or topic code that the question stood under.
    pub asked_under: Option<String>,
    /// Phase of a change journey, where the exercise had one.
    pub phase: Option<String>,
    /// Attributes that answers are compared across: name of the attribute to this answer's value.
    pub groups: BTreeMap<String, String>,
    /// Who gave it.
    pub respondent: Option<RespondentId>,
    /// When it was given.
    pub time: Option<jiff::civil::DateTime>,
    /// Columns with role `keep`, in input order.
    pub kept: Vec<(String, String)>,
    /// Where it stood.
    pub place: Place,
}
