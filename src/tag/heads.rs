//! Learned heads: one linear classifier per output, over surface features and over text vectors.

use std::io::Read;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::features::{BUCKETS, Bucket};
use super::solver::Fitted;

/// Position of an output among those of its heads.
pub type OutputIndex = usize;

/// Why a file of heads could not be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum HeadsError {
    /// The bytes do not begin as such a file does.
    #[error("not a tagger file: train one with `innspill train`")]
    NotHeads,
    /// Written by another version of the format.
    #[error("tagger file of format {0}, this version reads format {FORMAT}: train it again")]
    OtherFormat(u32),
    /// Shorter than it says it is, or inconsistent.
    #[error("damaged tagger file ({0}): train it again")]
    Damaged(&'static str),
}

const MAGIC: &[u8; 8] = b"innspilT";
const FORMAT: u32 = 2;
/// Steps from no weight to an output's largest.
const STEPS: f32 = 63.0;
/// The compressor's level; training waits for it once, reading does not feel it.
const COMPRESSION: i32 = 19;
/// A file that expands to more is refused.
const LARGEST: u64 = 1 << 30;

/// The linear classifiers, apart from how their values are calibrated.
#[derive(Debug, Clone, PartialEq)]
pub struct Heads {
    /// Name of each output.
    pub outputs: Vec<String>,
    /// Dimension of the text vectors they were fitted on.
    pub dimension: usize,
    /// Bucket of each row, ascending.
    buckets: Vec<u32>,
    /// Weight of each row's feature in a text, by its rarity in training.
    rarity: Vec<f32>,
    /// Rows x outputs, in steps of `steps[output]`.
    surface: Vec<i8>,
    steps: Vec<f32>,
    surface_bias: Vec<f32>,
    /// Outputs x dimension.
    dense: Vec<f32>,
    dense_bias: Vec<f32>,
    /// Bucket to row + 1; 0 where training did not see the bucket.
    row_of_bucket: Vec<u32>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Layout {
    outputs: Vec<String>,
    dimension: usize,
    rows: usize,
}

impl Heads {
    /// Puts fitted classifiers together; `rarity` lists the buckets that training saw, ascending.
    ///
    /// Weights over surface features are stored in 127 steps an output, which moves no score by more
    /// than its last decimals.
    pub fn new(
        outputs: Vec<String>,
        dimension: usize,
        rarity: &[(Bucket, f32)],
        surface: &[Fitted],
        dense: &[Fitted],
    ) -> Self {
        let count = outputs.len();
        let mut steps = Vec::with_capacity(count);
        let mut weights = vec![0i8; rarity.len() * count];
        for (output, fitted) in surface.iter().enumerate() {
            let largest = fitted.weights.iter().fold(0.0f32, |largest, weight| largest.max(weight.abs()));
            let step = if largest > 0.0 { largest / STEPS } else { 1.0 };
            for (row, weight) in fitted.weights.iter().enumerate() {
                weights[row * count + output] = (weight / step).round() as i8;
            }
            steps.push(step);
        }
        let mut heads = Heads {
            outputs,
            dimension,
            buckets: rarity.iter().map(|(bucket, _)| bucket.0).collect(),
            rarity: rarity.iter().map(|(_, rarity)| *rarity).collect(),
            surface: weights,
            steps,
            surface_bias: surface.iter().map(|fitted| fitted.bias).collect(),
            dense: dense.iter().flat_map(|fitted| fitted.weights.iter().copied()).collect(),
            dense_bias: dense.iter().map(|fitted| fitted.bias).collect(),
            row_of_bucket: Vec::new(),
        };
        heads.index_buckets();
        heads
    }

    fn index_buckets(&mut self) {
        self.row_of_bucket = vec![0; BUCKETS];
        for (row, &bucket) in self.buckets.iter().enumerate() {
            if let Some(entry) = self.row_of_bucket.get_mut(bucket as usize) {
                *entry = row as u32 + 1;
            }
        }
    }

    /// Position of an output by name.
    pub fn output(&self, name: &str) -> Option<OutputIndex> {
        self.outputs.iter().position(|output| output == name)
    }

    /// Positions of all outputs by name.
    pub fn output_positions(&self) -> FxHashMap<&str, OutputIndex> {
        self.outputs.iter().enumerate().map(|(position, name)| (name.as_str(), position)).collect()
    }

