//! Opening one file, or standard input, by its format.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::delimited::{self, Source};
use super::stream::UnitReader;
use super::{Format, IngestError, ReadOptions, docx, jsonl, lines, pdf, workbook};

/// How much of the input may be looked at before the first answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thoroughness {
    /// As little as settles the columns, so that answers flow and do not depend on each other.
    Streaming,
    /// Enough rows to tell personal data and closed questions by their contents.
    Whole,
}

/// Opens `path` (`-` for standard input), which the user knows as `name`.
pub(super) fn open(
    path: &Path,
    name: &str,
    format: Option<Format>,
    options: &ReadOptions,
    thoroughness: Thoroughness,
) -> Result<Vec<Box<dyn UnitReader>>, IngestError> {
    let unreadable = |cause| IngestError::Unreadable { file: name.to_owned(), cause };
    let (source, format): (Source, Option<Format>) = if path == Path::new("-") {
        let (source, guess) = with_guess(io::stdin()).map_err(unreadable)?;
        (source, format.or(Some(guess)))
    } else {
        let file = File::open(path).map_err(unreadable)?;
        if file.metadata().map_err(unreadable)?.is_dir() {
            return Err(unreadable(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder, not a file")));
        }
        (Box::new(file), format.or_else(|| Format::from_path(path)))
    };
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or("").to_ascii_lowercase();
    Ok(match format {
        None => return Err(IngestError::UnknownFormat { file: name.to_owned() }),
        Some(Format::Csv) => {
            let delimiter = matches!(ending.as_str(), "tsv" | "tab").then_some(b'\t');
            vec![delimited::open(source, name, options, delimiter, thoroughness)?]
        }
        Some(Format::Jsonl) => vec![jsonl::open(source, name, options, thoroughness)?],
        Some(Format::Text) => {
            vec![lines::open(source, name, options, matches!(ending.as_str(), "md" | "markdown"))?]
        }
        Some(Format::Docx) => vec![docx::open(source, name, options)?],
        Some(Format::Pdf) => vec![pdf::open(source, name, options)?],
        Some(Format::Xlsx) => workbook::open(source, name, options)?,
    })
}

/// Standard input has no name to tell its format by: a brace begins JSON, "PK" a workbook, "%PDF" a PDF,
/// anything else is CSV.
fn with_guess(mut input: impl Read + Send + 'static) -> io::Result<(Source, Format)> {
    let mut start = Vec::new();
    let mut chunk = [0; 4096];
    while start.trim_ascii_start().len() < 4 {
        let read = input.read(&mut chunk)?;
        if read == 0 {
            break;
        }
        // A reader gives no more than the buffer holds.
        start.extend_from_slice(&chunk[..read]);
    }
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start).trim_ascii_start();
    let format = match text {
        [b'{' | b'[', ..] => Format::Jsonl,
        [b'P', b'K', 3, 4, ..] => Format::Xlsx,
        [b'%', b'P', b'D', b'F', ..] => Format::Pdf,
        _ => Format::Csv,
    };
    Ok((Box::new(io::Cursor::new(start).chain(input)), format))
}
