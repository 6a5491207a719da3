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
pub mod ledger;
mod leiden;
pub mod neighbours;
pub mod npy;
pub mod phrases;
pub mod quotes;
pub mod random;
pub mod resolution;
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
    /// Resolution of modularity: higher gives more and smaller clusters; `None` finds it (see [`resolution`]).
    pub resolution: Option<f64>,
    /// Runs of the community method that must agree.
    pub runs: usize,
    /// Most rounds of agreement.
    pub rounds: usize,
    /// Two points no more alike than this (cosine in the centred space) are not joined.
    pub floor: f32,
}

impl Default for ClusterSettings {
    fn default() -> Self {
        ClusterSettings { seed: 20_401_103, neighbours: 20, resolution: None, runs: 8, rounds: 2, floor: 0.0 }
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
    /// Numbers that are no whole rows.
    #[error("the vectors are no whole rows of {dimension} numbers")]
    Ragged {
        /// Numbers per row.
        dimension: usize,
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

/// A cluster as a reader meets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// Its id in [`Clustering::membership`].
    pub id: u32,
    /// Answers in it.
    pub size: usize,
    /// Two to four words as its answers write them; unlike every other cluster's.
    pub label: String,
    /// Rows to quote: the most central, then up to two that differ.
    pub quotes: Vec<usize>,
}

/// What is known of each answer beside its vector; all slices are as long as there are rows.
#[derive(Debug, Clone, Copy)]
pub struct Answers<'a> {
    /// Shown texts.
    pub texts: &'a [&'a str],
    /// Whether the answer's written forms are preferred in labels (bokmål).
    pub preferred: &'a [bool],
    /// Whether the answer may be quoted.
    pub quotable: &'a [bool],
}

/// Names and illustrates the clusters, in order of id.
///
/// # Errors
/// Where the lengths of `vectors`, `answers` and `clustering` differ.
pub fn describe(
    vectors: ArrayView2<'_, f32>,
    answers: &Answers<'_>,
    clustering: &Clustering,
    vocabulary: &dyn labels::Vocabulary,
) -> Result<Vec<Cluster>, ClusterError> {
    let rows = clustering.membership.len();
    let lengths = [vectors.nrows(), answers.texts.len(), answers.preferred.len(), answers.quotable.len()];
    if let Some(&vectors) = lengths.iter().find(|&&length| length != rows) {
        return Err(ClusterError::Mismatch { vectors, answers: rows });
    }
    let labels = labels::labels(answers.texts, answers.preferred, clustering, vocabulary);
    let quotes = quotes::choose(vectors, answers.texts, answers.quotable, clustering);
    let mut sizes = vec![0; clustering.count];
    for cluster in clustering.membership.iter().flatten() {
        sizes[*cluster as usize] += 1;
    }
    let parts = labels.into_iter().zip(quotes).zip(sizes).enumerate();
    Ok(parts.map(|(id, ((label, quotes), size))| Cluster { id: id as u32, size, label, quotes }).collect())
}

/// Rows of `dimension` numbers as the matrix that this module works on.
///
/// # Errors
/// Where `values` does not hold whole rows.
pub fn rows(dimension: usize, values: &[f32]) -> Result<ArrayView2<'_, f32>, ClusterError> {
    let rows = values.len().checked_div(dimension).unwrap_or(0);
    ArrayView2::from_shape((rows, dimension), values).map_err(|_| ClusterError::Ragged { dimension })
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
        None => found(&space, settings),
        Some(number) => exactly(&space, content, number, settings)?,
    };
    Ok(of_rows(&space, content, &of_point, number.is_some()))
}

