//! What a run leaves behind: tables, a workbook, a report for the analysts and one to pass on.
//!
//! One file here per output. All tables share one shape ([`table`]) and one CSV writer ([`csv_file`]); the workbook
//! is made of the same tables. [`folder`] publishes the files whole or not at all.

pub mod answers;
pub mod by_sentence;
pub mod check;
pub mod clusters;
pub mod codebook;
pub mod consensus;
pub mod corrections_sheet;
pub mod csv_file;
mod error;
pub mod findings;
#[cfg(test)]
pub(crate) mod fixture;
pub mod folder;
pub mod frames;
pub mod group_work;
pub mod groups;
pub mod in_language;
pub mod jsonl;
pub mod kept;
pub mod manifest;
pub mod notes;
pub mod parts;
pub mod patterns;
mod permissions;
pub mod qda;
pub mod quotes;
pub mod read_me;
pub mod rejects;
pub mod selection;
mod source;
pub mod suggested_codes;
pub mod table;
pub mod tagged;
pub mod tagged_parts;
pub mod tags;
pub mod themes_by_groups;
pub mod to_review;
pub mod workbook;
pub mod workbook_sheets;

use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use rayon::prelude::*;

pub use error::ExportError;
pub use folder::{Target, WrittenFile};
pub use source::{Edition, Source, SubjectName, level_id, unit_id};

use crate::codebook::Codebook;
use crate::patterns::Patterns;
use crate::record::Analysis;
use crate::report;
use crate::run_description::RunDescription;
use crate::text::Language;
use csv_file::{Dialect, write_csv};
use folder::Staging;
use table::Table;
use workbook_sheets::write_analysts_workbook;

/// What was found, once for each edition: [`crate::patterns::seek`] with its settings.
#[derive(Debug, Clone, Copy)]
pub struct Editions<'a> {
    /// With everything.
    pub internal: &'a Patterns,
    /// With small groups merged, small counts hidden and quotes that may be passed on
    /// ([`crate::patterns::PatternSettings::shared`]).
    pub shared: &'a Patterns,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The folder, as the user knows it.
    pub folder: PathBuf,
    /// The internal report.
    pub report: PathBuf,
    /// All files but `run.json`, by name.
    pub files: Vec<WrittenFile>,
}

type WriteFile<'a> = Box<dyn FnOnce(&mut dyn Write) -> Result<(), ExportError> + Send + 'a>;

/// Writes all outputs of a run and publishes them: all of them or, where one fails, none.
///
/// The same input gives the same bytes, but for `run.json`, which has the clock.
///
/// # Errors
/// When a file cannot be written, or the run is published already.
pub fn write_run(
    target: &Target,
    analysis: &Analysis,
    codebook: &Codebook,
    patterns: Editions<'_>,
    description: &RunDescription,
) -> Result<Written, ExportError> {
    let started = Instant::now();
    let least = least_group(description);
    let internal = Source { analysis, codebook, patterns: patterns.internal, edition: Edition::Internal, least };
    let shared = Source { analysis, codebook, patterns: patterns.shared, edition: Edition::Shared, least };
    let staging = Staging::begin(target)?;

    let mut jobs = internal_tables(&internal, description);
    jobs.extend(persons_tables(&internal, description));
    jobs.extend(shared_tables(&shared, description));
    jobs.push((
        "report.html",
        Box::new(move |output| Ok(output.write_all(report::render(&internal, description)?.as_bytes())?)),
    ));
    jobs.push((
        "share/report.html",
        Box::new(move |output| Ok(output.write_all(report::render(&shared, description)?.as_bytes())?)),
    ));
    jobs.push(("findings.json", Box::new(move |output| findings::write_findings(&internal, output))));
    jobs.extend(group_work_tables(&internal, description.excel));
    jobs.extend(group_work_tables(&shared, description.excel));
    let scratch = staging.path().to_path_buf();
    jobs.push((
        "answers.xlsx",
        Box::new(move |output| {
            write_analysts_workbook(&internal, codebook, description, Language::Nb, &scratch, output)
        }),
    ));

    let outcomes: Vec<Result<(), ExportError>> =
        jobs.into_par_iter().map(|(name, write)| staging.file(name, |output| write(output))).collect();
    outcomes.into_iter().collect::<Result<(), _>>()?;

    let files = staging.written();
    let listed = files.clone();
    let seconds = started.elapsed().as_secs_f64();
    staging
        .file("run.json", |output| manifest::write_manifest(description, &analysis.counts, listed, seconds, output))?;
    let folder = staging.publish()?;
    Ok(Written { report: folder.join("report.html"), folder, files })
}

fn csv_job<'a>(table: impl Table + Send + 'a, excel: bool) -> WriteFile<'a> {
    Box::new(move |output| write_csv(&table, Dialect::from_setting(excel), output))
}

fn internal_tables<'a>(source: &Source<'a>, description: &'a RunDescription) -> Vec<(&'static str, WriteFile<'a>)> {
    let excel = description.excel;
    vec![
        ("answers.csv", csv_job(answers::AnswersTable::new(source.analysis, source.codebook), excel)),
        ("tags.csv", csv_job(tags::TagsTable::new(source.analysis, source.codebook), excel)),
        ("clusters.csv", csv_job(clusters::ClustersTable::new(*source), excel)),
        ("patterns.csv", csv_job(patterns::PatternsTable(*source), excel)),
        ("consensus.csv", csv_job(consensus::ConsensusTable(*source), excel)),
        ("groups.csv", csv_job(groups::GroupsTable(*source), excel)),
        ("findings.csv", csv_job(findings::FindingsTable(*source), excel)),
        ("quotes.csv", csv_job(quotes::QuotesTable(*source), excel)),
        ("codebook.csv", csv_job(codebook::CodebookTable::new(source.codebook, source), excel)),
        ("suggested_codes.csv", csv_job(suggested_codes::SuggestedCodesTable(*source), excel)),
        ("rejects.csv", csv_job(rejects::RejectsTable(&description.rejects), excel)),
    ]
}

