//! The space in which answers are compared: one point per distinct vector, centred, in an order of its own.
//!
//! Points are sorted by their numbers, so that nothing that follows depends on the order of the rows; equal vectors
//! are one point, so that an answer sent in a hundred times neither fills its own neighbourhood nor falls apart.

use std::cmp::Ordering;

use ndarray::{Array1, Array2, ArrayView2, Axis};
use rayon::prelude::*;

/// Shorter than this, a vector has no direction.
const NO_LENGTH: f32 = 1e-6;

/// Distinct points, and which rows stand on them.
#[derive(Debug)]
pub struct Space {
    /// Centred points of unit length, sorted by their numbers before centring.
    pub points: Array2<f32>,
    /// The point of each row; `None` for rows that were left out or have no direction.
    pub point_of_row: Vec<Option<u32>>,
    /// Rows on each point.
    pub rows_on_point: Vec<u32>,
    /// A number for each point that depends on its own vector alone, whatever other points there are.
    pub fingerprints: Vec<u64>,
}

/// Builds the space from the rows of `vectors` for which `content` is true.
pub fn build(vectors: ArrayView2<'_, f32>, content: &[bool]) -> Space {
    let mut order: Vec<u32> = content
        .iter()
        .enumerate()
        .filter(|(row, has_content)| **has_content && has_direction(vectors, *row))
        .map(|(row, _)| row as u32)
        .collect();
    order.par_sort_by(|&one, &other| compare(vectors, one, other).then(one.cmp(&other)));
    let mut point_of_row = vec![None; content.len()];
    let mut firsts: Vec<usize> = Vec::new();
    let mut rows_on_point: Vec<u32> = Vec::new();
    for (at, &row) in order.iter().enumerate() {
        let starts = at == 0 || compare(vectors, order[at - 1], row) != Ordering::Equal;
        if starts {
            firsts.push(row as usize);
            rows_on_point.push(0);
        }
        if let Some(last) = rows_on_point.last_mut() {
            *last += 1;
        }
        point_of_row[row as usize] = Some((firsts.len() - 1) as u32);
    }
    let mut points = vectors.select(Axis(0), &firsts);
    let fingerprints = points.rows().into_iter().map(|point| fingerprint(point.iter())).collect();
    centre(&mut points);
    Space { points, point_of_row, rows_on_point, fingerprints }
}

/// FNV-1a over the bits of the numbers.
fn fingerprint<'a>(values: impl Iterator<Item = &'a f32>) -> u64 {
    values.fold(0xCBF2_9CE4_8422_2325, |hash: u64, value| {
        (hash ^ u64::from(value.to_bits())).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

fn has_direction(vectors: ArrayView2<'_, f32>, row: usize) -> bool {
    let row = vectors.row(row);
    let length = row.dot(&row).sqrt();
    length.is_finite() && length > NO_LENGTH
}

fn compare(vectors: ArrayView2<'_, f32>, one: u32, other: u32) -> Ordering {
    let (one, other) = (vectors.row(one as usize), vectors.row(other as usize));
    one.iter().zip(other).map(|(a, b)| a.total_cmp(b)).find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
}

/// Takes away what all points share and makes each of unit length again.
///
/// Vectors of transformer encoders share a large common part (Mu and Viswanath, 2018, "All-but-the-top"): cosines of
/// unrelated texts run near 0.8 with e5. Where the mean is all there is, as with one point, it stays.
fn centre(points: &mut Array2<f32>) {
    if points.nrows() < 2 {
        return;
    }
    let mut sum = Array1::<f64>::zeros(points.ncols());
    for point in points.rows() {
        sum.zip_mut_with(&point, |sum, &value| *sum += f64::from(value));
    }
    let mean = (sum / points.nrows() as f64).mapv(|value| value as f32);
    points.axis_iter_mut(Axis(0)).into_par_iter().for_each(|mut point| {
        point -= &mean;
        let length = point.dot(&point).sqrt();
        if length > NO_LENGTH {
            point /= length;
        }
    });
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn equal_vectors_are_one_point_and_points_do_not_follow_the_rows() {
        let rows = array![[0.6f32, 0.8], [1.0, 0.0], [0.6, 0.8], [0.0, 0.0], [0.0, 1.0], [f32::NAN, 1.0]];
        let space = build(rows.view(), &[true, true, true, true, false, true]);
        assert_eq!(space.point_of_row, [Some(0), Some(1), Some(0), None, None, None]);
        assert_eq!(space.rows_on_point, [2, 1]);
        let turned = build(rows.slice(ndarray::s![..3;-1, ..]), &[true; 3]);
        assert_eq!(turned.points, space.points);
        assert_eq!(turned.fingerprints, space.fingerprints);
    }

    #[test]
    fn what_all_share_is_taken_away() {
        let rows = array![[0.9f32, 0.1], [0.9, -0.1], [0.9, 0.3], [0.9, -0.3]];
        let space = build(rows.view(), &[true; 4]);
        assert!(
            space.points.rows().into_iter().all(|point| point[0].abs() < 1e-5 && (point[1].abs() - 1.0).abs() < 1e-5)
        );
    }
}
