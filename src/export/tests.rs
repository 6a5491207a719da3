//! Laws of the outputs together: what each file holds, that they agree, and what must never be passed on.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::*;
use crate::run_description::Execution;
use crate::span::Span;

struct Out {
    _place: tempfile::TempDir,
    folder: PathBuf,
}

impl Out {
    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.join(name)).unwrap()
    }

    fn rows(&self, name: &str) -> Vec<BTreeMap<String, String>> {
        let text = self.text(name);
        let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
        reader.deserialize().map(|row| row.unwrap()).collect()
    }

    fn header(&self, name: &str) -> String {
        self.text(name).lines().next().unwrap().to_owned()
    }
}

fn write(description: &RunDescription) -> Out {
    let place = tempfile::tempdir().unwrap();
    let analysis = fixture::analysis(60);
    let (internal, shared) = (fixture::patterns(&analysis, 0), fixture::patterns(&analysis, 5));
    let editions = Editions { internal: &internal, shared: &shared };
    let target = Target::Flat(place.path().join("ut"));
    let written = write_run(&target, &analysis, &fixture::codebook(), editions, description).unwrap();
    Out { _place: place, folder: written.folder }
}

fn files(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() {
            names.extend(files(&entry.path()).into_iter().map(|inner| format!("{name}/{inner}")));
        } else {
            names.push(name);
        }
    }
    names.sort();
    names
}

#[test]
fn every_promised_file_is_there_and_no_other() {
    let out = write(&fixture::description());
    assert_eq!(
        files(&out.folder),
        [
            "answers.csv",
            "answers.xlsx",
            "clusters.csv",
            "codebook.csv",
            "consensus.csv",
            "findings.csv",
            "findings.json",
            "groups.csv",
            "patterns.csv",
            "quotes.csv",
            "rejects.csv",
            "report.html",
            "run.json",
            "share/clusters.csv",
            "share/codebook.csv",
            "share/consensus.csv",
            "share/findings.csv",
            "share/groups.csv",
            "share/patterns.csv",
            "share/quotes.csv",
            "share/report.html",
            "share/suggested_codes.csv",
            "suggested_codes.csv",
            "tags.csv",
        ]
    );
}

#[test]
fn answers_have_the_promised_columns_in_order() {
    let out = write(&fixture::description());
    assert_eq!(
        out.header("answers.csv"),
        "id,kind,question,asked_under,lang,outcome,text,sektor,bord,alder,postnr,cluster_id,cluster_label,\
         same_text_group,human_checked,quote_ok,theme_collaboration,theme_leadership,topic_collaboration__silos,\
         topic_leadership__delegation,pat_silos,pat_ai,verdict_collaboration__silos,verdict_leadership__delegation,\
         facet_form"
    );
    assert_eq!(out.header("tags.csv"), "answer_id,code,name_nb,score,threshold,set_by,start,end,evidence");
}

#[test]
fn codes_are_empty_where_nothing_was_decided_and_zero_where_not_listed() {
    let out = write(&fixture::description());
    for row in out.rows("answers.csv") {
        let theme = row["theme_collaboration"].as_str();
        match row["outcome"].as_str() {
            "undecided" | "no_content" => assert_eq!(theme, ""),
            "none_of_the_above" => assert_eq!(theme, "0"),
            _ => assert!(theme == "0" || theme == "1"),
        }
        assert_eq!(row["verdict_collaboration__silos"].is_empty(), row["topic_collaboration__silos"] != "1");
        assert_eq!(row["postnr"], "0301");
    }
}

#[test]
fn evidence_is_the_slice_of_the_shown_text_under_its_span() {
    let out = write(&fixture::description());
    let texts: BTreeMap<String, String> =
        out.rows("answers.csv").into_iter().map(|row| (row["id"].clone(), row["text"].clone())).collect();
    let rows = out.rows("tags.csv");
    assert!(rows.len() > 100);
    for row in rows {
        let span = Span { start: row["start"].parse().unwrap(), end: row["end"].parse().unwrap() };
        assert_eq!(span.slice(&texts[&row["answer_id"]]), row["evidence"]);
        assert!(!row["evidence"].is_empty());
        assert_eq!(row["threshold"], "0.5");
    }
}

