//! CSV and its relatives, row by row.

use std::collections::VecDeque;
use std::io::{self, Read};

use csv::{ByteRecord, ReaderBuilder};
use smallvec::SmallVec;

use super::assemble::{Assembler, Draft, Extra};
use super::columns;
use super::decode::Transcoder;
use super::headers::normalise;
use super::layout::{Layout, LayoutError};
use super::open::Thoroughness;
use super::stream::UnitReader;
use super::survey::{self, Export, SurveyTool, Unfit};
use super::{CELL_LIMIT, Fields, FileRead, Filter, Format, IngestError, ReadOptions, RejectReason};
use crate::settings::Source as SourceSettings;

/// The most bytes of one row; a quote that never closes is stopped here.
const ROW_LIMIT: usize = 64 * 1024 * 1024;

/// How much of the start is looked at where headers do not say enough.
pub(super) const SAMPLE_BYTES: usize = 512 * 1024;

/// How many of the first rows are looked at.
pub(super) const SAMPLE_ROWS: usize = 200;

/// Stands for "no delimiter": the ASCII unit separator, which no answer holds.
const NO_DELIMITER: u8 = 0x1f;

pub(super) type Source = Box<dyn Read + Send>;

/// Reads the header, settles delimiter and columns, and leaves the rows to be read.
pub(super) fn open(
    source: Source,
    name: &str,
    options: &ReadOptions,
    delimiter: Option<u8>,
    thoroughness: Thoroughness,
) -> Result<Box<dyn UnitReader>, IngestError> {
    let unreadable = |cause| IngestError::Unreadable { file: name.to_owned(), cause };
    let mut input = Transcoder::new(source, options.source.encoding);
    let wanted = if thoroughness == Thoroughness::Whole { SAMPLE_BYTES } else { 1 };
    let announced = announced_delimiter(input.peek(wanted).map_err(unreadable)?);
    if let Some((_, length)) = announced {
        input.skip(length);
    }
    let given = options.source.delimiter.or(delimiter).or(announced.map(|(delimiter, _)| delimiter));
    let mut sample = input.peek(wanted).map_err(unreadable)?.to_vec();
    let mut delimiter = given.unwrap_or_else(|| sniff_delimiter(&sample));
    let mut rows = sample_rows(&sample, delimiter);
    let certain = |rows: &[Vec<String>]| {
        rows.first()
            .is_none_or(|header| survey::tool_of(header).is_none() && Layout::is_certain(header, &options.source))
    };
    if thoroughness == Thoroughness::Streaming && !certain(&rows) {
        sample = input.peek(SAMPLE_BYTES).map_err(unreadable)?.to_vec();
        delimiter = given.unwrap_or_else(|| sniff_delimiter(&sample));
        rows = sample_rows(&sample, delimiter);
    } else if thoroughness == Thoroughness::Streaming {
        rows.truncate(1);
    }
    let header = if rows.is_empty() { Vec::new() } else { rows.remove(0) };
    let Decided { layout, tool, more_header_rows, notes } = match decide(&header, &rows, &options.source) {
        Ok(layout) => layout,
        Err(_) if header.is_empty() => Decided::default(),
        // Headers alone, none of them known: there is no row to lose.
        Err(LayoutError::NoText) if rows.is_empty() && thoroughness == Thoroughness::Whole => Decided::default(),
        Err(error) => return Err(layout_error(error, name, &header)),
    };
    let reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(false)
        .buffer_capacity(64 * 1024)
        .from_reader(Guard::new(input));
    let mut reader = DelimitedReader {
        rows: reader,
        record: ByteRecord::new(),
        assembler: Assembler::new(name, options),
        filter_columns: options.filters.iter().map(|filter| filter_column(filter, &header)).collect(),
        header,
        layout,
        tool,
        notes,
        delimiter,
        lines_before: u64::from(announced.is_some()),
        ordinal: 0,
        done: false,
    };
    reader.pass_header(more_header_rows);
    Ok(Box::new(reader))
}

/// What the headers and first rows of a table say.
#[derive(Default)]
pub(super) struct Decided {
    pub(super) layout: Layout,
    pub(super) tool: Option<SurveyTool>,
    /// Rows between the header and the first answer.
    pub(super) more_header_rows: usize,
    pub(super) notes: Vec<String>,
}

/// Decides what each column is used for, with what is known of the survey tool that wrote the table.
pub(super) fn decide(header: &[String], rows: &[Vec<String>], source: &SourceSettings) -> Result<Decided, LayoutError> {
    let Some(export) = survey::recognise(header, rows).map_err(LayoutError::Unfit)? else {
        return Ok(Decided { layout: columns::decide(header, rows, source)?, ..Decided::default() });
    };
    let layout = columns::decide_export(header, rows, source, &export)?;
    let Export { tool, more_header_rows, notes, .. } = export;
    Ok(Decided { layout, tool: Some(tool), more_header_rows, notes })
}

