//! One JSON object a line, or one array of objects.

mod sample;
mod value;

use std::borrow::Cow;
use std::collections::VecDeque;
use std::io::BufReader;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::assemble::{Assembler, Draft, Extra};
use super::columns;
use super::decode::Transcoder;
use super::delimited::{SAMPLE_BYTES, Source, layout_error};
use super::layout::{Layout, LayoutError};
use super::lines::{Line, read_line};
use super::open::Thoroughness;
use super::stream::UnitReader;
use super::{CELL_LIMIT, FileRead, Filter, Format, IngestError, ReadOptions, RejectReason, survey};
use crate::settings::{self, Role};
use sample::{Sample, unfold_array};
use value::{Row, Value, is_group_map, parse};

/// Fields beyond these are not read, so that a file with new names in every row cannot fill the memory.
const MOST_COLUMNS: usize = 1000;

/// Settles the columns from the first lines and leaves the rest to be read.
pub(super) fn open(
    source: Source,
    name: &str,
    options: &ReadOptions,
    thoroughness: Thoroughness,
) -> Result<Box<dyn UnitReader>, IngestError> {
    let unreadable = |cause| IngestError::Unreadable { file: name.to_owned(), cause };
    let mut input = Transcoder::new(source, options.source.encoding);
    let whole = thoroughness == Thoroughness::Whole;
    let start = input.peek(if whole { SAMPLE_BYTES } else { 1 }).map_err(unreadable)?;
    if start.trim_ascii_start().starts_with(b"[") {
        input = unfold_array(input).map_err(unreadable)?;
    }
    let mut sample = Sample::of(input.peek(if whole { SAMPLE_BYTES } else { 1 }).map_err(unreadable)?);
    let of_a_tool = options.reread && survey::tool_of(&sample.keys).is_some();
    let certain = !of_a_tool && Layout::is_certain(&sample.keys, &options.source);
    if !certain {
        sample = Sample::of(input.peek(SAMPLE_BYTES).map_err(unreadable)?);
    }
    if sample.keys.is_empty() {
        sample.keys.push("text".to_owned());
    }
    if !whole && certain {
        sample.rows.clear();
    }
    let layout =
        decide_layout(&sample, of_a_tool, &options.source).map_err(|error| layout_error(error, name, &sample.keys))?;
    Ok(Box::new(JsonlReader {
        input: BufReader::with_capacity(64 * 1024, input),
        columns: sample.keys.iter().cloned().zip(0..).collect(),
        keys: sample.keys,
        layout,
        assembler: Assembler::new(name, options),
        line: Vec::new(),
        row: 0,
        ordinal: 0,
        done: false,
    }))
}

/// By the survey tool whose sheet the rows are of, else by names and contents.
fn decide_layout(sample: &Sample, of_a_tool: bool, source: &settings::Source) -> Result<Layout, LayoutError> {
    if of_a_tool && let Ok(Some(export)) = survey::recognise_rows(&sample.keys) {
        return columns::decide_export(&sample.keys, &sample.rows, source, &export);
    }
    columns::decide(&sample.keys, &sample.rows, source)
}

struct JsonlReader {
    input: BufReader<Transcoder<Source>>,
    /// The fields' exact names, in the order of the layout's columns.
    keys: Vec<String>,
    columns: FxHashMap<String, usize>,
    layout: Layout,
    assembler: Assembler,
    line: Vec<u8>,
    row: u64,
    ordinal: u64,
    done: bool,
}

impl JsonlReader {
    /// Which column a field is; `guess` is where it stood in other rows.
    fn column(&mut self, key: &str, guess: usize) -> Option<usize> {
        if self.keys.get(guess).is_some_and(|known| known == key) {
            return Some(guess);
        }
        if let Some(&column) = self.columns.get(key) {
            return Some(column);
        }
        if self.keys.len() >= MOST_COLUMNS {
            return None;
        }
        let column = self.layout.add(key, &self.assembler.options.source);
        self.keys.push(key.to_owned());
        self.columns.insert(key.to_owned(), column);
        Some(column)
    }

