//! Runs: what each did, which are kept, and which are pruned.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, params};
use rustc_hash::FxHashSet;

use super::taggers::{self, Tools};
use super::{Store, StoreError};

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RunState {
    /// Being written; where nobody holds the project's lock, it was killed.
    Open,
    /// Finished, with all its details.
    Done,
    /// Finished; its outputs and details are gone by the rule.
    Pruned,
    /// Killed while it was being written.
    Abandoned,
}

impl RunState {
    /// Its word in the store.
    pub fn name(self) -> &'static str {
        match self {
            RunState::Open => "open",
            RunState::Done => "done",
            RunState::Pruned => "pruned",
            RunState::Abandoned => "abandoned",
        }
    }

    fn of(name: &str) -> Result<Self, StoreError> {
        [RunState::Open, RunState::Done, RunState::Pruned, RunState::Abandoned]
            .into_iter()
            .find(|state| state.name() == name)
            .ok_or(StoreError::Damaged { what: "the state of a run" })
    }
}

/// A run as `innspill runs` lists it.
#[derive(Debug, Clone, PartialEq)]
pub struct RunEntry {
    /// Its number.
    pub run: u32,
    /// How it stands.
    pub state: RunState,
    /// When it started, RFC 3339.
    pub started: String,
    /// When it was finished.
    pub finished: Option<String>,
    /// Version of innspill.
    pub innspill: String,
    /// What came in, as JSON.
    pub counts: serde_json::Value,
    /// What changed, as JSON.
    pub changes: serde_json::Value,
    /// For what case it is kept, and why.
    pub kept: Option<(String, String)>,
}

/// The number of the last finished run.
pub(super) fn last_done(connection: &Connection) -> Result<Option<u32>, StoreError> {
    Ok(connection.query_row("SELECT max(run) FROM runs WHERE state = 'done'", [], |row| row.get(0))?)
}

