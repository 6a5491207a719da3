//! Tables as CSV, plain (RFC 4180 with LF) or as Norwegian Excel opens it.

use std::borrow::Cow;
use std::io::Write;

use super::ExportError;
use super::answers::AnswersTable;
use super::parts::Parts;
use super::table::{Cell, Column, RowSink, Table, four_decimals};
use crate::codebook::Codebook;

/// How CSV is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// UTF-8, comma, LF.
    Plain,
    /// BOM, semicolon, CRLF, decimal comma, formulas defused: opens by double click in Norwegian Excel, where a
    /// decimal point would make `1.5` the first of May.
    Excel,
}

impl Dialect {
    /// The dialect that `[output] excel` asks for.
    pub fn from_setting(excel: bool) -> Self {
        if excel { Dialect::Excel } else { Dialect::Plain }
    }
}

/// Writes a whole table.
///
/// # Errors
/// When `output` fails.
pub fn write_csv(table: &dyn Table, dialect: Dialect, output: &mut dyn Write) -> Result<(), ExportError> {
    let mut sink = CsvSink::start(&table.columns(), dialect, output)?;
    table.rows(&mut sink)?;
    sink.finish()
}

/// Writes `answers.csv` a part at a time.
///
/// # Errors
/// When the answers cannot be read, or `output` fails.
pub fn write_answers_csv(
    parts: &dyn Parts,
    codebook: &Codebook,
    dialect: Dialect,
    output: &mut dyn Write,
) -> Result<(), ExportError> {
    let shape = parts.shape();
    let none = shape.part(Vec::new());
    let columns = AnswersTable::part(&none, codebook, &shape.kept, false).columns();
    let mut sink = CsvSink::start(&columns, dialect, output)?;
    parts.each(&mut |part| AnswersTable::part(part, codebook, &shape.kept, false).rows(&mut sink))?;
    sink.finish()
}

struct CsvSink<'a> {
    writer: csv::Writer<&'a mut dyn Write>,
    dialect: Dialect,
}

impl RowSink for CsvSink<'_> {
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), ExportError> {
        for cell in cells {
            self.field(cell).map_err(stream_error)?;
        }
        // An empty record ends the line.
        self.writer.write_record(None::<&[u8]>).map_err(stream_error)
    }
}

impl<'w> CsvSink<'w> {
    fn start(columns: &[Column], dialect: Dialect, output: &'w mut dyn Write) -> Result<Self, ExportError> {
        if dialect == Dialect::Excel {
            output.write_all("\u{feff}".as_bytes())?;
        }
        let mut builder = csv::WriterBuilder::new();
        match dialect {
            Dialect::Plain => builder.terminator(csv::Terminator::Any(b'\n')),
            Dialect::Excel => builder.terminator(csv::Terminator::CRLF).delimiter(b';'),
        };
        let mut sink = CsvSink { writer: builder.from_writer(output), dialect };
        let header: Vec<Cell<'_>> = columns.iter().map(|column| Cell::Text(&column.name)).collect();
        sink.row(&header)?;
        Ok(sink)
    }

    fn finish(mut self) -> Result<(), ExportError> {
        self.writer.flush()?;
        Ok(())
    }

    fn field(&mut self, cell: &Cell<'_>) -> Result<(), csv::Error> {
        match *cell {
            Cell::Empty => self.writer.write_field(""),
            Cell::Text(text) if self.dialect == Dialect::Excel => self.writer.write_field(defused(text).as_bytes()),
            Cell::Text(text) => self.writer.write_field(text),
            Cell::Integer(number) => self.writer.write_field(number.to_string()),
            Cell::Decimal(number) => self.writer.write_field(self.decimal(number)),
            Cell::Flag(flag) => self.writer.write_field(if flag { "1" } else { "0" }),
            Cell::Moment(moment) => self.writer.write_field(moment.to_string()),
        }
    }

    fn decimal(&self, number: f64) -> String {
        let point = four_decimals(number).to_string();
        if self.dialect == Dialect::Excel { point.replace('.', ",") } else { point }
    }
}

