//! Quotes for each cluster: the most central answer, and two that differ from it and from each other.

use ndarray::{Array1, ArrayView1, ArrayView2};
use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::Clustering;

/// Quotes per cluster.
pub const QUOTES: usize = 3;
/// Lengths, in characters, that read well in a report.
const READABLE: std::ops::RangeInclusive<usize> = 30..=300;
/// The most central answers considered.
const CANDIDATES: usize = 200;
/// How much closeness to the centre counts beside being different.
const CLOSENESS: f32 = 0.5;

/// Rows to quote for each cluster, the most central first; fewer than three where there are fewer different texts.
///
/// The first is the answer of readable length closest to the centre; the others by maximal marginal relevance
/// (Carbonell and Goldstein, 1998). Texts that differ only in case, spaces or punctuation count as one. Only rows
/// with `quotable[row]` are taken.
pub fn choose(
    vectors: ArrayView2<'_, f32>,
    texts: &[&str],
    quotable: &[bool],
    clustering: &Clustering,
) -> Vec<Vec<usize>> {
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); clustering.count];
    for (row, cluster) in clustering.membership.iter().enumerate().take(texts.len().min(vectors.nrows())) {
        let own = cluster.and_then(|cluster| members.get_mut(cluster as usize));
        if let (Some(own), Some(true)) = (own, quotable.get(row)) {
            own.push(row);
        }
    }
    let mean = mean(vectors);
    members.par_iter().map(|members| choose_from(vectors, mean.view(), texts, clustering, members)).collect()
}

fn mean(vectors: ArrayView2<'_, f32>) -> Array1<f32> {
    let mut sum = Array1::<f64>::zeros(vectors.ncols());
    for vector in vectors.rows() {
        sum.zip_mut_with(&vector, |sum, &value| *sum += f64::from(value));
    }
    (sum / vectors.nrows().max(1) as f64).mapv(|value| value as f32)
}

fn choose_from(
    vectors: ArrayView2<'_, f32>,
    mean: ArrayView1<'_, f32>,
    texts: &[&str],
    clustering: &Clustering,
    members: &[usize],
) -> Vec<usize> {
    let candidates = candidates(texts, clustering, members);
    let points: Vec<Array1<f32>> = candidates.iter().map(|&row| unit(&vectors.row(row) - &mean)).collect();
    let closeness = |at: usize| clustering.scores[candidates[at]].value() as f32;
    let mut chosen: Vec<usize> = Vec::new();
    // How alike each candidate is to what is chosen.
    let mut nearest = vec![0.0f32; candidates.len()];
    while chosen.len() < QUOTES.min(candidates.len()) {
        let next = if chosen.is_empty() {
            Some(0)
        } else {
            let worth = |at: usize| CLOSENESS * closeness(at) - (1.0 - CLOSENESS) * nearest[at];
            let open = (0..candidates.len()).filter(|at| !chosen.contains(at));
            open.max_by(|&one, &other| worth(one).total_cmp(&worth(other)).then(other.cmp(&one)))
        };
        let Some(next) = next else { break };
        for (at, near) in nearest.iter_mut().enumerate() {
            let similarity = points[at].dot(&points[next]);
            *near = if chosen.is_empty() { similarity } else { near.max(similarity) };
        }
        chosen.push(next);
    }
    chosen.into_iter().map(|at| candidates[at]).collect()
}

/// Members with different texts, the most central first; those of readable length, unless they are too few.
fn candidates(texts: &[&str], clustering: &Clustering, members: &[usize]) -> Vec<usize> {
    let mut order = members.to_vec();
    order.sort_by(|&one, &other| {
        clustering.scores[other]
            .cmp(&clustering.scores[one])
            .then_with(|| (texts[one], one).cmp(&(texts[other], other)))
    });
    let mut seen = FxHashSet::default();
    let mut readable = Vec::new();
    let mut rest = Vec::new();
    for row in order {
        if readable.len() == CANDIDATES {
            break;
        }
        if seen.insert(bare(texts[row])) {
            let fits = READABLE.contains(&texts[row].trim().chars().count());
            if fits { readable.push(row) } else { rest.push(row) }
        }
    }
    let missing = QUOTES.saturating_sub(readable.len());
    readable.extend(rest.into_iter().take(missing));
    readable
}

/// Letters and digits alone, in lower case.
fn bare(text: &str) -> String {
    text.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn unit(mut vector: Array1<f32>) -> Array1<f32> {
    let length = vector.dot(&vector).sqrt();
    if length > 1e-6 {
        vector /= length;
    }
    vector
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::score::Score;

    #[test]
    fn the_first_quote_is_central_and_the_others_differ() {
        let vectors = array![[1.0f32, 0.0, 0.0], [0.99, 0.1, 0.0], [0.8, 0.6, 0.0], [0.8, 0.0, 0.6], [-1.0, 0.0, 0.0]];
        let texts = [
            "Kommunene må snakke sammen på tvers.",
            "kommunene må snakke sammen, på tvers!",
            "La innbyggerne få være med fra start.",
            "Gi oss tid til å prøve ting sammen.",
            "Noe helt annet som ikke hører hjemme her.",
        ];
        let clustering = Clustering {
            membership: vec![Some(0), Some(0), Some(0), Some(0), Some(1)],
            scores: [0.98, 0.97, 0.9, 0.9, 1.0].map(Score::new).to_vec(),
            count: 2,
        };
        let quotes = choose(vectors.view(), &texts, &[true; 5], &clustering);
        assert_eq!(quotes[0][0], 0);
        assert_eq!(quotes[0].len(), 3, "the second row says the first again");
        assert!(quotes[0].contains(&2) && quotes[0].contains(&3));
        assert_eq!(quotes[1], [4]);
        let barred = choose(vectors.view(), &texts, &[false, true, true, true, false], &clustering);
        assert_eq!((barred[0][0], barred[1].len()), (1, 0));
    }
}
