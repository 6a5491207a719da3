//! What no code covers: suggested codes, recurring phrases, and how much that is new the last answers brought.

use serde::Serialize;

use crate::patterns::{SuggestedCode, UncoveredPhrase};
use crate::report::compose::{Composer, CountView, QuoteView};

/// Rows that the section has at most.
const MOST: usize = 30;

/// The section.
#[derive(Debug, Serialize)]
pub struct PhrasesSection {
    suggested: Vec<SuggestedView>,
    saturation: Option<String>,
    rows: Vec<PhraseRow>,
}

#[derive(Debug, Serialize)]
struct PhraseRow {
    phrase: String,
    count: CountView,
    uncoded: String,
    reach: Vec<String>,
    quote: Option<QuoteView>,
}

/// Suggested codes that are told in full at most.
const MOST_SUGGESTED: usize = 10;
/// Quotes of each.
const QUOTES: usize = 3;

#[derive(Debug, Serialize)]
struct SuggestedView {
    label: String,
    words: Vec<String>,
    count: CountView,
    uncoded: String,
    reach: Vec<String>,
    quotes: Vec<QuoteView>,
}

/// Puts the section together.
pub fn phrases(composer: &mut Composer<'_>) -> PhrasesSection {
    let told = composer.source.patterns.uncovered.iter().filter(|entry| !entry.answers.suppressed);
    let rows = told.take(MOST).map(|entry| row(composer, entry)).collect();
    let source = composer.source;
    let suggested = source.patterns.suggested.iter().filter(|code| source.may_suggest(code)).take(MOST_SUGGESTED);
    let suggested = suggested.map(|code| suggested_view(composer, code)).collect();
    PhrasesSection { suggested, saturation: saturation(composer), rows }
}

fn suggested_view(composer: &mut Composer<'_>, code: &SuggestedCode) -> SuggestedView {
    let title = composer.words.fill("suggested_title", &[("label", &code.label)]);
    let filter = composer.words.fill("suggested_filter", &[("label", &code.label)]);
    SuggestedView {
        label: code.label.clone(),
        words: code.words.clone(),
        count: composer.count(&code.answers, &title, &filter, &code.rows),
        uncoded: composer.unless_small(code.uncoded),
        reach: composer.reach(&code.reach),
        quotes: code.quotes.iter().filter_map(|quote| composer.quote(quote)).take(QUOTES).collect(),
    }
}

/// What the last tenth of the answers brought; a number of things, so nothing to hide.
fn saturation(composer: &Composer<'_>) -> Option<String> {
    let found = composer.source.patterns.saturation.as_ref()?;
    let whole = |number: usize| composer.numbers.whole(number);
    let new = if found.by_time {
        whole(found.new_in_last.round() as usize)
    } else {
        composer.numbers.decimal(found.new_in_last, 1)
    };
    let key = if found.by_time { "saturation_by_time" } else { "saturation_expected" };
    Some(composer.words.fill(
        key,
        &[("new", &new), ("things", &whole(found.things)), ("last", &whole(found.last)), ("n", &whole(found.answers))],
    ))
}

fn row(composer: &mut Composer<'_>, entry: &UncoveredPhrase) -> PhraseRow {
    let title = format!("«{}»", entry.phrase);
    let filter = format!("text ~ \"{}\"", entry.phrase);
    PhraseRow {
        phrase: entry.phrase.clone(),
        count: composer.count(&entry.answers, &title, &filter, &entry.rows),
        uncoded: composer.unless_small(entry.uncoded_answers),
        reach: composer.reach(&entry.reach),
        quote: composer.first_quote(&entry.quotes),
    }
}
