//! LimeSurvey: headers as codes (`G1Q2[SQ001]`), as the questions' words (`Question [Row]`), or as both
//! (`G1Q2. Question`).

use super::{Export, Known, Part, SurveyColumn, SurveyTool, Table, Unfit, by_list, find, known, question, weight};
use crate::ingest::headers::normalise;
use crate::ingest::personal::Personal;
use crate::settings::Role;

const OWN: &[Known] = &[
    known("id|response id|svar id|respons id", Part::System(Role::Id), 0),
    known("submitdate|date submitted|dato innsendt|innsendt dato|innsendingsdato", Part::System(Role::Time), 2),
    known("lastpage|last page|siste side", Part::System(Role::Keep), 2),
    known("startlanguage|start language|startspråk", Part::System(Role::Drop), 2),
    known("seed|frø", Part::System(Role::Drop), 1),
    known("token|access code|tilgangskode", Part::System(Role::Respondent), 1),
    known("startdate|date started|dato startet|startdato", Part::System(Role::Drop), 0),
    known("datestamp|date last action|dato for siste handling", Part::System(Role::Drop), 1),
    known("ipaddr|ip address|ip adresse", Part::Personal(Personal::Ip), 0),
    known("refurl|referrer url|henvisende url", Part::System(Role::Drop), 1),
    known("firstname|first name|fornavn", Part::Personal(Personal::Name), 0),
    known("lastname|last name|etternavn", Part::Personal(Personal::Name), 0),
    known("email|email address|e postadresse", Part::Personal(Personal::Email), 0),
    known("interviewtime|total time|total tid", Part::System(Role::Drop), 0),
];

/// Page, language, seed and times: four points of them.
pub(super) fn fits(table: Table<'_>) -> bool {
    weight(OWN, &codes(table)) >= 4
}

/// Headers in normal form, by their codes alone where they hold codes and words.
fn codes(table: Table<'_>) -> Vec<String> {
    let code = |(header, normal): (&String, &String)| match code_and_words(header) {
        Some((code, _)) if find(OWN, &normalise(code)).is_some() => normalise(code),
        _ => normal.clone(),
    };
    table.header.iter().zip(table.normals).map(code).collect()
}

/// The code before a question's words, and the words, where the header holds both.
fn code_and_words(header: &str) -> Option<(&str, &str)> {
    let (code, words) = header.split_once(". ")?;
    let is_code =
        !code.is_empty() && code.len() <= 40 && code.chars().all(|c| c.is_ascii_alphanumeric() || "[]_".contains(c));
    (is_code && !words.trim().is_empty()).then(|| (code, words.trim()))
}

/// Reads the headers.
pub(super) fn read(table: Table<'_>) -> Result<Export, Unfit> {
    let codes = codes(table);
    let mut export = Export::new(SurveyTool::LimeSurvey, by_list(Table { normals: &codes, ..table }, OWN));
    for (header, column) in table.header.iter().zip(&mut export.columns) {
        if !matches!(column.part, Part::Question | Part::Other) {
            continue;
        }
        let whole = question::clean(header);
        let (code, words) =
            code_and_words(&whole).map_or((whole.as_str(), whole.as_str()), |(code, words)| (code, words));
        // "Question [Row]" and "G1Q2[SQ001]" alike.
        let brackets = |text: &str| {
            let open = text.rfind('[').filter(|_| text.ends_with(']'))?;
            Some((text.get(..open)?.trim().to_owned(), text.get(open + 1..text.len() - 1)?.trim().to_owned()))
        };
        let row = brackets(words).or_else(|| brackets(code).map(|(_, row)| (words.to_owned(), row)));
        let is_timing = code.ends_with("Time") && (code.starts_with("groupTime") || !code.contains(' '));
        *column = match row {
            _ if is_timing => SurveyColumn::system(Role::Drop),
            Some((question, row))
                if matches!(row.to_lowercase().as_str(), "other" | "annet" | "anna" | "comment" | "kommentar") =>
            {
                SurveyColumn { part: Part::Other, name: Some(format!("{question} [{row}]")) }
            }
            Some((question, row)) if question != words => {
                SurveyColumn { part: Part::SubQuestion, name: Some(format!("{question} [{row}]")) }
            }
            Some(_) => SurveyColumn { part: Part::SubQuestion, name: Some(words.to_owned()) },
            None => SurveyColumn { name: Some(words.to_owned()), ..question::column(words) },
        };
    }
    if !codes.iter().any(|normal| find(OWN, normal) == Some(1)) {
        export.note_missing("submitdate", "answers have no time");
    }
    export.note_codes(table, "export with the full question text as heading, or name the questions in innspill.toml");
    Ok(export)
}
