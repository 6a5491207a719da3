//! Learning heads, calibration and thresholds from human coding.
//!
//! Everything that decides on a score (weights of signals, sigmoids, thresholds) is fitted on values
//! that heads gave to answers they had not seen, with whole authors left out at a time: a head that
//! has read an author's other answers knows them too well.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::calibrate::{Logistic, Sigmoid, best_threshold, fit_logistic, fit_sigmoid, logistic};
use super::described::Descriptions;
use super::features::{BUCKETS, Bucket};
use super::heads::Heads;
use super::model::{Header, Model, Purpose, output};
use super::reading::{WordTable, counted_features};
use super::signals::{self, TermCounts};
use super::solver::{Fitted, SolverSettings, SparseRows, fit_all};
use super::terms::TermIndex;
use crate::answer::Kind;
use crate::codebook::{Codebook, Level};
use crate::encode::{EncodeError, Encoder};

/// One coded answer.
#[derive(Debug, Clone, Default)]
pub struct Example {
    /// Mended text.
    pub text: String,
    /// How it was asked for.
    pub kind: Option<Kind>,
    /// Whoever wrote it; whole authors are left out together. Without one, the answer stands alone.
    pub author: String,
    /// Output name to whether it holds; an output that is absent is unknown for this answer.
    pub labels: BTreeMap<String, bool>,
    /// Topic to the verdict on it, by its name in [`super::VERDICTS`].
    pub verdicts: BTreeMap<String, String>,
}

/// Outputs are fitted in this many folds.
const FOLDS: usize = 5;
/// A surface feature must occur in so many answers to be learned from; in fewer where there are few to learn from.
const LEAST_ANSWERS: u32 = 8;
const LEAST_OF_FEW_ANSWERS: u32 = 3;
/// Below this number of answers there are few.
const FEW_ANSWERS: usize = 5_000;
const SURFACE: SolverSettings = SolverSettings { cost: 1.0, passes: 20, balance: 0.5 };
const DENSE: SolverSettings = SolverSettings { cost: 4.0, passes: 20, balance: 0.5 };

/// Learns a tagger for `codebook` from coded answers.
///
/// # Errors
/// [`EncodeError`] from the encoder.
pub fn train_codebook(codebook: &Codebook, examples: &[Example], encoder: &dyn Encoder) -> Result<Model, EncodeError> {
    let own = examples_of(codebook);
    let examples = &[examples, &own].concat();
    let data = Data::new(examples, encoder)?;
    let outputs = codebook_outputs(codebook, examples);
    let labels = data.labels(&outputs);
    let held_out = data.cross_fit(&labels);
    let evidence = Evidence::new(codebook, examples, &data, encoder)?;
    let mut calibration = Calibration::default();
    let topics = calibration.codes(Level::Topic, codebook, &outputs, &labels, &held_out, &evidence, &BTreeMap::new());
    calibration.codes(Level::Pattern, codebook, &outputs, &labels, &held_out, &evidence, &BTreeMap::new());
    calibration.codes(Level::Theme, codebook, &outputs, &labels, &held_out, &evidence, &topics);
    calibration.choices(&outputs, &labels, &held_out, examples);
    calibration.verdicts(&outputs, &held_out, examples);
    Ok(data.finish(Purpose::Codebook(codebook.codebook.id.clone()), outputs, &labels, encoder, calibration))
}

/// Learns a tagger for free labels; every label that occurs becomes an output.
///
/// # Errors
/// [`EncodeError`] from the encoder.
pub fn train_labels(examples: &[Example], encoder: &dyn Encoder) -> Result<Model, EncodeError> {
    let data = Data::new(examples, encoder)?;
    let mut outputs: Vec<String> = examples.iter().flat_map(|example| example.labels.keys().cloned()).collect();
    outputs.sort();
    outputs.dedup();
    let labels = data.labels(&outputs);
    let held_out = data.cross_fit(&labels);
    let mut calibration = Calibration::default();
    calibration.labels(&outputs, &labels, &held_out);
    Ok(data.finish(Purpose::Labels, outputs, &labels, encoder, calibration))
}

