//! Whether an answer says anything at all.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use super::normal_form::normal_form;
use super::profile::PROFILES;
use super::words::words;

/// A text with more words than this has content, whatever the words are.
const MOST_WORDS_WITHOUT_CONTENT: usize = 14;

/// Rows of Norwegian and English keyboards, for telling "asdf" from a word.
const KEYBOARD_ROWS: [&str; 3] = ["qwertyuiopå", "asdfghjkløæ", "zxcvbnm"];

static NO_CONTENT: LazyLock<FxHashSet<&str>> =
    LazyLock::new(|| PROFILES.iter().flat_map(|profile| profile.no_content).copied().collect());
static FILLERS: LazyLock<FxHashSet<&str>> =
    LazyLock::new(|| PROFILES.iter().flat_map(|profile| profile.fillers).copied().collect());
/// Every word of the phrases and fillers: a text with any other word has content.
static VOCABULARY: LazyLock<FxHashSet<&str>> =
    LazyLock::new(|| NO_CONTENT.iter().chain(FILLERS.iter()).flat_map(|phrase| phrase.split(' ')).collect());

/// Whether the text has something that could be coded.
///
/// False for a text without letters (digits, signs, emoji), for one letter alone, for a text that is
/// nothing but phrases like "vet ikke", "no comment" or "se over" and the words people put around
/// them, and for keyboard noise. Short is not empty: "KI?" and "Tillit" have content.
pub fn has_content(text: &str) -> bool {
    let word_count = words(text).take(MOST_WORDS_WITHOUT_CONTENT + 1).count();
    if word_count > MOST_WORDS_WITHOUT_CONTENT {
        return true;
    }
    let has_letter = text.chars().any(char::is_alphabetic);
    let signs = text.chars().filter(|character| character.is_alphanumeric()).take(2).count();
    if word_count == 0 || !has_letter || signs < 2 {
        return false;
    }
    let form = normal_form(text);
    let tokens: Vec<&str> = form.split(' ').filter(|token| token.chars().any(char::is_alphanumeric)).collect();
    if tokens.iter().any(|token| !VOCABULARY.contains(token) && !is_noise(token)) {
        return true;
    }
    if tokens.iter().all(|token| is_noise(token)) {
        return false;
    }
    let without_fillers: Vec<&str> = tokens.iter().copied().filter(|token| !FILLERS.contains(token)).collect();
    !is_covered_by_phrases(&tokens) && !is_covered_by_phrases(&without_fillers)
}

/// Whether the words can be cut into phrases without content, at least one of them more than filler.
fn is_covered_by_phrases(tokens: &[&str]) -> bool {
    // reached[i]: how the first i words can be covered; with a phrase beats with fillers alone.
    #[derive(Clone, Copy, PartialEq, PartialOrd)]
    enum Cover {
        None,
        Fillers,
        Phrase,
    }
    let mut reached = vec![Cover::None; tokens.len() + 1];
    if let Some(first) = reached.first_mut() {
        *first = Cover::Fillers;
    }
    for end in 1..=tokens.len() {
        let mut best = Cover::None;
        for start in 0..end {
            let before = reached.get(start).copied().unwrap_or(Cover::None);
            let Some(stretch) = tokens.get(start..end).filter(|_| before != Cover::None) else { continue };
            let phrase = stretch.join(" ");
            let cover = if NO_CONTENT.contains(phrase.as_str()) || (stretch.len() == 1 && is_noise(&phrase)) {
                Cover::Phrase
            } else if FILLERS.contains(phrase.as_str()) {
                before
            } else {
                Cover::None
            };
            if cover > best {
                best = cover;
            }
        }
        if let Some(slot) = reached.get_mut(end) {
            *slot = best;
        }
    }
    reached.last() == Some(&Cover::Phrase)
}

/// Whether a word is keyboard noise: one letter over and over, or a run along a keyboard row.
fn is_noise(token: &str) -> bool {
    let mut letters = token.chars();
    let Some(first) = letters.next() else { return true };
    if token.chars().all(|character| character.is_numeric()) {
        return true;
    }
    let length = token.chars().count();
    if length >= 2 && letters.all(|letter| letter == first) {
        return true;
    }
    if length < 4 {
        return false;
    }
    let backwards: String = token.chars().rev().collect();
    let runs_along = |word: &str| KEYBOARD_ROWS.iter().any(|row| row.contains(word));
    runs_along(token) || runs_along(&backwards) || is_repeated_run(token, length)
}

/// "asdasd", "jkljkl": three neighbouring keys or more, struck again and again.
fn is_repeated_run(token: &str, length: usize) -> bool {
    (3..=length / 2).filter(|unit| length.is_multiple_of(*unit)).any(|unit| {
        let run: String = token.chars().take(unit).collect();
        token == run.repeat(length / unit) && KEYBOARD_ROWS.iter().any(|row| row.contains(run.as_str()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_said_is_no_content() {
        for text in [
            "",
            " ",
            "-",
            "...",
            "?",
            "👍",
            "🙂🙂",
            "12",
            "1.",
            "2024",
            "a",
            "x",
            "xxx",
            "asdf",
            "asdasd",
            "qwerty",
            "vet ikke",
            "Vet ikke.",
            "Nei",
            "nei!",
            "Nei, vet ikke",
            "Nei, dessverre",
            "ikke noe å tilføye",
            "Ikke noe å tilføye.",
            "se over",
            "Se svar over",
            "no comment",
            "None",
            "n/a",
            "N/A",
            "I don't know",
            "I don’t know",
            "ingen",
            "Ingen kommentar",
            "veit ikkje",
            "Eg veit ikkje heilt",
            "Jeg vet egentlig ikke",
            "ikkje noko å leggje til",
            "sjå over",
            "No, nothing to add",
            "Har ikke noe mer å tilføye nå",
            "Hmm",
            "[e-post]",
            "test",
            "ingen 🙂",
        ] {
            assert!(!has_content(text), "{text:?}");
        }
    }

    #[test]
    fn short_is_not_empty() {
        for text in [
            "KI?",
            "Tillit",
            "Mer penger",
            "AI",
            "IT",
            "ingen ledere tør",
            "Nei til siloer",
            "Ikke noe samarbeid",
            "vet ikke hvem som bestemmer",
            "Ingen innbyggere blir hørt",
            "No leadership",
            "mot",
            "Se mennesket",
            "ja til samarbeid",
            "test mer med brukere",
            "Nothing works between agencies",
            "Alt",
            "Pengar",
            "5G",
            "Vi bør se over budsjettet",
        ] {
            assert!(has_content(text), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_gets_an_answer(text in any::<String>()) {
            has_content(&text);
        }
    }
}
