//! `answers.xlsx`: the file for analysts, one sheet per table, with real numbers and dates.

use std::io::Write;
use std::path::Path;

use jiff::civil::DateTime;
use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, DocProperties, ExcelDateTime, Format, FormatAlign, Formula, Url,
    Workbook, Worksheet, XlsxError,
};

use super::ExportError;
use super::csv_file::may_run;
use super::table::{Cell, Column, ColumnType, RowSink, Table, four_decimals};

/// Rows of answers and of tags that the workbook holds at most. A spreadsheet holds 1,048,576, but nobody opens
/// that; the CSV files have them all, and the read-me says so.
pub const MOST_ROWS: usize = 100_000;

/// Characters (UTF-16 units) that a spreadsheet cell holds at most.
const LONGEST_CELL: usize = 32_767;

/// A sheet and what goes into it.
pub struct Sheet<'a> {
    /// Its name, at most 31 characters.
    pub name: &'a str,
    /// Its rows.
    pub table: &'a dyn Table,
    /// Cells of one column that lead to another place in the workbook.
    pub links: Option<Links>,
    /// Columns with a drop-down, which holds for some rows below the last one too.
    pub choices: Vec<Choice>,
}

impl<'a> Sheet<'a> {
    /// A sheet without links and drop-downs.
    pub fn new(name: &'a str, table: &'a dyn Table) -> Self {
        Sheet { name, table, links: None, choices: Vec::new() }
    }
}

/// Links from the cells of one column.
#[derive(Debug, Clone)]
pub struct Links {
    /// The column, from 0.
    pub column: u16,
    /// Per row of the table, where to (`'answers'!C1`), or nowhere.
    pub targets: Vec<Option<String>>,
}

/// A drop-down.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The column, from 0.
    pub column: u16,
    /// What there is to choose from.
    pub of: Choices,
}

/// What a drop-down offers.
#[derive(Debug, Clone)]
pub enum Choices {
    /// A short list; nothing else is let in.
    Listed(&'static [&'static str]),
    /// The cells of a range (`=koder!$A$2:$A$40`); what is not among them is asked about, and let in.
    Range(String),
}

/// Rows below the last one in which a drop-down still holds, for rows that people add.
const ROWS_TO_ADD: u32 = 500;

/// Writes a workbook. The same contents give the same bytes: `dated` stands for the time of creation.
/// Unfinished parts are kept in `scratch`, so that no text lands in a folder that others read.
///
/// # Errors
/// When a part cannot be written.
pub fn write_workbook(
    title: &str,
    sheets: &[Sheet<'_>],
    dated: DateTime,
    scratch: &Path,
    output: &mut dyn Write,
) -> Result<(), ExportError> {
    let mut workbook = Workbook::new();
    workbook.set_tempdir(scratch)?;
    let properties = DocProperties::new().set_title(title).set_creation_datetime(&excel_time(dated)?);
    workbook.set_properties(&properties);
    for sheet in sheets {
        let worksheet = workbook.add_worksheet_with_constant_memory()?;
        worksheet.set_name(sheet.name)?;
        write_sheet(worksheet, sheet)?;
    }
    // The library wants a writer that can go to another thread, so the file is put together in memory first.
    let bytes = workbook.save_to_buffer()?;
    output.write_all(&bytes)?;
    Ok(())
}

fn write_sheet(worksheet: &mut Worksheet, sheet: &Sheet<'_>) -> Result<(), ExportError> {
    let columns = sheet.table.columns();
    for (position, column) in (0_u16..).zip(&columns) {
        worksheet.set_column_width(position, width(column))?;
    }
    worksheet.set_freeze_panes(1, 0)?;
    let heading = Format::new().set_bold().set_background_color("#E8EDF2").set_align(FormatAlign::Top);
    for (position, column) in (0_u16..).zip(&columns) {
        worksheet.write_string_with_format(0, position, fitting(&column.name), &heading)?;
    }
    let mut sink = SheetSink { worksheet, next_row: 1, formats: Formats::new(), links: sheet.links.as_ref() };
    sheet.table.rows(&mut sink)?;
    let last_row = sink.next_row.saturating_sub(1);
    for choice in &sheet.choices {
        let last = last_row.saturating_add(ROWS_TO_ADD);
        worksheet.add_data_validation(1, choice.column, last, choice.column, &choice.validation()?)?;
    }
    if let Some(last_column) = u16::try_from(columns.len()).ok().and_then(|count| count.checked_sub(1)) {
        worksheet.autofilter(0, 0, last_row, last_column)?;
    }
    Ok(())
}

impl Choice {
    fn validation(&self) -> Result<DataValidation, XlsxError> {
        match &self.of {
            Choices::Listed(list) => DataValidation::new().allow_list_strings(list),
            Choices::Range(range) => Ok(DataValidation::new()
                .allow_list_formula(Formula::new(range))
                .set_error_style(DataValidationErrorStyle::Warning)),
        }
    }
}

fn width(column: &Column) -> f64 {
    let heading = column.name.chars().count() as f64 + 3.0; // room for the filter's arrow
    match column.holds {
        ColumnType::Prose => 70.0,
        ColumnType::Text | ColumnType::Category => heading.clamp(14.0, 28.0),
        ColumnType::Moment => 18.0,
        ColumnType::Integer | ColumnType::Decimal | ColumnType::Flag => heading.clamp(8.0, 16.0),
    }
}

struct Formats {
    date: Format,
    moment: Format,
    /// Stays a text when the cell is edited.
    quoted: Format,
}

impl Formats {
    fn new() -> Self {
        Formats {
            date: Format::new().set_num_format("yyyy-mm-dd"),
            moment: Format::new().set_num_format("yyyy-mm-dd hh:mm"),
            quoted: Format::new().set_quote_prefix(),
        }
    }
}

struct SheetSink<'a> {
    worksheet: &'a mut Worksheet,
    next_row: u32,
    formats: Formats,
    links: Option<&'a Links>,
}

