//! `corrections.csv`: what a person says of an answer's codes. It outranks model and rule.

use super::ReviewError;
use super::code_name::{CodeName, resolve};
use super::rows::{read_rows, write_rows};
use crate::answer::AnswerId;
use crate::codebook::Codebook;
use crate::tag::{VERDICTS, Verdict};

/// Columns of the file that must be there.
const REQUIRED: [&str; 3] = ["answer", "code", "action"];
/// Columns that may be missing.
const OPTIONAL: [&str; 5] = ["text_hash", "verdict", "who", "when", "why"];
/// The header as it is written.
pub const HEADER: [&str; 8] = ["answer", "text_hash", "code", "action", "verdict", "who", "when", "why"];

/// What a person says of one code of one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// The code holds, and was not set.
    Add,
    /// The code does not hold.
    Remove,
    /// The code holds, and was set.
    Confirm,
    /// The code, a topic, holds and this is the side taken.
    Verdict,
}

impl Action {
    /// Its name in the file.
    pub fn name(self) -> &'static str {
        match self {
            Action::Add => "add",
            Action::Remove => "remove",
            Action::Confirm => "confirm",
            Action::Verdict => "verdict",
        }
    }

    /// From the file's name, or the workbook's Norwegian one.
    pub fn from_name(name: &str) -> Option<Self> {
        match name.trim().to_lowercase().as_str() {
            "add" | "legg til" => Some(Action::Add),
            "remove" | "fjern" => Some(Action::Remove),
            "confirm" | "bekreft" => Some(Action::Confirm),
            "verdict" | "side" => Some(Action::Verdict),
            _ => None,
        }
    }
}

/// One line of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// The answer.
    pub answer: AnswerId,
    /// [`super::text_hash`] of the text the person read; empty: whatever the text is.
    pub text_hash: String,
    /// As written: `theme/topic`, a theme, or a pattern.
    pub code: String,
    /// What is said of it.
    pub action: Action,
    /// The side taken, where one is given.
    pub verdict: Option<Verdict>,
    /// The person.
    pub who: String,
    /// When, free form.
    pub when: String,
    /// Why, free form.
    pub why: String,
    /// Line in the file, from 1; 0 for what comes from elsewhere.
    pub line: u64,
}

impl Correction {
    /// Whether two corrections say the same of the same code; a hash may be given whole, in part or not at all.
    pub fn says_the_same(&self, other: &Correction) -> bool {
        let holds = |correction: &Correction| correction.action != Action::Remove;
        self.answer == other.answer
            && self.code == other.code
            && (self.text_hash.starts_with(&other.text_hash) || other.text_hash.starts_with(&self.text_hash))
            && holds(self) == holds(other)
            && self.verdict == other.verdict
            && self.who == other.who
    }

    fn cells(&self) -> Vec<String> {
        let verdict = self.verdict.map_or("", verdict_name);
        [
            self.answer.0.as_str(),
            &self.text_hash,
            &self.code,
            self.action.name(),
            verdict,
            &self.who,
            &self.when,
            &self.why,
        ]
        .map(str::to_owned)
        .to_vec()
    }
}

/// A verdict's name in files.
pub fn verdict_name(verdict: Verdict) -> &'static str {
    VERDICTS.into_iter().find(|(known, _)| *known == verdict).map_or("unclear", |(_, name)| name)
}

/// A verdict from its name in files, or the workbook's Norwegian one.
pub fn verdict_from_name(name: &str) -> Option<Verdict> {
    match name.trim().to_lowercase().as_str() {
        "a" => Some(Verdict::A),
        "b" => Some(Verdict::B),
        "both" | "begge" => Some(Verdict::Both),
        "neither" | "ingen" => Some(Verdict::Neither),
        "unclear" | "uklart" => Some(Verdict::Unclear),
        _ => None,
    }
}

