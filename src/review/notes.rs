//! `notes.csv`: what a person wants remembered of a code, a group of alike answers, a finding or an answer.

use std::collections::BTreeSet;

use super::code_name::resolve;
use super::rows::read_rows;
use super::{ReviewError, ToReview, WhyReview};
use crate::codebook::Codebook;
use crate::record::Analysis;

const REQUIRED: [&str; 3] = ["on", "key", "note"];
const OPTIONAL: [&str; 2] = ["who", "when"];

/// What a note is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteOn {
    /// A theme, topic or pattern; the key is its code.
    Code,
    /// A group of alike answers; the key is its permanent id.
    Cluster,
    /// A finding; the key is its kind and code with a colon between, as `findings.csv` has them.
    Finding,
    /// An answer; the key is its id.
    Answer,
}

impl NoteOn {
    /// Its name in the file.
    pub fn name(self) -> &'static str {
        match self {
            NoteOn::Code => "code",
            NoteOn::Cluster => "cluster",
            NoteOn::Finding => "finding",
            NoteOn::Answer => "answer",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        let all = [NoteOn::Code, NoteOn::Cluster, NoteOn::Finding, NoteOn::Answer];
        all.into_iter().find(|on| on.name() == name.to_lowercase())
    }
}

/// One line of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What it is on.
    pub on: NoteOn,
    /// Which one.
    pub key: String,
    /// The note itself.
    pub note: String,
    /// The person.
    pub who: String,
    /// When, free form.
    pub when: String,
    /// Line in the file, from 1.
    pub line: u64,
}

/// Reads `notes.csv`.
///
/// # Errors
/// [`ReviewError`] with file and line, for a missing column, an unknown `on`, or an empty key or note.
pub fn read_notes(file: &str, bytes: &[u8]) -> Result<Vec<Note>, ReviewError> {
    read_rows(file, bytes, &REQUIRED, &OPTIONAL)?
        .iter()
        .map(|row| {
            let wrong = |what: &str, how: &str| ReviewError::row(file, row.line, what, how);
            let on = NoteOn::from_name(row.cell(0))
                .ok_or_else(|| wrong("what the note is on is unknown", "write code, cluster, finding or answer"))?;
            if row.cell(1).is_empty() || row.cell(2).is_empty() {
                return Err(wrong("key or note is empty", "write both, or take the line out"));
            }
            let text = |column: usize| row.cell(column).to_owned();
            Ok(Note { on, key: text(1), note: text(2), who: text(3), when: text(4), line: row.line })
        })
        .collect()
}

/// Puts the notes into an analysis. One whose subject is not there is listed in [`super::Review::to_review`] too; those
/// on findings are kept as they are, since findings come later.
pub fn apply_notes(analysis: &mut Analysis, codebook: &Codebook, notes: Vec<Note>, file: &str) {
    let answers: BTreeSet<&str> = analysis.records.iter().map(|record| record.answer.id.0.as_str()).collect();
    let mut missing = Vec::new();
    for note in &notes {
        let there = match note.on {
            NoteOn::Code => resolve(&note.key, codebook).is_some(),
            NoteOn::Cluster => analysis.clusters.iter().any(|cluster| cluster.id.to_string() == note.key),
            NoteOn::Answer => answers.contains(note.key.as_str()),
            NoteOn::Finding => true,
        };
        if !there {
            missing.push(ToReview {
                file: file.to_owned(),
                line: note.line,
                answer: if note.on == NoteOn::Answer { note.key.clone() } else { String::new() },
                code: if note.on == NoteOn::Code { note.key.clone() } else { String::new() },
                action: format!("note on {}", note.on.name()),
                why: WhyReview::SubjectGone,
            });
        }
    }
    analysis.review.to_review.extend(missing);
    analysis.review.notes.extend(notes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_on_something() {
        let read = |line: &str| read_notes("notes.csv", format!("on,key,note,who\n{line}\n").as_bytes());
        let notes = read("code,collaboration/silos,\"Se også møtet, del 2\",Åse").unwrap();
        assert_eq!((notes[0].on, notes[0].note.as_str()), (NoteOn::Code, "Se også møtet, del 2"));
        assert!(read("theme,x,y,").unwrap_err().to_string().starts_with("notes.csv:2: what the note is on is unknown"));
        assert!(read("code,,y,").is_err());
    }
}
