//! The student's space: the teacher's, centred, its main directions toned down, and turned.

use ndarray::{Array1, Array2, ArrayView2, Axis};

use super::random::Random;

/// A map from the teacher's vectors to the student's.
///
/// Teachers of this kind put most of their variance into a few directions that say little (language, length, how usual
/// a text is), so direction `i` is divided by `(variance_i / variance_0)^(tone / 2)`: 0 leaves the space as it is,
/// 1 makes all directions equal.
#[derive(Debug)]
pub struct Space {
    centre: Array1<f32>,
    map: Array2<f32>,
}

impl Space {
    /// Finds the main `dimension` directions of `vectors`, one row a word.
    pub fn fit(vectors: ArrayView2<'_, f32>, dimension: usize, tone: f64, seed: u64) -> Self {
        let centre = mean(vectors);
        let full = vectors.ncols();
        let mut covariance = Array2::<f64>::zeros((full, full));
        for block in vectors.axis_chunks_iter(Axis(0), 4096) {
            let centred = &block - &centre;
            covariance += &centred.t().dot(&centred).mapv(f64::from);
        }
        let (variances, directions) = eigen(covariance);
        let dimension = dimension.min(full);
        let mut map = Array2::<f64>::zeros((full, dimension));
        let largest = variances.first().copied().unwrap_or(1.0).max(f64::MIN_POSITIVE);
        for (i, variance) in variances.iter().enumerate().take(dimension) {
            // Directions of next to no variance would be blown up to noise.
            let share = (variance / largest).max(1e-6);
            map.column_mut(i).assign(&directions.column(i).mapv(|value| value / share.powf(tone / 2.0)));
        }
        let map = map.dot(&rotation(dimension, seed)).mapv(|value| value as f32);
        Self { centre, map }
    }

    /// Centres on `centre` instead: texts lie elsewhere than words.
    pub fn centred_on(&self, vectors: ArrayView2<'_, f32>) -> Self {
        Self { centre: mean(vectors), map: self.map.clone() }
    }

    /// One row a vector in, one row out.
    pub fn project(&self, vectors: ArrayView2<'_, f32>) -> Array2<f32> {
        (&vectors - &self.centre).dot(&self.map)
    }
}

fn mean(vectors: ArrayView2<'_, f32>) -> Array1<f32> {
    let mut sum = Array1::<f64>::zeros(vectors.ncols());
    for row in vectors.rows() {
        sum.zip_mut_with(&row, |sum, value| *sum += f64::from(*value));
    }
    sum.mapv(|sum| (sum / vectors.nrows().max(1) as f64) as f32)
}

/// Random rotation: bell-shaped numbers made orthonormal, column by column.
fn rotation(dimension: usize, seed: u64) -> Array2<f64> {
    let mut random = Random::new(seed);
    let mut turned = Array2::from_shape_simple_fn((dimension, dimension), || random.bell());
    for i in 0..dimension {
        let mut column = turned.column(i).to_owned();
        for j in 0..i {
            let before = turned.column(j);
            let share = before.dot(&column);
            column.scaled_add(-share, &before);
        }
        let length = column.dot(&column).sqrt().max(f64::MIN_POSITIVE);
        turned.column_mut(i).assign(&(column / length));
    }
    turned
}

/// Eigenvalues, largest first, and eigenvectors as columns, of a symmetric matrix: Jacobi's rotations.
fn eigen(mut a: Array2<f64>) -> (Vec<f64>, Array2<f64>) {
    let n = a.nrows();
    let mut vectors = Array2::<f64>::eye(n);
    for _ in 0..30 {
        let off: f64 = a.indexed_iter().filter(|((i, j), _)| i != j).map(|(_, value)| value * value).sum();
        let all: f64 = a.iter().map(|value| value * value).sum();
        if off <= 1e-18 * all {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                if a[[p, q]].abs() < 1e-300 {
                    continue;
                }
                let theta = (a[[q, q]] - a[[p, p]]) / (2.0 * a[[p, q]]);
                let t = theta.signum() / (theta.abs() + theta.hypot(1.0));
                let t = if theta == 0.0 { 1.0 } else { t };
                let c = 1.0 / t.hypot(1.0);
                turn_rows(&mut a, p, q, c, t * c);
                turn_columns(&mut a, p, q, c, t * c);
                turn_rows(&mut vectors, p, q, c, t * c);
            }
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|i, j| a[[*j, *j]].total_cmp(&a[[*i, *i]]));
    let values = order.iter().map(|i| a[[*i, *i]]).collect();
    (values, vectors.select(Axis(0), &order).reversed_axes())
}

fn turn_rows(a: &mut Array2<f64>, p: usize, q: usize, c: f64, s: f64) {
    let (mut upper, mut lower) = a.multi_slice_mut((ndarray::s![p, ..], ndarray::s![q, ..]));
    ndarray::Zip::from(&mut upper).and(&mut lower).for_each(|x, y| (*x, *y) = (c * *x - s * *y, s * *x + c * *y));
}

fn turn_columns(a: &mut Array2<f64>, p: usize, q: usize, c: f64, s: f64) {
    let (mut left, mut right) = a.multi_slice_mut((ndarray::s![.., p], ndarray::s![.., q]));
    ndarray::Zip::from(&mut left).and(&mut right).for_each(|x, y| (*x, *y) = (c * *x - s * *y, s * *x + c * *y));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn main_directions_are_found_and_toned_down() {
        let mut random = Random::new(1);
        let spread = [9.0, 3.0, 1.0, 0.2];
        let points = Array2::from_shape_fn((4000, 4), |(_, column)| (random.bell() * spread[column] + 5.0) as f32);
        let (values, vectors) = eigen(ndarray::arr2(&[[2.0, 1.0], [1.0, 2.0]]));
        assert!((values[0] - 3.0).abs() < 1e-9 && (values[1] - 1.0).abs() < 1e-9);
        assert!((vectors[[0, 0]] - vectors[[1, 0]]).abs() < 1e-9);
        let space = Space::fit(points.view(), 3, 1.0, 7);
        let projected = space.project(points.view());
        let covariance = projected.t().dot(&projected) / 4000.0;
        for ((i, j), value) in covariance.indexed_iter() {
            let wanted = if i == j { 81.0 } else { 0.0 };
            assert!((value - wanted).abs() < 4.0, "{i} {j} {value}");
        }
    }
}
