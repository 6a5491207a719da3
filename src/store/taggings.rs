//! Taggings, by tagger and text: what is listed as JSON, and every code's score as two bytes.

use rusqlite::{Connection, params};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::StoreError;
use super::texts::TextId;
use crate::codebook::Level;
use crate::score::Score;
use crate::tag::{AllScores, Outcome, Tag, Tagging, TopicVerdict};
use crate::text::Language;
use std::collections::BTreeMap;

/// What is listed; the field order is the column order of the stored JSON.
#[derive(Serialize, Deserialize)]
struct Listed {
    language: Language,
    outcome: Outcome,
    themes: Vec<Tag>,
    topics: Vec<Tag>,
    verdicts: Vec<TopicVerdict>,
    patterns: Vec<Tag>,
    facets: BTreeMap<String, Option<String>>,
}

/// The codes of a tagger, each level in the order of its ids.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct CodeOrder {
    themes: Vec<String>,
    topics: Vec<String>,
    patterns: Vec<String>,
}

impl CodeOrder {
    /// Of the codes with a threshold, which are all.
    pub(super) fn of(thresholds: &BTreeMap<(Level, String), Score>) -> Self {
        let level = |wanted: Level| {
            let codes = thresholds.keys().filter(|(level, _)| *level == wanted);
            codes.map(|(_, code)| code.clone()).collect()
        };
        CodeOrder { themes: level(Level::Theme), topics: level(Level::Topic), patterns: level(Level::Pattern) }
    }
}

/// What is listed, as text.
pub(super) fn listed_text(tagging: &Tagging) -> Result<String, StoreError> {
    let listed = Listed {
        language: tagging.language,
        outcome: tagging.outcome,
        themes: tagging.themes.clone(),
        topics: tagging.topics.clone(),
        verdicts: tagging.verdicts.clone(),
        patterns: tagging.patterns.clone(),
        facets: tagging.facets.clone(),
    };
    serde_json::to_string(&listed).map_err(|_| StoreError::Damaged { what: "a tagging" })
}

/// Every score in ten-thousandths, which is what [`Score`] rounds to.
fn scores_bytes(scores: &AllScores, order: &CodeOrder) -> Vec<u8> {
    let level = |codes: &[String], scores: &BTreeMap<String, Score>| -> Vec<u8> {
        let value = |code: &String| scores.get(code).map_or(0.0, |score| score.value());
        codes.iter().flat_map(|code| ((value(code) * 10_000.0).round() as u16).to_le_bytes()).collect()
    };
    [
        level(&order.themes, &scores.themes),
        level(&order.topics, &scores.topics),
        level(&order.patterns, &scores.patterns),
    ]
    .concat()
}

fn scores_of(bytes: &[u8], order: &CodeOrder) -> Option<AllScores> {
    let (pairs, []) = bytes.as_chunks::<2>() else { return None };
    if pairs.len() != order.themes.len() + order.topics.len() + order.patterns.len() {
        return None;
    }
    let mut pairs = pairs.iter();
    let mut level = |codes: &[String]| -> BTreeMap<String, Score> {
        let score = |pair: &[u8; 2]| Score::new(f64::from(u16::from_le_bytes(*pair)) / 10_000.0);
        codes.iter().cloned().zip(pairs.by_ref().map(score)).collect()
    };
    Some(AllScores { themes: level(&order.themes), topics: level(&order.topics), patterns: level(&order.patterns) })
}

/// A tagging of what stands in the store.
pub(super) fn parse(listed: &str, scores: &[u8], order: &CodeOrder) -> Result<Tagging, StoreError> {
    let all_scores = scores_of(scores, order).ok_or(StoreError::Damaged { what: "a tagging" })?;
    Ok(Tagging { all_scores, ..parse_listed(listed)? })
}

