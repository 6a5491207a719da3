//! Prevalence: how many answers and respondents mention something, and in how many groups.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;

use super::count::{Count, Subject, Unit};
use super::frame::{Attribute, Frame};
use super::interval::{clopper_pearson, effective_size};
use super::quotes::{self, Quote};
use super::settings::PatternSettings;
use crate::record::Analysis;

/// How often one subject occurs, among whom, and how widely.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Prevalence {
    /// What was counted.
    pub subject: Subject,
    /// Answers that mention it, of the answers that count (see the module's page), as if independent.
    pub answers: Count,
    /// The same with the interval that holds where answers of one table, or one respondent, depend on
    /// each other; none where neither is known.
    pub answers_clustered: Option<Count>,
    /// Respondents who mention it, of the respondents with an answer that counts; none where unknown.
    pub respondents: Option<Count>,
    /// By kind of answer, in the order of their names; answers without a kind are left out.
    pub by_kind: Vec<KindCount>,
    /// One per attribute, in the order of the input.
    pub breadth: Vec<Breadth>,
    /// The answers that mention it, in input order.
    pub rows: Vec<usize>,
    /// The answers that say it best.
    pub quotes: Vec<Quote>,
}

/// How often among the answers of one kind.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KindCount {
    /// `wish`, `oracle`, ...
    pub kind: String,
    /// Answers of that kind.
    pub answers: Count,
}

/// How widely a subject is spread over the groups of one attribute, beside how often it is said.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Breadth {
    /// The attribute ("bord").
    pub attribute: String,
    /// Groups in which it occurs, of the groups with an answer that counts.
    pub groups: Count,
    /// To how many equally loud groups the spread of its answers comes: the exponential of Shannon's
    /// entropy (Hill 1973, Ecology 54). Between 1 and `groups.k`; 0 where nobody mentions it.
    pub effective_groups: f64,
    /// `effective_groups` over the effective number of groups of all answers, at most 1: 1 where it is
    /// spread as the answers are, near 0 where one group says nearly all of it.
    pub evenness: f64,
    /// The group with the largest part of its answers; none where nobody mentions it.
    pub loudest: Option<Loudest>,
    /// By group, in the order of their names. Of an attribute with more than 200 groups, and for
    /// groups of alike answers, only groups in which it occurs.
    pub by_group: Vec<GroupCount>,
}

/// The group with the largest part of the answers that mention something.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Loudest {
    /// Its name.
    pub group: String,
    /// Its answers, of all answers with a group that mention the subject.
    pub answers: Count,
    /// Its part of all answers with a group that count: what one would expect.
    pub expected_share: f64,
    /// Whether it stands for half or more, and at least twice what one would expect, of five answers
    /// or more: then the volume is one group's.
    pub dominates: bool,
}

/// How often in one group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupCount {
    /// Its name.
    pub group: String,
    /// Answers.
    pub answers: Count,
    /// Respondents; none where unknown.
    pub respondents: Option<Count>,
}

/// Attributes with more groups than this list only the groups in which a subject occurs.
const LISTED_GROUPS: usize = 200;
/// Fewest answers of which one group may be said to stand for most.
const FEWEST_FOR_DOMINANCE: usize = 5;

/// What subjects are counted against: the rows that count, and their sizes by group and kind.
struct Base<'a> {
    size: usize,
    respondents: usize,
    kinds: BTreeMap<&'a str, usize>,
    /// Per attribute, per group: answers and respondents.
    groups: Vec<Vec<(usize, usize)>>,
    /// Per row its dependent cluster, and per cluster its rows of the base.
    dependence: Option<(Vec<usize>, Vec<usize>)>,
}

/// The prevalence of every code and every group of alike answers.
pub(super) fn prevalence(
    frame: &Frame<'_>,
    analysis: &Analysis,
    codes: &[(Subject, Vec<usize>)],
    settings: &PatternSettings,
) -> Vec<Prevalence> {
    let count = |subjects: &[(Subject, Vec<usize>)], base: &Base<'_>| -> Vec<Prevalence> {
        subjects
            .par_iter()
            .map(|(subject, rows)| {
                let mut entry = of_rows(frame, base, subject, rows);
                entry.quotes = quotes::of_subject(frame, analysis, subject, rows, settings);
                entry
            })
            .collect()
    };
    let mut all = count(codes, &Base::new(frame, &frame.clear_rows()));
    all.extend(count(&frame.cluster_rows(analysis), &Base::new(frame, &frame.content_rows())));
    all
}

impl<'a> Base<'a> {
    fn new(frame: &Frame<'a>, rows: &[usize]) -> Self {
        let dependence = frame.dependence().map(|(of, clusters)| {
            let mut sizes = vec![0; clusters];
            add_each(&mut sizes, rows, &of);
            (of, sizes)
        });
        Base {
            size: rows.len(),
            respondents: frame.respondents_in(rows),
            kinds: kinds(frame, rows),
            groups: frame.attributes.iter().map(|attribute| by_group(frame, attribute, rows)).collect(),
            dependence,
        }
    }
}

