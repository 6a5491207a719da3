//! Publication of a run's files: whole or absent.
//!
//! Everything is written into a folder of its own beside the target and synced there. A folder that is not there
//! yet then appears by one rename; in one that is there, files are replaced one at a time by rename, `run.json`
//! last, so that no reader ever meets half a file.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::ExportError;
use super::permissions::{
    create_pointer, create_private_file, create_private_folder, create_scratch_folder, sync_folder,
};

/// Start of the names of unfinished folders.
const PARTIAL: &str = ".innspill-partial-";

/// The file that is replaced last: where it is new, all is.
const LAST: &str = "run.json";

/// Where a run is to be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// In a project: `out/<run>/`, and `out/latest` leads to it. The caller holds the project's lock.
    Run {
        /// The project's `out` folder.
        out: PathBuf,
        /// The run's number.
        id: u32,
    },
    /// Flat into a folder, over what an earlier run has left there.
    Flat(PathBuf),
}

impl Target {
    /// The folder in which the files will stand.
    pub fn folder(&self) -> PathBuf {
        match self {
            Target::Run { out, id } => out.join(run_name(*id)),
            Target::Flat(folder) => folder.clone(),
        }
    }
}

fn run_name(id: u32) -> String {
    format!("{id:06}")
}

/// A file that was written, as `run.json` lists it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct WrittenFile {
    /// Path within the run's folder, with `/`.
    pub name: String,
    /// Length.
    pub bytes: u64,
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: String,
}

/// A folder of unfinished files; dropped without [`Staging::publish`], it leaves no trace.
#[derive(Debug)]
pub struct Staging {
    folder: TempDir,
    target: Target,
    written: Mutex<Vec<WrittenFile>>,
}

impl Staging {
    /// Opens an unfinished folder on the same file system as the target.
    ///
    /// # Errors
    /// When the run is published already, or the folder cannot be made.
    pub fn begin(target: &Target) -> Result<Self, ExportError> {
        let place = match target {
            Target::Run { out, id } => {
                if out.join(run_name(*id)).exists() {
                    return Err(ExportError::RunIsThere { folder: target.folder() });
                }
                create_private_folder(out).map_err(ExportError::at(out))?;
                remove_abandoned(out)?;
                out.clone()
            }
            Target::Flat(folder) if folder.is_dir() => folder.clone(),
            Target::Flat(folder) if folder.exists() => {
                return Err(ExportError::NotAFolder { path: folder.clone() });
            }
            Target::Flat(folder) => {
                let above = parent(folder);
                create_private_folder(&above).map_err(ExportError::at(&above))?;
                above
            }
        };
        let folder = create_scratch_folder(&place, PARTIAL).map_err(ExportError::at(&place))?;
        Ok(Staging { folder, target: target.clone(), written: Mutex::new(Vec::new()) })
    }

    /// The unfinished folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes one file with `write`, and syncs it. `name` is a path within the run's folder, with `/`.
    ///
    /// # Errors
    /// When `write` fails or the file cannot be written.
    pub fn file<F>(&self, name: &str, write: F) -> Result<(), ExportError>
    where
        F: FnOnce(&mut (dyn Write + Send)) -> Result<(), ExportError>,
    {
        let path = self.folder.path().join(name);
        let shown = self.target.folder().join(name);
        if let Some(above) = path.parent() {
            create_private_folder(above).map_err(ExportError::at(&shown))?;
        }
        let file = create_private_file(&path).map_err(ExportError::at(&shown))?;
        let mut writer = BufWriter::with_capacity(1 << 16, Hashing { inner: file, hash: Sha256::new(), bytes: 0 });
        write(&mut writer).map_err(|error| error.of_file(&shown))?;
        let hashing = writer.into_inner().map_err(|error| ExportError::at(&shown)(error.into_error()))?;
        hashing.inner.sync_all().map_err(ExportError::at(&shown))?;
        let file = WrittenFile { name: name.to_owned(), bytes: hashing.bytes, sha256: hexadecimal(hashing.hash) };
        self.written.lock().unwrap_or_else(PoisonError::into_inner).push(file);
        Ok(())
    }

