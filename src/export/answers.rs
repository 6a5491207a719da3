//! `answers.csv`: one row per answer, text beside 0/1 codes, verdicts and facets.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::ExportError;
use super::kept::{KeptColumns, KeptValue};
use super::table::{Cell, Column, ColumnType, RowSink, Table};
use crate::codebook::Codebook;
use crate::record::{Analysis, Record};
use crate::tag::{Outcome, Tag, Verdict};
use crate::text::Language;

/// One row per answer.
///
/// Group and kept columns carry the input's own names; one that clashes with a column before it gets `_2`, `_3`
/// and so on. Codes are empty, not 0, where the outcome is `undecided` or `no_content`.
#[derive(Debug)]
pub struct AnswersTable<'a> {
    analysis: &'a Analysis,
    codes: CodeColumns,
    kept: Cow<'a, KeptColumns>,
    /// Whether the time of each answer is a column too: in the workbook, not in `answers.csv`.
    with_time: bool,
    limit: usize,
}

/// The codebook's part of the header, in the codebook's order.
#[derive(Debug)]
struct CodeColumns {
    themes: Vec<String>,
    topics: Vec<String>,
    patterns: Vec<String>,
    facets: Vec<String>,
}

impl CodeColumns {
    fn of(codebook: &Codebook) -> Self {
        CodeColumns {
            themes: codebook.themes.iter().map(|theme| theme.id.clone()).collect(),
            topics: codebook
                .themes
                .iter()
                .flat_map(|theme| theme.topics.iter().map(move |topic| format!("{}/{}", theme.id, topic.id)))
                .collect(),
            patterns: codebook.patterns.iter().map(|pattern| pattern.id.clone()).collect(),
            facets: codebook.facets.iter().map(|facet| facet.id.clone()).collect(),
        }
    }
}

impl<'a> AnswersTable<'a> {
    /// As `answers.csv` has it.
    pub fn new(analysis: &'a Analysis, codebook: &Codebook) -> Self {
        AnswersTable {
            analysis,
            codes: CodeColumns::of(codebook),
            kept: Cow::Owned(KeptColumns::of(&analysis.records)),
            with_time: false,
            limit: usize::MAX,
        }
    }

    /// A part of the rows of a table whose kept columns are known: those of all its parts.
    pub fn part(analysis: &'a Analysis, codebook: &Codebook, kept: &'a KeptColumns, with_time: bool) -> Self {
        let (codes, kept) = (CodeColumns::of(codebook), Cow::Borrowed(kept));
        AnswersTable { analysis, codes, kept, with_time, limit: usize::MAX }
    }

    /// As the workbook has it: with the time of each answer, and at most `limit` rows.
    pub fn for_workbook(analysis: &'a Analysis, codebook: &Codebook, limit: usize) -> Self {
        AnswersTable { with_time: true, limit, ..AnswersTable::new(analysis, codebook) }
    }

    fn row<'r>(&'r self, record: &'r Record, cells: &mut Vec<Cell<'r>>) {
        self.fixed_cells(record, cells);
        let coded = matches!(record.tagging.outcome, Outcome::Coded | Outcome::NoneOfTheAbove);
        let tagging = &record.tagging;
        flags(&self.codes.themes, &tagging.themes, coded, cells);
        flags(&self.codes.topics, &tagging.topics, coded, cells);
        flags(&self.codes.patterns, &tagging.patterns, coded, cells);
        for topic in &self.codes.topics {
            let verdict = tagging.verdicts.iter().find(|verdict| &verdict.topic == topic);
            cells.push(verdict.map_or(Cell::Empty, |verdict| Cell::Text(verdict_id(verdict.verdict))));
        }
        for facet in &self.codes.facets {
            cells.push(Cell::maybe_text(tagging.facets.get(facet).and_then(Option::as_deref)));
        }
    }

    fn fixed_cells<'r>(&'r self, record: &'r Record, cells: &mut Vec<Cell<'r>>) {
        let answer = &record.answer;
        cells.extend([
            Cell::Text(&answer.id.0),
            Cell::maybe_text(answer.kind.as_ref().map(|kind| kind.0.as_str())),
            Cell::maybe_text(answer.question.as_deref()),
            Cell::maybe_text(answer.asked_under.as_deref()),
            Cell::Text(language_id(record.tagging.language)),
            Cell::Text(outcome_id(record.tagging.outcome)),
            Cell::Text(&record.shown),
        ]);
        if self.with_time {
            cells.push(answer.time.map_or(Cell::Empty, Cell::Moment));
        }
        for name in &self.analysis.group_names {
            cells.push(Cell::maybe_text(answer.groups.get(name).map(String::as_str)));
        }
        for value in self.kept.values(record) {
            cells.push(match value {
                KeptValue::Absent => Cell::Empty,
                KeptValue::Text(text) => Cell::Text(text),
                KeptValue::Integer(number) => Cell::Integer(number),
                KeptValue::Moment(moment) if self.with_time => Cell::Moment(moment.0),
                KeptValue::Moment(moment) => Cell::Text(moment.1),
            });
        }
        let cluster = record.cluster.and_then(|position| self.analysis.clusters.get(position));
        cells.extend([
            cluster.map_or(Cell::Empty, |cluster| Cell::Integer(i64::from(cluster.id))),
            Cell::maybe_text(cluster.map(|cluster| cluster.label.as_str())),
            record.same_text_group.map_or(Cell::Empty, |group| Cell::Integer(i64::from(group))),
            Cell::Flag(record.human_checked),
            Cell::Flag(record.quote_ok),
        ]);
    }
}

