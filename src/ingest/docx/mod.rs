//! DOCX: each paragraph and list item is a unit; headings are told by their style, or by being short and all bold.
//!
//! Only the body is read: comments, notes, headers and footers stand in files of their own. What was deleted with
//! changes tracked is not read.

mod paragraph;
mod styles;

use std::collections::VecDeque;

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

use super::archive::{self, UNPACKED_LIMIT, ZipProblem};
use super::assemble::Assembler;
use super::delimited::Source;
use super::pieces::{Part, PieceReader};
use super::prose::Piece;
use super::stream::UnitReader;
use super::{CELL_LIMIT, Format, IngestError, ReadOptions};
use crate::settings::TextUnit;
use paragraph::{Paragraph, Sort};
use styles::Styles;

/// The most megabytes of a document, packed.
const FILE_LIMIT: u64 = 256;

/// The most bytes of the body's XML.
const BODY_LIMIT: u64 = UNPACKED_LIMIT * 1024 * 1024 / 4;

/// Text boxes inside text boxes are read this deep.
const MOST_NESTED: usize = 32;

/// Reads a document into memory.
pub(super) fn open(mut source: Source, name: &str, options: &ReadOptions) -> Result<Box<dyn UnitReader>, IngestError> {
    let bytes = archive::read_whole(&mut source, name, FILE_LIMIT)?;
    let parts = if bytes.is_empty() { VecDeque::new() } else { parts(&bytes, name)? };
    Ok(Box::new(PieceReader {
        assembler: Assembler::new(name, options),
        format: Format::Docx,
        unit: TextUnit::Paragraph,
        parts,
        ordinal: 0,
    }))
}

fn parts(bytes: &[u8], name: &str) -> Result<VecDeque<Part>, IngestError> {
    let damaged = |cause: &'static str| IngestError::Document {
        file: name.to_owned(),
        format: "DOCX",
        cause,
        mend: "open and save it again in a word processor",
    };
    let failed = |problem| match problem {
        ZipProblem::Damaged if bytes.starts_with(b"\xd0\xcf\x11\xe0") => {
            damaged("it is locked with a password, or is an old .doc file")
        }
        ZipProblem::Damaged => damaged("it is damaged or not a document"),
        ZipProblem::TooLarge => IngestError::TooLarge { file: name.to_owned(), limit: UNPACKED_LIMIT },
    };
    archive::check_unpacked_size(bytes).map_err(failed)?;
    let body = archive::entry(bytes, "word/document.xml", BODY_LIMIT).map_err(failed)?;
    let body = body.ok_or_else(|| damaged("it holds no word/document.xml"))?;
    let styles = archive::entry(bytes, "word/styles.xml", BODY_LIMIT).map_err(failed)?.unwrap_or_default();
    let mut paragraphs = Body::new(Styles::read(&styles));
    paragraphs.read(&body).map_err(|_| damaged("its XML is damaged"))?;
    Ok(paragraphs.finished.into_iter().map(Part::Piece).collect())
}

/// Walks through the body's XML.
struct Body {
    styles: Styles,
    /// Open paragraphs; a text box stands inside another paragraph.
    open: Vec<Paragraph>,
    /// Names of the open elements whose contents are left out, with how deep they are nested.
    left_out: usize,
    in_text: bool,
    row: u64,
    finished: Vec<Piece>,
}

impl Body {
    fn new(styles: Styles) -> Self {
        Body { styles, open: Vec::new(), left_out: 0, in_text: false, row: 0, finished: Vec::new() }
    }

    fn read(&mut self, xml: &str) -> Result<(), quick_xml::Error> {
        let mut reader = Reader::from_str(xml);
        loop {
            match reader.read_event()? {
                Event::Start(element) => self.start(&element, false),
                Event::Empty(element) => {
                    self.start(&element, true);
                    self.end(element.local_name().as_ref());
                }
                Event::End(element) => self.end(element.local_name().as_ref()),
                Event::Text(text) => self.text(&text.xml10_content()),
                Event::CData(text) => self.text(&text.xml10_content()),
                Event::GeneralRef(reference) => {
                    let character = reference.resolve_char_ref().ok().flatten().map(String::from);
                    let known = character.or_else(|| resolve_predefined_entity(&reference).map(str::to_owned));
                    self.text(&known.unwrap_or_default());
                }
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    fn text(&mut self, text: &str) {
        if self.in_text && self.left_out == 0 {
            self.push(text);
        }
    }

    fn push(&mut self, text: &str) {
        if let Some(paragraph) = self.open.last_mut() {
            paragraph.push(text);
        }
    }

    fn start(&mut self, element: &BytesStart<'_>, is_empty: bool) {
        let name = element.local_name();
        let name = name.as_ref();
        if self.left_out > 0 || leaves_out(name) {
            self.left_out += 1;
            return;
        }
        match name {
            "p" if self.open.len() < MOST_NESTED => {
                self.row += 1;
                self.open.push(Paragraph::new(self.row));
            }
            "t" => self.in_text = !is_empty,
            "tab" if self.open.last().is_some_and(|paragraph| paragraph.in_run) => self.push("\t"),
            "br" | "cr" => self.push("\n"),
            "noBreakHyphen" => self.push("-"),
            "softHyphen" => self.push("\u{ad}"),
            _ => {
                let value = styles::value(element);
                if let Some(paragraph) = self.open.last_mut() {
                    paragraph.property(name, value.as_deref(), &self.styles);
                }
            }
        }
    }

    fn end(&mut self, name: &str) {
        if self.left_out > 0 {
            self.left_out -= 1;
            return;
        }
        match name {
            "t" => self.in_text = false,
            "p" => {
                if let Some(paragraph) = self.open.pop() {
                    self.finish(paragraph);
                }
            }
            "r" => {
                if let Some(paragraph) = self.open.last_mut() {
                    paragraph.in_run = false;
                }
            }
            _ => {}
        }
    }

    fn finish(&mut self, paragraph: Paragraph) {
        let row = paragraph.row;
        let piece = match paragraph.sort() {
            Sort::Empty => return,
            Sort::Heading => Piece::Heading { row },
            Sort::Furniture => Piece::Furniture { row },
            Sort::Text => Piece::Answer { text: paragraph.text.trim().to_owned(), row },
        };
        // A text box ends before the paragraph that it is anchored in, and stands after it.
        let place = self.finished.iter().rposition(|earlier| earlier.row() < row).map_or(0, |place| place + 1);
        self.finished.insert(place, piece);
    }
}

/// Elements whose text is not the document's: the older form of a drawing, and what was moved or deleted with changes
/// tracked.
fn leaves_out(name: &str) -> bool {
    matches!(name, "Fallback" | "moveFrom" | "del" | "pPrChange" | "rPrChange" | "instrText" | "delText")
}

/// The most text that one paragraph keeps; one that is longer is a reject that says so.
const PARAGRAPH_LIMIT: usize = CELL_LIMIT * 2;
