//! Words: where they stand in a text.

use std::iter::FusedIterator;
use std::ops::Range;

use crate::privacy::mark_at;

/// The words of a text, as byte ranges, first to last. Made by [`words`].
#[derive(Debug, Clone)]
pub struct Words<'a> {
    text: &'a str,
    position: usize,
}

/// The words of `text`.
///
/// A word is a run of letters and digits. An apostrophe or a hyphen belongs to it where letters or
/// digits stand on both sides ("don't", "e-post", "KI-verktøy"), a point or comma where digits do
/// ("2,5"). Emoji and punctuation are no words, nor are the marks that redaction leaves
/// (`[e-post]`).
pub fn words(text: &str) -> Words<'_> {
    Words { text, position: 0 }
}

impl Iterator for Words<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.position) {
            if byte == b'[' {
                self.position += mark_at(self.text, self.position).map_or(1, str::len);
            } else if byte.is_ascii_alphanumeric() {
                return Some(self.word_from_here());
            } else if byte.is_ascii() {
                self.position += 1;
            } else {
                let character = character_at(self.text, self.position)?;
                if character.is_alphanumeric() {
                    return Some(self.word_from_here());
                }
                self.position += character.len_utf8();
            }
        }
        None
    }
}

impl FusedIterator for Words<'_> {}

impl Words<'_> {
    /// Reads the word that starts at the current position.
    fn word_from_here(&mut self) -> Range<usize> {
        let start = self.position;
        let mut end = run_end(self.text, start);
        while let Some(joiner) = character_at(self.text, end) {
            let next = end + joiner.len_utf8();
            if !joins(self.text, end, joiner, next) {
                break;
            }
            end = run_end(self.text, next);
        }
        self.position = end;
        start..end
    }
}

fn character_at(text: &str, position: usize) -> Option<char> {
    text.get(position..)?.chars().next()
}

/// Where the run of letters, digits and combining marks from `start` ends.
fn run_end(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let mut position = start;
    while let Some(&byte) = bytes.get(position) {
        if byte.is_ascii_alphanumeric() {
            position += 1;
        } else if byte.is_ascii() {
            break;
        } else {
            match character_at(text, position) {
                Some(character) if character.is_alphanumeric() || matches!(character, '\u{300}'..='\u{36f}') => {
                    position += character.len_utf8();
                }
                _ => break,
            }
        }
    }
    position
}

/// Whether `joiner`, standing at `position`, holds what is before and after it together.
fn joins(text: &str, position: usize, joiner: char, next: usize) -> bool {
    let digit_before = position > 0 && text.as_bytes().get(position - 1).is_some_and(u8::is_ascii_digit);
    let after = character_at(text, next);
    match joiner {
        '\'' | '\u{2019}' => after.is_some_and(char::is_alphabetic),
        '-' | '\u{2010}' | '\u{2011}' => after.is_some_and(char::is_alphanumeric),
        '.' | ',' => digit_before && after.is_some_and(|character| character.is_ascii_digit()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str) -> Vec<&str> {
        words(text).map(|range| &text[range]).collect()
    }

    #[test]
    fn words_are_letters_and_digits_with_inner_marks() {
        assert_eq!(of("Vi må (alle) samarbeide, på tvers!"), ["Vi", "må", "alle", "samarbeide", "på", "tvers"]);
        assert_eq!(of("e-post og KI-verktøy"), ["e-post", "og", "KI-verktøy"]);
        assert_eq!(of("kunnskaps- og kompetanse"), ["kunnskaps", "og", "kompetanse"]);
        assert_eq!(of("don't 'sitat' 2,5 1.000 3."), ["don't", "sitat", "2,5", "1.000", "3"]);
        assert_eq!(of("og/eller 24/7 #innovasjon"), ["og", "eller", "24", "7", "innovasjon"]);
    }

    #[test]
    fn emoji_punctuation_and_redaction_marks_are_no_words() {
        assert!(of("🙂 👩‍💻 – … !? --").is_empty());
        assert_eq!(of("ring [telefon] eller [e-post]"), ["ring", "eller"]);
        assert_eq!(of("[viktig] sak"), ["viktig", "sak"]);
    }

    proptest! {
        #[test]
        fn words_are_apart_in_order_and_cover_every_letter(text in any::<String>()) {
            let mut end = 0;
            for range in words(&text) {
                prop_assert!(text[end..range.start].chars().all(|c| !c.is_alphanumeric()) || text[end..range.start].contains('['));
                prop_assert!(range.start >= end && range.start < range.end);
                prop_assert!(text.get(range.clone()).is_some());
                end = range.end;
            }
        }
    }
}