/// Communities of the points.
fn found(space: &Space, settings: &ClusterSettings) -> Vec<u32> {
    let graph = graph_of(space, settings);
    let resolution = match settings.resolution {
        Some(resolution) => resolution,
        None => resolution::choose(space, &graph, settings),
    };
    tracing::debug!(resolution, points = graph.points, edges = graph.edges.len(), "clusters");
    communities::consensus(&graph, resolution, settings.runs, settings.rounds, settings.seed)
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
    Ok(exact::cluster(space.points.view(), &graph, number, settings))
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::cluster::random::Random;

    /// `groups` well-parted groups of `each` rows, in order.
    fn groups(groups: usize, each: usize, noise: f32, seed: u64) -> Array2<f32> {
        let mut random = Random::new(seed);
        let mut number = || random.below(2_001) as f32 / 1_000.0 - 1.0;
        let centres = Array2::from_shape_simple_fn((groups, 32), &mut number);
        let mut rows = Array2::from_shape_simple_fn((groups * each, 32), &mut number) * noise;
        for (at, mut row) in rows.rows_mut().into_iter().enumerate() {
            row += &centres.row(at / each);
            let length = row.dot(&row).sqrt();
            row /= length;
        }
        rows
    }

    fn run(rows: &Array2<f32>, number: Option<usize>) -> Clustering {
        cluster(rows.view(), &vec![true; rows.nrows()], number, &ClusterSettings::default()).unwrap()
    }

    #[test]
    fn planted_groups_are_found_without_their_number() {
        let rows = groups(7, 60, 0.6, 1);
        let found = run(&rows, None);
        assert_eq!(found.count, 7);
        for group in 0..7 {
            let ids: BTreeSet<_> = found.membership[group * 60..(group + 1) * 60].iter().collect();
            assert_eq!(ids.len(), 1, "group {group} is whole");
        }
        assert!(found.scores.iter().all(|score| score.value() > 0.3));
    }

    #[test]
    fn the_number_asked_for_is_the_number_given() {
        let rows = groups(6, 30, 0.6, 2);
        for number in [1, 2, 5, 6, 7, 25, 180] {
            let found = run(&rows, Some(number));
            assert_eq!(found.count, number);
            let used: BTreeSet<u32> = found.membership.iter().flatten().copied().collect();
            assert_eq!(used.into_iter().collect::<Vec<_>>(), (0..number as u32).collect::<Vec<_>>());
        }
        assert!(matches!(
            cluster(rows.view(), &[true; 180], Some(181), &ClusterSettings::default()),
            Err(ClusterError::TooManyClusters { asked: 181, distinct: 180 })
        ));
        assert!(cluster(rows.view(), &[true; 180], Some(0), &ClusterSettings::default()).is_err());
        assert!(cluster(rows.view(), &[true; 9], None, &ClusterSettings::default()).is_err());
    }

    #[test]
    fn the_order_of_rows_and_the_number_of_threads_make_no_difference() {
        let rows = groups(5, 40, 1.2, 3);
        let mut order: Vec<usize> = (0..rows.nrows()).collect();
        let mut random = Random::new(4);
        for at in (1..order.len()).rev() {
            order.swap(at, random.below(at + 1));
        }
        let shuffled = rows.select(ndarray::Axis(0), &order);
        let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        for number in [None, Some(9)] {
            let before = run(&rows, number);
            let after = one_thread.install(|| run(&shuffled, number));
            let carried: Vec<_> = order.iter().map(|&row| before.membership[row]).collect();
            assert_eq!(carried, after.membership);
        }
    }

    #[test]
    fn only_answers_without_content_have_no_cluster_and_zeros_stand_alone() {
        let mut rows = groups(3, 20, 0.5, 5);
        rows.row_mut(7).fill(0.0);
        rows.row_mut(31).fill(0.0);
        let mut content = vec![true; 60];
        content[50] = false;
        let found = cluster(rows.view(), &content, None, &ClusterSettings::default()).unwrap();
        assert_eq!(found.membership.iter().filter(|cluster| cluster.is_none()).count(), 1);
        assert_eq!(found.membership[50], None);
        for zero in [7, 31] {
            let id = found.membership[zero];
            assert_eq!(found.membership.iter().filter(|cluster| **cluster == id).count(), 1);
        }
        let given = cluster(rows.view(), &content, Some(3), &ClusterSettings::default()).unwrap();
        assert_eq!(given.count, 3);
        assert!(given.membership.iter().enumerate().all(|(row, cluster)| cluster.is_some() == content[row]));
    }

    #[test]
    fn repeating_an_answer_moves_no_other() {
        let rows = groups(4, 30, 0.8, 6);
        let mut order: Vec<usize> = (0..120).collect();
        order.extend([3; 50]);
        let more = rows.select(ndarray::Axis(0), &order);
        let (before, after) = (run(&rows, None), run(&more, None));
        let pairs: BTreeSet<_> = before.membership.iter().zip(&after.membership).collect();
        assert_eq!(pairs.len(), before.count, "the same clusters under other names");
        assert!(after.membership[120..].iter().all(|cluster| *cluster == after.membership[3]));
    }

    #[test]
    fn one_in_a_hundred_left_out_moves_few_others() {
        let rows = groups(20, 50, 1.0, 7);
        let before = run(&rows, None);
        let kept = Random::new(8).sample(1_000, 990);
        let after = run(&rows.select(ndarray::Axis(0), &kept), None);
        let plain = |cluster: &Option<u32>| cluster.unwrap() as usize;
        let before: Vec<usize> = kept.iter().map(|&row| plain(&before.membership[row])).collect();
        let after: Vec<usize> = after.membership.iter().map(plain).collect();
        let agreement = leiden_rs::ari(&before, &after);
        assert!(agreement > 0.95, "{agreement}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn any_rows_are_placed(
            count in 0usize..40,
            dimension in 1usize..6,
            number in proptest::option::of(1usize..5),
            seed in any::<u64>(),
        ) {
            let mut random = Random::new(seed);
            let rows = Array2::from_shape_simple_fn((count, dimension), || random.below(3) as f32 - 1.0);
            let content: Vec<bool> = (0..count).map(|_| random.below(5) > 0).collect();
            match cluster(rows.view(), &content, number, &ClusterSettings::default()) {
                Ok(found) => {
                    for (row, cluster) in found.membership.iter().enumerate() {
                        prop_assert_eq!(cluster.is_some(), content[row]);
                    }
                    let used: BTreeSet<u32> = found.membership.iter().flatten().copied().collect();
                    prop_assert_eq!(used.len(), found.count);
                    prop_assert!(number.is_none_or(|number| number == found.count));
                }
                Err(error) => {
                    let too_many = matches!(error, ClusterError::TooManyClusters { .. });
                    prop_assert!(too_many, "{}", error);
                }
            }
        }
    }
}
