//! The output's columns: the keys of the tag JSON, typed.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, Float64Builder, Int32Array, ListArray, MapBuilder, MapFieldNames, NullBufferBuilder, StringBuilder,
    StructArray,
};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, Fields};
use arrow::error::ArrowError;
use innspill::codebook::Codebook;
use innspill::score::Score;
use innspill::span::Span;
use innspill::tag::{Labelling, Tag, Tagging, TopicVerdict};
use serde::Serialize;

use super::{list_of, required};

/// The name that JSON gives a value of a plain enum.
fn name<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

fn span_fields() -> Fields {
    vec![required("start", DataType::Int32), required("end", DataType::Int32)].into()
}

fn tag_fields(with_spans: bool) -> Fields {
    let mut fields = vec![required("code", DataType::Utf8), required("score", DataType::Float64)];
    if with_spans {
        fields.push(required("spans", list_of(span_fields())));
    }
    fields.into()
}

fn verdict_fields() -> Fields {
    vec![
        required("topic", DataType::Utf8),
        required("verdict", DataType::Utf8),
        required("score", DataType::Float64),
        required("basis", DataType::Utf8),
        required("spans", list_of(span_fields())),
    ]
    .into()
}

/// Names as Arrow's own specification gives them; Spark and DuckDB read maps by place.
fn map_type() -> DataType {
    let entry = vec![required("key", DataType::Utf8), required("value", DataType::Float64)];
    DataType::Map(Arc::new(required("entries", DataType::Struct(entry.into()))), false)
}

fn map_builder() -> MapBuilder<StringBuilder, Float64Builder> {
    let names = MapFieldNames { entry: "entries".to_owned(), key: "key".to_owned(), value: "value".to_owned() };
    MapBuilder::new(Some(names), StringBuilder::new(), Float64Builder::new())
        .with_values_field(required("value", DataType::Float64))
}

/// Lists in the making: where each ends, and which are null.
struct Lists {
    ends: Vec<i32>,
    valid: NullBufferBuilder,
}

impl Lists {
    fn new() -> Self {
        Lists { ends: vec![0], valid: NullBufferBuilder::new(0) }
    }

    fn push(&mut self, length: Option<usize>) {
        let last = self.ends.last().copied().unwrap_or(0);
        // A batch holds a few thousand short lists.
        self.ends.push(last.saturating_add(i32::try_from(length.unwrap_or(0)).unwrap_or(i32::MAX)));
        self.valid.append(length.is_some());
    }

    fn finish(mut self, fields: Fields, arrays: Vec<ArrayRef>) -> Result<ArrayRef, ArrowError> {
        let entries = StructArray::try_new(fields.clone(), arrays, None)?;
        let field = Arc::new(Field::new_list_field(DataType::Struct(fields), false));
        let offsets = OffsetBuffer::new(self.ends.into());
        Ok(Arc::new(ListArray::try_new(field, offsets, Arc::new(entries), self.valid.finish())?))
    }
}

struct SpanLists {
    lists: Lists,
    starts: Vec<i32>,
    ends: Vec<i32>,
}

impl SpanLists {
    fn new() -> Self {
        SpanLists { lists: Lists::new(), starts: Vec::new(), ends: Vec::new() }
    }

    fn push(&mut self, spans: &[Span]) {
        // Texts are shorter than 2^31 code points: see the limit of a cell.
        let place = |position: u32| i32::try_from(position).unwrap_or(i32::MAX);
        self.lists.push(Some(spans.len()));
        self.starts.extend(spans.iter().map(|span| place(span.start)));
        self.ends.extend(spans.iter().map(|span| place(span.end)));
    }

    fn finish(self) -> Result<ArrayRef, ArrowError> {
        let arrays: Vec<ArrayRef> =
            vec![Arc::new(Int32Array::from(self.starts)), Arc::new(Int32Array::from(self.ends))];
        self.lists.finish(span_fields(), arrays)
    }
}

/// A column of lists of tags.
struct TagLists {
    lists: Lists,
    codes: StringBuilder,
    scores: Float64Builder,
    spans: Option<SpanLists>,
}

impl TagLists {
    fn new(with_spans: bool) -> Self {
        TagLists {
            lists: Lists::new(),
            codes: StringBuilder::new(),
            scores: Float64Builder::new(),
            spans: with_spans.then(SpanLists::new),
        }
    }

    fn push(&mut self, tags: Option<&[Tag]>) {
        self.lists.push(tags.map(<[Tag]>::len));
        for tag in tags.unwrap_or_default() {
            self.codes.append_value(&tag.code);
            self.scores.append_value(tag.score.value());
            if let Some(spans) = &mut self.spans {
                spans.push(&tag.spans);
            }
        }
    }

