//! Reading and checking the tables of group work. A row that is wrong is left out and told of; a file that lacks a
//! column cannot be used at all.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use super::words::{Claim, Vocabulary, is_throughout, key, round};
use crate::codebook::Codebook;

/// Why a table could not be used.
#[derive(Debug, thiserror::Error)]
pub enum GroupWorkError {
    /// It cannot be opened or read.
    #[error("{file}: cannot be read ({cause}); check its permissions")]
    Unreadable {
        /// Path as the user knows it.
        file: String,
        /// The system's word.
        cause: std::io::Error,
    },
    /// A column that it cannot do without is not there.
    #[error("{file}:1: no column \"{column}\"; the first line must name the columns {wanted}")]
    ColumnMissing {
        /// Path as the user knows it.
        file: String,
        /// The column that is missing.
        column: &'static str,
        /// All that the file may have.
        wanted: &'static str,
    },
}

/// A round of voting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Round {
    /// Votes on every card at first.
    Initial,
    /// The cards that the group kept.
    Selected,
    /// The claim that the group chose on a card it kept.
    Claim,
}

/// One row of `votes.csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vote {
    /// The group.
    pub group: String,
    /// The round.
    pub round: Round,
    /// `theme/topic`.
    pub topic: String,
    /// The side; always there in the round of claims.
    pub claim: Option<Claim>,
    /// How many votes; 1 where the cell is empty.
    pub votes: u32,
    /// The group's own order of the cards it kept, from 1.
    pub rank: Option<u32>,
}

/// One row of `placements.csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// The group.
    pub group: String,
    /// `theme/topic`.
    pub topic: String,
    /// The phases, in the order written; none where it runs throughout.
    pub phases: Vec<String>,
    /// Whether it runs through all phases.
    pub throughout: bool,
    /// Id of the codebook's scope, or as written where the codebook has none.
    pub scope: String,
}

/// One row of `orientation.csv`; who it was is read for the check and not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orientation {
    /// The group, where known.
    pub group: Option<String>,
    /// Id of the codebook's time, or as written.
    pub value: String,
}

/// What is wrong with a row, without its contents.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    /// File as the user knows it.
    pub file: String,
    /// Line from 1.
    pub line: u64,
    /// What is wrong and how to mend it.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.file, self.line, self.what)
    }
}

/// All that was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GroupWorkInput {
    /// Votes, in file order.
    pub votes: Vec<Vote>,
    /// Placements, in file order.
    pub placements: Vec<Placement>,
    /// Phases in the order in which the file first names them.
    pub phases: Vec<String>,
    /// Orientations, in file order.
    pub orientations: Vec<Orientation>,
    /// Rows left out.
    pub problems: Vec<Problem>,
}

impl GroupWorkInput {
    /// Whether there is anything to tell of.
    pub fn is_empty(&self) -> bool {
        self.votes.is_empty() && self.placements.is_empty() && self.orientations.is_empty() && self.problems.is_empty()
    }
}

/// Reads those of the three tables that `folder` holds.
///
/// # Errors
/// [`GroupWorkError`] where a file is there and cannot be used at all.
pub fn read(folder: &Path, codebook: &Codebook) -> Result<GroupWorkInput, GroupWorkError> {
    let vocabulary = Vocabulary::of(codebook);
    let mut input = GroupWorkInput::default();
    if let Some(table) = Table::open(folder, "votes.csv")? {
        votes(table, &vocabulary, &mut input)?;
    }
    if let Some(table) = Table::open(folder, "placements.csv")? {
        placements(table, &vocabulary, &mut input)?;
    }
    if let Some(table) = Table::open(folder, "orientation.csv")? {
        orientations(table, &vocabulary, &mut input)?;
    }
    Ok(input)
}

/// A small CSV file in memory.
struct Table {
    file: String,
    header: Vec<String>,
    /// Line and cells of each row that is not blank.
    rows: Vec<(u64, Vec<String>)>,
}

