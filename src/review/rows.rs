//! Small tables that people keep by hand: CSV as any spreadsheet saves it.

use super::ReviewError;

/// A row by the columns that were asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Line from 1 at which it begins.
    pub line: u64,
    /// One cell per column asked for, trimmed; empty where the file lacks an optional column.
    pub cells: Vec<String>,
}

impl Row {
    /// The cell of the column at this position in the list that was asked for.
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }
}

/// A whole table: its header and its rows, all cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Trimmed.
    pub header: Vec<String>,
    /// Rows that are not blank.
    pub rows: Vec<Row>,
}

/// Reads a CSV file: UTF-8 with or without a mark, else Windows-1252; comma, semicolon or tab, whichever the header
/// has most of.
///
/// # Errors
/// [`ReviewError::Row`] where quotes do not close.
pub fn read_sheet(file: &str, bytes: &[u8]) -> Result<Sheet, ReviewError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => std::borrow::Cow::Borrowed(text),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0,
    };
    let first = text.lines().next().unwrap_or("");
    let delimiter = [',', ';', '\t'].into_iter().max_by_key(|mark| first.matches(*mark).count()).unwrap_or(',');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(u8::try_from(delimiter).unwrap_or(b','))
        .from_reader(text.as_bytes());
    let mut sheet = Sheet { header: Vec::new(), rows: Vec::new() };
    for (number, record) in (1_u64..).zip(reader.records()) {
        let record =
            record.map_err(|_| ReviewError::row(file, number, "the row cannot be read", "save it as CSV anew"))?;
        let line = record.position().map_or(number, |position| line_of(position, text.as_bytes()));
        let cells: Vec<String> = record.iter().map(|cell| cell.trim().to_owned()).collect();
        if sheet.header.is_empty() {
            sheet.header = cells;
        } else if cells.iter().any(|cell| !cell.is_empty()) {
            sheet.rows.push(Row { line, cells });
        }
    }
    Ok(sheet)
}

/// The reader's position is that before the line ends which part a row from the one above.
fn line_of(position: &csv::Position, text: &[u8]) -> u64 {
    let rest = usize::try_from(position.byte()).ok().and_then(|byte| text.get(byte..)).unwrap_or_default();
    let ends = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| **byte == b'\n').count();
    position.line() + u64::try_from(ends).unwrap_or(0)
}

/// Reads a table by named columns, in whatever order the file has them; names are compared without case.
///
/// # Errors
/// [`ReviewError::Column`] where a required column is missing, else as [`read_sheet`].
pub fn read_rows(file: &str, bytes: &[u8], required: &[&str], optional: &[&str]) -> Result<Vec<Row>, ReviewError> {
    let sheet = read_sheet(file, bytes)?;
    pick(file, &sheet, required, optional)
}

/// The columns of a table that was read: first the required, then the optional.
///
/// # Errors
/// [`ReviewError::Column`] where a required column is missing.
pub fn pick(file: &str, sheet: &Sheet, required: &[&str], optional: &[&str]) -> Result<Vec<Row>, ReviewError> {
    let position = |name: &str| sheet.header.iter().position(|header| header.to_lowercase() == name.to_lowercase());
    let mut columns = Vec::with_capacity(required.len() + optional.len());
    for name in required {
        let Some(column) = position(name) else {
            return Err(ReviewError::Column {
                file: file.to_owned(),
                missing: (*name).to_owned(),
                expected: [required, optional].concat().join(","),
            });
        };
        columns.push(Some(column));
    }
    columns.extend(optional.iter().map(|name| position(name)));
    let cell =
        |row: &Row, column: &Option<usize>| column.map_or_else(String::new, |column| row.cell(column).to_owned());
    Ok(sheet
        .rows
        .iter()
        .map(|row| Row { line: row.line, cells: columns.iter().map(|column| cell(row, column)).collect() })
        .collect())
}

/// Writes a table as CSV with a header: comma, line feed, quotes where needed.
pub fn write_rows(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = writer.write_record(header);
    for row in rows {
        let _ = writer.write_record(&row);
    }
    writer.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_reads_the_same_as_any_spreadsheet_saves_it() {
        let plain =
            read_rows("a.csv", "code,who,why\nx,Åse,\"a, b\"\n\n".as_bytes(), &["who", "code"], &["when"]).unwrap();
        assert_eq!(plain, [Row { line: 2, cells: vec!["Åse".into(), "x".into(), String::new()] }]);
        let excel =
            read_rows("a.csv", "\u{feff}Code;Who\r\nx;Åse\r\n".as_bytes(), &["who", "code"], &["when"]).unwrap();
        assert_eq!(excel, plain);
        let old = read_rows("a.csv", b"code;who\nx;\xc5se\n", &["who", "code"], &["when"]).unwrap();
        assert_eq!(old, plain);
    }

    #[test]
    fn a_missing_column_is_named() {
        let error = read_rows("c.csv", b"code\nx\n", &["code", "who"], &[]).unwrap_err();
        assert_eq!(error.to_string(), "c.csv:1: the column `who` is missing; the header is code,who");
    }

    #[test]
    fn what_is_written_reads_back() {
        let bytes = write_rows(&["a", "b"], [vec!["x\ny".to_owned(), "\"q\"; ,".to_owned()]]);
        let rows = read_rows("a.csv", &bytes, &["a", "b"], &[]).unwrap();
        assert_eq!(rows[0].cells, ["x\ny", "\"q\"; ,"]);
    }
}
