//! `vectors.parquet`: one row per answer, in the order of `answers.parquet`.

use std::io::Write;
use std::sync::Arc;

use arrow::array::{FixedSizeListBuilder, Float32Builder, StringBuilder};
use arrow::datatypes::{DataType, Field};

use super::{BATCH, FrameFile, Frames};
use crate::encode::Encoder;
use crate::export::ExportError;
use crate::text::mend;

/// Writes the file; the texts are mended first, as `innspill embed` mends them.
pub(super) fn write(
    frames: &Frames<'_>,
    encoder: &dyn Encoder,
    output: &mut (dyn Write + Send),
) -> Result<(), ExportError> {
    let dimension = i32::try_from(encoder.dimension()).unwrap_or(i32::MAX);
    let fields = vec![
        Field::new("id", DataType::Utf8, false),
        Field::new_fixed_size_list("vector", Field::new_list_field(DataType::Float32, true), dimension, false),
    ];
    let mut file = FrameFile::start("vectors", fields, frames, output)?;
    for records in frames.analysis.records.chunks(BATCH) {
        let mended: Vec<_> = records.iter().map(|record| mend(&record.shown)).collect();
        let texts: Vec<&str> = mended.iter().map(|mended| mended.text()).collect();
        let vectors = encoder.encode(&texts)?;
        let mut ids = StringBuilder::new();
        let mut rows = FixedSizeListBuilder::new(Float32Builder::new(), dimension);
        for (record, vector) in records.iter().zip(vectors.rows()) {
            ids.append_value(&record.answer.id.0);
            rows.values().append_slice(vector);
            rows.append(true);
        }
        file.write(vec![Arc::new(ids.finish()), Arc::new(rows.finish())])?;
    }
    file.finish()
}
