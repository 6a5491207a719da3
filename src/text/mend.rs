//! Mending: one clean form of a text, with a way back to what was received.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::profile::PROFILES;
use crate::span::{CodePoints, Span};

/// A text after [`mend`].
#[derive(Debug)]
pub struct Mended<'a> {
    text: Cow<'a, str>,
    /// Where each stretch of the mended text came from; empty where the text was borrowed unchanged.
    pieces: Vec<Piece>,
    /// Code points of the mended text, counted when the first span is asked for.
    code_points: OnceLock<CodePoints>,
}

/// A stretch of the mended text and the stretch of raw text it came from, in code points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    text_start: u32,
    text_length: u32,
    raw_start: u32,
    raw_length: u32,
}

impl Piece {
    /// Whether code point `i` of the one is code point `i` of the other.
    fn is_verbatim(&self) -> bool {
        self.text_length == self.raw_length
    }
}

impl Mended<'_> {
    /// The mended text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether anything had to be mended.
    pub fn is_changed(&self) -> bool {
        matches!(self.text, Cow::Owned(_))
    }

    /// The stretch of the raw text, in code points, that the bytes `bytes` of the mended text came from.
    ///
    /// What mending took out inside the range (a soft hyphen, a line break) is covered by the span;
    /// what it took out at the edges is not. Positions beyond the text are moved to its end.
    pub fn raw_span(&self, bytes: &Range<usize>) -> Span {
        let code_points = self.code_points.get_or_init(|| CodePoints::new(&self.text));
        let end_of_text = self.text.len();
        let span = code_points.span(&(bytes.start.min(end_of_text)..bytes.end.min(end_of_text)));
        if !self.is_changed() {
            return Span { start: span.start, end: span.end.max(span.start) };
        }
        let start = self.raw_start(span.start);
        let end = if span.end > span.start { self.raw_end(span.end - 1) } else { start };
        Span { start, end: end.max(start) }
    }

    /// The raw code point that the mended code point `position` begins at.
    fn raw_start(&self, position: u32) -> u32 {
        match self.piece_of(position) {
            Some(piece) if piece.is_verbatim() => piece.raw_start + (position - piece.text_start).min(piece.raw_length),
            Some(piece) if position >= piece.text_start + piece.text_length => piece.raw_start + piece.raw_length,
            Some(piece) => piece.raw_start,
            None => 0,
        }
    }

    /// One past the raw code point that the mended code point `position` ends at.
    fn raw_end(&self, position: u32) -> u32 {
        match self.piece_of(position) {
            Some(piece) if piece.is_verbatim() => {
                piece.raw_start + (position + 1 - piece.text_start).min(piece.raw_length)
            }
            Some(piece) => piece.raw_start + piece.raw_length,
            None => 0,
        }
    }

    /// The last piece that starts at or before `position`.
    fn piece_of(&self, position: u32) -> Option<&Piece> {
        let after = self.pieces.partition_point(|piece| piece.text_start <= position);
        after.checked_sub(1).and_then(|index| self.pieces.get(index))
    }
}

/// A character on its way through mending, with the raw code points it came from.
#[derive(Debug, Clone, Copy)]
struct Traced {
    character: char,
    raw_start: u32,
    raw_end: u32,
}

/// Gives the text in NFC, without soft hyphens, zero-width marks and control characters, with line
/// ends as LF and with words that were broken at a line's end joined again.
///
/// A word counts as broken where a letter, a hyphen, blanks, one line break and a lower-case letter
/// follow each other. Two cases keep their hyphen: a suspended compound ("kunnskaps-\nog
/// kompetanse", untouched) and a first part that never stands without one ("KI-\nverktøy",
/// "e-\npost", which lose the line break only). Mending twice changes nothing more. Text that needs
/// no mending is borrowed after one look at each character.
pub fn mend(raw: &str) -> Mended<'_> {
    if !needs_mending(raw) {
        return Mended { text: Cow::Borrowed(raw), pieces: Vec::new(), code_points: OnceLock::new() };
    }
    let kept = without_invisible(raw);
    let composed = compose(kept);
    let joined = join_broken_words(&composed);
    let text = joined.iter().map(|traced| traced.character).collect();
    Mended { text: Cow::Owned(text), pieces: pieces(&joined), code_points: OnceLock::new() }
}

/// Whether a character may have to go whatever stands around it.
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Whether a zero-width joiner after this character holds an emoji together.
fn is_pictograph(character: char) -> bool {
    matches!(character, '\u{2600}'..='\u{27bf}' | '\u{1f000}'..='\u{1faff}' | '\u{fe0f}')
}

