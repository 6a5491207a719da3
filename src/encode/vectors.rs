//! Text vectors, stored row by row in one block.

use ndarray::ArrayView2;

/// Row-major matrix of `f32` vectors, one row a text; each row has length 1, or is all zeros for a text without any
/// known content.
#[derive(Debug, Clone, PartialEq)]
pub struct Vectors {
    dimension: usize,
    values: Vec<f32>,
}

impl Vectors {
    /// Wraps `values`, whose length must be a multiple of `dimension`; a rest too short for a row is dropped.
    pub fn new(dimension: usize, mut values: Vec<f32>) -> Self {
        let whole = values.len().checked_div(dimension).unwrap_or(0) * dimension;
        values.truncate(whole);
        Self { dimension, values }
    }

    /// Numbers in a row.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Rows, which is texts.
    pub fn len(&self) -> usize {
        self.values.len().checked_div(self.dimension).unwrap_or(0)
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The vector of text `i`; empty where there is no such text.
    pub fn row(&self, i: usize) -> &[f32] {
        self.values.chunks_exact(self.dimension.max(1)).nth(i).unwrap_or(&[])
    }

    /// The vectors in the order of the texts.
    pub fn rows(&self) -> std::slice::ChunksExact<'_, f32> {
        self.values.chunks_exact(self.dimension.max(1))
    }

    /// All numbers, row after row.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The same block as a matrix of texts x dimension.
    pub fn view(&self) -> ArrayView2<'_, f32> {
        ArrayView2::from_shape((self.len(), self.dimension), &self.values)
            .expect("the constructor keeps whole rows only")
    }

    /// The direction of all rows together: their sum, of unit length; zeros where there are none.
    pub fn centre(&self) -> Vec<f32> {
        let mut sum = vec![0.0; self.dimension];
        for row in self.rows() {
            for (sum, value) in sum.iter_mut().zip(row) {
                *sum += value;
            }
        }
        normalise(&mut sum);
        sum
    }
}

/// Scales `vector` to length 1; leaves zeros, and anything whose length is no number, as zeros.
pub fn normalise(vector: &mut [f32]) {
    let length = dot(vector, vector).sqrt();
    if length > 1e-12 && length.is_finite() {
        let factor = 1.0 / length;
        vector.iter_mut().for_each(|value| *value *= factor);
    } else {
        vector.fill(0.0);
    }
}

/// The inner product; eight running sums, so that the order of additions is fixed and the compiler can use wide registers.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; 8];
    let (a_blocks, b_blocks) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = a_blocks.remainder().iter().zip(b_blocks.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a_blocks.zip(b_blocks) {
        for lane in 0..8 {
            sums[lane] += x[lane] * y[lane];
        }
    }
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_as_they_went_in() {
        let vectors = Vectors::new(2, vec![1.0, 0.0, 0.0, 1.0, 9.0]);
        assert_eq!((vectors.len(), vectors.row(1), vectors.row(7)), (2, &[0.0, 1.0][..], &[][..]));
        assert_eq!(vectors.view()[[1, 1]], 1.0);
        assert!(Vectors::new(0, vec![1.0]).is_empty());
    }

    #[test]
    fn normalising_survives_zeros_and_overflow() {
        for mut vector in [vec![0.0; 9], vec![f32::MAX; 9], vec![f32::NAN; 3]] {
            normalise(&mut vector);
            assert!(vector.iter().all(|value| *value == 0.0));
        }
        let mut vector = vec![3.0, 4.0];
        normalise(&mut vector);
        assert_eq!(vector, [0.6, 0.8]);
    }
}
