//! XLSX: every sheet with a header, dates as dates, formulas as their results.

use std::collections::VecDeque;
use std::io::Cursor;

use calamine::{Data, Dimensions, Reader, SheetVisible, Xlsx};

use super::archive::{self, UNPACKED_LIMIT, ZipProblem};
use super::assemble::{Assembler, Draft, Extra};
use super::delimited::{Decided, SAMPLE_ROWS, Source, decide, layout_error};
use super::headers::{self, normalise};
use super::layout::Layout;
use super::stream::UnitReader;
use super::survey::{self, SurveyTool};
use super::{CELL_LIMIT, Fields, FileRead, Format, IngestError, ReadOptions, RejectReason, SkipReason};

/// The most megabytes of a workbook, packed.
const FILE_LIMIT: u64 = 1024;

/// The header is looked for in so many of the first rows.
const HEADER_ROWS: usize = 20;

/// A cell as text.
#[derive(Debug, Clone, Default, PartialEq)]
struct Cell {
    text: String,
    is_error: bool,
}

impl AsRef<str> for Cell {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

/// Reads a workbook into memory and gives one reader per sheet.
pub(super) fn open(
    mut source: Source,
    name: &str,
    options: &ReadOptions,
) -> Result<Vec<Box<dyn UnitReader>>, IngestError> {
    let bytes = archive::read_whole(&mut source, name, FILE_LIMIT)?;
    if bytes.is_empty() {
        return Ok(Vec::new());
    }
    archive::check_unpacked_size(&bytes).map_err(|problem| match problem {
        ZipProblem::Damaged => {
            IngestError::Workbook { file: name.to_owned(), cause: "it is not a workbook".to_owned() }
        }
        ZipProblem::TooLarge => IngestError::TooLarge { file: name.to_owned(), limit: UNPACKED_LIMIT },
    })?;
    let damaged = |cause: calamine::XlsxError| IngestError::Workbook { file: name.to_owned(), cause: one_line(&cause) };
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let wanted = options.source.sheet.as_deref();
    let names: Vec<String> = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| wanted.map_or(sheet.visible == SheetVisible::Visible, |wanted| sheet.name == wanted))
        .map(|sheet| sheet.name.clone())
        .collect();
    if let (Some(wanted), true) = (wanted, names.is_empty()) {
        let (file, wanted) = (name.to_owned(), wanted.to_owned());
        return Err(IngestError::SheetMissing { file, wanted, sheets: workbook.sheet_names().join(", ") });
    }
    let mut readers: Vec<Box<dyn UnitReader>> = Vec::new();
    let mut without_text = None;
    for sheet in names {
        let range = workbook.worksheet_range(&sheet).map_err(damaged)?;
        let merged = workbook.merge_cells_by_sheet_name(&sheet).unwrap_or_default();
        match SheetReader::new(&format!("{name}#{sheet}"), &range, &merged, options) {
            Ok(Some(reader)) => readers.push(Box::new(reader)),
            Ok(None) => {}
            Err(error) => without_text = without_text.or(Some(error)),
        }
    }
    match without_text {
        Some(error) if readers.is_empty() => Err(error),
        _ => Ok(readers),
    }
}

fn one_line(error: &calamine::XlsxError) -> String {
    match error {
        calamine::XlsxError::Password => "it is locked with a password".to_owned(),
        // What the reader says may hold cell contents.
        _ => "it is damaged or not a workbook".to_owned(),
    }
}

fn cell(data: &Data) -> Cell {
    let text = match data {
        Data::Empty => String::new(),
        // Excel writes line ends inside cells with this mark for CR.
        Data::String(text) => text.replace("_x000D_", "").replace("\r\n", "\n"),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number.to_string(),
        Data::Bool(value) => value.to_string(),
        Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::DateTime(moment) if moment.is_datetime() => match super::time::from_excel_days(days(moment)) {
            Some(moment) if moment.time() == jiff::civil::Time::midnight() => moment.date().to_string(),
            Some(moment) => moment.to_string(),
            None => moment.as_f64().to_string(),
        },
        Data::DateTime(duration) => duration.as_f64().to_string(),
        Data::Error(_) => return Cell { text: String::new(), is_error: true },
    };
    Cell { text, is_error: false }
}

