//! How much a PDF's object streams unpack to.

use std::io::Read;

use flate2::read::ZlibDecoder;

use super::PdfProblem;

/// The most bytes that all object streams may unpack to, since they are kept in memory at once.
const OBJECTS_LIMIT: u64 = 512 * 1024 * 1024;

/// The most object streams of an encrypted file, whose sizes are not known beforehand.
const MOST_ENCRYPTED_OBJECT_STREAMS: usize = 64;

/// Unpacks the object streams once without keeping them: each is bounded by the parser, all of them together are not.
pub(super) fn check_size(bytes: &[u8]) -> Result<(), PdfProblem> {
    let encrypted = memchr::memmem::find(bytes, b"/Encrypt").is_some();
    let mut unpacked: u64 = 0;
    let mut streams = 0;
    for found in memchr::memmem::find_iter(bytes, b"/ObjStm") {
        streams += 1;
        if encrypted {
            if streams > MOST_ENCRYPTED_OBJECT_STREAMS {
                return Err(PdfProblem::TooLarge);
            }
            continue;
        }
        let rest = bytes.get(found..).unwrap_or_default();
        let Some(start) = memchr::memmem::find(rest.get(..4096.min(rest.len())).unwrap_or_default(), b"stream") else {
            continue;
        };
        let data = rest.get(start + b"stream".len()..).unwrap_or_default();
        let data = data.strip_prefix(b"\r").unwrap_or(data);
        let data = data.strip_prefix(b"\n").unwrap_or(data);
        let left = OBJECTS_LIMIT.saturating_sub(unpacked).saturating_add(1);
        let mut sink = Counter(0);
        // What is damaged counts as far as it unpacks.
        let _ = std::io::copy(&mut ZlibDecoder::new(data).take(left), &mut sink);
        unpacked = unpacked.saturating_add(sink.0);
        if unpacked > OBJECTS_LIMIT {
            return Err(PdfProblem::TooLarge);
        }
    }
    Ok(())
}

/// Counts bytes, also those before an error.
struct Counter(u64);

impl std::io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_streams_that_unpack_to_more_than_memory_are_refused() {
        use std::io::Write;
        let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        let zeros = vec![0; 1 << 20];
        for _ in 0..40 {
            packed.write_all(&zeros).unwrap();
        }
        let packed = packed.finish().unwrap();
        let one = [b"<</Type/ObjStm>>stream\r\n".as_slice(), &packed, b"endstream "].concat();
        assert_eq!(check_size(&one), Ok(()));
        assert_eq!(check_size(&one.repeat(14)), Err(PdfProblem::TooLarge));
    }
}
