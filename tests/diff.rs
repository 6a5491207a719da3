//! `innspill diff`: what was planted is told, nothing else, and causes are never mixed.

mod project;

use std::fs;

use project::{Numbers, Project, Rows, codebook, rows, sentence};

fn diff(project: &Project, runs: &[&str]) -> serde_json::Value {
    let arguments: Vec<&str> = ["diff"].iter().chain(runs).chain(&["--format", "json"]).copied().collect();
    let assert = project.command(&arguments).assert().success();
    serde_json::from_slice(&assert.get_output().stdout).unwrap()
}

fn text(project: &Project, runs: &[&str]) -> String {
    let arguments: Vec<&str> = ["diff"].iter().chain(runs).copied().collect();
    String::from_utf8(project.command(&arguments).assert().success().get_output().stdout.clone()).unwrap()
}

fn ids(value: &serde_json::Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect()
}

fn causes(value: &serde_json::Value) -> Vec<&str> {
    value["tags"].as_array().unwrap().iter().map(|entry| entry["cause"].as_str().unwrap()).collect()
}

fn with_ai(count: u32, of: u32) -> impl Fn(u32) -> (String, String) {
    move |id| {
        let what = if id % of < count { "bruke kunstig intelligens" } else { "ta seg bedre tid" };
        (format!("Etaten skulle gjerne {what} i arbeidet, skriver nummer {id}."), "Bord 1".to_owned())
    }
}

#[test]
fn a_night_lists_exactly_what_was_planted() {
    let project = Project::new("p");
    let mut numbers = Numbers(21);
    let mut input = rows(50, &mut numbers);
    project.write(&input);
    project.night(&[]);
    project.command(&["diff"]).assert().code(2);
    input.insert(60, (format!("{} Seksti.", sentence(&mut numbers)), "Bord 2".to_owned()));
    input.insert(61, (format!("{} Sekstien.", sentence(&mut numbers)), "Bord 2".to_owned()));
    input.insert(7, ("Helt andre ord om helt andre ting enn før.".to_owned(), "Bord 2".to_owned()));
    input.remove(&9);
    project.write(&input);
    project.night(&[]);
    let told = diff(&project, &[]);
    assert_eq!((ids(&told["new"]), ids(&told["changed"])), (vec!["60", "61"], vec!["7"]));
    assert_eq!((ids(&told["withdrawn"]), &told["unchanged"]), (vec!["9"], &48.into()));
    assert!(causes(&told).iter().all(|cause| cause.ends_with("_answer")), "{told}");
    let lines = text(&project, &[]);
    assert!(lines.contains("Svar: 2 nye, 1 endret, 1 trukket, 48 som før."), "{lines}");
    assert!(lines.contains("Ingen endring utover tilfeldig variasjon"), "{lines}");
    let report = project.out("report.html");
    assert!(report.contains("ingen endring utover tilfeldig variasjon"), "the report says so too");
    assert!(report.contains("1 endrede svar") || report.contains("1\u{a0}endrede svar"));

    // An edit of the codebook is no news of the answers, and no rise.
    fs::write(project.folder.join("codebook.toml"), codebook("forenkle regelverket")).unwrap();
    project.night(&[]);
    let told = diff(&project, &[]);
    assert_eq!(causes(&told), ["codebook"]);
    assert_eq!(told["trends"]["any_beyond_chance"], false);
    let codes = told["tags"][0]["codes"].as_array().unwrap();
    assert!(codes.iter().any(|code| code["code"] == "emne" && code["gained"].as_u64() > Some(0)), "{codes:?}");
    // Over both nights, each with its own cause.
    let told = diff(&project, &["1", "3"]);
    assert!(causes(&told).contains(&"codebook") && ids(&told["new"]) == ["60", "61"], "{told}");
    project.command(&["diff", "3", "1"]).assert().code(2);
    project.command(&["diff", "1", "9"]).assert().code(2);
}

#[test]
fn a_planted_rise_is_told_with_its_numbers_and_an_even_share_is_not() {
    let project = Project::new("p");
    let few = with_ai(1, 10);
    let mut input: Rows = (1..=100).map(|id| (id, few(id))).collect();
    project.write(&input);
    project.night(&[]);
    input.extend((101..=140).map(|id| (id, few(id))));
    project.write(&input);
    project.night(&[]);
    assert!(text(&project, &[]).contains("Ingen endring utover tilfeldig variasjon"));
    let many = with_ai(9, 10);
    input.extend((141..=180).map(|id| (id, many(id))));
    project.write(&input);
    project.night(&[]);
    let lines = text(&project, &[]);
    assert!(lines.contains("Kunstig intelligens: oftere, 36 av 40 mot 14 av 140"), "{lines}");
    let told = diff(&project, &[]);
    assert_eq!((&told["trends"]["looks"], &told["trends"]["any_beyond_chance"]), (&2.into(), &true.into()));
    assert!(project.out("report.html").contains("Kunstig intelligens oftere i de nye svarene"));
}
