//! How people write codes.

use crate::codebook::{Codebook, Level};
use crate::text::Language;

/// A code of the codebook.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum CodeName {
    /// A theme's id.
    Theme(String),
    /// `theme/topic`.
    Topic(String),
    /// A pattern's id.
    Pattern(String),
}

impl CodeName {
    /// The code at this level.
    pub fn new(level: Level, code: &str) -> Self {
        match level {
            Level::Theme => CodeName::Theme(code.to_owned()),
            Level::Topic => CodeName::Topic(code.to_owned()),
            Level::Pattern => CodeName::Pattern(code.to_owned()),
        }
    }

    /// Its level.
    pub fn level(&self) -> Level {
        match self {
            CodeName::Theme(_) => Level::Theme,
            CodeName::Topic(_) => Level::Topic,
            CodeName::Pattern(_) => Level::Pattern,
        }
    }

    /// Its id.
    pub fn code(&self) -> &str {
        match self {
            CodeName::Theme(code) | CodeName::Topic(code) | CodeName::Pattern(code) => code,
        }
    }

    /// As files have it: the id, and `pattern:id` for a pattern that shares its id with a theme.
    pub fn written(&self, codebook: &Codebook) -> String {
        match self {
            CodeName::Pattern(code) if codebook.theme(code).is_some() => format!("pattern:{code}"),
            _ => self.code().to_owned(),
        }
    }
}

/// The code that a person means: `theme/topic`, a theme's id, a pattern's id or `pattern:id`, or one of those in
/// brackets after a name (`Siloer (collaboration/silos)`), as our drop-downs have it.
pub fn resolve(written: &str, codebook: &Codebook) -> Option<CodeName> {
    let written = written.trim();
    let bare = written.strip_suffix(')').and_then(|start| start.rsplit_once('(')).map_or(written, |(_, code)| code);
    if let Some(code) = bare.strip_prefix("pattern:") {
        return codebook.pattern(code).map(|_| CodeName::Pattern(code.to_owned()));
    }
    if codebook.topic(bare).is_some() {
        Some(CodeName::Topic(bare.to_owned()))
    } else if codebook.theme(bare).is_some() {
        Some(CodeName::Theme(bare.to_owned()))
    } else {
        codebook.pattern(bare).map(|_| CodeName::Pattern(bare.to_owned()))
    }
}

/// The code with this name in any of the codebook's languages, where only one has it (case is the same to it); topics
/// go before patterns, since a pattern may bear its topic's name.
pub fn resolve_name(name: &str, codebook: &Codebook) -> Option<CodeName> {
    let wanted = name.trim().to_lowercase();
    if wanted.is_empty() {
        return None;
    }
    let codes = codebook.codes();
    for level in [Level::Topic, Level::Theme, Level::Pattern] {
        let mut with_name = codes
            .iter()
            .filter(|entry| entry.level == level && entry.meaning.name.all().any(|own| own.to_lowercase() == wanted));
        if let (Some(entry), None) = (with_name.next(), with_name.next()) {
            return Some(CodeName::new(level, &entry.code));
        }
    }
    None
}

/// As a drop-down has it: name, then the code in brackets.
pub fn labelled(name: &CodeName, codebook: &Codebook) -> String {
    format!("{} ({})", codebook.name(name.level(), name.code(), Language::Nb), name.written(codebook))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_found_by_its_id_and_by_its_label() {
        let codebook = crate::codebook::builtin().unwrap();
        for entry in codebook.codes() {
            let name = CodeName::new(entry.level, &entry.code);
            assert_eq!(resolve(&name.written(&codebook), &codebook), Some(name.clone()));
            assert_eq!(resolve(&labelled(&name, &codebook), &codebook), Some(name));
        }
        assert_eq!(resolve("no/such", &codebook), None);
    }

    #[test]
    fn a_name_is_found_whatever_its_case() {
        let codebook = crate::codebook::builtin().unwrap();
        assert_eq!(resolve_name("SILOER", &codebook), Some(CodeName::Topic("collaboration/silos".to_owned())));
        assert_eq!(resolve_name("", &codebook), None);
    }
}
