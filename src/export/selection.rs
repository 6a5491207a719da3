//! Which answers to write: `--only CODE` and `--only GROUP=VALUE`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use crate::codebook::Codebook;
use crate::record::{Analysis, ClusterSummary, NearEqual, Record};
use crate::review::Review;

/// One wish of which answers to write.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Only {
    /// Answers with this theme, topic (`theme/topic`) or pattern.
    Code(String),
    /// Answers of this group.
    Group {
        /// The attribute.
        attribute: String,
        /// Its value.
        value: String,
    },
}

impl FromStr for Only {
    type Err = SelectionError;

    fn from_str(written: &str) -> Result<Self, SelectionError> {
        let written = written.trim();
        match written.split_once('=') {
            Some((attribute, value)) if !attribute.trim().is_empty() => {
                Ok(Only::Group { attribute: attribute.trim().to_owned(), value: value.trim().to_owned() })
            }
            None if !written.is_empty() => Ok(Only::Code(written.to_owned())),
            _ => Err(SelectionError::Form),
        }
    }
}

impl fmt::Display for Only {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Only::Code(code) => formatter.write_str(code),
            Only::Group { attribute, value } => write!(formatter, "{attribute}={value}"),
        }
    }
}

/// Why a selection cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectionError {
    /// Neither a code nor a group.
    #[error("give a code, as collaboration/silos, or a group, as sector=state")]
    Form,
    /// The codebook has no such code.
    #[error("--only {code}: the codebook has no such code; it has {known}")]
    NoSuchCode {
        /// What was asked for.
        code: String,
        /// Codes that would do.
        known: String,
    },
    /// No answer has that attribute.
    #[error("--only {attribute}=...: the answers have no such group; they have {known}")]
    NoSuchAttribute {
        /// What was asked for.
        attribute: String,
        /// Names that would do.
        known: String,
    },
    /// Nothing is left.
    #[error("--only: no answer fits all of it; leave one out")]
    NothingLeft,
}

/// All wishes together: answers with any of the codes and, for every attribute named, any of its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    codes: BTreeSet<String>,
    groups: Vec<(String, BTreeSet<String>)>,
}

impl Selection {
    /// What is wished of answers with these attributes.
    ///
    /// # Errors
    /// Where a code or an attribute is not known.
    pub fn new(group_names: &[String], codebook: &Codebook, wishes: &[Only]) -> Result<Self, SelectionError> {
        let mut selection = Selection { codes: BTreeSet::new(), groups: Vec::new() };
        for only in wishes {
            match only {
                Only::Code(code) => drop(selection.codes.insert(code.clone())),
                Only::Group { attribute, value } => {
                    let name = attribute_name(group_names, attribute)?;
                    match selection.groups.iter_mut().find(|(known, _)| known == name) {
                        Some((_, values)) => drop(values.insert(value.clone())),
                        None => selection.groups.push((name.to_owned(), BTreeSet::from([value.clone()]))),
                    }
                }
            }
        }
        let known: BTreeSet<String> = codebook.codes().into_iter().map(|entry| entry.code).collect();
        match selection.codes.iter().find(|code| !known.contains(*code)) {
            None => Ok(selection),
            Some(code) => Err(SelectionError::NoSuchCode {
                code: code.clone(),
                known: known.iter().map(String::as_str).collect::<Vec<_>>().join(", "),
            }),
        }
    }

    /// Whether an answer is one of those.
    pub fn fits(&self, record: &Record) -> bool {
        let of_groups = self.groups.iter().all(|(attribute, values)| {
            record.answer.groups.get(attribute).is_some_and(|value| values.contains(value.trim()))
        });
        of_groups && (self.codes.is_empty() || all_codes(record).any(|code| self.codes.contains(code)))
    }
}

/// The answers that fit.
///
/// # Errors
/// Where a code or an attribute is not known, or nothing is left.
pub fn select(analysis: &Analysis, codebook: &Codebook, wishes: &[Only]) -> Result<Analysis, SelectionError> {
    let selection = Selection::new(&analysis.group_names, codebook, wishes)?;
    let left = keep(analysis, |record| selection.fits(record));
    if left.records.is_empty() { Err(SelectionError::NothingLeft) } else { Ok(left) }
}

fn attribute_name<'a>(group_names: &'a [String], written: &str) -> Result<&'a str, SelectionError> {
    let wanted = written.to_lowercase();
    let found = group_names.iter().find(|name| name.to_lowercase() == wanted);
    found.map(String::as_str).ok_or_else(|| SelectionError::NoSuchAttribute {
        attribute: written.to_owned(),
        known: if group_names.is_empty() { "none".to_owned() } else { group_names.join(", ") },
    })
}

fn all_codes(record: &Record) -> impl Iterator<Item = &str> {
    let tagging = &record.tagging;
    tagging.themes.iter().chain(&tagging.topics).chain(&tagging.patterns).map(|tag| tag.code.as_str())
}

