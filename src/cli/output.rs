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
}

impl Output {
    /// Opens `path`; `-` is standard output.
    pub fn create(path: &Path) -> Result<Self, Failure> {
        if path.as_os_str() == "-" {
            return Ok(Output::Standard(BufWriter::with_capacity(1 << 16, io::stdout())));
        }
        let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file = NamedTempFile::new_in(folder)
            .map_err(|error| Failure::Usage(format!("{}: cannot write here: {error}", path.display())))?;
        Ok(Output::File(Box::new(BufWriter::with_capacity(1 << 16, file)), path.to_owned()))
    }

    /// Writes what is left, syncs, and puts the file in its place.
    pub fn finish(self) -> Result<(), Failure> {
        match self {
            Output::Standard(mut output) => Ok(output.flush()?),
            Output::File(output, path) => {
                let file = output.into_inner().map_err(|error| Failure::from(error.into_error()))?;
                file.as_file().sync_all()?;
                file.persist(&path).map_err(|error| Failure::Usage(format!("{}: {}", path.display(), error.error)))?;
                sync_folder(&path);
                Ok(())
            }
        }
    }
}

/// A rename is safe once its folder is on disk; where a folder cannot be opened (Windows) that is the system's affair.
fn sync_folder(path: &Path) {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Output::Standard(output) => output.write(bytes),
            Output::File(output, _) => output.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Output::Standard(output) => output.flush(),
            Output::File(output, _) => output.flush(),
        }
    }
}
