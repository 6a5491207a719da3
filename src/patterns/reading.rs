//! The words of all answers, read once: contrasts, phrases and suggested codes all count over them.
//!
//! Forms and lemmas are numbers, so that what is counted over many answers is neither allocated nor compared as
//! strings, and the lexicon is asked once for each form. Numbers follow the order of reading: they never decide an
//! order that is shown.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::record::Record;
use crate::text::{self, Lexicon};

/// Records that one task reads.
const AT_ONCE: usize = 1_024;

/// A word of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ReadWord {
    /// Its form in lower case.
    pub form: u32,
    /// Where it starts in the shown text, in bytes.
    pub start: u32,
    /// Which of the answer's sentences it stands in.
    pub sentence: u32,
}

/// The words of all answers.
#[derive(Debug)]
pub(super) struct ReadWords {
    forms: Vec<String>,
    lemmas: Vec<String>,
    /// Per form its lemma.
    lemma_of: Vec<u32>,
    /// Per form whether it says something: no stop word, more than two letters, letters only.
    says: Vec<bool>,
    words: Vec<ReadWord>,
    /// Where each record's words start; one more than records.
    starts: Vec<usize>,
}

/// Strings by number, and back.
#[derive(Debug, Default)]
struct Numbers {
    numbers: FxHashMap<String, u32>,
    strings: Vec<String>,
}

impl Numbers {
    fn number(&mut self, string: &str) -> u32 {
        if let Some(&number) = self.numbers.get(string) {
            return number;
        }
        let number = self.strings.len() as u32;
        self.numbers.insert(string.to_owned(), number);
        self.strings.push(string.to_owned());
        number
    }
}

impl ReadWords {
    /// Reads the shown text of every record.
    pub fn of(records: &[Record]) -> Self {
        Self::of_texts(&records.iter().map(|record| record.shown.as_str()).collect::<Vec<_>>())
    }

    fn of_texts(texts: &[&str]) -> Self {
        let parts: Vec<(Numbers, Vec<ReadWord>, Vec<usize>)> = texts.par_chunks(AT_ONCE).map(read_some).collect();
        let mut forms = Numbers::default();
        let mut words = Vec::with_capacity(parts.iter().map(|(_, words, _)| words.len()).sum());
        let mut starts = Vec::with_capacity(texts.len() + 1);
        starts.push(0);
        for (own, part, lengths) in parts {
            let global: Vec<u32> = own.strings.iter().map(|form| forms.number(form)).collect();
            // Forms of a part are numbered within it.
            words.extend(part.iter().map(|word| ReadWord { form: global[word.form as usize], ..*word }));
            for length in lengths {
                starts.push(starts.last().copied().unwrap_or(0) + length);
            }
        }
        let forms = forms.strings;
        let lexicon = Lexicon::get();
        let read: Vec<(String, bool)> = forms
            .par_iter()
            .map(|form| {
                let lemma = lexicon.lemma(form).into_owned();
                let says = lemma.chars().count() > 2
                    && lemma.chars().all(char::is_alphabetic)
                    && !lexicon.is_stop_word(&lemma)
                    && !lexicon.is_stop_word(form);
                (lemma, says)
            })
            .collect();
        let mut lemmas = Numbers::default();
        let lemma_of = read.iter().map(|(lemma, _)| lemmas.number(lemma)).collect();
        let says = read.into_iter().map(|(_, says)| says).collect();
        ReadWords { forms, lemmas: lemmas.strings, lemma_of, says, words, starts }
    }

    /// The words of a record, first to last.
    pub fn of_row(&self, row: usize) -> &[ReadWord] {
        let bounds = self.starts.get(row).zip(self.starts.get(row + 1));
        bounds.and_then(|(&start, &end)| self.words.get(start..end)).unwrap_or_default()
    }

    /// The number of a form's lemma.
    pub fn lemma_of(&self, form: u32) -> u32 {
        self.lemma_of.get(form as usize).copied().unwrap_or(u32::MAX)
    }

    /// Whether a form says something.
    pub fn says(&self, form: u32) -> bool {
        self.says.get(form as usize).copied().unwrap_or(false)
    }

    /// A lemma.
    pub fn lemma(&self, number: u32) -> &str {
        self.lemmas.get(number as usize).map_or("", String::as_str)
    }

    /// A form in lower case.
    pub fn form(&self, number: u32) -> &str {
        self.forms.get(number as usize).map_or("", String::as_str)
    }

    /// How many lemmas there are.
    pub fn lemmas(&self) -> usize {
        self.lemmas.len()
    }

