//! `innspill codebook check|stats [FILE]`, `innspill codebook diff OLD NEW [PROJECT]`

mod diff;
mod overruled;

use std::io::Write;
use std::path::PathBuf;

use innspill::codebook::{Codebook, Level, Severity, check};

use super::failure::Failure;
use super::last_run::LastRun;
use super::opening::open_codebook;

/// Look at a codebook
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  innspill codebook check mine.toml   what is missing, clashes or overlaps
  innspill codebook stats             how many codes, terms and examples the built-in one has
  innspill codebook stats --project my-project   and how often people overruled its codes and terms
  innspill codebook diff old.toml new.toml
  innspill codebook diff last my-project/codebook.toml my-project   what an edit would change, before it does")]
pub struct CodebookCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Name what is missing, clashes or overlaps
    Check {
        /// The codebook [default: the innovation codebook]
        file: Option<PathBuf>,
    },
    /// Count codes, terms and examples; with --project, how often people overruled each code, its head and its terms
    Stats {
        /// The codebook [default: the innovation codebook]
        #[arg(conflicts_with = "project")]
        file: Option<PathBuf>,
        /// A project, whose last run is held against what people corrected and checked
        #[arg(long, value_name = "PROJECT")]
        project: Option<PathBuf>,
    },
    /// Say what an edit changes, code by code, and which answers of a project it would code otherwise; changes nothing
    Diff(diff::CodebookDiffCommand),
}

impl CodebookCommand {
    /// Prints what was asked for.
    pub fn run(self) -> Result<(), Failure> {
        match self.action {
            Action::Check { file } => print_check(&open_codebook(file.as_deref())?),
            Action::Stats { project: Some(folder), .. } => {
                let last = LastRun::open(&folder, None)?;
                print_stats(&last.run.codebook)?;
                overruled::print(&folder, &last)
            }
            Action::Stats { file, project: None } => print_stats(&open_codebook(file.as_deref())?),
            Action::Diff(command) => command.run(),
        }
    }
}

fn print_check(codebook: &Codebook) -> Result<(), Failure> {
    let mut output = std::io::stdout().lock();
    let findings = check(codebook);
    for finding in &findings {
        let severity = match finding.severity {
            Severity::Clash => "clash",
            Severity::Advice => "advice",
        };
        writeln!(output, "{severity}: {} {}", finding.code, finding.message)?;
    }
    let clashes = findings.iter().filter(|finding| finding.severity == Severity::Clash).count();
    let advice = findings.len() - clashes;
    writeln!(
        output,
        "{} codes: {clashes} {}, {advice} {} of advice",
        codebook.codes().len(),
        if clashes == 1 { "clash" } else { "clashes" },
        if advice == 1 { "piece" } else { "pieces" },
    )?;
    Ok(())
}

fn print_stats(codebook: &Codebook) -> Result<(), Failure> {
    let mut output = std::io::stdout().lock();
    writeln!(output, "{} {}", codebook.codebook.id, codebook.codebook.version)?;
    for (level, name) in [(Level::Theme, "themes"), (Level::Topic, "topics"), (Level::Pattern, "patterns")] {
        let codes: Vec<_> = codebook.codes().into_iter().filter(|entry| entry.level == level).collect();
        let count =
            |select: fn(&innspill::codebook::Meaning) -> &innspill::codebook::Wordings, language: usize| -> usize {
                codes
                    .iter()
                    .map(|entry| {
                        let wordings = select(entry.meaning);
                        [&wordings.nb, &wordings.nn, &wordings.en][language].len()
                    })
                    .sum()
            };
        writeln!(
            output,
            "{name}: {}   terms nb/nn/en {}/{}/{}   examples {}/{}/{}",
            codes.len(),
            count(|meaning| &meaning.terms, 0),
            count(|meaning| &meaning.terms, 1),
            count(|meaning| &meaning.terms, 2),
            count(|meaning| &meaning.examples, 0),
            count(|meaning| &meaning.examples, 1),
            count(|meaning| &meaning.examples, 2)
        )?;
    }
    writeln!(output, "facets: {}", codebook.facets.len())?;
    Ok(())
}
