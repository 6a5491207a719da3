//! How fine the clusters should be: at the resolution where runs from different seeds agree.
//!
//! Partitions that are there in the data are found again from any seed; those that cut through a group or lump two
//! are not (stability as in Lambiotte, 2010, and Ben-Hur, Elisseeff and Guyon, 2002). Agreement often has a plateau;
//! its weighted middle is taken, since the highest point of a plateau jumps when a few answers are added.

use ndarray::Axis;
use rayon::prelude::*;

use super::communities::{Communities, Leiden};
use super::graph::{self, Graph};
use super::space::Space;
use super::{ClusterSettings, neighbours};

/// Resolutions tried, as half powers of two: 0.35 to 5.7.
const HALF_POWERS: std::ops::RangeInclusive<i32> = -3..=5;
/// Runs compared at each.
const RUNS: u64 = 4;
/// Agreement this much lower counts `1/e` as much.
const SLACK: f64 = 0.01;
/// Points on which resolutions are tried; they carry over to more, since modularity goes by shares of the whole.
const SAMPLE: usize = 5_000;

/// The resolution at which communities of `graph` agree best over seeds.
pub fn choose(space: &Space, graph: &Graph, settings: &ClusterSettings) -> f64 {
    let leiden =
        if space.points.nrows() > SAMPLE { Leiden::new(&sampled_graph(space, settings)) } else { Leiden::new(graph) };
    let tries: Vec<(i32, u64)> = HALF_POWERS.flat_map(|power| (0..RUNS).map(move |run| (power, run))).collect();
    let found: Vec<Vec<u32>> = tries
        .par_iter()
        .map(|&(power, run)| leiden.find(resolution_of(power), settings.seed.wrapping_add(run)))
        .collect();
    let agreements: Vec<f64> = found.chunks(RUNS as usize).map(agreement).collect();
    middle_of_plateau(&agreements)
}

fn resolution_of(half_power: i32) -> f64 {
    (f64::from(half_power) / 2.0).exp2()
}

/// Mean of the half powers, weighted by how near each comes to the best agreement.
fn middle_of_plateau(agreements: &[f64]) -> f64 {
    let best = agreements.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let (mut weights, mut sum) = (0.0, 0.0);
    for (half_power, agreement) in HALF_POWERS.zip(agreements) {
        let weight = ((agreement - best) / SLACK).exp();
        weights += weight;
        sum += weight * f64::from(half_power);
    }
    (sum / weights / 2.0).exp2()
}

/// The graph of an even sample: the points with the smallest fingerprints, so that adding or taking away other points
/// leaves a point in or out of it.
fn sampled_graph(space: &Space, settings: &ClusterSettings) -> Graph {
    let mut chosen: Vec<usize> = (0..space.points.nrows()).collect();
    chosen.sort_unstable_by_key(|&point| (space.fingerprints[point], point));
    chosen.truncate(SAMPLE);
    chosen.sort_unstable();
    let sample = space.points.select(Axis(0), &chosen);
    let neighbours = neighbours::exact(sample.view(), settings.neighbours_among(sample.nrows()));
    graph::fuzzy(&neighbours, settings.floor)
}

/// Mean adjusted Rand index over pairs of runs; runs that put everything together agree on nothing.
fn agreement(runs: &[Vec<u32>]) -> f64 {
    let runs: Vec<Vec<usize>> =
        runs.iter().map(|run| run.iter().map(|&community| community as usize).collect()).collect();
    let (mut sum, mut pairs) = (0.0, 0.0);
    for (at, one) in runs.iter().enumerate() {
        for other in &runs[at + 1..] {
            let trivial = one.iter().chain(other).all(|&community| community == 0);
            sum += if trivial { 0.0 } else { leiden_rs::ari(one, other) };
            pairs += 1.0;
        }
    }
    sum / f64::max(pairs, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_a_plateau_is_taken() {
        let peak = middle_of_plateau(&[0.1, 0.1, 0.1, 0.1, 0.1, 0.9, 0.1, 0.1, 0.1]);
        assert!((peak - 2.0).abs() < 1e-6, "{peak}");
        let plateau = middle_of_plateau(&[0.5, 0.5, 0.9, 0.9, 0.9, 0.9, 0.9, 0.5, 0.5]);
        assert!((plateau - 2f64.powf(0.5)).abs() < 1e-6, "{plateau}");
    }

    #[test]
    fn runs_that_lump_everything_agree_on_nothing() {
        assert_eq!(agreement(&[vec![0, 0, 0], vec![0, 0, 0]]), 0.0);
        assert_eq!(agreement(&[vec![0, 1, 1], vec![1, 0, 0]]), 1.0);
    }
}
