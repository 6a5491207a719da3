//! Co-occurrence: topics and patterns in the same answer, against what chance would give.

use rayon::prelude::*;
use serde::Serialize;

use super::count::{Count, Subject, Unit};
use super::frame::Frame;
use super::multiple::{TableTest, false_discovery_rates};
use super::settings::PatternSettings;
use crate::codebook::{Codebook, Level};
use crate::record::Analysis;

/// Two topics or patterns in the same answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cooccurrence {
    /// The one earlier in the codebook.
    pub first: Subject,
    /// The other.
    pub second: Subject,
    /// Answers with the first.
    pub first_answers: usize,
    /// Answers with the second.
    pub second_answers: usize,
    /// Answers with both, of the answers that count.
    pub together: Count,
    /// Answers with both that chance would give.
    pub expected: f64,
    /// Observed over expected.
    pub lift: f64,
    /// Lower end of its 95 % interval (delta method on the logarithm).
    pub lift_low: f64,
    /// Upper end of it.
    pub lift_high: f64,
    /// Two-sided p of Fisher's exact test; of the chi-square test where all four cells are large.
    pub p: f64,
    /// `p` corrected for all pairs (Benjamini and Hochberg 1995).
    pub q: f64,
    /// Whether `q` is within the stated false discovery rate.
    pub stands: bool,
    /// Answers with both, in input order.
    pub rows: Vec<usize>,
}

/// Pairs of topics and patterns that occur in the same answer, those surest to belong together first.
///
/// A pattern and the topics that carry it with them are no pair: they meet by rule, not by what people write.
pub fn pairs(analysis: &Analysis, codebook: &Codebook, settings: &PatternSettings) -> Vec<Cooccurrence> {
    let frame = Frame::new(analysis, settings);
    let codes = frame.code_rows(codebook);
    pairs_of(&frame, codebook, &codes, settings)
}

/// The same in a frame that is laid out already; `codes` are the rows of each code.
pub(super) fn pairs_of(
    frame: &Frame<'_>,
    codebook: &Codebook,
    codes: &[(Subject, Vec<usize>)],
    settings: &PatternSettings,
) -> Vec<Cooccurrence> {
    let n = frame.clear_rows().len();
    let codes = codes.iter().filter(|(subject, _)| subject.level() != Some(Level::Theme));
    // All pairs that could be told are tested and corrected for, those that never meet too: choosing
    // the ones that meet often first would make the correction too mild.
    let common: Vec<&(Subject, Vec<usize>)> =
        codes.filter(|(_, rows)| frame.voices_of(rows).len() >= settings.min_voices.max(1)).collect();
    let test = TableTest::up_to(n);
    let mut found: Vec<Cooccurrence> = common
        .par_iter()
        .enumerate()
        .flat_map_iter(|(position, (first, first_rows))| {
            let later = common.iter().skip(position + 1).filter(|(second, _)| !by_rule(codebook, first, second));
            let test = &test;
            later.map(move |(second, second_rows)| {
                let rows = in_both(first_rows, second_rows);
                pair(first, second, (first_rows.len(), second_rows.len(), n), rows, test)
            })
        })
        .collect();
    let rates = false_discovery_rates(&found.iter().map(|pair| pair.p).collect::<Vec<_>>());
    for (pair, q) in found.iter_mut().zip(rates) {
        pair.q = q;
        pair.stands = q <= settings.false_discovery_rate;
    }
    let least =
        settings.small_cells.as_ref().filter(|rules| rules.suppress_cells).map_or(0, |rules| rules.min_group_size);
    found.retain_mut(|pair| {
        let voices = frame.voices_of(&pair.rows).len();
        // Many answers of few persons are as telling as few answers.
        pair.together.suppressed = voices < least;
        voices >= settings.min_voices.max(1)
    });
    found.sort_by(|left, right| {
        (right.lift_low.total_cmp(&left.lift_low))
            .then_with(|| (&left.first, &left.second).cmp(&(&right.first, &right.second)))
    });
    found
}

/// Numbers that are in both sorted lists.
fn in_both(first: &[usize], second: &[usize]) -> Vec<usize> {
    let (few, many) = if first.len() <= second.len() { (first, second) } else { (second, first) };
    few.iter().copied().filter(|row| many.binary_search(row).is_ok()).collect()
}

fn pair(
    first: &Subject,
    second: &Subject,
    (k1, k2, n): (usize, usize, usize),
    rows: Vec<usize>,
    test: &TableTest,
) -> Cooccurrence {
    let both = rows.len();
    let expected = k1 as f64 * k2 as f64 / n.max(1) as f64;
    let lift = both as f64 / expected.max(f64::MIN_POSITIVE);
    // Delta method on ln(both * n / (k1 * k2)), the margins taken as given.
    let deviation = (1.0 / both.max(1) as f64 - 1.0 / n.max(1) as f64).max(0.0).sqrt();
    Cooccurrence {
        first: first.clone(),
        second: second.clone(),
        first_answers: k1,
        second_answers: k2,
        together: Count::new(Unit::Answers, both, n),
        expected,
        lift,
        lift_low: lift * (-1.96 * deviation).exp(),
        lift_high: lift * (1.96 * deviation).exp(),
        p: test.p(both, k1, k2.saturating_sub(both), n.saturating_sub(k1)),
        q: 1.0,
        stands: false,
        rows,
    }
}

fn by_rule(codebook: &Codebook, first: &Subject, second: &Subject) -> bool {
    let implies = |topic: &Subject, pattern: &Subject| match (topic, pattern) {
        (
            Subject::Code { level: Level::Topic, code: topic },
            Subject::Code { level: Level::Pattern, code: pattern },
        ) => codebook.pattern(pattern).is_some_and(|pattern| pattern.implied_by.contains(topic)),
        _ => false,
    };
    implies(first, second) || implies(second, first)
}
