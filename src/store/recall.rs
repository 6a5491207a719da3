//! What a store remembers, for those who only look: nothing is written.

use rusqlite::OptionalExtension;

use super::{Store, StoreError, texts, vectors};
use crate::answer::Answer;
use crate::encode::{EncoderId, Vectors};
use crate::pipeline::{Alike, Memory, MemoryError, Reading};
use crate::tag::Tagging;

/// Vectors that earlier runs have made; all else is made anew, and nothing is kept.
#[derive(Debug)]
pub struct Recalling<'a> {
    store: &'a Store,
    encoder: EncoderId,
    answers: usize,
}

impl<'a> Recalling<'a> {
    /// Recalls the vectors of an encoder.
    pub fn new(store: &'a Store, encoder: &EncoderId) -> Self {
        Recalling { store, encoder: encoder.clone(), answers: 0 }
    }

    fn known(&self, readings: &[Reading<'_>]) -> Result<Vec<Option<Vec<f32>>>, StoreError> {
        let connection = &self.store.connection;
        let encoder: Option<i64> = connection
            .query_row(
                "SELECT encoder FROM encoders WHERE name = ?1 AND sha256 = ?2 AND version = ?3",
                rusqlite::params![self.encoder.name, self.encoder.hash, env!("CARGO_PKG_VERSION")],
                |row| row.get(0),
            )
            .optional()?;
        let Some(encoder) = encoder else { return Ok(vec![None; readings.len()]) };
        let numbers = texts::numbers(connection)?;
        let known = vectors::of_encoder(connection, encoder)?;
        let vector = |reading: &Reading<'_>| known.get(numbers.get(&texts::key(&self.store.secret, reading))?).cloned();
        Ok(readings.iter().map(vector).collect())
    }
}

impl Memory for Recalling<'_> {
    fn shown(&mut self, answers: &[Answer]) -> Result<Vec<Option<String>>, MemoryError> {
        Ok(vec![None; answers.len()])
    }

    fn vectors(&mut self, readings: &[Reading<'_>]) -> Result<Vec<Option<Vec<f32>>>, MemoryError> {
        self.answers = readings.len();
        Ok(self.known(readings)?)
    }

    fn keep_vectors(&mut self, _rows: &[usize], _vectors: &Vectors) -> Result<(), MemoryError> {
        Ok(())
    }

    fn taggings(&mut self) -> Result<Vec<Option<Tagging>>, MemoryError> {
        Ok(vec![None; self.answers])
    }

    fn keep_taggings(&mut self, _rows: &[usize], _taggings: &[Tagging]) -> Result<(), MemoryError> {
        Ok(())
    }

    fn alike(&mut self, _taggings: &[Tagging]) -> Result<Option<Alike>, MemoryError> {
        Ok(None)
    }
}
