//! The tagger: a codebook, an encoder and, where there are any, heads learned for that codebook.

use std::collections::BTreeMap;
use std::ops::Range;

use rayon::prelude::*;

use super::calibrate::{Logistic, log_odds, logistic};
use super::described::{Descriptions, Likeness};
use super::heads::{OutputIndex, dot};
use super::model::{MARGIN, Model, Purpose, output};
use super::reading::{Word, WordTable};
use super::signals::{self, LIMIT, TermCounts};
use super::spans::{WordSupport, best_stretch};
use super::terms::{Strength, TermIndex, TermMatch};
use super::verdicts::{Reader, Values};
use super::{AllScores, Outcome, Tag, Tagging};
use crate::answer::Kind;
use crate::codebook::{Codebook, Level};
use crate::encode::{EncodeError, Encoder, Vectors};
use crate::score::Score;
use crate::span::Span;
use crate::text::{self, Mended};

/// Why a tagger could not be made or could not tag.
#[derive(Debug, thiserror::Error)]
pub enum TagError {
    /// The encoder failed.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The shipped heads are damaged.
    #[error(transparent)]
    Heads(#[from] super::heads::HeadsError),
    /// Heads fitted on vectors of one encoder cannot read those of another.
    #[error(
        "the tagger was trained with encoder {trained}, not {given}: give --encoder {trained_name}, or train it again"
    )]
    OtherEncoder {
        /// Name and hash in the file.
        trained: String,
        /// Name alone.
        trained_name: String,
        /// Name and hash of the encoder at hand.
        given: String,
    },
}

/// One text to tag.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The text; spans index what it was mended from.
    pub text: &'a Mended<'a>,
    /// How it was asked for.
    pub kind: Option<&'a Kind>,
}

/// How one code is decided.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) code: String,
    pub(super) level: Level,
    /// Its head; none for a code that training did not know.
    pub(super) head: Option<OutputIndex>,
    /// Name of its output in the model.
    pub(super) output: String,
    /// Positions of the topics that bring it with them: a theme's own, those that imply a pattern.
    pub(super) topics: Vec<usize>,
    pub(super) threshold: f64,
}

/// Tags answers against a codebook.
pub struct Tagger {
    codebook: Codebook,
    encoder: Box<dyn Encoder>,
    pub(super) terms: TermIndex,
    pub(super) model: Option<Model>,
    /// Weights for codes without a head.
    described: BTreeMap<String, Logistic>,
    descriptions: Option<Descriptions>,
    pub(super) plans: Vec<Plan>,
    /// What corrections add to the log-odds of each code, in the order of the plans; nothing where nobody corrected it.
    additions: Vec<Option<Vec<f32>>>,
    reader: Reader,
    pub(super) words: WordTable,
}

/// Probability from which a code without a head is listed.
const THRESHOLD_OF_DESCRIBED: f64 = 0.5;

impl Tagger {
    /// A tagger for `codebook`. `model` is used for the codes it knows if it was trained for this
    /// codebook; `described` weighs terms and likeness for the rest.
    ///
    /// # Errors
    /// [`TagError::OtherEncoder`] if the model's heads need another encoder; [`TagError::Encode`] if
    /// descriptions cannot be encoded.
    pub fn new(
        codebook: Codebook,
        encoder: Box<dyn Encoder>,
        model: Option<Model>,
        described: BTreeMap<String, Logistic>,
    ) -> Result<Self, TagError> {
        let model = model.filter(|model| model.header.purpose == Purpose::Codebook(codebook.codebook.id.clone()));
        if let Some(model) = &model {
            require_encoder(model, encoder.as_ref())?;
        }
        let mut learned = model.as_ref().map(|model| model.header.additions.clone()).unwrap_or_default();
        // What was learned for a codebook without heads of its own has additions alone.
        let model = model.filter(|model| !model.heads.outputs.is_empty());
        let plans = plans(&codebook, model.as_ref());
        let descriptions = if plans.iter().any(|plan| plan.head.is_none()) {
            Some(Descriptions::new(&codebook.codes(), encoder.as_ref())?)
        } else {
            None
        };
        let dimension = encoder.dimension();
        let addition = |plan: &Plan| learned.remove(&plan.output).filter(|weights| weights.len() == dimension);
        let additions = plans.iter().map(addition).collect();
        let reader = Reader::new(&codebook, encoder.as_ref(), model.as_ref())?;
        let terms = TermIndex::new(&codebook);
        Ok(Tagger {
            codebook,
            encoder,
            terms,
            model,
            described,
            descriptions,
            plans,
            additions,
            reader,
            words: WordTable::default(),
        })
    }

