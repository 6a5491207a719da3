//! Corrections put into an analysis, so that what follows sees the codes as the person left them.

use std::collections::{BTreeMap, BTreeSet};

use super::check_set::CheckedAnswer;
use super::code_name::{CodeName, resolve};
use super::corrections::{Action, Correction};
use super::estimates::estimate;
use super::{ToReview, WhyReview, hash_fits};
use crate::codebook::{Codebook, Level};
use crate::record::{Analysis, Record};
use crate::score::Score;
use crate::tag::{Basis, Outcome, Tag, TopicVerdict, Verdict};

/// What one or more corrections of an answer come to for one code: the last that speaks of it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Decision<'a> {
    holds: bool,
    verdict: Option<Verdict>,
    who: &'a str,
}

type Decisions<'a> = BTreeMap<CodeName, Decision<'a>>;

/// Applies corrections, in their order, after tagging and before patterns are sought; `file` is for what must be
/// looked at.
///
/// A topic that holds brings its theme and the patterns that it implies; one that is removed takes its verdict with it,
/// and its theme where no other topic and no person carries that. A theme or pattern that is removed takes with it what
/// would imply it, unless the person says that holds. The answer counts as checked and its outcome is decided anew.
///
/// A correction whose text has changed, whose answer is gone or whose code the codebook lacks is not applied, but listed
/// in [`super::Review::to_review`].
pub fn apply_corrections(analysis: &mut Analysis, codebook: &Codebook, corrections: &[Correction], file: &str) {
    let rows: BTreeMap<&str, usize> =
        analysis.records.iter().enumerate().map(|(row, record)| (record.answer.id.0.as_str(), row)).collect();
    let mut decided: BTreeMap<usize, Decisions<'_>> = BTreeMap::new();
    let mut to_review = Vec::new();
    for correction in corrections {
        let row = rows.get(correction.answer.0.as_str()).copied();
        let shown = row.and_then(|row| analysis.records.get(row)).map(|record| record.shown.as_str());
        let code = resolve(&correction.code, codebook);
        match (row, code, standing(correction, shown)) {
            (Some(row), Some(code), Ok(())) => decide(decided.entry(row).or_default(), code, correction),
            (_, code, standing) => to_review.push(ToReview {
                file: file.to_owned(),
                line: correction.line,
                answer: correction.answer.0.clone(),
                code: correction.code.clone(),
                action: correction.action.name().to_owned(),
                why: match standing {
                    Err(why) => why,
                    Ok(()) => {
                        debug_assert!(code.is_none());
                        WhyReview::UnknownCode
                    }
                },
            }),
        }
    }
    let implications = Implications::of(codebook);
    for (row, decisions) in decided {
        let Some(record) = analysis.records.get_mut(row) else { continue };
        let set = correct(record, &decisions, &implications, &analysis.thresholds);
        analysis.review.set_by.entry(row).or_default().extend(set);
    }
    analysis.review.to_review.extend(to_review);
}

/// Puts a check set into an analysis as the machine left it: first what it says of the machine, then its answers as
/// corrections.
pub fn apply_checks(analysis: &mut Analysis, codebook: &Codebook, checked: &[CheckedAnswer], file: &str) {
    let (result, to_review) = estimate(analysis, codebook, checked, file);
    analysis.review.check = result;
    let unfit: BTreeSet<&str> = to_review.iter().map(|entry| entry.answer.as_str()).collect();
    let fit: Vec<&CheckedAnswer> = checked.iter().filter(|answer| !unfit.contains(answer.answer.0.as_str())).collect();
    let corrections: Vec<Correction> = fit.iter().flat_map(|answer| answer.corrections()).collect();
    let read: BTreeSet<&str> = fit.iter().map(|answer| answer.answer.0.as_str()).collect();
    for record in analysis.records.iter_mut().filter(|record| read.contains(record.answer.id.0.as_str())) {
        record.human_checked = true;
    }
    apply_corrections(analysis, codebook, &corrections, file);
    analysis.review.to_review.extend(to_review);
}

fn standing(correction: &Correction, shown: Option<&str>) -> Result<(), WhyReview> {
    match shown {
        None => Err(WhyReview::AnswerGone),
        Some(shown) if !hash_fits(&correction.text_hash, shown) => Err(WhyReview::TextChanged),
        Some(_) => Ok(()),
    }
}

fn decide<'a>(decisions: &mut Decisions<'a>, code: CodeName, correction: &'a Correction) {
    let holds = correction.action != Action::Remove;
    // A side that was given stays when the topic is confirmed later without one.
    let before = decisions.get(&code).and_then(|decision| decision.verdict);
    let verdict = if holds { correction.verdict.or(before) } else { None };
    decisions.insert(code, Decision { holds, verdict, who: &correction.who });
}

/// Which codes a topic brings with it.
struct Implications {
    /// Pattern to the topics that imply it.
    patterns: BTreeMap<String, BTreeSet<String>>,
}

impl Implications {
    fn of(codebook: &Codebook) -> Self {
        let patterns = codebook.patterns.iter();
        Implications {
            patterns: patterns
                .map(|pattern| (pattern.id.clone(), pattern.implied_by.iter().cloned().collect()))
                .collect(),
        }
    }

    fn patterns_of<'a>(&'a self, topic: &'a str) -> impl Iterator<Item = &'a str> {
        self.patterns.iter().filter(move |(_, topics)| topics.contains(topic)).map(|(pattern, _)| pattern.as_str())
    }

    /// Whether `topic` cannot hold unless `code` does.
    fn needs(&self, topic: &str, code: &CodeName) -> bool {
        match code {
            CodeName::Theme(theme) => theme_of(topic) == theme,
            CodeName::Pattern(pattern) => self.patterns.get(pattern).is_some_and(|topics| topics.contains(topic)),
            CodeName::Topic(_) => false,
        }
    }
}

