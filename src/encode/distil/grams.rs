//! Vectors of character n-grams, for words that no part of is known.

use ndarray::Array2;

use super::random::Random;
use crate::encode::embedded::unseen::gram_buckets;

/// Fits `buckets` vectors so that the mean over a word's n-grams comes near the word's own vector.
///
/// Only `rare` rows are learned from: a word that is not in the table is rare, and should weigh and be as rare ones are.
/// Plain stochastic descent in an order that `seed` sets.
pub fn fit_grams(words: &[String], vectors: &Array2<f32>, rare: &[usize], buckets: u32, seed: u64) -> Array2<f32> {
    const ROUNDS: usize = 6;
    let dimension = vectors.ncols();
    let mut table = Array2::<f32>::zeros((buckets as usize, dimension));
    let mut order = rare.to_vec();
    let mut random = Random::new(seed);
    let mut error = vec![0.0f32; dimension];
    for round in 0..ROUNDS {
        random.shuffle(&mut order);
        let rate = 0.5 * (1.0 - round as f32 / ROUNDS as f32);
        for word in &order {
            let grams: Vec<u32> = gram_buckets(&words[*word], buckets).collect();
            if grams.is_empty() {
                continue;
            }
            let share = 1.0 / grams.len() as f32;
            error.iter_mut().zip(vectors.row(*word)).for_each(|(error, value)| *error = *value);
            for gram in &grams {
                error.iter_mut().zip(table.row(*gram as usize)).for_each(|(error, value)| *error -= share * value);
            }
            for gram in &grams {
                table.row_mut(*gram as usize).iter_mut().zip(&error).for_each(|(value, error)| *value += rate * error);
            }
        }
    }
    table
}
