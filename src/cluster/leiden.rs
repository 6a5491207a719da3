//! The Leiden method (Traag, Waltman and van Eck, 2019) on modularity with a resolution.
//!
//! Written out for this crate's graphs: neighbours lie side by side as 32-bit numbers, weights to communities are
//! summed in one table that a run keeps, and nothing is looked up by hash. That is what lets a night find its groups
//! anew over a hundred thousand answers in seconds. One run is one thread's work, so that sums keep their order.

use super::graph::Graph;
use super::random::Random;

/// A gain must be larger than this to count: sums of the same weights in another order differ by less.
const LEAST_GAIN: f64 = 1e-9;

/// A graph with each node's neighbours side by side. Edges of a node with itself are not kept: no move gains or loses
/// by them; they count in `degrees` alone.
#[derive(Debug, Clone)]
pub(super) struct Neighbourhoods {
    /// Where each node's neighbours begin; one more entry than nodes.
    starts: Vec<usize>,
    targets: Vec<u32>,
    weights: Vec<f32>,
    /// Weight of all edges of each node, both ends of those with itself.
    degrees: Vec<f64>,
    /// Sum of the degrees.
    total: f64,
}

impl Neighbourhoods {
    pub(super) fn of(graph: &Graph) -> Self {
        let mut starts = vec![0usize; graph.points + 1];
        let mut degrees = vec![0.0f64; graph.points];
        for &(one, other, weight) in &graph.edges {
            degrees[one as usize] += f64::from(weight);
            degrees[other as usize] += f64::from(weight);
            if one != other {
                starts[one as usize + 1] += 1;
                starts[other as usize + 1] += 1;
            }
        }
        for node in 0..graph.points {
            starts[node + 1] += starts[node];
        }
        let mut next = starts.clone();
        let entries = starts[graph.points];
        let (mut targets, mut weights) = (vec![0u32; entries], vec![0.0f32; entries]);
        for &(one, other, weight) in graph.edges.iter().filter(|edge| edge.0 != edge.1) {
            for (from, to) in [(one, other), (other, one)] {
                let at = &mut next[from as usize];
                targets[*at] = to;
                weights[*at] = weight;
                *at += 1;
            }
        }
        let total = degrees.iter().sum();
        Neighbourhoods { starts, targets, weights, degrees, total }
    }

    pub(super) fn len(&self) -> usize {
        self.degrees.len()
    }

    fn of_node(&self, node: u32) -> impl Iterator<Item = (u32, f32)> + '_ {
        let range = self.starts[node as usize]..self.starts[node as usize + 1];
        self.targets[range.clone()].iter().copied().zip(self.weights[range].iter().copied())
    }

    /// One node for each group of `group_of` (numbered from 0 without gaps); edges between the same two are added up.
    fn joined(&self, group_of: &[u32], groups: usize) -> Self {
        let (members, bounds) = members_of(group_of, groups);
        let mut sums = WeightsTo::new(groups);
        let mut joined = Neighbourhoods {
            starts: Vec::with_capacity(groups + 1),
            targets: Vec::new(),
            weights: Vec::new(),
            degrees: vec![0.0; groups],
            total: self.total,
        };
        joined.starts.push(0);
        for group in 0..groups {
            for &node in &members[bounds[group]..bounds[group + 1]] {
                joined.degrees[group] += self.degrees[node as usize];
                for (other, weight) in self.of_node(node) {
                    let other = group_of[other as usize];
                    if other as usize != group {
                        sums.add(other, weight);
                    }
                }
            }
            sums.touched.sort_unstable();
            for &other in &sums.touched {
                joined.targets.push(other);
                joined.weights.push(sums.to[other as usize] as f32);
            }
            sums.clear();
            joined.starts.push(joined.targets.len());
        }
        joined
    }
}

/// Weight from one node to each community, for the communities that it is joined to.
#[derive(Debug)]
struct WeightsTo {
    to: Vec<f64>,
    is_touched: Vec<bool>,
    touched: Vec<u32>,
}

impl WeightsTo {
    fn new(communities: usize) -> Self {
        WeightsTo { to: vec![0.0; communities], is_touched: vec![false; communities], touched: Vec::new() }
    }

    #[inline]
    fn add(&mut self, community: u32, weight: f32) {
        let at = community as usize;
        if !self.is_touched[at] {
            self.is_touched[at] = true;
            self.touched.push(community);
        }
        self.to[at] += f64::from(weight);
    }

