//! How right the codes are in this project, and what their shares come to when the coding errors are taken out.

use std::collections::BTreeMap;

use super::check_set::CheckedAnswer;
use super::code_name::CodeName;
use super::marks::{Mark, mark};
use super::{ToReview, WhyReview, hash_fits};
use crate::codebook::{Codebook, Level};
use crate::patterns::interval::wilson;
use crate::record::{Analysis, Record};
use crate::run_description::HumanCheck;
use crate::tag::Outcome;

/// A share with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The share, in 0..1.
    pub value: f64,
    /// Lower limit.
    pub low: f64,
    /// Upper limit.
    pub high: f64,
}

/// What a check set says of one code. Counts are of answers read; shares are weighted to the whole project.
#[derive(Debug, Clone, PartialEq)]
pub struct CodeCheck {
    /// Read, and the machine had set the code.
    pub read_set: usize,
    /// Of these, right.
    pub right: usize,
    /// Read, and the machine had not set the code.
    pub read_unset: usize,
    /// Of these, it should have.
    pub missed: usize,
    /// Read, but the person could not tell.
    pub unsure: usize,
    /// Of what the machine set, the share that is right; none where none was read.
    pub precision: Option<Estimate>,
    /// Of what should be set, the share that the machine set; none where it is not known.
    pub recall: Option<Estimate>,
    /// Share of the answers with content on which the machine set the code.
    pub machine_share: f64,
    /// The share corrected for coding error; none where it is not known.
    pub corrected: Option<Estimate>,
    /// How far the code can be trusted.
    pub mark: Mark,
}

/// What a check set says of a project.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckResult {
    /// Answers read, whose text has not changed since.
    pub answers: usize,
    /// Answers with content in the project: what the shares are of.
    pub of: usize,
    /// Over all codes.
    pub overall: HumanCheck,
    /// By code, every code of the codebook.
    pub codes: BTreeMap<CodeName, CodeCheck>,
}

/// Estimates precision, recall and corrected shares from answers that a person read, each weighted by the inverse of its
/// chance of being drawn. The analysis must be as the machine left it. Answers that are gone, or whose text has changed,
/// are left out and listed.
///
/// The corrected share is the direct estimator of double sampling (Tenenbein 1970, "A double sampling scheme for
/// estimating from binomial data with misclassifications", JASA 65), post-stratified on what the machine said: with `N1`
/// answers that have the code and `N0` that have not, known for the whole project, it is `(N1 p1 + N0 p0) / N`, where
/// `p1` is the weighted share that is right among those read that have the code, and `p0` the weighted share missed
/// among those that have not. Unlike Rogan and Gladen's (1978) it needs no error rates from elsewhere and stays within
/// 0 and 1. Its interval joins those of `p1` and `p0` by the method of variance estimates recovery (Zou and Donner 2008,
/// Statistics in Medicine 27), each Wilson's at the effective number of answers read.
pub fn estimate(
    analysis: &Analysis,
    codebook: &Codebook,
    checked: &[CheckedAnswer],
    file: &str,
) -> (Option<CheckResult>, Vec<ToReview>) {
    let rows: BTreeMap<&str, &Record> =
        analysis.records.iter().map(|record| (record.answer.id.0.as_str(), record)).collect();
    let mut read = Vec::new();
    let mut to_review = Vec::new();
    for answer in checked {
        let why = match rows.get(answer.answer.0.as_str()) {
            None => WhyReview::AnswerGone,
            Some(record) if !hash_fits(&answer.text_hash, &record.shown) => WhyReview::TextChanged,
            Some(record) if record.tagging.outcome == Outcome::NoContent => continue,
            Some(record) => {
                read.push(ReadAnswer { record, holds: answer.holds(codebook), probability: answer.probability });
                continue;
            }
        };
        to_review.push(ToReview {
            file: file.to_owned(),
            line: answer.line,
            answer: answer.answer.0.clone(),
            code: String::new(),
            action: "check".to_owned(),
            why,
        });
    }
    let with_content: Vec<&Record> =
        analysis.records.iter().filter(|record| record.tagging.outcome != Outcome::NoContent).collect();
    if read.is_empty() || with_content.is_empty() {
        return (None, to_review);
    }
    let codes: BTreeMap<CodeName, CodeCheck> = codebook
        .codes()
        .into_iter()
        .map(|entry| {
            let code = CodeName::new(entry.level, &entry.code);
            let set = with_content.iter().filter(|record| has(record, &code)).count();
            let check = check_code(&read, &code, set, with_content.len() - set);
            (code, check)
        })
        .collect();
    let overall = overall(&codes, read.len(), with_content.len());
    (Some(CheckResult { answers: read.len(), of: with_content.len(), overall, codes }), to_review)
}

