//! The default encoder: one vector a word, in the binary.
//!
//! A text is the sum of its words' vectors, scaled to length 1. How much a word counts, frequent words little, is in
//! the length of its vector. The vectors were fitted so that these sums point where a transformer's sentence vectors
//! point (see `distil`, and the card in `models/`), so nothing about a text is looked up anywhere else and no figures
//! of a corpus are needed.

pub mod layout;
pub mod unseen;

use std::borrow::Cow;
use std::sync::LazyLock;

use rayon::prelude::*;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::vectors::normalise;
use super::{EncodeError, Encoder, EncoderId, Vectors};
use crate::text::words;
use layout::Layout;

static BYTES: &[u8] = include_bytes!("../../../models/embedded.bin");

static MODEL: LazyLock<EmbeddedModel> =
    LazyLock::new(|| EmbeddedModel::read(BYTES).expect("tests read the file that is compiled in"));

/// Length of the vector of a word of which only character n-grams are known; that of a rare word is near 1. What nobody
/// listed (names of agencies, systems, places) tells texts apart best, hence a little more; found by measuring.
const GRAM_WEIGHT: f32 = 1.2;

/// Texts that one thread encodes at a time.
const BLOCK: usize = 256;

/// The vectors of words, for whoever has words already.
#[derive(Debug)]
pub struct EmbeddedModel {
    layout: Layout<'static>,
    id: EncoderId,
}

impl EmbeddedModel {
    /// The model in the binary; nothing is unpacked, so the first call is as quick as any.
    pub fn get() -> &'static EmbeddedModel {
        &MODEL
    }

    /// A model file of `distil`, for measuring one before it is compiled in. What is wrong with it comes back in words.
    pub fn read(bytes: &'static [u8]) -> Result<Self, &'static str> {
        let layout = Layout::read(bytes)?;
        let id = EncoderId { name: "embedded".into(), hash: layout.hash.clone() };
        Ok(Self { layout, id })
    }

    /// Name and hash.
    pub fn id(&self) -> &EncoderId {
        &self.id
    }

    /// Numbers in a vector.
    pub fn dimension(&self) -> usize {
        self.layout.dimension
    }

    /// Whether the model's bytes are still those that were written.
    pub fn is_whole() -> bool {
        Layout::verify(BYTES)
    }

    /// The row of `word`, which must be lowercased and in NFC.
    #[inline]
    pub fn word(&self, word: &str) -> Option<u32> {
        self.layout.index.get(word).and_then(|row| u32::try_from(row).ok())
    }

    /// Adds the vector of row `index` times `weight` to `sum`, which is [`Self::dimension`] long.
    #[inline]
    pub fn add_word(&self, index: u32, weight: f32, sum: &mut [f32]) {
        self.layout.words.add(index, weight, sum);
    }

    /// Adds a vector for a `word` that [`Self::word`] does not know, lowercased and in NFC: from the parts of a
    /// compound, else from a known stem, else from character n-grams. False if there is nothing to go by.
    pub fn unseen(&self, word: &str, sum: &mut [f32]) -> bool {
        if !word.chars().any(char::is_alphabetic) {
            return false;
        }
        if let Some(parts) = unseen::known_parts(self.layout.index.as_fst(), word) {
            for (row, weight) in parts {
                self.layout.words.add(row, weight, sum);
            }
            return true;
        }
        self.add_grams(word, sum)
    }

    /// Adds the direction that a word's character n-grams point in, as long as [`GRAM_WEIGHT`]: their mean alone would
    /// be the shorter the less they agree, and an unknown word is as telling as any rare one.
    fn add_grams(&self, word: &str, sum: &mut [f32]) -> bool {
        let buckets = self.layout.grams.count() as u32;
        if buckets == 0 {
            return false;
        }
        let mut direction = vec![0.0; self.layout.dimension];
        for bucket in unseen::gram_buckets(word, buckets) {
            self.layout.grams.add(bucket, 1.0, &mut direction);
        }
        normalise(&mut direction);
        sum.iter_mut().zip(&direction).for_each(|(sum, value)| *sum += GRAM_WEIGHT * value);
        true
    }

    /// Makes a text's vector of a sum of words' vectors.
    pub fn finish(&self, sum: &mut [f32]) {
        normalise(sum);
    }

    /// Encodes one text into `vector`, which is [`Self::dimension`] long and holds zeros.
    pub fn encode_into(&self, text: &str, vector: &mut [f32]) {
        each_word(text, |word| match self.word(word) {
            Some(row) => self.add_word(row, 1.0, vector),
            None => {
                self.unseen(word, vector);
            }
        });
        self.finish(vector);
    }
}