    fn clear(&mut self) {
        for community in self.touched.drain(..) {
            self.to[community as usize] = 0.0;
            self.is_touched[community as usize] = false;
        }
    }
}

/// The community of each node, numbered from 0 in order of the first node.
pub(super) fn communities(base: &Neighbourhoods, resolution: f64, seed: u64) -> Vec<u32> {
    let mut random = Random::new(seed);
    let mut node_of: Vec<u32> = (0..base.len() as u32).collect();
    let mut community: Vec<u32> = node_of.clone();
    let mut joined: Option<Neighbourhoods> = None;
    loop {
        let graph = joined.as_ref().unwrap_or(base);
        move_nodes(graph, &mut community, resolution, &mut random);
        let count = number_from_zero(&mut community);
        if count == graph.len() {
            break;
        }
        let mut refined = refine(graph, &community, count, resolution, &mut random);
        let parts = number_from_zero(&mut refined);
        if parts == graph.len() {
            break;
        }
        let mut above = vec![0u32; parts];
        for (&part, &whole) in refined.iter().zip(&community) {
            above[part as usize] = whole;
        }
        let next = graph.joined(&refined, parts);
        node_of.iter_mut().for_each(|node| *node = refined[*node as usize]);
        community = above;
        joined = Some(next);
    }
    let found: Vec<u32> = node_of.iter().map(|&node| community[node as usize]).collect();
    apart(base, &found)
}

/// Each connected part of each community by itself, numbered from 0 in order of the first node.
///
/// The last moves may take the node away that held a community together; what hangs by nothing gains by parting.
fn apart(graph: &Neighbourhoods, community: &[u32]) -> Vec<u32> {
    let mut part = vec![u32::MAX; graph.len()];
    let mut parts = 0u32;
    let mut open: Vec<u32> = Vec::new();
    for first in 0..graph.len() as u32 {
        if part[first as usize] != u32::MAX {
            continue;
        }
        part[first as usize] = parts;
        open.push(first);
        while let Some(node) = open.pop() {
            for (other, _) in graph.of_node(node) {
                let at = other as usize;
                if part[at] == u32::MAX && community[at] == community[node as usize] {
                    part[at] = parts;
                    open.push(other);
                }
            }
        }
        parts += 1;
    }
    part
}

/// Gives the communities in use the numbers from 0, in order of their first node; returns how many there are.
fn number_from_zero(community: &mut [u32]) -> usize {
    let highest = community.iter().max().map_or(0, |&highest| highest as usize + 1);
    let mut names = vec![u32::MAX; highest];
    let mut count = 0u32;
    for community in community {
        let name = &mut names[*community as usize];
        if *name == u32::MAX {
            *name = count;
            count += 1;
        }
        *community = *name;
    }
    count as usize
}

/// The nodes of each group side by side, ascending, and where each group begins.
fn members_of(group_of: &[u32], groups: usize) -> (Vec<u32>, Vec<usize>) {
    let mut bounds = vec![0usize; groups + 1];
    for &group in group_of {
        bounds[group as usize + 1] += 1;
    }
    for group in 0..groups {
        bounds[group + 1] += bounds[group];
    }
    let mut next = bounds.clone();
    let mut members = vec![0u32; group_of.len()];
    for (node, &group) in group_of.iter().enumerate() {
        members[next[group as usize]] = node as u32;
        next[group as usize] += 1;
    }
    (members, bounds)
}

fn shuffle(nodes: &mut [u32], random: &mut Random) {
    for at in (1..nodes.len()).rev() {
        nodes.swap(at, random.below(at + 1));
    }
}

