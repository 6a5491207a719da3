//! Hands out the paragraphs and headings of a document that was read whole.

use std::collections::VecDeque;

use super::assemble::{Assembler, Draft};
use super::prose::Piece;
use super::stream::UnitReader;
use super::{CELL_LIMIT, FileRead, Format, RejectReason, SkipReason, Unit};
use crate::settings::TextUnit;

/// A unit of a document, or what became of it.
#[derive(Debug)]
pub(super) enum Part {
    /// A paragraph, heading or furniture.
    Piece(Piece),
    /// Something that could not be read.
    Bad {
        /// Page or paragraph, from 1.
        row: u64,
        /// What is wrong with it.
        reason: RejectReason,
    },
}

/// Reads what a document was taken apart into.
pub(super) struct PieceReader {
    pub(super) assembler: Assembler,
    pub(super) format: Format,
    pub(super) unit: TextUnit,
    pub(super) parts: VecDeque<Part>,
    pub(super) ordinal: u64,
}

impl PieceReader {
    fn draft(&self, part: Part) -> Option<Draft> {
        let reject = |row, reason| Some(Draft::reject(self.assembler.place(row), self.ordinal, reason));
        let skipped = |row, reason| Some(Draft::skipped(self.assembler.place(row), self.ordinal, reason));
        match part {
            Part::Bad { row, reason } => reject(row, reason),
            Part::Piece(Piece::Heading { row }) => skipped(row, SkipReason::Heading),
            Part::Piece(Piece::Furniture { row }) => skipped(row, SkipReason::PageFurniture),
            Part::Piece(Piece::Answer { text, row }) if text.len() > CELL_LIMIT => {
                reject(row, RejectReason::CellTooLong { bytes: text.len(), limit: CELL_LIMIT })
            }
            Part::Piece(Piece::Answer { text, row }) if text.contains('\0') => reject(row, RejectReason::Nul),
            // A document has no fields to filter on.
            Part::Piece(Piece::Answer { .. }) if !self.assembler.options.filters.is_empty() => None,
            Part::Piece(Piece::Answer { text, row }) => {
                let answer = self.assembler.plain_answer(text, row);
                Some(Draft::of(Unit::Answer(Box::new(answer)), self.ordinal))
            }
        }
    }
}

impl UnitReader for PieceReader {
    fn read(&mut self, drafts: &mut VecDeque<Draft>) -> bool {
        let Some(part) = self.parts.pop_front() else { return false };
        self.ordinal += 1;
        drafts.extend(self.draft(part));
        true
    }

    fn file(&self) -> FileRead {
        FileRead {
            path: self.assembler.file.to_string(),
            sha256: String::new(),
            format: self.format,
            encoding: None,
            delimiter: None,
            text_unit: Some(self.unit),
            columns: Vec::new(),
            tool: None,
            notes: Vec::new(),
            units: 0,
        }
    }
}
