//! From nearest neighbours to a weighted graph of points.

use super::neighbours::Neighbours;

/// An undirected graph; each edge stands once, smaller point first, sorted.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    /// Number of points.
    pub points: usize,
    /// Two points and the weight that joins them.
    pub edges: Vec<(u32, u32, f32)>,
}

/// Joins each point to its neighbours.
///
/// An edge weighs as in UMAP's fuzzy graph (McInnes, Healy and Melville, 2018): the similarity is set off against
/// the point's own nearest and mean neighbour, so that dense and sparse regions count alike, and the two directions
/// are joined as `a + b - ab`. Pairs no more alike than `floor` are not joined.
pub fn fuzzy(neighbours: &Neighbours, floor: f32) -> Graph {
    let points = neighbours.len();
    let mut directed: Vec<(u32, u32, f32)> = Vec::with_capacity(points * neighbours.k());
    for point in 0..points {
        let Some((_, nearest)) = neighbours.of(point).next() else { continue };
        let found = neighbours.of(point).count().max(1) as f32;
        let mean_drop = neighbours.of(point).map(|(_, similarity)| nearest - similarity).sum::<f32>() / found;
        for (other, similarity) in neighbours.of(point).filter(|(_, similarity)| *similarity > floor) {
            let weight = (-(nearest - similarity) / mean_drop.max(1e-6)).exp();
            directed.push((point.min(other) as u32, point.max(other) as u32, weight));
        }
    }
    directed.sort_unstable_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2)));
    Graph { points, edges: join_directions(&directed) }
}

fn join_directions(directed: &[(u32, u32, f32)]) -> Vec<(u32, u32, f32)> {
    directed
        .chunk_by(|a, b| (a.0, a.1) == (b.0, b.1))
        .filter_map(|both| {
            let &(one, other, _) = both.first()?;
            Some((one, other, both.iter().fold(0.0, |sum, (_, _, weight)| sum + weight - sum * weight)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::cluster::neighbours;

    #[test]
    fn each_edge_stands_once_with_a_weight_up_to_one() {
        let points = array![[1.0f32, 0.0], [0.8, 0.6], [0.6, 0.8], [-1.0, 0.0]];
        let graph = fuzzy(&neighbours::exact(points.view(), 2), 0.0);
        assert!(graph.edges.iter().all(|&(one, other, weight)| one < other && weight > 0.0 && weight <= 1.0));
        assert!(graph.edges.windows(2).all(|pair| (pair[0].0, pair[0].1) < (pair[1].0, pair[1].1)));
        assert!(graph.edges.iter().all(|edge| edge.1 != 3), "the last point is like no other");
    }
}
