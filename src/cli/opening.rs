//! From arguments to a codebook, an encoder and a tagger.

use std::path::{Path, PathBuf};

use anyhow::Context;
use innspill::codebook::{self, Codebook};
use innspill::encode::{self, Encoder, EncoderChoice};
use innspill::ingest::{Filter, Format, ReadOptions, Reject};
use innspill::tag::model::{Model, Purpose};
use innspill::tag::{LabelTagger, Tagger, shipped};

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
    let name = encoder.id().name.clone();
    let shipped_model = shipped::shipped(&name).map_err(|error| Failure::Usage(error.to_string()))?;
    // Codes that no head knows are weighed as the shipped model learned to weigh a codebook's own words.
    let described = match &shipped_model {
        Some(model) => model.header.described.clone(),
        None => shipped::shipped("embedded")
            .map_err(|error| Failure::Usage(error.to_string()))?
            .map(|model| model.header.described)
            .unwrap_or_default(),
    };
    Tagger::new(codebook, encoder, given.or(shipped_model), described)
        .map_err(|error| Failure::Usage(error.to_string()))
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
