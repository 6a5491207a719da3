//! Adding up, as the gathering did: what got votes and was kept, which claim won, where topics stand.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::compare::AgainstText;
use super::read::{GroupWorkInput, Problem, Round, Vote};
use super::words::Claim;
use crate::codebook::{Codebook, Level};
use crate::patterns::{ConsensusWord, Count, Side, Unit};

/// What the groups did besides writing.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct GroupWork {
    /// The attribute of the answers whose groups these are ("bord"); none where no name fits. Filled in by
    /// [`compare`](super::compare()).
    pub attribute: Option<String>,
    /// Groups that voted or placed and that no answer names.
    pub unknown_groups: usize,
    /// Groups that voted.
    pub voting_groups: usize,
    /// Groups that kept any card.
    pub keeping_groups: usize,
    /// Every topic with a vote: kept by most groups first, then most votes at first, then as the codebook has them.
    pub topics: Vec<TopicVotes>,
    /// What leads in each theme with a vote, in the order of the codebook.
    pub cards: Vec<CardOfTheme>,
    /// Where topics were placed; none without placements.
    pub matrix: Option<Matrix>,
    /// Where people look; none without orientations.
    pub orientation: Option<OrientationSummary>,
    /// Rows that were left out.
    pub problems: Vec<Problem>,
    /// Names of all groups, sorted.
    pub groups: Vec<String>,
}

/// The votes on one topic.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TopicVotes {
    /// `theme/topic`.
    pub topic: String,
    /// Votes in the first round, all groups together.
    pub initial: usize,
    /// Groups that gave it a vote in the first round.
    pub initial_groups: usize,
    /// Groups that kept the card, of those that kept any.
    pub kept: Count,
    /// Mean place in the groups' own order of the cards they kept; none where no group gave one.
    pub mean_rank: Option<f64>,
    /// Which claim the groups that kept the card chose.
    pub claims: ClaimSplit,
    /// Many votes at first but not kept: more votes than the mean of the topics, and kept by fewer than half of the
    /// groups.
    pub at_first_only: bool,
    /// What the answers say of it; filled in by [`compare`](super::compare()).
    pub text: Option<AgainstText>,
}

/// How the groups that kept a card chose between its claims: a group's side is the one with most of its votes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClaimSplit {
    /// Groups for the first claim.
    pub a: usize,
    /// For the second.
    pub b: usize,
    /// For both.
    pub both: usize,
    /// Groups that split evenly.
    pub even: usize,
    /// Groups that kept the card and chose no claim.
    pub silent: usize,
    /// The side with more groups; none where they are as many.
    pub lead: Option<Side>,
    /// Groups on the side with more, of those that chose one or split evenly.
    pub leading: Count,
    /// The word by the rule for consensus, on groups.
    pub word: ConsensusWord,
    /// Single votes for the first claim, the second, and both.
    pub votes: [usize; 3],
    /// The side of each group that chose one, by name.
    pub by_group: BTreeMap<String, Side>,
}

/// What leads in a theme: two topics that are nearly even lead together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CardOfTheme {
    /// The theme.
    pub theme: String,
    /// Leading topics, first the one with most.
    pub leading: Vec<LeadingTopic>,
}

/// A topic that leads in its theme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeadingTopic {
    /// Position in [`GroupWork::topics`].
    pub topic: usize,
}

/// Where groups placed topics: scope by phase.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Matrix {
    /// Rows, in the order of the codebook's scope, else as first written.
    pub scopes: Vec<String>,
    /// Columns, in the order of the file; one more stands for "throughout" where any group placed a topic so.
    pub phases: Vec<String>,
    /// Whether the last column of `cells` is "throughout".
    pub has_throughout: bool,
    /// Per scope, per column.
    pub cells: Vec<Vec<MatrixCell>>,
    /// Topics that half or more of the groups that placed them, and two at least, placed in all phases; most first.
    pub throughout: Vec<(String, Count)>,
    /// Groups that placed anything.
    pub groups: usize,
}

/// One cell of the matrix.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct MatrixCell {
    /// Placements: a group's topic counts once in each phase it was placed in.
    pub placements: usize,
    /// Topics with the number of groups that placed them here, most first.
    pub topics: Vec<(String, usize)>,
}

