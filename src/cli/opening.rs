//! From arguments to a codebook, an encoder and a tagger.

use std::path::{Path, PathBuf};

use anyhow::Context;
use innspill::codebook::{self, Codebook};
use innspill::encode::{self, Encoder, EncoderChoice};
use innspill::ingest::{Filter, Format, ReadOptions, Reject};
use innspill::settings::Settings;
use innspill::tag::model::{Model, Purpose};
use innspill::tag::{LabelTagger, Tagger, shipped};

use super::describe_run::{heads_hash, hexadecimal};
use super::failure::Failure;

/// What to tag with.
#[derive(Debug, clap::Args)]
pub struct Tools {
    /// Codebook to tag against [default: the innovation codebook]
    #[arg(long, value_name = "FILE")]
    pub codebook: Option<PathBuf>,
    /// Encoder: embedded, e5-small, or a folder in the sentence-transformers layout
    #[arg(long, value_name = "NAME|FOLDER", default_value = "embedded")]
    pub encoder: String,
    /// Tagger made by `innspill train`
    #[arg(long, value_name = "FILE")]
    pub tagger: Option<PathBuf>,
}

/// A tagger of either sort.
pub enum AnyTagger {
    /// Themes, topics, patterns, facets and verdicts.
    Codebook(Box<Tagger>),
    /// Labels of a human coding.
    Labels(Box<LabelTagger>),
}

/// The codebook of a file, or the built-in one.
pub fn open_codebook(path: Option<&Path>) -> Result<Codebook, Failure> {
    let codebook = match path {
        Some(path) => codebook::from_file(path),
        None => codebook::builtin(),
    };
    codebook.map_err(|error| Failure::Usage(error.to_string()))
}

/// The encoder of that name or folder.
pub fn open_encoder(name: &str) -> Result<Box<dyn Encoder>, Failure> {
    let Ok(choice) = name.parse::<EncoderChoice>();
    encode::open(&choice).map_err(|error| Failure::Usage(error.to_string()))
}

impl Tools {
    /// Opens what the arguments name.
    pub fn open(&self) -> Result<AnyTagger, Failure> {
        let encoder = open_encoder(&self.encoder)?;
        let given = match &self.tagger {
            Some(path) => Some(read_model(path)?),
            None => None,
        };
        match given {
            Some(model) if model.header.purpose == Purpose::Labels => {
                let tagger = LabelTagger::new(model, encoder).map_err(|error| Failure::Usage(error.to_string()))?;
                Ok(AnyTagger::Labels(Box::new(tagger)))
            }
            given => {
                let codebook = open_codebook(self.codebook.as_deref())?;
                Ok(AnyTagger::Codebook(Box::new(open_tagger(codebook, encoder, given)?)))
            }
        }
    }
}

/// A tagger for `codebook`: with the given model, else with the shipped one for this encoder.
pub fn open_tagger(codebook: Codebook, encoder: Box<dyn Encoder>, given: Option<Model>) -> Result<Tagger, Failure> {
    shipped::with_heads(codebook, encoder, given).map_err(|error| Failure::Usage(error.to_string()))
}

/// The codebook that a project's settings name.
pub fn open_project_codebook(folder: &Path, settings: &Settings) -> Result<Codebook, Failure> {
    open_codebook(settings.codebook.as_ref().map(|own| folder.join(own)).as_deref())
}

/// A project's tagger, and the SHA-256 of its heads: those that the settings name, else the shipped ones.
pub fn open_project_tagger(
    folder: &Path,
    settings: &Settings,
    codebook: Codebook,
    encoder: Box<dyn Encoder>,
) -> Result<(Tagger, String), Failure> {
    let Some(own) = &settings.tagger else {
        let heads = heads_hash(&encoder.id().name);
        return Ok((open_tagger(codebook, encoder, None)?, heads));
    };
    let path = folder.join(own);
    let wrong = |what: &str| {
        Failure::Usage(format!(
            "{}: {what}; make it with `innspill train --corrections`, or take tagger out of innspill.toml",
            path.display()
        ))
    };
    let bytes = std::fs::read(&path).map_err(|error| wrong(&format!("cannot read the tagger ({error})")))?;
    let model = Model::from_bytes(&bytes).map_err(|error| wrong(&error.to_string()))?;
    if model.header.purpose != Purpose::Codebook(codebook.codebook.id.clone()) {
        return Err(wrong(&format!("the tagger is not for the codebook {}", codebook.codebook.id)));
    }
    Ok((open_tagger(codebook, encoder, Some(model))?, hexadecimal(&bytes)))
}

fn read_model(path: &Path) -> Result<Model, Failure> {
    let bytes = std::fs::read(path).with_context(|| format!("{}: cannot read the tagger", path.display()))?;
    Model::from_bytes(&bytes).map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))
}

/// Which rows to read, and how.
#[derive(Debug, clap::Args)]
pub struct Rows {
    /// Read only rows whose FIELD has this VALUE; may be repeated
    #[arg(long = "where", value_name = "FIELD=VALUE")]
    pub filters: Vec<Filter>,
    /// Format of the input: csv, xlsx, jsonl, text, docx, pdf [default: by the file's ending]
    #[arg(long, value_name = "FORMAT", value_parser = parse_format)]
    pub input_format: Option<Format>,
    /// Exit with 3 if any row was rejected
    #[arg(long)]
    pub strict: bool,
}

fn parse_format(name: &str) -> Result<Format, String> {
    Format::from_name(name).ok_or_else(|| "one of csv, xlsx, jsonl, text, docx, pdf".to_owned())
}

impl Rows {
    /// How to read them.
    pub fn options(&self, keep_fields: bool) -> ReadOptions {
        ReadOptions { filters: self.filters.clone(), keep_fields, ..ReadOptions::default() }
    }
}

/// One line on standard error for a row that could not be read; no cell contents.
pub fn report_reject(reject: &Reject) {
    eprintln!("innspill: {}: {}", reject.place, reject.reason);
}
