//! `answers.parquet`: the columns of `answers.csv` with their types, the answer's phase, respondent and time, and lists
//! of its codes.

use std::collections::BTreeSet;
use std::io::Write;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{
    ArrayBuilder, ArrayRef, BooleanBuilder, Float64Builder, Int64Builder, ListBuilder, StringBuilder,
    StringDictionaryBuilder, TimestampMicrosecondBuilder,
};
use arrow::datatypes::{DataType, Field, Int32Type, TimeUnit};

use super::{BATCH, FrameFile, Frames};
use crate::export::ExportError;
use crate::export::answers::{AnswersTable, free_name};
use crate::export::table::{Cell, Column, ColumnType, RowSink, Table};
use crate::record::{Analysis, Record};
use crate::tag::Tag;

/// Columns of ours that the CSV does not have.
const LISTS: [&str; 3] = ["themes", "topics", "patterns"];

/// The file in the making.
pub(super) struct Answers<'f, 'w> {
    frames: &'f Frames<'f>,
    file: FrameFile<'w>,
    builders: Vec<ColumnBuilder>,
}

impl<'f, 'w> Answers<'f, 'w> {
    pub(super) fn start(frames: &'f Frames<'f>, output: &'w mut (dyn Write + Send)) -> Result<Self, ExportError> {
        let shape = frames.parts.shape();
        let none = shape.part(Vec::new());
        let columns = AnswersTable::part(&none, frames.codebook, &shape.kept, true).columns();
        let file = FrameFile::start("answers", fields(&columns), frames, output)?;
        let builders = columns.iter().map(|column| ColumnBuilder::new(column.holds)).collect();
        Ok(Answers { frames, file, builders })
    }

    pub(super) fn write(&mut self, part: &Analysis) -> Result<(), ExportError> {
        let table = AnswersTable::part(part, self.frames.codebook, &self.frames.parts.shape().kept, true);
        let (file, builders) = (&mut self.file, &mut self.builders);
        let mut sink = BatchSink { file, builders, records: &part.records, rows: 0, written: 0 };
        table.rows(&mut sink)?;
        sink.flush()
    }

    pub(super) fn finish(self) -> Result<(), ExportError> {
        self.file.finish()
    }
}

fn fields(columns: &[Column]) -> Vec<Field> {
    let mut taken: BTreeSet<String> = columns.iter().map(|column| column.name.clone()).collect();
    let mut fields: Vec<Field> = columns.iter().map(field).collect();
    for extra in ["phase", "respondent"] {
        fields.push(Field::new(free_name(extra, &mut taken), DataType::Utf8, true));
    }
    for list in LISTS {
        fields.push(Field::new_list(free_name(list, &mut taken), Field::new_list_field(DataType::Utf8, true), false));
    }
    fields
}

fn field(column: &Column) -> Field {
    let holds = match column.holds {
        ColumnType::Text | ColumnType::Prose => DataType::Utf8,
        ColumnType::Category => DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
        ColumnType::Integer => DataType::Int64,
        ColumnType::Decimal => DataType::Float64,
        ColumnType::Flag => DataType::Boolean,
        ColumnType::Moment => DataType::Timestamp(TimeUnit::Microsecond, None),
    };
    Field::new(&column.name, holds, true)
}

enum ColumnBuilder {
    Text(StringBuilder),
    Category(StringDictionaryBuilder<Int32Type>),
    Integer(Int64Builder),
    Decimal(Float64Builder),
    Flag(BooleanBuilder),
    Moment(TimestampMicrosecondBuilder),
}

impl ColumnBuilder {
    fn new(holds: ColumnType) -> Self {
        match holds {
            ColumnType::Text | ColumnType::Prose => ColumnBuilder::Text(StringBuilder::new()),
            ColumnType::Category => ColumnBuilder::Category(StringDictionaryBuilder::new()),
            ColumnType::Integer => ColumnBuilder::Integer(Int64Builder::new()),
            ColumnType::Decimal => ColumnBuilder::Decimal(Float64Builder::new()),
            ColumnType::Flag => ColumnBuilder::Flag(BooleanBuilder::new()),
            ColumnType::Moment => ColumnBuilder::Moment(TimestampMicrosecondBuilder::new()),
        }
    }

