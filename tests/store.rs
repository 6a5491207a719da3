//! A project's store on the real binary: what is reused, what is done anew and why, and that it makes no difference.

mod project;

use std::fs;

use project::{Numbers, Project, codebook, rows, sentence};

/// Both projects have the same input; the one has its history, the other starts now.
fn assert_equal_to_fresh(project: &Project) {
    let fresh = Project::new("ny");
    for name in ["input/svar.csv", "codebook.toml"] {
        fs::copy(project.folder.join(name), fresh.folder.join(name)).unwrap();
    }
    fresh.night(&[]);
    assert_eq!(project.out("tags.csv"), fresh.out("tags.csv"));
    assert_eq!(project.answers_without_clusters(), fresh.answers_without_clusters());
    assert_eq!(project.membership(), fresh.membership());
}

#[test]
fn nights_do_only_what_is_new_and_say_so_and_give_what_a_fresh_project_gives() {
    let project = Project::new("p");
    let mut numbers = Numbers(1);
    let mut input = rows(60, &mut numbers);
    project.write(&input);
    project.night(&[]);
    assert_eq!((project.change("new"), project.change("work/taggings_made")), (60, 60));
    assert!(project.manifest().get("since_last").is_none_or(serde_json::Value::is_null));

    // Nothing new: nothing is encoded, tagged or grouped again.
    project.night(&[]);
    assert_eq!((project.change("unchanged"), project.change("work/vectors_made")), (60, 0));
    assert_eq!(project.change("work/taggings_made"), 0);
    assert_eq!(project.manifest().pointer("/changes/work/groups_reused"), Some(&serde_json::Value::Bool(true)));

    // Three new, two changed (one only in its table), four withdrawn.
    for id in 61..=63 {
        input.insert(id, (format!("{} Nummer {id}.", sentence(&mut numbers)), "Bord 2".to_owned()));
    }
    input.insert(10, ("Vi må slutte å måle alt, sier vi ved bord ti.".to_owned(), "Bord 1".to_owned()));
    input.get_mut(&11).unwrap().1 = "Bord 9".to_owned();
    for id in [20, 21, 22, 23] {
        input.remove(&id);
    }
    project.write(&input);
    project.night(&[]);
    let counts = ["new", "changed", "withdrawn", "unchanged"].map(|what| project.change(what));
    assert_eq!(counts, [3, 2, 4, 54]);
    assert_eq!((project.change("work/taggings_made"), project.change("work/vectors_made")), (4, 4));
    assert_eq!(project.manifest()["since_last"]["new_answers"], 3);
    assert_equal_to_fresh(&project);

    // The old version of a changed answer is history.
    let versions: i64 =
        project.database().query_row("SELECT count(*) FROM answers WHERE id = '10'", [], |row| row.get(0)).unwrap();
    assert_eq!(versions, 2);

    // Another codebook tags all anew, and needs no vectors.
    let tags_before = project.out("tags.csv");
    fs::write(project.folder.join("codebook.toml"), codebook("regelverk")).unwrap();
    project.night(&[]);
    assert_ne!(project.out("tags.csv"), tags_before);
    assert_eq!((project.change("work/taggings_made"), project.change("work/vectors_made")), (59, 0));
    let why = project.manifest().pointer("/changes/work/why").unwrap().to_string();
    assert!(why.contains("codebook"), "{why}");
    assert_equal_to_fresh(&project);

    let (tags, answers) = (project.out("tags.csv"), project.out("answers.csv"));
    project.night(&["--from-scratch"]);
    assert_eq!(project.change("work/vectors_reused"), 0);
    assert_eq!((project.out("tags.csv"), project.out("answers.csv")), (tags, answers));
    assert_eq!(project.integrity(), "ok");
    project.assert_latest_whole();
    project::assert_private(&project.folder.join("innspill.db"));
}

#[test]
fn a_run_reads_back_as_it_was_written() {
    let project = Project::new("p");
    project.write(&rows(40, &mut Numbers(2)));
    project.night(&[]);
    let analysis = innspill::store::load_latest(&project.folder).unwrap();
    assert_eq!(analysis.records.len(), 40);
    assert_eq!(analysis.counts.units, 40);
    assert_eq!(analysis.group_names, ["bord"]);
    let clusters = project.clusters();
    let mut tagged = 0;
    for record in &analysis.records {
        let cluster = record.cluster.map(|position| analysis.clusters[position].id.to_string());
        assert_eq!(clusters[&record.answer.id.0], cluster.unwrap_or_default());
        assert_eq!(&*record.answer.place.file, "input/svar.csv");
        tagged += record.tagging.themes.len() + record.tagging.topics.len() + record.tagging.patterns.len();
    }
    assert!(tagged > 0);
    let places: Vec<u64> = analysis.records.iter().map(|record| record.answer.place.row).collect();
    assert!(places.is_sorted() && places[0] == 2, "{places:?}");
    // Every tag that is listed stands in tags.csv with the same score.
    let tags = project.out("tags.csv");
    for record in &analysis.records {
        for tag in &record.tagging.patterns {
            let start = format!("{},{},", record.answer.id, tag.code);
            let line = tags.lines().find(|line| line.starts_with(&start)).unwrap_or_else(|| panic!("{start}"));
            assert!(line.contains(&format!(",{}", tag.score.value())), "{line}");
        }
    }
}

