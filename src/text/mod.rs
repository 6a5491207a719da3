//! From raw text to words: mending, language, sentences, words, lemmas.

use serde::{Deserialize, Serialize};

/// A detected language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Norwegian bokmål.
    Nb,
    /// Norwegian nynorsk.
    Nn,
    /// English.
    En,
    /// Anything else, or too little text to tell.
    Other,
}
