//! `innspill evaluate --gold FILE (--predicted FILE | ...)`

use std::io::Write;
use std::path::{Path, PathBuf};

use innspill::answer::Kind;
use innspill::evaluate::scoring::{Figure, LevelReport};
use innspill::evaluate::{Coded, Mistake, Report, mistakes, score};
use innspill::tag::{Input, Labelling, Tagging};
use innspill::text::mend;

use super::Common;
use super::coded_rows::{self, CodedFields, Needs};
use super::failure::Failure;
use super::opening::{AnyTagger, Tools};
use super::output::Output;

/// Score tags against human coding
///
/// Examples:
///   innspill evaluate --gold gold.jsonl
///   innspill evaluate --gold anne.jsonl --predicted bjarte.jsonl --format json
///   innspill evaluate --gold gold.jsonl --mistakes mistakes.jsonl
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Evaluate {
    /// Coded rows to measure against
    #[arg(long, value_name = "FILE")]
    gold: PathBuf,
    /// Rows to measure: output of `tag`, or another person's coding; without it the gold texts are tagged
    #[arg(long, value_name = "FILE")]
    predicted: Option<PathBuf>,
    #[command(flatten)]
    tools: Tools,
    #[command(flatten)]
    fields: CodedFields,
    /// How to print
    #[arg(long, value_enum, default_value = "text")]
    format: Form,
    /// Write the answers that differ, worst first, with their text, as JSONL; the text goes nowhere else
    #[arg(long, value_name = "FILE")]
    mistakes: Option<PathBuf>,
    /// Exit with 1 if macro-F1 (of themes, else of labels) is below this
    #[arg(long, value_name = "X")]
    fail_under: Option<f64>,
}

/// Pairs of codes printed per level; JSON has more.
const TOLD_CONFUSED: usize = 8;

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    Text,
    Json,
}

impl Evaluate {
    /// Reads, tags where needed, scores and prints.
    pub fn run(self, _common: &Common) -> Result<(), Failure> {
        let needs = Needs { text: self.predicted.is_none(), lists: &[] };
        let gold = coded_rows::read(std::slice::from_ref(&self.gold), &self.fields, &self.fields.filters, needs)?;
        let predicted = match &self.predicted {
            Some(path) => coded_rows::read(std::slice::from_ref(path), &self.fields, &[], Needs::default())?,
            None => self.tag(&gold)?,
        };
        let report = score(&gold, &predicted);
        if let Some(path) = &self.mistakes {
            write_mistakes(path, &mistakes(&gold, &predicted))?;
        }
        let mut output = std::io::stdout().lock();
        match self.format {
            Form::Json => writeln!(output, "{}", serde_json::to_string_pretty(&report).unwrap_or_default())?,
            Form::Text => output.write_all(in_words(&report).as_bytes())?,
        }
        let headline =
            report.levels.get("themes").or_else(|| report.levels.get("labels")).map(|level| level.macro_f1.value);
        match (self.fail_under, headline) {
            (Some(bar), Some(value)) if value < bar => {
                Err(Failure::BelowBar(format!("macro-F1 {value:.3} is below {bar}")))
            }
            _ => Ok(()),
        }
    }

    fn tag(&self, gold: &[Coded]) -> Result<Vec<Coded>, Failure> {
        let mut tagger = self.tools.open()?;
        let kinds: Vec<Option<Kind>> = gold.iter().map(|row| row.kind.clone().map(Kind)).collect();
        let texts: Vec<_> = gold.iter().map(|row| mend(&row.text)).collect();
        let inputs: Vec<Input<'_>> =
            texts.iter().zip(&kinds).map(|(text, kind)| Input { text, kind: kind.as_ref() }).collect();
        let failed = |error: innspill::tag::TagError| Failure::Usage(error.to_string());
        Ok(match &mut tagger {
            AnyTagger::Codebook(tagger) => {
                let taggings = tagger.tag(&inputs).map_err(failed)?;
                let only_themes = gold.iter().any(|row| !row.labels.is_empty());
                gold.iter().zip(taggings).map(|(row, tagging)| coded(row, tagging, only_themes)).collect()
            }
            AnyTagger::Labels(tagger) => {
                let labellings = tagger.tag(&inputs).map_err(failed)?;
                gold.iter().zip(labellings).map(|(row, labelling)| labelled(row, labelling)).collect()
            }
        })
    }
}

