//! `innspill forget PROJECT --respondent ID|--answer ID|--find TEXT`

pub mod traces;

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use innspill::ingest::{Input, read_project};
use innspill::pipeline::shown_text;
use innspill::store::{Erased, Store, Version, Wanted};

use super::failure::Failure;
use super::project::{self, Lock};

/// Erase a person's answers, or some answers, from a project for good
///
/// From the store with its history, log and free pages; the outputs of every run that held them; the project's own
/// tables; and taggers trained in the project. They are not taken in again. input/ is never edited: the files and rows
/// that still hold them are listed.
///
/// Examples:
///   innspill forget my-project --respondent r17 --preview
///   innspill forget my-project --respondent r17
///   innspill forget my-project --find "Solbakken 3"
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment, group = clap::ArgGroup::new("what").required(true).args(["respondent", "answer", "find"]))]
pub struct Forget {
    /// The project's folder
    #[arg(value_name = "PROJECT")]
    project: PathBuf,
    /// All of one person: as the input names the person, or as the outputs do (p-...)
    #[arg(long, value_name = "ID")]
    respondent: Option<String>,
    /// One answer
    #[arg(long, value_name = "ID")]
    answer: Option<String>,
    /// All answers that hold this text, to the letter, in whatever field
    #[arg(long, value_name = "TEXT")]
    find: Option<String>,
    /// Say what would be erased, and erase nothing
    #[arg(long)]
    preview: bool,
    /// Erase runs too that are kept for a case
    #[arg(long)]
    kept_too: bool,
    /// Where the project's store lies [default: the settings', else innspill.db in the project]
    #[arg(long, value_name = "PATH")]
    store: Option<PathBuf>,
}

/// What is to be erased, wherever it was found.
struct Found {
    /// Versions in the store.
    versions: Vec<Version>,
    ids: BTreeSet<String>,
    /// Shown texts and texts as received that only these answers have.
    texts: BTreeSet<String>,
    respondents: BTreeSet<String>,
    /// File and row of the input.
    places: Vec<String>,
}

impl Forget {
    /// Erases, and says what.
    pub fn run(self) -> Result<(), Failure> {
        let wanted = self.wanted()?;
        let settings = project::settings(&self.project)?;
        let _lock = Lock::take(&self.project)?;
        let mut store = Store::open_existing(&project::store_path(&self.project, &settings, self.store.as_deref()))?;
        let input = read_project(&self.project, &settings, store.secret().bytes())
            .map_err(|error| Failure::Usage(error.to_string()));
        let mut output = std::io::stdout().lock();
        if let Err(Failure::Usage(error)) = &input {
            writeln!(output, "the input cannot be read, so rows in it are not listed: {error}")?;
        }
        let found = find(&wanted, &store, input.as_ref().ok())?;
        if found.ids.is_empty() {
            return Err(Failure::Usage(format!(
                "{}: holds no such answer; nothing was erased",
                self.project.display()
            )));
        }
        let kept = store.kept_runs_with(&found.versions)?;
        if let (Some((run, case)), false) = (kept.first(), self.kept_too) {
            return Err(Failure::Usage(format!(
                "run {run} is kept for case {case} and holds it; settle that first, then give --kept-too"
            )));
        }
        if self.preview {
            preview(&mut output, &found, &self.project)?;
            return Ok(());
        }
        let sought = traces::Sought { ids: &found.ids, texts: &found.texts, find: self.find.as_deref() };
        // Files first: killed in between, the store still knows what is to be erased.
        let mut removed = traces::remove_runs(&self.project, &sought, |run| {
            found.versions.iter().any(|version| version.held_in(run))
        })
        .map_err(traces::failure)?;
        let inputs = input.as_ref().map_or_else(|_| BTreeSet::new(), input_files);
        let cleaned = traces::clean_files(&self.project, &sought, &inputs, store.path()).map_err(traces::failure)?;
        let erased = store.forget(&found.ids, &found.texts, &found.respondents)?;
        removed.sort();
        report(&mut output, &found, &erased, &removed, &cleaned)?;
        if cleaned.left.is_empty() {
            Ok(())
        } else {
            let left: Vec<String> = cleaned.left.iter().map(|path| path.display().to_string()).collect();
            Err(Failure::BelowBar(format!("still hold it, and are not innspill's to edit: {}", left.join(", "))))
        }
    }

