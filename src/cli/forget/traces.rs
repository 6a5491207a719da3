//! Traces of answers in a project's files.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use memchr::memmem;

use crate::cli::failure::Failure;
use crate::cli::project;

/// What begins every file of a tagger.
const TAGGER: &[u8] = b"innspilT";

/// Columns that name an answer in the project's own tables.
const ANSWER_COLUMNS: [&str; 9] = ["answer", "id", "answer_id", "svar-id", "svar_id", "on", "key", "about", "target"];

/// Shorter texts stand in many files by chance.
const TELLING_LENGTH: usize = 12;

/// A file as a table: what stands between cells and lines, and the rows.
struct Table {
    delimiter: u8,
    has_mark: bool,
    ends_with_return: bool,
    rows: Vec<Vec<String>>,
}

/// What to look for.
pub struct Sought<'a> {
    /// Ids of answers.
    pub ids: &'a BTreeSet<String>,
    /// Their texts.
    pub texts: &'a BTreeSet<String>,
    /// What the user asked for.
    pub find: Option<&'a str>,
}

/// What was done to the files.
#[derive(Debug, Default)]
pub struct Cleaned {
    /// Tables, and how many rows were taken out.
    pub rewritten: Vec<(PathBuf, usize)>,
    /// Taggers that were removed.
    pub taggers: Vec<PathBuf>,
    /// Files that hold it still.
    pub left: Vec<PathBuf>,
}

/// A file and what the system said of it.
pub struct Trouble {
    path: PathBuf,
    cause: io::Error,
}

/// One line for the user.
#[allow(clippy::needless_pass_by_value)] // for map_err
pub fn failure(trouble: Trouble) -> Failure {
    Failure::Usage(format!(
        "{}: {}; nothing is erased from the store yet, mend it and run again",
        trouble.path.display(),
        trouble.cause
    ))
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> Trouble + '_ {
    |cause| Trouble { path: path.to_owned(), cause }
}

impl Sought<'_> {
    fn is_in_cell(&self, cell: &str, names_answers: bool) -> bool {
        let is_id = |cell: &str| self.ids.contains(cell) && (names_answers || cell.len() >= 8);
        is_id(cell.trim()) || self.texts().any(|text| cell.contains(text))
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        let telling = self.texts.iter().map(String::as_str).filter(|text| text.len() >= TELLING_LENGTH);
        telling.chain(self.find)
    }

    /// Whether bytes hold a text or a long id, as it is or as JSON, CSV, HTML or XML write it.
    fn is_in(&self, bytes: &[u8]) -> bool {
        let long_ids = self.ids.iter().map(String::as_str).filter(|id| id.len() >= 8);
        self.texts().chain(long_ids).any(|text| {
            let json = serde_json::to_string(text).unwrap_or_default();
            let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            [text, json.trim_matches('"'), &escaped, &escaped.replace('"', "&quot;"), &text.replace('"', "\"\"")]
                .into_iter()
                .any(|form| !form.is_empty() && memmem::find(bytes, form.as_bytes()).is_some())
        })
    }
}

/// Removes the folders of runs that held it, and what killed runs left; says which.
pub fn remove_runs(project: &Path, sought: &Sought<'_>, held: impl Fn(u32) -> bool) -> Result<Vec<PathBuf>, Trouble> {
    let out = project.join("out");
    let latest = project::latest_run(project);
    let mut removed = Vec::new();
    for entry in fs::read_dir(&out).into_iter().flatten() {
        let path = entry.map_err(at(&out))?.path();
        if !path.is_dir() || path.is_symlink() {
            continue;
        }
        let run: Option<u32> = path.file_name().and_then(|name| name.to_str()?.parse().ok());
        let holds = match run {
            Some(run) => held(run) || holds(&path, sought)?,
            // A folder that no run finished.
            None => true,
        };
        if holds {
            if run.is_some() && run == latest {
                let pointer = out.join("latest");
                fs::remove_file(&pointer).map_err(at(&pointer))?;
            }
            fs::remove_dir_all(&path).map_err(at(&path))?;
            removed.push(path);
        }
    }
    Ok(removed)
}

/// Takes rows out of the project's own tables, removes taggers, and tells which other files hold it.
pub fn clean_files(
    project: &Path,
    sought: &Sought<'_>,
    inputs: &BTreeSet<PathBuf>,
    store: &Path,
) -> Result<Cleaned, Trouble> {
    let mut cleaned = Cleaned::default();
    for path in own_files(project, inputs, store)? {
        let bytes = fs::read(&path).map_err(at(&path))?;
        if bytes.starts_with(TAGGER) {
            fs::remove_file(&path).map_err(at(&path))?;
            cleaned.taggers.push(path);
            continue;
        }
        if is_table(&path)
            && let Some(table) = Table::read(&bytes)
        {
            let (kept, gone) = table.without(|row, columns| is_about(row, columns, sought));
            if gone > 0 {
                kept.write(&path).map_err(at(&path))?;
                cleaned.rewritten.push((path, gone));
            }
            continue;
        }
        if is_in_file(&bytes, sought) {
            cleaned.left.push(path);
        }
    }
    Ok(cleaned)
}

/// A file, and rows of its table.
pub type RowsOfFile = (PathBuf, Vec<Vec<String>>);

