//! What is known of a run besides its results: with what, of what, when and how it was made.
//!
//! Plain data, filled in by the pipeline and read by [`crate::export`] and [`crate::report`]. Nothing in it
//! holds cell contents. Only [`Execution`] may differ between two runs over the same input; it is written to
//! `run.json` and to no other file.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, DateTime};
use serde::Serialize;

use crate::changes::Cause;
use crate::changes::baseline::Why;
use crate::changes::trends::Trends;
use crate::codebook::Level;
use crate::text::Language;

/// A codebook, as it was when the run used it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct CodebookIdentity {
    /// Its id.
    pub id: String,
    /// What people call it, in the report's language.
    pub name: String,
    /// Its version, free form.
    pub version: String,
    /// SHA-256 of its file in lower-case hexadecimal.
    pub sha256: String,
}

/// An encoder or a tagger.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ModelIdentity {
    /// Its name, such as `embedded`.
    pub name: String,
    /// SHA-256 over its files in lower-case hexadecimal.
    pub sha256: String,
}

/// One column of an input file and what it was used for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InputColumn {
    /// Its header.
    pub header: String,
    /// `text`, `group`, `respondent`, `time`, `keep`, `drop` and so on.
    pub role: String,
    /// What personal data it looks like (`e-mail`, `name` ...), where it was dropped or replaced for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub personal: Option<String>,
}

/// One file, or sheet, that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InputFile {
    /// Path as the user gave it.
    pub path: String,
    /// SHA-256 of the whole file in lower-case hexadecimal.
    pub sha256: String,
    /// `csv`, `xlsx`, `jsonl`, `text`.
    pub format: String,
    /// Character set, for text formats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// Rows, cells or paragraphs read from it.
    pub units: usize,
    /// Columns in the order of the file.
    pub columns: Vec<InputColumn>,
}

/// A unit that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RejectedUnit {
    /// File as the user named it.
    pub file: String,
    /// Line or row from 1.
    pub row: u64,
    /// What is wrong and how to mend it, in one line of English; no cell contents.
    pub reason: String,
    /// The same in the language of the run's reports.
    pub reason_for_readers: String,
}

/// What a person found who read a random sample of coded answers. Numbers of tags are estimates for all answers with
/// content, each answer read weighted by the inverse of its chance of being drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct HumanCheck {
    /// Answers read.
    pub answers: usize,
    /// Tags that were set by machine.
    pub tags_set: usize,
    /// Of these, right.
    pub tags_right: usize,
    /// Tags that should have been set.
    pub tags_due: usize,
    /// Of these, found by the machine.
    pub tags_found: usize,
}

/// What changed since the run before, and what rose and fell since the baseline. Goes into `run.json` but for rows.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct SinceLastRun {
    /// That run's number.
    pub previous_run: u32,
    /// Answers that were not there.
    pub new_answers: usize,
    /// Answers of which something changed.
    pub changed_answers: usize,
    /// Answers that are gone.
    pub gone_answers: usize,
    /// Answers that are as they were.
    pub unchanged_answers: usize,
    /// Positions of the new ones in [`Analysis::records`](crate::record::Analysis).
    #[serde(skip)]
    pub new_rows: Vec<usize>,
    /// Positions of the changed ones.
    #[serde(skip)]
    pub changed_rows: Vec<usize>,
    /// Tags that changed, apart by cause.
    pub tags: Vec<TagsTold>,
    /// The run that rise and fall are measured from.
    pub baseline: u32,
    /// Why that one.
    pub baseline_why: Why,
    /// What was compared between the answers that came since the baseline and those before.
    pub trends: Trends,
    /// Permanent ids of groups of alike answers that were born.
    pub born_clusters: Vec<u32>,
}

impl SinceLastRun {
    /// How many answers are coded otherwise for a cause.
    pub fn recoded(&self, cause: Cause) -> usize {
        self.tags.iter().find(|told| told.cause == cause).map_or(0, |told| told.answers)
    }
}

/// The tags that changed for one cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TagsTold {
    /// The cause.
    pub cause: Cause,
    /// Answers of which something changed.
    pub answers: usize,
    /// Positions of those that are still there.
    #[serde(skip)]
    pub rows: Vec<usize>,
    /// Codes that came or went.
    pub codes: Vec<CodeTold>,
    /// By topic: answers that take another side.
    pub sides: BTreeMap<String, usize>,
    /// By facet: answers that have another value.
    pub facets: BTreeMap<String, usize>,
}