    fn object(&mut self, line: &str, drafts: &mut VecDeque<Draft>) -> Result<(), RejectReason> {
        let Row(fields) = parse(line)?;
        if !self.assembler.passes(|filter| fields.iter().any(|field| field_passes(field, filter))) {
            return Ok(());
        }
        let mut extra = Extra { empty_is_answer: false, ..Extra::default() };
        if self.assembler.options.keep_fields {
            extra.fields = serde_json::from_str(line).ok();
        }
        let mut cells: SmallVec<[Cow<'_, str>; 16]> = SmallVec::new();
        cells.resize(self.keys.len(), Cow::Borrowed(""));
        let mut seen: SmallVec<[usize; 16]> = SmallVec::new();
        for (position, (key, value)) in fields.into_iter().enumerate() {
            if is_group_map(&key, &value) {
                extra.groups.extend(groups_of(value));
                continue;
            }
            let Some(column) = self.column(&key, position) else { continue };
            let role = self.layout.columns.get(column).map_or(Role::Keep, |column| column.role);
            if role != Role::Keep && seen.contains(&column) {
                return Err(RejectReason::FieldTwice { field: key.into_owned() });
            }
            check(role, &key, &value)?;
            extra.empty_is_answer |= role == Role::Text && matches!(value, Value::Text(_));
            seen.push(column);
            if cells.len() <= column {
                cells.resize(column + 1, Cow::Borrowed(""));
            }
            if let Some(cell) = cells.get_mut(column) {
                *cell = value.into_cell();
            }
        }
        let single = if self.layout.texts.len() == 1 { self.layout.texts.first() } else { None };
        if let Some(text) = single
            && !seen.contains(text)
        {
            return Err(RejectReason::NoText { field: self.keys.get(*text).cloned().unwrap_or_default() });
        }
        extra.empty_is_answer &= single.is_some();
        self.assembler.row(&self.layout, &cells, extra, self.row, self.ordinal, drafts);
        Ok(())
    }
}

/// What is wrong with a value in a column of this role.
fn check(role: Role, key: &str, value: &Value<'_>) -> Result<(), RejectReason> {
    match value {
        Value::Text(text) if text.len() > CELL_LIMIT => {
            Err(RejectReason::CellTooLong { bytes: text.len(), limit: CELL_LIMIT })
        }
        Value::Text(text) if memchr::memchr(0, text.as_bytes()).is_some() => Err(RejectReason::Nul),
        Value::Bool(_) | Value::List(_) | Value::Object(_)
            if !matches!(role, Role::Keep | Role::Drop | Role::Group) =>
        {
            Err(RejectReason::NotAText { field: key.to_owned() })
        }
        _ => Ok(()),
    }
}

fn groups_of(value: Value<'_>) -> Vec<(String, String)> {
    let Value::Object(groups) = value else { return Vec::new() };
    let named = groups.into_iter().map(|(name, value)| (name.trim().to_owned(), value.into_cell().trim().to_owned()));
    named.filter(|(_, value)| !value.is_empty()).collect()
}

fn field_passes((key, value): &(Cow<'_, str>, Value<'_>), filter: &Filter) -> bool {
    if is_group_map(key, value)
        && let Value::Object(groups) = value
    {
        let wanted = filter.field.strip_prefix("group.").unwrap_or(&filter.field);
        return groups.iter().any(|(name, value)| name == wanted && value.accepted_by(filter));
    }
    *key == filter.field && value.accepted_by(filter)
}

impl UnitReader for JsonlReader {
    fn read(&mut self, drafts: &mut VecDeque<Draft>) -> bool {
        if self.done {
            return false;
        }
        let mut line = std::mem::take(&mut self.line);
        let read = read_line(&mut self.input, &mut line);
        self.row += 1;
        let result = match read {
            Line::End => {
                self.done = true;
                return false;
            }
            Line::Failed(kind) => {
                self.done = true;
                self.ordinal += 1;
                Err(RejectReason::Interrupted { kind })
            }
            Line::TooLong(bytes) => {
                self.ordinal += 1;
                Err(RejectReason::CellTooLong { bytes, limit: CELL_LIMIT })
            }
            Line::Whole if line.trim_ascii().is_empty() => Ok(()),
            Line::Whole => {
                self.ordinal += 1;
                if memchr::memchr(0, &line).is_some() {
                    Err(RejectReason::Nul)
                } else {
                    match std::str::from_utf8(&line) {
                        Ok(text) => self.object(text, drafts),
                        Err(_) => Err(RejectReason::NotUtf8),
                    }
                }
            }
        };
        if let Err(reason) = result {
            drafts.push_back(Draft::reject(self.assembler.place(self.row), self.ordinal, reason));
        }
        self.line = line;
        true
    }

    fn file(&self) -> FileRead {
        FileRead {
            path: self.assembler.file.to_string(),
            sha256: String::new(),
            format: Format::Jsonl,
            encoding: Some(self.input.get_ref().encoding()),
            delimiter: None,
            text_unit: None,
            columns: self.layout.columns.clone(),
            tool: None,
            notes: Vec::new(),
            units: 0,
        }
    }
}
