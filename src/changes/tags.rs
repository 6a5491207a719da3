//! What came and went in an answer: codes, and on what was there before and is there now, sides and facets.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Code;
use crate::answer::AnswerId;
use crate::codebook::Level;
use crate::tag::{Tagging, VERDICTS, Verdict};

/// How often a code came and went for one cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct ComeAndGone {
    /// Answers that have it now and did not.
    pub gained: usize,
    /// Answers that had it and do not now.
    pub lost: usize,
}

/// A side or a facet that is another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Turn {
    /// The topic or the facet.
    pub of: String,
    /// What it was; none where the facet had no value.
    pub before: Option<String>,
    /// What it is.
    pub now: Option<String>,
}

/// What changed in one answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AnswerChange {
    /// Codes that it did not have, in their order.
    pub gained: Vec<Code>,
    /// Codes that it has no more.
    pub lost: Vec<Code>,
    /// Topics that it still has, and on which it takes another side.
    pub sides: Vec<Turn>,
    /// Facets with another value.
    pub facets: Vec<Turn>,
}

/// The tags that changed for one cause.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TagChanges {
    /// Answers of which something changed, and what.
    pub answers: BTreeMap<AnswerId, AnswerChange>,
    /// By code.
    pub codes: BTreeMap<Code, ComeAndGone>,
    /// By topic: answers that take another side on it.
    pub sides: BTreeMap<String, usize>,
    /// By facet: answers that have another value of it.
    pub facets: BTreeMap<String, usize>,
}

impl TagChanges {
    fn answer(&mut self, id: &AnswerId) -> &mut AnswerChange {
        if !self.answers.contains_key(id) {
            self.answers.insert(id.clone(), AnswerChange::default());
        }
        self.answers.entry(id.clone()).or_default()
    }

    /// Takes in what changed for another cause.
    pub fn join(&mut self, other: TagChanges) {
        for (id, change) in other.answers {
            let own = self.answers.entry(id).or_default();
            own.gained.extend(change.gained);
            own.gained.sort();
            own.lost.extend(change.lost);
            own.lost.sort();
            own.sides.extend(change.sides);
            own.facets.extend(change.facets);
        }
        for (code, change) in other.codes {
            let own = self.codes.entry(code).or_default();
            own.gained += change.gained;
            own.lost += change.lost;
        }
        for (of, count) in other.sides {
            *self.sides.entry(of).or_default() += count;
        }
        for (of, count) in other.facets {
            *self.facets.entry(of).or_default() += count;
        }
    }

    /// A code came.
    pub(super) fn gain(&mut self, id: &AnswerId, code: &Code) {
        self.codes.entry(code.clone()).or_default().gained += 1;
        self.answer(id).gained.push(code.clone());
    }

    /// A code went.
    pub(super) fn lose(&mut self, id: &AnswerId, code: &Code) {
        self.codes.entry(code.clone()).or_default().lost += 1;
        self.answer(id).lost.push(code.clone());
    }

    /// A side was turned.
    pub(super) fn turn_side(&mut self, id: &AnswerId, turn: Turn) {
        *self.sides.entry(turn.of.clone()).or_default() += 1;
        self.answer(id).sides.push(turn);
    }

    /// A facet got another value.
    pub(super) fn turn_facet(&mut self, id: &AnswerId, turn: Turn) {
        *self.facets.entry(turn.of.clone()).or_default() += 1;
        self.answer(id).facets.push(turn);
    }
}

/// The codes that a tagging lists.
pub(crate) fn codes(tagging: &Tagging) -> BTreeSet<Code> {
    let levels =
        [(Level::Theme, &tagging.themes), (Level::Topic, &tagging.topics), (Level::Pattern, &tagging.patterns)];
    levels.into_iter().flat_map(|(level, tags)| tags.iter().map(move |tag| (level, tag.code.clone()))).collect()
}

/// The side taken on a topic, where it is listed.
pub(super) fn side(tagging: &Tagging, topic: &str) -> Option<Verdict> {
    tagging.verdicts.iter().find(|verdict| verdict.topic == topic).map(|verdict| verdict.verdict)
}

/// Topics that both list, on which the side is another; in the order of the later tagging.
pub(super) fn sides_turned(before: &Tagging, now: &Tagging) -> Vec<Turn> {
    let name =
        |verdict: Verdict| VERDICTS.into_iter().find(|(known, _)| *known == verdict).map(|(_, name)| name.to_owned());
    (now.verdicts.iter())
        .filter_map(|verdict| {
            let was = side(before, &verdict.topic)?;
            (was != verdict.verdict).then(|| Turn {
                of: verdict.topic.clone(),
                before: name(was),
                now: name(verdict.verdict),
            })
        })
        .collect()
}

/// Facets of which the value is another.
pub(super) fn facets_turned(before: &Tagging, now: &Tagging) -> Vec<Turn> {
    let facets: BTreeSet<&String> = before.facets.keys().chain(now.facets.keys()).collect();
    let value = |tagging: &Tagging, facet: &str| tagging.facets.get(facet).cloned().flatten();
    (facets.into_iter())
        .map(|facet| Turn { of: facet.clone(), before: value(before, facet), now: value(now, facet) })
        .filter(|turn| turn.before != turn.now)
        .collect()
}
