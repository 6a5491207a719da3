//! `innspill tag --arrow`: Arrow IPC streams in and out, one output row per input row, in order.
//!
//! The door to Spark (`mapInArrow`), DuckDB, Polars and pandas: no text format in between, types kept.

mod columns;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, LargeStringArray, StringArray, StructArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef};
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;
use arrow::record_batch::RecordBatch;
use innspill::answer::Kind;
use innspill::ingest::{CELL_LIMIT, FrameColumns, RejectReason, frame_columns};
use innspill::tag::Input;
use innspill::text::{Mended, mend};
use rayon::prelude::*;

use super::failure::Failure;
use super::opening::AnyTagger;
use super::output::Output;
use columns::{LabelColumns, TagColumns};

/// So many rows are tagged at a time, however long the batches are that come in.
const ROWS: usize = 8_192;

/// What the output is to hold beside the tags.
#[derive(Debug, Clone, Copy)]
pub struct Extras {
    /// The score of every code.
    pub scores: bool,
    /// The input's own columns, under `input`.
    pub keep_fields: bool,
}

/// Tags the stream in `input` (`-` for standard input); gives the number of rows that were passed over.
pub fn tag(input: &Path, output: &Path, tagger: &mut AnyTagger, extras: Extras) -> Result<usize, Failure> {
    let name = input.display().to_string();
    let unreadable = |error: io::Error| Failure::Usage(format!("{name}: cannot read: {error}"));
    let source: Box<dyn Read> =
        if input.as_os_str() == "-" { Box::new(io::stdin()) } else { Box::new(File::open(input).map_err(unreadable)?) };
    let mut source = BufReader::with_capacity(1 << 16, source);
    let start = source.fill_buf().map_err(unreadable)?;
    if start.starts_with(b"ARROW1") {
        return Err(Failure::Usage(format!(
            "{name}: this is an Arrow file, not a stream; write it with pyarrow.ipc.new_stream, or read it as Parquet"
        )));
    }
    // A partition without rows may come as nothing at all; what goes out has the same columns all the same.
    let reader =
        if start.is_empty() { None } else { Some(StreamReader::try_new(source, None).map_err(|_| damaged(&name))?) };
    let in_schema = reader.as_ref().map_or_else(|| Arc::new(Schema::empty()), StreamReader::schema);
    let mut job = Job { name: &name, tagger, extras, rows: 0, passed_over: 0 };
    let columns = match reader {
        Some(_) => Some(Columns::find(&name, &in_schema)?),
        None => None,
    };
    let schema = job.schema(&in_schema);
    let mut writer = StreamWriter::try_new(Output::create(output)?, &schema).map_err(arrow_failure)?;
    for batch in reader.into_iter().flatten() {
        let batch = batch.map_err(|_| damaged(&name))?;
        let Some(columns) = &columns else { break };
        let mut from = 0;
        loop {
            let rows = ROWS.min(batch.num_rows() - from);
            let tagged = job.batch(&batch.slice(from, rows), columns, &schema)?;
            writer.write(&tagged).map_err(arrow_failure)?;
            from += rows;
            if from >= batch.num_rows() {
                break;
            }
        }
    }
    let passed_over = job.passed_over;
    writer.into_inner().map_err(arrow_failure)?.finish()?;
    Ok(passed_over)
}

fn damaged(name: &str) -> Failure {
    Failure::Usage(format!("{name}: not an Arrow IPC stream, or damaged; write it with pyarrow.ipc.new_stream"))
}

fn arrow_failure(error: arrow::error::ArrowError) -> Failure {
    match error {
        arrow::error::ArrowError::IoError(_, cause) => Failure::from(cause),
        other => Failure::Usage(format!("cannot write the Arrow stream: {other}")),
    }
}

/// Where the stream's columns stand.
struct Columns {
    text: usize,
    kind: Option<usize>,
    id: Option<usize>,
}

fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

impl Columns {
    /// Finds them by name, and the text also as the only column of strings.
    fn find(name: &str, schema: &Schema) -> Result<Self, Failure> {
        let names: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
        let strings = || (0..schema.fields().len()).filter(|&place| is_text(schema.field(place).data_type()));
        let found = match (frame_columns(name, &names), strings().next()) {
            (Ok(found), _) => found,
            (Err(_), Some(only)) if strings().count() == 1 => FrameColumns { text: only, kind: None, id: None },
            (Err(error), _) => return Err(Failure::Usage(error.to_string())),
        };
        let field = schema.field(found.text);
        if !is_text(field.data_type()) {
            return Err(Failure::Usage(format!(
                "{name}: column \"{}\" holds {}, not text; cast it to a string",
                field.name(),
                field.data_type()
            )));
        }
        Ok(Columns { text: found.text, kind: found.kind, id: found.id })
    }
}

/// A column as strings, whatever their type; none where it cannot be turned into them.
fn strings(batch: &RecordBatch, column: usize) -> Option<LargeStringArray> {
    let array = batch.columns().get(column)?;
    let strings = cast(array, &DataType::LargeUtf8).ok()?;
    strings.as_string_opt::<i64>().cloned()
}

