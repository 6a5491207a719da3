//! Recurring phrases that no code covers.

use serde::Serialize;

use crate::patterns::UncoveredPhrase;
use crate::report::compose::{Composer, CountView, QuoteView};

/// Rows that the section has at most.
const MOST: usize = 30;

/// The section.
#[derive(Debug, Serialize)]
pub struct PhrasesSection {
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

/// Puts the section together.
pub fn phrases(composer: &mut Composer<'_>) -> PhrasesSection {
    let told = composer.source.patterns.uncovered.iter().filter(|entry| !entry.answers.suppressed);
    PhrasesSection { rows: told.take(MOST).map(|entry| row(composer, entry)).collect() }
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
