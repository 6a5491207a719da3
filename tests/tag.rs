//! `innspill tag`: one line an answer, in order, dependent on that answer alone.

use std::io::Write;

use assert_cmd::Command;
use serde_json::Value;

const ANSWERS: &str = concat!(
    r#"{"id":"1","text":"Vi må bygge ned siloene mellom etatene 🙂 så innbyggerne slipper å fortelle alt på nytt.","kind":"wish"}"#,
    "\n",
    r#"{"id":"2","text":"vet ikke"}"#,
    "\n",
    r#"{"id":"3","text":"Korleis brukte de kunstig intelligens i helsetenesta?","kind":"oracle"}"#,
    "\n",
);

fn tag(input: &str, arguments: &[&str]) -> Vec<Value> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_innspill"));
    command
        .args(["tag", "-", "--input-format", "jsonl", "--output", "-", "--quiet"])
        .args(arguments)
        .write_stdin(input);
    let output = command.assert().success().get_output().stdout.clone();
    String::from_utf8(output).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_line_has_all_keys_and_spans_lie_inside_the_text() {
    let lines = tag(ANSWERS, &["--scores"]);
    assert_eq!(lines.len(), 3);
    for (line, input) in lines.iter().zip(ANSWERS.lines()) {
        for key in ["id", "lang", "outcome", "themes", "topics", "verdicts", "patterns", "facets", "all_scores"] {
            assert!(line.get(key).is_some(), "{key}");
        }
        let text: Value = serde_json::from_str(input).unwrap();
        let length = text["text"].as_str().unwrap().chars().count() as u64;
        for tag in line["topics"].as_array().unwrap().iter().chain(line["patterns"].as_array().unwrap()) {
            for span in tag["spans"].as_array().unwrap() {
                assert!(span[0].as_u64().unwrap() < span[1].as_u64().unwrap());
                assert!(span[1].as_u64().unwrap() <= length);
            }
        }
        assert_eq!(line["verdicts"].as_array().unwrap().len(), line["topics"].as_array().unwrap().len());
    }
    assert_eq!(lines[0]["outcome"], "coded");
    assert!(lines[0]["patterns"].as_array().unwrap().iter().any(|tag| tag["code"] == "silos"));
    assert_eq!(lines[1]["outcome"], "no_content");
    assert_eq!(lines[2]["lang"], "nn");
    assert!(lines[2]["facets"]["time"].is_null(), "time is not coded on oracle questions");
}

#[test]
fn what_is_said_of_an_answer_does_not_depend_on_its_neighbours() {
    let together = tag(ANSWERS, &["--scores"]);
    for (position, line) in ANSWERS.lines().enumerate() {
        let alone = tag(line, &["--scores", "--threads", "1"]);
        assert_eq!(alone[0], together[position]);
    }
    let reversed: String = ANSWERS.lines().rev().map(|line| format!("{line}\n")).collect();
    let mut lines = tag(&reversed, &["--scores"]);
    lines.reverse();
    assert_eq!(lines, together);
}

#[test]
fn another_codebook_is_one_flag_away() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/codebooks/tidstyver.toml");
    let input = r#"{"text":"Vi rapporterer de samme tallene to ganger i året, i to ulike skjema."}"#;
    let lines = tag(input, &["--codebook", path]);
    assert!(
        lines[0]["themes"].as_array().unwrap().iter().any(|theme| theme["code"] == "rapporteringskrav"),
        "{}",
        lines[0]
    );
}

#[test]
fn a_broken_row_is_one_line_of_error_and_strict_makes_it_exit_3() {
    let mut file = tempfile::NamedTempFile::with_suffix(".jsonl").unwrap();
    write!(file, "{{\"text\":\"Mer tillit\"}}\nnot json\n").unwrap();
    for (arguments, code) in [(vec![], 0), (vec!["--strict"], 3)] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_innspill"));
        let path = file.path().to_str().unwrap();
        let output = command.args(["tag", path, "--output", "-", "--quiet"]).args(arguments).assert().code(code);
        let errors = String::from_utf8(output.get_output().stderr.clone()).unwrap();
        assert!(errors.contains(":2:"), "{errors}");
        assert!(!errors.contains("not json"), "no cell contents in errors");
    }
}

#[cfg(unix)]
mod where_it_writes {
    use std::io::Read;
    use std::path::Path;

    use super::{ANSWERS, Command};

    fn tag_to(target: &Path) -> assert_cmd::assert::Assert {
        Command::new(env!("CARGO_BIN_EXE_innspill"))
            .args(["tag", "-", "--input-format", "jsonl", "--quiet", "--output"])
            .arg(target)
            .write_stdin(ANSWERS)
            .assert()
    }

    #[test]
    fn a_pipe_is_written_to_and_stays_a_pipe() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let reader = std::thread::spawn({
            let pipe = pipe.clone();
            move || {
                let mut text = String::new();
                std::fs::File::open(pipe).unwrap().read_to_string(&mut text).map(|_| text)
            }
        });
        tag_to(&pipe).success();
        assert!(!pipe.metadata().unwrap().is_file());
        assert_eq!(reader.join().unwrap().unwrap().lines().count(), 3);
    }

    #[test]
    fn a_link_keeps_leading_to_the_file_that_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file.jsonl"), folder.path().join("link.jsonl"));
        std::fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        tag_to(&link).success();
        assert!(link.is_symlink());
        assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 3);
    }

    #[test]
    fn a_device_that_takes_no_more_is_one_clear_line() {
        let full = Path::new("/dev/full");
        if !full.exists() {
            eprintln!("no /dev/full here");
            return;
        }
        let output = tag_to(full).failure().get_output().stderr.clone();
        assert_eq!(String::from_utf8(output).unwrap().lines().count(), 1);
        assert!(!full.metadata().unwrap().is_file());
    }
}
