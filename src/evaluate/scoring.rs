//! Scoring predicted codes against gold: F1, verdicts, facets, calibration, agreement, with intervals.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde::Serialize;

use super::gold::Coded;
use super::measures::{Confusion, alpha, calibration_error};
use super::mistakes::{Confused, confusions};
use crate::tag::solver::Shuffle;

/// Bootstrap rounds behind every interval.
const ROUNDS: usize = 1_000;
const BINS: usize = 15;
/// Pairs of codes told per level.
const MOST_CONFUSED: usize = 15;
/// Theme scores from here on count in the calibration error.
const LEAST_SCORE: f64 = 0.1;

/// A figure with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Figure {
    /// Over all answers.
    pub value: f64,
    /// 2.5th percentile of the bootstrap.
    pub low: f64,
    /// 97.5th percentile.
    pub high: f64,
}

/// One code's figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CodeReport {
    /// How many have it in gold.
    pub support: usize,
    /// How many were given it.
    pub predicted: usize,
    /// Share of those given it that are right.
    pub precision: f64,
    /// Share of those with it that were found.
    pub recall: f64,
    /// Their harmonic mean.
    pub f1: f64,
    /// Krippendorff's alpha between gold and prediction.
    pub alpha: f64,
}

/// One level's figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LevelReport {
    /// Mean F1 over codes with gold support.
    pub macro_f1: Figure,
    /// F1 over all decisions together.
    pub micro_f1: Figure,
    /// Mean over answers of F1 between the two sets; two empty sets agree (1).
    pub sample_f1: Figure,
    /// By code.
    pub codes: BTreeMap<String, CodeReport>,
}

/// All figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Gold answers joined with a prediction.
    pub answers: usize,
    /// Gold answers without a prediction (counted as empty).
    pub missing: usize,
    /// What intervals resample: `answers` or `authors`.
    pub resampled: &'static str,
    /// By level: `themes`, `topics`, `patterns`, `labels`, where gold has any.
    pub levels: BTreeMap<&'static str, LevelReport>,
    /// Share of gold stances that were met; a missing verdict is wrong.
    pub verdict_accuracy: Option<Figure>,
    /// The same by gold verdict.
    pub verdict_by_side: BTreeMap<String, (usize, f64)>,
    /// Macro-F1 over values of all facets, and by facet.
    pub facets: BTreeMap<String, f64>,
    /// Expected calibration error of theme scores of 0.1 and more.
    pub calibration_error: Option<f64>,
    /// The same by theme.
    pub calibration_by_theme: BTreeMap<String, f64>,
    /// By level, which codes are taken for which, most often first.
    pub confused: BTreeMap<&'static str, Vec<Confused>>,
}

type Select = fn(&Coded) -> &BTreeSet<String>;

