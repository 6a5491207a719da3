//! `innspill export PROJECT|TAGGED.jsonl --format FORMAT --output FILE|DIR`

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use innspill::codebook::Codebook;
use innspill::export::by_sentence::by_sentence;
use innspill::export::csv_file::{Dialect, write_answers_csv};
use innspill::export::frames::{Frames, write_frames};
use innspill::export::in_language::codebook_in;
use innspill::export::jsonl::write_jsonl;
use innspill::export::parts::{Parts, Whole};
use innspill::export::qda::{DocumentUnit, MANY_DOCUMENTS, QdaProject, write_codebook, write_project};
use innspill::export::selection::{Only, select};
use innspill::export::tagged::{TaggedFile, read_tagged};
use innspill::export::tagged_parts::TaggedParts;
use innspill::export::workbook_sheets::write_analysts_workbook;
use innspill::export::{Edition, ExportError, Source, write_tables};
use innspill::ingest::read_project;
use innspill::patterns::small_cells::merge_small_groups;
use innspill::patterns::{PatternSettings, SmallCells, seek};
use innspill::pipeline::{NoMemory, analyse};
use innspill::record::Analysis;
use innspill::run_description::{ModelIdentity, RunDescription};
use innspill::settings::{ReportLanguage, Settings};
use innspill::store::{Store, StoreError, StoredRun};
use innspill::text::Language;

use super::Common;
use super::describe_run::{RunFacts, describe, describe_tagged, language};
use super::failure::Failure;
use super::opening::{open_codebook, open_encoder, open_project_tagger};
use super::output::Output;
use super::project;

