//! `innspill embed`.

use assert_cmd::Command;
use innspill::cluster::npy;
use innspill::encode::vectors::dot;
use predicates::str::contains;

fn innspill() -> Command {
    Command::new(env!("CARGO_BIN_EXE_innspill"))
}

#[test]
fn rows_stand_in_input_order_and_have_length_one() {
    let work = tempfile::tempdir().expect("a temporary folder");
    let output = work.path().join("vectors.npy");
    let answers =
        "{\"text\": \"Kortere køer\"}\n{\"text\": \"...\"}\n{\"text\": \"Kortare kø\"}\n{\"text\": \"Kortere køer\"}\n";
    let run = |threads: &str| {
        innspill()
            .args(["--quiet", "--threads", threads, "embed", "-", "--input-format", "jsonl", "--output"])
            .arg(&output)
            .write_stdin(answers)
            .assert()
            .success();
        std::fs::read(&output).expect("written")
    };
    let bytes = run("1");
    assert!(bytes == run("2"), "the bytes depend on the number of threads");
    let matrix = npy::read(&bytes[..]).expect("an array");
    assert_eq!((matrix.rows, matrix.dimension), (4, 384));
    let rows: Vec<&[f32]> = matrix.values.chunks(matrix.dimension).collect();
    assert!((dot(rows[0], rows[0]) - 1.0).abs() < 1e-5);
    assert!(rows[1].iter().all(|value| *value == 0.0), "no content, no direction");
    assert!(rows[0] == rows[3]);
    assert!(dot(rows[0], rows[2]) > 0.5);
}

#[test]
fn a_bad_row_is_told_of_and_strict_makes_it_an_error() {
    let answers = "{\"text\": \"Kortere køer\"}\n{\"text\": \n";
    let run = |more: &[&str]| {
        let mut command = innspill();
        command.args(["embed", "-", "--input-format", "jsonl", "--output", "-"]).args(more).write_stdin(answers);
        command.assert().stderr(contains("-:2:"))
    };
    run(&[]).success();
    run(&["--strict"]).code(3);
}

#[test]
fn what_cannot_be_done_exits_with_two() {
    innspill().args(["embed", "/nowhere.csv", "--output", "-"]).assert().code(2).stderr(contains("/nowhere.csv"));
    innspill().args(["embed", "-", "--input-format", "jsonl", "--output", "-"]).write_stdin("").assert().code(2);
    innspill().args(["embed", "-", "--input-format", "doc", "--output", "-"]).write_stdin("x").assert().code(2);
}

#[cfg(not(feature = "transformer"))]
#[test]
fn a_build_without_transformers_names_the_script() {
    innspill()
        .args(["embed", "-", "--input-format", "text", "--encoder", "e5-small", "--output", "-"])
        .write_stdin("Kortere køer")
        .assert()
        .code(2)
        .stderr(contains("scripts/setup-transformer"));
}

#[cfg(feature = "transformer")]
#[test]
fn a_model_that_is_not_here_names_the_pull() {
    let models = tempfile::tempdir().expect("a temporary folder");
    innspill()
        .env("INNSPILL_MODELS", models.path())
        .args(["embed", "-", "--input-format", "text", "--encoder", "e5-small", "--output", "-"])
        .write_stdin("Kortere køer")
        .assert()
        .code(2)
        .stderr(contains("innspill models pull e5-small"));
}
