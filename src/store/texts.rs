//! Shown texts, each once for each kind: what vectors and taggings are made of.

use rusqlite::Connection;
use rustc_hash::FxHashMap;

use super::{Secret, StoreError};
use crate::pipeline::Reading;

/// A text's number in the store.
pub(super) type TextId = i64;

/// The keyed hash of a text and its kind.
pub(super) fn key(secret: &Secret, reading: &Reading<'_>) -> [u8; 16] {
    let kind = reading.kind.map_or("", |kind| kind.0.as_str());
    secret.hash(&[if reading.kind.is_some() { "kind" } else { "none" }, kind, reading.shown])
}

/// All texts' numbers by key.
pub(super) fn numbers(connection: &Connection) -> Result<FxHashMap<[u8; 16], TextId>, StoreError> {
    let mut statement = connection.prepare("SELECT key, text FROM texts")?;
    let mut rows = statement.query([])?;
    let mut numbers = FxHashMap::default();
    while let Some(row) = rows.next()? {
        let key = row.get_ref(0)?.as_blob().ok().and_then(|key| key.try_into().ok());
        let key: [u8; 16] = key.ok_or(StoreError::Damaged { what: "the key of a text" })?;
        numbers.insert(key, row.get(1)?);
    }
    Ok(numbers)
}

/// All shown texts by number.
pub(super) fn shown(connection: &Connection) -> Result<FxHashMap<TextId, String>, StoreError> {
    let mut statement = connection.prepare("SELECT text, shown FROM texts")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The numbers of the texts with these keys; texts that are not there are written.
pub(super) fn number_all(
    connection: &mut Connection,
    keys: &[[u8; 16]],
    readings: &[Reading<'_>],
) -> Result<Vec<TextId>, StoreError> {
    let mut known = numbers(connection)?;
    let transaction = connection.transaction()?;
    let mut ids = Vec::with_capacity(keys.len());
    {
        let mut insert = transaction.prepare("INSERT INTO texts (key, shown) VALUES (?1, ?2)")?;
        for (key, reading) in keys.iter().zip(readings) {
            let id = match known.get(key) {
                Some(&id) => id,
                None => {
                    insert.execute(rusqlite::params![&key[..], reading.shown])?;
                    let id = transaction.last_insert_rowid();
                    known.insert(*key, id);
                    id
                }
            };
            ids.push(id);
        }
    }
    transaction.commit()?;
    Ok(ids)
}
