//! What a run need not do again, and where it puts what it has done.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::answers::{self, Current};
use super::taggers::{self, ToolNumbers};
use super::taggings::{self, CodeOrder};
use super::texts::TextId;
use super::{Store, StoreError, Tools, ToolsChange, snapshot, texts, vectors};
use crate::answer::Answer;
use crate::encode::Vectors;
use crate::pipeline::{Alike, Memory, MemoryError, Reading};
use crate::tag::{Outcome, Tagging};
use crate::text::Language;

/// How much of a run was done before, and why the rest was not.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Work {
    /// Shown texts taken from the store.
    pub texts_reused: usize,
    /// Shown texts made.
    pub texts_made: usize,
    /// Vectors taken from the store.
    pub vectors_reused: usize,
    /// Vectors made.
    pub vectors_made: usize,
    /// Taggings taken from the store.
    pub taggings_reused: usize,
    /// Taggings made.
    pub taggings_made: usize,
    /// Whether the groups of alike answers of the last run still hold, since no text has changed.
    pub groups_reused: bool,
    /// Why more than the new and changed was done; empty where only that was.
    pub why: Vec<String>,
}

/// A store that a run remembers with.
pub struct Remembering<'a> {
    store: &'a mut Store,
    numbers: ToolNumbers,
    order: CodeOrder,
    from_scratch: bool,
    same_version: bool,
    current: FxHashMap<String, Current>,
    contents: Vec<[u8; 16]>,
    keys: Vec<[u8; 16]>,
    text_of: Vec<TextId>,
    fingerprint: [u8; 16],
    work: Work,
}

/// What the run has to tell the store when it is written.
#[derive(Debug, Clone)]
pub struct Remembered {
    pub(super) tagger: i64,
    pub(super) contents: Vec<[u8; 16]>,
    pub(super) text_of: Vec<TextId>,
    pub(super) current: FxHashMap<String, Current>,
    pub(super) fingerprint: [u8; 16],
    /// How much was done before.
    pub work: Work,
}