fn theme_of(topic: &str) -> &str {
    topic.split_once('/').map_or(topic, |(theme, _)| theme)
}

/// Who set which tags.
type SetBy = BTreeMap<CodeName, String>;

fn correct(
    record: &mut Record,
    decisions: &Decisions<'_>,
    implications: &Implications,
    thresholds: &BTreeMap<(Level, String), Score>,
) -> SetBy {
    let mut set_by = SetBy::new();
    remove(record, decisions, implications, thresholds);
    for (code, decision) in decisions.iter().filter(|(_, decision)| decision.holds) {
        set(record, code);
        set_by.insert(code.clone(), decision.who.to_owned());
        if let CodeName::Topic(topic) = code {
            let theme = CodeName::Theme(theme_of(topic).to_owned());
            let patterns = implications.patterns_of(topic).map(|pattern| CodeName::Pattern(pattern.to_owned()));
            for implied in std::iter::once(theme).chain(patterns) {
                set(record, &implied);
                set_by.entry(implied).or_insert_with(|| decision.who.to_owned());
            }
            set_verdict(record, topic, decision.verdict);
        }
    }
    order(record);
    record.human_checked = true;
    let tagging = &mut record.tagging;
    let coded = !(tagging.themes.is_empty() && tagging.topics.is_empty() && tagging.patterns.is_empty());
    tagging.outcome = match tagging.outcome {
        _ if coded => Outcome::Coded,
        Outcome::NoContent => Outcome::NoContent,
        _ => Outcome::NoneOfTheAbove,
    };
    set_by
}

/// Takes out what does not hold, and what cannot hold without it.
fn remove(
    record: &mut Record,
    decisions: &Decisions<'_>,
    implications: &Implications,
    thresholds: &BTreeMap<(Level, String), Score>,
) {
    let holds = |code: &CodeName| decisions.get(code).map(|decision| decision.holds);
    let tagging = &mut record.tagging;
    let before: Vec<String> = tagging.topics.iter().map(|tag| tag.code.clone()).collect();
    tagging.topics.retain(|tag| {
        holds(&CodeName::Topic(tag.code.clone())).unwrap_or_else(|| {
            let denied = decisions.iter().filter(|(_, decision)| !decision.holds);
            !denied.into_iter().any(|(code, _)| implications.needs(&tag.code, code))
        })
    });
    let topics: BTreeSet<&str> = tagging.topics.iter().map(|tag| tag.code.as_str()).collect();
    let gone: Vec<&str> = before.iter().map(String::as_str).filter(|topic| !topics.contains(topic)).collect();
    tagging.verdicts.retain(|verdict| topics.contains(verdict.topic.as_str()));
    tagging.themes.retain(|tag| {
        holds(&CodeName::Theme(tag.code.clone())).unwrap_or_else(|| {
            let carried = topics.iter().any(|topic| theme_of(topic) == tag.code);
            carried || !gone.iter().any(|topic| theme_of(topic) == tag.code)
        })
    });
    tagging.patterns.retain(|tag| {
        let code = CodeName::Pattern(tag.code.clone());
        holds(&code).unwrap_or_else(|| {
            // A pattern may stand on its own words; only one that a removed topic alone brought goes with it.
            let threshold = thresholds.get(&(Level::Pattern, tag.code.clone()));
            let on_its_own = threshold.is_none_or(|threshold| tag.score >= *threshold);
            on_its_own
                || topics.iter().any(|topic| implications.needs(topic, &code))
                || !gone.iter().any(|topic| implications.needs(topic, &code))
        })
    });
}

/// Sets a tag; what a person set is certain.
fn set(record: &mut Record, code: &CodeName) {
    let certain = Score::new(1.0);
    let tagging = &mut record.tagging;
    let tags = match code.level() {
        Level::Theme => &mut tagging.themes,
        Level::Topic => &mut tagging.topics,
        Level::Pattern => &mut tagging.patterns,
    };
    match tags.iter_mut().find(|tag| tag.code == code.code()) {
        Some(tag) => tag.score = certain,
        None => tags.push(Tag { code: code.code().to_owned(), score: certain, spans: Vec::new() }),
    }
}

fn set_verdict(record: &mut Record, topic: &str, side: Option<Verdict>) {
    let verdicts = &mut record.tagging.verdicts;
    match (verdicts.iter_mut().find(|verdict| verdict.topic == topic), side) {
        (Some(verdict), Some(side)) => {
            let same = verdict.verdict == side;
            verdict.verdict = side;
            verdict.score = Score::new(1.0);
            if !same {
                // The words that took the other side do not show this one.
                verdict.spans.clear();
            }
        }
        (Some(_), None) => {}
        (None, side) => verdicts.push(TopicVerdict {
            topic: topic.to_owned(),
            verdict: side.unwrap_or(Verdict::Unclear),
            score: Score::new(if side.is_some() { 1.0 } else { 0.0 }),
            basis: Basis::Stated,
            spans: Vec::new(),
        }),
    }
}

/// Lists are sorted by score, highest first, ties by code; verdicts stand in the order of the topics.
fn order(record: &mut Record) {
    let tagging = &mut record.tagging;
    for tags in [&mut tagging.themes, &mut tagging.topics, &mut tagging.patterns] {
        tags.sort_by(|left, right| right.score.cmp(&left.score).then_with(|| left.code.cmp(&right.code)));
    }
    let place: BTreeMap<&str, usize> =
        tagging.topics.iter().enumerate().map(|(place, tag)| (tag.code.as_str(), place)).collect();
    tagging.verdicts.sort_by_key(|verdict| place.get(verdict.topic.as_str()).copied().unwrap_or(usize::MAX));
}