impl Store {
    /// The number of the last finished run.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn last_run(&self) -> Result<Option<u32>, StoreError> {
        last_done(&self.connection)
    }

    /// What the last finished run tagged with.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn last_tools(&self) -> Result<Option<Tools>, StoreError> {
        match self.last_run()? {
            Some(run) => self.tools_of(run),
            None => Ok(None),
        }
    }

    /// What a run tagged with.
    pub(super) fn tools_of(&self, run: u32) -> Result<Option<Tools>, StoreError> {
        let tagger: Option<i64> = self
            .connection
            .query_row("SELECT tagger FROM runs WHERE run = ?1", [run], |row| row.get(0))
            .optional()?
            .flatten();
        tagger.map_or(Ok(None), |tagger| taggers::tools(&self.connection, tagger))
    }

    /// How many runs were finished, pruned ones counted.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn finished_runs(&self) -> Result<u32, StoreError> {
        let sql = "SELECT count(*) FROM runs WHERE state IN ('done', 'pruned')";
        Ok(self.connection.query_row(sql, [], |row| row.get(0))?)
    }

    /// Paths of the files that the last finished run read, without the names of sheets.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn last_files(&self) -> Result<BTreeSet<String>, StoreError> {
        let Some(run) = self.last_run()? else { return Ok(BTreeSet::new()) };
        let files: Option<String> =
            self.connection.query_row("SELECT files FROM runs WHERE run = ?1", [run], |row| row.get(0))?;
        let files: serde_json::Value = files.and_then(|files| serde_json::from_str(&files).ok()).unwrap_or_default();
        let paths = files.as_array().into_iter().flatten().filter_map(|file| file.get("path")?.as_str());
        Ok(paths.map(|path| path.split('#').next().unwrap_or(path).to_owned()).collect())
    }

    /// Ids of the answers of a finished run.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn ids_of(&self, run: u32) -> Result<FxHashSet<String>, StoreError> {
        let mut statement =
            self.connection.prepare("SELECT id FROM answers WHERE since <= ?1 AND (until IS NULL OR until > ?1)")?;
        let rows = statement.query_map([run], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many answers there are now.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn current_answers(&self) -> Result<u32, StoreError> {
        Ok(self.connection.query_row("SELECT count(*) FROM answers WHERE until IS NULL", [], |row| row.get(0))?)
    }

    /// All runs, oldest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn runs(&self) -> Result<Vec<RunEntry>, StoreError> {
        let mut statement = self.connection.prepare(
            "SELECT run, state, started, finished, innspill, counts, changes, kept_case, kept_reason
             FROM runs ORDER BY run",
        )?;
        let mut rows = statement.query([])?;
        let mut runs = Vec::new();
        while let Some(row) = rows.next()? {
            let json = |at: usize| -> Result<serde_json::Value, StoreError> {
                let text: Option<String> = row.get(at)?;
                Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
            };
            let (case, reason): (Option<String>, Option<String>) = (row.get(7)?, row.get(8)?);
            runs.push(RunEntry {
                run: row.get(0)?,
                state: RunState::of(&row.get::<_, String>(1)?)?,
                started: row.get(2)?,
                finished: row.get(3)?,
                innspill: row.get(4)?,
                counts: json(5)?,
                changes: json(6)?,
                kept: case.zip(reason),
            });
        }
        Ok(runs)
    }

    /// Freezes a finished run: it is never pruned.
    ///
    /// # Errors
    /// When there is no such run, its details are pruned, or the store cannot be written.
    pub fn keep(&mut self, run: u32, case: &str, reason: &str) -> Result<(), StoreError> {
        let changed = self.connection.execute(
            "UPDATE runs SET kept_case = ?2, kept_reason = ?3 WHERE run = ?1 AND state = 'done'",
            params![run, case, reason],
        )?;
        if changed == 0 { Err(StoreError::UnknownRun { run }) } else { Ok(()) }
    }

    /// Marks runs that were killed while they were being written, and tells their numbers. The caller holds the
    /// project's lock.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn abandon_open_runs(&mut self) -> Result<(), StoreError> {
        self.connection.execute("UPDATE runs SET state = 'abandoned' WHERE state = 'open'", [])?;
        Ok(())
    }

    /// Runs whose folders have no place in `out`: killed ones and pruned ones.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn folders_to_remove(&self) -> Result<Vec<u32>, StoreError> {
        let mut statement =
            self.connection.prepare("SELECT run FROM runs WHERE state IN ('abandoned', 'pruned') ORDER BY run")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Gives up the details of all finished runs but the newest `newest`, the `baseline` and those that are kept for a
    /// case, and then what no run that is left refers to: withdrawn and replaced answers, their texts, vectors and taggings. Says how
    /// many runs it pruned.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn prune(&mut self, newest: u32, baseline: Option<u32>) -> Result<usize, StoreError> {
        let transaction = self.connection.transaction()?;
        let pruned = transaction.execute(
            "UPDATE runs SET state = 'pruned' WHERE state = 'done' AND kept_case IS NULL AND run IS NOT ?2 AND run NOT IN
                 (SELECT run FROM runs WHERE state = 'done' ORDER BY run DESC LIMIT ?1)",
            params![newest.max(1), baseline],
        )?;
        if pruned > 0 {
            transaction.execute_batch(
                "DELETE FROM snapshots WHERE run IN (SELECT run FROM runs WHERE state = 'pruned');
                 DELETE FROM corrected WHERE run IN (SELECT run FROM runs WHERE state = 'pruned');
                 DELETE FROM answers WHERE until IS NOT NULL AND NOT EXISTS
                     (SELECT 1 FROM runs WHERE state = 'done' AND run >= since AND run < until);
                 DELETE FROM texts WHERE NOT EXISTS (SELECT 1 FROM answers WHERE answers.text = texts.text);
                 DELETE FROM taggings WHERE tagger NOT IN
                     (SELECT tagger FROM runs WHERE state = 'done' AND tagger IS NOT NULL);
                 DELETE FROM vectors WHERE encoder NOT IN
                     (SELECT encoder FROM taggers JOIN runs USING (tagger) WHERE state = 'done');",
            )?;
        }
        transaction.commit()?;
        Ok(pruned)
    }
}
