//! From text to vector: one trait, several encoders.
//!
//! `embedded` is in the binary and needs nothing else; `e5-small`, and any folder in the sentence-transformers layout,
//! runs through rust-bert and needs the feature `transformer`. An encoder's [`EncoderId`] goes with everything made
//! from its vectors, since vectors of two encoders must never be compared.

mod choice;
pub mod distil;
pub mod embedded;
mod error;
mod four_bit;
pub mod model_folder;
pub mod pull;
#[cfg(feature = "transformer")]
pub mod transformer;
pub mod vectors;
#[cfg(feature = "transformer")]
mod windows;

pub use choice::EncoderChoice;
pub use embedded::{Embedded, EmbeddedModel};
pub use error::EncodeError;
#[cfg(feature = "transformer")]
use transformer::{Precision, TransformerEncoder};
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
        #[cfg(feature = "transformer")]
        EncoderChoice::E5Small | EncoderChoice::Folder(_) => open_transformer(choice, Precision::Single),
        #[cfg(not(feature = "transformer"))]
        EncoderChoice::E5Small | EncoderChoice::Folder(_) => open_transformer(choice),
    }
}

/// Opens an encoder to learn from: as [`open`], but a transformer reckons in half precision, which is twice as fast.
pub fn open_teacher(choice: &EncoderChoice) -> Result<Box<dyn Encoder>, EncodeError> {
    match choice {
        EncoderChoice::Embedded => open(choice),
        #[cfg(feature = "transformer")]
        _ => open_transformer(choice, transformer::Precision::Half),
        #[cfg(not(feature = "transformer"))]
        _ => open_transformer(choice),
    }
}

#[cfg(feature = "transformer")]
fn open_transformer(choice: &EncoderChoice, precision: Precision) -> Result<Box<dyn Encoder>, EncodeError> {
    let (name, folder) = match choice {
        EncoderChoice::Folder(folder) => {
            let name = folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy().into_owned();
            (name, folder.clone())
        }
        _ => {
            let folder = model_folder::models_folder().join(pull::E5_SMALL);
            if !folder.join(model_folder::MANIFEST).is_file() {
                return Err(EncodeError::NotPulled { name: pull::E5_SMALL.to_owned(), folder });
            }
            (pull::E5_SMALL.to_owned(), folder)
        }
    };
    Ok(Box::new(TransformerEncoder::open(&folder, &name, precision)?))
}

#[cfg(not(feature = "transformer"))]
fn open_transformer(choice: &EncoderChoice) -> Result<Box<dyn Encoder>, EncodeError> {
    Err(EncodeError::NoTransformer { asked: choice.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_read_as_they_are_written() {
        for text in ["embedded", "e5-small", "models/mine"] {
            let Ok(choice) = text.parse::<EncoderChoice>();
            assert_eq!(choice.to_string(), text);
        }
        assert!(open(&EncoderChoice::Embedded).is_ok_and(|encoder| encoder.id().name == "embedded"));
    }

    #[cfg(not(feature = "transformer"))]
    #[test]
    fn a_build_without_transformers_names_the_script() {
        let error = open(&EncoderChoice::E5Small).err().expect("no transformer here").to_string();
        assert!(error.contains("scripts/setup-transformer") && error.contains("e5-small"), "{error}");
    }

    #[cfg(feature = "transformer")]
    #[test]
    fn a_folder_that_is_no_model_is_named() {
        let error = open(&EncoderChoice::Folder("/nowhere/mine".into())).err().expect("nothing there").to_string();
        assert!(error.contains("/nowhere/mine") && error.contains("config.json"), "{error}");
    }
}
