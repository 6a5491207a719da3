//! The workbook in which a person checks a random set of answers: a row per code, with a drop-down, and one per answer
//! for what is missing.

use std::collections::BTreeMap;

use rust_xlsxwriter::{
    DataValidation, DocProperties, ExcelDateTime, Format, FormatAlign, Formula, Workbook, Worksheet, XlsxError,
};

use super::check_set::{CheckedAnswer, Said};
use super::code_name::{CodeName, labelled, resolve};
use super::rows::{Row, Sheet, pick};
use super::sample::Drawn;
use super::{ReviewError, text_hash};
use crate::answer::AnswerId;
use crate::codebook::{Codebook, Level};
use crate::record::{Analysis, Record};
use crate::text::Language;

/// The sheet to fill in.
pub const SHEET: &str = "Kontroll";
const READ_ME: &str = "Les meg";
const CODES: &str = "koder";

/// Headers of the sheet to fill in.
const HEADERS: [&str; 13] = [
    "svar-id",
    "tekst-hash",
    "sannsynlighet",
    "type",
    "språk",
    "tekst",
    "merkelapp",
    "riktig?",
    "mangler 1",
    "mangler 2",
    "mangler 3",
    "hvem",
    "kommentar",
];
const WIDTHS: [f64; 13] = [12.0, 4.0, 4.0, 12.0, 7.0, 80.0, 46.0, 10.0, 30.0, 30.0, 30.0, 14.0, 30.0];
const TEXT: u16 = 5;
const RIGHT: u16 = 7;
const MISSING: [u16; 3] = [8, 9, 10];

/// The row of an answer that asks what is missing.
const ANYTHING_MISSING: &str = "Mangler det noe?";

/// What the reader is told, a line each.
const INSTRUCTIONS: [&str; 9] = [
    "Svarene i arket «Kontroll» er trukket tilfeldig. Les dem i den rekkefølgen de står; stopper du underveis, teller det du har lest.",
    "For hver merkelapp: velg ja, nei eller usikker i kolonnen «riktig?».",
    "«Omtalt i» betyr at svaret handler om temaet, ikke at avsenderen er enig.",
    "På raden «Mangler det noe?»: velg nei hvis alt er med. Velg ellers ja, og velg det som mangler i «mangler 1» til «mangler 3».",
    "Står det ingenting på noen av radene til et svar, regnes svaret som ikke lest.",
    "En kategori (øverste nivå) kan stå tom når et av temaene under den er riktig: den følger av temaet.",
    "Skriv navnet ditt i «hvem» på minst én rad. Kommentarer er dine egne og leses ikke inn.",
    "Endre ikke svar-id, tekst-hash, sannsynlighet eller merkelapp. Arket «koder» sier hva kodene betyr.",
    "Les inn igjen med: innspill import PROSJEKT check.xlsx",
];

/// Writes the workbook. The same set gives the same bytes. A text longer than a cell holds is cut there.
///
/// # Errors
/// When the writer cannot put it together.
pub fn write_check_sheet(
    drawn: &[Drawn],
    analysis: &Analysis,
    codebook: &Codebook,
    title: &str,
) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // A date of its own would make every file another.
    let created = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&created));
    let codes: Vec<CodeName> =
        codebook.codes().into_iter().map(|entry| CodeName::new(entry.level, &entry.code)).collect();
    write_questions(workbook.add_worksheet(), drawn, analysis, codebook, codes.len())?;
    write_read_me(workbook.add_worksheet(), title)?;
    write_codes(workbook.add_worksheet(), &codes, codebook)?;
    workbook.save_to_buffer()
}

