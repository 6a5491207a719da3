//! XLSX: every sheet with a header, dates as dates, formulas as their results.

mod grid;

use std::collections::VecDeque;
use std::time::Duration;

use calamine::Dimensions;

use super::archive::{self, UNPACKED_LIMIT, ZipProblem};
use super::assemble::{Assembler, Draft, Extra};
use super::delimited::{Decided, SAMPLE_ROWS, Source, decide, layout_error};
use super::guard;
use super::headers::{self, normalise};
use super::layout::Layout;
use super::stream::UnitReader;
use super::survey::{self, SurveyTool};
use super::{CELL_LIMIT, Fields, FileRead, Format, IngestError, ReadOptions, RejectReason, SkipReason};

use grid::{Cell, Problem, Sheet};

/// The most megabytes of a workbook, packed.
const FILE_LIMIT: u64 = 1024;

/// How long taking a small workbook apart may last; a large one gets more.
const DEADLINE: Duration = Duration::from_secs(60);

/// The header is looked for in so many of the first rows.
const HEADER_ROWS: usize = 20;

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
    let wanted = options.source.sheet.clone();
    let deadline = DEADLINE + Duration::from_secs(2 * bytes.len() as u64 / (1024 * 1024));
    let read = guard::within_bounds(deadline, move || grid::sheets(bytes, wanted.as_deref()));
    let sheets = read.unwrap_or(Err(Problem::Damaged)).map_err(|problem| problem.error(name, options))?;
    let mut readers: Vec<Box<dyn UnitReader>> = Vec::new();
    let mut without_text = None;
    for sheet in sheets {
        match SheetReader::new(&format!("{name}#{}", sheet.name), sheet, options) {
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

impl Problem {
    fn error(self, name: &str, options: &ReadOptions) -> IngestError {
        let file = name.to_owned();
        match self {
            Problem::Damaged => IngestError::Workbook { file, cause: "it is damaged or not a workbook".to_owned() },
            Problem::Locked => IngestError::Workbook { file, cause: "it is locked with a password".to_owned() },
            Problem::TooLarge => IngestError::TooLarge { file, limit: UNPACKED_LIMIT },
            Problem::SheetMissing { sheets } => {
                IngestError::SheetMissing { file, wanted: options.source.sheet.clone().unwrap_or_default(), sheets }
            }
        }
    }
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
    fn new(name: &str, sheet: Sheet, options: &ReadOptions) -> Result<Option<Self>, IngestError> {
        let Sheet { mut rows, first_column, merged, .. } = sheet;
        rows.retain(|(_, cells)| cells.iter().any(|cell| cell.is_error || !cell.text.trim().is_empty()));
        let Some(at) = header_row(&rows) else { return Ok(None) };
        let mut body = rows.split_off(at);
        let titles = rows.into_iter().map(|(row, _)| row).collect();
        let (header_row, header) = body.remove(0);
        let mut header: Vec<String> = header.into_iter().map(|cell| cell.text).collect();
        // Rows end at their last filled cell; columns without a header are columns all the same.
        let widest = body.iter().take(SAMPLE_ROWS).map(|(_, cells)| cells.len()).max().unwrap_or(0);
        header.resize(header.len().max(widest), String::new());
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
        fill_merged(&mut body, &merged, &layout, header_row, first_column);
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