/// A text that a spreadsheet would run as a formula gets an apostrophe in front.
fn defused(text: &str) -> Cow<'_, str> {
    if may_run(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// Whether a spreadsheet may take a text for a formula: it starts with a sign of one, in ASCII or full width, perhaps
/// after blanks, quotation marks or signs without width that some programs pass over, or with a tab or line break
/// (OWASP, "CSV Injection").
pub fn may_run(text: &str) -> bool {
    let passed_over = |character: char| {
        character.is_whitespace()
            || character.is_control()
            || matches!(character, '"' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
    };
    text.starts_with(['\t', '\r', '\n'])
        || text.trim_start_matches(passed_over).starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

fn stream_error(error: csv::Error) -> ExportError {
    match error.into_kind() {
        csv::ErrorKind::Io(cause) => ExportError::Stream(cause),
        other => ExportError::Stream(std::io::Error::other(format!("{other:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::table::{ColumnType, columns};
    use super::*;

    struct Texts(Vec<Vec<String>>);

    impl Table for Texts {
        fn columns(&self) -> Vec<Column> {
            columns(&[("first", ColumnType::Text), ("second", ColumnType::Text)])
        }

        fn rows(&self, sink: &mut dyn RowSink) -> Result<(), ExportError> {
            for row in &self.0 {
                let cells: Vec<Cell<'_>> = row.iter().map(|text| Cell::Text(text)).collect();
                sink.row(&cells)?;
            }
            Ok(())
        }
    }

    struct Numbers;

    impl Table for Numbers {
        fn columns(&self) -> Vec<Column> {
            columns(&[("score", ColumnType::Decimal), ("k", ColumnType::Integer), ("hit", ColumnType::Flag)])
        }

        fn rows(&self, sink: &mut dyn RowSink) -> Result<(), ExportError> {
            sink.row(&[Cell::Decimal(0.913_25), Cell::Integer(-3), Cell::Flag(true)])?;
            sink.row(&[Cell::Decimal(-0.0), Cell::Empty, Cell::Flag(false)])
        }
    }

    fn written(table: &dyn Table, dialect: Dialect) -> Vec<u8> {
        let mut bytes = Vec::new();
        write_csv(table, dialect, &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn plain_csv_has_commas_and_lf_and_quotes_only_where_needed() {
        let table = Texts(vec![vec!["a,b".into(), "sa \"nei\"\nog gikk".into()], vec!["-3".into(), "=1+1".into()]]);
        let text = String::from_utf8(written(&table, Dialect::Plain)).unwrap();
        assert_eq!(text, "first,second\n\"a,b\",\"sa \"\"nei\"\"\nog gikk\"\n-3,=1+1\n");
    }

    #[test]
    fn excel_csv_has_bom_semicolons_crlf_decimal_comma_and_true_numbers() {
        let text = String::from_utf8(written(&Numbers, Dialect::Excel)).unwrap();
        assert_eq!(text, "\u{feff}score;k;hit\r\n0,9133;-3;1\r\n0;;0\r\n");
        assert_eq!(String::from_utf8(written(&Numbers, Dialect::Plain)).unwrap(), "score,k,hit\n0.9133,-3,1\n0,,0\n");
    }

    #[test]
    fn excel_csv_runs_no_formula() {
        for start in ["=", "+", "-", "@", "\t", "\r"] {
            let table = Texts(vec![vec![format!("{start}HYPERLINK(\"x\")"), "b".into()]]);
            let text = String::from_utf8(written(&table, Dialect::Excel)).unwrap();
            let cell = text.lines().nth(1).unwrap_or_default().trim_start_matches('"');
            assert!(cell.starts_with('\''), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_comes_back_as_it_was(rows in prop::collection::vec(prop::collection::vec(".{0,20}|[\"\r\n,;= ]{0,6}", 2), 0..8)) {
            let bytes = written(&Texts(rows.clone()), Dialect::Plain);
            let mut reader = csv::ReaderBuilder::new().from_reader(bytes.as_slice());
            let read: Vec<Vec<String>> =
                reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
            prop_assert_eq!(read, rows);
        }

        #[test]
        fn no_cell_for_excel_starts_like_a_formula(text in "[=+\\-@\t\ra-z\"; ]{0,8}") {
            let bytes = written(&Texts(vec![vec![text, "b".into()]]), Dialect::Excel);
            let without_bom = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap();
            let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(without_bom);
            let record = reader.records().next().unwrap().unwrap();
            prop_assert!(!record[0].starts_with(['=', '+', '-', '@', '\t', '\r']));
        }
    }
}
