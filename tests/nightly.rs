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
            std::fs::write(project.folder.join("codebook.toml"), codebook("regelverk")).unwrap();
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
