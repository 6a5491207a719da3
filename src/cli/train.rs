//! `innspill train --labelled FILE --output TAGGER`, `innspill train --corrections PROJECT --output TAGGER`

mod corrections;

use std::io::Write;
use std::path::PathBuf;

use innspill::answer::Kind;
use innspill::tag::model::output;
use innspill::tag::train::{Example, train_codebook, train_labels};
use innspill::text::mend;

use super::Common;
use super::coded_rows::{self, CodedFields, Needs};
use super::failure::Failure;
use super::opening::{open_codebook, open_encoder};
use super::output::Output;

/// Learn a tagger from human coding, or from the corrections and checks of a project
///
/// Examples:
///   innspill train --labelled coded.jsonl --labels-field labels --output mine.tagger
///   innspill train --labelled corpus/training --codebook builtin --output models/heads/embedded.tagger
///   innspill train --corrections my-project --output my-project/own.tagger
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Train {
    /// Coded rows: JSONL files, or folders of them
    #[arg(long, required_unless_present = "corrections", num_args = 1.., value_name = "FILE")]
    labelled: Vec<PathBuf>,
    /// A project: what its people corrected and checked is added to the heads of its codebook and encoder
    #[arg(long, value_name = "PROJECT", conflicts_with_all = ["labelled", "codebook", "encoder", "without_author"])]
    corrections: Option<PathBuf>,
    #[command(flatten)]
    fields: CodedFields,
    /// Leave out rows by these authors, to measure on them
    #[arg(long, num_args = 1.., value_name = "AUTHOR")]
    without_author: Vec<String>,
    /// Learn this codebook's themes, topics, patterns, facets and verdicts instead of free labels ("builtin" or a file)
    #[arg(long, value_name = "FILE")]
    codebook: Option<PathBuf>,
    /// Encoder: embedded, e5-small, or a folder
    #[arg(long, value_name = "NAME|FOLDER", default_value = "embedded")]
    encoder: String,
    /// Where to write the tagger
    #[arg(long, short)]
    output: PathBuf,
}

impl Train {
    /// Reads, fits, writes.
    pub fn run(self, _common: &Common) -> Result<(), Failure> {
        if let Some(project) = &self.corrections {
            return corrections::train(project, &self.output);
        }
        let lists: &[&str] =
            if self.codebook.is_some() { &["themes", "topics", "patterns"] } else { &[self.fields.labels.as_str()] };
        let needs = Needs { text: true, lists };
        let mut rows = coded_rows::read(&self.labelled, &self.fields, &self.fields.filters, needs)?;
        rows.retain(|row| !self.without_author.contains(&row.author));
        let encoder = open_encoder(&self.encoder)?;
        let failed = |error: innspill::encode::EncodeError| Failure::Usage(error.to_string());
        let model = match &self.codebook {
            Some(path) => {
                let path = Some(path.as_path()).filter(|path| path.as_os_str() != "builtin");
                let codebook = open_codebook(path)?;
                let examples: Vec<Example> = rows.iter().map(|row| row.example(&codebook)).collect();
                train_codebook(&codebook, &examples, encoder.as_ref()).map_err(failed)?
            }
            None => {
                let examples = label_examples(&rows);
                if examples.iter().all(|example| example.labels.is_empty()) {
                    return Err(Failure::Usage(format!(
                        "no row has labels in \"{}\": see --labels-field",
                        self.fields.labels
                    )));
                }
                train_labels(&examples, encoder.as_ref()).map_err(failed)?
            }
        };
        tracing::info!(answers = model.header.answers, outputs = model.heads.outputs.len(), "trained");
        let mut output = Output::create(&self.output)?;
        output.write_all(&model.to_bytes()?)?;
        output.finish()
    }
}

/// Every label of the set is known for every row: there, or not there.
fn label_examples(rows: &[innspill::evaluate::Coded]) -> Vec<Example> {
    let mut all: Vec<&String> = rows.iter().flat_map(|row| &row.labels).collect();
    all.sort();
    all.dedup();
    rows.iter()
        .map(|row| Example {
            text: mend(&row.text).text().to_owned(),
            kind: row.kind.clone().map(Kind),
            author: fold_key(row),
            labels: all.iter().map(|label| (output::label(label), row.labels.contains(*label))).collect(),
            ..Example::default()
        })
        .collect()
}

/// Rows that must be left out together: an author's, else those of one submission (the id before a colon).
fn fold_key(row: &innspill::evaluate::Coded) -> String {
    if !row.author.is_empty() {
        return row.author.clone();
    }
    row.id.split_once(':').map(|(submission, _)| submission.to_owned()).unwrap_or_default()
}
