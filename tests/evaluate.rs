//! `innspill evaluate`: two human codings compare like a coding and a prediction; mistakes go to a file and nowhere else.

use std::fs;
use std::path::Path;

use assert_cmd::Command;

fn write(folder: &Path, name: &str, rows: &[(&str, &str, &str)]) -> String {
    let path = folder.join(name);
    let lines: Vec<String> = rows
        .iter()
        .map(|(id, topic, side)| {
            let theme = topic.split('/').next().unwrap();
            format!(
                r#"{{"id":"{id}","text":"hemmelig tekst {id}","themes":["{theme}"],"topics":["{topic}"],"stance":{{"{topic}":"{side}"}},"patterns":[],"facets":{{}}}}"#
            )
        })
        .collect();
    fs::write(&path, lines.join("\n")).unwrap();
    path.display().to_string()
}

fn evaluate(arguments: &[&str]) -> (String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_innspill"));
    let assert = command.arg("evaluate").args(arguments).assert().success();
    let output = assert.get_output();
    (String::from_utf8(output.stdout.clone()).unwrap(), String::from_utf8(output.stderr.clone()).unwrap())
}

#[test]
fn two_codings_compare_and_tell_what_is_taken_for_what() {
    let folder = tempfile::tempdir().unwrap();
    let silos = "collaboration/silos";
    let anne = write(
        folder.path(),
        "anne.jsonl",
        &[("1", silos, "A"), ("2", silos, "A"), ("3", silos, "B"), ("4", "framework/regulation", "A")],
    );
    let bjarte = write(
        folder.path(),
        "bjarte.jsonl",
        &[
            ("1", silos, "A"),
            ("2", "leadership/delegation", "A"),
            ("3", silos, "A"),
            ("4", "framework/regulation", "A"),
        ],
    );
    let (json, _) = evaluate(&["--gold", &anne, "--predicted", &bjarte, "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(report["confused"]["topics"][0]["gold"], silos);
    assert_eq!(report["confused"]["topics"][0]["predicted"], "leadership/delegation");
    assert_eq!(report["confused"]["topics"][0]["answers"], 1);
    assert_eq!(report["verdict_accuracy"]["value"], 0.5);
    // Four answers, three with silos by Anne and two of them by Bjarte too: worked out by hand from Krippendorff.
    let alpha = report["levels"]["topics"]["codes"][silos]["alpha"].as_f64().unwrap();
    assert!((alpha - (1.0 - 0.25 / (2.0 * 5.0 * 3.0 / (8.0 * 7.0)))).abs() < 1e-9, "{alpha}");
    let (same, _) = evaluate(&["--gold", &anne, "--predicted", &anne, "--format", "json"]);
    let same: serde_json::Value = serde_json::from_str(&same).unwrap();
    assert_eq!(same["levels"]["topics"]["macro_f1"]["value"], 1.0);
    assert_eq!(same["confused"], serde_json::json!({}));
}

#[test]
fn mistakes_are_written_worst_first_with_their_text_and_the_text_is_not_printed() {
    let folder = tempfile::tempdir().unwrap();
    let silos = "collaboration/silos";
    let gold = write(folder.path(), "gold.jsonl", &[("1", silos, "A"), ("2", silos, "A"), ("3", silos, "B")]);
    let other = write(
        folder.path(),
        "other.jsonl",
        &[("1", silos, "A"), ("2", silos, "B"), ("3", "leadership/delegation", "A")],
    );
    let path = folder.path().join("mistakes.jsonl");
    let (printed, told) =
        evaluate(&["--gold", &gold, "--predicted", &other, "--mistakes", &path.display().to_string()]);
    assert!(!printed.contains("hemmelig") && !told.contains("hemmelig"));
    assert!(printed.contains("collaboration/silos -> leadership/delegation: 1"), "{printed}");
    let mistakes: Vec<serde_json::Value> =
        fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ids: Vec<&str> = mistakes.iter().map(|mistake| mistake["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["3", "2"]);
    assert_eq!(mistakes[0]["text"], "hemmelig tekst 3");
    assert_eq!(mistakes[1]["verdicts"][0]["predicted"], "B");
}
