//! Coded answers, as people or the tagger wrote them, in one form that can be compared.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::answer::Kind;
use crate::tag::train::Example;
use crate::text;

/// Why a row of coded answers could not be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum GoldError {
    /// Not a JSON object.
    #[error("not a JSON object: one object a line is expected")]
    NotAnObject,
    /// No text to learn from or to tag.
    #[error("no \"{0}\": every row needs its text")]
    NoText(String),
    /// Codes to learn are missing or not a list of strings.
    #[error("no list of strings in \"{0}\": an empty list [] means that nothing applies")]
    NoLabels(String),
}

/// One coded answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Coded {
    /// Joined on.
    pub id: String,
    /// The text, where the row has it.
    pub text: String,
    /// How it was asked for.
    pub kind: Option<String>,
    /// Language, where the row has it.
    pub language: Option<String>,
    /// Who wrote it, where known.
    pub author: String,
    /// Themes.
    pub themes: BTreeSet<String>,
    /// Topics.
    pub topics: BTreeSet<String>,
    /// Patterns.
    pub patterns: BTreeSet<String>,
    /// Topic to verdict.
    pub stance: BTreeMap<String, String>,
    /// Topic to basis.
    pub basis: BTreeMap<String, String>,
    /// Facet to value; none where a person found none.
    pub facets: BTreeMap<String, Option<String>>,
    /// Free labels, where the row has those instead.
    pub labels: BTreeSet<String>,
    /// Theme to score, where the row has all scores.
    pub theme_scores: BTreeMap<String, f64>,
}

impl Coded {
    /// Reads a row in the form of gold (`themes: ["x"]`, `stance: {}`) or of `tag`'s output
    /// (`themes: [{"code","score"}]`, `verdicts: []`).
    ///
    /// # Errors
    /// [`GoldError::NotAnObject`].
    pub fn from_json(value: &Value, labels_field: &str, text_field: &str) -> Result<Self, GoldError> {
        let row = value.as_object().ok_or(GoldError::NotAnObject)?;
        let text_of = |name: &str| row.get(name).and_then(Value::as_str).map(str::to_owned);
        let mut coded = Coded {
            id: row.get("id").map(plain).unwrap_or_default(),
            text: text_of(text_field).unwrap_or_default(),
            kind: text_of("kind"),
            language: text_of("lang"),
            author: row.get("author").or_else(|| row.get("respondent")).map(plain).unwrap_or_default(),
            themes: codes(row.get("themes")),
            topics: codes(row.get("topics")),
            patterns: codes(row.get("patterns")),
            labels: codes(row.get(labels_field)),
            stance: strings(row.get("stance")),
            basis: strings(row.get("basis")),
            ..Coded::default()
        };
        for verdict in row.get("verdicts").and_then(Value::as_array).into_iter().flatten() {
            if let (Some(topic), Some(side)) = (verdict["topic"].as_str(), verdict["verdict"].as_str()) {
                coded.stance.insert(topic.to_owned(), side.to_owned());
            }
        }
        if let Some(facets) = row.get("facets").and_then(Value::as_object) {
            coded.facets =
                facets.iter().map(|(name, value)| (name.clone(), value.as_str().map(str::to_owned))).collect();
        }
        if let Some(scores) = value.pointer("/all_scores/themes").and_then(Value::as_object) {
            coded.theme_scores =
                scores.iter().filter_map(|(code, score)| Some((code.clone(), score.as_f64()?))).collect();
        }
        Ok(coded)
    }

    /// The row as an example to learn a codebook from.
    pub fn example(&self, codebook: &crate::codebook::Codebook) -> Example {
        use crate::tag::model::output;
        let mut labels = BTreeMap::new();
        for entry in codebook.codes() {
            let listed = match entry.level {
                crate::codebook::Level::Theme => &self.themes,
                crate::codebook::Level::Topic => &self.topics,
                crate::codebook::Level::Pattern => &self.patterns,
            };
            labels.insert(output::code(entry.level, &entry.code), listed.contains(&entry.code));
        }
        for facet in &codebook.facets {
            let excluded = self.kind.as_ref().is_some_and(|kind| facet.not_on.contains(kind));
            let Some(chosen) = self.facets.get(&facet.id).filter(|_| !excluded) else { continue };
            for value in &facet.values {
                labels.insert(output::facet(&facet.id, &value.id), chosen.as_deref() == Some(value.id.as_str()));
            }
        }
        if !self.stance.is_empty() {
            for (_, name) in crate::tag::VERDICTS {
                labels.insert(output::verdict(name), self.stance.values().any(|side| side == name));
            }
            for basis in ["presupposed", "reported"] {
                if !self.basis.is_empty() {
                    labels.insert(output::basis(basis), self.basis.values().any(|value| value == basis));
                }
            }
        }
        for (topic, side) in &self.stance {
            if side == "A" || side == "B" {
                labels.insert(output::side(topic), side == "B");
            }
        }
        Example {
            text: text::mend(&self.text).text().to_owned(),
            kind: self.kind.clone().map(Kind),
            author: self.author.clone(),
            labels,
            verdicts: self.stance.clone(),
        }
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A list of codes, as strings or as objects with a `code`.
fn codes(value: Option<&Value>) -> BTreeSet<String> {
    let entries = value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or(&[]);
    entries
        .iter()
        .filter_map(|entry| entry.as_str().or_else(|| entry.get("code").and_then(Value::as_str)))
        .map(str::to_owned)
        .collect()
}

fn strings(value: Option<&Value>) -> BTreeMap<String, String> {
    let entries = value.and_then(Value::as_object).into_iter().flatten();
    entries.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}
