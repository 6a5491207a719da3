//! The report's words: one file per language, with the same keys in each.
//!
//! To add a language, copy `nb.toml`, translate the values, and add it to [`Words::of`]. A value may hold `{name}`
//! where the template fills in a number or a name; the names must be the same in every language, and a test says so.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::text::Language;

/// All words of one language.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// `lang` of the page.
    pub language_tag: String,
    /// January to December.
    pub months: Vec<String>,
    /// Sentences and headings, as templates name them.
    pub text: BTreeMap<String, String>,
    /// Kinds of answers, many of them.
    pub kinds: BTreeMap<String, String>,
    /// Names of attributes, many of them ("bord", "sektorer"); those not named stand as the input has them.
    pub plurals: BTreeMap<String, String>,
    /// Reasons for skipping a unit, and kinds of personal data.
    pub terms: BTreeMap<String, String>,
}

impl Words {
    /// The words of a language; bokmål where there is none of its own.
    ///
    /// # Errors
    /// When the file of words is not valid; a test keeps that from being released.
    pub fn of(language: Language) -> Result<Self, toml::de::Error> {
        let file = match language {
            Language::Nn => include_str!("nn.toml"),
            Language::En => include_str!("en.toml"),
            Language::Nb | Language::Other => include_str!("nb.toml"),
        };
        toml::from_str(file)
    }

    /// A text; its key where it is missing.
    pub fn get<'a>(&'a self, key: &'a str) -> &'a str {
        self.text.get(key).map_or(key, String::as_str)
    }

    /// A text with its places filled in.
    pub fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        fill(self.get(key), values)
    }

    /// What many answers of a kind are called.
    pub fn kind(&self, kind: &str) -> String {
        self.kinds.get(kind).cloned().unwrap_or_else(|| kind.to_owned())
    }

    /// What many groups of an attribute are called: none where the attribute's name is not known.
    pub fn plural(&self, attribute: &str) -> Option<&str> {
        self.plurals.get(&attribute.to_lowercase()).map(String::as_str)
    }

    /// A term of ingest or privacy; itself where it is not known.
    pub fn term(&self, term: &str) -> String {
        self.terms.get(term).cloned().unwrap_or_else(|| term.to_owned())
    }
}

/// Puts values into the places of a text. A value is never searched for places again.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, tail)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            continue;
        };
        match values.iter().find(|(key, _)| *key == name) {
            Some((_, value)) => filled.push_str(value),
            None => {
                filled.push('{');
                filled.push_str(name);
                filled.push('}');
            }
        }
        rest = tail;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str) -> Vec<&str> {
        let mut names: Vec<&str> =
            text.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(name, _)| name)).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn every_language_has_the_same_keys_and_places() {
        let bokmal = Words::of(Language::Nb).unwrap();
        for language in [Language::Nn, Language::En] {
            let other = Words::of(language).unwrap();
            assert_eq!(other.months.len(), 12);
            let keys = |words: &BTreeMap<String, String>| words.keys().cloned().collect::<Vec<_>>();
            assert_eq!(keys(&bokmal.text), keys(&other.text), "{language:?}");
            assert_eq!(keys(&bokmal.kinds), keys(&other.kinds), "{language:?}");
            assert_eq!(keys(&bokmal.terms), keys(&other.terms), "{language:?}");
            for (key, text) in &bokmal.text {
                assert_eq!(places(text), places(&other.text[key]), "{language:?} {key}");
            }
        }
    }

    #[test]
    fn every_language_has_words_for_what_ingest_and_privacy_name() {
        use crate::ingest::SkipReason;
        let personal =
            ["name", "e-mail", "phone", "national id", "ip address", "address", "date of birth", "account number"];
        for language in [Language::Nb, Language::Nn, Language::En] {
            let words = Words::of(language).unwrap();
            for reason in SkipReason::ALL {
                assert!(words.terms.contains_key(&reason.to_string()), "{language:?} {reason}");
            }
            for term in personal {
                assert!(words.terms.contains_key(term), "{language:?} {term}");
            }
        }
    }

    #[test]
    fn readers_meet_no_word_of_the_trade() {
        for language in [Language::Nb, Language::Nn] {
            for (key, text) in Words::of(language).unwrap().text {
                let words = text.to_lowercase().replace("clusters.csv", "");
                for word in ["klynge", "cluster", "span", "encoder", "outcome"] {
                    assert!(!words.contains(word), "{key}: {text}");
                }
            }
        }
    }

    #[test]
    fn values_with_braces_stay_as_they_are() {
        assert_eq!(fill("{a} av {b}", &[("a", "{b}"), ("b", "2")]), "{b} av 2");
        assert_eq!(fill("{ukjent} og {", &[]), "{ukjent} og {");
    }
}
