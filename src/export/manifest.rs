//! `run.json`: with what the run was made, of what, and what came out. Clock time, host, threads and seconds stand
//! here and nowhere else.

use std::collections::BTreeMap;
use std::io::Write;

use serde::Serialize;

use super::ExportError;
use super::folder::WrittenFile;
use crate::record::UnitCounts;
use crate::run_description::{
    CodebookIdentity, Execution, HumanCheck, InputFile, ModelIdentity, PrivacyRules, RunDescription, SinceLastRun,
};

#[derive(Serialize)]
struct Manifest<'a> {
    run: Option<u32>,
    title: &'a str,
    innspill: &'a str,
    dated: String,
    codebook: &'a CodebookIdentity,
    encoder: &'a ModelIdentity,
    tagger: &'a ModelIdentity,
    settings: &'a BTreeMap<String, serde_json::Value>,
    privacy: &'a PrivacyRules,
    purpose: Option<&'a str>,
    legal_basis: Option<&'a str>,
    delete_after: Option<String>,
    inputs: &'a [InputFile],
    counts: Counts<'a>,
    redacted: &'a BTreeMap<String, usize>,
    human_check: Option<&'a HumanCheck>,
    since_last: Option<&'a SinceLastRun>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<&'a serde_json::Value>,
    files: Vec<WrittenFile>,
    execution: &'a Execution,
    seconds: BTreeMap<&'a str, f64>,
}

/// units = answers + duplicates + rejects + skipped.
#[derive(Serialize)]
struct Counts<'a> {
    units: usize,
    answers: usize,
    duplicates: usize,
    rejects: usize,
    skipped: usize,
    skipped_by_reason: &'a BTreeMap<String, usize>,
}

/// Writes the manifest of a run whose other files are `files`, written in `seconds_written`.
///
/// # Errors
/// When `output` fails.
pub fn write_manifest(
    description: &RunDescription,
    counts: &UnitCounts,
    files: Vec<WrittenFile>,
    seconds_written: f64,
    output: &mut dyn Write,
) -> Result<(), ExportError> {
    let mut seconds: BTreeMap<&str, f64> = BTreeMap::new();
    for (stage, spent) in &description.execution.seconds {
        *seconds.entry(stage).or_default() += spent;
    }
    *seconds.entry("write").or_default() += seconds_written;
    for spent in seconds.values_mut() {
        *spent = (*spent * 1000.0).round() / 1000.0;
    }
    let manifest = Manifest {
        run: description.id,
        title: &description.title,
        innspill: &description.innspill_version,
        dated: description.dated.to_string(),
        codebook: &description.codebook,
        encoder: &description.encoder,
        tagger: &description.tagger,
        settings: &description.settings,
        privacy: &description.privacy,
        purpose: description.purpose.as_deref(),
        legal_basis: description.legal_basis.as_deref(),
        delete_after: description.delete_after.map(|day| day.to_string()),
        inputs: &description.inputs,
        counts: Counts {
            units: counts.units,
            answers: counts.answers,
            duplicates: counts.duplicates,
            rejects: counts.rejects,
            skipped: counts.skipped_total(),
            skipped_by_reason: &counts.skipped,
        },
        redacted: &description.redacted,
        human_check: description.human_check.as_ref(),
        since_last: description.since_last.as_ref(),
        changes: description.changes.as_ref(),
        files,
        execution: &description.execution,
        seconds,
    };
    serde_json::to_writer_pretty(&mut *output, &manifest)?;
    output.write_all(b"\n")?;
    Ok(())
}
