//! Reads what `innspill tag --keep-fields` wrote, so that it can be written in other formats.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::iter::Peekable;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::answer::{Answer, Place};
use crate::codebook::Codebook;
use crate::ingest::{AnswerStream, Fields, Format, IngestError, ReadOptions, Unit, open_stream};
use crate::record::{Analysis, Record, UnitCounts};
use crate::score::Score;
use crate::tag::{AllScores, Outcome, Tag, Tagging, TopicVerdict};
use crate::text::Language;

/// Why tagged answers could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TaggedError {
    /// The file cannot be read.
    #[error("{path}: cannot be read ({cause})")]
    Unreadable {
        /// The file.
        path: String,
        /// The system's word.
        cause: std::io::Error,
    },
    /// A line is not one of `tag`.
    #[error("{path}:{line}: is no line of `innspill tag` ({why}); make the file with `innspill tag --keep-fields`")]
    NotTagged {
        /// The file.
        path: String,
        /// Line from 1.
        line: usize,
        /// What is wrong; no contents.
        why: String,
    },
    /// The answer's own text is not there.
    #[error("{path}:{line}: the answer's text is not there; make the file with `innspill tag --keep-fields`")]
    NoText {
        /// The file.
        path: String,
        /// Line from 1.
        line: usize,
    },
    /// A code that the codebook does not have.
    #[error("{path}:{line}: code {code} is not in codebook {codebook}; name the one it was tagged with by --codebook")]
    UnknownCode {
        /// The file.
        path: String,
        /// Line from 1.
        line: usize,
        /// The code.
        code: String,
        /// The codebook's id.
        codebook: String,
    },
    /// The fields of the input do not say which of them is the text.
    #[error("{path}: {why}")]
    Fields {
        /// The file.
        path: String,
        /// What is wrong and how to mend it; no contents.
        why: String,
    },
    /// There is no line.
    #[error("{path}: is empty; make the file with `innspill tag --keep-fields`")]
    Empty {
        /// The file.
        path: String,
    },
}

#[derive(Deserialize)]
struct Line<I> {
    id: String,
    lang: Language,
    outcome: Outcome,
    themes: Option<Vec<Theme>>,
    #[serde(default)]
    topics: Vec<Tag>,
    #[serde(default)]
    verdicts: Vec<TopicVerdict>,
    #[serde(default)]
    patterns: Vec<Tag>,
    #[serde(default)]
    facets: BTreeMap<String, Option<String>>,
    labels: Option<IgnoredAny>,
    input: Option<I>,
}

#[derive(Deserialize)]
struct Theme {
    code: String,
    score: Score,
}

/// Reads a whole file of tagged answers. The text is the one that was tagged, as received: spans index it.
///
/// Fields of the input find their roles as they do when a file is read: groups, kind, time and the rest. There are no
/// groups of alike answers: `tag` looks at one answer at a time.
///
/// # Errors
/// [`TaggedError`], with the line.
pub fn read_tagged(path: &Path, codebook: &Codebook) -> Result<Analysis, TaggedError> {
    let file = TaggedFile::open(path, codebook)?;
    let records = file.records()?.collect::<Result<Vec<Record>, TaggedError>>()?;
    let mut group_names: Vec<String> = Vec::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for group in records.iter().flat_map(|record| record.answer.groups.keys()) {
        if seen.insert(group.clone()) {
            group_names.push(group.clone());
        }
    }
    let counts = UnitCounts { units: records.len(), answers: records.len(), ..UnitCounts::default() };
    Ok(Analysis { records, counts, group_names, ..Analysis::default() })
}

/// A file of tagged answers that was looked through once, and can be read any number of times.
#[derive(Debug)]
pub struct TaggedFile {
    name: String,
    lines: Lines,
    /// The input's rows alone, a line each, for the reader of answers. A row of a sheet that asks several questions
    /// stands in the tagged file once for each, and here once.
    rows: tempfile::NamedTempFile,
    /// For each line, whether its row is another than that of the line before.
    new_row: Vec<bool>,
}

/// Where the lines stand: in the file, or in a copy of what came through a pipe.
#[derive(Debug)]
enum Lines {
    File(PathBuf),
    Copy(tempfile::NamedTempFile),
}

