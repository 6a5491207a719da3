//! How alike a text is to what the codebook says of each code: all there is for a code without a head.

use crate::codebook::{CodeEntry, Level};
use crate::encode::{EncodeError, Encoder};
use crate::tag::heads::dot;

/// One vector per code: the mean of its name, definition, inclusions and examples.
#[derive(Debug)]
pub struct Descriptions {
    levels: Vec<Level>,
    vectors: Vec<Vec<f32>>,
}

/// How alike a text is to a description.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Likeness {
    /// Cosine.
    pub cosine: f64,
    /// Standard deviations above the mean over the codes of the same level.
    pub standing: f64,
}

impl Descriptions {
    /// Encodes the descriptions of `codes`.
    ///
    /// # Errors
    /// [`EncodeError`] from the encoder.
    pub fn new(codes: &[CodeEntry<'_>], encoder: &dyn Encoder) -> Result<Self, EncodeError> {
        let mut vectors = Vec::with_capacity(codes.len());
        for entry in codes {
            let meaning = entry.meaning;
            let texts: Vec<&str> = (meaning.name.all())
                .chain(meaning.definition.all())
                .chain(meaning.include.iter().map(String::as_str))
                .chain(meaning.examples.all())
                .filter(|text| !text.trim().is_empty())
                .collect();
            vectors.push(encoder.encode(&texts)?.centre());
        }
        Ok(Descriptions { levels: codes.iter().map(|entry| entry.level).collect(), vectors })
    }

    /// How alike a text's vector is to each description, in the order of the codes.
    pub fn compare(&self, vector: &[f32]) -> Vec<Likeness> {
        let cosines: Vec<f64> = self.vectors.iter().map(|centre| f64::from(dot(centre, vector))).collect();
        let mut likenesses: Vec<Likeness> = cosines.iter().map(|&cosine| Likeness { cosine, standing: 0.0 }).collect();
        for level in [Level::Theme, Level::Topic, Level::Pattern] {
            let members: Vec<usize> = (0..cosines.len()).filter(|&code| self.levels[code] == level).collect();
            if members.len() < 3 {
                continue;
            }
            let count = members.len() as f64;
            let mean = members.iter().map(|&code| cosines[code]).sum::<f64>() / count;
            let variance = members.iter().map(|&code| (cosines[code] - mean).powi(2)).sum::<f64>() / count;
            if variance > 1e-12 {
                for code in members {
                    likenesses[code].standing = (cosines[code] - mean) / variance.sqrt();
                }
            }
        }
        likenesses
    }
}
