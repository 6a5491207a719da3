//! `innspill run PROJECT | FILE|FOLDER... [--output DIR]`

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use innspill::changes::{Side, compare_since};
use innspill::cluster::ledger;
use innspill::codebook::Codebook;
use innspill::export::{Editions, Target, write_run};
use innspill::group_work::{self, GroupWorkInput};
use innspill::ingest::{Input, ReadOptions, read_inputs, read_project};
use innspill::patterns::small_cells::merge_small_groups;
use innspill::patterns::{PatternSettings, Patterns, SmallCells, Wording, emergence, seek_with};
use innspill::pipeline::{Memory, NoMemory, PipelineError, analyse};
use innspill::record::Analysis;
use innspill::settings::Settings;
use innspill::store::{Night, Remembering, Store, Tools, Written};
use innspill::tag::Tagger;

use super::Common;
use super::describe_run::{RunFacts, codebook_hash, describe};
use super::failure::Failure;
use super::opening::{open_codebook, open_encoder, open_project_tagger, open_tagger};
use super::project::{self, Lock};
use super::stop::Stop;

mod accept;
pub mod failpoint;
mod news;

use failpoint::failpoint;
use news::{changes, report_changes, since_last};

/// Run the whole pipeline over a project, or over files and folders
///
/// Examples:
///   innspill run corpus/sample
///   innspill run answers.csv notes.txt --output result
///   innspill run my-project --language nn
///   innspill run my-project --accept-model
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
    /// Where the project's store lies [default: the settings', else innspill.db in the project]
    #[arg(long, value_name = "PATH")]
    store: Option<PathBuf>,
    /// Do all anew instead of what is new or changed; the outputs are the same
    #[arg(long)]
    from_scratch: bool,
    /// Tag all answers anew with another model than the last run's
    #[arg(long)]
    accept_model: bool,
    /// Say how codebook and model would change the tags of the last run, and write nothing
    #[arg(long, conflicts_with_all = ["accept_model", "from_scratch"])]
    preview: bool,
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

/// What every run is made with.
struct Plan {
    settings: Settings,
    title: String,
    codebook: Codebook,
    /// What the names of input files are relative to.
    root: PathBuf,
}

impl Run {
    /// Reads, analyses, writes; prints the report's path.
    pub fn run(self, _common: &Common) -> Result<(), Failure> {
        let started = Instant::now();
        let stop = Stop::listen()?;
        let rejected = match self.project() {
            Some(folder) => self.run_project(folder, &stop, started)?,
            None => self.run_files(&stop, started)?,
        };
        tracing::info!("{:.1} s in all", started.elapsed().as_secs_f64());
        if self.strict && rejected > 0 { Err(Failure::Rejected(rejected)) } else { Ok(()) }
    }

    fn project(&self) -> Option<&Path> {
        match self.paths.as_slice() {
            [path] if path.join("innspill.toml").is_file() => Some(path),
            _ => None,
        }
    }

    /// One pass over files; nothing is remembered.
    fn run_files(&self, stop: &Stop, started: Instant) -> Result<usize, Failure> {
        let of_projects = [
            (self.store.is_some(), "--store"),
            (self.from_scratch, "--from-scratch"),
            (self.accept_model, "--accept-model"),
            (self.preview, "--preview"),
        ];
        if let Some((_, flag)) = of_projects.iter().find(|(given, _)| *given) {
            return Err(Failure::Usage(format!("{flag}: only a project has a store; make one with `innspill init`")));
        }
        let title = self.paths.first().map_or_else(String::new, |path| project::folder_name(path));
        let plan = self.plan(Settings::default(), title, PathBuf::new())?;
        let input = read_inputs(&self.paths, &ReadOptions::default()).map_err(usage)?;
        let rejected = tell_of(&input)?;
        let mut seconds = vec![("ingest".to_owned(), started.elapsed().as_secs_f64())];
        let mut tagger = open_tagger(plan.codebook.clone(), open_encoder(&plan.settings.encoder)?, None)?;
        let facts = RunFacts::new(&plan.title, &plan.settings, &plan.root, &input, &plan.codebook, &tagger);
        let analysis = timed_analysis(input, &mut tagger, &mut NoMemory::default(), stop, &mut seconds)?;
        let (internal, shared) = timed_patterns(&analysis, &plan, &tagger, &mut seconds)?;
        stop.check()?;
        let description = describe(facts, &analysis, seconds);
        let editions = Editions { internal: &internal, shared: &shared };
        let target = Target::Flat(self.output.clone().unwrap_or_else(|| PathBuf::from("innspill-out")));
        let written = write_run(&target, &analysis, &plan.codebook, editions, &description).map_err(usage)?;
        report_counts(&analysis);
        writeln!(std::io::stdout(), "{}", written.report.display())?;
        Ok(rejected)
    }

