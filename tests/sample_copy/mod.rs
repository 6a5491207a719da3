//! A copy of the sample project, and tables read by their headers.
#![allow(dead_code)] // each test file uses what it needs

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;

pub fn innspill() -> Command {
    Command::new(env!("CARGO_BIN_EXE_innspill"))
}

/// The sample project in `folder`, without what runs left behind.
pub fn sample_project(folder: &Path) -> PathBuf {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/sample");
    let project = folder.join("prosjekt");
    fs::create_dir_all(project.join("input")).unwrap();
    fs::copy(sample.join("innspill.toml"), project.join("innspill.toml")).unwrap();
    for entry in fs::read_dir(sample.join("input")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, project.join("input").join(path.file_name().unwrap())).unwrap();
    }
    project
}

/// Rows of a CSV file by column name.
pub fn table(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    reader
        .records()
        .map(|record| header.iter().cloned().zip(record.unwrap().iter().map(str::to_owned)).collect())
        .collect()
}
