//! Lines of any length, and plain text read by the line or the paragraph.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader};

use super::assemble::{Assembler, Draft};
use super::decode::Transcoder;
use super::delimited::Source;
use super::prose::{self, Piece, SourceLine};
use super::stream::UnitReader;
use super::{CELL_LIMIT, FileRead, Format, IngestError, ReadOptions, RejectReason, SkipReason, Unit};
use crate::settings::TextUnit;

/// The most bytes of one line that are kept; JSON may hold several long fields.
const LINE_LIMIT: usize = 16 * CELL_LIMIT;

/// Texts up to this size are read whole, so that paragraphs can be told; longer ones are read by the line.
const PROSE_LIMIT: usize = 64 * 1024 * 1024;

/// What came of reading one line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// It is in the buffer, without its end.
    Whole,
    /// It is longer than can be kept, this many bytes.
    TooLong(usize),
    /// There is none.
    End,
    /// The device failed.
    Failed(io::ErrorKind),
}

/// Reads one line into `line`; one that is too long is read over.
pub(super) fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> Line {
    line.clear();
    let mut length = 0;
    loop {
        let available = match input.fill_buf() {
            Ok(available) => available,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Line::Failed(error.kind()),
        };
        let ended = available.is_empty();
        let newline = memchr::memchr(b'\n', available);
        let taken = newline.unwrap_or(available.len());
        if length + taken <= LINE_LIMIT {
            // `taken` lies within `available`.
            line.extend_from_slice(&available[..taken]);
        }
        length += taken;
        let consumed = newline.map_or(taken, |newline| newline + 1);
        input.consume(consumed);
        if ended && length == 0 {
            return Line::End;
        }
        if ended || newline.is_some() {
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            return if length > LINE_LIMIT { Line::TooLong(length) } else { Line::Whole };
        }
    }
}

/// Reads a plain text or Markdown file.
pub(super) fn open(
    source: Source,
    name: &str,
    options: &ReadOptions,
    markdown: bool,
) -> Result<Box<dyn UnitReader>, IngestError> {
    let input = BufReader::with_capacity(64 * 1024, Transcoder::new(source, options.source.encoding));
    let mut reader = TextReader {
        input,
        assembler: Assembler::new(name, options),
        unit: options.source.unit.unwrap_or(TextUnit::Line),
        markdown,
        read_ahead: VecDeque::new(),
        pieces: VecDeque::new(),
        row: 0,
        ordinal: 0,
        done: false,
    };
    if options.source.unit != Some(TextUnit::Line) {
        reader.read_ahead();
    }
    Ok(Box::new(reader))
}

struct TextReader {
    input: BufReader<Transcoder<Source>>,
    assembler: Assembler,
    unit: TextUnit,
    markdown: bool,
    /// Lines read before the unit was settled.
    read_ahead: VecDeque<Result<SourceLine, (u64, RejectReason)>>,
    /// Paragraphs, headings and the rest, ready to hand out.
    pieces: VecDeque<Piece>,
    row: u64,
    ordinal: u64,
    done: bool,
}

impl TextReader {
    fn next_line(&mut self) -> Option<Result<SourceLine, (u64, RejectReason)>> {
        let mut line = Vec::new();
        let read = read_line(&mut self.input, &mut line);
        self.row += 1;
        let row = self.row;
        Some(match read {
            Line::End => return None,
            Line::Failed(kind) => Err((row, RejectReason::Interrupted { kind })),
            Line::TooLong(bytes) => Err((row, RejectReason::CellTooLong { bytes, limit: CELL_LIMIT })),
            Line::Whole if line.len() > CELL_LIMIT => {
                Err((row, RejectReason::CellTooLong { bytes: line.len(), limit: CELL_LIMIT }))
            }
            Line::Whole if memchr::memchr(0, &line).is_some() => Err((row, RejectReason::Nul)),
            Line::Whole => match String::from_utf8(line) {
                Ok(text) => Ok(SourceLine { row, text }),
                Err(_) => Err((row, RejectReason::NotUtf8)),
            },
        })
    }