/// The error to show where no layout was found.
pub(super) fn layout_error(error: LayoutError, name: &str, header: &[String]) -> IngestError {
    let columns = header.iter().map(|header| header.trim()).collect::<Vec<_>>().join(", ");
    let file = name.to_owned();
    match error {
        LayoutError::NoText => IngestError::NoTextColumn { file, columns },
        LayoutError::Missing(wanted) => IngestError::ColumnMissing { file, wanted, columns },
        LayoutError::Unfit(Unfit { tool, column, what }) => IngestError::SurveyLayout { file, tool, column, what },
    }
}

/// The column that a filter looks at: by its exact header, else by its header in normal form.
fn filter_column(filter: &Filter, header: &[String]) -> Option<usize> {
    let exact = header.iter().position(|header| header.trim() == filter.field);
    exact.or_else(|| header.iter().position(|header| normalise(header) == normalise(&filter.field)))
}

/// Excel's `sep=;` line: the delimiter and how many bytes the line takes.
fn announced_delimiter(sample: &[u8]) -> Option<(u8, usize)> {
    let rest = sample.strip_prefix(b"sep=").or_else(|| sample.strip_prefix(b"\"sep="))?;
    let end = memchr::memchr(b'\n', sample)?;
    let delimiter = *rest.first()?;
    (matches!(delimiter, b',' | b';' | b'\t' | b'|') && end <= 8).then_some((delimiter, end + 1))
}

/// The delimiter that gives the header several cells and most rows as many.
fn sniff_delimiter(sample: &[u8]) -> u8 {
    let mut best = (0.0, 1, NO_DELIMITER);
    for delimiter in [b';', b'\t', b',', b'|'] {
        let rows = sample_rows(sample, delimiter);
        let Some(expected) = rows.first().map(Vec::len).filter(|&cells| cells > 1) else { continue };
        let body = rows.len() - 1;
        let fitting = rows.iter().skip(1).filter(|row| row.len() == expected).count();
        let share = if body == 0 { 1.0 } else { fitting as f64 / body as f64 };
        if share > best.0 || (share == best.0 && expected > best.1) {
            best = (share, expected, delimiter);
        }
    }
    best.2
}

/// The first rows of a sample; the last is left out where the sample may cut it off.
fn sample_rows(sample: &[u8], delimiter: u8) -> Vec<Vec<String>> {
    let mut reader = ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(false).from_reader(sample);
    let mut rows = Vec::new();
    let mut record = ByteRecord::new();
    while rows.len() <= SAMPLE_ROWS && reader.read_byte_record(&mut record).unwrap_or(false) {
        rows.push(record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect());
    }
    let cut_off = sample.last().is_some_and(|&byte| byte != b'\n') && rows.len() > 1 && rows.len() <= SAMPLE_ROWS;
    if cut_off && sample.len() >= SAMPLE_BYTES {
        rows.pop();
    }
    rows
}

/// Stops a row that never ends, and counts quotes, so that one that never closes is seen.
struct Guard {
    input: Transcoder<Source>,
    since_row_start: usize,
    quotes: usize,
    ended: bool,
}

impl Guard {
    fn new(input: Transcoder<Source>) -> Self {
        Guard { input, since_row_start: 0, quotes: 0, ended: false }
    }
}

impl Read for Guard {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.since_row_start > ROW_LIMIT {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        let length = self.input.read(buffer)?;
        self.since_row_start += length;
        // A reader gives no more than the buffer holds.
        self.quotes += memchr::memchr_iter(b'"', &buffer[..length]).count();
        self.ended |= length == 0 && !buffer.is_empty();
        Ok(length)
    }
}

struct DelimitedReader {
    rows: csv::Reader<Guard>,
    record: ByteRecord,
    header: Vec<String>,
    layout: Layout,
    tool: Option<SurveyTool>,
    notes: Vec<String>,
    assembler: Assembler,
    filter_columns: Vec<Option<usize>>,
    delimiter: u8,
    /// Lines before those that the CSV reader counts.
    lines_before: u64,
    ordinal: u64,
    done: bool,
}

impl DelimitedReader {
    fn pass_header(&mut self, more: usize) {
        self.done = self.header.is_empty() || !matches!(self.rows.read_byte_record(&mut self.record), Ok(true));
        // The CSV reader ends a record at CR and counts the LF after it to the next one.
        let lines = memchr::memchr_iter(b'\n', self.record.as_slice()).count() as u64;
        let after_header = self.record.position().map_or(0, csv::Position::line) + lines + 1;
        self.lines_before += after_header.saturating_sub(self.rows.position().line());
        for _ in 0..more {
            self.done |= !matches!(self.rows.read_byte_record(&mut self.record), Ok(true));
        }
    }