impl Table for AnswersTable<'_> {
    fn columns(&self) -> Vec<Column> {
        let fixed = [
            ("id", ColumnType::Text),
            ("kind", ColumnType::Category),
            ("question", ColumnType::Prose),
            ("asked_under", ColumnType::Category),
            ("lang", ColumnType::Category),
            ("outcome", ColumnType::Category),
            ("text", ColumnType::Prose),
        ];
        let after = [
            ("cluster_id", ColumnType::Integer),
            ("cluster_label", ColumnType::Category),
            ("same_text_group", ColumnType::Integer),
            ("human_checked", ColumnType::Flag),
            ("quote_ok", ColumnType::Flag),
        ];
        let codes = &self.codes;
        let code_columns = (codes.themes.iter().map(|theme| Column::new(format!("theme_{theme}"), ColumnType::Flag)))
            .chain(codes.topics.iter().map(|topic| Column::new(topic_column("topic", topic), ColumnType::Flag)))
            .chain(codes.patterns.iter().map(|pattern| Column::new(format!("pat_{pattern}"), ColumnType::Flag)))
            .chain(codes.topics.iter().map(|topic| Column::new(topic_column("verdict", topic), ColumnType::Category)))
            .chain(codes.facets.iter().map(|facet| Column::new(format!("facet_{facet}"), ColumnType::Category)));

        let ours: Vec<Column> =
            after.iter().map(|(name, holds)| Column::new(*name, *holds)).chain(code_columns).collect();
        let mut columns: Vec<Column> = fixed.iter().map(|(name, holds)| Column::new(*name, *holds)).collect();
        if self.with_time {
            columns.push(Column::new("time", ColumnType::Moment));
        }
        let mut taken: BTreeSet<String> = columns.iter().chain(&ours).map(|column| column.name.clone()).collect();
        let groups = self.analysis.group_names.iter().map(|name| (name.as_str(), ColumnType::Category));
        for (name, holds) in groups.chain(self.kept.columns()) {
            columns.push(Column::new(free_name(name, &mut taken), holds));
        }
        columns.extend(ours);
        columns
    }

    fn rows(&self, sink: &mut dyn RowSink) -> Result<(), ExportError> {
        for record in self.analysis.records.iter().take(self.limit) {
            let mut cells = Vec::with_capacity(128);
            self.row(record, &mut cells);
            sink.row(&cells)?;
        }
        Ok(())
    }
}

/// `topic_collaboration__silos` of `collaboration/silos`.
pub fn topic_column(prefix: &str, topic: &str) -> String {
    format!("{prefix}_{}", topic.replace('/', "__"))
}

/// The name itself, or with the first number from 2 that no column has.
pub(super) fn free_name(name: &str, taken: &mut BTreeSet<String>) -> String {
    let mut free = name.to_owned();
    let mut number = 2_usize;
    while !taken.insert(free.clone()) {
        free = format!("{name}_{number}");
        number += 1;
    }
    free
}

/// One cell per code: 1 where it is listed, 0 where not, empty where nothing was decided.
fn flags<'r>(codes: &[String], tags: &[Tag], decided: bool, cells: &mut Vec<Cell<'r>>) {
    if !decided {
        cells.extend(codes.iter().map(|_| Cell::Empty));
        return;
    }
    cells.extend(codes.iter().map(|code| Cell::Flag(tags.iter().any(|tag| &tag.code == code))));
}

/// `nb`, `nn`, `en`, `other`.
pub fn language_id(language: Language) -> &'static str {
    match language {
        Language::Nb => "nb",
        Language::Nn => "nn",
        Language::En => "en",
        Language::Other => "other",
    }
}

/// `coded`, `undecided`, `none_of_the_above`, `no_content`.
pub fn outcome_id(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Coded => "coded",
        Outcome::Undecided => "undecided",
        Outcome::NoneOfTheAbove => "none_of_the_above",
        Outcome::NoContent => "no_content",
    }
}

/// `A`, `B`, `both`, `neither`, `unclear`.
pub fn verdict_id(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::A => "A",
        Verdict::B => "B",
        Verdict::Both => "both",
        Verdict::Neither => "neither",
        Verdict::Unclear => "unclear",
    }
}
