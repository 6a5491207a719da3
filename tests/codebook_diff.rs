//! `innspill codebook diff`: it foretells what the next run does, to the answer, and changes nothing.

mod project;

use std::collections::BTreeMap;
use std::fs;

use assert_cmd::Command;
use project::{Numbers, Project, codebook, rows};

fn innspill(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_innspill"));
    command.args(arguments);
    command
}

fn json(command: &mut Command) -> serde_json::Value {
    serde_json::from_slice(&command.assert().success().get_output().stdout).unwrap()
}

/// Every file of the project with its bytes, but for SQLite's own index of its log.
fn files(project: &Project) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![project.folder.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(&project.folder).unwrap().display().to_string();
            if path.is_dir() {
                folders.push(path);
            } else if !name.ends_with("-shm") && !name.ends_with("-wal") {
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// The new codebook: another term for `emne`, a new topic, `ki` gone.
fn edited() -> String {
    let text = codebook("forenkle regelverket");
    let (start, _) = text.split_once("[[pattern]]\nid = \"ki\"").unwrap();
    start.replace(
        "[[pattern]]\nid = \"emne\"",
        "[[theme.topic]]\nid = \"forsok\"\nname.nb = \"Forsøk\"\nterms.nb = [\"forsøk\"]\n\n[[pattern]]\nid = \"emne\"",
    )
}

#[test]
fn what_it_foretells_is_what_the_next_run_does_to_the_answer() {
    let project = Project::new("p");
    let mut numbers = Numbers(51);
    let input = rows(60, &mut numbers);
    project.write(&input);
    // A person's word holds with either codebook; one on a code that goes is left behind.
    let with = |what: &str| input.iter().filter(|(_, row)| row.0.contains(what)).map(|(id, _)| *id).collect::<Vec<_>>();
    let (held, left) = (with("forenkle regelverket")[0], with("kunstig intelligens")[0]);
    fs::write(
        project.folder.join("corrections.csv"),
        format!("answer,code,action\n{held},emne,remove\n{left},ki,confirm\n"),
    )
    .unwrap();
    project.night(&[]);
    let (held_id, left_id) = (held.to_string(), left.to_string());
    let new = project.folder.join("ny.toml");
    fs::write(&new, edited()).unwrap();
    let before = files(&project);
    let (new, folder) = (new.to_str().unwrap(), project.folder.to_str().unwrap());
    let foretold = json(&mut innspill(&["codebook", "diff", "last", new, folder, "--format", "json"]));
    let text = innspill(&["codebook", "diff", "1", new, folder]).assert().success();
    let text = String::from_utf8(text.get_output().stdout.clone()).unwrap();
    assert_eq!(files(&project), before, "something was written");

    let kinds: Vec<(&str, &str, &str)> = (foretold["differences"].as_array().unwrap().iter())
        .map(|entry| (&entry["part"], &entry["code"], &entry["change"]))
        .map(|(part, code, change)| (part.as_str().unwrap(), code.as_str().unwrap(), change.as_str().unwrap()))
        .collect();
    let expected = [("topic", "samarbeid/forsok", "new"), ("pattern", "emne", "edited"), ("pattern", "ki", "gone")];
    assert_eq!(kinds, expected);
    assert_eq!(foretold["project"]["corrections_left_behind"], serde_json::json!([{"line": 3, "code": "ki"}]));
    for line in [
        "pattern emne: edited",
        "    - \"bygge ned siloene\"",
        "    + \"forenkle regelverket\"",
        "1 new, 1 edited, 0 renamed, 1 gone",
        "corrections.csv:3: would not be applied, since ki is no code of the new codebook",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }

    fs::copy(new, project.folder.join("codebook.toml")).unwrap();
    project.night(&[]);
    let done = json(&mut project.command(&["diff", "--format", "json"]));
    let by_codebook = done["tags"].as_array().unwrap().iter().find(|entry| entry["cause"] == "codebook").unwrap();
    let told = &foretold["project"];
    // What a person's word on the code that is gone had held is the edit's doing for the one and the correction's end for
    // the other.
    let others = |value: &serde_json::Value| -> Vec<serde_json::Value> {
        let all = value["by_answer"].as_array().unwrap().iter();
        all.filter(|entry| entry["id"].as_str() != Some(&*left_id)).cloned().collect()
    };
    assert_eq!(others(told), others(by_codebook));
    assert!(others(told).len() > 5 && told["of"] == 60, "{told}");
    let ids: Vec<&str> = told["answers"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    assert!(!others(told).iter().any(|entry| entry["id"].as_str() == Some(&*held_id)), "a person had removed it");
    assert!(ids.contains(&&*left_id));
    let forsok = told["codes"].as_array().unwrap().iter().find(|code| code["code"] == "samarbeid/forsok").unwrap();
    let listed = with("forsøk").len() as u64;
    assert_eq!((forsok["gained"].as_u64(), forsok["lost"].as_u64()), (Some(listed), Some(0)));
}

#[test]
fn without_a_project_it_compares_files_and_the_built_in_one() {
    let same = innspill(&["codebook", "diff", "builtin", "corpus/codebook.toml"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .assert()
        .success();
    assert_eq!(String::from_utf8_lossy(&same.get_output().stdout), "nothing differs\n");
    innspill(&["codebook", "diff", "last", "builtin"]).assert().code(2);
    innspill(&["codebook", "diff", "builtin", "no-such.toml"]).assert().code(2);
}
