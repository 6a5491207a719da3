//! Recurring phrases that no code covers: where the codebook may lack something.

use std::hash::BuildHasher;

use rayon::prelude::*;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use serde::Serialize;

use super::count::{Count, Reach, Unit};
use super::frame::Frame;
use super::quotes::{Quote, best};
use super::reading::{ReadWord, ReadWords};
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

/// Stands where a phrase has ended.
const NO_WORD: u32 = u32::MAX;

/// The lemmas, or the forms, of a phrase, by number.
type Words = [u32; LONGEST];

/// What is gathered of one phrase.
struct Gathered {
    lemmas: Words,
    /// The answers with it, in input order.
    rows: Vec<usize>,
    /// As it is written most.
    phrase: String,
}

/// Phrases that recur outside what earned any code, in several voices; most telling first.
///
/// A phrase begins and ends with a content word and is no term of the codebook. A shorter phrase that
/// occurs only inside a longer one is left out.
pub fn uncovered(analysis: &Analysis, codebook: &Codebook, settings: &PatternSettings) -> Vec<UncoveredPhrase> {
    let frame = Frame::new(analysis, settings);
    let words = ReadWords::of(frame.records);
    illustrated(&frame, read(&frame, &words, codebook, settings), settings)
}

/// The same without reach and quotes: what is read out of the texts, whatever groups they are counted by.
pub(super) fn read(
    frame: &Frame<'_>,
    words: &ReadWords,
    codebook: &Codebook,
    settings: &PatternSettings,
) -> Vec<UncoveredPhrase> {
    let content = frame.content_rows();
    let gathered = gather(frame, words, &content, codebook, settings.min_voices);
    let inner = inside_longer(&gathered);
    let base = Base {
        answers: content.len(),
        uncoded: content.iter().filter(|&&row| is_uncoded(&frame.records[row])).count(),
        voices: frame.voices_of(&content).len(),
    };
    let mut found: Vec<UncoveredPhrase> = gathered
        .into_par_iter()
        .filter(|entry| !inner.contains(&entry.lemmas))
        .map(|entry| uncovered_phrase(frame, words, entry, &base))
        .filter(tells)
        .collect();
    let worth = |phrase: &UncoveredPhrase| phrase.log_odds_uncoded * (1.0 + phrase.uncoded_answers as f64).ln();
    found.sort_by(|left, right| worth(right).total_cmp(&worth(left)).then_with(|| left.lemmas.cmp(&right.lemmas)));
    found.truncate(settings.max_phrases);
    found
}

/// Every phrase that at least `least` voices use outside what earned any code.
///
/// Most phrases of a large input occur once. So they are first counted by a hash alone, and gathered in a second
/// reading where so many answers may have them; two phrases of one hash count as one there, and apart from then on.
fn gather(frame: &Frame<'_>, words: &ReadWords, content: &[usize], codebook: &Codebook, least: usize) -> Vec<Gathered> {
    let (terms, recurring) = (codebook_terms(codebook, words), recurring_lemmas(words, content, least));
    let outside = |row: usize| phrases_outside_spans(&frame.records[row], words.of_row(row), words, &terms, &recurring);
    let hash = |lemmas: &Words| FxBuildHasher.hash_one(lemmas);
    let mut hashes: Vec<u64> =
        content.par_iter().flat_map_iter(|&row| outside(row).into_iter().map(|found| hash(&found.0))).collect();
    hashes.par_sort_unstable();
    let often: FxHashSet<u64> =
        hashes.chunk_by(|one, other| one == other).filter(|same| same.len() >= least).map(|same| same[0]).collect();
    drop(hashes);
    let mut uses: Vec<(Words, u32, Words)> = content
        .par_iter()
        .flat_map_iter(|&row| {
            let found = outside(row).into_iter().filter(|found| often.contains(&hash(&found.0)));
            found.map(move |(lemmas, forms)| (lemmas, row as u32, forms))
        })
        .collect();
    uses.par_sort_unstable();
    let of_phrases: Vec<&[(Words, u32, Words)]> = uses.chunk_by(|one, other| one.0 == other.0).collect();
    of_phrases
        .into_par_iter()
        .filter(|uses| uses.len() >= least)
        .filter_map(|uses| {
            let rows: Vec<usize> = uses.iter().map(|&(_, row, _)| row as usize).collect();
            let phrase = written_most(uses.iter().map(|&(_, _, forms)| forms).collect(), words);
            let enough = frame.voices_of(&rows).len() >= least;
            enough.then(|| uses.first().map(|&(lemmas, ..)| Gathered { lemmas, rows, phrase })).flatten()
        })
        .collect()
}

