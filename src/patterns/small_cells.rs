//! What must be merged or left out of tables that are passed on.

use std::collections::{BTreeMap, BTreeSet};

use super::settings::SmallCells;
use crate::record::Analysis;

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
/// into [`OTHERS`]; where those together are still too few, the answers lose that attribute.
///
/// A voice is a respondent, or an answer whose respondent is unknown.
pub fn merge_small_groups(analysis: &Analysis, rules: &SmallCells) -> Analysis {
    let mut merged = analysis.clone();
    for attribute in analysis.group_names.iter().filter(|attribute| rules.are_persons(attribute)) {
        let mut voices: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for record in &analysis.records {
            if let Some(group) = record.answer.groups.get(attribute) {
                let voice = match &record.answer.respondent {
                    Some(respondent) => format!("r{}", respondent.0),
                    None => format!("a{}", record.answer.id),
                };
                voices.entry(group).or_default().insert(voice);
            }
        }
        let small: BTreeSet<&str> =
            voices.iter().filter(|(_, voices)| voices.len() < rules.min_group_size).map(|(group, _)| *group).collect();
        let together: BTreeSet<&String> = small.iter().filter_map(|group| voices.get(group)).flatten().collect();
        let enough = together.len() >= rules.min_group_size;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::{Answer, AnswerId, Place, RespondentId};
    use crate::record::Record;

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
}
