//! The answers laid out in documents: one per group, or one per answer.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::{DocumentUnit, QdaProject};
use crate::codebook::guid::guid;
use crate::record::{Analysis, Record};
use crate::span::Span;

/// Attributes whose groups sat together, best first; the first attribute stands in for them.
const SAT_TOGETHER: [&str; 6] = ["bord", "table", "bordnr", "gruppe", "group", "team"];

/// Characters that a document's name has at most: it becomes the name of a file.
const LONGEST_NAME: usize = 80;

/// A document, before its text is put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// Its id.
    pub guid: String,
    /// Its name: unique, also as a file's name.
    pub name: String,
    /// Positions of its answers in [`Analysis::records`], in order.
    pub rows: Vec<usize>,
}

/// A document's text and where each answer stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// With line feeds alone, and no byte order mark.
    pub text: String,
    /// In order.
    pub answers: Vec<PlacedAnswer>,
    /// Code points at which lines end.
    line_ends: Vec<u32>,
}

impl Document {
    /// The line that a place stands on, from 0.
    pub fn line(&self, position: u32) -> usize {
        self.line_ends.partition_point(|&end| end < position)
    }
}

/// An answer in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedAnswer {
    /// Position in [`Analysis::records`].
    pub row: usize,
    /// The answer's text in the document's.
    pub place: Span,
    /// Code points of the shown text that the document leaves out, in order.
    left_out: Vec<u32>,
}

impl PlacedAnswer {
    /// A span of the shown text as a span of the document; none where nothing is left of it.
    pub fn span(&self, shown: Span) -> Option<Span> {
        let moved = |position: u32| {
            let before = self.left_out.partition_point(|&gone| gone < position);
            // Fewer code points are left out than come before the position.
            self.place.start + position - u32::try_from(before).unwrap_or(position)
        };
        let span = Span { start: moved(shown.start), end: moved(shown.end).min(self.place.end) };
        (span.start < span.end).then_some(span)
    }
}

/// The attribute that documents are made by, in a project of groups: the one whose groups sat together, else the first.
pub fn grouping_attribute(analysis: &Analysis) -> Option<&str> {
    let named = |wanted: &str| analysis.group_names.iter().find(|name| name.to_lowercase() == wanted);
    SAT_TOGETHER.iter().find_map(|wanted| named(wanted)).or(analysis.group_names.first()).map(String::as_str)
}

/// All documents: groups in the order of their names (2 before 10), answers in that of the input.
pub fn outlines(project: &QdaProject<'_>) -> Vec<Outline> {
    let title = project.description.title.as_str();
    let mut taken = BTreeSet::new();
    let records = &project.analysis.records;
    match project.unit {
        DocumentUnit::Answer => (records.iter().enumerate())
            .map(|(row, record)| Outline {
                guid: guid("source", &[title, "answer", &record.answer.id.0]),
                name: free_name(&answer_name(project.analysis, record), &mut taken),
                rows: vec![row],
            })
            .collect(),
        DocumentUnit::Group => {
            let attribute = grouping_attribute(project.analysis);
            let mut groups: BTreeMap<(bool, Vec<NamePart<'_>>, &str), Vec<usize>> = BTreeMap::new();
            for (row, record) in records.iter().enumerate() {
                let group = group_of(record, attribute);
                let key = (group.is_none(), natural(group.unwrap_or("")), group.unwrap_or(""));
                groups.entry(key).or_default().push(row);
            }
            let sort = attribute.unwrap_or("kind");
            (groups.into_iter())
                .map(|((without, _, group), rows)| Outline {
                    guid: guid("source", &[title, "group", sort, if without { "none" } else { "one" }, group]),
                    name: free_name(&group_name(attribute, group, without), &mut taken),
                    rows,
                })
                .collect()
        }
    }
}

/// The value of the attribute; where there is no attribute at all, the kind.
fn group_of<'a>(record: &'a Record, attribute: Option<&str>) -> Option<&'a str> {
    match attribute {
        Some(attribute) => record.answer.groups.get(attribute).map(String::as_str),
        None => record.answer.kind.as_ref().map(|kind| kind.0.as_str()),
    }
}

fn group_name(attribute: Option<&str>, group: &str, without: bool) -> String {
    match (attribute, without) {
        (Some(attribute), true) => format!("uten {attribute}"),
        (Some(attribute), false) => format!("{attribute} {group}"),
        (None, true) => "svar".to_owned(),
        (None, false) => group.to_owned(),
    }
}

fn answer_name(analysis: &Analysis, record: &Record) -> String {
    let groups = analysis.group_names.iter().filter_map(|name| record.answer.groups.get(name)).map(String::as_str);
    let parts: Vec<&str> =
        std::iter::once(record.answer.id.0.as_str()).chain(groups).chain(record.answer.question.as_deref()).collect();
    parts.join(" ")
}

