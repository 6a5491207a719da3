//! Why an answer got its tags: what spoke for and against each code, in the tagger's own terms.

use std::ops::Range;

use super::tagger::{Input, Plan, TagError, Tagger, View};
use super::terms::Strength;
use crate::codebook::Level;
use crate::score::Score;

/// How much one word moved a code.
#[derive(Debug, Clone, PartialEq)]
pub struct WordWeight {
    /// Where the word stands, in bytes of the mended text.
    pub place: Range<usize>,
    /// Log-odds it added, below zero if it spoke against.
    pub weight: f64,
}

/// Why one code was listed or not. All weights are log-odds; they add up to what the code's sigmoid
/// then turns into `score`.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// Theme, topic or pattern.
    pub level: Level,
    /// The code.
    pub code: String,
    /// Calibrated probability.
    pub score: Score,
    /// Probability from which it is listed.
    pub threshold: Score,
    /// Whether it is listed.
    pub listed: bool,
    /// A listed topic that brings it along.
    pub brought_by: Option<String>,
    /// From words and pairs of words, all together.
    pub surface: f64,
    /// From the meaning of the text as a whole, what corrections taught included.
    pub meaning: f64,
    /// From the codebook's terms and hints.
    pub terms: f64,
    /// For a theme: from its topics.
    pub topics: f64,
    /// Words that moved it, the strongest first, each once.
    pub words: Vec<WordWeight>,
    /// The codebook's terms found, and whether each suffices on its own.
    pub found: Vec<(Range<usize>, bool)>,
}

/// So many words are named per code.
const WORDS_NAMED: usize = 6;

impl Tagger {
    /// Reasons for every code that learning or the codebook's words know, highest score first.
    ///
    /// A code without a head shows its terms alone; its likeness to the description is in `meaning` as 0.
    ///
    /// # Errors
    /// [`TagError::Encode`] from the encoder.
    pub fn explain(&mut self, input: Input<'_>) -> Result<Vec<Reason>, TagError> {
        let text = input.text.text();
        let vectors = self.encoder().encode(&[text])?;
        let readings = self.words.read(&[text], &self.terms, self.model.as_ref().map(|model| &model.heads));
        let Some(words) = readings.first() else { return Ok(Vec::new()) };
        let view = self.view(words, vectors.row(0));
        let probabilities = self.probabilities(&view);
        let listed = self.listed(&probabilities);
        let mut reasons: Vec<Reason> =
            (0..self.plans.len()).map(|code| self.reason(code, &view, &probabilities, &listed)).collect();
        reasons.sort_by(|left, right| {
            right.score.cmp(&left.score).then_with(|| (left.level, &left.code).cmp(&(right.level, &right.code)))
        });
        Ok(reasons)
    }

    fn reason(&self, code: usize, view: &View<'_>, probabilities: &[f64], listed: &[bool]) -> Reason {
        let plan = &self.plans[code];
        let by = plan.topics.iter().find(|&&topic| listed[topic]);
        let own = probabilities[code] >= plan.threshold;
        let mut reason = Reason {
            level: plan.level,
            code: plan.code.clone(),
            score: Score::new(probabilities[code]),
            threshold: Score::new(plan.threshold),
            listed: listed[code],
            brought_by: by.filter(|_| !own).map(|&topic| self.plans[topic].code.clone()),
            surface: 0.0,
            meaning: 0.0,
            terms: 0.0,
            topics: 0.0,
            words: Vec::new(),
            found: Vec::new(),
        };
        self.add_learned(&mut reason, plan, code, view, probabilities);
        reason.meaning += self.addition(code, view.vector);
        reason.found = (view.found.iter().filter(|found| found.code.position() == code))
            .filter_map(|found| {
                let words = view.words.get(found.words.clone())?;
                let (first, last) = (words.first()?, words.last()?);
                Some((first.start as usize..last.end as usize, found.strength == Strength::Term))
            })
            .collect();
        reason
    }

    /// Weights of the signals that the code's head gives.
    fn add_learned(&self, reason: &mut Reason, plan: &Plan, code: usize, view: &View<'_>, probabilities: &[f64]) {
        let Some((model, head)) = self.model.as_ref().zip(plan.head) else { return };
        let Some(weights) = model.header.combine.get(super::model::output::sort(plan.level)) else { return };
        let signals = view.signals(model, head, code, plan, probabilities);
        let slope = model.header.sigmoids.get(&plan.output).map_or(1.0, |sigmoid| sigmoid.slope);
        let part = |range: Range<usize>| -> f64 {
            range.filter_map(|index| Some(weights.weights.get(index)? * signals.get(index)?)).sum::<f64>() * slope
        };
        reason.surface = part(0..1);
        reason.meaning = part(1..2);
        reason.terms = part(2..4);
        reason.topics = part(4..signals.len());
        let scale = weights.weights.first().copied().unwrap_or(0.0) * slope / f64::from(view.length.max(1e-6));
        let mut named: Vec<WordWeight> = Vec::new();
        let mut seen = Vec::new();
        for word in view.words.iter() {
            if !seen.contains(&word.id) {
                seen.push(word.id);
                let weight = f64::from(self.words.contribution(word.id)[head]) * scale;
                named.push(WordWeight { place: word.start as usize..word.end as usize, weight });
            }
        }
        named.sort_by(|left, right| {
            right.weight.abs().total_cmp(&left.weight.abs()).then(left.place.start.cmp(&right.place.start))
        });
        named.truncate(WORDS_NAMED);
        reason.words = named;
    }
}

#[cfg(test)]
mod tests {
    use crate::codebook;
    use crate::encode::{self, EncoderChoice};
    use crate::tag::{Input, Tagger, shipped};
    use crate::text;

    #[test]
    fn what_is_explained_is_what_is_tagged() {
        let encoder = encode::open(&EncoderChoice::Embedded).unwrap();
        let model = shipped::shipped("embedded").unwrap().unwrap();
        let described = model.header.described.clone();
        let mut tagger = Tagger::new(codebook::builtin().unwrap(), encoder, Some(model), described).unwrap();
        let mended = text::mend("Departementene samarbeider ikke, hver sektor sitter på sitt.");
        let input = Input { text: &mended, kind: None };
        let tagged = tagger.tag(&[input]).unwrap().remove(0);
        let reasons = tagger.explain(input).unwrap();
        for reason in &reasons {
            let lists = [&tagged.themes, &tagged.topics, &tagged.patterns];
            let tag = lists.iter().flat_map(|tags| tags.iter()).find(|tag| {
                tag.code == reason.code && {
                    let level = reason.level;
                    lists[level as usize].iter().any(|other| other.code == tag.code)
                }
            });
            assert_eq!(tag.is_some(), reason.listed, "{}", reason.code);
        }
        let silos = reasons.iter().find(|reason| reason.code == "collaboration/silos").unwrap();
        assert!(silos.listed && !silos.words.is_empty() && !silos.found.is_empty());
        assert!(silos.found.iter().all(|(place, _)| mended.text().get(place.clone()).is_some()));
    }
}
