//! Tests of two-by-two tables, and the correction for many of them.

use statrs::function::erf::erfc;
use statrs::function::factorial::ln_factorial;

/// Where every cell would hold this many by chance, the exact test and the chi-square test agree to
/// within what is told, and the exact one costs time in proportion to the square root of the answers.
const LARGE: f64 = 100.0;

/// Tests of whether two shares differ, with the logarithms of the factorials worked out once.
#[derive(Debug, Clone)]
pub struct TableTest {
    log_factorials: Vec<f64>,
}

impl TableTest {
    /// For tables of at most `n` units in all; larger ones are tested too, only slower.
    pub fn up_to(n: usize) -> Self {
        let mut log_factorials = Vec::with_capacity(n.saturating_add(1));
        // A compensated sum (Neumaier 1974): a plain one drifts by more than the slack of the exact test.
        let (mut sum, mut lost) = (0.0_f64, 0.0_f64);
        log_factorials.push(0.0);
        for number in 1..=n {
            let term = (number as f64).ln();
            let next = sum + term;
            lost += if sum.abs() >= term.abs() { (sum - next) + term } else { (term - next) + sum };
            sum = next;
            log_factorials.push(sum + lost);
        }
        TableTest { log_factorials }
    }

    /// Two-sided p for `k1` of `n1` against `k2` of `n2`: Fisher's exact test, or the chi-square test
    /// where the table is large. 1 where either side is empty or holds more than its base.
    pub fn p(&self, k1: usize, n1: usize, k2: usize, n2: usize) -> f64 {
        if n1 == 0 || n2 == 0 || k1 > n1 || k2 > n2 {
            return 1.0;
        }
        if least_expected(k1, n1, k2, n2) >= LARGE { chi_square(k1, n1, k2, n2) } else { self.fisher(k1, n1, k2, n2) }
    }

    /// The sum of the probabilities of all tables with these margins that are no likelier than this
    /// one (Fisher 1935). 1 where either side is empty or holds more than its base.
    pub fn fisher(&self, k1: usize, n1: usize, k2: usize, n2: usize) -> f64 {
        if n1 == 0 || n2 == 0 || k1 > n1 || k2 > n2 {
            return 1.0;
        }
        let all = k1 + k2;
        let log_total = self.log_binomial(n1 + n2, all);
        let log_probability = |inside: usize| {
            self.log_binomial(n1, inside) + self.log_binomial(n2, all.saturating_sub(inside)) - log_total
        };
        let observed = log_probability(k1);
        // Tables as likely as the observed one count too; the slack is for rounding.
        let p: f64 = (all.saturating_sub(n2)..=all.min(n1))
            .map(log_probability)
            .filter(|&log| log <= observed + 1e-7)
            .map(f64::exp)
            .sum();
        p.min(1.0)
    }

    fn log_binomial(&self, n: usize, k: usize) -> f64 {
        self.log_factorial(n) - self.log_factorial(k) - self.log_factorial(n.saturating_sub(k))
    }

    fn log_factorial(&self, n: usize) -> f64 {
        self.log_factorials.get(n).copied().unwrap_or_else(|| ln_factorial(n as u64))
    }
}

/// The smallest of the four cells' expected counts.
fn least_expected(k1: usize, n1: usize, k2: usize, n2: usize) -> f64 {
    let [with, without] = [(k1 + k2) as f64, ((n1 - k1) + (n2 - k2)) as f64];
    with.min(without) * n1.min(n2) as f64 / (n1 + n2) as f64
}

/// Two-sided p of Pearson's chi-square test with Yates' correction (1934), which keeps it near the
/// exact test.
fn chi_square(k1: usize, n1: usize, k2: usize, n2: usize) -> f64 {
    let [a, b, c, d] = [k1, n1 - k1, k2, n2 - k2].map(|cell| cell as f64);
    let all = a + b + c + d;
    let apart = ((a * d - b * c).abs() - all / 2.0).max(0.0);
    let margins = ((a + b) / all) * ((c + d) / all) * ((a + c) / all) * ((b + d) / all);
    // The margins are positive: this is called only where every expected count is large.
    let statistic = (apart / all) * (apart / all) / (margins * all);
    // One degree of freedom: the square of a standard normal.
    erfc((statistic / 2.0).sqrt()).clamp(0.0, 1.0)
}

