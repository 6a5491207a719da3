//! Writing a run: one transaction around the switch of `out/latest`.

use std::collections::BTreeMap;

use rusqlite::{TransactionBehavior, params};

use super::memory::Remembered;
use super::{Store, StoreError, Work, clusters, snapshot, taggings};
use crate::cluster::ledger::{Event, EventKind};
use crate::record::{Analysis, Record};

/// A finished run, as it is to be written.
#[derive(Debug)]
pub struct Night<'a> {
    /// What was found, with permanent ids and a person's corrections.
    pub analysis: &'a Analysis,
    /// What the run's memory knows.
    pub remembered: &'a Remembered,
    /// What happened to the groups of alike answers.
    pub events: &'a [Event],
    /// Records whose tags a person's word has changed, by position.
    pub corrected: &'a [usize],
    /// Files read: path, SHA-256 and units.
    pub files: serde_json::Value,
    /// Whether texts are kept as they were received.
    pub keep_originals: bool,
}

/// What a run did, as `run.json` and the store have it.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Written {
    /// The run before; none for the first.
    pub previous_run: Option<u32>,
    /// Answers that were not there.
    pub new: usize,
    /// Answers of which something changed; the old version is history.
    pub changed: usize,
    /// Answers that are gone from the input.
    pub withdrawn: usize,
    /// Answers as they were.
    pub unchanged: usize,
    /// What was done before, and why the rest was not.
    pub work: Work,
    /// Groups of alike answers by what happened to them.
    pub groups: BTreeMap<String, usize>,
}

impl Written {
    /// Compares what came in with the last run.
    pub fn compare(analysis: &Analysis, remembered: &Remembered, events: &[Event], previous_run: Option<u32>) -> Self {
        let mut written = Written { previous_run, work: remembered.work.clone(), ..Written::default() };
        for (record, content) in analysis.records.iter().zip(&remembered.contents) {
            match remembered.current.get(&record.answer.id.0) {
                Some(current) if current.content == *content => written.unchanged += 1,
                Some(_) => written.changed += 1,
                None => written.new += 1,
            }
        }
        written.withdrawn = remembered.current.len().saturating_sub(written.unchanged + written.changed);
        for event in events {
            *written.groups.entry(event.kind.name().to_owned()).or_default() += 1;
        }
        written
    }

    /// Ids of the groups that were born or split off.
    pub fn born(events: &[Event]) -> Vec<u32> {
        let new = events.iter().filter(|event| matches!(event.kind, EventKind::Born | EventKind::Split));
        new.map(|event| event.cluster).collect()
    }
}

impl Store {
    /// Opens a run: from here on its number is taken. `highest` is the highest number among the folders of `out`.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn begin_run(&mut self, highest: u32, started: &str) -> Result<u32, StoreError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let last: u32 = transaction.query_row("SELECT coalesce(max(run), 0) FROM runs", [], |row| row.get(0))?;
        let run = last.max(highest).saturating_add(1);
        transaction.execute(
            "INSERT INTO runs (run, state, started, innspill) VALUES (?1, 'open', ?2, ?3)",
            params![run, started, env!("CARGO_PKG_VERSION")],
        )?;
        transaction.commit()?;
        Ok(run)
    }

    /// Gives up a run that was opened, so that its number is free again.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn give_up_run(&mut self, run: u32) -> Result<(), StoreError> {
        self.connection.execute("DELETE FROM runs WHERE run = ?1 AND state = 'open'", [run])?;
        Ok(())
    }

    /// Writes a run that [`Store::begin_run`] opened. `publish` writes the outputs and switches `out/latest`; it is
    /// called when all else is written and before anything holds, so that where it fails nothing has happened. Killed
    /// between the two, the run stays open in the store, and the next takes another number.
    ///
    /// # Errors
    /// From `publish`, or when the store cannot be written.
    pub fn write_run<T, E: From<StoreError>>(
        &mut self,
        run: u32,
        night: &Night<'_>,
        written: &Written,
        publish: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let database = |error: rusqlite::Error| E::from(StoreError::from(error));
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(database)?;
        let versions = write_answers(&transaction, run, night)?;
        clusters::write(&transaction, run, night.analysis, night.events)?;
        snapshot::write(&transaction, run, &night.remembered.fingerprint, &versions, night.analysis)?;
        write_corrected(&transaction, run, night, &versions)?;
        finish(&transaction, run, night, written)?;
        let published = publish()?;
        transaction.commit().map_err(database)?;
        Ok(published)
    }
}

