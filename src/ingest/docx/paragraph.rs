//! One paragraph, and what sort of unit it is.

use super::PARAGRAPH_LIMIT;
use super::styles::{StyleUse, Styles};

/// A heading that only its bold type makes one has at most so many words.
const BOLD_HEADING_WORDS: usize = 12;

/// What a paragraph is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Empty,
    Text,
    Heading,
    /// A line of a table of contents.
    Furniture,
}

/// A paragraph as far as it has been read.
#[derive(Debug)]
pub(super) struct Paragraph {
    pub(super) row: u64,
    pub(super) text: String,
    pub(super) in_run: bool,
    style: StyleUse,
    is_item: bool,
    run_is_bold: bool,
    /// Whether all of its words so far are bold; none before the first.
    all_bold: Option<bool>,
}

impl Paragraph {
    pub(super) fn new(row: u64) -> Self {
        Paragraph {
            row,
            text: String::new(),
            in_run: false,
            style: StyleUse::Text,
            is_item: false,
            run_is_bold: false,
            all_bold: None,
        }
    }

    pub(super) fn push(&mut self, text: &str) {
        if self.text.len() <= PARAGRAPH_LIMIT {
            self.text.push_str(text);
        }
        if text.contains(char::is_alphanumeric) {
            self.all_bold = Some(self.all_bold != Some(false) && self.run_is_bold);
        }
    }

    /// Takes up an element that says how the paragraph or its run is set.
    pub(super) fn property(&mut self, name: &str, value: Option<&str>, styles: &Styles) {
        let is_on = !matches!(value, Some("0" | "false" | "off" | "none"));
        match name {
            "r" => {
                self.in_run = true;
                self.run_is_bold = false;
            }
            "pStyle" => self.style = styles.of(value.unwrap_or("")),
            // Level 9 is running text.
            "outlineLvl"
                if !self.in_run && value.and_then(|level| level.parse().ok()).is_some_and(|level: u8| level < 9) =>
            {
                self.style = StyleUse::Heading;
            }
            "numPr" => self.is_item = true,
            "b" if self.in_run => self.run_is_bold = is_on,
            _ => {}
        }
    }

    pub(super) fn sort(&self) -> Sort {
        let text = self.text.trim();
        let words = text.split_whitespace().count();
        let ends_as_sentence = text.ends_with(['.', '!', '?', ',', ';', '…', '»', '”']);
        if text.is_empty() {
            Sort::Empty
        } else if self.style == StyleUse::Heading {
            Sort::Heading
        } else if self.style == StyleUse::Contents || !text.contains(char::is_alphanumeric) {
            Sort::Furniture
        } else if self.all_bold == Some(true) && words <= BOLD_HEADING_WORDS && !ends_as_sentence && !self.is_item {
            Sort::Heading
        } else {
            Sort::Text
        }
    }
}
