//! Topics and patterns that occur in the same answer more often than chance would give.

use serde::Serialize;

use crate::patterns::Cooccurrence;
use crate::report::compose::{Composer, CountView};

/// Rows that the section has at most.
const MOST: usize = 20;

/// The section.
#[derive(Debug, Serialize)]
pub struct TogetherSection {
    rows: Vec<TogetherRow>,
}

#[derive(Debug, Serialize)]
struct TogetherRow {
    first: String,
    second: String,
    count: CountView,
    expected: String,
    lift: String,
}

/// Puts the section together: pairs that stand after correction, more often together than expected.
pub fn together(composer: &mut Composer<'_>) -> TogetherSection {
    let told = composer
        .source
        .patterns
        .cooccurrence
        .iter()
        .filter(|entry| entry.stands && entry.lift > 1.0 && !entry.together.suppressed);
    TogetherSection { rows: told.take(MOST).map(|entry| row(composer, entry)).collect() }
}

fn row(composer: &mut Composer<'_>, entry: &Cooccurrence) -> TogetherRow {
    let title = format!("{} + {}", composer.subject_title(&entry.first), composer.subject_title(&entry.second));
    let filter = format!("{} & {}", composer.filter(&entry.first), composer.filter(&entry.second));
    TogetherRow {
        first: composer.name(&entry.first),
        second: composer.name(&entry.second),
        count: composer.count(&entry.together, &title, &filter, &entry.rows),
        expected: composer.numbers.decimal(entry.expected, 1),
        lift: composer.numbers.decimal(entry.lift, 1),
    }
}
