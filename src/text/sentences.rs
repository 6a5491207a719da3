//! Sentences: where they begin and end in messy text.

use std::ops::Range;
use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::profile::PROFILES;

/// A line at least this long may go on in the next one without a capital, as in text lifted from a
/// page; a shorter one is an item of its own.
const WRAPPED_LINE_LENGTH: usize = 40;

/// What a point after a word may mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Abbreviation {
    /// Never the end of a sentence ("f.eks.").
    Open,
    /// The end where a capital follows ("osv.").
    Closing,
}

static ABBREVIATIONS: LazyLock<FxHashMap<&str, Abbreviation>> = LazyLock::new(|| {
    let mut all = FxHashMap::default();
    for profile in PROFILES {
        all.extend(profile.closing_abbreviations.iter().map(|&word| (word, Abbreviation::Closing)));
    }
    for profile in PROFILES {
        all.extend(profile.abbreviations.iter().map(|&word| (word, Abbreviation::Open)));
    }
    all
});

/// The sentences of a text, as byte ranges, trimmed of blanks and bullets.
///
/// A sentence ends at `.`, `!`, `?` or `…` (with what closes a quotation or bracket after it) where a
/// new one can begin; at a blank line, a list item, or the end of a short line; not after an
/// abbreviation, an ordinal ("3. november"), inside a number or an address. Every word lies in
/// exactly one sentence.
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut characters = text.char_indices();
    while let Some((position, character)) = characters.next() {
        let end = match character {
            '\n' if line_end_ends_sentence(text, start, position) => position,
            '.' | '!' | '?' | '…' => match end_after_terminator(text, start, position) {
                Some(end) => end,
                None => continue,
            },
            _ => continue,
        };
        push_trimmed(text, start..end, &mut found);
        start = end;
        while characters.offset() < end {
            characters.next();
        }
    }
    push_trimmed(text, start..text.len(), &mut found);
    found
}

fn push_trimmed(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    let Some(raw) = text.get(range.clone()) else { return };
    if !raw.chars().any(char::is_alphanumeric) {
        return;
    }
    let trimmed = raw.trim_start_matches(|character: char| character.is_whitespace() || is_bullet(character));
    let start = range.start + (raw.len() - trimmed.len());
    let end = start + trimmed.trim_end().len();
    found.push(start..end);
}

fn is_bullet(character: char) -> bool {
    matches!(character, '-' | '–' | '—' | '•' | '*' | '·' | '▪' | '●' | '◦' | '‣' | '➢' | '✓' | '\u{f0b7}' | '>')
}

/// Whether the line break at `position` ends the sentence that began at `start`.
fn line_end_ends_sentence(text: &str, start: usize, position: usize) -> bool {
    let before = text.get(start..position).unwrap_or("").trim_end();
    let after = text.get(position + 1..).unwrap_or("");
    let line = after.lines().next().unwrap_or("");
    let next = line.trim_start();
    let Some(first) = next.chars().next() else { return true };
    let last_line = before.rsplit('\n').next().unwrap_or(before);
    if before.ends_with(',') || before.ends_with('-') && first.is_lowercase() {
        return false;
    }
    if starts_list_item(next) || !first.is_lowercase() {
        return !ends_open(before, first);
    }
    last_line.chars().count() < WRAPPED_LINE_LENGTH
}

/// Whether a line starts with a bullet, a number or a letter of a list.
fn starts_list_item(line: &str) -> bool {
    let mut characters = line.chars();
    match characters.next() {
        Some(first) if is_bullet(first) => characters.next().is_some_and(char::is_whitespace),
        Some(first) if first.is_ascii_alphanumeric() => {
            let rest = line.trim_start_matches(|character: char| character.is_ascii_digit());
            let rest = if rest.len() == line.len() { characters.as_str() } else { rest };
            rest.starts_with(')') || (first.is_ascii_digit() && rest.starts_with(". "))
        }
        _ => false,
    }
}

/// Whether what stands before a line break cannot be the end: "f.eks." before a name, "av" before "3".
fn ends_open(before: &str, first_after: char) -> bool {
    if !first_after.is_alphanumeric() {
        return false;
    }
    let token = before.rsplit(char::is_whitespace).next().unwrap_or(before);
    token.ends_with('.') && abbreviation(token.trim_end_matches('.')) == Some(Abbreviation::Open)
}

/// Where the sentence ends whose terminator starts at `position`; none where it goes on.
fn end_after_terminator(text: &str, start: usize, position: usize) -> Option<usize> {
    let rest = text.get(position..)?;
    let terminators = rest.trim_start_matches(['.', '!', '?', '…']);
    let run = rest.get(..rest.len() - terminators.len())?;
    let after_closers = terminators.trim_start_matches(['"', '\'', '”', '’', '»', ')', ']']);
    let end = text.len() - after_closers.len();
    let Some(next) = after_closers.chars().next() else { return Some(end) };
    if !next.is_whitespace() {
        return follows_without_blank(text, position, run, next).then_some(end);
    }
    let ahead = after_closers.trim_start_matches([' ', '\t', '\u{a0}']);
    let Some(begins) = ahead.trim_start_matches(['"', '«', '“', '„', '(', '\'', '–', '-', '[']).chars().next()
    else {
        return Some(end);
    };
    if begins == '\n' {
        // What a line end means is decided there, unless the sentence is plainly over.
        return (run != "." || !is_open_point(text, start, position, begins)).then_some(end);
    }
    if begins.is_lowercase() {
        let is_spoken_end = run.chars().all(|character| character != '.' && character != '…');
        return is_spoken_end.then_some(end);
    }
    if run == "." && is_open_point(text, start, position, begins) {
        return None;
    }
    Some(end)
}

