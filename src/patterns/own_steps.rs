//! What those who wrote can do themselves: proposals addressed to their own work or their own organisation.

use serde::Serialize;

use super::count::{Count, Reach, Subject, Unit};
use super::frame::Frame;
use super::quotes::{Quote, best, code_evidence};
use super::settings::PatternSettings;
use crate::codebook::Level;

/// Proposals to oneself on one topic.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OwnSteps {
    /// `theme/topic`; none for those about no topic.
    pub topic: Option<String>,
    /// Answers, of all proposals to oneself; one on two topics is in both.
    pub answers: Count,
    /// Those of them addressed to the writer's own work; the rest to the organisation.
    pub own_work: usize,
    /// In how many groups, per attribute.
    pub reach: Vec<Reach>,
    /// The answers, in input order.
    pub rows: Vec<usize>,
    /// The best of them.
    pub quotes: Vec<Quote>,
}

/// By topic, most answers first, those about no topic last; empty where the codebook has no such facets.
pub(super) fn own_steps(
    frame: &Frame<'_>,
    codes: &[(Subject, Vec<usize>)],
    settings: &PatternSettings,
) -> Vec<OwnSteps> {
    let value = |row: usize, facet: &str| {
        frame.records.get(row).and_then(|record| record.tagging.facets.get(facet)?.as_deref())
    };
    let addressed = |row: usize| matches!(value(row, "addressee"), Some("own_work" | "own_organisation"));
    let content = frame.content_rows();
    let own: Vec<usize> =
        content.iter().copied().filter(|&row| value(row, "form") == Some("proposal") && addressed(row)).collect();
    let among =
        |rows: &[usize]| -> Vec<usize> { own.iter().copied().filter(|row| rows.binary_search(row).is_ok()).collect() };
    let steps = |topic: Option<&str>, rows: Vec<usize>| OwnSteps {
        topic: topic.map(str::to_owned),
        answers: Count::new(Unit::Answers, rows.len(), own.len()),
        own_work: rows.iter().filter(|&&row| value(row, "addressee") == Some("own_work")).count(),
        reach: frame.reach(&rows, &content),
        quotes: best(frame, &rows, settings, |row| {
            topic.map_or((0.0, Vec::new()), |topic| code_evidence(frame, Level::Topic, topic, row))
        }),
        rows,
    };
    let mut found: Vec<OwnSteps> = codes
        .iter()
        .filter_map(|(subject, rows)| match subject {
            Subject::Code { level: Level::Topic, code } => Some((code, among(rows))),
            _ => None,
        })
        .filter(|(_, rows)| !rows.is_empty())
        .map(|(topic, rows)| steps(Some(topic), rows))
        .collect();
    // Stable: as many stay in the order of the codebook.
    found.sort_by_key(|entry| std::cmp::Reverse(entry.rows.len()));
    let about_topics: std::collections::BTreeSet<usize> =
        found.iter().flat_map(|entry| entry.rows.iter().copied()).collect();
    let rest: Vec<usize> = own.iter().copied().filter(|row| !about_topics.contains(row)).collect();
    if !rest.is_empty() {
        found.push(steps(None, rest));
    }
    found
}
