//! Findings: what is worth telling, in the order to tell it.

use std::collections::BTreeSet;

use serde::Serialize;

use super::Patterns;
use super::consensus::{ConsensusWord, Side};
use super::count::{Count, Reach, Subject};
use super::frame::{Frame, distinct};
use super::prevalence::{Breadth, Prevalence};
use super::quotes::{self, Quote};
use super::settings::PatternSettings;
use super::unasked::Unasked;
use crate::codebook::{Codebook, Level};
use crate::span::Span;

/// What kind of finding; the order is that of the report's first screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// *Går igjen på tvers*; source: `prevalence`.
    Recurring,
    /// *Entydig*; source: `consensus`.
    Unanimous,
    /// *Delt*; source: `consensus`.
    Split,
    /// *Det ene utelukker ikke det andre*: more hold both than either side; source: `consensus`.
    Both,
    /// *Kom opp uten å bli spurt om*; source: `unasked`.
    Unasked,
    /// *Fanges ikke av kodeboka*; source: `uncovered`.
    Uncovered,
    /// *Skiller gruppene*; source: `contrasts`.
    Contrast,
    /// A word that sets a group apart; source: `word_contrasts`.
    WordContrast,
    /// *Henger sammen*; source: `cooccurrence`.
    Together,
    /// *Én gruppe står for det meste*; source: `prevalence`.
    OneLoudGroup,
    /// *Likelydende svar*; source: `alike_letters`.
    AlikeLetters,
}

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingSubject {
    /// A code or a group of alike answers.
    One(Subject),
    /// Two that go together.
    Pair(Subject, Subject),
    /// Words as people write them.
    Words(String),
    /// A text that several sent, by its earliest answer.
    Text(usize),
}

/// Something worth telling, with its numbers and quotes. The source in [`Patterns`]
/// has the rest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// What kind.
    pub kind: FindingKind,
    /// Position in the list of [`Patterns`] that the kind names.
    pub source: usize,
    /// What it is about.
    pub subject: FindingSubject,
    /// Attribute and group, where the finding is about one group.
    pub group: Option<(String, String)>,
    /// The number to tell.
    pub headline: Count,
    /// In how many groups, per attribute.
    pub reach: Vec<Reach>,
    /// How worth telling within its kind, from 0 to 1; see `findings` for each kind's measure.
    pub strength: f64,
    /// The answers behind it, in input order.
    pub evidence: Vec<usize>,
    /// The answers that say it best.
    pub quotes: Vec<Quote>,
}

/// What is worth telling: by kind, and within a kind most worth telling first; among what recurs,
/// the settings' own first.
///
/// Strength is, for what recurs, the part of the groups it is in times how evenly (without
/// attributes, its share of the answers); for consensus the sure part of the voices, how near the
/// halves are, or the part that holds both; for what came up unasked, is not covered, one group says or
/// several sent, the share; for contrasts the difference; for words `z / (1 + z)`; for pairs one less the
/// inverse of the lift.
pub(super) fn findings(
    frame: &Frame<'_>,
    patterns: &Patterns,
    codebook: &Codebook,
    settings: &PatternSettings,
) -> Vec<Finding> {
    let mut all = recurring(frame, patterns, codebook, settings);
    all.extend(stances(patterns, settings));
    all.extend(unasked(frame, patterns, codebook, settings));
    all.extend(uncovered(patterns));
    all.extend(contrasts(frame, patterns));
    all.extend(together(frame, patterns, settings));
    all.extend(one_loud_group(frame, patterns, settings));
    all.extend(alike(frame, patterns, settings));
    for finding in &mut all {
        finding.strength = if finding.strength.is_finite() { finding.strength.clamp(0.0, 1.0) } else { 0.0 };
    }
    // Stable: what is as strong stays in the order of its source.
    all.sort_by(|one, other| {
        let key = |finding: &Finding| (finding.kind, precedence(finding, settings));
        key(one).cmp(&key(other)).then(other.strength.total_cmp(&one.strength)).then(one.source.cmp(&other.source))
    });
    all
}