    /// Adds what one feature says of every output, and returns its share of the text's squared length.
    pub fn add_feature(&self, bucket: Bucket, into: &mut [f32]) -> f32 {
        let Some(row) = self.row_of_bucket.get(bucket.0 as usize).and_then(|&row| row.checked_sub(1)) else {
            return 0.0;
        };
        let rarity = self.rarity[row as usize];
        let start = row as usize * self.outputs.len();
        let weights = &self.surface[start..start + self.outputs.len()];
        for ((value, &weight), &step) in into.iter_mut().zip(weights).zip(&self.steps) {
            *value += rarity * f32::from(weight) * step;
        }
        rarity * rarity
    }

    /// Decision value of an output over surface features, from the sum that
    /// [`add_feature`](Self::add_feature) made and the text's length (not squared).
    pub fn surface_value(&self, output: OutputIndex, sum: f32, length: f32) -> f32 {
        let scaled = if length > 0.0 { sum / length } else { 0.0 };
        scaled + self.surface_bias[output]
    }

    /// Decision value of an output over a text vector.
    pub fn dense_value(&self, output: OutputIndex, vector: &[f32]) -> f32 {
        let weights = &self.dense[output * self.dimension..(output + 1) * self.dimension];
        dot(weights, vector) + self.dense_bias[output]
    }

    /// Appends the heads in their binary form: numbers little-endian, after a line that lays them out.
    pub fn write(&self, into: &mut Vec<u8>) {
        let layout = Layout { outputs: self.outputs.clone(), dimension: self.dimension, rows: self.buckets.len() };
        write_block(into, &serde_json::to_vec(&layout).unwrap_or_default());
        for bucket in &self.buckets {
            into.extend_from_slice(&bucket.to_le_bytes());
        }
        for numbers in [&self.rarity, &self.steps, &self.surface_bias, &self.dense, &self.dense_bias] {
            for number in numbers {
                into.extend_from_slice(&number.to_le_bytes());
            }
        }
        into.extend(self.surface.iter().map(|&weight| weight as u8));
    }

