//! Names of codes in another language than bokmål.

use super::ExportError;
use super::table::{Column, RowSink, Table};
use crate::codebook::{Codebook, Meaning, Wording};
use crate::text::Language;

/// A codebook whose bokmål names and definitions are those of `language`: the tables, which ask for bokmål, then name
/// codes in it.
pub fn codebook_in(codebook: &Codebook, language: Language) -> Codebook {
    let mut own = codebook.clone();
    if language == Language::Nb {
        return own;
    }
    let reword = |wording: &mut Wording| {
        let words = wording.get(language).to_owned();
        wording.nb = (!words.is_empty()).then_some(words);
    };
    let reword_meaning = |meaning: &mut Meaning| {
        reword(&mut meaning.name);
        reword(&mut meaning.definition);
    };
    for theme in &mut own.themes {
        reword_meaning(&mut theme.meaning);
        for topic in &mut theme.topics {
            reword_meaning(&mut topic.meaning);
            topic.claims.iter_mut().for_each(|claim| reword(&mut claim.text));
        }
    }
    own.patterns.iter_mut().for_each(|pattern| reword_meaning(&mut pattern.meaning));
    for facet in &mut own.facets {
        reword(&mut facet.name);
        facet.values.iter_mut().for_each(|value| reword_meaning(&mut value.meaning));
    }
    own
}

/// A table whose column `name_nb` is called after the language it is in.
#[derive(Debug)]
pub struct InLanguage<T> {
    table: T,
    language: Language,
}

impl<T: Table> InLanguage<T> {
    /// For a table made with [`codebook_in`] the same language.
    pub fn new(table: T, language: Language) -> Self {
        InLanguage { table, language }
    }
}

impl<T: Table> Table for InLanguage<T> {
    fn columns(&self) -> Vec<Column> {
        let mut columns = self.table.columns();
        for column in columns.iter_mut().filter(|column| column.name == "name_nb") {
            column.name = format!("name_{}", super::answers::language_id(self.language));
        }
        columns
    }

    fn rows(&self, sink: &mut dyn RowSink) -> Result<(), ExportError> {
        self.table.rows(sink)
    }
}
