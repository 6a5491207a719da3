//! `innspill run`: every output, the same bytes for any number of threads, every unit accounted for.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use assert_cmd::Command;

fn run(input: &Path, output: &Path, threads: &str) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_innspill"));
    command.args(["run", "--quiet", "--threads", threads]).arg(input).arg("--output").arg(output);
    let assert = command.assert().success();
    let printed = String::from_utf8(assert.get_output().stdout.clone()).unwrap();
    assert!(printed.trim_end().ends_with("report.html"), "{printed}");
}

fn files(folder: &Path, prefix: &str, into: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_name().unwrap().to_string_lossy());
        if path.is_dir() {
            files(&path, &format!("{name}/"), into);
        } else {
            into.insert(name, fs::read(&path).unwrap());
        }
    }
}

#[test]
fn the_sample_gives_the_same_bytes_on_one_thread_and_on_two_and_loses_nothing() {
    let input = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/sample/input");
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("a"), folder.path().join("b"));
    run(&input, &first, "1");
    run(&input, &second, "2");
    let (mut left, mut right) = (BTreeMap::new(), BTreeMap::new());
    files(&first, "", &mut left);
    files(&second, "", &mut right);
    let manifest: serde_json::Value = serde_json::from_slice(&left.remove("run.json").unwrap()).unwrap();
    right.remove("run.json").unwrap();
    for (name, bytes) in &left {
        assert!(right.get(name) == Some(bytes), "{name} differs");
    }
    for name in
        ["report.html", "share/report.html", "answers.csv", "tags.csv", "answers.xlsx", "rejects.csv", "findings.json"]
    {
        assert!(left.contains_key(name), "{name} is missing");
    }
    let counts = manifest.pointer("/counts").or_else(|| manifest.pointer("/units")).unwrap_or(&manifest);
    let text = counts.to_string();
    assert!(text.contains("duplicates"), "{text}");
    let rejects = String::from_utf8(left["rejects.csv"].clone()).unwrap();
    assert!(rejects.contains("onsker.csv"), "the row that is too short is listed");
    for personal in ["178371 12486", "99 99 99 99"] {
        for (name, bytes) in &left {
            let found = bytes.windows(personal.len()).any(|window| window == personal.as_bytes());
            assert!(!found, "{personal} stands in {name}");
        }
    }
}

#[test]
fn empty_input_is_one_line_and_exit_2() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in [("empty.csv", &b""[..]), ("headers.csv", &b"id;tekst\n"[..])] {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_innspill"));
        let output = folder.path().join("out");
        let assert = command.args(["run", "--quiet"]).arg(&path).arg("--output").arg(&output).assert().code(2);
        let errors = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
        assert_eq!(errors.trim_end().lines().count(), 1, "{errors}");
        assert!(errors.contains(name), "{errors}");
        assert!(!output.exists());
    }
}

#[test]
fn init_makes_a_project_once() {
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join("p");
    let init = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_innspill"));
        command.arg("init").arg(&project);
        command
    };
    init().assert().success();
    for name in ["innspill.toml", "codebook.toml", "input", ".gitignore"] {
        assert!(project.join(name).exists(), "{name}");
    }
    init().assert().code(2);
}
