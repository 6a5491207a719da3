//! `innspill embed FILE --output FILE.npy`

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use innspill::cluster::npy;
use innspill::encode::{EncoderChoice, open};
use innspill::ingest::{Format, ReadOptions, Unit, open_stream};
use innspill::text::mend;

use super::failure::Failure;
use super::{Common, terminal};

/// Answers that are encoded at a time; enough to sort them by length, little enough for memory.
const BLOCK: usize = 8192;

/// Turn answers into vectors, for programs that want nothing else
///
/// Writes a NumPy array of 32-bit floats: one row an answer, in input order, each of length 1 (zeros where an answer
/// has no content to go by). A row that cannot be read gives a line on standard error and no vector.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  innspill embed answers.csv --output answers.npy
  innspill embed answers.jsonl --encoder e5-small --output answers.npy")]
pub struct Embed {
    /// Answers: CSV, XLSX, JSONL or text; - for standard input
    #[arg(value_name = "FILE")]
    input: PathBuf,
    /// Format of the input, where its name does not tell
    #[arg(long, value_name = "FORMAT")]
    input_format: Option<String>,
    /// embedded, e5-small, or a folder in the sentence-transformers layout
    #[arg(long, default_value = "embedded", value_name = "ENCODER")]
    encoder: String,
    /// The file to write; - for standard output
    #[arg(long, short, value_name = "FILE.npy")]
    output: PathBuf,
    /// End with exit code 3 if a row was rejected
    #[arg(long)]
    strict: bool,
}

impl Embed {
    /// Reads, encodes and writes.
    pub fn run(self, common: &Common) -> Result<(), Failure> {
        let format = match &self.input_format {
            Some(name) => Some(
                Format::from_name(name)
                    .ok_or_else(|| Failure::Usage(format!("--input-format {name}: give csv, xlsx, jsonl or text")))?,
            ),
            None => None,
        };
        let Ok(choice) = self.encoder.parse::<EncoderChoice>();
        let encoder = open(&choice)?;
        let mut stream = open_stream(&self.input, format, &ReadOptions::default()).map_err(anyhow::Error::from)?;
        let progress = terminal::progress(common, None, "encoding");
        let mut values: Vec<f32> = Vec::new();
        let mut block: Vec<String> = Vec::with_capacity(BLOCK);
        loop {
            let unit = stream.next();
            let ended = unit.is_none();
            match unit {
                // As every stage reads an answer: with its broken words whole.
                Some(Unit::Answer(answer)) => block.push(mend(&answer.text).text().to_owned()),
                Some(Unit::Reject(reject)) => {
                    let place = &reject.place;
                    writeln!(std::io::stderr(), "innspill: {}:{}: {}", place.file, place.row, reject.reason)?;
                }
                Some(Unit::Skipped(_)) | None => {}
            }
            if block.len() == BLOCK || (ended && !block.is_empty()) {
                let texts: Vec<&str> = block.iter().map(String::as_str).collect();
                values.extend_from_slice(encoder.encode(&texts)?.values());
                progress.inc(block.len() as u64);
                block.clear();
            }
            if ended {
                break;
            }
        }
        progress.finish_and_clear();
        if let Some(error) = stream.nothing_readable() {
            return Err(anyhow::Error::from(error).into());
        }
        if self.output.as_os_str() == "-" {
            npy::write(BufWriter::new(std::io::stdout().lock()), encoder.dimension(), &values)?;
        } else {
            let name = |error: std::io::Error| Failure::Usage(format!("{}: {error}", self.output.display()));
            let file = File::create(&self.output).map_err(name)?;
            npy::write(BufWriter::new(file), encoder.dimension(), &values).map_err(name)?;
        }
        match stream.counts().rejects {
            rejects if self.strict && rejects > 0 => Err(Failure::Rejected(rejects)),
            _ => Ok(()),
        }
    }
}
