//! Alike letters ("likelydende svar"): the same or nearly the same text from several senders.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use super::count::{Count, Reach, Unit};
use super::frame::Frame;
use super::settings::PatternSettings;
use crate::record::Analysis;

/// Alike texts by different respondents.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AlikeLetter {
    /// The answers, in input order.
    pub rows: Vec<usize>,
    /// The commonest of the texts, by its earliest answer.
    pub example: usize,
    /// Answers, of the answers with content.
    pub answers: Count,
    /// Answers whose text equals the commonest one.
    pub equal: usize,
    /// Different respondents; none where unknown.
    pub respondents: Option<usize>,
    /// Whether the text is under six words, which people arrive at without each other ("mer samarbeid").
    pub short: bool,
    /// In how many groups, per attribute.
    pub reach: Vec<Reach>,
}

/// Fewer words than this people arrive at without each other.
const SHORT: usize = 6;

/// Texts that are the same or nearly so by several senders, most answers first.
pub(super) fn alike_letters(frame: &Frame<'_>, analysis: &Analysis, settings: &PatternSettings) -> Vec<AlikeLetter> {
    let content = frame.content_rows();
    let mut letters: Vec<AlikeLetter> = alike_rows(frame, analysis)
        .into_iter()
        .filter(|rows| rows.len() >= settings.min_alike.max(2) && frame.voices_of(rows).len() > 1)
        .filter_map(|rows| letter(frame, rows, &content))
        .collect();
    letters.sort_by_key(|letter| (Reverse(letter.answers.k), frame.id_order.get(letter.example).copied()));
    letters
}

/// Rows joined by equal text or by being listed as nearly equal, each set in input order.
fn alike_rows(frame: &Frame<'_>, analysis: &Analysis) -> Vec<Vec<usize>> {
    let mut parent: Vec<usize> = (0..frame.records.len()).collect();
    let counts = |row: usize| frame.content.get(row) == Some(&true);
    let mut first_of: BTreeMap<u32, usize> = BTreeMap::new();
    for (row, record) in frame.records.iter().enumerate().filter(|&(row, _)| counts(row)) {
        if let Some(group) = record.same_text_group {
            join(&mut parent, *first_of.entry(group).or_insert(row), row);
        }
    }
    for pair in analysis.near_equal.iter().filter(|pair| counts(pair.first) && counts(pair.second)) {
        join(&mut parent, pair.first, pair.second);
    }
    let mut sets: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for row in frame.content_rows() {
        let root = root(&mut parent, row);
        sets.entry(root).or_default().push(row);
    }
    sets.into_values().collect()
}

fn root(parent: &mut [usize], row: usize) -> usize {
    let mut at = row;
    while let Some(&up) = parent.get(at) {
        if up == at {
            break;
        }
        // Halving the path keeps later walks short.
        let above = parent.get(up).copied().unwrap_or(up);
        if let Some(entry) = parent.get_mut(at) {
            *entry = above;
        }
        at = above;
    }
    at
}

fn join(parent: &mut [usize], first: usize, second: usize) {
    let (first, second) = (root(parent, first), root(parent, second));
    // The earlier row is the root, so that sets come in the order of their first rows.
    if let Some(entry) = parent.get_mut(first.max(second)) {
        *entry = first.min(second);
    }
}

fn letter(frame: &Frame<'_>, rows: Vec<usize>, content: &[usize]) -> Option<AlikeLetter> {
    let mut texts: BTreeMap<(Option<u32>, usize), (usize, usize)> = BTreeMap::new();
    for &row in &rows {
        let group = frame.records.get(row)?.same_text_group;
        // A text of its own is known by its row.
        let key = (group, if group.is_some() { 0 } else { row });
        texts.entry(key).or_insert((0, row)).0 += 1;
    }
    let &(equal, example) = texts.values().max_by_key(|&&(count, row)| (count, Reverse(row)))?;
    let respondents = frame.respondents_in(&rows);
    Some(AlikeLetter {
        example,
        answers: Count::new(Unit::Answers, rows.len(), content.len()),
        equal,
        respondents: (respondents > 0).then_some(respondents),
        short: frame.records.get(example)?.shown.split_whitespace().count() < SHORT,
        reach: frame.reach(&rows, content),
        rows,
    })
}