    /// One night of a project.
    fn run_project(&self, folder: &Path, stop: &Stop, started: Instant) -> Result<usize, Failure> {
        if self.output.is_some() {
            return Err(Failure::Usage("--output: a project writes into its own out/; leave it out".to_owned()));
        }
        let settings = project::settings(folder)?;
        if let Some(warning) = settings.overdue(jiff::tz::TimeZone::UTC.to_datetime(jiff::Timestamp::now()).date()) {
            tracing::warn!("{warning}");
        }
        let _lock = Lock::take(folder)?;
        project::keep_private(folder);
        let mut store = Store::open(&project::store_path(folder, &settings, self.store.as_deref()))?;
        store.abandon_open_runs()?;
        let clock = jiff::Timestamp::now();
        let baseline = news::baseline(&store, &settings, clock)?;
        let title = project::title(folder, &settings);
        let plan = self.plan(settings, title, folder.to_owned())?;
        let mut input = read_project(folder, &plan.settings, store.secret().bytes()).map_err(usage)?;
        require_readable(&store, folder, &input)?;
        store.leave_out_forgotten(&mut input)?;
        let group_work = self.group_work(folder, &plan)?;
        let rejected = tell_of(&input)? + group_work.problems.len();
        let mut seconds = vec![("ingest".to_owned(), started.elapsed().as_secs_f64())];
        stop.check()?;

        let encoder = open_encoder(&plan.settings.encoder)?;
        let (mut tagger, heads) = open_project_tagger(folder, &plan.settings, plan.codebook.clone(), encoder)?;
        let encoder = tagger.encoder().id().clone();
        let tools = Tools::new(&plan.codebook, &codebook_hash(&plan.codebook), &encoder, &heads, tagger.thresholds());
        if self.preview {
            accept::preview(&store, input, &mut tagger)?;
            return Ok(rejected);
        }
        accept::require_accepted(&store, &tools, self.accept_model)?;

        let mut facts =
            RunFacts::new(&plan.title, &plan.settings, &plan.root, &input, &plan.codebook, &tagger).with_heads(&heads);
        let mut memory = Remembering::new(&mut store, &tools, self.from_scratch)?;
        let mut analysis = timed_analysis(input, &mut tagger, &mut memory, stop, &mut seconds)?;
        let remembered = memory.finish();
        // Between tagging and everything that counts: people's word outranks the tagger's.
        let before_correction = super::persons_work::apply(Some(folder), &mut analysis, &plan.codebook)?;
        let (ledger, before) = store.ledger(&analysis)?;
        let events = ledger::carry_over(&mut analysis, &ledger, &before);
        let written = Written::compare(&analysis, &remembered, &events, store.last_run()?);
        failpoint("analysed");
        let clock_of_changes = Instant::now();
        let news = match (written.previous_run, baseline) {
            (Some(previous), Some(baseline)) => {
                let earlier = store.load_to_compare(previous)?;
                let now = Side {
                    run: previous.saturating_add(1),
                    analysis: &analysis,
                    contents: remembered.contents(),
                    tools: &tools,
                    before_correction: &before_correction,
                };
                let ids =
                    if baseline.run == previous { None } else { Some((baseline.run, store.ids_of(baseline.run)?)) };
                let since = ids.as_ref().map(|(run, ids)| (*run, ids));
                let report = compare_since(earlier.side(), now, baseline.looks, since);
                Some(since_last(&report, baseline, &analysis, &events))
            }
            _ => None,
        };
        seconds.push(("changes".to_owned(), clock_of_changes.elapsed().as_secs_f64()));
        let (mut internal, mut shared) = timed_patterns(&analysis, &plan, &tagger, &mut seconds)?;
        for edition in [&mut internal, &mut shared] {
            edition.group_work = group_work::told(&group_work, &plan.codebook, edition);
        }
        stop.check()?;

        let run = store.begin_run(project::highest_run(folder), &clock.to_string())?;
        failpoint("begun");
        facts.run = Some(run);
        let mut description = describe(facts, &analysis, seconds);
        description.changes = Some(changes(&written, &events));
        description.since_last = news;
        let night = Night {
            analysis: &analysis,
            remembered: &remembered,
            events: &events,
            corrected: &before_correction,
            files: serde_json::to_value(&description.inputs).unwrap_or_default(), // plain data
            keep_originals: plan.settings.privacy.keep_originals,
        };
        let editions = Editions { internal: &internal, shared: &shared };
        let target = Target::Run { out: folder.join("out"), id: run };
        let published = store.write_run(run, &night, &written, || {
            failpoint("stored");
            let published = write_run(&target, &analysis, &plan.codebook, editions, &description).map_err(usage)?;
            failpoint("published");
            Ok::<_, Failure>(published)
        });
        let published = match published {
            Ok(published) => published,
            Err(failure) => {
                // The number is free again; where even that cannot be written, the next run marks it.
                let _ = store.give_up_run(run);
                return Err(failure);
            }
        };
        failpoint("committed");
        self.tidy(folder, &mut store, &plan)?;
        report_counts(&analysis);
        report_changes(&written);
        writeln!(std::io::stdout(), "{}", published.report.display())?;
        // The process ends here: giving back, piece by piece, what a hundred thousand answers hold takes a second.
        std::mem::forget((analysis, internal, shared, remembered));
        Ok(rejected)
    }

