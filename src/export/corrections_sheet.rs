//! The sheet "Rett her": a row per code that was set, and one per answer for what is missing, to be filled in by people.
//!
//! The headers are read back by `innspill import`; change neither the names nor the choices without it.

use super::ExportError;
use super::table::{Cell, Column, ColumnType, RowSink, Table, columns};
use crate::codebook::{Codebook, Level};
use crate::record::Analysis;
use crate::review::code_name::CodeName;
use crate::review::text_hash;
use crate::tag::Tag;
use crate::text::Language;

/// The sheet's name.
pub const SHEET: &str = "Rett her";
/// The sheet that the drop-down of codes reads.
pub const CODES_SHEET: &str = "koder";
/// Headers, in order.
pub const HEADERS: [&str; 8] = ["svar-id", "tekst-hash", "tekst", "kode", "handling", "side", "hvem", "hvorfor"];
/// What can be done with a code.
pub const ACTIONS: [&str; 4] = ["legg til", "fjern", "bekreft", "side"];
/// The sides of a topic.
pub const SIDES: [&str; 5] = ["A", "B", "begge", "ingen", "uklart"];
/// Position of `kode`, `handling` and `side` among the headers.
pub const CODE_COLUMN: u16 = 3;
/// See [`CODE_COLUMN`].
pub const ACTION_COLUMN: u16 = 4;
/// See [`CODE_COLUMN`].
pub const SIDE_COLUMN: u16 = 5;

/// A row per topic and pattern of each answer, then one without a code for what the machine missed.
#[derive(Debug)]
pub struct CorrectionsTable<'a> {
    analysis: &'a Analysis,
    codebook: &'a Codebook,
    limit: usize,
}

impl<'a> CorrectionsTable<'a> {
    /// At most `limit` rows.
    pub fn new(analysis: &'a Analysis, codebook: &'a Codebook, limit: usize) -> Self {
        CorrectionsTable { analysis, codebook, limit }
    }
}

impl Table for CorrectionsTable<'_> {
    fn columns(&self) -> Vec<Column> {
        let [id, hash, text, code, action, side, who, why] = HEADERS;
        columns(&[
            (id, ColumnType::Text),
            (hash, ColumnType::Text),
            (text, ColumnType::Prose),
            (code, ColumnType::Text),
            (action, ColumnType::Text),
            (side, ColumnType::Text),
            (who, ColumnType::Text),
            (why, ColumnType::Text),
        ])
    }

    fn rows(&self, sink: &mut dyn RowSink) -> Result<(), ExportError> {
        let mut rows = 0_usize;
        for record in &self.analysis.records {
            let hash = text_hash(&record.shown);
            let named = |level: Level, tags: &[Tag]| -> Vec<String> {
                tags.iter().map(|tag| CodeName::new(level, &tag.code).written(self.codebook)).collect()
            };
            let mut codes = named(Level::Topic, &record.tagging.topics);
            codes.extend(named(Level::Pattern, &record.tagging.patterns));
            codes.push(String::new());
            for code in &codes {
                if rows >= self.limit {
                    return Ok(());
                }
                rows += 1;
                let known = [&record.answer.id.0, &hash, &record.shown, code].map(|text| Cell::Text(text));
                let [id, hash, text, code] = known;
                sink.row(&[id, hash, text, code, Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty])?;
            }
        }
        Ok(())
    }
}

/// The codes to choose from, topics and patterns, then themes, with their names.
#[derive(Debug)]
pub struct CodesTable<'a>(pub &'a Codebook);

impl CodesTable<'_> {
    /// How many codes there are.
    pub fn len(&self) -> usize {
        self.0.codes().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Table for CodesTable<'_> {
    fn columns(&self) -> Vec<Column> {
        columns(&[("kode", ColumnType::Text), ("navn", ColumnType::Text), ("nivå", ColumnType::Text)])
    }

    fn rows(&self, sink: &mut dyn RowSink) -> Result<(), ExportError> {
        for level in [Level::Topic, Level::Pattern, Level::Theme] {
            let called = match level {
                Level::Theme => "kategori",
                Level::Topic => "tema",
                Level::Pattern => "mønster",
            };
            for entry in self.0.codes().into_iter().filter(|entry| entry.level == level) {
                let name = self.0.name(level, &entry.code, Language::Nb);
                let code = CodeName::new(level, &entry.code).written(self.0);
                sink.row(&[Cell::Text(&code), Cell::Text(&name), Cell::Text(called)])?;
            }
        }
        Ok(())
    }
}
