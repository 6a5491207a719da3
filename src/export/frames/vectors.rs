//! `vectors.parquet`: one row per answer, in the order of `answers.parquet`.

use std::io::Write;
use std::sync::Arc;

use arrow::array::{FixedSizeListBuilder, Float32Builder, StringBuilder};
use arrow::datatypes::{DataType, Field};

use super::{BATCH, FrameFile, Frames};
use crate::encode::Encoder;
use crate::export::ExportError;
use crate::record::{Analysis, Record};
use crate::text::mend;

/// The file in the making; the texts are mended first, as `innspill embed` mends them.
pub(super) struct Vectors<'e, 'w> {
    file: FrameFile<'w>,
    encoder: &'e dyn Encoder,
    dimension: i32,
}

impl<'e, 'w> Vectors<'e, 'w> {
    pub(super) fn start(
        frames: &Frames<'_>,
        encoder: &'e dyn Encoder,
        output: &'w mut (dyn Write + Send),
    ) -> Result<Self, ExportError> {
        let dimension = i32::try_from(encoder.dimension()).unwrap_or(i32::MAX);
        let fields = vec![
            Field::new("id", DataType::Utf8, false),
            Field::new_fixed_size_list("vector", Field::new_list_field(DataType::Float32, true), dimension, false),
        ];
        Ok(Vectors { file: FrameFile::start("vectors", fields, frames, output)?, encoder, dimension })
    }

    pub(super) fn write(&mut self, part: &Analysis) -> Result<(), ExportError> {
        part.records.chunks(BATCH).try_for_each(|records| self.batch(records))
    }

    pub(super) fn finish(self) -> Result<(), ExportError> {
        self.file.finish()
    }

    fn batch(&mut self, records: &[Record]) -> Result<(), ExportError> {
        let mended: Vec<_> = records.iter().map(|record| mend(&record.shown)).collect();
        let texts: Vec<&str> = mended.iter().map(|mended| mended.text()).collect();
        let vectors = self.encoder.encode(&texts)?;
        let mut ids = StringBuilder::new();
        let mut rows = FixedSizeListBuilder::new(Float32Builder::new(), self.dimension);
        for (record, vector) in records.iter().zip(vectors.rows()) {
            ids.append_value(&record.answer.id.0);
            rows.values().append_slice(vector);
            rows.append(true);
        }
        self.file.write(vec![Arc::new(ids.finish()), Arc::new(rows.finish())])
    }
}
