//! The start of a file: an array taken apart into lines, and the fields of the first rows as a table.

use std::borrow::Cow;
use std::io::{self, Cursor, Read};

use super::value::{Row, Value, is_group_map, parse};
use crate::ingest::Fields;
use crate::ingest::decode::Transcoder;
use crate::ingest::delimited::{SAMPLE_ROWS, Source};

/// The most bytes of an array that is read into memory.
const ARRAY_LIMIT: u64 = 256 * 1024 * 1024;

/// Turns one array of objects into one object a line; what is no such array is left as it was.
pub(super) fn unfold_array(mut input: Transcoder<Source>) -> io::Result<Transcoder<Source>> {
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
pub(super) struct Sample {
    pub(super) keys: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

impl Sample {
    pub(super) fn of(bytes: &[u8]) -> Self {
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
