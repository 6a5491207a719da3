//! What can be wrong with what a person wrote.

/// Why a person's file cannot be used. No variant holds a text of an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReviewError {
    /// A column that cannot be done without is not in the header.
    #[error("{file}:1: the column `{missing}` is missing; the header is {expected}")]
    Column {
        /// File as the user knows it.
        file: String,
        /// The column.
        missing: String,
        /// All columns.
        expected: String,
    },
    /// A row says something that cannot be.
    #[error("{file}:{line}: {what}; {how}")]
    Row {
        /// File, with the sheet for a workbook.
        file: String,
        /// Line or row from 1.
        line: u64,
        /// What is wrong.
        what: String,
        /// How to mend it.
        how: String,
    },
    /// The file is not what its name says.
    #[error("{file}: {what}; {how}")]
    File {
        /// File as the user knows it.
        file: String,
        /// What is wrong.
        what: String,
        /// How to mend it.
        how: String,
    },
}

impl ReviewError {
    /// For a row.
    pub(crate) fn row(file: &str, line: u64, what: impl Into<String>, how: impl Into<String>) -> Self {
        ReviewError::Row { file: file.to_owned(), line, what: what.into(), how: how.into() }
    }

    /// For a whole file.
    pub(crate) fn file(file: &str, what: impl Into<String>, how: impl Into<String>) -> Self {
        ReviewError::File { file: file.to_owned(), what: what.into(), how: how.into() }
    }
}
