//! Codes by groups as a heat map: one table per attribute.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::Serialize;

use crate::codebook::Level;
use crate::patterns::{Count, GroupCount, Prevalence, Subject};
use crate::report::charts::{scale, shade};
use crate::report::compose::{Composer, Figure};
use crate::report::evidence::Weight;

/// Columns that a table has at most; the smallest groups are left to `groups.csv`.
const MOST_COLUMNS: usize = 24;

/// Answers that a group needs before its shares decide how dark the darkest cell is.
const LEAST_FOR_SCALE: usize = 10;

/// The section.
#[derive(Debug, Serialize)]
pub struct Groups {
    attributes: Vec<AttributeView>,
}

/// One attribute's table.
#[derive(Debug, Serialize)]
struct AttributeView {
    anchor: String,
    name: String,
    columns: Vec<GroupColumn>,
    left_out: usize,
    blocks: Vec<Block>,
}

/// A group and the answers that count in it.
#[derive(Debug, Serialize)]
struct GroupColumn {
    name: String,
    base: String,
}

/// Rows under one heading: patterns, themes, topics.
#[derive(Debug, Serialize)]
struct Block {
    heading: String,
    scale: String,
    rows: Vec<HeatRow>,
}

#[derive(Debug, Serialize)]
struct HeatRow {
    name: String,
    reach: Option<String>,
    cells: Vec<HeatCell>,
}

#[derive(Debug, Serialize)]
struct HeatCell {
    figure: Figure,
    share: Option<String>,
    shade: usize,
}

/// Puts the section together.
pub fn groups(composer: &mut Composer<'_>) -> Groups {
    let first = composer.source.patterns.prevalence.first();
    let names: Vec<String> = first.map(attribute_names).unwrap_or_default();
    let attributes = names.iter().enumerate().filter_map(|(position, name)| attribute(composer, position, name));
    Groups { attributes: attributes.collect() }
}

fn attribute_names(entry: &Prevalence) -> Vec<String> {
    entry.breadth.iter().map(|breadth| breadth.attribute.clone()).collect()
}

fn attribute(composer: &mut Composer<'_>, position: usize, name: &str) -> Option<AttributeView> {
    let prevalence = &composer.source.patterns.prevalence;
    let bases = bases(prevalence, name);
    if bases.len() < 2 {
        return None;
    }
    let columns = widest(&bases);
    let mut blocks = Vec::new();
    for (level, heading) in
        [(Level::Pattern, "patterns_heading"), (Level::Theme, "level_themes"), (Level::Topic, "level_topics")]
    {
        let entries = || prevalence.iter().filter(|entry| entry.subject.level() == Some(level));
        let most = scale_of(entries(), name, &columns);
        let rows: Vec<HeatRow> =
            entries().map(|entry| heat_row(composer, entry, name, &columns, &bases, most)).collect();
        if !rows.is_empty() {
            let scale = composer.numbers.percent(most);
            blocks.push(Block { heading: composer.word(heading), scale, rows });
        }
    }
    Some(AttributeView {
        anchor: format!("attribute-{}", position + 1),
        name: name.to_owned(),
        left_out: bases.len() - columns.len(),
        columns: columns
            .iter()
            .map(|group| GroupColumn {
                name: group.clone(),
                base: composer.numbers.whole(bases.get(group).copied().unwrap_or(0)),
            })
            .collect(),
        blocks,
    })
}

/// The share of the darkest cell; groups too small to have one are left aside.
fn scale_of<'a>(entries: impl Iterator<Item = &'a Prevalence>, attribute: &str, columns: &[String]) -> f64 {
    let cells: Vec<Count> = entries
        .flat_map(|entry| by_group(entry, attribute))
        .filter(|group| {
            columns.contains(&group.group) && !group.answers.suppressed && group.answers.n >= LEAST_FOR_SCALE
        })
        .map(|group| Count { high: group.answers.share, ..group.answers })
        .collect();
    scale(cells.iter())
}

