//! Lemmas and compound parts.

use std::borrow::Cow;
use std::sync::LazyLock;

use rustc_hash::FxHashSet;
use smallvec::SmallVec;

use super::endings::lemma_by_ending;
use super::profile::PROFILES;

static STOP_WORDS: LazyLock<FxHashSet<&str>> =
    LazyLock::new(|| PROFILES.iter().flat_map(|profile| profile.stop_words).copied().collect());
static LEXICON: Lexicon = Lexicon;

/// Lemmas of the words of all languages.
#[derive(Debug)]
pub struct Lexicon;

impl Lexicon {
    /// The lexicon in the binary.
    pub fn get() -> &'static Lexicon {
        &LEXICON
    }

    /// The lemma of a form, which must be lower case and in NFC; bokmål's where bokmål and nynorsk differ.
    pub fn lemma<'a>(&self, form: &'a str) -> Cow<'a, str> {
        lemma_by_ending(form).map_or(Cow::Borrowed(form), Cow::Owned)
    }

    /// The lemmas of a compound's parts, first to last; empty where the form is no compound.
    pub fn parts(&self, _form: &str) -> SmallVec<[String; 4]> {
        SmallVec::new()
    }

    /// Whether a lemma says nothing of the subject.
    pub fn is_stop_word(&self, lemma: &str) -> bool {
        STOP_WORDS.contains(lemma)
    }
}