/// Replaces changed answers, withdraws those that are gone, adds new ones; returns the number of each record's version.
fn write_answers(connection: &rusqlite::Connection, run: u32, night: &Night<'_>) -> Result<Vec<u32>, StoreError> {
    let Remembered { current, contents, text_of, .. } = night.remembered;
    let mut end = connection.prepare("UPDATE answers SET until = ?2 WHERE answer = ?1")?;
    let mut insert = connection.prepare(
        "INSERT INTO answers (id, content, text, original, kind, question, asked_under, phase, groups, respondent, time,
                              kept, since)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?;
    let mut retext = connection.prepare("UPDATE answers SET text = ?2 WHERE answer = ?1")?;
    let mut seen: rustc_hash::FxHashSet<i64> = rustc_hash::FxHashSet::default();
    let mut versions = Vec::with_capacity(night.analysis.records.len());
    for ((record, content), text) in night.analysis.records.iter().zip(contents).zip(text_of) {
        let known = current.get(&record.answer.id.0);
        let version = match known {
            Some(known) if known.content == *content => {
                seen.insert(known.answer);
                if known.text != *text {
                    // Another version of innspill shows the same words otherwise.
                    retext.execute(params![known.answer, text])?;
                }
                known.answer
            }
            _ => {
                if let Some(known) = known {
                    seen.insert(known.answer);
                    end.execute(params![known.answer, run])?;
                }
                add(&mut insert, record, content, *text, run, night.keep_originals)?;
                connection.last_insert_rowid()
            }
        };
        versions.push(u32::try_from(version).map_err(|_| StoreError::Damaged { what: "the numbers of answers" })?);
    }
    for gone in current.values().filter(|known| !seen.contains(&known.answer)) {
        end.execute(params![gone.answer, run])?;
    }
    Ok(versions)
}

fn add(
    insert: &mut rusqlite::Statement<'_>,
    record: &Record,
    content: &[u8; 16],
    text: i64,
    run: u32,
    keep_originals: bool,
) -> Result<(), StoreError> {
    let answer = &record.answer;
    let json = |value: Result<String, serde_json::Error>| value.map_err(|_| StoreError::Damaged { what: "an answer" });
    insert.execute(params![
        answer.id.0,
        &content[..],
        text,
        keep_originals.then_some(&answer.text),
        answer.kind.as_ref().map(|kind| &kind.0),
        answer.question,
        answer.asked_under,
        answer.phase,
        json(serde_json::to_string(&answer.groups))?,
        answer.respondent.as_ref().map(|respondent| &respondent.0),
        answer.time.map(|time| time.to_string()),
        json(serde_json::to_string(&answer.kept))?,
        run,
    ])?;
    Ok(())
}

fn write_corrected(
    connection: &rusqlite::Connection,
    run: u32,
    night: &Night<'_>,
    versions: &[u32],
) -> Result<(), StoreError> {
    let mut insert = connection.prepare("INSERT INTO corrected (run, answer, listed) VALUES (?1, ?2, ?3)")?;
    for &row in night.corrected {
        if let (Some(record), Some(version)) = (night.analysis.records.get(row), versions.get(row)) {
            insert.execute(params![run, version, taggings::listed_text(&record.tagging)?])?;
        }
    }
    Ok(())
}

fn finish(connection: &rusqlite::Connection, run: u32, night: &Night<'_>, written: &Written) -> Result<(), StoreError> {
    let counts = &night.analysis.counts;
    let counts = serde_json::json!({
        "units": counts.units, "answers": counts.answers, "duplicates": counts.duplicates, "rejects": counts.rejects,
        "skipped": counts.skipped,
    });
    let changes = serde_json::to_string(written).map_err(|_| StoreError::Damaged { what: "a run's changes" })?;
    connection.execute(
        "UPDATE runs SET state = 'done', finished = ?2, tagger = ?3, counts = ?4, files = ?5, changes = ?6 WHERE run = ?1",
        params![
            run,
            jiff::Timestamp::now().to_string(),
            night.remembered.tagger,
            counts.to_string(),
            night.files.to_string(),
            changes
        ],
    )?;
    Ok(())
}
