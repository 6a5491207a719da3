//! `innspill.toml`: what a project is called, where its answers come from, and how they are to be treated.

mod load;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

pub use load::SettingsError;

/// All that `innspill.toml` says; every line of it may be left out.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// What the project is called in reports.
    pub name: String,
    /// Language of the report.
    pub language: ReportLanguage,
    /// `embedded`, `e5-small`, or a folder in the sentence-transformers layout.
    #[serde(deserialize_with = "load::not_blank")]
    pub encoder: String,
    /// Codebook file, relative to the project; none means the built-in one.
    pub codebook: Option<PathBuf>,
    /// A tagger that `innspill train` made, relative to the project; none means the built-in one.
    pub tagger: Option<PathBuf>,
    /// The store, relative to the project; none means `innspill.db` in it.
    pub store: Option<PathBuf>,
    /// Where answers come from, in the order of the file.
    #[serde(rename = "source")]
    pub sources: Vec<Source>,
    /// What is known of the attributes that answers are compared across, by group name.
    #[serde(rename = "group")]
    pub groups: BTreeMap<String, GroupSettings>,
    /// What may be stored and shown.
    pub privacy: Privacy,
    /// How files for others are written.
    pub output: Output,
    /// How long runs are kept.
    pub runs: Runs,
    /// Why the answers are processed; printed in the report.
    pub purpose: Option<String>,
    /// Legal basis of the processing; printed in the report.
    pub legal_basis: Option<String>,
    /// The day after which the answers are to be deleted.
    #[serde(deserialize_with = "load::optional_date")]
    pub delete_after: Option<jiff::civil::Date>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            name: String::new(),
            language: ReportLanguage::default(),
            encoder: "embedded".to_owned(),
            codebook: None,
            tagger: None,
            store: None,
            sources: Vec::new(),
            groups: BTreeMap::new(),
            privacy: Privacy::default(),
            output: Output::default(),
            runs: Runs::default(),
            purpose: None,
            legal_basis: None,
            delete_after: None,
        }
    }
}

impl Settings {
    /// One line for the user where the date after which the project is to be deleted has passed.
    pub fn overdue(&self, today: jiff::civil::Date) -> Option<String> {
        let date = self.delete_after.filter(|date| *date < today)?;
        Some(format!(
            "delete_after = {date} has passed: delete the project's folder, or set a later date in innspill.toml and say why"
        ))
    }

    /// A fresh project's `innspill.toml`, with a comment for each line.
    pub fn template() -> &'static str {
        include_str!("template.toml")
    }
}

/// The language a report is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportLanguage {
    /// Bokmål.
    #[default]
    Nb,
    /// Nynorsk.
    Nn,
    /// English.
    En,
}

/// One place that answers come from, and how its files are read.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Files, as a glob relative to the project; never outside it.
    #[serde(deserialize_with = "load::inside_glob")]
    pub path: String,
    /// How these answers were asked for.
    #[serde(default)]
    pub kind: Option<String>,
    /// The question's own words.
    #[serde(default)]
    pub question: Option<String>,
    /// Theme or topic code that the question stood under.
    #[serde(default)]
    pub asked_under: Option<String>,
    /// Phase of a change journey.
    #[serde(default)]
    pub phase: Option<String>,
    /// Which column holds what; what is not named is guessed from the headers.
    #[serde(default)]
    pub columns: Columns,
    /// A role per column, by its header; wins over everything guessed.
    #[serde(default)]
    pub roles: BTreeMap<String, Role>,
    /// What one answer is in plain text; guessed where not given.
    #[serde(default)]
    pub unit: Option<TextUnit>,
    /// The character between cells; guessed where not given.
    #[serde(default, deserialize_with = "load::optional_delimiter")]
    pub delimiter: Option<u8>,
    /// The character set, by its usual label; guessed where not given.
    #[serde(default, deserialize_with = "load::optional_encoding")]
    pub encoding: Option<&'static encoding_rs::Encoding>,
    /// The one sheet of a workbook to read; all with a header where not given.
    #[serde(default)]
    pub sheet: Option<String>,
}

/// Which column holds what, by header.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Columns {
    /// The answer's id.
    pub id: Option<String>,
    /// The text; with several, each is a question of its own.
    #[serde(deserialize_with = "load::one_or_many")]
    pub text: Vec<String>,
    /// Group name and the column that holds it.
    #[serde(deserialize_with = "load::groups")]
    pub groups: Vec<(String, String)>,
    /// Who answered.
    pub respondent: Option<String>,
    /// When.
    pub time: Option<String>,
    /// How it was asked for.
    pub kind: Option<String>,
    /// The question's words.
    pub question: Option<String>,
    /// Theme or topic that the question stood under.
    pub asked_under: Option<String>,
    /// Phase of a change journey.
    pub phase: Option<String>,
}

/// What a column is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The answer itself.
    Text,
    /// An attribute that answers are compared across.
    Group,
    /// Who answered; a keyed pseudonym where it looks like personal data.
    Respondent,
    /// When it was answered.
    Time,
    /// Carried along to the outputs.
    Keep,
    /// Not read at all.
    Drop,
    /// The answer's id.
    Id,
    /// How it was asked for.
    Kind,
    /// The question's words.
    Question,
    /// Theme or topic that the question stood under.
    AskedUnder,
    /// Phase of a change journey.
    Phase,
}

impl Role {
    /// As it is written in `innspill.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Role::Text => "text",
            Role::Group => "group",
            Role::Respondent => "respondent",
            Role::Time => "time",
            Role::Keep => "keep",
            Role::Drop => "drop",
            Role::Id => "id",
            Role::Kind => "kind",
            Role::Question => "question",
            Role::AskedUnder => "asked_under",
            Role::Phase => "phase",
        }
    }
}

/// What one answer is in a plain text file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextUnit {
    /// Every line.
    Line,
    /// Every paragraph; headings and page furniture are skipped.
    Paragraph,
}

/// What is known of one group column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GroupSettings {
    /// Whether its values stand for people (tables, classes), so that small ones must be hidden.
    pub persons: Option<bool>,
}

/// What may be stored and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Privacy {
    /// Whether the unredacted texts are stored beside the shown ones.
    pub keep_originals: bool,
    /// Groups with fewer answers are merged into "andre" in what is shared.
    #[serde(deserialize_with = "load::at_least_one")]
    pub min_group_size: u32,
    /// Whether small counts are hidden in the internal tables too.
    pub suppress_cells: bool,
}

impl Default for Privacy {
    fn default() -> Self {
        Privacy { keep_originals: false, min_group_size: 5, suppress_cells: false }
    }
}

/// How files for others are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Output {
    /// CSV for Norwegian Excel: semicolons, BOM, CRLF, formulas defused.
    pub excel: bool,
}

/// How long runs are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Runs {
    /// This many of the newest runs keep their outputs and details; older ones are removed, but for those that
    /// `innspill keep` has frozen.
    #[serde(deserialize_with = "load::at_least_one")]
    pub newest: u32,
    /// The run that rise and fall are measured from; none means a week back. It is never removed.
    pub baseline: Option<u32>,
}

impl Default for Runs {
    fn default() -> Self {
        Runs { newest: 30, baseline: None }
    }
}
