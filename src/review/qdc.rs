//! A QDA tool's codebook as the skeleton of ours.

use std::collections::{BTreeMap, BTreeSet};

use super::qda_coding::without_number;
use super::qda_project::QdaCode;
use crate::codebook::{Codebook, Heading, Meaning, Pattern, Theme, Topic, Wording};

/// Codes at the top that have others below them become themes, those right below topics, and those further down what the
/// topic includes; codes at the top that stand alone become patterns, the level without topics.
pub fn skeleton(name: &str, codes: &[QdaCode]) -> Codebook {
    let heading = Heading {
        id: id_of(name, &mut BTreeSet::new()),
        version: "1".to_owned(),
        language: Some("nb".to_owned()),
        name: bokmal(name),
    };
    let mut codebook = Codebook { codebook: heading, themes: Vec::new(), patterns: Vec::new(), facets: Vec::new() };
    let below = below(codes);
    let mut ids = BTreeSet::new();
    for (position, code) in codes.iter().enumerate().filter(|(_, code)| code.parent.is_none()) {
        let topics = topics(codes, &below, position);
        let id = id_of(&code.name, &mut ids);
        if topics.is_empty() {
            codebook.patterns.push(Pattern { id, meaning: meaning(code), implied_by: Vec::new() });
        } else {
            codebook.themes.push(Theme { id, meaning: meaning(code), topics });
        }
    }
    codebook
}

/// The codes right below each, in their order.
fn below(codes: &[QdaCode]) -> BTreeMap<usize, Vec<usize>> {
    let mut below: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (position, parent) in codes.iter().enumerate().filter_map(|(at, code)| Some((at, code.parent?))) {
        below.entry(parent).or_default().push(position);
    }
    below
}

/// The codes right below a theme as topics; names from further down say what a topic takes in.
fn topics(codes: &[QdaCode], below: &BTreeMap<usize, Vec<usize>>, theme: usize) -> Vec<Topic> {
    let under = |position: &usize| below.get(position).map_or(&[][..], Vec::as_slice);
    let mut ids = BTreeSet::new();
    let mut topics = Vec::new();
    for position in under(&theme) {
        let Some(code) = codes.get(*position) else { continue };
        let mut meaning = meaning(code);
        let mut open: Vec<&usize> = under(position).iter().rev().collect();
        while let Some(deeper) = open.pop() {
            meaning.include.extend(codes.get(*deeper).map(|code| without_number(&code.name).to_owned()));
            open.extend(under(deeper).iter().rev());
        }
        topics.push(Topic { id: id_of(&code.name, &mut ids), meaning, claims: Vec::new() });
    }
    topics
}

fn meaning(code: &QdaCode) -> Meaning {
    let definition = if code.description.is_empty() { Wording::default() } else { bokmal(&code.description) };
    Meaning { name: bokmal(without_number(&code.name)), definition, ..Meaning::default() }
}

fn bokmal(text: &str) -> Wording {
    Wording { nb: Some(text.to_owned()), ..Wording::default() }
}

/// Small letters, digits and underscores, that nothing in `taken` has.
fn id_of(name: &str, taken: &mut BTreeSet<String>) -> String {
    let mut id = String::new();
    for character in without_number(name).to_lowercase().chars() {
        match character {
            'æ' => id.push_str("ae"),
            'ø' => id.push('o'),
            'å' => id.push('a'),
            _ if character.is_ascii_alphanumeric() => id.push(character),
            _ if !id.is_empty() && !id.ends_with('_') => id.push('_'),
            _ => {}
        }
    }
    let id = id.trim_end_matches('_');
    let base =
        if id.starts_with(|first: char| first.is_ascii_lowercase()) { id.to_owned() } else { format!("code_{id}") };
    let base = base.trim_end_matches('_').to_owned();
    let mut free = base.clone();
    let mut number = 2_usize;
    while !taken.insert(free.clone()) {
        free = format!("{base}_{number}");
        number += 1;
    }
    free
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_of_codes_becomes_a_codebook_that_loads() {
        let code = |name: &str, parent: Option<usize>| QdaCode {
            name: name.to_owned(),
            parent,
            description: format!("om {name}"),
            ..QdaCode::default()
        };
        let codes = [
            code("T1 Samhandling på tvers", None),
            code("T1.1 Siloer", Some(0)),
            code("A: hindrer", Some(1)),
            code("Siloer", Some(0)),
            code("Økonomi", None),
            code("2040", None),
        ];
        let codebook = skeleton("Min kodebok", &codes);
        assert_eq!(codebook.themes[0].id, "samhandling_pa_tvers");
        let topics: Vec<&str> = codebook.themes[0].topics.iter().map(|topic| topic.id.as_str()).collect();
        assert_eq!(topics, ["siloer", "siloer_2"]);
        assert_eq!(codebook.themes[0].topics[0].meaning.include, ["A: hindrer"]);
        let patterns: Vec<&str> = codebook.patterns.iter().map(|pattern| pattern.id.as_str()).collect();
        assert_eq!(patterns, ["okonomi", "code_2040"]);
        let text = toml::to_string(&codebook).unwrap();
        let loaded = crate::codebook::from_toml(&text, std::path::Path::new("codebook.toml")).unwrap();
        assert_eq!(loaded, codebook);
    }
}