impl TaggedFile {
    /// Looks the file through: every line is one of `tag`, with its fields, and with codes of the codebook.
    ///
    /// # Errors
    /// [`TaggedError`], with the line.
    pub fn open(path: &Path, codebook: &Codebook) -> Result<Self, TaggedError> {
        let name = path.display().to_string();
        let unreadable = |cause: io::Error| TaggedError::Unreadable { path: name.clone(), cause };
        let mut file = std::fs::File::open(path).map_err(unreadable)?;
        let lines = if file.metadata().map_err(unreadable)?.is_file() {
            Lines::File(path.to_owned())
        } else {
            let mut copy = tempfile::NamedTempFile::new().map_err(unreadable)?;
            io::copy(&mut file, &mut copy).map_err(unreadable)?;
            Lines::Copy(copy)
        };
        let codes = codebook.codes();
        let known: BTreeSet<&str> = codes.iter().map(|entry| entry.code.as_str()).collect();
        let mut rows = tempfile::Builder::new().suffix(".jsonl").tempfile().map_err(unreadable)?;
        let mut output = BufWriter::new(rows.as_file_mut());
        let mut new_row = Vec::new();
        let mut before: Option<Fields> = None;
        for (number, text) in (1_usize..).zip(lines.read().map_err(unreadable)?.lines()) {
            let text = text.map_err(unreadable)?;
            let mut line: Line<Fields> = parse(&text, &name, number)?;
            check_codes(&name, number, &line, &known, codebook)?;
            let row = line.input.take();
            let row = row.ok_or_else(|| TaggedError::NoText { path: name.clone(), line: number })?;
            let is_new = before.as_ref() != Some(&row);
            if is_new {
                serde_json::to_writer(&mut output, &row).map_err(|error| unreadable(error.into()))?;
                output.write_all(b"\n").map_err(unreadable)?;
                before = Some(row);
            }
            new_row.push(is_new);
        }
        output.flush().map_err(unreadable)?;
        drop(output);
        if new_row.is_empty() {
            return Err(TaggedError::Empty { path: name });
        }
        Ok(TaggedFile { name, lines, rows, new_row })
    }

    /// The answers in order, read anew.
    ///
    /// # Errors
    /// When the file, or the roles of its fields, cannot be read; and each answer by itself.
    pub fn records(&self) -> Result<TaggedRecords<'_>, TaggedError> {
        let unreadable = |cause| TaggedError::Unreadable { path: self.name.clone(), cause };
        let options = ReadOptions { reread: true, ..ReadOptions::default() };
        let answers =
            open_stream(self.rows.path(), Some(Format::Jsonl), &options).map_err(|error| self.of_the_fields(&error))?;
        Ok(TaggedRecords {
            file: self,
            place: self.name.as_str().into(),
            lines: self.lines.read().map_err(unreadable)?.lines(),
            answers: answers.peekable(),
            row: 0,
            candidates: Vec::new(),
            line: 0,
        })
    }

    /// The rows stand in a file of ours, whose name nobody knows.
    fn of_the_fields(&self, error: &IngestError) -> TaggedError {
        let rows = format!("{}: ", self.rows.path().display());
        let why = error.to_string();
        TaggedError::Fields { path: self.name.clone(), why: why.strip_prefix(&rows).unwrap_or(&why).to_owned() }
    }
}

impl Lines {
    fn read(&self) -> io::Result<BufReader<std::fs::File>> {
        let path = match self {
            Lines::File(path) => path.as_path(),
            Lines::Copy(copy) => copy.path(),
        };
        Ok(BufReader::with_capacity(1 << 16, std::fs::File::open(path)?))
    }
}

/// The answers of a [`TaggedFile`], in order.
pub struct TaggedRecords<'f> {
    file: &'f TaggedFile,
    place: Arc<str>,
    lines: io::Lines<BufReader<std::fs::File>>,
    answers: Peekable<AnswerStream>,
    /// The row that `candidates` are of, from 1.
    row: u64,
    candidates: Vec<Answer>,
    /// Lines that were read.
    line: usize,
}

