//! ZIP files that may lie about how much they hold.

use std::io::{Cursor, Read};

use super::IngestError;
use super::delimited::Source;

/// The most megabytes that a workbook or document may unpack to.
pub(super) const UNPACKED_LIMIT: u64 = 1024;

/// Deflate makes nothing smaller than this share, so smaller files cannot unpack beyond the limit.
const HIGHEST_RATIO: u64 = 1032;

/// Why a ZIP cannot be unpacked.
pub(super) enum ZipProblem {
    /// It is not a ZIP, or is damaged.
    Damaged,
    /// It holds more than [`UNPACKED_LIMIT`].
    TooLarge,
}

/// Reads a whole file into memory, up to `megabytes`.
pub(super) fn read_whole(source: &mut Source, name: &str, megabytes: u64) -> Result<Vec<u8>, IngestError> {
    let limit = megabytes * 1024 * 1024;
    let mut bytes = Vec::new();
    source
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|cause| IngestError::Unreadable { file: name.to_owned(), cause })?;
    if bytes.len() as u64 > limit {
        return Err(IngestError::TooLarge { file: name.to_owned(), limit: megabytes });
    }
    Ok(bytes)
}

/// Unpacks a large ZIP once without keeping it, since the sizes that it states may lie.
pub(super) fn check_unpacked_size(bytes: &[u8]) -> Result<(), ZipProblem> {
    let limit = UNPACKED_LIMIT * 1024 * 1024;
    if (bytes.len() as u64).saturating_mul(HIGHEST_RATIO) <= limit {
        return Ok(());
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| ZipProblem::Damaged)?;
    let mut unpacked = 0;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|_| ZipProblem::Damaged)?;
        let left = limit.saturating_sub(unpacked).saturating_add(1);
        unpacked += std::io::copy(&mut entry.take(left), &mut std::io::sink()).map_err(|_| ZipProblem::Damaged)?;
        if unpacked > limit {
            return Err(ZipProblem::TooLarge);
        }
    }
    Ok(())
}

/// One entry as text, up to `limit` bytes; none where there is no such entry.
pub(super) fn entry(bytes: &[u8], path: &str, limit: u64) -> Result<Option<String>, ZipProblem> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| ZipProblem::Damaged)?;
    let entry = match archive.by_name(path) {
        Ok(entry) => entry,
        Err(zip::result::ZipError::FileNotFound) => return Ok(None),
        Err(_) => return Err(ZipProblem::Damaged),
    };
    let mut text = Vec::new();
    entry.take(limit + 1).read_to_end(&mut text).map_err(|_| ZipProblem::Damaged)?;
    if text.len() as u64 > limit {
        return Err(ZipProblem::TooLarge);
    }
    String::from_utf8(text).map(Some).map_err(|_| ZipProblem::Damaged)
}
