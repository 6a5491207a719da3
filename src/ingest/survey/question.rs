//! The words of a question: tags and blanks taken out, and "annet, spesifiser" tied to the question it belongs to.

use super::{Part, SurveyColumn};
use crate::ingest::headers::normalise;

/// Beginnings of a header, in normal form, that ask what another choice was.
const OTHER: &[&str] = &[
    "annet spesifiser",
    "annet vennligst spesifiser",
    "annet oppgi",
    "annet skriv",
    "annet beskriv",
    "annet hva",
    "anna spesifiser",
    "anna oppgi",
    "anna skriv",
    "andre spesifiser",
    "andre vennligst spesifiser",
    "hvis annet",
    "hvis andre",
    "dersom annet",
    "viss anna",
    "dersom anna",
    "other please",
    "other specify",
    "other text",
    "if other",
    "vennligst spesifiser",
    "spesifiser",
    "please specify",
    "specify",
    "utdyp annet",
];

/// Whole headers, in normal form, that stand for the last choice's text.
const OTHER_ALONE: &[&str] = &["annet", "anna", "andre", "other", "other text"];

/// A column whose header is a question.
pub(super) fn column(header: &str) -> SurveyColumn {
    let name = clean(header);
    let part = if asks_for_other(&name) { Part::Other } else { Part::Question };
    let name = (name != header.trim() && !name.is_empty()).then_some(name);
    SurveyColumn { part, name }
}

/// Whether words, or what stands after their last dash or inside their last brackets, ask what another choice was.
pub(super) fn asks_for_other(words: &str) -> bool {
    let is_other = |part: &str| {
        let normal = normalise(part);
        OTHER_ALONE.contains(&normal.as_str())
            || OTHER
                .iter()
                .any(|start| normal.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')))
    };
    is_other(words) || own_words(words).is_some_and(|(_, own)| is_other(own))
}

/// A question and the words of one of its rows or choices, where one header holds both.
pub(super) fn own_words(words: &str) -> Option<(&str, &str)> {
    if let Some(open) = words.rfind(" [").filter(|_| words.ends_with(']')) {
        let own = words.get(open + 2..words.len() - 1)?;
        return Some((words.get(..open)?.trim(), own.trim()));
    }
    let (question, own) = words.rsplit_once(" - ").or_else(|| words.rsplit_once(" – "))?;
    (!question.trim().is_empty() && !own.trim().is_empty()).then(|| (question.trim(), own.trim()))
}

/// Words without HTML tags and entities, on one line.
pub(super) fn clean(words: &str) -> String {
    let mut plain = String::with_capacity(words.len());
    let mut rest = words;
    while let Some(open) = rest.find('<') {
        let (before, tag) = rest.split_at(open);
        plain.push_str(before);
        let is_tag = tag.chars().nth(1).is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, '/' | '!'));
        match tag.find('>').filter(|_| is_tag) {
            Some(close) => {
                plain.push(' ');
                rest = tag.get(close + 1..).unwrap_or("");
            }
            None => {
                plain.push('<');
                rest = tag.get(1..).unwrap_or("");
            }
        }
    }
    plain.push_str(rest);
    for (entity, character) in
        [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
    {
        if plain.contains(entity) {
            plain = plain.replace(entity, character);
        }
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Gives every "annet, spesifiser" the words of the question before it, and leaves one that has no question a question.
pub(super) fn tie_other_to_its_question(columns: &mut [SurveyColumn], header: &[String]) {
    let mut parent: Option<String> = None;
    for (column, header) in columns.iter_mut().zip(header) {
        let words = || column.name.clone().unwrap_or_else(|| clean(header));
        match column.part {
            Part::Question => parent = Some(words()),
            Part::SubQuestion => {
                let words = words();
                parent = Some(own_words(&words).map_or(words.clone(), |(question, _)| question.to_owned()));
            }
            Part::Other => {
                let words = words();
                let (inline, own) = match own_words(&words) {
                    Some((question, own)) => (Some(question.to_owned()), own.to_owned()),
                    None => (None, words.clone()),
                };
                match inline.or_else(|| parent.clone()) {
                    Some(question) => column.name = Some(format!("{question} – {own}")),
                    None => column.part = Part::Question,
                }
            }
            Part::System(_) | Part::Personal(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_choice_was_is_told_from_a_question_of_its_own() {
        for words in [
            "Annet, spesifiser:",
            "Hvis annet, hva?",
            "Other (please specify)",
            "Hvilken sektor jobber du i? - Annet, vennligst spesifiser",
            "Hvilken sektor jobber du i? [Annet]",
            "Sector - Other",
        ] {
            assert!(asks_for_other(words), "{words}");
        }
        for words in ["Hva annet vil du si?", "Andre kommentarer?", "Har du andre innspill til oss?", "Otherwise?"] {
            assert!(!asks_for_other(words), "{words}");
        }
    }

    #[test]
    fn tags_entities_and_line_ends_are_no_part_of_a_question() {
        assert_eq!(clean("<p>Hva er <b>viktigst</b>&nbsp;for\n deg?</p>"), "Hva er viktigst for deg?");
        assert_eq!(clean("Er 2 < 3 &amp; 4 > 3?"), "Er 2 < 3 & 4 > 3?");
        assert_eq!(clean("<"), "<");
    }

    #[test]
    fn another_choice_takes_the_words_of_the_question_before_it() {
        let header: Vec<String> = ["Hvilken sektor?", "Annet, spesifiser", "Rolle - Other"].map(String::from).to_vec();
        let mut columns: Vec<SurveyColumn> = header.iter().map(|header| column(header)).collect();
        tie_other_to_its_question(&mut columns, &header);
        let names: Vec<_> = columns.iter().map(|column| column.name.as_deref()).collect();
        assert_eq!(names, [None, Some("Hvilken sektor? – Annet, spesifiser"), Some("Rolle – Other")]);
        let alone = ["Annet, spesifiser".to_owned()];
        let mut columns = vec![column(&alone[0])];
        tie_other_to_its_question(&mut columns, &alone);
        assert_eq!(columns[0].part, Part::Question);
    }
}
