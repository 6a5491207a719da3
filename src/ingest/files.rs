//! Which files an input is made of: never outside its folder, never hidden or temporary ones, always in the same order.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{Format, IngestError};
use crate::settings::{Settings, Source};

/// Folders deeper than this are not looked into.
const MOST_FOLDERS_DEEP: usize = 32;

/// A file to read.
#[derive(Debug)]
pub(super) struct Found {
    /// Where it is.
    pub(super) path: PathBuf,
    /// What the user knows it as, with `/` between folders.
    pub(super) name: String,
    /// How it is to be read.
    pub(super) source: Source,
}

/// Files to read, and what is to be said of the others.
#[derive(Debug, Default)]
pub(super) struct Files {
    pub(super) files: Vec<Found>,
    pub(super) notes: Vec<String>,
}

/// The files of a project's sources in the order of the settings, each by path; a file belongs to the first source
/// that matches it. Names are relative to the project.
pub(super) fn of_project(root: &Path, settings: &Settings) -> Result<Files, IngestError> {
    let mut found = Files::default();
    let default = [Source { path: "input/**/*".to_owned(), ..Source::default() }];
    let sources = if settings.sources.is_empty() { default.as_slice() } else { settings.sources.as_slice() };
    let mut walk = Walk::new(root)?;
    walk.folder(root, 0)?;
    let options = glob::MatchOptions { require_literal_separator: true, ..glob::MatchOptions::default() };
    let mut taken = BTreeSet::new();
    for source in sources {
        let pattern = glob::Pattern::new(source.path.trim_start_matches("./"))
            .map_err(|error| IngestError::BadPattern { pattern: source.path.clone(), cause: error.msg })?;
        let mut matched = false;
        for path in &walk.files {
            let name = display_name(path.strip_prefix(root).unwrap_or(path));
            if pattern.matches_with(&name, options) && taken.insert(path.clone()) {
                matched = true;
                found.add(path, name, source);
            }
        }
        if !matched && !settings.sources.is_empty() {
            found
                .notes
                .push(format!("innspill.toml: no file matches \"{}\"; correct the path or add files", source.path));
        }
    }
    for path in walk.files.iter().filter(|path| !taken.contains(*path)) {
        let name = display_name(path.strip_prefix(root).unwrap_or(path));
        if name.starts_with("input/") && Format::from_path(path).is_some() {
            found.notes.push(format!("{name}: not read, since no [[source]] in innspill.toml matches it"));
        }
    }
    found.notes.extend(walk.notes);
    Ok(found)
}

/// Files, folders and globs as the user named them.
pub(super) fn of_inputs(paths: &[PathBuf]) -> Result<Files, IngestError> {
    let mut found = Files::default();
    let mut taken = BTreeSet::new();
    for path in paths {
        for path in expand(path)? {
            if path == Path::new("-") || !path.is_dir() {
                if taken.insert(path.clone()) {
                    found.files.push(Found { name: display_name(&path), path, source: Source::default() });
                }
                continue;
            }
            let mut walk = Walk::new(&path)?;
            walk.folder(&path, 0)?;
            for file in walk.files {
                if taken.insert(file.clone()) {
                    found.add(&file, display_name(&file), &Source::default());
                }
            }
            found.notes.extend(walk.notes);
        }
    }
    Ok(found)
}

/// The paths that a glob stands for; anything that exists stands for itself.
fn expand(path: &Path) -> Result<Vec<PathBuf>, IngestError> {
    let written = path.to_string_lossy();
    if path == Path::new("-") || path.exists() {
        return Ok(vec![path.to_owned()]);
    }
    let missing = |what| IngestError::Unreadable {
        file: written.to_string(),
        cause: io::Error::new(io::ErrorKind::NotFound, what),
    };
    if !written.contains(['*', '?', '[']) {
        return Err(missing("there is no such file or folder"));
    }
    let options = glob::MatchOptions { require_literal_leading_dot: true, ..glob::MatchOptions::default() };
    let paths = glob::glob_with(&written, options)
        .map_err(|error| IngestError::BadPattern { pattern: written.to_string(), cause: error.msg })?;
    let mut paths: Vec<PathBuf> = paths.filter_map(Result::ok).filter(|path| !is_passed_over(path)).collect();
    paths.sort();
    if paths.is_empty() { Err(missing("no file matches it")) } else { Ok(paths) }
}

impl Files {
    fn add(&mut self, path: &Path, name: String, source: &Source) {
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().to_lowercase()).unwrap_or_default();
        if matches!(stem.as_str(), "readme" | "license" | "licence" | "copying" | "changelog" | "lesmeg" | "les meg") {
            self.notes.push(format!("{name}: not read, since it looks like a note about the files beside it"));
        } else if Format::from_path(path).is_none() {
            self.notes.push(format!(
                "{name}: not read, since its format is not known; use CSV, XLSX, JSONL, text, DOCX or PDF"
            ));
        } else {
            self.files.push(Found { path: path.to_owned(), name, source: source.clone() });
        }
    }
}

fn display_name(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// Hidden files, and those that an open spreadsheet or editor leaves behind.
fn is_passed_over(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    name.starts_with('.')
        || name.starts_with("~$")
        || name.ends_with('~')
        || name.ends_with(".tmp")
        || name.starts_with(".~lock")
}

struct Walk {
    /// The folder itself with every link followed.
    root: PathBuf,
    /// In the order of their paths.
    files: Vec<PathBuf>,
    notes: Vec<String>,
}

impl Walk {
    fn new(root: &Path) -> Result<Self, IngestError> {
        let real = fs::canonicalize(root)
            .map_err(|cause| IngestError::Unreadable { file: root.display().to_string(), cause })?;
        Ok(Walk { root: real, files: Vec::new(), notes: Vec::new() })
    }

    fn folder(&mut self, folder: &Path, depth: usize) -> Result<(), IngestError> {
        let unreadable = |cause| IngestError::Unreadable { file: folder.display().to_string(), cause };
        let mut paths: Vec<PathBuf> = fs::read_dir(folder)
            .map_err(unreadable)?
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .collect();
        paths.sort();
        for path in paths {
            if is_passed_over(&path) || is_own_output(&path) {
                continue;
            }
            let is_link = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_symlink());
            if is_link && !fs::canonicalize(&path).is_ok_and(|real| real.starts_with(&self.root)) {
                self.notes.push(format!("{}: not read, since the link leads out of the folder", display_name(&path)));
            } else if !path.is_dir() {
                self.files.push(path);
            } else if is_link || depth >= MOST_FOLDERS_DEEP {
                self.notes.push(format!("{}: not looked into, since it is a link or too deep", display_name(&path)));
            } else if let Err(error) = self.folder(&path, depth + 1) {
                self.notes.push(error.to_string());
            }
        }
        Ok(())
    }
}

/// What earlier runs wrote is no input.
fn is_own_output(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    path.is_dir() && (name == "innspill-out" || (name == "out" && path.with_file_name("innspill.toml").exists()))
}

/// The file's SHA-256 in lower-case hexadecimal; empty for standard input.
pub(super) fn sha256(path: &Path, name: &str) -> Result<String, IngestError> {
    if path == Path::new("-") {
        return Ok(String::new());
    }
    let unreadable = |cause: io::Error| IngestError::Unreadable { file: name.to_owned(), cause };
    let mut file = fs::File::open(path).map_err(unreadable)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut buffer).map_err(unreadable)?;
        if read == 0 {
            break;
        }
        // A reader gives no more than the buffer holds.
        hasher.update(&buffer[..read]);
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
