//! Communities of a graph, and what several runs agree on.

use leiden_rs::{GraphData, GraphDataBuilder, LeidenConfig, LeidenError, QualityType};
use rayon::prelude::*;

use super::graph::Graph;
use super::random::Random;

/// Finds groups of points that are joined more strongly than chance would have it.
pub trait Communities: Sync {
    /// The community of each point, numbered from 0; a higher `resolution` gives more and smaller ones.
    ///
    /// # Errors
    /// What the method cannot work with, in its own words.
    fn find(&self, resolution: f64, seed: u64) -> Result<Vec<u32>, LeidenError>;
}

/// The Leiden method (Traag, Waltman and van Eck, 2019) on modularity with a resolution.
pub struct Leiden {
    graph: GraphData,
}

impl Leiden {
    /// Prepares `graph` for any number of runs.
    ///
    /// # Errors
    /// Where an edge names a point that is not there or its weight is no weight.
    pub fn new(graph: &Graph) -> Result<Self, LeidenError> {
        let mut builder = GraphDataBuilder::new(graph.points);
        for &(one, other, weight) in &graph.edges {
            builder.add_edge(one as usize, other as usize, f64::from(weight))?;
        }
        Ok(Leiden { graph: builder.build()? })
    }
}

impl Communities for Leiden {
    fn find(&self, resolution: f64, seed: u64) -> Result<Vec<u32>, LeidenError> {
        let config = LeidenConfig {
            resolution,
            seed: Some(seed),
            quality: QualityType::Modularity,
            // One run is one thread's work: runs go side by side, and sums keep their order.
            parallel_local_moving_threshold: Some(usize::MAX),
            parallel_aggregation_threshold: Some(usize::MAX),
            ..LeidenConfig::default()
        };
        let output = leiden_rs::Leiden::new(config).run(&self.graph)?;
        Ok(output.partition.as_slice().iter().map(|&community| community as u32).collect())
    }
}

/// What `runs` runs from different seeds agree on (consensus clustering; Lancichinetti and Fortunato, 2012).
///
/// Each edge keeps the share of runs that put its ends together; edges that fewer than half of the runs keep are
/// cut, and the runs are repeated on what is left, until all agree or `rounds` are over.
///
/// # Errors
/// As [`Communities::find`].
pub fn consensus(graph: &Graph, resolution: f64, runs: usize, rounds: usize, seed: u64) -> Result<Vec<u32>, LeidenError> {
    let mut random = Random::new(seed);
    let mut graph = graph.clone();
    for round in 0.. {
        let leiden = Leiden::new(&graph)?;
        let seeds: Vec<u64> = (0..runs.max(1)).map(|_| random.bits()).collect();
        let found: Vec<Vec<u32>> =
            seeds.par_iter().map(|&seed| leiden.find(resolution, seed)).collect::<Result<_, _>>()?;
        let same = found.windows(2).all(|pair| pair[0] == pair[1]);
        if same || round >= rounds {
            return Ok(found.into_iter().next().unwrap_or_default());
        }
        reweigh(&mut graph, &found);
    }
    Ok(Vec::new())
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