/// Place among what the settings tell first; after them all for the rest.
fn precedence(finding: &Finding, settings: &PatternSettings) -> usize {
    match &finding.subject {
        FindingSubject::One(Subject::Code { code, .. }) if finding.kind == FindingKind::Recurring => {
            settings.first.iter().position(|first| first == code).unwrap_or(settings.first.len())
        }
        _ => settings.first.len(),
    }
}

/// Topics that are not told because a pattern that is told carries the same.
fn carried<'a>(told: &[&Subject], codebook: &'a Codebook) -> BTreeSet<&'a str> {
    let patterns: BTreeSet<&str> = told
        .iter()
        .filter_map(|subject| match subject {
            Subject::Code { level: Level::Pattern, code } => Some(code.as_str()),
            _ => None,
        })
        .collect();
    let told = codebook.patterns.iter().filter(|pattern| patterns.contains(pattern.id.as_str()));
    told.flat_map(|pattern| pattern.implied_by.iter().map(String::as_str)).collect()
}

fn is_carried(subject: &Subject, carried: &BTreeSet<&str>) -> bool {
    matches!(subject, Subject::Code { level: Level::Topic, code } if carried.contains(code.as_str()))
}

/// In half or more of the groups of an attribute, and not one group's volume; without groups, said by
/// the fewest voices that may be told.
fn recurs(entry: &Prevalence) -> bool {
    let mut spread = entry.breadth.iter().filter(|breadth| breadth.groups.n > 1).peekable();
    spread.peek().is_none()
        || spread.any(|breadth| {
            let loud = breadth.loudest.as_ref().is_some_and(|loudest| loudest.dominates);
            breadth.groups.k > 1 && breadth.groups.k * 2 >= breadth.groups.n && !loud
        })
}

fn recurring(frame: &Frame<'_>, patterns: &Patterns, codebook: &Codebook, settings: &PatternSettings) -> Vec<Finding> {
    let told: Vec<(usize, &Prevalence)> = patterns
        .prevalence
        .iter()
        .enumerate()
        .filter(|(_, entry)| matches!(entry.subject.level(), Some(Level::Topic | Level::Pattern)))
        .filter(|(_, entry)| !entry.rows.is_empty() && frame.voices_of(&entry.rows).len() >= settings.min_voices)
        .filter(|(_, entry)| recurs(entry))
        .collect();
    let carried = carried(&told.iter().map(|(_, entry)| &entry.subject).collect::<Vec<_>>(), codebook);
    told.into_iter()
        .filter(|(_, entry)| !is_carried(&entry.subject, &carried))
        .map(|(source, entry)| {
            let spread = |breadth: &Breadth| breadth.groups.share * breadth.evenness;
            let wide = entry.breadth.iter().filter(|breadth| breadth.groups.n > 1).map(spread);
            Finding {
                kind: FindingKind::Recurring,
                source,
                subject: FindingSubject::One(entry.subject.clone()),
                group: None,
                headline: entry.answers,
                reach: reach(entry),
                strength: wide.reduce(f64::max).unwrap_or(entry.answers.share),
                evidence: entry.rows.clone(),
                quotes: entry.quotes.clone(),
            }
        })
        .collect()
}

fn reach(entry: &Prevalence) -> Vec<Reach> {
    let of = |breadth: &Breadth| Reach { attribute: breadth.attribute.clone(), groups: breadth.groups };
    entry.breadth.iter().map(of).collect()
}

