//! innspill: free-text answers in, tags, groups of alike answers and recurring patterns out.
//!
//! ```text
//! files -> ingest -> text, privacy -> encode -> tag ----> patterns -> export, report
//!                                        |       |            ^
//!                                      store   store          |
//!                                        +---> cluster -------+
//! ```
//!
//! A stage takes plain data and returns plain data. [`pipeline::analyse`] runs them in order:
//!
//! ```
//! use std::ops::ControlFlow;
//! use std::path::PathBuf;
//!
//! use innspill::{codebook, encode, ingest, patterns, pipeline, tag};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Files become answers; what could not be read is in `input.rejects`, with file, line and reason.
//! let files = [PathBuf::from("corpus/sample/input")];
//! let input = ingest::read_inputs(&files, &ingest::ReadOptions::default())?;
//! let units = input.units();
//!
//! // A codebook, an encoder, and the heads that ship for them.
//! let codebook = codebook::builtin()?;
//! let encoder = encode::open(&encode::EncoderChoice::Embedded)?;
//! let mut tagger = tag::shipped::tagger(codebook.clone(), encoder)?;
//!
//! // Every answer with its tags, its side in each topic, its facets and its group of alike answers.
//! let mut memory = pipeline::NoMemory::default();
//! let analysis = pipeline::analyse(input, &mut tagger, &mut memory, |_| ControlFlow::Continue(()))?;
//! let counts = &analysis.counts;
//! assert_eq!(units, counts.answers + counts.duplicates + counts.rejects + counts.skipped_total());
//!
//! // What recurs across groups, with intervals.
//! let found = patterns::seek(&analysis, &codebook, &patterns::PatternSettings::default());
//! assert!(!found.findings.is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! To tag texts alone:
//!
//! ```
//! use innspill::{codebook, encode, tag, text};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let encoder = encode::open(&encode::EncoderChoice::Embedded)?;
//! let mut tagger = tag::shipped::tagger(codebook::builtin()?, encoder)?;
//! let answer = text::mend("Sektorene sitter hver for seg og deler ikke data.");
//! let tagging = &tagger.tag(&[tag::Input { text: &answer, kind: None }])?[0];
//! assert_eq!(tagging.topics[0].code, "collaboration/silos");
//! # Ok(())
//! # }
//! ```

pub mod answer;
pub mod changes;
pub mod cluster;
pub mod codebook;
pub mod encode;
pub mod evaluate;
pub mod export;
pub mod group_work;
pub mod ingest;
pub mod patterns;
pub mod pipeline;
pub mod privacy;
pub mod record;
pub mod report;
pub mod review;
pub mod run_description;
pub mod score;
pub mod settings;
pub mod span;
pub mod store;
pub mod tag;
pub mod text;
