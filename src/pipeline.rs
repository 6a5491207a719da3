//! A run: the stages in order. This is the one place that knows them all.
//!
//! ```text
//! answers -> mend, redact -> encode -> tag -> cluster -> Analysis
//! ```
//!
//! A [`Memory`] may have made some of it before. No files, no terminal: what comes in is read by [`crate::ingest`], what goes out is written by
//! [`crate::export`].

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use rayon::prelude::*;

use crate::answer::{Answer, AnswerId, Kind};
use crate::cluster::{self, Answers, ClusterError, ClusterSettings};
use crate::encode::{EncodeError, Encoder, Vectors};
use crate::ingest::Input;
use crate::privacy::redact;
use crate::record::{Analysis, ClusterSummary, NearEqual, Record, UnitCounts};
use crate::review::Review;
use crate::tag::{Input as TagInput, Outcome, Tagger, Tagging};
use crate::text::{self, Language, Lexicon, Mended};

/// Why a run stopped.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// The encoder failed.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// Clustering failed.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// The memory failed.
    #[error(transparent)]
    Memory(#[from] MemoryError),
    /// Somebody asked the run to stop.
    #[error("stopped; nothing was published, and what was encoded and tagged is kept")]
    Stopped,
}

/// What a memory fails with.
pub type MemoryError = Box<dyn std::error::Error + Send + Sync>;

/// What a vector and a tagging are made of.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// The shown text.
    pub shown: &'a str,
    /// How it was asked for.
    pub kind: Option<&'a Kind>,
}

/// What is found by looking at all answers together.
#[derive(Debug, Clone, PartialEq)]
pub struct Alike {
    /// Groups of alike answers, largest first.
    pub clusters: Vec<ClusterSummary>,
    /// Each answer's position among them.
    pub membership: Vec<Option<usize>>,
    /// Answers with equal text share a number.
    pub same_text: Vec<Option<u32>>,
    /// Near-equal texts.
    pub near_equal: Vec<NearEqual>,
}

/// What earlier runs have made, and where this one puts what it makes. Called in the order of its methods; positions
/// are those of the answers. Whatever it hands back must be what the stage itself would make.
pub trait Memory {
    /// Shown texts of answers that have not changed.
    fn shown(&mut self, answers: &[Answer]) -> Result<Vec<Option<String>>, MemoryError>;
    /// Vectors of texts that were encoded before.
    fn vectors(&mut self, readings: &[Reading<'_>]) -> Result<Vec<Option<Vec<f32>>>, MemoryError>;
    /// Keeps the vectors of some rows, so that they are there even if the run is killed.
    fn keep_vectors(&mut self, rows: &[usize], vectors: &Vectors) -> Result<(), MemoryError>;
    /// Taggings of texts that were tagged before.
    fn taggings(&mut self) -> Result<Vec<Option<Tagging>>, MemoryError>;
    /// Keeps the taggings of some rows.
    fn keep_taggings(&mut self, rows: &[usize], taggings: &[Tagging]) -> Result<(), MemoryError>;
    /// What was found over all answers, if it was found over just these.
    fn alike(&mut self, taggings: &[Tagging]) -> Result<Option<Alike>, MemoryError>;
}

/// Remembers nothing: for input that is no project.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoMemory {
    answers: usize,
}

impl Memory for NoMemory {
    fn shown(&mut self, answers: &[Answer]) -> Result<Vec<Option<String>>, MemoryError> {
        self.answers = answers.len();
        Ok(vec![None; answers.len()])
    }

