//! `tags.csv`: one row per tag and span.

use super::ExportError;
use super::table::{Cell, Column, ColumnType, RowSink, Table, columns};
use crate::codebook::{Codebook, Level};
use crate::record::{Analysis, Record};
use crate::span::Span;
use crate::tag::Tag;
use crate::text::Language;

/// One row per tag and span: themes, topics and patterns of each answer, in the order of the answers.
///
/// `set_by` is `person` or `model`; where a person has set any tag of the run, a last column `who` names them.
///
/// A theme has no spans of its own: it is shown by the union of its topics' spans. A tag without any span has one
/// row with `start`, `end` and `evidence` empty. Spans count code points of the shown text; `evidence` is its slice.
#[derive(Debug)]
pub struct TagsTable<'a> {
    analysis: &'a Analysis,
    names: rustc_hash::FxHashMap<(Level, String), String>,
    limit: usize,
}

impl<'a> TagsTable<'a> {
    /// Tags of all answers.
    pub fn new(analysis: &'a Analysis, codebook: &Codebook) -> Self {
        let names = codebook
            .codes()
            .into_iter()
            .map(|entry| {
                let name = codebook.name(entry.level, &entry.code, Language::Nb);
                ((entry.level, entry.code), name)
            })
            .collect();
        TagsTable { analysis, names, limit: usize::MAX }
    }

    /// At most `limit` rows, for the workbook.
    pub fn limited(self, limit: usize) -> Self {
        TagsTable { limit, ..self }
    }

    /// Number of rows that there are without a limit.
    pub fn row_count(&self) -> usize {
        self.analysis
            .records
            .iter()
            .map(|record| tags_of(record).map(|(_, _, spans)| spans.len().max(1)).sum::<usize>())
            .sum()
    }

    fn names_people(&self) -> bool {
        !self.analysis.review.set_by.is_empty()
    }

    fn tag_rows(
        &self,
        row: usize,
        record: &Record,
        (level, tag, spans): (Level, &Tag, Vec<Span>),
        sink: &mut dyn RowSink,
    ) -> Result<usize, ExportError> {
        let key = (level, tag.code.clone());
        let name = self.names.get(&key).map_or(tag.code.as_str(), String::as_str);
        let threshold = self.analysis.thresholds.get(&key).map(|threshold| threshold.value());
        let person = set_by(self.analysis, row, level, &tag.code);
        let start_of_row = [
            Cell::Text(&record.answer.id.0),
            Cell::Text(&tag.code),
            Cell::Text(name),
            Cell::Decimal(tag.score.value()),
            Cell::maybe_decimal(threshold),
            Cell::Text(setter_id(person)),
        ];
        let mut write = |end_of_row: [Cell<'_>; 3]| {
            let [answer, code, name, score, threshold, set_by] = start_of_row;
            let [start, end, evidence] = end_of_row;
            let cells = [answer, code, name, score, threshold, set_by, start, end, evidence, Cell::maybe_text(person)];
            sink.row(if self.names_people() { &cells } else { &cells[..9] }) // of the ten just above
        };
        if spans.is_empty() {
            write([Cell::Empty; 3])?;
            return Ok(1);
        }
        for span in &spans {
            write([
                Cell::Integer(i64::from(span.start)),
                Cell::Integer(i64::from(span.end)),
                Cell::Text(span.slice(&record.shown)),
            ])?;
        }
        Ok(spans.len())
    }
}

impl Table for TagsTable<'_> {
    fn columns(&self) -> Vec<Column> {
        let mut list = columns(&[
            ("answer_id", ColumnType::Text),
            ("code", ColumnType::Text),
            ("name_nb", ColumnType::Text),
            ("score", ColumnType::Decimal),
            ("threshold", ColumnType::Decimal),
            ("set_by", ColumnType::Text),
            ("start", ColumnType::Integer),
            ("end", ColumnType::Integer),
            ("evidence", ColumnType::Prose),
        ]);
        if self.names_people() {
            list.push(Column::new("who", ColumnType::Text));
        }
        list
    }

    fn rows(&self, sink: &mut dyn RowSink) -> Result<(), ExportError> {
        let mut rows = 0_usize;
        for (row, record) in self.analysis.records.iter().enumerate() {
            for tag in tags_of(record) {
                if rows >= self.limit {
                    return Ok(());
                }
                rows += self.tag_rows(row, record, tag, sink)?;
            }
        }
        Ok(())
    }
}

/// The person who set or confirmed a tag, whose name may be empty; none where the machine alone did.
pub fn set_by<'a>(analysis: &'a Analysis, row: usize, level: Level, code: &str) -> Option<&'a str> {
    analysis.review.person(row, level, code)
}

/// `person` or `model`, as tables have it.
pub fn setter_id(person: Option<&str>) -> &'static str {
    if person.is_some() { "person" } else { "model" }
}

/// Themes, topics, patterns with the spans that show them.
pub fn tags_of(record: &Record) -> impl Iterator<Item = (Level, &Tag, Vec<Span>)> {
    let tagging = &record.tagging;
    let themes = tagging.themes.iter().map(|tag| (Level::Theme, tag, theme_spans(tag, &tagging.topics)));
    let topics = tagging.topics.iter().map(|tag| (Level::Topic, tag, tag.spans.clone()));
    let patterns = tagging.patterns.iter().map(|tag| (Level::Pattern, tag, tag.spans.clone()));
    themes.chain(topics).chain(patterns)
}

/// The theme's own spans, else the union of its topics'.
pub fn theme_spans(theme: &Tag, topics: &[Tag]) -> Vec<Span> {
    if !theme.spans.is_empty() {
        return theme.spans.clone();
    }
    let of_theme = |topic: &&Tag| topic.code.split_once('/').is_some_and(|(head, _)| head == theme.code);
    union(topics.iter().filter(of_theme).flat_map(|topic| topic.spans.iter().copied()).collect())
}

/// Sorted, with overlapping and touching spans joined.
pub fn union(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => joined.push(span),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_union_covers_each_point_once() {
        let spans = [(5, 9), (0, 3), (8, 12), (3, 4), (20, 21)].map(|(start, end)| Span { start, end });
        let joined: Vec<(u32, u32)> = union(spans.to_vec()).iter().map(|span| (span.start, span.end)).collect();
        assert_eq!(joined, [(0, 4), (5, 12), (20, 21)]);
    }
}