/// One object a line.
fn write_mistakes(path: &Path, mistakes: &[Mistake]) -> Result<(), Failure> {
    let mut output = Output::create(path)?;
    for mistake in mistakes {
        writeln!(output, "{}", serde_json::to_string(mistake).unwrap_or_default())?;
    }
    output.finish()?;
    tracing::info!("{} answers differ: {}", mistakes.len(), path.display());
    Ok(())
}

/// `as_labels`: gold has free labels, so the themes are compared with those.
fn coded(row: &Coded, tagging: Tagging, as_labels: bool) -> Coded {
    let themes: std::collections::BTreeSet<String> = tagging.themes.into_iter().map(|tag| tag.code).collect();
    Coded {
        id: row.id.clone(),
        labels: if as_labels { themes.clone() } else { Default::default() },
        themes,
        topics: tagging.topics.into_iter().map(|tag| tag.code).collect(),
        patterns: tagging.patterns.into_iter().map(|tag| tag.code).collect(),
        stance: (tagging.verdicts.into_iter())
            .map(|verdict| {
                let name = innspill::tag::VERDICTS.into_iter().find(|(known, _)| *known == verdict.verdict);
                (verdict.topic, name.map_or("", |(_, name)| name).to_owned())
            })
            .collect(),
        facets: tagging.facets,
        theme_scores: tagging.all_scores.themes.into_iter().map(|(code, score)| (code, score.value())).collect(),
        ..Coded::default()
    }
}

fn labelled(row: &Coded, labelling: Labelling) -> Coded {
    Coded { id: row.id.clone(), labels: labelling.labels.into_iter().map(|tag| tag.code).collect(), ..Coded::default() }
}

fn in_words(report: &Report) -> String {
    let mut text = format!(
        "{} answers compared, {} without a prediction; 95 % intervals by bootstrap over {}\n",
        report.answers, report.missing, report.resampled
    );
    for (name, level) in &report.levels {
        text.push_str(&level_in_words(name, level));
    }
    for (level, confused) in &report.confused {
        text.push_str(&format!("\n{level} taken for another (missed -> given: answers)\n"));
        for pair in confused.iter().take(TOLD_CONFUSED) {
            text.push_str(&format!("  {} -> {}: {}\n", pair.gold, pair.predicted, pair.answers));
        }
    }
    if let Some(accuracy) = report.verdict_accuracy {
        text.push_str(&format!("\nverdict accuracy {}", figure(accuracy)));
        for (side, (count, share)) in &report.verdict_by_side {
            text.push_str(&format!("   {side}: {share:.3} of {count}"));
        }
        text.push('\n');
    }
    if !report.facets.is_empty() {
        let facets: Vec<String> = report.facets.iter().map(|(facet, f1)| format!("{facet} {f1:.3}")).collect();
        text.push_str(&format!("facets, macro-F1: {}\n", facets.join("   ")));
    }
    if let Some(error) = report.calibration_error {
        text.push_str(&format!("expected calibration error of theme scores: {error:.3}\n"));
    }
    text
}

fn level_in_words(name: &str, level: &LevelReport) -> String {
    let mut text = format!(
        "\n{name}: macro-F1 {}   micro-F1 {}   sample-F1 {}\n",
        figure(level.macro_f1),
        figure(level.micro_f1),
        figure(level.sample_f1)
    );
    text.push_str(&format!(
        "  {:<42} {:>7} {:>9} {:>9} {:>7} {:>7} {:>7}\n",
        "code", "support", "predicted", "precision", "recall", "F1", "alpha"
    ));
    for (code, figures) in &level.codes {
        text.push_str(&format!(
            "  {code:<42} {:>7} {:>9} {:>9.3} {:>7.3} {:>7.3} {:>7.3}\n",
            figures.support, figures.predicted, figures.precision, figures.recall, figures.f1, figures.alpha
        ));
    }
    text
}

fn figure(figure: Figure) -> String {
    format!("{:.3} [{:.3}, {:.3}]", figure.value, figure.low, figure.high)
}
