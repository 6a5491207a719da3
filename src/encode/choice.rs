//! Which encoder someone asked for.

use std::convert::Infallible;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// The value of `--encoder`: `embedded`, `e5-small` or a folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum EncoderChoice {
    /// The vectors in the binary.
    #[default]
    Embedded,
    /// multilingual-e5-small, pulled into the models folder.
    E5Small,
    /// A folder in the sentence-transformers layout.
    Folder(PathBuf),
}

impl FromStr for EncoderChoice {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "embedded" => Self::Embedded,
            "e5-small" => Self::E5Small,
            folder => Self::Folder(PathBuf::from(folder)),
        })
    }
}

impl fmt::Display for EncoderChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Embedded => f.write_str("embedded"),
            Self::E5Small => f.write_str("e5-small"),
            Self::Folder(folder) => folder.display().fmt(f),
        }
    }
}
