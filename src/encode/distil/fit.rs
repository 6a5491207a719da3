//! Fitting word vectors so that their sums point where the teacher's text vectors point.

use ndarray::{Array2, ArrayView2};

use super::random::Random;
use crate::encode::vectors::{dot, normalise};

/// A text as rows of the word table, each with its weight.
pub type Bag = Vec<(u32, f32)>;

/// How the vectors are fitted.
#[derive(Debug, Clone, Copy)]
pub struct FitSettings {
    /// Length of a step.
    pub rate: f32,
    /// Times over all texts.
    pub rounds: usize,
    /// Pull of every word back to where it began, once for each text it is in.
    pub pull: f32,
    /// Seed of the order of texts.
    pub seed: u64,
}

/// Moves `words` so that the cosine between the sum of a bag's rows and the bag's row in `targets` grows.
///
/// One text after the other, each row with a step of its own that shrinks as it moves (Adagrad), so the outcome does
/// not depend on threads. Words that are in no text stay where they are. Returns the mean cosine of the last round.
pub fn fit(words: &mut Array2<f32>, bags: &[Bag], targets: ArrayView2<'_, f32>, settings: FitSettings) -> f64 {
    let start = words.clone();
    let dimension = words.ncols();
    let mut moved = vec![1e-6f32; words.nrows()];
    let mut order: Vec<usize> = (0..bags.len().min(targets.nrows())).filter(|i| !bags[*i].is_empty()).collect();
    let mut random = Random::new(settings.seed);
    let (mut sum, mut aim, mut step) = (vec![0.0f32; dimension], vec![0.0f32; dimension], vec![0.0f32; dimension]);
    let mut mean = 0.0;
    for _ in 0..settings.rounds {
        random.shuffle(&mut order);
        mean = 0.0;
        for text in &order {
            sum.fill(0.0);
            for (row, weight) in &bags[*text] {
                let Some(word) = row_of(words, *row) else { continue };
                sum.iter_mut().zip(word).for_each(|(sum, value)| *sum += weight * value);
            }
            aim.iter_mut().zip(targets.row(*text)).for_each(|(aim, value)| *aim = *value);
            normalise(&mut aim);
            // A sum of nearly nothing has no direction to correct; the floor keeps its step finite.
            let length = dot(&sum, &sum).sqrt().max(0.05);
            sum.iter_mut().for_each(|value| *value /= length);
            let cosine = dot(&sum, &aim);
            mean += f64::from(cosine);
            aim.iter_mut().zip(&sum).for_each(|(aim, sum)| *aim = (*aim - cosine * sum) / length);
            for (row, weight) in &bags[*text] {
                let (Some(word), Some(began)) = (row_of_mut(words, *row), row_of(&start, *row)) else { continue };
                for (((step, aim), word), began) in step.iter_mut().zip(&aim).zip(word.iter()).zip(began) {
                    *step = weight * aim - settings.pull * (word - began);
                }
                let moved = &mut moved[*row as usize];
                *moved += dot(&step, &step);
                let rate = settings.rate / moved.sqrt();
                word.iter_mut().zip(&step).for_each(|(word, step)| *word += rate * step);
            }
        }
        mean /= order.len().max(1) as f64;
    }
    mean
}

fn row_of(words: &Array2<f32>, row: u32) -> Option<&[f32]> {
    let width = words.ncols();
    words.as_slice()?.get(row as usize * width..(row as usize + 1) * width)
}

fn row_of_mut(words: &mut Array2<f32>, row: u32) -> Option<&mut [f32]> {
    let width = words.ncols();
    words.as_slice_mut()?.get_mut(row as usize * width..(row as usize + 1) * width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_learn_to_point_at_their_targets() {
        let mut words = ndarray::arr2(&[[1.0, 0.0, 0.1], [0.0, 1.0, 0.1], [0.3, 0.3, 1.0]]);
        let targets = ndarray::arr2(&[[0.0, 1.0, 1.0], [1.0, 0.0, 0.0]]);
        let bags = vec![vec![(0, 1.0), (1, 1.0)], vec![(0, 1.0), (7, 1.0)], vec![]];
        let settings = FitSettings { rate: 0.05, rounds: 200, pull: 0.0, seed: 1 };
        assert!(fit(&mut words, &bags, targets.view(), settings) > 0.97);
        assert_eq!(words.row(2), ndarray::arr1(&[0.3, 0.3, 1.0]));
    }
}
