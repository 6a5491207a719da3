//! Reading texts word by word, with what is known of each distinct word worked out once.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::features::{self, Bucket};
use super::heads::Heads;
use super::terms::{TermIndex, WordKeys};
use crate::text::{self, Lexicon};

/// A distinct word form in a [`WordTable`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WordId(u32);

/// A word where it stands in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// Which word.
    pub id: WordId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

const UNKNOWN: WordId = WordId(u32::MAX);

/// Above this many distinct words the table starts afresh, so that its memory stays bounded.
const CAPACITY: usize = 400_000;

/// What is known of one distinct word.
#[derive(Debug, Default)]
struct Known {
    keys: WordKeys,
    pair_key: u64,
    /// Its share of a text's squared length.
    square: f32,
    /// What it says of each output.
    contribution: Box<[f32]>,
}

/// Distinct words and what they contribute; grows as texts are read, and what it holds never changes a result.
#[derive(Debug, Default)]
pub struct WordTable {
    ids: FxHashMap<Box<str>, WordId>,
    known: Vec<Known>,
}

impl WordTable {
    /// Reads `texts`: for each, its words in order.
    pub fn read(&mut self, texts: &[&str], terms: &TermIndex, heads: Option<&Heads>) -> Vec<Vec<Word>> {
        if self.known.len() > CAPACITY {
            *self = WordTable::default();
        }
        let mut readings: Vec<(Vec<Word>, Vec<String>)> = texts.par_iter().map(|text| self.look_up(text)).collect();
        let mut unknown: Vec<String> = readings.iter_mut().flat_map(|(_, forms)| std::mem::take(forms)).collect();
        unknown.par_sort_unstable();
        unknown.dedup();
        let learned: Vec<Known> = unknown.par_iter().map(|form| Known::of(form, terms, heads)).collect();
        for (form, known) in unknown.into_iter().zip(learned) {
            let id = WordId(self.known.len() as u32);
            self.known.push(known);
            self.ids.insert(form.into_boxed_str(), id);
        }
        readings
            .into_par_iter()
            .zip(texts)
            .map(|((mut words, _), text)| {
                let mut buffer = String::new();
                for word in words.iter_mut().filter(|word| word.id == UNKNOWN) {
                    let form = lower_case(&text[word.start as usize..word.end as usize], &mut buffer);
                    if let Some(&id) = self.ids.get(form) {
                        word.id = id;
                    }
                }
                words
            })
            .collect()
    }

    /// The words of a text, and the forms among them that the table does not hold.
    fn look_up(&self, text: &str) -> (Vec<Word>, Vec<String>) {
        let mut unknown = Vec::new();
        let mut buffer = String::new();
        let words = text::words(text)
            .map(|range| {
                let form = lower_case(&text[range.clone()], &mut buffer);
                let id = self.ids.get(form).copied().unwrap_or_else(|| {
                    unknown.push(form.to_owned());
                    UNKNOWN
                });
                Word { id, start: range.start as u32, end: range.end as u32 }
            })
            .collect();
        (words, unknown)
    }

    /// The codebook lemmas that a word can stand for.
    pub fn keys(&self, id: WordId) -> &WordKeys {
        &self.known[id.0 as usize].keys
    }

    /// What a word says of each output, before division by the text's length.
    pub fn contribution(&self, id: WordId) -> &[f32] {
        &self.known[id.0 as usize].contribution
    }

    /// The pair feature of two neighbours.
    pub fn pair(&self, left: WordId, right: WordId) -> Bucket {
        features::of_pair(self.known[left.0 as usize].pair_key, self.known[right.0 as usize].pair_key)
    }

