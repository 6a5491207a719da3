//! `codebook.csv`: what each code means, so that a table of codes can be read on its own.

use super::ExportError;
use super::table::{Cell, Column, ColumnType, RowSink, Table, columns};
use crate::codebook::{Codebook, Meaning, Topic};
use crate::text::Language;

/// One row per theme, topic, claim, pattern, facet and facet value.
#[derive(Debug)]
pub struct CodebookTable<'a>(pub &'a Codebook);

/// What a row says besides its meaning.
struct Heading<'a> {
    level: &'static str,
    code: &'a str,
    within: &'a str,
}

impl Table for CodebookTable<'_> {
    fn columns(&self) -> Vec<Column> {
        columns(&[
            ("level", ColumnType::Text),
            ("code", ColumnType::Text),
            ("within", ColumnType::Text),
            ("column", ColumnType::Text),
            ("name_nb", ColumnType::Text),
            ("name_nn", ColumnType::Text),
            ("name_en", ColumnType::Text),
            ("definition", ColumnType::Prose),
            ("include", ColumnType::Prose),
            ("exclude", ColumnType::Prose),
            ("terms", ColumnType::Prose),
            ("examples", ColumnType::Prose),
        ])
    }

    fn rows(&self, sink: &mut dyn RowSink) -> Result<(), ExportError> {
        for theme in &self.0.themes {
            let heading = Heading { level: "theme", code: &theme.id, within: "" };
            row(&heading, &format!("theme_{}", theme.id), &theme.meaning, sink)?;
            for topic in &theme.topics {
                topic_rows(&theme.id, topic, sink)?;
            }
        }
        for pattern in &self.0.patterns {
            let heading = Heading { level: "pattern", code: &pattern.id, within: "" };
            row(&heading, &format!("pat_{}", pattern.id), &pattern.meaning, sink)?;
        }
        for facet in &self.0.facets {
            let meaning =
                Meaning { name: facet.name.clone(), definition: facet.definition.clone(), ..Meaning::default() };
            let column = format!("facet_{}", facet.id);
            row(&Heading { level: "facet", code: &facet.id, within: "" }, &column, &meaning, sink)?;
            for value in &facet.values {
                let heading = Heading { level: "facet value", code: &value.id, within: &facet.id };
                row(&heading, &column, &value.meaning, sink)?;
            }
        }
        Ok(())
    }
}

fn topic_rows(theme: &str, topic: &Topic, sink: &mut dyn RowSink) -> Result<(), ExportError> {
    let code = format!("{theme}/{}", topic.id);
    let column = super::answers::topic_column("topic", &code);
    row(&Heading { level: "topic", code: &code, within: theme }, &column, &topic.meaning, sink)?;
    let column = super::answers::topic_column("verdict", &code);
    for claim in &topic.claims {
        let meaning = Meaning { name: claim.text.clone(), examples: claim.examples.clone(), ..Meaning::default() };
        row(&Heading { level: "claim", code: &claim.id, within: &code }, &column, &meaning, sink)?;
    }
    Ok(())
}

fn row(heading: &Heading<'_>, column: &str, meaning: &Meaning, sink: &mut dyn RowSink) -> Result<(), ExportError> {
    let joined = |texts: &mut dyn Iterator<Item = &str>| texts.collect::<Vec<_>>().join("; ");
    let include = joined(&mut meaning.include.iter().map(String::as_str));
    let exclude = joined(&mut meaning.exclude.iter().map(String::as_str));
    let terms = joined(&mut meaning.terms.all());
    let examples = joined(&mut meaning.examples.all());
    sink.row(&[
        Cell::Text(heading.level),
        Cell::Text(heading.code),
        Cell::Text(heading.within),
        Cell::Text(column),
        Cell::maybe_text(meaning.name.nb.as_deref()),
        Cell::maybe_text(meaning.name.nn.as_deref()),
        Cell::maybe_text(meaning.name.en.as_deref()),
        Cell::Text(meaning.definition.get(Language::Nb)),
        Cell::Text(&include),
        Cell::Text(&exclude),
        Cell::Text(&terms),
        Cell::Text(&examples),
    ])
}
