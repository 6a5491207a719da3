//! The nearest points of every point, by cosine similarity.
//!
//! Up to [`EXACT_UP_TO`] points by blocked matrix products over each pair of points once; above that within
//! inverted lists over spherical k-means (the IVF of Sivic and Zisserman, 2003, and of FAISS). Memory is linear in
//! the number of points in both. Ties go to the smaller index, so that the result is one whatever the blocking and
//! the number of threads.

use std::sync::{Mutex, MutexGuard, PoisonError};

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2, Axis, s};
use rayon::prelude::*;

use super::kmeans::{self, KMeans};

/// Most points for which every pair is compared.
pub const EXACT_UP_TO: usize = 30_000;
/// Rows multiplied at a time; a strip of this many rows by all columns is held.
const STRIP_ROWS: usize = 512;
/// Columns that one task scans.
const STRIP_COLUMNS: usize = 256;
/// Lists that each list is compared with, itself among them; more where others have it among theirs.
const PROBED_LISTS: usize = 40;

/// The `k` nearest others of each point, nearest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbours {
    k: usize,
    /// `points * k` indices.
    indices: Vec<u32>,
    /// Their cosine similarities.
    similarities: Vec<f32>,
}

impl Neighbours {
    /// Neighbours per point: as asked for, or all others where there are fewer.
    pub fn k(&self) -> usize {
        self.k
    }

    /// Number of points.
    pub fn len(&self) -> usize {
        self.indices.len().checked_div(self.k).unwrap_or(0)
    }

    /// Whether there is no neighbour at all.
    pub fn is_empty(&self) -> bool {
        self.indices.is_empty()
    }

    /// Neighbours of `point` with their similarity, nearest first; empty for a point that is not there.
    pub fn of(&self, point: usize) -> impl Iterator<Item = (usize, f32)> + '_ {
        let range = point.saturating_mul(self.k)..point.saturating_add(1).saturating_mul(self.k);
        let indices = self.indices.get(range.clone()).unwrap_or_default();
        let similarities = self.similarities.get(range).unwrap_or_default();
        indices.iter().zip(similarities).filter(|(index, _)| **index != ABSENT).map(|(&i, &s)| (i as usize, s))
    }
}

/// Fills the places of a list that found fewer than `k`.
const ABSENT: u32 = u32::MAX;

/// The `k` nearest others of each row of `points` (unit length), exact up to [`EXACT_UP_TO`] points.
pub fn nearest(points: ArrayView2<'_, f32>, k: usize, seed: u64) -> Neighbours {
    if points.nrows() <= EXACT_UP_TO { exact(points, k) } else { by_lists(points, k, seed) }
}

/// The `k` best so far of one point.
struct Best<'a> {
    indices: &'a mut [u32],
    similarities: &'a mut [f32],
}

impl Best<'_> {
    /// What a newcomer must reach.
    #[inline]
    fn bar(&self) -> f32 {
        self.similarities.last().copied().unwrap_or(f32::INFINITY)
    }

    /// Puts the newcomer in its place: higher similarity first, then smaller index.
    fn insert(&mut self, index: u32, similarity: f32) {
        let ahead = |at: usize| {
            self.similarities[at] > similarity || (self.similarities[at] == similarity && self.indices[at] < index)
        };
        let mut at = self.indices.len();
        while at > 0 && !ahead(at - 1) {
            at -= 1;
        }
        if at < self.indices.len() {
            self.indices[at..].rotate_right(1);
            self.similarities[at..].rotate_right(1);
            self.indices[at] = index;
            self.similarities[at] = similarity;
        }
    }
}

fn empty(points: usize, k: usize) -> Neighbours {
    Neighbours { k, indices: vec![ABSENT; points * k], similarities: vec![f32::NEG_INFINITY; points * k] }
}

/// Every pair of points compared once.
pub fn exact(points: ArrayView2<'_, f32>, k: usize) -> Neighbours {
    let count = points.nrows();
    let k = k.min(count.saturating_sub(1));
    let mut found = empty(count, k);
    if k == 0 {
        return found;
    }
    let mut strip = Array2::<f32>::zeros((STRIP_ROWS.min(count), count));
    for first in (0..count).step_by(STRIP_ROWS) {
        let rows = STRIP_ROWS.min(count - first);
        let mut strip = strip.slice_mut(s![..rows, ..count - first]);
        general_mat_mul(
            1.0,
            &points.slice(s![first..first + rows, ..]),
            &points.slice(s![first.., ..]).t(),
            0.0,
            &mut strip,
        );
        offer_strip(strip.view(), first, &mut found);
    }
    found
}

