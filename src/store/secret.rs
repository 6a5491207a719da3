//! The project's secret: a random key made once, for pseudonyms that stay the same over runs and mean nothing elsewhere.

use rusqlite::{Connection, OptionalExtension};
use sha2::{Digest, Sha256};

use super::StoreError;

/// Bytes of the secret.
const LENGTH: usize = 32;

/// The key of pseudonyms and of all hashes in the store.
#[derive(Clone)]
pub struct Secret([u8; LENGTH]);

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret")
    }
}

impl Secret {
    /// The bytes, as a key.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// A keyed hash of the parts, each with its length before it: without the key nobody can try texts against it.
    /// All messages begin with the key and only half of the digest leaves, so that nothing can be appended.
    pub(super) fn hash(&self, parts: &[&str]) -> [u8; 16] {
        let mut hasher = Sha256::new();
        hasher.update(self.0);
        for part in parts {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        let digest: [u8; 32] = hasher.finalize().into();
        std::array::from_fn(|at| digest[at]) // 16 of 32
    }

    /// Reads the secret, or makes one.
    ///
    /// # Errors
    /// When the store cannot be read or written, or the system gives no random numbers.
    pub(super) fn of(connection: &Connection) -> Result<Self, StoreError> {
        let found: Option<Vec<u8>> =
            connection.query_row("SELECT value FROM project WHERE name = 'secret'", [], |row| row.get(0)).optional()?;
        if let Some(bytes) = found {
            let bytes = bytes.try_into().map_err(|_| StoreError::Damaged { what: "the secret" })?;
            return Ok(Secret(bytes));
        }
        let mut bytes = [0; LENGTH];
        getrandom::fill(&mut bytes).map_err(|error| StoreError::NoRandom(error.to_string()))?;
        connection.execute("INSERT INTO project (name, value) VALUES ('secret', ?1)", [&bytes[..]])?;
        Ok(Secret(bytes))
    }
}
