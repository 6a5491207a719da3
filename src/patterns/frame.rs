//! The records laid out for counting: who counts, whose voice each answer is, and in which group.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::count::{Count, Reach, Subject, Unit};
use super::settings::PatternSettings;
use crate::codebook::{Codebook, Level};
use crate::record::{Analysis, Record};
use crate::review::Review;
use crate::tag::Outcome;

/// Names of attributes whose groups sat together, in lower case.
const TABLES: [&str; 6] = ["bord", "bordnummer", "bordnr", "table", "gruppebord", "table_number"];

/// One attribute with its groups numbered in the order of their names.
#[derive(Debug)]
pub(super) struct Attribute<'a> {
    /// The attribute ("bord").
    pub name: &'a str,
    /// Group names, sorted.
    pub groups: Vec<&'a str>,
    /// Per row the position in `groups`.
    pub of: Vec<Option<usize>>,
}

/// The records laid out for counting.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    /// The records themselves.
    pub records: &'a [Record],
    /// What a person chose of them as quotes.
    pub review: &'a Review,
    /// Per row: whether its outcome is clear, so that a share of codes counts it.
    pub clear: Vec<bool>,
    /// Per row: whether it has content.
    pub content: Vec<bool>,
    /// Per row the respondent, numbered in the order of their ids.
    pub respondent: Vec<Option<usize>>,
    /// Per row the voice: its respondent, or after all those a number of its own.
    pub voice: Vec<usize>,
    /// One more than the largest voice.
    pub voices: usize,
    /// What a voice is.
    pub voice_unit: Unit,
    /// The attributes, in the order of the input.
    pub attributes: Vec<Attribute<'a>>,
    /// Position in `attributes` of the one whose groups sat together.
    pub sat_together: Option<usize>,
    /// Per row the place of its id among all ids: breaks ties in whatever order the rows stand.
    pub id_order: Vec<usize>,
}

impl<'a> Frame<'a> {
    /// Lays out `analysis`.
    pub fn new(analysis: &'a Analysis, settings: &PatternSettings) -> Self {
        let records = analysis.records.as_slice();
        let id_order = id_order(records);
        let ids: Vec<Option<&str>> = records
            .iter()
            .map(|record| record.answer.respondent.as_ref().map(|respondent| respondent.0.as_str()))
            .collect();
        let (names, respondent) = numbered(&ids);
        let voice =
            respondent.iter().zip(&id_order).map(|(known, order)| known.unwrap_or(names.len() + order)).collect();
        let content: Vec<bool> = records.iter().map(|record| record.tagging.outcome != Outcome::NoContent).collect();
        let attributes: Vec<Attribute<'a>> =
            analysis.group_names.iter().map(|name| Attribute::new(name, records)).collect();
        let sat_together = match &settings.sat_together {
            Some(name) => attributes.iter().position(|attribute| attribute.name == name),
            None => attributes.iter().position(|attribute| TABLES.contains(&attribute.name.to_lowercase().as_str())),
        };
        Frame {
            records,
            review: &analysis.review,
            clear: records
                .iter()
                .map(|record| matches!(record.tagging.outcome, Outcome::Coded | Outcome::NoneOfTheAbove))
                .collect(),
            voice_unit: voice_unit(&content, &respondent),
            voices: names.len() + records.len(),
            content,
            respondent,
            voice,
            attributes,
            sat_together,
            id_order,
        }
    }

    /// Different voices in `rows`, sorted.
    pub fn voices_of(&self, rows: &[usize]) -> Vec<usize> {
        distinct(rows.iter().filter_map(|&row| self.voice.get(row).copied()))
    }

    /// Number of different respondents in `rows`.
    pub fn respondents_in(&self, rows: &[usize]) -> usize {
        distinct(rows.iter().filter_map(|&row| *self.respondent.get(row)?)).len()
    }

