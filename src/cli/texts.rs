//! Reading a file's answers whole, for commands that need them all at once.

use std::path::Path;

use innspill::ingest::{Unit, open_stream};
use innspill::text::mend;

use super::failure::Failure;
use super::opening::{Rows, report_reject};

/// The answers of one input.
pub struct Texts {
    /// Ids, in input order.
    pub ids: Vec<String>,
    /// Mended texts.
    pub texts: Vec<String>,
    rejected: usize,
}

/// Reads them; rejected rows get a line on standard error.
pub fn read_texts(input: &Path, rows: &Rows) -> Result<Texts, Failure> {
    let mut stream = open_stream(input, rows.input_format, &rows.options(false))
        .map_err(|error| Failure::Usage(error.to_string()))?;
    let mut read = Texts { ids: Vec::new(), texts: Vec::new(), rejected: 0 };
    for unit in &mut stream {
        match unit {
            Unit::Answer(answer) => {
                read.texts.push(mend(&answer.text).text().to_owned());
                read.ids.push(answer.id.0);
            }
            Unit::Reject(reject) => {
                read.rejected += 1;
                report_reject(&reject);
            }
            Unit::Skipped(_) => {}
        }
    }
    match stream.nothing_readable() {
        Some(nothing) => Err(Failure::Usage(nothing.to_string())),
        None => Ok(read),
    }
}

impl Texts {
    /// How the command ends, once everything is written.
    pub fn finish(&self, strict: bool) -> Result<(), Failure> {
        if strict && self.rejected > 0 { Err(Failure::Rejected(self.rejected)) } else { Ok(()) }
    }
}
