//! From text to vector: one trait, several encoders.
//!
//! `embedded` is in the binary and needs nothing else; `e5-small`, and any folder in the sentence-transformers layout,
//! runs through rust-bert and needs the feature `transformer`. An encoder's [`EncoderId`] goes with everything made
//! from its vectors, since vectors of two encoders must never be compared.

mod choice;
pub mod distil;
pub mod embedded;
mod error;
pub mod vectors;

pub use choice::EncoderChoice;
pub use embedded::{Embedded, EmbeddedModel};
pub use error::EncodeError;
pub use vectors::Vectors;

/// Which encoder made a vector.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct EncoderId {
    /// `embedded`, `e5-small`, or the last part of a folder's path.
    pub name: String,
    /// The first 16 hexadecimal digits of the SHA-256 of the model's bytes.
    pub hash: String,
}

/// Turns texts into vectors.
pub trait Encoder: Send + Sync {
    /// Name and hash of the model.
    fn id(&self) -> &EncoderId;

    /// Numbers in a vector.
    fn dimension(&self) -> usize;

    /// Encodes a slice; the order of output is the order of input, and what comes out for a text does not depend on
    /// its neighbours (with a transformer, to within 0.001: its sums depend on how a batch is padded).
    fn encode(&self, texts: &[&str]) -> Result<Vectors, EncodeError>;
}

/// Opens an encoder; the heavy ones load their weights here.
pub fn open(choice: &EncoderChoice) -> Result<Box<dyn Encoder>, EncodeError> {
    match choice {
        EncoderChoice::Embedded => Ok(Box::new(Embedded::new())),
        EncoderChoice::E5Small | EncoderChoice::Folder(_) => {
            Err(EncodeError::NoTransformer { asked: choice.to_string() })
        }
    }
}
