//! `report.html`: one file that tells what was found, in plain words, from the first screen to the answers themselves.
//!
//! In reading order: [`words`] has the language, [`numbers`] writes figures and dates, [`evidence`] leads from each
//! number to the answers behind it, `views` turn results into plain structs, one file per section, and the
//! templates lay them out. There is no script and no network; charts are inline SVG.

mod charts;
mod compose;
pub mod evidence;
mod layout;
pub mod numbers;
mod views;
pub mod words;

use crate::export::{ExportError, Source};
use crate::run_description::RunDescription;
use compose::Composer;
use evidence::Limits;
use numbers::Numbers;
use words::Words;

/// The report's greatest size in bytes.
pub const GREATEST_SIZE: usize = 10_000_000;

/// Puts the report together for the source's edition, with as much of the evidence as its size allows.
///
/// # Errors
/// When the words or templates are not valid, or even the least evidence makes it too large.
pub fn render(source: &Source<'_>, description: &RunDescription) -> Result<String, ExportError> {
    let words = Words::of(description.language).map_err(|error| ExportError::Report { cause: error.to_string() })?;
    let layout = layout::Layout::new(&words, Numbers::new(description.language))?;
    let mut least = 0;
    for limits in Limits::TIERS {
        let composer = Composer::new(source, description, &words, limits);
        let page = layout.render(&views::page(composer))?;
        if page.len() <= GREATEST_SIZE {
            return Ok(page);
        }
        least = page.len();
    }
    Err(ExportError::ReportTooLarge { bytes: least, limit: GREATEST_SIZE })
}

#[cfg(test)]
mod tests;