/// Write tagged answers for spreadsheets, data frames and QDA tools
///
/// Examples:
///   innspill export corpus/sample --format xlsx --output answers.xlsx
///   innspill export my-project --format csv --excel --only sektor=kommune --output tables/
///   innspill tag answers.csv --keep-fields --output tags.jsonl
///   innspill export tags.jsonl --format parquet --output frames/
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Export {
    /// A project folder, or a file made by `innspill tag --keep-fields`
    #[arg(value_name = "PROJECT|TAGGED.jsonl")]
    input: PathBuf,
    /// What to write
    #[arg(long, value_enum)]
    format: ExportFormat,
    /// Only answers with this code, or of this group; may be repeated: codes widen, groups narrow
    #[arg(long, value_name = "CODE|GROUP=VALUE")]
    only: Vec<Only>,
    /// Language of names and headings [default: the project's, else nb]
    #[arg(long, value_enum)]
    language: Option<ExportLanguage>,
    /// For whom: internal has every answer; share has counts and quotes that may be passed on
    #[arg(long, value_enum, default_value = "internal")]
    edition: ExportEdition,
    /// One row or document part per answer, or per sentence
    #[arg(long, value_enum, default_value = "answer")]
    unit: Unit,
    /// CSV as Norwegian Excel opens it: semicolon, BOM, CRLF, decimal comma, formulas defused
    #[arg(long)]
    excel: bool,
    /// What one document of a .qdpx holds: a group's answers, or one answer
    #[arg(long, value_enum, default_value = "group", value_name = "UNIT")]
    qdpx_unit: QdpxUnit,
    /// Codebook of a tagged file [default: the innovation codebook]; of a project [default: its own]
    #[arg(long, value_name = "FILE")]
    codebook: Option<PathBuf>,
    /// Where to write: a file, or a folder for several tables; - for standard output (csv, jsonl, qdc)
    #[arg(long, short, value_name = "FILE|DIR")]
    output: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum ExportFormat {
    /// Answers with 0/1 codes; all tables where the output is a folder
    Csv,
    /// The lines of `innspill tag --keep-fields`
    Jsonl,
    /// A workbook for analysts
    Xlsx,
    /// Typed tables for data frames: answers, tags, clusters, vectors
    Parquet,
    /// A REFI-QDA project for NVivo, MAXQDA, ATLAS.ti and QualCoder
    Qdpx,
    /// The codebook alone, as REFI-QDA
    Qdc,
}

impl ExportFormat {
    fn name(self) -> &'static str {
        match self {
            ExportFormat::Csv => "csv",
            ExportFormat::Jsonl => "jsonl",
            ExportFormat::Xlsx => "xlsx",
            ExportFormat::Parquet => "parquet",
            ExportFormat::Qdpx => "qdpx",
            ExportFormat::Qdc => "qdc",
        }
    }

    /// The file's name where the output is a folder.
    fn file_name(self) -> &'static str {
        match self {
            ExportFormat::Csv => "answers.csv",
            ExportFormat::Jsonl => "answers.jsonl",
            ExportFormat::Xlsx => "answers.xlsx",
            ExportFormat::Parquet => "answers.parquet",
            ExportFormat::Qdpx => "project.qdpx",
            ExportFormat::Qdc => "codebook.qdc",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum ExportLanguage {
    Nb,
    Nn,
    En,
}

impl From<ExportLanguage> for ReportLanguage {
    fn from(language: ExportLanguage) -> Self {
        match language {
            ExportLanguage::Nb => ReportLanguage::Nb,
            ExportLanguage::Nn => ReportLanguage::Nn,
            ExportLanguage::En => ReportLanguage::En,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum ExportEdition {
    Internal,
    Share,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Unit {
    Answer,
    Sentence,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum QdpxUnit {
    Group,
    Answer,
}

impl From<QdpxUnit> for DocumentUnit {
    fn from(unit: QdpxUnit) -> Self {
        match unit {
            QdpxUnit::Group => DocumentUnit::Group,
            QdpxUnit::Answer => DocumentUnit::Answer,
        }
    }
}

/// What there is to write.
struct Material {
    analysis: Analysis,
    codebook: Codebook,
    description: RunDescription,
    small: SmallCells,
    encoder: String,
}

impl Export {
    /// Reads, selects, writes.
    pub fn run(self, _common: &Common) -> Result<(), Failure> {
        self.check()?;
        if self.goes_by_parts() {
            return self.run_by_parts();
        }
        let mut material = self.open()?;
        if !self.only.is_empty() {
            material.analysis = select(&material.analysis, &material.codebook, &self.only)
                .map_err(|error| Failure::Usage(error.to_string()))?;
        }
        if self.unit == Unit::Sentence {
            material.analysis = by_sentence(&material.analysis);
        }
        if self.edition == ExportEdition::Share {
            material.analysis = merge_small_groups(&material.analysis, &material.small);
        }
        self.write(&material)?;
        tracing::info!("{} answers written as {}", material.analysis.records.len(), self.format.name());
        Ok(())
    }

    /// Whether the answers of a tagged file can be written a part at a time: memory is then the same for any number.
    fn goes_by_parts(&self) -> bool {
        let by_answer = match self.format {
            ExportFormat::Csv => !self.is_folder(),
            ExportFormat::Jsonl | ExportFormat::Parquet => true,
            ExportFormat::Xlsx | ExportFormat::Qdpx | ExportFormat::Qdc => false,
        };
        by_answer && !self.input.is_dir()
    }

    fn run_by_parts(&self) -> Result<(), Failure> {
        let usage = |error: &dyn std::fmt::Display| Failure::Usage(error.to_string());
        let codebook = open_codebook(self.codebook.as_deref())?;
        let file = TaggedFile::open(&self.input, &codebook).map_err(|error| usage(&error))?;
        let sentences = self.unit == Unit::Sentence;
        let parts = TaggedParts::new(file, &codebook, &self.only, sentences).map_err(|error| usage(&error))?;
        let language = language(self.language.map_or(ReportLanguage::Nb, ReportLanguage::from));
        self.write_parts(&parts, &codebook, language, "embedded", Dialect::from_setting(self.excel))?;
        tracing::info!("{} answers written as {}", parts.shape().answers, self.format.name());
        Ok(())
    }

    /// Writes the formats that have a row per answer.
    fn write_parts(
        &self,
        parts: &dyn Parts,
        codebook: &Codebook,
        language: Language,
        encoder: &str,
        dialect: Dialect,
    ) -> Result<(), Failure> {
        let failed = |error: ExportError| Failure::from(anyhow::Error::new(error));
        if self.format == ExportFormat::Parquet {
            let encoder = open_encoder(encoder)?;
            let frames = Frames { parts, codebook, language };
            return write_frames(&self.output, frames, encoder.as_ref()).map(drop).map_err(failed);
        }
        let mut output = Output::create(&self.file()?)?;
        match self.format {
            ExportFormat::Csv => write_answers_csv(parts, codebook, dialect, &mut output),
            _ => parts.each(&mut |part| write_jsonl(part, &mut output)),
        }
        .map_err(failed)?;
        output.finish()
    }

    /// What cannot be asked for, before any work is done.
    fn check(&self) -> Result<(), Failure> {
        let wrong = |message: &str| Err(Failure::Usage(message.to_owned()));
        let to_standard = self.output.as_os_str() == "-";
        match self.format {
            ExportFormat::Xlsx | ExportFormat::Qdpx if to_standard => {
                return wrong("--output -: this format is a file of its own; name one");
            }
            ExportFormat::Parquet if !self.is_folder() => {
                return wrong("--output: parquet is four tables; name a folder");
            }
            ExportFormat::Jsonl | ExportFormat::Parquet | ExportFormat::Qdpx
                if self.edition == ExportEdition::Share =>
            {
                return self.no_share();
            }
            ExportFormat::Csv if self.edition == ExportEdition::Share && !self.is_folder() => {
                return wrong(
                    "--edition share: it has no row per answer, so csv is a folder of tables; name a folder by --output",
                );
            }
            _ => {}
        }
        if self.excel && self.format != ExportFormat::Csv {
            return wrong("--excel is for csv; leave it out, a workbook is right for Excel as it is");
        }
        Ok(())
    }

    fn no_share(&self) -> Result<(), Failure> {
        Err(Failure::Usage(format!(
            "--edition share: {} has a row per answer, and what is passed on has none; use xlsx, qdc, or csv into a folder",
            self.format.name()
        )))
    }

    /// Whether the output is a folder: it is one, or its name says so. Several tables need one.
    fn is_folder(&self) -> bool {
        if self.output.as_os_str() == "-" || self.output.is_file() {
            return false;
        }
        let ending = self.output.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        let ends_in = |endings: &[&str]| ending.as_deref().is_some_and(|ending| endings.contains(&ending));
        let written_as_folder = self.output.as_os_str().to_string_lossy().ends_with(['/', std::path::MAIN_SEPARATOR]);
        self.output.is_dir()
            || written_as_folder
            || match self.format {
                ExportFormat::Csv => !ends_in(&["csv", "tsv", "txt"]),
                ExportFormat::Parquet => !ends_in(&["parquet"]),
                ExportFormat::Jsonl | ExportFormat::Xlsx | ExportFormat::Qdpx | ExportFormat::Qdc => false,
            }
    }

    /// The one file to write.
    fn file(&self) -> Result<PathBuf, Failure> {
        if !self.is_folder() {
            return Ok(self.output.clone());
        }
        std::fs::create_dir_all(&self.output)
            .map_err(|error| Failure::Usage(format!("{}: cannot be made: {error}", self.output.display())))?;
        Ok(self.output.join(self.format.file_name()))
    }

    fn open(&self) -> Result<Material, Failure> {
        if self.input.join("innspill.toml").is_file() {
            return open_analysis(&self.input, self);
        }
        if self.input.is_dir() {
            return Err(Failure::Usage(format!(
                "{}: is no project (it has no innspill.toml); make one by `innspill init`, or export a file of `innspill tag`",
                self.input.display()
            )));
        }
        let codebook = open_codebook(self.codebook.as_deref())?;
        let analysis = read_tagged(&self.input, &codebook).map_err(|error| Failure::Usage(error.to_string()))?;
        let language = self.language.map_or(ReportLanguage::Nb, ReportLanguage::from);
        let title = project::folder_name(&self.input);
        let description = describe_tagged(&title, &self.input, language, &codebook, &analysis);
        Ok(Material { analysis, codebook, description, small: SmallCells::default(), encoder: "embedded".to_owned() })
    }

    fn write(&self, material: &Material) -> Result<(), Failure> {
        let usage = |error: ExportError| Failure::from(anyhow::Error::new(error));
        let language = material.description.language;
        match self.format {
            ExportFormat::Csv if self.is_folder() => self.with_source(material, |source, language| {
                write_tables(&self.output, source, &material.codebook, self.dialect(material), language).map(drop)
            }),
            ExportFormat::Csv | ExportFormat::Jsonl | ExportFormat::Parquet => {
                let parts = Whole::new(&material.analysis);
                self.write_parts(&parts, &material.codebook, language, &material.encoder, self.dialect(material))
            }
            ExportFormat::Xlsx => {
                let file = self.file()?;
                let scratch = scratch_beside(&file)?;
                let mut output = Output::create(&file)?;
                self.with_source(material, |source, language| {
                    write_analysts_workbook(
                        source,
                        &material.codebook,
                        &material.description,
                        language,
                        scratch.path(),
                        &mut output,
                    )
                })?;
                output.finish()
            }
            ExportFormat::Qdpx => self.write_qdpx(material),
            ExportFormat::Qdc => {
                let mut output = Output::create(&self.file()?)?;
                write_codebook(&material.codebook, language, &mut output).map_err(usage)?;
                output.finish()
            }
        }
    }

    fn write_qdpx(&self, material: &Material) -> Result<(), Failure> {
        let file = self.file()?;
        let project = QdaProject {
            analysis: &material.analysis,
            codebook: &material.codebook,
            description: &material.description,
            language: material.description.language,
            unit: self.qdpx_unit.into(),
        };
        let mut output = match Output::create(&file)? {
            Output::File(output, path) => (output, path),
            Output::Standard(_) | Output::Device(_) => {
                return Err(Failure::Usage(format!("--output {}: a .qdpx is a file; name one", file.display())));
            }
        };
        let written =
            write_project(&project, &mut output.0).map_err(|error| Failure::from(anyhow::Error::new(error)))?;
        Output::File(output.0, output.1).finish()?;
        if written.documents > MANY_DOCUMENTS {
            tracing::warn!(
                "{} documents: most QDA tools are slow with more than {MANY_DOCUMENTS}; leave --qdpx-unit out, or take a part by --only",
                written.documents
            );
        }
        tracing::info!("{} documents, {} codings", written.documents, written.codings);
        Ok(())
    }

    fn dialect(&self, material: &Material) -> Dialect {
        Dialect::from_setting(self.excel || material.description.excel)
    }

    /// Seeks the patterns that some outputs count, and hands over what tables are made from.
    fn with_source(
        &self,
        material: &Material,
        write: impl FnOnce(&Source<'_>, Language) -> Result<(), ExportError>,
    ) -> Result<(), Failure> {
        let language = material.description.language;
        let settings = match self.edition {
            ExportEdition::Internal => PatternSettings::default(),
            ExportEdition::Share => PatternSettings::default().shared(material.small.clone()),
        };
        let patterns = seek(&material.analysis, &material.codebook, &settings);
        let codebook = codebook_in(&material.codebook, language);
        let edition = match self.edition {
            ExportEdition::Internal => Edition::Internal,
            ExportEdition::Share => Edition::Shared,
        };
        let source = Source {
            analysis: &material.analysis,
            codebook: &codebook,
            patterns: &patterns,
            edition,
            least: material.small.min_group_size,
        };
        write(&source, language).map_err(|error| Failure::from(anyhow::Error::new(error)))
    }
}

/// A project's answers with all that was found in them, as its last run left them.
///
/// Where there is no run yet, or another codebook is asked for, the input is read and analysed anew, and nothing is
/// written.
fn open_analysis(project: &Path, command: &Export) -> Result<Material, Failure> {
    let mut settings = project::settings(project)?;
    if let Some(language) = command.language {
        settings.language = language.into();
    }
    let stored = if command.codebook.is_none() { last_run(project, &settings)? } else { None };
    let (mut analysis, codebook, description) = match stored {
        Some(stored) => from_run(project, &settings, stored),
        None => {
            tracing::info!("{}: no run is used; its input is read anew", project.display());
            from_input(project, &settings, command)?
        }
    };
    super::persons_work::apply(Some(project), &mut analysis, &codebook)?;
    let small = SmallCells {
        min_group_size: settings.privacy.min_group_size as usize,
        suppress_cells: settings.privacy.suppress_cells,
        persons: super::run::persons(&settings),
    };
    Ok(Material { analysis, codebook, description, small, encoder: settings.encoder })
}

/// The last finished run, where there is one.
fn last_run(project: &Path, settings: &Settings) -> Result<Option<StoredRun>, Failure> {
    let path = Store::path_of(project, settings);
    if !path.is_file() {
        return Ok(None);
    }
    match Store::open_existing(&path)?.load(None) {
        Ok(stored) => Ok(Some(stored)),
        Err(StoreError::NoRun { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A person's work is applied by the caller, to what the machine said: so it is taken back here.
fn from_run(project: &Path, settings: &Settings, stored: StoredRun) -> (Analysis, Codebook, RunDescription) {
    let mut analysis = stored.analysis;
    for (row, tagging) in stored.before_correction {
        if let Some(record) = analysis.records.get_mut(row) {
            record.tagging = tagging;
        }
    }
    let title = project::title(project, settings);
    let mut description =
        describe_tagged(&title, &project.join("innspill.toml"), settings.language, &stored.codebook, &analysis);
    description.id = Some(stored.run);
    description.excel = settings.output.excel;
    description.encoder = ModelIdentity { name: stored.tools.encoder.name, sha256: stored.tools.encoder.hash };
    description.tagger = ModelIdentity { name: "innspill".to_owned(), sha256: stored.tools.model };
    (analysis, stored.codebook, description)
}

fn from_input(
    project: &Path,
    settings: &Settings,
    command: &Export,
) -> Result<(Analysis, Codebook, RunDescription), Failure> {
    let usage = |error: &dyn std::fmt::Display| Failure::Usage(error.to_string());
    let own_codebook = settings.codebook.as_ref().map(|own| project.join(own));
    let codebook = open_codebook(command.codebook.as_deref().or(own_codebook.as_deref()))?;
    let title = project::title(project, settings);
    let input = read_project(project, settings, title.as_bytes()).map_err(|error| usage(&error))?;
    for reject in &input.rejects {
        tracing::warn!("{}: {}", reject.place, reject.reason);
    }
    if let Some(nothing) = input.nothing_readable() {
        return Err(usage(&nothing));
    }
    let encoder = open_encoder(&settings.encoder)?;
    let (mut tagger, heads) = open_project_tagger(project, settings, codebook.clone(), encoder)?;
    let facts = RunFacts::new(&title, settings, project, &input, &codebook, &tagger).with_heads(&heads);
    let analysis = analyse(input, &mut tagger, &mut NoMemory::default(), |_| ControlFlow::Continue(()))
        .map_err(|error| usage(&error))?;
    let description = describe(facts, &analysis, Vec::new());
    Ok((analysis, codebook, description))
}

/// A folder for unfinished parts, on the same disk as the file and readable to its owner alone.
fn scratch_beside(file: &Path) -> Result<tempfile::TempDir, Failure> {
    let folder = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    tempfile::Builder::new()
        .prefix(".innspill-partial-")
        .tempdir_in(folder)
        .map_err(|error| Failure::Usage(format!("{}: cannot write here: {error}", file.display())))
}
