//! Codings that people made in a table: the workbook's sheet "Rett her", or a CSV of another tool.

use std::collections::BTreeMap;

use super::ReviewError;
use super::code_name::{CodeName, resolve, resolve_name};
use super::corrections::{Action, Correction, check_verdict, read_corrections, verdict_from_name};
use super::rows::{Sheet, pick, write_rows};
use crate::answer::AnswerId;
use crate::codebook::{Codebook, Level};
use crate::export::answers::topic_column;

/// The workbook's sheet of corrections.
pub const CORRECTIONS_SHEET: &str = "Rett her";

/// What a file of codings says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HumanCoding {
    /// As corrections, in the order of the file.
    pub corrections: Vec<Correction>,
    /// Codes and columns that the codebook does not know, with how often they were used.
    pub unmapped: BTreeMap<String, usize>,
}

/// Reads the sheet "Rett her": rows on which a person chose something.
///
/// # Errors
/// [`ReviewError`] with the row, for a missing column, or a choice that is unknown or does not fit its code.
pub fn read_corrections_sheet(
    file: &str,
    sheet: &Sheet,
    codebook: &Codebook,
    when: &str,
) -> Result<HumanCoding, ReviewError> {
    let columns = ["svar-id", "tekst-hash", "kode", "handling"];
    let mut coding = HumanCoding::default();
    for row in pick(file, sheet, &columns, &["side", "hvem", "hvorfor"])? {
        let wrong = |what: &str, how: &str| ReviewError::row(file, row.line, what, how);
        let verdict = match row.cell(4) {
            "" => None,
            side => Some(
                verdict_from_name(side)
                    .ok_or_else(|| wrong("side is unknown", "choose A, B, begge, ingen or uklart"))?,
            ),
        };
        let action = match (row.cell(3), verdict) {
            ("", None) => continue,
            ("", Some(_)) => Action::Verdict,
            (name, _) => Action::from_name(name)
                .ok_or_else(|| wrong("handling is unknown", "choose legg til, fjern, bekreft or side"))?,
        };
        if row.cell(0).is_empty() || row.cell(2).is_empty() {
            return Err(wrong("svar-id or kode is empty", "write both, or clear the row's handling"));
        }
        let code = resolve(row.cell(2), codebook)
            .or_else(|| resolve_name(row.cell(2), codebook))
            .ok_or_else(|| wrong("kode is not in the codebook", "choose one from the list"))?;
        let code = code.written(codebook);
        check_verdict(action, verdict, &code, codebook).map_err(|(what, how)| wrong(what, how))?;
        coding.corrections.push(Correction {
            answer: AnswerId(row.cell(0).to_owned()),
            text_hash: row.cell(1).to_lowercase(),
            code,
            action,
            verdict,
            who: row.cell(5).to_owned(),
            when: when.to_owned(),
            why: row.cell(6).to_owned(),
            line: row.line,
        });
    }
    Ok(coding)
}

/// Reads a table of codings, told apart by its header: one with `action` is in the form of `corrections.csv`; one with
/// `code` has a code a row, which holds; else each column named by a code has 1 where it holds and 0 where it does not.
/// Answers stand under `answer`, `id` or `svar-id`.
///
/// # Errors
/// [`ReviewError`] with the row, where no column is the answer's id or none a code, or a cell is neither 1, 0 nor empty.
pub fn read_coding_table(
    file: &str,
    sheet: &Sheet,
    codebook: &Codebook,
    when: &str,
) -> Result<HumanCoding, ReviewError> {
    let column =
        |names: &[&str]| sheet.header.iter().position(|header| names.contains(&header.to_lowercase().as_str()));
    let Some(id) = column(&["answer", "id", "answer_id", "svar-id", "svar_id"]) else {
        return Err(ReviewError::Column {
            file: file.to_owned(),
            missing: "answer".to_owned(),
            expected: "answer,code or answer and a column per code".to_owned(),
        });
    };
    if column(&["action"]).is_some() {
        let header: Vec<&str> = sheet.header.iter().map(String::as_str).collect();
        let bytes = write_rows(&header, sheet.rows.iter().map(|row| row.cells.clone()));
        let corrections = read_corrections(file, &bytes, codebook)?;
        return Ok(HumanCoding { corrections, unmapped: BTreeMap::new() });
    }
    let (who, hash) = (column(&["who", "hvem", "coder"]), column(&["text_hash", "tekst-hash"]));
    let cell = |row: &super::rows::Row, column: Option<usize>| column.map_or("", |column| row.cell(column)).to_owned();
    let mut coding = HumanCoding::default();
    let mut say = |row: &super::rows::Row, code: &CodeName, action: Action| {
        coding.corrections.push(Correction {
            answer: AnswerId(row.cell(id).to_owned()),
            text_hash: cell(row, hash).to_lowercase(),
            code: code.written(codebook),
            action,
            verdict: None,
            who: cell(row, who),
            when: when.to_owned(),
            why: String::new(),
            line: row.line,
        });
    };
    let mut unmapped: BTreeMap<String, usize> = BTreeMap::new();
    if let Some(code_column) = column(&["code", "kode"]) {
        for row in sheet.rows.iter().filter(|row| !row.cell(id).is_empty() && !row.cell(code_column).is_empty()) {
            let written = row.cell(code_column);
            match resolve(written, codebook).or_else(|| resolve_name(written, codebook)) {
                Some(code) => say(row, &code, Action::Confirm),
                None => *unmapped.entry(written.to_owned()).or_default() += 1,
            }
        }
    } else {
        let columns = code_columns(sheet, codebook, &[Some(id), who, hash]);
        if columns.iter().all(|(_, code)| code.is_none()) {
            return Err(ReviewError::file(
                file,
                "no column is named by a code of the codebook",
                "name columns by code (theme/topic), by name, or as answers.csv does",
            ));
        }
        for row in sheet.rows.iter().filter(|row| !row.cell(id).is_empty()) {
            for (column, code) in &columns {
                let action = match (row.cell(*column).to_lowercase().as_str(), code) {
                    ("", _) => continue,
                    (_, None) => {
                        let header = sheet.header.get(*column).cloned().unwrap_or_default();
                        *unmapped.entry(header).or_default() += 1;
                        continue;
                    }
                    ("1" | "true" | "ja" | "x", Some(_)) => Action::Confirm,
                    ("0" | "false" | "nei", Some(_)) => Action::Remove,
                    _ => {
                        return Err(ReviewError::row(
                            file,
                            row.line,
                            "a cell under a code is neither 1, 0 nor empty",
                            "write 1 where the code holds, 0 where it does not",
                        ));
                    }
                };
                if let Some(code) = code {
                    say(row, code, action);
                }
            }
        }
    }
    coding.unmapped = unmapped;
    Ok(coding)
}

