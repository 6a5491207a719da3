//! Reading `innspill.toml`, with errors that name the line.

use std::collections::BTreeMap;
use std::path::{Component, Path};
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::Settings;

/// Why `innspill.toml` could not be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("{file}: cannot be read ({cause}); check that the file is there and readable")]
    Unreadable {
        /// Path as given.
        file: String,
        /// The system's word.
        cause: std::io::Error,
    },
    /// A line of it is wrong.
    #[error("{file}:{line}: {what}; mend the line or compare with a fresh one from `innspill init`")]
    Wrong {
        /// Path as given.
        file: String,
        /// Line from 1.
        line: usize,
        /// What is wrong, in one line.
        what: String,
    },
}

impl Settings {
    /// Reads a settings file.
    ///
    /// # Errors
    /// When the file cannot be read, is not TOML, or holds a name or value that is not known.
    pub fn from_file(path: &Path) -> Result<Self, SettingsError> {
        let file = path.display().to_string();
        let text =
            std::fs::read_to_string(path).map_err(|cause| SettingsError::Unreadable { file: file.clone(), cause })?;
        Self::from_toml(&text, &file)
    }

    /// Reads settings from text; `file` is what errors call it.
    ///
    /// # Errors
    /// When the text is not TOML, or holds a name or value that is not known.
    pub fn from_toml(text: &str, file: &str) -> Result<Self, SettingsError> {
        toml::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let line = text.bytes().take(start).filter(|&byte| byte == b'\n').count() + 1;
            let what = error.message().split('\n').map(str::trim).collect::<Vec<_>>().join(" ");
            SettingsError::Wrong { file: file.to_owned(), line, what }
        })
    }
}

pub(super) fn not_blank<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let value = String::deserialize(deserializer)?;
    if value.trim().is_empty() { Err(D::Error::custom("is empty; leave the line out instead")) } else { Ok(value) }
}

pub(super) fn at_least_one<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    match u32::deserialize(deserializer)? {
        0 => Err(D::Error::custom("must be 1 or more")),
        size => Ok(size),
    }
}

pub(super) fn optional_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<jiff::civil::Date>, D::Error> {
    let written = match toml::Value::deserialize(deserializer)? {
        toml::Value::Datetime(date) => date.to_string(),
        toml::Value::String(text) if text.trim().is_empty() => return Ok(None),
        toml::Value::String(text) => text,
        _ => return Err(D::Error::custom("must be a date such as 2027-12-31")),
    };
    jiff::civil::Date::from_str(written.trim())
        .map(Some)
        .map_err(|_| D::Error::custom("must be a date such as 2027-12-31"))
}

/// A glob that stays inside the project: relative, without `..`.
pub(super) fn inside_glob<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let pattern = String::deserialize(deserializer)?;
    if pattern.trim().is_empty() {
        return Err(D::Error::custom("path is empty; name the files, such as \"input/*.csv\""));
    }
    let path = Path::new(&pattern);
    let leaves = |component| !matches!(component, Component::Normal(_) | Component::CurDir);
    if path.components().any(leaves) {
        return Err(D::Error::custom(format!(
            "path \"{pattern}\" leads out of the project; give a path inside it, without \"..\""
        )));
    }
    match glob::Pattern::new(&pattern) {
        Ok(_) => Ok(pattern),
        Err(error) => Err(D::Error::custom(format!("path \"{pattern}\" is not a file pattern ({})", error.msg))),
    }
}

pub(super) fn optional_delimiter<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u8>, D::Error> {
    let written = String::deserialize(deserializer)?;
    match written.as_bytes() {
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => Ok(Some(*byte)),
        _ if written == "tab" => Ok(Some(b'\t')),
        _ => Err(D::Error::custom("delimiter must be one character such as \";\" or \"\\t\"")),
    }
}

pub(super) fn optional_encoding<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<&'static encoding_rs::Encoding>, D::Error> {
    let label = String::deserialize(deserializer)?;
    encoding_rs::Encoding::for_label(label.as_bytes()).map(Some).ok_or_else(|| {
        D::Error::custom(format!("encoding \"{label}\" is not known; use utf-8, windows-1252 or utf-16le"))
    })
}

pub(super) fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "must be one column's header or a list of headers")]
    enum OneOrMany {
        One(String),
        Many(Vec<String>),
    }
    Ok(match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(header) => vec![header],
        OneOrMany::Many(headers) => headers,
    })
}

