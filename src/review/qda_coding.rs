//! Human codings of a QDA project as corrections, and how well people and machine agree.

use std::collections::{BTreeMap, BTreeSet};

use super::code_name::{CodeName, resolve, resolve_name};
use super::corrections::{Action, Correction};
use super::human_coding::HumanCoding;
use super::qda_project::{QdaCode, QdaProject, QdaSource};
use super::text_hash;
use crate::answer::AnswerId;
use crate::codebook::guid::{claim_guid, code_guid, machine_guid};
use crate::codebook::{Codebook, Level};
use crate::evaluate::measures::{Confusion, alpha};
use crate::record::{Analysis, Record};
use crate::tag::Verdict;

/// What one code of the QDA project is here.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Target {
    Code(CodeName),
    Claim(String, Verdict),
}

/// How one person and the machine agree on one code, over the answers in documents that the person coded in.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    /// The person.
    pub who: String,
    /// The code.
    pub code: CodeName,
    /// The person as gold.
    pub counts: Confusion,
    /// Krippendorff's alpha.
    pub alpha: f64,
}

/// What a QDA project brings.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct QdaCodings {
    /// Corrections and what could not be mapped.
    pub coding: HumanCoding,
    /// By person, then code.
    pub agreement: Vec<Agreement>,
    /// Codings by people that stand on no answer of this project.
    pub unplaced: usize,
    /// Codings that the machine had set, which are passed over.
    pub by_machine: usize,
    /// Texts that the archive does not hold.
    pub sources_without_text: usize,
}

/// An answer in a document: its place in code points, and the hash of the text that stands there.
struct Placed<'a> {
    id: String,
    record: Option<&'a Record>,
    start: u32,
    end: u32,
    text_hash: String,
}

/// Turns the codings of people into corrections: a code anywhere on an answer holds. Codes are found by GUID, then by
/// name. What a person did not code is not taken as denied.
pub fn qda_codings(project: &QdaProject, analysis: &Analysis, codebook: &Codebook, when: &str) -> QdaCodings {
    let records: BTreeMap<&str, &Record> =
        analysis.records.iter().map(|record| (record.answer.id.0.as_str(), record)).collect();
    let mut by_text: BTreeMap<String, Vec<&Record>> = BTreeMap::new();
    for record in &analysis.records {
        by_text.entry(plain(&record.shown)).or_default().push(record);
    }
    let targets = targets(&project.codes, codebook);
    let names: BTreeMap<&str, &str> =
        project.codes.iter().map(|code| (code.guid.as_str(), code.name.as_str())).collect();
    let mut result = QdaCodings::default();
    let mut sides: BTreeMap<(String, String, CodeName), (String, BTreeSet<Verdict>)> = BTreeMap::new();
    let mut coded_in: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in &project.sources {
        let Some(text) = &source.text else {
            result.sources_without_text += 1;
            continue;
        };
        let placed = placed(source, text, &records, &by_text);
        for coding in &source.codings {
            let who = project.users.get(&coding.user).map_or("", String::as_str);
            if coding.user == machine_guid() || who.starts_with("innspill ") {
                result.by_machine += 1;
                continue;
            }
            let Some(target) = targets.get(coding.code.as_str()) else {
                let name = names.get(coding.code.as_str()).copied().unwrap_or("a code without a name");
                *result.coding.unmapped.entry(name.to_owned()).or_default() += 1;
                continue;
            };
            let on = |answer: &&Placed<'_>| {
                coding.place.is_none_or(|(start, end)| start < answer.end.max(answer.start + 1) && answer.start < end)
            };
            let mut anywhere = false;
            for answer in placed.iter().filter(on) {
                anywhere = true;
                let (code, side) = match target {
                    Target::Code(code) => (code.clone(), None),
                    Target::Claim(topic, side) => (CodeName::Topic(topic.clone()), Some(*side)),
                };
                let entry = sides
                    .entry((who.to_owned(), answer.id.clone(), code))
                    .or_insert_with(|| (answer.text_hash.clone(), BTreeSet::new()));
                entry.1.extend(side);
            }
            if anywhere {
                let known = placed.iter().filter(|answer| answer.record.is_some()).map(|answer| answer.id.clone());
                coded_in.entry(who.to_owned()).or_default().extend(known);
            } else {
                result.unplaced += 1;
            }
        }
    }
    result.agreement = agreement(&sides, &coded_in, &records, codebook);
    result.coding.corrections = sides
        .into_iter()
        .map(|((who, answer, code), (text_hash, sides))| {
            let verdict = match (sides.contains(&Verdict::A), sides.contains(&Verdict::B)) {
                (true, true) => Some(Verdict::Both),
                (true, false) => Some(Verdict::A),
                (false, true) => Some(Verdict::B),
                (false, false) => None,
            };
            Correction {
                answer: AnswerId(answer),
                text_hash,
                code: code.written(codebook),
                action: if verdict.is_some() { Action::Verdict } else { Action::Confirm },
                verdict,
                who,
                when: when.to_owned(),
                why: String::new(),
                line: 0,
            }
        })
        .collect();
    result
}

