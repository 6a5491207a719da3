//! Communities of a graph, and what several runs agree on.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::graph::Graph;
use super::leiden::{self, Neighbourhoods};
use super::random::Random;

/// Finds groups of points that are joined more strongly than chance would have it.
pub trait Communities: Sync {
    /// The community of each point, numbered from 0; a higher `resolution` gives more and smaller ones.
    fn find(&self, resolution: f64, seed: u64) -> Vec<u32>;
}

/// The Leiden method on modularity with a resolution.
pub struct Leiden {
    graph: Neighbourhoods,
}

impl Leiden {
    /// Prepares `graph` for any number of runs.
    pub fn new(graph: &Graph) -> Self {
        Leiden { graph: Neighbourhoods::of(graph) }
    }
}

impl Communities for Leiden {
    fn find(&self, resolution: f64, seed: u64) -> Vec<u32> {
        leiden::communities(&self.graph, resolution, seed)
    }
}

/// What `runs` runs from different seeds agree on (consensus clustering; Lancichinetti and Fortunato, 2012).
///
/// Points that all runs put together are held together from then on, as one point. Each edge between the rest keeps
/// the share of runs that joined its ends; edges that fewer than half of the runs keep are cut. The runs are
/// repeated on what is left, until all agree or `rounds` are over.
pub fn consensus(graph: &Graph, resolution: f64, runs: usize, rounds: usize, seed: u64) -> Vec<u32> {
    let mut random = Random::new(seed);
    let mut found = find_all(graph, resolution, runs, &mut random);
    let mut current = graph.clone();
    let mut core_of: Vec<u32> = (0..graph.points as u32).collect();
    for _ in 0..rounds {
        let cores = cores(&found);
        reweigh(&mut current, &found);
        current = contract(&current, &cores);
        core_of.iter_mut().for_each(|core| *core = cores[*core as usize]);
        found = find_all(&current, resolution, runs, &mut random);
        if found.windows(2).all(|pair| pair[0] == pair[1]) {
            break;
        }
    }
    let first = found.into_iter().next().unwrap_or_default();
    core_of.iter().map(|&core| first[core as usize]).collect()
}

fn find_all(graph: &Graph, resolution: f64, runs: usize, random: &mut Random) -> Vec<Vec<u32>> {
    let leiden = Leiden::new(graph);
    let seeds: Vec<u64> = (0..runs.max(1)).map(|_| random.bits()).collect();
    seeds.par_iter().map(|&seed| leiden.find(resolution, seed)).collect()
}

/// Gives points that are together in every run one number, from 0 in order of the first point.
fn cores(found: &[Vec<u32>]) -> Vec<u32> {
    let Some((first, others)) = found.split_first() else { return Vec::new() };
    let mut cores = dense(first);
    for run in others {
        let mut numbers: FxHashMap<(u32, u32), u32> = FxHashMap::default();
        for (core, &community) in cores.iter_mut().zip(run) {
            let next = numbers.len() as u32;
            *core = *numbers.entry((*core, community)).or_insert(next);
        }
    }
    cores
}

/// Makes one point of each core; edges between the same two cores, or within one, are added up.
fn contract(graph: &Graph, cores: &[u32]) -> Graph {
    let mut edges: Vec<(u32, u32, f32)> = graph
        .edges
        .iter()
        .map(|&(one, other, weight)| {
            let (one, other) = (cores[one as usize], cores[other as usize]);
            (one.min(other), one.max(other), weight)
        })
        .collect();
    edges.par_sort_unstable_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2)));
    let summed = edges.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).filter_map(|same| {
        let &(one, other, _) = same.first()?;
        Some((one, other, same.iter().map(|(_, _, weight)| weight).sum()))
    });
    Graph { points: count(cores), edges: summed.collect() }
}

/// Numbers communities from 0 without gaps, in order of their first point.
pub fn dense(membership: &[u32]) -> Vec<u32> {
    let mut names: FxHashMap<u32, u32> = FxHashMap::default();
    membership
        .iter()
        .map(|&community| {
            let next = names.len() as u32;
            *names.entry(community).or_insert(next)
        })
        .collect()
}

/// Number of communities in a membership numbered from 0.
pub fn count(membership: &[u32]) -> usize {
    membership.iter().max().map_or(0, |&last| last as usize + 1)
}

fn reweigh(graph: &mut Graph, found: &[Vec<u32>]) {
    let share = |one: u32, other: u32| {
        let together = found.iter().filter(|run| run[one as usize] == run[other as usize]).count();
        together as f32 / found.len() as f32
    };
    graph.edges.par_iter_mut().for_each(|(one, other, weight)| {
        let share = share(*one, *other);
        *weight *= if share >= 0.5 { share } else { 0.0 };
    });
    graph.edges.retain(|(_, _, weight)| *weight > 0.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rings of `size` points, each joined within and by one weak edge to the next.
    fn cliques(number: u32, size: u32) -> Graph {
        let mut edges = Vec::new();
        for clique in 0..number {
            let first = clique * size;
            for one in 0..size {
                edges.extend((one + 1..size).map(|other| (first + one, first + other, 1.0)));
            }
            if clique + 1 < number {
                edges.push((first, first + size, 0.1));
            }
        }
        Graph { points: (number * size) as usize, edges }
    }

    #[test]
    fn runs_agree_on_cliques() {
        let found = consensus(&cliques(5, 6), 1.0, 4, 2, 1);
        assert_eq!(found, (0..30).map(|point| point / 6).collect::<Vec<u32>>());
    }

    #[test]
    fn a_point_without_edges_is_alone() {
        let graph = Graph { points: 7, ..cliques(2, 3) };
        let found = consensus(&graph, 1.0, 3, 1, 1);
        assert_eq!(found.iter().filter(|&&community| community == found[6]).count(), 1);
        assert_eq!(consensus(&Graph { points: 0, edges: Vec::new() }, 1.0, 3, 1, 1), Vec::<u32>::new());
    }

    #[test]
    fn contracting_keeps_all_weight() {
        let graph = cliques(3, 4);
        let contracted = contract(&graph, &(0..12).map(|point| point / 4).collect::<Vec<u32>>());
        let weight = |graph: &Graph| graph.edges.iter().map(|edge| edge.2).sum::<f32>();
        assert_eq!(contracted.points, 3);
        assert!((weight(&graph) - weight(&contracted)).abs() < 1e-4);
    }
}