    fn finish(mut self) -> Result<ArrayRef, ArrowError> {
        let fields = tag_fields(self.spans.is_some());
        let mut arrays: Vec<ArrayRef> = vec![Arc::new(self.codes.finish()), Arc::new(self.scores.finish())];
        if let Some(spans) = self.spans {
            arrays.push(spans.finish()?);
        }
        self.lists.finish(fields, arrays)
    }
}

struct VerdictLists {
    lists: Lists,
    topics: StringBuilder,
    verdicts: StringBuilder,
    scores: Float64Builder,
    bases: StringBuilder,
    spans: SpanLists,
}

impl VerdictLists {
    fn new() -> Self {
        VerdictLists {
            lists: Lists::new(),
            topics: StringBuilder::new(),
            verdicts: StringBuilder::new(),
            scores: Float64Builder::new(),
            bases: StringBuilder::new(),
            spans: SpanLists::new(),
        }
    }

    fn push(&mut self, verdicts: Option<&[TopicVerdict]>) {
        self.lists.push(verdicts.map(<[TopicVerdict]>::len));
        for verdict in verdicts.unwrap_or_default() {
            self.topics.append_value(&verdict.topic);
            self.verdicts.append_value(name(&verdict.verdict));
            self.scores.append_value(verdict.score.value());
            self.bases.append_value(name(&verdict.basis));
            self.spans.push(&verdict.spans);
        }
    }

    fn finish(mut self) -> Result<ArrayRef, ArrowError> {
        let arrays: Vec<ArrayRef> = vec![
            Arc::new(self.topics.finish()),
            Arc::new(self.verdicts.finish()),
            Arc::new(self.scores.finish()),
            Arc::new(self.bases.finish()),
            self.spans.finish()?,
        ];
        self.lists.finish(verdict_fields(), arrays)
    }
}

type ScoreMap = MapBuilder<StringBuilder, Float64Builder>;

fn push_scores<'a>(
    map: &mut ScoreMap,
    scores: Option<impl Iterator<Item = (&'a String, &'a Score)>>,
) -> Result<(), ArrowError> {
    let is_there = scores.is_some();
    for (code, score) in scores.into_iter().flatten() {
        map.keys().append_value(code);
        map.values().append_value(score.value());
    }
    map.append(is_there)
}

/// Columns of a tagger with a codebook.
pub(super) struct TagColumns {
    languages: StringBuilder,
    outcomes: StringBuilder,
    themes: TagLists,
    topics: TagLists,
    verdicts: VerdictLists,
    patterns: TagLists,
    facets: BTreeMap<String, StringBuilder>,
    facets_valid: NullBufferBuilder,
    rows: usize,
    /// Themes, topics, patterns.
    scores: Option<[ScoreMap; 3]>,
    failed: Option<ArrowError>,
}

fn facet_fields(codebook: &Codebook) -> Fields {
    let ids: std::collections::BTreeSet<&str> = codebook.facets.iter().map(|facet| facet.id.as_str()).collect();
    ids.into_iter().map(|id| Field::new(id, DataType::Utf8, true)).collect()
}

fn score_fields() -> Fields {
    ["themes", "topics", "patterns"].into_iter().map(|level| Field::new(level, map_type(), true)).collect()
}

impl TagColumns {
    pub(super) fn fields(codebook: &Codebook, scores: bool) -> Vec<Field> {
        let column = |name: &str, data_type| Field::new(name, data_type, true);
        let mut fields = vec![
            column("lang", DataType::Utf8),
            column("outcome", DataType::Utf8),
            column("themes", list_of(tag_fields(false))),
            column("topics", list_of(tag_fields(true))),
            column("verdicts", list_of(verdict_fields())),
            column("patterns", list_of(tag_fields(true))),
            column("facets", DataType::Struct(facet_fields(codebook))),
        ];
        if scores {
            fields.push(column("all_scores", DataType::Struct(score_fields())));
        }
        fields
    }

    pub(super) fn new(codebook: &Codebook, scores: bool) -> Self {
        TagColumns {
            languages: StringBuilder::new(),
            outcomes: StringBuilder::new(),
            themes: TagLists::new(false),
            topics: TagLists::new(true),
            verdicts: VerdictLists::new(),
            patterns: TagLists::new(true),
            facets: codebook.facets.iter().map(|facet| (facet.id.clone(), StringBuilder::new())).collect(),
            facets_valid: NullBufferBuilder::new(0),
            rows: 0,
            scores: scores.then(|| [map_builder(), map_builder(), map_builder()]),
            failed: None,
        }
    }

