//! `innspill runs`, `keep` and `doctor`; the lock; signals; pruning.

mod project;

use std::fs;

use project::{Numbers, Project, rows, sentence};

fn listed(project: &Project) -> Vec<serde_json::Value> {
    let listed = project.command(&["runs", "--format", "json"]).assert().success();
    let text = String::from_utf8(listed.get_output().stdout.clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn old_runs_are_removed_by_the_rule_but_not_those_that_are_kept() {
    let project = Project::new("p");
    project.settings("[runs]\nnewest = 2");
    let mut numbers = Numbers(5);
    let mut input = rows(12, &mut numbers);
    for night in 1..=5u32 {
        input.remove(&night);
        input.insert(100 + night, (format!("{} Natt {night}.", sentence(&mut numbers)), "Bord 1".to_owned()));
        project.write(&input);
        project.night(&[]);
        if night == 2 {
            project.command(&["keep", "2", "--case", "26/77", "--reason", "Grunnlag for høringen"]).assert().success();
        }
    }
    let states: Vec<String> = listed(&project).iter().map(|run| run["state"].as_str().unwrap().to_owned()).collect();
    assert_eq!(states, ["pruned", "done", "pruned", "done", "done"]);
    let mut folders: Vec<String> = fs::read_dir(project.folder.join("out"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.parse::<u32>().is_ok())
        .collect();
    folders.sort();
    assert_eq!(folders, ["000002", "000004", "000005"]);
    let runs = listed(&project);
    assert_eq!(runs[1]["kept"]["case"], "26/77");
    assert_eq!((&runs[4]["latest"], &runs[4]["changes"]["withdrawn"]), (&true.into(), &1.into()));
    // What no run that is left refers to is gone: answer 1 was withdrawn before run 1, answer 3 is in run 2.
    let database = project.database();
    let count = |id: &str| -> i64 {
        database.query_row("SELECT count(*) FROM answers WHERE id = ?1", [id], |row| row.get(0)).unwrap()
    };
    assert_eq!((count("2"), count("3"), count("4")), (0, 1, 1));
    let of_two = innspill::store::load_run(&project.folder, Some(2)).unwrap();
    assert_eq!(of_two.analysis.records.len(), 12);
    assert!(innspill::store::load_run(&project.folder, Some(3)).is_err());
    let text = String::from_utf8(project.command(&["runs"]).assert().success().get_output().stdout.clone()).unwrap();
    assert!(text.contains("kept for case 26/77") && text.lines().count() == 6, "{text}");
    project.command(&["keep", "3", "--case", "1", "--reason", "x"]).assert().code(2);
    project.command(&["keep", "2", "--case", " ", "--reason", "x"]).assert().code(2);
}

#[test]
fn the_second_run_names_the_holder_of_the_lock_and_exits_75() {
    let project = Project::new("p");
    project.write(&rows(5, &mut Numbers(6)));
    project.night(&[]);
    let lock = fs::File::options().read(true).write(true).open(project.folder.join("out/.lock")).unwrap();
    lock.lock().unwrap();
    fs::write(project.folder.join("out/.lock"), "4711").unwrap();
    let refused = project.command(&["run", "--quiet"]).assert().code(75);
    let line = String::from_utf8(refused.get_output().stderr.clone()).unwrap();
    assert!(line.contains("process 4711") && line.trim_end().lines().count() == 1, "{line}");
    drop(lock);
    project.night(&[]);
}

#[test]
fn doctor_finds_a_whole_project_well_and_says_what_is_not() {
    let project = Project::new("p");
    project.write(&rows(8, &mut Numbers(7)));
    project.night(&[]);
    let doctor = |code: i32| {
        let assert = project.command(&["doctor"]).assert().code(code);
        String::from_utf8(assert.get_output().stdout.clone()).unwrap()
    };
    let text = doctor(0);
    for what in ["settings", "codebook", "model", "store", "runs", "outputs", "disk", "lock"] {
        assert!(text.lines().any(|line| line.starts_with("ok") && line.contains(what)), "{what}: {text}");
    }
    let tags = project.folder.join("out/latest/tags.csv");
    fs::write(&tags, "endret for hånd").unwrap();
    assert!(doctor(0).contains("not as they were written (tags.csv)"));
    fs::write(project.folder.join("codebook.toml"), "dette er ikke TOML").unwrap();
    assert!(doctor(2).contains("WRONG  codebook"));
    fs::write(project.folder.join("codebook.toml"), project::codebook("silo")).unwrap();
    for name in ["innspill.db-wal", "innspill.db-shm"] {
        let _ = fs::remove_file(project.folder.join(name));
    }
    fs::write(project.folder.join("innspill.db"), "ikke en database, men noe helt annet enn det").unwrap();
    assert!(doctor(2).contains("WRONG  store"));
    let refused = project.command(&["run", "--quiet"]).assert().code(2);
    assert!(String::from_utf8_lossy(&refused.get_output().stderr).contains("no store of innspill"));
}

#[cfg(unix)]
#[test]
fn a_signal_ends_a_run_cleanly_and_leaves_the_old_outputs() {
    use std::process::{Command, Stdio};
    let project = Project::new("p");
    let mut numbers = Numbers(8);
    project.write(&rows(20, &mut numbers));
    project.night(&[]);
    let before = project.out("tags.csv");
    project.write(&rows(4_000, &mut numbers));
    let mut child = Command::new(env!("CARGO_BIN_EXE_innspill"))
        .arg("run")
        .arg(&project.folder)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The lock's number is written when the run has begun, and long before 4,000 answers are done.
    let lock = project.folder.join("out/.lock");
    while fs::read_to_string(&lock).unwrap_or_default() != child.id().to_string() {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it could be stopped");
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let sent = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(143), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(project.manifest()["run"], 1);
    assert_eq!(project.out("tags.csv"), before);
    assert_eq!(project.integrity(), "ok");
    assert_eq!(listed(&project).len(), 1);
}
