//! One JSON object a line, or one array of objects.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt;
use std::io::{self, BufReader, Cursor, Read};

use rustc_hash::FxHashMap;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use smallvec::SmallVec;

use super::assemble::{Assembler, Draft, Extra};
use super::columns;
use super::decode::Transcoder;
use super::delimited::{SAMPLE_BYTES, SAMPLE_ROWS, Source, layout_error};
use super::headers::normalise;
use super::layout::Layout;
use super::lines::{Line, read_line};
use super::open::Thoroughness;
use super::stream::UnitReader;
use super::{CELL_LIMIT, Fields, FileRead, Filter, Format, IngestError, ReadOptions, RejectReason};
use crate::settings::Role;

/// The most bytes of an array that is read into memory.
const ARRAY_LIMIT: u64 = 256 * 1024 * 1024;

/// Fields beyond these are not read, so that a file with new names in every row cannot fill the memory.
const MOST_COLUMNS: usize = 1000;

/// A value, with its texts borrowed from the line where they hold no escapes.
#[derive(Debug, Clone, PartialEq)]
enum Value<'a> {
    Null,
    Bool(bool),
    Number(String),
    Text(Cow<'a, str>),
    List(Vec<Value<'a>>),
    Object(Vec<(Cow<'a, str>, Value<'a>)>),
}

/// An object's fields in order.
struct Row<'a>(SmallVec<[(Cow<'a, str>, Value<'a>); 12]>);

struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Borrowing;
        impl<'de> Visitor<'de> for Borrowing {
            type Value = Key<'de>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a field name")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Borrowing)
    }
}

impl<'de> Deserialize<'de> for Value<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Value<'de>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("any value")
            }
            fn visit_unit<E>(self) -> Result<Value<'de>, E> {
                Ok(Value::Null)
            }
            fn visit_bool<E>(self, value: bool) -> Result<Value<'de>, E> {
                Ok(Value::Bool(value))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Value<'de>, E> {
                Ok(Value::Number(number.to_string()))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Value<'de>, E> {
                Ok(Value::Number(number.to_string()))
            }
            fn visit_f64<E>(self, number: f64) -> Result<Value<'de>, E> {
                Ok(Value::Number(number.to_string()))
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Value<'de>, E> {
                Ok(Value::Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Value<'de>, E> {
                Ok(Value::Text(Cow::Owned(text.to_owned())))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value<'de>, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = list.next_element()? {
                    values.push(value);
                }
                Ok(Value::List(values))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value<'de>, A::Error> {
                let mut fields = Vec::new();
                while let Some((Key(key), value)) = map.next_entry()? {
                    fields.push((key, value));
                }
                Ok(Value::Object(fields))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

impl<'de> Deserialize<'de> for Row<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Row<'de>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row<'de>, A::Error> {
                let mut fields = SmallVec::new();
                while let Some((Key(key), value)) = map.next_entry()? {
                    fields.push((key, value));
                }
                Ok(Row(fields))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

impl<'a> Value<'a> {
    /// The value as the text of a cell; lists and objects as JSON.
    fn into_cell(self) -> Cow<'a, str> {
        match self {
            Value::Null => Cow::Borrowed(""),
            Value::Bool(value) => Cow::Borrowed(if value { "true" } else { "false" }),
            Value::Number(number) => Cow::Owned(number),
            Value::Text(text) => text,
            other => Cow::Owned(other.to_json().to_string()),
        }
    }

    fn to_json(&self) -> serde_json::Value {
        match self {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => (*value).into(),
            Value::Number(number) => serde_json::from_str(number).unwrap_or_else(|_| number.as_str().into()),
            Value::Text(text) => text.as_ref().into(),
            Value::List(values) => values.iter().map(Value::to_json).collect(),
            Value::Object(fields) => {
                fields.iter().map(|(key, value)| (key.clone().into_owned(), value.to_json())).collect()
            }
        }
    }

    fn accepted_by(&self, filter: &Filter) -> bool {
        match self {
            Value::List(values) => values.iter().any(|value| value.accepted_by(filter)),
            Value::Text(text) => filter.accepts(text),
            Value::Number(number) => filter.accepts(number),
            Value::Bool(value) => filter.accepts(if *value { "true" } else { "false" }),
            Value::Null => filter.value.is_empty(),
            Value::Object(_) => false,
        }
    }
}

/// Parses one line; what is wrong is said without a word of the contents.
fn parse(line: &str) -> Result<Row<'_>, RejectReason> {
    serde_json::from_str::<Row<'_>>(line).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => RejectReason::NotAnObject,
        _ => RejectReason::NotJson { column: error.column() },
    })
}

fn is_group_map(key: &str, value: &Value<'_>) -> bool {
    matches!(value, Value::Object(_)) && matches!(normalise(key).as_str(), "group" | "groups" | "gruppe" | "grupper")
}

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
    if !Layout::is_certain(&sample.keys, &options.source) {
        sample = Sample::of(input.peek(SAMPLE_BYTES).map_err(unreadable)?);
    }
    if sample.keys.is_empty() {
        sample.keys.push("text".to_owned());
    }
    if !whole && Layout::is_certain(&sample.keys, &options.source) {
        sample.rows.clear();
    }
    let layout = columns::decide(&sample.keys, &sample.rows, &options.source)
        .map_err(|error| layout_error(error, name, &sample.keys))?;
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

/// Turns one array of objects into one object a line; what is no such array is left as it was.
fn unfold_array(mut input: Transcoder<Source>) -> io::Result<Transcoder<Source>> {
    let mut bytes = Vec::new();
    (&mut input).take(ARRAY_LIMIT).read_to_end(&mut bytes)?;
    let lines = match serde_json::from_slice::<Vec<Fields>>(&bytes) {
        Ok(rows) => {
            let mut lines = Vec::with_capacity(bytes.len());
            for row in &rows {
                serde_json::to_writer(&mut lines, row)?;
                lines.push(b'\n');
            }
            lines
        }
        Err(_) => bytes,
    };
    let rest: Source = Box::new(Cursor::new(lines).chain(input));
    Ok(Transcoder::new(rest, Some(encoding_rs::UTF_8)))
}

/// The fields of the first rows as a table.
#[derive(Default)]
struct Sample {
    keys: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Sample {
    fn of(bytes: &[u8]) -> Self {
        let mut sample = Sample::default();
        for line in bytes.split(|&byte| byte == b'\n').take(SAMPLE_ROWS) {
            let Ok(line) = std::str::from_utf8(line) else { continue };
            if let Ok(Row(fields)) = parse(line) {
                sample.add(fields);
            }
        }
        sample
    }

    fn add<'a>(&mut self, fields: impl IntoIterator<Item = (Cow<'a, str>, Value<'a>)>) {
        let mut row = vec![String::new(); self.keys.len()];
        for (key, value) in fields {
            if is_group_map(&key, &value) {
                continue;
            }
            let column = self.keys.iter().position(|known| *known == key).unwrap_or_else(|| {
                self.keys.push(key.into_owned());
                row.push(String::new());
                self.keys.len() - 1
            });
            if let Some(cell) = row.get_mut(column) {
                *cell = value.into_cell().into_owned();
            }
        }
        self.rows.push(row);
    }
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