    fn vectors(&mut self, readings: &[Reading<'_>]) -> Result<Vec<Option<Vec<f32>>>, MemoryError> {
        Ok(vec![None; readings.len()])
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

/// A stage of a run, for progress and timings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Mending and redaction.
    Text,
    /// Codes, verdicts, facets.
    Tag,
    /// Vectors.
    Encode,
    /// Groups of alike answers.
    Cluster,
    /// Equal and near-equal texts.
    Alike,
}

impl Stage {
    /// Its name in `run.json`.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Text => "text",
            Stage::Tag => "tag",
            Stage::Encode => "encode",
            Stage::Cluster => "cluster",
            Stage::Alike => "alike",
        }
    }
}

/// Character similarity from which two texts are listed as nearly equal.
const NEARLY_EQUAL: f64 = 0.8;

/// Texts that are encoded before a memory is asked to keep them: a killed run loses no more.
const KEPT_AT_ONCE: usize = 8_192;

/// Runs all stages over what was read, but for what `memory` has. `finished` is told of each stage as it ends, and of
/// each part of a long one; where it breaks, the run stops.
///
/// # Errors
/// [`PipelineError`] from a stage.
pub fn analyse(
    input: Input,
    tagger: &mut Tagger,
    memory: &mut dyn Memory,
    mut finished: impl FnMut(Option<Stage>) -> ControlFlow<()>,
) -> Result<Analysis, PipelineError> {
    let mut finished = |stage| if finished(stage).is_break() { Err(PipelineError::Stopped) } else { Ok(()) };
    let counts = count_units(&input);
    let mut answers = input.answers;
    unify_group_names(&mut answers);
    let known = memory.shown(&answers)?;
    let shown: Vec<String> = (answers.par_iter().zip(known))
        .map(|(answer, known)| known.unwrap_or_else(|| shown_text(&answer.text)))
        .collect();
    finished(Some(Stage::Text))?;

    let readings: Vec<Reading<'_>> =
        (shown.iter().zip(&answers)).map(|(shown, answer)| Reading { shown, kind: answer.kind.as_ref() }).collect();
    let vectors = encode(tagger.encoder(), &readings, memory, || finished(None))?;
    finished(Some(Stage::Encode))?;

    let taggings = tag(tagger, &readings, &vectors, memory)?;
    finished(Some(Stage::Tag))?;

    let texts: Vec<&str> = shown.iter().map(String::as_str).collect();
    let alike = match memory.alike(&taggings)? {
        Some(alike) => alike,
        None => find_alike(&vectors, &texts, &taggings, |stage| finished(Some(stage)))?,
    };
    let Alike { clusters, membership, same_text, near_equal } = alike;

    let group_names = group_names(&answers);
    let records = (answers.into_iter().zip(shown).zip(taggings).zip(membership).zip(same_text))
        .map(|((((answer, shown), tagging), cluster), same_text_group)| Record {
            cluster,
            same_text_group,
            human_checked: false,
            quote_ok: false,
            answer,
            shown,
            tagging,
        })
        .collect();
    Ok(Analysis {
        records,
        clusters,
        counts,
        near_equal,
        thresholds: tagger.thresholds(),
        group_names,
        review: Review::default(),
    })
}

/// The first stages alone: what each answer would be tagged as, with nothing remembered.
///
/// # Errors
/// [`PipelineError`] from a stage.
pub fn tag_only(input: Input, tagger: &mut Tagger) -> Result<Vec<(AnswerId, Tagging)>, PipelineError> {
    let mut answers = input.answers;
    unify_group_names(&mut answers);
    let shown: Vec<String> = answers.par_iter().map(|answer| shown_text(&answer.text)).collect();
    let readings: Vec<Reading<'_>> =
        (shown.iter().zip(&answers)).map(|(shown, answer)| Reading { shown, kind: answer.kind.as_ref() }).collect();
    let vectors = vectors(tagger.encoder(), &readings, &mut NoMemory { answers: answers.len() })?;
    let taggings = taggings(tagger, &readings, &vectors)?;
    Ok(answers.into_iter().map(|answer| answer.id).zip(taggings).collect())
}

/// Vectors of shown texts; those that the memory has are not made again.
///
/// # Errors
/// [`PipelineError`] from encoder or memory.
pub fn vectors(
    encoder: &dyn Encoder,
    readings: &[Reading<'_>],
    memory: &mut dyn Memory,
) -> Result<Vectors, PipelineError> {
    encode(encoder, readings, memory, || Ok(()))
}

/// What shown texts with these vectors are tagged as, with nothing remembered.
///
/// # Errors
/// [`PipelineError`] from the tagger.
pub fn taggings(
    tagger: &mut Tagger,
    readings: &[Reading<'_>],
    vectors: &Vectors,
) -> Result<Vec<Tagging>, PipelineError> {
    tag(tagger, readings, vectors, &mut NoMemory { answers: readings.len() })
}

/// Vectors of all texts; those that the memory does not have are made, and kept part by part.
fn encode(
    encoder: &dyn Encoder,
    readings: &[Reading<'_>],
    memory: &mut dyn Memory,
    mut part: impl FnMut() -> Result<(), PipelineError>,
) -> Result<Vectors, PipelineError> {
    let dimension = encoder.dimension();
    let mut known = memory.vectors(readings)?;
    // A vector of another length is not of this encoder, whatever the memory says.
    known.iter_mut().for_each(|vector| *vector = vector.take().filter(|vector| vector.len() == dimension));
    let missing: Vec<usize> = (0..readings.len()).filter(|&row| known.get(row).is_none_or(Option::is_none)).collect();
    for rows in missing.chunks(KEPT_AT_ONCE) {
        let texts: Vec<&str> = rows.iter().filter_map(|&row| readings.get(row)).map(|reading| reading.shown).collect();
        let vectors = encoder.encode(&texts)?;
        memory.keep_vectors(rows, &vectors)?;
        for (&row, vector) in rows.iter().zip(vectors.rows()) {
            if let Some(slot) = known.get_mut(row) {
                *slot = Some(vector.to_vec());
            }
        }
        part()?;
    }
    let mut values = Vec::with_capacity(readings.len() * dimension);
    for vector in known {
        match vector {
            Some(vector) => values.extend(vector),
            None => values.resize(values.len() + dimension, 0.0),
        }
    }
    Ok(Vectors::new(dimension, values))
}

/// Taggings of all texts; those that the memory does not have are made and kept.
fn tag(
    tagger: &mut Tagger,
    readings: &[Reading<'_>],
    vectors: &Vectors,
    memory: &mut dyn Memory,
) -> Result<Vec<Tagging>, PipelineError> {
    let known = memory.taggings()?;
    let missing: Vec<usize> = (0..readings.len()).filter(|&row| known.get(row).is_none_or(Option::is_none)).collect();
    let some: Vec<Reading<'_>> = missing.iter().filter_map(|&row| readings.get(row)).copied().collect();
    let values: Vec<f32> = missing.iter().flat_map(|&row| vectors.row(row)).copied().collect();
    let mended: Vec<Mended<'_>> = some.par_iter().map(|reading| text::mend(reading.shown)).collect();
    let inputs: Vec<TagInput<'_>> =
        (mended.iter().zip(&some)).map(|(text, reading)| TagInput { text, kind: reading.kind }).collect();
    let made = tagger.tag_encoded(&inputs, &Vectors::new(vectors.dimension(), values));
    memory.keep_taggings(&missing, &made)?;
    let mut made = made.into_iter();
    Ok(known.into_iter().map(|known| known.or_else(|| made.next()).unwrap_or_else(Tagging::empty)).collect())
}

/// Groups of alike answers, and equal and near-equal texts.
fn find_alike(
    vectors: &Vectors,
    texts: &[&str],
    taggings: &[Tagging],
    mut finished: impl FnMut(Stage) -> Result<(), PipelineError>,
) -> Result<Alike, PipelineError> {
    let content: Vec<bool> = taggings.iter().map(|tagging| tagging.outcome != Outcome::NoContent).collect();
    let bokmal: Vec<bool> = taggings.iter().map(|tagging| tagging.language == Language::Nb).collect();
    let (clusters, membership) = group_alike(vectors, texts, &content, &bokmal)?;
    finished(Stage::Cluster)?;

    let normal_forms: Vec<String> = texts.par_iter().map(|text| text::normal_form(text)).collect();
    let same_text = text::same_text_groups(&normal_forms)
        .into_iter()
        .zip(&content)
        .map(|(group, &content)| group.filter(|_| content))
        .collect();
    let near_equal = text::near_equal_pairs(texts, NEARLY_EQUAL)
        .into_iter()
        .filter(|&(first, second, _)| content[first] && content[second] && normal_forms[first] != normal_forms[second])
        .map(|(first, second, similarity)| NearEqual { first, second, similarity })
        .collect();
    finished(Stage::Alike)?;
    Ok(Alike { clusters, membership, same_text, near_equal })
}

/// The one stored form of an answer that people see.
pub fn shown_text(raw: &str) -> String {
    let mended = text::mend(raw);
    let redacted = redact(mended.text());
    // A mark may have joined what mending looks at; mending is idempotent, so this settles it.
    text::mend(&redacted).text().to_owned()
}

fn count_units(input: &Input) -> UnitCounts {
    let mut skipped: BTreeMap<String, usize> = BTreeMap::new();
    for unit in &input.skipped {
        *skipped.entry(unit.reason.to_string()).or_default() += 1;
    }
    UnitCounts {
        units: input.units(),
        answers: input.answers.len(),
        duplicates: input.duplicates.len(),
        rejects: input.rejects.len(),
        skipped,
    }
}

type Groups = (Vec<ClusterSummary>, Vec<Option<usize>>);

fn group_alike(vectors: &Vectors, texts: &[&str], content: &[bool], bokmal: &[bool]) -> Result<Groups, PipelineError> {
    let view = cluster::rows(vectors.dimension(), vectors.values())?;
    let clustering = cluster::cluster(view, content, None, &ClusterSettings::default())?;
    let described =
        cluster::describe(view, &Answers { texts, preferred: bokmal, quotable: content }, &clustering, Lexicon::get())?;
    let position: BTreeMap<u32, usize> =
        described.iter().enumerate().map(|(position, group)| (group.id, position)).collect();
    let membership = clustering.membership.iter().map(|id| id.and_then(|id| position.get(&id).copied())).collect();
    let summaries = described
        .into_iter()
        .map(|group| ClusterSummary { id: group.id, label: group.label, quotes: group.quotes, size: group.size })
        .collect();
    Ok((summaries, membership))
}

/// Files write the same attribute as "Bord" and "bord": it is one, named as the first answer names it.
fn unify_group_names(answers: &mut [Answer]) {
    let mut first: BTreeMap<String, String> = BTreeMap::new();
    for answer in answers {
        for name in answer.groups.keys() {
            first.entry(name.to_lowercase()).or_insert_with(|| name.clone());
        }
        if answer.groups.keys().any(|name| first.get(&name.to_lowercase()) != Some(name)) {
            let groups = std::mem::take(&mut answer.groups);
            answer.groups = (groups.into_iter())
                .map(|(name, value)| (first.get(&name.to_lowercase()).cloned().unwrap_or(name), value))
                .collect();
        }
    }
}

/// Group attributes in the order in which the input first names them.
fn group_names(answers: &[Answer]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for answer in answers {
        for name in answer.groups.keys() {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    names
}
