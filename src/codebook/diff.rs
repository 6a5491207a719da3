//! `codebook diff`: what an edit of a codebook changed, code by code.
//!
//! Two codebooks are compared as we understand them: comments, the order of keys and the order of terms do not count.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Codebook, Facet, Meaning, Topic, Wording, Wordings};

/// What a part of a codebook is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Id, version, language and name of the whole.
    Codebook,
    /// A theme.
    Theme,
    /// A topic with its claims; its code is `theme/topic`.
    Topic,
    /// A pattern.
    Pattern,
    /// A facet.
    Facet,
    /// A facet's value; its code is `facet=value`.
    FacetValue,
}

impl Part {
    /// Its name in what is printed.
    pub fn name(self) -> &'static str {
        match self {
            Part::Codebook => "codebook",
            Part::Theme => "theme",
            Part::Topic => "topic",
            Part::Pattern => "pattern",
            Part::Facet => "facet",
            Part::FacetValue => "facet value",
        }
    }
}

/// What became of a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "change")]
pub enum PartChange {
    /// It was not there.
    New,
    /// It is not there now.
    Gone,
    /// It has another id, or stands under another theme, and nothing else changed.
    Renamed {
        /// Its code before.
        from: String,
    },
    /// Some of it is other than it was.
    Edited,
}

/// What changed in one field of a part, such as `terms.nb` or `claim B text.nb`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// The field's name.
    pub field: String,
    /// What stood there and does not now.
    pub removed: Vec<String>,
    /// What stands there and did not.
    pub added: Vec<String>,
}

/// What changed in one part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What it is.
    pub part: Part,
    /// Its code; the older one where it is gone.
    pub code: String,
    /// What became of it.
    #[serde(flatten)]
    pub change: PartChange,
    /// Field by field, where it is edited.
    pub fields: Vec<FieldChange>,
}

/// What changed from one codebook to another.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct CodebookDiff {
    /// By part: first what the newer one has, in its order, then what is gone, in the order of the older one.
    pub differences: Vec<Difference>,
    /// Whether the codes that both have stand in another order, and so the columns of tables do.
    pub reordered: bool,
}

impl CodebookDiff {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.differences.is_empty() && !self.reordered
    }

    /// How many parts are new, edited, renamed and gone.
    pub fn counts(&self) -> [usize; 4] {
        let mut counts = [0; 4];
        for difference in &self.differences {
            let at = match difference.change {
                PartChange::New => 0,
                PartChange::Edited => 1,
                PartChange::Renamed { .. } => 2,
                PartChange::Gone => 3,
            };
            counts[at] += 1; // one of four
        }
        counts
    }
}

/// A field's values; a text is a list of one.
type Fields = BTreeMap<String, Vec<String>>;

/// A part, with all that is said of it.
struct Described {
    part: Part,
    code: String,
    fields: Fields,
}

/// Compares two codebooks.
pub fn diff(old: &Codebook, new: &Codebook) -> CodebookDiff {
    let (before, now) = (parts(old), parts(new));
    let key = |described: &Described| (described.part, described.code.clone());
    let old_by_key: BTreeMap<(Part, String), &Described> = before.iter().map(|part| (key(part), part)).collect();
    let new_keys: BTreeSet<(Part, String)> = now.iter().map(key).collect();
    let mut gone: Vec<&Described> = before.iter().filter(|part| !new_keys.contains(&key(part))).collect();
    let mut differences = Vec::new();
    for part in &now {
        let (change, fields) = match old_by_key.get(&key(part)) {
            Some(old) => (PartChange::Edited, fields_changed(&old.fields, &part.fields)),
            None => match gone.iter().position(|old| old.part == part.part && old.fields == part.fields) {
                Some(position) => (PartChange::Renamed { from: gone.remove(position).code.clone() }, Vec::new()),
                None => (PartChange::New, Vec::new()),
            },
        };
        if change != PartChange::Edited || !fields.is_empty() {
            differences.push(Difference { part: part.part, code: part.code.clone(), change, fields });
        }
    }
    differences.extend(gone.into_iter().map(|part| Difference {
        part: part.part,
        code: part.code.clone(),
        change: PartChange::Gone,
        fields: Vec::new(),
    }));
    let order = |parts: &[Described], others: &BTreeSet<(Part, String)>| -> Vec<(Part, String)> {
        parts.iter().map(key).filter(|key| others.contains(key)).collect()
    };
    let old_keys: BTreeSet<(Part, String)> = old_by_key.keys().cloned().collect();
    CodebookDiff { differences, reordered: order(&before, &new_keys) != order(&now, &old_keys) }
}

