//! Exports of survey tools, told by their headers: which columns are the tool's own, and which are questions.
//!
//! One file per tool, each with the tool's documented columns. What a question column is used for (an answer of its
//! own, a group, a kept column) is decided from its contents in [`super::columns`], the same for every tool.

mod decidim;
mod google_forms;
mod limesurvey;
mod microsoft_forms;
mod nettskjema;
mod polis;
mod qualtrics;
mod question;
mod surveyxact;

use std::fmt;

use super::headers::{is_listed, normalise};
use super::personal::Personal;
use crate::settings::Role;

/// A survey tool whose exports are read as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SurveyTool {
    /// Nettskjema, of the University of Oslo.
    Nettskjema,
    /// Microsoft Forms.
    MicrosoftForms,
    /// Google Forms.
    GoogleForms,
    /// SurveyXact, of Ramboll.
    SurveyXact,
    /// Qualtrics.
    Qualtrics,
    /// LimeSurvey.
    LimeSurvey,
    /// Decidim: proposals, comments, and answers to its surveys.
    Decidim,
    /// Polis.
    Polis,
}

impl fmt::Display for SurveyTool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            SurveyTool::Nettskjema => "Nettskjema",
            SurveyTool::MicrosoftForms => "Microsoft Forms",
            SurveyTool::GoogleForms => "Google Forms",
            SurveyTool::SurveyXact => "SurveyXact",
            SurveyTool::Qualtrics => "Qualtrics",
            SurveyTool::LimeSurvey => "LimeSurvey",
            SurveyTool::Decidim => "Decidim",
            SurveyTool::Polis => "Polis",
        })
    }
}

/// What a column of an export is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// One of the tool's own, with one use.
    System(Role),
    /// One of the tool's own that holds personal data.
    Personal(Personal),
    /// A question; its contents say which sort.
    Question,
    /// One of several boxes or rows of a question, each a column: never a group of its own.
    SubQuestion,
    /// The free text of a question's last choice: "annet, spesifiser".
    Other,
}

/// One column of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SurveyColumn {
    pub(super) part: Part,
    /// The question's own words, or a plainer name than the header.
    pub(super) name: Option<String>,
}

impl SurveyColumn {
    fn system(role: Role) -> Self {
        SurveyColumn { part: Part::System(role), name: None }
    }
}

/// A table that one of the tools wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Export {
    pub(super) tool: SurveyTool,
    /// Rows between the headers and the first answer.
    pub(super) more_header_rows: usize,
    /// In the order of the table.
    pub(super) columns: Vec<SurveyColumn>,
    /// Whether each row is all that one respondent said.
    pub(super) row_is_respondent: bool,
    /// What the user should know: columns that are missing, or that a newer version of the tool has added.
    pub(super) notes: Vec<String>,
}

/// A column that stands in the way of reading an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unfit {
    pub(super) tool: SurveyTool,
    /// The column's header, as the tool writes it.
    pub(super) column: String,
    /// What is wrong with it and how to mend it.
    pub(super) what: &'static str,
}

/// A header of a tool's own, in every language it is written in.
struct Known {
    /// In normal form, with `|` between them.
    names: &'static str,
    part: Part,
    /// How much it says of the tool.
    weight: usize,
}

const fn known(names: &'static str, part: Part, weight: usize) -> Known {
    Known { names, part, weight }
}

/// A header of the tool's own, as long as it is the first of its name.
fn find(known: &[Known], normal: &str) -> Option<usize> {
    known.iter().position(|column| is_listed(normal, column.names))
}

/// What the headers found of a tool's own columns weigh together; the same column twice counts once.
fn weight(known: &[Known], normals: &[String]) -> usize {
    known
        .iter()
        .filter(|column| normals.iter().any(|normal| is_listed(normal, column.names)))
        .map(|column| column.weight)
        .sum()
}

/// The headers of a table, and as many rows below as are known yet.
#[derive(Clone, Copy)]
struct Table<'a> {
    header: &'a [String],
    /// Headers in normal form.
    normals: &'a [String],
    rows: &'a [Vec<String>],
}