    /// Files written so far, by name.
    pub fn written(&self) -> Vec<WrittenFile> {
        let mut files = self.written.lock().unwrap_or_else(PoisonError::into_inner).clone();
        files.sort_by(|left, right| left.name.cmp(&right.name));
        files
    }

    /// Puts the files where they belong and returns their folder.
    ///
    /// # Errors
    /// When a rename fails; files that were replaced before that stay whole.
    pub fn publish(self) -> Result<PathBuf, ExportError> {
        let files = self.written();
        let final_folder = self.target.folder();
        for folder in folders_of(&files) {
            let path = self.folder.path().join(folder);
            sync_folder(&path).map_err(ExportError::at(&path))?;
        }
        match &self.target {
            Target::Run { out, id } => {
                let out = out.clone();
                let id = *id;
                self.rename_whole(&final_folder)?;
                point_to_latest(&out, &run_name(id))?;
                sync_folder(&out).map_err(ExportError::at(&out))?;
            }
            Target::Flat(folder) if folder.is_dir() => self.replace_files(files, &final_folder)?,
            Target::Flat(_) => {
                self.rename_whole(&final_folder)?;
                let above = parent(&final_folder);
                sync_folder(&above).map_err(ExportError::at(&above))?;
            }
        }
        Ok(final_folder)
    }

    fn rename_whole(self, final_folder: &Path) -> Result<(), ExportError> {
        std::fs::rename(self.folder.path(), final_folder).map_err(ExportError::at(final_folder))?;
        // The folder has its new name; there is nothing left to remove under the old one.
        let _ = self.folder.keep();
        Ok(())
    }

    fn replace_files(self, mut files: Vec<WrittenFile>, final_folder: &Path) -> Result<(), ExportError> {
        files.sort_by_key(|file| file.name == LAST);
        for folder in folders_of(&files) {
            let path = final_folder.join(folder);
            create_private_folder(&path).map_err(ExportError::at(&path))?;
        }
        for file in &files {
            let to = final_folder.join(&file.name);
            std::fs::rename(self.folder.path().join(&file.name), &to).map_err(ExportError::at(&to))?;
        }
        for folder in folders_of(&files) {
            let path = final_folder.join(folder);
            sync_folder(&path).map_err(ExportError::at(&path))?;
        }
        Ok(())
    }
}

/// The folders that hold the files, the outermost (an empty path) first.
fn folders_of(files: &[WrittenFile]) -> Vec<&str> {
    let mut folders: Vec<&str> =
        files.iter().map(|file| file.name.rsplit_once('/').map_or("", |(folder, _)| folder)).collect();
    folders.push("");
    folders.sort_unstable();
    folders.dedup();
    folders
}

fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(above) if !above.as_os_str().is_empty() => above.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

/// Removes what a run left that was killed. Nobody else writes here: the caller holds the project's lock.
fn remove_abandoned(out: &Path) -> Result<(), ExportError> {
    for entry in std::fs::read_dir(out).map_err(ExportError::at(out))? {
        let entry = entry.map_err(ExportError::at(out))?;
        if entry.file_name().to_string_lossy().starts_with(PARTIAL) {
            let path = entry.path();
            let removed = if path.is_dir() && !path.is_symlink() {
                std::fs::remove_dir_all(&path)
            } else {
                std::fs::remove_file(&path)
            };
            removed.map_err(ExportError::at(&path))?;
        }
    }
    Ok(())
}

/// `out/latest` is replaced by rename, so that it always leads somewhere whole.
fn point_to_latest(out: &Path, name: &str) -> Result<(), ExportError> {
    let pending = out.join(format!("{PARTIAL}latest"));
    let latest = out.join("latest");
    create_pointer(&pending, name).map_err(ExportError::at(&pending))?;
    std::fs::rename(&pending, &latest).map_err(ExportError::at(&latest))
}