#[test]
fn another_model_is_not_taken_without_a_word() {
    let project = Project::new("p");
    project.write(&rows(30, &mut Numbers(3)));
    project.night(&[]);
    let tags = project.out("tags.csv");
    // As if the last run's heads and encoder had been others.
    let database = project.database();
    database.execute_batch("UPDATE encoders SET sha256 = 'feedfacefeedface'; UPDATE taggers SET model = 'x'").unwrap();
    drop(database);
    let refused = project.command(&["run", "--quiet"]).assert().code(2);
    let line = String::from_utf8(refused.get_output().stderr.clone()).unwrap();
    assert_eq!(line.trim_end().lines().count(), 1, "{line}");
    for words in ["30 answers", "--accept-model", "--preview", "feedface"] {
        assert!(line.contains(words), "{words}: {line}");
    }
    assert_eq!(project.manifest()["run"], 1);
    let preview = project.command(&["run", "--quiet", "--preview"]).assert().success();
    let printed = String::from_utf8(preview.get_output().stdout.clone()).unwrap();
    assert!(printed.starts_with("0 of 30 answers of run 1"), "{printed}");
    assert_eq!(project.manifest()["run"], 1);
    project.night(&["--accept-model"]);
    assert_eq!(project.manifest()["run"], 2);
    assert_eq!(project.change("work/vectors_made"), project.change("work/taggings_made"));
    assert!(project.change("work/vectors_made") > 0);
    assert_eq!(project.out("tags.csv"), tags);
    project.night(&[]);
}

#[test]
fn pseudonyms_stay_over_runs_and_differ_between_projects_of_one_name() {
    let respondents = |project: &Project| -> Vec<String> {
        let text = "id;svar;e-post\n1;Bygg ned siloene mellom etatene;kari@eksempel.no\n\
                    2;Del erfaringer på tvers av kommuner;ola@eksempel.no\n";
        fs::write(project.folder.join("input/svar.csv"), text).unwrap();
        project.settings("[[source]]\npath = \"input/*.csv\"\ncolumns = { respondent = \"e-post\" }");
        project.night(&[]);
        let analysis = innspill::store::load_latest(&project.folder).unwrap();
        analysis.records.iter().map(|record| record.answer.respondent.clone().unwrap().0).collect()
    };
    let (first, second) = (Project::new("likt"), Project::new("likt"));
    let before = respondents(&first);
    assert!(before.iter().all(|name| name.starts_with("p-")) && before[0] != before[1], "{before:?}");
    assert_eq!(respondents(&first), before);
    assert_ne!(respondents(&second), before);
}

#[test]
fn the_store_may_lie_elsewhere() {
    let project = Project::new("p");
    project.write(&rows(10, &mut Numbers(4)));
    let elsewhere = project.folder.with_file_name("annet.db");
    project.night(&["--store", elsewhere.to_str().unwrap()]);
    assert!(elsewhere.is_file() && !project.folder.join("innspill.db").exists());
    project.settings("store = \"../annet.db\"");
    project.night(&[]);
    assert_eq!(project.change("unchanged"), 10);
    assert_eq!(innspill::store::load_latest(&project.folder).unwrap().records.len(), 10);
}

#[test]
fn every_released_schema_opens_and_comes_to_the_newest() {
    let schemas = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/store");
    let folder = tempfile::tempdir().unwrap();
    let mut opened = 0;
    for entry in fs::read_dir(&schemas).unwrap() {
        let path = entry.unwrap().path();
        let copy = folder.path().join(path.file_stem().unwrap()).with_extension("db");
        let database = rusqlite::Connection::open(&copy).unwrap();
        database.execute_batch(&fs::read_to_string(&path).unwrap()).unwrap();
        drop(database);
        let store = innspill::store::Store::open_existing(&copy).unwrap();
        assert_eq!(store.check().unwrap(), Vec::<String>::new());
        let run = store.load(None).unwrap();
        assert_eq!(run.analysis.records.len(), 3, "{}", path.display());
        assert_eq!(run.analysis.records[0].shown, "Bygg ned siloene mellom etatene");
        assert_eq!(run.analysis.records[0].tagging.patterns[0].code, "emne");
        assert_eq!(store.secret().bytes(), (0u8..32).collect::<Vec<_>>());
        opened += 1;
    }
    assert!(opened > 0);
}
