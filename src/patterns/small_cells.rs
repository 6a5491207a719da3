//! What must be merged or left out of tables that are passed on.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::settings::SmallCells;
use crate::record::{Analysis, Record};
use crate::tag::{AllScores, Tagging};

/// The name under which small groups are merged.
pub const OTHERS: &str = "andre";

/// Which groups are too small to stand alone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MergedGroups {
    small: BTreeMap<String, BTreeSet<String>>,
}

impl MergedGroups {
    /// The name under which an answer's group may be shown.
    pub fn label<'a>(&self, attribute: &str, group: &'a str) -> &'a str {
        if self.small.get(attribute).is_some_and(|groups| groups.contains(group)) { OTHERS } else { group }
    }
}

/// A copy of `analysis` in which groups of persons with fewer than `min_group_size` voices are merged
/// into [`OTHERS`].
///
/// Where those together are still too few, the smallest of the others join them: left out, they could
/// be worked out as the whole less the groups that are shown. Where all together are too few, the answers
/// lose that attribute. A voice is a respondent, or an answer whose respondent is unknown.
///
/// Scores of codes that are not listed are left out of the copy: they are most of it, and nothing that is passed on
/// has them.
pub fn merge_small_groups(analysis: &Analysis, rules: &SmallCells) -> Analysis {
    let mut merged = without_unlisted_scores(analysis);
    for attribute in analysis.group_names.iter().filter(|attribute| rules.are_persons(attribute)) {
        let (small, enough) = to_merge(&voices_by_group(analysis, attribute), rules.min_group_size);
        for record in &mut merged.records {
            let groups = &mut record.answer.groups;
            if groups.get(attribute).is_some_and(|group| small.contains(group.as_str())) {
                groups.remove(attribute);
                if enough {
                    groups.insert(attribute.clone(), OTHERS.to_owned());
                }
            }
        }
    }
    merged
}

