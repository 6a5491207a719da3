//! `findings.csv` and `findings.json`: what is worth telling, with its numbers and the answers behind it.

use std::io::Write;

use serde::Serialize;

use super::ExportError;
use super::source::{Source, count_cells, count_columns, unit_id};
use super::table::{Cell, Column, ColumnType, RowSink, Table, columns, four_decimals};
use crate::patterns::{Count, Finding, FindingKind, FindingSubject, Reach, Subject};
use crate::review::code_name::CodeName;
use crate::review::{Mark, NoteOn};
use crate::text::Language;

/// One row per finding, in the order to tell them. `reach` says in how many groups, per attribute.
#[derive(Debug)]
pub struct FindingsTable<'a>(pub Source<'a>);

impl Table for FindingsTable<'_> {
    fn columns(&self) -> Vec<Column> {
        let mut list = columns(&[
            ("finding", ColumnType::Integer),
            ("kind", ColumnType::Text),
            ("subject", ColumnType::Prose),
            ("code", ColumnType::Text),
            ("attribute", ColumnType::Text),
            ("group", ColumnType::Text),
        ]);
        list.extend(count_columns());
        list.extend(columns(&[
            ("reach", ColumnType::Text),
            ("strength", ColumnType::Decimal),
            ("quote", ColumnType::Prose),
            ("checked", ColumnType::Text),
        ]));
        if !self.0.is_shared() {
            list.push(Column::new("note", ColumnType::Prose));
        }
        list
    }

    fn rows(&self, sink: &mut dyn RowSink) -> Result<(), ExportError> {
        for (number, finding) in told(&self.0).enumerate() {
            let (subject, code) = subject(&self.0, finding);
            let reach = finding.reach.iter().filter_map(reach_words).collect::<Vec<_>>().join("; ");
            let group = finding.group.as_ref();
            let quote = finding.quotes.iter().find(|quote| self.0.may_quote(quote.row));
            let quote = quote.and_then(|quote| self.0.quoted(quote));
            let mut cells = vec![
                Cell::count(number + 1),
                Cell::Text(kind_id(finding.kind)),
                Cell::Text(&subject),
                Cell::Text(&code),
                Cell::maybe_text(group.map(|(attribute, _)| attribute.as_str())),
                Cell::maybe_text(group.map(|(_, name)| name.as_str())),
            ];
            cells.extend(count_cells(&finding.headline));
            cells.extend([Cell::Text(&reach), Cell::Decimal(finding.strength), Cell::maybe_text(quote)]);
            cells.push(Cell::Text(mark(&self.0, finding).map_or("", Mark::name_nb)));
            let note = self.0.analysis.review.notes_on(NoteOn::Finding, &key(&self.0, finding));
            if !self.0.is_shared() {
                cells.push(Cell::Text(&note));
            }
            sink.row(&cells)?;
        }
        Ok(())
    }
}

/// The findings that an edition tells: what is passed on has none whose number is hidden, or that is a text which
/// may not be quoted.
pub fn told<'a>(source: &Source<'a>) -> impl Iterator<Item = &'a Finding> {
    let source = *source;
    source.patterns.findings.iter().filter(move |finding| {
        let text_is_free = match finding.subject {
            FindingSubject::Text(row) => source.may_quote(row),
            _ => true,
        };
        !source.is_shared() || (!finding.headline.suppressed && text_is_free)
    })
}

/// What a finding is about, in words and in codes.
pub fn subject(source: &Source<'_>, finding: &Finding) -> (String, String) {
    match &finding.subject {
        FindingSubject::One(one) => {
            let name = source.name(one, Language::Nb);
            (name.name, name.code)
        }
        FindingSubject::Pair(first, second) => {
            let (first, second) = (source.name(first, Language::Nb), source.name(second, Language::Nb));
            (format!("{} + {}", first.name, second.name), format!("{} + {}", first.code, second.code))
        }
        FindingSubject::Words(words) => (words.clone(), String::new()),
        FindingSubject::Text(row) => (source.quoted_whole(*row).map_or_else(String::new, str::to_owned), String::new()),
    }
}

/// How far the codes that a finding is about can be trusted: the worse of two; none where it is about no code.
pub fn mark(source: &Source<'_>, finding: &Finding) -> Option<Mark> {
    let of = |subject: &Subject| match subject {
        Subject::Code { level, code } => Some(source.analysis.review.mark(&CodeName::new(*level, code))),
        Subject::Cluster { .. } => None,
    };
    match &finding.subject {
        FindingSubject::One(one) => of(one),
        FindingSubject::Pair(first, second) => of(first).max(of(second)),
        FindingSubject::Words(_) | FindingSubject::Text(_) => None,
    }
}

