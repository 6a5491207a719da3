//! What can go wrong with a project's store.

use std::path::PathBuf;

/// Why the store could not be opened, read or written. No variant holds an answer's words.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite refused; a full disk and a locked file come this way.
    #[error("the store: {0}; nothing was changed, see `innspill doctor PROJECT`")]
    Database(#[from] rusqlite::Error),
    /// A file beside the database.
    #[error("{path}: {cause}; check the folder's rights and the space on the disk")]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's word.
        cause: std::io::Error,
    },
    /// The write-ahead log needs memory that all processes share, which a network folder cannot give.
    #[error(
        "{path}: lies on a network file system ({kind}), where the store can be damaged; keep it on a local disk with --store PATH"
    )]
    NetworkFolder {
        /// The store's path.
        path: PathBuf,
        /// The file system's name.
        kind: String,
    },
    /// A newer innspill has written it.
    #[error("{path}: is of schema {found}, and this innspill knows up to {known}; use the newer innspill")]
    Newer {
        /// The store's path.
        path: PathBuf,
        /// Schema found.
        found: i64,
        /// Newest schema known here.
        known: i64,
    },
    /// A database, or another file, that is not ours.
    #[error("{path}: is no store of innspill; move it away, or name another with --store PATH")]
    Foreign {
        /// Its path.
        path: PathBuf,
    },
    /// There is no store.
    #[error("{path}: there is no store yet; run `innspill run PROJECT` first")]
    Absent {
        /// Where it would be.
        path: PathBuf,
    },
    /// The store has no finished run.
    #[error("{path}: holds no finished run yet; run `innspill run PROJECT` first")]
    NoRun {
        /// The store's path.
        path: PathBuf,
    },
    /// Not a run of this project, or one whose details are pruned.
    #[error("run {run}: is not in the store, or its details are pruned; see `innspill runs PROJECT`")]
    UnknownRun {
        /// The number asked for.
        run: u32,
    },
    /// Something in it is not as it was written.
    #[error("the store is damaged ({what}); restore it from a copy, or move it away and run again")]
    Damaged {
        /// Which part.
        what: &'static str,
    },
    /// The system gives no random numbers.
    #[error("the system gives no random numbers for the project's secret ({0})")]
    NoRandom(String),
    /// The project's settings.
    #[error(transparent)]
    Settings(#[from] crate::settings::SettingsError),
}

impl StoreError {
    /// Names the file that the system complains of.
    pub(super) fn at(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> StoreError {
        let path = path.to_owned();
        move |cause| StoreError::Io { path, cause }
    }
}
