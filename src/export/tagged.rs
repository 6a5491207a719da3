//! Reads what `innspill tag --keep-fields` wrote, so that it can be written in other formats.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;

use serde::Deserialize;

use crate::answer::Answer;
use crate::codebook::Codebook;
use crate::ingest::{Format, IngestError, ReadOptions, Unit, open_stream};
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
    /// The fields of the input cannot be read.
    #[error(transparent)]
    Input(#[from] IngestError),
    /// There is no line.
    #[error("{path}: is empty; make the file with `innspill tag --keep-fields`")]
    Empty {
        /// The file.
        path: String,
    },
}

#[derive(Deserialize)]
struct Line {
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
    labels: Option<serde::de::IgnoredAny>,
    input: Option<serde_json::Map<String, serde_json::Value>>,
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
    let name = path.display().to_string();
    let unreadable = |cause| TaggedError::Unreadable { path: name.clone(), cause };
    let (lines, fields) = read_lines(path, &name)?;
    check_codes(&name, &lines, codebook)?;
    let mut answers = answers_by_line(fields.path()).map_err(|error| match error {
        TaggedError::Unreadable { cause, .. } => unreadable(cause),
        other => other,
    })?;
    let mut records = Vec::with_capacity(lines.len());
    for (number, line) in (1_usize..).zip(lines) {
        let candidates = answers.get_mut(&(number as u64));
        let answer = candidates.and_then(|candidates| take_answer(candidates, &line.id));
        let mut answer = answer.ok_or_else(|| TaggedError::NoText { path: name.clone(), line: number })?;
        answer.id.0.clone_from(&line.id);
        answer.place = crate::answer::Place { file: name.as_str().into(), row: number as u64 };
        records.push(record(answer, line));
    }
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

/// The lines, and their `input` alone in a file of its own, a line each, for the reader of answers.
fn read_lines(path: &Path, name: &str) -> Result<(Vec<Line>, tempfile::NamedTempFile), TaggedError> {
    let unreadable = |cause| TaggedError::Unreadable { path: name.to_owned(), cause };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut fields = tempfile::Builder::new().suffix(".jsonl").tempfile().map_err(unreadable)?;
    let mut output = std::io::BufWriter::new(fields.as_file_mut());
    let mut lines = Vec::new();
    for (number, text) in (1_usize..).zip(BufReader::new(file).lines()) {
        let text = text.map_err(unreadable)?;
        let refused = |why: String| TaggedError::NotTagged { path: name.to_owned(), line: number, why };
        let mut line: Line = serde_json::from_str(&text).map_err(|error| refused(place_of(&error)))?;
        if line.labels.is_some() {
            return Err(refused("it holds the labels of a trained tagger, which no codebook names".to_owned()));
        }
        if line.themes.is_none() {
            return Err(refused("themes are missing".to_owned()));
        }
        let input = line.input.take();
        let input = input.ok_or_else(|| TaggedError::NoText { path: name.to_owned(), line: number })?;
        serde_json::to_writer(&mut output, &input).map_err(|error| unreadable(error.into()))?;
        output.write_all(b"\n").map_err(unreadable)?;
        lines.push(line);
    }
    output.flush().map_err(unreadable)?;
    drop(output);
    if lines.is_empty() {
        return Err(TaggedError::Empty { path: name.to_owned() });
    }
    Ok((lines, fields))
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

fn answers_by_line(fields: &Path) -> Result<BTreeMap<u64, VecDeque<Answer>>, TaggedError> {
    let mut answers: BTreeMap<u64, VecDeque<Answer>> = BTreeMap::new();
    for unit in open_stream(fields, Some(Format::Jsonl), &ReadOptions::default())? {
        match unit {
            Unit::Answer(answer) => answers.entry(answer.place.row).or_default().push_back(*answer),
            // Rows of one sheet come once for each question, with the same id: what is said of the first holds.
            Unit::Reject(_) | Unit::Skipped(_) => {}
        }
    }
    Ok(answers)
}

/// The answer of a row: where a sheet asks several questions, the one whose number ends the id.
fn take_answer(candidates: &mut VecDeque<Answer>, id: &str) -> Option<Answer> {
    if candidates.len() > 1
        && let Some((_, part)) = id.rsplit_once(':')
        && let Some(at) =
            candidates.iter().position(|answer| answer.id.0.rsplit_once(':').is_some_and(|(_, own)| own == part))
    {
        return candidates.remove(at);
    }
    candidates.pop_front()
}

fn record(answer: Answer, line: Line) -> Record {
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

fn check_codes(path: &str, lines: &[Line], codebook: &Codebook) -> Result<(), TaggedError> {
    let codes = codebook.codes();
    let known: BTreeSet<&str> = codes.iter().map(|entry| entry.code.as_str()).collect();
    for (number, line) in (1_usize..).zip(lines) {
        let themes = line.themes.iter().flatten().map(|theme| &theme.code);
        let tags = line.topics.iter().chain(&line.patterns).map(|tag| &tag.code);
        if let Some(code) = themes.chain(tags).find(|code| !known.contains(code.as_str())) {
            return Err(TaggedError::UnknownCode {
                path: path.to_owned(),
                line: number,
                code: code.clone(),
                codebook: codebook.codebook.id.clone(),
            });
        }
    }
    Ok(())
}
