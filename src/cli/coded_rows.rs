//! Reading human-coded rows, for `train` and `evaluate`.

use std::path::{Path, PathBuf};

use innspill::evaluate::{Coded, GoldError};
use innspill::ingest::Filter;
use serde_json::Value;

use super::failure::Failure;

/// Which rows to read of a coded file, and which of their fields.
#[derive(Debug, clap::Args)]
pub struct CodedFields {
    /// Field that lists each row's free labels; an empty list is a valid row
    #[arg(long = "labels-field", default_value = "labels", value_name = "FIELD")]
    pub labels: String,
    /// Field that holds the text
    #[arg(long = "text-field", default_value = "text", value_name = "FIELD")]
    pub text: String,
    /// Read only coded rows whose FIELD has this VALUE; may be repeated
    #[arg(long = "where", value_name = "FIELD=VALUE")]
    pub filters: Vec<Filter>,
}

/// Fields that every row must have.
#[derive(Debug, Clone, Copy, Default)]
pub struct Needs<'a> {
    /// A text, to learn from or to tag.
    pub text: bool,
    /// A list of strings in each of these fields.
    pub lists: &'a [&'a str],
}

/// Reads JSONL files, or the JSONL files of folders in order of their names; rows that do not fit the
/// filters are passed over.
pub fn read(
    paths: &[PathBuf],
    fields: &CodedFields,
    filters: &[Filter],
    needs: Needs<'_>,
) -> Result<Vec<Coded>, Failure> {
    let mut rows = Vec::new();
    for path in files(paths)? {
        let text = std::fs::read_to_string(&path)
            .map_err(|error| Failure::Usage(format!("{}: cannot read: {error}", path.display())))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let failed = |what: String| Failure::Usage(format!("{}:{}: {what}", path.display(), number + 1));
            let value: Value =
                serde_json::from_str(line).map_err(|_| failed("not JSON: one object a line is expected".to_owned()))?;
            if !filters.iter().all(|filter| fits(filter, &value)) {
                continue;
            }
            require(&value, fields, needs).map_err(|error| failed(error.to_string()))?;
            let mut coded =
                Coded::from_json(&value, &fields.labels, &fields.text).map_err(|error| failed(error.to_string()))?;
            if coded.id.is_empty() {
                coded.id = (number + 1).to_string();
            }
            rows.push(coded);
        }
    }
    if rows.is_empty() {
        return Err(Failure::Usage("no coded rows: check the path and --where".to_owned()));
    }
    Ok(rows)
}

fn require(row: &Value, fields: &CodedFields, needs: Needs<'_>) -> Result<(), GoldError> {
    if needs.text && !row.get(&fields.text).is_some_and(Value::is_string) {
        return Err(GoldError::NoText(fields.text.clone()));
    }
    for field in needs.lists {
        let list = row.get(*field).and_then(Value::as_array);
        if !list.is_some_and(|entries| entries.iter().all(Value::is_string)) {
            return Err(GoldError::NoLabels((*field).to_owned()));
        }
    }
    Ok(())
}

fn fits(filter: &Filter, row: &Value) -> bool {
    match row.get(&filter.field) {
        Some(Value::String(value)) => value.trim() == filter.value,
        Some(value) => {
            let written = value.to_string();
            written == filter.value
        }
        None => filter.value.is_empty(),
    }
}

fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            files.extend(in_folder(path)?);
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

fn in_folder(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = std::fs::read_dir(folder)
        .map_err(|error| Failure::Usage(format!("{}: cannot read: {error}", folder.display())))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "jsonl"))
        .collect();
    files.sort();
    Ok(files)
}
