//! Intervals of proportions, for independent units and for units that come in clusters.

use statrs::distribution::{Beta, ContinuousCDF, StudentsT};

/// The 97.5th percentile of the standard normal distribution.
pub(super) const Z: f64 = 1.959_963_984_540_054;

/// Wilson's 95 % score interval for `k` of `n`; `n` may be an effective, fractional size.
///
/// Wilson, E. B. (1927), "Probable inference, the law of succession, and statistical inference",
/// JASA 22. Recommended for small `n` by Brown, Cai and DasGupta (2001), Statistical Science 16.
pub fn wilson(k: f64, n: f64) -> (f64, f64) {
    if n <= 0.0 {
        return (0.0, 0.0);
    }
    let share = (k / n).clamp(0.0, 1.0);
    let square = Z * Z;
    let middle = share + square / (2.0 * n);
    let half = Z * (share * (1.0 - share) / n + square / (4.0 * n * n)).sqrt();
    let scale = 1.0 + square / n;
    (((middle - half) / scale).clamp(0.0, share), ((middle + half) / scale).clamp(share, 1.0))
}

/// Clopper and Pearson's exact 95 % interval for `k` of `n`; both may be effective, fractional sizes.
///
/// Clopper, C. J. and Pearson, E. S. (1934), Biometrika 26. Wide, and never too narrow.
pub fn clopper_pearson(k: f64, n: f64) -> (f64, f64) {
    if n <= 0.0 {
        return (0.0, 0.0);
    }
    let k = k.clamp(0.0, n);
    let percentile = |alpha: f64, beta: f64, probability: f64, otherwise: f64| {
        Beta::new(alpha, beta).map_or(otherwise, |distribution| distribution.inverse_cdf(probability))
    };
    let low = if k <= 0.0 { 0.0 } else { percentile(k, n - k + 1.0, 0.025, 0.0) };
    let high = if k >= n { 1.0 } else { percentile(k + 1.0, n - k, 0.975, 1.0) };
    (low.min(k / n), high.max(k / n))
}

/// How many independent units a sample that comes in clusters is worth.
///
/// `clusters` holds, per respondent or table, how many of its units have the property and how many
/// units it gave. The variance of the share is the ratio estimator's between clusters; the design
/// effect is that over the binomial variance (Kish 1965, "Survey sampling"), and the size is
/// corrected for the few degrees of freedom that few clusters leave (Korn and Graubard 1998,
/// Survey Methodology 24). Never more than the units themselves. Where the clusters say nothing of
/// the variance (all have it, or none), it is the number of clusters: all that is sure to be
/// independent. None with fewer than two clusters.
pub fn effective_size(clusters: &[(usize, usize)]) -> Option<f64> {
    let count = clusters.len();
    let k: usize = clusters.iter().map(|cluster| cluster.0).sum();
    let n: usize = clusters.iter().map(|cluster| cluster.1).sum();
    if count < 2 || n < 2 {
        return None;
    }
    if count == n {
        return Some(n as f64);
    }
    if k == 0 || k == n {
        return Some(count as f64);
    }
    let share = k as f64 / n as f64;
    let deviations: f64 = clusters
        .iter()
        .map(|&(with, all)| {
            let deviation = with as f64 - share * all as f64;
            deviation * deviation
        })
        .sum();
    let (units, clusters) = (n as f64, count as f64);
    let variance = clusters / (clusters - 1.0) * deviations / (units * units);
    let binomial = share * (1.0 - share) / units;
    let design_effect = (variance / binomial).max(1.0);
    let correction = t_percentile(units - 1.0) / t_percentile(clusters - 1.0);
    Some((units / design_effect * correction * correction).clamp(1.0, units))
}

/// The 97.5th percentile of Student's t.
fn t_percentile(freedom: f64) -> f64 {
    if freedom > 1_000.0 {
        return Z;
    }
    StudentsT::new(0.0, 1.0, freedom).map_or(Z, |distribution| distribution.inverse_cdf(0.975))
}