/// Columns that may be codes, by their header: a code, a name, or a column of `answers.csv`.
fn code_columns(sheet: &Sheet, codebook: &Codebook, taken: &[Option<usize>]) -> Vec<(usize, Option<CodeName>)> {
    let ours: BTreeMap<String, CodeName> = codebook
        .codes()
        .into_iter()
        .map(|entry| {
            let header = match entry.level {
                Level::Theme => format!("theme_{}", entry.code),
                Level::Topic => topic_column("topic", &entry.code),
                Level::Pattern => format!("pat_{}", entry.code),
            };
            (header, CodeName::new(entry.level, &entry.code))
        })
        .collect();
    let other = ["text", "tekst", "kind", "lang", "when", "why", "comment", "kommentar", "question", "outcome"];
    (sheet.header.iter().enumerate())
        .filter(|(column, header)| {
            !taken.contains(&Some(*column)) && !header.is_empty() && !other.contains(&header.to_lowercase().as_str())
        })
        .map(|(column, header)| {
            let code = ours.get(header).cloned().or_else(|| resolve(header, codebook));
            (column, code.or_else(|| resolve_name(header, codebook)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::codebook;
    use super::super::rows::read_sheet;
    use super::*;
    use crate::tag::Verdict;

    fn table(text: &str) -> Result<HumanCoding, ReviewError> {
        read_coding_table("k.csv", &read_sheet("k.csv", text.as_bytes()).unwrap(), &codebook(), "2026-11-24")
    }

    fn said(coding: &HumanCoding) -> Vec<(&str, &str, Action)> {
        let corrections = coding.corrections.iter();
        corrections.map(|entry| (entry.answer.0.as_str(), entry.code.as_str(), entry.action)).collect()
    }

    #[test]
    fn a_table_with_a_column_per_code_says_what_holds_and_what_does_not() {
        let coding = table("id;tekst;Siloer;pat_ai;topic_method__research;egen kode\n7;abc;1;0;;1\n").unwrap();
        assert_eq!(said(&coding), [("7", "collaboration/silos", Action::Confirm), ("7", "ai", Action::Remove)]);
        assert_eq!(coding.unmapped, BTreeMap::from([("egen kode".to_owned(), 1)]));
    }

    #[test]
    fn a_table_with_a_code_a_row_says_what_holds() {
        let coding = table("answer,code,who\n7,collaboration/silos,Åse\n7,Delegering,Åse\n8,ukjent,Bo\n").unwrap();
        let all = [("7", "collaboration/silos", Action::Confirm), ("7", "leadership/delegation", Action::Confirm)];
        assert_eq!(said(&coding), all);
        assert_eq!(coding.unmapped, BTreeMap::from([("ukjent".to_owned(), 1)]));
    }

    #[test]
    fn a_table_that_says_nothing_of_codes_is_refused() {
        assert!(table("answer,farge\n7,1\n").unwrap_err().to_string().contains("no column is named by a code"));
        assert!(table("farge,ai\n7,1\n").unwrap_err().to_string().contains("`answer`"));
        assert!(table("answer,ai\n7,kanskje\n").unwrap_err().to_string().starts_with("k.csv:2: a cell"));
    }

    #[test]
    fn the_sheet_of_corrections_is_read_where_something_was_chosen() {
        let text = "svar-id,tekst-hash,tekst,kode,handling,side,hvem,hvorfor\n7,00ff00ff,abc,ai,,,,\n\
                    7,00ff00ff,abc,collaboration/silos,side,begge,Åse,\"ja, og\"\n7,00ff00ff,abc,,,,,\n7,00ff00ff,abc,Delegering,legg til,,Åse,\n";
        let sheet = read_sheet("a.xlsx", text.as_bytes()).unwrap();
        let coding = read_corrections_sheet("a.xlsx", &sheet, &codebook(), "").unwrap();
        assert_eq!(coding.corrections.len(), 2);
        assert_eq!(coding.corrections[0].verdict, Some(Verdict::Both));
        assert_eq!(coding.corrections[1].code, "leadership/delegation");
    }
}