#[test]
fn a_themes_evidence_is_that_of_its_topics() {
    let out = write(&fixture::description());
    let rows = out.rows("tags.csv");
    let of = |code: &str| rows.iter().find(|row| row["answer_id"] == "xq-8" && row["code"] == code).unwrap().clone();
    assert_eq!(of("leadership")["evidence"], "delegere");
    assert_eq!(of("leadership")["start"], of("leadership/delegation")["start"]);
}

#[test]
fn tables_agree_with_the_answers() {
    let out = write(&fixture::description());
    let with = out.rows("answers.csv").iter().filter(|row| row["topic_collaboration__silos"] == "1").count();
    let patterns = out.rows("patterns.csv");
    let row = patterns.iter().find(|row| row["code"] == "collaboration/silos" && row["unit"] == "answers").unwrap();
    assert_eq!(row["k"], with.to_string());
    let in_groups: usize = out
        .rows("groups.csv")
        .iter()
        .filter(|row| row["code"] == "collaboration/silos" && row["attribute"] == "bord" && row["unit"] == "answers")
        .map(|row| row["k"].parse::<usize>().unwrap())
        .sum();
    assert_eq!(in_groups, with);
}

#[test]
fn every_table_that_counts_has_the_columns_of_a_count() {
    let out = write(&fixture::description());
    for name in ["clusters", "patterns", "consensus", "groups", "findings"] {
        for folder in ["", "share/"] {
            let header = out.header(&format!("{folder}{name}.csv"));
            assert!(header.contains("unit,k,n,share,low,high,suppressed"), "{folder}{name}: {header}");
        }
    }
}

#[test]
fn a_column_of_the_input_never_hides_one_of_ours() {
    let mut analysis = fixture::analysis(1);
    analysis.group_names = vec!["text".to_owned()];
    analysis.records[0].answer.kept =
        vec![("id".to_owned(), "x".to_owned()), ("theme_leadership".to_owned(), "y".to_owned())];
    let table = answers::AnswersTable::new(&analysis, &fixture::codebook());
    let mut names: Vec<String> = table.columns().into_iter().map(|column| column.name).collect();
    for wanted in ["text_2", "id_2", "theme_leadership_2"] {
        assert!(names.iter().any(|name| name == wanted), "{names:?}");
    }
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all);
}

#[test]
fn two_runs_give_the_same_bytes_but_for_the_manifest() {
    let first = fixture::description();
    let second = RunDescription {
        execution: Execution {
            started: "2026-11-17T01:02:03Z".to_owned(),
            host: Some("vert".to_owned()),
            threads: 7,
            seconds: vec![("read".to_owned(), 1.5)],
        },
        ..fixture::description()
    };
    let (first, second) = (write(&first), write(&second));
    for name in files(&first.folder).iter().filter(|name| *name != "run.json") {
        let read = |out: &Out| std::fs::read(out.folder.join(name)).unwrap();
        assert!(read(&first) == read(&second), "{name} differs");
    }
    assert!(second.text("run.json").contains("vert"));
}

#[test]
fn the_manifest_lists_each_file_with_its_hash_and_the_units_add_up() {
    use sha2::Digest;
    let out = write(&fixture::description());
    let manifest: serde_json::Value = serde_json::from_str(&out.text("run.json")).unwrap();
    let listed = manifest["files"].as_array().unwrap();
    assert_eq!(listed.len(), files(&out.folder).len() - 1);
    for file in listed {
        let bytes = std::fs::read(out.folder.join(file["name"].as_str().unwrap())).unwrap();
        let mut hash = sha2::Sha256::new();
        hash.update(&bytes);
        assert_eq!(file["sha256"].as_str().unwrap(), folder::hexadecimal(hash));
        assert_eq!(file["bytes"].as_u64().unwrap(), bytes.len() as u64);
    }
    let count = |name: &str| manifest["counts"][name].as_u64().unwrap();
    assert_eq!(count("units"), count("answers") + count("duplicates") + count("rejects") + count("skipped"));
}

