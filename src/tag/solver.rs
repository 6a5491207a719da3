//! Fitting linear classifiers: L2-regularised squared hinge loss by dual coordinate descent.
//!
//! Hsieh, Chang, Lin, Keerthi & Sundararajan (2008), "A Dual Coordinate Descent Method for
//! Large-scale Linear SVM", ICML. Chosen for text: many features, few answers, no step size to tune.

use rayon::prelude::*;

/// Rows of sparse features in compressed form.
#[derive(Debug, Clone, Default)]
pub struct SparseRows {
    starts: Vec<usize>,
    columns: Vec<u32>,
    values: Vec<f32>,
    /// Number of columns.
    pub width: usize,
}

impl SparseRows {
    /// No rows yet, of `width` columns.
    pub fn new(width: usize) -> Self {
        SparseRows { starts: vec![0], columns: Vec::new(), values: Vec::new(), width }
    }

    /// Appends a row; columns must be below `width` (others are left out).
    pub fn push(&mut self, entries: impl Iterator<Item = (u32, f32)>) {
        for (column, value) in entries {
            if (column as usize) < self.width {
                self.columns.push(column);
                self.values.push(value);
            }
        }
        self.starts.push(self.columns.len());
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entries of a row.
    pub fn row(&self, row: usize) -> impl Iterator<Item = (usize, f32)> + '_ {
        let range = self.starts[row]..self.starts[row + 1];
        self.columns[range.clone()].iter().map(|&column| column as usize).zip(self.values[range].iter().copied())
    }

    fn dot(&self, row: usize, weights: &[f32]) -> f32 {
        self.row(row).map(|(column, value)| weights[column] * value).sum()
    }
}

/// How to fit.
#[derive(Debug, Clone, Copy)]
pub struct SolverSettings {
    /// Cost of an error against the size of the weights; larger fits closer.
    pub cost: f32,
    /// Passes over the rows.
    pub passes: usize,
    /// Positives weigh `(negatives / positives) ^ balance` times a negative.
    pub balance: f32,
}

/// A fitted classifier: `weights · features + bias`.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// One per column.
    pub weights: Vec<f32>,
    /// Added to every row.
    pub bias: f32,
}

/// Fits one classifier per output over the rows listed in `rows`, in parallel; the same result for
/// any number of threads.
///
/// `labels[output][row]`: some(true/false), or none where the row says nothing of that output.
pub fn fit_all(
    data: &SparseRows,
    rows: &[usize],
    labels: &[Vec<Option<bool>>],
    settings: SolverSettings,
) -> Vec<Fitted> {
    labels.par_iter().map(|labels| fit(data, rows, labels, settings)).collect()
}

fn fit(data: &SparseRows, rows: &[usize], labels: &[Option<bool>], settings: SolverSettings) -> Fitted {
    let known: Vec<(usize, f32)> =
        rows.iter().filter_map(|&row| labels[row].map(|positive| (row, if positive { 1.0 } else { -1.0 }))).collect();
    let positives = known.iter().filter(|(_, sign)| *sign > 0.0).count();
    let negatives = known.len() - positives;
    let mut weights = vec![0.0f32; data.width];
    if positives == 0 || negatives == 0 {
        return Fitted { weights, bias: if positives > 0 { 1.0 } else { -1.0 } };
    }
    let weight_of_positive = (negatives as f32 / positives as f32).powf(settings.balance);
    let mut bias = 0.0f32;
    let mut duals = vec![0.0f32; known.len()];
    // The bias is a feature that is always 1, so it counts in every row's square.
    let squares: Vec<f32> =
        known.iter().map(|&(row, _)| 1.0 + data.row(row).map(|(_, value)| value * value).sum::<f32>()).collect();
    let mut order: Vec<usize> = (0..known.len()).collect();
    let mut shuffle = Shuffle::new(0x1234_5678_9abc_def1);
    for _ in 0..settings.passes {
        shuffle.apply(&mut order);
        for &position in &order {
            let (row, sign) = known[position];
            let cost = if sign > 0.0 { settings.cost * weight_of_positive } else { settings.cost };
            let slack = 1.0 / (2.0 * cost);
            let gradient = sign * (data.dot(row, &weights) + bias) - 1.0 + duals[position] * slack;
            let updated = (duals[position] - gradient / (squares[position] + slack)).max(0.0);
            let step = (updated - duals[position]) * sign;
            if step != 0.0 {
                for (column, value) in data.row(row) {
                    weights[column] += step * value;
                }
                bias += step;
                duals[position] = updated;
            }
        }
    }
    Fitted { weights, bias }
}

/// A seeded Fisher-Yates shuffle over a xorshift generator (Marsaglia 2003).
#[derive(Debug, Clone)]
pub struct Shuffle(u64);

impl Shuffle {
    /// The same seed gives the same orders.
    pub fn new(seed: u64) -> Self {
        Shuffle(seed | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `bound`; 0 where `bound` is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % (bound.max(1) as u64)) as usize
    }

    /// Puts `items` in a new order.
    pub fn apply<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = (self.next() % (last as u64 + 1)) as usize;
            items.swap(last, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separable_rows_are_separated_and_unlabelled_rows_do_not_matter() {
        let mut data = SparseRows::new(3);
        data.push([(0, 1.0)].into_iter());
        data.push([(1, 1.0)].into_iter());
        data.push([(0, 0.8), (2, 0.6)].into_iter());
        data.push([(1, 0.8), (2, 0.6)].into_iter());
        data.push([(2, 1.0)].into_iter());
        let labels = vec![vec![Some(true), Some(false), Some(true), Some(false), None]];
        let settings = SolverSettings { cost: 1.0, passes: 50, balance: 0.0 };
        let fitted = &fit_all(&data, &[0, 1, 2, 3, 4], &labels, settings)[0];
        let without = &fit_all(&data, &[0, 1, 2, 3], &labels, settings)[0];
        assert!(fitted.weights[0] > 0.3 && fitted.weights[1] < -0.3, "{fitted:?}");
        assert_eq!(fitted, without);
    }
}