struct ReadAnswer<'a> {
    record: &'a Record,
    holds: BTreeMap<CodeName, Option<bool>>,
    probability: f64,
}

fn has(record: &Record, code: &CodeName) -> bool {
    let tags = match code.level() {
        Level::Theme => &record.tagging.themes,
        Level::Topic => &record.tagging.topics,
        Level::Pattern => &record.tagging.patterns,
    };
    tags.iter().any(|tag| tag.code == code.code())
}

/// Weighted sums over the answers read that have the code, or that have not.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    read: usize,
    with: usize,
    weight: f64,
    weight_with: f64,
    /// Sum of squared weights, each less what being drawn for sure leaves out.
    spread: f64,
    spread_with: f64,
}

impl Sums {
    fn add(&mut self, probability: f64, holds: bool) {
        let weight = 1.0 / probability;
        let spread = weight * weight * (1.0 - probability);
        self.read += 1;
        self.weight += weight;
        self.spread += spread;
        if holds {
            self.with += 1;
            self.weight_with += weight;
            self.spread_with += spread;
        }
    }

    /// The weighted share with Wilson's interval. The effective number of answers is Kish's (1965), or where the answers
    /// that hold weigh more than the rest, that of the share's own variance (Korn and Graubard 1998); both leave out
    /// what was drawn for sure, since that is known and not estimated.
    fn share(&self) -> Option<Estimate> {
        if self.read == 0 {
            return None;
        }
        let share = (self.weight_with / self.weight).clamp(0.0, 1.0);
        if self.spread <= 0.0 {
            return Some(Estimate { value: share, low: share, high: share });
        }
        let total = self.weight * self.weight;
        let mut size = total / self.spread;
        let own = (1.0 - share) * (1.0 - share) * self.spread_with + share * share * (self.spread - self.spread_with);
        if own > 0.0 && share > 0.0 && share < 1.0 {
            size = size.min(share * (1.0 - share) * total / own);
        }
        let (low, high) = wilson(share * size, size);
        Some(Estimate { value: share, low, high })
    }
}