/// The codebook's own examples of its claims, and the claims themselves, as coded answers. What is not said of them is
/// unknown: an example of one code may well fit another.
fn examples_of(codebook: &Codebook) -> Vec<Example> {
    let mut examples = Vec::new();
    for theme in &codebook.themes {
        for topic in &theme.topics {
            let code = format!("{}/{}", theme.id, topic.id);
            for claim in topic.claims.iter().filter(|claim| ["A", "B"].contains(&claim.id.as_str())) {
                let mut labels: BTreeMap<String, bool> =
                    super::VERDICTS.iter().map(|(_, name)| (output::verdict(name), *name == claim.id)).collect();
                labels.insert(output::code(Level::Theme, &theme.id), true);
                labels.insert(output::code(Level::Topic, &code), true);
                labels.insert(output::side(&code), claim.id == "B");
                examples.extend(claim.text.all().chain(claim.examples.all()).map(|text| Example {
                    text: text.to_owned(),
                    author: "codebook".to_owned(),
                    labels: labels.clone(),
                    verdicts: BTreeMap::from([(code.clone(), claim.id.clone())]),
                    ..Example::default()
                }));
            }
        }
    }
    examples
}

/// Codes first, in the codebook's order, then facet values, verdicts, sides and bases that occur.
fn codebook_outputs(codebook: &Codebook, examples: &[Example]) -> Vec<String> {
    let mut outputs: Vec<String> =
        codebook.codes().iter().map(|entry| output::code(entry.level, &entry.code)).collect();
    let mut others: Vec<String> = examples
        .iter()
        .flat_map(|example| example.labels.keys())
        .filter(|name| ["facet:", "verdict:", "side:", "basis:"].iter().any(|sort| name.starts_with(sort)))
        .cloned()
        .collect();
    others.sort();
    others.dedup();
    outputs.extend(others);
    outputs
}

/// Decision values by row, then output: surface and dense.
type HeldOut = Vec<Vec<(f32, f32)>>;

struct Data {
    rarity: Vec<(Bucket, f32)>,
    surface: SparseRows,
    dense: SparseRows,
    folds: Vec<usize>,
    examples: Vec<BTreeMap<String, bool>>,
    dimension: usize,
    vectors: crate::encode::Vectors,
}

impl Data {
    fn new(examples: &[Example], encoder: &dyn Encoder) -> Result<Self, EncodeError> {
        let texts: Vec<&str> = examples.iter().map(|example| example.text.as_str()).collect();
        let features: Vec<Vec<(Bucket, u32)>> = texts.par_iter().map(|text| counted_features(text)).collect();
        let rarity = rarity(&features);
        let mut row_of = vec![u32::MAX; BUCKETS];
        for (row, (bucket, _)) in rarity.iter().enumerate() {
            row_of[bucket.0 as usize] = row as u32;
        }
        let mut surface = SparseRows::new(rarity.len());
        for features in &features {
            let known: Vec<(u32, f32, f32)> = features
                .iter()
                .filter(|(bucket, _)| row_of[bucket.0 as usize] != u32::MAX)
                .map(|&(bucket, count)| {
                    let row = row_of[bucket.0 as usize];
                    (row, rarity[row as usize].1, count as f32)
                })
                .collect();
            let length = known.iter().map(|(_, rarity, count)| count * rarity * rarity).sum::<f32>().sqrt().max(1e-6);
            surface.push(known.iter().map(|&(row, rarity, count)| (row, rarity * count / length)));
        }
        let vectors = encoder.encode(&texts)?;
        let mut dense = SparseRows::new(encoder.dimension());
        for row in vectors.rows() {
            dense.push(row.iter().enumerate().map(|(column, &value)| (column as u32, value)));
        }
        Ok(Data {
            rarity,
            surface,
            dense,
            folds: folds(examples),
            examples: examples.iter().map(|example| example.labels.clone()).collect(),
            dimension: encoder.dimension(),
            vectors,
        })
    }

    /// By output, then row.
    fn labels(&self, outputs: &[String]) -> Vec<Vec<Option<bool>>> {
        outputs.iter().map(|output| self.examples.iter().map(|labels| labels.get(output).copied()).collect()).collect()
    }

    fn fit(&self, rows: &[usize], labels: &[Vec<Option<bool>>]) -> (Vec<Fitted>, Vec<Fitted>) {
        (fit_all(&self.surface, rows, labels, SURFACE), fit_all(&self.dense, rows, labels, DENSE))
    }