#[test]
fn nothing_that_is_passed_on_names_an_answer_or_quotes_without_leave() {
    let out = write(&fixture::description());
    let analysis = fixture::analysis(60);
    for name in files(&out.folder).iter().filter(|name| name.starts_with("share/")) {
        let text = out.text(name);
        assert!(!text.contains("xq-"), "{name} names an answer");
        assert!(!text.contains("svar.csv"), "{name} names a file");
        for record in analysis.records.iter().filter(|record| !record.quote_ok && record.shown.len() > 10) {
            let start: String = record.shown.chars().take(30).collect();
            assert!(!text.contains(&start), "{name} quotes {}", record.answer.id);
        }
    }
    assert!(out.text("share/quotes.csv").contains("Riv siloene"), "what may be quoted is");
}

#[test]
fn small_counts_are_not_passed_on() {
    let out = write(&fixture::description());
    let mut hidden = 0;
    for name in ["share/patterns.csv", "share/groups.csv"] {
        for row in out.rows(name) {
            if row["suppressed"] == "1" {
                hidden += 1;
                assert_eq!((row["k"].as_str(), row["share"].as_str(), row["high"].as_str()), ("", "", ""));
            }
        }
    }
    assert!(hidden > 0);
}

#[test]
fn excel_gets_its_own_dialect_in_every_table() {
    let out = write(&RunDescription { excel: true, ..fixture::description() });
    for name in files(&out.folder).iter().filter(|name| name.ends_with(".csv")) {
        let text = out.text(name);
        assert!(text.starts_with('\u{feff}'), "{name}");
        assert!(text.lines().next().unwrap().contains(';'), "{name}");
        assert!(text.contains("\r\n"), "{name}");
    }
}

#[test]
fn the_workbook_has_its_sheets_and_all_answers() {
    use calamine::{DataType, Reader, Xlsx, open_workbook};
    let out = write(&fixture::description());
    let mut workbook: Xlsx<_> = open_workbook(out.folder.join("answers.xlsx")).unwrap();
    let sheets =
        ["read-me", "answers", "tags", "quotes", "themes by groups", "clusters", "codebook", "Rett her", "koder"];
    assert_eq!(workbook.sheet_names(), sheets);
    assert_eq!(workbook.worksheet_range("answers").unwrap().height(), 61);
    let crossed = workbook.worksheet_range("themes by groups").unwrap();
    let number = |column: usize| crossed.get((2, column)).unwrap().as_f64().unwrap();
    assert_eq!((4..9).map(number).sum::<f64>(), number(3));
}

#[test]
fn findings_carry_the_ids_of_all_answers_behind_them() {
    let out = write(&fixture::description());
    let findings: serde_json::Value = serde_json::from_str(&out.text("findings.json")).unwrap();
    for finding in findings["findings"].as_array().unwrap() {
        if finding["kind"] == "recurring" {
            assert_eq!(finding["evidence"].as_array().unwrap().len() as u64, finding["count"]["k"].as_u64().unwrap());
        }
    }
    assert!(out.text("findings.json").contains("\"xq-8\""));
}

#[test]
fn where_one_side_is_small_no_number_of_the_topic_is_passed_on() {
    let analysis = fixture::analysis(24);
    let (patterns, codebook) = (fixture::patterns(&analysis, 5), fixture::codebook());
    let source = |edition| Source { analysis: &analysis, codebook: &codebook, patterns: &patterns, edition, least: 5 };
    let rows = |edition| {
        let mut bytes = Vec::new();
        write_csv(&consensus::ConsensusTable(source(edition)), Dialect::Plain, &mut bytes).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        text.lines().find(|line| line.starts_with("collaboration/silos,Siloer,,")).unwrap().to_owned()
    };
    assert!(rows(Edition::Internal).contains(",4,8,"), "{}", rows(Edition::Internal));
    let shared = rows(Edition::Shared);
    let (numbers, _) = shared.split_once(",Sektororganiseringen").unwrap();
    let word = numbers.strip_prefix("collaboration/silos,Siloer,,answers,,,,,,1,,").unwrap();
    assert!(!word.contains(|character: char| character.is_ascii_digit()), "{word}");
}