/// How often a code came and went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CodeTold {
    /// `theme`, `topic`, `pattern`.
    pub level: Level,
    /// The code.
    pub code: String,
    /// Answers that have it now and did not.
    pub gained: usize,
    /// Answers that had it and do not now.
    pub lost: usize,
}

/// What may be stored and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PrivacyRules {
    /// Whether unredacted texts are stored beside the shown ones.
    pub keep_originals: bool,
    /// Groups with fewer answers are merged, and counts below it hidden, in what is shared. At least 1.
    pub min_group_size: u32,
    /// Whether small counts are hidden in the internal tables too.
    pub suppress_cells: bool,
}

impl Default for PrivacyRules {
    fn default() -> Self {
        PrivacyRules { keep_originals: false, min_group_size: 5, suppress_cells: false }
    }
}

/// When and where the run took place, and how long it took. The only part that two equal runs may differ in.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Execution {
    /// Clock time at the start, RFC 3339.
    pub started: String,
    /// The machine's name, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Worker threads.
    pub threads: usize,
    /// Seconds by stage, in the order they ran.
    #[serde(skip)]
    pub seconds: Vec<(String, f64)>,
}

/// All that is known of a run besides its results.
#[derive(Debug, Clone, PartialEq)]
pub struct RunDescription {
    /// The project's sequence number; none outside a project.
    pub id: Option<u32>,
    /// What the material is called in the report.
    pub title: String,
    /// Language of the report.
    pub language: Language,
    /// Version of innspill.
    pub innspill_version: String,
    /// The codebook.
    pub codebook: CodebookIdentity,
    /// The encoder.
    pub encoder: ModelIdentity,
    /// The tagger.
    pub tagger: ModelIdentity,
    /// Files read, in order.
    pub inputs: Vec<InputFile>,
    /// Units that could not be read, in order.
    pub rejects: Vec<RejectedUnit>,
    /// First and last day of the answers' own times.
    pub received: Option<(Date, Date)>,
    /// The date that outputs carry: `SOURCE_DATE_EPOCH`, else the newest input's time.
    pub dated: DateTime,
    /// What may be stored and shown.
    pub privacy: PrivacyRules,
    /// Group attributes whose values do not stand for people, so that small ones need not be hidden.
    pub impersonal_groups: BTreeSet<String>,
    /// How many stretches of text were redacted, by kind: `national id`, `phone`, `e-mail`, `account number`, `handle`.
    pub redacted: BTreeMap<String, usize>,
    /// What a person has checked; none where nobody has.
    pub human_check: Option<HumanCheck>,
    /// What changed since the run before; none for the first.
    pub since_last: Option<SinceLastRun>,
    /// What a project's run did anew, what it took from earlier runs, and what became of the groups of alike answers;
    /// into `run.json` as it is.
    pub changes: Option<serde_json::Value>,
    /// Resolved settings as they go into `run.json`.
    pub settings: BTreeMap<String, serde_json::Value>,
    /// Whether CSV is written for Norwegian Excel.
    pub excel: bool,
    /// Why the answers are processed.
    pub purpose: Option<String>,
    /// Legal basis of the processing.
    pub legal_basis: Option<String>,
    /// The day after which the answers are to be deleted.
    pub delete_after: Option<Date>,
    /// When, where, how long.
    pub execution: Execution,
}

impl RunDescription {
    /// A description with nothing known but what the outputs cannot do without.
    pub fn new(title: &str, codebook: CodebookIdentity, dated: DateTime) -> Self {
        RunDescription {
            id: None,
            title: title.to_owned(),
            language: Language::Nb,
            innspill_version: env!("CARGO_PKG_VERSION").to_owned(),
            codebook,
            encoder: ModelIdentity::default(),
            tagger: ModelIdentity::default(),
            inputs: Vec::new(),
            rejects: Vec::new(),
            received: None,
            dated,
            privacy: PrivacyRules::default(),
            impersonal_groups: BTreeSet::new(),
            redacted: BTreeMap::new(),
            human_check: None,
            since_last: None,
            changes: None,
            settings: BTreeMap::new(),
            excel: false,
            purpose: None,
            legal_basis: None,
            delete_after: None,
            execution: Execution::default(),
        }
    }

    /// Whether small values of a group attribute must be merged in what is shared.
    pub fn is_personal(&self, group_name: &str) -> bool {
        !self.impersonal_groups.contains(group_name)
    }
}
