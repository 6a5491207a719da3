//! A person's work: corrections, notes, quotes that were chosen, and a check set that says how far the codes can be
//! trusted.
//!
//! The files that a person edits lie in the project's folder and outrank what any model says, through every
//! re-tagging. This module reads their contents and works them into an [`Analysis`](crate::record::Analysis) after
//! tagging and before patterns are sought; it opens no file itself.
//!
//! In reading order: [`rows`] reads small tables; [`corrections`] and [`apply`] change codes; [`notes`] and
//! [`quote_choices`] go along to the outputs; [`sample`] draws
//! answers to check, [`check_sheet`] and [`check_set`] hold what the person said, [`estimates`] and [`marks`] what that
//! means; [`human_coding`] reads codings from elsewhere [`qda_project`] and
//! [`qda_coding`] those of QDA tools, [`qdc`] their codebooks; [`changes`] says what all that would change.
//! [`decisions`] puts together what was decided, to learn from and, in [`overruled`], to hold the machine against.

pub mod apply;
pub mod changes;
pub mod check_set;
pub mod check_sheet;
pub mod code_name;
pub mod corrections;
pub mod decisions;
mod error;
pub mod estimates;
#[cfg(test)]
pub(crate) mod fixture;
pub mod human_coding;
pub mod marks;
pub mod notes;
pub mod overruled;
pub mod qda_coding;
pub mod qda_project;
pub mod qdc;
pub mod quote_choices;
pub mod rows;
pub mod sample;
mod text_hash;
pub mod xlsx;

pub use apply::{apply_checks, apply_corrections};
pub use corrections::{Action, Correction, read_corrections};
pub use error::ReviewError;
pub use marks::Mark;
pub use notes::{Note, NoteOn, apply_notes, read_notes};
pub use quote_choices::{QuoteChoice, apply_quotes, read_quotes};
pub use text_hash::{hash_fits, text_hash};

use std::collections::BTreeMap;

use code_name::CodeName;

use crate::codebook::Level;

/// What came of a person's work in one analysis. Positions are in [`Analysis::records`](crate::record::Analysis).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Review {
    /// By row: the tags that a person set or confirmed, and who.
    pub set_by: BTreeMap<usize, BTreeMap<CodeName, String>>,
    /// What could not be applied and must be looked at ("må ses på").
    pub to_review: Vec<ToReview>,
    /// By row: what a person chose of the answer as a quote.
    pub quotes: BTreeMap<usize, QuoteChoice>,
    /// Notes in the order of their file.
    pub notes: Vec<Note>,
    /// What a check set says of the machine's codes; none where nobody has read one.
    pub check: Option<estimates::CheckResult>,
}

impl Review {
    /// Who set a tag, where a person did; the name may be empty.
    pub fn person(&self, row: usize, level: Level, code: &str) -> Option<&str> {
        self.set_by.get(&row)?.get(&CodeName::new(level, code)).map(String::as_str)
    }

    /// Whether a person has said that an answer is never to be quoted.
    pub fn rejects_quote(&self, row: usize) -> bool {
        self.quotes.get(&row).is_some_and(|choice| choice.rejected)
    }

    /// The place of an answer among those that a person pinned as quotes.
    pub fn pinned(&self, row: usize) -> Option<u64> {
        self.quotes.get(&row)?.pinned
    }

    /// The words in which a person wants an answer quoted.
    pub fn shortened(&self, row: usize) -> Option<&str> {
        self.quotes.get(&row)?.shortened.as_deref()
    }

    /// The notes on one thing, joined.
    pub fn notes_on(&self, on: NoteOn, key: &str) -> String {
        let notes: Vec<&str> =
            self.notes.iter().filter(|note| note.on == on && note.key == key).map(|note| note.note.as_str()).collect();
        notes.join("; ")
    }
}

/// A person's line that was not applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToReview {
    /// File as the user knows it.
    pub file: String,
    /// Line from 1.
    pub line: u64,
    /// The answer's id, or what else the line is about.
    pub answer: String,
    /// The code, where the line names one.
    pub code: String,
    /// What the line wanted done.
    pub action: String,
    /// Why it was not.
    pub why: WhyReview,
}

/// Why a person's line was not applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WhyReview {
    /// The answer's text is not the one the person read.
    TextChanged,
    /// No answer has this id.
    AnswerGone,
    /// The codebook has no such code.
    UnknownCode,
    /// A shortened quote does not stand in the text.
    NotInText,
    /// What a note is on is not there.
    SubjectGone,
}

impl WhyReview {
    /// Its name in tables.
    pub fn id(self) -> &'static str {
        match self {
            WhyReview::TextChanged => "text_changed",
            WhyReview::AnswerGone => "answer_gone",
            WhyReview::UnknownCode => "unknown_code",
            WhyReview::NotInText => "not_in_text",
            WhyReview::SubjectGone => "subject_gone",
        }
    }

    /// What is the matter, and what to do, for the terminal.
    pub fn advice(self) -> &'static str {
        match self {
            WhyReview::TextChanged => "the answer's text has changed since; read it again and write the new text_hash",
            WhyReview::AnswerGone => "no answer has this id now; take the line out if that is as it should be",
            WhyReview::UnknownCode => "the codebook has no such code; write the new one or take the line out",
            WhyReview::NotInText => {
                "the quote does not stand in the answer; copy its pieces, in order, with [...] between"
            }
            WhyReview::SubjectGone => {
                "what the note is on is not there now; take the line out if that is as it should be"
            }
        }
    }
}

#[cfg(test)]
mod tests;