/// What a note on a finding names it by: its kind and code, or words, with a colon between.
pub fn key(source: &Source<'_>, finding: &Finding) -> String {
    let (words, code) = subject(source, finding);
    format!("{}:{}", kind_id(finding.kind), if code.is_empty() { words } else { code })
}

fn reach_words(reach: &Reach) -> Option<String> {
    (!reach.groups.suppressed).then(|| format!("{} {}/{}", reach.attribute, reach.groups.k, reach.groups.n))
}

/// The kind as tables have it.
pub fn kind_id(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Recurring => "recurring",
        FindingKind::Unanimous => "unanimous",
        FindingKind::Split => "split",
        FindingKind::Both => "both",
        FindingKind::Unasked => "unasked",
        FindingKind::Uncovered => "uncovered",
        FindingKind::Contrast => "contrast",
        FindingKind::WordContrast => "word_contrast",
        FindingKind::Together => "together",
        FindingKind::OneLoudGroup => "one_loud_group",
        FindingKind::AlikeLetters => "alike_letters",
    }
}

#[derive(Serialize)]
struct FindingRecord<'a> {
    finding: usize,
    kind: &'static str,
    subject: String,
    code: String,
    attribute: Option<&'a str>,
    group: Option<&'a str>,
    count: CountRecord,
    reach: Vec<ReachRecord<'a>>,
    strength: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    checked: Option<&'static str>,
    evidence: Vec<&'a str>,
    quotes: Vec<QuoteRecord<'a>>,
}

#[derive(Serialize)]
struct CountRecord {
    unit: &'static str,
    k: usize,
    n: usize,
    share: f64,
    low: f64,
    high: f64,
    suppressed: bool,
}

#[derive(Serialize)]
struct ReachRecord<'a> {
    attribute: &'a str,
    k: usize,
    n: usize,
}

#[derive(Serialize)]
struct QuoteRecord<'a> {
    answer_id: &'a str,
    quote: &'a str,
    quote_ok: bool,
}

impl CountRecord {
    fn of(count: &Count) -> Self {
        CountRecord {
            unit: unit_id(count.unit),
            k: count.k,
            n: count.n,
            share: four_decimals(count.share),
            low: four_decimals(count.low),
            high: four_decimals(count.high),
            suppressed: count.suppressed,
        }
    }
}

/// Writes `findings.json`: every finding with the ids of all answers behind it. For the internal edition only.
///
/// # Errors
/// When `output` fails.
pub fn write_findings(source: &Source<'_>, output: &mut dyn Write) -> Result<(), ExportError> {
    let records: Vec<FindingRecord<'_>> =
        told(source).enumerate().map(|(number, finding)| finding_record(source, number + 1, finding)).collect();
    serde_json::to_writer_pretty(&mut *output, &serde_json::json!({ "findings": records }))?;
    output.write_all(b"\n")?;
    Ok(())
}

fn finding_record<'a>(source: &Source<'a>, number: usize, finding: &'a Finding) -> FindingRecord<'a> {
    let (subject, code) = subject(source, finding);
    let record_at = |row: usize| source.analysis.records.get(row);
    FindingRecord {
        finding: number,
        kind: kind_id(finding.kind),
        subject,
        code,
        attribute: finding.group.as_ref().map(|(attribute, _)| attribute.as_str()),
        group: finding.group.as_ref().map(|(_, group)| group.as_str()),
        count: CountRecord::of(&finding.headline),
        reach: finding
            .reach
            .iter()
            .map(|reach| ReachRecord { attribute: &reach.attribute, k: reach.groups.k, n: reach.groups.n })
            .collect(),
        strength: four_decimals(finding.strength),
        checked: mark(source, finding).map(Mark::name_nb),
        evidence: finding
            .evidence
            .iter()
            .filter_map(|&row| record_at(row).map(|record| record.answer.id.0.as_str()))
            .collect(),
        quotes: finding
            .quotes
            .iter()
            .filter(|quote| source.may_quote(quote.row))
            .filter_map(|quote| {
                record_at(quote.row).map(|record| QuoteRecord {
                    answer_id: &record.answer.id.0,
                    quote: source.quoted(quote).unwrap_or_default(),
                    quote_ok: record.quote_ok,
                })
            })
            .collect(),
    }
}
