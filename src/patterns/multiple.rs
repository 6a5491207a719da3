//! Exact tests on two-by-two tables, and the correction for many of them.

use statrs::function::factorial::ln_binomial;

/// Two-sided p of Fisher's exact test: `k1` of `n1` inside, `k2` of `n2` outside.
///
/// The sum of the probabilities of all tables with these margins that are no likelier than this one
/// (Fisher 1935). 1 where either side is empty.
pub fn fisher(k1: usize, n1: usize, k2: usize, n2: usize) -> f64 {
    let (k1, n1, k2, n2) = (k1 as u64, n1 as u64, k2 as u64, n2 as u64);
    if n1 == 0 || n2 == 0 || k1 > n1 || k2 > n2 {
        return 1.0;
    }
    let all = k1 + k2;
    let log_total = ln_binomial(n1 + n2, all);
    let log_probability = |inside: u64| ln_binomial(n1, inside) + ln_binomial(n2, all - inside) - log_total;
    let observed = log_probability(k1);
    let (least, most) = (all.saturating_sub(n2), all.min(n1));
    // Tables as likely as the observed one count too; the slack is for rounding.
    let p: f64 = (least..=most).map(log_probability).filter(|&log| log <= observed + 1e-7).map(f64::exp).sum();
    p.min(1.0)
}

/// The false discovery rate at which each p stands among all of them, in their order.
///
/// Benjamini & Hochberg (1995), "Controlling the False Discovery Rate", JRSS B 57(1).
pub fn false_discovery_rates(ps: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..ps.len()).collect();
    order.sort_by(|&left, &right| ps[left].total_cmp(&ps[right]).then(left.cmp(&right)));
    let mut rates = vec![1.0; ps.len()];
    let mut lowest = 1.0f64;
    for (rank, &position) in order.iter().enumerate().rev() {
        lowest = lowest.min(ps[position] * ps.len() as f64 / (rank as f64 + 1.0));
        rates[position] = lowest;
    }
    rates
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fisher_gives_the_textbook_value() {
        // The lady tasting tea: 3 of 4 against 1 of 4.
        assert!((fisher(3, 4, 1, 4) - 0.485_714_285_7).abs() < 1e-9);
        assert!((fisher(8, 10, 1, 10) - 0.005_477_494_6).abs() < 1e-6);
        assert_eq!(fisher(0, 0, 1, 2), 1.0);
    }

    #[test]
    fn corrected_rates_are_those_of_the_step_up_procedure() {
        let rates = false_discovery_rates(&[0.01, 0.04, 0.03, 0.005]);
        for (rate, expected) in rates.iter().zip([0.02, 0.04, 0.04, 0.02]) {
            assert!((rate - expected).abs() < 1e-12, "{rates:?}");
        }
        assert!(false_discovery_rates(&[]).is_empty());
    }
}