/// Where people look in time, or on whatever scale was used.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OrientationSummary {
    /// People asked.
    pub n: usize,
    /// Whether the values are the codebook's times.
    pub is_time: bool,
    /// Values in the order of the codebook, of their numbers, or of their names.
    pub values: Vec<OrientationCount>,
    /// Groups in the order of their names, with the number of people by value.
    pub by_group: Vec<(String, Vec<usize>)>,
}

/// One value with those who chose it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OrientationCount {
    /// Id of the codebook's time, or as written.
    pub value: String,
    /// People who chose it, of all.
    pub count: Count,
}

/// Adds up what was read; none where nothing was.
pub fn summarise(input: &GroupWorkInput, codebook: &Codebook) -> Option<GroupWork> {
    if input.is_empty() {
        return None;
    }
    let topics = topics(&input.votes, codebook);
    let voted = input.votes.iter().map(|vote| vote.group.clone());
    let placed = input.placements.iter().map(|placement| placement.group.clone());
    let asked = input.orientations.iter().filter_map(|orientation| orientation.group.clone());
    Some(GroupWork {
        attribute: None,
        unknown_groups: 0,
        groups: voted.chain(placed).chain(asked).collect::<BTreeSet<_>>().into_iter().collect(),
        voting_groups: distinct_groups(input.votes.iter().filter(|vote| vote.votes > 0)),
        keeping_groups: keepers(&input.votes).len(),
        cards: cards(&topics, codebook),
        topics,
        matrix: (!input.placements.is_empty()).then(|| matrix(input, codebook)),
        orientation: (!input.orientations.is_empty()).then(|| orientation(input, codebook)),
        problems: input.problems.clone(),
    })
}

fn distinct_groups<'a>(votes: impl Iterator<Item = &'a Vote>) -> usize {
    votes.map(|vote| vote.group.as_str()).collect::<BTreeSet<_>>().len()
}

/// Each group with the topics it kept: those it selected, or where it selected none, those it chose a claim on.
fn keepers(votes: &[Vote]) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut kept: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for round in [Round::Selected, Round::Claim] {
        let mut of_round: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for vote in votes.iter().filter(|vote| vote.round == round && vote.votes > 0) {
            of_round.entry(&vote.group).or_default().insert(&vote.topic);
        }
        for (group, topics) in of_round {
            kept.entry(group).or_insert(topics);
        }
    }
    kept
}

fn topics(votes: &[Vote], codebook: &Codebook) -> Vec<TopicVotes> {
    let kept = keepers(votes);
    let mut by_topic: BTreeMap<&str, Vec<&Vote>> = BTreeMap::new();
    for vote in votes {
        by_topic.entry(&vote.topic).or_default().push(vote);
    }
    let codes = codebook.codes().into_iter().filter(|code| code.level == Level::Topic);
    let mut topics: Vec<TopicVotes> =
        codes.filter_map(|code| Some(of_topic(&code.code, by_topic.get(code.code.as_str())?, &kept))).collect();
    let all: usize = topics.iter().map(|topic| topic.initial).sum();
    let count = topics.len();
    for topic in &mut topics {
        let above_mean = topic.initial * count > all;
        topic.at_first_only = above_mean && topic.kept.n > 0 && topic.kept.k * 2 < topic.kept.n;
    }
    // Stable: as many stay in the order of the codebook.
    topics.sort_by_key(|topic| std::cmp::Reverse((topic.kept.k, topic.initial)));
    topics
}

fn of_topic(topic: &str, votes: &[&Vote], kept: &BTreeMap<&str, BTreeSet<&str>>) -> TopicVotes {
    let of_round = |round: Round| votes.iter().copied().filter(move |vote| vote.round == round);
    let with: Vec<&str> = kept.iter().filter(|(_, topics)| topics.contains(topic)).map(|(group, _)| *group).collect();
    let ranks: Vec<f64> = of_round(Round::Selected).filter_map(|vote| vote.rank).map(f64::from).collect();
    TopicVotes {
        topic: topic.to_owned(),
        initial: of_round(Round::Initial).map(|vote| vote.votes as usize).sum(),
        initial_groups: distinct_groups(of_round(Round::Initial).filter(|vote| vote.votes > 0)),
        kept: Count::exact(Unit::Groups, with.len(), kept.len()),
        mean_rank: (!ranks.is_empty()).then(|| ranks.iter().sum::<f64>() / ranks.len() as f64),
        claims: claims(of_round(Round::Claim), &with),
        at_first_only: false,
        text: None,
    }
}