    /// Reads what [`write`](Self::write) wrote.
    ///
    /// # Errors
    /// [`HeadsError::Damaged`] if bytes are missing or do not fit together.
    pub fn read(bytes: &mut Bytes<'_>) -> Result<Self, HeadsError> {
        let layout: Layout = serde_json::from_slice(bytes.block()?).map_err(|_| HeadsError::Damaged("layout"))?;
        let outputs = layout.outputs.len();
        let size = |rows: usize, columns: usize| rows.checked_mul(columns).ok_or(HeadsError::Damaged("size"));
        let buckets =
            bytes.take(size(layout.rows, 4)?)?.as_chunks().0.iter().map(|&chunk| u32::from_le_bytes(chunk)).collect();
        let mut heads = Heads {
            buckets,
            rarity: bytes.floats(layout.rows)?,
            steps: bytes.floats(outputs)?,
            surface_bias: bytes.floats(outputs)?,
            dense: bytes.floats(size(outputs, layout.dimension)?)?,
            dense_bias: bytes.floats(outputs)?,
            surface: bytes.take(size(layout.rows, outputs)?)?.iter().map(|&byte| byte as i8).collect(),
            outputs: layout.outputs,
            dimension: layout.dimension,
            row_of_bucket: Vec::new(),
        };
        heads.index_buckets();
        Ok(heads)
    }
}

/// Inner product in eight running sums: the order is fixed, and the compiler can use wide registers.
pub fn dot(left: &[f32], right: &[f32]) -> f32 {
    let mut sums = [0.0f32; 8];
    let (left_chunks, left_rest) = left.as_chunks::<8>();
    let (right_chunks, right_rest) = right.as_chunks::<8>();
    for (left, right) in left_chunks.iter().zip(right_chunks) {
        for lane in 0..8 {
            sums[lane] += left[lane] * right[lane];
        }
    }
    let rest: f32 = left_rest.iter().zip(right_rest).map(|(left, right)| left * right).sum();
    sums.iter().sum::<f32>() + rest
}

/// A tagger file that holds `contents`: compressed, since half of the weights are small numbers.
///
/// # Errors
/// Those of the compressor.
pub fn file(contents: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend_from_slice(&FORMAT.to_le_bytes());
    bytes.extend(zstd::bulk::compress(contents, COMPRESSION)?);
    Ok(bytes)
}

/// What a tagger file holds.
///
/// # Errors
/// [`HeadsError::NotHeads`], [`HeadsError::OtherFormat`]; [`HeadsError::Damaged`] if it cannot be expanded, or expands
/// beyond reason.
pub fn contents(file: &[u8]) -> Result<Vec<u8>, HeadsError> {
    let rest = file.strip_prefix(MAGIC).ok_or(HeadsError::NotHeads)?;
    let (format, rest) = rest.split_first_chunk().ok_or(HeadsError::NotHeads)?;
    match u32::from_le_bytes(*format) {
        FORMAT => {}
        other => return Err(HeadsError::OtherFormat(other)),
    }
    let decoder = zstd::stream::Decoder::new(rest).map_err(|_| HeadsError::Damaged("compression"))?;
    let mut contents = Vec::new();
    decoder.take(LARGEST + 1).read_to_end(&mut contents).map_err(|_| HeadsError::Damaged("compression"))?;
    if contents.len() as u64 > LARGEST { Err(HeadsError::Damaged("size")) } else { Ok(contents) }
}

/// Appends a block with its length.
pub fn write_block(into: &mut Vec<u8>, block: &[u8]) {
    into.extend_from_slice(&(block.len() as u64).to_le_bytes());
    into.extend_from_slice(block);
}

/// What is left to read of a tagger file.
#[derive(Debug)]
pub struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    /// Starts on what a tagger file holds, see [`contents`].
    pub fn new(contents: &'a [u8]) -> Self {
        Bytes(contents)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], HeadsError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(HeadsError::Damaged("too short"))?;
        self.0 = rest;
        Ok(taken)
    }

    /// The next block.
    ///
    /// # Errors
    /// [`HeadsError::Damaged`] if it is cut off.
    pub fn block(&mut self) -> Result<&'a [u8], HeadsError> {
        let (length, rest) = self.0.split_first_chunk().ok_or(HeadsError::Damaged("too short"))?;
        self.0 = rest;
        let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| HeadsError::Damaged("size"))?;
        self.take(length)
    }

    fn floats(&mut self, count: usize) -> Result<Vec<f32>, HeadsError> {
        let length = count.checked_mul(4).ok_or(HeadsError::Damaged("size"))?;
        Ok(self.take(length)?.as_chunks().0.iter().map(|&chunk| f32::from_le_bytes(chunk)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Heads {
        let fitted = |weights: &[f32], bias| Fitted { weights: weights.to_vec(), bias };
        Heads::new(
            vec!["a".into(), "b".into()],
            3,
            &[(Bucket(4), 1.0), (Bucket(9), 2.0)],
            &[fitted(&[1.0, -0.5], 0.25), fitted(&[0.0, 0.0], -1.0)],
            &[fitted(&[1.0, 0.0, 2.0], 0.5), fitted(&[0.0, 1.0, 0.0], 0.0)],
        )
    }

    #[test]
    fn heads_come_back_from_their_bytes() {
        let mut bytes = Vec::new();
        sample().write(&mut bytes);
        let contents = contents(&file(&bytes).unwrap()).unwrap();
        let read = Heads::read(&mut Bytes::new(&contents)).unwrap();
        assert_eq!(read, sample());
    }

    #[test]
    fn cut_bytes_are_refused_at_every_length() {
        let mut bytes = Vec::new();
        sample().write(&mut bytes);
        for length in 0..bytes.len() {
            assert!(Heads::read(&mut Bytes::new(&bytes[..length])).is_err(), "{length}");
        }
        let file = file(&bytes).unwrap();
        for length in 0..file.len() {
            assert!(contents(&file[..length]).is_err(), "{length}");
        }
    }

    #[test]
    fn values_are_weights_times_features_over_length() {
        let heads = sample();
        let mut sums = [0.0; 2];
        let square = heads.add_feature(Bucket(4), &mut sums) + heads.add_feature(Bucket(9), &mut sums);
        assert_eq!(square, 5.0);
        let value = heads.surface_value(0, sums[0], square.sqrt());
        assert!((value - (0.25 + (1.0 - 2.0 * 0.5) / 5f32.sqrt())).abs() < 0.01);
        assert_eq!(heads.dense_value(0, &[1.0, 1.0, 1.0]), 3.5);
    }
}
