//! From raw decision values to probabilities, and from probabilities to thresholds.

use serde::{Deserialize, Serialize};

/// A fitted sigmoid: `1 / (1 + exp(-(slope * value + offset)))`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Sigmoid {
    /// Steepness.
    pub slope: f64,
    /// Log-odds at value 0.
    pub offset: f64,
}

impl Sigmoid {
    /// The probability at a decision value.
    pub fn probability(self, value: f64) -> f64 {
        1.0 / (1.0 + (-(self.slope * value + self.offset)).exp())
    }
}

/// Weights of a small logistic regression; the last is the intercept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Logistic {
    /// One per signal.
    pub weights: Vec<f64>,
    /// Added to all.
    pub intercept: f64,
}

impl Logistic {
    /// Log-odds at these signals.
    pub fn log_odds(&self, signals: &[f64]) -> f64 {
        self.intercept + self.weights.iter().zip(signals).map(|(weight, signal)| weight * signal).sum::<f64>()
    }
}

/// Log-odds to probability.
pub fn logistic(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// Probability to log-odds, held within ±`limit`.
pub fn log_odds(probability: f64, limit: f64) -> f64 {
    (probability / (1.0 - probability)).ln().clamp(-limit, limit)
}

/// Fits a logistic regression of few signals by Newton's method, with a ridge so that separable data
/// and constant signals stay finite.
///
/// `rows`: signals and whether the code was there. Without rows, all weights are 0.
pub fn fit_logistic(rows: &[(Vec<f64>, bool)], signals: usize, ridge: f64) -> Logistic {
    let size = signals + 1;
    let mut weights = vec![0.0; size];
    for _ in 0..50 {
        let mut gradient = vec![0.0; size];
        let mut curvature = vec![0.0; size * size];
        for (signal, positive) in rows {
            let value = |index: usize| if index < signals { signal[index] } else { 1.0 };
            let score: f64 = (0..size).map(|index| weights[index] * value(index)).sum();
            let probability = logistic(score);
            let error = f64::from(u8::from(*positive)) - probability;
            let spread = (probability * (1.0 - probability)).max(1e-9);
            for row in 0..size {
                gradient[row] += error * value(row);
                for column in 0..=row {
                    curvature[row * size + column] += spread * value(row) * value(column);
                }
            }
        }
        for index in 0..size {
            // The intercept is all but free.
            let penalty = if index < signals { ridge } else { 1e-6 };
            gradient[index] -= penalty * weights[index];
            curvature[index * size + index] += penalty;
        }
        let Some(step) = solve(&curvature, &gradient, size) else { break };
        let mut largest = 0.0f64;
        for (weight, step) in weights.iter_mut().zip(&step) {
            let step = step.clamp(-2.0, 2.0);
            *weight += step;
            largest = largest.max(step.abs());
        }
        if largest < 1e-7 {
            break;
        }
    }
    let intercept = weights.pop().unwrap_or(0.0);
    Logistic { weights, intercept }
}

/// Solves a symmetric positive definite system given by its lower triangle (Cholesky).
fn solve(lower: &[f64], right: &[f64], size: usize) -> Option<Vec<f64>> {
    let mut factor = vec![0.0; size * size];
    for row in 0..size {
        for column in 0..=row {
            let inner: f64 = (0..column).map(|k| factor[row * size + k] * factor[column * size + k]).sum();
            let value = lower[row * size + column] - inner;
            if row == column {
                if value <= 0.0 {
                    return None;
                }
                factor[row * size + row] = value.sqrt();
            } else {
                factor[row * size + column] = value / factor[column * size + column];
            }
        }
    }
    let mut solution = right.to_vec();
    for row in 0..size {
        let inner: f64 = (0..row).map(|k| factor[row * size + k] * solution[k]).sum();
        solution[row] = (solution[row] - inner) / factor[row * size + row];
    }
    for row in (0..size).rev() {
        let inner: f64 = (row + 1..size).map(|k| factor[k * size + row] * solution[k]).sum();
        solution[row] = (solution[row] - inner) / factor[row * size + row];
    }
    Some(solution)
}

/// Platt's sigmoid with his smoothed targets replaced by a ridge; values and whether the code was there.
///
/// Platt (1999), "Probabilistic outputs for support vector machines".
pub fn fit_sigmoid(values: &[(f64, bool)]) -> Sigmoid {
    let rows: Vec<(Vec<f64>, bool)> = values.iter().map(|&(value, positive)| (vec![value], positive)).collect();
    let fitted = fit_logistic(&rows, 1, 0.05);
    // A sigmoid that falls would turn the ranking round: then the values carry nothing.
    Sigmoid { slope: fitted.weights.first().copied().unwrap_or(0.0).max(0.0), offset: fitted.intercept }
}

/// The threshold with the best F1 over `scores`, drawn towards `prior` as if by `strength` positives.
///
/// Few positives make the best threshold of a sample a poor guess for the next one.
pub fn best_threshold(scores: &[(f64, bool)], prior: f64, strength: f64) -> f64 {
    let positives = scores.iter().filter(|(_, positive)| *positive).count() as f64;
    let mut sorted: Vec<(f64, bool)> = scores.to_vec();
    sorted.sort_by(|left, right| right.0.total_cmp(&left.0));
    let mut best = (0.0f64, prior);
    let mut hits = 0.0;
    for (position, &(score, positive)) in sorted.iter().enumerate() {
        hits += f64::from(u8::from(positive));
        let next = sorted.get(position + 1).map_or(0.0, |entry| entry.0);
        if next == score {
            continue;
        }
        let f1 = 2.0 * hits / (position as f64 + 1.0 + positives).max(1.0);
        if f1 > best.0 {
            best = (f1, (score + next) / 2.0);
        }
    }
    (best.1 * positives + prior * strength) / (positives + strength)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sigmoid_gives_back_the_probabilities_it_was_drawn_from() {
        let truth = Sigmoid { slope: 2.0, offset: -1.0 };
        let mut rows = Vec::new();
        for step in 0..400 {
            let value = step as f64 / 100.0 - 2.0;
            let hits = (truth.probability(value) * 100.0).round() as usize;
            rows.extend((0..100).map(|number| (value, number < hits)));
        }
        let fitted = fit_sigmoid(&rows);
        assert!((fitted.slope - 2.0).abs() < 0.05 && (fitted.offset + 1.0).abs() < 0.05, "{fitted:?}");
    }

    #[test]
    fn the_best_threshold_parts_what_can_be_parted() {
        let scores = [(0.9, true), (0.8, true), (0.3, false), (0.1, false)];
        let threshold = best_threshold(&scores, 0.5, 0.0);
        assert!(threshold > 0.3 && threshold < 0.8);
    }
}
