//! A workbook's sheets as rows of texts. Only filled cells are kept: a stray cell in the last corner of a sheet must not
//! cost the memory of all that it spans.

use std::io::Cursor;

use calamine::{Data, Dimensions, Reader, SheetVisible, Xlsx, XlsxError};

/// The most cells of a sheet, the empty ones before a row's last filled one counted.
const MOST_CELLS: usize = 50_000_000;

/// Why a workbook cannot be read. What the parser says is left out, since it may hold cell contents.
#[derive(Debug)]
pub(super) enum Problem {
    Damaged,
    Locked,
    /// More cells than are read.
    TooLarge,
    /// The sheet that was asked for is not there.
    SheetMissing {
        /// Those that are, comma separated.
        sheets: String,
    },
}

impl From<XlsxError> for Problem {
    fn from(error: XlsxError) -> Self {
        match error {
            XlsxError::Password => Problem::Locked,
            _ => Problem::Damaged,
        }
    }
}

/// A cell as text.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) is_error: bool,
}

impl AsRef<str> for Cell {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

/// One sheet.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) name: String,
    /// Rows with their numbers, from 1; each ends at its last filled cell.
    pub(super) rows: Vec<(u64, Vec<Cell>)>,
    /// The sheet's column that is the rows' first.
    pub(super) first_column: u32,
    pub(super) merged: Vec<Dimensions>,
}

/// The visible sheets, or the one that was asked for.
pub(super) fn sheets(bytes: Vec<u8>, wanted: Option<&str>) -> Result<Vec<Sheet>, Problem> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes))?;
    let names: Vec<String> = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| wanted.map_or(sheet.visible == SheetVisible::Visible, |wanted| sheet.name == wanted))
        .map(|sheet| sheet.name.clone())
        .collect();
    if wanted.is_some() && names.is_empty() {
        return Err(Problem::SheetMissing { sheets: workbook.sheet_names().join(", ") });
    }
    let mut sheets = Vec::new();
    for name in names {
        let mut cells = Vec::new();
        match workbook.worksheet_cells_reader(&name) {
            Ok(mut reader) => {
                while let Some(found) = reader.next_cell()? {
                    let (row, column) = found.get_position();
                    let cell = cell(&Data::from(found.get_value().clone()));
                    if cell.is_error || !cell.text.is_empty() {
                        cells.push((row, column, cell));
                    }
                }
            }
            // A sheet that is a chart.
            Err(XlsxError::NotAWorksheet(_)) => continue,
            Err(error) => return Err(error.into()),
        }
        let merged = workbook.merge_cells_by_sheet_name(&name).unwrap_or_default();
        let (rows, first_column) = rows(cells)?;
        sheets.push(Sheet { name, rows, first_column, merged });
    }
    Ok(sheets)
}

type Rows = Vec<(u64, Vec<Cell>)>;

fn rows(mut cells: Vec<(u32, u32, Cell)>) -> Result<(Rows, u32), Problem> {
    cells.sort_by_key(|(row, column, _)| (*row, *column));
    let first_column = cells.iter().map(|(_, column, _)| *column).min().unwrap_or(0);
    let mut rows: Rows = Vec::new();
    let mut count = 0;
    for (row, column, cell) in cells {
        let row = u64::from(row) + 1;
        if rows.last().is_none_or(|(last, _)| *last != row) {
            rows.push((row, Vec::new()));
        }
        let Some((_, filled)) = rows.last_mut() else { continue };
        let place = (column - first_column) as usize;
        count += (place + 1).saturating_sub(filled.len());
        if count > MOST_CELLS {
            return Err(Problem::TooLarge);
        }
        // A place that comes twice holds what came last.
        filled.resize(filled.len().max(place + 1), Cell::default());
        if let Some(slot) = filled.get_mut(place) {
            *slot = cell;
        }
    }
    Ok((rows, first_column))
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
        Data::DateTime(moment) if moment.is_datetime() => match crate::ingest::time::from_excel_days(days(moment)) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_end_at_their_last_cell_and_a_stray_one_far_away_is_refused_only_in_masses() {
        let filled = |row, column| (row, column, Cell { text: "x".to_owned(), is_error: false });
        let (rows_read, first) = rows(vec![filled(1_048_575, 16_383), filled(0, 2), filled(0, 4)]).unwrap();
        assert_eq!(first, 2);
        assert_eq!(
            rows_read.iter().map(|(row, cells)| (*row, cells.len())).collect::<Vec<_>>(),
            [(1, 3), (1_048_576, 16_382)]
        );
        let masses = (0..4_000).flat_map(|row| [filled(row, 0), filled(row, 16_383)]).collect();
        assert!(matches!(rows(masses), Err(Problem::TooLarge)));
    }
}
