//! Consensus: where voices, and groups, take the same side, and where they split.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use serde::Serialize;
use statrs::distribution::{Beta, ContinuousCDF};

use super::count::{Count, Unit};
use super::frame::{Attribute, Frame};
use super::interval::{clopper_pearson, effective_size};
use super::quotes::{self, Quote};
use super::settings::PatternSettings;
use crate::codebook::{Codebook, Level};
use crate::span::Span;
use crate::tag::{Basis, Verdict};

/// A topic's two claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub enum Side {
    /// The first claim.
    A,
    /// The second, or the rejection of the first.
    B,
}

/// The word for how far voices agree, on those who took a side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsensusWord {
    /// *Entydig*: 90 % or more, and at least 8.
    Unanimous,
    /// *Stor overvekt*: 75 % to under 90 %.
    LargeMajority,
    /// *Overvekt*: 60 % to under 75 %.
    Majority,
    /// *Delt*: under 60 %.
    Split,
    /// *For få*: under 8.
    TooFew,
}

/// How many stand where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Sides {
    /// For the first claim.
    pub a: usize,
    /// For the second.
    pub b: usize,
    /// Held both: "det ene utelukker ikke det andre".
    pub both: usize,
    /// Denied both.
    pub neither: usize,
    /// Took no side.
    pub unclear: usize,
}

/// What was said for and against on one topic.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Consensus {
    /// `theme/topic`.
    pub topic: String,
    /// Whose voices `voices` counts.
    pub unit: Unit,
    /// One voice each.
    pub voices: Sides,
    /// The same per answer.
    pub answers: Sides,
    /// Answers left out because the side is only a question's premise.
    pub presupposed: usize,
    /// Answers left out because the side is reported of others.
    pub reported: usize,
    /// The side with more voices; none where they are even or nobody took one.
    pub lead: Option<Side>,
    /// Voices for the side with more, of those who took a side; exact interval, for tables where
    /// tables are known.
    pub took_side: Count,
    /// The word by the rule.
    pub word: ConsensusWord,
    /// Two-sided p of the exact binomial test against an even split: large where the lead may be chance.
    pub p_even: f64,
    /// Per attribute, in the order of the input.
    pub groups: Vec<GroupConsensus>,
    /// Answers for the first claim.
    pub rows_a: Vec<usize>,
    /// Answers for the second.
    pub rows_b: Vec<usize>,
    /// Answers that hold both.
    pub rows_both: Vec<usize>,
    /// Best quotes for the first claim.
    pub quotes_a: Vec<Quote>,
    /// Best quotes for the second.
    pub quotes_b: Vec<Quote>,
    /// Best quotes that hold both.
    pub quotes_both: Vec<Quote>,
}

/// How the groups of one attribute agree: each group has the side that most of its voices took.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupConsensus {
    /// The attribute ("bord").
    pub attribute: String,
    /// The side with more groups; none where even.
    pub lead: Option<Side>,
    /// Groups on that side, of the groups in which anyone took a side ("10 av 10 bord").
    pub groups: Count,
    /// Groups for the first claim.
    pub a: usize,
    /// Groups for the second.
    pub b: usize,
    /// Groups that split evenly.
    pub even: usize,
    /// The word by the same rule, on groups.
    pub word: ConsensusWord,
    /// By group with any voice on the topic, in the order of their names.
    pub by_group: Vec<GroupStance>,
}

/// Where the voices of one group stand.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupStance {
    /// Its name.
    pub group: String,
    /// Its voices.
    pub voices: Sides,
    /// The side of most; none where even.
    pub lead: Option<Side>,
}

/// Fewest that took a side for any word but "too few".
const FEWEST: usize = 8;

impl ConsensusWord {
    /// The word for `k` of `n` that took a side.
    pub fn of(k: usize, n: usize) -> Self {
        let reaches = |percent: usize| k.saturating_mul(100) >= n.saturating_mul(percent);
        match n {
            0..FEWEST => ConsensusWord::TooFew,
            _ if reaches(90) => ConsensusWord::Unanimous,
            _ if reaches(75) => ConsensusWord::LargeMajority,
            _ if reaches(60) => ConsensusWord::Majority,
            _ => ConsensusWord::Split,
        }
    }
}

impl Sides {
    /// Those who took one side.
    pub fn took_side(&self) -> usize {
        self.a + self.b
    }

    /// The side with more; none where even.
    pub fn lead(&self) -> Option<Side> {
        match self.a.cmp(&self.b) {
            Ordering::Greater => Some(Side::A),
            Ordering::Less => Some(Side::B),
            Ordering::Equal => None,
        }
    }

    fn add(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::A => self.a += 1,
            Verdict::B => self.b += 1,
            Verdict::Both => self.both += 1,
            Verdict::Neither => self.neither += 1,
            Verdict::Unclear => self.unclear += 1,
        }
    }
}

