//! Permanent ids of groups of alike answers.
//!
//! Each run finds its groups anew. A group goes by the id of the last run's group with which it shares most of its
//! members, if the shared ones are more than half of what is left of the one or of what comes back in the other; the
//! pairs are taken greedily, best overlap first, so that the result depends on nothing but the groups. What became of
//! the rest is told after M. Spiliopoulou et al., "MONIC: modeling and monitoring cluster transitions", KDD 2006.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::record::Analysis;

/// A group of the last run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// What it was called.
    pub label: String,
    /// How many answers it had.
    pub size: usize,
    /// Whether a person named it; such a name stays.
    pub by_person: bool,
}

/// The last run's groups by permanent id, and the first id that was never given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ledger {
    /// Groups of the last run.
    pub known: BTreeMap<u32, Known>,
    /// The next new id.
    pub next: u32,
}

/// What happened to a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// New, and not out of an older group.
    Born,
    /// New; most of its known members come from a group that goes on.
    Split,
    /// More joined than left.
    Grown,
    /// More left than joined.
    Shrunk,
    /// As many joined as left.
    Changed,
    /// Gone; most of its members are in a group that goes on.
    Merged,
    /// Gone; its members are withdrawn, or scattered.
    Died,
}

impl EventKind {
    /// Its word in the store and in `run.json`.
    pub fn name(self) -> &'static str {
        match self {
            EventKind::Born => "born",
            EventKind::Split => "split",
            EventKind::Grown => "grown",
            EventKind::Shrunk => "shrunk",
            EventKind::Changed => "changed",
            EventKind::Merged => "merged",
            EventKind::Died => "died",
        }
    }
}

/// One thing that happened to one group; a group that stayed as it was has none.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Event {
    /// What.
    #[serde(rename = "event")]
    pub kind: EventKind,
    /// To which group.
    pub cluster: u32,
    /// Split from, or merged into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<u32>,
    /// Answers in it now; 0 where it is gone.
    pub size: usize,
    /// Answers that came to it.
    pub joined: usize,
    /// Answers that left it.
    pub left: usize,
}

/// Gives the groups of `analysis` their permanent ids and, where the content has not moved, their old labels. `before`
/// says, for each record, the id of its group in the last run. Events come in the order of ids.
pub fn carry_over(analysis: &mut Analysis, ledger: &Ledger, before: &[Option<u32>]) -> Vec<Event> {
    let overlaps = Overlaps::of(analysis, ledger, before);
    let heirs = overlaps.heirs();
    let sources = overlaps.main_sources();
    let mut events = Vec::new();
    let mut next = ledger.next;
    let old_of: BTreeMap<usize, u32> = heirs.iter().map(|(&old, &new)| (new, old)).collect();
    let mut kept_labels: BTreeMap<u32, String> = BTreeMap::new();
    for (position, cluster) in analysis.clusters.iter_mut().enumerate() {
        let Some(&old) = old_of.get(&position) else {
            cluster.id = next;
            next = next.saturating_add(1);
            let from = sources.get(&position).copied().filter(|old| heirs.contains_key(old));
            let kind = if from.is_some() { EventKind::Split } else { EventKind::Born };
            let event =
                Event { kind, cluster: cluster.id, other: from, size: cluster.size, joined: cluster.size, left: 0 };
            events.push(event);
            continue;
        };
        cluster.id = old;
        let Some(known) = ledger.known.get(&old) else { continue };
        let shared = overlaps.shared(old, position);
        let (joined, left) = (cluster.size.saturating_sub(shared), known.size.saturating_sub(shared));
        let kind = match joined.cmp(&left) {
            std::cmp::Ordering::Greater => EventKind::Grown,
            std::cmp::Ordering::Less => EventKind::Shrunk,
            std::cmp::Ordering::Equal => EventKind::Changed,
        };
        if joined + left > 0 {
            events.push(Event { kind, cluster: old, other: None, size: cluster.size, joined, left });
        }
        let moved = shared * 2 < known.size || shared * 2 < cluster.size;
        if known.by_person || !moved {
            kept_labels.insert(old, known.label.clone());
        }
    }
    for (&old, known) in ledger.known.iter().filter(|(old, _)| !heirs.contains_key(old)) {
        let into = overlaps.main_heir(old).and_then(|position| analysis.clusters.get(position)).map(|heir| heir.id);
        let kind = if into.is_some() { EventKind::Merged } else { EventKind::Died };
        events.push(Event { kind, cluster: old, other: into, size: 0, joined: 0, left: known.size });
    }
    name(analysis, &kept_labels);
    events.sort_by_key(|event| event.cluster);
    events
}

