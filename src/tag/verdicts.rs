//! Which side of a topic's claims an answer takes, on what ground, and its facets.

use std::collections::BTreeMap;

use super::calibrate::logistic;
use super::heads::dot;
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

impl Values<'_> {
    /// The probability of an output that is weighed as a choice; none where the model has no such.
    fn probability(&self, model: &Model, output: &str) -> Option<f64> {
        Some(logistic(self.log_odds(model, output)?))
    }

    fn log_odds(&self, model: &Model, output: &str) -> Option<f64> {
        let (surface, dense) = self.values(model, output)?;
        let signals = signals::choice(surface, dense, self.kind, self.text);
        Some(model.header.choices.get(output)?.log_odds(&signals))
    }

    fn values(&self, model: &Model, output: &str) -> Option<(f32, f32)> {
        let head = model.heads.output(output)?;
        let sum = self.sums.get(head)?;
        Some((model.heads.surface_value(head, *sum, self.length), model.heads.dense_value(head, self.vector)))
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
#[derive(Debug)]
pub struct Reader {
    claims: BTreeMap<String, Claims>,
}

impl Reader {
    /// Prepares the claims of a codebook; they are encoded only where `model` cannot tell sides.
    ///
    /// # Errors
    /// [`EncodeError`] from the encoder.
    pub fn new(codebook: &Codebook, encoder: &dyn Encoder, model: Option<&Model>) -> Result<Self, EncodeError> {
        let mut claims = BTreeMap::new();
        let has_heads = model.is_some_and(|model| model.heads.output(&output::verdict("A")).is_some());
        if !has_heads {
            for theme in &codebook.themes {
                for topic in &theme.topics {
                    claims.insert(format!("{}/{}", theme.id, topic.id), encode_claims(topic, encoder)?);
                }
            }
        }
        Ok(Reader { claims })
    }

    /// The verdict on a listed topic.
    pub fn verdict(&self, tag: &Tag, model: Option<&Model>, values: &Values<'_>) -> TopicVerdict {
        let learned = model.and_then(|model| learned_verdict(model, &tag.code, values));
        let (verdict, probability) = learned.unwrap_or_else(|| self.described_verdict(&tag.code, values.vector));
        let basis = basis(model, values);
        TopicVerdict {
            topic: tag.code.clone(),
            verdict,
            score: Score::new(probability),
            basis,
            spans: tag.spans.clone(),
        }
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

    /// The value of each facet, or none where the text does not show it; facets that are not coded on
    /// this kind have none. `terms`: counts of the facet values' own terms, in the codebook's order.
    pub fn facets(
        &self,
        codebook: &Codebook,
        model: Option<&Model>,
        values: &Values<'_>,
        terms: &[TermCounts],
    ) -> BTreeMap<String, Option<String>> {
        let mut chosen = BTreeMap::new();
        let mut position = 0;
        for facet in &codebook.facets {
            let own = terms.get(position..position + facet.values.len()).unwrap_or(&[]);
            position += facet.values.len();
            let excluded = values.kind.is_some_and(|kind| facet.not_on.contains(&kind.0));
            let ids = facet.values.iter().map(|value| value.id.as_str());
            let value = if excluded {
                None
            } else if let Some(model) = model.filter(|model| knows_facet(model, &facet.id)) {
                learned_facet(model, &facet.id, ids, values)
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
        let vectors = encoder.encode(&texts)?;
        let mut sum = vec![0.0f32; encoder.dimension()];
        for row in vectors.rows() {
            for (sum, value) in sum.iter_mut().zip(row) {
                *sum += value;
            }
        }
        crate::encode::vectors::normalise(&mut sum);
        if claim.id == "A" {
            claims.a = sum;
        } else {
            claims.b = sum;
        }
    }
    Ok(claims)
}

/// The likeliest verdict: five weighed alike for every topic, of which A and B listen to the topic's
/// own two sides as well.
fn learned_verdict(model: &Model, topic: &str, values: &Values<'_>) -> Option<(Verdict, f64)> {
    let side = values.log_odds(model, &output::side(topic)).unwrap_or(0.0);
    let mut weighed = Vec::with_capacity(VERDICTS.len());
    for (verdict, name) in VERDICTS {
        let odds = values.log_odds(model, &output::verdict(name))?;
        let push = match verdict {
            Verdict::A => -side * SIDE_WEIGHT,
            Verdict::B => side * SIDE_WEIGHT,
            _ => 0.0,
        };
        weighed.push((verdict, logistic(odds + push)));
    }
    let total: f64 = weighed.iter().map(|(_, probability)| probability).sum();
    let best = weighed.into_iter().reduce(|best, next| if next.1 > best.1 { next } else { best })?;
    Some((best.0, best.1 / total.max(1e-9)))
}

/// How much a topic's own two sides push the general verdict; chosen on the sample project (0, 0.5, 1, 1.5, 2.5 tried).
const SIDE_WEIGHT: f64 = 1.5;

fn basis(model: Option<&Model>, values: &Values<'_>) -> Basis {
    let probability = |name: &str| model.and_then(|model| values.probability(model, &output::basis(name)));
    match (probability("presupposed"), probability("reported")) {
        (Some(presupposed), reported) => {
            let reported = reported.unwrap_or(0.0);
            if presupposed >= 0.5 && presupposed >= reported {
                Basis::Presupposed
            } else if reported >= 0.5 {
                Basis::Reported
            } else {
                Basis::Stated
            }
        }
        _ if values.text.trim_end().ends_with('?') => Basis::Presupposed,
        _ => Basis::Stated,
    }
}

fn knows_facet(model: &Model, facet: &str) -> bool {
    let prefix = output::facet(facet, "");
    model.heads.outputs.iter().any(|output| output.starts_with(&prefix))
}

fn learned_facet<'a>(
    model: &Model,
    facet: &str,
    values_of_facet: impl Iterator<Item = &'a str>,
    values: &Values<'_>,
) -> Option<String> {
    let mut best: Option<(f64, &str)> = None;
    for id in values_of_facet {
        let output = output::facet(facet, id);
        let Some(probability) = values.probability(model, &output) else { continue };
        let threshold = model.header.thresholds.get(&output).copied().unwrap_or(0.5);
        // Compared as odds against each one's own bar, so that a rare value can win where it is sure.
        let lead = probability / threshold.max(0.01);
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