/// Only groups that kept the card choose between its claims.
fn claims<'a>(votes: impl Iterator<Item = &'a Vote>, kept_by: &[&str]) -> ClaimSplit {
    let mut by_group: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for vote in votes.filter(|vote| kept_by.contains(&vote.group.as_str())) {
        let place = match vote.claim {
            Some(Claim::A) => 0,
            Some(Claim::B) => 1,
            Some(Claim::Both) | None => 2,
        };
        by_group.entry(&vote.group).or_default()[place] += vote.votes as usize;
    }
    by_group.retain(|_, votes| votes.iter().sum::<usize>() > 0);
    let (mut a, mut b, mut both, mut even) = (0, 0, 0, 0);
    let mut sides = BTreeMap::new();
    for (group, &[for_a, for_b, for_both]) in &by_group {
        let most = for_a.max(for_b).max(for_both);
        match (for_a == most, for_b == most, for_both == most) {
            (true, false, false) => {
                a += 1;
                sides.insert((*group).to_owned(), Side::A);
            }
            (false, true, false) => {
                b += 1;
                sides.insert((*group).to_owned(), Side::B);
            }
            (false, false, true) => both += 1,
            _ => even += 1,
        }
    }
    let (k, n) = (a.max(b), a + b + even);
    let sum = |place: usize| by_group.values().filter_map(|votes| votes.get(place)).sum();
    ClaimSplit {
        a,
        b,
        both,
        even,
        silent: kept_by.len() - by_group.len(),
        lead: match a.cmp(&b) {
            std::cmp::Ordering::Greater => Some(Side::A),
            std::cmp::Ordering::Less => Some(Side::B),
            std::cmp::Ordering::Equal => None,
        },
        leading: Count::exact(Unit::Groups, k, n),
        word: ConsensusWord::of(k, n),
        votes: [sum(0), sum(1), sum(2)],
        by_group: sides,
    }
}

/// Two topics lead together where one group more, or where no cards were kept a tenth of the votes, parts them: with
/// a dozen groups that is no difference to build on.
fn cards(topics: &[TopicVotes], codebook: &Codebook) -> Vec<CardOfTheme> {
    let near = |first: &TopicVotes, other: &TopicVotes| match (first.kept.k, other.kept.k) {
        (0, 0) => other.initial > 0 && other.initial * 10 >= first.initial * 9,
        (most, kept) => kept > 0 && most - kept <= 1,
    };
    let of_theme = |theme: &str| -> Option<CardOfTheme> {
        let within: Vec<(usize, &TopicVotes)> =
            topics.iter().enumerate().filter(|(_, topic)| topic.topic.split('/').next() == Some(theme)).collect();
        let (_, first) = *within.first()?;
        if first.kept.k == 0 && first.initial == 0 {
            return None;
        }
        let leading = within.iter().filter(|(_, topic)| near(first, topic));
        let leading = leading.map(|&(topic, _)| LeadingTopic { topic }).collect();
        Some(CardOfTheme { theme: theme.to_owned(), leading })
    };
    codebook.themes.iter().filter_map(|theme| of_theme(&theme.id)).collect()
}

