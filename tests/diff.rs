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
    let report = project.out("report.html");
    assert!(report.contains("Kunstig intelligens oftere i de nye svarene"));
    // The section has it in a table, with the language's own words for the rest.
    let section = report.split_once("<section id=\"news\"").unwrap().1.split_once("</section>").unwrap().0;
    for words in ["▲ oftere", "36 av 40 (90\u{a0}%)", "14 av 140 (10\u{a0}%)", "uten kode", "tegn i et svar (median)"]
    {
        assert!(section.contains(words), "{words}: {section}");
    }
    assert!(!section.contains("Ingen endring utover"), "{section}");

    // Measured from a run that the settings name: all that came since.
    project.settings("[runs]\nbaseline = 1");
    project.night(&[]);
    let told = diff(&project, &[]);
    assert_eq!((&told["trends"]["baseline"], &told["trends"]["looks"]), (&1.into(), &3.into()));
    let lines = text(&project, &[]);
    assert!(lines.contains("Kunstig intelligens: oftere, 40 av 80 mot 10 av 100"), "{lines}");
    let report = project.out("report.html");
    assert!(report.contains("siden kjøring 1, som innstillingene nevner") && report.contains("40 av 80"));
    project.settings("[runs]\nbaseline = 9");
    let refused = project.command(&["run", "--quiet"]).assert().code(2);
    let line = String::from_utf8(refused.get_output().stderr.clone()).unwrap();
    assert!(line.contains("baseline = 9") && line.trim_end().lines().count() == 1, "{line}");
    let doctor = project.command(&["doctor"]).assert().code(2);
    assert!(String::from_utf8_lossy(&doctor.get_output().stdout).contains("WRONG  baseline"));
    // It is never removed by the rule.
    project.settings("[runs]\nbaseline = 1\nnewest = 1");
    project.night(&[]);
    assert!(project.folder.join("out/000001").is_dir() && !project.folder.join("out/000002").is_dir());
}

#[test]
fn the_report_tells_the_causes_apart_in_each_language() {
    for (language, words) in [
        ("nb", ["Nye svar", "Trukne svar", "Kodeboka er endret", "Rettet av menneske", "Må ses på"]),
        ("nn", ["Nye svar", "Trekte svar", "Kodeboka er endra", "Retta av menneske", "Må sjåast på"]),
        (
            "en",
            ["New answers", "Withdrawn answers", "The codebook was edited", "Corrected by a person", "To be looked at"],
        ),
    ] {
        let project = Project::new("p");
        let mut numbers = Numbers(22);
        let mut input = rows(40, &mut numbers);
        project.write(&input);
        project.night(&[]);
        input.insert(60, (format!("{} Seksti, med silo.", sentence(&mut numbers)), "Bord 2".to_owned()));
        // One that has a code, so that the code goes with it.
        let gone = *input.iter().find(|(_, row)| row.0.contains("silo")).unwrap().0;
        input.remove(&gone);
        let (id, row) =
            input.iter().find(|(_, row)| !row.0.contains("dele") && !row.0.contains("regelverket")).unwrap();
        let hash = innspill::review::text_hash(&row.0);
        let lines = format!("answer,text_hash,code,action\n{id},{hash},samarbeid/deling,add\n4,0123456789ab,ki,add\n");
        fs::write(project.folder.join("corrections.csv"), lines).unwrap();
        fs::write(project.folder.join("codebook.toml"), codebook("forenkle regelverket")).unwrap();
        project.write(&input);
        project.night(&["--language", language]);
        let section = |file: &str| {
            let report = project.out(file);
            report.split_once("<section id=\"news\"").unwrap().1.split_once("</section>").unwrap().0.to_owned()
        };
        let internal = section("report.html");
        for word in words {
            assert!(internal.contains(word), "{language} {word}: {internal}");
        }
        // Every number there leads to a list of as many answers.
        let report = project.out("report.html");
        let mut links = 0;
        for link in internal.split("<a class=\"n\" href=\"#").skip(1) {
            let (target, rest) = link.split_once('"').unwrap();
            let count = rest.split_once("data-count=\"").unwrap().1.split_once('"').unwrap().0;
            let list = report.split_once(&format!("<div class=\"list\" id=\"{target}\">")).unwrap().1;
            let list = list.split_once("</div>").unwrap().0;
            assert_eq!(list.matches("<li>").count().to_string(), count, "{list}");
            links += 1;
        }
        assert!(links >= 3, "{internal}");
        // What is passed on has no list of causes or of a person's lines, and no small number.
        let shared = section("share/report.html");
        assert!(!shared.contains(words[2]) && !shared.contains(words[4]), "{shared}");
        assert!(!shared.contains(">1</span>"), "{shared}");
    }
}
