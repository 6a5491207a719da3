//! Wrapped lines joined again.

use super::lines::{starts_lower, starts_upper};

/// One line of text out of several; a word broken over two lines is whole again.
pub(super) fn join_wrapped(lines: &[(u64, &str)]) -> String {
    let mut text = String::new();
    for (_, line) in lines {
        let line = line.trim();
        let next_word: String = line.chars().take_while(|character| character.is_alphabetic()).collect();
        if let Some(stem) = text.strip_suffix(['-', '\u{ad}', '\u{2010}']) {
            let soft = !text.ends_with('-') && text.ends_with('\u{ad}');
            let before = stem.chars().next_back();
            let is_word = before.is_some_and(char::is_alphabetic);
            let elliptical = matches!(next_word.as_str(), "og" | "eller" | "and" | "or" | "samt");
            if soft || (is_word && starts_lower(line) && !elliptical) {
                // "IT-" before "systemer" keeps its hyphen; "inno-" before "vasjon" does not.
                if soft || !is_abbreviation(stem) {
                    let length = stem.len();
                    text.truncate(length);
                }
                text.push_str(line);
                continue;
            }
            if is_word && starts_upper(line) && !elliptical {
                text.push_str(line);
                continue;
            }
        }
        if !text.is_empty() {
            text.push(' ');
        }
        // Blanks inside a line that come from the page's layout.
        for (index, word) in line.split_whitespace().enumerate() {
            if index > 0 {
                text.push(' ');
            }
            text.push_str(word);
        }
    }
    text
}

/// Whether the last word is written in capitals or with digits.
fn is_abbreviation(stem: &str) -> bool {
    let word = stem.rsplit(|character: char| character.is_whitespace()).next().unwrap_or("");
    word.chars().count() >= 2 && !word.chars().any(char::is_lowercase)
}
