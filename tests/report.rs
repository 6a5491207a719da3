//! The sample's report: every link leads somewhere, and every number's link reaches as many answers as the number says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use assert_cmd::Command;
use regex::Regex;

/// Copies the sample project and runs it; `privacy` replaces nothing and is added to its settings.
fn run_sample(folder: &Path, privacy: &str) -> std::path::PathBuf {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/sample");
    let project = folder.join("sample");
    fs::create_dir_all(project.join("input")).unwrap();
    for name in ["votes.csv", "placements.csv", "orientation.csv"] {
        fs::copy(sample.join(name), project.join(name)).unwrap();
    }
    for entry in fs::read_dir(sample.join("input")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, project.join("input").join(path.file_name().unwrap())).unwrap();
    }
    let settings = fs::read_to_string(sample.join("innspill.toml")).unwrap();
    fs::write(project.join("innspill.toml"), format!("{settings}\n{privacy}")).unwrap();
    Command::new(env!("CARGO_BIN_EXE_innspill")).args(["run", "--quiet"]).arg(&project).assert().success();
    project.join("out/000001")
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}

#[test]
fn every_link_of_the_report_leads_somewhere_and_every_number_reaches_what_it_counts() {
    let folder = tempfile::tempdir().unwrap();
    let out = run_sample(folder.path(), "");
    let report = fs::read_to_string(out.join("report.html")).unwrap();
    let mut anchors = BTreeSet::new();
    for found in pattern(r#"\bid="([^"]+)""#).captures_iter(&report) {
        assert!(anchors.insert(found[1].to_owned()), "two elements have the id {}", &found[1]);
    }
    let links: Vec<String> =
        pattern(r#"href="([^"]+)""#).captures_iter(&report).map(|found| found[1].to_owned()).collect();
    assert!(links.len() > 500, "{} links", links.len());
    for link in &links {
        let anchor = link.strip_prefix('#').unwrap_or_else(|| panic!("{link} leaves the page"));
        assert!(anchors.contains(anchor), "{link} leads nowhere");
    }

    let table = |name: &str| -> Vec<BTreeMap<String, String>> {
        csv::Reader::from_path(out.join(name)).unwrap().deserialize().map(Result::unwrap).collect()
    };
    let answers = table("answers.csv");
    let respondent_of = |id: &str| answers.iter().position(|row| row["id"] == id);
    // A list: how many it says there are, those it shows, and the filter behind it.
    let lists: BTreeMap<String, (usize, usize)> =
        pattern(r#"(?s)<div class="list" id="(l\d+)">.*?<p>([^<]*)<code>.*?</div>"#)
            .captures_iter(&report)
            .map(|found| {
                let numbers: Vec<usize> = pattern(r"\d[\d\u{a0}]*")
                    .find_iter(&found[2])
                    .map(|number| number.as_str().replace('\u{a0}', "").parse().unwrap())
                    .collect();
                let shown = found[0].matches("<li>").count();
                (found[1].to_owned(), (*numbers.last().unwrap(), shown))
            })
            .collect();
    let mut counted = 0;
    let numbers = pattern(r##"<a class="n" href="#(l\d+)" data-count="(\d+)" data-unit="(\w+)">([^<]+)</a>"##);
    for found in numbers.captures_iter(&report) {
        let (total, shown) = lists[&found[1]];
        let count: usize = found[2].parse().unwrap();
        let written: usize = found[4].replace('\u{a0}', "").parse().unwrap();
        assert_eq!(written, count, "{} says {written} and counts {count}", &found[1]);
        if &found[3] == "answers" {
            assert_eq!(total, count, "{}: {count} answers lead to a list of {total}", &found[1]);
        } else {
            assert!(count <= total, "{}: {count} {} lead to only {total} answers", &found[1], &found[3]);
        }
        assert!(shown == total || (shown >= 50 && shown < total), "{}: {shown} of {total} are shown", &found[1]);
        counted += 1;
    }
    assert!(counted > 300, "{counted} numbers with a list behind them");

    // The filter that stands by a theme's, topic's or pattern's list gives as many rows of answers.csv.
    let filters = pattern(
        r"<div class=.list. id=.(l\d+).>\s*<h3>[^<]*</h3>\s*<p>[^<]*<code>((?:theme|topic|pat)_\w+) = 1</code>",
    );
    let mut filtered = 0;
    for found in filters.captures_iter(&report) {
        let rows = answers.iter().filter(|row| row[&found[2]] == "1").count();
        assert_eq!(rows, lists[&found[1]].0, "{} = 1", &found[2]);
        filtered += 1;
    }
    assert!(filtered > 20, "{filtered} filters");
    assert!(respondent_of(&answers[0]["id"]).is_some());
}

/// Numbers of persons, or of their answers, that stand in the tables that are passed on.
#[test]
fn with_suppress_cells_no_table_that_is_passed_on_shows_one_to_four_persons_or_gives_them_away() {
    let folder = tempfile::tempdir().unwrap();
    let out = run_sample(folder.path(), "[privacy]\nmin_group_size = 5\nsuppress_cells = true\n").join("share");
    let mut checked = 0;
    for entry in fs::read_dir(&out).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.extension().is_none_or(|ending| ending != "csv") {
            continue;
        }
        let rows: Vec<BTreeMap<String, String>> =
            csv::Reader::from_path(&path).unwrap().deserialize().map(Result::unwrap).collect();
        for (number, row) in rows.iter().enumerate() {
            let Some(unit) = row.get("unit").filter(|unit| unit.as_str() != "groups") else { continue };
            let place = format!("{name}:{} ({unit})", number + 2);
            if row["suppressed"] == "1" {
                assert!(row["k"].is_empty() && row["share"].is_empty(), "{place}: suppressed and shown");
                continue;
            }
            let k: usize = row["k"].parse().unwrap();
            assert!(!(1..5).contains(&k), "{place}: {k} stands there");
            checked += 1;
        }
    }
    assert!(checked > 100, "{checked} numbers checked");
    let report = fs::read_to_string(out.join("report.html")).unwrap();
    for found in
        pattern(r#"<span class="n">([^<]+)</span> <span class="base">av ([\d\u{a0}]+)</span>"#).captures_iter(&report)
    {
        if let Ok(number) = found[1].replace('\u{a0}', "").parse::<usize>() {
            assert!(!(1..5).contains(&number), "the report says {number} of {}", &found[2]);
        }
    }
    assert!(!pattern(r##"href="#a\d"##).is_match(&report), "no answer stands in what is passed on");
}