/// Offers the similarities of points `first..` with points `first..first + rows` to both sides.
fn offer_strip(strip: ArrayView2<'_, f32>, first: usize, found: &mut Neighbours) {
    let (k, rows) = (found.k, strip.nrows());
    let indices = &mut found.indices[first * k..];
    let similarities = &mut found.similarities[first * k..];
    // Rows of the strip: each sees all columns from its own block on.
    let of_rows = indices.par_chunks_mut(k).zip(similarities.par_chunks_mut(k)).take(rows).enumerate();
    of_rows.for_each(|(row, (indices, similarities))| {
        let mut best = Best { indices, similarities };
        let mut bar = best.bar();
        for (column, &similarity) in strip.row(row).iter().enumerate() {
            if similarity >= bar && column != row {
                best.insert((first + column) as u32, similarity);
                bar = best.bar();
            }
        }
    });
    // Columns past the block: each sees the strip's rows, scanned row by row as they lie in memory.
    let width = STRIP_COLUMNS * k;
    let of_columns = indices[rows * k..].par_chunks_mut(width).zip(similarities[rows * k..].par_chunks_mut(width));
    of_columns.enumerate().for_each(|(task, (indices, similarities))| {
        let from = rows + task * STRIP_COLUMNS;
        let columns = indices.len() / k;
        let mut bars: Vec<f32> = similarities.chunks(k).map(|own| own[k - 1]).collect();
        for row in 0..rows {
            let line = strip.slice(s![row, from..from + columns]);
            for (column, &similarity) in line.iter().enumerate() {
                if similarity >= bars[column] {
                    let own = column * k..(column + 1) * k;
                    let mut best = Best { indices: &mut indices[own.clone()], similarities: &mut similarities[own] };
                    best.insert((first + row) as u32, similarity);
                    bars[column] = best.bar();
                }
            }
        }
    });
}

/// Neighbours among the points of the lists near a point's own.
///
/// Two lists are compared where either is among the other's nearest, and once for both: no point misses one that has
/// it on its list, and half of the products are saved.
pub fn by_lists(points: ArrayView2<'_, f32>, k: usize, seed: u64) -> Neighbours {
    let count = points.nrows();
    let k = k.min(count.saturating_sub(1));
    if k == 0 {
        return empty(count, k);
    }
    let settings = KMeans { clusters: number_of_lists(count), rounds: 4, most_per_cluster: 20, seed };
    let centroids = kmeans::train(points, &settings);
    let lists = Lists::new(points, &kmeans::assign(points, centroids.view()), centroids.nrows());
    let near = exact(centroids.view(), PROBED_LISTS - 1);
    let mut pairs: Vec<(usize, usize)> = (0..centroids.nrows())
        .flat_map(|list| near.of(list).map(move |(other, _)| (list.min(other), list.max(other))).chain([(list, list)]))
        .collect();
    pairs.sort_unstable();
    pairs.dedup();
    let found: Vec<Mutex<Neighbours>> =
        lists.bounds.windows(2).map(|bounds| Mutex::new(empty(bounds[1] - bounds[0], k))).collect();
    pairs.par_iter().for_each(|&(one, other)| {
        let products = lists.of(one).dot(&lists.of(other).t());
        let (of_one, of_other) = (lists.points_of(one), lists.points_of(other));
        offer_rows(products.view(), of_one, of_other, &mut hold(&found[one]));
        if one != other {
            offer_columns(products.view(), of_one, &mut hold(&found[other]));
        }
    });
    let mut all = empty(count, k);
    for (list, part) in found.into_iter().enumerate() {
        let part = part.into_inner().unwrap_or_else(PoisonError::into_inner);
        for (at, &point) in lists.points_of(list).iter().enumerate() {
            let to = point as usize * k..(point as usize + 1) * k;
            all.indices[to.clone()].copy_from_slice(&part.indices[at * k..(at + 1) * k]);
            all.similarities[to].copy_from_slice(&part.similarities[at * k..(at + 1) * k]);
        }
    }
    all
}

fn hold(part: &Mutex<Neighbours>) -> MutexGuard<'_, Neighbours> {
    part.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The points list by list, so that each list's lie side by side.
struct Lists {
    rows: Array2<f32>,
    /// The point of each row, ascending within a list.
    points: Vec<u32>,
    /// Where each list begins; one more than lists.
    bounds: Vec<usize>,
}

impl Lists {
    fn new(points: ArrayView2<'_, f32>, assigned: &[u32], lists: usize) -> Self {
        let mut order: Vec<usize> = (0..assigned.len()).collect();
        order.sort_by_key(|&point| assigned[point]);
        let mut bounds = vec![0; lists + 1];
        assigned.iter().for_each(|&list| bounds[list as usize + 1] += 1);
        for list in 0..lists {
            bounds[list + 1] += bounds[list];
        }
        let rows = points.select(Axis(0), &order);
        Lists { rows, points: order.into_iter().map(|point| point as u32).collect(), bounds }
    }

