//! The text operators of one page (ISO 32000-1, 9.4), each string with its place.

use std::collections::BTreeMap;

use lopdf::content::{Content, Operation};
use lopdf::{Document, Object, ObjectId};

use super::Page;
use super::font::Font;
use super::lines::{self, Run};
use super::matrix::Matrix;

/// Saved states beyond these are not kept.
const MOST_SAVED: usize = 256;

/// A gap of so many thousandths of the font's size inside a string is a blank.
const BLANK: f64 = 170.0;

/// The lines of a page, and how many bytes its contents took.
pub(super) fn lines(document: &Document, id: ObjectId, limit: usize) -> (Page, usize) {
    let Ok(content) = document.get_page_content_with_limit(id, limit) else { return (None, limit) };
    let used = content.len();
    let dictionaries = document.get_page_fonts(id).unwrap_or_default();
    let fonts: BTreeMap<&[u8], Font<'_>> =
        dictionaries.iter().map(|(name, font)| (name.as_slice(), Font::read(document, font))).collect();
    let mut page = PageReader::new(&fonts);
    for operation in Content::decode_iter(&content) {
        let Ok(operation) = operation else { return (None, used) };
        page.operation(&operation);
    }
    (Some(lines::of(page.runs)), used)
}

/// What `q` saves and `Q` brings back.
#[derive(Clone, Copy)]
struct State<'a> {
    page: Matrix,
    font: Option<&'a Font<'a>>,
    size: f64,
    leading: f64,
    between_characters: f64,
    between_words: f64,
    /// Horizontal scale, 1 is none.
    scale: f64,
}

struct PageReader<'a> {
    fonts: &'a BTreeMap<&'a [u8], Font<'a>>,
    state: State<'a>,
    saved: Vec<State<'a>>,
    /// Where the next string and the line begin.
    place: Matrix,
    line: Matrix,
    /// For each open piece of marked content, whether it is an artifact: a header, a footer, a page number.
    marked: Vec<bool>,
    runs: Vec<Run>,
}

impl<'a> PageReader<'a> {
    fn new(fonts: &'a BTreeMap<&'a [u8], Font<'a>>) -> Self {
        let state = State {
            page: Matrix::IDENTITY,
            font: None,
            size: 1.0,
            leading: 0.0,
            between_characters: 0.0,
            between_words: 0.0,
            scale: 1.0,
        };
        PageReader {
            fonts,
            state,
            saved: Vec::new(),
            place: Matrix::IDENTITY,
            line: Matrix::IDENTITY,
            marked: Vec::new(),
            runs: Vec::new(),
        }
    }

    fn operation(&mut self, operation: &Operation) {
        let operands = &operation.operands;
        let number = |index: usize| operands.get(index).and_then(as_number).unwrap_or(0.0);
        let matrix = || Matrix([number(0), number(1), number(2), number(3), number(4), number(5)]);
        match operation.operator.as_str() {
            "q" if self.saved.len() < MOST_SAVED => self.saved.push(self.state),
            "Q" => self.state = self.saved.pop().unwrap_or(self.state),
            "cm" => self.state.page = matrix().then(self.state.page),
            "BT" => self.begin_at(Matrix::IDENTITY),
            "Tf" => {
                let name = operands.first().and_then(|name| name.as_name().ok()).unwrap_or_default();
                self.state.font = self.fonts.get(name);
                self.state.size = number(1);
            }
            "TL" => self.state.leading = number(0),
            "Tc" => self.state.between_characters = number(0),
            "Tw" => self.state.between_words = number(0),
            "Tz" => self.state.scale = number(0) / 100.0,
            "Td" => self.move_by(number(0), number(1)),
            "TD" => {
                self.state.leading = -number(1);
                self.move_by(number(0), number(1));
            }
            "Tm" => self.begin_at(matrix()),
            "T*" => self.move_by(0.0, -self.state.leading),
            "Tj" => self.show(operands.first()),
            "'" => {
                self.move_by(0.0, -self.state.leading);
                self.show(operands.first());
            }
            "\"" => {
                self.state.between_words = number(0);
                self.state.between_characters = number(1);
                self.move_by(0.0, -self.state.leading);
                self.show(operands.get(2));
            }
            "TJ" => self.show_all(operands.first()),
            "BMC" | "BDC" if self.marked.len() < MOST_SAVED => {
                let tag = operands.first().and_then(|tag| tag.as_name().ok()).unwrap_or_default();
                self.marked.push(tag == b"Artifact");
            }
            "EMC" => {
                self.marked.pop();
            }
            _ => {}
        }
    }

    fn begin_at(&mut self, matrix: Matrix) {
        self.line = matrix;
        self.place = matrix;
    }

    fn move_by(&mut self, x: f64, y: f64) {
        self.begin_at(Matrix::shift(x, y).then(self.line));
    }

    /// Moves on along the line, in units of text space.
    fn advance(&mut self, width: f64) {
        self.place = Matrix::shift(width * self.state.scale, 0.0).then(self.place);
    }

    fn show_all(&mut self, strings: Option<&Object>) {
        for part in strings.and_then(|strings| strings.as_array().ok()).into_iter().flatten() {
            match as_number(part) {
                Some(gap) => {
                    self.advance(-gap / 1000.0 * self.state.size);
                    if gap < -BLANK {
                        // A wide gap is a blank whatever the widths of the font say.
                        if let Some(run) = self.runs.last_mut() {
                            run.text.push(' ');
                        }
                    }
                }
                None => self.show(Some(part)),
            }
        }
    }

    fn show(&mut self, string: Option<&Object>) {
        let (Some(font), Some(Ok(bytes))) = (self.state.font, string.map(Object::as_str)) else { return };
        let (width, characters, blanks) = font.width(bytes);
        let start = self.place.then(self.state.page);
        self.advance(
            width / 1000.0 * self.state.size
                + characters as f64 * self.state.between_characters
                + blanks as f64 * self.state.between_words,
        );
        if self.marked.contains(&true) {
            return;
        }
        let (x, y) = start.origin();
        let end = self.place.then(self.state.page).origin().0;
        let size = (start.height() * self.state.size).abs();
        self.runs.push(Run { x, y, end, size, text: font.text(bytes) });
    }
}

fn as_number(object: &Object) -> Option<f64> {
    match object {
        Object::Integer(number) => Some(*number as f64),
        Object::Real(number) => Some(f64::from(*number)),
        _ => None,
    }
}