/// Answers that count, by group.
fn bases(prevalence: &[Prevalence], attribute: &str) -> BTreeMap<String, usize> {
    let codes = prevalence.iter().filter(|entry| matches!(entry.subject, Subject::Code { .. }));
    codes.flat_map(|entry| by_group(entry, attribute)).map(|group| (group.group.clone(), group.answers.n)).collect()
}

fn by_group<'a>(entry: &'a Prevalence, attribute: &str) -> &'a [GroupCount] {
    let breadth = entry.breadth.iter().find(|breadth| breadth.attribute == attribute);
    breadth.map(|breadth| breadth.by_group.as_slice()).unwrap_or_default()
}

/// The largest groups, in the order of their names.
fn widest(bases: &BTreeMap<String, usize>) -> Vec<String> {
    let mut groups: Vec<(&String, usize)> = bases.iter().map(|(group, &base)| (group, base)).collect();
    groups.sort_by_key(|(_, base)| std::cmp::Reverse(*base));
    groups.truncate(MOST_COLUMNS);
    let mut names: Vec<String> = groups.into_iter().map(|(group, _)| group.clone()).collect();
    names.sort_by_key(|name| natural(name));
    names
}

/// "bord 2" before "bord 10".
fn natural(name: &str) -> (String, u64, String) {
    let start = name.find(|character: char| character.is_ascii_digit()).unwrap_or(name.len());
    let (text, rest) = name.split_at(start);
    let end = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
    let number = rest.get(..end).and_then(|digits| digits.parse().ok()).unwrap_or(0);
    (text.to_lowercase(), number, name.to_owned())
}

fn heat_row(
    composer: &mut Composer<'_>,
    entry: &Prevalence,
    attribute: &str,
    columns: &[String],
    bases: &BTreeMap<String, usize>,
    most: f64,
) -> HeatRow {
    let rows = rows_by_group(composer, entry, attribute);
    let name = composer.name(&entry.subject);
    let title = composer.subject_title(&entry.subject);
    let filter = composer.filter(&entry.subject);
    let cells = columns.iter().map(|group| {
        let found = by_group(entry, attribute).iter().find(|count| &count.group == group);
        let base = bases.get(group).copied().unwrap_or(0);
        let count = found.map_or_else(|| Count::new(crate::patterns::Unit::Answers, 0, base), |found| found.answers);
        let rows = rows.get(group.as_str()).map(Vec::as_slice).unwrap_or_default();
        let cell_title = format!("{title} – {attribute}: {group}");
        let cell_filter = format!("{filter} & {attribute} = {group}");
        HeatCell {
            figure: composer.figure(&count, &cell_title, &cell_filter, rows, Weight::Cell),
            share: if count.k == 0 { None } else { composer.numbers.share(&count) },
            shade: shade(&count, most),
        }
    });
    let cells = cells.collect();
    let breadth = entry.breadth.iter().find(|breadth| breadth.attribute == attribute);
    let reach = breadth.and_then(|breadth| composer.groups_of(attribute, &breadth.groups));
    HeatRow { name, reach, cells }
}

/// The answers that mention a subject, by group; nothing where nothing is linked.
fn rows_by_group<'a>(composer: &Composer<'a>, entry: &Prevalence, attribute: &str) -> FxHashMap<&'a str, Vec<usize>> {
    let mut by_group: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    if composer.source.is_shared() {
        return by_group;
    }
    for &row in &entry.rows {
        let record = composer.source.analysis.records.get(row);
        if let Some(group) = record.and_then(|record| record.answer.groups.get(attribute)) {
            by_group.entry(group).or_default().push(row);
        }
    }
    by_group
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_stand_in_the_order_people_count() {
        let mut names = vec!["Bord 10", "bord 2", "Bord 1", "annet"];
        names.sort_by_key(|name| natural(name));
        assert_eq!(names, ["annet", "Bord 1", "bord 2", "Bord 10"]);
    }
}