    fn wanted(&self) -> Result<Wanted, Failure> {
        let wanted = match (&self.respondent, &self.answer, &self.find) {
            (Some(name), _, _) => (name, Wanted::Respondent(name.clone())),
            (_, Some(id), _) => (id, Wanted::Answer(id.clone())),
            (_, _, Some(text)) => (text, Wanted::Text(text.clone())),
            // clap requires one of them.
            _ => return Err(Failure::Usage("give --respondent, --answer or --find".to_owned())),
        };
        if wanted.0.trim().is_empty() {
            return Err(Failure::Usage("what to forget is empty; name it".to_owned()));
        }
        Ok(wanted.1)
    }
}

fn find(wanted: &Wanted, store: &Store, input: Option<&Input>) -> Result<Found, Failure> {
    let versions = store.versions(wanted)?;
    let mut ids: BTreeSet<String> = versions.iter().map(|version| version.answer.id.0.clone()).collect();
    let answers = input.map_or(&[][..], |input| &input.answers);
    ids.extend(
        answers
            .iter()
            .filter(|answer| wanted.means(answer, &shown_text(&answer.text), store.secret()))
            .map(|answer| answer.id.0.clone()),
    );
    // An answer of the input that is another version of one in the store goes with it.
    let (meant, others): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| ids.contains(&answer.id.0));
    let mut texts: BTreeSet<String> =
        versions.iter().flat_map(|version| [version.shown.clone(), version.answer.text.clone()]).collect();
    texts.extend(meant.iter().flat_map(|answer| [answer.text.clone(), shown_text(&answer.text)]));
    for answer in others {
        texts.remove(&answer.text);
        texts.remove(&shown_text(&answer.text));
    }
    let mut places: Vec<String> = meant.iter().map(|answer| answer.place.to_string()).collect();
    let duplicates = input.into_iter().flat_map(|input| &input.duplicates);
    places.extend(duplicates.filter(|copy| ids.contains(&copy.of.0)).map(|copy| copy.place.to_string()));
    let respondents = match wanted {
        Wanted::Respondent(_) => meant
            .iter()
            .filter_map(|answer| answer.respondent.clone())
            .chain(versions.iter().filter_map(|version| version.answer.respondent.clone()))
            .map(|respondent| respondent.0)
            .collect(),
        _ => BTreeSet::new(),
    };
    // All versions of what is meant, also those that the words themselves do not stand in.
    let mut all = Vec::new();
    for id in &ids {
        all.extend(store.versions(&Wanted::Answer(id.clone()))?);
    }
    for version in &all {
        texts.extend([version.shown.clone(), version.answer.text.clone()]);
    }
    if let Some(input) = input {
        let others: BTreeSet<&str> = input
            .answers
            .iter()
            .filter(|answer| !ids.contains(&answer.id.0))
            .map(|answer| answer.text.as_str())
            .collect();
        texts.retain(|text| !others.contains(text.as_str()));
    }
    Ok(Found { versions: all, ids, texts, respondents, places })
}

fn input_files(input: &Input) -> BTreeSet<PathBuf> {
    let bare = |path: &str| PathBuf::from(path.split('#').next().unwrap_or(path));
    input.files.iter().map(|file| bare(&file.path)).collect()
}

fn preview(output: &mut impl Write, found: &Found, project: &Path) -> Result<(), Failure> {
    writeln!(output, "would erase {} answers ({} versions in the store)", found.ids.len(), found.versions.len())?;
    for (file, rows) in traces::rows_about(project, &found.ids).map_err(traces::failure)? {
        writeln!(output, "would take {} rows out of {}", rows.len(), file.display())?;
    }
    list_places(output, &found.places)
}

fn report(
    output: &mut impl Write,
    found: &Found,
    erased: &Erased,
    removed: &[PathBuf],
    cleaned: &traces::Cleaned,
) -> Result<(), Failure> {
    writeln!(output, "erased {} answers ({} versions in the store)", found.ids.len(), erased.versions)?;
    for path in removed {
        writeln!(output, "removed {}", path.display())?;
    }
    for (path, rows) in &cleaned.rewritten {
        writeln!(output, "took {rows} rows out of {}", path.display())?;
    }
    for path in &cleaned.taggers {
        writeln!(output, "removed {}, which was trained on answers; train it anew", path.display())?;
    }
    list_places(output, &found.places)?;
    writeln!(output, "the next `innspill run` writes the outputs anew, without them")?;
    Ok(())
}

fn list_places(output: &mut impl Write, places: &[String]) -> Result<(), Failure> {
    for place in places {
        writeln!(output, "still in the input: {place}")?;
    }
    Ok(())
}
