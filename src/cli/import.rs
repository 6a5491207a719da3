//! `innspill import PROJECT FILE [--apply]`

use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use innspill::codebook::Codebook;
use innspill::review::changes::changes;
use innspill::review::check_set::{CheckedAnswer, merge_checks, read_checks, write_checks};
use innspill::review::check_sheet::{self, read_check_sheet};
use innspill::review::corrections::write_corrections;
use innspill::review::estimates::{CheckResult, Estimate, estimate};
use innspill::review::human_coding::{CORRECTIONS_SHEET, HumanCoding, read_coding_table, read_corrections_sheet};
use innspill::review::qda_coding::{QdaCodings, qda_codings};
use innspill::review::qda_project::{read_qdc, read_qdpx};
use innspill::review::qdc::skeleton;
use innspill::review::rows::read_sheet;
use innspill::review::xlsx::{NamedSheet, read_workbook};
use innspill::review::{Correction, read_corrections};

use super::failure::Failure;
use super::output::Output;
use super::persons_work::{self, CHECKS, CORRECTIONS, wrong};
use super::tagged_project::{TaggedProject, open_project, tagged_project};

/// Bring back what people coded: a check set, corrections, or the codings of another tool
///
/// Lists what would change; nothing is written without --apply.
///
/// Examples:
///   innspill import my-project my-project/check.xlsx
///   innspill import my-project answers.xlsx --apply
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Import {
    /// The project's folder
    #[arg(value_name = "PROJECT")]
    project: PathBuf,
    /// What to bring in: .xlsx, .csv, .qdpx or .qdc
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Write what the list says
    #[arg(long)]
    apply: bool,
}

impl Import {
    /// Reads, lists, and writes where told to.
    pub fn run(self) -> Result<(), Failure> {
        let name = self.file.display().to_string();
        let bytes = std::fs::read(&self.file)
            .map_err(|error| Failure::Usage(format!("{name}: cannot be read ({error}); check the path")))?;
        let ending = self.file.extension().and_then(|ending| ending.to_str()).unwrap_or("").to_ascii_lowercase();
        match ending.as_str() {
            "xlsx" => {
                let sheets = read_workbook(&name, &bytes).map_err(wrong)?;
                let sheet = |wanted: &str| sheets.iter().find(|sheet| sheet.name == wanted);
                if let Some(checks) = sheet(check_sheet::SHEET) {
                    return self.checks(&name, checks);
                }
                let project = tagged_project(&self.project)?;
                let coding = match (sheet(CORRECTIONS_SHEET), sheets.first()) {
                    (Some(sheet), _) => {
                        let place = format!("{name}#{CORRECTIONS_SHEET}");
                        read_corrections_sheet(&place, &sheet.sheet, &project.codebook, &today()).map_err(wrong)?
                    }
                    (None, Some(first)) => {
                        read_coding_table(&name, &first.sheet, &project.codebook, &today()).map_err(wrong)?
                    }
                    (None, None) => return Err(Failure::Usage(format!("{name}: has no sheet; choose another file"))),
                };
                self.codings(&project, coding, &name)
            }
            "csv" | "tsv" | "txt" => {
                let sheet = read_sheet(&name, &bytes).map_err(wrong)?;
                let project = tagged_project(&self.project)?;
                let coding = read_coding_table(&name, &sheet, &project.codebook, &today()).map_err(wrong)?;
                self.codings(&project, coding, &name)
            }
            "qdpx" => {
                let qda = read_qdpx(&name, &bytes).map_err(wrong)?;
                let project = tagged_project(&self.project)?;
                let found = qda_codings(&qda, &project.analysis, &project.codebook, &today());
                std::io::stdout().write_all(agreement_in_words(&found).as_bytes())?;
                self.codings(&project, found.coding, &name)
            }
            "qdc" => {
                open_project(&self.project)?;
                let codes = read_qdc(&name, &bytes).map_err(wrong)?;
                let title = self.file.file_stem().map_or("kodebok".into(), |stem| stem.to_string_lossy());
                self.codebook(&skeleton(&title, &codes))
            }
            _ => Err(Failure::Usage(format!("{name}: the ending is not known; give .xlsx, .csv, .qdpx or .qdc"))),
        }
    }

    /// A check set: how right the codes are, and `checks.csv`.
    fn checks(&self, name: &str, sheet: &NamedSheet) -> Result<(), Failure> {
        let project = tagged_project(&self.project)?;
        let place = format!("{name}#{}", sheet.name);
        let new = read_check_sheet(&place, &sheet.sheet, &project.codebook, &today()).map_err(wrong)?;
        if new.is_empty() {
            return Err(Failure::Usage(format!(
                "{place}: nothing is filled in; choose ja, nei or usikker on its rows"
            )));
        }
        let before = match persons_work::read(&self.project, CHECKS)? {
            Some((name, bytes)) => read_checks(&name, &bytes).map_err(wrong)?,
            None => Vec::new(),
        };
        let (new_answers, old_answers) = (new.len(), before.len());
        let merged: Vec<CheckedAnswer> = merge_checks(before, new);
        let (result, to_review) = estimate(&project.analysis, &project.codebook, &merged, name);
        let mut text = String::new();
        for entry in &to_review {
            let _ = writeln!(text, "{}: not counted: {}", entry.answer, entry.why.advice());
        }
        let _ = writeln!(text, "{new_answers} answers read; {} in all with those read before", merged.len());
        match &result {
            Some(result) => text.push_str(&in_words(result)),
            None => text.push_str("none of them is in the project now\n"),
        }
        debug_assert!(merged.len() <= new_answers + old_answers);
        self.finish(text, CHECKS, &write_checks(&merged))
    }