    /// Reads the whole text, or as much as is kept in memory, and settles what a unit is.
    fn read_ahead(&mut self) {
        let mut bytes = 0;
        let mut whole = true;
        while let Some(line) = self.next_line() {
            let failed = matches!(line, Err((_, RejectReason::Interrupted { .. })));
            bytes += line.as_ref().map_or(0, |line| line.text.len() + std::mem::size_of::<SourceLine>());
            self.read_ahead.push_back(line);
            if failed || bytes > PROSE_LIMIT {
                whole = failed;
                break;
            }
        }
        let lines: Vec<SourceLine> = self.read_ahead.iter().filter_map(|line| line.as_ref().ok().cloned()).collect();
        let given = self.assembler.options.source.unit;
        let layout = prose::TextLayout::of(&lines, self.markdown);
        self.unit = given.unwrap_or(if whole { layout.unit() } else { TextUnit::Line });
        if self.unit == TextUnit::Paragraph {
            self.pieces = prose::pieces(&lines, layout).into();
            self.read_ahead.retain(Result::is_err);
        }
    }

    fn line(&mut self, line: SourceLine, drafts: &mut VecDeque<Draft>) {
        if line.text.trim().is_empty() {
            return;
        }
        self.ordinal += 1;
        if self.markdown && prose::is_markdown_heading(line.text.trim()) {
            let place = self.assembler.place(line.row);
            drafts.push_back(Draft::skipped(place, self.ordinal, SkipReason::Heading));
        } else {
            self.answer(line.text, line.row, drafts);
        }
    }

    fn answer(&self, text: String, row: u64, drafts: &mut VecDeque<Draft>) {
        // A text has no fields to filter on.
        if self.assembler.options.filters.is_empty() {
            let answer = self.assembler.plain_answer(text, row);
            drafts.push_back(Draft::of(Unit::Answer(Box::new(answer)), self.ordinal));
        }
    }

    fn piece(&mut self, piece: Piece, drafts: &mut VecDeque<Draft>) {
        self.ordinal += 1;
        let place = self.assembler.place(piece.row());
        match piece {
            Piece::Answer { text, row } => self.answer(text, row, drafts),
            Piece::Heading { .. } => drafts.push_back(Draft::skipped(place, self.ordinal, SkipReason::Heading)),
            Piece::Furniture { .. } => drafts.push_back(Draft::skipped(place, self.ordinal, SkipReason::PageFurniture)),
        }
    }
}

impl UnitReader for TextReader {
    fn read(&mut self, drafts: &mut VecDeque<Draft>) -> bool {
        // Bad lines of a text read by the paragraph keep their place among the pieces.
        let bad_row = self.read_ahead.front().and_then(|line| line.as_ref().err()).map(|(row, _)| *row);
        if let Some(row) = self.pieces.front().map(Piece::row)
            && bad_row.is_none_or(|bad_row| row < bad_row)
            && let Some(piece) = self.pieces.pop_front()
        {
            self.piece(piece, drafts);
            return true;
        }
        if self.done {
            return false;
        }
        match self.read_ahead.pop_front().or_else(|| self.next_line()) {
            None => {
                self.done = true;
                false
            }
            Some(Ok(line)) => {
                self.line(line, drafts);
                true
            }
            Some(Err((row, reason))) => {
                self.done = matches!(reason, RejectReason::Interrupted { .. });
                self.ordinal += 1;
                drafts.push_back(Draft::reject(self.assembler.place(row), self.ordinal, reason));
                true
            }
        }
    }

    fn file(&self) -> FileRead {
        FileRead {
            path: self.assembler.file.to_string(),
            sha256: String::new(),
            format: Format::Text,
            encoding: Some(self.input.get_ref().encoding()),
            delimiter: None,
            text_unit: Some(self.unit),
            columns: Vec::new(),
            tool: None,
            notes: Vec::new(),
            units: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_with_either_ending_and_a_long_one_is_read_over() {
        let long = "x".repeat(LINE_LIMIT + 10);
        let text = format!("a\r\n\n{long}\nb");
        let mut input = BufReader::with_capacity(1000, text.as_bytes());
        let mut line = Vec::new();
        assert_eq!((read_line(&mut input, &mut line), line.as_slice()), (Line::Whole, b"a".as_slice()));
        assert_eq!((read_line(&mut input, &mut line), line.as_slice()), (Line::Whole, b"".as_slice()));
        assert_eq!(read_line(&mut input, &mut line), Line::TooLong(LINE_LIMIT + 10));
        assert_eq!((read_line(&mut input, &mut line), line.as_slice()), (Line::Whole, b"b".as_slice()));
        assert_eq!(read_line(&mut input, &mut line), Line::End);
    }
}
