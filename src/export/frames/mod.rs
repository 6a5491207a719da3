//! Parquet files for data frames: `answers`, `tags`, `clusters`, `vectors`.
//!
//! The schema is that of docs/export.md; [`SCHEMA_VERSION`] goes up when a column changes its name, type or meaning,
//! not when one is added. Rows are written in batches, so that memory does not grow with their number.

mod answers;
mod clusters;
mod tags;
mod vectors;

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::folder::{Staging, Target};
use super::parts::Parts;
use super::{ExportError, Written};
use crate::codebook::Codebook;
use crate::encode::Encoder;
use crate::text::Language;

/// Version of the schema of all four files; it stands in each file's metadata.
pub const SCHEMA_VERSION: &str = "1";

/// Rows that are turned into columns at a time.
const BATCH: usize = 4_096;

/// Rows of a row group: what a reader must take in at once, and what the writer holds.
const ROW_GROUP: usize = 32_768;

/// What the files are made from.
#[derive(Clone, Copy)]
pub struct Frames<'a> {
    /// The answers.
    pub parts: &'a dyn Parts,
    /// Their codes.
    pub codebook: &'a Codebook,
    /// Language of the codes' names.
    pub language: Language,
}

/// Writes the four files into a folder, over what an earlier export has left there. Vectors are made anew by `encoder`,
/// as `innspill embed` makes them.
///
/// # Errors
/// When a file cannot be written, or the encoder fails.
pub fn write_frames(folder: &Path, frames: Frames<'_>, encoder: &dyn Encoder) -> Result<Written, ExportError> {
    let staging = Staging::begin(&Target::Flat(folder.to_path_buf()))?;
    staging.file("clusters.parquet", |output| clusters::write(&frames, output))?;
    staging.file("answers.parquet", |answers| {
        staging.file("tags.parquet", |tags| {
            staging.file("vectors.parquet", |vectors| {
                let mut answers = answers::Answers::start(&frames, answers)?;
                let mut tags = tags::Tags::start(&frames, tags)?;
                let mut vectors = vectors::Vectors::start(&frames, encoder, vectors)?;
                frames.parts.each(&mut |part| {
                    answers.write(part)?;
                    tags.write(part)?;
                    vectors.write(part)
                })?;
                answers.finish()?;
                tags.finish()?;
                vectors.finish()
            })
        })
    })?;
    let files = staging.written();
    let folder = staging.publish()?;
    Ok(Written { report: folder.clone(), folder, files })
}

/// A Parquet file that is being written.
struct FrameFile<'w> {
    writer: ArrowWriter<&'w mut (dyn Write + Send)>,
    schema: SchemaRef,
}