fn needs_mending(raw: &str) -> bool {
    let mut check_composition = false;
    let mut previous_visible = '\n';
    for character in raw.chars() {
        match character {
            '\t' | ' '..='~' => {}
            '\n' if is_hyphen(previous_visible) => return true,
            '\n' => {}
            '\r' => return true,
            '\u{200d}' if is_pictograph(previous_visible) => check_composition = true,
            _ if is_invisible(character) => return true,
            '\u{a0}'..='\u{2ff}' => {}
            _ => check_composition = true,
        }
        if !is_blank(character) {
            previous_visible = character;
        }
    }
    check_composition && is_nfc_quick(raw.chars()) != IsNormalized::Yes
}

fn is_hyphen(character: char) -> bool {
    matches!(character, '-' | '\u{2010}')
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\u{a0}')
}

/// Takes out what cannot be seen; a soft hyphen before a line break becomes a hyphen, so that the
/// word is joined like any other.
fn without_invisible(raw: &str) -> Vec<Traced> {
    let mut kept: Vec<Traced> = Vec::with_capacity(raw.len());
    let mut characters = raw.chars().zip(0u32..).peekable();
    while let Some((character, position)) = characters.next() {
        let one = |character| Traced { character, raw_start: position, raw_end: position.saturating_add(1) };
        match character {
            '\r' => {
                let mut line_end = one('\n');
                if characters.next_if(|&(next, _)| next == '\n').is_some() {
                    line_end.raw_end = line_end.raw_end.saturating_add(1);
                }
                kept.push(line_end);
            }
            '\u{ad}' if characters.peek().is_some_and(|&(next, _)| matches!(next, '\r' | '\n')) => {
                kept.push(one('-'));
            }
            '\u{200d}' if kept.last().is_some_and(|last| is_pictograph(last.character)) => kept.push(one(character)),
            _ if is_invisible(character) => {}
            _ => kept.push(one(character)),
        }
    }
    kept
}

/// NFC, stretch by stretch: a stretch starts at a character that composes with nothing before it.
fn compose(kept: Vec<Traced>) -> Vec<Traced> {
    if is_nfc_quick(kept.iter().map(|traced| traced.character)) == IsNormalized::Yes {
        return kept;
    }
    let starts_stretch = |character: char| {
        canonical_combining_class(character) == 0 && is_nfc_quick(std::iter::once(character)) == IsNormalized::Yes
    };
    let mut composed = Vec::with_capacity(kept.len());
    let mut rest = kept.as_slice();
    while let Some((first, tail)) = rest.split_first() {
        let length = 1 + tail.iter().take_while(|traced| !starts_stretch(traced.character)).count();
        let (stretch, after) = rest.split_at(length);
        rest = after;
        if length == 1 && starts_stretch(first.character) {
            composed.push(*first);
            continue;
        }
        let raw_start = first.raw_start;
        let raw_end = stretch.last().map_or(first.raw_end, |last| last.raw_end);
        let characters = stretch.iter().map(|traced| traced.character).nfc();
        composed.extend(characters.map(|character| Traced { character, raw_start, raw_end }));
    }
    composed
}

fn join_broken_words(text: &[Traced]) -> Vec<Traced> {
    let mut joined: Vec<Traced> = Vec::with_capacity(text.len());
    let mut position = 0;
    while let Some(&traced) = text.get(position) {
        let after_letter = joined.last().is_some_and(|last| last.character.is_alphanumeric());
        let continuation = if is_hyphen(traced.character) && after_letter {
            continuation_of_broken_word(text.get(position + 1..).unwrap_or_default())
        } else {
            None
        };
        match continuation {
            Some(skipped) => {
                if keeps_hyphen(&joined) {
                    joined.push(traced);
                }
                position += 1 + skipped;
            }
            None => {
                joined.push(traced);
                position += 1;
            }
        }
    }
    joined
}

/// How many characters lie between the hyphen and the rest of the word on the next line; none where
/// this is no broken word.
fn continuation_of_broken_word(after_hyphen: &[Traced]) -> Option<usize> {
    let blanks = |from: &[Traced]| from.iter().take_while(|traced| is_blank(traced.character)).count();
    let before_break = blanks(after_hyphen);
    if after_hyphen.get(before_break)?.character != '\n' {
        return None;
    }
    let next_line = after_hyphen.get(before_break + 1..)?;
    let indent = blanks(next_line);
    let rest = next_line.get(indent..)?;
    if !rest.first()?.character.is_lowercase() {
        return None;
    }
    let word: String = rest.iter().map(|traced| traced.character).take_while(|c| c.is_alphanumeric()).collect();
    let is_suspended = PROFILES.iter().any(|profile| profile.conjunctions.contains(&word.as_str()));
    (!is_suspended).then_some(before_break + 1 + indent)
}

/// Whether the word so far ("KI", "e", "2030") is written with a hyphen before a second part.
fn keeps_hyphen(so_far: &[Traced]) -> bool {
    let mut letters = 0;
    let mut small = 0;
    for traced in so_far.iter().rev().take_while(|traced| traced.character.is_alphanumeric()) {
        letters += 1;
        small += usize::from(traced.character.is_lowercase());
    }
    letters == 1 || small == 0
}