/// Scores predictions against gold, joined on id.
pub fn score(gold: &[Coded], predicted: &[Coded]) -> Report {
    let by_id: BTreeMap<&str, &Coded> = predicted.iter().map(|row| (row.id.as_str(), row)).collect();
    let empty = Coded::default();
    let pairs: Vec<(&Coded, &Coded)> =
        gold.iter().map(|row| (row, by_id.get(row.id.as_str()).copied().unwrap_or(&empty))).collect();
    let missing = gold.iter().filter(|row| !by_id.contains_key(row.id.as_str())).count();
    let by_author = gold.iter().any(|row| !row.author.is_empty());
    let draws = Draws::new(gold, by_author);
    let selections: [(&'static str, Select); 4] = [
        ("themes", |row| &row.themes),
        ("topics", |row| &row.topics),
        ("patterns", |row| &row.patterns),
        ("labels", |row| &row.labels),
    ];
    let mut levels = BTreeMap::new();
    for (name, select) in selections {
        if gold.iter().any(|row| !select(row).is_empty()) {
            levels.insert(name, level_report(&pairs, select, &draws));
        }
    }
    let (calibration_error, calibration_by_theme) = calibration(&pairs);
    Report {
        answers: gold.len() - missing,
        missing,
        resampled: if by_author { "authors" } else { "answers" },
        levels,
        verdict_accuracy: verdict_accuracy(&pairs, &draws),
        verdict_by_side: verdict_by_side(&pairs),
        facets: facets(&pairs),
        calibration_error,
        calibration_by_theme,
        confused: confusions(&pairs, MOST_CONFUSED),
    }
}

/// Rows of each bootstrap round, drawn by answer or by whole author.
struct Draws(Vec<Vec<usize>>);

impl Draws {
    fn new(gold: &[Coded], by_author: bool) -> Self {
        let mut clusters: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (row, coded) in gold.iter().enumerate() {
            let key =
                if by_author && !coded.author.is_empty() { coded.author.clone() } else { format!("\u{0}{row:09}") };
            clusters.entry(key).or_default().push(row);
        }
        let clusters: Vec<Vec<usize>> = clusters.into_values().collect();
        let mut random = Shuffle::new(20_401_116);
        let rounds = (0..ROUNDS)
            .map(|_| (0..clusters.len()).flat_map(|_| clusters[random.below(clusters.len())].iter().copied()).collect())
            .collect();
        Draws(rounds)
    }

    fn figure(&self, rows: usize, measure: impl Fn(&[usize]) -> f64 + Sync) -> Figure {
        let all: Vec<usize> = (0..rows).collect();
        let mut values: Vec<f64> = self.0.par_iter().map(|draw| measure(draw)).collect();
        values.sort_by(f64::total_cmp);
        let at =
            |share: f64| values.get(((values.len() as f64 - 1.0) * share).round() as usize).copied().unwrap_or(0.0);
        Figure { value: measure(&all), low: at(0.025), high: at(0.975) }
    }
}

fn level_report(pairs: &[(&Coded, &Coded)], select: Select, draws: &Draws) -> LevelReport {
    let names: Vec<&String> = {
        let mut names: BTreeSet<&String> = BTreeSet::new();
        for (gold, predicted) in pairs {
            names.extend(select(gold));
            names.extend(select(predicted));
        }
        names.into_iter().collect()
    };
    let position: BTreeMap<&str, usize> =
        names.iter().enumerate().map(|(index, name)| (name.as_str(), index)).collect();
    // Per answer: positions in gold and predicted; resampling then counts without set look-ups.
    let marks = |row: &Coded| -> Vec<usize> {
        select(row).iter().filter_map(|code| position.get(code.as_str()).copied()).collect()
    };
    let rows: Vec<(Vec<usize>, Vec<usize>)> =
        pairs.iter().map(|(gold, predicted)| (marks(gold), marks(predicted))).collect();
    let confusions = |draw: &[usize]| -> Vec<Confusion> {
        let mut confusions = vec![Confusion::default(); names.len()];
        for &row in draw {
            let (gold, predicted) = &rows[row];
            for &code in gold {
                confusions[code].add(true, predicted.contains(&code));
            }
            for &code in predicted.iter().filter(|code| !gold.contains(code)) {
                confusions[code].add(false, true);
            }
        }
        confusions
    };
    let macro_f1 = |draw: &[usize]| {
        let supported: Vec<f64> =
            confusions(draw).iter().filter(|counts| counts.support() > 0).map(Confusion::f1).collect();
        mean(&supported)
    };
    let micro_f1 = |draw: &[usize]| {
        let mut all = Confusion::default();
        for counts in confusions(draw) {
            all.merge(counts);
        }
        all.f1()
    };
    let sample_f1 = |draw: &[usize]| {
        let each: Vec<f64> = draw
            .iter()
            .map(|&row| {
                let (gold, predicted) = &rows[row];
                if gold.is_empty() && predicted.is_empty() {
                    return 1.0;
                }
                let hits = gold.iter().filter(|code| predicted.contains(code)).count();
                2.0 * hits as f64 / (gold.len() + predicted.len()) as f64
            })
            .collect();
        mean(&each)
    };
    let all: Vec<usize> = (0..pairs.len()).collect();
    let codes = confusions(&all)
        .into_iter()
        .zip(&names)
        .map(|(counts, name)| {
            let decisions: Vec<(bool, bool)> = pairs
                .iter()
                .map(|(gold, predicted)| (select(gold).contains(*name), select(predicted).contains(*name)))
                .collect();
            let report = CodeReport {
                support: counts.support(),
                predicted: counts.hits + counts.false_alarms,
                precision: counts.precision(),
                recall: counts.recall(),
                f1: counts.f1(),
                alpha: alpha(&decisions),
            };
            ((*name).clone(), report)
        })
        .collect();
    LevelReport {
        macro_f1: draws.figure(pairs.len(), macro_f1),
        micro_f1: draws.figure(pairs.len(), micro_f1),
        sample_f1: draws.figure(pairs.len(), sample_f1),
        codes,
    }
}

fn verdict_accuracy(pairs: &[(&Coded, &Coded)], draws: &Draws) -> Option<Figure> {
    pairs.iter().any(|(gold, _)| !gold.stance.is_empty()).then(|| {
        draws.figure(pairs.len(), |draw| {
            let (mut right, mut all) = (0usize, 0usize);
            for &row in draw {
                let (gold, predicted) = pairs[row];
                all += gold.stance.len();
                right += gold.stance.iter().filter(|(topic, side)| predicted.stance.get(*topic) == Some(*side)).count();
            }
            if all == 0 { 0.0 } else { right as f64 / all as f64 }
        })
    })
}

fn verdict_by_side(pairs: &[(&Coded, &Coded)]) -> BTreeMap<String, (usize, f64)> {
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (gold, predicted) in pairs {
        for (topic, side) in &gold.stance {
            let entry = counts.entry(side.clone()).or_default();
            entry.0 += 1;
            entry.1 += usize::from(predicted.stance.get(topic) == Some(side));
        }
    }
    counts.into_iter().map(|(side, (all, right))| (side, (all, right as f64 / all as f64))).collect()
}

fn facets(pairs: &[(&Coded, &Coded)]) -> BTreeMap<String, f64> {
    let mut counts: BTreeMap<&str, BTreeMap<&str, Confusion>> = BTreeMap::new();
    for (gold, predicted) in pairs {
        for (facet, value) in &gold.facets {
            let values = counts.entry(facet).or_default();
            let guess = predicted.facets.get(facet).and_then(|guess| guess.as_deref());
            let named: BTreeSet<&str> = [value.as_deref(), guess].into_iter().flatten().collect();
            for candidate in named {
                let confusion = values.entry(candidate).or_default();
                confusion.add(value.as_deref() == Some(candidate), guess == Some(candidate));
            }
        }
    }
    let mut means: BTreeMap<String, f64> = counts
        .into_iter()
        .map(|(facet, values)| {
            let supported: Vec<f64> =
                values.values().filter(|counts| counts.support() > 0).map(Confusion::f1).collect();
            (facet.to_owned(), mean(&supported))
        })
        .collect();
    let each: Vec<f64> = means.values().copied().collect();
    if !each.is_empty() {
        means.insert("mean".to_owned(), mean(&each));
    }
    means
}

fn calibration(pairs: &[(&Coded, &Coded)]) -> (Option<f64>, BTreeMap<String, f64>) {
    let mut by_theme: BTreeMap<String, Vec<(f64, bool)>> = BTreeMap::new();
    for (gold, predicted) in pairs {
        for (theme, &score) in predicted.theme_scores.iter().filter(|(_, score)| **score >= LEAST_SCORE) {
            by_theme.entry(theme.clone()).or_default().push((score, gold.themes.contains(theme)));
        }
    }
    let all: Vec<(f64, bool)> = by_theme.values().flatten().copied().collect();
    let overall = (!all.is_empty()).then(|| calibration_error(&all, BINS));
    (overall, by_theme.into_iter().map(|(theme, scores)| (theme, calibration_error(&scores, BINS))).collect())
}

fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, themes: &[&str]) -> Coded {
        Coded { id: id.into(), themes: themes.iter().map(|&theme| theme.to_owned()).collect(), ..Coded::default() }
    }

    #[test]
    fn macro_f1_is_over_codes_with_gold_support_and_a_missing_prediction_is_empty() {
        let gold = [row("1", &["a"]), row("2", &["b"]), row("3", &[])];
        let predicted = [row("1", &["a", "c"]), row("3", &[])];
        let report = score(&gold, &predicted);
        let themes = &report.levels["themes"];
        assert_eq!(themes.macro_f1.value, 0.5);
        assert!((themes.sample_f1.value - (2.0 / 3.0 + 0.0 + 1.0) / 3.0).abs() < 1e-12);
        assert_eq!(report.missing, 1);
    }
}