    /// Decision values for every row from heads that did not see its author.
    fn cross_fit(&self, labels: &[Vec<Option<bool>>]) -> HeldOut {
        let mut values = vec![Vec::new(); self.folds.len()];
        for fold in 0..FOLDS {
            let rows: Vec<usize> = (0..self.folds.len()).filter(|&row| self.folds[row] != fold).collect();
            let (surface, dense) = self.fit(&rows, labels);
            for row in (0..self.folds.len()).filter(|&row| self.folds[row] == fold) {
                values[row] = (surface.iter().zip(&dense))
                    .map(|(surface, dense)| (value(&self.surface, row, surface), value(&self.dense, row, dense)))
                    .collect();
            }
        }
        values
    }

    fn finish(
        &self,
        purpose: Purpose,
        outputs: Vec<String>,
        labels: &[Vec<Option<bool>>],
        encoder: &dyn Encoder,
        calibration: Calibration,
    ) -> Model {
        let rows: Vec<usize> = (0..self.folds.len()).collect();
        let (surface, dense) = self.fit(&rows, labels);
        Model {
            header: Header {
                purpose,
                encoder_name: encoder.id().name.clone(),
                encoder_hash: encoder.id().hash.clone(),
                answers: rows.len(),
                combine: calibration.combine,
                described: calibration.described,
                sigmoids: calibration.sigmoids,
                thresholds: calibration.thresholds,
                choices: calibration.choices,
                verdicts: calibration.verdicts,
                additions: BTreeMap::new(),
            },
            heads: Heads::new(outputs, self.dimension, &self.rarity, &surface, &dense),
        }
    }
}

fn value(data: &SparseRows, row: usize, fitted: &Fitted) -> f32 {
    data.row(row).map(|(column, value)| fitted.weights[column] * value).sum::<f32>() + fitted.bias
}

/// Buckets that occur in enough answers, ascending, with their smoothed inverse document frequency.
fn rarity(features: &[Vec<(Bucket, u32)>]) -> Vec<(Bucket, f32)> {
    let mut answers = vec![0u32; BUCKETS];
    for (bucket, _) in features.iter().flatten() {
        answers[bucket.0 as usize] += 1;
    }
    let total = features.len() as f32;
    let least = if features.len() < FEW_ANSWERS { LEAST_OF_FEW_ANSWERS } else { LEAST_ANSWERS };
    (0..BUCKETS as u32)
        .filter(|&bucket| answers[bucket as usize] >= least)
        .map(|bucket| (Bucket(bucket), ((1.0 + total) / (1.0 + answers[bucket as usize] as f32)).ln() + 1.0))
        .collect()
}

/// Whole authors to folds, the largest first to the emptiest fold; answers without an author by turns.
fn folds(examples: &[Example]) -> Vec<usize> {
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    for example in examples.iter().filter(|example| !example.author.is_empty()) {
        *sizes.entry(&example.author).or_default() += 1;
    }
    let mut authors: Vec<(&str, usize)> = sizes.into_iter().collect();
    authors.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(right.0)));
    let mut filled = [0usize; FOLDS];
    let mut fold_of: BTreeMap<&str, usize> = BTreeMap::new();
    for (author, size) in authors {
        let fold = (0..FOLDS).min_by_key(|&fold| filled[fold]).unwrap_or(0);
        filled[fold] += size;
        fold_of.insert(author, fold);
    }
    (examples.iter().enumerate())
        .map(|(row, example)| fold_of.get(example.author.as_str()).copied().unwrap_or(row % FOLDS))
        .collect()
}

/// What the codebook's own words say of each example.
struct Evidence {
    counts: Vec<Vec<TermCounts>>,
    likenesses: Vec<Vec<super::described::Likeness>>,
}

impl Evidence {
    fn new(codebook: &Codebook, examples: &[Example], data: &Data, encoder: &dyn Encoder) -> Result<Self, EncodeError> {
        let texts: Vec<&str> = examples.iter().map(|example| example.text.as_str()).collect();
        let terms = TermIndex::new(codebook);
        let mut table = WordTable::default();
        let readings = table.read(&texts, &terms, None);
        let counts = readings
            .par_iter()
            .map(|words| {
                let keys: Vec<_> = words.iter().map(|word| table.keys(word.id)).collect();
                signals::count_terms(&terms.find(&keys), terms.codes())
            })
            .collect();
        let descriptions = Descriptions::new(&codebook.codes(), encoder)?;
        let likenesses =
            (0..texts.len()).into_par_iter().map(|row| descriptions.compare(data.vectors.row(row))).collect();
        Ok(Evidence { counts, likenesses })
    }
}

