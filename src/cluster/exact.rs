//! Exactly as many clusters as asked for: communities at about that number, then merged or split to it.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use ndarray::{Array1, Array2, ArrayView2, Axis};

use super::communities::{self, Communities, Leiden};
use super::graph::Graph;
use super::{ClusterSettings, kmeans};

/// Halvings of the resolution's range (in octaves) when looking for the number.
const SEARCH_STEPS: usize = 10;
/// Range of resolutions searched, as powers of two.
const OCTAVES: (f64, f64) = (-8.0, 10.0);
/// Rounds of two-means when a cluster is split.
const SPLIT_ROUNDS: usize = 8;

/// Puts each point in one of exactly `number` clusters; `number` is at most the number of points.
pub fn cluster(points: ArrayView2<'_, f32>, graph: &Graph, number: usize, settings: &ClusterSettings) -> Vec<u32> {
    let resolution = resolution_for(graph, number, settings.seed);
    let mut membership = communities::consensus(graph, resolution, settings.runs, settings.rounds, settings.seed);
    let found = communities::count(&membership);
    if found > number {
        membership = merge(points, graph, &membership, number);
    } else if found < number {
        split(points, &mut membership, number);
    }
    membership
}

/// The lowest resolution, to a step of the search, at which one run finds `number` communities or more.
fn resolution_for(graph: &Graph, number: usize, seed: u64) -> f64 {
    let leiden = Leiden::new(graph);
    let (mut low, mut high) = OCTAVES;
    for _ in 0..SEARCH_STEPS {
        let middle = (low + high) / 2.0;
        if communities::count(&leiden.find(middle.exp2(), seed)) >= number {
            high = middle;
        } else {
            low = middle;
        }
    }
    high.exp2()
}

/// A cost that can be ordered.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Cost(f32);

impl Eq for Cost {}

impl Ord for Cost {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Cost {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// A merge that was possible when the two clusters had these versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Offer {
    cost: Cost,
    one: u32,
    other: u32,
    version_one: u32,
    version_other: u32,
}

/// Clusters being merged along the edges between them, the pair first that adds least to the squares within
/// clusters (Ward, 1963).
struct Merging {
    sums: Array2<f32>,
    sizes: Vec<f32>,
    /// Clusters joined to each by an edge.
    beside: Vec<BTreeSet<u32>>,
    /// Where a merged cluster went; itself while it lives.
    into: Vec<u32>,
    /// Grows whenever a cluster changes, so that old offers are known.
    version: Vec<u32>,
    offers: BinaryHeap<Reverse<Offer>>,
}

/// Merges the clusters of `membership` until `number` are left.
fn merge(points: ArrayView2<'_, f32>, graph: &Graph, membership: &[u32], number: usize) -> Vec<u32> {
    let mut merging = Merging::new(points, graph, membership);
    let mut left = merging.sizes.len();
    while left > number {
        let Some((one, other)) = merging.best_pair() else { break };
        merging.join(one, other);
        left -= 1;
    }
    let roots: Vec<u32> = (0..merging.into.len() as u32).map(|cluster| merging.root(cluster)).collect();
    communities::dense(&membership.iter().map(|&cluster| roots[cluster as usize]).collect::<Vec<_>>())
}

impl Merging {
    fn new(points: ArrayView2<'_, f32>, graph: &Graph, membership: &[u32]) -> Self {
        let clusters = communities::count(membership);
        let mut sums = Array2::zeros((clusters, points.ncols()));
        let mut sizes = vec![0.0; clusters];
        for (point, &cluster) in points.rows().into_iter().zip(membership) {
            let mut sum = sums.row_mut(cluster as usize);
            sum += &point;
            sizes[cluster as usize] += 1.0;
        }
        let mut beside = vec![BTreeSet::new(); clusters];
        for &(one, other, _) in &graph.edges {
            let (one, other) = (membership[one as usize], membership[other as usize]);
            if one != other {
                beside[one as usize].insert(other);
                beside[other as usize].insert(one);
            }
        }
        let mut merging = Merging {
            sums,
            sizes,
            beside,
            into: (0..clusters as u32).collect(),
            version: vec![0; clusters],
            offers: BinaryHeap::new(),
        };
        for one in 0..clusters as u32 {
            merging.offer_all(one, |other| other > one);
        }
        merging
    }

    /// What merging adds to the squares within clusters.
    fn cost(&self, one: u32, other: u32) -> Cost {
        let (one, other) = (one as usize, other as usize);
        let (size_one, size_other) = (self.sizes[one], self.sizes[other]);
        let between: f32 = self
            .sums
            .row(one)
            .iter()
            .zip(self.sums.row(other))
            .map(|(a, b)| (a / size_one - b / size_other).powi(2))
            .sum();
        Cost(between * size_one * size_other / (size_one + size_other))
    }

