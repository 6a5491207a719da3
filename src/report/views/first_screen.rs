//! The first screen: what came in, what is in the figures, how sure they are, and what stands out.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::changes::Cause;
use crate::codebook::Level;
use crate::patterns::{Consensus, Finding, FindingKind, FindingSubject, Subject};
use crate::report::compose::{Composer, Figure, QuoteView};
use crate::run_description::{HumanCheck, SinceLastRun};
use crate::tag::Outcome;

/// How many things each line tells at most.
const TOLD: usize = 3;

/// What the analyst reads first.
#[derive(Debug, Serialize)]
pub struct FirstScreen {
    headline: String,
    kinds: Vec<Part>,
    attributes: Vec<String>,
    received: Option<String>,
    included: Figure,
    outside: Option<Figure>,
    outside_parts: Vec<Part>,
    coded: Figure,
    not_covered: Figure,
    uncertain: Figure,
    checked: Option<Checked>,
    recurring: Vec<Told>,
    has_claims: bool,
    unanimous: Vec<Told>,
    split: Vec<Told>,
    both: Vec<Told>,
    has_questions: bool,
    unasked: Vec<Told>,
    uncovered: Vec<Told>,
    since_last: Vec<String>,
}

impl FirstScreen {
    /// The heading of the whole page.
    pub fn headline(&self) -> &str {
        &self.headline
    }
}

/// A number with its name.
#[derive(Debug, Serialize)]
struct Part {
    label: String,
    figure: Figure,
}

/// What a person found.
#[derive(Debug, Serialize)]
struct Checked {
    answers: String,
    right: String,
    found: String,
}

/// One thing worth telling.
#[derive(Debug, Serialize)]
struct Told {
    name: String,
    figure: Option<Figure>,
    words: Vec<String>,
    quote: Option<QuoteView>,
}

/// Puts the first screen together. What was received = in the figures + outside; in the figures = coded + not covered
/// + uncertain.
pub fn first_screen(composer: &mut Composer<'_>) -> FirstScreen {
    let counts = &composer.source.analysis.counts;
    let (duplicates, rejects) = (counts.duplicates, counts.rejects);
    let outcomes = Outcomes::of(composer);
    let included = outcomes.included();
    let outside = outcomes.no_content.len() + duplicates + rejects;
    let received = composer.source.analysis.records.len() + duplicates + rejects;
    let title = composer.word("list_included");
    FirstScreen {
        headline: headline(composer, received),
        kinds: kinds(composer, duplicates + rejects),
        attributes: attributes(composer),
        received: composer
            .description
            .received
            .map(|(from, to)| composer.numbers.date_range(from, to, &composer.words.months)),
        included: composer.answers(&title, "outcome ≠ no_content", &included),
        outside: (outside > 0).then(|| composer.plain(outside, "units")),
        outside_parts: outside_parts(composer, &outcomes.no_content, duplicates, rejects),
        coded: outcome_figure(composer, "list_coded", "coded", &outcomes.coded),
        not_covered: outcome_figure(composer, "list_not_covered", "none_of_the_above", &outcomes.not_covered),
        uncertain: outcome_figure(composer, "list_uncertain", "undecided", &outcomes.uncertain),
        checked: composer.description.human_check.map(|check| checked(composer, check)),
        recurring: findings(composer, FindingKind::Recurring),
        has_claims: !composer.source.patterns.consensus.is_empty(),
        unanimous: stances(composer, FindingKind::Unanimous),
        split: stances(composer, FindingKind::Split),
        both: stances(composer, FindingKind::Both),
        has_questions: composer.source.analysis.records.iter().any(|record| record.answer.asked_under.is_some()),
        unasked: findings(composer, FindingKind::Unasked),
        uncovered: findings(composer, FindingKind::Uncovered),
        since_last: composer.description.since_last.as_ref().map_or_else(Vec::new, |news| since_last(composer, news)),
    }
}

/// Answers by what came of them, in input order.
struct Outcomes {
    coded: Vec<usize>,
    not_covered: Vec<usize>,
    uncertain: Vec<usize>,
    no_content: Vec<usize>,
}

impl Outcomes {
    fn of(composer: &Composer<'_>) -> Self {
        let rows = |outcome: Outcome| -> Vec<usize> {
            let records = composer.source.analysis.records.iter().enumerate();
            records.filter(|(_, record)| record.tagging.outcome == outcome).map(|(row, _)| row).collect()
        };
        Outcomes {
            coded: rows(Outcome::Coded),
            not_covered: rows(Outcome::NoneOfTheAbove),
            uncertain: rows(Outcome::Undecided),
            no_content: rows(Outcome::NoContent),
        }
    }

    fn included(&self) -> Vec<usize> {
        let mut rows = [&self.coded[..], &self.not_covered[..], &self.uncertain[..]].concat();
        rows.sort_unstable();
        rows
    }
}

fn outcome_figure(composer: &mut Composer<'_>, title: &str, outcome: &str, rows: &[usize]) -> Figure {
    let title = composer.word(title);
    composer.answers(&title, &format!("outcome = {outcome}"), rows)
}