/// The same without the scores of codes that are not listed, which are most of a tagging.
pub(super) fn parse_listed(listed: &str) -> Result<Tagging, StoreError> {
    let listed: Listed = serde_json::from_str(listed).map_err(|_| StoreError::Damaged { what: "a tagging" })?;
    Ok(Tagging {
        language: listed.language,
        outcome: listed.outcome,
        themes: listed.themes,
        topics: listed.topics,
        verdicts: listed.verdicts,
        patterns: listed.patterns,
        facets: listed.facets,
        all_scores: AllScores::default(),
    })
}

/// A tagging as it stands in the store, not read yet.
#[derive(Debug, Clone)]
pub(super) struct Raw {
    pub(super) listed: String,
    pub(super) scores: Vec<u8>,
}

/// A tagger's taggings, by text.
pub(super) fn of_tagger(connection: &Connection, tagger: i64) -> Result<FxHashMap<TextId, Raw>, StoreError> {
    let mut statement =
        connection.prepare("SELECT text, listed, scores FROM taggings WHERE tagger = ?1 ORDER BY tagging")?;
    let rows =
        statement.query_map([tagger], |row| Ok((row.get(0)?, Raw { listed: row.get(1)?, scores: row.get(2)? })))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Keeps taggings.
pub(super) fn keep<'a>(
    connection: &mut Connection,
    tagger: i64,
    order: &CodeOrder,
    taggings: impl Iterator<Item = (TextId, &'a Tagging)>,
) -> Result<(), StoreError> {
    let transaction = connection.transaction()?;
    {
        let mut insert = transaction
            .prepare("INSERT OR REPLACE INTO taggings (tagger, text, listed, scores) VALUES (?1, ?2, ?3, ?4)")?;
        for (text, tagging) in taggings {
            insert.execute(params![tagger, text, listed_text(tagging)?, scores_bytes(&tagging.all_scores, order)])?;
        }
    }
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::span::Span;
    use crate::tag::{Basis, Verdict};

    proptest! {
        #[test]
        fn a_tagging_comes_back_equal(scores in proptest::collection::vec(0.0f64..=1.0, 4), start in 0u32..99) {
            let score = |at: usize| Score::new(scores[at]);
            let tag = |code: &str, at: usize| Tag {
                code: code.to_owned(),
                score: score(at),
                spans: vec![Span { start, end: start + 4 }],
            };
            let mut all_scores = AllScores::default();
            all_scores.themes.insert("a".to_owned(), score(0));
            all_scores.topics.insert("a/x".to_owned(), score(1));
            all_scores.topics.insert("a/y".to_owned(), score(2));
            all_scores.patterns.insert("p".to_owned(), score(3));
            let tagging = Tagging {
                language: Language::Nn,
                outcome: Outcome::Coded,
                themes: vec![tag("a", 0)],
                topics: vec![tag("a/x", 1)],
                verdicts: vec![TopicVerdict {
                    topic: "a/x".to_owned(),
                    verdict: Verdict::Both,
                    score: score(2),
                    basis: Basis::Reported,
                    spans: Vec::new(),
                }],
                patterns: vec![tag("p", 3)],
                facets: BTreeMap::from([("time".to_owned(), None), ("form".to_owned(), Some("problem".to_owned()))]),
                all_scores,
            };
            let thresholds: BTreeMap<(Level, String), Score> =
                [(Level::Theme, "a"), (Level::Topic, "a/y"), (Level::Topic, "a/x"), (Level::Pattern, "p")]
                    .into_iter()
                    .map(|(level, code)| ((level, code.to_owned()), Score::new(0.5)))
                    .collect();
            let order = CodeOrder::of(&thresholds);
            let bytes = scores_bytes(&tagging.all_scores, &order);
            prop_assert_eq!(parse(&listed_text(&tagging).unwrap(), &bytes, &order).unwrap(), tagging);
        }
    }

    #[test]
    fn scores_of_another_codebook_are_not_read() {
        assert!(scores_of(&[0, 0], &CodeOrder::default()).is_none());
        assert!(scores_of(&[0], &CodeOrder::default()).is_none());
    }
}