    /// The codebook it tags against.
    pub fn codebook(&self) -> &Codebook {
        &self.codebook
    }

    /// The threshold of each code.
    pub fn thresholds(&self) -> BTreeMap<(Level, String), Score> {
        self.plans.iter().map(|plan| ((plan.level, plan.code.clone()), Score::new(plan.threshold))).collect()
    }

    /// The encoder in use.
    pub fn encoder(&self) -> &dyn Encoder {
        self.encoder.as_ref()
    }

    /// Tags a slice of answers; the order of output is the order of input, and what is said of one
    /// answer does not depend on the others.
    ///
    /// # Errors
    /// [`TagError::Encode`] from the encoder.
    pub fn tag(&mut self, inputs: &[Input<'_>]) -> Result<Vec<Tagging>, TagError> {
        let texts: Vec<&str> = inputs.iter().map(|input| input.text.text()).collect();
        let vectors = self.encoder.encode(&texts)?;
        Ok(self.tag_encoded(inputs, &vectors))
    }

    /// The same for answers whose vectors are there already, one row each, from this tagger's encoder.
    pub fn tag_encoded(&mut self, inputs: &[Input<'_>], vectors: &Vectors) -> Vec<Tagging> {
        let texts: Vec<&str> = inputs.iter().map(|input| input.text.text()).collect();
        let heads = self.model.as_ref().map(|model| &model.heads);
        let readings = self.words.read(&texts, &self.terms, heads);
        let this = &*self;
        inputs
            .par_iter()
            .zip(&readings)
            .enumerate()
            .map(|(position, (input, words))| this.tag_one(*input, words, vectors.row(position)))
            .collect()
    }

    fn tag_one(&self, input: Input<'_>, words: &[Word], vector: &[f32]) -> Tagging {
        let text = input.text.text();
        let language = text::detect(text);
        if !text::has_content(text) {
            return self.without_content(language);
        }
        let view = self.view(words, vector);
        let probabilities = self.probabilities(&view);
        let listed = self.listed(&probabilities);
        let sentences = text::sentences(text);
        let values = Values { sums: &view.sums, length: view.length, vector, kind: input.kind, text };
        let heads = self.model.as_ref().map(|model| &model.heads);
        let mut tagging = Tagging {
            language,
            outcome: self.outcome(&probabilities, &listed),
            themes: self.tags(Level::Theme, &probabilities, &listed, |_| Vec::new()),
            topics: self
                .tags(Level::Topic, &probabilities, &listed, |code| self.spans(code, &view, &sentences, input.text)),
            verdicts: Vec::new(),
            patterns: self
                .tags(Level::Pattern, &probabilities, &listed, |code| self.spans(code, &view, &sentences, input.text)),
            facets: self.reader.facets(&self.codebook, heads, &values, view.facet_terms(self.plans.len())),
            all_scores: self.all_scores(&probabilities),
        };
        tagging.verdicts = tagging.topics.iter().map(|tag| self.reader.verdict(tag, heads, &values)).collect();
        tagging
    }

    fn without_content(&self, language: text::Language) -> Tagging {
        let none = vec![0.0; self.plans.len()];
        Tagging {
            language,
            outcome: Outcome::NoContent,
            themes: Vec::new(),
            topics: Vec::new(),
            verdicts: Vec::new(),
            patterns: Vec::new(),
            facets: self.codebook.facets.iter().map(|facet| (facet.id.clone(), None)).collect(),
            all_scores: self.all_scores(&none),
        }
    }

    /// All that is seen of one text before anything is decided.
    pub(super) fn view<'a>(&'a self, words: &'a [Word], vector: &'a [f32]) -> View<'a> {
        let keys: Vec<_> = words.iter().map(|word| self.words.keys(word.id)).collect();
        let matches = self.terms.find(&keys);
        let counts = signals::count_terms(&matches, self.terms.codes());
        let (sums, length) = match &self.model {
            Some(model) => {
                let mut sums = vec![0.0; model.heads.outputs.len()];
                let length = self.words.sum(words, &model.heads, &mut sums);
                (sums, length)
            }
            None => (Vec::new(), 0.0),
        };
        let likenesses = self.descriptions.as_ref().map(|descriptions| descriptions.compare(vector));
        View { words, vector, found: matches, counts, sums, length, likenesses }
    }

