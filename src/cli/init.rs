//! `innspill init [DIR]`

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use innspill::settings::Settings;

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

fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    match fs::File::create_new(path) {
        Ok(mut file) => {
            file.write_all(text.as_bytes())?;
            Ok(file.sync_all()?)
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(Failure::Usage(format!("{}: cannot write: {error}", path.display()))),
    }
}