fn stances(patterns: &Patterns, settings: &PatternSettings) -> Vec<Finding> {
    let mut told = Vec::new();
    for (source, entry) in patterns.consensus.iter().enumerate() {
        let tell = |kind: FindingKind, headline: Count, strength: f64, rows: Vec<usize>, quotes: Vec<Quote>| Finding {
            kind,
            source,
            subject: FindingSubject::One(Subject::code(Level::Topic, entry.topic.as_str())),
            group: None,
            headline,
            reach: entry
                .groups
                .iter()
                .map(|groups| Reach { attribute: groups.attribute.clone(), groups: groups.groups })
                .collect(),
            strength,
            evidence: rows,
            quotes,
        };
        let (leading, quotes) = match entry.lead {
            Some(Side::B) => (&entry.rows_b, &entry.quotes_b),
            _ => (&entry.rows_a, &entry.quotes_a),
        };
        let took = entry.took_side;
        match entry.word {
            ConsensusWord::Unanimous => {
                told.push(tell(FindingKind::Unanimous, took, took.low, leading.clone(), quotes.clone()));
            }
            ConsensusWord::Split => {
                let rows = distinct(entry.rows_a.iter().chain(&entry.rows_b).copied());
                let quotes = alternating(&entry.quotes_a, &entry.quotes_b, settings.max_quotes);
                told.push(tell(FindingKind::Split, took, 2.0 - 2.0 * took.share, rows, quotes));
            }
            ConsensusWord::LargeMajority | ConsensusWord::Majority | ConsensusWord::TooFew => {}
        }
        let (both, most) = (entry.voices.both, entry.voices.a.max(entry.voices.b));
        if both > most && both >= settings.min_voices {
            let headline = Count::new(entry.unit, both, both + entry.voices.took_side());
            let (rows, quotes) = (entry.rows_both.clone(), entry.quotes_both.clone());
            told.push(tell(FindingKind::Both, headline, headline.share, rows, quotes));
        }
    }
    told
}

/// One from each side in turn, so that neither side is all that is quoted.
fn alternating(first: &[Quote], second: &[Quote], wanted: usize) -> Vec<Quote> {
    let longest = first.len().max(second.len());
    (0..longest).flat_map(|place| [first.get(place), second.get(place)]).flatten().take(wanted).cloned().collect()
}

fn unasked(frame: &Frame<'_>, patterns: &Patterns, codebook: &Codebook, settings: &PatternSettings) -> Vec<Finding> {
    let told: Vec<(usize, &Unasked)> = patterns
        .unasked
        .iter()
        .enumerate()
        .filter(|(_, entry)| matches!(entry.subject.level(), Some(Level::Topic | Level::Pattern)))
        .filter(|(_, entry)| frame.voices_of(&entry.rows).len() >= settings.min_voices)
        .collect();
    let carried = carried(&told.iter().map(|(_, entry)| &entry.subject).collect::<Vec<_>>(), codebook);
    told.into_iter()
        .filter(|(_, entry)| !is_carried(&entry.subject, &carried))
        .map(|(source, entry)| Finding {
            kind: FindingKind::Unasked,
            source,
            subject: FindingSubject::One(entry.subject.clone()),
            group: None,
            headline: entry.answers,
            reach: entry.reach.clone(),
            strength: entry.answers.share,
            evidence: entry.rows.clone(),
            quotes: entry.quotes.clone(),
        })
        .collect()
}

fn uncovered(patterns: &Patterns) -> impl Iterator<Item = Finding> + '_ {
    patterns.uncovered.iter().enumerate().map(|(source, entry)| Finding {
        kind: FindingKind::Uncovered,
        source,
        subject: FindingSubject::Words(entry.phrase.clone()),
        group: None,
        headline: entry.answers,
        reach: entry.reach.clone(),
        strength: entry.voices.share,
        evidence: entry.rows.clone(),
        quotes: entry.quotes.clone(),
    })
}

