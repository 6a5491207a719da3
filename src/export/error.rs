//! What can go wrong when results are written down.

use std::io;
use std::path::{Path, PathBuf};

/// Why a run's files could not be written. Nothing is left half written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The disk or the permissions say no.
    #[error("{path}: cannot be written ({cause}); check permissions and free space")]
    Write {
        /// File or folder.
        path: PathBuf,
        /// The system's word.
        cause: io::Error,
    },
    /// A write failed and the file is not known yet; see `ExportError::of_file`.
    #[error("cannot write ({0}); check permissions and free space")]
    Stream(#[from] io::Error),
    /// The run's folder is there already.
    #[error("{folder}: this run is published already; a new run gets a new number")]
    RunIsThere {
        /// The run's folder.
        folder: PathBuf,
    },
    /// The output path is a file.
    #[error("{path}: is a file, and a folder is needed; name another with --output")]
    NotAFolder {
        /// The path.
        path: PathBuf,
    },
    /// The spreadsheet writer says no.
    #[error("{path}: the spreadsheet cannot be written ({cause})")]
    Workbook {
        /// File.
        path: PathBuf,
        /// What the writer says.
        cause: rust_xlsxwriter::XlsxError,
    },
    /// A file for QDA tools cannot be without codes.
    #[error("the codebook has no codes, and REFI-QDA has no empty codebook; add a theme or a pattern")]
    NoCodes,
    /// The archive cannot be put together.
    #[error("the archive cannot be written ({0}); check free space")]
    Archive(#[from] zip::result::ZipError),
    /// A table for data frames cannot be written.
    #[error("the Parquet file cannot be written ({0}); check free space")]
    Frame(#[from] parquet::errors::ParquetError),
    /// The vectors cannot be made.
    #[error(transparent)]
    Encode(#[from] crate::encode::EncodeError),
    /// Tagged answers cannot be read while they are written.
    #[error(transparent)]
    Tagged(#[from] Box<super::tagged::TaggedError>),
    /// The report's templates do not fit its figures: an error of ours.
    #[error("the report cannot be put together ({cause}); please report this")]
    Report {
        /// What the template engine says; names a template and line, no contents.
        cause: String,
    },
    /// The report cannot be kept under its greatest size.
    #[error(
        "the report would be {bytes} bytes, over the limit of {limit}; shorten names in the codebook or merge groups"
    )]
    ReportTooLarge {
        /// Its least size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
}

impl ExportError {
    /// For `map_err`: an I/O error at `path`.
    pub(crate) fn at(path: &Path) -> impl Fn(io::Error) -> ExportError + '_ {
        move |cause| ExportError::Write { path: path.to_path_buf(), cause }
    }

    /// Names the file of an error that came from a stream.
    pub(crate) fn of_file(self, path: &Path) -> ExportError {
        match self {
            ExportError::Stream(cause) => ExportError::Write { path: path.to_path_buf(), cause },
            ExportError::Workbook { cause, .. } => ExportError::Workbook { path: path.to_path_buf(), cause },
            other => other,
        }
    }
}

impl From<rust_xlsxwriter::XlsxError> for ExportError {
    fn from(cause: rust_xlsxwriter::XlsxError) -> Self {
        ExportError::Workbook { path: PathBuf::new(), cause }
    }
}

impl From<serde_json::Error> for ExportError {
    fn from(cause: serde_json::Error) -> Self {
        ExportError::Stream(cause.into())
    }
}
