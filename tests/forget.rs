//! `innspill forget` and `innspill show`: what was planted is in no file of the project but `input/`.

mod project;

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use project::{Numbers, Project, assert_private, sentence};

/// Words that nobody but the forgotten person wrote. They stand in the text, in a kept column and in tables by hand.
const PLANTED: [&str; 4] = ["zorgblattvik", "kvintmarodde", "svar-hemmelig-77", "plumtrafjes"];

const HEAD: &str = "id;respondent;svar;bord;stilling\n";

fn input(project: &Project, file: &str, rows: &[(String, String, String)]) {
    let mut text = HEAD.to_owned();
    for (id, respondent, answer) in rows {
        let position = if respondent == "r17" { "plumtrafjes" } else { "rådgiver" };
        text.push_str(&format!("{id};{respondent};{answer};Bord 1;{position}\n"));
    }
    fs::write(project.folder.join("input").join(file), text).unwrap();
}

fn others(count: usize) -> Vec<(String, String, String)> {
    let mut numbers = Numbers(17);
    (0..count).map(|at| (format!("a{at}"), format!("r{}", at + 100), sentence(&mut numbers))).collect()
}

/// Every file below a folder, with what is packed in zips.
fn contents(folder: &Path, skip: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().is_some_and(|name| name == skip) {
            continue;
        }
        if path.is_dir() {
            found.extend(contents(&path, ""));
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        if bytes.starts_with(b"PK") {
            let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&bytes)).unwrap();
            for index in 0..archive.len() {
                let mut file = archive.by_index(index).unwrap();
                let mut unpacked = Vec::new();
                file.read_to_end(&mut unpacked).unwrap();
                found.push((path.join(file.name()), unpacked));
            }
        }
        found.push((path, bytes));
    }
    found
}

fn places_of(project: &Project, word: &str) -> Vec<PathBuf> {
    let holds = |bytes: &[u8]| bytes.windows(word.len()).any(|window| window == word.as_bytes());
    contents(&project.folder, "input").into_iter().filter(|(_, bytes)| holds(bytes)).map(|(path, _)| path).collect()
}

/// A project over three nights: the person's first answer changes, a second one comes and is withdrawn.
fn project_with_a_person(name: &str) -> Project {
    let project = Project::new(name);
    project.settings(
        "[privacy]\nkeep_originals = true\n[[source]]\npath = \"input/*.csv\"\n[source.columns]\nid = \"id\"\n\
         respondent = \"respondent\"\ntext = \"svar\"\n[source.roles]\nbord = \"group\"\nstilling = \"keep\"\n",
    );
    input(&project, "andre.csv", &others(60));
    let first = |text: &str| ("svar-hemmelig-77".to_owned(), "r17".to_owned(), text.to_owned());
    let second = ("p2".to_owned(), "r17".to_owned(), "Etaten bør slutte med kvintmarodde og rapporter".to_owned());
    input(&project, "person.csv", &[first("Kommunen må dele zorgblattvik på tvers av sektorene"), second]);
    project.night(&[]);
    input(&project, "person.csv", &[first("Kommunen må dele zorgblattvik på tvers av sektorene nå, ikke siden")]);
    project.night(&[]);
    let mut more = others(64);
    more.drain(..2);
    input(&project, "andre.csv", &more);
    project.night(&[]);
    fs::write(
        project.folder.join("corrections.csv"),
        "answer,text_hash,code,action,who,when,why\nsvar-hemmelig-77,ab,siloer,remove,kl,2026-11-01,nei\n\
         a5,cd,siloer,add,kl,2026-11-01,\"jo, det\"\n",
    )
    .unwrap();
    fs::write(project.folder.join("notes.csv"), "on,key,note\nanswer,p2,skriver om kvintmarodde\nanswer,a7,fin\n")
        .unwrap();
    fs::write(project.folder.join("own.tagger"), b"innspilT and then some").unwrap();
    project
}

