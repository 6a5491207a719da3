//! `innspill doctor PROJECT`

use std::io::Write;
use std::path::{Path, PathBuf};

use innspill::codebook::{self, Severity};
use innspill::settings::Settings;
use innspill::store::{RunState, Store, Tools, ToolsChange};
use sha2::{Digest, Sha256};

use super::describe_run::codebook_hash;
use super::failure::Failure;
use super::opening::{open_codebook, open_encoder, open_project_tagger};
use super::project::{self, Lock};

/// Examine a project: settings, codebook, store, model, outputs, disk, lock
///
/// Changes nothing. Exits with 2 if something must be mended.
///
/// Example:
///   innspill doctor my-project
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Doctor {
    /// The project's folder
    #[arg(value_name = "PROJECT")]
    project: PathBuf,
    /// Where the project's store lies [default: the settings', else innspill.db in the project]
    #[arg(long, value_name = "PATH")]
    store: Option<PathBuf>,
}

/// How one thing stands.
enum State {
    Well,
    Note,
    Wrong,
}

/// What was found, in the order in which it was looked at.
#[derive(Default)]
struct Findings(Vec<(State, &'static str, String)>);

impl Findings {
    fn well(&mut self, what: &'static str, how: String) {
        self.0.push((State::Well, what, how));
    }

    fn note(&mut self, what: &'static str, how: String) {
        self.0.push((State::Note, what, how));
    }

    fn wrong(&mut self, what: &'static str, how: String) {
        self.0.push((State::Wrong, what, how));
    }
}

impl Doctor {
    /// Looks at everything, prints a line for each thing.
    pub fn run(self) -> Result<(), Failure> {
        let settings = project::settings(&self.project)?;
        let mut findings = Findings::default();
        findings.well("settings", self.project.join("innspill.toml").display().to_string());
        let tools = examine_tools(&self.project, &settings, &mut findings);
        let store_path = project::store_path(&self.project, &settings, self.store.as_deref());
        examine_store(&self.project, &store_path, tools.as_ref(), settings.runs.baseline, &mut findings);
        examine_outputs(&self.project, &mut findings);
        examine_disk(&self.project, &store_path, &mut findings);
        match Lock::holder(&self.project) {
            Some(holder) => findings.note("lock", holder),
            None => findings.well("lock", "free".to_owned()),
        }
        if let Some(day) = settings.delete_after
            && jiff::tz::TimeZone::UTC.to_datetime(jiff::Timestamp::now()).date() > day
        {
            findings.wrong("delete_after", format!("{day} has passed; the answers are to be deleted"));
        }
        let mut output = std::io::stdout().lock();
        for (state, what, how) in &findings.0 {
            let mark = match state {
                State::Well => "ok   ",
                State::Note => "note ",
                State::Wrong => "WRONG",
            };
            writeln!(output, "{mark}  {what:<12}  {how}")?;
        }
        match findings.0.iter().filter(|(state, _, _)| matches!(state, State::Wrong)).count() {
            0 => Ok(()),
            wrong => Err(Failure::Usage(format!("{}: {wrong} of these must be mended", self.project.display()))),
        }
    }
}

fn reason(failure: Failure) -> String {
    match failure {
        Failure::Usage(message) | Failure::Held(message) | Failure::BelowBar(message) => message,
        _ => "cannot be examined".to_owned(),
    }
}

fn examine_tools(folder: &Path, settings: &Settings, findings: &mut Findings) -> Option<Tools> {
    let path = settings.codebook.as_ref().map(|own| folder.join(own));
    let named = path.as_ref().map_or_else(|| "built in".to_owned(), |path| path.display().to_string());
    let codebook = match open_codebook(path.as_deref()) {
        Ok(codebook) => codebook,
        Err(failure) => {
            findings.wrong("codebook", reason(failure));
            return None;
        }
    };
    let clashes = codebook::check(&codebook).into_iter().filter(|finding| finding.severity == Severity::Clash).count();
    let sha256 = codebook_hash(&codebook);
    let short = sha256.get(..16).unwrap_or_default();
    if clashes > 0 {
        findings.note("codebook", format!("{named}: {clashes} codes clash; see `innspill codebook check`"));
    } else {
        findings.well("codebook", format!("{named}, {} codes, SHA-256 {short}...", codebook.codes().len()));
    }
    let opened = open_encoder(&settings.encoder).and_then(|encoder| {
        let id = encoder.id().clone();
        let (tagger, heads) = open_project_tagger(folder, settings, codebook.clone(), encoder)?;
        Ok((tagger, id, heads))
    });
    match opened {
        Ok((tagger, id, heads)) => {
            let shown = heads.get(..16).map_or("no heads".to_owned(), |heads| format!("heads {heads}..."));
            findings.well("model", format!("{} {}, {shown}", id.name, id.hash));
            Some(Tools::new(&codebook, &sha256, &id, &heads, tagger.thresholds()))
        }
        Err(failure) => {
            findings.wrong("model", reason(failure));
            None
        }
    }
}

fn examine_store(folder: &Path, path: &Path, tools: Option<&Tools>, baseline: Option<u32>, findings: &mut Findings) {
    if !path.exists() {
        findings.note("store", format!("{}: not there yet; the first run makes it", path.display()));
        return;
    }
    let store = match Store::open_existing(path) {
        Ok(store) => store,
        Err(error) => return findings.wrong("store", error.to_string()),
    };
    let bytes = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    match store.check() {
        Ok(wrong) if wrong.is_empty() => {
            let schema = store.schema().unwrap_or_default();
            findings.well("store", format!("{}, schema {schema}, {}, whole", path.display(), megabytes(bytes)));
        }
        Ok(wrong) => {
            let first = wrong.first().map_or("", String::as_str);
            findings.wrong("store", format!("{}: damaged ({first}); restore it from a copy", path.display()));
        }
        Err(error) => findings.wrong("store", error.to_string()),
    }
    let runs = match store.runs() {
        Ok(runs) => runs,
        Err(error) => return findings.wrong("runs", error.to_string()),
    };
    let count = |state: RunState| runs.iter().filter(|run| run.state == state).count();
    let answers = store.current_answers().unwrap_or_default();
    let last = store.last_run().ok().flatten();
    findings.well(
        "runs",
        format!(
            "{} kept, {} pruned, {} killed; {answers} answers now",
            count(RunState::Done),
            count(RunState::Pruned),
            count(RunState::Abandoned)
        ),
    );
    if let Some(baseline) = baseline
        && !runs.iter().any(|run| run.run == baseline && run.state == RunState::Done)
    {
        findings.wrong("baseline", format!("[runs] baseline = {baseline}: no finished run of that number is kept"));
    }
    if count(RunState::Open) > 0 && Lock::holder(folder).is_none() {
        findings.note("runs", "one was killed while it was written; the next run clears it away".to_owned());
    }
    if last.is_some() && last != project::latest_run(folder) {
        findings
            .note("runs", "out/latest does not lead to the last run in the store; the next run mends it".to_owned());
    }
    if let (Some(now), Ok(Some(before))) = (tools, store.last_tools()) {
        let change = ToolsChange::between(&before, now);
        for (changed, what) in [
            (change.model, "another model than the last run's; the next run needs --accept-model"),
            (change.codebook, "the codebook has changed; the next run tags all answers anew"),
            (change.version, "another version of innspill than the last run's; the next run does all anew"),
        ] {
            if changed {
                findings.note("tools", what.to_owned());
            }
        }
    }
}

/// The files of `out/latest` against the hashes in their manifest.
fn examine_outputs(folder: &Path, findings: &mut Findings) {
    let latest = folder.join("out").join("latest");
    if !latest.exists() {
        return findings.note("outputs", format!("{}: not there yet", latest.display()));
    }
    let manifest = std::fs::read(latest.join("run.json"))
        .ok()
        .and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok());
    let Some(files) = manifest.as_ref().and_then(|manifest| manifest.get("files")?.as_array()) else {
        return findings.wrong("outputs", format!("{}: run.json cannot be read; run again", latest.display()));
    };
    let mut wrong = Vec::new();
    for file in files {
        let text = |key: &str| file.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
        let bytes = std::fs::read(latest.join(text("name"))).unwrap_or_default();
        let sha256: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        if sha256 != text("sha256") {
            wrong.push(text("name").to_owned());
        }
    }
    match wrong.first() {
        None => findings.well("outputs", format!("{}: {} files, as written", latest.display(), files.len())),
        Some(first) => findings.note(
            "outputs",
            format!("{}: {} files are not as they were written ({first})", latest.display(), wrong.len()),
        ),
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

#[cfg(unix)]
fn free_space(path: &Path) -> Option<u64> {
    let space = rustix::fs::statvfs(path).ok()?;
    space.f_bavail.checked_mul(space.f_frsize)
}

#[cfg(not(unix))]
fn free_space(_path: &Path) -> Option<u64> {
    None
}

/// A night may double the store's log and writes a run's outputs beside the last.
const LEAST_FREE: u64 = 1_000_000_000;

fn examine_disk(folder: &Path, store: &Path, findings: &mut Findings) {
    let of_store = store.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let free = [folder, of_store].into_iter().filter_map(free_space).min();
    match free {
        None => findings.note("disk", "how much is free cannot be told here".to_owned()),
        Some(free) if free < LEAST_FREE => {
            findings.wrong("disk", format!("{} free; make room for the next run", megabytes(free)));
        }
        Some(free) => findings.well("disk", format!("{} free", megabytes(free))),
    }
}
