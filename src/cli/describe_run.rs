//! What is said of a run beside its results: inputs, versions, settings, times.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, SystemTime};

use innspill::codebook::Codebook;
use innspill::ingest::Input;
use innspill::record::Analysis;
use innspill::run_description::{
    CodebookIdentity, Execution, InputColumn, InputFile, ModelIdentity, PrivacyRules, RejectedUnit, RunDescription,
};
use innspill::settings::{ReportLanguage, Settings};
use innspill::tag::{Tagger, shipped};
use innspill::text::Language;
use jiff::civil::DateTime;
use jiff::{Timestamp, tz::TimeZone};
use serde_json::json;
use sha2::{Digest, Sha256};

/// What is known before the answers are analysed.
pub struct RunFacts {
    /// The run's number, in a project.
    pub run: Option<u32>,
    description: RunDescription,
    newest_file: Option<DateTime>,
}

impl RunFacts {
    /// Gathers them. `root` is what the names of the input's files are relative to.
    pub fn new(
        title: &str,
        settings: &Settings,
        root: &Path,
        input: &Input,
        codebook: &Codebook,
        tagger: &Tagger,
    ) -> Self {
        let identity = CodebookIdentity {
            id: codebook.codebook.id.clone(),
            name: codebook.codebook.name.get(language(settings.language)).to_owned(),
            version: codebook.codebook.version.clone(),
            sha256: codebook_hash(codebook),
        };
        let mut description = RunDescription::new(title, identity, fixed_date());
        let encoder = tagger.encoder().id();
        description.language = language(settings.language);
        description.encoder = ModelIdentity { name: encoder.name.clone(), sha256: encoder.hash.clone() };
        description.tagger = ModelIdentity { name: "innspill".to_owned(), sha256: heads_hash(&encoder.name) };
        description.inputs = input.files.iter().map(input_file).collect();
        description.rejects = input
            .rejects
            .iter()
            .map(|reject| RejectedUnit {
                file: reject.place.file.to_string(),
                row: reject.place.row,
                reason: reject.reason.to_string(),
                reason_for_readers: reject.reason.in_language(description.language),
            })
            .collect();
        description.privacy = PrivacyRules {
            keep_originals: settings.privacy.keep_originals,
            min_group_size: settings.privacy.min_group_size,
            suppress_cells: settings.privacy.suppress_cells,
        };
        description.impersonal_groups =
            super::run::persons(settings).into_iter().filter(|(_, persons)| !persons).map(|(name, _)| name).collect();
        description.excel = settings.output.excel;
        description.purpose.clone_from(&settings.purpose);
        description.legal_basis.clone_from(&settings.legal_basis);
        description.delete_after = settings.delete_after;
        description.settings = BTreeMap::from([
            ("encoder".to_owned(), json!(settings.encoder)),
            ("excel".to_owned(), json!(settings.output.excel)),
        ]);
        description.execution = Execution {
            started: Timestamp::now().to_string(),
            host: std::fs::read_to_string("/etc/hostname").ok().map(|name| name.trim().to_owned()),
            threads: rayon::current_num_threads(),
            seconds: Vec::new(),
        };
        let newest_file = input
            .files
            .iter()
            .filter_map(|file| {
                let path = file.path.split('#').next().unwrap_or(&file.path);
                std::fs::metadata(root.join(path)).ok()?.modified().ok()
            })
            .max()
            .and_then(civil);
        RunFacts { run: None, description, newest_file }
    }
}

impl RunFacts {
    /// Says that the tagger's heads are a project's own.
    pub fn with_heads(mut self, sha256: &str) -> Self {
        sha256.clone_into(&mut self.description.tagger.sha256);
        self
    }
}

