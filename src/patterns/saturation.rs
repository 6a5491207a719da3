//! Saturation: how much that is new the last answers brought.

use serde::Serialize;

use super::count::Subject;
use super::frame::Frame;
use crate::record::Analysis;

/// What the last tenth of the answers brought.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Saturation {
    /// Answers with content.
    pub answers: usize,
    /// Of these, the last tenth.
    pub last: usize,
    /// Topics, patterns, and groups of two or more alike answers that anybody mentions.
    pub things: usize,
    /// Those that were first mentioned in the last tenth; without times, how many that would be on average over all
    /// orders of the answers.
    pub new_in_last: f64,
    /// Whether the order is that of the answers' own times.
    pub by_time: bool,
}

/// Fewest answers for a tenth to say anything.
const FEWEST: usize = 50;

/// None where there are too few answers to say.
///
/// Without times on every answer the order of arrival is not known; the expected number over all orders is that of
/// rarefaction (Hurlbert 1971, Ecology 52): the chance that all of a thing's answers are among the last.
pub(super) fn saturation(
    frame: &Frame<'_>,
    analysis: &Analysis,
    codes: &[(Subject, Vec<usize>)],
) -> Option<Saturation> {
    let rows = frame.content_rows();
    if rows.len() < FEWEST {
        return None;
    }
    let last = rows.len() / 10;
    let clusters: Vec<(Subject, Vec<usize>)> =
        frame.cluster_rows(analysis).into_iter().filter(|(_, rows)| rows.len() > 1).collect();
    let mentioned = codes
        .iter()
        .filter(|(subject, _)| subject.level() != Some(crate::codebook::Level::Theme))
        .chain(&clusters)
        .map(|(_, rows)| rows)
        .filter(|rows| !rows.is_empty());
    let time = |row: usize| frame.records.get(row).and_then(|record| record.answer.time);
    let by_time = rows.iter().all(|&row| time(row).is_some());
    let (mut things, mut new_in_last) = (0, 0.0);
    if by_time {
        let mut order = rows.clone();
        order.sort_by_key(|&row| (time(row), frame.id_order.get(row).copied()));
        let mut place = vec![0; frame.records.len()];
        for (position, &row) in order.iter().enumerate() {
            if let Some(place) = place.get_mut(row) {
                *place = position;
            }
        }
        for rows in mentioned {
            things += 1;
            let first = rows.iter().filter_map(|&row| place.get(row)).min().copied().unwrap_or(0);
            new_in_last += f64::from(u8::from(first >= order.len() - last));
        }
    } else {
        for of_thing in mentioned {
            things += 1;
            let chance = (0..of_thing.len()).map(|step| last.saturating_sub(step) as f64 / (rows.len() - step) as f64);
            new_in_last += chance.product::<f64>();
        }
    }
    Some(Saturation { answers: rows.len(), last, things, new_in_last, by_time })
}