    /// Every lemma's number.
    pub fn numbers_of_lemmas(&self) -> FxHashMap<&str, u32> {
        self.lemmas.iter().zip(0..).map(|(lemma, number)| (lemma.as_str(), number)).collect()
    }

    /// A record's lemmas that say something, each once and by number, with the first of its forms there.
    pub fn content_of(&self, row: usize) -> Vec<(u32, u32)> {
        let saying = self.of_row(row).iter().filter(|word| self.says(word.form));
        let mut lemmas: Vec<(u32, u32)> = saying.map(|word| (self.lemma_of(word.form), word.form)).collect();
        lemmas.sort_unstable_by(|one, other| {
            one.0.cmp(&other.0).then_with(|| {
                if one.1 == other.1 { std::cmp::Ordering::Equal } else { self.form(one.1).cmp(self.form(other.1)) }
            })
        });
        lemmas.dedup_by_key(|found| found.0);
        lemmas
    }

    /// The form met most often among `forms`, the first in the alphabet where several are.
    pub fn commonest(&self, mut forms: Vec<u32>) -> Option<&str> {
        forms.sort_unstable();
        let counted = forms.chunk_by(|one, other| one == other).filter_map(|same| Some((same.len(), *same.first()?)));
        let best =
            counted.max_by(|one, other| one.0.cmp(&other.0).then_with(|| self.form(other.1).cmp(self.form(one.1))));
        best.map(|(_, form)| self.form(form))
    }
}

/// The words of some texts, with forms numbered among themselves, and how many words each text has.
fn read_some(texts: &[&str]) -> (Numbers, Vec<ReadWord>, Vec<usize>) {
    let mut forms = Numbers::default();
    let (mut words, mut lengths) = (Vec::new(), Vec::with_capacity(texts.len()));
    for &shown in texts {
        let before = words.len();
        let sentences = text::sentences(shown);
        let mut sentence = 0;
        for range in text::words(shown) {
            let Some(form) = shown.get(range.clone()) else { continue };
            while sentences.get(sentence).is_some_and(|own| own.end <= range.start) {
                sentence += 1;
            }
            // Most forms are in lower case as they stand.
            let is_lower = form.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
            let form = if is_lower { forms.number(form) } else { forms.number(&form.to_lowercase()) };
            words.push(ReadWord { form, start: range.start as u32, sentence: sentence as u32 });
        }
        lengths.push(words.len() - before);
    }
    (forms, words, lengths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_lemma_that_says_something_stands_once_with_the_first_of_its_forms() {
        let words = ReadWords::of_texts(&["", "Kommunene og kommunen. Skolen er for kommunen!", "skolene"]);
        let content = |row: usize| -> Vec<(&str, &str)> {
            let mut found: Vec<(&str, &str)> =
                words.content_of(row).iter().map(|&(lemma, form)| (words.lemma(lemma), words.form(form))).collect();
            found.sort_unstable();
            found
        };
        assert!(content(0).is_empty());
        assert_eq!(content(1), [("kommune", "kommunen"), ("skole", "skolen")]);
        assert_eq!(content(2), [("skole", "skolene")]);
        let sentences: Vec<u32> = words.of_row(1).iter().map(|word| word.sentence).collect();
        assert_eq!(sentences, [0, 0, 0, 1, 1, 1, 1]);
        assert_eq!(words.of_row(1).iter().map(|word| word.start).collect::<Vec<_>>(), [0, 10, 13, 23, 30, 33, 37]);
        assert!(words.of_row(3).is_empty());
    }

    #[test]
    fn numbers_of_many_parts_are_those_of_one_text() {
        let texts: Vec<String> = (0..3 * AT_ONCE).map(|number| format!("Ord{} bro", number % 700)).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let words = ReadWords::of_texts(&texts);
        for (row, text) in texts.iter().enumerate() {
            let forms: Vec<&str> = words.of_row(row).iter().map(|word| words.form(word.form)).collect();
            assert_eq!(forms.join(" "), text.to_lowercase());
        }
    }

    #[test]
    fn the_commonest_form_is_the_first_in_the_alphabet_where_several_are() {
        let words = ReadWords::of_texts(&["broen brua bruen broen brua"]);
        let forms: Vec<u32> = words.of_row(0).iter().map(|word| word.form).collect();
        assert_eq!(words.commonest(forms.clone()), Some("broen"));
        assert_eq!(words.commonest(forms[1..3].to_vec()), Some("brua"));
        assert_eq!(words.commonest(Vec::new()), None);
    }
}