/// Completes the description with what only the answers tell.
pub fn describe(facts: RunFacts, analysis: &Analysis, seconds: Vec<(String, f64)>) -> RunDescription {
    let RunFacts { run, mut description, newest_file } = facts;
    description.id = run;
    let times = analysis.records.iter().filter_map(|record| record.answer.time);
    let (first, last) = (times.clone().min(), times.max());
    description.received = first.zip(last).map(|(first, last)| (first.date(), last.date()));
    description.dated = source_date_epoch().or(last).or(newest_file).unwrap_or_else(fixed_date);
    description.redacted = redaction_marks(analysis);
    description.human_check = analysis.review.check.as_ref().map(|check| check.overall);
    description.execution.seconds = seconds;
    description
}

/// What is known of answers that were tagged before: the codebook, and the dates of the answers or of the file.
pub fn describe_tagged(
    title: &str,
    path: &Path,
    report_language: ReportLanguage,
    codebook: &Codebook,
    analysis: &Analysis,
) -> RunDescription {
    let identity = CodebookIdentity {
        id: codebook.codebook.id.clone(),
        name: codebook.codebook.name.get(language(report_language)).to_owned(),
        version: codebook.codebook.version.clone(),
        sha256: codebook_hash(codebook),
    };
    let mut description = RunDescription::new(title, identity, fixed_date());
    description.language = language(report_language);
    let times = analysis.records.iter().filter_map(|record| record.answer.time);
    let (first, last) = (times.clone().min(), times.max());
    let file = std::fs::metadata(path).ok().and_then(|file| file.modified().ok()).and_then(civil);
    description.received = first.zip(last).map(|(first, last)| (first.date(), last.date()));
    description.dated = source_date_epoch().or(last).or(file).unwrap_or_else(fixed_date);
    description
}

fn redaction_marks(analysis: &Analysis) -> BTreeMap<String, usize> {
    let mut marks: BTreeMap<String, usize> = BTreeMap::new();
    for record in analysis.records.iter().filter(|record| record.shown.contains('[')) {
        for mark in innspill::privacy::redact_with_marks(&record.shown).marks {
            *marks.entry(mark.kind.mark().to_owned()).or_default() += 1;
        }
    }
    marks
}

fn input_file(file: &innspill::ingest::FileRead) -> InputFile {
    InputFile {
        path: file.path.clone(),
        sha256: file.sha256.clone(),
        format: file.format.name().to_owned(),
        encoding: file.encoding.map(str::to_owned),
        units: file.units,
        columns: file
            .columns
            .iter()
            .map(|column| InputColumn {
                header: column.header.clone(),
                role: column.role.name().to_owned(),
                personal: column.personal.map(|personal| personal.to_string()),
            })
            .collect(),
    }
}

/// Reproducible builds' convention: seconds since 1970, for files that must come out the same.
fn source_date_epoch() -> Option<DateTime> {
    let seconds: u64 = std::env::var("SOURCE_DATE_EPOCH").ok()?.trim().parse().ok()?;
    civil(SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))?)
}

fn civil(time: SystemTime) -> Option<DateTime> {
    Timestamp::try_from(time).ok().map(|time| TimeZone::UTC.to_datetime(time))
}

fn fixed_date() -> DateTime {
    jiff::civil::date(2000, 1, 1).at(0, 0, 0, 0)
}

/// The language that a report is in.
pub fn language(language: ReportLanguage) -> Language {
    match language {
        ReportLanguage::Nb => Language::Nb,
        ReportLanguage::Nn => Language::Nn,
        ReportLanguage::En => Language::En,
    }
}

/// SHA-256 of a codebook as we understand it: comments and the order of keys do not count.
pub fn codebook_hash(codebook: &Codebook) -> String {
    hexadecimal(&serde_json::to_vec(codebook).unwrap_or_default())
}

/// SHA-256 of the heads that go with an encoder; empty where there are none.
pub fn heads_hash(encoder: &str) -> String {
    shipped::bytes(encoder).map(hexadecimal).unwrap_or_default()
}

/// SHA-256 in lower-case hexadecimal.
pub fn hexadecimal(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
