//! A whole input at once: all files in order, duplicates found, ids that do not move when rows are sorted.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use super::files::{self, Found};
use super::identity::Identities;
use super::open::{Thoroughness, open};
use super::{FileRead, IngestError, ReadOptions, Reject, Skipped, Unit};
use crate::answer::{Answer, AnswerId, Place};
use crate::settings::Settings;

/// The same respondent's same text of the same kind, sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    /// Where it stands.
    pub place: Place,
    /// The answer it repeats.
    pub of: AnswerId,
}

/// Everything that was read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Input {
    /// Answers in input order.
    pub answers: Vec<Answer>,
    /// Units left out because the same respondent sent them before.
    pub duplicates: Vec<Duplicate>,
    /// Units that could not be read.
    pub rejects: Vec<Reject>,
    /// Units that were never answers.
    pub skipped: Vec<Skipped>,
    /// The files, and sheets, in the order read.
    pub files: Vec<FileRead>,
    /// What the user should know of files and columns, one line each.
    pub notes: Vec<String>,
    /// Units counted as the rows were read.
    units: usize,
    name: String,
}

impl Input {
    /// Units read: answers, duplicates, rejects and skipped together, but counted on their own.
    pub fn units(&self) -> usize {
        self.units
    }

    /// The one line to stop with where not a single answer was read.
    pub fn nothing_readable(&self) -> Option<IngestError> {
        if !self.answers.is_empty() {
            return None;
        }
        let why = match (self.rejects.first(), self.notes.first()) {
            (Some(reject), _) => format!("every unit is rejected; the first: {reject}"),
            (None, Some(note)) => note.clone(),
            (None, None) if self.files.is_empty() => {
                "there is no file to read; add CSV, XLSX, JSONL or text".to_owned()
            }
            (None, None) if self.units == 0 => "it is empty, or has headers only; add rows".to_owned(),
            (None, None) => "all units are empty or headings; check which column is the text".to_owned(),
        };
        Some(IngestError::NothingReadable { file: self.name.clone(), why })
    }
}

/// Reads all sources of a project, or `input/` where it names none. `key` is for the pseudonyms of respondents.
///
/// # Errors
/// When the project has no file that can be read.
pub fn read_project(root: &Path, settings: &Settings, key: &[u8]) -> Result<Input, IngestError> {
    let found = files::of_project(root, settings)?;
    let mut collector = Collector::new(root.display().to_string(), found.notes);
    for Found { path, name, source } in &found.files {
        let options = ReadOptions { source: source.clone(), key: key.to_vec(), ..ReadOptions::default() };
        collector.read(path, name, &options)?;
    }
    collector.finish()
}

/// Reads files, folders and globs, sorted by path.
///
/// # Errors
/// When none of them can be read, or one that was named outright is not there.
pub fn read_inputs(paths: &[PathBuf], options: &ReadOptions) -> Result<Input, IngestError> {
    let found = files::of_inputs(paths)?;
    let name = paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(" ");
    let mut collector = Collector::new(name, found.notes);
    for Found { path, name, .. } in &found.files {
        collector.read(path, name, options)?;
    }
    collector.finish()
}

struct Collector {
    input: Input,
    identities: Identities,
    first_error: Option<IngestError>,
}

impl Collector {
    fn new(name: String, notes: Vec<String>) -> Self {
        Collector {
            input: Input { name, notes, ..Input::default() },
            identities: Identities::default(),
            first_error: None,
        }
    }

    /// Reads one file; a file that cannot be read is a note, as long as another can.
    fn read(&mut self, path: &Path, name: &str, options: &ReadOptions) -> Result<(), IngestError> {
        let readers = match open(path, name, None, options, Thoroughness::Whole) {
            Ok(readers) => readers,
            Err(error) => {
                self.input.notes.push(error.to_string());
                self.first_error.get_or_insert(error);
                return Ok(());
            }
        };
        let sha256 = files::sha256(path, name)?;
        for mut reader in readers {
            let mut drafts = VecDeque::new();
            let before = self.input.units;
            while reader.read(&mut drafts) {
                for draft in drafts.drain(..) {
                    self.input.units += 1;
                    self.add(draft.unit, draft.part, draft.header_question);
                }
            }
            let file = FileRead { sha256: sha256.clone(), units: self.input.units - before, ..reader.file() };
            self.input.notes.extend(file.notes.iter().map(|note| format!("{}: {note}", file.path)));
            let dropped: Vec<&str> = file.dropped().collect();
            if !dropped.is_empty() {
                let columns = dropped.join(", ");
                self.input.notes.push(format!(
                    "{}: left out as personal data: {columns}; give a column another role in innspill.toml to read it",
                    file.path
                ));
            }
            self.input.files.push(file);
        }
        Ok(())
    }

    fn add(&mut self, unit: Unit, part: Option<u32>, header_question: bool) {
        match unit {
            Unit::Reject(reject) => self.input.rejects.push(reject),
            Unit::Skipped(skipped) => self.input.skipped.push(skipped),
            Unit::Answer(answer) => match self.identities.place(*answer, part, header_question) {
                super::identity::Placed::Answer(answer) => self.input.answers.push(answer),
                super::identity::Placed::Duplicate(duplicate) => self.input.duplicates.push(duplicate),
                super::identity::Placed::Reject(reject) => self.input.rejects.push(reject),
            },
        }
    }

    fn finish(self) -> Result<Input, IngestError> {
        let input = self.input;
        debug_assert_eq!(
            input.units,
            input.answers.len() + input.duplicates.len() + input.rejects.len() + input.skipped.len()
        );
        match self.first_error {
            Some(error) if input.units == 0 => Err(error),
            _ if input.units == 0 => match input.nothing_readable() {
                Some(error) => Err(error),
                None => Ok(input),
            },
            _ => Ok(input),
        }
    }
}
