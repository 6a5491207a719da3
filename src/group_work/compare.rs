//! Votes against what the answers say: do the groups that chose a claim write as they voted?

use serde::Serialize;

use super::summary::{GroupWork, TopicVotes};
use crate::codebook::Level;
use crate::patterns::{Breadth, Consensus, ConsensusWord, Count, Patterns, Side, Subject};

/// Whether votes and answers point the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Agreement {
    /// Both lean to the same claim.
    Same,
    /// They lean to different claims.
    Opposite,
    /// Both are split.
    BothSplit,
    /// One is split, the other is not.
    OneSplit,
    /// Too few voted or too few wrote to say.
    TooFew,
}

/// How the answers stand on the topic.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TextSide {
    /// Voices for the first claim.
    pub a: usize,
    /// For the second.
    pub b: usize,
    /// The side with more.
    pub lead: Option<Side>,
    /// The word by the rule.
    pub word: ConsensusWord,
}

/// The answers beside the votes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AgainstText {
    /// Answers that mention the topic.
    pub mentions: Option<Count>,
    /// Where the writers stand; none where nobody took a side.
    pub side: Option<TextSide>,
    /// Whether the two agree.
    pub agreement: Agreement,
    /// Groups whose texts lean the way the group voted, of those that both chose a claim and wrote for one.
    pub same_in_groups: Option<Count>,
}

/// Fills in what the answers say of each topic. Groups are matched by name with those of whichever attribute has most
/// of them.
pub fn compare(work: &mut GroupWork, patterns: &Patterns) {
    let breadth = patterns.prevalence.first().map(|entry| entry.breadth.as_slice()).unwrap_or_default();
    let known = |breadth: &Breadth| work.groups.iter().filter(|group| names(breadth, group)).count();
    // Of attributes with as many, the first of the input.
    let best = breadth.iter().map(|breadth| (known(breadth), &breadth.attribute)).rev().max_by_key(|found| found.0);
    if let Some((known, attribute)) = best.filter(|found| found.0 > 0) {
        work.attribute = Some(attribute.clone());
        work.unknown_groups = work.groups.len() - known;
    }
    let entries: Vec<Option<&Consensus>> =
        work.topics.iter().map(|topic| patterns.consensus.iter().find(|entry| entry.topic == topic.topic)).collect();
    for (topic, entry) in work.topics.iter_mut().zip(entries) {
        topic.text = Some(against(topic, entry, patterns));
    }
}

fn names(breadth: &Breadth, group: &str) -> bool {
    breadth.by_group.iter().any(|known| known.group == group)
}

fn against(topic: &TopicVotes, entry: Option<&Consensus>, patterns: &Patterns) -> AgainstText {
    let side = entry.filter(|entry| entry.took_side.n > 0).map(|entry| TextSide {
        a: entry.voices.a,
        b: entry.voices.b,
        lead: entry.lead,
        word: entry.word,
    });
    AgainstText {
        mentions: patterns.of(&Subject::code(Level::Topic, topic.topic.as_str())).map(|entry| entry.answers),
        agreement: agreement(topic, side.as_ref()),
        same_in_groups: entry.and_then(|entry| same_in_groups(topic, entry)),
        side,
    }
}

fn agreement(topic: &TopicVotes, side: Option<&TextSide>) -> Agreement {
    let votes = (topic.claims.word, topic.claims.lead);
    let Some(text) = side.map(|side| (side.word, side.lead)) else { return Agreement::TooFew };
    if votes.0 == ConsensusWord::TooFew || text.0 == ConsensusWord::TooFew {
        return Agreement::TooFew;
    }
    match (votes.0 == ConsensusWord::Split, text.0 == ConsensusWord::Split) {
        (true, true) => Agreement::BothSplit,
        (true, false) | (false, true) => Agreement::OneSplit,
        (false, false) if votes.1 == text.1 => Agreement::Same,
        (false, false) => Agreement::Opposite,
    }
}

fn same_in_groups(topic: &TopicVotes, entry: &Consensus) -> Option<Count> {
    let voted = &topic.claims.by_group;
    let wrote = |attribute: &crate::patterns::GroupConsensus| -> Vec<(Side, Side)> {
        attribute.by_group.iter().filter_map(|stance| Some((*voted.get(&stance.group)?, stance.lead?))).collect()
    };
    let pairs = entry.groups.iter().map(wrote).max_by_key(Vec::len).filter(|pairs| !pairs.is_empty())?;
    let same = pairs.iter().filter(|(vote, text)| vote == text).count();
    Some(Count::exact(crate::patterns::Unit::Groups, same, pairs.len()))
}
