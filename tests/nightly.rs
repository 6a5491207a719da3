//! Nights that are killed, and thirty that are not. The long version is `scripts/soak`.

mod project;

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use project::{Numbers, Project, Rows, codebook, rows, sentence};

/// The last outputs are those of a project that nobody disturbed, as far as that is promised.
fn assert_undisturbed(project: &Project, input: &Rows) {
    let fresh = Project::new("ny");
    fresh.write(input);
    fresh.night(&[]);
    assert_eq!(project.out("tags.csv"), fresh.out("tags.csv"));
    assert_eq!(project.answers_without_clusters(), fresh.answers_without_clusters());
    assert_eq!(project.membership(), fresh.membership());
}

#[cfg(debug_assertions)]
#[test]
fn killed_at_each_step_a_night_leaves_the_old_outputs_or_the_new_and_the_next_completes() {
    let project = Project::new("p");
    let mut numbers = Numbers(11);
    let mut input = rows(30, &mut numbers);
    project.write(&input);
    project.night(&[]);
    let points = [
        "text",
        "encode",
        "tag",
        "cluster",
        "alike",
        "analysed",
        "begun",
        "stored",
        "published",
        "committed",
        "pruned",
    ];
    for (number, point) in (0u32..).zip(points) {
        input.insert(100 + number, (format!("{} Steg {number}.", sentence(&mut numbers)), "Bord 1".to_owned()));
        input.remove(&(number + 1));
        project.write(&input);
        let before = project.manifest()["run"].as_u64().unwrap();
        let mut killed = project.command(&["run", "--quiet"]);
        killed.env("INNSPILL_FAILPOINT", point);
        assert!(killed.output().unwrap().status.code().is_none(), "{point} is no step");
        project.assert_latest_whole();
        assert_eq!(project.integrity(), "ok", "{point}");
        let after = project.manifest()["run"].as_u64().unwrap();
        let switched = ["published", "committed", "pruned"].contains(&point);
        assert_eq!(after > before, switched, "{point}");
        project.night(&[]);
        // Nothing is lost or told twice: a night that was committed leaves nothing new for the next.
        let committed = ["committed", "pruned"].contains(&point);
        let expected = if committed { (0, 0) } else { (1, 1) };
        assert_eq!((project.change("new"), project.change("withdrawn")), expected, "{point}");
        // What was encoded and tagged before the kill is not done again.
        let done = !["text", "encode"].contains(&point);
        assert_eq!(project.change("work/taggings_made"), u64::from(!done), "{point}");
        assert_eq!(project.change("work/vectors_made"), u64::from(point == "text"), "{point}");
    }
    assert_undisturbed(&project, &input);
    let runs: Vec<(i64, String)> = {
        let database = project.database();
        let mut statement = database.prepare("SELECT run, state FROM runs ORDER BY run").unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    };
    assert!(runs.iter().all(|(_, state)| state != "open"), "{runs:?}");
    for (run, state) in &runs {
        let folder = project.folder.join(format!("out/{run:06}"));
        assert_eq!(folder.is_dir(), state == "done", "run {run} is {state}");
    }
}

