//! `innspill embed FILE --output FILE.npy`

use std::io::Write;
use std::path::PathBuf;

use innspill::cluster::npy;

use super::failure::Failure;
use super::opening::{Rows, open_encoder};
use super::output::Output;
use super::texts::read_texts;

/// Write each answer's vector: f32, rows in input order, of unit length
///
/// Example:
///   innspill embed answers.jsonl --output vectors.npy
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Embed {
    /// Answers: JSONL, CSV, XLSX or text; - for standard input
    input: PathBuf,
    /// Encoder: embedded, e5-small, or a folder
    #[arg(long, value_name = "NAME|FOLDER", default_value = "embedded")]
    encoder: String,
    #[command(flatten)]
    rows: Rows,
    /// Where to write
    #[arg(long, short)]
    output: PathBuf,
}

impl Embed {
    /// Reads, encodes, writes.
    pub fn run(self) -> Result<(), Failure> {
        let encoder = open_encoder(&self.encoder)?;
        let read = read_texts(&self.input, &self.rows)?;
        let texts: Vec<&str> = read.texts.iter().map(String::as_str).collect();
        let vectors = encoder.encode(&texts).map_err(|error| Failure::Usage(error.to_string()))?;
        let mut output = Output::create(&self.output)?;
        let mut bytes = Vec::new();
        npy::write(&mut bytes, vectors.dimension(), vectors.values())
            .map_err(|error| Failure::Usage(error.to_string()))?;
        output.write_all(&bytes)?;
        output.finish()?;
        read.finish(self.rows.strict)
    }
}