    fn of(&self, list: usize) -> ArrayView2<'_, f32> {
        self.rows.slice(s![self.bounds[list]..self.bounds[list + 1], ..])
    }

    fn points_of(&self, list: usize) -> &[u32] {
        &self.points[self.bounds[list]..self.bounds[list + 1]]
    }
}

/// Offers each row's point the points of the columns, but not itself.
fn offer_rows(products: ArrayView2<'_, f32>, points: &[u32], others: &[u32], found: &mut Neighbours) {
    let k = found.k;
    let own = found.indices.chunks_mut(k).zip(found.similarities.chunks_mut(k));
    for (((indices, similarities), line), &point) in own.zip(products.rows()).zip(points) {
        let mut best = Best { indices, similarities };
        let mut bar = best.bar();
        for (&other, &similarity) in others.iter().zip(line) {
            if similarity >= bar && other != point {
                best.insert(other, similarity);
                bar = best.bar();
            }
        }
    }
}

/// Offers each column's point the points of the rows, row by row as they lie in memory.
fn offer_columns(products: ArrayView2<'_, f32>, points: &[u32], found: &mut Neighbours) {
    let k = found.k;
    let mut bars: Vec<f32> = found.similarities.chunks(k).map(|own| own[k - 1]).collect();
    for (line, &point) in products.rows().into_iter().zip(points) {
        for (column, &similarity) in line.iter().enumerate() {
            if similarity >= bars[column] {
                let own = column * k..(column + 1) * k;
                let mut best =
                    Best { indices: &mut found.indices[own.clone()], similarities: &mut found.similarities[own] };
                best.insert(point, similarity);
                bars[column] = best.bar();
            }
        }
    }
}

/// Four lists per square root of the points: assigning and searching then cost alike.
fn number_of_lists(points: usize) -> usize {
    (4.0 * (points as f64).sqrt()) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::random::Random;

    /// Unit vectors around a few directions.
    fn points(count: usize, dimension: usize, seed: u64) -> Array2<f32> {
        let mut random = Random::new(seed);
        let mut number = || random.below(2_001) as f32 / 1_000.0 - 1.0;
        let directions = Array2::from_shape_simple_fn((12, dimension), &mut number);
        let mut points = Array2::from_shape_simple_fn((count, dimension), &mut number);
        for (at, mut point) in points.rows_mut().into_iter().enumerate() {
            point.scaled_add(1.5, &directions.row(at % 12));
            let length = point.dot(&point).sqrt();
            point /= length;
        }
        points
    }

    fn one_by_one(points: &Array2<f32>, of: usize, k: usize) -> Vec<usize> {
        let mut others: Vec<(f32, usize)> =
            (0..points.nrows()).filter(|&at| at != of).map(|at| (points.row(of).dot(&points.row(at)), at)).collect();
        others.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        others.into_iter().take(k).map(|(_, at)| at).collect()
    }

    #[test]
    fn exact_neighbours_are_those_found_one_by_one_across_blocks() {
        let points = points(1_300, 24, 1);
        let found = exact(points.view(), 7);
        for of in (0..1_300).step_by(13) {
            assert_eq!(found.of(of).map(|(at, _)| at).collect::<Vec<_>>(), one_by_one(&points, of, 7), "point {of}");
        }
    }

    #[test]
    fn equal_similarities_go_to_the_smaller_index() {
        let points = Array2::from_elem((5, 2), std::f32::consts::FRAC_1_SQRT_2);
        let found = exact(points.view(), 2);
        assert_eq!(found.of(0).map(|(at, _)| at).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(found.of(4).map(|(at, _)| at).collect::<Vec<_>>(), [0, 1]);
    }

    #[test]
    fn lists_find_nearly_all_neighbours() {
        let points = points(6_000, 24, 2);
        let found = by_lists(points.view(), 10, 3);
        let hits: usize = (0..6_000)
            .step_by(60)
            .map(|of| {
                let wanted = one_by_one(&points, of, 10);
                found.of(of).filter(|(at, _)| wanted.contains(at)).count()
            })
            .sum();
        assert!(hits >= 900, "recall {}", hits as f64 / 1_000.0);
    }

    #[test]
    fn one_thread_and_four_find_the_same() {
        let points = points(1_200, 16, 4);
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| (exact(points.view(), 5), by_lists(points.view(), 5, 1)))
        };
        assert_eq!(with(1), with(4));
    }

    #[test]
    fn few_points_have_few_neighbours() {
        assert!(exact(Array2::zeros((0, 3)).view(), 4).is_empty());
        assert!(exact(Array2::zeros((1, 3)).view(), 4).is_empty());
        assert_eq!(exact(points(3, 4, 5).view(), 9).k(), 2);
    }
}
