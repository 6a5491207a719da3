//! Why a text could not be encoded or a model not opened.

use std::path::PathBuf;

/// What goes wrong with encoders and their files.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// A build without the feature `transformer` was asked for a transformer.
    #[error(
        "this build has no transformer encoder, so it cannot open '{asked}'; run scripts/setup-transformer and use target/transformer/release/innspill"
    )]
    NoTransformer {
        /// What was asked for.
        asked: String,
    },
    /// The model's folder is not there.
    #[error("model '{name}' is not at {folder}; fetch it with: innspill models pull {name}", folder = folder.display())]
    NotPulled {
        /// The model's name.
        name: String,
        /// Where it was looked for.
        folder: PathBuf,
    },
    /// A folder that was named lacks a file of the layout.
    #[error("{folder} is no model folder: {missing} is missing", folder = folder.display())]
    Incomplete {
        /// The folder.
        folder: PathBuf,
        /// The first file that is missing.
        missing: String,
    },
    /// A file's contents are not what they should be.
    #[error("{file}: {why}", file = file.display())]
    BadFile {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A file could not be read or written.
    #[error("{file}: {source}", file = file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A helper program or the model's engine failed.
    #[error("{0}")]
    Engine(String),
}

impl EncodeError {
    /// For `map_err` on file work: names the file beside what the system said.
    pub fn io(file: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let file = file.into();
        move |source| Self::Io { file, source }
    }
}
