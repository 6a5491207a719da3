//! `innspill init [DIR]`

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use innspill::settings::Settings;
use tempfile::NamedTempFile;

use super::failure::Failure;

/// Make a project folder: settings, codebook, a place for input
///
/// Example:
///   innspill init my-project
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Init {
    /// The folder; made if it is not there
    #[arg(default_value = ".", value_name = "DIR")]
    folder: PathBuf,
}

const IGNORE: &str = "# Results and the store hold personal data: never commit them.\n/out/\n/innspill.db*\n/input/\n";

impl Init {
    /// Writes what is not there; never overwrites.
    pub fn run(self) -> Result<(), Failure> {
        let settings = self.folder.join("innspill.toml");
        if settings.exists() {
            return Err(Failure::Usage(format!(
                "{}: is a project already; run it with `innspill run {}`",
                self.folder.display(),
                self.folder.display()
            )));
        }
        fs::create_dir_all(self.folder.join("input"))
            .map_err(|error| Failure::Usage(format!("{}: cannot make it: {error}", self.folder.display())))?;
        write_new(&self.folder.join("codebook.toml"), include_str!("../../corpus/codebook.toml"))?;
        write_new(&self.folder.join(".gitignore"), IGNORE)?;
        // Last, because it is what makes the folder a project.
        write_new(&settings, Settings::template())?;
        writeln!(
            std::io::stdout(),
            "{}: ready. Put answers into input/, look at innspill.toml, then: innspill run {}",
            self.folder.display(),
            self.folder.display()
        )?;
        Ok(())
    }
}

/// Whole or absent, and never in place of what is there.
fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::Usage(format!("{}: cannot write: {error}", path.display()));
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = new_beside(folder).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(refused) if refused.error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(refused) => Err(failed(refused.error)),
    }
}

/// A temporary file that whoever shares the project may read: settings and codebook hold no answers.
fn new_beside(folder: &Path) -> std::io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}
