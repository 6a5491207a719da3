//! `codebook.csv`: what each code means, so that a table of codes can be read on its own.

use super::ExportError;
use super::source::Source;
use super::table::{Cell, Column, ColumnType, RowSink, Table, columns};
use crate::codebook::{Codebook, Level, Meaning, Topic};
use crate::review::code_name::CodeName;
use crate::review::{NoteOn, Review};
use crate::text::Language;

/// One row per theme, topic, claim, pattern, facet and facet value. `checked` is the mark of a theme, topic or pattern
/// in this project; `note` is what people noted on it, in the internal edition only.
#[derive(Debug)]
pub struct CodebookTable<'a> {
    codebook: &'a Codebook,
    review: &'a Review,
    with_notes: bool,
}

impl<'a> CodebookTable<'a> {
    /// The whole codebook, with the marks and notes of a run.
    pub fn new(codebook: &'a Codebook, source: &Source<'a>) -> Self {
        CodebookTable { codebook, review: &source.analysis.review, with_notes: !source.is_shared() }
    }
}

/// What a row says besides its meaning.
struct Heading<'a> {
    level: &'static str,
    code: &'a str,
    within: &'a str,
}

impl Table for CodebookTable<'_> {
    fn columns(&self) -> Vec<Column> {
        let mut list = columns(&[
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
            ("checked", ColumnType::Text),
        ]);
        if self.with_notes {
            list.push(Column::new("note", ColumnType::Prose));
        }
        list
    }

    fn rows(&self, sink: &mut dyn RowSink) -> Result<(), ExportError> {
        for theme in &self.codebook.themes {
            let heading = Heading { level: "theme", code: &theme.id, within: "" };
            self.row(&heading, &format!("theme_{}", theme.id), &theme.meaning, sink)?;
            for topic in &theme.topics {
                self.topic_rows(&theme.id, topic, sink)?;
            }
        }
        for pattern in &self.codebook.patterns {
            let heading = Heading { level: "pattern", code: &pattern.id, within: "" };
            self.row(&heading, &format!("pat_{}", pattern.id), &pattern.meaning, sink)?;
        }
        for facet in &self.codebook.facets {
            let meaning =
                Meaning { name: facet.name.clone(), definition: facet.definition.clone(), ..Meaning::default() };
            let column = format!("facet_{}", facet.id);
            self.row(&Heading { level: "facet", code: &facet.id, within: "" }, &column, &meaning, sink)?;
            for value in &facet.values {
                let heading = Heading { level: "facet value", code: &value.id, within: &facet.id };
                self.row(&heading, &column, &value.meaning, sink)?;
            }
        }
        Ok(())
    }
}

impl CodebookTable<'_> {
    fn topic_rows(&self, theme: &str, topic: &Topic, sink: &mut dyn RowSink) -> Result<(), ExportError> {
        let code = format!("{theme}/{}", topic.id);
        let column = super::answers::topic_column("topic", &code);
        self.row(&Heading { level: "topic", code: &code, within: theme }, &column, &topic.meaning, sink)?;
        let column = super::answers::topic_column("verdict", &code);
        for claim in &topic.claims {
            let meaning = Meaning { name: claim.text.clone(), examples: claim.examples.clone(), ..Meaning::default() };
            self.row(&Heading { level: "claim", code: &claim.id, within: &code }, &column, &meaning, sink)?;
        }
        Ok(())
    }

    /// Claims, facets and their values have no mark.
    fn mark_and_note(&self, heading: &Heading<'_>) -> (&'static str, String) {
        let level = match heading.level {
            "theme" => Level::Theme,
            "topic" => Level::Topic,
            "pattern" => Level::Pattern,
            _ => return ("", String::new()),
        };
        let code = CodeName::new(level, heading.code);
        (self.review.mark(&code).name_nb(), self.review.notes_on(NoteOn::Code, &code.written(self.codebook)))
    }

    fn row(
        &self,
        heading: &Heading<'_>,
        column: &str,
        meaning: &Meaning,
        sink: &mut dyn RowSink,
    ) -> Result<(), ExportError> {
        let joined = |texts: &mut dyn Iterator<Item = &str>| texts.collect::<Vec<_>>().join("; ");
        let include = joined(&mut meaning.include.iter().map(String::as_str));
        let exclude = joined(&mut meaning.exclude.iter().map(String::as_str));
        let terms = joined(&mut meaning.terms.all());
        let examples = joined(&mut meaning.examples.all());
        let (mark, note) = self.mark_and_note(heading);
        let cells = [
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
            Cell::Text(mark),
            Cell::Text(&note),
        ];
        sink.row(if self.with_notes { &cells } else { &cells[..13] }) // of the fourteen just above
    }
}