fn without_unlisted_scores(analysis: &Analysis) -> Analysis {
    let records = analysis.records.par_iter().map(|record| {
        let tagging = &record.tagging;
        Record {
            answer: record.answer.clone(),
            shown: record.shown.clone(),
            tagging: Tagging {
                language: tagging.language,
                outcome: tagging.outcome,
                themes: tagging.themes.clone(),
                topics: tagging.topics.clone(),
                verdicts: tagging.verdicts.clone(),
                patterns: tagging.patterns.clone(),
                facets: tagging.facets.clone(),
                all_scores: AllScores::default(),
            },
            ..*record
        }
    });
    Analysis {
        records: records.collect(),
        clusters: analysis.clusters.clone(),
        counts: analysis.counts.clone(),
        near_equal: analysis.near_equal.clone(),
        thresholds: analysis.thresholds.clone(),
        group_names: analysis.group_names.clone(),
        review: analysis.review.clone(),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Voice<'a> {
    Respondent(&'a str),
    /// By its row.
    Answer(usize),
}

fn voices_by_group<'a>(analysis: &'a Analysis, attribute: &str) -> BTreeMap<&'a str, BTreeSet<Voice<'a>>> {
    let mut voices: BTreeMap<&str, BTreeSet<Voice<'_>>> = BTreeMap::new();
    for (row, record) in analysis.records.iter().enumerate() {
        if let Some(group) = record.answer.groups.get(attribute) {
            let respondent = record.answer.respondent.as_ref();
            let voice = respondent.map_or(Voice::Answer(row), |respondent| Voice::Respondent(&respondent.0));
            voices.entry(group).or_default().insert(voice);
        }
    }
    voices
}

/// The groups to merge, and whether they are enough together.
fn to_merge<'a>(voices: &BTreeMap<&'a str, BTreeSet<Voice<'_>>>, least: usize) -> (BTreeSet<&'a str>, bool) {
    let mut by_size: Vec<(&str, &BTreeSet<Voice<'_>>)> = voices.iter().map(|(group, all)| (*group, all)).collect();
    // A group that bears the name of the others already is one of them.
    by_size.sort_by_key(|(group, all)| (all.len() >= least, *group != OTHERS, all.len(), *group));
    let (mut merged, mut together) = (BTreeSet::new(), BTreeSet::new());
    for (group, all) in by_size {
        let joins = all.len() < least || (!merged.is_empty() && (group == OTHERS || together.len() < least));
        if joins {
            merged.insert(group);
            together.extend(all.iter().copied());
        }
    }
    let enough = together.len() >= least;
    (merged, enough)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::{Answer, AnswerId, Place, RespondentId};

    fn record(number: usize, table: &str) -> Record {
        Record {
            answer: Answer {
                id: AnswerId(number.to_string()),
                text: String::new(),
                kind: None,
                question: None,
                asked_under: None,
                phase: None,
                groups: [("bord".to_owned(), table.to_owned())].into(),
                respondent: Some(RespondentId(number.to_string())),
                time: None,
                kept: Vec::new(),
                place: Place { file: "a".into(), row: number as u64 },
            },
            shown: String::new(),
            tagging: crate::tag::Tagging::empty(),
            cluster: None,
            same_text_group: None,
            human_checked: false,
            quote_ok: false,
        }
    }

    #[test]
    fn no_group_of_persons_under_the_least_size_is_left() {
        let tables = ["1", "1", "1", "2", "2", "3"];
        let records = tables.iter().enumerate().map(|(number, table)| record(number, table)).collect();
        let analysis = Analysis { records, group_names: vec!["bord".to_owned()], ..Analysis::default() };
        let rules = SmallCells { min_group_size: 3, ..SmallCells::default() };
        let merged = merge_small_groups(&analysis, &rules);
        let groups: Vec<&str> = merged.records.iter().map(|record| record.answer.groups["bord"].as_str()).collect();
        assert_eq!(groups, ["1", "1", "1", OTHERS, OTHERS, OTHERS]);
        let rules = SmallCells { min_group_size: 4, ..SmallCells::default() };
        assert!(
            merge_small_groups(&analysis, &rules).records.iter().all(|record| record.answer.groups["bord"] == OTHERS)
        );
    }

    fn merged(tables: &[(&str, usize)], least: usize) -> Vec<(String, usize)> {
        let tables = tables.iter().flat_map(|&(table, size)| std::iter::repeat_n(table, size));
        let records = tables.enumerate().map(|(number, table)| record(number, table)).collect();
        let analysis = Analysis { records, group_names: vec!["bord".to_owned()], ..Analysis::default() };
        let mut sizes: BTreeMap<String, usize> = BTreeMap::new();
        for record in
            merge_small_groups(&analysis, &SmallCells { min_group_size: least, ..SmallCells::default() }).records
        {
            if let Some(group) = record.answer.groups.get("bord") {
                *sizes.entry(group.clone()).or_default() += 1;
            }
        }
        sizes.into_iter().collect()
    }

    fn sizes(expected: &[(&str, usize)]) -> Vec<(String, usize)> {
        expected.iter().map(|&(group, size)| (group.to_owned(), size)).collect()
    }

    #[test]
    fn a_lone_small_group_takes_the_next_smallest_with_it() {
        assert_eq!(merged(&[("a", 20), ("b", 9), ("c", 2)], 5), sizes(&[("a", 20), (OTHERS, 11)]));
    }

    #[test]
    fn small_groups_join_a_group_that_is_called_the_others() {
        assert_eq!(
            merged(&[("a", 20), (OTHERS, 9), ("c", 2), ("d", 6)], 5),
            sizes(&[("a", 20), (OTHERS, 11), ("d", 6)])
        );
    }

    #[test]
    fn too_few_in_all_have_no_group() {
        assert_eq!(merged(&[("a", 2), ("b", 1)], 5), sizes(&[]));
    }

    #[test]
    fn groups_that_are_large_enough_stay() {
        assert_eq!(merged(&[("a", 5), (OTHERS, 7)], 5), sizes(&[("a", 5), (OTHERS, 7)]));
    }
}