/// "bra.Men": a blank was forgotten. Not so in an address or an abbreviation.
fn follows_without_blank(text: &str, position: usize, run: &str, next: char) -> bool {
    if run != "." || !next.is_uppercase() {
        return next.is_uppercase();
    }
    let before = text.get(..position).unwrap_or("");
    let token = before.rsplit(char::is_whitespace).next().unwrap_or(before);
    let small_letters = token.chars().filter(|character| character.is_lowercase()).count();
    small_letters >= 3 && token.chars().all(char::is_alphabetic) && token != "www" && abbreviation(token).is_none()
}

/// Whether the single point at `position` is part of an abbreviation, an initial or an ordinal.
fn is_open_point(text: &str, start: usize, position: usize, next: char) -> bool {
    let before = text.get(start..position).unwrap_or("");
    let token = before
        .rsplit(|character: char| character.is_whitespace() || matches!(character, '(' | '«' | '"' | '/'))
        .next()
        .unwrap_or(before);
    if token.is_empty() {
        return true;
    }
    if token.chars().all(|character| character.is_ascii_digit()) {
        let starts_list = before.trim_start().len() == token.len();
        return starts_list || next.is_ascii_digit();
    }
    let mut letters = token.chars();
    if letters.next().is_some_and(char::is_uppercase) && letters.next().is_none() {
        return true;
    }
    match abbreviation(token) {
        Some(Abbreviation::Open) => true,
        Some(Abbreviation::Closing) => !next.is_uppercase() && next != '\n',
        None => false,
    }
}

fn abbreviation(token: &str) -> Option<Abbreviation> {
    if token.len() > 12 {
        return None;
    }
    ABBREVIATIONS.get(token.to_lowercase().as_str()).copied()
}

#[cfg(test)]
mod tests {
    use super::super::words::words;
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str) -> Vec<&str> {
        sentences(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn sentences_end_at_points_marks_and_ellipses() {
        assert_eq!(of("Vi må dele. Hvorfor ikke? Nå! Ja"), ["Vi må dele.", "Hvorfor ikke?", "Nå!", "Ja"]);
        assert_eq!(of("Vi venter... og venter. Så..."), ["Vi venter... og venter.", "Så..."]);
        assert_eq!(of("Hun sa «nei.» Vi gikk (hjem). Slutt"), ["Hun sa «nei.»", "Vi gikk (hjem).", "Slutt"]);
        assert_eq!(of("Hva?! Er det sant…"), ["Hva?!", "Er det sant…"]);
    }

    #[test]
    fn abbreviations_ordinals_and_addresses_do_not_end_them() {
        for whole in [
            "Bruk f.eks. Nav som modell.",
            "Dette gjelder bl.a. Oslo, dvs. hovedstaden.",
            "Møtet er kl. 12 den 3. november i rom nr. 4.",
            "Ca. 30 prosent, jf. Meld. St. 30.",
            "Se innspill.no for mer om 2.5 mill. kroner",
            "T.d. Bergen pga. Vestland.",
            "Prof. A. Hansen mfl. har skrevet om det",
        ] {
            assert_eq!(of(whole), [whole]);
        }
        assert_eq!(of("Deling, læring osv. Vi må tørre."), ["Deling, læring osv.", "Vi må tørre."]);
        assert_eq!(of("Det skjedde i 2023. Vi lærte."), ["Det skjedde i 2023.", "Vi lærte."]);
    }

    #[test]
    fn a_forgotten_blank_still_ends_a_sentence() {
        assert_eq!(of("Dette er bra.Men ikke nok."), ["Dette er bra.", "Men ikke nok."]);
    }

    #[test]
    fn list_items_and_short_lines_are_sentences() {
        assert_eq!(of("- Bedre ledelse\n- Mer tid\n• Mot"), ["Bedre ledelse", "Mer tid", "Mot"]);
        assert_eq!(of("1. Bedre ledelse\n2. Mer tid\n3) Mot"), ["1. Bedre ledelse", "2. Mer tid", "3) Mot"]);
        assert_eq!(of("mer tid\nmindre byråkrati\n\nbedre ledelse"), ["mer tid", "mindre byråkrati", "bedre ledelse"]);
    }

    #[test]
    fn wrapped_lines_are_one_sentence() {
        let text = "Vi må samarbeide mye bedre på tvers av sektorene\nfor å få dette til. Ja.";
        assert_eq!(of(text).len(), 2);
    }

    #[test]
    fn text_without_words_has_no_sentence() {
        assert!(of("... !? 🙂\n---").is_empty());
    }

    proptest! {
        #[test]
        fn sentences_are_trimmed_in_order_and_hold_every_word(
            text in "(\\PC|[a-zæøåA-ZÆØÅ]{1,6}|\\.|!|\\?| |\n|- |f\\.eks\\.|[0-9]|\\)|…){0,40}"
        ) {
            let found = sentences(&text);
            let mut end = 0;
            for range in &found {
                prop_assert!(range.start >= end && range.end > range.start);
                let sentence = text.get(range.clone());
                prop_assert!(sentence.is_some_and(|s| s.trim() == s));
                end = range.end;
            }
            for word in words(&text) {
                prop_assert!(found.iter().any(|range| range.start <= word.start && word.end <= range.end), "{:?}", &text[word]);
            }
        }
    }
}
