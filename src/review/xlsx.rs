//! Sheets of a workbook as plain tables.

use std::io::{Cursor, Read};

use calamine::{Data, Reader, Xlsx};

use super::ReviewError;
use super::rows::{Row, Sheet};
use crate::ingest::guard::within_bounds;

/// How long taking a workbook apart may last.
const DEADLINE: std::time::Duration = std::time::Duration::from_secs(60);

/// Bytes that a file may unpack to.
pub const UNPACKED_LIMIT: u64 = 256 * 1024 * 1024;

/// Files that an archive may hold.
const MOST_FILES: usize = 20_000;

/// A named sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedSheet {
    /// As the workbook has it.
    pub name: String,
    /// Its cells.
    pub sheet: Sheet,
}

/// Reads all sheets of a workbook.
///
/// # Errors
/// [`ReviewError::File`] where it is damaged, locked or unpacks to too much.
pub fn read_workbook(file: &str, bytes: &[u8]) -> Result<Vec<NamedSheet>, ReviewError> {
    check_unpacked(file, bytes)?;
    let damaged =
        || ReviewError::file(file, "it is damaged, locked or not a workbook", "save it as .xlsx without a password");
    // The parser may panic on a damaged file: a row's number can be too large for it.
    let (name, bytes) = (file.to_owned(), bytes.to_vec());
    within_bounds(DEADLINE, move || sheets(&name, &bytes)).unwrap_or_else(|_| Err(damaged()))
}

fn sheets(file: &str, bytes: &[u8]) -> Result<Vec<NamedSheet>, ReviewError> {
    let damaged =
        || ReviewError::file(file, "it is damaged, locked or not a workbook", "save it as .xlsx without a password");
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    let names = workbook.sheet_names();
    names
        .into_iter()
        .map(|name| {
            let range = workbook.worksheet_range(&name).map_err(|_| damaged())?;
            let first = range.start().map_or(0, |(row, _)| u64::from(row));
            let mut rows =
                range.rows().zip(first + 1..).map(|(row, line)| Row { line, cells: row.iter().map(text).collect() });
            let header = rows.next().map(|row| row.cells).unwrap_or_default();
            let rows = rows.filter(|row| row.cells.iter().any(|cell| !cell.is_empty())).collect();
            Ok(NamedSheet { name, sheet: Sheet { header, rows } })
        })
        .collect()
}

fn text(cell: &Data) -> String {
    match cell {
        Data::Empty | Data::Error(_) => String::new(),
        // A cell of text keeps its line ends but not what surrounds it.
        Data::String(text) => text.replace("_x000D_", "").replace("\r\n", "\n").trim().to_owned(),
        other => other.to_string(),
    }
}

/// Unpacks an archive once without keeping it: the sizes that it states may lie.
///
/// # Errors
/// [`ReviewError::File`] where it is no archive, or unpacks to more than [`UNPACKED_LIMIT`].
pub fn check_unpacked(file: &str, bytes: &[u8]) -> Result<(), ReviewError> {
    let damaged = || ReviewError::file(file, "it is damaged or not what its name says", "export it anew");
    let too_large = || ReviewError::file(file, "it unpacks to more than 256 MB", "export less at a time");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    if archive.len() > MOST_FILES {
        return Err(too_large());
    }
    let mut unpacked = 0;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|_| damaged())?;
        let left = UNPACKED_LIMIT.saturating_sub(unpacked).saturating_add(1);
        unpacked += std::io::copy(&mut entry.take(left), &mut std::io::sink()).map_err(|_| damaged())?;
        if unpacked > UNPACKED_LIMIT {
            return Err(too_large());
        }
    }
    Ok(())
}
