//! The words of answers that say something: lemmas that are no stop words, with the form people wrote.

use rayon::prelude::*;

use crate::record::Record;
use crate::text::{self, Lexicon};

/// Per record its content lemmas, each once and sorted, with the first of the forms written.
pub(super) fn content_lemmas(records: &[Record]) -> Vec<Vec<(String, String)>> {
    let lexicon = Lexicon::get();
    records.par_iter().map(|record| of_text(&record.shown, lexicon)).collect()
}

fn of_text(shown: &str, lexicon: &Lexicon) -> Vec<(String, String)> {
    let mut lemmas: Vec<(String, String)> = text::words(shown)
        .filter_map(|range| {
            let form = shown.get(range)?.to_lowercase();
            let lemma = lexicon.lemma(&form).into_owned();
            let says = lemma.chars().count() > 2 && lemma.chars().all(char::is_alphabetic);
            (says && !lexicon.is_stop_word(&lemma) && !lexicon.is_stop_word(&form)).then_some((lemma, form))
        })
        .collect();
    lemmas.sort_unstable();
    lemmas.dedup_by(|one, other| one.0 == other.0);
    lemmas
}
