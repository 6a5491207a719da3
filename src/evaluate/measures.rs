//! The measures themselves, over plain counts and numbers.

/// Hits, false alarms and misses of one code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Confusion {
    /// In gold and predicted.
    pub hits: usize,
    /// Predicted, not in gold.
    pub false_alarms: usize,
    /// In gold, not predicted.
    pub misses: usize,
}

impl Confusion {
    /// Counts one answer.
    pub fn add(&mut self, gold: bool, predicted: bool) {
        match (gold, predicted) {
            (true, true) => self.hits += 1,
            (false, true) => self.false_alarms += 1,
            (true, false) => self.misses += 1,
            (false, false) => {}
        }
    }

    /// How many have it in gold.
    pub fn support(&self) -> usize {
        self.hits + self.misses
    }

    /// Hits over predicted; 0 where nothing was predicted.
    pub fn precision(&self) -> f64 {
        ratio(self.hits, self.hits + self.false_alarms)
    }

    /// Hits over gold; 0 without support.
    pub fn recall(&self) -> f64 {
        ratio(self.hits, self.support())
    }

    /// Harmonic mean of precision and recall.
    pub fn f1(&self) -> f64 {
        ratio(2 * self.hits, 2 * self.hits + self.false_alarms + self.misses)
    }

    /// Adds another code's counts, for micro averages.
    pub fn merge(&mut self, other: Confusion) {
        self.hits += other.hits;
        self.false_alarms += other.false_alarms;
        self.misses += other.misses;
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Expected calibration error over equal-mass bins: the mean gap between score and frequency.
///
/// Naeini, Cooper & Hauskrecht (2015), with bins of equal size in answers. 0 without scores.
pub fn calibration_error(scores: &[(f64, bool)], bins: usize) -> f64 {
    if scores.is_empty() || bins == 0 {
        return 0.0;
    }
    let mut sorted = scores.to_vec();
    sorted.sort_by(|left, right| left.0.total_cmp(&right.0).then_with(|| left.1.cmp(&right.1)));
    let total = sorted.len();
    let bins = bins.min(total);
    (0..bins)
        .map(|bin| {
            let members = &sorted[bin * total / bins..(bin + 1) * total / bins];
            let count = members.len().max(1) as f64;
            let score = members.iter().map(|entry| entry.0).sum::<f64>() / count;
            let frequency = members.iter().filter(|entry| entry.1).count() as f64 / count;
            (score - frequency).abs() * members.len() as f64 / total as f64
        })
        .sum()
}

/// Krippendorff's alpha for two coders of one yes-or-no code (nominal, no missing values).
///
/// Krippendorff (2004), "Content Analysis", ch. 11. 1 where both always agree on one value.
pub fn alpha(pairs: &[(bool, bool)]) -> f64 {
    let values = (pairs.len() * 2) as f64;
    if values < 2.0 {
        return 1.0;
    }
    let disagreements = pairs.iter().filter(|(left, right)| left != right).count() as f64;
    let yes = pairs.iter().map(|(left, right)| usize::from(*left) + usize::from(*right)).sum::<usize>() as f64;
    let expected = 2.0 * yes * (values - yes) / (values * (values - 1.0));
    let observed = disagreements / pairs.len() as f64;
    if expected == 0.0 { 1.0 } else { 1.0 - observed / expected }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calibration_error_is_the_mean_gap() {
        let scores: Vec<(f64, bool)> = (0..100).map(|number| (0.8, number < 60)).collect();
        assert!((calibration_error(&scores, 1) - 0.2).abs() < 1e-12);
        assert_eq!(calibration_error(&[], 15), 0.0);
    }

    #[test]
    fn alpha_is_one_for_agreement_and_about_zero_for_chance() {
        assert_eq!(alpha(&[(true, true), (false, false)]), 1.0);
        let chance: Vec<(bool, bool)> = (0..400).map(|number| (number % 2 == 0, number % 4 < 2)).collect();
        assert!(alpha(&chance).abs() < 0.01);
    }
}