pub(super) fn groups<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(String, String)>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "must be a list of headers, or { name = \"header\" }")]
    enum Groups {
        One(String),
        Many(Vec<String>),
        Named(BTreeMap<String, String>),
    }
    Ok(match Groups::deserialize(deserializer)? {
        Groups::One(header) => vec![(header.clone(), header)],
        Groups::Many(headers) => headers.into_iter().map(|header| (header.clone(), header)).collect(),
        Groups::Named(named) => named.into_iter().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::{ReportLanguage, Role, TextUnit};
    use super::*;

    #[test]
    fn the_template_is_valid_and_says_the_defaults() {
        let mut settings = Settings::from_toml(Settings::template(), "innspill.toml").unwrap();
        assert!(!settings.name.is_empty());
        settings.name.clear();
        settings.codebook = None;
        assert_eq!(settings, Settings::default());
    }

    #[test]
    fn every_line_of_the_template_stands_under_a_comment_of_its_own() {
        let lines: Vec<&str> = Settings::template().lines().collect();
        for (number, line) in lines.iter().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
            assert!(line.contains(" # ") || line.starts_with('['), "line {} has no comment: {line}", number + 1);
        }
    }

    #[test]
    fn the_template_with_its_examples_switched_on_is_valid_too() {
        let switched_on: String = Settings::template()
            .lines()
            .map(|line| line.strip_prefix("#: ").unwrap_or(line))
            .fold(String::new(), |text, line| text + line + "\n");
        let settings = Settings::from_toml(&switched_on, "innspill.toml").unwrap();
        let source = &settings.sources[0];
        assert_eq!(source.columns.groups.len(), 2);
        assert!(source.roles.values().any(|&role| role == Role::Drop));
        assert_eq!(settings.groups["bord"].persons, Some(true));
        assert!(settings.delete_after.is_some());
    }

    #[test]
    fn a_source_says_how_its_files_are_read() {
        let settings = Settings::from_toml(
            "language = \"nn\"\ndelete_after = 2027-12-31\n[[source]]\npath = \"input/a.txt\"\nunit = \"paragraph\"\n\
             delimiter = \"tab\"\nencoding = \"latin1\"\n[source.columns]\ntext = [\"A?\", \"B?\"]\n\
             groups = { sektor = \"Hvor jobber du?\" }\n[source.roles]\n\"Tlf\" = \"keep\"\n",
            "innspill.toml",
        )
        .unwrap();
        assert_eq!(settings.language, ReportLanguage::Nn);
        assert_eq!(settings.delete_after, Some(jiff::civil::date(2027, 12, 31)));
        let source = &settings.sources[0];
        assert_eq!(source.unit, Some(TextUnit::Paragraph));
        assert_eq!(source.delimiter, Some(b'\t'));
        assert_eq!(source.encoding, Some(encoding_rs::WINDOWS_1252));
        assert_eq!(source.columns.text, ["A?", "B?"]);
        assert_eq!(source.columns.groups, [("sektor".to_owned(), "Hvor jobber du?".to_owned())]);
        assert_eq!(source.roles["Tlf"], Role::Keep);
    }

    fn error(text: &str) -> String {
        Settings::from_toml(text, "p/innspill.toml").unwrap_err().to_string()
    }

    #[test]
    fn errors_name_file_line_and_what_in_one_line() {
        for (text, start, part) in [
            ("name = \"a\"\nlangauge = \"nb\"\n", "p/innspill.toml:2: ", "langauge"),
            ("\n\n[privacy]\nmin_group_size = 0\n", "p/innspill.toml:4: ", "1 or more"),
            ("[[source]]\npath = \"../secret/*.csv\"\n", "p/innspill.toml:2: ", "leads out of the project"),
            ("[[source]]\npath = \"/etc/*.csv\"\n", "p/innspill.toml:2: ", "leads out of the project"),
            ("[[source]]\nkind = \"wish\"\n", "p/innspill.toml:1: ", "path"),
            ("[[source]]\npath = \"a\"\ndelimiter = \"::\"\n", "p/innspill.toml:3: ", "one character"),
            ("[[source]]\npath = \"a\"\nencoding = \"klingon\"\n", "p/innspill.toml:3: ", "klingon"),
            ("[[source]]\npath = \"a\"\n[source.roles]\nx = \"person\"\n", "p/innspill.toml:4: ", "person"),
            ("name = \n", "p/innspill.toml:1: ", "mend the line"),
            ("delete_after = \"soon\"\n", "p/innspill.toml:1: ", "2027-12-31"),
        ] {
            let message = error(text);
            assert!(message.starts_with(start), "{message}");
            assert!(message.contains(part), "{message}");
            assert!(!message.contains('\n'), "{message}");
        }
    }
}
