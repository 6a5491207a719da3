//! How to add a language: copy this file.
//!
//! 1. Copy this file to `src/text/CODE.rs` (the ISO 639 code), fill the lists, make the constant
//!    `pub(super)`, and say which [`Language`] it is (add the variant there, with its doc line).
//! 2. Add the module line in `mod.rs` and the constant in [`PROFILES`](super::PROFILES); where two
//!    languages are equally likely for a text, the earlier wins.
//! 3. Run `scripts/build-lexicon`, which puts the language's words and `markers` into the tables for
//!    lemmas and language detection, and the tests: those in `profile_laws` hold for every language.
//!
//! What the lists are for stands at the fields of [`Profile`]. Lower case everywhere; NFC; no form
//! that another language uses in another sense among the `markers`.

use super::{Language, Profile};

/// An empty language: cuts sentences and words by general rules, and is never detected.
pub const PROFILE: Profile = Profile {
    language: Language::Other,
    stop_words: &[],
    conjunctions: &[],
    abbreviations: &[],
    closing_abbreviations: &[],
    no_content: &[],
    fillers: &[],
    markers: &[],
};

#[cfg(test)]
mod profile_laws {
    use super::super::{PROFILES, normal_form};
    use super::*;

    #[test]
    fn every_list_is_lower_case_and_in_the_form_it_is_looked_up_by() {
        for profile in PROFILES.iter().copied().chain([&PROFILE]) {
            let plain = [
                profile.stop_words,
                profile.conjunctions,
                profile.abbreviations,
                profile.closing_abbreviations,
                profile.markers,
            ];
            for word in plain.into_iter().flatten() {
                assert_eq!(*word, word.to_lowercase(), "{:?}", profile.language);
            }
            for phrase in profile.no_content.iter().chain(profile.fillers) {
                assert_eq!(*phrase, normal_form(phrase), "{:?}", profile.language);
            }
        }
    }

    #[test]
    fn every_detectable_language_has_its_lists() {
        for profile in PROFILES {
            assert_ne!(profile.language, Language::Other);
            assert!(profile.stop_words.len() > 100 && profile.markers.len() > 20, "{:?}", profile.language);
            assert!(!profile.no_content.is_empty() && !profile.abbreviations.is_empty(), "{:?}", profile.language);
        }
    }
}
