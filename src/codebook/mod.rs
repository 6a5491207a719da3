//! The codebook: themes > topics > claims, patterns and facets, each with what it means.

mod check;
pub mod diff;
pub mod guid;
mod load;

pub use check::{Finding, Severity, check};
pub use load::{CodebookError, builtin, from_file, from_toml};

use serde::{Deserialize, Serialize};

use crate::text::Language;

/// A text in up to three languages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wording {
    /// Bokmål.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nb: Option<String>,
    /// Nynorsk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nn: Option<String>,
    /// English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
}

impl Wording {
    /// The words in `language`, else bokmål, nynorsk, English in that order; empty where nothing is given.
    pub fn get(&self, language: Language) -> &str {
        let own = match language {
            Language::Nn => &self.nn,
            Language::En => &self.en,
            Language::Nb | Language::Other => &self.nb,
        };
        [own, &self.nb, &self.nn, &self.en].into_iter().flatten().next().map_or("", String::as_str)
    }

    /// The texts that are there.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        [&self.nb, &self.nn, &self.en].into_iter().flatten().map(String::as_str)
    }
}

/// A list of texts in up to three languages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Wordings {
    /// Bokmål.
    pub nb: Vec<String>,
    /// Nynorsk.
    pub nn: Vec<String>,
    /// English.
    pub en: Vec<String>,
}

impl Wordings {
    /// All of them, bokmål first.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.nb.iter().chain(&self.nn).chain(&self.en).map(String::as_str)
    }

    /// Whether no language has any.
    pub fn is_empty(&self) -> bool {
        self.all().next().is_none()
    }
}

/// What every code has: its name, its meaning, and the words that point to it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Meaning {
    /// What people call it.
    pub name: Wording,
    /// What it means, in a sentence or two.
    #[serde(default)]
    pub definition: Wording,
    /// What counts.
    #[serde(default)]
    pub include: Vec<String>,
    /// What does not, and where it belongs instead.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// Words and short phrases that suffice on their own; matched on lemmas and parts of compounds.
    #[serde(default)]
    pub terms: Wordings,
    /// Words that count only together with other evidence.
    #[serde(default)]
    pub hints: Wordings,
    /// Phrases that cancel a term inside them ("silo på gården").
    #[serde(default)]
    pub not_terms: Wordings,
    /// Answers that the code fits.
    #[serde(default)]
    pub examples: Wordings,
}

/// Where a claim's words come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimSource {
    /// The gathering's own card.
    Gathering,
    /// Reconstructed as the other side of a card.
    Reconstructed,
    /// The rejection of claim A.
    Rejection,
}

/// One of a topic's two opposing claims.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// `A` or `B`.
    pub id: String,
    /// The claim in a sentence.
    pub text: Wording,
    /// Where its words come from.
    pub source: ClaimSource,
    /// Answers that support it.
    #[serde(default)]
    pub examples: Wordings,
}

/// A topic within a theme; its full code is `theme/topic`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topic {
    /// Id within the theme.
    pub id: String,
    /// Name, definition, words.
    #[serde(flatten)]
    pub meaning: Meaning,
    /// A and B.
    #[serde(default, rename = "claim")]
    pub claims: Vec<Claim>,
}

/// A theme: the top level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Theme {
    /// Its code.
    pub id: String,
    /// Name, definition, words.
    #[serde(flatten)]
    pub meaning: Meaning,
    /// Its topics.
    #[serde(default, rename = "topic")]
    pub topics: Vec<Topic>,
}

/// A cross-cutting thing to look for whatever the theme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pattern {
    /// Its code.
    pub id: String,
    /// Name, definition, words.
    #[serde(flatten)]
    pub meaning: Meaning,
    /// Topics (`theme/topic`) that carry the pattern with them.
    #[serde(default)]
    pub implied_by: Vec<String>,
}

/// One value of a facet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FacetValue {
    /// Its id.
    pub id: String,
    /// Name, definition, words.
    #[serde(flatten)]
    pub meaning: Meaning,
}

/// A single-choice dimension.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facet {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: Wording,
    /// What it asks of a text.
    #[serde(default)]
    pub definition: Wording,
    /// Kinds on which it is not coded.
    #[serde(default)]
    pub not_on: Vec<String>,
    /// The values to choose from.
    #[serde(rename = "value")]
    pub values: Vec<FacetValue>,
}

