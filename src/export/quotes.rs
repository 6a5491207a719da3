//! `quotes.csv`: the few answers that say it best, for each code, claim and group of alike answers.

use super::ExportError;
use super::source::Source;
use super::table::{Cell, Column, ColumnType, RowSink, Table, columns};
use crate::codebook::Level;
use crate::patterns::{Quote, Subject};
use crate::text::Language;

/// One row per quote. In what is passed on there is no id, and only quotes that may be passed on.
#[derive(Debug)]
pub struct QuotesTable<'a>(pub Source<'a>);

impl Table for QuotesTable<'_> {
    fn columns(&self) -> Vec<Column> {
        let mut list = columns(&[
            ("level", ColumnType::Text),
            ("code", ColumnType::Text),
            ("name_nb", ColumnType::Text),
            ("side", ColumnType::Text),
        ]);
        if !self.0.is_shared() {
            list.push(Column::new("answer_id", ColumnType::Text));
        }
        list.extend(columns(&[
            ("quote", ColumnType::Prose),
            ("start", ColumnType::Integer),
            ("end", ColumnType::Integer),
            ("lang", ColumnType::Text),
        ]));
        if !self.0.is_shared() {
            list.extend(columns(&[("quote_ok", ColumnType::Flag), ("human_checked", ColumnType::Flag)]));
        }
        list
    }

    fn rows(&self, sink: &mut dyn RowSink) -> Result<(), ExportError> {
        for entry in &self.0.patterns.prevalence {
            if self.0.may_tell(&entry.subject, &entry.answers) {
                self.quotes(&entry.subject, "", &entry.quotes, sink)?;
            }
        }
        for entry in &self.0.patterns.consensus {
            let topic = Subject::code(Level::Topic, entry.topic.as_str());
            self.quotes(&topic, "A", &entry.quotes_a, sink)?;
            self.quotes(&topic, "B", &entry.quotes_b, sink)?;
            self.quotes(&topic, "both", &entry.quotes_both, sink)?;
        }
        Ok(())
    }
}

impl QuotesTable<'_> {
    fn quotes(
        &self,
        subject: &Subject,
        side: &str,
        quotes: &[Quote],
        sink: &mut dyn RowSink,
    ) -> Result<(), ExportError> {
        let name = self.0.name(subject, Language::Nb);
        for quote in quotes.iter().filter(|quote| self.0.may_quote(quote.row)) {
            let Some(record) = self.0.analysis.records.get(quote.row) else { continue };
            let mut cells = name.cells().to_vec();
            cells.push(Cell::Text(side));
            if !self.0.is_shared() {
                cells.push(Cell::Text(&record.answer.id.0));
            }
            cells.extend([
                Cell::maybe_text(self.0.quoted(quote)),
                Cell::Integer(i64::from(quote.excerpt.start)),
                Cell::Integer(i64::from(quote.excerpt.end)),
                Cell::Text(super::answers::language_id(record.tagging.language)),
            ]);
            if !self.0.is_shared() {
                cells.extend([Cell::Flag(record.quote_ok), Cell::Flag(record.human_checked)]);
            }
            sink.row(&cells)?;
        }
        Ok(())
    }
}