/// What a person's work gave rise to, where it did.
fn persons_tables<'a>(source: &Source<'a>, description: &RunDescription) -> Vec<(&'static str, WriteFile<'a>)> {
    let (review, excel) = (&source.analysis.review, description.excel);
    let mut tables: Vec<(&'static str, WriteFile<'a>)> = Vec::new();
    if !review.notes.is_empty() {
        tables.push(("notes.csv", csv_job(notes::NotesTable(*source), excel)));
    }
    if let Some(result) = &review.check {
        tables.push(("check.csv", csv_job(check::CheckTable { result, codebook: source.codebook }, excel)));
    }
    if !review.to_review.is_empty() {
        tables.push(("to_review.csv", csv_job(to_review::ToReviewTable(&review.to_review), excel)));
    }
    tables
}

/// Counts and quotes only: what has one row per answer, or names a file or a line of one, is not passed on.
fn shared_tables<'a>(source: &Source<'a>, description: &RunDescription) -> Vec<(&'static str, WriteFile<'a>)> {
    let excel = description.excel;
    vec![
        ("share/clusters.csv", csv_job(clusters::ClustersTable::new(*source), excel)),
        ("share/patterns.csv", csv_job(patterns::PatternsTable(*source), excel)),
        ("share/consensus.csv", csv_job(consensus::ConsensusTable(*source), excel)),
        ("share/groups.csv", csv_job(groups::GroupsTable(*source), excel)),
        ("share/findings.csv", csv_job(findings::FindingsTable(*source), excel)),
        ("share/quotes.csv", csv_job(quotes::QuotesTable(*source), excel)),
        ("share/suggested_codes.csv", csv_job(suggested_codes::SuggestedCodesTable(*source), excel)),
        ("share/codebook.csv", csv_job(codebook::CodebookTable::new(source.codebook, source), excel)),
    ]
}

/// Writes all tables of the source's edition into a folder, over what an earlier export has left there.
///
/// `source.codebook` names codes in `language` (see [`in_language::codebook_in`]); `codebook` is the whole one.
///
/// # Errors
/// When a file cannot be written.
pub fn write_tables(
    folder: &std::path::Path,
    source: &Source<'_>,
    codebook: &Codebook,
    dialect: Dialect,
    language: Language,
) -> Result<Written, ExportError> {
    fn named<'t>(table: impl Table + Send + 't, language: Language) -> Box<dyn Table + Send + 't> {
        Box::new(in_language::InLanguage::new(table, language))
    }
    let mut tables: Vec<(&str, Box<dyn Table + Send + '_>)> = vec![
        ("clusters.csv", Box::new(clusters::ClustersTable::new(*source))),
        ("patterns.csv", named(patterns::PatternsTable(*source), language)),
        ("consensus.csv", named(consensus::ConsensusTable(*source), language)),
        ("groups.csv", named(groups::GroupsTable(*source), language)),
        ("findings.csv", named(findings::FindingsTable(*source), language)),
        ("quotes.csv", named(quotes::QuotesTable(*source), language)),
        ("codebook.csv", Box::new(codebook::CodebookTable::new(codebook, source))),
    ];
    if !source.is_shared() {
        tables.push(("answers.csv", Box::new(answers::AnswersTable::new(source.analysis, source.codebook))));
        tables.push(("tags.csv", named(tags::TagsTable::new(source.analysis, source.codebook), language)));
        if !source.analysis.review.notes.is_empty() {
            tables.push(("notes.csv", named(notes::NotesTable(*source), language)));
        }
    }
    let staging = Staging::begin(&Target::Flat(folder.to_path_buf()))?;
    let outcomes: Vec<Result<(), ExportError>> = (tables.into_par_iter())
        .map(|(name, table)| staging.file(name, |output| write_csv(&*table, dialect, output)))
        .collect();
    outcomes.into_iter().collect::<Result<(), _>>()?;
    let files = staging.written();
    let folder = staging.publish()?;
    Ok(Written { report: folder.clone(), folder, files })
}

/// Only where there is group work to tell of; sums over all groups, so both editions have them.
fn group_work_tables<'a>(source: &Source<'a>, excel: bool) -> Vec<(&'static str, WriteFile<'a>)> {
    let Some(work) = &source.patterns.group_work else { return Vec::new() };
    let mut jobs = Vec::new();
    let shared = source.is_shared();
    let name = |internal: &'static str, share: &'static str| if shared { share } else { internal };
    if !work.topics.is_empty() {
        let table = group_work::TopicsTable { source: *source, work };
        jobs.push((name("group_work_topics.csv", "share/group_work_topics.csv"), csv_job(table, excel)));
    }
    if let Some(matrix) = &work.matrix {
        let table = group_work::MatrixTable { source: *source, matrix };
        jobs.push((name("group_work_matrix.csv", "share/group_work_matrix.csv"), csv_job(table, excel)));
    }
    if let Some(orientation) = &work.orientation {
        let table = group_work::OrientationTable { source: *source, orientation };
        jobs.push((name("group_work_orientation.csv", "share/group_work_orientation.csv"), csv_job(table, excel)));
    }
    jobs
}

fn least_group(description: &RunDescription) -> usize {
    usize::try_from(description.privacy.min_group_size).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
