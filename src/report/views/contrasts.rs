//! What sets groups apart: codes and words that one group uses more, or less, than the others.

use serde::Serialize;

use crate::patterns::Contrast;
use crate::report::compose::{Composer, CountView, QuoteView};

/// Rows of each table at most.
const MOST: usize = 30;

/// The section.
#[derive(Debug, Serialize)]
pub struct ContrastsSection {
    rows: Vec<ContrastRow>,
    words: Vec<WordRow>,
}

#[derive(Debug, Serialize)]
struct ContrastRow {
    group: String,
    attribute: String,
    name: String,
    more: bool,
    inside: CountView,
    outside: String,
    quote: Option<QuoteView>,
}

#[derive(Debug, Serialize)]
struct WordRow {
    group: String,
    attribute: String,
    word: String,
    more: bool,
    inside: String,
    outside: String,
}

/// Puts the section together.
pub fn contrasts(composer: &mut Composer<'_>) -> ContrastsSection {
    let patterns = composer.source.patterns;
    let shared = composer.source.is_shared();
    let visible =
        patterns.contrasts.iter().filter(|entry| !shared || !(entry.inside.suppressed || entry.outside.suppressed));
    let rows = visible.take(MOST).map(|entry| row(composer, entry)).collect();
    let words = patterns
        .word_contrasts
        .iter()
        .filter(|entry| !shared || !(entry.inside.suppressed || entry.outside.suppressed))
        .take(MOST)
        .map(|entry| WordRow {
            group: entry.group.clone(),
            attribute: entry.attribute.clone(),
            word: entry.word.clone(),
            more: entry.log_odds > 0.0,
            inside: composer.of(&entry.inside),
            outside: composer.of(&entry.outside),
        })
        .collect();
    ContrastsSection { rows, words }
}

fn row(composer: &mut Composer<'_>, entry: &Contrast) -> ContrastRow {
    let (attribute, group) = (&entry.attribute, &entry.group);
    let title = format!("{} – {attribute}: {group}", composer.subject_title(&entry.subject));
    let filter = format!("{} & {attribute} = {group}", composer.filter(&entry.subject));
    ContrastRow {
        group: group.clone(),
        attribute: attribute.clone(),
        name: composer.name(&entry.subject),
        more: entry.log_odds > 0.0,
        inside: composer.count(&entry.inside, &title, &filter, &entry.rows),
        outside: composer.of(&entry.outside),
        quote: composer.first_quote(&entry.quotes),
    }
}
