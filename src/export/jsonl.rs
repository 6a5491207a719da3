//! JSON Lines in the format of `innspill tag --keep-fields`: what reads one reads the other.

use std::collections::BTreeMap;
use std::io::Write;

use serde::Serialize;
use serde_json::{Map, Value};

use super::ExportError;
use crate::record::{Analysis, Record};
use crate::score::Score;
use crate::tag::{Outcome, Tag, TopicVerdict};
use crate::text::Language;

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    lang: Language,
    outcome: Outcome,
    themes: Vec<Theme<'a>>,
    topics: &'a [Tag],
    verdicts: &'a [TopicVerdict],
    patterns: &'a [Tag],
    facets: &'a BTreeMap<String, Option<String>>,
    input: Map<String, Value>,
}

#[derive(Serialize)]
struct Theme<'a> {
    code: &'a str,
    score: Score,
}

/// One line per answer, in order; `input` holds the shown text, which spans index, and the answer's fields.
///
/// # Errors
/// When `output` fails.
pub fn write_jsonl(analysis: &Analysis, output: &mut dyn Write) -> Result<(), ExportError> {
    for record in &analysis.records {
        let tagging = &record.tagging;
        let line = Line {
            id: &record.answer.id.0,
            lang: tagging.language,
            outcome: tagging.outcome,
            themes: tagging.themes.iter().map(|tag| Theme { code: &tag.code, score: tag.score }).collect(),
            topics: &tagging.topics,
            verdicts: &tagging.verdicts,
            patterns: &tagging.patterns,
            facets: &tagging.facets,
            input: input_fields(record),
        };
        serde_json::to_writer(&mut *output, &line)?;
        output.write_all(b"\n")?;
    }
    Ok(())
}

/// The fields of CONTRACTS' answer, then the kept columns under their own names.
fn input_fields(record: &Record) -> Map<String, Value> {
    let answer = &record.answer;
    let mut fields = Map::new();
    for (name, text) in &answer.kept {
        fields.insert(name.clone(), text.as_str().into());
    }
    // Ours are put in last, so that no kept column hides one.
    let known = [
        ("id", Some(answer.id.0.as_str())),
        ("text", Some(record.shown.as_str())),
        ("kind", answer.kind.as_ref().map(|kind| kind.0.as_str())),
        ("question", answer.question.as_deref()),
        ("asked_under", answer.asked_under.as_deref()),
        ("phase", answer.phase.as_deref()),
        ("respondent", answer.respondent.as_ref().map(|respondent| respondent.0.as_str())),
    ];
    for (name, value) in known {
        if let Some(value) = value {
            fields.insert(name.to_owned(), value.into());
        }
    }
    if let Some(time) = answer.time {
        fields.insert("time".to_owned(), time.to_string().into());
    }
    if !answer.groups.is_empty() {
        let groups: Map<String, Value> =
            answer.groups.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
        fields.insert("group".to_owned(), groups.into());
    }
    fields
}