#[test]
fn killed_at_random_moments_over_a_growing_input_nothing_is_lost_or_counted_twice() {
    let kills: u32 = std::env::var("INNSPILL_SOAK").ok().and_then(|text| text.parse().ok()).unwrap_or(8);
    let project = Project::new("p");
    let mut numbers = Numbers(12);
    let mut input = rows(40, &mut numbers);
    project.write(&input);
    let started = Instant::now();
    project.night(&[]);
    let whole = started.elapsed();
    for kill in 0..kills {
        for _ in 0..5 {
            let id = input.keys().last().copied().unwrap_or(0) + 1;
            input.insert(id, (format!("{} Svar {id}.", sentence(&mut numbers)), "Bord 3".to_owned()));
        }
        project.write(&input);
        let mut child = Command::new(env!("CARGO_BIN_EXE_innspill"))
            .args(["run", "--quiet"])
            .arg(&project.folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let patience = whole.as_micros() as u64 * (numbers.below(120) as u64) / 100;
        std::thread::sleep(Duration::from_micros(patience));
        child.kill().unwrap();
        child.wait().unwrap();
        project.assert_latest_whole();
        assert_eq!(project.integrity(), "ok", "kill {kill}");
    }
    project.night(&[]);
    assert_undisturbed(&project, &input);
    let database = project.database();
    let now: i64 =
        database.query_row("SELECT count(*) FROM answers WHERE until IS NULL", [], |row| row.get(0)).unwrap();
    assert_eq!(now, input.len() as i64);
}

#[test]
fn over_many_nights_counts_add_up_and_a_clusters_id_is_never_another_clusters() {
    let project = Project::new("p");
    project.settings("[runs]\nnewest = 3");
    let mut numbers = Numbers(13);
    let mut input = rows(80, &mut numbers);
    let mut last: Rows = Rows::new();
    let mut ever: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut before: BTreeMap<String, String> = BTreeMap::new();
    for night in 0..8u32 {
        if night > 0 {
            for _ in 0..numbers.below(6) {
                let id = 1_000 * night + numbers.below(900) as u32;
                input.insert(id, (sentence(&mut numbers), "Bord 5".to_owned()));
            }
            for _ in 0..numbers.below(4) {
                let id = *input.keys().nth(numbers.below(input.len())).unwrap();
                input.remove(&id);
            }
            let id = *input.keys().nth(numbers.below(input.len())).unwrap();
            input.insert(id, (format!("{} Endret natt {night}.", sentence(&mut numbers)), "Bord 6".to_owned()));
        }
        if night == 4 {
            std::fs::write(project.folder.join("codebook.toml"), codebook("forenkle regelverket")).unwrap();
        }
        project.write(&input);
        project.night(&[]);
        let new = input.keys().filter(|id| !last.contains_key(id)).count() as u64;
        let withdrawn = last.keys().filter(|id| !input.contains_key(id)).count() as u64;
        let changed = input.iter().filter(|(id, row)| last.get(id).is_some_and(|old| old != *row)).count() as u64;
        let told = ["new", "withdrawn", "changed", "unchanged"].map(|what| project.change(what));
        assert_eq!(told, [new, withdrawn, changed, input.len() as u64 - new - changed], "night {night}");
        // A cluster that carries on shares members with the one of that id the night before, and one that is gone
        // never comes back as another.
        let clusters = project.clusters();
        let mut now: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (answer, cluster) in &clusters {
            now.entry(cluster.clone()).or_default().insert(answer.clone());
        }
        for (cluster, members) in &now {
            let carried = before.values().any(|id| id == cluster);
            assert!(carried || !ever.contains_key(cluster), "night {night}: cluster {cluster} came back");
            let shares = members.iter().any(|answer| before.get(answer) == Some(cluster));
            assert!(!carried || shares, "night {night}: cluster {cluster} has none of its members");
        }
        ever.extend(now);
        before = clusters;
        last = input.clone();
    }
    assert_eq!(project.integrity(), "ok");
}

/// Codes by answer, of the last run.
fn codes(project: &Project) -> BTreeMap<String, BTreeSet<String>> {
    let text = project.out("tags.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mut codes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in reader.records().map(Result::unwrap) {
        codes.entry(row[0].to_owned()).or_default().insert(row[1].to_owned());
    }
    codes
}

/// Makes all runs a day older, as a night does.
fn a_day_passes(project: &Project) {
    let sql = "UPDATE runs SET started = strftime('%Y-%m-%dT%H:%M:%SZ', started, '-1 day')";
    project.database().execute(sql, []).unwrap();
}

fn diff(project: &Project) -> serde_json::Value {
    let assert = project.command(&["diff", "--format", "json"]).assert().success();
    serde_json::from_slice(&assert.get_output().stdout).unwrap()
}

fn ids(value: &serde_json::Value) -> BTreeSet<String> {
    value.as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect()
}

/// Codes that came and went in an answer.
type ComeAndGone = (BTreeSet<String>, BTreeSet<String>);

/// What a night's diff says of codes: cause and answer to what came and went.
fn told_codes(told: &serde_json::Value) -> BTreeMap<(String, String), ComeAndGone> {
    let mut found = BTreeMap::new();
    for cause in told["tags"].as_array().unwrap() {
        for answer in cause["by_answer"].as_array().unwrap() {
            let set = |key: &str| -> BTreeSet<String> {
                let codes = answer[key].as_array().unwrap().iter();
                codes.map(|code| code["code"].as_str().unwrap().to_owned()).collect()
            };
            let change = (set("gained"), set("lost"));
            if change != ComeAndGone::default() {
                let key = (cause["cause"].as_str().unwrap().to_owned(), answer["id"].as_str().unwrap().to_owned());
                assert!(found.insert(key, change).is_none(), "an answer is told twice");
            }
        }
    }
    found
}

/// Thirty nights, each a day after the other. What is planted is known here, and what became of the codes stands in
/// `tags.csv`; the night's diff must say that, with its cause, and nothing else.
#[test]
fn over_thirty_nights_each_diff_lists_exactly_what_was_planted() {
    let project = Project::new("p");
    let mut numbers = Numbers(14);
    // The first ten are for people to correct; chance leaves them alone.
    let mut input = rows(60, &mut numbers);
    project.write(&input);
    project.night(&[]);
    let (mut before, mut had) = (input.clone(), codes(&project));
    let mut corrections = String::from("answer,text_hash,code,action\n");
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for night in 2..=30u32 {
        a_day_passes(&project);
        for number in 0..numbers.below(5) as u32 {
            input.insert(1_000 * night + number, (sentence(&mut numbers), "Bord 5".to_owned()));
        }
        for _ in 0..numbers.below(3) {
            let id = *input.keys().nth(10 + numbers.below(input.len() - 10)).unwrap();
            input.remove(&id);
        }
        if numbers.below(2) == 0 {
            let id = *input.keys().nth(10 + numbers.below(input.len() - 10)).unwrap();
            input.insert(id, (format!("{} Endret natt {night}.", sentence(&mut numbers)), "Bord 6".to_owned()));
        }
        let mut arguments = Vec::new();
        // At most one of these a night, so that each has a night of its own.
        let cause = match night {
            4 | 10 | 17 | 25 => {
                let id = night % 10 + 1;
                let has = had.get(&id.to_string()).is_some_and(|codes| codes.contains("ki"));
                let hash = innspill::review::text_hash(&input[&id].0);
                corrections.push_str(&format!("{id},{hash},ki,{}\n", if has { "remove" } else { "add" }));
                std::fs::write(project.folder.join("corrections.csv"), &corrections).unwrap();
                "correction"
            }
            6 | 13 | 22 => {
                let term = if night == 13 { "bygge ned siloene" } else { "forenkle regelverket" };
                std::fs::write(project.folder.join("codebook.toml"), codebook(term)).unwrap();
                "codebook"
            }
            20 => {
                let tagger = project.folder.join("own.tagger");
                let trained = Command::new(env!("CARGO_BIN_EXE_innspill"))
                    .args(["--quiet", "train", "--corrections"])
                    .arg(&project.folder)
                    .arg("--output")
                    .arg(&tagger)
                    .stdout(Stdio::null())
                    .status();
                assert!(trained.unwrap().success());
                project.settings("tagger = \"own.tagger\"");
                project.command(&["run", "--quiet"]).assert().code(2);
                arguments.push("--accept-model");
                "model"
            }
            12 => {
                // The answer that was corrected in night 4 says something else now.
                input.insert(5, ("Noe helt annet enn det som ble rettet den gangen.".to_owned(), "Bord 1".to_owned()));
                ""
            }
            _ => "",
        };
        project.write(&input);
        project.night(&arguments);
        let (told, has) = (diff(&project), codes(&project));

        let changed: BTreeSet<String> = (input.iter())
            .filter(|(id, row)| before.get(id).is_some_and(|old| old != *row))
            .map(|(id, _)| id.to_string())
            .collect();
        let only = |these: &Rows, those: &Rows| -> BTreeSet<String> {
            these.keys().filter(|id| !those.contains_key(id)).map(u32::to_string).collect()
        };
        let (new, withdrawn) = (only(&input, &before), only(&before, &input));
        assert_eq!((ids(&told["new"]), ids(&told["changed"])), (new.clone(), changed.clone()), "night {night}");
        assert_eq!(ids(&told["withdrawn"]), withdrawn, "night {night}");
        assert_eq!(told["unchanged"], input.len() - new.len() - changed.len(), "night {night}");

        let mut expected = BTreeMap::new();
        let nothing = BTreeSet::new();
        for id in before.keys().chain(input.keys()).map(u32::to_string).collect::<BTreeSet<String>>() {
            let (old, now) = (had.get(&id).unwrap_or(&nothing), has.get(&id).unwrap_or(&nothing));
            let change: ComeAndGone = (now.difference(old).cloned().collect(), old.difference(now).cloned().collect());
            if change == ComeAndGone::default() {
                continue;
            }
            let why = match (new.contains(&id), changed.contains(&id), withdrawn.contains(&id)) {
                (true, ..) => "new_answer",
                (_, true, _) => "changed_answer",
                (.., true) => "withdrawn_answer",
                _ => cause,
            };
            expected.insert((why.to_owned(), id), change);
        }
        assert_eq!(told_codes(&told), expected, "night {night}");
        let of_cause: Vec<&String> =
            expected.keys().filter(|(why, _)| why == cause && !cause.is_empty()).map(|(_, id)| id).collect();
        match cause {
            "correction" => assert_eq!(of_cause, [&(night % 10 + 1).to_string()], "night {night}"),
            "codebook" => assert!(!of_cause.is_empty(), "night {night}"),
            "model" => assert_eq!(told["tools"]["model"], true),
            _ => assert!(of_cause.is_empty(), "night {night}: {of_cause:?}"),
        }
        seen.insert(cause);

        // What no longer fits is told every night until somebody mends it.
        let review: Vec<&str> =
            told["to_review"].as_array().unwrap().iter().map(|entry| entry["answer"].as_str().unwrap()).collect();
        assert_eq!(review, if night < 12 { vec![] } else { vec!["5"] }, "night {night}");
        assert_eq!(project.out("report.html").contains("id=\"to-review\""), night >= 12, "night {night}");
        // Rise and fall are measured from a week back, in the first week from the night before.
        assert_eq!(told["now"], night);
        assert_eq!(told["trends"]["baseline"], if night < 8 { night - 1 } else { night - 7 }, "night {night}");
        assert_eq!(told["trends"]["looks"], night - 1, "night {night}");
        (before, had) = (input.clone(), has);
    }
    assert_eq!(seen, BTreeSet::from(["", "codebook", "correction", "model"]));
    let text = String::from_utf8(project.command(&["diff"]).assert().success().get_output().stdout.clone()).unwrap();
    assert!(
        text.contains("Må ses på (1):") && text.contains("corrections.csv:2: 5 ki: svaret er endret siden"),
        "{text}"
    );
    let report = project.out("report.html");
    assert!(report.contains("svaret er endret siden") && report.contains("for en uke siden"), "the report says so too");
    assert!(!project.out("share/report.html").contains("id=\"to-review\""));
    assert_eq!(project.integrity(), "ok");
}

/// Forty persons write the same sort of thing night after night. `INNSPILL_NOISE=20x30` is the long version.
#[test]
fn nights_of_pure_noise_raise_at_most_one_alarm_in_twenty_projects() {
    let size = std::env::var("INNSPILL_NOISE").unwrap_or_else(|_| "3x9".to_owned());
    let (projects, nights) = size.split_once('x').unwrap();
    let (projects, nights): (u64, u32) = (projects.parse().unwrap(), nights.parse().unwrap());
    let mut alarms = Vec::new();
    for number in 0..projects {
        let project = Project::new("p");
        project.settings(
            "[[source]]\npath = \"input/*.csv\"\n[source.columns]\nid = \"id\"\ntext = \"svar\"\nrespondent = \"hvem\"",
        );
        let mut numbers = Numbers(300 + number);
        let mut text = String::from("id;svar;hvem\n");
        let mut id = 0;
        for night in 0..=nights {
            for _ in 0..if night == 0 { 80 } else { 15 } {
                id += 1;
                text.push_str(&format!("{id};{};d{}\n", sentence(&mut numbers), numbers.below(40)));
            }
            std::fs::write(project.folder.join("input/svar.csv"), &text).unwrap();
            project.night(&[]);
            if project.manifest().pointer("/since_last/trends/any_beyond_chance") == Some(&true.into()) {
                alarms.push((number, night));
            }
            a_day_passes(&project);
        }
        let report = project.out("report.html");
        assert!(!alarms.is_empty() || report.contains("Ingen endring utover tilfeldig variasjon."), "it says so");
    }
    println!("{} alarms in {projects} projects of {nights} nights: {alarms:?}", alarms.len());
    let raised: BTreeSet<u64> = alarms.iter().map(|(project, _)| *project).collect();
    assert!(raised.len() as u64 <= projects.div_ceil(20), "{alarms:?}");
}