impl<'w> FrameFile<'w> {
    fn start(
        table: &str,
        fields: Vec<Field>,
        frames: &Frames<'_>,
        output: &'w mut (dyn Write + Send),
    ) -> Result<Self, ExportError> {
        let heading = &frames.codebook.codebook;
        let metadata: std::collections::HashMap<String, String> = [
            ("innspill.schema_version", SCHEMA_VERSION.to_owned()),
            ("innspill.table", table.to_owned()),
            ("innspill.codebook", format!("{} {}", heading.id, heading.version)),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect();
        let schema = Arc::new(Schema::new(fields).with_metadata(metadata.clone()));
        let mut pairs: Vec<_> = metadata.into_iter().collect();
        pairs.sort();
        let pairs = pairs.into_iter().map(|(key, value)| parquet::file::metadata::KeyValue::new(key, value)).collect();
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_dictionary_enabled(true)
            .set_max_row_group_row_count(Some(ROW_GROUP))
            .set_created_by(format!("innspill {}", env!("CARGO_PKG_VERSION")))
            .set_key_value_metadata(Some(pairs))
            .build();
        // The schema of Arrow is stored as it is without its metadata, whose order would differ from run to run.
        let stored = Arc::new(Schema::new(schema.fields().clone()));
        let writer = ArrowWriter::try_new(output, Arc::clone(&stored), Some(properties))?;
        Ok(FrameFile { writer, schema: stored })
    }

    fn write(&mut self, columns: Vec<ArrayRef>) -> Result<(), ExportError> {
        let batch =
            RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(parquet::errors::ParquetError::from)?;
        self.writer.write(&batch)?;
        Ok(())
    }

    fn finish(self) -> Result<(), ExportError> {
        self.writer.close()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs::File;

    use arrow::array::{Array, AsArray};
    use arrow::datatypes::{Float32Type, Int64Type};
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    use super::super::fixture;
    use super::super::parts::Whole;
    use super::*;
    use crate::encode::{EncoderChoice, open};

    fn read(path: &Path) -> (Vec<RecordBatch>, BTreeMap<String, String>) {
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
        let pairs = reader.metadata().file_metadata().key_value_metadata().unwrap().clone();
        let pairs = pairs.into_iter().filter_map(|pair| Some((pair.key, pair.value?))).collect();
        (reader.build().unwrap().map(Result::unwrap).collect(), pairs)
    }

    #[test]
    fn the_files_hold_what_the_answers_hold_and_are_the_same_every_time() {
        let analysis = fixture::analysis(60);
        let codebook = fixture::codebook();
        let parts = Whole::new(&analysis);
        let frames = Frames { parts: &parts, codebook: &codebook, language: Language::Nb };
        let encoder = open(&EncoderChoice::Embedded).unwrap();
        let place = tempfile::tempdir().unwrap();
        let (first, second) = (place.path().join("a"), place.path().join("b"));
        write_frames(&first, frames, encoder.as_ref()).unwrap();
        write_frames(&second, frames, encoder.as_ref()).unwrap();
        for name in ["answers", "tags", "clusters", "vectors"] {
            let file = format!("{name}.parquet");
            assert!(std::fs::read(first.join(&file)).unwrap() == std::fs::read(second.join(&file)).unwrap(), "{file}");
            let (_, pairs) = read(&first.join(&file));
            assert_eq!(pairs["innspill.schema_version"], SCHEMA_VERSION);
            assert_eq!(pairs["innspill.table"], name);
        }

        let (answers, _) = read(&first.join("answers.parquet"));
        assert_eq!(answers.iter().map(RecordBatch::num_rows).sum::<usize>(), 60);
        let texts = answers[0].column_by_name("text").unwrap().as_string::<i32>();
        assert_eq!(texts.value(0), analysis.records[0].shown);
        let age = answers[0].column_by_name("alder").unwrap().as_primitive::<Int64Type>();
        assert_eq!(age.value(3), 23);
        let flags = answers[0].column_by_name("theme_collaboration").unwrap().as_boolean();
        assert!(flags.value(0) && flags.is_null(11), "empty where nothing was decided");
        let topics = answers[0].column_by_name("topics").unwrap().as_list::<i32>().value(8);
        assert_eq!(topics.as_string::<i32>().value(1), "leadership/delegation");

        let (tags, _) = read(&first.join("tags.parquet"));
        let evidence = tags[0].column_by_name("evidence").unwrap().as_list::<i32>().value(0);
        assert_eq!(evidence.as_string::<i32>().value(0), "siloene");
        let expected: usize = (analysis.records.iter())
            .map(|record| record.tagging.themes.len() + record.tagging.topics.len() + record.tagging.patterns.len())
            .sum();
        assert_eq!(tags.iter().map(RecordBatch::num_rows).sum::<usize>(), expected);

        let (vectors, _) = read(&first.join("vectors.parquet"));
        let rows = vectors[0].column_by_name("vector").unwrap().as_fixed_size_list();
        let own = encoder.encode(&[analysis.records[5].shown.as_str()]).unwrap();
        assert_eq!(rows.value(5).as_primitive::<Float32Type>().values(), own.row(0));
        let (clusters, _) = read(&first.join("clusters.parquet"));
        assert_eq!(clusters[0].num_rows(), 3);
    }
}