    /// The probability of each code, in the order of the plans.
    pub(super) fn probabilities(&self, view: &View<'_>) -> Vec<f64> {
        let mut probabilities = vec![0.0; self.plans.len()];
        // Topics before themes, which listen to them.
        for level in [Level::Topic, Level::Pattern, Level::Theme] {
            for (code, plan) in self.plans.iter().enumerate().filter(|(_, plan)| plan.level == level) {
                let odds = match (&self.model, plan.head) {
                    (Some(model), Some(head)) => {
                        combined(model, level, &plan.output, &view.signals(model, head, code, plan, &probabilities))
                    }
                    _ => self.described_odds(level, view, code, plan, &probabilities),
                };
                probabilities[code] = logistic(odds + self.addition(code, view.vector));
            }
        }
        probabilities
    }

    /// What corrections add to a code's log-odds in a text with this vector.
    pub(super) fn addition(&self, code: usize, vector: &[f32]) -> f64 {
        let weights = self.additions.get(code).and_then(Option::as_ref);
        weights.map_or(0.0, |weights| f64::from(dot(weights, vector)))
    }

    fn described_odds(&self, level: Level, view: &View<'_>, code: usize, plan: &Plan, probabilities: &[f64]) -> f64 {
        let likeness = view.likenesses.as_ref().map_or(Likeness::default(), |likenesses| likenesses[code]);
        let signals = signals::described(view.counts[code], likeness.standing, likeness.cosine);
        let own = self.described.get(output::sort(level)).map_or(-LIMIT, |weights| weights.log_odds(&signals));
        // A described theme or pattern holds at least as surely as the surest of the topics that bring it.
        plan.topics.iter().map(|&topic| log_odds(probabilities[topic], LIMIT)).fold(own, f64::max)
    }

    /// Which codes are listed: those above threshold, and those that a listed topic brings with it.
    pub(super) fn listed(&self, probabilities: &[f64]) -> Vec<bool> {
        let mut listed: Vec<bool> =
            self.plans.iter().zip(probabilities).map(|(plan, &probability)| probability >= plan.threshold).collect();
        for (code, plan) in self.plans.iter().enumerate() {
            if plan.topics.iter().any(|&topic| listed[topic]) {
                listed[code] = true;
            }
        }
        listed
    }

    fn outcome(&self, probabilities: &[f64], listed: &[bool]) -> Outcome {
        if listed.contains(&true) {
            Outcome::Coded
        } else if self
            .plans
            .iter()
            .zip(probabilities)
            .any(|(plan, &probability)| probability >= plan.threshold - MARGIN)
        {
            Outcome::Undecided
        } else {
            Outcome::NoneOfTheAbove
        }
    }

    fn tags(
        &self,
        level: Level,
        probabilities: &[f64],
        listed: &[bool],
        spans: impl Fn(usize) -> Vec<Span>,
    ) -> Vec<Tag> {
        let mut tags: Vec<Tag> = (0..self.plans.len())
            .filter(|&code| self.plans[code].level == level && listed[code])
            .map(|code| Tag {
                code: self.plans[code].code.clone(),
                score: Score::new(probabilities[code]),
                spans: spans(code),
            })
            .collect();
        tags.sort_by(|left, right| right.score.cmp(&left.score).then_with(|| left.code.cmp(&right.code)));
        tags
    }