    /// Adds up what a text's words and pairs say of each output; returns the text's length.
    ///
    /// A word that occurs twice counts once, so that repeating oneself proves nothing.
    pub fn sum(&self, words: &[Word], heads: &Heads, into: &mut [f32]) -> f32 {
        let mut square = 0.0;
        for id in distinct(words) {
            let known = &self.known[id.0 as usize];
            square += known.square;
            for (value, contribution) in into.iter_mut().zip(&known.contribution) {
                *value += contribution;
            }
        }
        for bucket in self.distinct_pairs(words) {
            square += heads.add_feature(bucket, into);
        }
        square.sqrt()
    }

    /// Each pair of neighbours once, sorted.
    pub fn distinct_pairs(&self, words: &[Word]) -> Vec<Bucket> {
        let mut pairs: Vec<Bucket> = words.windows(2).map(|pair| self.pair(pair[0].id, pair[1].id)).collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }
}

/// Each word once, in the order of first appearance in the table's terms of bytes: sums do not depend
/// on what other texts were read before.
fn distinct(words: &[Word]) -> Vec<WordId> {
    let mut seen: Vec<WordId> = Vec::with_capacity(words.len());
    for word in words {
        if !seen.contains(&word.id) {
            seen.push(word.id);
        }
        // Very long texts: fall back to sorting, still by position of first appearance.
        if seen.len() > 200 {
            return distinct_of_long(words);
        }
    }
    seen
}

fn distinct_of_long(words: &[Word]) -> Vec<WordId> {
    let mut seen = rustc_hash::FxHashSet::default();
    words.iter().map(|word| word.id).filter(|id| seen.insert(*id)).collect()
}

impl Known {
    fn of(form: &str, terms: &TermIndex, heads: Option<&Heads>) -> Self {
        let lexicon = Lexicon::get();
        let lemma = lexicon.lemma(form);
        let parts = lexicon.parts(form);
        let mut known = Known {
            keys: terms.keys(form, &lemma, &parts),
            pair_key: features::pair_key(&lemma),
            ..Known::default()
        };
        if let Some(heads) = heads {
            let mut contribution = vec![0.0; heads.outputs.len()];
            let mut buckets = Vec::new();
            features::of_word(form, &lemma, &parts, &mut buckets);
            for bucket in buckets {
                known.square += heads.add_feature(bucket, &mut contribution);
            }
            known.contribution = contribution.into_boxed_slice();
        }
        known
    }
}

/// `word` in lower case: itself where it is that already, else written into `buffer`.
fn lower_case<'a>(word: &'a str, buffer: &'a mut String) -> &'a str {
    if word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return word;
    }
    buffer.clear();
    buffer.extend(word.chars().flat_map(char::to_lowercase));
    buffer
}

/// The features of a text as training sees them: buckets of its distinct words and pairs, with how
/// many of those hold each; sorted by bucket.
pub fn counted_features(text: &str) -> Vec<(Bucket, u32)> {
    let lexicon = Lexicon::get();
    let mut buffer = String::new();
    let mut seen: Vec<String> = Vec::new();
    let mut pair_keys = Vec::new();
    let mut all = Vec::new();
    let mut buckets = Vec::new();
    for range in text::words(text) {
        let form = lower_case(&text[range], &mut buffer);
        let lemma = lexicon.lemma(form);
        pair_keys.push(features::pair_key(&lemma));
        if !seen.iter().any(|earlier| earlier == form) {
            features::of_word(form, &lemma, &lexicon.parts(form), &mut buckets);
            all.extend_from_slice(&buckets);
            seen.push(form.to_owned());
        }
    }
    let mut pairs: Vec<Bucket> = pair_keys.windows(2).map(|pair| features::of_pair(pair[0], pair[1])).collect();
    pairs.sort_unstable();
    pairs.dedup();
    all.extend(pairs);
    all.sort_unstable();
    let mut counted: Vec<(Bucket, u32)> = Vec::new();
    for bucket in all {
        match counted.last_mut() {
            Some((last, count)) if *last == bucket => *count += 1,
            _ => counted.push((bucket, 1)),
        }
    }
    counted
}