fn matrix(input: &GroupWorkInput, codebook: &Codebook) -> Matrix {
    let scopes = scopes(input, codebook);
    let has_throughout = input.placements.iter().any(|placement| placement.throughout);
    let columns = input.phases.len() + usize::from(has_throughout);
    // Per scope and column: topic to the groups that placed it there.
    let mut placed: Vec<Vec<BTreeMap<&str, BTreeSet<&str>>>> = vec![vec![BTreeMap::new(); columns]; scopes.len()];
    // Per topic and group: phases, and whether it runs throughout.
    let mut phases: BTreeMap<&str, BTreeMap<&str, (BTreeSet<&str>, bool)>> = BTreeMap::new();
    for placement in &input.placements {
        let (topic, group) = (placement.topic.as_str(), placement.group.as_str());
        let entry = phases.entry(topic).or_default().entry(group).or_default();
        entry.1 |= placement.throughout;
        entry.0.extend(placement.phases.iter().map(String::as_str));
        let Some(row) = scopes.iter().position(|scope| *scope == placement.scope).and_then(|row| placed.get_mut(row))
        else {
            continue;
        };
        let within = placement.phases.iter().filter_map(|phase| input.phases.iter().position(|known| known == phase));
        let columns = within.chain(placement.throughout.then_some(input.phases.len()));
        for column in columns {
            if let Some(cell) = row.get_mut(column) {
                cell.entry(topic).or_default().insert(group);
            }
        }
    }
    let cell = |topics: BTreeMap<&str, BTreeSet<&str>>| {
        let mut topics: Vec<(String, usize)> =
            topics.into_iter().map(|(topic, groups)| (topic.to_owned(), groups.len())).collect();
        topics.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        MatrixCell { placements: topics.iter().map(|topic| topic.1).sum(), topics }
    };
    let mut throughout: Vec<(String, Count)> = phases
        .into_iter()
        .map(|(topic, groups)| {
            let all = input.phases.len();
            let whole = groups.values().filter(|(phases, marked)| *marked || (all > 1 && phases.len() == all)).count();
            (topic.to_owned(), Count::exact(Unit::Groups, whole, groups.len()))
        })
        .filter(|(_, count)| count.k >= 2 && count.k * 2 >= count.n)
        .collect();
    throughout.sort_by(|one, other| other.1.k.cmp(&one.1.k).then_with(|| one.0.cmp(&other.0)));
    Matrix {
        cells: placed.into_iter().map(|row| row.into_iter().map(cell).collect()).collect(),
        scopes,
        phases: input.phases.clone(),
        has_throughout,
        throughout,
        groups: input.placements.iter().map(|placement| placement.group.as_str()).collect::<BTreeSet<_>>().len(),
    }
}

fn scopes(input: &GroupWorkInput, codebook: &Codebook) -> Vec<String> {
    let known = codebook.facets.iter().find(|facet| facet.id == "scope");
    let mut scopes: Vec<String> =
        known.map(|facet| facet.values.iter().map(|value| value.id.clone()).collect()).unwrap_or_default();
    for placement in &input.placements {
        if !scopes.contains(&placement.scope) {
            scopes.push(placement.scope.clone());
        }
    }
    scopes
}

fn orientation(input: &GroupWorkInput, codebook: &Codebook) -> OrientationSummary {
    let times: Vec<&str> = codebook
        .facets
        .iter()
        .find(|facet| facet.id == "time")
        .map(|facet| facet.values.iter().map(|value| value.id.as_str()).collect())
        .unwrap_or_default();
    let written: BTreeSet<&str> = input.orientations.iter().map(|entry| entry.value.as_str()).collect();
    let is_time = written.iter().all(|value| times.contains(value));
    let mut values: Vec<&str> = if is_time { times } else { written.into_iter().collect() };
    let number = |value: &str| value.replace(',', ".").parse::<f64>().ok().filter(|number| number.is_finite());
    if values.iter().all(|value| number(value).is_some()) {
        values.sort_by(|one, other| number(one).unwrap_or(0.0).total_cmp(&number(other).unwrap_or(0.0)));
    }
    let n = input.orientations.len();
    let count = |value: &str| input.orientations.iter().filter(|entry| entry.value == value).count();
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for entry in &input.orientations {
        let Some(group) = &entry.group else { continue };
        let counts = groups.entry(group).or_insert_with(|| vec![0; values.len()]);
        let place = values.iter().position(|value| *value == entry.value);
        if let Some(count) = place.and_then(|place| counts.get_mut(place)) {
            *count += 1;
        }
    }
    OrientationSummary {
        n,
        is_time,
        by_group: groups.into_iter().map(|(group, counts)| (group.to_owned(), counts)).collect(),
        values: values
            .iter()
            .map(|value| OrientationCount {
                value: (*value).to_owned(),
                count: Count::new(Unit::Respondents, count(value), n),
            })
            .collect(),
    }
}