/// What changed from one set of fields to another; a value that stands twice counts twice.
fn fields_changed(old: &Fields, new: &Fields) -> Vec<FieldChange> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let nothing = Vec::new();
    (names.into_iter())
        .filter_map(|name| {
            let (before, now) = (old.get(name).unwrap_or(&nothing), new.get(name).unwrap_or(&nothing));
            let (removed, added) = (without(before, now), without(now, before));
            (!(removed.is_empty() && added.is_empty())).then(|| FieldChange { field: name.clone(), removed, added })
        })
        .collect()
}

/// The values of the one that the other lacks.
fn without(values: &[String], others: &[String]) -> Vec<String> {
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for other in others {
        *left.entry(other).or_default() += 1;
    }
    (values.iter())
        .filter(|value| match left.get_mut(value.as_str()) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        })
        .cloned()
        .collect()
}

fn parts(codebook: &Codebook) -> Vec<Described> {
    let mut parts = vec![heading(codebook)];
    for theme in &codebook.themes {
        parts.push(Described { part: Part::Theme, code: theme.id.clone(), fields: meaning(&theme.meaning) });
        parts.extend(theme.topics.iter().map(|entry| topic(&theme.id, entry)));
    }
    for pattern in &codebook.patterns {
        let mut fields = meaning(&pattern.meaning);
        set(&mut fields, "implied_by", pattern.implied_by.clone());
        parts.push(Described { part: Part::Pattern, code: pattern.id.clone(), fields });
    }
    for entry in &codebook.facets {
        parts.push(facet(entry));
        parts.extend(entry.values.iter().map(|value| Described {
            part: Part::FacetValue,
            code: format!("{}={}", entry.id, value.id),
            fields: meaning(&value.meaning),
        }));
    }
    parts
}

fn heading(codebook: &Codebook) -> Described {
    let heading = &codebook.codebook;
    let mut fields = Fields::new();
    set(&mut fields, "id", vec![heading.id.clone()]);
    set(&mut fields, "version", vec![heading.version.clone()]);
    set(&mut fields, "language", heading.language.iter().cloned().collect());
    wording(&mut fields, "name", &heading.name);
    Described { part: Part::Codebook, code: String::new(), fields }
}

fn topic(theme: &str, topic: &Topic) -> Described {
    let mut fields = meaning(&topic.meaning);
    for claim in &topic.claims {
        let of_claim = |field: &str| format!("claim {} {field}", claim.id);
        wording(&mut fields, &of_claim("text"), &claim.text);
        let source = serde_json::to_value(claim.source).unwrap_or_default(); // a word
        set(&mut fields, &of_claim("source"), source.as_str().map(str::to_owned).into_iter().collect());
        wordings(&mut fields, &of_claim("examples"), &claim.examples);
    }
    Described { part: Part::Topic, code: format!("{theme}/{}", topic.id), fields }
}

fn facet(facet: &Facet) -> Described {
    let mut fields = Fields::new();
    wording(&mut fields, "name", &facet.name);
    wording(&mut fields, "definition", &facet.definition);
    set(&mut fields, "not_on", facet.not_on.clone());
    Described { part: Part::Facet, code: facet.id.clone(), fields }
}

fn meaning(meaning: &Meaning) -> Fields {
    let mut fields = Fields::new();
    wording(&mut fields, "name", &meaning.name);
    wording(&mut fields, "definition", &meaning.definition);
    set(&mut fields, "include", meaning.include.clone());
    set(&mut fields, "exclude", meaning.exclude.clone());
    for (name, texts) in [
        ("terms", &meaning.terms),
        ("hints", &meaning.hints),
        ("not_terms", &meaning.not_terms),
        ("examples", &meaning.examples),
    ] {
        wordings(&mut fields, name, texts);
    }
    fields
}

