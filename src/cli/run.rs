//! `innspill run PROJECT | FILE|FOLDER... [--output DIR]`

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use innspill::codebook::Codebook;
use innspill::export::{Editions, Target, write_run};
use innspill::group_work::{self, GroupWorkInput};
use innspill::ingest::{Input, ReadOptions, read_inputs, read_project};
use innspill::patterns::small_cells::merge_small_groups;
use innspill::patterns::{PatternSettings, Patterns, SmallCells, Wording, emergence, seek_with};
use innspill::pipeline::analyse;
use innspill::record::Analysis;
use innspill::settings::Settings;
use innspill::tag::Tagger;

use super::Common;
use super::describe_run::{RunFacts, describe};
use super::failure::Failure;
use super::opening::{open_codebook, open_encoder, open_tagger};

/// Run the whole pipeline over a project, or over files and folders
///
/// Examples:
///   innspill run corpus/sample
///   innspill run answers.csv notes.txt --output result
///   innspill run my-project --language nn
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Run {
    /// A project folder (one with innspill.toml), or input files, folders and patterns
    #[arg(required = true, value_name = "PROJECT|FILE")]
    paths: Vec<PathBuf>,
    /// Where to write, for input that is no project [default: innspill-out]
    #[arg(long, short, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Language of the report: nb, nn or en [default: the project's, else nb]
    #[arg(long, value_enum)]
    language: Option<ReportLanguage>,
    /// Codebook [default: the project's, else the innovation codebook]
    #[arg(long, value_name = "FILE")]
    codebook: Option<PathBuf>,
    /// Encoder: embedded, e5-small, or a folder [default: the project's, else embedded]
    #[arg(long, value_name = "NAME|FOLDER")]
    encoder: Option<String>,
    /// Exit with 3 if any row was rejected
    #[arg(long)]
    strict: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum ReportLanguage {
    Nb,
    Nn,
    En,
}

impl From<ReportLanguage> for innspill::settings::ReportLanguage {
    fn from(language: ReportLanguage) -> Self {
        match language {
            ReportLanguage::Nb => innspill::settings::ReportLanguage::Nb,
            ReportLanguage::Nn => innspill::settings::ReportLanguage::Nn,
            ReportLanguage::En => innspill::settings::ReportLanguage::En,
        }
    }
}

/// A run with every argument resolved.
struct Plan {
    settings: Settings,
    title: String,
    target: Target,
    codebook: Codebook,
    /// Held until the run ends; the system lets go of it if the process dies.
    _lock: Option<File>,
}

impl Run {
    /// Reads, analyses, writes; prints the report's path.
    pub fn run(self, _common: &Common) -> Result<(), Failure> {
        let started = Instant::now();
        let plan = self.resolve()?;
        let input = self.read(&plan)?;
        for note in &input.notes {
            tracing::warn!("{note}");
        }
        for reject in &input.rejects {
            tracing::warn!("{}: {}", reject.place, reject.reason);
        }
        if let Some(nothing) = input.nothing_readable() {
            return Err(Failure::Usage(nothing.to_string()));
        }
        let group_work = self.group_work(&plan)?;
        let rejected = input.rejects.len() + group_work.problems.len();
        let mut seconds = vec![("ingest".to_owned(), started.elapsed().as_secs_f64())];
        let mut tagger = open_tagger(plan.codebook.clone(), open_encoder(&plan.settings.encoder)?, None)?;
        let mut facts = RunFacts::new(&plan.title, &plan.settings, &input, &plan.codebook, &tagger);
        let analysis = timed_analysis(input, &mut tagger, &mut seconds)?;
        let clock = Instant::now();
        let (mut internal, mut shared) = patterns(&analysis, &plan, &tagger)?;
        for edition in [&mut internal, &mut shared] {
            edition.group_work = group_work::told(&group_work, &plan.codebook, edition);
        }
        seconds.push(("patterns".to_owned(), clock.elapsed().as_secs_f64()));
        if let Target::Run { id, .. } = plan.target {
            facts.run = Some(id);
        }
        let description = describe(facts, &analysis, seconds);
        let editions = Editions { internal: &internal, shared: &shared };
        let written = write_run(&plan.target, &analysis, &plan.codebook, editions, &description)
            .map_err(|error| Failure::Usage(error.to_string()))?;
        report_counts(&analysis);
        tracing::info!("{:.1} s in all", started.elapsed().as_secs_f64());
        writeln!(std::io::stdout(), "{}", written.report.display())?;
        if self.strict && rejected > 0 { Err(Failure::Rejected(rejected)) } else { Ok(()) }
    }

    fn project(&self) -> Option<&Path> {
        match self.paths.as_slice() {
            [path] if path.join("innspill.toml").is_file() => Some(path),
            _ => None,
        }
    }

    fn resolve(&self) -> Result<Plan, Failure> {
        let (mut settings, title, target, lock) = match self.project() {
            Some(project) => {
                if self.output.is_some() {
                    return Err(Failure::Usage(
                        "--output: a project writes into its own out/; leave it out".to_owned(),
                    ));
                }
                let settings = Settings::from_file(&project.join("innspill.toml"))
                    .map_err(|error| Failure::Usage(error.to_string()))?;
                let lock = lock(project)?;
                let out = project.join("out");
                let target = Target::Run { id: next_run(&out), out };
                let title = if settings.name.is_empty() { folder_name(project) } else { settings.name.clone() };
                (settings, title, target, Some(lock))
            }
            None => {
                let folder = self.output.clone().unwrap_or_else(|| PathBuf::from("innspill-out"));
                (Settings::default(), folder_name(&self.paths[0]), Target::Flat(folder), None)
            }
        };
        if let Some(language) = self.language {
            settings.language = language.into();
        }
        if let Some(encoder) = &self.encoder {
            settings.encoder.clone_from(encoder);
        }
        let codebook = self.codebook.clone().or_else(|| {
            let own = settings.codebook.as_ref()?;
            Some(self.project().map_or_else(|| own.clone(), |project| project.join(own)))
        });
        let codebook = open_codebook(codebook.as_deref())?;
        Ok(Plan { settings, title, target, codebook, _lock: lock })
    }

    /// What groups voted for and placed, where the project has such files; read before the long work begins.
    fn group_work(&self, plan: &Plan) -> Result<GroupWorkInput, Failure> {
        let Some(project) = self.project() else { return Ok(GroupWorkInput::default()) };
        let input = group_work::read(project, &plan.codebook).map_err(|error| Failure::Usage(error.to_string()))?;
        for problem in &input.problems {
            tracing::warn!("{problem}; the line is left out");
        }
        Ok(input)
    }

    fn read(&self, plan: &Plan) -> Result<Input, Failure> {
        let input = match self.project() {
            Some(project) => read_project(project, &plan.settings, plan.title.as_bytes()),
            None => read_inputs(&self.paths, &ReadOptions::default()),
        };
        input.map_err(|error| Failure::Usage(error.to_string()))
    }
}

fn timed_analysis(input: Input, tagger: &mut Tagger, seconds: &mut Vec<(String, f64)>) -> Result<Analysis, Failure> {
    let mut clock = Instant::now();
    analyse(input, tagger, |stage| {
        seconds.push((stage.name().to_owned(), clock.elapsed().as_secs_f64()));
        tracing::info!("{}: {:.1} s", stage.name(), clock.elapsed().as_secs_f64());
        clock = Instant::now();
    })
    .map_err(|error| Failure::Usage(error.to_string()))
}

/// What was found, for the internal edition and for the one that is passed on; the texts are read once for both.
fn patterns(analysis: &Analysis, plan: &Plan, tagger: &Tagger) -> Result<(Patterns, Patterns), Failure> {
    let internal = PatternSettings::default();
    let least = plan.settings.privacy.min_group_size as usize;
    let small = SmallCells {
        min_group_size: least,
        suppress_cells: plan.settings.privacy.suppress_cells,
        persons: persons(&plan.settings),
    };
    let wording = Wording::read(analysis, &plan.codebook, &internal);
    let far = emergence::far_from_every_code(analysis);
    let texts: Vec<&str> = far.iter().map(|&row| analysis.records[row].shown.as_str()).collect();
    let vectors = tagger.encoder().encode(&texts).map_err(|error| Failure::Usage(error.to_string()))?;
    let of_edition = |analysis: &Analysis, settings: &PatternSettings| -> Result<Patterns, Failure> {
        let mut patterns = seek_with(analysis, &plan.codebook, settings, &wording);
        patterns.suggested = emergence::suggest(analysis, &far, &vectors, settings)
            .map_err(|error| Failure::Usage(error.to_string()))?;
        Ok(patterns)
    };
    let found = of_edition(analysis, &internal)?;
    let merged = merge_small_groups(analysis, &small);
    Ok((found, of_edition(&merged, &internal.shared(small))?))
}

/// Whether the groups of an attribute are groups of persons, where the settings say so.
pub fn persons(settings: &Settings) -> BTreeMap<String, bool> {
    settings.groups.iter().filter_map(|(name, group)| Some((name.clone(), group.persons?))).collect()
}

fn report_counts(analysis: &Analysis) {
    let counts = &analysis.counts;
    tracing::info!(
        "{} units = {} answers + {} duplicates + {} rejects + {} skipped",
        counts.units,
        counts.answers,
        counts.duplicates,
        counts.rejects,
        counts.skipped_total()
    );
}

fn folder_name(path: &Path) -> String {
    let full = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    full.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_else(|| "innspill".to_owned())
}

/// One more than the highest run that is there.
fn next_run(out: &Path) -> u32 {
    let runs =
        fs::read_dir(out).into_iter().flatten().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    runs.max().unwrap_or(0u32).saturating_add(1)
}

/// Takes the project's lock, which dies with its holder.
fn lock(project: &Path) -> Result<File, Failure> {
    let path = project.join("out").join(".lock");
    fs::create_dir_all(project.join("out"))
        .map_err(|error| Failure::Usage(format!("{}: cannot write: {error}", project.join("out").display())))?;
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|error| Failure::Usage(format!("{}: cannot write: {error}", path.display())))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(Failure::Held(format!("{}: another run holds this project; wait until it ends", project.display())))
        }
        Err(TryLockError::Error(error)) => Err(Failure::Usage(format!("{}: cannot lock: {error}", path.display()))),
    }
}
