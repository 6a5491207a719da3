//! Reading `codebook.toml`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::Codebook;

/// Why a codebook could not be used.
#[derive(Debug, thiserror::Error)]
pub enum CodebookError {
    /// The file could not be read.
    #[error("{path}: cannot read the codebook: {source}")]
    Unreadable {
        /// As the user named it.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The text is not TOML of the expected form.
    #[error("{path}: not a codebook: {message}")]
    Malformed {
        /// As the user named it.
        path: PathBuf,
        /// Place and cause, from the TOML reader.
        message: String,
    },
    /// An id is missing, repeated or of the wrong form.
    #[error("{path}: {message}")]
    BadId {
        /// As the user named it.
        path: PathBuf,
        /// Which id, and how to mend it.
        message: String,
    },
}

/// The innovation codebook, built into the binary from `corpus/codebook.toml`.
///
/// # Errors
/// [`CodebookError`] only if the shipped file is broken, which a test rules out.
pub fn builtin() -> Result<Codebook, CodebookError> {
    from_toml(include_str!("../../corpus/codebook.toml"), Path::new("corpus/codebook.toml"))
}

/// Reads a codebook from a file.
///
/// # Errors
/// [`CodebookError`] names the file, the place and what is wrong.
pub fn from_file(path: &Path) -> Result<Codebook, CodebookError> {
    let text =
        std::fs::read_to_string(path).map_err(|source| CodebookError::Unreadable { path: path.to_owned(), source })?;
    from_toml(&text, path)
}

/// Reads a codebook from text; `path` is named in errors only.
///
/// # Errors
/// As [`from_file`].
pub fn from_toml(text: &str, path: &Path) -> Result<Codebook, CodebookError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let codebook: Codebook = toml::from_str(text).map_err(|error| CodebookError::Malformed {
        path: path.to_owned(),
        message: error.to_string().trim_end().replace('\n', " | "),
    })?;
    require_good_ids(&codebook).map_err(|message| CodebookError::BadId { path: path.to_owned(), message })?;
    Ok(codebook)
}

/// Ids become column names and parts of codes, so they are kept plain and unique per level.
fn require_good_ids(codebook: &Codebook) -> Result<(), String> {
    let mut themes = BTreeSet::new();
    for theme in &codebook.themes {
        require_plain(&theme.id, "theme")?;
        require_new(&mut themes, &theme.id, "theme")?;
        let mut topics = BTreeSet::new();
        for topic in &theme.topics {
            require_plain(&topic.id, "topic")?;
            require_new(&mut topics, &topic.id, "topic")?;
            let mut claims = BTreeSet::new();
            for claim in &topic.claims {
                if !matches!(claim.id.as_str(), "A" | "B") {
                    return Err(format!("claim `{}` of topic `{}`: a claim's id is A or B", claim.id, topic.id));
                }
                require_new(&mut claims, &claim.id, "claim")?;
            }
        }
    }
    let mut patterns = BTreeSet::new();
    for pattern in &codebook.patterns {
        require_plain(&pattern.id, "pattern")?;
        require_new(&mut patterns, &pattern.id, "pattern")?;
        if let Some(unknown) = pattern.implied_by.iter().find(|code| codebook.topic(code).is_none()) {
            return Err(format!("pattern `{}`: implied_by names `{unknown}`, which is no topic", pattern.id));
        }
    }
    let mut facets = BTreeSet::new();
    for facet in &codebook.facets {
        require_plain(&facet.id, "facet")?;
        require_new(&mut facets, &facet.id, "facet")?;
        let mut values = BTreeSet::new();
        for value in &facet.values {
            require_plain(&value.id, "facet value")?;
            require_new(&mut values, &value.id, "facet value")?;
        }
    }
    if codebook.themes.is_empty() && codebook.patterns.is_empty() {
        return Err("no [[theme]] and no [[pattern]]: a codebook needs at least one".to_owned());
    }
    Ok(())
}

fn require_plain(id: &str, what: &str) -> Result<(), String> {
    let plain = !id.is_empty() && id.chars().all(|letter| letter.is_alphanumeric() || letter == '_' || letter == '-');
    if plain { Ok(()) } else { Err(format!("{what} id `{id}`: use letters, digits, _ and - only")) }
}

fn require_new<'a>(seen: &mut BTreeSet<&'a str>, id: &'a str, what: &str) -> Result<(), String> {
    if seen.insert(id) { Ok(()) } else { Err(format!("{what} id `{id}` stands twice: give each its own")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_stands_twice_is_named() {
        let text = "[codebook]\nid='x'\nversion='1'\nname={nb='X'}\n[[theme]]\nid='a'\nname={nb='A'}\n[[theme]]\nid='a'\nname={nb='A'}\n";
        let error = from_toml(text, Path::new("x.toml")).unwrap_err().to_string();
        assert!(error.contains("`a` stands twice"), "{error}");
    }

    #[test]
    fn a_broken_file_gives_one_line() {
        let error = from_toml("[codebook\n", Path::new("x.toml")).unwrap_err().to_string();
        assert!(!error.contains('\n'), "{error}");
    }
}