impl TaggedRecords<'_> {
    fn record(&mut self, text: io::Result<String>) -> Result<Record, TaggedError> {
        let name = &self.file.name;
        let text = text.map_err(|cause| TaggedError::Unreadable { path: name.clone(), cause })?;
        let line: Line<IgnoredAny> = parse(&text, name, self.line)?;
        if self.file.new_row.get(self.line - 1).copied().unwrap_or(false) {
            self.next_row();
        }
        let answer = answer_of(&self.candidates, &line.id);
        let mut answer = answer.ok_or_else(|| TaggedError::NoText { path: name.clone(), line: self.line })?.clone();
        answer.id.0.clone_from(&line.id);
        answer.place = Place { file: Arc::clone(&self.place), row: self.line as u64 };
        Ok(record(answer, line))
    }

    fn next_row(&mut self) {
        self.row += 1;
        self.candidates.clear();
        let row = self.row;
        let of_row = |unit: &Unit| match unit {
            Unit::Answer(answer) => answer.place.row <= row,
            Unit::Reject(_) | Unit::Skipped(_) => true,
        };
        while let Some(unit) = self.answers.next_if(of_row) {
            if let Unit::Answer(answer) = unit {
                self.candidates.push(*answer);
            }
        }
    }
}

impl Iterator for TaggedRecords<'_> {
    type Item = Result<Record, TaggedError>;

    fn next(&mut self) -> Option<Self::Item> {
        let text = self.lines.next()?;
        self.line += 1;
        Some(self.record(text))
    }
}

/// Which answer of its row a line is about. In a sheet that asks several questions the number of the question ends the
/// id; a number that leads to no question means that the questions were told apart in another way when the file was made.
fn answer_of<'a>(candidates: &'a [Answer], id: &str) -> Option<&'a Answer> {
    let part_of = |id: &str| id.rsplit_once(':').and_then(|(_, part)| part.parse::<u32>().ok());
    if let [only] = candidates {
        let of_several = only.id.0 != id && part_of(id).is_some() && part_of(id) != part_of(&only.id.0);
        return (!of_several).then_some(only);
    }
    let part = part_of(id)?;
    candidates.iter().find(|answer| part_of(&answer.id.0) == Some(part))
}

fn parse<I: serde::de::DeserializeOwned>(text: &str, path: &str, line: usize) -> Result<Line<I>, TaggedError> {
    let refused = |why: String| TaggedError::NotTagged { path: path.to_owned(), line, why };
    let parsed: Line<I> = serde_json::from_str(text).map_err(|error| refused(place_of(&error)))?;
    if parsed.labels.is_some() {
        return Err(refused("it holds the labels of a trained tagger, which no codebook names".to_owned()));
    }
    if parsed.themes.is_none() {
        return Err(refused("themes are missing".to_owned()));
    }
    Ok(parsed)
}

/// What a JSON error says without a word of the contents.
fn place_of(error: &serde_json::Error) -> String {
    match error.classify() {
        serde_json::error::Category::Data => {
            format!("a field is missing or of another type, column {}", error.column())
        }
        _ => format!("not valid JSON, column {}", error.column()),
    }
}

fn record<I>(answer: Answer, line: Line<I>) -> Record {
    let exact = |tag: Tag| Tag { score: Score::new(tag.score.value()), ..tag };
    let themes = line.themes.unwrap_or_default();
    Record {
        shown: answer.text.clone(),
        answer,
        tagging: Tagging {
            language: line.lang,
            outcome: line.outcome,
            themes: themes
                .into_iter()
                .map(|theme| Tag { code: theme.code, score: Score::new(theme.score.value()), spans: Vec::new() })
                .collect(),
            topics: line.topics.into_iter().map(exact).collect(),
            verdicts: line.verdicts,
            patterns: line.patterns.into_iter().map(exact).collect(),
            facets: line.facets,
            all_scores: AllScores::default(),
        },
        cluster: None,
        same_text_group: None,
        human_checked: false,
        quote_ok: false,
    }
}

fn check_codes<I>(
    path: &str,
    number: usize,
    line: &Line<I>,
    known: &BTreeSet<&str>,
    codebook: &Codebook,
) -> Result<(), TaggedError> {
    let themes = line.themes.iter().flatten().map(|theme| &theme.code);
    let tags = line.topics.iter().chain(&line.patterns).map(|tag| &tag.code);
    match themes.chain(tags).find(|code| !known.contains(code.as_str())) {
        None => Ok(()),
        Some(code) => Err(TaggedError::UnknownCode {
            path: path.to_owned(),
            line: number,
            code: code.clone(),
            codebook: codebook.codebook.id.clone(),
        }),
    }
}
