//! Which side of a topic's claims an answer takes, on what ground, and its facets.

use std::collections::BTreeMap;

use super::calibrate::{Logistic, logistic};
use super::heads::{Heads, OutputIndex, dot};
use super::model::{Model, output};
use super::signals::{self, TermCounts};
use super::{Basis, Tag, TopicVerdict, Verdict};
use crate::answer::Kind;
use crate::codebook::{Codebook, Topic};
use crate::encode::{EncodeError, Encoder};
use crate::score::Score;

/// What the heads read of one text.
#[derive(Debug, Clone, Copy)]
pub struct Values<'a> {
    /// Sums of surface contributions, one per output.
    pub sums: &'a [f32],
    /// The text's length over surface features.
    pub length: f32,
    /// The text's vector.
    pub vector: &'a [f32],
    /// How it was asked for.
    pub kind: Option<&'a Kind>,
    /// The text itself.
    pub text: &'a str,
}

/// An output that is weighed as a choice, looked up once.
#[derive(Debug, Clone)]
struct Choice {
    head: OutputIndex,
    weights: Logistic,
    threshold: f64,
}

impl Choice {
    /// None where the model has no such output.
    fn of(model: &Model, output: &str) -> Option<Self> {
        Some(Choice {
            head: model.heads.output(output)?,
            weights: model.header.choices.get(output)?.clone(),
            threshold: model.header.thresholds.get(output).copied().unwrap_or(0.5),
        })
    }

    fn log_odds(&self, heads: &Heads, values: &Values<'_>) -> f64 {
        let sum = values.sums.get(self.head).copied().unwrap_or(0.0);
        let surface = heads.surface_value(self.head, sum, values.length);
        let dense = heads.dense_value(self.head, values.vector);
        self.weights.log_odds(&signals::choice(surface, dense, values.kind, values.text))
    }

    fn probability(&self, heads: &Heads, values: &Values<'_>) -> f64 {
        logistic(self.log_odds(heads, values))
    }
}

/// The five verdicts with their names in the model, in a fixed order.
pub const VERDICTS: [(Verdict, &str); 5] = [
    (Verdict::A, "A"),
    (Verdict::B, "B"),
    (Verdict::Both, "both"),
    (Verdict::Neither, "neither"),
    (Verdict::Unclear, "unclear"),
];

/// So much must the likeness to one claim exceed that to the other before a side is read from it.
const CLEAR_LIKENESS: f32 = 0.03;

/// Vectors of the claims of one topic; used where no head tells the sides apart.
#[derive(Debug, Default)]
struct Claims {
    a: Vec<f32>,
    b: Vec<f32>,
}

/// Reads sides, grounds and facets.
#[derive(Debug, Default)]
pub struct Reader {
    /// By topic; only where no head tells the sides apart.
    claims: BTreeMap<String, Claims>,
    /// One per verdict, in the order of [`VERDICTS`]; empty without heads.
    verdicts: Vec<Choice>,
    /// How these, a topic's own sides and the basis are weighed, in the same order.
    weights: Vec<Logistic>,
    /// By topic: whether B rather than A is taken.
    sides: BTreeMap<String, Choice>,
    presupposed: Option<Choice>,
    reported: Option<Choice>,
    /// By facet, then value, in the codebook's order; a facet no head knows has none at all.
    facets: Vec<Vec<Option<Choice>>>,
}

impl Reader {
    /// Prepares what `model` knows; where it cannot tell sides, the claims of the codebook are encoded.
    ///
    /// # Errors
    /// [`EncodeError`] from the encoder.
    pub fn new(codebook: &Codebook, encoder: &dyn Encoder, model: Option<&Model>) -> Result<Self, EncodeError> {
        let choice = |output: String| model.and_then(|model| Choice::of(model, &output));
        let verdicts: Option<Vec<Choice>> = VERDICTS.iter().map(|(_, name)| choice(output::verdict(name))).collect();
        let mut reader = Reader {
            verdicts: verdicts.unwrap_or_default(),
            weights: model.map(|model| model.header.verdicts.clone()).unwrap_or_default(),
            presupposed: choice(output::basis("presupposed")),
            reported: choice(output::basis("reported")),
            ..Reader::default()
        };
        for facet in &codebook.facets {
            let values = facet.values.iter().map(|value| choice(output::facet(&facet.id, &value.id))).collect();
            reader.facets.push(values);
        }
        for theme in &codebook.themes {
            for topic in &theme.topics {
                let code = format!("{}/{}", theme.id, topic.id);
                if reader.weights.is_empty() {
                    reader.claims.insert(code, encode_claims(topic, encoder)?);
                } else if let Some(side) = choice(output::side(&code)) {
                    reader.sides.insert(code, side);
                }
            }
        }
        Ok(reader)
    }

    /// The verdict on a listed topic.
    pub fn verdict(&self, tag: &Tag, heads: Option<&Heads>, values: &Values<'_>) -> TopicVerdict {
        let learned = heads.and_then(|heads| self.learned_verdict(heads, &tag.code, values));
        let (verdict, probability) = learned.unwrap_or_else(|| self.described_verdict(&tag.code, values.vector));
        TopicVerdict {
            topic: tag.code.clone(),
            verdict,
            score: Score::new(probability),
            basis: self.basis(heads, values),
            spans: tag.spans.clone(),
        }
    }

