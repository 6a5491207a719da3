//! `innspill cluster`: every answer a line, in order, the same bytes for any number of threads.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use assert_cmd::Command;
use predicates::str::contains;
use serde_json::{Value, json};

/// Three subjects, four ways to say each, and one without content in the middle.
const TEXTS: [&str; 13] = [
    "Ventetiden på sykehuset er altfor lang",
    "Bussen går for sjelden om kvelden",
    "Lærerne trenger mer tid til elevene",
    "Det er for lang ventetid på sykehuset",
    "Bussen må gå oftere om kvelden",
    "...",
    "Elevene trenger lærere med mer tid",
    "Lang ventetid på sykehuset er et problem",
    "Om kvelden går bussen altfor sjelden",
    "Gi lærerne bedre tid til elevene",
    "Ventetiden på sykehuset må ned",
    "Flere avganger med bussen om kvelden",
    "Elevene får for lite tid med lærerne",
];

fn input() -> String {
    let mut input = String::new();
    for (row, text) in TEXTS.iter().enumerate() {
        input += &format!("{}\n", json!({ "id": format!("a{row}"), "text": text }));
    }
    input
}

fn cluster(input: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_innspill"));
    command.args(["--quiet", "cluster", "-", "--input-format", "jsonl"]).args(arguments).write_stdin(input);
    command
}

fn lines(input: &str, arguments: &[&str]) -> Vec<Value> {
    let assert = cluster(input, &["--output", "-"]).args(arguments).assert().success();
    let printed = String::from_utf8(assert.get_output().stdout.clone()).unwrap();
    printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn members(lines: &[Value]) -> Vec<Option<u64>> {
    lines.iter().map(|line| line["cluster"].as_u64()).collect()
}

fn distinct(members: &[Option<u64>]) -> BTreeSet<u64> {
    members.iter().flatten().copied().collect()
}

#[test]
fn lines_stand_in_input_order_and_null_is_only_for_no_content() {
    let lines = lines(&input(), &[]);
    assert_eq!(lines.len(), TEXTS.len());
    for (row, line) in lines.iter().enumerate() {
        let keys: BTreeSet<&str> = line.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, BTreeSet::from(["id", "cluster", "score"]));
        assert_eq!(line["id"], format!("a{row}"));
        assert_eq!(line["cluster"].is_null(), TEXTS[row] == "...");
        assert!((0.0..=1.0).contains(&line["score"].as_f64().unwrap()), "{line}");
    }
}

#[test]
fn an_asked_for_number_is_the_number() {
    for asked in ["1", "3", "12"] {
        let members = members(&lines(&input(), &["--clusters", asked]));
        assert_eq!(distinct(&members).len().to_string(), asked);
        assert_eq!(members.iter().filter(|member| member.is_none()).count(), 1);
    }
}

#[test]
fn what_is_alike_is_together() {
    let members = members(&lines(&input(), &["--clusters", "3"]));
    for word in ["entetid", "ussen", "lev"] {
        let of_word: Vec<_> =
            TEXTS.iter().zip(&members).filter(|(text, _)| text.contains(word)).map(|(_, member)| *member).collect();
        assert_eq!(of_word.len(), 4);
        assert_eq!(distinct(&of_word).len(), 1, "{word}: {members:?}");
    }
}

#[test]
fn bytes_do_not_depend_on_threads_and_the_summary_agrees_with_the_lines() {
    let work = tempfile::tempdir().unwrap();
    let run = |threads: &str| {
        let (output, summary) = (work.path().join("lines"), work.path().join("summary"));
        cluster(&input(), &["--threads", threads, "--output"])
            .arg(&output)
            .arg("--summary")
            .arg(&summary)
            .assert()
            .success()
            .stdout("");
        (fs::read_to_string(output).unwrap(), fs::read_to_string(summary).unwrap())
    };
    let (printed, summary) = run("1");
    assert_eq!((printed.clone(), summary.clone()), run("2"));
    let lines: Vec<Value> = printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let groups: Vec<Value> = serde_json::from_str(&summary).unwrap();
    assert_eq!(groups.iter().map(|group| group["size"].as_u64().unwrap()).sum::<u64>(), 12);
    assert_eq!(groups.len(), distinct(&members(&lines)).len());
    for group in &groups {
        let ids: Vec<&Value> =
            lines.iter().filter(|line| line["cluster"] == group["id"]).map(|line| &line["id"]).collect();
        assert_eq!(group["size"], ids.len());
        assert!(!group["label"].as_str().unwrap().is_empty());
        let quotes = group["quotes"].as_array().unwrap();
        assert!(!quotes.is_empty() && quotes.iter().all(|quote| ids.contains(&quote)), "{group}");
    }
    assert_eq!(names(work.path()), ["lines", "summary"], "nothing is left beside the files");
}

#[test]
fn vectors_of_embed_give_the_same_groups_and_a_wrong_count_exits_with_two() {
    let work = tempfile::tempdir().unwrap();
    let vectors = work.path().join("vectors.npy");
    Command::new(env!("CARGO_BIN_EXE_innspill"))
        .args(["--quiet", "embed", "-", "--input-format", "jsonl", "--output"])
        .arg(&vectors)
        .write_stdin(input())
        .assert()
        .success();
    let given = lines(&input(), &["--vectors", vectors.to_str().unwrap()]);
    assert_eq!(members(&given), members(&lines(&input(), &[])));
    let shorter = input().lines().skip(1).map(|line| format!("{line}\n")).collect::<String>();
    let output = work.path().join("lines");
    cluster(&shorter, &["--output"])
        .arg(&output)
        .arg("--vectors")
        .arg(&vectors)
        .assert()
        .code(2)
        .stderr(contains("13 rows for 12 answers"));
    assert_eq!(names(work.path()), ["vectors.npy"], "a failure leaves nothing");
}

#[test]
fn a_bad_row_is_told_of_and_strict_makes_it_an_error() {
    let broken = format!("{}{{\"text\": \n", input());
    let work = tempfile::tempdir().unwrap();
    let output = work.path().join("lines");
    let told = cluster(&broken, &["--output", "-"]).assert().success();
    assert_eq!(String::from_utf8_lossy(&told.get_output().stderr).lines().count(), 1);
    cluster(&broken, &["--strict", "--output"]).arg(&output).assert().code(3).stderr(contains("-:14:"));
    assert_eq!(fs::read_to_string(output).unwrap().lines().count(), TEXTS.len(), "good rows are written all the same");
}

#[test]
fn what_cannot_be_done_exits_with_two_and_leaves_no_file() {
    let work = tempfile::tempdir().unwrap();
    let output = work.path().join("lines");
    let fails = |input: &str, arguments: &[&str], what: &str| {
        cluster(input, &["--output"]).arg(&output).args(arguments).assert().code(2).stderr(contains(what));
        assert!(names(work.path()).is_empty(), "{arguments:?}");
    };
    fails("{\"text\": \n", &[], "nothing to read");
    fails(&input(), &["--clusters", "0"], "0 clusters");
    fails(&input(), &["--clusters", "13"], "ask for fewer");
    fails(&input(), &["--vectors", "/nowhere.npy"], "/nowhere.npy");
    fails(&input(), &["--summary", "/nowhere/summary.json"], "/nowhere/summary.json");
    fails(&input(), &["--encoder", "/nowhere"], "/nowhere");
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