    /// Gives up old runs by the rule, and the folders of killed ones.
    fn tidy(&self, folder: &Path, store: &mut Store, plan: &Plan) -> Result<(), Failure> {
        let pruned = store.prune(plan.settings.runs.newest, plan.settings.runs.baseline)?;
        failpoint("pruned");
        if pruned > 0 {
            tracing::info!("{pruned} old runs removed; [runs] newest = {}", plan.settings.runs.newest);
        }
        project::remove_folders(folder, &store.folders_to_remove()?);
        Ok(())
    }

    fn plan(&self, mut settings: Settings, title: String, root: PathBuf) -> Result<Plan, Failure> {
        if let Some(language) = self.language {
            settings.language = language.into();
        }
        if let Some(encoder) = &self.encoder {
            settings.encoder.clone_from(encoder);
        }
        let own = settings.codebook.as_ref().map(|own| root.join(own));
        let codebook = open_codebook(self.codebook.clone().or(own).as_deref())?;
        Ok(Plan { settings, title, codebook, root })
    }

    /// What groups voted for and placed, where the project has such files; read before the long work begins.
    fn group_work(&self, folder: &Path, plan: &Plan) -> Result<GroupWorkInput, Failure> {
        let input = group_work::read(folder, &plan.codebook).map_err(usage)?;
        for problem in &input.problems {
            tracing::warn!("{problem}; the line is left out");
        }
        Ok(input)
    }
}

fn usage(error: impl std::fmt::Display) -> Failure {
    Failure::Usage(error.to_string())
}

/// Says what the user should know of the input; returns how many units were rejected.
fn tell_of(input: &Input) -> Result<usize, Failure> {
    for note in &input.notes {
        tracing::warn!("{note}");
    }
    for reject in &input.rejects {
        tracing::warn!("{}: {}", reject.place, reject.reason);
    }
    match input.nothing_readable() {
        Some(nothing) => Err(usage(nothing)),
        None => Ok(input.rejects.len()),
    }
}

/// A file that the last run read and this one could not, though it is there, stops the run: half a copy or a lock must
/// not withdraw its answers.
fn require_readable(store: &Store, folder: &Path, input: &Input) -> Result<(), Failure> {
    let now: BTreeSet<&str> =
        input.files.iter().map(|file| file.path.split('#').next().unwrap_or(&file.path)).collect();
    for path in store.last_files()?.iter().filter(|path| !now.contains(path.as_str())) {
        let why = input.notes.iter().find(|note| note.starts_with(&format!("{path}:")));
        match why {
            Some(why) if folder.join(path).exists() && !why.contains(": not read, since") => {
                return Err(Failure::Usage(format!(
                    "{why}; the last run read it, and its answers would be withdrawn: mend it, or take it out of the folder"
                )));
            }
            _ => tracing::warn!("{path}: the last run read it and this one does not; its answers are withdrawn"),
        }
    }
    Ok(())
}

fn timed_analysis(
    input: Input,
    tagger: &mut Tagger,
    memory: &mut dyn Memory,
    stop: &Stop,
    seconds: &mut Vec<(String, f64)>,
) -> Result<Analysis, Failure> {
    let mut clock = Instant::now();
    let analysis = analyse(input, tagger, memory, |stage| {
        if let Some(stage) = stage {
            seconds.push((stage.name().to_owned(), clock.elapsed().as_secs_f64()));
            tracing::info!("{}: {:.1} s", stage.name(), clock.elapsed().as_secs_f64());
            clock = Instant::now();
            failpoint(stage.name());
        }
        stop.flow()
    });
    analysis.map_err(|error| match error {
        PipelineError::Stopped => Failure::Stopped(stop.signal().unwrap_or(0)),
        error => usage(error),
    })
}

/// What was found, for the internal edition and for the one that is passed on; the texts are read once for both.
fn timed_patterns(
    analysis: &Analysis,
    plan: &Plan,
    tagger: &Tagger,
    seconds: &mut Vec<(String, f64)>,
) -> Result<(Patterns, Patterns), Failure> {
    let clock = Instant::now();
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
    let vectors = tagger.encoder().encode(&texts).map_err(usage)?;
    let emerging = emergence::group(analysis, far, &vectors, &wording).map_err(usage)?;
    let of_edition = |analysis: &Analysis, settings: &PatternSettings| {
        let mut patterns = seek_with(analysis, &plan.codebook, settings, &wording);
        patterns.suggested = emergence::suggest(analysis, &emerging, settings);
        patterns
    };
    let shared = || of_edition(&merge_small_groups(analysis, &small), &internal.clone().shared(small.clone()));
    let both = rayon::join(|| of_edition(analysis, &internal), shared);
    seconds.push(("patterns".to_owned(), clock.elapsed().as_secs_f64()));
    tracing::info!("patterns: {:.1} s", clock.elapsed().as_secs_f64());
    Ok(both)
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