fn check_code(read: &[ReadAnswer<'_>], code: &CodeName, set: usize, unset: usize) -> CodeCheck {
    let (mut with, mut without, mut unsure) = (Sums::default(), Sums::default(), 0);
    for answer in read {
        match answer.holds.get(code).copied().unwrap_or(Some(false)) {
            None => unsure += 1,
            Some(holds) if has(answer.record, code) => with.add(answer.probability, holds),
            Some(holds) => without.add(answer.probability, holds),
        }
    }
    let (precision, missed) = (with.share(), without.share());
    let (set_count, unset_count) = (set as f64, unset as f64);
    let all = set_count + unset_count;
    let corrected = join(part(precision, set_count / all), part(missed, unset_count / all));
    let recall = precision.zip(missed).and_then(|(precision, missed)| {
        let found = set_count * precision.value;
        let of = |missed: f64| found / (found + unset_count * missed);
        let due = found + unset_count * missed.value;
        (due > 0.0).then(|| Estimate { value: of(missed.value), low: of(missed.high), high: of(missed.low) })
    });
    CodeCheck {
        read_set: with.read,
        right: with.with,
        read_unset: without.read,
        missed: without.with,
        unsure,
        precision,
        recall,
        machine_share: set_count / all,
        corrected,
        mark: mark(with.read, set, without.with, precision, recall),
    }
}

/// A share's part in the whole; a part without weight is nothing, whatever is known of it.
fn part(share: Option<Estimate>, weight: f64) -> Option<Estimate> {
    if weight <= 0.0 {
        return Some(Estimate { value: 0.0, low: 0.0, high: 0.0 });
    }
    share.map(|share| Estimate { value: share.value * weight, low: share.low * weight, high: share.high * weight })
}

/// The sum of two independent parts, by Zou and Donner.
fn join(left: Option<Estimate>, right: Option<Estimate>) -> Option<Estimate> {
    let (left, right) = (left?, right?);
    let value = left.value + right.value;
    let below = (left.value - left.low).hypot(right.value - right.low);
    let above = (left.high - left.value).hypot(right.high - right.value);
    Some(Estimate { value, low: (value - below).max(0.0), high: (value + above).min(1.0) })
}

/// All codes of which both sides are known, as numbers of tags in the whole project.
fn overall(codes: &BTreeMap<CodeName, CodeCheck>, answers: usize, of: usize) -> HumanCheck {
    let (mut set, mut right, mut due) = (0.0, 0.0, 0.0);
    for check in codes.values() {
        let (Some(precision), Some(corrected)) = (check.precision, check.corrected) else { continue };
        set += check.machine_share * of as f64;
        right += check.machine_share * of as f64 * precision.value;
        due += corrected.value * of as f64;
    }
    let whole = |number: f64| number.round().max(0.0) as usize;
    HumanCheck {
        answers,
        tags_set: whole(set),
        tags_right: whole(right).min(whole(set)),
        tags_due: whole(due),
        tags_found: whole(right).min(whole(due)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::check_set::{CheckedAnswer, Said};
    use super::super::fixture::{analysis, codebook, record};
    use super::super::text_hash;
    use super::*;

    const SILOS: &str = "collaboration/silos";

    /// 100 answers, the first 40 with silos; the person says that the first 30 and the last 6 have it.
    fn planted(probability: f64, read: impl Fn(usize) -> bool) -> (Analysis, Vec<CheckedAnswer>) {
        let records: Vec<Record> = (0..100)
            .map(|number| {
                let topics: &[&str] = if number < 40 { &[SILOS] } else { &[] };
                record(&number.to_string(), &format!("svar {number}"), topics, &[])
            })
            .collect();
        let checked = records
            .iter()
            .enumerate()
            .filter(|(number, _)| read(*number))
            .map(|(number, record)| CheckedAnswer {
                answer: record.answer.id.clone(),
                text_hash: text_hash(&record.shown),
                probability,
                said: [(SILOS.to_owned(), if (30..94).contains(&number) { Said::No } else { Said::Yes })].into(),
                who: "Åse".to_owned(),
                when: String::new(),
                line: 2,
            })
            .collect();
        (analysis(records), checked)
    }

    fn silos(result: &CheckResult) -> &CodeCheck {
        &result.codes[&CodeName::Topic(SILOS.to_owned())]
    }

    #[test]
    fn where_all_is_read_all_is_known() {
        let (analysis, checked) = planted(1.0, |_| true);
        let (result, to_review) = estimate(&analysis, &codebook(), &checked, "checks.csv");
        let result = result.unwrap();
        assert!(to_review.is_empty());
        let check = silos(&result);
        assert_eq!((check.read_set, check.right, check.read_unset, check.missed), (40, 30, 60, 6));
        for (found, value) in [(check.precision, 0.75), (check.corrected, 0.36)] {
            let found = found.unwrap();
            assert!((found.value - value).abs() < 1e-12 && found.low == found.high, "{found:?}");
        }
        let recall = check.recall.unwrap();
        assert!((recall.value - 30.0 / 36.0).abs() < 1e-12 && recall.low == recall.high);
        assert_eq!(result.overall.answers, 100);
    }

    #[test]
    fn a_sample_gives_an_interval_around_the_same_share() {
        let (analysis, checked) = planted(0.5, |number| number % 2 == 0);
        let result = estimate(&analysis, &codebook(), &checked, "checks.csv").0.unwrap();
        let corrected = silos(&result).corrected.unwrap();
        assert!((corrected.value - 0.36).abs() < 0.01, "{corrected:?}");
        assert!(corrected.low > 0.25 && corrected.low < 0.33 && corrected.high > 0.39 && corrected.high < 0.5);
        assert!((silos(&result).machine_share - 0.4).abs() < 1e-12);
    }

    #[test]
    fn a_code_that_the_machine_never_set_can_still_be_found_missing() {
        let (mut analysis, checked) = planted(0.5, |number| number % 2 == 0);
        for record in &mut analysis.records {
            record.tagging.topics.clear();
        }
        let result = estimate(&analysis, &codebook(), &checked, "checks.csv").0.unwrap();
        let check = silos(&result);
        assert_eq!(check.precision, None);
        assert!((check.corrected.unwrap().value - 0.36).abs() < 0.01);
    }

    #[test]
    fn an_answer_whose_text_has_changed_says_nothing_any_more() {
        let (mut analysis, checked) = planted(1.0, |number| number < 2);
        analysis.records[0].shown.push('!');
        let (result, to_review) = estimate(&analysis, &codebook(), &checked, "checks.csv");
        assert_eq!(result.unwrap().answers, 1);
        assert_eq!(to_review[0].why, WhyReview::TextChanged);
    }
}
