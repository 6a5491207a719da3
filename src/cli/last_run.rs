//! A project's last run as it stands in the store, for commands that look at it and change nothing.

use std::path::Path;

use innspill::codebook::Codebook;
use innspill::encode::{Encoder, Vectors};
use innspill::pipeline::{Reading, vectors};
use innspill::review::check_set::{CheckedAnswer, read_checks};
use innspill::review::decisions::{Decisions, decisions};
use innspill::review::{Correction, read_corrections};
use innspill::settings::Settings;
use innspill::store::{Recalling, Store, StoredRun};
use innspill::tag::Tagging;

use super::failure::Failure;
use super::persons_work::{self, CHECKS, CORRECTIONS};
use super::project;

/// A project with its last run.
pub struct LastRun<'a> {
    /// The project's folder.
    pub folder: &'a Path,
    /// Its settings.
    pub settings: Settings,
    /// Its store.
    pub store: Store,
    /// The run.
    pub run: StoredRun,
}

impl<'a> LastRun<'a> {
    /// Opens it; `store` is where the user says that the store lies.
    pub fn open(folder: &'a Path, store: Option<&Path>) -> Result<Self, Failure> {
        let settings = project::settings(folder)?;
        let store = Store::open_existing(&project::store_path(folder, &settings, store))?;
        let run = store.load(None)?;
        Ok(LastRun { folder, settings, store, run })
    }

    /// What vectors and taggings are made of, in the order of the records.
    pub fn readings(&self) -> Vec<Reading<'_>> {
        let records = self.run.analysis.records.iter();
        records.map(|record| Reading { shown: &record.shown, kind: record.answer.kind.as_ref() }).collect()
    }

    /// The vectors of all answers; those in the store are not made again.
    pub fn vectors(&self, encoder: &dyn Encoder) -> Result<Vectors, Failure> {
        let mut recalling = Recalling::new(&self.store, encoder.id());
        vectors(encoder, &self.readings(), &mut recalling).map_err(|error| Failure::Usage(error.to_string()))
    }

    /// The machine's own taggings, before any person's word.
    pub fn by_machine(&self) -> Vec<&Tagging> {
        let records = self.run.analysis.records.iter().enumerate();
        records.map(|(row, record)| self.run.before_correction.get(&row).unwrap_or(&record.tagging)).collect()
    }

    /// The lines of `corrections.csv`.
    pub fn corrections(&self, codebook: &Codebook) -> Result<Vec<Correction>, Failure> {
        let Some((name, bytes)) = persons_work::read(self.folder, CORRECTIONS)? else { return Ok(Vec::new()) };
        read_corrections(&name, &bytes, codebook).map_err(persons_work::wrong)
    }

    fn checks(&self) -> Result<Vec<CheckedAnswer>, Failure> {
        let Some((name, bytes)) = persons_work::read(self.folder, CHECKS)? else { return Ok(Vec::new()) };
        read_checks(&name, &bytes).map_err(persons_work::wrong)
    }

    /// What people decided of the codes of `codebook` on the run's answers.
    pub fn decisions(&self, codebook: &Codebook) -> Result<Decisions, Failure> {
        let (corrections, checks) = (self.corrections(codebook)?, self.checks()?);
        Ok(decisions(&self.run.analysis, codebook, &corrections, &checks))
    }
}
