//! `innspill init`: a project that holds together, and nothing of the user's overwritten.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use predicates::prelude::*;
use predicates::str::contains;

fn innspill() -> Command {
    Command::new(env!("CARGO_BIN_EXE_innspill"))
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_new_project_holds_settings_codebook_input_and_ignores_and_nothing_else() {
    let work = tempfile::tempdir().unwrap();
    let project = work.path().join("deep/project");
    innspill().arg("init").arg(&project).assert().success().stderr("").stdout(contains("innspill run"));
    assert_eq!(names(&project), [".gitignore", "codebook.toml", "innspill.toml", "input"]);
    assert!(names(&project.join("input")).is_empty());
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/codebook.toml");
    assert!(fs::read(project.join("codebook.toml")).unwrap() == fs::read(shipped).unwrap());
    let ignored = fs::read_to_string(project.join(".gitignore")).unwrap();
    for path in ["/out/", "/innspill.db*"] {
        assert!(ignored.lines().any(|line| line == path), "{path} is not ignored");
    }
}

#[test]
fn the_codebook_of_a_new_project_passes_the_check() {
    let work = tempfile::tempdir().unwrap();
    innspill().arg("init").current_dir(work.path()).assert().success();
    innspill()
        .args(["codebook", "check", "codebook.toml"])
        .current_dir(work.path())
        .assert()
        .success()
        .stdout(contains(" 0 clashes"));
}

#[test]
fn a_new_project_runs_once_there_is_input() {
    let work = tempfile::tempdir().unwrap();
    innspill().arg("init").arg(work.path()).assert().success();
    fs::write(work.path().join("input/answers.csv"), "id,text\n1,Vi må bygge ned siloene mellom etatene\n").unwrap();
    innspill().args(["run", "--quiet"]).arg(work.path()).assert().success();
    assert!(work.path().join("out/000001/report.html").is_file(), "{:?}", names(work.path()));
}

#[test]
fn a_project_is_refused_and_stays_as_it_was() {
    let work = tempfile::tempdir().unwrap();
    fs::write(work.path().join("innspill.toml"), "mine").unwrap();
    innspill()
        .arg("init")
        .arg(work.path())
        .assert()
        .code(2)
        .stderr(contains("is a project already").and(contains("innspill run")));
    assert_eq!(names(work.path()), ["innspill.toml"]);
    assert_eq!(fs::read_to_string(work.path().join("innspill.toml")).unwrap(), "mine");
}

#[test]
fn files_that_are_there_are_kept() {
    let work = tempfile::tempdir().unwrap();
    for name in ["codebook.toml", ".gitignore"] {
        fs::write(work.path().join(name), "mine").unwrap();
    }
    fs::create_dir(work.path().join("input")).unwrap();
    fs::write(work.path().join("input/answers.csv"), "text\n").unwrap();
    innspill().arg("init").arg(work.path()).assert().success();
    for name in ["codebook.toml", ".gitignore"] {
        assert_eq!(fs::read_to_string(work.path().join(name)).unwrap(), "mine", "{name}");
    }
    assert_eq!(names(&work.path().join("input")), ["answers.csv"]);
    assert!(work.path().join("innspill.toml").is_file());
}

#[test]
fn a_place_that_cannot_be_a_folder_exits_with_two() {
    let work = tempfile::tempdir().unwrap();
    let file = work.path().join("file");
    fs::write(&file, "mine").unwrap();
    innspill().arg("init").arg(&file).assert().code(2).stderr(contains("file"));
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
}
