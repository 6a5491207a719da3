//! The taggers that the binary carries, one per encoder; made by `innspill train --codebook`.

use super::heads::HeadsError;
use super::model::Model;
use super::{TagError, Tagger};
use crate::codebook::Codebook;
use crate::encode::Encoder;

const EMBEDDED: &[u8] = include_bytes!("../../models/heads/embedded.tagger");
/// Of no use, and two megabytes, where no transformer runs.
#[cfg(feature = "transformer")]
const E5_SMALL: &[u8] = include_bytes!("../../models/heads/e5-small.tagger");

/// The shipped tagger whose heads read vectors of the encoder with this name; none for other encoders.
///
/// # Errors
/// [`HeadsError`] if the binary's bytes are damaged.
pub fn shipped(encoder: &str) -> Result<Option<Model>, HeadsError> {
    match bytes(encoder) {
        Some(bytes) if !bytes.is_empty() => Model::from_bytes(bytes).map(Some),
        _ => Ok(None),
    }
}

/// A tagger for `codebook` with the heads shipped for this encoder, as far as they know its codes. Codes that no head
/// knows are weighed as the shipped heads learned to weigh a codebook's own words.
///
/// # Errors
/// [`TagError`] if the binary's bytes are damaged, or the codebook's descriptions cannot be encoded.
pub fn tagger(codebook: Codebook, encoder: Box<dyn Encoder>) -> Result<Tagger, TagError> {
    with_heads(codebook, encoder, None)
}

/// As [`tagger`], but with the given heads.
///
/// # Errors
/// As [`tagger`]; and [`TagError::OtherEncoder`] if the given heads were fitted on another encoder.
pub fn with_heads(codebook: Codebook, encoder: Box<dyn Encoder>, given: Option<Model>) -> Result<Tagger, TagError> {
    let own = shipped(&encoder.id().name)?;
    let described = match &own {
        Some(model) => model.header.described.clone(),
        None => shipped("embedded")?.map(|model| model.header.described).unwrap_or_default(),
    };
    Tagger::new(codebook, encoder, given.or(own), described)
}

/// The bytes of the shipped tagger for an encoder; its identity in a run's manifest.
pub fn bytes(encoder: &str) -> Option<&'static [u8]> {
    match encoder {
        "embedded" => Some(EMBEDDED),
        #[cfg(feature = "transformer")]
        "e5-small" => Some(E5_SMALL),
        _ => None,
    }
}
