//! What is weighed for and against a code: the same signals in training and in tagging.

use super::calibrate::log_odds;
use super::terms::{Strength, TermMatch};
use crate::answer::Kind;

/// Log-odds beyond this say no more than "sure".
pub const LIMIT: f64 = 6.0;

/// What a text shows of one code's own words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TermCounts {
    /// Different terms found.
    pub terms: u32,
    /// Different hints found.
    pub hints: u32,
}

/// Counts different terms per code; `codes` is how many codes there are.
pub fn count_terms(matches: &[TermMatch], codes: usize) -> Vec<TermCounts> {
    let mut counts = vec![TermCounts::default(); codes];
    let mut seen: Vec<u32> = Vec::new();
    for found in matches {
        if seen.contains(&found.term) {
            continue;
        }
        seen.push(found.term);
        if let Some(count) = counts.get_mut(found.code.position()) {
            match found.strength {
                Strength::Term => count.terms += 1,
                Strength::Hint => count.hints += 1,
            }
        }
    }
    counts
}

impl TermCounts {
    fn signals(self) -> [f64; 2] {
        [f64::from(self.terms.min(3)).sqrt(), f64::from(self.hints.min(4)).sqrt()]
    }
}

/// Signals of a code that has a head: its two decision values and its terms.
pub fn learned(surface: f32, dense: f32, counts: TermCounts) -> Vec<f64> {
    let [terms, hints] = counts.signals();
    vec![f64::from(surface), f64::from(dense), terms, hints]
}

/// Signals of a code known by its description alone: its terms, how alike the text is to the
/// description against the other codes (in standard deviations), and how alike in itself.
pub fn described(counts: TermCounts, standing: f64, likeness: f64) -> Vec<f64> {
    let [terms, hints] = counts.signals();
    vec![terms, hints, standing, likeness]
}

/// What a theme's topics say of it, to be appended to its own signals: the strongest of them, and the
/// odds that at least one holds if they were independent.
pub fn from_topics(topics: impl Iterator<Item = f64>) -> [f64; 2] {
    let mut strongest = 0.0f64;
    let mut none = 1.0;
    for probability in topics {
        strongest = strongest.max(probability);
        none *= 1.0 - probability;
    }
    [log_odds(strongest, LIMIT), log_odds(1.0 - none, LIMIT)]
}

/// Signals of a verdict on one topic: the log-odds of each verdict whatever the topic, that the topic's own side B is
/// taken, and that the basis is a question's premise or others' word.
pub fn verdict(general: &[f64], side: f64, presupposed: f64, reported: f64) -> Vec<f64> {
    let all = general.iter().chain([&side, &presupposed, &reported]);
    all.map(|odds| odds.clamp(-LIMIT, LIMIT)).collect()
}

/// Signals of a facet's value, a verdict or a basis: two decision values, then the kind of the answer
/// and whether it asks.
pub fn choice(surface: f32, dense: f32, kind: Option<&Kind>, text: &str) -> Vec<f64> {
    let mut signals = vec![f64::from(surface), f64::from(dense)];
    let kind = kind.map(|kind| kind.0.as_str());
    for known in ["wish", "oracle", "deep_dive", "challenge"] {
        signals.push(f64::from(u8::from(kind == Some(known))));
    }
    signals.push(f64::from(u8::from(text.trim_end().ends_with('?'))));
    signals
}