    /// The likeliest verdict, from what the text says of sides in general, of this topic's own sides, and on what ground.
    fn learned_verdict(&self, heads: &Heads, topic: &str, values: &Values<'_>) -> Option<(Verdict, f64)> {
        let general: Vec<f64> = self.verdicts.iter().map(|choice| choice.log_odds(heads, values)).collect();
        let odds =
            |choice: Option<&Choice>, absent: f64| choice.map_or(absent, |choice| choice.log_odds(heads, values));
        let signals = signals::verdict(
            &general,
            odds(self.sides.get(topic), 0.0),
            odds(self.presupposed.as_ref(), -signals::LIMIT),
            odds(self.reported.as_ref(), -signals::LIMIT),
        );
        let weighed: Vec<(Verdict, f64)> = (VERDICTS.iter().zip(&self.weights))
            .map(|((verdict, _), weights)| (*verdict, logistic(weights.log_odds(&signals))))
            .collect();
        let total: f64 = weighed.iter().map(|(_, probability)| probability).sum();
        let best = weighed.into_iter().reduce(|best, next| if next.1 > best.1 { next } else { best })?;
        Some((best.0, best.1 / total.max(1e-9)))
    }

    fn described_verdict(&self, topic: &str, vector: &[f32]) -> (Verdict, f64) {
        let Some(claims) = self.claims.get(topic) else { return (Verdict::Unclear, 0.5) };
        if claims.a.is_empty() || claims.b.is_empty() {
            return (Verdict::Unclear, 0.5);
        }
        let lead = dot(&claims.a, vector) - dot(&claims.b, vector);
        let verdict = if lead > CLEAR_LIKENESS {
            Verdict::A
        } else if lead < -CLEAR_LIKENESS {
            Verdict::B
        } else {
            Verdict::Unclear
        };
        (verdict, logistic(f64::from(lead.abs()) * 10.0))
    }

    fn basis(&self, heads: Option<&Heads>, values: &Values<'_>) -> Basis {
        let Some((heads, presupposed)) = heads.zip(self.presupposed.as_ref()) else {
            return if values.text.trim_end().ends_with('?') { Basis::Presupposed } else { Basis::Stated };
        };
        let presupposed = presupposed.probability(heads, values);
        let reported = self.reported.as_ref().map_or(0.0, |reported| reported.probability(heads, values));
        if presupposed >= 0.5 && presupposed >= reported {
            Basis::Presupposed
        } else if reported >= 0.5 {
            Basis::Reported
        } else {
            Basis::Stated
        }
    }

    /// The value of each facet, or none where the text does not show it; facets that are not coded on
    /// this kind have none. `terms`: counts of the facet values' own terms, in the codebook's order.
    pub fn facets(
        &self,
        codebook: &Codebook,
        heads: Option<&Heads>,
        values: &Values<'_>,
        terms: &[TermCounts],
    ) -> BTreeMap<String, Option<String>> {
        let mut chosen = BTreeMap::new();
        let mut position = 0;
        for (facet, choices) in codebook.facets.iter().zip(&self.facets) {
            let own = terms.get(position..position + facet.values.len()).unwrap_or(&[]);
            position += facet.values.len();
            let ids = facet.values.iter().map(|value| value.id.as_str());
            let value = if values.kind.is_some_and(|kind| facet.not_on.contains(&kind.0)) {
                None
            } else if let Some(heads) = heads.filter(|_| choices.iter().any(Option::is_some)) {
                learned_facet(heads, ids.zip(choices), values)
            } else {
                most_terms(ids, own)
            };
            chosen.insert(facet.id.clone(), value);
        }
        chosen
    }
}

fn encode_claims(topic: &Topic, encoder: &dyn Encoder) -> Result<Claims, EncodeError> {
    let mut claims = Claims::default();
    for claim in &topic.claims {
        let texts: Vec<&str> = claim.text.all().chain(claim.examples.all()).collect();
        let centre = encoder.encode(&texts)?.centre();
        if claim.id == "A" {
            claims.a = centre;
        } else {
            claims.b = centre;
        }
    }
    Ok(claims)
}

fn learned_facet<'a>(
    heads: &Heads,
    choices: impl Iterator<Item = (&'a str, &'a Option<Choice>)>,
    values: &Values<'_>,
) -> Option<String> {
    let mut best: Option<(f64, &str)> = None;
    for (id, choice) in choices {
        let Some(choice) = choice else { continue };
        // Compared against each one's own bar, so that a rare value can win where it is sure.
        let lead = choice.probability(heads, values) / choice.threshold.max(0.01);
        if lead >= 1.0 && best.is_none_or(|(highest, _)| lead > highest) {
            best = Some((lead, id));
        }
    }
    best.map(|(_, id)| id.to_owned())
}

fn most_terms<'a>(ids: impl Iterator<Item = &'a str>, counts: &[TermCounts]) -> Option<String> {
    let mut best: Option<(u32, &str)> = None;
    for (id, count) in ids.zip(counts) {
        if count.terms > 0 && best.is_none_or(|(most, _)| count.terms > most) {
            best = Some((count.terms, id));
        }
    }
    best.map(|(_, id)| id.to_owned())
}
