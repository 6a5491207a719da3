//! Words and phrases of adjacent words, as numbers.

use std::collections::BTreeMap;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::labels::Vocabulary;

/// Most words in a phrase.
const LONGEST: usize = 4;
/// Shorter lemmas tell too little, unless written in capitals (KI, IT).
const SHORTEST_LEMMA: usize = 3;
/// Stands where a phrase has ended.
const NO_WORD: u32 = u32::MAX;

/// A word of an answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Token {
    /// Its lemma.
    lemma: u32,
    /// Its written form.
    form: u32,
    /// Whether a phrase may begin or end with it.
    telling: bool,
    /// Whether only a space or a hyphen parts it from the word before.
    adjacent: bool,
    /// Whether it begins a sentence, where a capital says nothing.
    begins: bool,
    /// Whether its answer is of those whose forms are shown.
    preferred: bool,
}

/// Up to four lemmas that stand side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Phrase([u32; LONGEST]);

impl Phrase {
    /// Number of words.
    pub fn words(self) -> usize {
        self.lemmas().count()
    }

    fn lemmas(self) -> impl Iterator<Item = u32> {
        self.0.into_iter().filter(|&lemma| lemma != NO_WORD)
    }

    /// Whether all words of `other` are in this one, and more.
    pub fn holds(self, other: Phrase) -> bool {
        self.words() > other.words() && other.lemmas().all(|lemma| self.0.contains(&lemma))
    }

    /// Whether the two have a word in common.
    pub fn shares_word(self, other: Phrase) -> bool {
        self.lemmas().any(|lemma| other.0.contains(&lemma))
    }

    /// Every phrase of an answer: one to four adjacent words that begin and end with a telling one.
    pub fn all(answer: &[Token]) -> impl Iterator<Item = Phrase> {
        windows(answer).map(Phrase::of)
    }

    fn of(tokens: &[Token]) -> Phrase {
        let mut lemmas = [NO_WORD; LONGEST];
        for (place, token) in lemmas.iter_mut().zip(tokens) {
            *place = token.lemma;
        }
        Phrase(lemmas)
    }
}

fn windows(answer: &[Token]) -> impl Iterator<Item = &[Token]> {
    (0..answer.len()).flat_map(move |start| {
        let rest = &answer[start..];
        let unbroken = 1 + rest.iter().skip(1).take(LONGEST - 1).take_while(|token| token.adjacent).count();
        (1..=unbroken)
            .map(move |length| &rest[..length])
            .filter(|window| window.first().is_some_and(|t| t.telling) && window.last().is_some_and(|t| t.telling))
    })
}

/// Turns texts into tokens; knows the string behind each number.
#[derive(Debug, Default)]
pub struct Reader {
    lemmas: Strings,
    forms: Strings,
}

/// Strings by number, and back.
#[derive(Debug, Default)]
struct Strings {
    numbers: FxHashMap<String, u32>,
    strings: Vec<String>,
}

impl Strings {
    fn number(&mut self, string: &str) -> u32 {
        if let Some(&number) = self.numbers.get(string) {
            return number;
        }
        let number = self.strings.len() as u32;
        self.numbers.insert(string.to_owned(), number);
        self.strings.push(string.to_owned());
        number
    }

    fn string(&self, number: u32) -> &str {
        self.strings.get(number as usize).map_or("", String::as_str)
    }
}

/// A word before it has its numbers.
struct Word<'a> {
    lemma: String,
    form: &'a str,
    telling: bool,
    adjacent: bool,
    begins: bool,
}

impl Reader {
    /// The tokens of each of `rows`.
    pub fn read(
        &mut self,
        texts: &[&str],
        preferred: &[bool],
        rows: &[usize],
        vocabulary: &dyn Vocabulary,
    ) -> Vec<Vec<Token>> {
        let words: Vec<Vec<Word<'_>>> = rows.par_iter().map(|&row| words_of(texts[row], vocabulary)).collect();
        let rows_and_words = rows.iter().zip(words);
        rows_and_words
            .map(|(&row, words)| {
                let preferred = preferred.get(row).copied().unwrap_or(false);
                words
                    .into_iter()
                    .map(|word| Token {
                        lemma: self.lemmas.number(&word.lemma),
                        form: self.forms.number(word.form),
                        telling: word.telling,
                        adjacent: word.adjacent,
                        begins: word.begins,
                        preferred,
                    })
                    .collect()
            })
            .collect()
    }

