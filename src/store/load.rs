//! Reading a run back.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;

use super::taggings::{self, CodeOrder, Raw};
use super::{Store, StoreError, Tools, answers, runs, snapshot};
use crate::codebook::Codebook;
use crate::record::{Analysis, Record, UnitCounts};
use crate::settings::Settings;
use crate::tag::Tagging;
use rusqlite::OptionalExtension;
use rustc_hash::FxHashMap;

/// A run as it stands in the store.
#[derive(Debug, Clone)]
pub struct StoredRun {
    /// Its number.
    pub run: u32,
    /// What was found, as it was written: corrections and permanent ids are in it. `text` of an answer is as received
    /// only where the project keeps originals, else as shown.
    pub analysis: Analysis,
    /// The codebook it was tagged with.
    pub codebook: Codebook,
    /// What it was tagged with.
    pub tools: Tools,
    /// The taggings before corrections, for records that have been corrected; by position.
    pub before_correction: BTreeMap<usize, Tagging>,
    /// A keyed hash of each record's answer: equal where nothing of it has changed.
    pub contents: Vec<[u8; 16]>,
}

/// The last finished run of a project.
///
/// # Errors
/// When the project has no store or no finished run, or the store cannot be read.
pub fn load_latest(project: &Path) -> Result<Analysis, StoreError> {
    let settings = Settings::from_file(&project.join("innspill.toml"))?;
    let store = Store::open_existing(&Store::path_of(project, &settings))?;
    Ok(store.load(None)?.analysis)
}

/// A finished run of a project: the one of that number, else the last.
///
/// # Errors
/// As [`load_latest`], and when there is no such run.
pub fn load_run(project: &Path, run: Option<u32>) -> Result<StoredRun, StoreError> {
    let settings = Settings::from_file(&project.join("innspill.toml"))?;
    Store::open_existing(&Store::path_of(project, &settings))?.load(run)
}

impl Store {
    /// A finished run: the one of that number, else the last.
    ///
    /// # Errors
    /// When there is no such run, its details are pruned, or the store cannot be read.
    pub fn load(&self, run: Option<u32>) -> Result<StoredRun, StoreError> {
        self.load_with(run, taggings::parse)
    }

    /// A finished run as a later one is compared with it: without the scores of codes that are not listed.
    ///
    /// # Errors
    /// As [`Store::load`].
    pub fn load_to_compare(&self, run: u32) -> Result<StoredRun, StoreError> {
        self.load_with(Some(run), |listed, _, _| taggings::parse_listed(listed))
    }

    fn load_with(
        &self,
        run: Option<u32>,
        parse: impl Fn(&str, &[u8], &CodeOrder) -> Result<Tagging, StoreError> + Sync,
    ) -> Result<StoredRun, StoreError> {
        let run = match run {
            Some(run) => run,
            None => runs::last_done(&self.connection)?.ok_or_else(|| StoreError::NoRun { path: self.path.clone() })?,
        };
        let unknown = || StoreError::UnknownRun { run };
        let row: (Option<i64>, Option<String>) = self
            .connection
            .query_row("SELECT tagger, counts FROM runs WHERE run = ?1 AND state = 'done'", [run], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?
            .ok_or_else(unknown)?;
        let (tagger, counts) = (row.0.ok_or_else(unknown)?, row.1.ok_or_else(unknown)?);
        let tools = self.tools_of(run)?.ok_or_else(unknown)?;
        let snapshot = snapshot::read(&self.connection, run)?.ok_or_else(unknown)?;
        let order = CodeOrder::of(&tools.thresholds);
        let raw = taggings::of_tagger(&self.connection, tagger)?;
        let versions = answers::of_run(&self.connection, run)?;
        let corrected = self.corrected(run)?;
        let damaged = || StoreError::Damaged { what: "an answer of the run" };
        let read = |row: usize| -> Result<(Record, Option<Tagging>, [u8; 16]), StoreError> {
            let version = snapshot.answers.get(row).ok_or_else(damaged)?;
            let stored = versions.get(version).ok_or_else(damaged)?;
            let Raw { listed, scores } = raw.get(&stored.text).ok_or_else(damaged)?;
            let machine = parse(listed, scores, &order)?;
            let (tagging, before) = match corrected.get(version) {
                Some(listed) => (parse(listed, scores, &order)?, Some(machine)),
                None => (machine, None),
            };
            let mut answer = stored.answer.clone();
            answer.place = snapshot.places.get(row).cloned().ok_or_else(damaged)?;
            let record = Record {
                answer,
                shown: stored.shown.clone(),
                tagging,
                cluster: snapshot.clusters.get(row).copied().flatten(),
                same_text_group: snapshot.same_text.get(row).copied().flatten(),
                human_checked: snapshot.human_checked.get(row).copied().unwrap_or(false),
                quote_ok: snapshot.quote_ok.get(row).copied().unwrap_or(false),
            };
            Ok((record, before, stored.content))
        };
        let rows: Vec<_> = (0..snapshot.answers.len()).into_par_iter().map(read).collect::<Result<_, _>>()?;
        let mut records = Vec::with_capacity(rows.len());
        let mut contents = Vec::with_capacity(rows.len());
        let mut before_correction = BTreeMap::new();
        for (row, (record, before, content)) in rows.into_iter().enumerate() {
            records.push(record);
            contents.push(content);
            if let Some(before) = before {
                before_correction.insert(row, before);
            }
        }
        let analysis = Analysis {
            records,
            clusters: snapshot.summaries,
            counts: unit_counts(&counts)?,
            near_equal: snapshot.near_equal,
            thresholds: tools.thresholds.clone(),
            group_names: snapshot.group_names,
            // A person's files are read anew by whoever needs what they say.
            review: crate::review::Review::default(),
        };
        let codebook =
            serde_json::from_str(&tools.codebook).map_err(|_| StoreError::Damaged { what: "the codebook" })?;
        Ok(StoredRun { run, analysis, codebook, tools, before_correction, contents })
    }

    /// The listed codes of corrected answers, by the number of the answer's version.
    fn corrected(&self, run: u32) -> Result<FxHashMap<u32, String>, StoreError> {
        let mut statement = self.connection.prepare("SELECT answer, listed FROM corrected WHERE run = ?1")?;
        let rows = statement.query_map([run], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn unit_counts(text: &str) -> Result<UnitCounts, StoreError> {
    #[derive(serde::Deserialize)]
    struct Stored {
        units: usize,
        answers: usize,
        duplicates: usize,
        rejects: usize,
        skipped: BTreeMap<String, usize>,
    }
    let Stored { units, answers, duplicates, rejects, skipped } =
        serde_json::from_str(text).map_err(|_| StoreError::Damaged { what: "the counts" })?;
    Ok(UnitCounts { units, answers, duplicates, rejects, skipped })
}