/// Signals of a row, and whether the code was there, where the row says.
type Weighed = (Vec<f64>, Option<bool>);

/// By topic position in the codebook's codes: probabilities of every row.
type Probabilities = BTreeMap<usize, Vec<f64>>;

#[derive(Debug, Default)]
struct Calibration {
    combine: BTreeMap<String, Logistic>,
    described: BTreeMap<String, Logistic>,
    sigmoids: BTreeMap<String, Sigmoid>,
    thresholds: BTreeMap<String, f64>,
    choices: BTreeMap<String, Logistic>,
    verdicts: Vec<Logistic>,
}

impl Calibration {
    /// Fits one level; gives the probabilities it then assigns, for the level above.
    #[allow(clippy::too_many_arguments)]
    fn codes(
        &mut self,
        level: Level,
        codebook: &Codebook,
        outputs: &[String],
        labels: &[Vec<Option<bool>>],
        held_out: &HeldOut,
        evidence: &Evidence,
        topics: &Probabilities,
    ) -> Probabilities {
        let codes = codebook.codes();
        let members: Vec<usize> = (0..codes.len()).filter(|&code| codes[code].level == level).collect();
        let mut learned = Vec::new();
        let mut described = Vec::new();
        let mut of_code: BTreeMap<usize, Vec<Weighed>> = BTreeMap::new();
        for &code in &members {
            let bringing = codebook.topics_that_bring(level, &codes[code].code);
            for (row, values) in held_out.iter().enumerate() {
                let (surface, dense) = values[code];
                let counts = evidence.counts[row][code];
                let mut signals = signals::learned(surface, dense, counts);
                if level == Level::Theme {
                    signals.extend(signals::from_topics(bringing.iter().map(|topic| topics[topic][row])));
                }
                if let Some(positive) = labels[code][row] {
                    let likeness = evidence.likenesses[row][code];
                    described.push((signals::described(counts, likeness.standing, likeness.cosine), positive));
                    learned.push((signals.clone(), positive));
                }
                of_code.entry(code).or_default().push((signals, labels[code][row]));
            }
        }
        let width = if level == Level::Theme { 6 } else { 4 };
        let combined = fit_logistic(&learned, width, 1.0);
        let sort = output::sort(level).to_owned();
        self.described.insert(sort.clone(), fit_logistic(&described, 4, 1.0));
        let mut all = Vec::new();
        let mut probabilities = Probabilities::new();
        for (&code, rows) in &of_code {
            let odds: Vec<(f64, Option<bool>)> =
                rows.iter().map(|(signals, positive)| (combined.log_odds(signals), *positive)).collect();
            let known: Vec<(f64, bool)> = odds.iter().filter_map(|&(odds, positive)| Some((odds, positive?))).collect();
            let sigmoid = fit_sigmoid(&known);
            self.sigmoids.insert(outputs[code].clone(), sigmoid);
            let scored: Vec<(f64, bool)> =
                known.iter().map(|&(odds, positive)| (sigmoid.probability(odds), positive)).collect();
            // Of every row: what a topic says of its theme does not wait for the row to be coded for the topic.
            probabilities.insert(code, odds.iter().map(|&(odds, _)| sigmoid.probability(odds)).collect());
            all.push((code, scored));
        }
        let pooled: Vec<(f64, bool)> = all.iter().flat_map(|(_, scored)| scored.iter().copied()).collect();
        let common = best_threshold(&pooled, 0.4, 0.0);
        for (code, scored) in &all {
            self.thresholds.insert(outputs[*code].clone(), best_threshold(scored, common, 40.0));
        }
        self.combine.insert(sort, combined);
        probabilities
    }

