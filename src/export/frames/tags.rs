//! `tags.parquet`: one row per answer and code, with all its places in the text.

use std::io::Write;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, Float64Builder, Int32Builder, ListBuilder, StringBuilder, StringDictionaryBuilder, StructBuilder,
};
use arrow::datatypes::{DataType, Field, Fields, Int32Type};

use super::{BATCH, FrameFile, Frames};
use crate::codebook::Level;
use crate::export::ExportError;
use crate::export::answers::verdict_id;
use crate::export::source::level_id;
use crate::export::tags::{set_by, setter_id, tags_of};
use crate::record::{Analysis, Record};
use crate::span::Span;
use crate::tag::{Basis, Tag};

fn dictionary() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

fn span_fields() -> Fields {
    Fields::from(vec![Field::new("start", DataType::Int32, true), Field::new("end", DataType::Int32, true)])
}

fn fields() -> Vec<Field> {
    vec![
        Field::new("answer_id", DataType::Utf8, false),
        Field::new("level", dictionary(), false),
        Field::new("code", dictionary(), false),
        Field::new("name", dictionary(), false),
        Field::new("score", DataType::Float64, false),
        Field::new("threshold", DataType::Float64, true),
        Field::new("set_by", dictionary(), false),
        Field::new("who", dictionary(), true),
        Field::new("verdict", dictionary(), true),
        Field::new("verdict_score", DataType::Float64, true),
        Field::new("basis", dictionary(), true),
        Field::new_list("spans", Field::new_list_field(DataType::Struct(span_fields()), true), false),
        Field::new_list("evidence", Field::new_list_field(DataType::Utf8, true), false),
    ]
}

/// The file in the making.
pub(super) struct Tags<'f, 'w> {
    frames: &'f Frames<'f>,
    file: FrameFile<'w>,
    rows: Rows,
}

impl<'f, 'w> Tags<'f, 'w> {
    pub(super) fn start(frames: &'f Frames<'f>, output: &'w mut (dyn Write + Send)) -> Result<Self, ExportError> {
        Ok(Tags { frames, file: FrameFile::start("tags", fields(), frames, output)?, rows: Rows::new() })
    }

    pub(super) fn write(&mut self, part: &Analysis) -> Result<(), ExportError> {
        for (row, record) in part.records.iter().enumerate() {
            for (level, tag, spans) in tags_of(record) {
                self.rows.append((self.frames, part), (row, record), (level, tag, spans));
                if self.rows.count == BATCH {
                    self.file.write(self.rows.finish())?;
                }
            }
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<(), ExportError> {
        self.file.write(self.rows.finish())?;
        self.file.finish()
    }
}

struct Rows {
    count: usize,
    answers: StringBuilder,
    levels: StringDictionaryBuilder<Int32Type>,
    codes: StringDictionaryBuilder<Int32Type>,
    names: StringDictionaryBuilder<Int32Type>,
    scores: Float64Builder,
    thresholds: Float64Builder,
    setters: StringDictionaryBuilder<Int32Type>,
    people: StringDictionaryBuilder<Int32Type>,
    verdicts: StringDictionaryBuilder<Int32Type>,
    verdict_scores: Float64Builder,
    bases: StringDictionaryBuilder<Int32Type>,
    spans: ListBuilder<StructBuilder>,
    evidence: ListBuilder<StringBuilder>,
}

impl Rows {
    fn new() -> Self {
        Rows {
            count: 0,
            answers: StringBuilder::new(),
            levels: StringDictionaryBuilder::new(),
            codes: StringDictionaryBuilder::new(),
            names: StringDictionaryBuilder::new(),
            scores: Float64Builder::new(),
            thresholds: Float64Builder::new(),
            setters: StringDictionaryBuilder::new(),
            people: StringDictionaryBuilder::new(),
            verdicts: StringDictionaryBuilder::new(),
            verdict_scores: Float64Builder::new(),
            bases: StringDictionaryBuilder::new(),
            spans: ListBuilder::new(StructBuilder::from_fields(span_fields(), 0)),
            evidence: ListBuilder::new(StringBuilder::new()),
        }
    }

    fn append(
        &mut self,
        (frames, part): (&Frames<'_>, &Analysis),
        (row, record): (usize, &Record),
        (level, tag, spans): (Level, &Tag, Vec<Span>),
    ) {
        self.count += 1;
        self.answers.append_value(&record.answer.id.0);
        self.levels.append_value(level_id(level));
        self.codes.append_value(&tag.code);
        self.names.append_value(frames.codebook.name(level, &tag.code, frames.language));
        self.scores.append_value(tag.score.value());
        let threshold = part.thresholds.get(&(level, tag.code.clone()));
        self.thresholds.append_option(threshold.map(|threshold| threshold.value()));
        let person = set_by(part, row, level, &tag.code);
        self.setters.append_value(setter_id(person));
        self.people.append_option(person);
        let verdict = record.tagging.verdicts.iter().find(|verdict| verdict.topic == tag.code);
        let verdict = verdict.filter(|_| level == Level::Topic);
        self.verdicts.append_option(verdict.map(|verdict| verdict_id(verdict.verdict)));
        self.verdict_scores.append_option(verdict.map(|verdict| verdict.score.value()));
        self.bases.append_option(verdict.map(|verdict| match verdict.basis {
            Basis::Stated => "stated",
            Basis::Presupposed => "presupposed",
            Basis::Reported => "reported",
        }));
        for span in spans {
            self.append_span(span);
            self.evidence.values().append_value(span.slice(&record.shown));
        }
        self.spans.append(true);
        self.evidence.append(true);
    }

    fn append_span(&mut self, span: Span) {
        let whole = |position: u32| i32::try_from(position).unwrap_or(i32::MAX);
        let pair = self.spans.values();
        for (field, position) in [(0, span.start), (1, span.end)] {
            // Both fields are made with this type above.
            if let Some(builder) = pair.field_builder::<Int32Builder>(field) {
                builder.append_value(whole(position));
            }
        }
        pair.append(true);
    }

    fn finish(&mut self) -> Vec<ArrayRef> {
        self.count = 0;
        vec![
            Arc::new(self.answers.finish()),
            Arc::new(self.levels.finish()),
            Arc::new(self.codes.finish()),
            Arc::new(self.names.finish()),
            Arc::new(self.scores.finish()),
            Arc::new(self.thresholds.finish()),
            Arc::new(self.setters.finish()),
            Arc::new(self.people.finish()),
            Arc::new(self.verdicts.finish()),
            Arc::new(self.verdict_scores.finish()),
            Arc::new(self.bases.finish()),
            Arc::new(self.spans.finish()),
            Arc::new(self.evidence.finish()),
        ]
    }
}
