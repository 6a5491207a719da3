//! Vectors, by encoder and text.

use rusqlite::{Connection, params};
use rustc_hash::FxHashMap;

use super::texts::TextId;
use super::{StoreError, blobs};

/// An encoder's vectors of the texts that it has read, by text.
pub(super) fn of_encoder(connection: &Connection, encoder: i64) -> Result<FxHashMap<TextId, Vec<f32>>, StoreError> {
    let mut statement = connection.prepare("SELECT text, numbers FROM vectors WHERE encoder = ?1 ORDER BY vector")?;
    let mut rows = statement.query([encoder])?;
    let mut vectors = FxHashMap::default();
    while let Some(row) = rows.next()? {
        let bytes = row.get_ref(1)?.as_blob().map_err(|_| StoreError::Damaged { what: "a vector" })?;
        vectors.insert(row.get(0)?, blobs::to_vector(bytes));
    }
    Ok(vectors)
}

/// Keeps vectors; from here on a killed run need not make them again.
pub(super) fn keep<'a>(
    connection: &mut Connection,
    encoder: i64,
    vectors: impl Iterator<Item = (TextId, &'a [f32])>,
) -> Result<(), StoreError> {
    let transaction = connection.transaction()?;
    {
        let mut insert =
            transaction.prepare("INSERT OR REPLACE INTO vectors (encoder, text, numbers) VALUES (?1, ?2, ?3)")?;
        for (text, vector) in vectors {
            insert.execute(params![encoder, text, blobs::from_vector(vector)])?;
        }
    }
    transaction.commit()?;
    Ok(())
}
