//! A project's answers as the machine tags them now, without clusters and without writing anything.

use std::path::Path;

use innspill::codebook::Codebook;
use innspill::ingest::read_project;
use innspill::pipeline::shown_text;
use innspill::record::{Analysis, Record};
use innspill::settings::Settings;
use innspill::store::Store;
use innspill::tag::Input;
use innspill::text;
use rayon::prelude::*;

use super::failure::Failure;
use super::opening::{open_encoder, open_project_codebook, open_project_tagger};
use super::project;

/// A project and its answers.
pub struct TaggedProject {
    /// What it is called.
    pub title: String,
    /// What it is coded with.
    pub codebook: Codebook,
    /// Answers with the machine's codes.
    pub analysis: Analysis,
}

/// The settings and codebook of a project folder.
pub fn open_project(folder: &Path) -> Result<(Settings, String, Codebook), Failure> {
    if !folder.join("innspill.toml").is_file() {
        return Err(Failure::Usage(format!(
            "{}: is no project, since it has no innspill.toml; make one with `innspill init`",
            folder.display()
        )));
    }
    let settings = project::settings(folder)?;
    let title = project::title(folder, &settings);
    let codebook = open_project_codebook(folder, &settings)?;
    Ok((settings, title, codebook))
}

/// Reads and tags a project.
pub fn tagged_project(folder: &Path) -> Result<TaggedProject, Failure> {
    let usage = |error: &dyn std::error::Error| Failure::Usage(error.to_string());
    let (settings, title, codebook) = open_project(folder)?;
    // Ids of answers without one of their own hang on the store's key, so they are those of every run.
    let store = Store::open(&project::store_path(folder, &settings, None))
        .map_err(|error| Failure::Usage(error.to_string()))?;
    let input = read_project(folder, &settings, store.secret().bytes()).map_err(|error| usage(&error))?;
    if let Some(nothing) = input.nothing_readable() {
        return Err(Failure::Usage(nothing.to_string()));
    }
    let encoder = open_encoder(&settings.encoder)?;
    let (mut tagger, _) = open_project_tagger(folder, &settings, codebook.clone(), encoder)?;
    let shown: Vec<String> = input.answers.par_iter().map(|answer| shown_text(&answer.text)).collect();
    let mended: Vec<_> = shown.par_iter().map(|text| text::mend(text)).collect();
    let inputs: Vec<Input<'_>> =
        (mended.iter().zip(&input.answers)).map(|(text, answer)| Input { text, kind: answer.kind.as_ref() }).collect();
    let texts: Vec<&str> = shown.iter().map(String::as_str).collect();
    let vectors = tagger.encoder().encode(&texts).map_err(|error| Failure::Usage(error.to_string()))?;
    let taggings = tagger.tag_encoded(&inputs, &vectors);
    drop(inputs);
    drop(mended);
    let records = (input.answers.into_iter().zip(shown).zip(taggings))
        .map(|((answer, shown), tagging)| Record {
            answer,
            shown,
            tagging,
            cluster: None,
            same_text_group: None,
            human_checked: false,
            quote_ok: false,
        })
        .collect();
    let analysis = Analysis { records, thresholds: tagger.thresholds(), ..Analysis::default() };
    Ok(TaggedProject { title, codebook, analysis })
}
