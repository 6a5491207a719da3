//! A project's memory: `innspill.db`, one SQLite file.
//!
//! It holds every version of every answer with its shown text, vectors by encoder, taggings by tagger, the ledger of
//! groups of alike answers, and what each run did. A run is written in one transaction, around the switch of
//! `out/latest`: both are there, or neither.
//!
//! [`Store`] opens it; [`Remembering`] hands a run what earlier ones have made; [`Store::write_run`] writes a run;
//! [`load_latest`] reads one back.

mod answers;
mod blobs;
mod clusters;
mod error;
mod forget;
mod load;
mod memory;
mod place;
mod recall;
mod runs;
mod schema;
mod secret;
mod snapshot;
mod taggers;
mod taggings;
mod texts;
mod vectors;
mod write;

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

pub use error::StoreError;
pub use forget::{Erased, Version, Wanted};
pub use load::{StoredRun, load_latest, load_run};
pub use memory::{Remembered, Remembering, Work};
pub use recall::Recalling;
pub use runs::{RunEntry, RunState};
pub use secret::Secret;
pub use taggers::{Tools, ToolsChange};
pub use write::{Night, Written};

use crate::settings::Settings;

/// The store's name in a project's folder.
pub const FILE_NAME: &str = "innspill.db";

/// An open store.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
    secret: Secret,
}

impl Store {
    /// Where a project's store lies: as the settings say, else in its folder.
    pub fn path_of(project: &Path, settings: &Settings) -> PathBuf {
        settings.store.as_ref().map_or_else(|| project.join(FILE_NAME), |path| project.join(path))
    }

    /// Opens the store for writing; makes it where there is none, and brings an older one to the newest schema.
    ///
    /// # Errors
    /// When it lies on a network file system, is not ours, is of a newer innspill, or cannot be written.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        place::require_local(path)?;
        place::create_private(path)?;
        Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
    }

    /// Opens a store that must be there.
    ///
    /// # Errors
    /// As [`Store::open`], and when there is none.
    pub fn open_existing(path: &Path) -> Result<Self, StoreError> {
        if !path.is_file() {
            return Err(StoreError::Absent { path: path.to_owned() });
        }
        Self::open(path)
    }

    fn connect(path: &Path, flags: OpenFlags) -> Result<Self, StoreError> {
        let mut connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(std::time::Duration::from_secs(10))?;
        // Before anything is written: a file that is not ours stays as it is.
        schema::version(&connection, path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // A run that `out/latest` shows must survive a power cut.
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        // What is deleted is overwritten with zeros.
        connection.pragma_update(None, "secure_delete", true)?;
        connection.pragma_update(None, "cache_size", -65_536)?;
        schema::migrate(&mut connection, path)?;
        let secret = Secret::of(&connection)?;
        Ok(Store { connection, path: path.to_owned(), secret })
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The key of respondents' pseudonyms.
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// What SQLite finds wrong with the file, and references that lead nowhere; empty where all is well.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn check(&self) -> Result<Vec<String>, StoreError> {
        let mut statement = self.connection.prepare("PRAGMA integrity_check")?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
        let mut found: Vec<String> = rows.collect::<Result<_, _>>()?;
        found.retain(|line| line != "ok");
        let mut statement = self.connection.prepare("PRAGMA foreign_key_check")?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
        for table in rows {
            found.push(format!("a row of {} leads nowhere", table?));
        }
        Ok(found)
    }

    /// The number of the schema.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn schema(&self) -> Result<i64, StoreError> {
        schema::version(&self.connection, &self.path)
    }
}

#[cfg(test)]
pub(crate) mod tests;
