//! The files in a project's folder that hold a person's work, and their way into a run.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::Path;

use innspill::codebook::Codebook;
use innspill::record::Analysis;
use innspill::review::check_set::read_checks;
use innspill::review::{
    apply_checks, apply_corrections, apply_notes, apply_quotes, read_corrections, read_notes, read_quotes,
};
use innspill::tag::Tagging;

use super::failure::Failure;

/// The person's corrections.
pub const CORRECTIONS: &str = "corrections.csv";

/// What a person said of a random set of answers.
pub const CHECKS: &str = "checks.csv";
/// The person's notes.
pub const NOTES: &str = "notes.csv";
/// The person's choice of quotes.
pub const QUOTES: &str = "quotes.csv";

/// Works what lies in the project's folder into the analysis; nothing outside a project. Gives back, by position, the
/// machine's own word on each answer that a person's work has changed. Logs what could not be applied.
///
/// To be called after tagging and before patterns are sought.
pub fn apply(
    project: Option<&Path>,
    analysis: &mut Analysis,
    codebook: &Codebook,
) -> Result<BTreeMap<usize, Tagging>, Failure> {
    let before = apply_silently(project, analysis, codebook)?;
    for entry in &analysis.review.to_review {
        tracing::warn!("{}:{}: not applied: {}", entry.file, entry.line, entry.why.advice());
    }
    Ok(before)
}

/// The same without a word to the log, for what only looks ahead or back.
pub fn apply_silently(
    project: Option<&Path>,
    analysis: &mut Analysis,
    codebook: &Codebook,
) -> Result<BTreeMap<usize, Tagging>, Failure> {
    let Some(project) = project else { return Ok(BTreeMap::new()) };
    let checks = read(project, CHECKS)?;
    let checks = checks.map(|(name, bytes)| Ok((read_checks(&name, &bytes)?, name))).transpose().map_err(wrong)?;
    let corrections = read(project, CORRECTIONS)?
        .map(|(name, bytes)| Ok((read_corrections(&name, &bytes, codebook)?, name)))
        .transpose()
        .map_err(wrong)?;
    let named: BTreeSet<&str> = checks
        .iter()
        .flat_map(|(answers, _)| answers.iter().map(|answer| answer.answer.0.as_str()))
        .chain(corrections.iter().flat_map(|(lines, _)| lines.iter().map(|line| line.answer.0.as_str())))
        .collect();
    let mut before: BTreeMap<usize, Tagging> = (analysis.records.iter().enumerate())
        .filter(|(_, record)| named.contains(record.answer.id.0.as_str()))
        .map(|(row, record)| (row, record.tagging.clone()))
        .collect();
    // First of all, since it is the machine's codes that were checked; then its word is outranked by corrections.
    if let Some((checks, name)) = &checks {
        apply_checks(analysis, codebook, checks, name);
    }
    if let Some((corrections, name)) = &corrections {
        apply_corrections(analysis, codebook, corrections, name);
    }
    if let Some((name, bytes)) = read(project, QUOTES)? {
        apply_quotes(analysis, &read_quotes(&name, &bytes).map_err(wrong)?, &name);
    }
    if let Some((name, bytes)) = read(project, NOTES)? {
        apply_notes(analysis, codebook, read_notes(&name, &bytes).map_err(wrong)?, &name);
    }
    before.retain(|row, tagging| analysis.records.get(*row).is_some_and(|record| record.tagging != *tagging));
    Ok(before)
}

/// The name, as the user knows it, and the contents of a file that need not be there.
pub fn read(project: &Path, file: &str) -> Result<Option<(String, Vec<u8>)>, Failure> {
    let path = project.join(file);
    let name = path.display().to_string();
    match std::fs::read(&path) {
        Ok(bytes) => Ok(Some((name, bytes))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::Usage(format!("{name}: cannot be read ({error}); check its permissions"))),
    }
}

/// One clear line, exit 2.
pub fn wrong(error: innspill::review::ReviewError) -> Failure {
    Failure::Usage(error.to_string())
}
