//! Recurring phrases that no code covers: where the codebook may lack something.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;

use super::count::{Count, Reach, Unit};
use super::frame::Frame;
use super::quotes::{Quote, best};
use super::settings::PatternSettings;
use crate::codebook::Codebook;
use crate::record::{Analysis, Record};
use crate::tag::Outcome;
use crate::text::{self, Lexicon};

/// A phrase of one to four words that recurs outside what earned any code.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UncoveredPhrase {
    /// As people write it most.
    pub phrase: String,
    /// Its lemmas.
    pub lemmas: Vec<String>,
    /// Answers with it, of the answers with content.
    pub answers: Count,
    /// Those of them that got no code at all (none of the above, or undecided).
    pub uncoded_answers: usize,
    /// Voices with it, of all voices.
    pub voices: Count,
    /// How much more often answers without a code use it than answers with one: natural logarithm of
    /// the odds ratio, half an answer added to each cell.
    pub log_odds_uncoded: f64,
    /// In how many groups, per attribute.
    pub reach: Vec<Reach>,
    /// The answers, in input order.
    pub rows: Vec<usize>,
    /// Examples that differ.
    pub quotes: Vec<Quote>,
}

/// The longest phrase sought, in words.
const LONGEST: usize = 4;

/// What is gathered of one phrase while reading.
#[derive(Default)]
struct Gathered {
    forms: BTreeMap<String, usize>,
    rows: Vec<usize>,
}

/// Phrases that recur outside what earned any code, in several voices; most telling first.
///
/// A phrase begins and ends with a content word and is no term of the codebook. A shorter phrase that
/// occurs only inside a longer one is left out.
pub fn uncovered(analysis: &Analysis, codebook: &Codebook, settings: &PatternSettings) -> Vec<UncoveredPhrase> {
    let frame = Frame::new(analysis, settings);
    illustrated(&frame, read(&frame, codebook, settings), settings)
}

/// The same without reach and quotes: what is read out of the texts, whatever groups they are counted by.
pub(super) fn read(frame: &Frame<'_>, codebook: &Codebook, settings: &PatternSettings) -> Vec<UncoveredPhrase> {
    let terms = codebook_terms(codebook);
    let recurring = recurring_lemmas(frame, settings.min_voices);
    let read: Vec<BTreeMap<Vec<String>, String>> =
        frame.records.par_iter().map(|record| phrases_outside_spans(record, &terms, &recurring)).collect();
    let mut gathered: BTreeMap<Vec<String>, Gathered> = BTreeMap::new();
    for (row, phrases) in read.into_iter().enumerate().filter(|(row, _)| frame.content[*row]) {
        for (lemmas, form) in phrases {
            let entry = gathered.entry(lemmas).or_default();
            *entry.forms.entry(form).or_default() += 1;
            entry.rows.push(row);
        }
    }
    gathered.retain(|_, entry| frame.voices_of(&entry.rows).len() >= settings.min_voices);
    let inner = inside_longer(&gathered);
    let content = frame.content_rows();
    let base = Base {
        answers: content.len(),
        uncoded: content.iter().filter(|&&row| is_uncoded(&frame.records[row])).count(),
        voices: frame.voices_of(&content).len(),
    };
    let mut found: Vec<UncoveredPhrase> = gathered
        .into_iter()
        .filter(|(lemmas, _)| !inner.contains(lemmas))
        .map(|(lemmas, entry)| uncovered_phrase(frame, lemmas, entry, &base))
        .filter(tells)
        .collect();
    let worth = |phrase: &UncoveredPhrase| phrase.log_odds_uncoded * (1.0 + phrase.uncoded_answers as f64).ln();
    found.sort_by(|left, right| worth(right).total_cmp(&worth(left)).then_with(|| left.lemmas.cmp(&right.lemmas)));
    found.truncate(settings.max_phrases);
    found
}

/// Adds reach and quotes: only for phrases that are kept, since it reads every answer.
pub(super) fn illustrated(
    frame: &Frame<'_>,
    mut phrases: Vec<UncoveredPhrase>,
    settings: &PatternSettings,
) -> Vec<UncoveredPhrase> {
    let content = frame.content_rows();
    phrases.par_iter_mut().for_each(|phrase| {
        phrase.reach = frame.reach(&phrase.rows, &content);
        phrase.quotes = best(frame, &phrase.rows, settings, |_| (0.0, Vec::new()));
    });
    phrases
}

/// What every phrase is counted against; the same for all, so counted once.
struct Base {
    answers: usize,
    uncoded: usize,
    voices: usize,
}

/// A phrase with its counts; reach and quotes are added to those that are kept.
fn uncovered_phrase(frame: &Frame<'_>, lemmas: Vec<String>, entry: Gathered, base: &Base) -> UncoveredPhrase {
    let inside = entry.rows.iter().filter(|&&row| is_uncoded(&frame.records[row])).count();
    let coded = entry.rows.len() - inside;
    let all_coded = base.answers - base.uncoded;
    let odds = |k: usize, n: usize| ((k as f64 + 0.5) / (n.saturating_sub(k) as f64 + 0.5)).ln();
    let form = entry.forms.into_iter().max_by(|left, right| left.1.cmp(&right.1).then_with(|| right.0.cmp(&left.0)));
    UncoveredPhrase {
        phrase: form.map(|(form, _)| form).unwrap_or_else(|| lemmas.join(" ")),
        lemmas,
        answers: Count::new(Unit::Answers, entry.rows.len(), base.answers),
        uncoded_answers: inside,
        voices: Count::new(frame.voice_unit, frame.voices_of(&entry.rows).len(), base.voices),
        log_odds_uncoded: odds(inside, base.uncoded) - odds(coded, all_coded),
        reach: Vec::new(),
        rows: entry.rows,
        quotes: Vec::new(),
    }
}

