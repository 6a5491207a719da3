//! Answers, version by version.

use std::str::FromStr;
use std::sync::Arc;

use rusqlite::{Connection, Row};
use rustc_hash::FxHashMap;

use super::texts::TextId;
use super::{Secret, StoreError};
use crate::answer::{Answer, AnswerId, Kind, Place, RespondentId};

/// The version of an answer that holds now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Current {
    pub(super) answer: i64,
    pub(super) content: [u8; 16],
    pub(super) text: TextId,
}

/// A keyed hash of all that an answer is; names of groups without their case, since files differ in it.
pub(super) fn content(secret: &Secret, answer: &Answer) -> [u8; 16] {
    let optional = |value: Option<&str>| value.map_or_else(|| "-".to_owned(), |value| format!("+{value}"));
    let mut parts: Vec<String> = vec![
        answer.text.clone(),
        optional(answer.kind.as_ref().map(|kind| kind.0.as_str())),
        optional(answer.question.as_deref()),
        optional(answer.asked_under.as_deref()),
        optional(answer.phase.as_deref()),
        optional(answer.respondent.as_ref().map(|respondent| respondent.0.as_str())),
        answer.time.map_or_else(String::new, |time| time.to_string()),
        answer.groups.len().to_string(),
    ];
    let mut groups: Vec<(String, &String)> =
        answer.groups.iter().map(|(name, value)| (name.to_lowercase(), value)).collect();
    groups.sort();
    parts.extend(groups.into_iter().flat_map(|(name, value)| [name, value.clone()]));
    parts.extend(answer.kept.iter().flat_map(|(name, value)| [name.clone(), value.clone()]));
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    secret.hash(&parts)
}

/// The versions that hold now, by the answers' ids.
pub(super) fn current(connection: &Connection) -> Result<FxHashMap<String, Current>, StoreError> {
    let mut statement = connection.prepare("SELECT id, answer, content, text FROM answers WHERE until IS NULL")?;
    let mut rows = statement.query([])?;
    let mut current = FxHashMap::default();
    while let Some(row) = rows.next()? {
        let content = row.get_ref(2)?.as_blob().ok().and_then(|content| content.try_into().ok());
        let content = content.ok_or(StoreError::Damaged { what: "the hash of an answer" })?;
        current.insert(row.get(0)?, Current { answer: row.get(1)?, content, text: row.get(3)? });
    }
    Ok(current)
}

/// An answer as it stands in the store, with the shown text where its own is not kept.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) answer: Answer,
    pub(super) shown: String,
    pub(super) text: TextId,
    pub(super) content: [u8; 16],
}

/// All versions of answers that held in a run, by number.
pub(super) fn of_run(connection: &Connection, run: u32) -> Result<FxHashMap<u32, Stored>, StoreError> {
    let mut statement = connection.prepare(
        "SELECT answer, id, content, text, shown, original, kind, question, asked_under, phase, groups, respondent,
                time, kept
         FROM answers JOIN texts USING (text) WHERE since <= ?1 AND (until IS NULL OR until > ?1)",
    )?;
    let mut rows = statement.query([run])?;
    let nowhere: Arc<str> = Arc::from("");
    let mut answers = FxHashMap::default();
    while let Some(row) = rows.next()? {
        answers.insert(row.get(0)?, stored(row, &nowhere)?);
    }
    Ok(answers)
}

fn stored(row: &Row<'_>, nowhere: &Arc<str>) -> Result<Stored, StoreError> {
    let damaged = || StoreError::Damaged { what: "an answer" };
    let shown: String = row.get(4)?;
    let original: Option<String> = row.get(5)?;
    let json = |at: usize| -> Result<String, StoreError> { Ok(row.get(at)?) };
    let time: Option<String> = row.get(12)?;
    let content = row.get_ref(2)?.as_blob().ok().and_then(|content| content.try_into().ok());
    let answer = Answer {
        id: AnswerId(row.get(1)?),
        text: original.unwrap_or_else(|| shown.clone()),
        kind: row.get::<_, Option<String>>(6)?.map(Kind),
        question: row.get(7)?,
        asked_under: row.get(8)?,
        phase: row.get(9)?,
        groups: serde_json::from_str(&json(10)?).map_err(|_| damaged())?,
        respondent: row.get::<_, Option<String>>(11)?.map(RespondentId),
        time: time.map(|time| jiff::civil::DateTime::from_str(&time)).transpose().map_err(|_| damaged())?,
        kept: serde_json::from_str(&json(13)?).map_err(|_| damaged())?,
        place: Place { file: Arc::clone(nowhere), row: 0 },
    };
    Ok(Stored { answer, shown, text: row.get(3)?, content: content.ok_or_else(damaged)? })
}