    fn offer_all(&mut self, one: u32, wanted: impl Fn(u32) -> bool) {
        let others: Vec<u32> = self.beside[one as usize].iter().copied().filter(|&other| wanted(other)).collect();
        for other in others {
            self.offer(one, other);
        }
    }

    fn offer(&mut self, one: u32, other: u32) {
        let (one, other) = (one.min(other), one.max(other));
        let (version_one, version_other) = (self.version[one as usize], self.version[other as usize]);
        self.offers.push(Reverse(Offer { cost: self.cost(one, other), one, other, version_one, version_other }));
    }

    /// The cheapest pair joined by an edge; where no edge is left, the smallest cluster and its cheapest other.
    fn best_pair(&mut self) -> Option<(u32, u32)> {
        while let Some(Reverse(Offer { one, other, version_one, version_other, .. })) = self.offers.pop() {
            if self.version[one as usize] == version_one && self.version[other as usize] == version_other {
                return Some((one, other));
            }
        }
        let alive = || (0..self.into.len() as u32).filter(|&cluster| self.into[cluster as usize] == cluster);
        let smallest = alive().min_by_key(|&cluster| (Cost(self.sizes[cluster as usize]), cluster))?;
        let other =
            alive().filter(|&other| other != smallest).min_by_key(|&other| (self.cost(smallest, other), other))?;
        Some((smallest.min(other), smallest.max(other)))
    }

    fn join(&mut self, one: u32, other: u32) {
        let moved = self.sums.row(other as usize).to_owned();
        let mut sum = self.sums.row_mut(one as usize);
        sum += &moved;
        self.sizes[one as usize] += self.sizes[other as usize];
        self.into[other as usize] = one;
        self.version[one as usize] += 1;
        // A version that no offer carries: the merged cluster is out of the game.
        self.version[other as usize] = u32::MAX;
        let beside = std::mem::take(&mut self.beside[other as usize]);
        for third in beside {
            self.beside[third as usize].remove(&other);
            if third != one {
                self.beside[third as usize].insert(one);
                self.beside[one as usize].insert(third);
            }
        }
        self.beside[one as usize].remove(&other);
        self.offer_all(one, |_| true);
    }

    fn root(&self, mut cluster: u32) -> u32 {
        while self.into[cluster as usize] != cluster {
            cluster = self.into[cluster as usize];
        }
        cluster
    }
}

/// Splits the cluster with most squares within, again and again, until there are `number`.
fn split(points: ArrayView2<'_, f32>, membership: &mut [u32], number: usize) {
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); communities::count(membership)];
    for (point, &cluster) in membership.iter().enumerate() {
        members[cluster as usize].push(point);
    }
    let offer =
        |cluster: usize, members: &[usize]| (Cost(squares_within(points, members)), members.len(), Reverse(cluster));
    let mut offers: BinaryHeap<_> =
        members.iter().enumerate().map(|(cluster, members)| offer(cluster, members)).collect();
    while members.len() < number {
        let Some((_, size, Reverse(cluster))) = offers.pop() else { break };
        if size < 2 {
            continue;
        }
        let (kept, moved) = halve(points, &members[cluster]);
        let new = members.len();
        for &point in &moved {
            membership[point] = new as u32;
        }
        offers.push(offer(cluster, &kept));
        offers.push(offer(new, &moved));
        members[cluster] = kept;
        members.push(moved);
    }
}

/// Sum over members of the squared distance to their mean.
fn squares_within(points: ArrayView2<'_, f32>, members: &[usize]) -> f32 {
    let mut sum = Array1::<f32>::zeros(points.ncols());
    let mut squares = 0.0;
    for &point in members {
        let point = points.row(point);
        sum += &point;
        squares += point.dot(&point);
    }
    (squares - sum.dot(&sum) / members.len().max(1) as f32).max(0.0)
}

/// Two-means from the member farthest from the first, and the one farthest from that; both halves hold some.
fn halve(points: ArrayView2<'_, f32>, members: &[usize]) -> (Vec<usize>, Vec<usize>) {
    let own = points.select(Axis(0), members);
    let farthest = |from: usize| {
        let products = own.dot(&own.row(from));
        let nearest_last = products.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1).then(a.0.cmp(&b.0)));
        nearest_last.map_or(0, |(at, _)| at)
    };
    let first = farthest(0);
    let second = farthest(first);
    let centres = kmeans::refine(own.view(), own.select(Axis(0), &[first, second]), SPLIT_ROUNDS);
    let assigned = kmeans::assign(own.view(), centres.view());
    let half = |wanted: u32| {
        members.iter().zip(&assigned).filter(|(_, side)| **side == wanted).map(|(&point, _)| point).collect::<Vec<_>>()
    };
    let (kept, moved) = (half(0), half(1));
    if kept.is_empty() || moved.is_empty() {
        let (kept, moved) = members.split_at(members.len() / 2);
        return (kept.to_vec(), moved.to_vec());
    }
    (kept, moved)
}