/// Days since 1899-12-30, also for workbooks that count from 1904.
fn days(moment: &calamine::ExcelDateTime) -> f64 {
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let date = jiff::civil::Date::new(year as i16, month as i8, day as i8).ok();
    let whole =
        date.and_then(|date| date.since(jiff::civil::date(1899, 12, 30)).ok()).map_or(0, |span| span.get_days());
    f64::from(whole) + (f64::from(hour) * 3600.0 + f64::from(minute) * 60.0 + f64::from(second)) / 86_400.0
}

struct SheetReader {
    assembler: Assembler,
    header: Vec<String>,
    layout: Layout,
    tool: Option<SurveyTool>,
    notes: Vec<String>,
    filter_columns: Vec<Option<usize>>,
    /// Titles above the header: rows from 1.
    titles: VecDeque<u64>,
    rows: VecDeque<(u64, Vec<Cell>)>,
    ordinal: u64,
}

impl SheetReader {
    /// None for a sheet without cells.
    fn new(
        name: &str,
        range: &calamine::Range<Data>,
        merged: &[Dimensions],
        options: &ReadOptions,
    ) -> Result<Option<Self>, IngestError> {
        let Some((first_row, first_column)) = range.start() else { return Ok(None) };
        let mut rows: Vec<(u64, Vec<Cell>)> = range
            .rows()
            .zip(u64::from(first_row) + 1..)
            .map(|(row, number)| (number, row.iter().map(cell).collect()))
            .collect();
        rows.retain(|(_, cells)| cells.iter().any(|cell| cell.is_error || !cell.text.trim().is_empty()));
        let Some(at) = header_row(&rows) else { return Ok(None) };
        let mut body = rows.split_off(at);
        let titles = rows.into_iter().map(|(row, _)| row).collect();
        let (header_row, header) = body.remove(0);
        let header: Vec<String> = header.into_iter().map(|cell| cell.text).collect();
        let sample: Vec<Vec<String>> = body
            .iter()
            .take(SAMPLE_ROWS)
            .map(|(_, cells)| cells.iter().map(|cell| cell.text.clone()).collect())
            .collect();
        let Decided { layout, tool, more_header_rows, notes } = match decide(&header, &sample, &options.source) {
            Ok(decided) => decided,
            Err(error) => return Err(layout_error(error, name, &header)),
        };
        body.drain(..more_header_rows.min(body.len()));
        fill_merged(&mut body, merged, &layout, header_row, first_column);
        let column = |field: &str| {
            let exact = header.iter().position(|header| header.trim() == field);
            exact.or_else(|| header.iter().position(|header| normalise(header) == normalise(field)))
        };
        Ok(Some(SheetReader {
            filter_columns: options.filters.iter().map(|filter| column(&filter.field)).collect(),
            assembler: Assembler::new(name, options),
            header,
            layout,
            tool,
            notes,
            titles,
            rows: body.into(),
            ordinal: 0,
        }))
    }

