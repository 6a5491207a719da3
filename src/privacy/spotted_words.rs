//! The words of a text as the search for names and addresses needs them: with what stands between them.

use std::ops::Range;

use smallvec::SmallVec;

use super::redact::mark_at;

/// A word: letters, with hyphens and apostrophes between them.
#[derive(Debug, Clone)]
pub(super) struct Spotted<'a> {
    pub(super) range: Range<usize>,
    pub(super) text: &'a str,
    /// What stands between the word before it (or the start of the text) and this one.
    pub(super) gap: &'a str,
    pub(super) case: Case,
    /// Whether a sentence can start here, so that a capital says nothing.
    pub(super) starts_sentence: bool,
    /// Whether it is part of an identifier, a file name or a link.
    pub(super) is_attached: bool,
}

/// How a word is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    /// A capital and a small letter after it.
    Capital,
    /// One capital alone.
    Letter,
    /// Nothing but capitals, two or more.
    AllCapitals,
    /// A small letter first.
    Small,
}

pub(super) type Words<'a> = SmallVec<[Spotted<'a>; 32]>;

/// The words of `text`, first to last; none of a text without letters.
pub(super) fn spot(text: &str) -> Words<'_> {
    let mut words = Words::new();
    let mut end_before = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((start, first)) = characters.next() {
        if first == '[' {
            // What a mark says is no word of the answer.
            let inside = mark_at(text, start).map_or(0, |mark| mark.chars().count() - 1);
            characters.by_ref().take(inside).for_each(drop);
        }
        if !first.is_alphabetic() {
            continue;
        }
        let mut end = start + first.len_utf8();
        let (mut small, mut capitals) = (usize::from(first.is_lowercase()), usize::from(first.is_uppercase()));
        let second_is_capital = characters.peek().is_some_and(|(_, second)| second.is_uppercase());
        while let Some(&(at, character)) = characters.peek() {
            let joins = matches!(character, '-' | '\'' | '’')
                && text.get(at + character.len_utf8()..).is_some_and(|rest| rest.starts_with(char::is_alphabetic));
            if !character.is_alphabetic() && !joins {
                break;
            }
            small += usize::from(character.is_lowercase());
            capitals += usize::from(character.is_uppercase());
            end = at + character.len_utf8();
            characters.next();
        }
        let case = match (first.is_uppercase(), small, capitals) {
            (false, _, _) => Case::Small,
            (true, 0, 1) => Case::Letter,
            (true, 0, _) => Case::AllCapitals,
            // "NAVs", "IKT-sjefen".
            (true, _, 2..) if second_is_capital => Case::AllCapitals,
            (true, _, _) => Case::Capital,
        };
        let gap = text.get(end_before..start).unwrap_or("");
        words.push(Spotted {
            range: start..end,
            text: text.get(start..end).unwrap_or(""),
            gap,
            case,
            starts_sentence: end_before == 0 || can_start_sentence(gap),
            is_attached: is_attached(text, start, end),
        });
        end_before = end;
    }
    words
}

fn can_start_sentence(gap: &str) -> bool {
    gap.contains([
        '.', '!', '?', '…', ':', ';', '\n', '\r', '•', '*', '–', '—', '"', '«', '»', '“', '”', '(', ']', '/', '|',
    ]) || gap.contains(" - ")
        || gap.bytes().any(|byte| byte.is_ascii_digit())
}

fn is_attached(text: &str, start: usize, end: usize) -> bool {
    let before = text.get(..start).and_then(|before| before.chars().next_back());
    let mut after = text.get(end..).unwrap_or("").chars();
    let next = after.next();
    let goes_on = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
    matches!(before, Some('_' | '@' | '#' | '\\' | '='))
        || before.is_some_and(char::is_numeric)
        || matches!(next, Some('_' | '@' | '\\' | '='))
        || next.is_some_and(char::is_numeric)
        || (next == Some('.') && goes_on(after.clone().next()) && after.next().is_some_and(char::is_lowercase))
}