fn write_questions(
    sheet: &mut Worksheet,
    drawn: &[Drawn],
    analysis: &Analysis,
    codebook: &Codebook,
    codes: usize,
) -> Result<(), XlsxError> {
    sheet.set_name(SHEET)?;
    let heading = Format::new().set_bold().set_background_color("#E8EDF2");
    for (column, (header, width)) in (0_u16..).zip(HEADERS.iter().zip(WIDTHS)) {
        sheet.write_string_with_format(0, column, *header, &heading)?;
        sheet.set_column_width(column, width)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    let first =
        Format::new().set_text_wrap().set_align(FormatAlign::Top).set_border_top(rust_xlsxwriter::FormatBorder::Thin);
    let again = Format::new().set_font_color("#9AA5B1").set_align(FormatAlign::Top);
    let mut row = 1;
    for entry in drawn {
        let Some(record) = analysis.records.get(entry.row) else { continue };
        for (place, label) in labels(record, codebook).iter().enumerate() {
            let format = if place == 0 { &first } else { &again };
            write_question(sheet, row, record, (entry.probability, label), format)?;
            row += 1;
        }
    }
    let last = row.saturating_sub(1).max(1);
    sheet.autofilter(0, 0, last, HEADERS.len() as u16 - 1)?;
    let answers = DataValidation::new()
        .allow_list_strings(&["ja", "nei", "usikker"])?
        .set_error_title("Riktig?")?
        .set_error_message("Velg ja, nei eller usikker.")?;
    sheet.add_data_validation(1, RIGHT, last, RIGHT, &answers)?;
    let choices = DataValidation::new().allow_list_formula(Formula::new(format!("={CODES}!$A$2:$A${}", codes + 1)));
    sheet.add_data_validation(1, MISSING[0], last, MISSING[2], &choices)?;
    Ok(())
}

fn write_question(
    sheet: &mut Worksheet,
    row: u32,
    record: &Record,
    (probability, label): (f64, &str),
    format: &Format,
) -> Result<(), XlsxError> {
    let kind = record.answer.kind.as_ref().map_or("", |kind| kind.0.as_str());
    sheet.write_string_with_format(row, 0, &record.answer.id.0, format)?;
    sheet.write_string_with_format(row, 1, text_hash(&record.shown), format)?;
    sheet.write_number_with_format(row, 2, probability, format)?;
    sheet.write_string_with_format(row, 3, kind, format)?;
    sheet.write_string_with_format(row, 4, crate::export::answers::language_id(record.tagging.language), format)?;
    sheet.write_string_with_format(row, TEXT, fitting(&record.shown), format)?;
    sheet.write_string_with_format(row, TEXT + 1, label, format)?;
    for column in RIGHT..HEADERS.len() as u16 {
        sheet.write_blank(row, column, format)?;
    }
    Ok(())
}

/// The codes of an answer, by level and then code so that nothing shows how sure the machine was; then the question of
/// what is missing.
fn labels(record: &Record, codebook: &Codebook) -> Vec<String> {
    let tagging = &record.tagging;
    let levels =
        [(Level::Topic, &tagging.topics), (Level::Theme, &tagging.themes), (Level::Pattern, &tagging.patterns)];
    let mut labels = Vec::new();
    for (level, tags) in levels {
        let mut codes: Vec<&str> = tags.iter().map(|tag| tag.code.as_str()).collect();
        codes.sort_unstable();
        labels.extend(codes.into_iter().map(|code| labelled(&CodeName::new(level, code), codebook)));
    }
    labels.push(ANYTHING_MISSING.to_owned());
    labels
}

/// UTF-16 units that a spreadsheet cell holds at most.
const LONGEST_CELL: usize = 32_767;

fn fitting(text: &str) -> &str {
    let mut units = 0;
    for (byte, character) in text.char_indices() {
        units += character.len_utf16();
        if units > LONGEST_CELL {
            return text.get(..byte).unwrap_or("");
        }
    }
    text
}

fn write_read_me(sheet: &mut Worksheet, title: &str) -> Result<(), XlsxError> {
    sheet.set_name(READ_ME)?;
    sheet.set_column_width(0, 110)?;
    sheet.write_string_with_format(0, 0, title, &Format::new().set_bold())?;
    let wrapped = Format::new().set_text_wrap();
    for (row, line) in (1_u32..).zip(INSTRUCTIONS) {
        sheet.write_string_with_format(row, 0, line, &wrapped)?;
    }
    Ok(())
}

fn write_codes(sheet: &mut Worksheet, codes: &[CodeName], codebook: &Codebook) -> Result<(), XlsxError> {
    sheet.set_name(CODES)?;
    let heading = Format::new().set_bold().set_background_color("#E8EDF2");
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    for (column, (header, width)) in
        (0_u16..).zip([("merkelapp", 50.0), ("betyr", 80.0), ("tar med", 60.0), ("tar ikke med", 60.0)])
    {
        sheet.write_string_with_format(0, column, header, &heading)?;
        sheet.set_column_width(column, width)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    for (row, (code, entry)) in (1_u32..).zip(codes.iter().zip(codebook.codes())) {
        sheet.write_string_with_format(row, 0, labelled(code, codebook), &wrapped)?;
        sheet.write_string_with_format(row, 1, entry.meaning.definition.get(Language::Nb), &wrapped)?;
        sheet.write_string_with_format(row, 2, entry.meaning.include.join("; "), &wrapped)?;
        sheet.write_string_with_format(row, 3, entry.meaning.exclude.join("; "), &wrapped)?;
    }
    Ok(())
}

/// Reads the sheet back: the answers of which anything was said, in the order of the sheet.
///
/// A code that nothing was said of is unsure where anything else was said of the answer.
///
/// # Errors
/// [`ReviewError`] with the row, where a column is missing, a choice is unknown, a code is unknown, or a chance is not
/// one.
pub fn read_check_sheet(
    file: &str,
    sheet: &Sheet,
    codebook: &Codebook,
    when: &str,
) -> Result<Vec<CheckedAnswer>, ReviewError> {
    let columns = ["svar-id", "tekst-hash", "sannsynlighet", "merkelapp", "riktig?"];
    let rows = pick(file, sheet, &columns, &["mangler 1", "mangler 2", "mangler 3", "hvem"])?;
    let mut answers: Vec<(CheckedAnswer, bool)> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows {
        let id = row.cell(0);
        if id.is_empty() {
            return Err(ReviewError::row(
                file,
                row.line,
                "svar-id is empty",
                "draw the set anew with `innspill sample`",
            ));
        }
        let place = match places.get(id) {
            Some(place) => *place,
            None => {
                places.insert(id.to_owned(), answers.len());
                answers.push((begin(file, &row, when)?, false));
                answers.len() - 1
            }
        };
        if let Some((answer, touched)) = answers.get_mut(place) {
            *touched |= read_question(file, &row, answer, codebook)?;
            if answer.who.is_empty() {
                row.cell(8).clone_into(&mut answer.who);
            }
        }
    }
    Ok(answers.into_iter().filter(|(_, touched)| *touched).map(|(answer, _)| answer).collect())
}

fn begin(file: &str, row: &Row, when: &str) -> Result<CheckedAnswer, ReviewError> {
    let probability = row.cell(2).replace(',', ".").parse().ok();
    let probability = probability.filter(|number: &f64| *number > 0.0 && *number <= 1.0).ok_or_else(|| {
        ReviewError::row(
            file,
            row.line,
            "sannsynlighet is not above 0 and at most 1",
            "leave that column as `innspill sample` wrote it",
        )
    })?;
    Ok(CheckedAnswer {
        answer: AnswerId(row.cell(0).to_owned()),
        text_hash: row.cell(1).to_lowercase(),
        probability,
        said: Default::default(),
        who: String::new(),
        when: when.to_owned(),
        line: row.line,
    })
}

/// Whether anything was said on this row.
fn read_question(file: &str, row: &Row, answer: &mut CheckedAnswer, codebook: &Codebook) -> Result<bool, ReviewError> {
    let said = match row.cell(4) {
        "" => None,
        word => Some(Said::from_name(word).ok_or_else(|| {
            ReviewError::row(file, row.line, "riktig? has an unknown word", "choose ja, nei or usikker")
        })?),
    };
    let mut code = |written: &str, said: Said| -> Result<(), ReviewError> {
        let known = resolve(written, codebook).ok_or_else(|| {
            ReviewError::row(file, row.line, "the code is not in the codebook", "choose one from the list")
        })?;
        answer.said.insert(known.written(codebook), said);
        Ok(())
    };
    let mut touched = said.is_some();
    if row.cell(3) != ANYTHING_MISSING {
        code(row.cell(3), said.unwrap_or(Said::Unsure))?;
    }
    for missing in (5..8).map(|column| row.cell(column)).filter(|missing| !missing.is_empty()) {
        code(missing, Said::Yes)?;
        touched = true;
    }
    Ok(touched)
}
