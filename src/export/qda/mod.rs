//! REFI-QDA: a project (`.qdpx`) or a codebook (`.qdc`) for NVivo, MAXQDA, ATLAS.ti and QualCoder.
//!
//! The format is that of QDA-XML 1.0 (REFI, March 2019). In reading order: [`codes`] is the tree of codes;
//! [`documents`] lays the answers out in documents; [`codings`] says which code stands on which characters; `project`
//! and [`codebook`] write the XML; and [`archive`] puts the files into one. Ids are those of
//! [`crate::codebook::guid`], the same in every export.

pub mod archive;
pub mod codebook;
pub mod codes;
pub mod codings;
pub mod documents;
mod log;
mod project;
mod sets;
#[cfg(test)]
mod tests;
mod xml;

pub use archive::write_project;
pub use codebook::write_codebook;

use crate::codebook::Codebook;
use crate::record::Analysis;
use crate::run_description::RunDescription;
use crate::text::Language;

/// What one document holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentUnit {
    /// The answers of a group, one after the other: fewer documents, easier to work with.
    Group,
    /// One answer.
    Answer,
}

/// What a project is made from.
#[derive(Debug, Clone, Copy)]
pub struct QdaProject<'a> {
    /// The answers.
    pub analysis: &'a Analysis,
    /// Their codes.
    pub codebook: &'a Codebook,
    /// The run.
    pub description: &'a RunDescription,
    /// Language of the codes' names.
    pub language: Language,
    /// What one document holds.
    pub unit: DocumentUnit,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QdaWritten {
    /// Documents.
    pub documents: usize,
    /// Codings.
    pub codings: usize,
}

/// More documents than this are slow to list, and hard to work with, in most QDA tools.
pub const MANY_DOCUMENTS: usize = 1_000;
