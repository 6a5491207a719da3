//! Clusters: answers that say alike things, found without the codebook.
//!
//! Distinct vectors become points of a centred [`space`]; each point is joined to its nearest [`neighbours`] in a
//! weighted [`graph`]; [`communities`] of that graph, agreed on by several seeded runs, are the clusters. Where the
//! number is given, [`exact`] merges or splits them to it. Every answer with content is in a cluster of its own kin:
//! there is no bin for the rest, and an answer like no other stands alone. The result depends neither on the order
//! of the rows nor on the number of threads.

pub mod communities;
pub mod exact;
pub mod graph;
pub mod kmeans;
pub mod labels;
pub mod neighbours;
pub mod npy;
pub mod phrases;
pub mod quotes;
pub mod random;
pub mod space;

use ndarray::{Array2, ArrayView2};
use thiserror::Error;

use crate::score::Score;
use space::Space;

/// How clusters are found; the defaults are those that docs/clustering.md measures.
#[derive(Debug, Clone, PartialEq)]
pub struct ClusterSettings {
    /// Seed of every random choice.
    pub seed: u64,
    /// Most neighbours that a point is joined to; small sets use fewer (see [`ClusterSettings::neighbours_among`]).
    pub neighbours: usize,
    /// Resolution of modularity: higher gives more and smaller clusters.
    pub resolution: f64,
    /// Runs of the community method that must agree.
    pub runs: usize,
    /// Most rounds of agreement.
    pub rounds: usize,
    /// Two points no more alike than this (cosine in the centred space) are not joined.
    pub floor: f32,
}

impl Default for ClusterSettings {
    fn default() -> Self {
        ClusterSettings { seed: 20_401_103, neighbours: 15, resolution: 2.0, runs: 8, rounds: 2, floor: 0.0 }
    }
}

impl ClusterSettings {
    /// Neighbours per point among `points`: the square root, at most [`ClusterSettings::neighbours`].
    ///
    /// With as many neighbours as there are points everything is joined to everything.
    pub fn neighbours_among(&self, points: usize) -> usize {
        ((points as f64).sqrt().round() as usize).clamp(1, self.neighbours.max(1))
    }
}