    fn line(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::line) + self.lines_before
    }

    /// What is wrong with the row as a whole.
    fn problem(&self, cells: &[&str]) -> Option<RejectReason> {
        let guard = self.rows.get_ref();
        if guard.ended && guard.quotes % 2 == 1 && memchr::memchr(b'\n', self.record.as_slice()).is_some() {
            return Some(RejectReason::QuoteNotClosed);
        }
        if memchr::memchr(0, self.record.as_slice()).is_some() {
            return Some(RejectReason::Nul);
        }
        let (found, expected) = (cells.len(), self.header.len());
        let only_empty_cells_more = cells.iter().skip(expected).all(|cell| cell.trim().is_empty());
        if found < expected || !only_empty_cells_more {
            return Some(RejectReason::WrongLength { found, expected });
        }
        let longest = cells.iter().map(|cell| cell.len()).max().unwrap_or(0);
        (longest > CELL_LIMIT).then_some(RejectReason::CellTooLong { bytes: longest, limit: CELL_LIMIT })
    }

    fn fields(&self, cells: &[&str]) -> Option<Fields> {
        self.assembler.options.keep_fields.then(|| {
            let named = self.header.iter().zip(cells);
            Fields(named.map(|(header, cell)| (header.clone(), (*cell).into())).collect())
        })
    }

    fn row(&self, cells: &[&str], drafts: &mut VecDeque<Draft>) {
        let line = self.line();
        if let Some(reason) = self.problem(cells) {
            drafts.push_back(Draft::reject(self.assembler.place(line), self.ordinal, reason));
            return;
        }
        let passes = self.assembler.options.filters.iter().zip(&self.filter_columns).all(|(filter, column)| {
            column.and_then(|column| cells.get(column)).is_some_and(|cell| filter.accepts(cell))
        });
        if passes {
            let extra = Extra { fields: self.fields(cells), ..Extra::default() };
            self.assembler.row(&self.layout, cells, extra, line, self.ordinal, drafts);
        }
    }

    fn stop(&mut self, error: &csv::Error, drafts: &mut VecDeque<Draft>) {
        self.done = true;
        self.ordinal += 1;
        let reason = match error.kind() {
            csv::ErrorKind::Io(cause) if cause.kind() == io::ErrorKind::FileTooLarge => {
                RejectReason::RowTooLong { limit: ROW_LIMIT }
            }
            csv::ErrorKind::Io(cause) => RejectReason::Interrupted { kind: cause.kind() },
            _ => RejectReason::Interrupted { kind: io::ErrorKind::Other },
        };
        let line = self.rows.position().line() + self.lines_before;
        drafts.push_back(Draft::reject(self.assembler.place(line), self.ordinal, reason));
    }
}

impl UnitReader for DelimitedReader {
    fn read(&mut self, drafts: &mut VecDeque<Draft>) -> bool {
        if self.done {
            return false;
        }
        self.rows.get_mut().since_row_start = 0;
        let mut record = std::mem::take(&mut self.record);
        let read = self.rows.read_byte_record(&mut record);
        self.record = record;
        match read {
            Ok(true) => {
                self.ordinal += 1;
                let cells: Option<SmallVec<[&str; 16]>> =
                    self.record.iter().map(|cell| std::str::from_utf8(cell).ok()).collect();
                match cells {
                    Some(cells) => self.row(&cells, drafts),
                    None => {
                        let place = self.assembler.place(self.line());
                        drafts.push_back(Draft::reject(place, self.ordinal, RejectReason::NotUtf8));
                    }
                }
                true
            }
            Ok(false) => {
                self.done = true;
                false
            }
            Err(error) => {
                self.stop(&error, drafts);
                true
            }
        }
    }

    fn file(&self) -> FileRead {
        FileRead {
            path: self.assembler.file.to_string(),
            sha256: String::new(),
            format: Format::Csv,
            encoding: Some(self.rows.get_ref().input.encoding()),
            delimiter: (self.delimiter != NO_DELIMITER).then_some(char::from(self.delimiter)),
            text_unit: None,
            columns: self.layout.columns.clone(),
            tool: self.tool,
            notes: self.notes.clone(),
            units: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_the_one_that_most_rows_agree_on() {
        assert_eq!(sniff_delimiter(b"id;tekst\n1;Hei, du\n2;Ja, takk, gjerne\n"), b';');
        assert_eq!(sniff_delimiter(b"id,tekst\n1,\"Hei; du; der\"\n2,x\n"), b',');
        assert_eq!(sniff_delimiter(b"id\ttekst\n1\tHei, du; der\n"), b'\t');
        assert_eq!(sniff_delimiter(b"tekst\nHei, du\nJa\n"), NO_DELIMITER);
        assert_eq!(sniff_delimiter(b""), NO_DELIMITER);
    }

    #[test]
    fn the_line_that_excel_writes_for_itself_is_understood() {
        assert_eq!(announced_delimiter(b"sep=;\r\nid;tekst\n"), Some((b';', 7)));
        assert_eq!(announced_delimiter(b"id;tekst\n"), None);
    }
}