    /// A cell that does not fit its column is nothing: a column has one type.
    fn append(&mut self, cell: &Cell<'_>) {
        match self {
            ColumnBuilder::Text(builder) => match cell {
                Cell::Text(text) => builder.append_value(text),
                _ => builder.append_null(),
            },
            ColumnBuilder::Category(builder) => match cell {
                Cell::Text(text) => builder.append_value(text),
                _ => builder.append_null(),
            },
            ColumnBuilder::Integer(builder) => match cell {
                Cell::Integer(number) => builder.append_value(*number),
                _ => builder.append_null(),
            },
            ColumnBuilder::Decimal(builder) => match cell {
                Cell::Decimal(number) => builder.append_value(*number),
                _ => builder.append_null(),
            },
            ColumnBuilder::Flag(builder) => match cell {
                Cell::Flag(flag) => builder.append_value(*flag),
                _ => builder.append_null(),
            },
            ColumnBuilder::Moment(builder) => match cell {
                Cell::Moment(moment) => builder.append_option(microseconds(*moment)),
                _ => builder.append_null(),
            },
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            ColumnBuilder::Text(builder) => ArrayBuilder::finish(builder),
            ColumnBuilder::Category(builder) => ArrayBuilder::finish(builder),
            ColumnBuilder::Integer(builder) => ArrayBuilder::finish(builder),
            ColumnBuilder::Decimal(builder) => ArrayBuilder::finish(builder),
            ColumnBuilder::Flag(builder) => ArrayBuilder::finish(builder),
            ColumnBuilder::Moment(builder) => ArrayBuilder::finish(builder),
        }
    }
}

/// A civil time as microseconds since 1970, as if in UTC: what a timestamp without time zone is.
fn microseconds(moment: jiff::civil::DateTime) -> Option<i64> {
    jiff::tz::TimeZone::UTC.to_timestamp(moment).ok().map(jiff::Timestamp::as_microsecond)
}

struct BatchSink<'a, 'w> {
    file: &'a mut FrameFile<'w>,
    builders: &'a mut Vec<ColumnBuilder>,
    records: &'a [Record],
    rows: usize,
    written: usize,
}

impl RowSink for BatchSink<'_, '_> {
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), ExportError> {
        for (builder, cell) in self.builders.iter_mut().zip(cells) {
            builder.append(cell);
        }
        self.rows += 1;
        if self.rows == BATCH { self.flush() } else { Ok(()) }
    }
}

impl BatchSink<'_, '_> {
    fn flush(&mut self) -> Result<(), ExportError> {
        if self.rows == 0 {
            return Ok(());
        }
        let range = self.written..self.written + self.rows;
        let mut columns: Vec<ArrayRef> = self.builders.iter_mut().map(ColumnBuilder::finish).collect();
        let records = self.records.get(range.clone()).unwrap_or_default();
        let mut phases = StringBuilder::new();
        let mut respondents = StringBuilder::new();
        for record in records {
            phases.append_option(record.answer.phase.as_deref());
            respondents.append_option(record.answer.respondent.as_ref().map(|respondent| respondent.0.as_str()));
        }
        columns.push(Arc::new(phases.finish()));
        columns.push(Arc::new(respondents.finish()));
        columns.push(codes(records, |record| &record.tagging.themes));
        columns.push(codes(records, |record| &record.tagging.topics));
        columns.push(codes(records, |record| &record.tagging.patterns));
        let Range { end, .. } = range;
        self.written = end;
        self.rows = 0;
        self.file.write(columns)
    }
}

fn codes(records: &[Record], tags: impl Fn(&Record) -> &[Tag]) -> ArrayRef {
    let mut builder = ListBuilder::new(StringBuilder::new());
    for record in records {
        for tag in tags(record) {
            builder.values().append_value(&tag.code);
        }
        builder.append(true);
    }
    Arc::new(builder.finish())
}
