//! PDF that holds text: lines by their places on the page, then paragraphs as in any running text.
//!
//! `lopdf` parses objects, streams, fonts' encodings and character maps, with bounds on nesting and on what streams
//! unpack to. Its own text extraction joins lines, so the text operators are read here. It all happens in a thread of
//! its own with a deadline, so that a file made to harm can neither stop nor hang the program.

mod font;
mod lines;
mod matrix;
mod object_streams;
mod page;

use std::collections::VecDeque;
use std::time::Duration;

use lopdf::{Document, LoadOptions};

use super::archive;
use super::assemble::Assembler;
use super::delimited::Source;
use super::guard::{self, Escape};
use super::pieces::{Part, PieceReader};
use super::prose::{self, Piece, SourceLine};
use super::stream::UnitReader;
use super::{Format, IngestError, ReadOptions, RejectReason};
use crate::settings::TextUnit;

/// The most megabytes of a PDF.
const FILE_LIMIT: u64 = 256;

/// The most bytes that one stream may unpack to.
const STREAM_LIMIT: usize = 32 * 1024 * 1024;

/// The most bytes of all pages' contents.
const CONTENT_LIMIT: usize = 512 * 1024 * 1024;

/// How long taking a file apart may last.
const DEADLINE: Duration = Duration::from_secs(60);

/// The most pages.
const MOST_PAGES: usize = 20_000;

/// Why no text came out of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PdfProblem {
    /// Not a PDF, or damaged.
    Damaged,
    /// Needs a password.
    Locked,
    /// Pages without text: scanned.
    NoText,
    /// Unpacks to more than is read.
    TooLarge,
    /// Not read within the deadline.
    TooSlow,
}

impl PdfProblem {
    fn cause(self) -> (&'static str, &'static str) {
        match self {
            PdfProblem::Damaged => ("it is damaged or not a PDF", "export it again, or save its text as .txt"),
            PdfProblem::Locked => ("it is locked with a password", "save it without one"),
            PdfProblem::NoText => ("its pages are pictures without text", "run text recognition (OCR) on it first"),
            PdfProblem::TooLarge => ("it unpacks to more than is read", "split it into smaller files"),
            PdfProblem::TooSlow => ("it takes longer than a minute to take apart", "save its text as .txt"),
        }
    }
}

/// The lines of one page, or none where it could not be read.
type Page = Option<Vec<String>>;

/// Reads a PDF into memory.
pub(super) fn open(mut source: Source, name: &str, options: &ReadOptions) -> Result<Box<dyn UnitReader>, IngestError> {
    let bytes = archive::read_whole(&mut source, name, FILE_LIMIT)?;
    let pages = if bytes.is_empty() {
        Vec::new()
    } else {
        let read = guard::within_bounds(DEADLINE, move || pages(&bytes)).unwrap_or_else(|escape| match escape {
            Escape::Panicked => Err(PdfProblem::Damaged),
            Escape::Late => Err(PdfProblem::TooSlow),
        });
        read.map_err(|problem| {
            let (cause, mend) = problem.cause();
            IngestError::Document { file: name.to_owned(), format: "PDF", cause, mend }
        })?
    };
    let (parts, unit) = parts(&pages, options.source.unit);
    Ok(Box::new(PieceReader { assembler: Assembler::new(name, options), format: Format::Pdf, unit, parts, ordinal: 0 }))
}

fn pages(bytes: &[u8]) -> Result<Vec<Page>, PdfProblem> {
    object_streams::check_size(bytes)?;
    let options = LoadOptions { max_decompressed_size: Some(STREAM_LIMIT), ..LoadOptions::default() };
    let document = Document::load_mem_with_options(bytes, options).map_err(|error| match error {
        lopdf::Error::InvalidPassword | lopdf::Error::Decryption(_) => PdfProblem::Locked,
        _ => PdfProblem::Damaged,
    })?;
    if document.is_encrypted() && document.get_pages().is_empty() {
        return Err(PdfProblem::Locked);
    }
    let mut budget = CONTENT_LIMIT;
    let mut pages = Vec::new();
    for id in document.page_iter().take(MOST_PAGES) {
        let (page, used) = page::lines(&document, id, budget.min(STREAM_LIMIT));
        budget = budget.checked_sub(used).ok_or(PdfProblem::TooLarge)?;
        pages.push(page);
    }
    if pages.is_empty() {
        return Err(PdfProblem::Damaged);
    }
    let has_text = |page: &Page| page.as_ref().is_none_or(|lines| lines.iter().any(|line| !line.trim().is_empty()));
    if pages.iter().any(has_text) { Ok(pages) } else { Err(PdfProblem::NoText) }
}

/// Paragraphs of all pages, each known by the page it begins on.
fn parts(pages: &[Page], given: Option<TextUnit>) -> (VecDeque<Part>, TextUnit) {
    let mut lines = Vec::new();
    let mut page_of = vec![0_u64];
    for (page, number) in pages.iter().zip(1..) {
        for text in page.iter().flatten().map(String::as_str).chain([""]) {
            lines.push(SourceLine { row: page_of.len() as u64, text: text.to_owned() });
            page_of.push(number);
        }
    }
    let layout = prose::TextLayout::of(&lines, false);
    let unit = given.unwrap_or(layout.unit());
    let pieces = if unit == TextUnit::Paragraph {
        prose::pieces(&lines, layout)
    } else {
        let filled = lines.into_iter().filter(|line| !line.text.trim().is_empty());
        filled.map(|line| Piece::Answer { text: line.text.trim().to_owned(), row: line.row }).collect()
    };
    let mut parts: Vec<Part> = pieces.into_iter().map(|piece| Part::Piece(piece.at_page(&page_of))).collect();
    let unread = pages.iter().zip(1..).filter(|(page, _)| page.is_none());
    parts.extend(unread.map(|(_, row)| Part::Bad { row, reason: RejectReason::PageDamaged }));
    parts.sort_by_key(|part| match part {
        Part::Piece(piece) => piece.row(),
        Part::Bad { row, .. } => *row,
    });
    (parts.into(), unit)
}

impl Piece {
    /// The same piece, known by its page instead of its line.
    fn at_page(self, page_of: &[u64]) -> Self {
        let page = |row: u64| usize::try_from(row).ok().and_then(|row| page_of.get(row).copied()).unwrap_or(0);
        match self {
            Piece::Answer { text, row } => Piece::Answer { text, row: page(row) },
            Piece::Heading { row } => Piece::Heading { row: page(row) },
            Piece::Furniture { row } => Piece::Furniture { row: page(row) },
        }
    }
}
