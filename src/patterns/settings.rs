//! What the seeking of patterns can be told.

use std::collections::BTreeMap;

use crate::tag::Basis;

/// What the seeking of patterns can be told; [`PatternSettings::default`] is what the report uses.
#[derive(Debug, Clone, PartialEq)]
pub struct PatternSettings {
    /// Patterns and topics told first where they recur.
    pub first: Vec<String>,
    /// The attribute whose groups sat together, so that their answers depend on each other: intervals
    /// are then those of whole tables. None: an attribute named like a table, where there is one.
    pub sat_together: Option<String>,
    /// Largest share of false discoveries among what is called a contrast or a pair.
    pub false_discovery_rate: f64,
    /// Fewest voices that a code, a word or a phrase needs before it is tested or told.
    pub min_voices: usize,
    /// Fewest voices that a group needs before it is compared with the others.
    pub min_group_voices: usize,
    /// At most so many groups of an attribute are compared, largest first.
    pub max_groups_compared: usize,
    /// At most so many words are compared between groups, most used first.
    pub max_words_compared: usize,
    /// Grounds of verdicts that count as taking a side.
    pub bases: Vec<Basis>,
    /// Fewest alike texts that are a finding.
    pub min_alike: usize,
    /// At most so many uncovered phrases are listed.
    pub max_phrases: usize,
    /// At most so many quotes are chosen per number.
    pub max_quotes: usize,
    /// Choose only quotes that a person has said may be passed on.
    pub only_quotable: bool,
    /// Rules for tables that are passed on; none for the internal edition.
    pub small_cells: Option<SmallCells>,
}

impl Default for PatternSettings {
    fn default() -> Self {
        PatternSettings {
            first: ["silos", "citizen_involvement", "ai"].map(str::to_owned).to_vec(),
            sat_together: None,
            false_discovery_rate: 0.05,
            min_voices: 5,
            min_group_voices: 5,
            max_groups_compared: 50,
            max_words_compared: 5_000,
            bases: vec![Basis::Stated],
            min_alike: 5,
            max_phrases: 100,
            max_quotes: 5,
            only_quotable: false,
            small_cells: None,
        }
    }
}

impl PatternSettings {
    /// Settings for the edition that is passed on.
    pub fn shared(self, small_cells: SmallCells) -> Self {
        PatternSettings { only_quotable: true, small_cells: Some(small_cells), ..self }
    }
}

/// Rules for tables that are passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmallCells {
    /// Groups of persons with fewer voices are merged; counts under it are suppressed.
    pub min_group_size: usize,
    /// Whether small counts are suppressed, besides the merging of groups.
    pub suppress_cells: bool,
    /// Whether an attribute's groups are groups of persons (`[group.NAME] persons`); those not named are.
    pub persons: BTreeMap<String, bool>,
}

impl Default for SmallCells {
    fn default() -> Self {
        SmallCells { min_group_size: 5, suppress_cells: true, persons: BTreeMap::new() }
    }
}

impl SmallCells {
    /// Whether the groups of `attribute` are groups of persons.
    pub fn are_persons(&self, attribute: &str) -> bool {
        self.persons.get(attribute).copied().unwrap_or(true)
    }
}
