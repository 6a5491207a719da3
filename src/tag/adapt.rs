//! Learning from people's corrections: what they add to the odds that the tagger gives a code.
//!
//! A project's corrections are few, and most are of what the machine got wrong; heads learned from them alone would know
//! little and think that all is wrong. So the heads stay, and a code's log-odds get an addition, linear in the text's
//! vector, that is drawn towards nothing: adaptation with the old model as prior (Chelba and Acero 2006). It has no
//! constant part, so that many corrections of a code do not make it rarer, or commoner, in texts unlike the corrected.
//! How hard it is drawn is chosen on corrected answers that it has not seen.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::calibrate::logistic;
use super::heads::dot;

/// What a person decided of a code on an answer, and what the tagger thought of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decided<'a> {
    /// Number of the answer; answers are left out whole.
    pub answer: usize,
    /// The text's vector.
    pub vector: &'a [f32],
    /// The tagger's log-odds.
    pub odds: f64,
    /// Whether the code holds.
    pub holds: bool,
}

/// How well decisions are foretold.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Foretold {
    /// Decisions.
    pub of: usize,
    /// On the right side of the code's threshold.
    pub right: usize,
    /// Sum of -ln(probability of what was decided).
    pub loss: f64,
}

impl Foretold {
    fn add(&mut self, odds: f64, holds: bool, threshold: f64) {
        let probability = logistic(odds);
        self.of += 1;
        self.right += usize::from((probability >= threshold) == holds);
        self.loss -= if holds { probability } else { 1.0 - probability }.max(1e-9).ln();
    }

    fn join(mut self, other: Foretold) -> Foretold {
        self.of += other.of;
        self.right += other.right;
        self.loss += other.loss;
        self
    }
}

/// What was learned.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Learned {
    /// By code, as named in the model: what is added to its log-odds for each dimension of the text's vector.
    pub additions: BTreeMap<String, Vec<f32>>,
    /// By code: the tagger as it was, and with what it learned from other answers' decisions.
    pub by_code: BTreeMap<String, (Foretold, Foretold)>,
    /// How hard additions are drawn towards nothing.
    pub ridge: f64,
}

impl Learned {
    /// All codes together.
    pub fn all(&self) -> (Foretold, Foretold) {
        let sum = |pick: fn(&(Foretold, Foretold)) -> Foretold| {
            self.by_code.values().map(pick).fold(Foretold::default(), Foretold::join)
        };
        (sum(|pair| pair.0), sum(|pair| pair.1))
    }
}

/// Corrected answers are left out a fifth at a time.
const FOLDS: usize = 5;
const RIDGES: [f64; 5] = [0.3, 1.0, 3.0, 10.0, 30.0];

