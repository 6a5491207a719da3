//! A run: the stages in order. This is the one place that knows them all.
//!
//! ```text
//! answers -> mend, redact -> encode -> tag -> cluster -> Analysis
//! ```
//!
//! No files, no terminal: what comes in is read by [`crate::ingest`], what goes out is written by
//! [`crate::export`].

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::answer::Answer;
use crate::cluster::{self, Answers, ClusterError, ClusterSettings};
use crate::encode::{EncodeError, Vectors};
use crate::ingest::Input;
use crate::privacy::redact;
use crate::record::{Analysis, ClusterSummary, NearEqual, Record, UnitCounts};
use crate::review::Review;
use crate::tag::{Input as TagInput, Outcome, Tagger};
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

/// Runs all stages over what was read. `finished` is told of each stage as it ends.
///
/// # Errors
/// [`PipelineError`] from a stage.
pub fn analyse(input: Input, tagger: &mut Tagger, mut finished: impl FnMut(Stage)) -> Result<Analysis, PipelineError> {
    let counts = count_units(&input);
    let mut answers = input.answers;
    unify_group_names(&mut answers);
    let shown: Vec<String> = answers.par_iter().map(|answer| shown_text(&answer.text)).collect();
    finished(Stage::Text);

    let mended: Vec<Mended<'_>> = shown.par_iter().map(|text| text::mend(text)).collect();
    let inputs: Vec<TagInput<'_>> =
        (mended.iter().zip(&answers)).map(|(text, answer)| TagInput { text, kind: answer.kind.as_ref() }).collect();
    let texts: Vec<&str> = shown.iter().map(String::as_str).collect();
    let vectors = tagger.encoder().encode(&texts)?;
    finished(Stage::Encode);

    let taggings = tagger.tag_encoded(&inputs, &vectors);
    drop(mended);
    finished(Stage::Tag);

    let content: Vec<bool> = taggings.iter().map(|tagging| tagging.outcome != Outcome::NoContent).collect();
    let bokmal: Vec<bool> = taggings.iter().map(|tagging| tagging.language == Language::Nb).collect();
    let (clusters, membership) = group_alike(&vectors, &texts, &content, &bokmal)?;
    finished(Stage::Cluster);

    let normal_forms: Vec<String> = texts.par_iter().map(|text| text::normal_form(text)).collect();
    let same_text = text::same_text_groups(&normal_forms);
    let near_equal = text::near_equal_pairs(&texts, NEARLY_EQUAL)
        .into_iter()
        .filter(|&(first, second, _)| content[first] && content[second] && normal_forms[first] != normal_forms[second])
        .map(|(first, second, similarity)| NearEqual { first, second, similarity })
        .collect();
    finished(Stage::Alike);

    let group_names = group_names(&answers);
    let records = (answers.into_iter().zip(shown).zip(taggings).enumerate())
        .map(|(row, ((answer, shown), tagging))| Record {
            cluster: membership[row],
            same_text_group: same_text[row].filter(|_| content[row]),
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
