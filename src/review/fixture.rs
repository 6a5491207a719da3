//! Answers with planted codes, for tests.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::answer::{Answer, AnswerId, Kind, Place};
use crate::codebook::{Codebook, Level};
use crate::record::{Analysis, Record};
use crate::score::Score;
use crate::span::Span;
use crate::tag::{AllScores, Basis, Outcome, Tag, Tagging, TopicVerdict, Verdict};
use crate::text::Language;

/// The innovation codebook.
pub fn codebook() -> Codebook {
    crate::codebook::builtin().unwrap()
}

/// An answer with these topics and patterns; themes follow from the topics.
pub fn record(id: &str, text: &str, topics: &[&str], patterns: &[&str]) -> Record {
    let tag = |code: &str, spans: Vec<Span>| Tag { code: code.to_owned(), score: Score::new(0.8), spans };
    let span = vec![Span { start: 0, end: 3 }];
    let mut themes: Vec<&str> = topics.iter().map(|topic| topic.split_once('/').unwrap().0).collect();
    themes.sort_unstable();
    themes.dedup();
    let coded = !(topics.is_empty() && patterns.is_empty());
    Record {
        answer: Answer {
            id: AnswerId(id.to_owned()),
            text: text.to_owned(),
            kind: Some(Kind("wish".to_owned())),
            question: None,
            asked_under: None,
            phase: None,
            groups: BTreeMap::new(),
            respondent: None,
            time: None,
            kept: Vec::new(),
            place: Place { file: Arc::from("planted.csv"), row: 2 },
        },
        shown: text.to_owned(),
        tagging: Tagging {
            language: Language::Nb,
            outcome: if coded { Outcome::Coded } else { Outcome::NoneOfTheAbove },
            themes: themes.into_iter().map(|theme| tag(theme, Vec::new())).collect(),
            topics: topics.iter().map(|topic| tag(topic, span.clone())).collect(),
            verdicts: topics
                .iter()
                .map(|topic| TopicVerdict {
                    topic: (*topic).to_owned(),
                    verdict: Verdict::A,
                    score: Score::new(0.7),
                    basis: Basis::Stated,
                    spans: span.clone(),
                })
                .collect(),
            patterns: patterns.iter().map(|pattern| tag(pattern, span.clone())).collect(),
            facets: BTreeMap::new(),
            all_scores: AllScores::default(),
        },
        cluster: None,
        same_text_group: None,
        human_checked: false,
        quote_ok: false,
    }
}

/// An analysis of these answers, every threshold a half.
pub fn analysis(records: Vec<Record>) -> Analysis {
    let codebook = codebook();
    let thresholds = codebook.codes().into_iter().map(|entry| ((entry.level, entry.code), Score::new(0.5)));
    Analysis { records, thresholds: thresholds.collect(), ..Analysis::default() }
}

/// The codes of an answer at a level.
pub fn codes(record: &Record, level: Level) -> Vec<&str> {
    let tags = match level {
        Level::Theme => &record.tagging.themes,
        Level::Topic => &record.tagging.topics,
        Level::Pattern => &record.tagging.patterns,
    };
    tags.iter().map(|tag| tag.code.as_str()).collect()
}
