//! `notes.csv`: what people noted, with the names of what it is on. For the internal edition only.

use super::ExportError;
use super::source::Source;
use super::table::{Cell, Column, ColumnType, RowSink, Table, columns};
use crate::review::code_name::resolve;
use crate::review::{Note, NoteOn};
use crate::text::Language;

/// One row per note, in the order of the project's own `notes.csv`.
#[derive(Debug)]
pub struct NotesTable<'a>(pub Source<'a>);

impl NotesTable<'_> {
    /// What the note's subject is called; empty where it is not there.
    fn name(&self, note: &Note) -> String {
        let source = &self.0;
        match note.on {
            NoteOn::Code => resolve(&note.key, source.codebook)
                .map_or_else(String::new, |code| source.codebook.name(code.level(), code.code(), Language::Nb)),
            NoteOn::Cluster => {
                let cluster = note.key.parse().ok().and_then(|id| source.cluster(id));
                cluster.map_or_else(String::new, |cluster| cluster.label.clone())
            }
            NoteOn::Finding => super::findings::told(source)
                .find(|finding| super::findings::key(source, finding) == note.key)
                .map_or_else(String::new, |finding| super::findings::subject(source, finding).0),
            NoteOn::Answer => String::new(),
        }
    }
}

impl Table for NotesTable<'_> {
    fn columns(&self) -> Vec<Column> {
        columns(&[
            ("on", ColumnType::Text),
            ("key", ColumnType::Text),
            ("name_nb", ColumnType::Text),
            ("note", ColumnType::Prose),
            ("who", ColumnType::Text),
            ("when", ColumnType::Text),
        ])
    }

    fn rows(&self, sink: &mut dyn RowSink) -> Result<(), ExportError> {
        self.0.analysis.review.notes.iter().try_for_each(|note| {
            sink.row(&[
                Cell::Text(note.on.name()),
                Cell::Text(&note.key),
                Cell::Text(&self.name(note)),
                Cell::Text(&note.note),
                Cell::Text(&note.who),
                Cell::Text(&note.when),
            ])
        })
    }
}