impl RowSink for SheetSink<'_> {
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), ExportError> {
        let row = self.next_row;
        for (column, cell) in (0_u16..).zip(cells) {
            match (self.link(row, column), cell) {
                (Some(target), Cell::Text(text)) => {
                    let url = Url::new(format!("internal:{target}")).set_text(fitting(text));
                    self.worksheet.write_url(row, column, url)?;
                }
                _ => self.cell(row, column, cell)?,
            }
        }
        self.next_row += 1;
        Ok(())
    }
}

impl<'a> SheetSink<'a> {
    /// Where the cell leads; the first row of the table is row 1 of the sheet.
    fn link(&self, row: u32, column: u16) -> Option<&'a str> {
        let links = self.links.filter(|links| links.column == column)?;
        links.targets.get(row.checked_sub(1)? as usize)?.as_deref()
    }

    fn cell(&mut self, row: u32, column: u16, cell: &Cell<'_>) -> Result<(), XlsxError> {
        match *cell {
            Cell::Empty | Cell::Text("") => {}
            Cell::Text(text) if may_run(text) => {
                self.worksheet.write_string_with_format(row, column, fitting(text), &self.formats.quoted)?;
            }
            Cell::Text(text) => {
                self.worksheet.write_string(row, column, fitting(text))?;
            }
            Cell::Integer(number) => {
                self.worksheet.write_number(row, column, number as f64)?;
            }
            Cell::Decimal(number) => {
                self.worksheet.write_number(row, column, four_decimals(number))?;
            }
            Cell::Flag(flag) => {
                self.worksheet.write_number(row, column, if flag { 1.0 } else { 0.0 })?;
            }
            Cell::Moment(moment) => self.moment(row, column, moment)?,
        }
        Ok(())
    }

    /// A date before 1900 is none to a spreadsheet, and stays a text.
    fn moment(&mut self, row: u32, column: u16, moment: DateTime) -> Result<(), XlsxError> {
        let whole_day = moment.time() == jiff::civil::Time::midnight();
        match excel_time(moment) {
            Ok(time) => {
                let format = if whole_day { &self.formats.date } else { &self.formats.moment };
                self.worksheet.write_datetime_with_format(row, column, &time, format)?;
            }
            Err(_) => {
                self.worksheet.write_string(row, column, moment.to_string())?;
            }
        }
        Ok(())
    }
}

fn excel_time(moment: DateTime) -> Result<ExcelDateTime, XlsxError> {
    // Months, days, hours, minutes and seconds of a civil time are never negative.
    let part = |value: i8| u8::try_from(value).unwrap_or(0);
    let year = u16::try_from(moment.year()).unwrap_or(0);
    ExcelDateTime::from_ymd(year, part(moment.month()), part(moment.day()))?.and_hms(
        u16::from(part(moment.hour())),
        part(moment.minute()),
        f64::from(part(moment.second())),
    )
}

/// Cuts what no cell can hold; the CSV has the whole text.
fn fitting(text: &str) -> &str {
    if text.len() <= LONGEST_CELL {
        return text;
    }
    let mut units = 0_usize;
    for (byte, character) in text.char_indices() {
        units += character.len_utf16();
        if units > LONGEST_CELL {
            return text.get(..byte).unwrap_or(text);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader, Xlsx};

    use super::super::table::columns;
    use super::*;

    struct Mixed;

    impl Table for Mixed {
        fn columns(&self) -> Vec<Column> {
            columns(&[("text", ColumnType::Prose), ("k", ColumnType::Integer), ("time", ColumnType::Moment)])
        }

        fn rows(&self, sink: &mut dyn RowSink) -> Result<(), ExportError> {
            let when = jiff::civil::date(2026, 11, 3).at(9, 30, 0, 0);
            sink.row(&[Cell::Text("=1+1 og \u{1}tegn <b>"), Cell::Integer(3), Cell::Moment(when)])?;
            sink.row(&[
                Cell::Text(&"å".repeat(40_000)),
                Cell::Empty,
                Cell::Moment(jiff::civil::date(1850, 1, 1).into()),
            ])
        }
    }

    fn bytes() -> Vec<u8> {
        let scratch = tempfile::tempdir().unwrap();
        let mut output = Vec::new();
        let sheets = [Sheet::new("answers", &Mixed)];
        write_workbook("Prøve", &sheets, jiff::civil::date(2026, 11, 16).into(), scratch.path(), &mut output).unwrap();
        assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 0);
        output
    }

    #[test]
    fn numbers_and_dates_are_real_and_texts_are_never_formulas() {
        let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes())).unwrap();
        let range = workbook.worksheet_range("answers").unwrap();
        assert_eq!(range.get((0, 0)).unwrap(), &Data::String("text".into()));
        assert!(matches!(range.get((1, 0)).unwrap(), Data::String(text) if text.starts_with("=1+1 og ")));
        assert_eq!(range.get((1, 1)).unwrap(), &Data::Float(3.0));
        assert!(matches!(range.get((1, 2)).unwrap(), Data::DateTime(_)));
        assert!(matches!(range.get((2, 0)).unwrap(), Data::String(text) if text.chars().count() == LONGEST_CELL));
        assert_eq!(range.get((2, 2)).unwrap(), &Data::String("1850-01-01T00:00:00".into()));
    }

    #[test]
    fn the_same_contents_give_the_same_bytes() {
        assert!(bytes() == bytes());
    }
}
