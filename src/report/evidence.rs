//! From number to answer: every number in the internal edition leads to a list of the answers behind it, and every
//! answer in a list stands in full at the end of the report, once.

use rustc_hash::FxHashMap;

use crate::export::{Edition, Source};

/// How much of the evidence fits into one report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Answers that a number's list shows at most.
    pub per_number: usize,
    /// Answers that the list of a cell of a cross table shows at most.
    pub per_cell: usize,
    /// Characters of an answer in the appendix at most.
    pub per_answer: usize,
    /// Characters of an answer in a list at most.
    pub per_snippet: usize,
}

impl Limits {
    /// From generous to frugal: the report takes the first that keeps it under its greatest size.
    pub const TIERS: [Limits; 5] = [
        Limits { per_number: 50, per_cell: 50, per_answer: 4_000, per_snippet: 160 },
        Limits { per_number: 50, per_cell: 12, per_answer: 1_200, per_snippet: 120 },
        Limits { per_number: 40, per_cell: 5, per_answer: 600, per_snippet: 90 },
        Limits { per_number: 20, per_cell: 2, per_answer: 400, per_snippet: 60 },
        Limits { per_number: 8, per_cell: 1, per_answer: 240, per_snippet: 40 },
    ];
}

/// What kind of number a list is behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// A number of its own.
    Number,
    /// One of many in a cross table.
    Cell,
}

/// The answers behind one number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceList {
    /// What was counted.
    pub title: String,
    /// The filter on `answers.csv` that gives all of them.
    pub filter: String,
    /// How many there are.
    pub total: usize,
    /// Positions of those shown, in input order.
    pub rows: Vec<usize>,
}

/// Collects the lists while the report's sections are put together.
#[derive(Debug)]
pub struct Evidence {
    limits: Limits,
    linked: bool,
    lists: Vec<EvidenceList>,
    positions: FxHashMap<(String, String), usize>,
    /// Per answer, whether it stands in full at the end.
    appendix: Vec<bool>,
}

impl Evidence {
    /// An empty collection; the shared edition links nothing.
    pub fn new(source: &Source<'_>, limits: Limits) -> Self {
        Evidence {
            limits,
            linked: source.edition == Edition::Internal,
            lists: Vec::new(),
            positions: FxHashMap::default(),
            appendix: vec![false; source.analysis.records.len()],
        }
    }

    /// The limits in force.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Where the list of `rows` will stand; none where nothing is linked or there is nothing to show.
    pub fn link(&mut self, title: &str, filter: &str, rows: &[usize], weight: Weight) -> Option<String> {
        if !self.linked || rows.is_empty() {
            return None;
        }
        let key = (title.to_owned(), filter.to_owned());
        let position = match self.positions.get(&key) {
            Some(&position) => position,
            None => self.add(key, rows, weight),
        };
        Some(format!("#l{}", position + 1))
    }

    /// Where one answer will stand in full.
    pub fn answer(&mut self, row: usize) -> Option<String> {
        if !self.linked {
            return None;
        }
        *self.appendix.get_mut(row)? = true;
        Some(answer_anchor(row))
    }

    /// The lists and the answers they lead to, both in order.
    pub fn into_parts(self) -> (Vec<EvidenceList>, Vec<usize>) {
        let answers = (0..).zip(self.appendix).filter(|(_, shown)| *shown).map(|(row, _)| row);
        (self.lists, answers.collect())
    }

    fn add(&mut self, key: (String, String), rows: &[usize], weight: Weight) -> usize {
        let limit = match weight {
            Weight::Number => self.limits.per_number,
            Weight::Cell => self.limits.per_cell,
        };
        let shown = self.choose(rows, limit);
        for &row in &shown {
            if let Some(in_appendix) = self.appendix.get_mut(row) {
                *in_appendix = true;
            }
        }
        let position = self.lists.len();
        self.positions.insert(key.clone(), position);
        self.lists.push(EvidenceList { title: key.0, filter: key.1, total: rows.len(), rows: shown });
        position
    }

    /// At most `limit` of `rows`: first those that the report shows already, then evenly over the rest, so that no
    /// part of the input is left out.
    fn choose(&self, rows: &[usize], limit: usize) -> Vec<usize> {
        let rows: Vec<usize> = rows.iter().copied().filter(|&row| row < self.appendix.len()).collect();
        if rows.len() <= limit {
            return rows;
        }
        let (shown, rest): (Vec<usize>, Vec<usize>) =
            rows.iter().partition(|&&row| self.appendix.get(row).is_some_and(|shown| *shown));
        let mut chosen = evenly(&shown, limit);
        chosen.extend(evenly(&rest, limit - chosen.len()));
        chosen.sort_unstable();
        chosen
    }
}

/// The anchor of an answer, as a link.
pub fn answer_anchor(row: usize) -> String {
    format!("#a{}", row + 1)
}

fn evenly(rows: &[usize], limit: usize) -> Vec<usize> {
    let count = limit.min(rows.len());
    (0..count).filter_map(|step| rows.get(step * rows.len() / count).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evenly_takes_from_all_over() {
        let rows: Vec<usize> = (0..100).collect();
        assert_eq!(evenly(&rows, 4), [0, 25, 50, 75]);
        assert_eq!(evenly(&rows[..3], 4), [0, 1, 2]);
        assert!(evenly(&[], 4).is_empty());
    }
}