impl Table {
    fn open(folder: &Path, name: &str) -> Result<Option<Self>, GroupWorkError> {
        let path = folder.join(name);
        let file = path.display().to_string();
        match std::fs::read(&path) {
            Ok(bytes) => Ok(Some(Table::parse(file, &bytes))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(GroupWorkError::Unreadable { file, cause }),
        }
    }

    fn parse(file: String, bytes: &[u8]) -> Self {
        let text = decoded(bytes);
        let first = text.lines().next().unwrap_or_default();
        let count = |sign: char| first.matches(sign).count();
        let delimiter = [';', '\t', ','].into_iter().max_by_key(|&sign| count(sign)).unwrap_or(',') as u8;
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        // The text is valid UTF-8 and lengths may differ, so no record fails.
        let mut rows = reader.records().filter_map(Result::ok).map(|record| {
            let line = record.position().map_or(1, csv::Position::line);
            (line, record.iter().map(str::to_owned).collect::<Vec<String>>())
        });
        let header = rows.next().map(|(_, cells)| cells.iter().map(|cell| key(cell)).collect()).unwrap_or_default();
        let rows = rows.filter(|(_, cells)| cells.iter().any(|cell| !cell.is_empty())).collect();
        Table { file, header, rows }
    }

    /// Where the column with one of these names stands.
    fn column(&self, names: &[&str]) -> Option<usize> {
        self.header.iter().position(|header| names.contains(&header.as_str()))
    }

    fn required(&self, names: &[&'static str], wanted: &'static str) -> Result<usize, GroupWorkError> {
        self.column(names).ok_or_else(|| GroupWorkError::ColumnMissing {
            file: self.file.clone(),
            column: names.first().copied().unwrap_or_default(),
            wanted,
        })
    }

    fn problem(&self, line: u64, what: &str) -> Problem {
        Problem { file: self.file.clone(), line, what: what.to_owned() }
    }
}

/// UTF-8 or UTF-16 by its mark, else UTF-8 where valid, else Windows-1252, as Norwegian Excel saves.
fn decoded(bytes: &[u8]) -> String {
    let encoding = encoding_rs::Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    let guessed = if std::str::from_utf8(bytes).is_ok() { encoding_rs::UTF_8 } else { encoding_rs::WINDOWS_1252 };
    encoding.unwrap_or(guessed).decode(bytes).0.into_owned()
}

fn cell(cells: &[String], column: Option<usize>) -> &str {
    column.and_then(|column| cells.get(column)).map_or("", String::as_str)
}

const GROUP: [&str; 4] = ["group", "gruppe", "bord", "table"];
const TOPIC: [&str; 3] = ["topic", "tema", "kort"];
const UNKNOWN_TOPIC: &str =
    "unknown topic; write a topic of the codebook by its code (such as theme/topic) or its name";
const NO_GROUP: &str = "no group; write which group it was";

const VOTE_COLUMNS: &str = "group, round, topic, claim, votes, rank";

fn votes(table: Table, vocabulary: &Vocabulary, input: &mut GroupWorkInput) -> Result<(), GroupWorkError> {
    let group = table.required(&GROUP, VOTE_COLUMNS)?;
    let in_round = table.required(&["round", "runde"], VOTE_COLUMNS)?;
    let topic = table.required(&TOPIC, VOTE_COLUMNS)?;
    let claim = table.column(&["claim", "påstand"]);
    let number = table.column(&["votes", "stemmer"]);
    let rank = table.column(&["rank", "plass", "rangering"]);
    let mut first_lines: BTreeMap<(String, Round, String, Option<Claim>), u64> = BTreeMap::new();
    for (line, cells) in &table.rows {
        let read = || -> Result<Vote, String> {
            let name = cell(cells, Some(group));
            let round = round(cell(cells, Some(in_round)))
                .ok_or("unknown round; write initial, selected or claim".to_owned())?;
            let code = vocabulary.topic(cell(cells, Some(topic))).ok_or(UNKNOWN_TOPIC.to_owned())?;
            let side = match cell(cells, claim) {
                "" if round == Round::Claim => return Err("no claim; write A, B or both".to_owned()),
                "" => None,
                written => Some(vocabulary.claim(code, written).ok_or("unknown claim; write A, B or both".to_owned())?),
            };
            if name.is_empty() {
                return Err(NO_GROUP.to_owned());
            }
            let votes = whole(cell(cells, number), "votes")?.unwrap_or(1);
            let rank = whole(cell(cells, rank), "rank")?;
            if rank == Some(0) {
                return Err("rank 0; count from 1".to_owned());
            }
            // Only the round of claims has one row per side.
            let claim = side.filter(|_| round == Round::Claim);
            Ok(Vote { group: name.to_owned(), round, topic: code.to_owned(), claim, votes, rank })
        };
        match read() {
            Err(what) => input.problems.push(table.problem(*line, &what)),
            Ok(vote) => {
                let same = (vote.group.clone(), vote.round, vote.topic.clone(), vote.claim);
                match first_lines.get(&same) {
                    Some(first) => {
                        input.problems.push(table.problem(*line, &repeated(*first, "group, round, topic and claim")))
                    }
                    None => {
                        first_lines.insert(same, *line);
                        input.votes.push(vote);
                    }
                }
            }
        }
    }
    Ok(())
}

fn repeated(first: u64, of: &str) -> String {
    format!("same {of} as line {first}; keep one of them")
}

/// A whole number of none or more; none where the cell is empty.
fn whole(cell: &str, name: &str) -> Result<Option<u32>, String> {
    if cell.is_empty() {
        return Ok(None);
    }
    let written = cell.replace(['\u{a0}', ' '], "");
    if let Ok(number) = written.parse::<u32>() {
        return Ok(Some(number));
    }
    let negative = written.starts_with(['-', '\u{2212}']) && written.chars().skip(1).all(|sign| sign.is_ascii_digit());
    Err(if negative {
        format!("negative {name}; write 0 or more")
    } else {
        format!("{name} is no whole number; write digits only, or leave it empty")
    })
}

const PLACEMENT_COLUMNS: &str = "group, topic, phase, scope";

fn placements(table: Table, vocabulary: &Vocabulary, input: &mut GroupWorkInput) -> Result<(), GroupWorkError> {
    let group = table.required(&GROUP, PLACEMENT_COLUMNS)?;
    let topic = table.required(&TOPIC, PLACEMENT_COLUMNS)?;
    let phase = table.required(&["phase", "fase", "faser"], PLACEMENT_COLUMNS)?;
    let scope = table.required(&["scope", "omfang"], PLACEMENT_COLUMNS)?;
    let mut first_lines: BTreeMap<(String, String, String, Vec<String>), u64> = BTreeMap::new();
    for (line, cells) in &table.rows {
        let read = || -> Result<Placement, String> {
            let name = cell(cells, Some(group));
            let code = vocabulary.topic(cell(cells, Some(topic))).ok_or(UNKNOWN_TOPIC.to_owned())?;
            let written = phases(cell(cells, Some(phase)));
            if written.is_empty() {
                return Err("no phase; write one, several with | between, or throughout".to_owned());
            }
            let known = match cell(cells, Some(scope)) {
                "" => None,
                written => vocabulary.scope(written),
            };
            let scope = known.ok_or(
                "unknown scope; write a value of the codebook's scope, such as project, systemic or cultural"
                    .to_owned(),
            )?;
            if name.is_empty() {
                return Err(NO_GROUP.to_owned());
            }
            let throughout = written.iter().any(|phase| is_throughout(phase));
            let phases = if throughout { Vec::new() } else { written };
            Ok(Placement { group: name.to_owned(), topic: code.to_owned(), phases, throughout, scope })
        };
        match read() {
            Err(what) => input.problems.push(table.problem(*line, &what)),
            Ok(mut placement) => {
                for written in &mut placement.phases {
                    match input.phases.iter().find(|known| key(known) == key(written)) {
                        Some(known) => written.clone_from(known),
                        None => input.phases.push(written.clone()),
                    }
                }
                let mut sorted = placement.phases.clone();
                sorted.sort_unstable();
                let same = (placement.group.clone(), placement.topic.clone(), placement.scope.clone(), sorted);
                match first_lines.get(&same) {
                    Some(first) => {
                        input.problems.push(table.problem(*line, &repeated(*first, "group, topic, phase and scope")))
                    }
                    None => {
                        first_lines.insert(same, *line);
                        input.placements.push(placement);
                    }
                }
            }
        }
    }
    // Numbered phases stand in the order of their numbers.
    let number = |phase: &str| phase.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<u32>().ok();
    if input.phases.iter().all(|phase| number(phase).is_some()) {
        input.phases.sort_by_key(|phase| number(phase));
    }
    Ok(())
}

/// The phases of a cell, each once: `|`, `;`, `,`, `/` or `+` between them.
fn phases(cell: &str) -> Vec<String> {
    let mut seen = BTreeSet::new();
    cell.split(['|', ';', ',', '/', '+'])
        .map(|phase| phase.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|phase| !phase.is_empty() && seen.insert(key(phase)))
        .collect()
}

const ORIENTATION_COLUMNS: &str = "respondent, group, value";

fn orientations(table: Table, vocabulary: &Vocabulary, input: &mut GroupWorkInput) -> Result<(), GroupWorkError> {
    let value = table.required(&["value", "verdi"], ORIENTATION_COLUMNS)?;
    let respondent = table.column(&["respondent", "avsender", "deltaker"]);
    let group = table.column(&GROUP);
    let mut first_lines: BTreeMap<String, u64> = BTreeMap::new();
    for (line, cells) in &table.rows {
        let written = cell(cells, Some(value));
        if written.is_empty() {
            input.problems.push(table.problem(*line, "no value; write one, or take the line out"));
            continue;
        }
        let who = cell(cells, respondent);
        match first_lines.get(who) {
            Some(first) if !who.is_empty() => {
                input.problems.push(table.problem(*line, &repeated(*first, "respondent")));
                continue;
            }
            _ => _ = first_lines.insert(who.to_owned(), *line),
        }
        let group = Some(cell(cells, group)).filter(|group| !group.is_empty()).map(str::to_owned);
        input.orientations.push(Orientation { group, value: vocabulary.orientation(written) });
    }
    Ok(())
}