    fn row(&self, row: u64, cells: &[Cell], drafts: &mut VecDeque<Draft>) {
        let passes = self.assembler.options.filters.iter().zip(&self.filter_columns).all(|(filter, column)| {
            column.and_then(|column| cells.get(column)).is_some_and(|cell| filter.accepts(&cell.text))
        });
        if !passes {
            return;
        }
        let longest = cells.iter().map(|cell| cell.text.len()).max().unwrap_or(0);
        let error_in_text = self.layout.texts.iter().any(|&text| cells.get(text).is_some_and(|cell| cell.is_error));
        let problem = if longest > CELL_LIMIT {
            Some(RejectReason::CellTooLong { bytes: longest, limit: CELL_LIMIT })
        } else if error_in_text {
            Some(RejectReason::FormulaError)
        } else if cells.iter().any(|cell| cell.text.contains('\0')) {
            Some(RejectReason::Nul)
        } else {
            None
        };
        if let Some(reason) = problem {
            drafts.push_back(Draft::reject(self.assembler.place(row), self.ordinal, reason));
            return;
        }
        let fields = self.assembler.options.keep_fields.then(|| {
            let named = self.header.iter().zip(cells);
            Fields(named.map(|(header, cell)| (header.clone(), cell.text.as_str().into())).collect())
        });
        let extra = Extra { fields, ..Extra::default() };
        self.assembler.row(&self.layout, cells, extra, row, self.ordinal, drafts);
    }
}

/// The first row that names a known column or asks a question; else the first with the most cells filled.
fn header_row(rows: &[(u64, Vec<Cell>)]) -> Option<usize> {
    let known = |cells: &[Cell]| {
        let filled = cells.iter().filter(|cell| !cell.text.trim().is_empty()).count();
        let named = |cell: &Cell| {
            let normal = normalise(&cell.text);
            headers::text_header(&normal).is_some() || headers::single_role(&normal).is_some()
        };
        cells.iter().any(named) || (filled > 1 && cells.iter().any(|cell| headers::reads_as_question(&cell.text)))
    };
    let start = rows.get(..rows.len().min(HEADER_ROWS))?;
    let texts = |cells: &[Cell]| cells.iter().map(|cell| cell.text.clone()).collect::<Vec<_>>();
    if let Some(at) = start.iter().position(|(_, cells)| survey::tool_of(&texts(cells)).is_some()) {
        return Some(at);
    }
    let filled = |cells: &[Cell]| cells.iter().filter(|cell| !cell.text.trim().is_empty()).count();
    start.iter().position(|(_, cells)| known(cells)).or_else(|| {
        let most = start.iter().map(|(_, cells)| filled(cells)).max()?;
        start.iter().position(|(_, cells)| filled(cells) == most)
    })
}

/// A cell merged over several rows (a table's number beside all its answers) holds for each of them; a text does not.
fn fill_merged(
    rows: &mut [(u64, Vec<Cell>)],
    merged: &[Dimensions],
    layout: &Layout,
    header_row: u64,
    first_column: u32,
) {
    for region in merged {
        let (top, bottom) = (u64::from(region.start.0) + 1, u64::from(region.end.0) + 1);
        let Some(column) = region.start.1.checked_sub(first_column).map(|column| column as usize) else { continue };
        if bottom <= top || top <= header_row || layout.texts.contains(&column) {
            continue;
        }
        let start = rows.partition_point(|(row, _)| *row < top);
        let Some(value) = rows.get(start).and_then(|(_, cells)| cells.get(column)).cloned() else { continue };
        for (_, cells) in rows.iter_mut().skip(start).take_while(|(row, _)| *row <= bottom) {
            if let Some(cell) = cells.get_mut(column) {
                cell.clone_from(&value);
            }
        }
    }
}

impl UnitReader for SheetReader {
    fn read(&mut self, drafts: &mut VecDeque<Draft>) -> bool {
        if let Some(row) = self.titles.pop_front() {
            drafts.push_back(Draft::skipped(self.assembler.place(row), 0, SkipReason::Heading));
            return true;
        }
        let Some((row, cells)) = self.rows.pop_front() else { return false };
        self.ordinal += 1;
        self.row(row, &cells, drafts);
        true
    }

    fn file(&self) -> FileRead {
        FileRead {
            path: self.assembler.file.to_string(),
            sha256: String::new(),
            format: Format::Xlsx,
            encoding: None,
            delimiter: None,
            text_unit: None,
            columns: self.layout.columns.clone(),
            tool: self.tool,
            notes: self.notes.clone(),
            units: 0,
        }
    }
}
