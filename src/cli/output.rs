//! Where a command writes: a file that is whole or absent, or standard output.

use std::fs::File;
use std::io::{self, BufWriter, Stdout, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::failure::Failure;

/// A file beside its target until it is finished, or standard output.
pub enum Output {
    /// Standard output.
    Standard(BufWriter<Stdout>),
    /// A temporary file that takes the target's name at the end.
    File(Box<BufWriter<NamedTempFile>>, PathBuf),
    /// A pipe or device, which a renamed file would replace: written as it is.
    Device(BufWriter<File>),
}

impl Output {
    /// Opens `path`; `-` is standard output.
    pub fn create(path: &Path) -> Result<Self, Failure> {
        if path.as_os_str() == "-" {
            return Ok(Output::Standard(BufWriter::with_capacity(1 << 16, io::stdout())));
        }
        let failed = |error: io::Error| Failure::Usage(format!("{}: cannot write here: {error}", path.display()));
        // A link stays: what it names is what is written. One that leads nowhere yet is replaced, as a missing file is made.
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if path.metadata().is_ok_and(|there| !there.is_file() && !there.is_dir()) {
            let device = File::options().write(true).open(&path).map_err(failed)?;
            return Ok(Output::Device(BufWriter::with_capacity(1 << 16, device)));
        }
        let file = NamedTempFile::new_in(folder_of(&path)).map_err(failed)?;
        Ok(Output::File(Box::new(BufWriter::with_capacity(1 << 16, file)), path))
    }

    /// Writes what is left, syncs, and puts the file in its place.
    pub fn finish(self) -> Result<(), Failure> {
        match self {
            Output::Standard(mut output) => Ok(output.flush()?),
            Output::Device(mut output) => Ok(output.flush()?),
            Output::File(output, path) => {
                let file = output.into_inner().map_err(|error| Failure::from(error.into_error()))?;
                if !is_in_project(&path) {
                    open_to_the_umask(file.as_file(), &path);
                }
                file.as_file().sync_all()?;
                file.persist(&path).map_err(|error| Failure::Usage(format!("{}: {}", path.display(), error.error)))?;
                sync_folder(&path);
                Ok(())
            }
        }
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether a project's folder holds the file: its answers are for its owner alone.
fn is_in_project(path: &Path) -> bool {
    let folder = folder_of(path);
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    folder.ancestors().any(|folder| folder.join("innspill.toml").is_file())
}

/// A temporary file is made for its owner alone; one that was asked for by name has the rights of the file it replaces,
/// or else those that the user's umask gives any new file.
#[cfg(unix)]
fn open_to_the_umask(file: &File, path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let replaced = std::fs::metadata(path).ok().map(|metadata| metadata.permissions().mode() & 0o777);
    let usual = || {
        // The umask can only be read by setting it, for all threads; a new file tells it as well.
        let usual = std::fs::Permissions::from_mode(0o666);
        let probe = tempfile::Builder::new().permissions(usual).tempfile_in(folder_of(path)).ok()?;
        Some(probe.as_file().metadata().ok()?.permissions().mode() & 0o777)
    };
    if let Some(mode) = replaced.or_else(usual) {
        let _ = file.set_permissions(std::fs::Permissions::from_mode(mode));
    }
}

#[cfg(not(unix))]
fn open_to_the_umask(_: &File, _: &Path) {}

/// A rename is safe once its folder is on disk; where a folder cannot be opened (Windows) that is the system's affair.
fn sync_folder(path: &Path) {
    if let Ok(folder) = File::open(folder_of(path)) {
        let _ = folder.sync_all();
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Output::Standard(output) => output.write(bytes),
            Output::Device(output) => output.write(bytes),
            Output::File(output, _) => output.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Output::Standard(output) => output.flush(),
            Output::Device(output) => output.flush(),
            Output::File(output, _) => output.flush(),
        }
    }
}