/// A single word is worth telling only where it is long enough to mean one thing and is clearly more
/// common in answers without a code; everyday words are not.
fn tells(phrase: &UncoveredPhrase) -> bool {
    let letters = phrase.phrase.chars().count();
    phrase.lemmas.len() > 1 || (letters >= 6 && phrase.uncoded_answers >= 3 && phrase.log_odds_uncoded > 1.0)
}

fn is_uncoded(record: &Record) -> bool {
    matches!(record.tagging.outcome, Outcome::NoneOfTheAbove | Outcome::Undecided)
}

/// Lemmas of every term, joined by blanks.
fn codebook_terms(codebook: &Codebook) -> BTreeSet<Vec<String>> {
    let codes = codebook.codes();
    let phrases = codes.iter().flat_map(|entry| entry.meaning.terms.all().chain(entry.meaning.hints.all()));
    phrases.map(|phrase| lemmas_of(&phrase.to_lowercase())).collect()
}

fn lemmas_of(text: &str) -> Vec<String> {
    text::words(text).filter_map(|range| Some(Lexicon::get().lemma(text.get(range)?).into_owned())).collect()
}

/// Lemmas that stand in at least `least` answers with content.
///
/// No phrase can recur more often than its rarest word, so all others are passed over while reading:
/// most n-grams of a large input occur once.
fn recurring_lemmas(frame: &Frame<'_>, least: usize) -> FxHashSet<String> {
    let lemmas: Vec<Vec<String>> = frame
        .records
        .par_iter()
        .map(|record| {
            let mut lemmas = lemmas_of(&record.shown.to_lowercase());
            lemmas.sort_unstable();
            lemmas.dedup();
            lemmas
        })
        .collect();
    let mut answers: FxHashMap<String, usize> = FxHashMap::default();
    for lemma in lemmas.into_iter().zip(&frame.content).filter(|(_, content)| **content).flat_map(|(lemmas, _)| lemmas)
    {
        *answers.entry(lemma).or_default() += 1;
    }
    answers.into_iter().filter(|(_, count)| *count >= least).map(|(lemma, _)| lemma).collect()
}

/// Each phrase of a record once, by its lemmas, with the form it is written in.
fn phrases_outside_spans(
    record: &Record,
    terms: &BTreeSet<Vec<String>>,
    recurring: &FxHashSet<String>,
) -> BTreeMap<Vec<String>, String> {
    let lexicon = Lexicon::get();
    let points = crate::span::CodePoints::new(&record.shown);
    let spans: Vec<_> =
        (record.tagging.topics.iter().chain(&record.tagging.patterns)).flat_map(|tag| &tag.spans).collect();
    let mut phrases = BTreeMap::new();
    for sentence in text::sentences(&record.shown) {
        let Some(shown) = record.shown.get(sentence.clone()) else { continue };
        let words: Vec<(String, String, bool)> = text::words(shown)
            .filter_map(|range| {
                let form = shown.get(range.clone())?.to_lowercase();
                let at = points.position(sentence.start + range.start);
                if spans.iter().any(|span| span.start <= at && at < span.end) {
                    return Some((String::new(), form, false));
                }
                let lemma = lexicon.lemma(&form).into_owned();
                if !recurring.contains(&lemma) {
                    return Some((String::new(), form, false));
                }
                let says = lemma.chars().count() > 2
                    && lemma.chars().all(char::is_alphabetic)
                    && !lexicon.is_stop_word(&lemma)
                    && !lexicon.is_stop_word(&form);
                Some((lemma, form, says))
            })
            .collect();
        for start in 0..words.len() {
            for end in start + 1..=(start + LONGEST).min(words.len()) {
                let phrase = &words[start..end];
                let bounded = phrase.first().is_some_and(|word| word.2) && phrase.last().is_some_and(|word| word.2);
                if !bounded || phrase.iter().any(|word| word.0.is_empty()) {
                    continue;
                }
                let lemmas: Vec<String> = phrase.iter().map(|word| word.0.clone()).collect();
                if !terms.contains(&lemmas) {
                    let form = phrase.iter().map(|word| word.1.as_str()).collect::<Vec<_>>().join(" ");
                    phrases.entry(lemmas).or_insert(form);
                }
            }
        }
    }
    phrases
}

/// Phrases that occur in no more answers than a longer one that holds them.
fn inside_longer(gathered: &BTreeMap<Vec<String>, Gathered>) -> BTreeSet<Vec<String>> {
    let mut inner = BTreeSet::new();
    for (lemmas, entry) in gathered.iter().filter(|(lemmas, _)| lemmas.len() > 1) {
        for length in 1..lemmas.len() {
            for part in lemmas.windows(length) {
                if gathered.get(part).is_some_and(|shorter| shorter.rows.len() == entry.rows.len()) {
                    inner.insert(part.to_vec());
                }
            }
        }
    }
    inner
}
