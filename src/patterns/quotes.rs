//! Quotes: the few answers that say it best.

use serde::Serialize;

use std::collections::BTreeSet;

use super::count::Subject;
use super::frame::Frame;
use super::settings::PatternSettings;
use crate::codebook::Level;
use crate::record::Analysis;
use crate::span::{CodePoints, Span};
use crate::text::sentences;

/// An answer worth reading for a number.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Quote {
    /// Position in [`Analysis::records`](crate::record::Analysis::records).
    pub row: usize,
    /// What to show of the shown text: all of it, or of a long answer the sentences that earned the code.
    pub excerpt: Span,
    /// What earned the code, within the excerpt.
    pub highlights: Vec<Span>,
}

/// Of a longer answer only the sentences that earned the code are shown; in code points.
const LONG: usize = 280;
/// So many of the best answers per quote wanted are looked at for variety.
const CANDIDATES_PER_QUOTE: usize = 12;

/// Chooses the answers of `rows` that say it best: highest score first, whole thoughts (five to
/// forty words) before fragments and essays, and voices, texts and tables that differ before more of
/// the same. What a person pinned goes before all that, and what they rejected is left out. `evidence` gives a row's score and what earned it.
pub(super) fn best(
    frame: &Frame<'_>,
    rows: &[usize],
    settings: &PatternSettings,
    evidence: impl Fn(usize) -> (f64, Vec<Span>),
) -> Vec<Quote> {
    let mut candidates: Vec<(u64, bool, u64, usize, usize)> = rows
        .iter()
        .filter_map(|&row| {
            let record = frame.records.get(row)?;
            if (settings.only_quotable && !record.quote_ok) || frame.review.rejects_quote(row) {
                return None;
            }
            let score = evidence(row).0.clamp(0.0, 1.0);
            let ten_thousandths = (score * 10_000.0).round() as u64;
            let words = record.shown.split_whitespace().take(41).count();
            let order = frame.id_order.get(row).copied()?;
            let pinned = frame.review.pinned(row).unwrap_or(u64::MAX);
            Some((pinned, !(5..=40).contains(&words), 10_000 - ten_thousandths.min(10_000), order, row))
        })
        .collect();
    let kept = settings.max_quotes.saturating_mul(CANDIDATES_PER_QUOTE);
    if kept > 0 && candidates.len() > kept {
        candidates.select_nth_unstable(kept - 1);
        candidates.truncate(kept);
    }
    candidates.sort_unstable();
    let ranked: Vec<usize> = candidates.into_iter().map(|(.., row)| row).collect();
    varied(frame, &ranked, settings.max_quotes)
        .into_iter()
        .filter_map(|row| Some(quote(row, &frame.records.get(row)?.shown, evidence(row).1)))
        .collect()
}

/// The first `wanted` of `ranked` whose text, voice and table are new; then those whose text is.
fn varied(frame: &Frame<'_>, ranked: &[usize], wanted: usize) -> Vec<usize> {
    let tables = frame.sat_together.and_then(|position| frame.attributes.get(position));
    let (mut texts, mut voices, mut seats) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut chosen = Vec::new();
    for strict in [true, false] {
        for &row in ranked {
            if chosen.len() >= wanted {
                return chosen;
            }
            let Some(record) = frame.records.get(row) else { continue };
            let text = record.shown.trim().to_lowercase();
            let voice = frame.voice.get(row).copied();
            let seat = tables.and_then(|attribute| attribute.group(row));
            let repeats = voices.contains(&voice) || (seat.is_some() && seats.contains(&seat));
            if texts.contains(&text) || (strict && repeats) {
                continue;
            }
            texts.insert(text);
            voices.insert(voice);
            seats.insert(seat);
            chosen.push(row);
        }
    }
    chosen
}

/// The quote of one answer.
fn quote(row: usize, shown: &str, mut spans: Vec<Span>) -> Quote {
    spans.sort_unstable();
    spans.dedup();
    let excerpt = excerpt(shown, &spans);
    spans.retain(|span| excerpt.start <= span.start && span.end <= excerpt.end && span.start < span.end);
    Quote { row, excerpt, highlights: spans }
}

/// All of a short answer; of a long one the sentences from the first to the last that earned the
/// code, or those with the first alone where that is long too.
fn excerpt(shown: &str, spans: &[Span]) -> Span {
    let length = shown.chars().count();
    let whole = Span { start: 0, end: u32::try_from(length).unwrap_or(u32::MAX) };
    if length <= LONG {
        return whole;
    }
    let points = CodePoints::new(shown);
    let sentences: Vec<Span> = sentences(shown).iter().map(|bytes| points.span(bytes)).collect();
    let touched: Vec<Span> = sentences
        .iter()
        .filter(|sentence| spans.iter().any(|span| span.start < sentence.end && sentence.start < span.end))
        .copied()
        .collect();
    match (touched.first(), touched.last()) {
        (Some(first), Some(last)) if (last.end - first.start) as usize <= 2 * LONG => {
            Span { start: first.start, end: last.end }
        }
        (Some(first), _) => *first,
        _ => sentences.first().copied().unwrap_or(whole),
    }
}

/// How surely a row carries a code, and what earned it; for a theme, what earned its topics.
pub(super) fn code_evidence(frame: &Frame<'_>, level: Level, code: &str, row: usize) -> (f64, Vec<Span>) {
    let Some(tagging) = frame.records.get(row).map(|record| &record.tagging) else { return (0.0, Vec::new()) };
    let tags = match level {
        Level::Theme => &tagging.themes,
        Level::Topic => &tagging.topics,
        Level::Pattern => &tagging.patterns,
    };
    let Some(tag) = tags.iter().find(|tag| tag.code == code) else { return (0.0, Vec::new()) };
    let mut spans = tag.spans.clone();
    if level == Level::Theme {
        let within = tagging.topics.iter().filter(|topic| topic.code.split('/').next() == Some(code));
        spans.extend(within.flat_map(|topic| topic.spans.iter().copied()));
    }
    (tag.score.value(), spans)
}

/// The best quotes of a subject among `rows`; of a group of alike answers those it chose itself first.
pub(super) fn of_subject(
    frame: &Frame<'_>,
    analysis: &Analysis,
    subject: &Subject,
    rows: &[usize],
    settings: &PatternSettings,
) -> Vec<Quote> {
    match subject {
        Subject::Code { level, code } => best(frame, rows, settings, |row| code_evidence(frame, *level, code, row)),
        Subject::Cluster { id } => {
            let own = analysis.clusters.iter().find(|cluster| cluster.id == *id).map(|cluster| &cluster.quotes);
            let rank = |row: usize| own.and_then(|quotes| quotes.iter().position(|&quote| quote == row));
            best(frame, rows, settings, |row| (rank(row).map_or(0.0, |rank| 1.0 / (rank as f64 + 1.0)), Vec::new()))
        }
    }
}
