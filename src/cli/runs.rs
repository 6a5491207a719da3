//! `innspill runs PROJECT`

use std::io::Write;
use std::path::PathBuf;

use innspill::store::{RunEntry, RunState, Store};

use super::failure::Failure;
use super::project;

/// List a project's runs: when, how many answers, what changed, which are kept
///
/// Examples:
///   innspill runs my-project
///   innspill runs my-project --format json
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Runs {
    /// The project's folder
    #[arg(value_name = "PROJECT")]
    project: PathBuf,
    /// Where the project's store lies [default: the settings', else innspill.db in the project]
    #[arg(long, value_name = "PATH")]
    store: Option<PathBuf>,
    /// How to list them
    #[arg(long, value_enum, default_value = "text", value_name = "FORMAT")]
    format: ListFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum ListFormat {
    /// A table for people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Runs {
    /// Prints one line a run, oldest first.
    pub fn run(self) -> Result<(), Failure> {
        let settings = project::settings(&self.project)?;
        let store = Store::open_existing(&project::store_path(&self.project, &settings, self.store.as_deref()))?;
        let latest = project::latest_run(&self.project);
        let mut output = std::io::stdout().lock();
        if self.format == ListFormat::Text {
            let heads = ("run", "state", "started", "answers", "new", "changed", "withdrawn", "remark");
            let (run, state, started, answers, new, changed, withdrawn, remark) = heads;
            writeln!(
                output,
                "{run:>6}  {state:<9}  {started:<20}  {answers:>8}  {new:>8}  {changed:>8}  {withdrawn:>9}  {remark}"
            )?;
        }
        for entry in store.runs()? {
            match self.format {
                ListFormat::Text => writeln!(output, "{}", line(&entry, latest))?,
                ListFormat::Json => writeln!(output, "{}", object(&entry, latest))?,
            }
        }
        Ok(())
    }
}

fn number(value: &serde_json::Value, key: &str) -> String {
    value.get(key).and_then(serde_json::Value::as_u64).map_or_else(String::new, |number| number.to_string())
}

fn line(entry: &RunEntry, latest: Option<u32>) -> String {
    let mut remarks = Vec::new();
    if latest == Some(entry.run) {
        remarks.push("latest".to_owned());
    }
    if let Some((case, reason)) = &entry.kept {
        remarks.push(format!("kept for case {case}: {reason}"));
    }
    let why = entry.changes.pointer("/work/why").and_then(serde_json::Value::as_array);
    remarks.extend(why.into_iter().flatten().filter_map(|why| why.as_str().map(str::to_owned)));
    if entry.state == RunState::Abandoned {
        remarks.push("was killed; nothing of it holds".to_owned());
    }
    let started = entry.started.get(..19).unwrap_or(&entry.started);
    let line = format!(
        "{:06}  {:<9}  {started:<20}  {:>8}  {:>8}  {:>8}  {:>9}  {}",
        entry.run,
        entry.state.name(),
        number(&entry.counts, "answers"),
        number(&entry.changes, "new"),
        number(&entry.changes, "changed"),
        number(&entry.changes, "withdrawn"),
        remarks.join("; ")
    );
    line.trim_end().to_owned()
}

fn object(entry: &RunEntry, latest: Option<u32>) -> serde_json::Value {
    serde_json::json!({
        "run": entry.run,
        "state": entry.state.name(),
        "latest": latest == Some(entry.run),
        "started": entry.started,
        "finished": entry.finished,
        "innspill": entry.innspill,
        "counts": entry.counts,
        "changes": entry.changes,
        "kept": entry.kept.as_ref().map(|(case, reason)| serde_json::json!({"case": case, "reason": reason})),
    })
}