/// Kept labels stand; a fresh one that equals another gets its id behind it.
fn name(analysis: &mut Analysis, kept: &BTreeMap<u32, String>) {
    let mut taken: BTreeSet<String> = kept.values().cloned().collect();
    for cluster in &mut analysis.clusters {
        match kept.get(&cluster.id) {
            Some(label) => cluster.label.clone_from(label),
            None if taken.insert(cluster.label.clone()) => {}
            None => {
                cluster.label = format!("{} ({})", cluster.label, cluster.id);
                taken.insert(cluster.label.clone());
            }
        }
    }
}

/// How many answers each old group shares with each new one.
struct Overlaps<'a> {
    ledger: &'a Ledger,
    shared: BTreeMap<(u32, usize), usize>,
    /// Members of each old group that are still in some group.
    remaining: BTreeMap<u32, usize>,
    /// Members of each new group that were in some group before.
    returning: BTreeMap<usize, usize>,
    sizes: Vec<usize>,
}

impl<'a> Overlaps<'a> {
    fn of(analysis: &Analysis, ledger: &'a Ledger, before: &[Option<u32>]) -> Self {
        let mut overlaps = Overlaps {
            ledger,
            shared: BTreeMap::new(),
            remaining: BTreeMap::new(),
            returning: BTreeMap::new(),
            sizes: analysis.clusters.iter().map(|cluster| cluster.size).collect(),
        };
        for (record, old) in analysis.records.iter().zip(before) {
            let (Some(new), Some(old)) = (record.cluster, *old) else { continue };
            if ledger.known.contains_key(&old) {
                *overlaps.shared.entry((old, new)).or_default() += 1;
                *overlaps.remaining.entry(old).or_default() += 1;
                *overlaps.returning.entry(new).or_default() += 1;
            }
        }
        overlaps
    }

    fn shared(&self, old: u32, new: usize) -> usize {
        self.shared.get(&(old, new)).copied().unwrap_or(0)
    }

    /// The new group that goes by each old one's id.
    fn heirs(&self) -> BTreeMap<u32, usize> {
        let majority = |old: &u32, new: &usize, shared: usize| {
            shared * 2 > self.remaining.get(old).copied().unwrap_or(0)
                || shared * 2 > self.returning.get(new).copied().unwrap_or(0)
        };
        let mut pairs: Vec<(u32, usize, usize)> = self
            .shared
            .iter()
            .filter(|((old, new), shared)| majority(old, new, **shared))
            .map(|((old, new), shared)| (*old, *new, *shared))
            .collect();
        // By Jaccard's index: shared / union, compared crosswise, so that no rounding decides.
        let union = |old: u32, new: usize, shared: usize| {
            let old = self.ledger.known.get(&old).map_or(0, |known| known.size);
            let new = self.sizes.get(new).copied().unwrap_or(0);
            ((old + new).saturating_sub(shared)).max(1)
        };
        pairs.sort_by(|left, right| {
            let crosswise =
                |a: &(u32, usize, usize), b: &(u32, usize, usize)| a.2 as u128 * union(b.0, b.1, b.2) as u128;
            (crosswise(right, left).cmp(&crosswise(left, right)))
                .then_with(|| Reverse(left.2).cmp(&Reverse(right.2)))
                .then_with(|| (left.0, left.1).cmp(&(right.0, right.1)))
        });
        let mut heirs = BTreeMap::new();
        let mut taken = BTreeSet::new();
        for (old, new, _) in pairs {
            if !heirs.contains_key(&old) && taken.insert(new) {
                heirs.insert(old, new);
            }
        }
        heirs
    }

    /// For each new group, the old one that most of its returning members come from.
    fn main_sources(&self) -> BTreeMap<usize, u32> {
        let most = |new: usize, shared: usize| shared * 2 > self.returning.get(&new).copied().unwrap_or(0);
        let pairs = self.shared.iter().filter(|((_, new), shared)| most(*new, **shared));
        pairs.map(|((old, new), _)| (*new, *old)).collect()
    }

