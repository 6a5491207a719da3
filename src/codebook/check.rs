//! `codebook check`: what is missing, clashes or overlaps.

use std::collections::BTreeMap;

use super::{Codebook, Level, Meaning};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The tagger works, but worse than it could.
    Advice,
    /// Two codes will be confused.
    Clash,
}

/// One thing to mend in a codebook.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// The code it concerns.
    pub code: String,
    /// What is wrong and how to mend it.
    pub message: String,
}

/// Looks for missing wording, terms that two codes share, and definitions that say the same.
///
/// Findings come sorted: clashes first, then by code.
pub fn check(codebook: &Codebook) -> Vec<Finding> {
    let mut findings = Vec::new();
    for entry in codebook.codes() {
        missing_wording(&entry.code, entry.meaning, &mut findings);
    }
    for theme in &codebook.themes {
        for topic in &theme.topics {
            missing_claims(&theme.id, topic, &mut findings);
        }
    }
    shared_terms(codebook, Level::Topic, &mut findings);
    shared_terms(codebook, Level::Theme, &mut findings);
    shared_terms(codebook, Level::Pattern, &mut findings);
    alike_definitions(codebook, &mut findings);
    findings.sort_by(|left, right| right.severity.cmp(&left.severity).then_with(|| left.cmp(right)));
    findings
}

fn missing_wording(code: &str, meaning: &Meaning, findings: &mut Vec<Finding>) {
    let mut advise = |message: &str| {
        findings.push(Finding { severity: Severity::Advice, code: code.to_owned(), message: message.to_owned() });
    };
    if meaning.name.all().next().is_none() {
        advise("has no name: add name = { nb = \"...\" }");
    }
    if meaning.definition.all().next().is_none() {
        advise("has no definition: similarity to it is half of what the tagger goes by");
    }
    if meaning.terms.is_empty() && meaning.hints.is_empty() && meaning.examples.is_empty() {
        advise("has neither terms, hints nor examples: it will be found by its definition alone");
    }
    if meaning.include.is_empty() {
        advise("has no include: a reader cannot tell what counts");
    }
    if meaning.exclude.is_empty() {
        advise("has no exclude: a reader cannot tell where its border runs");
    }
    for (language, name, definition) in
        [("nn", &meaning.name.nn, &meaning.definition.nn), ("en", &meaning.name.en, &meaning.definition.en)]
    {
        if name.is_none() || definition.is_none() {
            advise(&format!("lacks name or definition in {language}"));
        }
    }
}

fn missing_claims(theme: &str, topic: &super::Topic, findings: &mut Vec<Finding>) {
    for id in ["A", "B"] {
        if !topic.claims.iter().any(|claim| claim.id == id) {
            findings.push(Finding {
                severity: Severity::Advice,
                code: format!("{theme}/{}", topic.id),
                message: format!("has no claim {id}: verdicts cannot name that side"),
            });
        }
    }
}

fn shared_terms(codebook: &Codebook, level: Level, findings: &mut Vec<Finding>) {
    let mut owners: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in codebook.codes().into_iter().filter(|entry| entry.level == level) {
        for term in entry.meaning.terms.all() {
            let codes = owners.entry(term.trim().to_lowercase()).or_default();
            if !codes.contains(&entry.code) {
                codes.push(entry.code.clone());
            }
        }
    }
    for (term, codes) in owners.into_iter().filter(|(_, codes)| codes.len() > 1) {
        findings.push(Finding {
            severity: Severity::Clash,
            code: codes[0].clone(),
            message: format!(
                "shares the term \"{term}\" with {}: keep it in one, make it a hint in the rest",
                codes[1..].join(", ")
            ),
        });
    }
}

/// Definitions whose words are mostly the same tell a reader, and the tagger, nothing apart.
fn alike_definitions(codebook: &Codebook, findings: &mut Vec<Finding>) {
    let codes: Vec<_> = codebook.codes().into_iter().filter(|entry| entry.level == Level::Topic).collect();
    let words: Vec<std::collections::BTreeSet<String>> = codes
        .iter()
        .map(|entry| {
            entry
                .meaning
                .definition
                .all()
                .flat_map(|text| text.split(|letter: char| !letter.is_alphanumeric()))
                .filter(|word| word.chars().count() > 3)
                .map(str::to_lowercase)
                .collect()
        })
        .collect();
    for later in 0..codes.len() {
        for earlier in 0..later {
            let shared = words[later].intersection(&words[earlier]).count();
            let either = words[later].union(&words[earlier]).count();
            if either > 0 && shared * 2 > either {
                findings.push(Finding {
                    severity: Severity::Clash,
                    code: codes[earlier].code.clone(),
                    message: format!(
                        "is defined in almost the same words as {}: say what sets them apart",
                        codes[later].code
                    ),
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn a_term_of_two_topics_is_a_clash() {
        let text = "[codebook]\nid='x'\nversion='1'\nname={nb='X'}\n[[theme]]\nid='a'\nname={nb='A'}\n\
            [[theme.topic]]\nid='p'\nname={nb='P'}\nterms={nb=['kopp']}\n[[theme.topic]]\nid='q'\nname={nb='Q'}\nterms={nb=['Kopp']}\n";
        let codebook = crate::codebook::from_toml(text, Path::new("x.toml")).unwrap();
        let findings = check(&codebook);
        assert_eq!(findings[0].severity, Severity::Clash);
        assert!(findings[0].message.contains("a/q"), "{:?}", findings[0]);
    }
}
