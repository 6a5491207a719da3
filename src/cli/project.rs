//! A project's folder: its settings, its lock, its store, its runs' folders.

use std::fs::{self, File, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use innspill::settings::Settings;
use innspill::store::{Store, StoreError};

use super::failure::Failure;

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Failure::Usage(error.to_string())
    }
}

/// Reads a project's settings; anything else than a project is told.
pub fn settings(project: &Path) -> Result<Settings, Failure> {
    let path = project.join("innspill.toml");
    if !path.is_file() {
        return Err(Failure::Usage(format!(
            "{}: is no project, since it has no innspill.toml; make one with `innspill init {}`",
            project.display(),
            project.display()
        )));
    }
    Settings::from_file(&path).map_err(|error| Failure::Usage(error.to_string()))
}

/// Where the store lies: as the command line says, else the settings, else the project.
pub fn store_path(project: &Path, settings: &Settings, given: Option<&Path>) -> PathBuf {
    given.map_or_else(|| Store::path_of(project, settings), Path::to_owned)
}

/// The run that is to be the baseline is not there.
pub fn no_baseline(named: Option<u32>) -> Failure {
    let named = named.map_or_else(|| "none".to_owned(), |run| run.to_string());
    Failure::Usage(format!(
        "innspill.toml: [runs] baseline = {named}: no finished run of that number is kept; choose one of `innspill runs`"
    ))
}

/// What the project is called.
pub fn title(project: &Path, settings: &Settings) -> String {
    if settings.name.is_empty() { folder_name(project) } else { settings.name.clone() }
}

/// The last part of a path, with links followed.
pub fn folder_name(path: &Path) -> String {
    let full = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    full.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_else(|| "innspill".to_owned())
}

/// The folder of a run.
pub fn run_folder(project: &Path, run: u32) -> PathBuf {
    project.join("out").join(format!("{run:06}"))
}

/// The highest run that has a folder; 0 where there is none.
pub fn highest_run(project: &Path) -> u32 {
    let entries = fs::read_dir(project.join("out")).into_iter().flatten();
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).max().unwrap_or(0)
}

/// The run that `out/latest` leads to.
pub fn latest_run(project: &Path) -> Option<u32> {
    let latest = project.join("out").join("latest");
    let name = match fs::read_link(&latest) {
        Ok(target) => target.to_string_lossy().into_owned(),
        // Where links are not to be had, it is a small file.
        Err(_) => fs::read_to_string(&latest).ok()?,
    };
    name.trim().parse().ok()
}

/// The project's lock. The system lets go of it when its holder ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes it, or names who holds it.
    pub fn take(project: &Path) -> Result<Self, Failure> {
        let out = project.join("out");
        let failed =
            |path: &Path, error: std::io::Error| Failure::Usage(format!("{}: cannot write: {error}", path.display()));
        private_folder(&out).map_err(|error| failed(&out, error))?;
        let path = out.join(".lock");
        let mut file = open_lock(&path).map_err(|error| failed(&path, error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Failure::Held(held(project, &mut file))),
            Err(TryLockError::Error(error)) => {
                return Err(Failure::Usage(format!("{}: cannot lock: {error}", path.display())));
            }
        }
        file.set_len(0)
            .and_then(|()| file.write_all(std::process::id().to_string().as_bytes()))
            .map_err(|error| failed(&path, error))?;
        Ok(Lock { _file: file })
    }

    /// Who holds it, as a line; none where it is free.
    pub fn holder(project: &Path) -> Option<String> {
        let mut file = File::open(project.join("out").join(".lock")).ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Some(held(project, &mut file)),
            _ => None,
        }
    }
}

fn held(project: &Path, file: &mut File) -> String {
    let mut holder = String::new();
    // The number is a help; whether it can be read changes nothing.
    let _ = file.take(32).read_to_string(&mut holder);
    let holder = match holder.trim().parse::<u32>() {
        Ok(process) => format!("process {process}"),
        Err(_) => "another run".to_owned(),
    };
    format!("{}: {holder} holds this project; wait until it ends", project.display())
}

fn private_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn open_lock(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.create(true).truncate(false).read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Takes from others the right to read what holds answers or a person's work on them: tables, store, taggers, outputs.
/// Settings and codebook hold none, and `input/` is its owner's.
pub fn keep_private(project: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let entries = fs::read_dir(project).into_iter().flatten().filter_map(Result::ok);
        let holds_answers = |path: &Path| {
            let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
            name == "out"
                || [".csv", ".xlsx", ".tagger", ".db", ".db-wal", ".db-shm"].iter().any(|end| name.ends_with(end))
        };
        for path in entries.map(|entry| entry.path()).filter(|path| holds_answers(path) && !path.is_symlink()) {
            let Ok(found) = fs::metadata(&path) else { continue };
            let mode = found.permissions().mode();
            if mode & 0o077 != 0
                && let Err(error) = fs::set_permissions(&path, fs::Permissions::from_mode(mode & 0o700))
            {
                tracing::warn!("{}: others can read it, and that cannot be changed ({error})", path.display());
            }
        }
    }
    #[cfg(not(unix))]
    let _ = project; // the system's own rights hold
}

/// Removes the folders of runs that were killed or pruned; what `out/latest` leads to stays.
pub fn remove_folders(project: &Path, runs: &[u32]) {
    let latest = latest_run(project);
    for &run in runs.iter().filter(|run| Some(**run) != latest) {
        let folder = run_folder(project, run);
        if folder.is_dir()
            && let Err(error) = fs::remove_dir_all(&folder)
        {
            tracing::warn!("{}: cannot be removed ({error}); remove it by hand", folder.display());
        }
    }
}