/// A name that no document before it has, and that any system takes for a file's name.
fn free_name(wanted: &str, taken: &mut BTreeSet<String>) -> String {
    let safe = |character: char| {
        let unsafe_in_files = matches!(character, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
        if character.is_control() || unsafe_in_files { '-' } else { character }
    };
    let cut: String = wanted.chars().map(safe).take(LONGEST_NAME).collect();
    let cut = cut.trim_matches(|character: char| character == '.' || character.is_whitespace());
    let base = if cut.is_empty() { "svar" } else { cut };
    let mut name = base.to_owned();
    let mut number = 2_usize;
    while !taken.insert(name.to_lowercase()) {
        name = format!("{base} ({number})");
        number += 1;
    }
    name
}

/// A stretch of letters, or a number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum NamePart<'a> {
    Number(u64),
    Letters(&'a str),
}

/// "Bord 10" as letters and numbers, so that it comes after "Bord 2".
fn natural(name: &str) -> Vec<NamePart<'_>> {
    let mut parts = Vec::new();
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let digits = first.is_ascii_digit();
        let end = rest.find(|character: char| character.is_ascii_digit() != digits).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        parts.push(match part.parse() {
            Ok(number) if digits => NamePart::Number(number),
            _ => NamePart::Letters(part),
        });
        rest = after;
    }
    parts
}

/// Puts a document's text together. In a document of a group each answer stands under a line with its id.
pub fn document(project: &QdaProject<'_>, outline: &Outline) -> Document {
    let mut text = String::new();
    let mut length = 0_u32;
    let mut answers = Vec::with_capacity(outline.rows.len());
    let mut add = |part: &str, text: &mut String| {
        text.push_str(part);
        length = length.saturating_add(u32::try_from(part.chars().count()).unwrap_or(u32::MAX));
        length
    };
    for &row in &outline.rows {
        let Some(record) = project.analysis.records.get(row) else { continue };
        if project.unit == DocumentUnit::Group {
            add(&heading(record), &mut text);
        }
        let (shown, left_out) = line_feeds(&record.shown);
        let start = add("", &mut text);
        let end = add(&shown, &mut text);
        answers.push(PlacedAnswer { row, place: Span { start, end }, left_out });
        if project.unit == DocumentUnit::Group {
            add("\n\n", &mut text);
        }
    }
    let line_ends = (0_u32..).zip(text.chars()).filter(|(_, character)| *character == '\n').map(|(at, _)| at).collect();
    Document { text, answers, line_ends }
}

const HEADING_START: &str = "=== ";
const HEADING_END: &str = " ===";

/// The line above an answer: its id, and how and when it was given.
fn heading(record: &Record) -> String {
    let answer = &record.answer;
    let mut line = format!("{HEADING_START}{}", one_line(&answer.id.0));
    if let Some(kind) = &answer.kind {
        line.push_str(&format!(" · {}", one_line(&kind.0)));
    }
    if let Some(time) = answer.time {
        line.push_str(&format!(" · {}", time.date()));
    }
    line.push_str(HEADING_END);
    line.push('\n');
    line
}

fn one_line(text: &str) -> Cow<'_, str> {
    if text.contains(char::is_control) {
        Cow::Owned(text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// The ids that a group document's heading lines name, each with the place of its answer's text: the way back for what
/// people have coded in a QDA tool.
pub fn answers_in(text: &str) -> Vec<(String, Span)> {
    let mut found: Vec<(String, Span)> = Vec::new();
    let mut position = 0_u32;
    for line in text.split_inclusive('\n') {
        let next = position + u32::try_from(line.chars().count()).unwrap_or(0);
        let id = line
            .trim_end_matches('\n')
            .strip_prefix(HEADING_START)
            .and_then(|rest| rest.strip_suffix(HEADING_END))
            .map(|inside| inside.split(" · ").next().unwrap_or(inside));
        match (id, found.last_mut()) {
            (Some(id), _) => found.push((id.to_owned(), Span { start: next, end: next })),
            (None, Some((_, place))) => place.end = next,
            (None, None) => {}
        }
        position = next;
    }
    let lengths: Vec<char> = text.chars().collect();
    for (_, place) in &mut found {
        // Two line feeds end each answer; what else ends it is the answer's own.
        for _ in 0..2 {
            let last = place.end.checked_sub(1).and_then(|last| lengths.get(last as usize));
            if place.end > place.start && last == Some(&'\n') {
                place.end -= 1;
            }
        }
    }
    found
}

/// The text with line feeds alone and without a byte order mark at its start, and which of its code points are gone:
/// readers turn other line ends into one character, and drop the mark, and all places after that would be wrong.
fn line_feeds(text: &str) -> (Cow<'_, str>, Vec<u32>) {
    if !text.contains('\r') && !text.starts_with('\u{feff}') {
        return (Cow::Borrowed(text), Vec::new());
    }
    let mut kept = String::with_capacity(text.len());
    let mut left_out = Vec::new();
    let mut characters = text.chars().peekable();
    let mut position = 0_u32;
    while let Some(character) = characters.next() {
        match character {
            '\u{feff}' if position == 0 => left_out.push(position),
            '\r' if characters.peek() == Some(&'\n') => left_out.push(position),
            '\r' => kept.push('\n'),
            other => kept.push(other),
        }
        position = position.saturating_add(1);
    }
    (Cow::Owned(kept), left_out)
}