/// The false discovery rate at which each p stands among all of them, in their order.
///
/// Benjamini & Hochberg (1995), "Controlling the False Discovery Rate", JRSS B 57(1).
pub fn false_discovery_rates(ps: &[f64]) -> Vec<f64> {
    let mut order: Vec<(f64, usize)> = ps.iter().copied().zip(0..).collect();
    order.sort_by(|left, right| left.0.total_cmp(&right.0).then(left.1.cmp(&right.1)));
    let mut rates = vec![1.0; ps.len()];
    let mut lowest = 1.0_f64;
    for (rank, (p, position)) in order.into_iter().enumerate().rev() {
        lowest = lowest.min(p * ps.len() as f64 / (rank as f64 + 1.0));
        if let Some(rate) = rates.get_mut(position) {
            *rate = lowest;
        }
    }
    rates
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn near(found: f64, expected: f64) -> bool {
        (found - expected).abs() < 1e-9
    }

    #[test]
    fn the_exact_test_gives_the_textbook_values() {
        let test = TableTest::up_to(24);
        // The lady tasting tea: 34/70.
        assert!(near(test.fisher(3, 4, 1, 4), 34.0 / 70.0));
        // 1 of 12 against 9 of 12: the two tails are equal, 2 * (2640 + 66) / 1961256.
        assert!(near(test.fisher(1, 12, 9, 12), 2.0 * (2_640.0 + 66.0) / 1_961_256.0));
        assert_eq!(test.fisher(0, 0, 1, 2), 1.0);
        assert_eq!(test.p(3, 2, 1, 2), 1.0);
    }

    #[test]
    fn large_tables_give_nearly_what_the_exact_test_gives() {
        let test = TableTest::up_to(4_000);
        let both = |k1| (test.fisher(k1, 1_000, 1_500, 3_000), test.p(k1, 1_000, 1_500, 3_000));
        // A fifth of p at most: the exact test leaves out a table of the other tail that is a hair likelier.
        for k1 in [500, 520, 540, 560] {
            let (exact, fast) = both(k1);
            assert!((fast / exact).ln().abs() < 0.2, "{k1}: {exact} {fast}");
        }
        let (exact, fast) = both(640);
        assert!(exact < 1e-9 && fast < 1e-9);
    }

    #[test]
    fn tables_beyond_the_factorials_worked_out_are_tested_alike() {
        let (small, large) = (TableTest::up_to(5), TableTest::up_to(500));
        assert!(near(small.fisher(40, 200, 80, 250), large.fisher(40, 200, 80, 250)));
    }

    #[test]
    fn corrected_rates_are_those_of_the_step_up_procedure() {
        let rates = false_discovery_rates(&[0.01, 0.04, 0.03, 0.005]);
        for (rate, expected) in rates.iter().zip([0.02, 0.04, 0.04, 0.02]) {
            assert!(near(*rate, expected), "{rates:?}");
        }
        assert!(false_discovery_rates(&[]).is_empty());
    }

    #[test]
    fn the_fifteen_tests_of_benjamini_and_hochberg_leave_four() {
        // The example of their paper, section 3.2: four stand at 5 %, where Bonferroni leaves three.
        let ps = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
            0.7590, 1.0,
        ];
        assert_eq!(false_discovery_rates(&ps).iter().filter(|&&rate| rate <= 0.05).count(), 4);
        assert_eq!(ps.iter().filter(|&&p| p * 15.0 <= 0.05).count(), 3);
    }

    proptest! {
        #[test]
        fn a_rate_is_no_less_than_its_p_and_keeps_the_order(ps in prop::collection::vec(0.0_f64..=1.0, 0..40)) {
            let rates = false_discovery_rates(&ps);
            for (one, p) in rates.iter().zip(&ps) {
                prop_assert!(one + 1e-12 >= *p && *one <= 1.0);
                for (other, q) in rates.iter().zip(&ps) {
                    prop_assert!(p > q || one <= other);
                }
            }
        }

        #[test]
        fn a_table_and_its_mirror_have_one_p(k1 in 0_usize..60, n1 in 1_usize..60, k2 in 0_usize..60, n2 in 1_usize..60) {
            let (k1, k2) = (k1.min(n1), k2.min(n2));
            let test = TableTest::up_to(120);
            let p = test.p(k1, n1, k2, n2);
            prop_assert!((0.0..=1.0).contains(&p));
            prop_assert!((p - test.p(k2, n2, k1, n1)).abs() < 1e-9);
            prop_assert!((p - test.p(n1 - k1, n1, n2 - k2, n2)).abs() < 1e-9);
        }
    }
}