/// The way of writing met most often, the first in the alphabet where several are.
fn written_most(mut forms: Vec<Words>, words: &ReadWords) -> String {
    forms.sort_unstable();
    let counted = forms.chunk_by(|one, other| one == other);
    let written = counted.filter_map(|same| {
        let forms = same.first()?.iter().filter(|&&form| form != NO_WORD).map(|&form| words.form(form));
        Some((same.len(), forms.collect::<Vec<_>>().join(" ")))
    });
    let best = written.max_by(|one, other| one.0.cmp(&other.0).then_with(|| other.1.cmp(&one.1)));
    best.map(|(_, written)| written).unwrap_or_default()
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
fn uncovered_phrase(frame: &Frame<'_>, words: &ReadWords, entry: Gathered, base: &Base) -> UncoveredPhrase {
    let inside = entry.rows.iter().filter(|&&row| is_uncoded(&frame.records[row])).count();
    let coded = entry.rows.len() - inside;
    let all_coded = base.answers - base.uncoded;
    let odds = |k: usize, n: usize| ((k as f64 + 0.5) / (n.saturating_sub(k) as f64 + 0.5)).ln();
    let lemmas = entry.lemmas.iter().filter(|&&lemma| lemma != NO_WORD);
    UncoveredPhrase {
        phrase: entry.phrase,
        lemmas: lemmas.map(|&lemma| words.lemma(lemma).to_owned()).collect(),
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

/// The codebook's terms by the numbers of their lemmas; those with a word that no answer has are left out.
fn codebook_terms(codebook: &Codebook, words: &ReadWords) -> FxHashSet<Words> {
    let codes = codebook.codes();
    let numbers = words.numbers_of_lemmas();
    let phrases = codes.iter().flat_map(|entry| entry.meaning.terms.all().chain(entry.meaning.hints.all()));
    phrases
        .filter_map(|phrase| {
            let mut term = [NO_WORD; LONGEST];
            let mut places = term.iter_mut();
            for lemma in lemmas_of(&phrase.to_lowercase()) {
                *places.next()? = *numbers.get(lemma.as_str())?;
            }
            Some(term)
        })
        .collect()
}

fn lemmas_of(text: &str) -> Vec<String> {
    text::words(text).filter_map(|range| Some(Lexicon::get().lemma(text.get(range)?).into_owned())).collect()
}

/// Per lemma, whether it stands in at least `least` answers with content.
///
/// No phrase can recur more often than its rarest word, so all others are passed over while reading:
/// most n-grams of a large input occur once.
fn recurring_lemmas(words: &ReadWords, content: &[usize], least: usize) -> Vec<bool> {
    let mut answers = vec![0usize; words.lemmas()];
    let mut last_row = vec![usize::MAX; words.lemmas()];
    for &row in content {
        for word in words.of_row(row) {
            let lemma = words.lemma_of(word.form) as usize;
            if let Some((count, last)) = answers.get_mut(lemma).zip(last_row.get_mut(lemma)) {
                *count += usize::from(*last != row);
                *last = row;
            }
        }
    }
    answers.into_iter().map(|count| count >= least).collect()
}

/// Each phrase of a record once, by its lemmas, with the forms in which it first stands.
fn phrases_outside_spans(
    record: &Record,
    read: &[ReadWord],
    words: &ReadWords,
    terms: &FxHashSet<Words>,
    recurring: &[bool],
) -> Vec<(Words, Words)> {
    let spans: Vec<_> =
        (record.tagging.topics.iter().chain(&record.tagging.patterns)).flat_map(|tag| &tag.spans).collect();
    let points = (!spans.is_empty()).then(|| crate::span::CodePoints::new(&record.shown));
    let open: Vec<bool> = read
        .iter()
        .map(|word| {
            let earned = points.as_ref().is_some_and(|points| {
                let at = points.position(word.start as usize);
                spans.iter().any(|span| span.start <= at && at < span.end)
            });
            !earned && recurring.get(words.lemma_of(word.form) as usize) == Some(&true)
        })
        .collect();
    let mut phrases: Vec<(Words, usize, Words)> = Vec::new();
    for start in (0..read.len()).filter(|&start| open[start] && words.says(read[start].form)) {
        let (mut lemmas, mut forms) = ([NO_WORD; LONGEST], [NO_WORD; LONGEST]);
        for (place, word) in read[start..].iter().take(LONGEST).enumerate() {
            if !open[start + place] || word.sentence != read[start].sentence {
                break;
            }
            (lemmas[place], forms[place]) = (words.lemma_of(word.form), word.form);
            if words.says(word.form) && !terms.contains(&lemmas) {
                phrases.push((lemmas, start, forms));
            }
        }
    }
    phrases.sort_unstable();
    phrases.dedup_by_key(|phrase| phrase.0);
    phrases.into_iter().map(|(lemmas, _, forms)| (lemmas, forms)).collect()
}

/// Phrases that occur in no more answers than a longer one that holds them.
fn inside_longer(gathered: &[Gathered]) -> FxHashSet<Words> {
    let answers: FxHashMap<Words, usize> = gathered.iter().map(|entry| (entry.lemmas, entry.rows.len())).collect();
    let mut inner = FxHashSet::default();
    for entry in gathered {
        let length = entry.lemmas.iter().filter(|&&lemma| lemma != NO_WORD).count();
        for shorter in 1..length {
            for part in entry.lemmas[..length].windows(shorter) {
                let mut key = [NO_WORD; LONGEST];
                key[..shorter].copy_from_slice(part);
                if answers.get(&key) == Some(&entry.rows.len()) {
                    inner.insert(key);
                }
            }
        }
    }
    inner
}
