//! `innspill cluster FILE --output FILE`

use std::io::Write;
use std::path::PathBuf;

use innspill::cluster::{self, Answers, ClusterSettings, npy};
use innspill::score::Score;
use innspill::text::{Language, Lexicon, detect, has_content};
use rayon::prelude::*;
use serde::Serialize;

use super::failure::Failure;
use super::opening::{Rows, open_encoder};
use super::output::Output;
use super::texts::{Texts, read_texts};

/// Group alike answers, without a codebook: one JSON line per answer, in input order
///
/// Examples:
///   innspill cluster answers.jsonl --output clusters.jsonl --summary groups.json
///   innspill cluster answers.jsonl --clusters 20 --vectors vectors.npy --output -
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Cluster {
    /// Answers: JSONL, CSV, XLSX or text; - for standard input
    input: PathBuf,
    /// Exactly so many groups [default: found]
    #[arg(long, value_name = "N")]
    clusters: Option<usize>,
    /// Encoder: embedded, e5-small, or a folder
    #[arg(long, value_name = "NAME|FOLDER", default_value = "embedded")]
    encoder: String,
    /// Vectors of the answers, in their order, instead of an encoder's
    #[arg(long, value_name = "FILE.npy")]
    vectors: Option<PathBuf>,
    #[command(flatten)]
    rows: Rows,
    /// Where to write; - for standard output
    #[arg(long, short)]
    output: PathBuf,
    /// Where to write each group's size, label and quotes, as JSON
    #[arg(long, value_name = "FILE")]
    summary: Option<PathBuf>,
}

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    cluster: Option<u32>,
    score: Score,
}

#[derive(Serialize)]
struct Summary<'a> {
    id: u32,
    size: usize,
    label: &'a str,
    quotes: Vec<&'a str>,
}

impl Cluster {
    /// Reads, groups, writes.
    pub fn run(self) -> Result<(), Failure> {
        if self.output.as_os_str() == "-" && self.summary.as_deref().is_some_and(|path| path.as_os_str() == "-") {
            return Err(Failure::Usage(
                "--output - and --summary - would mix two streams; write one of them to a file".to_owned(),
            ));
        }
        // Opened first: a place that cannot be written is told of before the work, not after.
        let mut output = Output::create(&self.output)?;
        let summary = self.summary.as_deref().map(Output::create).transpose()?;
        let read = read_texts(&self.input, &self.rows)?;
        let texts: Vec<&str> = read.texts.iter().map(String::as_str).collect();
        let (dimension, values) = self.vectors(&read, &texts)?;
        let failed = |error: cluster::ClusterError| Failure::Usage(error.to_string());
        let view = cluster::rows(dimension, &values).map_err(failed)?;
        let content: Vec<bool> = texts.par_iter().map(|text| has_content(text)).collect();
        let clustering =
            cluster::cluster(view, &content, self.clusters, &ClusterSettings::default()).map_err(failed)?;
        for ((id, cluster), score) in read.ids.iter().zip(&clustering.membership).zip(&clustering.scores) {
            let line = Line { id, cluster: *cluster, score: *score };
            writeln!(output, "{}", serde_json::to_string(&line).unwrap_or_default())?;
        }
        if let Some(mut summary) = summary {
            let preferred: Vec<bool> = texts.par_iter().map(|text| detect(text) == Language::Nb).collect();
            let answers = Answers { texts: &texts, preferred: &preferred, quotable: &content };
            let groups = cluster::describe(view, &answers, &clustering, Lexicon::get()).map_err(failed)?;
            let summaries: Vec<Summary<'_>> = groups
                .iter()
                .map(|group| Summary {
                    id: group.id,
                    size: group.size,
                    label: &group.label,
                    quotes: group.quotes.iter().filter_map(|&row| read.ids.get(row).map(String::as_str)).collect(),
                })
                .collect();
            writeln!(summary, "{}", serde_json::to_string_pretty(&summaries).unwrap_or_default())?;
            summary.finish()?;
        }
        output.finish()?;
        read.finish(self.rows.strict)
    }

    fn vectors(&self, read: &Texts, texts: &[&str]) -> Result<(usize, Vec<f32>), Failure> {
        let Some(path) = &self.vectors else {
            let vectors =
                open_encoder(&self.encoder)?.encode(texts).map_err(|error| Failure::Usage(error.to_string()))?;
            return Ok((vectors.dimension(), vectors.values().to_vec()));
        };
        let failed = |what: String| Failure::Usage(format!("{}: {what}", path.display()));
        let file = std::fs::File::open(path).map_err(|error| failed(format!("cannot read: {error}")))?;
        let matrix = npy::read(std::io::BufReader::new(file)).map_err(|error| failed(error.to_string()))?;
        if matrix.rows != read.ids.len() {
            return Err(failed(format!(
                "{} rows for {} answers: one row an answer is needed",
                matrix.rows,
                read.ids.len()
            )));
        }
        let mut vectors = innspill::encode::Vectors::new(matrix.dimension, matrix.values).values().to_vec();
        for row in vectors.chunks_exact_mut(matrix.dimension.max(1)) {
            innspill::encode::vectors::normalise(row);
        }
        Ok((matrix.dimension, vectors))
    }
}