/// Fast local moving: each node goes to the community that gains most; its neighbours are looked at again, until no
/// node wants to move.
fn move_nodes(graph: &Neighbourhoods, community: &mut [u32], resolution: f64, random: &mut Random) {
    let nodes = graph.len();
    if graph.total <= 0.0 {
        return;
    }
    let scale = resolution / graph.total;
    let mut degree_of = vec![0.0f64; nodes];
    let mut size_of = vec![0u32; nodes];
    for (node, &own) in community.iter().enumerate() {
        degree_of[own as usize] += graph.degrees[node];
        size_of[own as usize] += 1;
    }
    let mut empty: Vec<u32> = (0..nodes as u32).rev().filter(|&own| size_of[own as usize] == 0).collect();
    let mut queue: Vec<u32> = (0..nodes as u32).filter(|&node| graph.degrees[node as usize] > 0.0).collect();
    shuffle(&mut queue, random);
    let mut is_queued = vec![false; nodes];
    queue.iter().for_each(|&node| is_queued[node as usize] = true);
    let mut weights = WeightsTo::new(nodes);
    let mut next: Vec<u32> = Vec::new();
    while !queue.is_empty() {
        for &node in &queue {
            is_queued[node as usize] = false;
            let own = community[node as usize];
            let degree = graph.degrees[node as usize];
            for (other, weight) in graph.of_node(node) {
                weights.add(community[other as usize], weight);
            }
            degree_of[own as usize] -= degree;
            size_of[own as usize] -= 1;
            let worth =
                |community: u32| weights.to[community as usize] - scale * degree * degree_of[community as usize];
            let (mut best, mut most) = (own, worth(own));
            for &other in &weights.touched {
                let gained = worth(other);
                if gained > most + LEAST_GAIN {
                    (best, most) = (other, gained);
                }
            }
            // Alone it is worth nothing, which may be more than any company.
            if most < -LEAST_GAIN
                && size_of[own as usize] > 0
                && let Some(alone) = empty.pop()
            {
                best = alone;
            }
            degree_of[best as usize] += degree;
            size_of[best as usize] += 1;
            if best != own {
                if size_of[own as usize] == 0 {
                    empty.push(own);
                }
                community[node as usize] = best;
                for (other, _) in graph.of_node(node) {
                    if community[other as usize] != best && !is_queued[other as usize] {
                        is_queued[other as usize] = true;
                        next.push(other);
                    }
                }
            }
            weights.clear();
        }
        queue.clear();
        std::mem::swap(&mut queue, &mut next);
    }
}

