//! What came up without being asked about.

use serde::Serialize;

use crate::codebook::Level;
use crate::patterns::Unasked;
use crate::report::compose::{Composer, CountView, QuoteView};

/// Rows that the section has at most.
const MOST: usize = 20;

/// The section.
#[derive(Debug, Serialize)]
pub struct UnaskedSection {
    has_questions: bool,
    rows: Vec<UnaskedRow>,
}

#[derive(Debug, Serialize)]
struct UnaskedRow {
    name: String,
    level: String,
    count: CountView,
    where_asked: Option<String>,
    instead: Vec<String>,
    reach: Vec<String>,
    quote: Option<QuoteView>,
}

/// Puts the section together.
pub fn unasked(composer: &mut Composer<'_>) -> UnaskedSection {
    let has_questions = composer.source.analysis.records.iter().any(|record| record.answer.asked_under.is_some());
    let told = composer.source.patterns.unasked.iter().filter(|entry| !entry.answers.suppressed && entry.answers.k > 0);
    UnaskedSection { has_questions, rows: told.take(MOST).map(|entry| row(composer, entry)).collect() }
}

/// Title and filter of the list behind an unasked number.
pub fn list_of(composer: &Composer<'_>, name: &str, filter: &str) -> (String, String) {
    (
        composer.words.fill("list_unasked", &[("name", name)]),
        composer.words.fill("filter_unasked", &[("filter", filter)]),
    )
}

fn row(composer: &mut Composer<'_>, entry: &Unasked) -> UnaskedRow {
    let name = composer.name(&entry.subject);
    let (title, filter) = list_of(composer, &name, &composer.filter(&entry.subject));
    let instead = entry.instead.iter().filter(|(_, count)| !count.suppressed && count.k > 0).take(3);
    UnaskedRow {
        level: entry.subject.level().map_or_else(|| composer.word("alike_one"), |level| composer.level(level)),
        count: composer.count(&entry.answers, &title, &filter, &entry.rows),
        where_asked: entry.where_asked.as_ref().map(|count| composer.of(count)),
        instead: instead
            .map(|(code, count)| format!("{} {}", question_name(composer, code), composer.numbers.whole(count.k)))
            .collect(),
        reach: composer.reach(&entry.reach),
        quote: composer.first_quote(&entry.quotes),
        name,
    }
}

/// What a question stood under: a topic, a theme or a name of the project's own.
fn question_name(composer: &Composer<'_>, code: &str) -> String {
    let level = if code.contains('/') { Level::Topic } else { Level::Theme };
    composer.code_name(level, code)
}