/// Calls `found` with each word of `text`, lowercased and in NFC.
fn each_word(text: &str, mut found: impl FnMut(&str)) {
    let text = composed(text);
    let mut lowered = String::new();
    for range in words(&text) {
        lowered.clear();
        lower_into(&text[range], &mut lowered);
        found(&lowered);
    }
}

/// The rows of the words of `text` in the word index `index`, each with its weight; words of which nothing is known are
/// left out. What `distil` fits is what [`EmbeddedModel::encode_into`] adds up.
pub fn text_rows(index: &fst::Map<&[u8]>, text: &str) -> Vec<(u32, f32)> {
    let mut rows = Vec::new();
    each_word(text, |word| match index.get(word) {
        Some(row) => rows.push((u32::try_from(row).unwrap_or(u32::MAX), 1.0)),
        None => rows.extend(unseen::known_parts(index.as_fst(), word).unwrap_or_default()),
    });
    rows
}

/// The text in NFC; borrowed where it is so already, as nearly every text is.
fn composed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

fn lower_into(word: &str, lowered: &mut String) {
    if word.is_ascii() {
        lowered.push_str(word);
        lowered.make_ascii_lowercase();
    } else {
        lowered.extend(word.chars().flat_map(char::to_lowercase));
    }
}

/// [`EmbeddedModel`] as an [`Encoder`].
#[derive(Debug, Clone, Copy)]
pub struct Embedded {
    model: &'static EmbeddedModel,
}

impl Embedded {
    /// The encoder in the binary.
    pub fn new() -> Self {
        Self { model: EmbeddedModel::get() }
    }
}

impl From<&'static EmbeddedModel> for Embedded {
    fn from(model: &'static EmbeddedModel) -> Self {
        Self { model }
    }
}

impl Default for Embedded {
    fn default() -> Self {
        Self::new()
    }
}

impl Encoder for Embedded {
    fn id(&self) -> &EncoderId {
        self.model.id()
    }

    fn dimension(&self) -> usize {
        self.model.dimension()
    }

    fn encode(&self, texts: &[&str]) -> Result<Vectors, EncodeError> {
        let dimension = self.model.dimension();
        let mut values = vec![0.0; texts.len() * dimension];
        // Each text is summed by one thread, so the bytes do not depend on how many there are.
        values.par_chunks_mut(dimension * BLOCK).zip(texts.par_chunks(BLOCK)).for_each(|(rows, texts)| {
            for (row, text) in rows.chunks_exact_mut(dimension).zip(texts) {
                self.model.encode_into(text, row);
            }
        });
        Ok(Vectors::new(dimension, values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compiled_model_is_whole() {
        assert!(EmbeddedModel::is_whole());
        assert!(EmbeddedModel::get().word("innbygger").is_some());
    }

    #[test]
    fn a_vector_depends_on_its_text_alone() {
        let encoder = Embedded::new();
        let texts = [
            "Kommunen må lytte til innbyggerne",
            "",
            "?!",
            "Ki-verktøyet svarte a\u{30a}tte ganger",
            "x".repeat(9000).leak(),
        ];
        let all = encoder.encode(&texts).expect("never fails");
        for (i, text) in texts.iter().enumerate() {
            assert_eq!(encoder.encode(&[text]).expect("never fails").row(0), all.row(i));
        }
        assert!(all.row(1).iter().chain(all.row(2)).all(|value| *value == 0.0));
        let composed = encoder.encode(&["KI-VERKTØYET SVARTE ÅTTE GANGER"]).expect("never fails");
        assert!(composed.row(0) == all.row(3));
    }
}
