//! The embedded model's file: how it is laid out, and how it is read without being unpacked.
//!
//! Everything is little-endian. A header of 48 bytes: magic `INNVEC01`; the first eight bytes of the SHA-256 of all
//! that follows the header; then `u32` dimension, words, grams, and the `u64` length of the word index; zeros up to 48.
//! Then the word index (an `fst` map from word to row), and two tables of rows, words and character n-grams: first
//! one `f32` scale a row, then `dimension / 2` bytes a row. Byte `j` of a row holds number `j` in its low half and
//! number `j + dimension / 2` in its high one; a half `h` stands for `(h - 7.5) * scale`. Four bits are enough because
//! the vectors are turned by a random rotation first, which makes all dimensions alike (see `distil`).

use fst::Map;
use sha2::{Digest, Sha256};

/// What a model file starts with; the digits are the layout's version.
pub const MAGIC: &[u8; 8] = b"INNVEC01";
/// Where the word index starts.
pub const HEADER: usize = 48;
/// What a half byte of this value would stand for zero; halves run from 0 to 15.
pub const MIDDLE: f32 = 7.5;

/// Rows of four-bit numbers, each with a scale.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    scales: &'a [u8],
    codes: &'a [u8],
    half: usize,
}

impl<'a> Rows<'a> {
    /// Adds row `index` times `weight` to `sum`; a row that is not there adds nothing.
    #[inline]
    pub fn add(&self, index: u32, weight: f32, sum: &mut [f32]) {
        let Some((scale, codes)) = self.get(index) else { return };
        let factor = scale * weight;
        let (low, high) = sum.split_at_mut(self.half.min(sum.len()));
        for ((byte, low), high) in codes.iter().zip(low).zip(high) {
            *low += factor * (f32::from(byte & 15) - MIDDLE);
            *high += factor * (f32::from(byte >> 4) - MIDDLE);
        }
    }

    #[inline]
    fn get(&self, index: u32) -> Option<(f32, &'a [u8])> {
        let index = index as usize;
        let scale = self.scales.get(index * 4..index * 4 + 4)?;
        let codes = self.codes.get(index * self.half..(index + 1) * self.half)?;
        Some((f32::from_le_bytes([scale[0], scale[1], scale[2], scale[3]]), codes))
    }

    /// Number of rows.
    pub fn count(&self) -> usize {
        self.scales.len() / 4
    }
}

/// The parts of a model file.
#[derive(Debug)]
pub struct Layout<'a> {
    /// Numbers in a vector; even.
    pub dimension: usize,
    /// The hash in the header, as 16 hexadecimal digits.
    pub hash: String,
    /// From a word, lowercased NFC, to its row.
    pub index: Map<&'a [u8]>,
    /// One row a word.
    pub words: Rows<'a>,
    /// One row a bucket of character n-grams; may be none.
    pub grams: Rows<'a>,
}

impl<'a> Layout<'a> {
    /// Finds the parts of `bytes`. Reads the header alone, so it takes no time worth measuring.
    pub fn read(bytes: &'a [u8]) -> Result<Self, &'static str> {
        let header = bytes.get(..HEADER).ok_or("shorter than its header")?;
        if &header[..8] != MAGIC {
            return Err("not an embedded model of this version");
        }
        let number =
            |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]) as usize;
        let (dimension, words, grams) = (number(16), number(20), number(24));
        let index_length = number(28) | number(32) << 32;
        if dimension == 0 || dimension % 2 != 0 {
            return Err("a dimension that is zero or odd");
        }
        let mut rest = &bytes[HEADER..];
        let mut take = |length: Option<usize>| -> Result<&'a [u8], &'static str> {
            let (part, after) = length.and_then(|length| rest.split_at_checked(length)).ok_or("cut short")?;
            rest = after;
            Ok(part)
        };
        let index = Map::new(take(Some(index_length))?).map_err(|_| "a word index that cannot be read")?;
        let mut rows = |count: usize| -> Result<Rows<'a>, &'static str> {
            let half = dimension / 2;
            Ok(Rows { scales: take(count.checked_mul(4))?, codes: take(count.checked_mul(half))?, half })
        };
        let (words, grams) = (rows(words)?, rows(grams)?);
        if !rest.is_empty() {
            return Err("longer than its header says");
        }
        Ok(Self { dimension, hash: hexadecimal(&header[8..16]), index, words, grams })
    }

    /// Whether the body still has the hash that the header states.
    pub fn verify(bytes: &[u8]) -> bool {
        bytes.get(HEADER..).is_some_and(|body| Sha256::digest(body)[..8] == bytes[8..16])
    }
}

