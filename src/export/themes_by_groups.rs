//! The workbook's cross table: codes down, groups across.

use std::collections::BTreeSet;

use super::ExportError;
use super::source::Source;
use super::table::{Cell, Column, ColumnType, RowSink, Table, columns};
use crate::patterns::{Prevalence, Subject};
use crate::text::Language;

/// Groups of one attribute that the sheet has columns for at most, by name; `groups.csv` has them all.
const MOST_GROUPS: usize = 200;

/// Answers that mention each code, in all and per group. The first row holds the bases.
#[derive(Debug)]
pub struct ThemesByGroups<'a> {
    source: Source<'a>,
    /// Attribute and its groups, in the order of the columns.
    groups: Vec<(String, Vec<String>)>,
}

impl<'a> ThemesByGroups<'a> {
    /// For all attributes that the patterns know.
    pub fn new(source: Source<'a>) -> Self {
        let mut names: Vec<(String, BTreeSet<&str>)> = Vec::new();
        for breadth in source.patterns.prevalence.iter().flat_map(|entry| &entry.breadth) {
            let position =
                names.iter().position(|(attribute, _)| attribute == &breadth.attribute).unwrap_or_else(|| {
                    names.push((breadth.attribute.clone(), BTreeSet::new()));
                    names.len() - 1
                });
            if let Some((_, names)) = names.get_mut(position) {
                names.extend(breadth.by_group.iter().map(|group| group.group.as_str()));
            }
        }
        let groups = names
            .into_iter()
            .map(|(attribute, names)| (attribute, names.into_iter().take(MOST_GROUPS).map(str::to_owned).collect()))
            .collect();
        ThemesByGroups { source, groups }
    }

    fn row(&self, entry: &Prevalence, what: Of, sink: &mut dyn RowSink) -> Result<(), ExportError> {
        let name = self.source.name(&entry.subject, Language::Nb);
        let mut cells = match what {
            Of::Base => vec![Cell::Text("n"), Cell::Empty, Cell::Empty],
            Of::Mentions => name.cells().to_vec(),
        };
        cells.push(what.cell(Some(&entry.answers)));
        for (attribute, names) in &self.groups {
            let breadth = entry.breadth.iter().find(|breadth| &breadth.attribute == attribute);
            let by_group = breadth.map(|breadth| breadth.by_group.as_slice()).unwrap_or_default();
            for name in names {
                let found = by_group.iter().find(|group| &group.group == name);
                cells.push(what.cell(found.map(|group| &group.answers)));
            }
        }
        sink.row(&cells)
    }
}

#[derive(Clone, Copy)]
enum Of {
    Base,
    Mentions,
}

impl Of {
    fn cell(self, count: Option<&crate::patterns::Count>) -> Cell<'static> {
        match (self, count) {
            (_, Some(count)) if count.suppressed => Cell::Empty,
            (Of::Base, Some(count)) => Cell::count(count.n),
            (Of::Mentions, Some(count)) => Cell::count(count.k),
            // A group without any answer that mentions the code may be left out.
            (Of::Mentions, None) => Cell::count(0),
            (Of::Base, None) => Cell::Empty,
        }
    }
}

impl Table for ThemesByGroups<'_> {
    fn columns(&self) -> Vec<Column> {
        let mut list = columns(&[
            ("level", ColumnType::Text),
            ("code", ColumnType::Text),
            ("name_nb", ColumnType::Text),
            ("answers", ColumnType::Integer),
        ]);
        for (attribute, names) in &self.groups {
            list.extend(names.iter().map(|name| Column::new(format!("{attribute}: {name}"), ColumnType::Integer)));
        }
        list
    }

    fn rows(&self, sink: &mut dyn RowSink) -> Result<(), ExportError> {
        let entries = &self.source.patterns.prevalence;
        if let Some(first) = entries.first() {
            self.row(first, Of::Base, sink)?;
        }
        let codes = entries.iter().filter(|entry| matches!(entry.subject, Subject::Code { .. }));
        codes.into_iter().try_for_each(|entry| self.row(entry, Of::Mentions, sink))
    }
}
