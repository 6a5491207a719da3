//! `checks.csv`: what a person said of each code of the answers that were drawn.

use std::collections::{BTreeMap, BTreeSet};

use super::code_name::{CodeName, resolve};
use super::rows::{read_rows, write_rows};
use super::{Action, Correction, Review, ReviewError};
use crate::answer::AnswerId;
use crate::codebook::Codebook;

const REQUIRED: [&str; 4] = ["answer", "code", "said", "probability"];
const OPTIONAL: [&str; 3] = ["text_hash", "who", "when"];
/// The header as it is written.
pub const HEADER: [&str; 7] = ["answer", "text_hash", "code", "said", "probability", "who", "when"];
/// What is said on the line that has no code: the answer was read, and codes without a line do not hold.
const READ: &str = "read";

/// What a person says of a code on an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// It holds.
    Yes,
    /// It does not.
    No,
    /// The person cannot tell, or did not say.
    Unsure,
}

impl Said {
    /// Its name in the file.
    pub fn name(self) -> &'static str {
        match self {
            Said::Yes => "yes",
            Said::No => "no",
            Said::Unsure => "unsure",
        }
    }

    /// From the file's name, or the workbook's Norwegian one.
    pub fn from_name(name: &str) -> Option<Self> {
        match name.trim().to_lowercase().as_str() {
            "yes" | "ja" => Some(Said::Yes),
            "no" | "nei" => Some(Said::No),
            "unsure" | "usikker" => Some(Said::Unsure),
            _ => None,
        }
    }
}

/// An answer that a person has read for its codes.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedAnswer {
    /// The answer.
    pub answer: AnswerId,
    /// [`super::text_hash`] of the text the person read.
    pub text_hash: String,
    /// The answer's chance of having been drawn, in (0, 1].
    pub probability: f64,
    /// By code as written; a code that is not here does not hold.
    pub said: BTreeMap<String, Said>,
    /// The person.
    pub who: String,
    /// When, free form.
    pub when: String,
    /// Line of its first row, from 1.
    pub line: u64,
}

impl CheckedAnswer {
    /// Whether a code holds; none where the person could not tell.
    ///
    /// A topic that holds brings its theme and the patterns that it implies, whatever was said of those.
    pub fn holds(&self, codebook: &Codebook) -> BTreeMap<CodeName, Option<bool>> {
        let mut holds: BTreeMap<CodeName, Option<bool>> = BTreeMap::new();
        for (code, said) in &self.said {
            let Some(code) = resolve(code, codebook) else { continue };
            let said = match said {
                Said::Yes => Some(true),
                Said::No => Some(false),
                Said::Unsure => None,
            };
            holds.insert(code, said);
        }
        let yes: Vec<String> = holds
            .iter()
            .filter_map(|(code, said)| match (code, said) {
                (CodeName::Topic(topic), Some(true)) => Some(topic.clone()),
                _ => None,
            })
            .collect();
        for topic in yes {
            if let Some((theme, _)) = topic.split_once('/') {
                holds.insert(CodeName::Theme(theme.to_owned()), Some(true));
            }
            for pattern in codebook.patterns.iter().filter(|pattern| pattern.implied_by.contains(&topic)) {
                holds.insert(CodeName::Pattern(pattern.id.clone()), Some(true));
            }
        }
        holds
    }

    /// What was said as corrections of the answer.
    pub fn corrections(&self) -> Vec<Correction> {
        let decided = self.said.iter().filter(|(_, said)| **said != Said::Unsure);
        decided
            .map(|(code, said)| Correction {
                answer: self.answer.clone(),
                text_hash: self.text_hash.clone(),
                code: code.clone(),
                action: if *said == Said::Yes { Action::Confirm } else { Action::Remove },
                verdict: None,
                who: self.who.clone(),
                when: self.when.clone(),
                why: String::new(),
                line: self.line,
            })
            .collect()
    }
}