impl<'a> Remembering<'a> {
    /// Remembers for a run with these tools. `from_scratch` forgets what earlier runs have made, but not what they
    /// called things.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub fn new(store: &'a mut Store, tools: &Tools, from_scratch: bool) -> Result<Self, StoreError> {
        let before = store.last_tools()?;
        let numbers = taggers::number(&store.connection, tools)?;
        let current = answers::current(&store.connection)?;
        let mut work = Work::default();
        let change = before.as_ref().map_or_else(ToolsChange::default, |before| ToolsChange::between(before, tools));
        for (changed, why) in [
            (from_scratch, "--from-scratch: all was done anew"),
            (change.version, "another version of innspill: all was done anew"),
            (change.model, "another model: all was encoded and tagged anew"),
            (change.codebook, "another codebook: all was tagged anew"),
        ] {
            if changed {
                work.why.push(why.to_owned());
            }
        }
        Ok(Remembering {
            order: CodeOrder::of(&tools.thresholds),
            same_version: before.is_some() && !change.version,
            store,
            numbers,
            from_scratch,
            current,
            contents: Vec::new(),
            keys: Vec::new(),
            text_of: Vec::new(),
            fingerprint: [0; 16],
            work,
        })
    }

    /// What is to be written of the run.
    pub fn finish(self) -> Remembered {
        Remembered {
            tagger: self.numbers.tagger,
            contents: self.contents,
            text_of: self.text_of,
            current: self.current,
            fingerprint: self.fingerprint,
            work: self.work,
        }
    }

    fn shown_of_unchanged(&mut self, answers: &[Answer]) -> Result<Vec<Option<String>>, StoreError> {
        let secret = &self.store.secret;
        self.contents = answers.par_iter().map(|answer| answers::content(secret, answer)).collect();
        if self.from_scratch || !self.same_version {
            self.work.texts_made = answers.len();
            return Ok(vec![None; answers.len()]);
        }
        let shown = texts::shown(&self.store.connection)?;
        let found: Vec<Option<String>> = (answers.iter().zip(&self.contents))
            .map(|(answer, content)| {
                let current = self.current.get(&answer.id.0).filter(|current| current.content == *content)?;
                shown.get(&current.text).cloned()
            })
            .collect();
        self.work.texts_reused = found.iter().flatten().count();
        self.work.texts_made = answers.len() - self.work.texts_reused;
        Ok(found)
    }

    fn known_vectors(&mut self, readings: &[Reading<'_>]) -> Result<Vec<Option<Vec<f32>>>, StoreError> {
        let secret = &self.store.secret;
        self.keys = readings.par_iter().map(|reading| texts::key(secret, reading)).collect();
        self.text_of = texts::number_all(&mut self.store.connection, &self.keys, readings)?;
        if self.from_scratch {
            return Ok(vec![None; readings.len()]);
        }
        let known = vectors::of_encoder(&self.store.connection, self.numbers.encoder)?;
        let found: Vec<Option<Vec<f32>>> = self.text_of.iter().map(|text| known.get(text).cloned()).collect();
        self.work.vectors_reused = found.iter().flatten().count();
        Ok(found)
    }

    fn known_taggings(&mut self) -> Result<Vec<Option<Tagging>>, StoreError> {
        if self.from_scratch {
            return Ok(vec![None; self.text_of.len()]);
        }
        let known = taggings::of_tagger(&self.store.connection, self.numbers.tagger)?;
        let found: Vec<Option<Tagging>> = self
            .text_of
            .par_iter()
            .map(|text| known.get(text).map(|raw| taggings::parse(&raw.listed, &raw.scores, &self.order)).transpose())
            .collect::<Result<_, _>>()?;
        self.work.taggings_reused = found.iter().flatten().count();
        Ok(found)
    }

    fn rows_texts<'b>(&'b self, rows: &'b [usize]) -> impl Iterator<Item = TextId> + 'b {
        // Rows are positions in the run's answers, which `text_of` has one entry for.
        rows.iter().map(|&row| self.text_of.get(row).copied().unwrap_or(0))
    }

    /// What the groups of alike answers are made of: texts in order, who of them has content, the encoder's version.
    fn fingerprint_of(&self, taggings: &[Tagging]) -> [u8; 16] {
        let mut all = String::with_capacity(self.keys.len() * 34);
        for (key, tagging) in self.keys.iter().zip(taggings) {
            for byte in key {
                all.push_str(&format!("{byte:02x}"));
            }
            all.push(if tagging.outcome == Outcome::NoContent { '0' } else { '1' });
            all.push(if tagging.language == Language::Nb { '1' } else { '0' });
        }
        self.store.secret.hash(&["alike", &self.numbers.encoder.to_string(), &all])
    }

    fn last_groups(&mut self, taggings: &[Tagging]) -> Result<Option<Alike>, StoreError> {
        self.fingerprint = self.fingerprint_of(taggings);
        if self.from_scratch {
            return Ok(None);
        }
        let found = snapshot::alike(&self.store.connection, &self.fingerprint, taggings.len())?;
        self.work.groups_reused = found.is_some();
        Ok(found)
    }
}

impl Memory for Remembering<'_> {
    fn shown(&mut self, answers: &[Answer]) -> Result<Vec<Option<String>>, MemoryError> {
        Ok(self.shown_of_unchanged(answers)?)
    }

    fn vectors(&mut self, readings: &[Reading<'_>]) -> Result<Vec<Option<Vec<f32>>>, MemoryError> {
        Ok(self.known_vectors(readings)?)
    }

    fn keep_vectors(&mut self, rows: &[usize], vectors: &Vectors) -> Result<(), MemoryError> {
        self.work.vectors_made += rows.len();
        let texts: Vec<TextId> = self.rows_texts(rows).collect();
        let pairs = texts.into_iter().zip(vectors.rows());
        Ok(vectors::keep(&mut self.store.connection, self.numbers.encoder, pairs)?)
    }

    fn taggings(&mut self) -> Result<Vec<Option<Tagging>>, MemoryError> {
        Ok(self.known_taggings()?)
    }

    fn keep_taggings(&mut self, rows: &[usize], taggings: &[Tagging]) -> Result<(), MemoryError> {
        self.work.taggings_made += rows.len();
        let texts: Vec<TextId> = self.rows_texts(rows).collect();
        let pairs = texts.into_iter().zip(taggings);
        Ok(taggings::keep(&mut self.store.connection, self.numbers.tagger, &self.order, pairs)?)
    }

    fn alike(&mut self, taggings: &[Tagging]) -> Result<Option<Alike>, MemoryError> {
        Ok(self.last_groups(taggings)?)
    }
}
