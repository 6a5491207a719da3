//! The answers behind the numbers: lists, and each answer in full once.

use serde::Serialize;

use crate::export::tags::{tags_of, union};
use crate::record::Record;
use crate::report::compose::{Composer, QuotePart, language_of, parts, snippet};
use crate::report::evidence::{EvidenceList, answer_anchor};
use crate::span::Span;

/// The list behind one number.
#[derive(Debug, Serialize)]
pub struct ListView {
    id: String,
    title: String,
    total: usize,
    filter: String,
    all_shown: bool,
    items: Vec<ItemView>,
}

#[derive(Debug, Serialize)]
struct ItemView {
    href: String,
    text: String,
}

/// One answer.
#[derive(Debug, Serialize)]
pub struct AnswerView {
    anchor: String,
    id: String,
    lang: Option<&'static str>,
    about: Vec<String>,
    parts: Vec<QuotePart>,
    tags: Vec<String>,
    outcome: String,
    checked: bool,
}

/// Closes the account: the lists, and the answers they lead to.
pub fn evidence(composer: &mut Composer<'_>) -> (Vec<ListView>, Vec<AnswerView>) {
    let limits = composer.evidence.limits();
    let account =
        std::mem::replace(&mut composer.evidence, crate::report::evidence::Evidence::new(composer.source, limits));
    let (lists, rows) = account.into_parts();
    let lists = lists.into_iter().enumerate().map(|(position, list)| list_view(composer, position, list)).collect();
    let records = &composer.source.analysis.records;
    let answers =
        rows.into_iter().filter_map(|row| records.get(row).map(|record| answer_view(composer, row, record))).collect();
    (lists, answers)
}

fn list_view(composer: &Composer<'_>, position: usize, list: EvidenceList) -> ListView {
    let records = &composer.source.analysis.records;
    let longest = composer.evidence.limits().per_snippet;
    let items = list.rows.iter().filter_map(|&row| {
        records.get(row).map(|record| ItemView { href: answer_anchor(row), text: item_text(composer, record, longest) })
    });
    ListView {
        id: format!("l{}", position + 1),
        title: list.title,
        total: list.total,
        filter: list.filter,
        all_shown: list.rows.len() == list.total,
        items: items.collect(),
    }
}

fn item_text(composer: &Composer<'_>, record: &Record, longest: usize) -> String {
    let text = snippet(&record.shown, longest);
    if text.is_empty() { composer.word("empty_answer") } else { text }
}

fn answer_view(composer: &Composer<'_>, row: usize, record: &Record) -> AnswerView {
    let longest = composer.evidence.limits().per_answer;
    let end = u32::try_from(record.shown.chars().count()).unwrap_or(u32::MAX);
    let marks = union(tags_of(record).flat_map(|(_, _, spans)| spans).collect());
    let answer = &record.answer;
    let mut about = Vec::new();
    about.extend(answer.kind.as_ref().map(|kind| composer.words.kind(&kind.0)));
    about.extend(answer.groups.iter().map(|(attribute, group)| format!("{attribute}: {group}")));
    about.extend(answer.question.as_ref().map(|question| format!("«{question}»")));
    let tags = tags_of(record).map(|(level, tag, _)| {
        let score = composer.numbers.decimal(tag.score.value(), 2);
        format!("{} {score}", composer.code_name(level, &tag.code))
    });
    AnswerView {
        anchor: answer_anchor(row).trim_start_matches('#').to_owned(),
        id: answer.id.0.clone(),
        lang: language_of(record.tagging.language),
        about,
        parts: parts(&record.shown, Span { start: 0, end }, &marks, longest),
        tags: tags.collect(),
        outcome: composer.word(match record.tagging.outcome {
            crate::tag::Outcome::Coded => "outcome_coded",
            crate::tag::Outcome::Undecided => "outcome_undecided",
            crate::tag::Outcome::NoneOfTheAbove => "outcome_none",
            crate::tag::Outcome::NoContent => "outcome_no_content",
        }),
        checked: record.human_checked,
    }
}
