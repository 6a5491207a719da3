//! Changes as JSON, for `diff` and `codebook diff`.

use innspill::changes::tags::{AnswerChange, TagChanges};
use innspill::changes::{ChangeReport, Code};
use innspill::export::level_id;
use innspill::review::ToReview;
use serde_json::{Value, json};

/// A whole report.
pub fn report(report: &ChangeReport, to_review: &[ToReview]) -> Value {
    let tags: Vec<Value> = (report.tags.iter())
        .map(|(cause, changes)| {
            let mut value = tag_changes(changes);
            if let Some(object) = value.as_object_mut() {
                object.insert("cause".to_owned(), json!(cause));
            }
            value
        })
        .collect();
    let to_review: Vec<Value> = to_review
        .iter()
        .map(|entry| {
            json!({
                "file": entry.file, "line": entry.line, "answer": entry.answer, "code": entry.code,
                "action": entry.action, "why": entry.why.id(),
            })
        })
        .collect();
    let mut trends = json!(report.trends);
    if let Some(object) = trends.as_object_mut() {
        object.insert("baseline".to_owned(), json!(report.baseline));
    }
    json!({
        "before": report.before, "now": report.now, "new": report.new, "changed": report.changed,
        "withdrawn": report.withdrawn, "unchanged": report.unchanged, "tools": report.tools, "tags": tags,
        "trends": trends, "to_review": to_review,
    })
}

/// The tags that changed: how many answers by code, topic and facet, and each answer's own.
pub fn tag_changes(changes: &TagChanges) -> Value {
    let codes: Vec<Value> = (changes.codes.iter())
        .map(|((level, code), change)| {
            json!({"level": level_id(*level), "code": code, "gained": change.gained, "lost": change.lost})
        })
        .collect();
    let sides: Vec<Value> =
        changes.sides.iter().map(|(topic, answers)| json!({"topic": topic, "answers": answers})).collect();
    let facets: Vec<Value> =
        changes.facets.iter().map(|(facet, answers)| json!({"facet": facet, "answers": answers})).collect();
    let by_answer: Vec<Value> = changes.answers.iter().map(|(id, change)| answer(&id.0, change)).collect();
    let ids: Vec<&str> = changes.answers.keys().map(|id| id.0.as_str()).collect();
    json!({"answers": ids, "codes": codes, "sides": sides, "facets": facets, "by_answer": by_answer})
}

fn answer(id: &str, change: &AnswerChange) -> Value {
    let codes = |codes: &[Code]| -> Vec<Value> {
        codes.iter().map(|(level, code)| json!({"level": level_id(*level), "code": code})).collect()
    };
    json!({
        "id": id, "gained": codes(&change.gained), "lost": codes(&change.lost), "sides": change.sides,
        "facets": change.facets,
    })
}
