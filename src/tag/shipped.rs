//! The taggers that the binary carries, one per encoder; made by `innspill train --codebook`.

use super::heads::HeadsError;
use super::model::Model;

const EMBEDDED: &[u8] = include_bytes!("../../models/heads/embedded.tagger");
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

/// The bytes of the shipped tagger for an encoder; its identity in a run's manifest.
pub fn bytes(encoder: &str) -> Option<&'static [u8]> {
    match encoder {
        "embedded" => Some(EMBEDDED),
        "e5-small" => Some(E5_SMALL),
        _ => None,
    }
}