/// What one voice says over all its answers: both sides, in one answer or in two, is both; a side
/// goes before the denial of both, and that before no side.
fn together(first: Verdict, second: Verdict) -> Verdict {
    use Verdict::{A, B, Both, Neither, Unclear};
    match (first, second) {
        (Both, _) | (_, Both) | (A, B) | (B, A) => Both,
        (A, _) | (_, A) => A,
        (B, _) | (_, B) => B,
        (Neither, _) | (_, Neither) => Neither,
        (Unclear, Unclear) => Unclear,
    }
}

/// A topic's verdicts as they stand in the answers.
#[derive(Default)]
struct Verdicts {
    /// Row and verdict, in input order.
    counted: Vec<(usize, Verdict)>,
    presupposed: usize,
    reported: usize,
}

/// The consensus on every topic with a verdict, in the order of the codebook.
pub(super) fn consensus(frame: &Frame<'_>, codebook: &Codebook, settings: &PatternSettings) -> Vec<Consensus> {
    let topics: Vec<String> =
        codebook.codes().into_iter().filter(|code| code.level == Level::Topic).map(|code| code.code).collect();
    let verdicts = verdicts(frame, &topics, settings);
    topics
        .par_iter()
        .zip(verdicts)
        .filter(|(_, found)| !found.counted.is_empty() || found.presupposed + found.reported > 0)
        .map(|(topic, found)| of_topic(frame, topic, &found, settings))
        .collect()
}

/// Verdicts by topic. A side on a ground that does not count is left out; no side needs no ground.
fn verdicts(frame: &Frame<'_>, topics: &[String], settings: &PatternSettings) -> Vec<Verdicts> {
    let place: FxHashMap<&str, usize> =
        topics.iter().enumerate().map(|(position, topic)| (topic.as_str(), position)).collect();
    let mut all: Vec<Verdicts> = topics.iter().map(|_| Verdicts::default()).collect();
    for (row, record) in frame.records.iter().enumerate().filter(|&(row, _)| frame.clear.get(row) == Some(&true)) {
        for verdict in &record.tagging.verdicts {
            let Some(found) = place.get(verdict.topic.as_str()).and_then(|&position| all.get_mut(position)) else {
                continue;
            };
            match verdict.basis {
                _ if verdict.verdict == Verdict::Unclear || settings.bases.contains(&verdict.basis) => {
                    found.counted.push((row, verdict.verdict));
                }
                Basis::Presupposed => found.presupposed += 1,
                Basis::Reported => found.reported += 1,
                Basis::Stated => {}
            }
        }
    }
    all
}

fn of_topic(frame: &Frame<'_>, topic: &str, found: &Verdicts, settings: &PatternSettings) -> Consensus {
    let mut answers = Sides::default();
    for &(_, verdict) in &found.counted {
        answers.add(verdict);
    }
    let voices = by_voice(found.counted.iter().filter_map(|&(row, verdict)| Some((*frame.voice.get(row)?, verdict))));
    let mut sides = Sides::default();
    for verdict in voices.values() {
        sides.add(*verdict);
    }
    let lead = sides.lead();
    let (k, n) = (sides.a.max(sides.b), sides.took_side());
    let rows = |wanted: Verdict| -> Vec<usize> {
        found.counted.iter().filter(|entry| entry.1 == wanted).map(|entry| entry.0).collect()
    };
    let (rows_a, rows_b, plainly_both) = (rows(Verdict::A), rows(Verdict::B), rows(Verdict::Both));
    // A voice may hold A in one answer and B in another: both answers are behind its holding both.
    let holds_both = |row: usize| frame.voice.get(row).is_some_and(|voice| voices.get(voice) == Some(&Verdict::Both));
    let rows_both: Vec<usize> = (found.counted.iter())
        .filter(|(row, verdict)| holds_both(*row) && matches!(verdict, Verdict::A | Verdict::B | Verdict::Both))
        .map(|(row, _)| *row)
        .collect();
    let best = |rows: &[usize]| quotes::best(frame, rows, settings, |row| evidence(frame, topic, row));
    Consensus {
        topic: topic.to_owned(),
        unit: frame.voice_unit,
        voices: sides,
        answers,
        presupposed: found.presupposed,
        reported: found.reported,
        lead,
        took_side: took_side(frame, found, &voices, k, n),
        word: ConsensusWord::of(k, n),
        p_even: p_even(k, n),
        groups: frame.attributes.iter().map(|attribute| of_attribute(frame, attribute, found)).collect(),
        quotes_a: best(&rows_a),
        quotes_b: best(&rows_b),
        quotes_both: best(if plainly_both.is_empty() { &rows_both } else { &plainly_both }),
        rows_a,
        rows_b,
        rows_both,
    }
}

/// One verdict per voice, or per voice of a group.
fn by_voice<K: Ord>(verdicts: impl Iterator<Item = (K, Verdict)>) -> BTreeMap<K, Verdict> {
    let mut voices = BTreeMap::new();
    for (voice, verdict) in verdicts {
        voices.entry(voice).and_modify(|said| *said = together(*said, verdict)).or_insert(verdict);
    }
    voices
}

