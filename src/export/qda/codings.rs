//! Which code stands on which characters of an answer, who set it, and how sure that is.

use std::collections::BTreeSet;

use super::codes::{CodeTree, Side};
use super::documents::PlacedAnswer;
use crate::codebook::Level;
use crate::codebook::guid::{machine_guid, person_guid};
use crate::export::answers::verdict_id;
use crate::export::tags::set_by;
use crate::record::{Analysis, Record};
use crate::span::Span;
use crate::tag::{Basis, Tag, Verdict};

/// A code on a stretch of a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// In the document.
    pub place: Span,
    /// The code's id.
    pub code: String,
    /// The coder's id.
    pub coder: String,
    /// How it was set.
    pub memo: String,
}

/// What codings are made from.
pub struct Coder<'a> {
    /// The answers.
    pub analysis: &'a Analysis,
    /// The codes.
    pub tree: &'a CodeTree,
    /// The codebook's name and version.
    pub codebook: String,
}

impl Coder<'_> {
    /// The codings of one answer in order of place: topics, their claims by the verdict, patterns, and themes that no
    /// listed topic stands for. A code without words of its own stands on the whole answer. No code stands twice on
    /// the same place by the same coder: importers refuse that.
    pub fn marks(&self, record: &Record, answer: &PlacedAnswer) -> Vec<Mark> {
        let mut marks = Vec::new();
        let tagging = &record.tagging;
        for theme in &tagging.themes {
            let has_topic = |topic: &Tag| topic.code.split_once('/').is_some_and(|(own, _)| own == theme.code);
            if !tagging.topics.iter().any(has_topic) {
                self.tag(record, answer, Level::Theme, theme, &mut marks);
            }
        }
        for topic in &tagging.topics {
            self.tag(record, answer, Level::Topic, topic, &mut marks);
        }
        for verdict in &tagging.verdicts {
            let sides: &[Side] = match verdict.verdict {
                Verdict::A => &[Side::A],
                Verdict::B => &[Side::B],
                Verdict::Both => &[Side::A, Side::B],
                Verdict::Neither | Verdict::Unclear => &[],
            };
            let topic = tagging.topics.iter().find(|topic| topic.code == verdict.topic);
            let spans = match topic {
                Some(topic) if verdict.spans.is_empty() => &topic.spans,
                _ => &verdict.spans,
            };
            let basis = match verdict.basis {
                Basis::Stated => "stated",
                Basis::Presupposed => "presupposed",
                Basis::Reported => "reported",
            };
            let setter = set_by(self.analysis, answer.row, Level::Topic, &verdict.topic);
            let memo = format!(
                "{}; side={}; konfidens={:.4}; grunnlag={basis}; kodebok={}",
                method(setter),
                verdict_id(verdict.verdict),
                verdict.score.value(),
                self.codebook
            );
            for code in sides.iter().filter_map(|side| self.tree.claim(&verdict.topic, *side)) {
                push(code, setter, spans, answer, record, &memo, &mut marks);
            }
        }
        for pattern in &tagging.patterns {
            self.tag(record, answer, Level::Pattern, pattern, &mut marks);
        }
        marks.sort();
        let mut seen = BTreeSet::new();
        marks.retain(|mark| seen.insert((mark.place, mark.code.clone(), mark.coder.clone())));
        marks
    }

    fn tag(&self, record: &Record, answer: &PlacedAnswer, level: Level, tag: &Tag, marks: &mut Vec<Mark>) {
        let Some(code) = self.tree.guid_of(level, &tag.code) else { return };
        let setter = set_by(self.analysis, answer.row, level, &tag.code);
        let mut memo = format!("{}; konfidens={:.4}", method(setter), tag.score.value());
        if let Some(threshold) = self.analysis.thresholds.get(&(level, tag.code.clone())) {
            memo.push_str(&format!("; terskel={:.4}", threshold.value()));
        }
        memo.push_str(&format!("; kodebok={}", self.codebook));
        push(code, setter, &tag.spans, answer, record, &memo, marks);
    }
}

fn method(person: Option<&str>) -> String {
    match person {
        None => "metode=maskin".to_owned(),
        Some(person) => format!("metode=menneske; hvem={}", name_of(person)),
    }
}

/// The id of who set a code.
pub fn coder_guid(person: Option<&str>) -> String {
    person.map_or_else(machine_guid, person_guid)
}

/// What a person is called who may have given no name.
pub fn name_of(person: &str) -> &str {
    if person.is_empty() { "uten navn" } else { person }
}

fn push(
    code: &str,
    setter: Option<&str>,
    spans: &[Span],
    answer: &PlacedAnswer,
    record: &Record,
    memo: &str,
    marks: &mut Vec<Mark>,
) {
    let length = u32::try_from(record.shown.chars().count()).unwrap_or(u32::MAX);
    let whole = [Span { start: 0, end: length }];
    let spans = if spans.is_empty() { &whole } else { spans };
    for place in spans.iter().filter_map(|span| answer.span(*span)) {
        marks.push(Mark { place, code: code.to_owned(), coder: coder_guid(setter), memo: memo.to_owned() });
    }
}
