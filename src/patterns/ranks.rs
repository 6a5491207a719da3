//! Ranks that call ties ties.

use std::cmp::Reverse;

use serde::Serialize;

use super::consensus;
use super::count::{Count, Subject};
use super::frame::Frame;
use crate::codebook::{Codebook, Level};

/// Codes of one level in the order of their voices.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ranking {
    /// The theme whose topics are ranked; none for a whole level.
    pub theme: Option<String>,
    /// Most voices first.
    pub ranks: Vec<Rank>,
}

/// A place in a ranking.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rank {
    /// What is ranked.
    pub subject: Subject,
    /// Voices that mention it.
    pub voices: Count,
    /// Its place, from 1; those that share a place cannot be told apart.
    pub rank: usize,
    /// Whether others share the place.
    pub tied: bool,
}

/// Two codes share a place where a difference this surprising or less is all that parts them.
const SIGNIFICANCE: f64 = 0.05;

/// Themes, topics, topics within each theme, and patterns in the order of their voices.
pub(super) fn rankings(frame: &Frame<'_>, codebook: &Codebook, codes: &[(Subject, Vec<usize>)]) -> Vec<Ranking> {
    let all = frame.voices_of(&frame.clear_rows()).len();
    let voices: Vec<(&Subject, Vec<usize>)> =
        codes.iter().map(|(subject, rows)| (subject, frame.voices_of(rows))).collect();
    let of = |theme: Option<&str>, level: Level| {
        let within = |subject: &Subject| match subject {
            Subject::Code { level: own, code } => {
                *own == level && theme.is_none_or(|theme| code.split('/').next() == Some(theme))
            }
            Subject::Cluster { .. } => false,
        };
        let chosen = voices.iter().filter(|(subject, _)| within(subject)).collect();
        Ranking { theme: theme.map(str::to_owned), ranks: ranks(frame, chosen, all) }
    };
    let mut rankings = vec![of(None, Level::Theme), of(None, Level::Topic)];
    rankings.extend(codebook.themes.iter().map(|theme| of(Some(&theme.id), Level::Topic)));
    rankings.push(of(None, Level::Pattern));
    rankings.retain(|ranking| !ranking.ranks.is_empty());
    rankings
}

/// Each code is compared with the first of the place above it: with fewer voices than that, by more
/// than the exact test of McNemar (1947, Psychometrika 12) gives to chance, it takes a place of its own.
fn ranks(frame: &Frame<'_>, mut codes: Vec<&(&Subject, Vec<usize>)>, all: usize) -> Vec<Rank> {
    codes.sort_by_key(|(_, voices)| Reverse(voices.len()));
    let mut ranks: Vec<Rank> = Vec::with_capacity(codes.len());
    let mut head: Option<(usize, &[usize])> = None;
    for (position, (subject, voices)) in codes.into_iter().enumerate() {
        let rank = match head {
            Some((rank, first)) if p_same(first, voices) >= SIGNIFICANCE => rank,
            _ => {
                head = Some((position + 1, voices));
                position + 1
            }
        };
        let voices = Count::new(frame.voice_unit, voices.len(), all);
        ranks.push(Rank { subject: (*subject).clone(), voices, rank, tied: false });
    }
    let places: Vec<usize> = ranks.iter().map(|rank| rank.rank).collect();
    for (position, rank) in ranks.iter_mut().enumerate() {
        let shares = |other: Option<usize>| other.and_then(|other| places.get(other)) == Some(&rank.rank);
        rank.tied = shares(position.checked_sub(1)) || shares(Some(position + 1));
    }
    ranks
}

/// Two-sided p of the voices that mention only the one or only the other being evenly split.
fn p_same(first: &[usize], second: &[usize]) -> f64 {
    let (mut rest, mut both) = (second, 0);
    for voice in first {
        let skipped = rest.partition_point(|other| other < voice);
        rest = rest.get(skipped..).unwrap_or_default();
        both += usize::from(rest.first() == Some(voice));
    }
    let (only_first, only_second) = (first.len() - both, second.len() - both);
    consensus::p_even(only_first.max(only_second), only_first + only_second)
}