/// What each code of the project is here, by its guid.
fn targets(codes: &[QdaCode], codebook: &Codebook) -> BTreeMap<String, Target> {
    let id = &codebook.codebook.id;
    let mut known: BTreeMap<String, Target> = BTreeMap::new();
    for entry in codebook.codes() {
        known.insert(code_guid(id, entry.level, &entry.code), Target::Code(CodeName::new(entry.level, &entry.code)));
        if entry.level == Level::Topic {
            for (side, verdict) in [("A", Verdict::A), ("B", Verdict::B)] {
                known.insert(claim_guid(id, &entry.code, side), Target::Claim(entry.code.clone(), verdict));
            }
        }
    }
    codes
        .iter()
        .filter_map(|code| {
            let by_guid = known.get(&code.guid).cloned();
            let by_name = || {
                let bare = without_number(&code.name);
                let found = resolve(&code.name, codebook).or_else(|| resolve_name(&code.name, codebook));
                found.or_else(|| resolve_name(bare, codebook)).map(Target::Code)
            };
            Some((code.guid.clone(), by_guid.or_else(by_name)?))
        })
        .collect()
}

/// `T3.2 Siloer` without the number that keeps our names apart.
pub(super) fn without_number(name: &str) -> &str {
    let Some((number, rest)) = name.split_once(' ') else { return name };
    let digits = number.strip_prefix(['T', 'M']).unwrap_or("");
    let numbered = !digits.is_empty() && digits.chars().all(|character| character.is_ascii_digit() || character == '.');
    if numbered { rest.trim() } else { name }
}

/// A text as documents have it.
fn plain(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").trim_matches(['\n', '\u{feff}']).to_owned()
}

/// The answers in a document: under their heading lines where it has those, else the one answer that it names or is.
fn placed<'a>(
    source: &QdaSource,
    text: &str,
    records: &BTreeMap<&str, &'a Record>,
    by_text: &BTreeMap<String, Vec<&'a Record>>,
) -> Vec<Placed<'a>> {
    let length = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    let headed = crate::export::qda::documents::answers_in(text);
    if !headed.is_empty() {
        return (headed.into_iter())
            .map(|(id, place)| {
                let record = records.get(id.as_str()).copied();
                let here = place.slice(text);
                Placed { text_hash: hash_of(record, here), id, record, start: place.start, end: place.end }
            })
            .collect();
    }
    let named = source.values.get("svar-id").map(String::as_str);
    let named = named.or_else(|| source.name.split_whitespace().next()).and_then(|id| records.get(id).copied());
    let same = by_text.get(&plain(text)).filter(|same| same.len() == 1).and_then(|same| same.first().copied());
    let record = named.or(same);
    let whole = |record: &'a Record| Placed {
        id: record.answer.id.0.clone(),
        record: Some(record),
        start: 0,
        end: length,
        text_hash: hash_of(Some(record), text),
    };
    record.into_iter().map(whole).collect()
}

/// The hash of the answer's own text where the document has it, else that of what it has.
fn hash_of(record: Option<&Record>, here: &str) -> String {
    match record {
        Some(record) if plain(&record.shown) == plain(here) => text_hash(&record.shown),
        _ => text_hash(here),
    }
}

type Sides = BTreeMap<(String, String, CodeName), (String, BTreeSet<Verdict>)>;

fn agreement(
    sides: &Sides,
    coded_in: &BTreeMap<String, BTreeSet<String>>,
    records: &BTreeMap<&str, &Record>,
    codebook: &Codebook,
) -> Vec<Agreement> {
    let mut all = Vec::new();
    for (who, answers) in coded_in {
        for entry in codebook.codes() {
            let code = CodeName::new(entry.level, &entry.code);
            let mut counts = Confusion::default();
            let mut pairs = Vec::with_capacity(answers.len());
            for record in answers.iter().filter_map(|id| records.get(id.as_str())) {
                let person = sides.contains_key(&(who.clone(), record.answer.id.0.clone(), code.clone()));
                let machine = super::changes::is_set(record, &code);
                counts.add(person, machine);
                pairs.push((person, machine));
            }
            if counts.support() > 0 {
                all.push(Agreement { who: who.clone(), code, counts, alpha: alpha(&pairs) });
            }
        }
    }
    all
}