struct Job<'a> {
    name: &'a str,
    tagger: &'a mut AnyTagger,
    extras: Extras,
    /// Rows before this batch.
    rows: usize,
    passed_over: usize,
}

impl Job<'_> {
    fn schema(&self, input: &SchemaRef) -> SchemaRef {
        let mut fields = vec![Field::new("id", DataType::Utf8, false)];
        fields.extend(match &*self.tagger {
            AnyTagger::Codebook(tagger) => TagColumns::fields(tagger.codebook(), self.extras.scores),
            AnyTagger::Labels(_) => LabelColumns::fields(self.extras.scores),
        });
        if self.extras.keep_fields {
            fields.push(Field::new("input", DataType::Struct(input.fields().clone()), false));
        }
        Arc::new(Schema::new(fields))
    }

    /// The tags of one batch, row by row.
    fn batch(&mut self, batch: &RecordBatch, columns: &Columns, schema: &SchemaRef) -> Result<RecordBatch, Failure> {
        let texts = strings(batch, columns.text).ok_or_else(|| damaged(self.name))?;
        let kinds = columns.kind.and_then(|column| strings(batch, column));
        let read: Vec<Option<&str>> = (0..batch.num_rows()).map(|row| self.text(&texts, row)).collect();
        let kinds: Vec<Option<Kind>> = (0..batch.num_rows())
            .filter(|&row| read.get(row).is_some_and(Option::is_some))
            .map(|row| {
                kinds.as_ref().filter(|kinds| kinds.is_valid(row)).map(|kinds| Kind::from_input(kinds.value(row)))
            })
            .collect();
        let mended: Vec<Mended<'_>> = read.par_iter().filter_map(|text| *text).map(mend).collect();
        let inputs: Vec<Input<'_>> =
            mended.iter().zip(&kinds).map(|(text, kind)| Input { text, kind: kind.as_ref() }).collect();
        let failed = |error: innspill::tag::TagError| Failure::Usage(error.to_string());
        let mut arrays: Vec<ArrayRef> = vec![Arc::new(self.ids(batch, columns))];
        arrays.extend(match &mut *self.tagger {
            AnyTagger::Codebook(tagger) => {
                let mut taggings = tagger.tag(&inputs).map_err(failed)?.into_iter();
                let mut made = TagColumns::new(tagger.codebook(), self.extras.scores);
                for text in &read {
                    made.push(text.and_then(|_| taggings.next()).as_ref());
                }
                made.finish().map_err(arrow_failure)?
            }
            AnyTagger::Labels(tagger) => {
                let mut labellings = tagger.tag(&inputs).map_err(failed)?.into_iter();
                let mut made = LabelColumns::new(self.extras.scores);
                for text in &read {
                    made.push(text.and_then(|_| labellings.next()).as_ref());
                }
                made.finish().map_err(arrow_failure)?
            }
        });
        if self.extras.keep_fields {
            arrays.push(Arc::new(own_fields(batch).map_err(arrow_failure)?));
        }
        self.rows += batch.num_rows();
        RecordBatch::try_new(Arc::clone(schema), arrays).map_err(arrow_failure)
    }

    /// The row's text; one that is null or too long gets a line and no tags.
    fn text<'t>(&mut self, texts: &'t LargeStringArray, row: usize) -> Option<&'t str> {
        let number = self.rows + row + 1;
        if texts.is_null(row) {
            self.passed_over += 1;
            eprintln!("innspill: {}:{number}: text is null; the row gets no tags", self.name);
            return None;
        }
        let text = texts.value(row);
        if text.len() > CELL_LIMIT {
            self.passed_over += 1;
            let reason = RejectReason::CellTooLong { bytes: text.len(), limit: CELL_LIMIT };
            eprintln!("innspill: {}:{number}: {reason}", self.name);
            return None;
        }
        Some(text)
    }

    /// The ids given, else the rows' numbers.
    fn ids(&self, batch: &RecordBatch, columns: &Columns) -> StringArray {
        let given = columns.id.and_then(|column| strings(batch, column));
        let id = |row: usize| match given.as_ref().filter(|ids| ids.is_valid(row)) {
            Some(ids) => ids.value(row).to_owned(),
            None => (self.rows + row + 1).to_string(),
        };
        (0..batch.num_rows()).map(|row| Some(id(row))).collect()
    }
}

/// The input's columns as one column of structs.
fn own_fields(batch: &RecordBatch) -> Result<StructArray, arrow::error::ArrowError> {
    if batch.num_columns() == 0 {
        return Ok(StructArray::new_empty_fields(batch.num_rows(), None));
    }
    StructArray::try_new(batch.schema().fields().clone(), batch.columns().to_vec(), None)
}

/// A field of a struct that is always there.
fn required(name: &str, data_type: DataType) -> Field {
    Field::new(name, data_type, false)
}

/// A list whose entries are never null.
fn list_of(fields: Fields) -> DataType {
    DataType::List(Arc::new(Field::new_list_field(DataType::Struct(fields), false)))
}
