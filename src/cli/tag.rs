//! `innspill tag FILE|- --output FILE|-`

use std::io::Write;
use std::path::PathBuf;

use innspill::answer::Answer;
use innspill::ingest::{Fields, Unit, open_stream};
use innspill::score::Score;
use innspill::tag::{AllScores, Input, Labelling, Tag, Tagging, TopicVerdict};
use innspill::text::{Language, Mended, mend};
use rayon::prelude::*;
use serde::Serialize;

use super::Common;
use super::arrow_stream::{self, Extras};
use super::failure::Failure;
use super::opening::{AnyTagger, Rows, Tools, report_reject};
use super::output::Output;
use super::terminal;

/// Tag every answer of a file: one JSON line per answer, in input order
///
/// Examples:
///   innspill tag answers.csv --output tags.jsonl
///   cat answers.jsonl | innspill tag - --input-format jsonl --output - | jq .themes
///   innspill tag answers.jsonl --codebook mine.toml --scores --output -
///   innspill tag - --arrow --output -        Arrow IPC streams in and out, for Spark, DuckDB, Polars
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct TagCommand {
    /// Answers: JSONL, CSV, XLSX or text; - for standard input
    input: PathBuf,
    #[command(flatten)]
    tools: Tools,
    #[command(flatten)]
    rows: Rows,
    /// Add the score of every code
    #[arg(long)]
    scores: bool,
    /// Carry each row's own fields along, under "input"
    #[arg(long)]
    keep_fields: bool,
    /// Read and write Arrow IPC streams: one row out for each row in
    #[arg(long, conflicts_with_all = ["input_format", "filters"])]
    arrow: bool,
    /// Where to write; - for standard output
    #[arg(long, short)]
    output: PathBuf,
}

/// So many answers are tagged at a time; memory is bounded by it, output does not depend on it.
const BATCH: usize = 8_192;

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    lang: Language,
    outcome: innspill::tag::Outcome,
    themes: Vec<ThemeEntry<'a>>,
    topics: &'a [Tag],
    verdicts: &'a [TopicVerdict],
    patterns: &'a [Tag],
    facets: &'a std::collections::BTreeMap<String, Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    all_scores: Option<&'a AllScores>,
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<&'a Fields>,
}

#[derive(Serialize)]
struct ThemeEntry<'a> {
    code: &'a str,
    score: Score,
}

#[derive(Serialize)]
struct LabelLine<'a> {
    id: &'a str,
    lang: Language,
    outcome: innspill::tag::Outcome,
    labels: &'a [Tag],
    #[serde(skip_serializing_if = "Option::is_none")]
    all_scores: Option<std::collections::BTreeMap<&'a str, Score>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<&'a Fields>,
}

type Row = (Box<Answer>, Option<Fields>);

impl TagCommand {
    /// Streams the input through the tagger.
    pub fn run(self, common: &Common) -> Result<(), Failure> {
        let mut tagger = self.tools.open()?;
        if self.arrow {
            return self.run_arrow(&mut tagger);
        }
        let stream = open_stream(&self.input, self.rows.input_format, &self.rows.options(self.keep_fields))
            .map_err(|error| Failure::Usage(error.to_string()))?;
        let mut stream = stream.with_fields();
        let mut output = Output::create(&self.output)?;
        let bar = terminal::progress(common, None, "tagging");
        let mut rejected = 0;
        let mut batch: Vec<Row> = Vec::with_capacity(BATCH);
        for (unit, fields) in &mut stream {
            match unit {
                Unit::Answer(answer) => batch.push((answer, fields)),
                Unit::Reject(reject) => {
                    rejected += 1;
                    report_reject(&reject);
                }
                Unit::Skipped(_) => {}
            }
            if batch.len() == BATCH {
                self.write(&mut tagger, &batch, &mut output)?;
                bar.inc(batch.len() as u64);
                batch.clear();
            }
        }
        self.write(&mut tagger, &batch, &mut output)?;
        bar.finish_and_clear();
        if !common.quiet {
            for file in stream.stream().files() {
                for note in &file.notes {
                    eprintln!("innspill: {}: {note}", file.path);
                }
            }
        }
        if let Some(nothing) = stream.stream().nothing_readable() {
            return Err(Failure::Usage(nothing.to_string()));
        }
        output.finish()?;
        if self.rows.strict && rejected > 0 { Err(Failure::Rejected(rejected)) } else { Ok(()) }
    }

    fn run_arrow(&self, tagger: &mut AnyTagger) -> Result<(), Failure> {
        let extras = Extras { scores: self.scores, keep_fields: self.keep_fields };
        let passed_over = arrow_stream::tag(&self.input, &self.output, tagger, extras)?;
        if self.rows.strict && passed_over > 0 { Err(Failure::Rejected(passed_over)) } else { Ok(()) }
    }

    fn write(&self, tagger: &mut AnyTagger, batch: &[Row], output: &mut Output) -> Result<(), Failure> {
        let mended: Vec<Mended<'_>> = batch.par_iter().map(|(answer, _)| mend(&answer.text)).collect();
        let inputs: Vec<Input<'_>> =
            (batch.iter().zip(&mended)).map(|((answer, _), text)| Input { text, kind: answer.kind.as_ref() }).collect();
        let failed = |error: innspill::tag::TagError| Failure::Usage(error.to_string());
        let lines: Vec<Vec<u8>> = match tagger {
            AnyTagger::Codebook(tagger) => {
                let taggings = tagger.tag(&inputs).map_err(failed)?;
                batch.par_iter().zip(&taggings).map(|(row, tagging)| self.line(row, tagging)).collect()
            }
            AnyTagger::Labels(tagger) => {
                let labellings = tagger.tag(&inputs).map_err(failed)?;
                batch.par_iter().zip(&labellings).map(|(row, labelling)| self.label_line(row, labelling)).collect()
            }
        };
        for line in lines {
            output.write_all(&line)?;
        }
        Ok(())
    }

    fn line(&self, (answer, fields): &Row, tagging: &Tagging) -> Vec<u8> {
        to_line(&Line {
            id: &answer.id.0,
            lang: tagging.language,
            outcome: tagging.outcome,
            themes: tagging.themes.iter().map(|tag| ThemeEntry { code: &tag.code, score: tag.score }).collect(),
            topics: &tagging.topics,
            verdicts: &tagging.verdicts,
            patterns: &tagging.patterns,
            facets: &tagging.facets,
            all_scores: self.scores.then_some(&tagging.all_scores),
            input: fields.as_ref().filter(|_| self.keep_fields),
        })
    }

    fn label_line(&self, (answer, fields): &Row, labelling: &Labelling) -> Vec<u8> {
        to_line(&LabelLine {
            id: &answer.id.0,
            lang: labelling.language,
            outcome: labelling.outcome,
            labels: &labelling.labels,
            all_scores: self
                .scores
                .then(|| labelling.all.iter().map(|(label, score)| (label.as_str(), *score)).collect()),
            input: fields.as_ref().filter(|_| self.keep_fields),
        })
    }
}

fn to_line<T: Serialize>(line: &T) -> Vec<u8> {
    // Plain structs of strings and finite numbers always serialise.
    let mut bytes = serde_json::to_vec(line).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}