pub(super) fn hexadecimal(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Hashes what passes through.
struct Hashing<W> {
    inner: W,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(buffer)?;
        self.hash.update(buffer.get(..written).unwrap_or_default());
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage(target: &Target, contents: &str) -> Staging {
        let staging = Staging::begin(target).unwrap();
        for name in ["run.json", "answers.csv", "share/report.html"] {
            staging.file(name, |writer| Ok(writer.write_all(contents.as_bytes())?)).unwrap();
        }
        staging
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_run_is_absent_until_it_is_published_and_then_whole() {
        let place = tempfile::tempdir().unwrap();
        let out = place.path().join("out");
        let staging = stage(&Target::Run { out: out.clone(), id: 7 }, "a");
        assert!(!out.join("000007").exists());
        let folder = staging.publish().unwrap();
        assert_eq!(folder, out.join("000007"));
        assert_eq!(names(&out), ["000007", "latest"]);
        assert_eq!(names(&folder), ["answers.csv", "run.json", "share"]);
        assert_eq!(std::fs::read_to_string(out.join("latest/share/report.html")).unwrap(), "a");
    }

    #[test]
    fn a_run_that_is_given_up_leaves_no_trace() {
        let place = tempfile::tempdir().unwrap();
        let flat = place.path().join("result");
        drop(stage(&Target::Flat(flat), "a"));
        assert!(names(place.path()).is_empty());
    }

    #[test]
    fn the_next_run_sweeps_what_a_killed_one_left_and_moves_the_pointer() {
        let place = tempfile::tempdir().unwrap();
        let out = place.path().join("out");
        stage(&Target::Run { out: out.clone(), id: 1 }, "a").publish().unwrap();
        std::fs::create_dir(out.join(".innspill-partial-killed")).unwrap();
        std::fs::write(out.join(".innspill-partial-killed/answers.csv"), "half").unwrap();
        stage(&Target::Run { out: out.clone(), id: 2 }, "b").publish().unwrap();
        assert_eq!(names(&out), ["000001", "000002", "latest"]);
        assert_eq!(std::fs::read_to_string(out.join("latest/run.json")).unwrap(), "b");
    }

    #[test]
    fn a_published_run_is_never_written_over() {
        let place = tempfile::tempdir().unwrap();
        let target = Target::Run { out: place.path().to_path_buf(), id: 1 };
        stage(&target, "a").publish().unwrap();
        assert!(matches!(Staging::begin(&target), Err(ExportError::RunIsThere { .. })));
    }

    #[test]
    fn a_flat_folder_keeps_what_is_not_ours_and_gets_the_new_files() {
        let place = tempfile::tempdir().unwrap();
        let flat = place.path().join("result");
        stage(&Target::Flat(flat.clone()), "a").publish().unwrap();
        std::fs::write(flat.join("notes.txt"), "mine").unwrap();
        stage(&Target::Flat(flat.clone()), "b").publish().unwrap();
        assert_eq!(names(&flat), ["answers.csv", "notes.txt", "run.json", "share"]);
        assert_eq!(std::fs::read_to_string(flat.join("share/report.html")).unwrap(), "b");
        assert_eq!(names(place.path()), ["result"]);
    }

    #[test]
    fn a_file_in_the_way_is_told_and_left_alone() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("result");
        std::fs::write(&path, "mine").unwrap();
        assert!(matches!(Staging::begin(&Target::Flat(path.clone())), Err(ExportError::NotAFolder { .. })));
        assert_eq!(std::fs::read_to_string(path).unwrap(), "mine");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_what_is_written() {
        use std::os::unix::fs::PermissionsExt;
        let place = tempfile::tempdir().unwrap();
        let folder = stage(&Target::Flat(place.path().join("new/result")), "a").publish().unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        assert_eq!(mode(&folder.join("share")), 0o700);
        assert_eq!(mode(&folder.join("share/report.html")), 0o600);
    }
}