/// Writes a model file: `words` sorted by their bytes and unlike one another, row `i` of `word_rows` for word `i`.
pub fn write(dimension: usize, words: &[&str], word_rows: &[f32], gram_rows: &[f32]) -> Result<Vec<u8>, fst::Error> {
    let index = Map::from_iter(words.iter().zip(0u64..))?;
    let mut bytes = vec![0; HEADER];
    bytes.extend_from_slice(index.as_fst().as_bytes());
    for rows in [word_rows, gram_rows] {
        let (mut scales, mut codes) = (Vec::new(), Vec::new());
        for row in rows.chunks_exact(dimension) {
            let scale = best_scale(row);
            scales.extend_from_slice(&scale.to_le_bytes());
            let (low, high) = row.split_at(dimension / 2);
            codes.extend(low.iter().zip(high).map(|(low, high)| code(*low, scale) | code(*high, scale) << 4));
        }
        bytes.append(&mut scales);
        bytes.append(&mut codes);
    }
    let hash = Sha256::digest(&bytes[HEADER..]);
    bytes[..8].copy_from_slice(MAGIC);
    bytes[8..16].copy_from_slice(&hash[..8]);
    for (at, number) in [(16, dimension), (20, word_rows.len() / dimension), (24, gram_rows.len() / dimension)] {
        bytes[at..at + 4].copy_from_slice(&(number as u32).to_le_bytes());
    }
    bytes[28..36].copy_from_slice(&(index.as_fst().as_bytes().len() as u64).to_le_bytes());
    Ok(bytes)
}

fn code(value: f32, scale: f32) -> u8 {
    if scale > 0.0 { (value / scale + MIDDLE).round().clamp(0.0, 15.0) as u8 } else { 8 }
}

/// The scale with the least squared error: clipping a few outliers costs less than coarser steps for the rest.
fn best_scale(row: &[f32]) -> f32 {
    let largest = row.iter().fold(0.0f32, |largest, value| largest.max(value.abs()));
    let error = |scale: f32| -> f64 {
        row.iter().map(|value| f64::from((f32::from(code(*value, scale)) - MIDDLE) * scale - value).powi(2)).sum()
    };
    (0..16)
        .map(|step| largest / MIDDLE * (1.0 - step as f32 / 28.0))
        .min_by(|a, b| error(*a).total_cmp(&error(*b)))
        .unwrap_or(0.0)
}

/// Bytes as lower-case hexadecimal digits.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back_to_within_four_bits() {
        let rows: Vec<f32> = (0..128).map(|i| ((i * 37 % 101) as f32 - 50.0) / 50.0).collect();
        let bytes = write(64, &["bil", "båt"], &rows, &[]).expect("sorted words");
        let layout = Layout::read(&bytes).expect("just written");
        assert!(Layout::verify(&bytes));
        assert_eq!((layout.dimension, layout.words.count(), layout.grams.count()), (64, 2, 0));
        assert_eq!(layout.index.get("båt"), Some(1));
        let mut sum = vec![0.0; 64];
        layout.words.add(1, 2.0, &mut sum);
        layout.words.add(9, 1.0, &mut sum);
        for (got, wanted) in sum.iter().zip(&rows[64..]) {
            assert!((got - 2.0 * wanted).abs() < 0.16, "{got} {wanted}");
        }
    }

    #[test]
    fn damaged_files_are_refused_and_never_panic() {
        let mut bytes = write(4, &["a"], &[1.0, 0.0, 0.0, 0.0], &[]).expect("sorted words");
        for length in 0..bytes.len() {
            assert!(Layout::read(&bytes[..length]).is_err());
        }
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        assert!(!Layout::verify(&bytes));
        bytes[16..40].fill(0xff);
        assert!(Layout::read(&bytes).is_err());
    }
}
