//! Group work beside the text: planted votes and placements come out of `innspill run` as planted, in the tables and in
//! the report; a wrong line is one clear line.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use assert_cmd::Command;
use assert_cmd::assert::Assert;

fn project(folder: &Path) {
    fs::create_dir(folder.join("input")).unwrap();
    fs::write(folder.join("innspill.toml"), "name = \"Prøve\"\n").unwrap();
    let mut answers = "id,bord,tekst\n".to_owned();
    for table in 1..=12 {
        answers.push_str(&format!("{table},Bord {table},Siloene må rives: sektorene holder oss fra hverandre.\n"));
    }
    fs::write(folder.join("input/svar.csv"), answers).unwrap();
}

fn run(folder: &Path, strict: bool) -> Assert {
    let mut command = Command::new(env!("CARGO_BIN_EXE_innspill"));
    command.arg("run").arg(folder);
    if strict {
        command.arg("--strict");
    }
    command.assert()
}

fn table(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

#[test]
fn planted_votes_and_placements_stand_in_the_tables_and_the_report() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path());
    let mut votes = "group,round,topic,claim,votes,rank\n".to_owned();
    let mut placements = "group,topic,phase,scope\n".to_owned();
    for number in 1..=12 {
        votes.push_str(&format!("Bord {number},initial,implementation/unlearning,,7,\n"));
        votes.push_str(&format!("Bord {number},initial,framework/regulation,,3,\n"));
        votes.push_str(&format!("Bord {number},selected,framework/regulation,,,1\n"));
        let claim = if number <= 8 { "B" } else { "A" };
        votes.push_str(&format!("Bord {number},claim,framework/regulation,{claim},5,\n"));
        placements.push_str(&format!("Bord {number},framework/regulation,throughout,systemic\n"));
        placements.push_str(&format!("Bord {number},method/research,oppstart,project\n"));
    }
    votes.push_str("Bord 1,selected,implementation/unlearning,,,2\n");
    fs::write(folder.path().join("votes.csv"), votes).unwrap();
    fs::write(folder.path().join("placements.csv"), placements).unwrap();
    run(folder.path(), true).success();
    let out = folder.path().join("out/000001");

    for edition in [out.clone(), out.join("share")] {
        let topics = table(&edition.join("group_work_topics.csv"));
        let row = |code: &str| topics.iter().find(|row| row["topic"] == code).unwrap();
        let regulation = row("framework/regulation");
        assert_eq!((&*regulation["k"], &*regulation["n"], &*regulation["initial_votes"]), ("12", "12", "36"));
        assert_eq!((&*regulation["lead"], &*regulation["claim_k"], &*regulation["claim_n"]), ("B", "8", "12"));
        assert_eq!((&*regulation["word_nb"], &*regulation["throughout"]), ("overvekt", "1"));
        let unlearning = row("implementation/unlearning");
        assert_eq!((&*unlearning["k"], &*unlearning["at_first_only"]), ("1", "1"));
        let matrix = table(&edition.join("group_work_matrix.csv"));
        let placed: Vec<(&str, &str, &str, &str)> =
            matrix.iter().map(|row| (&*row["scope"], &*row["phase"], &*row["topic"], &*row["groups"])).collect();
        assert_eq!(
            placed,
            [
                ("project", "oppstart", "method/research", "12"),
                ("systemic", "throughout", "framework/regulation", "12")
            ]
        );
        let report = fs::read_to_string(edition.join("report.html")).unwrap();
        // Tables of one answer each are one group "andre" in what is passed on, so that its groups have no name.
        assert!(report.contains("8 av 12 bord") || report.contains("8 av 12 grupper"), "{}", edition.display());
        for told in ["Mange stemmer først, men ikke beholdt", "84 stemmer", "class=\"matrix\""] {
            assert!(report.contains(told), "{told} is not in {}", edition.display());
        }
    }
}

#[test]
fn a_wrong_line_is_told_and_left_out_and_fails_a_strict_run() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path());
    fs::write(
        folder.path().join("votes.csv"),
        "group,round,topic,votes\nBord 1,initial,silos,4\nBord 2,initial,silos,-4\n",
    )
    .unwrap();
    let assert = run(folder.path(), false).success();
    let errors = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
    assert!(errors.contains("votes.csv:3: negative votes; write 0 or more"), "{errors}");
    let topics = table(&folder.path().join("out/000001/group_work_topics.csv"));
    assert_eq!((topics.len(), &*topics[0]["initial_votes"]), (1, "4"));
    run(folder.path(), true).code(3);
    fs::write(folder.path().join("votes.csv"), "group,round\nBord 1,initial\n").unwrap();
    let assert = run(folder.path(), false).code(2);
    let errors = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
    assert!(errors.contains("votes.csv:1: no column \"topic\""), "{errors}");
}

#[test]
fn without_such_files_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path());
    run(folder.path(), true).success();
    let out = folder.path().join("out/000001");
    assert!(!out.join("group_work_topics.csv").exists());
    assert!(!fs::read_to_string(out.join("report.html")).unwrap().contains("group-work"));
}
