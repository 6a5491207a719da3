//! Bounds around a parser that we did not write: it may panic, run for ever, or unpack a little to a lot.

use std::io::Read;
use std::panic;
use std::sync::Once;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use flate2::read::ZlibDecoder;

use super::PdfProblem;

/// How long taking a file apart may last. A thread cannot be stopped; one that is late is left to itself.
const DEADLINE: Duration = Duration::from_secs(60);

/// Room for deeply nested objects; the parser bounds their depth.
const STACK: usize = 64 * 1024 * 1024;

/// The most bytes that all object streams may unpack to, since they are kept in memory at once.
const OBJECTS_LIMIT: u64 = 512 * 1024 * 1024;

/// The most object streams of an encrypted file, whose sizes are not known beforehand.
const MOST_ENCRYPTED_OBJECT_STREAMS: usize = 64;

const THREAD: &str = "pdf";

/// Runs `read` on the bytes in a thread of its own; a panic there is a damaged file.
pub(super) fn within_bounds<T: Send + 'static>(
    bytes: Vec<u8>,
    read: fn(&[u8]) -> Result<T, PdfProblem>,
) -> Result<T, PdfProblem> {
    check_object_streams(&bytes)?;
    keep_panics_quiet();
    let (sender, receiver) = mpsc::channel();
    let worker = thread::Builder::new().name(THREAD.to_owned()).stack_size(STACK).spawn(move || {
        // The receiver is gone where the deadline is past.
        let _ = sender.send(read(&bytes));
    });
    if worker.is_err() {
        return Err(PdfProblem::TooLarge);
    }
    match receiver.recv_timeout(DEADLINE) {
        Ok(result) => result,
        Err(RecvTimeoutError::Timeout) => Err(PdfProblem::TooSlow),
        // The sender was dropped without a word: the thread panicked.
        Err(RecvTimeoutError::Disconnected) => Err(PdfProblem::Damaged),
    }
}

/// A panic in the reading thread becomes an error; its message would be noise, and may hold words of the file.
fn keep_panics_quiet() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |information| {
            if thread::current().name() != Some(THREAD) {
                before(information);
            }
        }));
    });
}

/// Unpacks the object streams once without keeping them: each is bounded by the parser, all of them together are not.
fn check_object_streams(bytes: &[u8]) -> Result<(), PdfProblem> {
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
    fn a_panic_is_a_damaged_file() {
        let panics = |_: &[u8]| -> Result<(), PdfProblem> { panic!("inside") };
        assert_eq!(within_bounds(vec![1], panics), Err(PdfProblem::Damaged));
        assert_eq!(within_bounds(vec![1, 2], |bytes| Ok(bytes.len())), Ok(2));
    }

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
        assert_eq!(check_object_streams(&one), Ok(()));
        assert_eq!(check_object_streams(&one.repeat(14)), Err(PdfProblem::TooLarge));
    }
}
