//! `corrections.csv` on the real binary: a person's word outranks the model, and names its author.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

mod sample_copy;
use sample_copy::{innspill, sample_project, table};

fn latest(project: &Path, file: &str) -> PathBuf {
    project.join("out/latest").join(file)
}

fn run(project: &Path) {
    innspill().args(["run", "--quiet"]).arg(project).assert().success();
}

fn tags(project: &Path) -> Vec<BTreeMap<String, String>> {
    table(&latest(project, "tags.csv"))
}

/// `sha256(shown)`, its first sixteen digits, as the documentation says.
fn hash(text: &str) -> String {
    innspill::review::text_hash(text)
}

#[test]
fn a_persons_word_outranks_the_model_and_survives_the_next_run() {
    let folder = tempfile::tempdir().unwrap();
    let project = sample_project(folder.path());
    run(&project);
    let answers = table(&latest(&project, "answers.csv"));
    assert!(tags(&project).iter().all(|tag| tag["set_by"] == "model" && !tag.contains_key("who")));
    let removed = tags(&project).into_iter().find(|tag| tag["code"].contains('/')).unwrap();
    let text = |id: &str| answers.iter().find(|answer| answer["id"] == id).unwrap()["text"].clone();
    let none = answers.iter().find(|answer| answer["outcome"] == "none_of_the_above").unwrap();
    let (id, code) = (&removed["answer_id"], &removed["code"]);
    let corrections = format!(
        "answer,text_hash,code,action,verdict,who,when,why\n\
         {id},{},{code},remove,,Åse,2026-11-24,\n\
         {},{},collaboration/silos,verdict,B,Bo,,\n\
         {id},0123456789abcdef,ai,add,,Åse,,\n",
        hash(&text(id)),
        none["id"],
        hash(&none["text"]),
    );
    fs::write(project.join("corrections.csv"), corrections).unwrap();
    for _ in 0..2 {
        run(&project);
        let tags = tags(&project);
        assert!(!tags.iter().any(|tag| &tag["answer_id"] == id && &tag["code"] == code));
        assert!(!tags.iter().any(|tag| &tag["answer_id"] == id && tag["code"] == "ai"));
        let added: Vec<_> = tags.iter().filter(|tag| tag["answer_id"] == none["id"]).collect();
        let codes: Vec<&str> = added.iter().map(|tag| tag["code"].as_str()).collect();
        assert_eq!(codes, ["collaboration", "collaboration/silos", "silos"]);
        assert!(added.iter().all(|tag| tag["set_by"] == "person" && tag["who"] == "Bo"));
        let answers = table(&latest(&project, "answers.csv"));
        let corrected = answers.iter().find(|answer| answer["id"] == none["id"]).unwrap();
        assert_eq!(corrected["outcome"], "coded");
        assert_eq!(corrected["human_checked"], "1");
        assert_eq!(corrected["verdict_collaboration__silos"], "B");
        let to_review = table(&latest(&project, "to_review.csv"));
        assert_eq!(to_review.len(), 1);
        assert_eq!((to_review[0]["line"].as_str(), to_review[0]["why"].as_str()), ("4", "text_changed"));
    }
}

#[test]
fn a_wrong_line_stops_the_run_with_its_place_and_leaves_the_last_result() {
    let folder = tempfile::tempdir().unwrap();
    let project = sample_project(folder.path());
    fs::write(project.join("corrections.csv"), "answer,text_hash,code,action\no001,,ai,delete\n").unwrap();
    let assert = innspill().args(["run", "--quiet"]).arg(&project).assert().code(2);
    let errors = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
    assert_eq!(errors.trim_end().lines().count(), 1, "{errors}");
    assert!(errors.contains("corrections.csv:2: the action is unknown"), "{errors}");
    assert!(!project.join("out/latest").exists());
}
