//! `innspill show PROJECT --respondent ID`

use std::io::Write;
use std::path::PathBuf;

use innspill::store::{Store, Version, Wanted};

use super::failure::Failure;
use super::forget::traces;
use super::project;

/// Show all that a project holds on one person
///
/// Every version of every answer with its attributes and runs, and the lines of the project's own tables
/// (corrections.csv, notes.csv and the like) that are about them.
///
/// Examples:
///   innspill show my-project --respondent r17
///   innspill show my-project --respondent kari@example.org --format json
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Show {
    /// The project's folder
    #[arg(value_name = "PROJECT")]
    project: PathBuf,
    /// Who: as the input names the person, or as the outputs do (p-...)
    #[arg(long, value_name = "ID")]
    respondent: String,
    /// Where the project's store lies [default: the settings', else innspill.db in the project]
    #[arg(long, value_name = "PATH")]
    store: Option<PathBuf>,
    /// How to write it
    #[arg(long, value_enum, default_value = "text", value_name = "FORMAT")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Show {
    /// Prints what there is; says so where there is nothing.
    pub fn run(self) -> Result<(), Failure> {
        let settings = project::settings(&self.project)?;
        let store = Store::open_existing(&project::store_path(&self.project, &settings, self.store.as_deref()))?;
        let versions = store.versions(&Wanted::Respondent(self.respondent.clone()))?;
        if versions.is_empty() {
            return Err(Failure::Usage(format!(
                "{}: holds nothing of this respondent; respondents stand in the column \"respondent\" of answers.csv",
                self.project.display()
            )));
        }
        let mut output = std::io::stdout().lock();
        for version in &versions {
            match self.format {
                Format::Text => write_text(&mut output, version)?,
                Format::Json => writeln!(output, "{}", object(version))?,
            }
        }
        let ids = versions.iter().map(|version| version.answer.id.0.clone()).collect();
        for (file, rows) in traces::rows_about(&self.project, &ids).map_err(traces::failure)? {
            for row in rows {
                match self.format {
                    Format::Text => writeln!(output, "{}: {}", file.display(), row.join("; "))?,
                    Format::Json => {
                        writeln!(output, "{}", serde_json::json!({"file": file.display().to_string(), "row": row}))?
                    }
                }
            }
        }
        Ok(())
    }
}

fn runs(version: &Version) -> String {
    match version.until {
        Some(until) => format!("runs {} to {}", version.since, until.saturating_sub(1)),
        None => format!("since run {}, holds now", version.since),
    }
}

fn write_text(output: &mut impl Write, version: &Version) -> std::io::Result<()> {
    let answer = &version.answer;
    writeln!(output, "answer {} ({})", answer.id.0, runs(version))?;
    let facts = [
        ("time", answer.time.map(|time| time.to_string())),
        ("kind", answer.kind.as_ref().map(|kind| kind.0.clone())),
        ("question", answer.question.clone()),
        ("asked under", answer.asked_under.clone()),
        ("phase", answer.phase.clone()),
    ];
    for (name, value) in facts {
        if let Some(value) = value {
            writeln!(output, "  {name}: {value}")?;
        }
    }
    for (name, value) in answer.groups.iter().chain(answer.kept.iter().map(|(name, value)| (name, value))) {
        writeln!(output, "  {name}: {value}")?;
    }
    writeln!(output, "  shown: {}", version.shown)?;
    if answer.text != version.shown {
        writeln!(output, "  as received: {}", answer.text)?;
    }
    Ok(())
}

fn object(version: &Version) -> serde_json::Value {
    let answer = &version.answer;
    serde_json::json!({
        "id": answer.id.0,
        "respondent": answer.respondent.as_ref().map(|respondent| &respondent.0),
        "since": version.since,
        "until": version.until,
        "time": answer.time.map(|time| time.to_string()),
        "kind": answer.kind.as_ref().map(|kind| &kind.0),
        "question": answer.question,
        "asked_under": answer.asked_under,
        "phase": answer.phase,
        "groups": answer.groups,
        "kept": answer.kept,
        "shown": version.shown,
        "text": (answer.text != version.shown).then_some(&answer.text),
    })
}
