//! A tagged file in parts, whole or what is asked for of it.

use super::ExportError;
use super::by_sentence::by_sentence;
use super::kept::KeptScan;
use super::parts::{PART, Parts, Shape};
use super::selection::{Only, Selection, SelectionError};
use super::tagged::{TaggedError, TaggedFile};
use crate::codebook::Codebook;
use crate::record::{Analysis, Record};

/// Why a tagged file cannot be handed over as asked for.
#[derive(Debug, thiserror::Error)]
pub enum TaggedPartsError {
    /// It cannot be read.
    #[error(transparent)]
    Tagged(#[from] TaggedError),
    /// What is asked for of it is not there.
    #[error(transparent)]
    Selection(#[from] SelectionError),
}

/// A tagged file, read again each time its parts are asked for.
#[derive(Debug)]
pub struct TaggedParts {
    file: TaggedFile,
    selection: Option<Selection>,
    sentences: bool,
    shape: Shape,
}

impl TaggedParts {
    /// Reads the file once or, where only some answers are asked for, twice, to know its columns.
    ///
    /// # Errors
    /// [`TaggedPartsError`].
    pub fn new(
        file: TaggedFile,
        codebook: &Codebook,
        only: &[Only],
        sentences: bool,
    ) -> Result<Self, TaggedPartsError> {
        let mut group_names: Vec<String> = Vec::new();
        let mut parts = TaggedParts { file, selection: None, sentences, shape: Shape::default() };
        let mut scan = KeptScan::default();
        let mut answers = 0;
        parts.each_part(&mut |part| {
            for group in part.records.iter().flat_map(|record| record.answer.groups.keys()) {
                if !group_names.contains(group) {
                    group_names.push(group.clone());
                }
            }
            scan.read(&part.records);
            answers += part.records.len();
            Ok::<(), TaggedError>(())
        })?;
        parts.shape.group_names = group_names;
        if !only.is_empty() {
            parts.selection = Some(Selection::new(&parts.shape.group_names, codebook, only)?);
            scan = KeptScan::default();
            answers = 0;
            parts.each_part(&mut |part| {
                scan.read(&part.records);
                answers += part.records.len();
                Ok::<(), TaggedError>(())
            })?;
            if answers == 0 {
                return Err(SelectionError::NothingLeft.into());
            }
        }
        parts.shape.kept = scan.finish();
        parts.shape.answers = answers;
        Ok(parts)
    }

    fn each_part<E: From<TaggedError>>(&self, take: &mut dyn FnMut(&Analysis) -> Result<(), E>) -> Result<(), E> {
        let mut records: Vec<Record> = Vec::with_capacity(PART);
        let mut hand_over = |records: &mut Vec<Record>| {
            let part = self.shape.part(std::mem::take(records));
            if self.sentences { take(&by_sentence(&part)) } else { take(&part) }
        };
        for record in self.file.records()? {
            let record = record?;
            if self.selection.as_ref().is_none_or(|selection| selection.fits(&record)) {
                records.push(record);
            }
            if records.len() == PART {
                hand_over(&mut records)?;
            }
        }
        if records.is_empty() { Ok(()) } else { hand_over(&mut records) }
    }
}

impl Parts for TaggedParts {
    fn shape(&self) -> &Shape {
        &self.shape
    }

    fn each(&self, take: &mut dyn FnMut(&Analysis) -> Result<(), ExportError>) -> Result<(), ExportError> {
        self.each_part(take)
    }
}

impl From<TaggedError> for ExportError {
    fn from(error: TaggedError) -> Self {
        ExportError::Tagged(Box::new(error))
    }
}
