//! From raw text to words: mending, language, sentences, words, lemmas.
//!
//! In reading order: [`mend`] makes one clean text of what was received and keeps the way back,
//! [`detect`] names its language, [`sentences`] and [`words`] cut it, the [`Lexicon`] turns forms
//! into lemmas and compound parts, and [`same_text_groups`] and [`near_equal_pairs`] find texts that
//! several people sent. What is peculiar to one language stands in that language's file and nowhere
//! else; [`template`] shows how to add the next.

mod alike;
mod compound;
mod content;
mod detect;
mod en;
mod endings;
mod lexicon;
mod mend;
mod nb;
mod nn;
mod normal_form;
mod profile;
mod sentences;
pub mod template;
mod words;

use serde::{Deserialize, Serialize};

pub use alike::{near_equal_pairs, same_text_groups};
pub use content::has_content;
pub use detect::{LanguageTable, detect};
pub use lexicon::{Lexicon, pack_entry};
pub use mend::{Mended, mend};
pub use normal_form::normal_form;
pub use profile::{PROFILES, Profile};
pub use sentences::sentences;
pub use words::{Words, words};

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
