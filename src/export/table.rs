//! The shape that every table shares: typed columns, and rows that are streamed to whatever writes them.

use super::ExportError;

/// What a column holds. CSV writes all of them as text; a spreadsheet keeps the type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// A name, code or id.
    Text,
    /// A name or code out of a short list.
    Category,
    /// Sentences: a wide column with wrapped lines.
    Prose,
    /// A whole number.
    Integer,
    /// A number with up to four decimals.
    Decimal,
    /// 1 or 0.
    Flag,
    /// A date with or without a time of day.
    Moment,
}

/// A column's name, to the letter as files have it, and its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its header.
    pub name: String,
    /// What it holds.
    pub holds: ColumnType,
}

impl Column {
    /// A column.
    pub fn new(name: impl Into<String>, holds: ColumnType) -> Self {
        Column { name: name.into(), holds }
    }
}

/// Columns from a list of names and types.
pub fn columns(list: &[(&str, ColumnType)]) -> Vec<Column> {
    list.iter().map(|(name, holds)| Column::new(*name, *holds)).collect()
}

/// The value in one row of one column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// Nothing is known, or nothing applies.
    Empty,
    /// A text.
    Text(&'a str),
    /// A whole number.
    Integer(i64),
    /// A number; rounded to four decimals when written.
    Decimal(f64),
    /// 1 or 0.
    Flag(bool),
    /// A date and time.
    Moment(jiff::civil::DateTime),
}

impl Cell<'_> {
    /// A count.
    pub fn count(number: usize) -> Cell<'static> {
        Cell::Integer(i64::try_from(number).unwrap_or(i64::MAX))
    }

    /// A text, or nothing.
    pub fn maybe_text(text: Option<&str>) -> Cell<'_> {
        text.map_or(Cell::Empty, Cell::Text)
    }

    /// A number, or nothing.
    pub fn maybe_decimal(number: Option<f64>) -> Cell<'static> {
        number.map_or(Cell::Empty, Cell::Decimal)
    }

    /// A count, or nothing.
    pub fn maybe_count(number: Option<usize>) -> Cell<'static> {
        number.map_or(Cell::Empty, Cell::count)
    }
}

/// Takes rows one at a time.
pub trait RowSink {
    /// Takes one row, with a cell per column.
    ///
    /// # Errors
    /// When it cannot be written.
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), ExportError>;
}

/// A table that can be written any number of times.
pub trait Table: Sync {
    /// Its columns.
    fn columns(&self) -> Vec<Column>;

    /// Streams its rows.
    ///
    /// # Errors
    /// When the sink fails.
    fn rows(&self, sink: &mut dyn RowSink) -> Result<(), ExportError>;
}

impl<T: Table + ?Sized> Table for Box<T>
where
    Box<T>: Sync,
{
    fn columns(&self) -> Vec<Column> {
        (**self).columns()
    }

    fn rows(&self, sink: &mut dyn RowSink) -> Result<(), ExportError> {
        (**self).rows(sink)
    }
}

/// Rounds to four decimals; a negative zero becomes zero.
pub fn four_decimals(number: f64) -> f64 {
    (number * 10_000.0).round() / 10_000.0 + 0.0
}