    /// One row; none for a row that was passed over.
    pub(super) fn push(&mut self, tagging: Option<&Tagging>) {
        self.languages.append_option(tagging.map(|tagging| name(&tagging.language)));
        self.outcomes.append_option(tagging.map(|tagging| name(&tagging.outcome)));
        self.themes.push(tagging.map(|tagging| tagging.themes.as_slice()));
        self.topics.push(tagging.map(|tagging| tagging.topics.as_slice()));
        self.verdicts.push(tagging.map(|tagging| tagging.verdicts.as_slice()));
        self.patterns.push(tagging.map(|tagging| tagging.patterns.as_slice()));
        self.facets_valid.append(tagging.is_some());
        self.rows += 1;
        for (id, values) in &mut self.facets {
            values.append_option(tagging.and_then(|tagging| tagging.facets.get(id)).and_then(Option::as_deref));
        }
        if let Some([themes, topics, patterns]) = &mut self.scores {
            let all = tagging.map(|tagging| &tagging.all_scores);
            let pushed = push_scores(themes, all.map(|all| all.themes.iter()))
                .and_then(|()| push_scores(topics, all.map(|all| all.topics.iter())))
                .and_then(|()| push_scores(patterns, all.map(|all| all.patterns.iter())));
            self.failed = self.failed.take().or(pushed.err());
        }
    }

    pub(super) fn finish(mut self) -> Result<Vec<ArrayRef>, ArrowError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let fields: Fields = self.facets.keys().map(|id| Field::new(id, DataType::Utf8, true)).collect();
        let values: Vec<ArrayRef> =
            self.facets.into_values().map(|mut values| Arc::new(values.finish()) as ArrayRef).collect();
        let valid = self.facets_valid.finish();
        let facets = if values.is_empty() {
            StructArray::new_empty_fields(self.rows, valid)
        } else {
            StructArray::try_new(fields, values, valid)?
        };
        let mut arrays: Vec<ArrayRef> = vec![
            Arc::new(self.languages.finish()),
            Arc::new(self.outcomes.finish()),
            self.themes.finish()?,
            self.topics.finish()?,
            self.verdicts.finish()?,
            self.patterns.finish()?,
            Arc::new(facets),
        ];
        if let Some(maps) = self.scores {
            let maps: Vec<ArrayRef> = maps.into_iter().map(|mut map| Arc::new(map.finish()) as ArrayRef).collect();
            arrays.push(Arc::new(StructArray::try_new(score_fields(), maps, None)?));
        }
        Ok(arrays)
    }
}

/// Columns of a tagger that was trained on a human coding.
pub(super) struct LabelColumns {
    languages: StringBuilder,
    outcomes: StringBuilder,
    labels: TagLists,
    scores: Option<ScoreMap>,
    failed: Option<ArrowError>,
}

impl LabelColumns {
    pub(super) fn fields(scores: bool) -> Vec<Field> {
        let column = |name: &str, data_type| Field::new(name, data_type, true);
        let mut fields = vec![
            column("lang", DataType::Utf8),
            column("outcome", DataType::Utf8),
            column("labels", list_of(tag_fields(true))),
        ];
        if scores {
            fields.push(column("all_scores", map_type()));
        }
        fields
    }

    pub(super) fn new(scores: bool) -> Self {
        LabelColumns {
            languages: StringBuilder::new(),
            outcomes: StringBuilder::new(),
            labels: TagLists::new(true),
            scores: scores.then(map_builder),
            failed: None,
        }
    }

    /// One row; none for a row that was passed over.
    pub(super) fn push(&mut self, labelling: Option<&Labelling>) {
        self.languages.append_option(labelling.map(|labelling| name(&labelling.language)));
        self.outcomes.append_option(labelling.map(|labelling| name(&labelling.outcome)));
        self.labels.push(labelling.map(|labelling| labelling.labels.as_slice()));
        if let Some(map) = &mut self.scores {
            let pushed =
                push_scores(map, labelling.map(|labelling| labelling.all.iter().map(|(label, score)| (label, score))));
            self.failed = self.failed.take().or(pushed.err());
        }
    }

    pub(super) fn finish(mut self) -> Result<Vec<ArrayRef>, ArrowError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let mut arrays: Vec<ArrayRef> =
            vec![Arc::new(self.languages.finish()), Arc::new(self.outcomes.finish()), self.labels.finish()?];
        if let Some(mut map) = self.scores {
            arrays.push(Arc::new(map.finish()));
        }
        Ok(arrays)
    }
}