    /// The lemmas of a phrase as one string, for an order that reading does not change.
    pub fn key(&self, phrase: Phrase) -> String {
        phrase.lemmas().map(|lemma| self.lemmas.string(lemma)).collect::<Vec<_>>().join(" ")
    }

    /// How `answers` most often write a phrase: preferred answers first, capitals at the start of a sentence aside.
    pub fn written(&self, phrase: Phrase, answers: &[Vec<Token>]) -> String {
        let mut found: BTreeMap<String, (u32, u32, u32)> = BTreeMap::new();
        for window in answers.iter().flat_map(|answer| windows(answer)).filter(|window| Phrase::of(window) == phrase) {
            let Some(first) = window.first() else { continue };
            let forms = window.iter().map(|token| self.forms.string(token.form)).collect::<Vec<_>>().join(" ");
            let tally = found.entry(forms.clone()).or_default();
            let counted = if first.begins { &mut tally.1 } else { &mut tally.0 };
            *counted += 1;
            tally.2 += u32::from(first.preferred);
        }
        let any_preferred = found.values().any(|tally| tally.2 > 0);
        let merged = merge_sentence_starts(&found);
        let best = merged
            .iter()
            .filter(|(_, (_, preferred))| !any_preferred || *preferred > 0)
            .max_by(|one, other| one.1.0.cmp(&other.1.0).then_with(|| other.0.cmp(one.0)));
        best.map(|(form, _)| form.clone()).unwrap_or_default()
    }
}

/// Counts forms met at the start of a sentence with the form they take elsewhere, or in lower case.
fn merge_sentence_starts(found: &BTreeMap<String, (u32, u32, u32)>) -> BTreeMap<String, (u32, u32)> {
    let mut merged: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    for (form, &(inside, beginning, preferred)) in found {
        let lowered = lower_first(form);
        let elsewhere_capital = inside > 0;
        let shown = if beginning > 0 && !elsewhere_capital { lowered } else { form.clone() };
        let tally = merged.entry(shown).or_default();
        tally.0 += inside + beginning;
        tally.1 += preferred;
    }
    merged
}

/// The first letter in lower case, unless the word has further capitals (NAV, IoT).
fn lower_first(form: &str) -> String {
    let first_word = form.split(' ').next().unwrap_or("");
    let more_capitals = first_word.chars().skip(1).any(char::is_uppercase);
    let mut characters = form.chars();
    match characters.next() {
        Some(first) if !more_capitals => first.to_lowercase().chain(characters).collect(),
        _ => form.to_owned(),
    }
}

fn words_of<'a>(text: &'a str, vocabulary: &dyn Vocabulary) -> Vec<Word<'a>> {
    let mut before = 0;
    let mut words = Vec::new();
    for range in vocabulary.words(text) {
        let (Some(gap), Some(form)) = (text.get(before..range.start), text.get(range.clone())) else { continue };
        let lemma = vocabulary.lemma(form);
        let adjacent = !words.is_empty() && matches!(gap, " " | "-" | "\u{a0}");
        // After any punctuation, as in lists, a capital may say nothing.
        let begins = !adjacent;
        let telling = is_telling(form, &lemma) && !vocabulary.is_stop_word(&lemma);
        before = range.end;
        words.push(Word { lemma, form, telling, adjacent, begins });
    }
    words
}

fn is_telling(form: &str, lemma: &str) -> bool {
    let letters = lemma.chars().filter(|character| character.is_alphabetic()).count();
    let capitals = form.chars().count() >= 2 && form.chars().all(char::is_uppercase);
    letters >= SHORTEST_LEMMA || capitals
}