/// Parts of each community that hang together: nodes join, one by one and once, the well-connected part that gains
/// most. What is made one node of for the next round hangs together.
fn refine(graph: &Neighbourhoods, community: &[u32], count: usize, resolution: f64, random: &mut Random) -> Vec<u32> {
    let nodes = graph.len();
    let scale = resolution / graph.total.max(f64::MIN_POSITIVE);
    let (mut members, bounds) = members_of(community, count);
    let mut part: Vec<u32> = (0..nodes as u32).collect();
    let mut degree_of = graph.degrees.clone();
    let mut size_of = vec![1u32; nodes];
    // Weight from each part to the rest of its community.
    let mut outside: Vec<f64> = (0..nodes as u32)
        .map(|node| {
            let own = community[node as usize];
            let within = graph.of_node(node).filter(|(other, _)| community[*other as usize] == own);
            within.map(|(_, weight)| f64::from(weight)).sum()
        })
        .collect();
    let mut weights = WeightsTo::new(nodes);
    for own in 0..count {
        let members = &mut members[bounds[own]..bounds[own + 1]];
        let whole: f64 = members.iter().map(|&node| graph.degrees[node as usize]).sum();
        let is_well_connected = |outside: f64, degree: f64| outside >= scale * degree * (whole - degree) - LEAST_GAIN;
        shuffle(members, random);
        for &node in members.iter() {
            let at = node as usize;
            let degree = graph.degrees[at];
            if part[at] != node || size_of[at] != 1 || !is_well_connected(outside[at], degree) {
                continue;
            }
            for (other, weight) in graph.of_node(node) {
                if community[other as usize] as usize == own {
                    weights.add(part[other as usize], weight);
                }
            }
            let (mut best, mut most) = (node, LEAST_GAIN);
            for &other in weights.touched.iter().filter(|&&other| other != node) {
                let to = other as usize;
                let gained = weights.to[to] - scale * degree * degree_of[to];
                if gained > most && is_well_connected(outside[to], degree_of[to]) {
                    (best, most) = (other, gained);
                }
            }
            if best != node {
                let to = best as usize;
                outside[to] += outside[at] - 2.0 * weights.to[to];
                degree_of[to] += degree;
                size_of[to] += 1;
                size_of[at] = 0;
                part[at] = best;
            }
            weights.clear();
        }
    }
    part
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Share of the weight within communities, less what chance would put there, as twice the weight.
    fn quality(graph: &Neighbourhoods, community: &[u32], resolution: f64) -> f64 {
        let within: f64 = (0..graph.len() as u32)
            .flat_map(|node| graph.of_node(node).map(move |(other, weight)| (node, other, weight)))
            .filter(|(node, other, _)| community[*node as usize] == community[*other as usize])
            .map(|(_, _, weight)| f64::from(weight))
            .sum();
        let mut degrees = vec![0.0; graph.len()];
        for (node, &own) in community.iter().enumerate() {
            degrees[own as usize] += graph.degrees[node];
        }
        within
            - resolution * degrees.iter().map(|degree| degree * degree).sum::<f64>()
                / graph.total.max(f64::MIN_POSITIVE)
    }

    fn graph(points: usize, edges: &[(u32, u32, u8)]) -> Graph {
        let mut edges: Vec<(u32, u32, f32)> = (edges.iter())
            .map(|&(one, other, weight)| (one % points as u32, other % points as u32, f32::from(weight) + 1.0))
            .map(|(one, other, weight)| (one.min(other), one.max(other), weight))
            .collect();
        edges.sort_by_key(|edge| (edge.0, edge.1));
        edges.dedup_by_key(|edge| (edge.0, edge.1));
        Graph { points, edges }
    }

    fn connected(graph: &Neighbourhoods, community: &[u32]) -> bool {
        let count = community.iter().max().map_or(0, |&last| last as usize + 1);
        let mut reached = vec![false; graph.len()];
        let mut parts = 0;
        for start in 0..graph.len() as u32 {
            if std::mem::replace(&mut reached[start as usize], true) {
                continue;
            }
            parts += 1;
            let mut open = vec![start];
            while let Some(node) = open.pop() {
                for (other, _) in graph.of_node(node) {
                    let same = community[other as usize] == community[node as usize];
                    if same && !std::mem::replace(&mut reached[other as usize], true) {
                        open.push(other);
                    }
                }
            }
        }
        parts == count
    }

    proptest! {
        #[test]
        fn communities_hang_together_and_no_single_move_would_gain(
            edges in proptest::collection::vec((0u32..30, 0u32..30, 0u8..9), 0..120),
            resolution in 0.2f64..4.0,
            seed in any::<u64>(),
        ) {
            let graph = Neighbourhoods::of(&graph(30, &edges));
            let found = communities(&graph, resolution, seed);
            prop_assert!(connected(&graph, &found));
            let own = quality(&graph, &found, resolution);
            let alone: Vec<u32> = (0..30).collect();
            prop_assert!(own + 1e-6 >= quality(&graph, &alone, resolution));
            // Numbered from 0 in order of the first node.
            let mut again = found.clone();
            number_from_zero(&mut again);
            prop_assert_eq!(&again, &found);
            prop_assert_eq!(communities(&graph, resolution, seed), found);
        }

        #[test]
        fn joining_keeps_degrees_and_the_quality_of_what_is_joined(
            edges in proptest::collection::vec((0u32..20, 0u32..20, 0u8..9), 1..60),
            groups in proptest::collection::vec(0u32..6, 20),
        ) {
            let graph = Neighbourhoods::of(&graph(20, &edges));
            let mut groups = groups;
            let count = number_from_zero(&mut groups);
            let joined = graph.joined(&groups, count);
            prop_assert!((joined.degrees.iter().sum::<f64>() - graph.total).abs() < 1e-6);
            let between = |graph: &Neighbourhoods, of: &dyn Fn(u32) -> u32| -> f64 {
                (0..graph.len() as u32)
                    .flat_map(|node| graph.of_node(node).map(move |(other, weight)| (node, other, weight)))
                    .filter(|(node, other, _)| of(*node) != of(*other))
                    .map(|(_, _, weight)| f64::from(weight))
                    .sum()
            };
            let before = between(&graph, &|node| groups[node as usize]);
            prop_assert!((before - between(&joined, &|node| node)).abs() < 1e-3);
        }
    }

    #[test]
    fn two_cliques_with_one_weak_edge_are_two_communities() {
        let mut edges = vec![(0, 4, 0u8)];
        for first in [0u32, 4] {
            for one in 0..4 {
                edges.extend((one + 1..4).map(|other| (first + one, first + other, 8)));
            }
        }
        let graph = Neighbourhoods::of(&graph(8, &edges));
        for seed in 0..20 {
            assert_eq!(communities(&graph, 1.0, seed), [0, 0, 0, 0, 1, 1, 1, 1]);
        }
    }
}
