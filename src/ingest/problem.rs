//! What can be wrong with input: a whole file, a unit that is rejected, a unit that is skipped.

use std::fmt;

use super::SurveyTool;
use crate::answer::Place;

/// Why an input could not be read at all. Each message is one line: file, what is wrong, how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The file or folder cannot be opened or read.
    #[error("{file}: cannot be read ({cause}); check the path and its permissions")]
    Unreadable {
        /// Path as given.
        file: String,
        /// The system's word.
        cause: std::io::Error,
    },
    /// The name's ending says nothing of the format.
    #[error(
        "{file}: format not known from its name; use .csv, .tsv, .xlsx, .jsonl, .json, .txt, .md, .docx or \
         .pdf, or --input-format"
    )]
    UnknownFormat {
        /// Path as given.
        file: String,
    },
    /// A pattern that is no glob.
    #[error("{pattern}: not a file pattern ({cause}); use * for any name and ** for any folder")]
    BadPattern {
        /// The pattern.
        pattern: String,
        /// What the glob parser says.
        cause: &'static str,
    },
    /// Nothing in the file looks like free text.
    #[error("{file}: no column holds free text (columns: {columns}); name one `text`, or set it in innspill.toml")]
    NoTextColumn {
        /// Path as given.
        file: String,
        /// The headers found, comma separated.
        columns: String,
    },
    /// The settings name a text column that is not there.
    #[error("{file}: no column \"{wanted}\" (columns: {columns}); correct the name of the text column")]
    ColumnMissing {
        /// Path as given.
        file: String,
        /// The header that was asked for.
        wanted: String,
        /// The headers found, comma separated.
        columns: String,
    },
    /// A survey tool's export is not as the tool writes it.
    #[error("{file}: reads as an export of {tool}, but column \"{column}\" {what}")]
    SurveyLayout {
        /// Path as given.
        file: String,
        /// The tool.
        tool: SurveyTool,
        /// The column's header.
        column: String,
        /// What is wrong with it and how to mend it.
        what: &'static str,
    },
    /// The workbook is damaged, encrypted, or not a workbook.
    #[error("{file}: cannot be read as XLSX ({cause}); open and save it again in a spreadsheet program, or export CSV")]
    Workbook {
        /// Path as given.
        file: String,
        /// What the reader says.
        cause: String,
    },
    /// The document is damaged, encrypted, or holds no text.
    #[error("{file}: cannot be read as {format} ({cause}); {mend}")]
    Document {
        /// Path as given.
        file: String,
        /// DOCX or PDF.
        format: &'static str,
        /// What is wrong with it.
        cause: &'static str,
        /// What to do about it.
        mend: &'static str,
    },
    /// The settings name a sheet that is not there.
    #[error("{file}: no sheet \"{wanted}\" (sheets: {sheets}); correct the name")]
    SheetMissing {
        /// Path as given.
        file: String,
        /// The sheet that was asked for.
        wanted: String,
        /// The sheets found, comma separated.
        sheets: String,
    },
    /// The file would fill the memory.
    #[error("{file}: holds more than {limit} MB; split it into smaller files")]
    TooLarge {
        /// Path as given.
        file: String,
        /// The limit in megabytes.
        limit: u64,
    },
    /// There is no answer in any of it.
    #[error("{file}: nothing to read: {why}")]
    NothingReadable {
        /// Path as given.
        file: String,
        /// What was found instead, and how to mend it.
        why: String,
    },
}

/// A unit that should have been an answer and could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Where it stands.
    pub place: Place,
    /// What is wrong with it.
    pub reason: RejectReason,
}

impl fmt::Display for Reject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.reason)
    }
}

/// What is wrong with a rejected unit and how to mend it; never holds cell contents.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RejectReason {
    /// Bytes that no UTF-8 text holds.
    #[error("is not valid UTF-8; save the file as UTF-8")]
    NotUtf8,
    /// A NUL character.
    #[error("holds a NUL character; the file is damaged here, export it again")]
    Nul,
    /// More or fewer cells than the header.
    #[error("has {found} cells where the header has {expected}; check delimiters and quotes")]
    WrongLength {
        /// Cells in this row.
        found: usize,
        /// Cells in the header.
        expected: usize,
    },
    /// A cell that is no answer any more.
    #[error("has a cell of {bytes} bytes, over the limit of {limit}; split it, or leave it out")]
    CellTooLong {
        /// Its length.
        bytes: usize,
        /// The most that is read.
        limit: usize,
    },
    /// A row so long that reading cannot go on.
    #[error("runs over {limit} bytes, and the rest of the file is not read; close the quote that opens here")]
    RowTooLong {
        /// The most that is read.
        limit: usize,
    },
    /// A quote that opens and never closes.
    #[error("opens a quote that is never closed and swallows the rest of the file; close the quote, or double it")]
    QuoteNotClosed,
    /// Not JSON.
    #[error("is not valid JSON (column {column}); write one JSON object a line")]
    NotJson {
        /// Where the parser stopped, in bytes from 1.
        column: usize,
    },
    /// JSON, but not an object.
    #[error("is not a JSON object; write one object a line, such as {{\"text\": \"...\"}}")]
    NotAnObject,
    /// An object without text.
    #[error("has no field \"{field}\"; every row needs one")]
    NoText {
        /// The field looked for.
        field: String,
    },
    /// A value that is neither a text nor a number.
    #[error("field \"{field}\" is not a text; write it as a string")]
    NotAText {
        /// The field.
        field: String,
    },
    /// The same field again in one object.
    #[error("has the field \"{field}\" more than once; keep one of them")]
    FieldTwice {
        /// The field.
        field: String,
    },
    /// A formula that came to an error.
    #[error("holds a formula error such as #N/A where the text should be; mend the formula")]
    FormulaError,
    /// A page whose contents cannot be taken apart.
    #[error("is a page that cannot be read; export the file again")]
    PageDamaged,
    /// An id that was used before.
    #[error("repeats the id of {first}; make ids unique, or leave the id column out")]
    RepeatedId {
        /// Where the id came first.
        first: String,
    },
    /// The device failed in the middle.
    #[error("cannot be read further ({kind}); copy the file anew")]
    Interrupted {
        /// The kind of failure.
        kind: std::io::ErrorKind,
    },
}

/// A unit that was never meant as an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Where it stands.
    pub place: Place,
    /// Why it is none.
    pub reason: SkipReason,
}

/// Why a unit is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, thiserror::Error)]
pub enum SkipReason {
    /// A row without any cell filled.
    #[error("empty row")]
    EmptyRow,
    /// The text cell is empty.
    #[error("empty cell")]
    EmptyCell,
    /// A heading or title.
    #[error("heading")]
    Heading,
    /// Page numbers, running heads, loose signs.
    #[error("page furniture")]
    PageFurniture,
    /// Erased by `innspill forget`, and not taken in again.
    #[error("forgotten on request")]
    Forgotten,
}

impl SkipReason {
    /// Every reason, in the order that reports list them.
    pub const ALL: [SkipReason; 5] = [
        SkipReason::EmptyRow,
        SkipReason::EmptyCell,
        SkipReason::Heading,
        SkipReason::PageFurniture,
        SkipReason::Forgotten,
    ];
}
