//! Tests of the store as a whole.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::answer::{Answer, AnswerId, Kind, Place, RespondentId};
use crate::record::Record;
use crate::tag::Tagging;

/// A record with nothing found in it.
pub(crate) fn record(id: &str, text: &str) -> Record {
    Record {
        answer: Answer {
            id: AnswerId(id.to_owned()),
            text: text.to_owned(),
            kind: Some(Kind("wish".to_owned())),
            question: None,
            asked_under: None,
            phase: None,
            groups: BTreeMap::from([("Bord".to_owned(), "4".to_owned())]),
            respondent: Some(RespondentId("p-1".to_owned())),
            time: None,
            kept: vec![("Tittel".to_owned(), "Rådgiver".to_owned())],
            place: Place { file: Arc::from("input/a.csv"), row: 2 },
        },
        shown: text.to_owned(),
        tagging: Tagging::empty(),
        cluster: None,
        same_text_group: None,
        human_checked: false,
        quote_ok: false,
    }
}

fn open(folder: &tempfile::TempDir) -> Result<Store, StoreError> {
    Store::open(&folder.path().join(FILE_NAME))
}

#[test]
fn the_secret_is_made_once_and_differs_between_projects() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let secret = open(&first).unwrap().secret().bytes().to_vec();
    assert_eq!(open(&first).unwrap().secret().bytes(), secret);
    assert_ne!(open(&second).unwrap().secret().bytes(), secret);
    assert!(secret.iter().any(|byte| *byte != 0));
}

#[test]
fn a_file_that_is_no_store_is_named_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    std::fs::write(&path, "dette er ikke en database, men en helt vanlig tekst som noen har lagt her").unwrap();
    let error = Store::open(&path).unwrap_err();
    assert!(matches!(error, StoreError::Foreign { .. }), "{error}");
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("dette er"));
    let other = folder.path().join("annen.db");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE mitt (a)").unwrap();
    assert!(matches!(Store::open(&other), Err(StoreError::Foreign { .. })));
}

#[test]
fn a_store_of_a_newer_innspill_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let known = open(&folder).unwrap().schema().unwrap();
    let path = folder.path().join(FILE_NAME);
    Connection::open(&path).unwrap().pragma_update(None, "user_version", known + 1).unwrap();
    assert!(matches!(Store::open(&path), Err(StoreError::Newer { .. })));
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_the_store_and_its_log() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let _store = open(&folder).unwrap();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.file_name());
    }
}

#[test]
fn any_change_of_an_answer_changes_its_hash_but_the_case_of_a_groups_name_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).unwrap();
    let hash = |answer: &Answer| answers::content(store.secret(), answer);
    let answer = record("1", "Færre siloer").answer;
    let changed = |change: &dyn Fn(&mut Answer)| {
        let mut other = answer.clone();
        change(&mut other);
        hash(&other) != hash(&answer)
    };
    assert!(changed(&|answer| answer.text.push('!')));
    assert!(changed(&|answer| answer.kind = None));
    assert!(changed(&|answer| answer.question = Some(String::new())));
    assert!(changed(&|answer| answer.respondent = None));
    assert!(changed(&|answer| answer.groups = BTreeMap::from([("Bord".to_owned(), "5".to_owned())])));
    assert!(changed(&|answer| answer.kept[0].1.push('e')));
    assert!(!changed(&|answer| answer.groups = BTreeMap::from([("bord".to_owned(), "4".to_owned())])));
    assert!(!changed(&|answer| answer.place.row = 99));
}

#[test]
fn a_killed_run_is_told_and_its_number_is_not_used_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder).unwrap();
    assert_eq!(store.begin_run(4, "2026-01-01T00:00:00Z").unwrap(), 5);
    drop(store);
    let mut store = open(&folder).unwrap();
    store.abandon_open_runs().unwrap();
    assert_eq!(store.begin_run(0, "2026-01-02T00:00:00Z").unwrap(), 6);
    assert_eq!(store.folders_to_remove().unwrap(), [5]);
    store.give_up_run(6).unwrap();
    assert_eq!(store.runs().unwrap().len(), 1);
    assert!(matches!(store.load(None), Err(StoreError::NoRun { .. })));
    assert!(matches!(store.keep(5, "1", "x"), Err(StoreError::UnknownRun { run: 5 })));
}
