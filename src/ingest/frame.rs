//! Columns of a data frame, which has names and types and no file.

use super::IngestError;
use super::columns;
use super::delimited::layout_error;
use super::layout::LayoutError;
use crate::settings::Source;

/// Where the columns stand that tagging needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameColumns {
    /// The free text.
    pub text: usize,
    /// How it was asked for.
    pub kind: Option<usize>,
    /// The row's id.
    pub id: Option<usize>,
}

/// Finds them by the same names as in a file, in Norwegian and English; `frame` is what errors call the frame.
///
/// # Errors
/// When no name, or more than one, says that its column is the text.
pub fn frame_columns(frame: &str, names: &[String]) -> Result<FrameColumns, IngestError> {
    let failed = |error| layout_error(error, frame, names);
    let layout = columns::decide(names, &[], &Source::default()).map_err(failed)?;
    match layout.texts.as_slice() {
        [text] => Ok(FrameColumns { text: *text, kind: layout.kind, id: layout.id }),
        _ => Err(failed(LayoutError::NoText)),
    }
}
