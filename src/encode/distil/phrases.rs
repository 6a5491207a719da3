//! Made-up phrases: text for the teacher where there is too little real text, above all in nynorsk.
//!
//! A phrase is a handful of words that lie near a common one, some others, and usual little words between them, in
//! random order. It is no sentence, but all that the student can learn from a sentence is how words add up.

use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;

use super::random::Random;
use super::{Word, unit_rows};
use crate::text::Language;

/// Words of a language that count as its little words: so many of the most frequent.
const LITTLE: usize = 150;
/// Content words in the longest phrase.
const LONGEST: f64 = 20.0;
/// How strongly a phrase keeps to its subject.
const COHERENCE: f32 = 12.0;

/// `count` phrases of words of `language`; `vectors` holds the teacher's vector of each of `words`.
pub fn phrases(
    words: &[Word],
    vectors: ArrayView2<'_, f32>,
    language: Language,
    count: usize,
    seed: u64,
) -> Vec<String> {
    let mut own: Vec<usize> = (0..words.len()).filter(|i| words[*i].language == language).collect();
    own.sort_by(|i, j| words[*j].frequency.total_cmp(&words[*i].frequency).then(i.cmp(j)));
    if own.is_empty() {
        return Vec::new();
    }
    let centred = &vectors - &vectors.mean_axis(ndarray::Axis(0)).unwrap_or_default();
    let space = unit_rows(centred.select(ndarray::Axis(0), &own));
    let frequency = |i: usize| words[own[i]].frequency.max(1e-9);
    let plain = running((0..own.len()).map(|i| frequency(i).powf(0.35)));
    (0..count as u64)
        .into_par_iter()
        .map(|number| {
            // A stream for each phrase, so that it does not matter which thread makes which.
            let mut random = Random::new(Random::new(seed ^ (number << 20)).bits());
            let subject = random.pick(&plain);
            let near = near(&space, subject, |i| frequency(i).sqrt());
            // Most are short, as answers are, some long.
            let content = 1 + (random.unit().powf(1.5) * LONGEST) as usize;
            let on_subject = (content * 7 / 10).max(1);
            let mut phrase: Vec<usize> = (0..on_subject).map(|_| random.pick(&near)).collect();
            phrase.extend((on_subject..content).map(|_| random.pick(&plain)));
            let little = LITTLE.min(own.len());
            phrase.extend((0..random.below(content + 1)).map(|_| (random.unit().powi(2) * little as f64) as usize));
            random.shuffle(&mut phrase);
            phrase.iter().map(|i| words[own[*i]].form.as_str()).collect::<Vec<_>>().join(" ")
        })
        .collect()
}

/// Running sums of how likely each word is beside `subject`.
fn near(space: &Array2<f32>, subject: usize, prior: impl Fn(usize) -> f64) -> Vec<f64> {
    let closeness = space.dot(&space.row(subject));
    running(closeness.iter().enumerate().map(|(i, closeness)| prior(i) * f64::from((COHERENCE * closeness).exp())))
}

fn running(weights: impl Iterator<Item = f64>) -> Vec<f64> {
    weights
        .scan(0.0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        })
        .collect()
}