    /// The new group that most of an old one's remaining members are in.
    fn main_heir(&self, old: u32) -> Option<usize> {
        let remaining = self.remaining.get(&old).copied().unwrap_or(0);
        let range = self.shared.range((old, 0)..=(old, usize::MAX));
        range.into_iter().find(|(_, shared)| **shared * 2 > remaining).map(|((_, new), _)| *new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::ClusterSummary;

    /// `groups` by the names of their members; returns what the run knows and, for each record, its name.
    fn analysis(groups: &[&[&str]]) -> (Analysis, Vec<String>) {
        let mut analysis = Analysis::default();
        let mut names = Vec::new();
        for (position, group) in groups.iter().enumerate() {
            let label = format!("ny {position}");
            analysis.clusters.push(ClusterSummary { id: 0, label, quotes: Vec::new(), size: group.len() });
            for name in *group {
                names.push((*name).to_owned());
                analysis
                    .records
                    .push(crate::record::Record { cluster: Some(position), ..crate::store::tests::record(name, "") });
            }
        }
        (analysis, names)
    }

    fn night(old: &[(u32, &[&str])], new: &[&[&str]]) -> (Vec<(u32, String)>, Vec<Event>) {
        let (mut analysis, names) = analysis(new);
        let known = old
            .iter()
            .map(|(id, members)| (*id, Known { label: format!("gammel {id}"), size: members.len(), by_person: false }))
            .collect();
        let ledger = Ledger { known, next: 100 };
        let before: Vec<Option<u32>> = names
            .iter()
            .map(|name| old.iter().find(|(_, members)| members.contains(&name.as_str())).map(|(id, _)| *id))
            .collect();
        let events = carry_over(&mut analysis, &ledger, &before);
        (analysis.clusters.into_iter().map(|cluster| (cluster.id, cluster.label)).collect(), events)
    }

    fn kinds(events: &[Event]) -> Vec<(EventKind, u32, Option<u32>, usize, usize)> {
        events.iter().map(|event| (event.kind, event.cluster, event.other, event.joined, event.left)).collect()
    }

    #[test]
    fn a_group_that_stays_keeps_id_and_label_and_makes_no_event() {
        let (clusters, events) = night(&[(7, &["a", "b", "c"])], &[&["a", "b", "c"]]);
        assert_eq!(clusters, [(7, "gammel 7".to_owned())]);
        assert_eq!(events, []);
    }

    #[test]
    fn growth_and_loss_are_counted() {
        let (clusters, events) = night(
            &[(3, &["a", "b", "c"]), (4, &["x", "y", "z", "w"])],
            &[&["a", "b", "c", "d", "e"], &["x", "y", "z"]],
        );
        assert_eq!(clusters, [(3, "gammel 3".to_owned()), (4, "gammel 4".to_owned())]);
        assert_eq!(kinds(&events), [(EventKind::Grown, 3, None, 2, 0), (EventKind::Shrunk, 4, None, 0, 1)]);
    }

    #[test]
    fn a_split_leaves_the_id_with_the_larger_part() {
        let (clusters, events) = night(&[(3, &["a", "b", "c", "d", "e"])], &[&["d", "e"], &["a", "b", "c"]]);
        assert_eq!(clusters, [(100, "ny 0".to_owned()), (3, "gammel 3".to_owned())]);
        assert_eq!(kinds(&events), [(EventKind::Shrunk, 3, None, 0, 2), (EventKind::Split, 100, Some(3), 2, 0)]);
    }

    #[test]
    fn a_merger_goes_by_the_larger_ones_id_and_names_the_other() {
        let (clusters, events) = night(&[(3, &["a", "b", "c"]), (5, &["x", "y"])], &[&["a", "b", "c", "x", "y"]]);
        assert_eq!(clusters, [(3, "gammel 3".to_owned())]);
        assert_eq!(kinds(&events), [(EventKind::Grown, 3, None, 2, 0), (EventKind::Merged, 5, Some(3), 0, 2)]);
    }

    #[test]
    fn what_is_new_is_born_with_an_id_never_given_and_what_is_withdrawn_dies() {
        let (clusters, events) = night(&[(3, &["a", "b"])], &[&["p", "q"]]);
        assert_eq!(clusters, [(100, "ny 0".to_owned())]);
        assert_eq!(kinds(&events), [(EventKind::Died, 3, None, 0, 2), (EventKind::Born, 100, None, 2, 0)]);
    }

    #[test]
    fn a_label_goes_where_the_content_moved_but_a_persons_stays() {
        let members: &[&[&str]] = &[&["a", "b", "p", "q", "r", "s"]];
        let (clusters, _) = night(&[(3, &["a", "b"])], members);
        assert_eq!(clusters, [(3, "ny 0".to_owned())]);
        let (mut analysis, _) = analysis(members);
        let known = BTreeMap::from([(3, Known { label: "mitt navn".to_owned(), size: 2, by_person: true })]);
        let before = [Some(3), Some(3), None, None, None, None];
        carry_over(&mut analysis, &Ledger { known, next: 9 }, &before);
        assert_eq!((analysis.clusters[0].id, analysis.clusters[0].label.as_str()), (3, "mitt navn"));
    }

    #[test]
    fn the_result_does_not_depend_on_the_order_of_rows_and_labels_stay_apart() {
        let old: &[(u32, &[&str])] = &[(1, &["a", "b", "c", "d"]), (2, &["e", "f", "g"])];
        let first = night(old, &[&["a", "b", "e", "f"], &["c", "d", "g"]]);
        let second = night(old, &[&["f", "e", "b", "a"], &["g", "d", "c"]]);
        assert_eq!(first, second);
        let labels: BTreeSet<&String> = first.0.iter().map(|(_, label)| label).collect();
        assert_eq!(labels.len(), first.0.len());
    }
}
