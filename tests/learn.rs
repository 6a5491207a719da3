//! `innspill train --corrections` and `codebook stats --project`: what people decided is learned and told.

mod project;

use std::fs;

use assert_cmd::Command;
use project::{Numbers, Project, Rows, rows};

const TOLD: &str = "forenkle regelverket";

fn innspill(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_innspill"));
    let assert = command.arg("--quiet").args(arguments).assert().success();
    String::from_utf8(assert.get_output().stdout.clone()).unwrap()
}

/// A project in which people say that `emne` is about rules, of which the codebook has no word, and not about AI.
fn corrected() -> (Project, Rows, usize) {
    let project = Project::new("p");
    let input = rows(300, &mut Numbers(61));
    project.write(&input);
    project.night(&[]);
    let mut lines = String::from("answer,code,action,who\n");
    let mut decided = 0;
    for (id, (text, _)) in input.iter().filter(|(id, _)| **id <= 160) {
        let is_told = text.contains(TOLD);
        // Every told one, and every third of the others.
        if is_told || id % 3 == 0 {
            lines.push_str(&format!("{id},emne,{},Åse\n", if is_told { "add" } else { "remove" }));
            decided += 1;
        }
    }
    fs::write(project.folder.join("corrections.csv"), lines).unwrap();
    (project, input, decided)
}

fn tags(project: &Project) -> Vec<(String, String)> {
    let text = project.out("tags.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.records().map(Result::unwrap).map(|row| (row[0].to_owned(), row[1].to_owned())).collect()
}

#[test]
fn what_people_decided_is_found_on_answers_that_nobody_corrected() {
    let (project, input, decided) = corrected();
    let folder = project.folder.to_str().unwrap();
    let tagger = project.folder.join("own.tagger");
    let told = innspill(&["train", "--corrections", folder, "--output", tagger.to_str().unwrap()]);
    assert!(told.contains(&format!("learned from {decided} decisions on {decided} answers")), "{told}");
    assert!(told.contains("to use it, write tagger = \"own.tagger\" into innspill.toml"), "{told}");
    // The same decisions give the same bytes.
    let bytes = fs::read(&tagger).unwrap();
    innspill(&["train", "--corrections", folder, "--output", tagger.to_str().unwrap()]);
    assert_eq!(fs::read(&tagger).unwrap(), bytes);

    // Another model is never taken silently.
    project.settings("tagger = \"own.tagger\"");
    project.command(&["run", "--quiet"]).assert().code(2);
    project.night(&["--accept-model"]);
    let tags = tags(&project);
    let has = |id: u32| tags.contains(&(id.to_string(), "emne".to_owned()));
    let unseen: Vec<(&u32, bool)> =
        input.iter().filter(|(id, _)| **id > 160).map(|(id, (text, _))| (id, text.contains(TOLD))).collect();
    let found = unseen.iter().filter(|(id, told)| *told && has(**id)).count();
    let of = unseen.iter().filter(|(_, told)| *told).count();
    let silo = |id: u32| input[&id].0.contains("bygge ned siloene");
    // The codebook's own term of `emne` was overruled wherever it stood; it is no longer sure.
    let wrong = unseen.iter().filter(|(id, told)| !told && !silo(**id) && has(**id)).count();
    assert!(of > 5 && found * 5 >= of * 4, "{found} of {of} found");
    assert!(wrong <= 2, "{wrong} found where they should not be");
    let doctor = project.command(&["doctor"]).assert().success();
    let doctor = String::from_utf8(doctor.get_output().stdout.clone()).unwrap();
    assert!(!doctor.contains("needs --accept-model"), "{doctor}");

    // A tagger that is gone stops the run with one line that says how to mend it.
    fs::remove_file(&tagger).unwrap();
    let refused = project.command(&["run", "--quiet"]).assert().code(2);
    let line = String::from_utf8(refused.get_output().stderr.clone()).unwrap();
    assert!(line.contains("own.tagger") && line.contains("train --corrections") && line.lines().count() == 1, "{line}");
}

#[test]
fn how_often_people_overruled_a_code_and_its_terms_is_told() {
    let (project, input, _) = corrected();
    let folder = project.folder.to_str().unwrap();
    let told = innspill(&["codebook", "stats", "--project", folder]);
    let decided = |id: &u32, what: &str| *id <= 160 && id.is_multiple_of(3) && input[id].0.contains(what);
    let silos = input.keys().filter(|id| decided(id, "bygge ned siloene")).count();
    let missed = input.iter().filter(|(id, (text, _))| **id <= 160 && text.contains(TOLD)).count();
    assert!(silos > 1 && missed > 10);
    let line = told.lines().find(|line| line.ends_with("pattern emne") && !line.contains('"')).unwrap();
    let cells: Vec<&str> = line.split_whitespace().collect();
    let tally = silos.to_string();
    // All that the machine set was set by the term, and all of it was taken out.
    assert_eq!(cells[..3], [tally.as_str(), "of", &tally], "{told}");
    assert_eq!((cells[3..6].join(" "), cells[9]), (format!("{silos} of {silos}"), &*missed.to_string()), "{told}");
    assert!(told.contains(&format!("{silos} of {silos}  \"bygge ned siloene\" of pattern emne")), "{told}");
}

#[test]
fn there_must_be_something_to_learn_from() {
    let project = Project::new("p");
    project.write(&rows(10, &mut Numbers(62)));
    project.night(&[]);
    let output = project.folder.join("own.tagger");
    let folder = project.folder.to_str().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_innspill"));
    command.args(["train", "--corrections", folder, "--output", output.to_str().unwrap()]).assert().code(2);
    assert!(!output.exists());
    assert!(innspill(&["codebook", "stats", "--project", folder]).contains("nobody has corrected"));
}
