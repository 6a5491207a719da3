//! The schema and its history.
//!
//! `user_version` is the schema's number, `application_id` marks the file as ours. A migration brings one schema to the
//! next inside a transaction, so that a killed one leaves the old.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::StoreError;

/// "inns", so that `file` and we know our own.
const APPLICATION: i64 = 0x696e_6e73;

/// What brings schema `n` to `n + 1`; the first makes schema 1 of an empty file.
const MIGRATIONS: &[&str] = &[include_str!("schema.sql")];

/// Brings the database to the newest schema.
///
/// # Errors
/// When it is not ours, or of a newer innspill.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let known = MIGRATIONS.len() as i64;
    let found = version(connection, path)?;
    if found > known {
        return Err(StoreError::Newer { path: path.to_owned(), found, known });
    }
    for (number, migration) in (1i64..).zip(MIGRATIONS).skip(found as usize) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "user_version", number)?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.commit()?;
    }
    Ok(())
}

/// The schema's number; 0 for an empty file.
pub(super) fn version(connection: &Connection, path: &Path) -> Result<i64, StoreError> {
    let foreign = || StoreError::Foreign { path: path.to_owned() };
    let read = |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let version = match read("user_version") {
        Ok(version) => version,
        Err(rusqlite::Error::SqliteFailure(error, _)) if error.code == rusqlite::ErrorCode::NotADatabase => {
            return Err(foreign());
        }
        Err(error) => return Err(error.into()),
    };
    let application = read("application_id")?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    match (application, version, tables) {
        (APPLICATION, 1.., _) => Ok(version),
        (0, 0, 0) => Ok(0),
        _ => Err(foreign()),
    }
}