/// The part of an analysis whose records `fits` accepts: positions are moved, and groups of alike answers counted anew.
pub fn keep(analysis: &Analysis, fits: impl Fn(&Record) -> bool) -> Analysis {
    let mut new_row: Vec<Option<usize>> = Vec::with_capacity(analysis.records.len());
    let mut records = Vec::new();
    for record in &analysis.records {
        new_row.push(fits(record).then_some(records.len()));
        if new_row.last().copied().flatten().is_some() {
            records.push(record.clone());
        }
    }
    let moved = |row: usize| new_row.get(row).copied().flatten();
    let mut sizes = vec![0_usize; analysis.clusters.len()];
    for cluster in records.iter().filter_map(|record| record.cluster) {
        if let Some(size) = sizes.get_mut(cluster) {
            *size += 1;
        }
    }
    let mut clusters: Vec<ClusterSummary> = Vec::new();
    let mut new_cluster: Vec<Option<usize>> = Vec::with_capacity(sizes.len());
    for (cluster, &size) in analysis.clusters.iter().zip(&sizes) {
        new_cluster.push((size > 0).then_some(clusters.len()));
        if size > 0 {
            let quotes = cluster.quotes.iter().filter_map(|&row| moved(row)).collect();
            clusters.push(ClusterSummary { quotes, size, ..cluster.clone() });
        }
    }
    for record in &mut records {
        record.cluster = record.cluster.and_then(|cluster| new_cluster.get(cluster).copied().flatten());
    }
    let near_equal = (analysis.near_equal.iter())
        .filter_map(|pair| Some(NearEqual { first: moved(pair.first)?, second: moved(pair.second)?, ..*pair }))
        .collect();
    Analysis {
        records,
        clusters,
        near_equal,
        counts: analysis.counts.clone(),
        thresholds: analysis.thresholds.clone(),
        group_names: analysis.group_names.clone(),
        review: Review {
            set_by: moved_keys(&analysis.review.set_by, moved),
            quotes: moved_keys(&analysis.review.quotes, moved),
            notes: analysis.review.notes.clone(),
            to_review: analysis.review.to_review.clone(),
            check: analysis.review.check.clone(),
        },
    }
}

fn moved_keys<T: Clone>(by_row: &BTreeMap<usize, T>, moved: impl Fn(usize) -> Option<usize>) -> BTreeMap<usize, T> {
    by_row.iter().filter_map(|(&row, value)| Some((moved(row)?, value.clone()))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;
    use crate::codebook::Level;
    use crate::review::code_name::CodeName;

    fn of(wishes: &[&str]) -> Result<Analysis, SelectionError> {
        let wishes: Vec<Only> = wishes.iter().map(|wish| wish.parse().unwrap()).collect();
        select(&fixture::analysis(60), &fixture::codebook(), &wishes)
    }

    #[test]
    fn codes_widen_a_selection_and_groups_narrow_it() {
        let silos = of(&["collaboration/silos"]).unwrap();
        let both = of(&["collaboration/silos", "leadership/delegation"]).unwrap();
        let of_state = of(&["collaboration/silos", "Sektor=stat"]).unwrap();
        assert_eq!(silos.records.len(), 30);
        assert_eq!(both.records.len(), 45);
        assert!(!of_state.records.is_empty() && of_state.records.len() < silos.records.len());
        assert!(of_state.records.iter().all(|record| record.answer.groups["sektor"] == "stat"));
    }

    #[test]
    fn groups_of_alike_answers_keep_their_members_and_ids() {
        let whole = fixture::analysis(60);
        let part = of(&["leadership/delegation"]).unwrap();
        for (position, cluster) in part.clusters.iter().enumerate() {
            let members = part.records.iter().filter(|record| record.cluster == Some(position)).count();
            assert_eq!(members, cluster.size);
        }
        for record in &part.records {
            let before = whole.records.iter().find(|before| before.answer.id == record.answer.id).unwrap();
            assert_eq!(before.cluster.map(|at| whole.clusters[at].id), record.cluster.map(|at| part.clusters[at].id));
        }
    }

    #[test]
    fn a_persons_work_goes_along_with_its_answer() {
        let mut whole = fixture::analysis(24);
        let code = CodeName::new(Level::Topic, "leadership/delegation");
        whole.review.set_by.insert(5, BTreeMap::from([(code.clone(), "Kari".to_owned())]));
        whole.review.set_by.insert(0, BTreeMap::from([(code, "Ola".to_owned())]));
        let part = keep(&whole, |record| record.answer.id.0 != "xq-0");
        assert_eq!(part.records[4].answer.id.0, "xq-5");
        assert_eq!(part.review.person(4, Level::Topic, "leadership/delegation"), Some("Kari"));
        assert_eq!(part.review.set_by.len(), 1);
    }

    #[test]
    fn what_is_not_known_is_said() {
        assert!(matches!(of(&["nothing/there"]), Err(SelectionError::NoSuchCode { .. })));
        assert!(matches!(of(&["fylke=Oslo"]), Err(SelectionError::NoSuchAttribute { .. })));
        assert_eq!(of(&["sektor=ingen"]), Err(SelectionError::NothingLeft));
        assert_eq!("=x".parse::<Only>(), Err(SelectionError::Form));
    }
}