fn wording(fields: &mut Fields, name: &str, wording: &Wording) {
    for (language, text) in [("nb", &wording.nb), ("nn", &wording.nn), ("en", &wording.en)] {
        set(fields, &format!("{name}.{language}"), text.iter().cloned().collect());
    }
}

fn wordings(fields: &mut Fields, name: &str, wordings: &Wordings) {
    for (language, texts) in [("nb", &wordings.nb), ("nn", &wordings.nn), ("en", &wordings.en)] {
        set(fields, &format!("{name}.{language}"), texts.clone());
    }
}

/// What is empty is not there.
fn set(fields: &mut Fields, name: &str, values: Vec<String>) {
    if !values.is_empty() {
        fields.insert(name.to_owned(), values);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codebook::builtin;

    fn field(name: &str, removed: &[&str], added: &[&str]) -> FieldChange {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        FieldChange { field: name.to_owned(), removed: owned(removed), added: owned(added) }
    }

    #[test]
    fn a_codebook_does_not_differ_from_itself_nor_from_one_with_its_terms_in_another_order() {
        let old = builtin().unwrap();
        assert!(diff(&old, &old).is_empty());
        let mut new = old.clone();
        new.themes[0].meaning.terms.nb.reverse();
        assert!(diff(&old, &new).is_empty());
        new.patterns.reverse();
        assert!(diff(&old, &new).differences.is_empty() && diff(&old, &new).reordered);
    }

    #[test]
    fn every_edit_is_told_in_its_field_and_nothing_else_is() {
        let old = builtin().unwrap();
        let mut new = old.clone();
        let silos =
            new.themes.iter_mut().flat_map(|theme| &mut theme.topics).find(|topic| topic.id == "silos").unwrap();
        let claim = silos.claims.iter_mut().find(|claim| claim.id == "A").unwrap();
        let was = claim.text.nb.replace("Silo er bra.".to_owned()).unwrap();
        silos.meaning.terms.nb.push("vanntette skott".to_owned());
        let dropped = silos.meaning.terms.nb.remove(0);
        new.patterns[0].implied_by.clear();
        new.codebook.version = "ny".to_owned();
        let found = diff(&old, &new).differences;
        let told: Vec<(Part, &str)> = found.iter().map(|entry| (entry.part, entry.code.as_str())).collect();
        let pattern = old.patterns[0].id.as_str();
        assert_eq!(told, [(Part::Codebook, ""), (Part::Topic, "collaboration/silos"), (Part::Pattern, pattern)],);
        assert_eq!(found[0].fields, [field("version", &[&old.codebook.version], &["ny"])]);
        assert_eq!(
            found[1].fields,
            [
                field("claim A text.nb", &[&was], &["Silo er bra."]),
                field("terms.nb", &[&dropped], &["vanntette skott"])
            ]
        );
        assert_eq!(found[2].fields[0].field, "implied_by");
    }

    #[test]
    fn new_gone_and_renamed_are_told_apart() {
        let old = builtin().unwrap();
        let mut new = old.clone();
        let moved = new.themes[0].topics.remove(0);
        let from = format!("{}/{}", new.themes[0].id, moved.id);
        let to = format!("{}/{}", new.themes[1].id, moved.id);
        new.themes[1].topics.insert(0, moved);
        let gone = new.patterns.pop().unwrap();
        let mut fresh = gone.clone();
        fresh.id = "fresh".to_owned();
        fresh.meaning.name.nb = Some("Noe nytt".to_owned());
        new.patterns.push(fresh);
        let found = diff(&old, &new);
        let told: Vec<(&str, PartChange)> =
            found.differences.iter().map(|entry| (entry.code.as_str(), entry.change.clone())).collect();
        assert_eq!(
            told,
            [(&*to, PartChange::Renamed { from }), ("fresh", PartChange::New), (&*gone.id, PartChange::Gone)]
        );
        assert_eq!(found.counts(), [1, 0, 1, 1]);
    }
}
