//! `clusters.parquet`: one row per group of alike answers, largest first.

use std::io::Write;
use std::sync::Arc;

use arrow::array::{Int64Builder, ListBuilder, StringBuilder};
use arrow::datatypes::{DataType, Field};

use super::{FrameFile, Frames};
use crate::export::ExportError;
use crate::record::Analysis;

/// Writes the file.
pub(super) fn write(frames: &Frames<'_>, output: &mut (dyn Write + Send)) -> Result<(), ExportError> {
    let texts = |name: &str| Field::new_list(name, Field::new_list_field(DataType::Utf8, true), false);
    let fields = vec![
        Field::new("cluster_id", DataType::Int64, false),
        Field::new("label", DataType::Utf8, false),
        Field::new("size", DataType::Int64, false),
        texts("quote_ids"),
        texts("quotes"),
    ];
    let mut file = FrameFile::start("clusters", fields, frames, output)?;
    let (mut ids, mut labels, mut sizes) = (Int64Builder::new(), StringBuilder::new(), Int64Builder::new());
    let mut quote_ids = ListBuilder::new(StringBuilder::new());
    let mut quotes = ListBuilder::new(StringBuilder::new());
    let nothing = Analysis::default();
    let analysis = frames.parts.clustered().unwrap_or(&nothing);
    for cluster in &analysis.clusters {
        ids.append_value(i64::from(cluster.id));
        labels.append_value(&cluster.label);
        sizes.append_value(i64::try_from(cluster.size).unwrap_or(i64::MAX));
        for record in cluster.quotes.iter().filter_map(|&row| analysis.records.get(row)) {
            quote_ids.values().append_value(&record.answer.id.0);
            quotes.values().append_value(&record.shown);
        }
        quote_ids.append(true);
        quotes.append(true);
    }
    file.write(vec![
        Arc::new(ids.finish()),
        Arc::new(labels.finish()),
        Arc::new(sizes.finish()),
        Arc::new(quote_ids.finish()),
        Arc::new(quotes.finish()),
    ])?;
    file.finish()
}