/// Why answers could not be clustered.
#[derive(Debug, Error)]
pub enum ClusterError {
    /// The vectors and the answers are not of one file.
    #[error("{vectors} vectors for {answers} answers; make both from the same file")]
    Mismatch {
        /// Vectors given.
        vectors: usize,
        /// Answers given.
        answers: usize,
    },
    /// Zero clusters asked for.
    #[error("cannot make 0 clusters; ask for 1 or more")]
    NoClusters,
    /// More clusters asked for than there are different answers.
    #[error("{asked} clusters asked for, but only {distinct} different answers have content; ask for fewer")]
    TooManyClusters {
        /// Clusters asked for.
        asked: usize,
        /// Answers with content that differ.
        distinct: usize,
    },
    /// More answers than row numbers can count.
    #[error("more than {} answers cannot be clustered in one go; split the input", u32::MAX)]
    TooManyAnswers,
    /// The community method refused its input.
    #[error("communities could not be found: {0}")]
    Communities(#[from] leiden_rs::LeidenError),
}

/// Which cluster each answer is in.
#[derive(Debug, Clone, PartialEq)]
pub struct Clustering {
    /// Cluster of each row; `None` only for answers without content. Ids run from 0, largest cluster first.
    pub membership: Vec<Option<u32>>,
    /// How close each row is to the centre of its cluster: cosine in the centred space, negative as 0.
    pub scores: Vec<Score>,
    /// Number of clusters.
    pub count: usize,
}

/// Groups the rows of `vectors` (unit length; a row of zeros is a text that the encoder knows nothing of).
///
/// `content[row]` is false for answers without content, which get no cluster. With `number` every other row is in
/// one of exactly that many; without it the number is found, and an answer like no other has a cluster of its own.
/// Rows with equal vectors share a cluster. The order of rows makes no difference but for naming clusters of one size
/// made of rows of zeros.
///
/// # Errors
/// Where the counts of vectors and answers differ, `number` is 0 or larger than the number of different answers.
pub fn cluster(
    vectors: ArrayView2<'_, f32>,
    content: &[bool],
    number: Option<usize>,
    settings: &ClusterSettings,
) -> Result<Clustering, ClusterError> {
    if vectors.nrows() != content.len() {
        return Err(ClusterError::Mismatch { vectors: vectors.nrows(), answers: content.len() });
    }
    if u32::try_from(content.len()).is_err() {
        return Err(ClusterError::TooManyAnswers);
    }
    let space = space::build(vectors, content);
    let of_point = match number {
        None => found(&space, settings)?,
        Some(number) => exactly(&space, content, number, settings)?,
    };
    Ok(of_rows(&space, content, &of_point, number.is_some()))
}

/// Communities of the points.
fn found(space: &Space, settings: &ClusterSettings) -> Result<Vec<u32>, ClusterError> {
    let graph = graph_of(space, settings);
    Ok(communities::consensus(&graph, settings.resolution, settings.runs, settings.rounds, settings.seed)?)
}

/// The weighted graph of nearest points.
fn graph_of(space: &Space, settings: &ClusterSettings) -> graph::Graph {
    let points = space.points.view();
    let neighbours = neighbours::nearest(points, settings.neighbours_among(points.nrows()), settings.seed);
    let mut graph = graph::fuzzy(&neighbours, settings.floor);
    graph.points = points.nrows();
    graph
}

/// Exactly `number` clusters of the points.
fn exactly(
    space: &Space,
    content: &[bool],
    number: usize,
    settings: &ClusterSettings,
) -> Result<Vec<u32>, ClusterError> {
    if number == 0 {
        return Err(ClusterError::NoClusters);
    }
    let points = space.points.nrows();
    let only_zeros = points == 0 && content.contains(&true);
    let distinct = if only_zeros { 1 } else { points };
    if number > distinct {
        return Err(ClusterError::TooManyClusters { asked: number, distinct });
    }
    if only_zeros {
        return Ok(Vec::new());
    }
    let graph = graph_of(space, settings);
    exact::cluster(space.points.view(), &graph, number, settings)
}

/// Carries the clusters of points over to rows, and names them by size.
fn of_rows(space: &Space, content: &[bool], of_point: &[u32], number_given: bool) -> Clustering {
    let names = names_by_size(of_point, &space.rows_on_point);
    let of_point: Vec<u32> = of_point.iter().map(|&cluster| names[cluster as usize]).collect();
    let closeness = closeness(space.points.view(), &of_point, names.len());
    let mut count = names.len();
    let mut membership = Vec::with_capacity(content.len());
    let mut scores = Vec::with_capacity(content.len());
    for (point, &has_content) in space.point_of_row.iter().zip(content) {
        let (cluster, score) = match point {
            Some(point) => (Some(of_point[*point as usize]), closeness[*point as usize]),
            None if !has_content => (None, 0.0),
            // A row of zeros is like no other; where the number is given it goes with the most.
            None if number_given => {
                count = count.max(1);
                (Some(0), 0.0)
            }
            None => {
                count += 1;
                (Some((count - 1) as u32), 1.0)
            }
        };
        membership.push(cluster);
        scores.push(Score::new(f64::from(score)));
    }
    Clustering { membership, scores, count }
}

/// New id of each old one: most rows first, then the cluster with the first point.
fn names_by_size(of_point: &[u32], rows_on_point: &[u32]) -> Vec<u32> {
    let clusters = of_point.iter().max().map_or(0, |&largest| largest as usize + 1);
    let mut sizes = vec![0u64; clusters];
    let mut firsts = vec![usize::MAX; clusters];
    for (point, (&cluster, &rows)) in of_point.iter().zip(rows_on_point).enumerate() {
        sizes[cluster as usize] += u64::from(rows);
        firsts[cluster as usize] = firsts[cluster as usize].min(point);
    }
    let mut order: Vec<usize> = (0..clusters).collect();
    order.sort_by_key(|&cluster| (std::cmp::Reverse(sizes[cluster]), firsts[cluster]));
    let mut names = vec![0; clusters];
    for (name, &cluster) in order.iter().enumerate() {
        names[cluster] = name as u32;
    }
    names
}

/// Cosine of each point with the mean direction of its cluster.
fn closeness(points: ArrayView2<'_, f32>, of_point: &[u32], clusters: usize) -> Vec<f32> {
    let zeros = Array2::zeros((clusters, points.ncols()));
    let centres = kmeans::averages(points, of_point, zeros);
    points.rows().into_iter().zip(of_point).map(|(point, &cluster)| point.dot(&centres.row(cluster as usize))).collect()
}
