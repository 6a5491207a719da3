//! What came up without being asked about.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde::Serialize;

use super::count::{Count, Reach, Subject, Unit};
use super::frame::Frame;
use super::quotes::{self, Quote};
use super::settings::PatternSettings;
use crate::codebook::{Codebook, Level};
use crate::record::Analysis;

/// A code that answers to other questions carry.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Unasked {
    /// What came up.
    pub subject: Subject,
    /// Answers that mention it, of the answers to questions that stood under something else.
    pub answers: Count,
    /// Respondents who mention it there, of the respondents asked about something else; none where unknown.
    pub respondents: Option<Count>,
    /// Answers that mention it, of the answers where it was asked about; none where nobody was asked.
    pub where_asked: Option<Count>,
    /// What had been asked about (`asked_under`), with the answers that mention the subject there,
    /// most first.
    pub instead: Vec<(String, Count)>,
    /// In how many groups it came up unasked, per attribute.
    pub reach: Vec<Reach>,
    /// The answers that mention it unasked, in input order.
    pub rows: Vec<usize>,
    /// The best of them.
    pub quotes: Vec<Quote>,
}

/// What came up where something else was asked about, most answers first.
pub(super) fn unasked(
    frame: &Frame<'_>,
    analysis: &Analysis,
    codebook: &Codebook,
    codes: &[(Subject, Vec<usize>)],
    settings: &PatternSettings,
) -> Vec<Unasked> {
    let asked: Vec<(usize, &str)> = frame
        .clear_rows()
        .into_iter()
        .filter_map(|row| Some((row, frame.records.get(row)?.answer.asked_under.as_deref()?)))
        .filter(|(_, under)| !under.is_empty())
        .collect();
    if asked.is_empty() {
        return Vec::new();
    }
    let headings: BTreeSet<&str> = asked.iter().map(|entry| entry.1).collect();
    let mut found: Vec<Unasked> = codes
        .par_iter()
        .filter(|(_, rows)| !rows.is_empty())
        .filter_map(|(subject, rows)| {
            let own: BTreeSet<&str> =
                headings.iter().copied().filter(|under| asks_about(under, subject, codebook)).collect();
            of_subject(frame, analysis, subject, rows, &asked, &own, settings)
        })
        .collect();
    // A stable sort: codes with as many answers stay in the order of the codebook.
    found.sort_by_key(|entry| Reverse(entry.answers.k));
    found
}

fn of_subject(
    frame: &Frame<'_>,
    analysis: &Analysis,
    subject: &Subject,
    rows: &[usize],
    asked: &[(usize, &str)],
    own: &BTreeSet<&str>,
    settings: &PatternSettings,
) -> Option<Unasked> {
    let mentions = |row: usize| rows.binary_search(&row).is_ok();
    let (mut base, mut unasked) = (Vec::new(), Vec::new());
    let (mut asked_with, mut asked_all) = (0, 0);
    let mut instead: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for &(row, under) in asked {
        let mentioned = usize::from(mentions(row));
        if own.contains(under) {
            asked_with += mentioned;
            asked_all += 1;
            continue;
        }
        base.push(row);
        let there = instead.entry(under).or_default();
        there.0 += mentioned;
        there.1 += 1;
        if mentioned == 1 {
            unasked.push(row);
        }
    }
    if unasked.is_empty() {
        return None;
    }
    let mut instead: Vec<(String, Count)> = instead
        .into_iter()
        .filter(|(_, (k, _))| *k > 0)
        .map(|(under, (k, n))| (under.to_owned(), Count::new(Unit::Answers, k, n)))
        .collect();
    instead.sort_by_key(|(_, count)| Reverse(count.k));
    let people = frame.respondents_in(&base);
    Some(Unasked {
        subject: subject.clone(),
        answers: Count::new(Unit::Answers, unasked.len(), base.len()),
        respondents: (people > 0).then(|| Count::new(Unit::Respondents, frame.respondents_in(&unasked), people)),
        where_asked: (asked_all > 0).then(|| Count::new(Unit::Answers, asked_with, asked_all)),
        instead,
        reach: frame.reach(&unasked, &base),
        quotes: quotes::of_subject(frame, analysis, subject, &unasked, settings),
        rows: unasked,
    })
}

/// Whether a question that stood under `under` asked about `subject`: the code itself, the theme of
/// a topic, a topic of a theme, and for a pattern whatever asks about a topic that carries it.
fn asks_about(under: &str, subject: &Subject, codebook: &Codebook) -> bool {
    let Subject::Code { level, code } = subject else { return false };
    let near = |code: &str| {
        let theme = |code: &str| code.split('/').next().unwrap_or_default().to_owned();
        under == code || under == theme(code) || (!code.contains('/') && theme(under) == code)
    };
    match level {
        Level::Theme | Level::Topic => near(code),
        Level::Pattern => {
            under.rsplit('/').next() == Some(code)
                || codebook.pattern(code).is_some_and(|pattern| pattern.implied_by.iter().any(|topic| near(topic)))
        }
    }
}
