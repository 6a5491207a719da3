//! Tagging with labels learned from human coding, without a codebook.

use rayon::prelude::*;

use super::calibrate::logistic;
use super::heads::OutputIndex;
use super::model::{Model, output};
use super::reading::{Word, WordTable};
use super::spans::{WordSupport, best_stretch};
use super::tagger::{Input, TagError, require_encoder};
use super::terms::TermIndex;
use super::{Outcome, Tag};
use crate::encode::Encoder;
use crate::score::Score;
use crate::text::{self, Language};

/// What a label tagger says of one answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Labelling {
    /// Detected language.
    pub language: Language,
    /// What came of it.
    pub outcome: Outcome,
    /// Labels above threshold, highest first, ties by label.
    pub labels: Vec<Tag>,
    /// Every label's score, in the order of the labels.
    pub all: Vec<(String, Score)>,
}

/// Tags answers with learned labels.
pub struct LabelTagger {
    model: Model,
    encoder: Box<dyn Encoder>,
    words: WordTable,
    none: TermIndex,
}

impl LabelTagger {
    /// A tagger from a model of [`super::model::Purpose::Labels`].
    ///
    /// # Errors
    /// [`TagError::OtherEncoder`] if the model needs another encoder.
    pub fn new(model: Model, encoder: Box<dyn Encoder>) -> Result<Self, TagError> {
        require_encoder(&model, encoder.as_ref())?;
        Ok(LabelTagger { model, encoder, words: WordTable::default(), none: TermIndex::default() })
    }

    /// Tags a slice of answers; order of output is order of input.
    ///
    /// # Errors
    /// [`TagError::Encode`] from the encoder.
    pub fn tag(&mut self, inputs: &[Input<'_>]) -> Result<Vec<Labelling>, TagError> {
        let texts: Vec<&str> = inputs.iter().map(|input| input.text.text()).collect();
        let vectors = self.encoder.encode(&texts)?;
        let readings = self.words.read(&texts, &self.none, Some(&self.model.heads));
        let this = &*self;
        Ok(inputs
            .par_iter()
            .zip(&readings)
            .enumerate()
            .map(|(position, (input, words))| this.label(*input, words, vectors.row(position)))
            .collect())
    }

    fn label(&self, input: Input<'_>, words: &[Word], vector: &[f32]) -> Labelling {
        let text = input.text.text();
        let language = text::detect(text);
        if !text::has_content(text) {
            return Labelling { language, outcome: Outcome::NoContent, labels: Vec::new(), all: Vec::new() };
        }
        let heads = &self.model.heads;
        let mut sums = vec![0.0; heads.outputs.len()];
        let length = self.words.sum(words, heads, &mut sums);
        let sentences = text::sentences(text);
        let mut labels = Vec::new();
        let mut all = Vec::with_capacity(heads.outputs.len());
        let mut near = false;
        for (position, name) in heads.outputs.iter().enumerate() {
            let surface = heads.surface_value(position, sums[position], length);
            let dense = heads.dense_value(position, vector);
            let probability = self.probability(name, surface, dense);
            let threshold = self.model.header.thresholds.get(name).copied().unwrap_or(0.5);
            let label = name.strip_prefix(&output::label("")).unwrap_or(name).to_owned();
            near |= probability >= threshold - super::model::MARGIN;
            if probability >= threshold {
                let supports = self.supports(words, position);
                let spans = best_stretch(&supports, &sentences).map(|bytes| input.text.raw_span(&bytes));
                labels.push(Tag {
                    code: label.clone(),
                    score: Score::new(probability),
                    spans: spans.into_iter().collect(),
                });
            }
            all.push((label, Score::new(probability)));
        }
        labels.sort_by(|left, right| right.score.cmp(&left.score).then_with(|| left.code.cmp(&right.code)));
        let outcome = match (labels.is_empty(), near) {
            (false, _) => Outcome::Coded,
            (true, true) => Outcome::Undecided,
            (true, false) => Outcome::NoneOfTheAbove,
        };
        Labelling { language, outcome, labels, all }
    }

    fn probability(&self, name: &str, surface: f32, dense: f32) -> f64 {
        let Some(weights) = self.model.header.combine.get("label") else { return 0.0 };
        let odds = weights.log_odds(&[f64::from(surface), f64::from(dense)]);
        match self.model.header.sigmoids.get(name) {
            Some(sigmoid) => sigmoid.probability(odds),
            None => logistic(odds),
        }
    }

    fn supports(&self, words: &[Word], output: OutputIndex) -> Vec<WordSupport> {
        words
            .iter()
            .map(|word| WordSupport {
                start: word.start,
                end: word.end,
                support: self.words.contribution(word.id)[output],
            })
            .collect()
    }
}
