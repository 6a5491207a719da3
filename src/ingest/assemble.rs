//! From the cells of a row to answers.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::identity::hash;
use super::layout::Layout;
use super::{Fields, Filter, ReadOptions, Reject, RejectReason, SkipReason, Skipped, Unit, personal, time};
use crate::answer::{Answer, AnswerId, Kind, Place, RespondentId};

/// A unit that has no id of its own yet.
#[derive(Debug)]
pub(super) struct Draft {
    /// The unit; an answer's id is empty where none was given.
    pub(super) unit: Unit,
    /// Row, line or paragraph of the file, from 1, without header.
    pub(super) ordinal: u64,
    /// Which text column of a sheet of questions, from 1.
    pub(super) part: Option<u32>,
    /// Whether the question is a column's header.
    pub(super) header_question: bool,
    /// The row's fields, where asked for.
    pub(super) fields: Option<Fields>,
}

impl Draft {
    /// A unit of its own.
    pub(super) fn of(unit: Unit, ordinal: u64) -> Self {
        Draft { unit, ordinal, part: None, header_question: false, fields: None }
    }

    /// A reject.
    pub(super) fn reject(place: Place, ordinal: u64, reason: RejectReason) -> Self {
        Draft::of(Unit::Reject(Reject { place, reason }), ordinal)
    }

    /// A skipped unit.
    pub(super) fn skipped(place: Place, ordinal: u64, reason: SkipReason) -> Self {
        Draft::of(Unit::Skipped(Skipped { place, reason }), ordinal)
    }
}

/// What holds for every row of one file.
#[derive(Debug)]
pub(super) struct Assembler {
    pub(super) file: Arc<str>,
    pub(super) options: ReadOptions,
    kind: Option<Kind>,
    question: Option<String>,
    asked_under: Option<String>,
    phase: Option<String>,
    /// How often each row of a sheet of questions has come.
    rows_seen: RefCell<FxHashMap<u128, u32>>,
}

/// What a row may know beside its cells.
#[derive(Debug, Default)]
pub(super) struct Extra {
    /// Groups that came as a map of their own.
    pub(super) groups: Vec<(String, String)>,
    /// Whether an empty text was written on purpose, so that it is an answer without content.
    pub(super) empty_is_answer: bool,
    /// The row's fields, where asked for.
    pub(super) fields: Option<Fields>,
}

impl Assembler {
    /// For the file of that name; the settings win over what the name hints of the kind.
    pub(super) fn new(file: &str, options: &ReadOptions) -> Self {
        let source = &options.source;
        let kind = source.kind.as_deref().map(Kind::from_input).or_else(|| kind_in_name(file));
        Assembler {
            file: Arc::from(file),
            kind,
            question: source.question.clone(),
            asked_under: source.asked_under.clone(),
            phase: source.phase.clone(),
            options: options.clone(),
            rows_seen: RefCell::default(),
        }
    }

    /// A place in this file.
    pub(super) fn place(&self, row: u64) -> Place {
        Place { file: Arc::clone(&self.file), row }
    }

    /// An answer that is text alone.
    pub(super) fn plain_answer(&self, text: String, row: u64) -> Answer {
        Answer {
            id: AnswerId(String::new()),
            text,
            kind: self.kind.clone(),
            question: self.question.clone(),
            asked_under: self.asked_under.clone(),
            phase: self.phase.clone(),
            groups: BTreeMap::new(),
            respondent: None,
            time: None,
            kept: Vec::new(),
            place: self.place(row),
        }
    }

    /// Turns a row, whose cells stand in the layout's order, into one draft per text column.
    pub(super) fn row<C: AsRef<str>>(
        &self,
        layout: &Layout,
        cells: &[C],
        extra: Extra,
        row: u64,
        ordinal: u64,
        drafts: &mut VecDeque<Draft>,
    ) {
        let cell = |column: usize| cells.get(column).map_or("", AsRef::as_ref);
        if layout.texts.len() > 1 && cells.iter().all(|cell| cell.as_ref().trim().is_empty()) {
            drafts.push_back(Draft::skipped(self.place(row), ordinal, SkipReason::EmptyRow));
            return;
        }
        let several = layout.texts.len() > 1;
        let mut fields = extra.fields;
        let known = layout.respondent.is_some_and(|column| !cell(column).trim().is_empty());
        let row_is_respondent = several && layout.respondent.is_none() || layout.row_is_respondent && !known;
        let row_respondent = row_is_respondent.then(|| self.row_respondent(layout, &cell));
        for (part, &column) in layout.texts.iter().enumerate() {
            let text = cell(column);
            if text.trim().is_empty() && !extra.empty_is_answer {
                let empty_row = !several && cells.iter().all(|cell| cell.as_ref().trim().is_empty());
                let reason = if empty_row { SkipReason::EmptyRow } else { SkipReason::EmptyCell };
                drafts.push_back(Draft::skipped(self.place(row), ordinal, reason));
                continue;
            }
            let mut answer = self.answer(layout, &cell, column, &extra.groups, row);
            answer.respondent = answer.respondent.or_else(|| row_respondent.clone());
            let last = part + 1 == layout.texts.len();
            drafts.push_back(Draft {
                unit: Unit::Answer(Box::new(answer)),
                ordinal,
                part: several.then_some(part as u32 + 1),
                header_question: layout.headers_are_questions,
                fields: if last { fields.take() } else { fields.clone() },
            });
        }
    }