/// Learns additions for every code of which something was decided; `thresholds` has the probability from which each is
/// listed.
pub fn learn(decided: &BTreeMap<String, Vec<Decided<'_>>>, thresholds: &BTreeMap<String, f64>) -> Learned {
    let threshold = |code: &str| thresholds.get(code).copied().unwrap_or(0.5);
    let with = |ridge: f64| -> BTreeMap<String, Foretold> {
        let codes: Vec<(&String, &Vec<Decided<'_>>)> = decided.iter().collect();
        codes.into_par_iter().map(|(code, all)| (code.clone(), held_out(all, ridge, threshold(code)))).collect()
    };
    let loss = |by_code: &BTreeMap<String, Foretold>| by_code.values().map(|told| told.loss).sum::<f64>();
    let mut best: Option<(f64, BTreeMap<String, Foretold>)> = None;
    // From the strongest: of two that do as well, the one that changes less.
    for ridge in RIDGES.into_iter().rev() {
        let tried = with(ridge);
        if best.as_ref().is_none_or(|(_, known)| loss(&tried) < loss(known)) {
            best = Some((ridge, tried));
        }
    }
    let (ridge, after) = best.unwrap_or((1.0, BTreeMap::new()));
    let by_code = (decided.iter())
        .map(|(code, all)| {
            let mut before = Foretold::default();
            all.iter().for_each(|one| before.add(one.odds, one.holds, threshold(code)));
            (code.clone(), (before, after.get(code).copied().unwrap_or_default()))
        })
        .collect();
    let additions = decided.iter().map(|(code, all)| (code.clone(), fit(all, ridge))).collect();
    Learned { additions, by_code, ridge }
}

/// How well each decision is foretold by what was learned from the others.
fn held_out(decided: &[Decided<'_>], ridge: f64, threshold: f64) -> Foretold {
    let mut told = Foretold::default();
    for fold in 0..FOLDS {
        let (left_out, seen): (Vec<Decided<'_>>, Vec<Decided<'_>>) =
            decided.iter().copied().partition(|one| one.answer % FOLDS == fold);
        if left_out.is_empty() {
            continue;
        }
        let addition = fit(&seen, ridge);
        for one in left_out {
            told.add(one.odds + f64::from(dot(&addition, one.vector)), one.holds, threshold);
        }
    }
    told
}

/// The addition with the least loss and ridge, by Nesterov's method for strongly convex functions, whose steps suffice to
/// bring the distance from the best to a millionth.
fn fit(decided: &[Decided<'_>], ridge: f64) -> Vec<f32> {
    let dimension = decided.first().map_or(0, |one| one.vector.len());
    let squares: f64 = decided.iter().map(|one| f64::from(dot(one.vector, one.vector))).sum();
    let steepest = ridge + squares / 4.0;
    let root = (steepest / ridge).sqrt();
    let momentum = (root - 1.0) / (root + 1.0);
    let steps = (root * 14.0).ceil().min(5_000.0) as usize + 20;
    let mut at = vec![0.0f64; dimension];
    let mut ahead = at.clone();
    for _ in 0..steps {
        let mut gradient: Vec<f64> = ahead.iter().map(|weight| ridge * weight).collect();
        for one in decided {
            let sum: f64 = ahead.iter().zip(one.vector).map(|(weight, &value)| weight * f64::from(value)).sum();
            let error = logistic(one.odds + sum) - f64::from(u8::from(one.holds));
            for (slope, &value) in gradient.iter_mut().zip(one.vector) {
                *slope += error * f64::from(value);
            }
        }
        let next: Vec<f64> = ahead.iter().zip(&gradient).map(|(weight, slope)| weight - slope / steepest).collect();
        ahead = next.iter().zip(&at).map(|(new, old)| new + momentum * (new - old)).collect();
        at = next;
    }
    at.into_iter().map(|weight| weight as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vectors of two sorts of text, each with something of its own.
    fn vectors(count: usize) -> Vec<Vec<f32>> {
        (0..count)
            .map(|number| {
                let mut vector = vec![0.0f32; 16];
                vector[number % 2] = 0.9;
                vector[2 + number % 14] += 0.43;
                vector
            })
            .collect()
    }

    fn decisions<'a>(vectors: &'a [Vec<f32>], odds: f64, holds: impl Fn(usize) -> bool) -> Vec<Decided<'a>> {
        let one = |(answer, vector): (usize, &'a Vec<f32>)| Decided { answer, vector, odds, holds: holds(answer) };
        vectors.iter().enumerate().map(one).collect()
    }

    fn learned(decided: Vec<Decided<'_>>) -> Learned {
        learn(&BTreeMap::from([("pattern:p".to_owned(), decided)]), &BTreeMap::new())
    }

    #[test]
    fn what_the_machine_misses_in_one_sort_of_text_is_found_there_and_not_in_others() {
        let vectors = vectors(40);
        // The machine says no to all; people say yes to every other.
        let found = learned(decisions(&vectors, -1.5, |number| number % 2 == 0));
        let (before, after) = found.all();
        assert_eq!((before.of, before.right), (40, 20));
        assert_eq!((after.of, after.right), (40, 40), "on answers that it has not seen");
        assert!(after.loss < before.loss / 2.0);
        let addition = &found.additions["pattern:p"];
        assert!(dot(addition, &vectors[0]) > 1.5 && dot(addition, &vectors[1]) < 0.0);
        // A text unlike all that was corrected is as it was.
        assert_eq!(dot(addition, &[0.0; 16]), 0.0);
    }

    #[test]
    fn where_corrections_have_nothing_in_common_little_is_changed() {
        let vectors: Vec<Vec<f32>> =
            (0..16).map(|number| (0..16).map(|at| f32::from(u8::from(at == number))).collect()).collect();
        let found = learned(decisions(&vectors, -1.0, |number| (number * 7) % 5 < 2));
        assert_eq!(found.ridge, 30.0);
        assert!(found.additions["pattern:p"].iter().all(|weight| weight.abs() < 0.1));
    }

    #[test]
    fn what_is_learned_is_the_best_there_is() {
        let vectors = vectors(9);
        let decided = decisions(&vectors, 0.4, |number| number % 3 == 0);
        let ridge = 0.7;
        let weights: Vec<f64> = fit(&decided, ridge).into_iter().map(f64::from).collect();
        for dimension in 0..16 {
            let mut slope = ridge * weights[dimension];
            for one in &decided {
                let sum: f64 = weights.iter().zip(one.vector).map(|(weight, &value)| weight * f64::from(value)).sum();
                let error = logistic(one.odds + sum) - f64::from(u8::from(one.holds));
                slope += error * f64::from(one.vector[dimension]);
            }
            assert!(slope.abs() < 1e-5, "{dimension}: {slope}");
        }
        assert!(fit(&[], 1.0).is_empty());
    }
}
