//! From files to answers: one file per format, one layout of columns, and every unit accounted for.
//!
//! Two ways in. [`open_stream`] reads one input in bounded memory and order, for commands that handle
//! answer after answer; [`read_project`] and [`read_inputs`] read everything, find duplicates and
//! derive ids that do not move when a sheet is sorted.

mod archive;
mod assemble;
mod candidate;
mod columns;
mod contents;
mod decode;
mod delimited;
mod docx;
mod files;
mod filter;
mod frame;
pub(crate) mod guard;
mod headers;
mod identity;
mod jsonl;
mod layout;
mod lines;
mod open;
mod pdf;
mod personal;
mod pieces;
mod problem;
mod problem_words;
mod project;
mod prose;
mod stream;
mod survey;
mod time;
mod workbook;

use std::path::Path;

use crate::answer::Answer;
use crate::settings::{Role, Source, TextUnit};

pub use filter::{Fields, Filter, FilterError};
pub use frame::{FrameColumns, frame_columns};
pub use layout::ColumnRead;
pub use personal::{Personal, pseudonym};
pub use problem::{IngestError, Reject, RejectReason, SkipReason, Skipped};
pub use project::{Duplicate, Input, read_inputs, read_project};
pub use stream::{AnswerStream, Counts, open_stream};
pub use survey::SurveyTool;
pub use time::parse_time;

/// The most bytes that one cell, line or field may hold.
pub const CELL_LIMIT: usize = 1_000_000;

/// A file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// Rows of cells between commas, semicolons or tabs.
    Csv,
    /// A workbook.
    Xlsx,
    /// One JSON object a line, or one array of objects.
    Jsonl,
    /// Plain text or Markdown.
    Text,
    /// A word processor's document.
    Docx,
    /// A PDF that holds text.
    Pdf,
}

impl Format {
    /// The format that a file's ending stands for.
    pub fn from_path(path: &Path) -> Option<Self> {
        Self::from_name(path.extension()?.to_str()?)
    }

    /// The format of that name or ending (`csv`, `tsv`, `xlsx`, `jsonl`, `text`, `docx`, `pdf`, ...).
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "csv" | "tsv" | "tab" => Format::Csv,
            "xlsx" | "xlsm" => Format::Xlsx,
            "jsonl" | "ndjson" | "json" => Format::Jsonl,
            "docx" | "docm" => Format::Docx,
            "pdf" => Format::Pdf,
            "txt" | "text" | "md" | "markdown" => Format::Text,
            _ => return None,
        })
    }

    /// Its short name.
    pub fn name(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Xlsx => "xlsx",
            Format::Jsonl => "jsonl",
            Format::Text => "text",
            Format::Docx => "docx",
            Format::Pdf => "pdf",
        }
    }
}

/// How to read an input.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// Columns, roles, kind and the rest, as a `[[source]]` of the settings says them; its path is not used.
    pub source: Source,
    /// Key of the pseudonyms of respondents.
    pub key: Vec<u8>,
    /// Rows that do not fit all of these are passed over, and not counted.
    pub filters: Vec<Filter>,
    /// Whether [`AnswerStream::with_fields`] is to hand out each row's fields.
    pub keep_fields: bool,
    /// Whether these are rows that were read before, as a tagged file holds them: their ids need not be watched, and
    /// JSON lines may be rows of a survey tool's sheet.
    pub reread: bool,
}

/// One unit of the input: a row, a cell of a question sheet, a line or a paragraph.
#[derive(Debug, Clone, PartialEq)]
pub enum Unit {
    /// An answer.
    Answer(Box<Answer>),
    /// Should have been one.
    Reject(Reject),
    /// Was never meant as one.
    Skipped(Skipped),
}

/// What is known of one file, or of one sheet of a workbook, once it has been opened.
#[derive(Debug, Clone, PartialEq)]
pub struct FileRead {
    /// As in [`crate::answer::Place`]: path as given, `-`, or `file.xlsx#Sheet1`.
    pub path: String,
    /// SHA-256 of the whole file in lower-case hexadecimal; empty where it was streamed.
    pub sha256: String,
    /// Its format.
    pub format: Format,
    /// Name of the character set, for text formats.
    pub encoding: Option<&'static str>,
    /// Character between cells, for CSV.
    pub delimiter: Option<char>,
    /// What one answer is, for plain text and documents.
    pub text_unit: Option<TextUnit>,
    /// Columns in the order of the file, with what each is used for.
    pub columns: Vec<ColumnRead>,
    /// The survey tool that wrote it, where its headers say so.
    pub tool: Option<SurveyTool>,
    /// What the user should know of its layout, one line each.
    pub notes: Vec<String>,
    /// Units read from it.
    pub units: usize,
}

impl FileRead {
    /// Headers of the columns that were left out because they look like personal data.
    pub fn dropped(&self) -> impl Iterator<Item = &str> {
        self.columns
            .iter()
            .filter(|column| column.role == Role::Drop && column.personal.is_some())
            .map(|column| column.header.as_str())
    }
}