    /// Each row of a sheet of questions is a respondent, known by the row's id or else its answers; the same wherever
    /// the row stands, and another for an equal row.
    fn row_respondent<'a>(&self, layout: &Layout, cell: &impl Fn(usize) -> &'a str) -> RespondentId {
        let columns = layout.id.as_ref().map_or(layout.texts.as_slice(), std::slice::from_ref);
        let parts: Vec<&str> = std::iter::once(&*self.file).chain(columns.iter().map(|&column| cell(column))).collect();
        let key = hash(&parts);
        let mut rows = self.rows_seen.borrow_mut();
        let occurrence = rows.entry(key).and_modify(|count| *count += 1).or_insert(1);
        let respondent = hash(&[&format!("{key:032x}"), &occurrence.to_string()]);
        RespondentId(format!("row-{:016x}", (respondent >> 64) as u64))
    }

    fn answer<'a>(
        &self,
        layout: &Layout,
        cell: &impl Fn(usize) -> &'a str,
        text: usize,
        groups: &[(String, String)],
        row: u64,
    ) -> Answer {
        let filled = |column: Option<usize>| column.map(|column| cell(column).trim()).filter(|value| !value.is_empty());
        let header = || layout.name(text);
        let mut answer = self.plain_answer(cell(text).to_owned(), row);
        answer.id = AnswerId(match filled(layout.id) {
            // Without a key there is no project, and rows are to be joined by the ids they came with.
            Some(id) if layout.ids_are_private && !self.options.key.is_empty() => {
                personal::pseudonym(id, &self.options.key)
            }
            id => id.unwrap_or("").to_owned(),
        });
        if let Some(kind) = filled(layout.kind) {
            answer.kind = Some(Kind::from_input(kind));
        } else if self.options.source.kind.is_none()
            && let Some(kind) = header().and_then(kind_of_header)
        {
            answer.kind = Some(kind);
        }
        if let Some(question) = filled(layout.question) {
            answer.question = Some(question.to_owned());
        } else if layout.headers_are_questions
            && let Some(question) = header()
        {
            answer.question = Some(question.to_owned());
        }
        if let Some(asked_under) = filled(layout.asked_under) {
            answer.asked_under = Some(asked_under.to_owned());
        }
        if let Some(phase) = filled(layout.phase) {
            answer.phase = Some(phase.to_owned());
        }
        for (name, column) in &layout.groups {
            let value = cell(*column).trim();
            if !value.is_empty() {
                answer.groups.insert(name.clone(), value.to_owned());
            }
        }
        answer.groups.extend(groups.iter().cloned());
        answer.respondent = filled(layout.respondent).map(|value| {
            RespondentId(if layout.respondents_are_private {
                personal::pseudonym(value, &self.options.key)
            } else {
                personal::respondent(value, &self.options.key)
            })
        });
        answer.time = filled(layout.time).and_then(time::parse_time);
        answer.kept = layout
            .kept
            .iter()
            .filter_map(|&column| Some((layout.name(column)?.to_owned(), cell(column).to_owned())))
            .collect();
        answer
    }

    /// Whether a row passes every filter; `value` looks a field up.
    pub(super) fn passes(&self, test: impl Fn(&Filter) -> bool) -> bool {
        self.options.filters.iter().all(test)
    }
}

/// The kind that a file's name hints at ("onsker_bord3.csv").
fn kind_in_name(file: &str) -> Option<Kind> {
    let (file, sheet) = file.split_once('#').unwrap_or((file, ""));
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file).to_lowercase();
    const HINTS: &[(&str, &str)] = &[
        ("onske", "wish"),
        ("ønske", "wish"),
        ("ynskje", "wish"),
        ("wish", "wish"),
        ("orakel", "oracle"),
        ("oracle", "oracle"),
        ("dypdykk", "deep_dive"),
        ("djupdykk", "deep_dive"),
        ("deep_dive", "deep_dive"),
        ("utfordring", "challenge"),
        ("challenge", "challenge"),
    ];
    let hint = |name: &str| {
        let starts = |start: &str| {
            name.starts_with(start) || name.trim_start_matches(|c: char| !c.is_alphabetic()).starts_with(start)
        };
        HINTS.iter().find(|(start, _)| starts(start)).map(|(_, kind)| Kind((*kind).to_owned()))
    };
    hint(&sheet.to_lowercase()).or_else(|| hint(&name))
}

/// The kind that a text column's header names ("Ønske"); only the names of known kinds count.
fn kind_of_header(header: &str) -> Option<Kind> {
    let kind = Kind::from_input(header);
    matches!(kind.0.as_str(), "wish" | "oracle" | "deep_dive" | "challenge").then_some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_or_sheet_name_may_hint_at_the_kind() {
        let kind = |name: &str| kind_in_name(name).map(|kind| kind.0);
        assert_eq!(kind("input/onsker_bord3.csv").as_deref(), Some("wish"));
        assert_eq!(kind("Ønsker.xlsx#Ark1").as_deref(), Some("wish"));
        assert_eq!(kind("alt.xlsx#Orakelspørsmål").as_deref(), Some("oracle"));
        assert_eq!(kind("02-dypdykk.txt").as_deref(), Some("deep_dive"));
        assert_eq!(kind("utfordringer/svar.csv"), None);
        assert_eq!(kind("svar.csv"), None);
    }
}