#[test]
fn what_is_forgotten_is_in_no_file_but_the_input_and_does_not_come_back() {
    let project = project_with_a_person("glemt");
    for word in PLANTED {
        assert!(!places_of(&project, word).is_empty(), "{word} was never there");
    }
    let input_before = contents(&project.folder.join("input"), "");

    let assert = project.command(&["forget", "--respondent", "r17"]).assert().success();
    let said = String::from_utf8(assert.get_output().stdout.clone()).unwrap();
    assert!(said.contains("person.csv"), "the row that still holds it is told: {said}");
    assert!(said.contains("out/000003") || said.contains("000003"), "{said}");

    for word in PLANTED {
        assert_eq!(places_of(&project, word), Vec::<PathBuf>::new(), "{word} is still there; {said}");
    }
    assert_eq!(contents(&project.folder.join("input"), ""), input_before, "the input was touched");
    assert_eq!(project.integrity(), "ok");
    let corrections = fs::read_to_string(project.folder.join("corrections.csv")).unwrap();
    assert_eq!(corrections.lines().count(), 2, "another's correction stays: {corrections}");
    assert!(corrections.contains("\"jo, det\""));
    assert!(!project.folder.join("own.tagger").exists());

    project.night(&[]);
    for word in PLANTED {
        assert_eq!(places_of(&project, word), Vec::<PathBuf>::new(), "{word} came back");
    }
    let answers = project.out("answers.csv");
    assert_eq!(answers.lines().count(), 1 + 62);
    assert!(project.out("run.json").contains("forgotten on request"));
    project.assert_latest_whole();
}

#[test]
fn one_answer_or_a_text_can_be_forgotten_and_the_rest_stays() {
    let project = project_with_a_person("delvis");
    project.command(&["forget", "--find", "kvintmarodde", "--preview"]).assert().success();
    assert!(!places_of(&project, "kvintmarodde").is_empty(), "a preview erases nothing");
    project.command(&["forget", "--find", "kvintmarodde"]).assert().success();
    assert_eq!(places_of(&project, "kvintmarodde"), Vec::<PathBuf>::new());
    assert!(!places_of(&project, "zorgblattvik").is_empty(), "the person's other answer stays");
    project.command(&["forget", "--answer", "svar-hemmelig-77"]).assert().success();
    assert_eq!(places_of(&project, "zorgblattvik"), Vec::<PathBuf>::new());
    project.command(&["forget", "--find", "finnes ikke"]).assert().code(2);
    project.command(&["forget"]).assert().code(2);
    project.night(&[]);
    assert_eq!(places_of(&project, "zorgblattvik"), Vec::<PathBuf>::new());
}

#[test]
fn a_run_that_is_kept_for_a_case_is_erased_only_when_told_so() {
    let project = project_with_a_person("arkiv");
    project.command(&["keep", "2", "--case", "26/1", "--reason", "grunnlag"]).assert().success();
    let assert = project.command(&["forget", "--respondent", "r17"]).assert().code(2);
    let error = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
    assert!(error.contains("26/1") && error.trim_end().lines().count() == 1, "{error}");
    assert!(!places_of(&project, "zorgblattvik").is_empty());
    project.command(&["forget", "--respondent", "r17", "--kept-too"]).assert().success();
    assert_eq!(places_of(&project, "zorgblattvik"), Vec::<PathBuf>::new());
}

#[test]
fn show_tells_all_on_one_person_and_nothing_of_others() {
    let project = project_with_a_person("innsyn");
    let assert = project.command(&["show", "--respondent", "r17"]).assert().success();
    let said = String::from_utf8(assert.get_output().stdout.clone()).unwrap();
    for word in ["zorgblattvik", "kvintmarodde", "ikke siden", "plumtrafjes", "corrections.csv", "notes.csv"] {
        assert!(said.contains(word), "{word} is not told: {said}");
    }
    assert!(!said.contains("a5") && !said.contains("rådgiver"), "{said}");
    let assert = project.command(&["show", "--respondent", "r17", "--format", "json"]).assert().success();
    let said = String::from_utf8(assert.get_output().stdout.clone()).unwrap();
    let objects: Vec<serde_json::Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        objects.iter().filter(|object| object["respondent"] == "r17").count(),
        3,
        "two versions of one, one of the other"
    );
    project.command(&["show", "--respondent", "nobody"]).assert().code(2);
}

#[test]
fn an_overdue_project_says_so_and_its_files_are_private() {
    let project = project_with_a_person("forfalt");
    let settings = fs::read_to_string(project.folder.join("innspill.toml")).unwrap();
    fs::write(project.folder.join("innspill.toml"), format!("delete_after = 2020-01-31\n{settings}")).unwrap();
    let assert = project.command(&["run"]).assert().success();
    let log = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
    assert_eq!(log.matches("delete_after = 2020-01-31 has passed").count(), 1, "{log}");
    for name in ["innspill.db", "out", "out/000004", "out/000004/answers.csv", "out/.lock", "corrections.csv"] {
        assert_private(&project.folder.join(name));
    }
}