fn headline(composer: &Composer<'_>, received: usize) -> String {
    let records = &composer.source.analysis.records;
    let respondents: BTreeSet<&str> =
        records.iter().filter_map(|record| record.answer.respondent.as_ref().map(|id| id.0.as_str())).collect();
    let everyone_known = records.iter().all(|record| record.answer.respondent.is_some());
    let key = match (respondents.len(), everyone_known) {
        (0, _) => "headline",
        (_, true) => "headline_respondents",
        (_, false) => "headline_some_respondents",
    };
    let (answers, senders) = (composer.numbers.whole(received), composer.numbers.whole(respondents.len()));
    composer.words.fill(key, &[("answers", &answers), ("respondents", &senders)])
}

/// Kinds, then what is known to be of none; the parts add up to what was received.
fn kinds(composer: &mut Composer<'_>, unread: usize) -> Vec<Part> {
    let mut rows_by_kind: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
    let mut order: Vec<Option<&str>> = Vec::new();
    for (row, record) in composer.source.analysis.records.iter().enumerate() {
        let kind = record.answer.kind.as_ref().map(|kind| kind.0.as_str());
        let rows = rows_by_kind.entry(kind).or_default();
        if rows.is_empty() {
            order.push(kind);
        }
        rows.push(row);
    }
    if order.iter().all(Option::is_none) {
        return Vec::new();
    }
    order.sort_by_key(|kind| kind.map_or(usize::MAX, place_of_kind));
    let mut parts: Vec<Part> = Vec::new();
    let mut few: Vec<usize> = Vec::new();
    for kind in order {
        let rows = rows_by_kind.get(&kind).cloned().unwrap_or_default();
        if composer.source.is_shared() && rows.len() < composer.least() {
            few.extend(rows);
            continue;
        }
        let label = kind.map_or_else(|| composer.word("kind_unknown"), |kind| composer.words.kind(kind));
        let filter = format!("kind = {}", kind.unwrap_or_default());
        let figure = composer.answers(&label, &filter, &rows);
        parts.push(Part { label, figure });
    }
    if !few.is_empty() {
        parts.push(Part { label: composer.word("kind_others"), figure: composer.plain(few.len(), "answers") });
    }
    if unread > 0 {
        parts.push(Part { label: composer.word("kind_unread"), figure: composer.plain(unread, "units") });
    }
    parts
}

/// The four kinds stand as people ask for them; a project's own follow in the order of the input.
fn place_of_kind(kind: &str) -> usize {
    let known = ["wish", "oracle", "deep_dive", "challenge"];
    known.iter().position(|known| *known == kind).unwrap_or(known.len())
}

fn attributes(composer: &Composer<'_>) -> Vec<String> {
    let patterns = &composer.source.patterns.prevalence;
    let breadth = patterns.first().map(|entry| entry.breadth.as_slice()).unwrap_or_default();
    breadth
        .iter()
        .filter(|breadth| breadth.groups.n > 0)
        .map(|breadth| {
            let number = composer.numbers.whole(breadth.groups.n);
            let known = composer.words.plural(&breadth.attribute);
            let key = if known.is_some() { "attribute" } else { "attribute_unknown" };
            composer.words.fill(key, &[("n", &number), ("groups", known.unwrap_or(&breadth.attribute))])
        })
        .collect()
}

fn outside_parts(composer: &mut Composer<'_>, no_content: &[usize], duplicates: usize, rejects: usize) -> Vec<Part> {
    let mut parts = Vec::new();
    if !no_content.is_empty() {
        let figure = outcome_figure(composer, "list_no_content", "no_content", no_content);
        parts.push(Part { label: composer.word("outside_no_content"), figure });
    }
    if duplicates > 0 {
        let figure = composer.plain(duplicates, "units");
        parts.push(Part { label: composer.word("outside_duplicates"), figure });
    }
    if rejects > 0 {
        let mut figure = composer.plain(rejects, "units");
        let listed = !composer.source.is_shared();
        figure.href = listed.then(|| "#rejects".to_owned());
        let label = composer.word(if listed { "outside_rejects" } else { "outside_rejects_unlisted" });
        parts.push(Part { label, figure });
    }
    parts
}

/// A base of a hundred or more is told per hundred, a smaller one as it is.
fn checked(composer: &Composer<'_>, check: HumanCheck) -> Checked {
    let of = |k: usize, n: usize| {
        let (k, n) = if n >= 100 { (composer.numbers.of_hundred(k, n), 100) } else { (k, n) };
        let (k, n) = (composer.numbers.whole(k), composer.numbers.whole(n));
        composer.words.fill("k_of_n", &[("k", &k), ("n", &n)])
    };
    Checked {
        answers: composer.numbers.whole(check.answers),
        right: of(check.tags_right, check.tags_set),
        found: of(check.tags_found, check.tags_due),
    }
}

fn told<'a>(composer: &Composer<'a>, kind: FindingKind) -> Vec<&'a Finding> {
    crate::export::findings::told(composer.source).filter(|finding| finding.kind == kind).take(TOLD).collect()
}