fn of_rows(frame: &Frame<'_>, base: &Base<'_>, subject: &Subject, rows: &[usize]) -> Prevalence {
    let sparse = matches!(subject, Subject::Cluster { .. });
    let of_kind = kinds(frame, rows);
    Prevalence {
        subject: subject.clone(),
        answers: Count::new(Unit::Answers, rows.len(), base.size),
        answers_clustered: clustered(base, rows),
        respondents: (base.respondents > 0)
            .then(|| Count::new(Unit::Respondents, frame.respondents_in(rows), base.respondents)),
        by_kind: base
            .kinds
            .iter()
            .map(|(&kind, &n)| KindCount {
                kind: kind.to_owned(),
                answers: Count::new(Unit::Answers, of_kind.get(kind).copied().unwrap_or(0), n),
            })
            .collect(),
        breadth: frame
            .attributes
            .iter()
            .zip(&base.groups)
            .map(|(attribute, sizes)| breadth(attribute, sizes, &by_group(frame, attribute, rows), sparse))
            .collect(),
        rows: rows.to_vec(),
        quotes: Vec::new(),
    }
}

/// The share with the interval that holds where answers of one cluster depend on each other.
fn clustered(base: &Base<'_>, rows: &[usize]) -> Option<Count> {
    let (of, sizes) = base.dependence.as_ref()?;
    let mut with = vec![0; sizes.len()];
    add_each(&mut with, rows, of);
    let mut clusters: Vec<(usize, usize)> =
        with.into_iter().zip(sizes.iter().copied()).filter(|pair| pair.1 > 0).collect();
    // A sum of floats depends on its order; the rows' order must not show.
    clusters.sort_unstable();
    let effective = effective_size(&clusters)?;
    let share = rows.len() as f64 / base.size as f64;
    let (low, high) = clopper_pearson(share * effective, effective);
    Some(Count::with_interval(Unit::Answers, rows.len(), base.size, low, high))
}

fn add_each(sizes: &mut [usize], rows: &[usize], of: &[usize]) {
    for cluster in rows.iter().filter_map(|&row| of.get(row)) {
        if let Some(size) = sizes.get_mut(*cluster) {
            *size += 1;
        }
    }
}

fn kinds<'a>(frame: &Frame<'a>, rows: &[usize]) -> BTreeMap<&'a str, usize> {
    let mut kinds = BTreeMap::new();
    for kind in rows.iter().filter_map(|&row| frame.records.get(row)?.answer.kind.as_ref()) {
        *kinds.entry(kind.0.as_str()).or_default() += 1;
    }
    kinds
}

/// Per group of `attribute`, how many of `rows` and how many of their respondents it has.
fn by_group(frame: &Frame<'_>, attribute: &Attribute<'_>, rows: &[usize]) -> Vec<(usize, usize)> {
    let mut sizes = vec![(0, 0); attribute.groups.len()];
    let mut people: Vec<(usize, usize)> = Vec::new();
    for &row in rows {
        let Some(group) = attribute.group(row) else { continue };
        if let Some(size) = sizes.get_mut(group) {
            size.0 += 1;
        }
        people.extend(frame.respondent.get(row).copied().flatten().map(|person| (group, person)));
    }
    people.sort_unstable();
    people.dedup();
    for (group, _) in people {
        if let Some(size) = sizes.get_mut(group) {
            size.1 += 1;
        }
    }
    sizes
}

fn breadth(attribute: &Attribute<'_>, base: &[(usize, usize)], found: &[(usize, usize)], sparse: bool) -> Breadth {
    let present = found.iter().filter(|size| size.0 > 0).count();
    let possible = base.iter().filter(|size| size.0 > 0).count();
    let effective = effective_number(found).min(present as f64);
    let even = effective_number(base);
    let only_present = sparse || attribute.groups.len() > LISTED_GROUPS;
    let by_group = attribute
        .groups
        .iter()
        .zip(base.iter().zip(found))
        .filter(|(_, (base, found))| base.0 > 0 && (found.0 > 0 || !only_present))
        .map(|(&group, (base, found))| GroupCount {
            group: group.to_owned(),
            answers: Count::new(Unit::Answers, found.0, base.0),
            respondents: (base.1 > 0).then(|| Count::new(Unit::Respondents, found.1, base.1)),
        })
        .collect();
    Breadth {
        attribute: attribute.name.to_owned(),
        groups: Count::new(Unit::Groups, present, possible),
        effective_groups: effective,
        evenness: if even > 0.0 { (effective / even).min(1.0) } else { 0.0 },
        loudest: loudest(attribute, base, found),
        by_group,
    }
}

/// The exponential of Shannon's entropy of the groups' parts; 0 where there is nothing.
fn effective_number(sizes: &[(usize, usize)]) -> f64 {
    let total: usize = sizes.iter().map(|size| size.0).sum();
    if total == 0 {
        return 0.0;
    }
    let entropy: f64 = sizes
        .iter()
        .filter(|size| size.0 > 0)
        .map(|size| {
            let part = size.0 as f64 / total as f64;
            -part * part.ln()
        })
        .sum();
    entropy.exp().max(1.0)
}

fn loudest(attribute: &Attribute<'_>, base: &[(usize, usize)], found: &[(usize, usize)]) -> Option<Loudest> {
    let total: usize = found.iter().map(|size| size.0).sum();
    let all: usize = base.iter().map(|size| size.0).sum();
    // Of equally loud groups the first by name.
    let (position, most) = found.iter().enumerate().max_by_key(|&(position, size)| (size.0, Reverse(position)))?;
    if most.0 == 0 {
        return None;
    }
    let answers = Count::new(Unit::Answers, most.0, total);
    let expected_share = base.get(position)?.0 as f64 / all.max(1) as f64;
    let dominates = total >= FEWEST_FOR_DOMINANCE && most.0 * 2 >= total && answers.share >= 2.0 * expected_share;
    Some(Loudest { group: (*attribute.groups.get(position)?).to_owned(), answers, expected_share, dominates })
}