    /// In how many groups `rows` are, of those that `base` is in, per attribute.
    pub fn reach(&self, rows: &[usize], base: &[usize]) -> Vec<Reach> {
        let groups = |attribute: &Attribute<'_>, rows: &[usize]| {
            let mut seen = vec![false; attribute.groups.len()];
            for group in rows.iter().filter_map(|&row| attribute.group(row)) {
                if let Some(mark) = seen.get_mut(group) {
                    *mark = true;
                }
            }
            seen.into_iter().filter(|&mark| mark).count()
        };
        self.attributes
            .iter()
            .map(|attribute| Reach {
                attribute: attribute.name.to_owned(),
                groups: Count::new(Unit::Groups, groups(attribute, rows), groups(attribute, base)),
            })
            .collect()
    }

    /// Per row the cluster whose answers depend on each other: its table, else its respondent, else
    /// itself; with the number of clusters. None where neither table nor respondent is known.
    pub fn dependence(&self) -> Option<(Vec<usize>, usize)> {
        let tables = self.sat_together.and_then(|position| self.attributes.get(position));
        let table_count = tables.map_or(0, |attribute| attribute.groups.len());
        if table_count == 0 && self.respondent.iter().all(Option::is_none) {
            return None;
        }
        let of = self
            .voice
            .iter()
            .enumerate()
            .map(|(row, voice)| tables.and_then(|attribute| attribute.group(row)).unwrap_or(table_count + voice))
            .collect();
        Some((of, table_count + self.voices))
    }

    /// Rows whose outcome is clear.
    pub fn clear_rows(&self) -> Vec<usize> {
        marked(&self.clear)
    }

    /// Rows with content.
    pub fn content_rows(&self) -> Vec<usize> {
        marked(&self.content)
    }

    /// Every code of `codebook` in its order with the rows of clear outcome that carry it, in order.
    pub fn code_rows(&self, codebook: &Codebook) -> Vec<(Subject, Vec<usize>)> {
        let codes = codebook.codes();
        let place: FxHashMap<(Level, &str), usize> =
            codes.iter().enumerate().map(|(position, code)| ((code.level, code.code.as_str()), position)).collect();
        let mut rows: Vec<Vec<usize>> = vec![Vec::new(); codes.len()];
        for (row, record) in self.records.iter().enumerate().filter(|&(row, _)| self.clear.get(row) == Some(&true)) {
            let tagging = &record.tagging;
            for (level, tags) in
                [(Level::Theme, &tagging.themes), (Level::Topic, &tagging.topics), (Level::Pattern, &tagging.patterns)]
            {
                for tag in tags {
                    let found = place.get(&(level, tag.code.as_str())).and_then(|&position| rows.get_mut(position));
                    if let Some(found) = found.filter(|found| found.last() != Some(&row)) {
                        found.push(row);
                    }
                }
            }
        }
        codes.iter().zip(rows).map(|(code, rows)| (Subject::code(code.level, code.code.as_str()), rows)).collect()
    }

    /// Every group of alike answers with its rows, in order.
    pub fn cluster_rows(&self, analysis: &Analysis) -> Vec<(Subject, Vec<usize>)> {
        let mut rows: Vec<Vec<usize>> = vec![Vec::new(); analysis.clusters.len()];
        for (row, record) in self.records.iter().enumerate().filter(|&(row, _)| self.content.get(row) == Some(&true)) {
            if let Some(found) = record.cluster.and_then(|position| rows.get_mut(position)) {
                found.push(row);
            }
        }
        analysis.clusters.iter().map(|cluster| Subject::Cluster { id: cluster.id }).zip(rows).collect()
    }
}

impl<'a> Attribute<'a> {
    fn new(name: &'a str, records: &'a [Record]) -> Self {
        let values: Vec<Option<&str>> = records
            .iter()
            .map(|record| record.answer.groups.get(name).map(String::as_str).filter(|value| !value.is_empty()))
            .collect();
        let (groups, of) = numbered(&values);
        Attribute { name, groups, of }
    }

    /// The group of a row.
    pub fn group(&self, row: usize) -> Option<usize> {
        *self.of.get(row)?
    }
}

/// The different values, sorted, and the place of each value among them.
fn numbered<'a>(values: &[Option<&'a str>]) -> (Vec<&'a str>, Vec<Option<usize>>) {
    let names: Vec<&str> = values.iter().flatten().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let place: BTreeMap<&str, usize> = names.iter().enumerate().map(|(position, &name)| (name, position)).collect();
    let of = values.iter().map(|value| place.get((*value)?).copied()).collect();
    (names, of)
}

/// The place of each answer's id among all ids.
fn id_order(records: &[Record]) -> Vec<usize> {
    let mut rows: Vec<(&str, usize)> =
        records.iter().enumerate().map(|(row, record)| (record.answer.id.0.as_str(), row)).collect();
    rows.sort_unstable();
    let mut order = vec![0; records.len()];
    for (place, (_, row)) in rows.into_iter().enumerate() {
        if let Some(entry) = order.get_mut(row) {
            *entry = place;
        }
    }
    order
}

fn voice_unit(content: &[bool], respondent: &[Option<usize>]) -> Unit {
    let known = |wanted: bool| content.iter().zip(respondent).any(|(&has, who)| has && who.is_some() == wanted);
    match (known(true), known(false)) {
        (true, false) => Unit::Respondents,
        (true, true) => Unit::Voices,
        (false, _) => Unit::Answers,
    }
}

fn marked(marks: &[bool]) -> Vec<usize> {
    marks.iter().enumerate().filter(|&(_, &mark)| mark).map(|(row, _)| row).collect()
}

/// The different numbers, sorted.
pub(super) fn distinct(numbers: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut all: Vec<usize> = numbers.collect();
    all.sort_unstable();
    all.dedup();
    all
}
