//! `innspill train` and `evaluate`: what was learned is found again, and what cannot be learned from is named.

use std::fs;

use assert_cmd::Command;

fn innspill(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_innspill"));
    command.arg("--quiet").args(arguments);
    command
}

#[test]
fn labels_learned_from_coding_are_found_on_new_answers() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let mut rows = String::new();
    for number in 0..30 {
        rows.push_str(&format!(
            "{{\"id\":\"a{number}\",\"text\":\"Bussen er forsinket, avgang {number}\",\"labels\":[\"buss\"]}}\n"
        ));
        rows.push_str(&format!(
            "{{\"id\":\"b{number}\",\"text\":\"Maten i kantina er kald, dag {number}\",\"labels\":[\"mat\"]}}\n"
        ));
        rows.push_str(&format!(
            "{{\"id\":\"c{number}\",\"text\":\"Møterommet mangler stoler, rom {number}\",\"labels\":[]}}\n"
        ));
    }
    fs::write(path("coded.jsonl"), rows).unwrap();
    fs::write(
        path("new.jsonl"),
        "{\"id\":\"1\",\"text\":\"Bussen kom ikke\",\"labels\":[\"buss\"]}\n{\"id\":\"2\",\"text\":\"Kald mat i dag\",\"labels\":[\"mat\"]}\n",
    )
    .unwrap();
    innspill(&["train", "--labelled", &path("coded.jsonl"), "--output", &path("my.tagger")]).assert().success();
    let evaluate = |bar: &str| {
        innspill(&["evaluate", "--gold", &path("new.jsonl"), "--tagger", &path("my.tagger"), "--fail-under", bar])
    };
    evaluate("0.9").assert().success();
    evaluate("1.1").assert().code(1);
}

#[test]
fn a_row_without_text_or_labels_is_named_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let (coded, tagger) = (folder.path().join("coded.jsonl"), folder.path().join("my.tagger"));
    let good = "{\"text\":\"Bussen er sen\",\"labels\":[\"buss\"]}\n";
    for (bad, field) in [
        ("{\"labels\":[\"buss\"]}", "text"),
        ("{\"text\":\"Ja\",\"labels\":\"buss\"}", "labels"),
        ("{\"text\":\"Ja\"}", "labels"),
    ] {
        fs::write(&coded, format!("{good}{bad}\n")).unwrap();
        let assert = innspill(&["train", "--labelled", coded.to_str().unwrap(), "--output", tagger.to_str().unwrap()])
            .assert()
            .code(2);
        let errors = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
        assert!(errors.contains(":2:") && errors.contains(field), "{errors}");
        assert!(!tagger.exists());
    }
}
