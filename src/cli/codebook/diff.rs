//! `innspill codebook diff OLD NEW [PROJECT]`

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use innspill::changes::tags::{AnswerChange, TagChanges, Turn};
use innspill::changes::{Cause, Side, compare};
use innspill::codebook::diff::{CodebookDiff, PartChange, diff};
use innspill::codebook::{Codebook, Level};
use innspill::export::level_id;
use innspill::pipeline::taggings;
use innspill::record::Analysis;
use innspill::review::code_name::resolve;
use innspill::store::Tools;
use innspill::tag::{Tagger, Tagging};
use serde_json::{Value, json};

use crate::cli::describe_run::codebook_hash;
use crate::cli::diff::json::tag_changes;
use crate::cli::failure::Failure;
use crate::cli::last_run::LastRun;
use crate::cli::opening::{open_codebook, open_encoder, open_project_tagger, open_tagger};
use crate::cli::persons_work::{self, CORRECTIONS};

/// What is compared, and how it is told.
#[derive(Debug, clap::Args)]
pub struct CodebookDiffCommand {
    /// The codebook as it was: a file, "builtin", or with PROJECT "last" or the number of a run
    old: String,
    /// The codebook as it is to be: a file or "builtin"
    new: String,
    /// Say too which answers of this project's last run would be coded otherwise
    project: Option<PathBuf>,
    /// Where the project's store lies [default: the settings', else innspill.db in the project]
    #[arg(long, value_name = "PATH", requires = "project")]
    store: Option<PathBuf>,
    /// How to write it
    #[arg(long, value_enum, default_value = "text", value_name = "FORMAT")]
    format: DiffFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum DiffFormat {
    /// For people.
    Text,
    /// One JSON object.
    Json,
}

/// What an edit would do to a project's answers.
struct Preview {
    run: u32,
    answers: usize,
    tags: TagChanges,
    /// Line and code of each correction whose code is in the old codebook and not in the new.
    left_behind: Vec<(u64, String)>,
}

impl CodebookDiffCommand {
    /// Compares and prints; changes nothing.
    pub fn run(self) -> Result<(), Failure> {
        let opened = match &self.project {
            Some(folder) => Some(Opened(LastRun::open(folder, self.store.as_deref())?)),
            None => None,
        };
        let old = old_codebook(&self.old, opened.as_ref())?;
        let new = named_codebook(&self.new)?;
        let found = diff(&old, &new);
        let preview = match &opened {
            Some(opened) => Some(opened.preview(&old, &new)?),
            None => None,
        };
        let mut output = std::io::stdout().lock();
        match self.format {
            DiffFormat::Json => writeln!(output, "{:#}", as_json(&old, &new, &found, preview.as_ref()))?,
            DiffFormat::Text => {
                for line in lines(&found).into_iter().chain(preview.iter().flat_map(preview_lines)) {
                    writeln!(output, "{line}")?;
                }
            }
        }
        Ok(())
    }
}

/// What an edit does to a project's last run.
struct Opened<'a>(LastRun<'a>);

impl Opened<'_> {
    /// Tags the last run's answers with both codebooks, lets a person's work outrank both, and compares.
    fn preview(&self, old: &Codebook, new: &Codebook) -> Result<Preview, Failure> {
        let usage = |error: innspill::pipeline::PipelineError| Failure::Usage(error.to_string());
        let run = &self.0.run;
        let readings = self.0.readings();
        let mut before = self.tagger(old)?;
        let known = self.0.vectors(before.encoder())?;
        let tagged = taggings(&mut before, &readings, &known).map_err(usage)?;
        let (analysis_before, corrected_before) = self.corrected(tagged, &before, old)?;
        drop(before);
        let mut now = self.tagger(new)?;
        let tagged = taggings(&mut now, &readings, &known).map_err(usage)?;
        let (analysis_now, corrected_now) = self.corrected(tagged, &now, new)?;
        let (tools_before, tools_now) = (self.tools(old), self.tools(new));
        let side = |analysis, tools, before_correction| Side {
            run: run.run,
            analysis,
            contents: &run.contents,
            tools,
            before_correction,
        };
        let mut report = compare(
            side(&analysis_before, &tools_before, &corrected_before),
            side(&analysis_now, &tools_now, &corrected_now),
            1,
        );
        // Where a correction holds with the one codebook and not with the other, that is the edit's doing too.
        let mut tags = report.tags.remove(&Cause::Codebook).unwrap_or_default();
        if let Some(others) = report.tags.remove(&Cause::Correction) {
            tags.join(others);
        }
        Ok(Preview { run: run.run, answers: readings.len(), tags, left_behind: self.left_behind(old, new)? })
    }

    /// The project's own heads read their own codebook; one with another id is read with the shipped ones.
    fn tagger(&self, codebook: &Codebook) -> Result<Tagger, Failure> {
        let settings = &self.0.settings;
        let encoder = open_encoder(&settings.encoder)?;
        if codebook.codebook.id == self.0.run.codebook.codebook.id {
            Ok(open_project_tagger(self.0.folder, settings, codebook.clone(), encoder)?.0)
        } else {
            open_tagger(codebook.clone(), encoder, None)
        }
    }

    fn tools(&self, codebook: &Codebook) -> Tools {
        Tools { codebook_sha256: codebook_hash(codebook), ..self.0.run.tools.clone() }
    }

    fn corrected(
        &self,
        taggings: Vec<Tagging>,
        tagger: &Tagger,
        codebook: &Codebook,
    ) -> Result<(Analysis, BTreeMap<usize, Tagging>), Failure> {
        let mut analysis = self.0.run.analysis.clone();
        for (record, tagging) in analysis.records.iter_mut().zip(taggings) {
            record.tagging = tagging;
        }
        analysis.thresholds = tagger.thresholds();
        let before = persons_work::apply_silently(Some(self.0.folder), &mut analysis, codebook)?;
        Ok((analysis, before))
    }

    fn left_behind(&self, old: &Codebook, new: &Codebook) -> Result<Vec<(u64, String)>, Failure> {
        let is_left = |code: &str| resolve(code, old).is_some() && resolve(code, new).is_none();
        let corrections = self.0.corrections(new)?.into_iter();
        Ok(corrections.filter(|line| is_left(&line.code)).map(|line| (line.line, line.code)).collect())
    }
}