fn contrasts(frame: &Frame<'_>, patterns: &Patterns) -> Vec<Finding> {
    let base = frame.clear_rows();
    let codes = patterns.contrasts.iter().enumerate().map(|(source, entry)| Finding {
        kind: FindingKind::Contrast,
        source,
        subject: FindingSubject::One(entry.subject.clone()),
        group: Some((entry.attribute.clone(), entry.group.clone())),
        headline: entry.inside,
        reach: patterns.of(&entry.subject).map_or_else(|| frame.reach(&entry.rows, &base), reach),
        strength: entry.difference.abs(),
        evidence: entry.rows.clone(),
        quotes: entry.quotes.clone(),
    });
    let words = patterns.word_contrasts.iter().enumerate().map(|(source, entry)| Finding {
        kind: FindingKind::WordContrast,
        source,
        subject: FindingSubject::Words(entry.word.clone()),
        group: Some((entry.attribute.clone(), entry.group.clone())),
        headline: entry.inside,
        reach: Vec::new(),
        strength: entry.z.abs() / (1.0 + entry.z.abs()),
        evidence: Vec::new(),
        quotes: Vec::new(),
    });
    codes.chain(words).collect()
}

fn together(frame: &Frame<'_>, patterns: &Patterns, settings: &PatternSettings) -> Vec<Finding> {
    let base = frame.clear_rows();
    patterns
        .cooccurrence
        .iter()
        .enumerate()
        .filter(|(_, pair)| pair.stands && pair.lift > 1.0)
        .filter(|(_, pair)| frame.voices_of(&pair.rows).len() >= settings.min_voices)
        .map(|(source, pair)| Finding {
            kind: FindingKind::Together,
            source,
            subject: FindingSubject::Pair(pair.first.clone(), pair.second.clone()),
            group: None,
            headline: pair.together,
            reach: frame.reach(&pair.rows, &base),
            strength: 1.0 - 1.0 / pair.lift,
            evidence: pair.rows.clone(),
            quotes: quotes::best(frame, &pair.rows, settings, |row| {
                let ((one, mut spans), (other, more)) =
                    (of_subject(frame, &pair.first, row), of_subject(frame, &pair.second, row));
                spans.extend(more);
                (one.min(other), spans)
            }),
        })
        .collect()
}

fn of_subject(frame: &Frame<'_>, subject: &Subject, row: usize) -> (f64, Vec<Span>) {
    match subject {
        Subject::Code { level, code } => quotes::code_evidence(frame, *level, code, row),
        Subject::Cluster { .. } => (0.0, Vec::new()),
    }
}

fn one_loud_group(frame: &Frame<'_>, patterns: &Patterns, settings: &PatternSettings) -> Vec<Finding> {
    let mut told = Vec::new();
    for (source, entry) in patterns.prevalence.iter().enumerate().filter(|(_, entry)| entry.subject.level().is_some()) {
        for (breadth, attribute) in entry.breadth.iter().zip(&frame.attributes) {
            let Some(loudest) = breadth.loudest.as_ref().filter(|loudest| loudest.dominates) else { continue };
            let within = |row: &usize| {
                attribute.group(*row).and_then(|group| attribute.groups.get(group)) == Some(&loudest.group.as_str())
            };
            let rows: Vec<usize> = entry.rows.iter().copied().filter(within).collect();
            told.push(Finding {
                kind: FindingKind::OneLoudGroup,
                source,
                subject: FindingSubject::One(entry.subject.clone()),
                group: Some((breadth.attribute.clone(), loudest.group.clone())),
                headline: loudest.answers,
                reach: reach(entry),
                strength: loudest.answers.share,
                quotes: quotes::best(frame, &rows, settings, |row| of_subject(frame, &entry.subject, row)),
                evidence: rows,
            });
        }
    }
    told
}

/// Longer texts only: short ones people arrive at without each other.
fn alike(frame: &Frame<'_>, patterns: &Patterns, settings: &PatternSettings) -> Vec<Finding> {
    let letters = patterns.alike_letters.iter().enumerate().filter(|(_, letter)| !letter.short);
    letters
        .map(|(source, letter)| Finding {
            kind: FindingKind::AlikeLetters,
            source,
            subject: FindingSubject::Text(letter.example),
            group: None,
            headline: letter.answers,
            reach: letter.reach.clone(),
            strength: letter.answers.share,
            evidence: letter.rows.clone(),
            quotes: quotes::best(frame, &[letter.example], settings, |_| (1.0, Vec::new())),
        })
        .collect()
}