/// Name and version of a codebook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heading {
    /// Its id.
    pub id: String,
    /// Its version, free form.
    pub version: String,
    /// Language its bokmål-only fields are written in.
    #[serde(default)]
    pub language: Option<String>,
    /// What people call it.
    pub name: Wording,
}

/// A whole codebook, checked: ids are unique and well formed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Codebook {
    /// Name and version.
    pub codebook: Heading,
    /// Themes in the order of the file.
    #[serde(default, rename = "theme")]
    pub themes: Vec<Theme>,
    /// Patterns in the order of the file.
    #[serde(default, rename = "pattern")]
    pub patterns: Vec<Pattern>,
    /// Facets in the order of the file.
    #[serde(default, rename = "facet")]
    pub facets: Vec<Facet>,
}

/// The level at which a code stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Top level.
    Theme,
    /// Below a theme.
    Topic,
    /// Across themes.
    Pattern,
}

/// A code with its level and meaning, for walks over a whole codebook.
#[derive(Debug, Clone)]
pub struct CodeEntry<'a> {
    /// Full code: `theme`, `theme/topic`, or the pattern's id.
    pub code: String,
    /// Where it stands.
    pub level: Level,
    /// What it means.
    pub meaning: &'a Meaning,
}

impl Codebook {
    /// Every theme, topic and pattern: themes in order, each followed by its topics, then patterns.
    pub fn codes(&self) -> Vec<CodeEntry<'_>> {
        let mut codes = Vec::new();
        for theme in &self.themes {
            codes.push(CodeEntry { code: theme.id.clone(), level: Level::Theme, meaning: &theme.meaning });
            for topic in &theme.topics {
                codes.push(CodeEntry {
                    code: format!("{}/{}", theme.id, topic.id),
                    level: Level::Topic,
                    meaning: &topic.meaning,
                });
            }
        }
        for pattern in &self.patterns {
            codes.push(CodeEntry { code: pattern.id.clone(), level: Level::Pattern, meaning: &pattern.meaning });
        }
        codes
    }

    /// The topic of a full code `theme/topic`.
    pub fn topic(&self, code: &str) -> Option<&Topic> {
        let (theme, topic) = code.split_once('/')?;
        self.themes.iter().find(|entry| entry.id == theme)?.topics.iter().find(|entry| entry.id == topic)
    }

    /// Places in [`codes`](Self::codes) of the topics that bring a code with them: a theme's own topics, and those that
    /// imply a pattern. None for a topic.
    pub fn topics_that_bring(&self, level: Level, code: &str) -> Vec<usize> {
        let codes = self.codes();
        let implying = self.pattern(code).map(|pattern| pattern.implied_by.as_slice()).unwrap_or_default();
        let brings = |topic: &str| match level {
            Level::Theme => topic.split_once('/').is_some_and(|(theme, _)| theme == code),
            Level::Topic => false,
            Level::Pattern => implying.iter().any(|implying| implying == topic),
        };
        let topics = codes.iter().enumerate().filter(|(_, entry)| entry.level == Level::Topic && brings(&entry.code));
        topics.map(|(place, _)| place).collect()
    }

    /// The theme with this id.
    pub fn theme(&self, code: &str) -> Option<&Theme> {
        self.themes.iter().find(|entry| entry.id == code)
    }

    /// The pattern with this id.
    pub fn pattern(&self, code: &str) -> Option<&Pattern> {
        self.patterns.iter().find(|entry| entry.id == code)
    }

    /// A code's name for a reader of `language`; the code itself where the codebook lacks it.
    ///
    /// A pattern may share its id with a theme; `level` tells them apart.
    pub fn name(&self, level: Level, code: &str, language: Language) -> String {
        let meaning = match level {
            Level::Theme => self.theme(code).map(|entry| &entry.meaning),
            Level::Topic => self.topic(code).map(|entry| &entry.meaning),
            Level::Pattern => self.pattern(code).map(|entry| &entry.meaning),
        };
        match meaning.map(|meaning| meaning.name.get(language)) {
            Some(name) if !name.is_empty() => name.to_owned(),
            _ => code.to_owned(),
        }
    }
}