/// Whether headers are a tool's.
type Fits = fn(Table<'_>) -> bool;

/// The tool that the headers alone speak of.
pub(super) fn tool_of(header: &[String]) -> Option<SurveyTool> {
    let normals: Vec<String> = header.iter().map(|header| normalise(header)).collect();
    let table = Table { header, normals: &normals, rows: &[] };
    let tests: [(SurveyTool, Fits); 8] = [
        (SurveyTool::Qualtrics, qualtrics::fits),
        (SurveyTool::Nettskjema, nettskjema::fits),
        (SurveyTool::SurveyXact, surveyxact::fits),
        (SurveyTool::LimeSurvey, limesurvey::fits),
        (SurveyTool::Polis, polis::fits),
        (SurveyTool::Decidim, decidim::fits),
        (SurveyTool::MicrosoftForms, microsoft_forms::fits),
        // The least telling headers come last.
        (SurveyTool::GoogleForms, google_forms::fits),
    ];
    tests.into_iter().find(|(_, fits)| fits(table)).map(|(tool, _)| tool)
}

/// Reads the headers of an export, `rows` being the rows right below; none where no tool is known by them.
pub(super) fn recognise(header: &[String], rows: &[Vec<String>]) -> Result<Option<Export>, Unfit> {
    let Some(tool) = tool_of(header) else { return Ok(None) };
    let normals: Vec<String> = header.iter().map(|header| normalise(header)).collect();
    let table = Table { header, normals: &normals, rows };
    let mut export = match tool {
        SurveyTool::Qualtrics => qualtrics::read(table),
        SurveyTool::Nettskjema => nettskjema::read(table),
        SurveyTool::SurveyXact => surveyxact::read(table),
        SurveyTool::LimeSurvey => limesurvey::read(table),
        SurveyTool::Polis => polis::read(table),
        SurveyTool::Decidim => decidim::read(table),
        SurveyTool::MicrosoftForms => microsoft_forms::read(table),
        SurveyTool::GoogleForms => google_forms::read(table),
    }?;
    question::tie_other_to_its_question(&mut export.columns, header);
    Ok(Some(export))
}

/// Reads the fields of rows of an export whose further header rows are gone.
pub(super) fn recognise_rows(header: &[String]) -> Result<Option<Export>, Unfit> {
    Ok(recognise(header, &[])?.map(|export| Export { more_header_rows: 0, ..export }))
}

impl Export {
    fn new(tool: SurveyTool, columns: Vec<SurveyColumn>) -> Self {
        Export { tool, more_header_rows: 0, columns, row_is_respondent: true, notes: Vec::new() }
    }

    /// Notes that questions stand in the file by their codes only.
    fn note_codes(&mut self, table: Table<'_>, how: &str) {
        let is_code = |(header, column): &(&String, &SurveyColumn)| {
            column.part == Part::Question && !header.trim().contains(char::is_whitespace)
        };
        let mut questions =
            table.header.iter().zip(&self.columns).filter(|(_, column)| column.part == Part::Question).peekable();
        if questions.peek().is_some() && questions.all(|column| is_code(&column)) {
            let first = table.header.iter().zip(&self.columns).find(is_code).map_or("", |(header, _)| header.trim());
            self.notes.push(format!(
                "read as an export of {}: column \"{first}\" and the like are codes without the questions' words; {how}",
                self.tool
            ));
        }
    }

    /// Notes a column of the tool's own that is not there.
    fn note_missing(&mut self, column: &str, consequence: &str) {
        self.notes
            .push(format!("read as an export of {}, but column \"{column}\" is missing: {consequence}", self.tool));
    }

    /// Notes a column that the tool seems to have added.
    fn note_unknown(&mut self, column: &str) {
        self.notes.push(format!(
            "read as an export of {}, whose column \"{}\" is not known: left out; give it a role in innspill.toml to read it",
            self.tool,
            column.trim()
        ));
    }
}

/// Columns by the tool's list: the first of each name is the tool's, the others are questions.
fn by_list(table: Table<'_>, list: &[Known]) -> Vec<SurveyColumn> {
    let mut taken = vec![false; list.len()];
    let column = |(header, normal): (&String, &String)| {
        let place = find(list, normal).filter(|&place| taken.get(place) == Some(&false));
        match place.and_then(|place| Some((place, list.get(place)?))) {
            Some((place, known)) => {
                if let Some(taken) = taken.get_mut(place) {
                    *taken = true;
                }
                SurveyColumn { part: known.part, name: None }
            }
            None => question::column(header),
        }
    };
    table.header.iter().zip(table.normals).map(column).collect()
}
