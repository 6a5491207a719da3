//! What cells mean: topics, claims, rounds and scopes by code or by the names people use.

use std::collections::BTreeMap;

use crate::codebook::{Codebook, Facet, Wording};

use super::read::Round;

/// A side of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub enum Claim {
    /// The first claim.
    A,
    /// The second, or the rejection of the first.
    B,
    /// "Det ene utelukker ikke det andre."
    #[serde(rename = "both")]
    Both,
}

/// Topics, claims and scopes of one codebook, by every name they may be written with.
pub(super) struct Vocabulary {
    topics: BTreeMap<String, Option<String>>,
    claims: BTreeMap<(String, String), Claim>,
    scopes: BTreeMap<String, String>,
    times: BTreeMap<String, String>,
    /// Whether the codebook has values for a scope at all; without, any name is one.
    pub(super) closed_scopes: bool,
}

impl Vocabulary {
    pub(super) fn of(codebook: &Codebook) -> Self {
        let (mut topics, mut claims) = (BTreeMap::new(), BTreeMap::new());
        for theme in &codebook.themes {
            for topic in &theme.topics {
                let code = format!("{}/{}", theme.id, topic.id);
                let names = topic.meaning.name.all().chain([topic.id.as_str(), code.as_str()]);
                for name in names.map(key).collect::<std::collections::BTreeSet<_>>() {
                    // A name that two topics share means neither.
                    topics.entry(name).and_modify(|known| *known = None).or_insert_with(|| Some(code.clone()));
                }
                for claim in &topic.claims {
                    let side = if claim.id == "A" { Claim::A } else { Claim::B };
                    for text in claim.text.all() {
                        claims.insert((code.clone(), key(text)), side);
                    }
                }
            }
        }
        let facet = |id: &str| codebook.facets.iter().find(|facet| facet.id == id);
        let scopes = facet("scope").map(values).unwrap_or_default();
        Vocabulary {
            topics,
            claims,
            closed_scopes: !scopes.is_empty(),
            scopes,
            times: facet("time").map(values).unwrap_or_default(),
        }
    }

    /// The full code of a topic, by code, id or name in any language.
    pub(super) fn topic(&self, cell: &str) -> Option<&str> {
        self.topics.get(&key(cell))?.as_deref()
    }

    /// A side, by letter or by the claim's own words.
    pub(super) fn claim(&self, topic: &str, cell: &str) -> Option<Claim> {
        match key(cell).as_str() {
            "a" => Some(Claim::A),
            "b" => Some(Claim::B),
            "both" | "begge" => Some(Claim::Both),
            words => self.claims.get(&(topic.to_owned(), words.to_owned())).copied(),
        }
    }

    /// A scope, by id or name; any name where the codebook has none.
    pub(super) fn scope(&self, cell: &str) -> Option<String> {
        let written = key(cell);
        let related = |id: &str| match id {
            "prosjekt" | "prosjektrelatert" => "project",
            "system" | "systemrelatert" => "systemic",
            "kultur" | "kulturrelatert" => "cultural",
            _ => "",
        };
        let known = self.scopes.get(&written).or_else(|| self.scopes.get(related(&written)));
        if self.closed_scopes { known.cloned() } else { Some(cell.trim().to_owned()) }
    }

    /// An orientation in time by the codebook's id, else as it is written.
    pub(super) fn orientation(&self, cell: &str) -> String {
        self.times.get(&key(cell)).cloned().unwrap_or_else(|| cell.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

pub(super) fn round(cell: &str) -> Option<Round> {
    match key(cell).as_str() {
        "initial" | "første" | "fyrste" | "innledende" => Some(Round::Initial),
        "selected" | "valgt" | "vald" | "beholdt" => Some(Round::Selected),
        "claim" | "påstand" => Some(Round::Claim),
        _ => None,
    }
}

/// Whether a phase means all of them.
pub(super) fn is_throughout(cell: &str) -> bool {
    matches!(key(cell).as_str(), "throughout" | "gjennomgående" | "gjennomgåande" | "hele" | "alle")
}

/// Ids and names of a facet's values, each to its id.
fn values(facet: &Facet) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for value in &facet.values {
        let wording: &Wording = &value.meaning.name;
        for name in wording.all().chain([value.id.as_str()]) {
            names.insert(key(name), value.id.clone());
        }
    }
    names
}

/// How a cell is compared: lower case, one blank between words, no full stop at the end.
pub(super) fn key(cell: &str) -> String {
    cell.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches('.').to_owned()
}
