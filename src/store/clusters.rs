//! The ledger of groups of alike answers, as it is kept between runs.

use rusqlite::{Connection, params};
use rustc_hash::FxHashMap;

use super::{Store, StoreError, runs, snapshot};
use crate::cluster::ledger::{Event, EventKind, Known, Ledger};
use crate::record::Analysis;

impl Store {
    /// What the ledger knows, and in which group each answer of `analysis` was in the last run.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn ledger(&self, analysis: &Analysis) -> Result<(Ledger, Vec<Option<u32>>), StoreError> {
        let next: u32 =
            self.connection.query_row("SELECT coalesce(max(cluster) + 1, 0) FROM clusters", [], |row| row.get(0))?;
        let mut ledger = Ledger { known: Default::default(), next };
        let mut before = vec![None; analysis.records.len()];
        let Some(run) = runs::last_done(&self.connection)? else { return Ok((ledger, before)) };
        let last = snapshot::read(&self.connection, run)?.ok_or(StoreError::Damaged { what: "the last run" })?;
        let mut statement = self.connection.prepare("SELECT label, labelled_by FROM clusters WHERE cluster = ?1")?;
        for summary in &last.summaries {
            let (label, by): (String, String) =
                statement.query_row([summary.id], |row| Ok((row.get(0)?, row.get(1)?)))?;
            ledger.known.insert(summary.id, Known { label, size: summary.size, by_person: by == "person" });
        }
        let id_of: FxHashMap<u32, u32> = (last.answers.iter().zip(&last.clusters))
            .filter_map(|(&answer, position)| Some((answer, last.summaries.get((*position)?)?.id)))
            .collect();
        let mut statement = self.connection.prepare("SELECT id, answer FROM answers WHERE until IS NULL")?;
        let mut rows = statement.query([])?;
        let mut by_answer: FxHashMap<String, u32> = FxHashMap::default();
        while let Some(row) = rows.next()? {
            if let Some(&cluster) = id_of.get(&row.get(1)?) {
                by_answer.insert(row.get(0)?, cluster);
            }
        }
        for (slot, record) in before.iter_mut().zip(&analysis.records) {
            *slot = by_answer.get(&record.answer.id.0).copied();
        }
        Ok((ledger, before))
    }
}

/// Writes a run's events, new groups and labels.
pub(super) fn write(
    connection: &Connection,
    run: u32,
    analysis: &Analysis,
    events: &[Event],
) -> Result<(), StoreError> {
    let mut upsert = connection.prepare(
        "INSERT INTO clusters (cluster, label, labelled_by, born) VALUES (?1, ?2, 'machine', ?3)
         ON CONFLICT (cluster) DO UPDATE SET label = excluded.label, died = NULL WHERE labelled_by = 'machine'",
    )?;
    for cluster in &analysis.clusters {
        upsert.execute(params![cluster.id, cluster.label, run])?;
    }
    let mut insert = connection.prepare(
        "INSERT INTO cluster_events (run, cluster, event, other, size, joined, left_it) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let mut end = connection.prepare("UPDATE clusters SET died = ?2 WHERE cluster = ?1")?;
    for event in events {
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        insert.execute(params![
            run,
            event.cluster,
            event.kind.name(),
            event.other,
            number(event.size),
            number(event.joined),
            number(event.left)
        ])?;
        if matches!(event.kind, EventKind::Merged | EventKind::Died) {
            end.execute(params![event.cluster, run])?;
        }
    }
    Ok(())
}
