//! Positions in a text, counted the way other tools count them.

use std::ops::Range;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A stretch of text `[start, end)` in Unicode code points, as REFI-QDA, Python and R count.
///
/// Inside the pipeline positions are byte ranges; they become spans at the edge, through
/// [`CodePoints`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// First code point.
    pub start: u32,
    /// One past the last code point.
    pub end: u32,
}

impl Span {
    /// The words of `text` under this span; empty where the span lies outside.
    pub fn slice(self, text: &str) -> &str {
        let byte_at = |position: u32| text.char_indices().nth(position as usize).map_or(text.len(), |(byte, _)| byte);
        text.get(byte_at(self.start)..byte_at(self.end)).unwrap_or("")
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        [self.start, self.end].serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let [start, end] = <[u32; 2]>::deserialize(deserializer)?;
        Ok(Span { start, end })
    }
}

/// Turns byte ranges of one text into spans.
///
/// For plain ASCII the two are equal and nothing is stored; else one table per text.
#[derive(Debug)]
pub struct CodePoints {
    /// Byte offset of each code point; empty where the text is ASCII.
    starts: Vec<u32>,
}

impl CodePoints {
    /// Reads `text` once.
    pub fn new(text: &str) -> Self {
        let starts =
            if text.is_ascii() { Vec::new() } else { text.char_indices().map(|(byte, _)| byte as u32).collect() };
        CodePoints { starts }
    }

    /// The code point at which `byte` stands.
    pub fn position(&self, byte: usize) -> u32 {
        if self.starts.is_empty() {
            byte as u32
        } else {
            self.starts.partition_point(|&start| (start as usize) < byte) as u32
        }
    }

    /// The span of a byte range.
    pub fn span(&self, bytes: &Range<usize>) -> Span {
        Span { start: self.position(bytes.start), end: self.position(bytes.end) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_count_code_points_not_bytes_or_utf16_units() {
        let text = "Færre siloer 🙂 på tvers.\nSlå sammen";
        let bytes = text.find("Slå").unwrap();
        assert_eq!(bytes, 30);
        let span = CodePoints::new(text).span(&(bytes..text.len()));
        assert_eq!(span.start, 25);
        assert_eq!(span.slice(text), "Slå sammen");
    }
}
