//! A font as far as it matters for reading: which characters its codes stand for, and how wide they are.

use std::collections::BTreeMap;

use lopdf::{Dictionary, Document, Encoding, Object};

use super::STREAM_LIMIT;

/// Width of a character, in thousandths of the font's size, where the font does not say.
const USUAL_WIDTH: f64 = 500.0;

/// The most codes whose widths are kept.
const MOST_WIDTHS: usize = 70_000;

/// A font of a page.
pub(super) struct Font<'a> {
    encoding: Option<Encoding<'a>>,
    /// Whether codes are two bytes long.
    is_wide: bool,
    widths: BTreeMap<u32, f64>,
    other_width: f64,
}

fn number(object: &Object) -> Option<f64> {
    match object {
        Object::Integer(number) => Some(*number as f64),
        Object::Real(number) => Some(f64::from(*number)),
        _ => None,
    }
}

fn list<'a>(document: &'a Document, dictionary: &'a Dictionary, key: &[u8]) -> Option<&'a Vec<Object>> {
    dictionary.get_deref(key, document).ok()?.as_array().ok()
}

impl<'a> Font<'a> {
    /// Reads the font; what is missing or damaged is replaced by what is usual.
    pub(super) fn read(document: &'a Document, dictionary: &'a Dictionary) -> Self {
        let encoding = dictionary.get_font_encoding_with_limit(document, STREAM_LIMIT).ok();
        let is_wide = dictionary.get(b"Subtype").and_then(Object::as_name).is_ok_and(|name| name == b"Type0");
        let mut font = Font { encoding, is_wide, widths: BTreeMap::new(), other_width: USUAL_WIDTH };
        if is_wide {
            font.read_wide_widths(document, dictionary);
        } else {
            font.read_widths(document, dictionary);
        }
        font
    }

    fn read_widths(&mut self, document: &Document, dictionary: &Dictionary) {
        let first = dictionary.get_deref(b"FirstChar", document).ok().and_then(number).unwrap_or(0.0) as u32;
        for (code, width) in (first..).zip(list(document, dictionary, b"Widths").into_iter().flatten().take(256)) {
            let width = document.dereference(width).ok().and_then(|(_, width)| number(width));
            self.widths.extend(width.map(|width| (code, width)));
        }
    }

    /// `W` of a composite font: `first [w ...]` and `first last w`.
    fn read_wide_widths(&mut self, document: &Document, dictionary: &Dictionary) {
        let descendant = list(document, dictionary, b"DescendantFonts").and_then(|fonts| fonts.first());
        let descendant = descendant.and_then(|font| document.dereference(font).ok());
        let Some(descendant) = descendant.and_then(|(_, font)| font.as_dict().ok()) else { return };
        self.other_width = descendant.get_deref(b"DW", document).ok().and_then(number).unwrap_or(1000.0);
        let Some(entries) = list(document, descendant, b"W") else { return };
        let mut entries = entries.iter().filter_map(|entry| document.dereference(entry).ok().map(|(_, entry)| entry));
        while let (Some(first), Some(second)) = (entries.next().and_then(number), entries.next()) {
            let first = first as u32;
            if let Ok(widths) = second.as_array() {
                self.widths.extend((first..).zip(widths.iter().filter_map(number)));
            } else if let (Some(last), Some(width)) = (number(second), entries.next().and_then(number)) {
                self.widths.extend((first..=last as u32).take(MOST_WIDTHS).map(|code| (code, width)));
            }
            if self.widths.len() > MOST_WIDTHS {
                return;
            }
        }
    }

    /// The characters that a string stands for.
    pub(super) fn text(&self, bytes: &[u8]) -> String {
        match &self.encoding {
            Some(encoding) => Document::decode_text(encoding, bytes).unwrap_or_default(),
            // Codes of a composite font mean nothing without a map.
            None if self.is_wide => String::new(),
            None => bytes.iter().map(|&byte| char::from(byte)).collect(),
        }
    }

    /// Width of a string in thousandths of the font's size, its number of characters, and of blanks among them.
    pub(super) fn width(&self, bytes: &[u8]) -> (f64, usize, usize) {
        let codes: Vec<u32> = if self.is_wide {
            bytes.chunks(2).map(|pair| pair.iter().fold(0, |code, &byte| code << 8 | u32::from(byte))).collect()
        } else {
            bytes.iter().map(|&byte| u32::from(byte)).collect()
        };
        let width = codes.iter().map(|code| self.widths.get(code).copied().unwrap_or(self.other_width)).sum();
        let blanks = if self.is_wide { 0 } else { codes.iter().filter(|&&code| code == 32).count() };
        (width, codes.len(), blanks)
    }
}
