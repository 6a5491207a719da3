//! `.qdpx`: the project's XML and its documents in one archive, the same bytes every time.

use std::io::{BufWriter, Seek, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::codings::Coder;
use super::documents::{document, outlines};
use super::project::{Parts, note_guid, write_project_xml};
use super::{QdaProject, QdaWritten};
use crate::codebook::guid::guid;
use crate::export::ExportError;
use crate::export::qda::codes::CodeTree;

/// Writes a project. The documents come first, one at a time, then `project.qde`; all times in the archive are fixed.
///
/// # Errors
/// When `output` fails, or the codebook has no codes.
pub fn write_project<W: Write + Seek>(project: &QdaProject<'_>, output: W) -> Result<QdaWritten, ExportError> {
    let tree = CodeTree::new(project.codebook, project.language);
    if tree.roots.is_empty() {
        return Err(ExportError::NoCodes);
    }
    let outlines = outlines(project);
    let heading = &project.codebook.codebook;
    let coder =
        Coder { analysis: project.analysis, tree: &tree, codebook: format!("{} {}", heading.id, heading.version) };
    let parts = Parts { project, tree: &tree, coder: &coder, outlines: &outlines };

    let mut archive = ZipWriter::new(output);
    for outline in &outlines {
        archive.start_file(source_path(&outline.guid), options())?;
        archive.write_all(document(project, outline).text.as_bytes())?;
    }
    archive.start_file(source_path(&log_guid(project)), options())?;
    archive.write_all(parts.log().as_bytes())?;
    for (position, note) in project.analysis.review.notes.iter().enumerate() {
        archive.start_file(source_path(&note_guid(position, note)), options())?;
        archive.write_all(note.note.replace("\r\n", "\n").as_bytes())?;
    }
    archive.start_file("project.qde", options())?;
    let mut buffered = BufWriter::with_capacity(1 << 16, &mut archive);
    let codings = write_project_xml(&parts, &mut buffered)?;
    buffered.flush()?;
    drop(buffered);
    archive.finish()?.flush()?;
    Ok(QdaWritten { documents: outlines.len(), codings })
}

/// The id of the note that holds the run's log.
pub(super) fn log_guid(project: &QdaProject<'_>) -> String {
    guid("note", &[&project.description.title, "log"])
}

/// In the archive; in the XML the folder is left out (section 8.3 of the standard).
fn source_path(guid: &str) -> String {
    format!("sources/{guid}.txt")
}

fn options() -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::DEFAULT)
        .unix_permissions(0o644)
        .large_file(false)
}
