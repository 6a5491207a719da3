//! Answers that are handed over a part at a time, so that what is written of them needs no more memory for more rows.

use super::ExportError;
use super::kept::KeptColumns;
use crate::record::{Analysis, Record};

/// Answers of a part.
pub const PART: usize = 4_096;

/// What holds for all parts.
#[derive(Debug, Clone, Default)]
pub struct Shape {
    /// Names of group attributes in the order of the input.
    pub group_names: Vec<String>,
    /// Columns carried along, with their types.
    pub kept: KeptColumns,
    /// Number of answers.
    pub answers: usize,
}

impl Shape {
    /// Records as an analysis of their own.
    pub fn part(&self, records: Vec<Record>) -> Analysis {
        Analysis { records, group_names: self.group_names.clone(), ..Analysis::default() }
    }
}

/// Answers in parts: the same ones each time they are asked for.
pub trait Parts {
    /// What holds for all of them.
    fn shape(&self) -> &Shape;

    /// Hands the parts over in order.
    ///
    /// # Errors
    /// Those of `take`, and when the answers cannot be read.
    fn each(&self, take: &mut dyn FnMut(&Analysis) -> Result<(), ExportError>) -> Result<(), ExportError>;

    /// Groups of alike answers, where there are any: the analysis that knows them.
    fn clustered(&self) -> Option<&Analysis> {
        None
    }
}

/// Answers that are in memory: one part.
#[derive(Debug)]
pub struct Whole<'a> {
    analysis: &'a Analysis,
    shape: Shape,
}

impl<'a> Whole<'a> {
    /// All of them.
    pub fn new(analysis: &'a Analysis) -> Self {
        let shape = Shape {
            group_names: analysis.group_names.clone(),
            kept: KeptColumns::of(&analysis.records),
            answers: analysis.records.len(),
        };
        Whole { analysis, shape }
    }
}

impl Parts for Whole<'_> {
    fn shape(&self) -> &Shape {
        &self.shape
    }

    fn each(&self, take: &mut dyn FnMut(&Analysis) -> Result<(), ExportError>) -> Result<(), ExportError> {
        take(self.analysis)
    }

    fn clustered(&self) -> Option<&Analysis> {
        Some(self.analysis)
    }
}