fn evidence(frame: &Frame<'_>, topic: &str, row: usize) -> (f64, Vec<Span>) {
    let verdicts = frame.records.get(row).map(|record| record.tagging.verdicts.as_slice()).unwrap_or_default();
    let found = verdicts.iter().find(|verdict| verdict.topic == topic);
    found.map_or((0.0, Vec::new()), |verdict| (verdict.score.value(), verdict.spans.clone()))
}

/// The leading side's voices; where tables are known, with the interval of whole tables.
fn took_side(frame: &Frame<'_>, found: &Verdicts, voices: &BTreeMap<usize, Verdict>, k: usize, n: usize) -> Count {
    let exact = Count::exact(frame.voice_unit, k, n);
    let Some(tables) = frame.sat_together.and_then(|position| frame.attributes.get(position)) else { return exact };
    // A voice heard at several tables sits at the first by name.
    let mut seats: BTreeMap<usize, usize> = BTreeMap::new();
    for &(row, _) in &found.counted {
        if let (Some(&voice), Some(table)) = (frame.voice.get(row), tables.group(row)) {
            seats.entry(voice).and_modify(|seat| *seat = table.min(*seat)).or_insert(table);
        }
    }
    let mut by_table: BTreeMap<usize, Sides> = BTreeMap::new();
    for (voice, &verdict) in voices.iter().filter(|(_, verdict)| matches!(verdict, Verdict::A | Verdict::B)) {
        let seat = seats.get(voice).copied().unwrap_or(tables.groups.len() + voice);
        by_table.entry(seat).or_default().add(verdict);
    }
    let a_leads = by_table.values().map(|sides| sides.a).sum::<usize>() == k;
    let mut clusters: Vec<(usize, usize)> =
        by_table.values().map(|sides| (if a_leads { sides.a } else { sides.b }, sides.took_side())).collect();
    clusters.sort_unstable();
    match effective_size(&clusters) {
        Some(effective) if n > 0 => {
            let (low, high) = clopper_pearson(k as f64 / n as f64 * effective, effective);
            Count::with_interval(frame.voice_unit, k, n, low, high)
        }
        _ => exact,
    }
}

/// Two-sided p of the exact binomial test of `k`, the larger part of `n`, against an even split.
pub(super) fn p_even(k: usize, n: usize) -> f64 {
    if k * 2 <= n {
        return 1.0;
    }
    // P(X >= k) of a binomial with probability 1/2 is the beta distribution's function at 1/2.
    Beta::new(k as f64, (n - k) as f64 + 1.0).map_or(1.0, |beta| (2.0 * beta.cdf(0.5)).clamp(0.0, 1.0))
}

fn of_attribute(frame: &Frame<'_>, attribute: &Attribute<'_>, found: &Verdicts) -> GroupConsensus {
    let voices = by_voice(
        found
            .counted
            .iter()
            .filter_map(|&(row, verdict)| Some(((attribute.group(row)?, *frame.voice.get(row)?), verdict))),
    );
    let mut groups: BTreeMap<usize, Sides> = BTreeMap::new();
    for ((group, _), verdict) in voices {
        groups.entry(group).or_default().add(verdict);
    }
    let by_group: Vec<GroupStance> = groups
        .into_iter()
        .filter_map(|(group, voices)| {
            Some(GroupStance { group: (*attribute.groups.get(group)?).to_owned(), voices, lead: voices.lead() })
        })
        .collect();
    let on = |side: Option<Side>| {
        by_group.iter().filter(|stance| stance.voices.took_side() > 0 && stance.lead == side).count()
    };
    let (a, b, even) = (on(Some(Side::A)), on(Some(Side::B)), on(None));
    let (k, n) = (a.max(b), a + b + even);
    GroupConsensus {
        attribute: attribute.name.to_owned(),
        lead: Sides { a, b, ..Sides::default() }.lead(),
        groups: Count::exact(Unit::Groups, k, n),
        a,
        b,
        even,
        word: ConsensusWord::of(k, n),
        by_group,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_follows_the_rule_at_each_bound() {
        assert_eq!(ConsensusWord::of(7, 7), ConsensusWord::TooFew);
        assert_eq!(ConsensusWord::of(8, 8), ConsensusWord::Unanimous);
        assert_eq!(ConsensusWord::of(9, 10), ConsensusWord::Unanimous);
        assert_eq!(ConsensusWord::of(89, 100), ConsensusWord::LargeMajority);
        assert_eq!(ConsensusWord::of(75, 100), ConsensusWord::LargeMajority);
        assert_eq!(ConsensusWord::of(74, 100), ConsensusWord::Majority);
        assert_eq!(ConsensusWord::of(60, 100), ConsensusWord::Majority);
        assert_eq!(ConsensusWord::of(59, 100), ConsensusWord::Split);
    }

    #[test]
    fn the_exact_test_against_an_even_split_matches_the_sum_of_its_terms() {
        assert!((p_even(8, 8) - 2.0 / 256.0).abs() < 1e-12);
        assert!((p_even(9, 10) - 2.0 * 11.0 / 1024.0).abs() < 1e-12);
        assert_eq!(p_even(5, 10), 1.0);
        assert_eq!(p_even(0, 0), 1.0);
    }
}
