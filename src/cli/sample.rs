//! `innspill sample PROJECT --n 150 [--seed N] [--output FILE.xlsx]`

use std::io::Write;
use std::path::PathBuf;

use innspill::review::check_sheet::write_check_sheet;
use innspill::review::sample::draw;

use super::failure::Failure;
use super::output::Output;
use super::tagged_project::tagged_project;

/// Draw a random set of answers for a person to check, as a workbook with drop-downs
///
/// Examples:
///   innspill sample my-project
///   innspill sample my-project --n 300 --seed 2 --output kontroll-2.xlsx
///
/// Fill in the sheet "Kontroll", then: innspill import my-project my-project/check.xlsx --apply
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Sample {
    /// The project's folder
    #[arg(value_name = "PROJECT")]
    project: PathBuf,
    /// How many answers to draw
    #[arg(long = "n", value_name = "N", default_value_t = 150, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    wanted: u32,
    /// The same seed draws the same answers
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Where to write [default: check.xlsx in the project's folder]
    #[arg(long, short, value_name = "FILE.xlsx")]
    output: Option<PathBuf>,
}

impl Sample {
    /// Draws and writes; prints the workbook's path.
    pub fn run(self) -> Result<(), Failure> {
        let path = self.output.unwrap_or_else(|| self.project.join("check.xlsx"));
        if path.exists() {
            // It may hold hours of a person's work.
            return Err(Failure::Usage(format!(
                "{}: is there already and may be filled in; import it and take it away, or name another with --output",
                path.display()
            )));
        }
        let project = tagged_project(&self.project)?;
        let drawn = draw(&project.analysis, usize::try_from(self.wanted).unwrap_or(usize::MAX), self.seed);
        let bytes = write_check_sheet(&drawn, &project.analysis, &project.codebook, &project.title)
            .map_err(|error| Failure::Usage(format!("{}: cannot be put together ({error})", path.display())))?;
        let mut output = Output::create(&path)?;
        output.write_all(&bytes)?;
        output.finish()?;
        writeln!(std::io::stdout(), "{}: {} answers to check", path.display(), drawn.len())?;
        Ok(())
    }
}