    /// Codings as corrections: what they change, and `corrections.csv`.
    fn codings(&self, project: &TaggedProject, coding: HumanCoding, name: &str) -> Result<(), Failure> {
        let before = match persons_work::read(&self.project, CORRECTIONS)? {
            Some((name, bytes)) => read_corrections(&name, &bytes, &project.codebook).map_err(wrong)?,
            None => Vec::new(),
        };
        let changes = changes(&project.analysis, &project.codebook, &before, coding.corrections);
        let mut text = changes.in_words();
        for (code, times) in &coding.unmapped {
            let _ = writeln!(text, "not in the codebook, left out: {code} ({times} times)");
        }
        if changes.new.is_empty() {
            let _ = writeln!(text, "{name}: nothing to bring in");
            std::io::stdout().write_all(text.as_bytes())?;
            return Ok(());
        }
        let all: Vec<Correction> = before.into_iter().chain(changes.new).collect();
        self.finish(text, CORRECTIONS, &write_corrections(&all))
    }

    /// The skeleton of a codebook, which never replaces one that is there.
    fn codebook(&self, codebook: &Codebook) -> Result<(), Failure> {
        let topics: usize = codebook.themes.iter().map(|theme| theme.topics.len()).sum();
        let (themes, patterns) = (codebook.themes.len(), codebook.patterns.len());
        let text = toml::to_string(codebook).context("the codebook cannot be written as TOML")?;
        let path = self.project.join(CODEBOOK);
        if self.apply && path.exists() {
            return Err(Failure::Usage(format!("{}: is there already; take it away or rename it", path.display())));
        }
        let summary = format!("{themes} themes, {topics} topics, {patterns} patterns\n");
        self.finish(summary, CODEBOOK, text.as_bytes())
    }

    /// Prints the list, and writes where told to.
    fn finish(&self, mut text: String, file: &str, bytes: &[u8]) -> Result<(), Failure> {
        let path = self.project.join(file);
        if self.apply {
            write(&path, bytes)?;
            let _ = writeln!(text, "written: {}; the next run uses it", path.display());
        } else {
            let _ = writeln!(text, "nothing is written; --apply writes {}", path.display());
        }
        std::io::stdout().write_all(text.as_bytes())?;
        Ok(())
    }
}

/// How people and machine agree, and what could not be used.
fn agreement_in_words(found: &QdaCodings) -> String {
    let mut text = String::new();
    if !found.agreement.is_empty() {
        let _ = writeln!(
            text,
            "{:<20} {:<40} {:>6} {:>7} {:>6} {:>6}",
            "person", "code", "person", "machine", "F1", "alpha"
        );
    }
    for entry in &found.agreement {
        let counts = &entry.counts;
        let _ = writeln!(
            text,
            "{:<20} {:<40} {:>6} {:>7} {:>6.2} {:>6.2}",
            entry.who,
            entry.code.code(),
            counts.support(),
            counts.hits + counts.false_alarms,
            counts.f1(),
            entry.alpha
        );
    }
    for (count, what) in [
        (found.by_machine, "codings of the machine passed over"),
        (found.unplaced, "codings by people stand on no answer of this project"),
        (found.sources_without_text, "documents without a text in the file"),
    ] {
        if count > 0 {
            let _ = writeln!(text, "{count} {what}");
        }
    }
    text
}

/// Where the skeleton of a codebook goes.
const CODEBOOK: &str = "codebook.imported.toml";

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut output = Output::create(path)?;
    output.write_all(bytes)?;
    output.finish()
}

/// The day of the import, or that of `SOURCE_DATE_EPOCH`.
fn today() -> String {
    let fixed = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.trim().parse().ok());
    let now = fixed.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok()).unwrap_or_else(jiff::Timestamp::now);
    jiff::tz::TimeZone::UTC.to_datetime(now).date().to_string()
}

fn in_words(result: &CheckResult) -> String {
    let overall = &result.overall;
    let of_hundred = |k: usize, n: usize| if n == 0 { 0.0 } else { 100.0 * k as f64 / n as f64 };
    let mut text = format!(
        "of 100 tags set, {:.0} are right; of 100 that should be set, {:.0} are found (all codes, weighted to {} answers)\n\
         {:<40} {:>5} {:>5} {:>6} {:>18} {:>18} {:>8} {:>18}  mark\n",
        of_hundred(overall.tags_right, overall.tags_set),
        of_hundred(overall.tags_found, overall.tags_due),
        result.of,
        "code",
        "read",
        "right",
        "missed",
        "precision",
        "recall",
        "machine",
        "corrected share",
    );
    for (code, check) in &result.codes {
        let _ = writeln!(
            text,
            "{:<40} {:>5} {:>5} {:>6} {:>18} {:>18} {:>8.3} {:>18}  {}",
            code.code(),
            check.read_set,
            check.right,
            check.missed,
            shown(check.precision),
            shown(check.recall),
            check.machine_share,
            shown(check.corrected),
            check.mark.name_nb()
        );
    }
    text
}

fn shown(estimate: Option<Estimate>) -> String {
    estimate.map_or_else(|| "-".to_owned(), |share| format!("{:.2} [{:.2}, {:.2}]", share.value, share.low, share.high))
}
