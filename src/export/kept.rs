//! Columns carried along from the input, with the type that all their values share.

use std::str::FromStr;

use jiff::civil::{Date, DateTime};
use rustc_hash::FxHashMap;

use super::table::ColumnType;
use crate::record::Record;

/// The kept columns of all records, in the order in which they first occur.
#[derive(Debug, Clone, Default)]
pub struct KeptColumns {
    columns: Vec<(String, ColumnType)>,
    positions: FxHashMap<String, usize>,
}

/// A kept value, typed as its column is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum KeptValue<'a> {
    /// This answer's source has no such column, or the cell is empty.
    Absent,
    /// A text.
    Text(&'a str),
    /// A whole number.
    Integer(i64),
    /// A date, with its own words.
    Moment((DateTime, &'a str)),
}

/// Kept columns in the making, of records that come a part at a time.
#[derive(Debug, Default)]
pub struct KeptScan {
    kept: KeptColumns,
    types: Vec<Option<ColumnType>>,
}

impl KeptScan {
    /// Takes in some records.
    pub fn read(&mut self, records: &[Record]) {
        let KeptScan { kept, types } = self;
        for (name, value) in records.iter().flat_map(|record| &record.answer.kept) {
            let position = match kept.positions.get(name) {
                Some(&position) => position,
                None => {
                    kept.positions.insert(name.clone(), types.len());
                    kept.columns.push((name.clone(), ColumnType::Text));
                    types.push(None);
                    types.len() - 1
                }
            };
            if let (false, Some(slot)) = (value.is_empty(), types.get_mut(position)) {
                *slot = Some(joint_type(*slot, value));
            }
        }
    }

    /// The columns of all records that were taken in.
    pub fn finish(mut self) -> KeptColumns {
        for ((_, holds), found) in self.kept.columns.iter_mut().zip(self.types) {
            *holds = found.unwrap_or(ColumnType::Text);
        }
        self.kept
    }
}

impl KeptColumns {
    /// Reads all records once.
    pub fn of(records: &[Record]) -> Self {
        let mut scan = KeptScan::default();
        scan.read(records);
        scan.finish()
    }

    /// Names and types.
    pub fn columns(&self) -> impl Iterator<Item = (&str, ColumnType)> {
        self.columns.iter().map(|(name, holds)| (name.as_str(), *holds))
    }

    /// One value per column.
    pub fn values<'r>(&self, record: &'r Record) -> Vec<KeptValue<'r>> {
        let mut values = vec![KeptValue::Absent; self.columns.len()];
        for (name, text) in &record.answer.kept {
            let position = self.positions.get(name).copied().unwrap_or(usize::MAX);
            if let (Some(slot), Some((_, holds))) = (values.get_mut(position), self.columns.get(position)) {
                *slot = typed(text, *holds);
            }
        }
        values
    }
}

/// The type of a column that was `so_far` and now holds `value` too.
fn joint_type(so_far: Option<ColumnType>, value: &str) -> ColumnType {
    let fits_integer = whole_number(value).is_some();
    match so_far {
        None | Some(ColumnType::Integer) if fits_integer => ColumnType::Integer,
        None | Some(ColumnType::Moment) if moment(value).is_some() => ColumnType::Moment,
        _ => ColumnType::Text,
    }
}

fn typed(text: &str, holds: ColumnType) -> KeptValue<'_> {
    if text.is_empty() {
        return KeptValue::Absent;
    }
    match holds {
        ColumnType::Integer => whole_number(text).map_or(KeptValue::Text(text), KeptValue::Integer),
        ColumnType::Moment => moment(text).map_or(KeptValue::Text(text), |when| KeptValue::Moment((when, text))),
        _ => KeptValue::Text(text),
    }
}

/// A number that is written the one way a number is: `0301` is a municipality, not three hundred and one.
/// Fifteen digits are what a spreadsheet keeps.
fn whole_number(text: &str) -> Option<i64> {
    let number = i64::from_str(text).ok()?;
    (number.to_string() == text && text.len() <= 15).then_some(number)
}

/// An ISO date, with or without a time of day.
fn moment(text: &str) -> Option<DateTime> {
    if text.len() < 10 || !text.as_bytes().first()?.is_ascii_digit() {
        return None;
    }
    Date::from_str(text).map(|date| date.at(0, 0, 0, 0)).ok().filter(|_| text.len() == 10).or_else(|| {
        let seems_iso = text.as_bytes().get(10).is_some_and(|&byte| byte == b'T' || byte == b' ');
        if seems_iso { DateTime::from_str(text).ok() } else { None }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_written_as_numbers_are_numbers() {
        assert_eq!(whole_number("42"), Some(42));
        for text in ["0301", "+1", "4 2", "1234567890123456", "1.5"] {
            assert_eq!(whole_number(text), None, "{text}");
        }
    }

    #[test]
    fn only_iso_dates_are_dates() {
        assert!(moment("2026-11-03").is_some());
        assert!(moment("2026-11-03T09:30:00").is_some());
        for text in ["03.11.2026", "2026", "2026-13-01", "11-03-2026 og mer", "æøå-11-03"] {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    #[test]
    fn one_odd_value_makes_the_column_text() {
        let mut holds = None;
        for value in ["1", "2", "ukjent", "3"] {
            holds = Some(joint_type(holds, value));
        }
        assert_eq!(holds, Some(ColumnType::Text));
    }
}