/// Rows of the project's own tables that are about these answers.
pub fn rows_about(project: &Path, ids: &BTreeSet<String>) -> Result<Vec<RowsOfFile>, Trouble> {
    let nothing = BTreeSet::new();
    let sought = Sought { ids, texts: &nothing, find: None };
    let mut found = Vec::new();
    for path in own_files(project, &BTreeSet::new(), Path::new(""))? {
        if !is_table(&path) {
            continue;
        }
        let bytes = fs::read(&path).map_err(at(&path))?;
        let Some(mut table) = Table::read(&bytes) else { continue };
        let columns = table.answer_columns();
        table.rows.retain(|row| is_about(row, &columns, &sought));
        if !table.rows.is_empty() {
            found.push((path, table.rows));
        }
    }
    Ok(found)
}

fn is_about(row: &[String], columns: &[usize], sought: &Sought<'_>) -> bool {
    row.iter().enumerate().any(|(column, cell)| sought.is_in_cell(cell, columns.contains(&column)))
}

fn is_table(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"))
}

/// The files of a project but input, runs and store; no link is followed.
fn own_files(project: &Path, inputs: &BTreeSet<PathBuf>, store: &Path) -> Result<Vec<PathBuf>, Trouble> {
    let is_input = |path: &Path| {
        let relative = path.strip_prefix(project).unwrap_or(path);
        inputs.contains(path) || inputs.contains(relative)
    };
    let store_name = store.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let is_store = |path: &Path| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        !store_name.is_empty()
            && [String::new(), "-wal".to_owned(), "-shm".to_owned()]
                .iter()
                .any(|end| name == format!("{store_name}{end}"))
    };
    let mut files = Vec::new();
    let mut folders = vec![project.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(at(&folder))? {
            let entry = entry.map_err(at(&folder))?;
            let path = entry.path();
            let sort = entry.file_type().map_err(at(&path))?;
            let top = folder == project;
            if sort.is_dir() && !(top && (entry.file_name() == "input" || entry.file_name() == "out")) {
                folders.push(path);
            } else if sort.is_file() && !is_input(&path) && !is_store(&path) {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Whether a file of the folder holds it, in whatever folder below.
fn holds(folder: &Path, sought: &Sought<'_>) -> Result<bool, Trouble> {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(at(&folder))? {
            let path = entry.map_err(at(&folder))?.path();
            if path.is_dir() {
                folders.push(path);
            } else if is_in_file(&fs::read(&path).map_err(at(&path))?, sought) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Whether bytes, or what is packed in them where they are a zip, hold it.
fn is_in_file(bytes: &[u8], sought: &Sought<'_>) -> bool {
    if sought.is_in(bytes) {
        return true;
    }
    if !bytes.starts_with(b"PK") {
        return false;
    }
    let Ok(mut archive) = zip::ZipArchive::new(io::Cursor::new(bytes)) else { return false };
    (0..archive.len()).any(|index| {
        let mut unpacked = Vec::new();
        // Our own sheets are far smaller; a bomb is not unpacked to its end.
        let read = archive.by_index(index).map(|file| file.take(1 << 30).read_to_end(&mut unpacked));
        read.is_ok() && sought.is_in(&unpacked)
    })
}

impl Table {
    fn read(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let bare = text.strip_prefix('\u{feff}');
        let has_mark = bare.is_some();
        let text = bare.unwrap_or(text);
        let head = text.lines().next()?;
        let delimiter =
            [b',', b';', b'\t'].into_iter().max_by_key(|sign| head.bytes().filter(|byte| byte == sign).count())?;
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(text.as_bytes());
        let rows = reader
            .records()
            .map(|row| row.ok().map(|row| row.iter().map(str::to_owned).collect()))
            .collect::<Option<_>>()?;
        Some(Table { delimiter, has_mark, ends_with_return: head.len() < text.len() && text.contains("\r\n"), rows })
    }

    fn answer_columns(&self) -> Vec<usize> {
        let head = self.rows.first().map_or(&[][..], Vec::as_slice);
        let names = |cell: &String| ANSWER_COLUMNS.contains(&cell.trim().to_lowercase().as_str());
        head.iter().enumerate().filter(|(_, cell)| names(cell)).map(|(column, _)| column).collect()
    }

    /// The table without the rows that are meant, and how many those are; the header stays.
    fn without(mut self, is_meant: impl Fn(&[String], &[usize]) -> bool) -> (Self, usize) {
        let columns = self.answer_columns();
        let before = self.rows.len();
        let mut number = 0;
        self.rows.retain(|row| {
            number += 1;
            number == 1 || !is_meant(row, &columns)
        });
        let gone = before - self.rows.len();
        (self, gone)
    }

    /// Writes it over the old one, whole or not at all.
    fn write(&self, path: &Path) -> io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        if self.has_mark {
            file.write_all("\u{feff}".as_bytes())?;
        }
        let end = if self.ends_with_return { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer =
            csv::WriterBuilder::new().delimiter(self.delimiter).flexible(true).terminator(end).from_writer(&mut file);
        for row in &self.rows {
            writer.write_record(row).map_err(io::Error::other)?;
        }
        writer.flush()?;
        drop(writer);
        file.as_file().sync_all()?;
        let old = File::options().write(true).open(path)?;
        file.persist(path).map_err(|error| error.error)?;
        overwrite(old)
    }
}

/// Fills a file that has no name any more with zeros, so that its words are not left on the disk.
fn overwrite(mut old: File) -> io::Result<()> {
    let length = old.metadata()?.len();
    io::copy(&mut io::repeat(0).take(length), &mut old)?;
    old.sync_all()
}