fn named_codebook(name: &str) -> Result<Codebook, Failure> {
    open_codebook(Some(Path::new(name)).filter(|path| path.as_os_str() != "builtin"))
}

/// A file goes before a run of the same name.
fn old_codebook(name: &str, project: Option<&Opened<'_>>) -> Result<Codebook, Failure> {
    match project {
        Some(opened) if !Path::new(name).exists() && name == "last" => Ok(opened.0.run.codebook.clone()),
        Some(opened) if !Path::new(name).exists() && name.parse::<u32>().is_ok() => {
            Ok(opened.0.store.load(name.parse().ok())?.codebook)
        }
        _ => named_codebook(name),
    }
}

/// A text of the codebook in quotes, on one line.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn lines(found: &CodebookDiff) -> Vec<String> {
    let mut lines = Vec::new();
    for difference in &found.differences {
        let what = match &difference.change {
            PartChange::New => "new".to_owned(),
            PartChange::Gone => "gone".to_owned(),
            PartChange::Renamed { from } => format!("was {from}"),
            PartChange::Edited => "edited".to_owned(),
        };
        lines.push(format!("{} {}: {what}", difference.part.name(), difference.code).replace(" :", ":"));
        for field in &difference.fields {
            let gone = field.removed.iter().map(|text| format!("    - {}", quoted(text)));
            let come = field.added.iter().map(|text| format!("    + {}", quoted(text)));
            lines.push(format!("  {}", field.field));
            lines.extend(gone.chain(come));
        }
    }
    if found.reordered {
        lines.push("the codes stand in another order, and so do the columns of tables".to_owned());
    }
    if found.is_empty() {
        lines.push("nothing differs".to_owned());
    } else {
        let [new, edited, renamed, gone] = found.counts();
        lines.push(format!("{new} new, {edited} edited, {renamed} renamed, {gone} gone"));
    }
    lines
}

fn preview_lines(preview: &Preview) -> Vec<String> {
    let tags = &preview.tags;
    let mut lines = vec![format!(
        "{} of {} answers of run {} would be coded otherwise",
        tags.answers.len(),
        preview.answers,
        preview.run
    )];
    lines.extend(
        tags.codes.iter().map(|((level, code), change)| {
            format!("  {} {code}: +{} -{}", level_id(*level), change.gained, change.lost)
        }),
    );
    lines.extend(tags.sides.iter().map(|(topic, answers)| format!("  side on {topic}: ~{answers}")));
    lines.extend(tags.facets.iter().map(|(facet, answers)| format!("  facet {facet}: ~{answers}")));
    lines.extend(tags.answers.iter().map(|(id, change)| format!("{id}:{}", in_words(change))));
    for (line, code) in &preview.left_behind {
        lines.push(format!("{CORRECTIONS}:{line}: would not be applied, since {code} is no code of the new codebook"));
    }
    lines
}

fn in_words(change: &AnswerChange) -> String {
    // A pattern may share its id with a theme.
    let code = |(level, code): &(Level, String)| match level {
        Level::Pattern => format!("pattern:{code}"),
        Level::Theme | Level::Topic => code.clone(),
    };
    let turn = |turn: &Turn| {
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
        format!(" ~{} {} -> {}", turn.of, value(&turn.before), value(&turn.now))
    };
    let gained = change.gained.iter().map(|gained| format!(" +{}", code(gained)));
    let lost = change.lost.iter().map(|lost| format!(" -{}", code(lost)));
    gained.chain(lost).chain(change.sides.iter().chain(&change.facets).map(turn)).collect()
}

fn as_json(old: &Codebook, new: &Codebook, found: &CodebookDiff, preview: Option<&Preview>) -> Value {
    let identity = |codebook: &Codebook| json!({"id": codebook.codebook.id, "version": codebook.codebook.version, "sha256": codebook_hash(codebook)});
    let mut value = json!({
        "old": identity(old), "new": identity(new), "differences": found.differences, "reordered": found.reordered,
    });
    if let (Some(preview), Some(object)) = (preview, value.as_object_mut()) {
        let left: Vec<Value> =
            preview.left_behind.iter().map(|(line, code)| json!({"line": line, "code": code})).collect();
        let mut told = tag_changes(&preview.tags);
        if let Some(told) = told.as_object_mut() {
            told.insert("run".to_owned(), json!(preview.run));
            told.insert("of".to_owned(), json!(preview.answers));
            told.insert("corrections_left_behind".to_owned(), json!(left));
        }
        object.insert("project".to_owned(), told);
    }
    value
}
