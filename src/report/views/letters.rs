//! Alike letters: the same, or nearly the same, text from several senders.

use serde::Serialize;

use crate::patterns::AlikeLetter;
use crate::report::compose::{Composer, CountView, QuoteView};

/// Rows that the section has at most.
const MOST: usize = 30;

/// The section.
#[derive(Debug, Serialize)]
pub struct LettersSection {
    rows: Vec<LetterRow>,
}

#[derive(Debug, Serialize)]
struct LetterRow {
    count: CountView,
    equal: String,
    respondents: Option<String>,
    short: bool,
    reach: Vec<String>,
    example: Option<QuoteView>,
}

/// Puts the section together. In what is passed on there are only texts that may be quoted.
pub fn letters(composer: &mut Composer<'_>) -> LettersSection {
    let source = composer.source;
    let told = source
        .patterns
        .alike_letters
        .iter()
        .filter(|entry| !source.is_shared() || (source.may_quote(entry.example) && !entry.answers.suppressed));
    LettersSection { rows: told.take(MOST).map(|entry| row(composer, entry)).collect() }
}

fn row(composer: &mut Composer<'_>, entry: &AlikeLetter) -> LetterRow {
    let record = composer.source.analysis.records.get(entry.example);
    let words = composer.source.quoted_whole(entry.example);
    let shown = words.map(|words| crate::report::compose::snippet(words, 60)).unwrap_or_default();
    let title = composer.words.fill("list_letters", &[("text", &shown)]);
    let group = record.and_then(|record| record.same_text_group);
    let filter = group.map_or_else(|| composer.word("filter_letters"), |group| format!("same_text_group = {group}"));
    LetterRow {
        count: composer.count(&entry.answers, &title, &filter, &entry.rows),
        equal: composer.unless_small(entry.equal),
        respondents: entry.respondents.map(|respondents| composer.unless_small(respondents)),
        short: entry.short,
        reach: composer.reach(&entry.reach),
        example: composer.whole_answer(entry.example),
    }
}
