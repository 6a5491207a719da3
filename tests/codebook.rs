//! `innspill codebook`: findings do not fail, an unreadable codebook does.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use predicates::prelude::*;
use predicates::str::contains;

fn codebook(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_innspill"));
    command.arg("codebook").args(arguments);
    command
}

fn shipped() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/codebook.toml")).unwrap()
}

#[test]
fn the_built_in_codebook_has_no_clash() {
    codebook(&["check"]).assert().success().stdout(contains("38 codes: 0 clashes"));
}

#[test]
fn stats_count_every_level_and_language() {
    let assert = codebook(&["stats"]).assert().success();
    let printed = String::from_utf8(assert.get_output().stdout.clone()).unwrap();
    for (level, codes) in [("themes", 6), ("topics", 22), ("patterns", 10)] {
        let line = printed.lines().find(|line| line.starts_with(&format!("{level}: {codes} "))).expect(level);
        assert!(line.contains("terms nb/nn/en") && line.contains("examples"), "{line}");
    }
    assert!(printed.contains("facets: 4"), "{printed}");
}

#[test]
fn stats_follow_the_file() {
    let work = tempfile::tempdir().unwrap();
    let path = work.path().join("mine.toml");
    fs::write(&path, shipped()).unwrap();
    let given = codebook(&["stats", path.to_str().unwrap()]).assert().success();
    codebook(&["stats"]).assert().success().stdout(given.get_output().stdout.clone());
    fs::write(&path, SMALL).unwrap();
    codebook(&["stats", path.to_str().unwrap()])
        .assert()
        .success()
        .stdout(contains("themes: 2   terms nb/nn/en 3/1/0   examples 1/0/0").and(contains("topics: 0 ")));
}

#[test]
fn a_term_of_two_codes_is_told_of_and_is_no_failure() {
    let work = tempfile::tempdir().unwrap();
    let path = work.path().join("mine.toml");
    fs::write(&path, SMALL).unwrap();
    codebook(&["check", path.to_str().unwrap()])
        .assert()
        .code(0)
        .stdout(contains("clash: ").and(contains("ventetid")).and(contains("2 codes: 1 clash, ")));
}

#[test]
fn an_unreadable_codebook_exits_with_two_and_one_line() {
    let work = tempfile::tempdir().unwrap();
    let path = work.path().join("bad.toml");
    for bytes in [&b"[[theme]\n"[..], b"\xff\xfe\xfa", b"[codebook]\nid = 3\n"] {
        fs::write(&path, bytes).unwrap();
        for action in ["check", "stats"] {
            let assert = codebook(&[action, path.to_str().unwrap()]).assert().code(2).stdout("");
            let told = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
            assert!(told.lines().count() == 1 && told.contains("bad.toml"), "{told}");
        }
    }
    codebook(&["check", "/nowhere.toml"]).assert().code(2).stderr(contains("/nowhere.toml"));
}

#[test]
fn help_shows_an_example() {
    codebook(&["--help"]).assert().success().stdout(contains("innspill codebook check"));
}

const SMALL: &str = r#"
[codebook]
id = "small"
version = "1"
language = "nb"
name = { nb = "Liten" }

[[theme]]
id = "waiting"
name = { nb = "Venting" }
definition = { nb = "Hvor lenge folk må stå i kø." }
terms = { nb = ["ventetid", "kø"], nn = ["ventetid"] }

[[theme]]
id = "opening"
name = { nb = "Åpningstid" }
definition = { nb = "Når kontoret er åpent for besøk." }
terms = { nb = ["ventetid"] }
examples = { nb = ["Kontoret stenger for tidlig"] }
"#;
