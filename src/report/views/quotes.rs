//! The quotes of each code.

use serde::Serialize;

use crate::patterns::Subject;
use crate::report::compose::{Composer, QuoteView};

/// The section.
#[derive(Debug, Serialize)]
pub struct QuotesSection {
    codes: Vec<CodeQuotes>,
}

#[derive(Debug, Serialize)]
struct CodeQuotes {
    name: String,
    level: String,
    anchor: String,
    definition: String,
    quotes: Vec<QuoteView>,
}

/// The anchor of a code's quotes.
pub fn anchor(subject: &Subject) -> String {
    format!("q-{}", super::themes::anchor(subject))
}

/// Puts the section together, in the order of the codebook.
pub fn quotes(composer: &mut Composer<'_>) -> QuotesSection {
    let mut codes = Vec::new();
    for entry in &composer.source.patterns.prevalence {
        let Subject::Code { level, .. } = &entry.subject else { continue };
        let quotes: Vec<QuoteView> = entry.quotes.iter().filter_map(|quote| composer.quote(quote)).collect();
        if !quotes.is_empty() {
            codes.push(CodeQuotes {
                name: composer.name(&entry.subject),
                level: composer.level(*level),
                anchor: anchor(&entry.subject),
                definition: super::themes::definition(composer, &entry.subject),
                quotes,
            });
        }
    }
    QuotesSection { codes }
}
