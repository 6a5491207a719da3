//! `innspill models`, and the encoders against stored reference vectors.

use std::path::Path;

use assert_cmd::Command;
use innspill::encode::vectors::dot;
use innspill::encode::{Embedded, Encoder};
use predicates::prelude::*;
use predicates::str::contains;

fn innspill(models: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_innspill"));
    command.env("INNSPILL_MODELS", models);
    command
}

/// Texts and vectors of a file under `tests/fixtures/encode`.
fn references(file: &str) -> Vec<(String, Vec<f32>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/encode").join(file);
    let lines = std::fs::read_to_string(path).expect("the fixture is in the repository");
    lines
        .lines()
        .map(|line| {
            let row: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
            let text = row["text"].as_str().expect("a text").to_owned();
            let vector = row["vector"].as_array().expect("a vector");
            (text, vector.iter().map(|number| number.as_f64().expect("a number") as f32).collect())
        })
        .collect()
}

fn close_to_references(encoder: &dyn Encoder, file: &str, bar: f32) {
    let references = references(file);
    assert!(references.len() >= 12);
    let texts: Vec<&str> = references.iter().map(|(text, _)| text.as_str()).collect();
    let vectors = encoder.encode(&texts).expect("encoded");
    for ((text, reference), vector) in references.iter().zip(vectors.rows()) {
        let cosine = dot(reference, vector);
        assert!(cosine >= bar, "{cosine} for: {text}");
        let alone = encoder.encode(&[text]).expect("encoded");
        assert!(dot(alone.row(0), vector) > 0.9999, "depends on its neighbours: {text}");
    }
}

#[test]
fn embedded_gives_the_stored_vectors() {
    close_to_references(&Embedded::new(), "embedded.jsonl", 0.9999);
}

#[cfg(feature = "transformer")]
#[test]
fn e5_small_gives_the_stored_vectors() {
    use innspill::encode::{EncoderChoice, model_folder, open, pull};
    if !model_folder::models_folder().join(pull::E5_SMALL).is_dir() {
        eprintln!("skipped: e5-small is not here; fetch it with: innspill models pull e5-small");
        return;
    }
    let encoder = open(&EncoderChoice::E5Small).expect("the pulled model opens");
    close_to_references(encoder.as_ref(), "e5-small.jsonl", 0.999);
}

#[test]
fn what_is_alike_lies_near() {
    let encoder = Embedded::new();
    let texts = [
        "Kommunane må samarbeide betre på tvers av sektorar",
        "Kommunene må samarbeide bedre på tvers av sektorer",
        "The municipalities must cooperate better across sectors",
        "Kaffen i kantina er kald",
    ];
    let vectors = encoder.encode(&texts).expect("encoded");
    let near = dot(vectors.row(0), vectors.row(1));
    let far = dot(vectors.row(0), vectors.row(3));
    assert!(near > 0.7 && near > far + 0.3, "nynorsk and bokmål {near}, unlike texts {far}");
    assert!(dot(vectors.row(1), vectors.row(2)) > far + 0.1);
}

#[test]
fn list_names_what_is_here_and_what_is_not() {
    let models = tempfile::tempdir().expect("a temporary folder");
    innspill(models.path())
        .args(["models", "list"])
        .assert()
        .success()
        .stdout(contains("embedded").and(contains("innspill models pull e5-small")));
}

#[test]
fn verify_finds_a_changed_file() {
    let models = tempfile::tempdir().expect("a temporary folder");
    innspill(models.path()).args(["models", "verify"]).assert().success().stdout("embedded\tok\n");
    innspill(models.path())
        .args(["models", "verify", "e5-small"])
        .assert()
        .code(2)
        .stderr(contains("innspill models pull e5-small"));
    let folder = models.path().join("mine");
    std::fs::create_dir(&folder).expect("made");
    std::fs::write(folder.join("weights"), "changed").expect("written");
    let manifest = r#"{"name": "mine", "licence": "MIT", "source": "a test", "files": {"weights": "00"}}"#;
    std::fs::write(folder.join("manifest.json"), manifest).expect("written");
    innspill(models.path()).args(["models", "verify", "mine"]).assert().code(2).stderr(contains("weights"));
    innspill(models.path()).args(["models", "verify"]).assert().code(2);
}

#[test]
fn only_known_models_are_pulled() {
    let models = tempfile::tempdir().expect("a temporary folder");
    innspill(models.path()).args(["models", "pull", "e6"]).assert().code(2).stderr(contains("there is no model 'e6'"));
}

#[cfg(unix)]
#[test]
fn a_pull_without_python_says_so_and_leaves_nothing() {
    let models = tempfile::tempdir().expect("a temporary folder");
    innspill(models.path())
        .args(["--quiet", "models", "pull", "e5-small"])
        .env("PATH", models.path())
        .assert()
        .code(2)
        .stderr(contains("needs python3 with pip"));
    assert_eq!(std::fs::read_dir(models.path()).expect("still there").count(), 0);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "takes 40 s without optimisation; runs with the transformer's tests")]
fn distil_makes_the_same_bytes_twice_from_what_the_teacher_said() {
    let work = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str| work.path().join(name);
    std::fs::write(at("words.tsv"), "bil\t1e-4\tnb\nbåt\t1e-5\tnb\nkaffi\t1e-6\tnn\nship\t1e-5\ten\n")
        .expect("written");
    std::fs::write(at("texts.txt"), "bil og båt\nkaffi\n\nship\n").expect("written");
    // A teacher that needs no libtorch: the embedded model itself.
    for output in ["one.bin", "two.bin"] {
        innspill(work.path())
            .args(["models", "distil", "--teacher", "embedded", "--phrases", "20,10,10", "--rounds", "2"])
            .arg("--words")
            .arg(at("words.tsv"))
            .arg("--texts")
            .arg(at("texts.txt"))
            .arg("--cache")
            .arg(at(&format!("cache-{output}")))
            .arg("--output")
            .arg(at(output))
            .assert()
            .success()
            .stdout(contains("4 words, 43 texts"));
    }
    let (one, two) = (std::fs::read(at("one.bin")), std::fs::read(at("two.bin")));
    assert!(one.expect("written") == two.expect("written"));
}

#[test]
fn distil_says_what_is_wrong_with_a_word_list() {
    let work = tempfile::tempdir().expect("a temporary folder");
    let words = work.path().join("words.tsv");
    for (list, wrong) in [
        ("b\t1e-4\tnb\na\t1e-5\tnb\n", "words.tsv:2: words must be sorted"),
        ("a\t1e-4\tnb\na\t1e-5\tnb\n", "words.tsv:2: words must be sorted"),
        ("a\t1e-4\n", "words.tsv:1: needs word, frequency and language"),
        ("a\tx\tnb\n", "words.tsv:1: the frequency"),
        ("a\t1\tsv\n", "words.tsv:1: the language"),
    ] {
        std::fs::write(&words, list).expect("written");
        innspill(work.path())
            .args(["models", "distil", "--teacher", "embedded", "--words"])
            .arg(&words)
            .arg("--cache")
            .arg(work.path().join("cache"))
            .arg("--output")
            .arg(work.path().join("model.bin"))
            .assert()
            .code(2)
            .stderr(contains(wrong));
    }
}
