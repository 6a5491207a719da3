//! One input, answer after answer, in input order and bounded memory.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use rustc_hash::FxHashMap;

use super::assemble::Draft;
use super::open::{Thoroughness, open};
use super::{Fields, FileRead, Format, IngestError, ReadOptions, Reject, RejectReason, Unit};
use crate::answer::{Answer, AnswerId};

/// A reader of one table or text: hands out the drafts of one row at a time.
pub(super) trait UnitReader: Send {
    /// Appends the next row's drafts; false once there are no more rows.
    fn read(&mut self, drafts: &mut VecDeque<Draft>) -> bool;

    /// What is known of the file by now.
    fn file(&self) -> FileRead;
}

/// How many units of each sort have come so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Answers.
    pub answers: usize,
    /// Rejects.
    pub rejects: usize,
    /// Skipped units.
    pub skipped: usize,
}

/// Opens one file, or standard input for `-`, for reading in order. Ids are those given, else the row number.
///
/// # Errors
/// When the file cannot be opened, its format is not known, or no column holds text.
pub fn open_stream(input: &Path, format: Option<Format>, options: &ReadOptions) -> Result<AnswerStream, IngestError> {
    let readers = open(input, &input.display().to_string(), format, options, Thoroughness::Streaming)?;
    Ok(AnswerStream {
        name: input.display().to_string(),
        readers: readers.into(),
        pending: VecDeque::new(),
        seen: FxHashMap::default(),
        watches_ids: !options.reread,
        finished: Vec::new(),
        counts: Counts::default(),
        first_problem: None,
        filtered: !options.filters.is_empty(),
        rows_before: 0,
        last_row: 0,
    })
}

/// The units of one input.
pub struct AnswerStream {
    name: String,
    readers: VecDeque<Box<dyn UnitReader>>,
    pending: VecDeque<Draft>,
    /// Hash of every id so far and the place it came first; a hash, so that ids need not stay in memory.
    seen: FxHashMap<u64, u64>,
    watches_ids: bool,
    finished: Vec<FileRead>,
    counts: Counts,
    first_problem: Option<String>,
    filtered: bool,
    /// Rows of the sheets before this one, so that row numbers stay unique in a workbook.
    rows_before: u64,
    last_row: u64,
}

impl AnswerStream {
    /// The units together with their row's fields, where [`ReadOptions::keep_fields`] asked for them.
    pub fn with_fields(self) -> WithFields {
        WithFields(self)
    }

    /// What has come so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// What is known of the file, or of each sheet read so far.
    pub fn files(&self) -> Vec<FileRead> {
        self.finished.iter().cloned().chain(self.readers.front().map(|reader| reader.file())).collect()
    }

    /// To be asked at the end: the one line to stop with where not a single answer came.
    pub fn nothing_readable(&self) -> Option<IngestError> {
        if self.counts.answers > 0 {
            return None;
        }
        let why = match (&self.first_problem, self.counts.skipped) {
            (Some(problem), _) => format!("every row is rejected; the first: {problem}"),
            (None, 0) if self.filtered => "no row passes --where; check the field's name and value".to_owned(),
            (None, 0) => "it is empty, or has headers only; add rows".to_owned(),
            (None, skipped) => format!("all {skipped} units are empty or headings; check which column is the text"),
        };
        Some(IngestError::NothingReadable { file: self.name.clone(), why })
    }

    fn next_draft(&mut self) -> Option<Draft> {
        loop {
            if let Some(draft) = self.pending.pop_front() {
                return Some(draft);
            }
            let reader = self.readers.front_mut()?;
            if !reader.read(&mut self.pending) {
                self.finished.push(reader.file());
                self.readers.pop_front();
                self.rows_before = self.last_row;
            }
        }
    }

    /// Gives the answer its id, or the reject that a repeated id is.
    fn identify(&mut self, mut answer: Box<Answer>, row: u64, part: Option<u32>) -> Unit {
        if answer.id.0.is_empty() {
            answer.id = AnswerId(row.to_string());
        }
        if let Some(part) = part {
            answer.id.0.push_str(&format!(":{part}"));
        }
        if !self.watches_ids {
            return Unit::Answer(answer);
        }
        let mut hasher = DefaultHasher::new();
        answer.id.0.hash(&mut hasher);
        match self.seen.entry(hasher.finish()) {
            std::collections::hash_map::Entry::Occupied(first) => {
                let first = format!("{}:{}", answer.place.file, first.get());
                Unit::Reject(Reject { place: answer.place, reason: RejectReason::RepeatedId { first } })
            }
            std::collections::hash_map::Entry::Vacant(slot) => {
                slot.insert(answer.place.row);
                Unit::Answer(answer)
            }
        }
    }

    fn advance(&mut self) -> Option<(Unit, Option<Fields>)> {
        let draft = self.next_draft()?;
        let row = self.rows_before + draft.ordinal;
        self.last_row = row;
        let unit = match draft.unit {
            Unit::Answer(answer) => self.identify(answer, row, draft.part),
            other => other,
        };
        match &unit {
            Unit::Answer(_) => self.counts.answers += 1,
            Unit::Skipped(_) => self.counts.skipped += 1,
            Unit::Reject(reject) => {
                self.counts.rejects += 1;
                self.first_problem.get_or_insert_with(|| format!("line {} {}", reject.place.row, reject.reason));
            }
        }
        Some((unit, draft.fields))
    }
}

impl Iterator for AnswerStream {
    type Item = Unit;

    fn next(&mut self) -> Option<Unit> {
        self.advance().map(|(unit, _)| unit)
    }
}

/// An [`AnswerStream`] that hands out each row's fields beside the unit.
pub struct WithFields(AnswerStream);

impl WithFields {
    /// The stream itself, for its counts and files.
    pub fn stream(&self) -> &AnswerStream {
        &self.0
    }
}

impl Iterator for WithFields {
    type Item = (Unit, Option<Fields>);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.advance()
    }
}