/// Reads `corrections.csv`. Codes that the codebook lacks are kept: they may come back with its next version.
///
/// # Errors
/// [`ReviewError`] with file and line, for a missing column, an unknown action or verdict, or a verdict that is
/// missing or stands on something else than a topic.
pub fn read_corrections(file: &str, bytes: &[u8], codebook: &Codebook) -> Result<Vec<Correction>, ReviewError> {
    let rows = read_rows(file, bytes, &REQUIRED, &OPTIONAL)?;
    rows.iter()
        .map(|row| {
            let wrong = |what: &str, how: &str| ReviewError::row(file, row.line, what, how);
            let action = Action::from_name(row.cell(2))
                .ok_or_else(|| wrong("the action is unknown", "write add, remove, confirm or verdict"))?;
            let verdict = match row.cell(4) {
                "" => None,
                name => Some(
                    verdict_from_name(name)
                        .ok_or_else(|| wrong("the verdict is unknown", "write A, B, both, neither or unclear"))?,
                ),
            };
            check_verdict(action, verdict, row.cell(1), codebook).map_err(|(what, how)| wrong(what, how))?;
            if row.cell(0).is_empty() || row.cell(1).is_empty() {
                return Err(wrong("answer or code is empty", "write both, or take the line out"));
            }
            Ok(Correction {
                answer: AnswerId(row.cell(0).to_owned()),
                code: row.cell(1).to_owned(),
                action,
                text_hash: row.cell(3).to_lowercase(),
                verdict,
                who: row.cell(5).to_owned(),
                when: row.cell(6).to_owned(),
                why: row.cell(7).to_owned(),
                line: row.line,
            })
        })
        .collect()
}

/// What is wrong and how to mend it.
pub(super) type Wrong = (&'static str, &'static str);

/// Whether action, verdict and code go together.
pub(super) fn check_verdict(
    action: Action,
    verdict: Option<Verdict>,
    code: &str,
    codebook: &Codebook,
) -> Result<(), Wrong> {
    match (action, verdict) {
        (Action::Verdict, None) => {
            Err(("no verdict is given", "write A, B, both, neither or unclear beside the action"))
        }
        (Action::Remove, Some(_)) => Err(("what is removed has no verdict", "leave the verdict empty")),
        (_, Some(_)) if !matches!(resolve(code, codebook), Some(CodeName::Topic(_)) | None) => {
            Err(("only a topic has a verdict", "write the topic's code, theme/topic"))
        }
        _ => Ok(()),
    }
}

/// Writes `corrections.csv`.
pub fn write_corrections(corrections: &[Correction]) -> Vec<u8> {
    write_rows(&HEADER, corrections.iter().map(Correction::cells))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Correction>, String> {
        let codebook = crate::codebook::builtin().unwrap();
        read_corrections("corrections.csv", text.as_bytes(), &codebook).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_written_reads_back() {
        let text = "answer,text_hash,code,action,verdict,who,when,why\n\
                    7,00ff,collaboration/silos,verdict,both,Åse,2026-11-24,\"a, b\"\n8,,ai,remove,,,,\n";
        let corrections = read(text).unwrap();
        assert_eq!(corrections[0].verdict, Some(Verdict::Both));
        assert_eq!(corrections[1].action, Action::Remove);
        assert_eq!(String::from_utf8(write_corrections(&corrections)).unwrap(), text);
    }

    #[test]
    fn a_wrong_line_is_named_with_how_to_mend_it() {
        for (line, says) in [
            ("7,x,collaboration/silos,delete,,Åse,,", "corrections.csv:2: the action is unknown; write add, remove"),
            ("7,x,collaboration/silos,verdict,,Åse,,", "corrections.csv:2: no verdict is given"),
            ("7,x,collaboration/silos,verdict,C,Åse,,", "corrections.csv:2: the verdict is unknown"),
            ("7,x,collaboration,verdict,A,Åse,,", "corrections.csv:2: only a topic has a verdict"),
            (",x,collaboration,add,,Åse,,", "corrections.csv:2: answer or code is empty"),
        ] {
            let error = read(&format!("answer,text_hash,code,action,verdict,who,when,why\n{line}\n")).unwrap_err();
            assert!(error.starts_with(says), "{error}");
        }
    }
}
