//! What the pipeline needs to know of a language, and the languages it knows.

use super::{Language, en, nb, nn};

/// Everything that is peculiar to one language. One constant of this type stands in each language's
/// file; [`super::template`] is the pattern for the next.
#[derive(Debug)]
pub struct Profile {
    /// Which language this is.
    pub language: Language,
    /// Words that say nothing of the subject: lemmas and forms, lower case.
    pub stop_words: &'static [&'static str],
    /// Conjunctions and the like that may follow a suspended hyphen ("kunnskaps- *og* ...").
    pub conjunctions: &'static [&'static str],
    /// Abbreviations that never end a sentence, lower case, without the last point ("f.eks").
    pub abbreviations: &'static [&'static str],
    /// Abbreviations that may end a sentence where a capital follows ("osv").
    pub closing_abbreviations: &'static [&'static str],
    /// What people write when they have nothing to say, in [`super::normal_form`].
    pub no_content: &'static [&'static str],
    /// Words that add nothing beside one of the `no_content` phrases ("dessverre", "helt"), and none alone.
    pub fillers: &'static [&'static str],
    /// Words that belong to this language and to no neighbour, for language detection. The table that
    /// `scripts/build-lexicon` makes holds them.
    pub markers: &'static [&'static str],
}

/// The languages, most likely first: where two are equally likely, the earlier wins.
pub const PROFILES: &[&Profile] = &[&nb::PROFILE, &nn::PROFILE, &en::PROFILE];
