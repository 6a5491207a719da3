//! Spherical k-means (Dhillon and Modha, 2001): centroids of unit length, cosine similarity.

use ndarray::{Array2, ArrayView2, Axis, s};
use rayon::prelude::*;

use super::random::Random;

/// Points assigned at a time.
const BLOCK: usize = 1_024;

/// How to train.
#[derive(Debug, Clone, Copy)]
pub struct KMeans {
    /// Centroids wanted; at least one, at most one per point is used.
    pub clusters: usize,
    /// Rounds of assignment and averaging.
    pub rounds: usize,
    /// Points used for training, per cluster; an even sample is taken where there are more.
    pub most_per_cluster: usize,
    /// For the first centroids.
    pub seed: u64,
}

/// Centroids from random points, refined on a sample.
pub fn train(points: ArrayView2<'_, f32>, settings: &KMeans) -> Array2<f32> {
    let clusters = settings.clusters.clamp(1, points.nrows().max(1));
    let mut random = Random::new(settings.seed);
    let sample = random.sample(points.nrows(), clusters.saturating_mul(settings.most_per_cluster.max(1)));
    let sample = points.select(Axis(0), &sample);
    let first = random.sample(sample.nrows(), clusters);
    refine(sample.view(), sample.select(Axis(0), &first), settings.rounds)
}

/// Rounds of assignment and averaging, until nothing moves; a centroid that lost all its points stays where it is.
pub fn refine(points: ArrayView2<'_, f32>, mut centroids: Array2<f32>, rounds: usize) -> Array2<f32> {
    let mut before = Vec::new();
    for _ in 0..rounds {
        let assigned = assign(points, centroids.view());
        if assigned == before {
            break;
        }
        centroids = averages(points, &assigned, centroids);
        before = assigned;
    }
    centroids
}

/// The nearest centroid of each point; the first of equally near ones.
pub fn assign(points: ArrayView2<'_, f32>, centroids: ArrayView2<'_, f32>) -> Vec<u32> {
    let blocks: Vec<usize> = (0..points.nrows()).step_by(BLOCK).collect();
    blocks
        .into_par_iter()
        .flat_map_iter(|first| {
            let last = (first + BLOCK).min(points.nrows());
            let products = points.slice(s![first..last, ..]).dot(&centroids.t());
            let nearest: Vec<u32> = products.rows().into_iter().map(|line| position_of_largest(line.iter())).collect();
            nearest
        })
        .collect()
}

fn position_of_largest<'a>(values: impl Iterator<Item = &'a f32>) -> u32 {
    let mut best = (0, f32::NEG_INFINITY);
    for (at, &value) in values.enumerate() {
        if value > best.1 {
            best = (at as u32, value);
        }
    }
    best.0
}

/// The mean direction of each centroid's points, summed in the order of the points.
pub fn averages(points: ArrayView2<'_, f32>, assigned: &[u32], before: Array2<f32>) -> Array2<f32> {
    let mut sums = Array2::<f32>::zeros(before.raw_dim());
    for (point, &centroid) in points.rows().into_iter().zip(assigned) {
        let mut sum = sums.row_mut(centroid as usize);
        sum += &point;
    }
    for (mut sum, before) in sums.rows_mut().into_iter().zip(before.rows()) {
        let length = sum.dot(&sum).sqrt();
        if length > 1e-6 {
            sum /= length;
        } else {
            sum.assign(&before);
        }
    }
    sums
}
