//! Bytes of any usual character set in, UTF-8 out, a buffer at a time.

use std::io::{self, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{CoderResult, Decoder, Encoding, MACINTOSH, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

const CHUNK: usize = 64 * 1024;

/// How many of the first non-ASCII bytes are waited for before a character set is settled.
const MOST_UNDECIDED: usize = 1024;

/// Below this many non-ASCII bytes, the detector's word is not taken for character sets that are rare here.
const ENOUGH_EVIDENCE: usize = 30;

/// Reads any text as UTF-8. Text that is UTF-8 already passes unchanged, bad bytes included, so that the rows that
/// hold them can be named.
pub(super) struct Transcoder<R> {
    inner: R,
    mode: Mode,
    encoding: Option<&'static Encoding>,
    /// Bytes read and not decoded yet.
    raw: Vec<u8>,
    /// UTF-8 that nobody has taken yet, from `taken` on; `taken` is never beyond its end.
    decoded: Vec<u8>,
    taken: usize,
    ended: bool,
}

enum Mode {
    /// Nothing read yet.
    Fresh,
    /// All ASCII so far.
    Undecided,
    /// Passed through.
    Utf8,
    /// Decoded.
    Other(Box<Decoder>),
}

impl<R: Read> Transcoder<R> {
    /// Guesses the character set unless one is given.
    pub(super) fn new(inner: R, given: Option<&'static Encoding>) -> Self {
        let mode = match given {
            Some(encoding) if encoding != UTF_8 => Mode::Other(Box::new(encoding.new_decoder_with_bom_removal())),
            _ => Mode::Fresh,
        };
        Transcoder { inner, mode, encoding: given, raw: Vec::new(), decoded: Vec::new(), taken: 0, ended: false }
    }

    /// Name of the character set, as far as it is known: plain ASCII counts as UTF-8.
    pub(super) fn encoding(&self) -> &'static str {
        self.encoding.unwrap_or(UTF_8).name()
    }

    /// The next bytes without taking them: at least `wanted` where the input has them, and a whole line.
    pub(super) fn peek(&mut self, wanted: usize) -> io::Result<&[u8]> {
        loop {
            let waiting = self.decoded.len() - self.taken;
            let has_line = memchr::memchr(b'\n', &self.decoded[self.taken..]).is_some();
            if self.ended || (waiting >= wanted && has_line) || waiting > super::CELL_LIMIT * 4 {
                return Ok(&self.decoded[self.taken..]);
            }
            self.fill()?;
        }
    }

    /// Takes bytes that were peeked at.
    pub(super) fn skip(&mut self, bytes: usize) {
        self.taken = (self.taken + bytes).min(self.decoded.len());
    }

    /// Reads a chunk and decodes it.
    fn fill(&mut self) -> io::Result<()> {
        if self.taken == self.decoded.len() {
            self.decoded.clear();
            self.taken = 0;
        }
        self.read_chunk()?;
        if matches!(self.mode, Mode::Fresh) {
            // A byte order mark needs up to four bytes, and UTF-16 without one shows in the first line.
            while !self.ended && (self.raw.len() < 4 || (self.raw.len() < 64 && !self.raw.contains(&b'\n'))) {
                self.read_chunk()?;
            }
            self.start();
        }
        while matches!(self.mode, Mode::Undecided) && !self.raw.is_ascii() {
            if !self.settle() {
                self.read_chunk()?;
            }
        }
        match &mut self.mode {
            Mode::Other(decoder) => {
                decode(decoder, &self.raw, self.ended, &mut self.decoded);
                self.raw.clear();
            }
            _ => self.decoded.append(&mut self.raw),
        }
        Ok(())
    }

    fn read_chunk(&mut self) -> io::Result<()> {
        let start = self.raw.len();
        self.raw.resize(start + CHUNK, 0);
        // The buffer was just made longer than `start`.
        let read = loop {
            match self.inner.read(&mut self.raw[start..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        self.raw.truncate(start + *read.as_ref().unwrap_or(&0));
        self.ended = read? == 0;
        Ok(())
    }

    /// Looks for a byte order mark, or the NULs that UTF-16 is full of.
    fn start(&mut self) {
        if let Some((encoding, length)) = Encoding::for_bom(&self.raw) {
            self.raw.drain(..length);
            self.choose(encoding);
        } else if self.encoding == Some(UTF_8) {
            self.choose(UTF_8);
        } else if let Some(encoding) = utf16_without_mark(&self.raw) {
            self.choose(encoding);
        } else {
            self.mode = Mode::Undecided;
        }
    }

    fn choose(&mut self, encoding: &'static Encoding) {
        self.encoding = Some(encoding);
        self.mode = if encoding == UTF_8 {
            Mode::Utf8
        } else {
            Mode::Other(Box::new(encoding.new_decoder_without_bom_handling()))
        };
    }

    /// Settles the character set from the first non-ASCII bytes; false where more are needed.
    fn settle(&mut self) -> bool {
        let (valid, invalid, cut_off) = count_utf8(&self.raw);
        if valid + invalid == 0 && cut_off && !self.ended && self.raw.len() < CHUNK + MOST_UNDECIDED {
            return false;
        }
        let invalid = invalid + usize::from(cut_off && self.ended);
        let encoding = if invalid == 0 || valid >= invalid { UTF_8 } else { legacy_encoding(&self.raw) };
        self.choose(encoding);
        true
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.decoded.len() {
            if self.ended {
                return Ok(0);
            }
            self.fill()?;
        }
        let waiting = &self.decoded[self.taken..];
        let length = waiting.len().min(buffer.len());
        // `length` is the smaller of the two.
        buffer[..length].copy_from_slice(&waiting[..length]);
        self.taken += length;
        Ok(length)
    }
}

fn decode(decoder: &mut Decoder, mut raw: &[u8], last: bool, decoded: &mut Vec<u8>) {
    loop {
        let room = decoder.max_utf8_buffer_length(raw.len()).unwrap_or(raw.len().saturating_mul(3)).max(16);
        let start = decoded.len();
        decoded.resize(start + room, 0);
        // `decoded` was just made longer than `start`, and the decoder reads no more than it was given.
        let (result, read, written, _) = decoder.decode_to_utf8(raw, &mut decoded[start..], last);
        decoded.truncate(start + written);
        raw = &raw[read..];
        if result == CoderResult::InputEmpty {
            return;
        }
    }
}

/// Multi-byte characters, bad sequences, and whether the end cuts a character in two.
fn count_utf8(bytes: &[u8]) -> (usize, usize, bool) {
    let (mut valid, mut invalid) = (0, 0);
    let mut seen = 0;
    for chunk in bytes.utf8_chunks() {
        valid += chunk.valid().chars().filter(|character| !character.is_ascii()).count();
        seen += chunk.valid().len() + chunk.invalid().len();
        let bad = chunk.invalid();
        // A sequence that only lacks its end is reported whole, and is the last thing in the buffer.
        if !bad.is_empty() && seen == bytes.len() && is_start_of_character(bad) {
            return (valid, invalid, true);
        }
        invalid += usize::from(!bad.is_empty());
    }
    (valid, invalid, false)
}

fn is_start_of_character(bytes: &[u8]) -> bool {
    match std::str::from_utf8(bytes) {
        Err(error) => error.error_len().is_none(),
        Ok(_) => false,
    }
}

/// UTF-16 text in a Latin script has a NUL in every other byte.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    // Never beyond the end.
    let sample = &bytes[..bytes.len().min(4096) & !1];
    let pairs = sample.len() / 2;
    if pairs < 4 {
        return None;
    }
    let nuls = |odd: usize| sample.iter().skip(odd).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd) = (nuls(0), nuls(1));
    if odd * 10 >= pairs * 7 && even * 20 <= pairs {
        Some(UTF_16LE)
    } else if even * 10 >= pairs * 7 && odd * 20 <= pairs {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// The character set of text that is not UTF-8; UTF-8 again where no other makes sense of it, so that the bad rows are
/// named instead of turned into nonsense.
fn legacy_encoding(bytes: &[u8]) -> &'static Encoding {
    let high: Vec<u8> = bytes.iter().copied().filter(|byte| !byte.is_ascii()).collect();
    let share = |usual: &[u8]| high.iter().filter(|byte| usual.contains(byte)).count() * 10 >= high.len() * 9;
    // æ ø å Æ Ø Å in the old Macintosh set, where Windows-1252 has signs that hardly occur.
    if share(&[0xbe, 0xbf, 0x8c, 0xae, 0xaf, 0x81]) {
        return MACINTOSH;
    }
    // Norwegian, Nordic and Sami letters, é and its like, quotes, dashes, signs, no-break space.
    const USUAL: &[u8] = b"\xe6\xf8\xe5\xc6\xd8\xc5\xe4\xf6\xfc\xc4\xd6\xdc\xe9\xe8\xea\xeb\xe0\xe1\xe2\xf2\xf3\xf4\xed\xc9\xc8\xc1\xe7\xf1\xdf\xab\xbb\x91\x92\x93\x94\x84\x96\x97\x85\x95\x80\xa7\xb0\xbd\xbc\xa0\xb4\xb7\xad\xb2\xb3\x9a\x8a\x9e\x8e";
    if share(USUAL) {
        return WINDOWS_1252;
    }
    if high.len() < ENOUGH_EVIDENCE {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    detector.guess(Some(b"no"), Utf8Detection::Deny)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> (String, &'static str) {
        let mut transcoder = Transcoder::new(bytes, None);
        let mut text = Vec::new();
        transcoder.read_to_end(&mut text).unwrap();
        (String::from_utf8_lossy(&text).into_owned(), transcoder.encoding())
    }

    const TEXT: &str = "id;svar\n1;Færre skjemaer – og «mer» tid på jobb\n2;Øk tilliten, så går det én gang til\n";

    #[test]
    fn every_usual_character_set_is_read() {
        let utf16 = |mark: bool, big: bool| -> Vec<u8> {
            let units = mark.then_some(0xfeff).into_iter().chain(TEXT.encode_utf16());
            units.flat_map(|unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
        };
        let with_mark = [b"\xef\xbb\xbf".as_slice(), TEXT.as_bytes()].concat();
        for (bytes, name) in [
            (TEXT.as_bytes().to_vec(), "UTF-8"),
            (with_mark, "UTF-8"),
            (utf16(true, false), "UTF-16LE"),
            (utf16(true, true), "UTF-16BE"),
            (utf16(false, false), "UTF-16LE"),
            (WINDOWS_1252.encode(TEXT).0.into_owned(), "windows-1252"),
        ] {
            assert_eq!(read(&bytes), (TEXT.to_owned(), name));
        }
        let mac = TEXT.chars().filter(|c| c.is_ascii() || "æøåÆØÅ".contains(*c)).collect::<String>();
        let bytes: Vec<u8> = mac
            .chars()
            .map(|c| match c {
                'æ' => 0xbe,
                'ø' => 0xbf,
                'å' => 0x8c,
                'Ø' => 0xaf,
                other => other as u8,
            })
            .collect();
        assert_eq!(read(&bytes), (mac, "macintosh"));
    }

    #[test]
    fn a_bad_byte_in_utf8_stays_where_it_is_and_harms_nothing_else() {
        for bytes in [
            b"ok\nbad \xff\xfe row\nf\xc3\xa6rre\n".as_slice(),
            b"ok\nbad \xff\xfe row\n",
            b"bad \xc3\x28\nf\xc3\xa6rre\n",
        ] {
            let mut transcoder = Transcoder::new(bytes, None);
            let mut text = Vec::new();
            transcoder.read_to_end(&mut text).unwrap();
            assert_eq!(text, bytes);
        }
    }

    #[test]
    fn the_character_set_is_settled_late_where_the_start_is_plain_ascii() {
        let start = "plain ascii line\n".repeat(10_000);
        let bytes = [start.as_bytes(), b"f\xe6rre\n"].concat();
        assert_eq!(read(&bytes), (format!("{start}færre\n"), "windows-1252"));
    }

    /// Hands out one byte at a time.
    struct Drop<'a>(&'a [u8]);
    impl Read for Drop<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.0.len().min(buffer.len()).min(1);
            buffer[..length].copy_from_slice(&self.0[..length]);
            self.0 = &self.0[length..];
            Ok(length)
        }
    }

    #[test]
    fn the_size_of_the_reads_does_not_matter() {
        for bytes in [
            TEXT.as_bytes().to_vec(),
            TEXT.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            WINDOWS_1252.encode(TEXT).0.into_owned(),
        ] {
            let mut text = Vec::new();
            Transcoder::new(Drop(&bytes), None).read_to_end(&mut text).unwrap();
            assert_eq!(String::from_utf8_lossy(&text), read(&bytes).0);
        }
    }

    #[test]
    fn a_given_character_set_is_not_doubted() {
        let mut text = String::new();
        Transcoder::new(b"f\xe6rre \xff\n".as_slice(), Some(WINDOWS_1252)).read_to_string(&mut text).unwrap();
        assert_eq!(text, "færre ÿ\n");
    }
}