/// Reads `checks.csv`: per answer one line without a code, and one per code that anything was said of.
///
/// # Errors
/// [`ReviewError`] with file and line, for a missing column, an unknown word, or a probability outside (0, 1].
pub fn read_checks(file: &str, bytes: &[u8]) -> Result<Vec<CheckedAnswer>, ReviewError> {
    let mut answers: Vec<CheckedAnswer> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for row in read_rows(file, bytes, &REQUIRED, &OPTIONAL)? {
        let wrong = |what: &str, how: &str| ReviewError::row(file, row.line, what, how);
        let (id, code) = (row.cell(0), row.cell(1));
        if id.is_empty() {
            return Err(wrong("the answer is empty", "import the check set anew"));
        }
        let probability = row.cell(3).parse::<f64>().ok().filter(|number| *number > 0.0 && *number <= 1.0);
        let probability = probability
            .ok_or_else(|| wrong("the probability is not above 0 and at most 1", "import the check set anew"))?;
        let place = *places.entry(id.to_owned()).or_insert_with(|| {
            answers.push(CheckedAnswer {
                answer: AnswerId(id.to_owned()),
                text_hash: row.cell(4).to_lowercase(),
                probability,
                said: BTreeMap::new(),
                who: row.cell(5).to_owned(),
                when: row.cell(6).to_owned(),
                line: row.line,
            });
            answers.len() - 1
        });
        match (code, Said::from_name(row.cell(2)), answers.get_mut(place)) {
            ("", _, _) if row.cell(2) == READ => {}
            ("", _, _) => return Err(wrong("a line without a code says something else than `read`", "write `read`")),
            (code, Some(said), Some(answer)) => {
                answer.said.insert(code.to_owned(), said);
            }
            (_, _, _) => return Err(wrong("what was said is unknown", "write yes, no or unsure")),
        }
    }
    Ok(answers)
}

/// Writes `checks.csv`.
pub fn write_checks(answers: &[CheckedAnswer]) -> Vec<u8> {
    let rows = answers.iter().flat_map(|answer| {
        let row = move |code: &str, said: &str| -> Vec<String> {
            let probability = answer.probability.to_string();
            [&answer.answer.0, &answer.text_hash, code, said, &probability, &answer.who, &answer.when]
                .map(str::to_owned)
                .to_vec()
        };
        std::iter::once(row("", READ)).chain(answer.said.iter().map(move |(code, said)| row(code, said.name())))
    });
    write_rows(&HEADER, rows)
}

/// Puts newly read answers beside those that were there; an answer that is read again is replaced.
pub fn merge_checks(mut before: Vec<CheckedAnswer>, new: Vec<CheckedAnswer>) -> Vec<CheckedAnswer> {
    let again: BTreeSet<&AnswerId> = new.iter().map(|answer| &answer.answer).collect();
    before.retain(|old| !again.contains(&old.answer));
    before.extend(new);
    before
}

impl Review {
    /// The mark of a code; [`super::Mark::NotChecked`] where nobody has read a check set.
    pub fn mark(&self, code: &CodeName) -> super::Mark {
        let check = self.check.as_ref().and_then(|check| check.codes.get(code));
        check.map_or(super::Mark::NotChecked, |check| check.mark)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::codebook;
    use super::*;

    #[test]
    fn what_is_written_reads_back_and_the_newer_reading_of_an_answer_holds() {
        let text = "answer,text_hash,code,said,probability,who,when\n7,00ff00ff,,read,0.25,Åse,\n\
                    7,00ff00ff,ai,no,0.25,Åse,\n7,00ff00ff,collaboration/silos,yes,0.25,Åse,\n8,11ff00ff,,read,1,Åse,\n";
        let answers = read_checks("checks.csv", text.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(write_checks(&answers)).unwrap(), text);
        let again = vec![CheckedAnswer { said: BTreeMap::new(), ..answers[0].clone() }];
        let merged = merge_checks(answers, again);
        assert_eq!(merged.len(), 2);
        assert!(merged[1].said.is_empty());
    }

    #[test]
    fn a_topic_that_holds_brings_its_theme_and_pattern() {
        let text =
            "answer,code,said,probability\n7,collaboration/silos,yes,0.5\n7,collaboration,no,0.5\n7,ai,unsure,0.5\n";
        let holds = read_checks("checks.csv", text.as_bytes()).unwrap()[0].holds(&codebook());
        assert_eq!(holds[&CodeName::Theme("collaboration".into())], Some(true));
        assert_eq!(holds[&CodeName::Pattern("silos".into())], Some(true));
        assert_eq!(holds[&CodeName::Pattern("ai".into())], None);
    }

    #[test]
    fn a_wrong_line_is_named() {
        for line in ["7,ai,maybe,0.5", "7,ai,yes,0", "7,ai,yes,2", ",ai,yes,0.5", "7,,yes,0.5"] {
            let error = read_checks("checks.csv", format!("answer,code,said,probability\n{line}\n").as_bytes());
            assert!(error.unwrap_err().to_string().starts_with("checks.csv:2: "), "{line}");
        }
    }
}