    fn choices(&mut self, outputs: &[String], labels: &[Vec<Option<bool>>], held_out: &HeldOut, examples: &[Example]) {
        for (position, name) in outputs.iter().enumerate() {
            if !["facet:", "verdict:", "side:", "basis:"].iter().any(|sort| name.starts_with(sort)) {
                continue;
            }
            let rows: Vec<(Vec<f64>, bool)> = (held_out.iter().enumerate())
                .filter_map(|(row, values)| {
                    let positive = labels[position][row]?;
                    let (surface, dense) = values[position];
                    let example = &examples[row];
                    Some((signals::choice(surface, dense, example.kind.as_ref(), &example.text), positive))
                })
                .collect();
            let weights = fit_logistic(&rows, 7, 1.0);
            if name.starts_with("facet:") {
                let scored: Vec<(f64, bool)> =
                    rows.iter().map(|(signals, positive)| (logistic(weights.log_odds(signals)), *positive)).collect();
                self.thresholds.insert(name.clone(), best_threshold(&scored, 0.4, 40.0));
            }
            self.choices.insert(name.clone(), weights);
        }
    }

    /// Weighs what is known of sides in general and of a topic's own sides, on answers whose author no head had seen.
    fn verdicts(&mut self, outputs: &[String], held_out: &HeldOut, examples: &[Example]) {
        let positions: BTreeMap<&str, usize> =
            outputs.iter().enumerate().map(|(position, name)| (name.as_str(), position)).collect();
        let odds = |row: usize, name: &str| -> Option<f64> {
            let (surface, dense) = held_out[row][*positions.get(name)?];
            let example = &examples[row];
            let signals = signals::choice(surface, dense, example.kind.as_ref(), &example.text);
            Some(self.choices.get(name)?.log_odds(&signals))
        };
        let mut rows: Vec<(Vec<f64>, &str)> = Vec::new();
        for (row, example) in examples.iter().enumerate().filter(|(_, example)| !example.verdicts.is_empty()) {
            let general: Option<Vec<f64>> =
                super::VERDICTS.iter().map(|(_, name)| odds(row, &output::verdict(name))).collect();
            let Some(general) = general else { return };
            let basis = |basis: &str| odds(row, &output::basis(basis)).unwrap_or(-signals::LIMIT);
            let (presupposed, reported) = (basis("presupposed"), basis("reported"));
            for (topic, verdict) in &example.verdicts {
                let side = odds(row, &output::side(topic)).unwrap_or(0.0);
                rows.push((signals::verdict(&general, side, presupposed, reported), verdict));
            }
        }
        let Some(width) = rows.first().map(|(signals, _)| signals.len()) else { return };
        self.verdicts = (super::VERDICTS.iter())
            .map(|(_, name)| {
                let rows: Vec<(Vec<f64>, bool)> =
                    rows.iter().map(|(signals, verdict)| (signals.clone(), verdict == name)).collect();
                fit_logistic(&rows, width, 1.0)
            })
            .collect();
    }

    fn labels(&mut self, outputs: &[String], labels: &[Vec<Option<bool>>], held_out: &HeldOut) {
        let mut by_output = Vec::new();
        for position in 0..outputs.len() {
            let rows: Vec<(Vec<f64>, bool)> = (held_out.iter().enumerate())
                .filter_map(|(row, values)| {
                    let (surface, dense) = values[position];
                    Some((vec![f64::from(surface), f64::from(dense)], labels[position][row]?))
                })
                .collect();
            by_output.push(rows);
        }
        let pooled: Vec<(Vec<f64>, bool)> = by_output.iter().flatten().cloned().collect();
        let combined = fit_logistic(&pooled, 2, 1.0);
        let mut all = Vec::new();
        for (name, rows) in outputs.iter().zip(&by_output) {
            let odds: Vec<(f64, bool)> =
                rows.iter().map(|(signals, positive)| (combined.log_odds(signals), *positive)).collect();
            let sigmoid = fit_sigmoid(&odds);
            self.sigmoids.insert(name.clone(), sigmoid);
            all.push(odds.iter().map(|&(odds, positive)| (sigmoid.probability(odds), positive)).collect::<Vec<_>>());
        }
        let common = best_threshold(&all.concat(), 0.4, 0.0);
        for (name, scored) in outputs.iter().zip(&all) {
            self.thresholds.insert(name.clone(), best_threshold(scored, common, 40.0));
        }
        self.combine.insert("label".to_owned(), combined);
    }
}