    fn spans(&self, code: usize, view: &View<'_>, sentences: &[Range<usize>], mended: &Mended<'_>) -> Vec<Span> {
        let plan = &self.plans[code];
        // A pattern that only its topic brought stands where the topic stands.
        let mut supports: Vec<WordSupport> =
            view.words.iter().map(|word| WordSupport { start: word.start, end: word.end, support: 0.0 }).collect();
        if let (Some(model), Some(head)) = (&self.model, plan.head) {
            let weight =
                model.header.combine.get(output::sort(plan.level)).and_then(|logistic| logistic.weights.first());
            let scale = weight.copied().unwrap_or(1.0) as f32 / view.length.max(1e-6);
            for (support, word) in supports.iter_mut().zip(view.words) {
                support.support = self.words.contribution(word.id)[head] * scale;
            }
        }
        for found in view.found.iter().filter(|found| found.code.position() == code) {
            let worth = if found.strength == Strength::Term { 2.0 } else { 0.5 };
            for support in supports.get_mut(found.words.clone()).unwrap_or(&mut []) {
                support.support += worth;
            }
        }
        best_stretch(&supports, sentences).map(|bytes| mended.raw_span(&bytes)).into_iter().collect()
    }

    fn all_scores(&self, probabilities: &[f64]) -> AllScores {
        let mut all = AllScores::default();
        for (plan, &probability) in self.plans.iter().zip(probabilities) {
            let scores = match plan.level {
                Level::Theme => &mut all.themes,
                Level::Topic => &mut all.topics,
                Level::Pattern => &mut all.patterns,
            };
            scores.insert(plan.code.clone(), Score::new(probability));
        }
        all
    }
}

/// Combined log-odds of an output after its own sigmoid.
fn combined(model: &Model, level: Level, output: &str, signals: &[f64]) -> f64 {
    let Some(weights) = model.header.combine.get(output::sort(level)) else { return -LIMIT };
    let odds = weights.log_odds(signals);
    model.header.sigmoids.get(output).map_or(odds, |sigmoid| sigmoid.slope * odds + sigmoid.offset)
}

pub(super) fn require_encoder(model: &Model, encoder: &dyn Encoder) -> Result<(), TagError> {
    let id = encoder.id();
    if model.header.encoder_name == id.name && model.header.encoder_hash == id.hash {
        return Ok(());
    }
    Err(TagError::OtherEncoder {
        trained: format!("{} ({})", model.header.encoder_name, model.header.encoder_hash),
        trained_name: model.header.encoder_name.clone(),
        given: format!("{} ({})", id.name, id.hash),
    })
}

fn plans(codebook: &Codebook, model: Option<&Model>) -> Vec<Plan> {
    let codes = codebook.codes();
    let heads = model.map(|model| model.heads.output_positions()).unwrap_or_default();
    codes
        .iter()
        .map(|entry| {
            let output = output::code(entry.level, &entry.code);
            let threshold = model.and_then(|model| model.header.thresholds.get(&output)).copied();
            Plan {
                code: entry.code.clone(),
                level: entry.level,
                head: heads.get(output.as_str()).copied(),
                output,
                topics: codebook.topics_that_bring(entry.level, &entry.code),
                threshold: threshold.unwrap_or(THRESHOLD_OF_DESCRIBED),
            }
        })
        .collect()
}

/// What is seen of one text.
pub(super) struct View<'a> {
    pub(super) words: &'a [Word],
    pub(super) vector: &'a [f32],
    pub(super) found: Vec<TermMatch>,
    counts: Vec<TermCounts>,
    sums: Vec<f32>,
    pub(super) length: f32,
    likenesses: Option<Vec<Likeness>>,
}

impl View<'_> {
    /// The two decision values of an output.
    fn values_of(&self, model: &Model, output: OutputIndex) -> (f32, f32) {
        let surface = model.heads.surface_value(output, self.sums[output], self.length);
        (surface, model.heads.dense_value(output, self.vector))
    }

    /// What is weighed for a code that has a head: its own signals and, for a theme, those of its topics.
    pub(super) fn signals(
        &self,
        model: &Model,
        head: OutputIndex,
        code: usize,
        plan: &Plan,
        probabilities: &[f64],
    ) -> Vec<f64> {
        let (surface, dense) = self.values_of(model, head);
        let mut signals = signals::learned(surface, dense, self.counts[code]);
        if plan.level == Level::Theme {
            signals.extend(signals::from_topics(plan.topics.iter().map(|&topic| probabilities[topic])));
        }
        signals
    }

    /// Counts of the facet values' terms, which stand after those of the codes.
    fn facet_terms(&self, codes: usize) -> &[TermCounts] {
        self.counts.get(codes..).unwrap_or(&[])
    }
}