/// Findings that are a number of answers: what recurs, came up unasked, or is not covered.
fn findings(composer: &mut Composer<'_>, kind: FindingKind) -> Vec<Told> {
    told(composer, kind)
        .into_iter()
        .map(|finding| {
            let (name, filter) = match &finding.subject {
                FindingSubject::One(subject) => (composer.name(subject), composer.filter(subject)),
                FindingSubject::Words(words) => (format!("«{words}»"), format!("text ~ \"{words}\"")),
                FindingSubject::Pair(..) | FindingSubject::Text(_) => (String::new(), String::new()),
            };
            let (title, filter) = match (kind, &finding.subject) {
                (FindingKind::Unasked, _) => super::unasked::list_of(composer, &name, &filter),
                (_, FindingSubject::One(subject)) => (composer.subject_title(subject), filter),
                _ => (name.clone(), filter),
            };
            let weight = crate::report::evidence::Weight::Number;
            let figure = composer.figure(&finding.headline, &title, &filter, &finding.evidence, weight);
            let mut words = composer.reach(&finding.reach);
            words.extend(composer.mark(finding));
            let quote = if kind == FindingKind::Recurring { composer.first_quote(&finding.quotes) } else { None };
            Told { name, figure: Some(figure), words, quote }
        })
        .collect()
}

/// Findings on which side is taken: told in groups where they are known, else in voices.
fn stances(composer: &mut Composer<'_>, kind: FindingKind) -> Vec<Told> {
    told(composer, kind)
        .into_iter()
        .filter_map(|finding| {
            let FindingSubject::One(Subject::Code { code, .. }) = &finding.subject else { return None };
            let entry = composer.source.patterns.consensus.iter().find(|entry| &entry.topic == code)?;
            let mut words = vec![stance_words(composer, entry, kind)];
            words.extend(composer.mark(finding));
            Some(Told { name: composer.code_name(Level::Topic, code), figure: None, words, quote: None })
        })
        .collect()
}

fn stance_words(composer: &Composer<'_>, entry: &Consensus, kind: FindingKind) -> String {
    let groups = entry.groups.iter().find(|groups| groups.groups.n > 1 && !groups.groups.suppressed);
    let (whole, words) = (|number| composer.numbers.whole(number), composer.words);
    match (kind, groups) {
        (FindingKind::Unanimous, Some(groups)) => {
            let attribute = words.plural(&groups.attribute).unwrap_or(&groups.attribute);
            let (k, n) = (whole(groups.groups.k), whole(groups.groups.n));
            words.fill("some_groups", &[("k", &k), ("n", &n), ("groups", attribute)])
        }
        (_, None) if composer.source.hides_sides(entry) => words.get("hidden_sides").to_owned(),
        (FindingKind::Both, _) if composer.source.is_small(entry.voices.both) => composer.hidden(),
        (FindingKind::Unanimous, None) => {
            words.fill("voices_of", &[("k", &whole(entry.took_side.k)), ("n", &whole(entry.took_side.n))])
        }
        (FindingKind::Both, _) => words.fill("hold_both", &[("n", &whole(entry.voices.both))]),
        (_, Some(groups)) => {
            let attribute = words.plural(&groups.attribute).unwrap_or(&groups.attribute);
            words.fill("against_groups", &[("a", &whole(groups.a)), ("b", &whole(groups.b)), ("groups", attribute)])
        }
        (_, None) => words.fill("against", &[("a", &whole(entry.voices.a)), ("b", &whole(entry.voices.b))]),
    }
}

fn since_last(composer: &Composer<'_>, news: &SinceLastRun) -> Vec<String> {
    let told = |key: &str, number: usize| {
        (number > 0).then(|| composer.words.fill(key, &[("n", &composer.unless_small(number))]))
    };
    let mut parts: Vec<String> =
        [("news_answers", news.new_answers), ("news_changed", news.changed_answers), ("news_gone", news.gone_answers)]
            .into_iter()
            .filter_map(|(key, number)| told(key, number))
            .collect();
    if !news.born_clusters.is_empty() {
        let number = composer.numbers.whole(news.born_clusters.len());
        parts.push(composer.words.fill("news_groups", &[("n", &number)]));
    }
    parts.extend(
        [
            (Cause::Codebook, "news_codebook"),
            (Cause::Model, "news_model"),
            (Cause::CodebookAndModel, "news_codebook_and_model"),
            (Cause::Correction, "news_corrected"),
        ]
        .into_iter()
        .filter_map(|(cause, key)| told(key, news.recoded(cause))),
    );
    if parts.is_empty() {
        parts.push(composer.word("news_none"));
    }
    let labels: Vec<String> = news
        .born_clusters
        .iter()
        .filter_map(|&id| composer.source.cluster(id))
        .filter(|cluster| !composer.source.is_shared() || cluster.size >= composer.least())
        .take(TOLD)
        .map(|cluster| format!("«{}»", cluster.label))
        .collect();
    if !labels.is_empty() {
        parts.push(labels.join(", "));
    }
    if news.trends.compared_any() && !news.trends.any() {
        parts.push(composer.word("news_no_trend"));
    }
    parts.extend(super::news::trends_in_words(composer, &news.trends, TOLD));
    parts
}