/// Joins neighbouring characters that came from neighbouring raw characters.
fn pieces(text: &[Traced]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for (traced, position) in text.iter().zip(0u32..) {
        let raw_length = traced.raw_end - traced.raw_start;
        if let Some(last) = pieces.last_mut() {
            let raw_end = last.raw_start + last.raw_length;
            if raw_length == 1 && traced.raw_start == raw_end && last.is_verbatim() {
                last.text_length += 1;
                last.raw_length += 1;
                continue;
            }
            if traced.raw_start == last.raw_start && traced.raw_end == raw_end {
                last.text_length += 1;
                continue;
            }
        }
        pieces.push(Piece { text_start: position, text_length: 1, raw_start: traced.raw_start, raw_length });
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mended(raw: &str) -> String {
        mend(raw).text().to_owned()
    }

    fn raw_slice(raw: &str, word: &str) -> String {
        let mended = mend(raw);
        let start = mended.text().find(word).unwrap();
        mended.raw_span(&(start..start + word.len())).slice(raw).to_owned()
    }

    #[test]
    fn clean_text_is_borrowed() {
        for clean in ["", "Bedre samhandling på tvers – nå!", "to\nlinjer", "- punkt\n- punkt", "👩‍💻 koder"]
        {
            assert!(!mend(clean).is_changed(), "{clean}");
        }
    }

    #[test]
    fn words_broken_at_line_ends_are_whole_again() {
        assert_eq!(mended("inno-\nvasjon"), "innovasjon");
        assert_eq!(mended("samfunnsut-  \n fordringer"), "samfunnsutfordringer");
        assert_eq!(mended("inno\u{ad}\r\nvasjon i staten"), "innovasjon i staten");
        assert_eq!(mended("inno\u{ad}vasjon"), "innovasjon");
        assert_eq!(mended("sam-\nhand-\nling"), "samhandling");
    }

    #[test]
    fn hyphens_that_belong_to_the_word_stay() {
        assert_eq!(mended("kunnskaps-\nog kompetanse"), "kunnskaps-\nog kompetanse");
        assert_eq!(mended("KI-\nverktøy"), "KI-verktøy");
        assert_eq!(mended("e-\npost"), "e-post");
        assert_eq!(mended("punkt -\nnytt"), "punkt -\nnytt");
        assert_eq!(mended("Øst-\nNorge"), "Øst-\nNorge");
    }

    #[test]
    fn line_ends_are_line_feeds_and_marks_are_gone() {
        assert_eq!(mended("\u{feff}a\r\nb\rc\u{200b}d\u{0}"), "a\nb\ncd");
    }

    #[test]
    fn letters_are_composed() {
        assert_eq!(mended("pa\u{30a} tvers"), "på tvers");
    }

    #[test]
    fn spans_lead_back_to_the_raw_text() {
        assert_eq!(raw_slice("Vi vil ha inno-\nvasjon nå", "innovasjon"), "inno-\nvasjon");
        assert_eq!(raw_slice("Vi vil ha inno-\nvasjon nå", "nå"), "nå");
        assert_eq!(raw_slice("pa\u{30a} tvers av siloer", "på"), "pa\u{30a}");
        assert_eq!(raw_slice("pa\u{30a} tvers av siloer", "siloer"), "siloer");
        assert_eq!(raw_slice("a\u{ad}b\u{ad} cd", "ab"), "a\u{ad}b");
        assert_eq!(raw_slice("en\r\nto\r\ntre", "tre"), "tre");
    }

    proptest! {
        #[test]
        fn mending_twice_changes_nothing_more(raw in "(\\PC|[a-zæøå]|-|\n|\r| |\u{ad}|\u{200d}|\u{301}|\u{30a}|og){0,40}") {
            let once = mended(&raw);
            prop_assert_eq!(mended(&once), once);
        }

        #[test]
        fn raw_spans_lie_inside_the_raw_text_and_keep_their_order(raw in any::<String>()) {
            let mended = mend(&raw);
            let length = raw.chars().count() as u32;
            let mut before = 0;
            for (start, character) in mended.text().char_indices() {
                let span = mended.raw_span(&(start..start + character.len_utf8()));
                prop_assert!(span.start <= span.end && span.end <= length);
                prop_assert!(span.start >= before);
                before = span.start;
            }
        }

        #[test]
        fn unchanged_characters_map_to_themselves(raw in "([a-zæøå]|\u{ad}|\r\n|-\n| ){0,30}") {
            let mended = mend(&raw);
            for (start, character) in mended.text().char_indices().filter(|(_, c)| c.is_alphabetic()) {
                let span = mended.raw_span(&(start..start + character.len_utf8()));
                prop_assert_eq!(span.slice(&raw), character.to_string());
            }
        }
    }
}
