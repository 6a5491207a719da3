//! How often people overruled the machine: by code, by what the code was set on, and by each of its terms.

use std::collections::BTreeMap;

use super::code_name::CodeName;
use super::decisions::Decisions;
use crate::codebook::{Codebook, Meaning, Wordings};
use crate::record::Record;
use crate::tag::Tagging;
use crate::tag::reading::WordTable;
use crate::tag::terms::{CodeIndex, TermIndex};
use crate::text;

/// Tags that the machine set and a person decided of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Tally {
    /// Decided of.
    pub set: usize,
    /// Of these, taken out.
    pub overruled: usize,
}

impl Tally {
    fn add(&mut self, holds: bool) {
        self.set += 1;
        self.overruled += usize::from(!holds);
    }
}

/// How a code fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct CodeTally {
    /// Where the machine set it.
    pub all: Tally,
    /// Of these, where one of its terms stood in the text.
    pub with_term: Tally,
    /// Of these, where none did: its head, or its description, alone.
    pub head_alone: Tally,
    /// Where the machine did not set it and a person did.
    pub missed: usize,
}

/// What people said of the machine's codes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overruled {
    /// Answers that anything was decided of.
    pub answers: usize,
    /// By code, those of which something was decided.
    pub codes: BTreeMap<CodeName, CodeTally>,
    /// By code and term, as the codebook writes it: where it stood in a text on which its code was decided.
    pub terms: BTreeMap<(CodeName, String), Tally>,
}

/// Holds decisions against `machine`, the taggings before any person's word, in the order of the records.
///
/// A term's tally counts where it stood in the text, whether or not the machine set its code.
pub fn overruled(records: &[Record], machine: &[&Tagging], decided: &Decisions, codebook: &Codebook) -> Overruled {
    let terms = Terms::of(codebook);
    let texts: Vec<&str> =
        decided.keys().filter_map(|&row| records.get(row)).map(|record| record.shown.as_str()).collect();
    let found = terms.find(&texts);
    let mut result = Overruled { answers: decided.len(), ..Overruled::default() };
    for ((row, decided), found) in decided.iter().zip(found) {
        let Some(tagging) = machine.get(*row) else { continue };
        for (code, &holds) in decided {
            let own: Vec<&String> = found.iter().filter(|(of, _)| of == code).map(|(_, term)| term).collect();
            for term in &own {
                result.terms.entry((code.clone(), (*term).clone())).or_default().add(holds);
            }
            let set = is_set(tagging, code);
            if !set && !holds {
                continue;
            }
            let tally = result.codes.entry(code.clone()).or_default();
            match (set, own.is_empty()) {
                (false, _) => tally.missed += 1,
                (true, false) => {
                    tally.all.add(holds);
                    tally.with_term.add(holds);
                }
                (true, true) => {
                    tally.all.add(holds);
                    tally.head_alone.add(holds);
                }
            }
        }
    }
    result
}

fn is_set(tagging: &Tagging, code: &CodeName) -> bool {
    let tags = match code {
        CodeName::Theme(_) => &tagging.themes,
        CodeName::Topic(_) => &tagging.topics,
        CodeName::Pattern(_) => &tagging.patterns,
    };
    tags.iter().any(|tag| tag.code == code.code())
}

/// Every term of a codebook on its own, with what cancels it.
struct Terms {
    index: TermIndex,
    of: Vec<(CodeName, String)>,
}

impl Terms {
    fn of(codebook: &Codebook) -> Self {
        let mut index = TermIndex::default();
        let mut of: Vec<(CodeName, String)> = Vec::new();
        for entry in codebook.codes() {
            let name = CodeName::new(entry.level, &entry.code);
            for term in entry.meaning.terms.all() {
                let own = (name.clone(), term.to_owned());
                // Bokmål and nynorsk share many words.
                if of.contains(&own) {
                    continue;
                }
                let Ok(number) = u16::try_from(of.len()) else { break };
                let alone = Meaning {
                    terms: Wordings { nb: vec![term.to_owned()], ..Wordings::default() },
                    not_terms: entry.meaning.not_terms.clone(),
                    ..Meaning::default()
                };
                index.add_meaning(CodeIndex(number), &alone);
                of.push(own);
            }
        }
        Terms { index, of }
    }

    /// The terms in each text, each once.
    fn find(&self, texts: &[&str]) -> Vec<Vec<(CodeName, String)>> {
        let mended: Vec<text::Mended<'_>> = texts.iter().map(|text| text::mend(text)).collect();
        let mended: Vec<&str> = mended.iter().map(text::Mended::text).collect();
        let mut table = WordTable::default();
        let readings = table.read(&mended, &self.index, None);
        readings
            .iter()
            .map(|words| {
                let keys: Vec<_> = words.iter().map(|word| table.keys(word.id)).collect();
                let mut found: Vec<usize> =
                    self.index.find(&keys).into_iter().map(|found| found.code.position()).collect();
                found.sort_unstable();
                found.dedup();
                found.into_iter().filter_map(|number| self.of.get(number).cloned()).collect()
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{codebook, record};
    use super::*;

    #[test]
    fn a_code_is_told_by_its_terms_by_its_head_alone_and_by_what_it_missed() {
        let silos = "collaboration/silos";
        let records = vec![
            record("1", "Vi må rive siloene.", &[silos], &["silos"]),
            record("2", "Siloer på gården er fulle av fôr.", &[silos], &[]),
            record("3", "Hver sitter på sitt.", &[silos], &[]),
            record("4", "Etatene snakker ikke sammen.", &[], &[]),
            record("5", "Ingen ting.", &[], &[]),
        ];
        let topic = CodeName::Topic(silos.to_owned());
        let decided: Decisions = [true, false, false, true, false]
            .into_iter()
            .enumerate()
            .map(|(row, holds)| (row, BTreeMap::from([(topic.clone(), holds)])))
            .collect();
        let machine: Vec<&Tagging> = records.iter().map(|record| &record.tagging).collect();
        let found = overruled(&records, &machine, &decided, &codebook());
        let tally = found.codes[&topic];
        assert_eq!((tally.all, tally.missed), (Tally { set: 3, overruled: 2 }, 1));
        assert_eq!(tally.with_term.set + tally.head_alone.set, 3);
        assert_eq!(tally.with_term.overruled + tally.head_alone.overruled, 2);
        assert!(tally.with_term.set >= 1 && tally.head_alone.set >= 1, "{tally:?}");
        let of_silo: Vec<(&String, &Tally)> = found
            .terms
            .iter()
            .filter(|((code, _), _)| *code == topic)
            .map(|((_, term), tally)| (term, tally))
            .collect();
        assert!(of_silo.iter().any(|(term, _)| term.starts_with("silo")), "{of_silo:?}");
        assert_eq!(found.answers, 5);
    }
}
