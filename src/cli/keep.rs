//! `innspill keep PROJECT RUN --case NR --reason TEXT`

use std::io::Write;
use std::path::PathBuf;

use innspill::store::Store;

use super::failure::Failure;
use super::project::{self, Lock};

/// Freeze a run for the archive: it is never removed by the rule of [runs]
///
/// Example:
///   innspill keep my-project 12 --case 26/1234 --reason "Grunnlag for meldingen"
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Keep {
    /// The project's folder
    #[arg(value_name = "PROJECT")]
    project: PathBuf,
    /// The run's number
    #[arg(value_name = "RUN")]
    run: u32,
    /// Number of the case it belongs to
    #[arg(long, value_name = "NR")]
    case: String,
    /// Why it is kept
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Where the project's store lies [default: the settings', else innspill.db in the project]
    #[arg(long, value_name = "PATH")]
    store: Option<PathBuf>,
}

impl Keep {
    /// Marks the run.
    pub fn run(self) -> Result<(), Failure> {
        for (flag, value) in [("--case", &self.case), ("--reason", &self.reason)] {
            if value.trim().is_empty() {
                return Err(Failure::Usage(format!("{flag}: is empty; say for what the run is kept")));
            }
        }
        let settings = project::settings(&self.project)?;
        let _lock = Lock::take(&self.project)?;
        let mut store = Store::open_existing(&project::store_path(&self.project, &settings, self.store.as_deref()))?;
        store.keep(self.run, self.case.trim(), self.reason.trim())?;
        let folder = project::run_folder(&self.project, self.run);
        writeln!(std::io::stdout(), "{}: kept for case {}", folder.display(), self.case.trim())?;
        Ok(())
    }
}
