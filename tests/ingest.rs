//! Reading input: every unit is accounted for, whatever the file looks like, and nothing makes it panic.

use std::fs;
use std::path::PathBuf;

use innspill::answer::Answer;
use innspill::ingest::{
    Format, IngestError, Input, ReadOptions, Reject, RejectReason, SkipReason, Unit, open_stream, read_inputs,
    read_project,
};
use innspill::settings::{Role, Settings};
use tempfile::TempDir;

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

fn read_with(name: &str, bytes: &[u8], options: &ReadOptions) -> Result<Input, IngestError> {
    let folder = folder(&[(name, bytes)]);
    read_inputs(&[folder.path().join(name)], options)
}

fn read(name: &str, bytes: impl AsRef<[u8]>) -> Input {
    let input = read_with(name, bytes.as_ref(), &ReadOptions::default()).unwrap();
    assert_adds_up(&input);
    input
}

fn assert_adds_up(input: &Input) {
    let parts = input.answers.len() + input.duplicates.len() + input.rejects.len() + input.skipped.len();
    assert_eq!(input.units(), parts);
    assert_eq!(input.units(), input.files.iter().map(|file| file.units).sum::<usize>());
}

fn stream(name: &str, bytes: impl AsRef<[u8]>) -> Vec<Unit> {
    let folder = folder(&[(name, bytes.as_ref())]);
    open_stream(&folder.path().join(name), None, &ReadOptions::default()).unwrap().collect()
}

fn texts(input: &Input) -> Vec<&str> {
    input.answers.iter().map(|answer| answer.text.as_str()).collect()
}

fn group<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.groups.get(name).map_or("", String::as_str)
}

fn reasons(input: &Input) -> Vec<(u64, &RejectReason)> {
    input.rejects.iter().map(|reject| (reject.place.row, &reject.reason)).collect()
}

#[test]
fn a_windows_1252_semicolon_csv_from_norwegian_excel_is_read() {
    let text = "ID;Bord;Svar;Tidspunkt\r\n1;3;\"Færre skjemaer;\r\nog mer tid\";03.11.2025 14:30\r\n\
                2;4;Øk tilliten – nå;4.11.2025\r\n;;;\r\n";
    let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(text);
    let input = read("svar.csv", &bytes);
    assert_eq!(texts(&input), ["Færre skjemaer;\r\nog mer tid", "Øk tilliten – nå"]);
    assert_eq!(input.answers[0].id.0, "1");
    assert_eq!(group(&input.answers[0], "Bord"), "3");
    assert_eq!(input.answers[0].time, Some(jiff::civil::date(2025, 11, 3).at(14, 30, 0, 0)));
    assert_eq!(input.answers[1].place.row, 4);
    assert_eq!(input.skipped[0].reason, SkipReason::EmptyRow);
    let file = &input.files[0];
    assert_eq!((file.encoding, file.delimiter, file.format), (Some("windows-1252"), Some(';'), Format::Csv));
    assert_eq!(file.sha256.len(), 64);
}

#[test]
fn the_same_sheet_reads_alike_in_every_character_set_and_with_every_delimiter() {
    let rows = [["id", "tekst", "sektor"], ["7", "Færre «siloer»", "stat"], ["8", "Meir tillit", "kommune"]];
    let expected = read("a.csv", "id,tekst,sektor\n7,Færre «siloer»,stat\n8,Meir tillit,kommune\n").answers;
    assert_eq!(expected.len(), 2);
    for delimiter in [",", ";", "\t"] {
        let text: String = rows.iter().map(|row| row.join(delimiter) + "\r\n").collect();
        let with_mark = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        let marked = || std::iter::once(0xfeff_u16).chain(text.encode_utf16());
        let utf16_le: Vec<u8> = marked().flat_map(u16::to_le_bytes).collect();
        let utf16_be: Vec<u8> = marked().flat_map(u16::to_be_bytes).collect();
        let windows = encoding_rs::WINDOWS_1252.encode(&text).0.into_owned();
        for bytes in [text.clone().into_bytes(), with_mark, utf16_le, utf16_be, windows] {
            let read: Vec<_> = read("a.csv", &bytes).answers.into_iter().map(|a| (a.id, a.text, a.groups)).collect();
            let expected: Vec<_> = expected.iter().cloned().map(|a| (a.id, a.text, a.groups)).collect();
            assert_eq!(read, expected);
        }
    }
}

#[test]
fn each_bad_row_is_one_reject_that_names_line_and_cure_but_no_contents() {
    let mut bytes = b"id,text,sektor\n1,god rad \xc3\xa6,stat\n2,hemmelig \xff\xfe rad,stat\n\
                      3,hemmelig \0 rad,stat\n4,hemmelig\n5,hemmelig,stat,mer\n"
        .to_vec();
    let long = "x".repeat(10_000_000);
    bytes.extend_from_slice(format!("6,{long},stat\n1,hemmelig igjen,stat\n7,\"god\nrad\",stat,,\n").as_bytes());
    let input = read("bad.csv", &bytes);
    assert_eq!(texts(&input), ["god rad æ", "god\nrad"]);
    assert_eq!(
        reasons(&input),
        [
            (3, &RejectReason::NotUtf8),
            (4, &RejectReason::Nul),
            (5, &RejectReason::WrongLength { found: 2, expected: 3 }),
            (6, &RejectReason::WrongLength { found: 4, expected: 3 }),
            (7, &RejectReason::CellTooLong { bytes: 10_000_000, limit: 1_000_000 }),
            (8, &RejectReason::RepeatedId { first: input.answers[0].place.to_string() }),
        ]
    );
    for reject in &input.rejects {
        let line = reject.to_string();
        assert!(line.contains(&format!("bad.csv:{}: ", reject.place.row)), "{line}");
        assert!(!line.contains("hemmelig") && !line.contains('\n') && line.len() < 400, "{line}");
    }
}

#[test]
fn a_quote_that_never_closes_is_named_instead_of_swallowing_rows_in_silence() {
    let input = read("a.csv", "id,text\n1,god\n2,\"åpen\n3,borte\n4,borte\n");
    assert_eq!(texts(&input), ["god"]);
    assert_eq!(reasons(&input), [(3, &RejectReason::QuoteNotClosed)]);
    let closed = read("a.csv", "id,text\n1,god\n2,\"to\nlinjer\"");
    assert_eq!(texts(&closed), ["god", "to\nlinjer"]);
}

#[test]
fn an_empty_file_and_headers_only_are_nothing_to_read_in_one_line() {
    for (name, bytes) in [
        ("empty.csv", ""),
        ("headers.csv", "id,text\n"),
        ("unknown.csv", "a,b\n"),
        ("empty.jsonl", ""),
        ("empty.txt", ""),
        ("empty.xlsx", ""),
        ("blank.txt", "\n\n \n"),
        ("mark.csv", "\u{feff}"),
    ] {
        let error = read_with(name, bytes.as_bytes(), &ReadOptions::default()).unwrap_err();
        assert!(matches!(error, IngestError::NothingReadable { .. }), "{name}: {error}");
        let line = error.to_string();
        assert!(line.contains(name) && !line.contains('\n'), "{line}");
        let folder = folder(&[(name, bytes.as_bytes())]);
        match open_stream(&folder.path().join(name), None, &ReadOptions::default()) {
            Ok(mut stream) => {
                assert_eq!(stream.by_ref().count(), 0);
                assert!(stream.nothing_readable().unwrap().to_string().contains(name));
            }
            Err(error) => assert!(error.to_string().contains(name), "{error}"),
        }
    }
}

#[test]
fn a_file_without_free_text_names_the_columns_it_has() {
    let error = read_with("a.csv", b"x,y\n1,2\n3,4\n", &ReadOptions::default()).unwrap_err().to_string();
    assert!(error.contains("a.csv") && error.contains("x, y"), "{error}");
}

#[test]
fn where_every_row_is_bad_the_reason_of_the_first_is_given() {
    let input = read("a.jsonl", "{\n[1]\n");
    assert_eq!((input.answers.len(), input.units()), (0, 2));
    assert!(input.nothing_readable().unwrap().to_string().contains("every unit is rejected"));
}

fn workbook(fill: impl FnOnce(&mut rust_xlsxwriter::Workbook)) -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    fill(&mut workbook);
    workbook.save_to_buffer().unwrap()
}

#[test]
fn a_workbook_with_dates_formulas_numbers_merged_cells_and_a_title_is_read() {
    use rust_xlsxwriter::{ExcelDateTime, Format, Formula};
    let bytes = workbook(|workbook| {
        let date = Format::new().set_num_format("dd.mm.yyyy hh:mm");
        let sheet = workbook.add_worksheet().set_name("Ønsker").unwrap();
        sheet.write(0, 0, "Svar fra samlingen").unwrap();
        for (column, header) in (0..).zip(["ID", "Bord", "Tekst", "Dato", "Verdi"]) {
            sheet.write(2, column, header).unwrap();
        }
        sheet.write(3, 0, 1001).unwrap();
        sheet.merge_range(3, 1, 4, 1, "Bord 1", &Format::new()).unwrap();
        sheet.write(3, 2, "Færre siloer").unwrap();
        let moment = ExcelDateTime::parse_from_str("2025-11-03 14:30:00").unwrap();
        sheet.write_with_format(3, 3, &moment, &date).unwrap();
        sheet.write_formula(3, 4, Formula::new("=1+1").set_result("2")).unwrap();
        sheet.write(4, 0, 1002).unwrap();
        sheet.write_formula(4, 2, Formula::new("=\"Mer \"&\"tid\"").set_result("Mer tid")).unwrap();
        sheet.write(7, 0, 1003).unwrap();
        sheet.write(7, 1, "Bord 2").unwrap();
        workbook.add_worksheet().set_name("Tom").unwrap();
        let sheet = workbook.add_worksheet().set_name("Orakel").unwrap();
        sheet.write(0, 0, "Spørsmål").unwrap();
        sheet.write(1, 0, "Ble det bedre?").unwrap();
    });
    let input = read("a.xlsx", &bytes);
    assert_eq!(texts(&input), ["Færre siloer", "Mer tid", "Ble det bedre?"]);
    assert_eq!(input.answers[0].id.0, "1001");
    assert_eq!(group(&input.answers[0], "Bord"), "Bord 1");
    assert_eq!(group(&input.answers[1], "Bord"), "Bord 1");
    assert_eq!(input.answers[0].time, Some(jiff::civil::date(2025, 11, 3).at(14, 30, 0, 0)));
    assert_eq!(input.answers[0].kept, [("Verdi".to_owned(), "2".to_owned())]);
    let kinds: Vec<_> = input.answers.iter().map(|answer| answer.kind.as_ref().unwrap().0.as_str()).collect();
    assert_eq!(kinds, ["wish", "wish", "oracle"]);
    assert!(input.answers[2].place.to_string().ends_with("a.xlsx#Orakel:2"));
    let skipped: Vec<_> = input.skipped.iter().map(|skipped| (skipped.place.row, skipped.reason)).collect();
    assert_eq!(skipped, [(1, SkipReason::Heading), (8, SkipReason::EmptyCell)]);
}

#[test]
fn a_formula_error_where_the_text_should_be_is_a_reject() {
    let bytes = workbook(|workbook| {
        let sheet = workbook.add_worksheet();
        sheet.write(0, 0, "Tekst").unwrap();
        sheet.write_formula(1, 0, rust_xlsxwriter::Formula::new("=NA()").set_result("#N/A")).unwrap();
        sheet.write(2, 0, "Hei der").unwrap();
    });
    let input = read("a.xlsx", &bytes);
    assert_eq!(texts(&input), ["Hei der"]);
    assert_eq!(reasons(&input), [(2, &RejectReason::FormulaError)]);
}

#[test]
fn a_damaged_workbook_is_one_clear_line() {
    let error = read_with("a.xlsx", b"PK\x03\x04 not really", &ReadOptions::default()).unwrap_err().to_string();
    assert!(error.contains("a.xlsx") && error.contains("XLSX") && !error.contains('\n'), "{error}");
}

#[test]
fn jsonl_takes_the_answer_form_whole() {
    let input = read(
        "a.jsonl",
        r#"{"id":1,"text":"Færre siloer","kind":"ønske","question":"Hva?","asked_under":"collaboration","phase":"plan","group":{"sektor":"stat","bord":3},"respondent":"r1","time":"2025-11-03T10:00:00Z","lang":"en","labels":["a","b"]}
{"text":"Mer \u00f8kt tid","group":"Bord 2"}

{"text":""}
{"text":null}
"#,
    );
    let first = &input.answers[0];
    assert_eq!(first.id.0, "1");
    assert_eq!(first.kind.as_ref().unwrap().0, "wish");
    assert_eq!(first.question.as_deref(), Some("Hva?"));
    assert_eq!(first.asked_under.as_deref(), Some("collaboration"));
    assert_eq!(first.phase.as_deref(), Some("plan"));
    assert_eq!((group(first, "sektor"), group(first, "bord")), ("stat", "3"));
    assert_eq!(first.respondent.as_ref().unwrap().0, "r1");
    assert!(first.time.is_some());
    assert_eq!(first.kept, [("labels".to_owned(), r#"["a","b"]"#.to_owned())]);
    assert_eq!(input.answers[1].text, "Mer økt tid");
    assert_eq!(group(&input.answers[1], "group"), "Bord 2");
    assert_eq!(input.answers[1].place.row, 2);
    // A text that was sent empty is an answer without content; one that was not sent is an empty cell.
    assert_eq!(input.answers[2].text, "");
    assert_eq!(input.skipped.len(), 1);
}

#[test]
fn jsonl_rejects_say_what_is_wrong_without_the_contents() {
    let input = read(
        "a.jsonl",
        b"{\"text\":\"god \xc3\xa6\",\"id\":\"a\"}\n{\"text\":\"hemmelig\n[\"hemmelig\"]\n\"hemmelig\"\n\
          {\"tekst2\":\"hemmelig\"}\n{\"text\":[\"hemmelig\"]}\n{\"text\":\"x\",\"text\":\"hemmelig\"}\n\
          {\"text\":\"hemmelig\",\"id\":\"a\"}\n{\"text\":\"hemmelig \xff\"}\n{\"text\":\"hemmelig \\u0000\"}\n",
    );
    assert_eq!(texts(&input), ["god æ"]);
    let lines: Vec<String> = input.rejects.iter().map(Reject::to_string).collect();
    let expected = [
        "not valid JSON",
        "not a JSON object",
        "not a JSON object",
        "no field \"text\"",
        "not a text",
        "more than once",
        "repeats the id",
        "not valid UTF-8",
        "NUL",
    ];
    assert_eq!(lines.len(), expected.len(), "{lines:?}");
    for (line, part) in lines.iter().zip(expected) {
        assert!(line.contains(part), "{line} should hold {part}");
        assert!(!line.contains("hemmelig"), "{line}");
    }
}

#[test]
fn an_array_of_objects_is_read_as_one_object_a_line() {
    let input = read("a.json", "[\n {\"text\": \"En\", \"id\": 1},\n {\"text\": \"To\", \"id\": 2}\n]\n");
    assert_eq!(texts(&input), ["En", "To"]);
}

#[test]
fn a_sheet_of_questions_gives_an_answer_per_cell_and_a_respondent_per_row() {
    let input = read(
        "skjema.csv",
        "ID;Navn;E-post;Hva er ditt viktigste ønske?;Hva hindrer deg i dag?;Hvilken sektor jobber du i?\n\
         1;Kari Nordmann;k@n.no;Mer tid til utvikling;Altfor mange skjemaer;stat\n\
         2;Ola Hansen;o@h.no;Felles mål;;kommune\n",
    );
    assert_eq!(texts(&input), ["Mer tid til utvikling", "Altfor mange skjemaer", "Felles mål"]);
    let ids: Vec<&str> = input.answers.iter().map(|answer| answer.id.0.as_str()).collect();
    assert_eq!(ids, ["1:1", "1:2", "2:1"]);
    assert_eq!(input.answers[1].question.as_deref(), Some("Hva hindrer deg i dag?"));
    assert_eq!(group(&input.answers[2], "Hvilken sektor jobber du i?"), "kommune");
    assert_eq!(input.skipped.len(), 1);
    let respondents: Vec<_> = input.answers.iter().map(|answer| answer.respondent.clone()).collect();
    assert!(respondents[0].is_some() && respondents[0] == respondents[1] && respondents[0] != respondents[2]);
    assert_eq!(input.files[0].dropped().collect::<Vec<_>>(), ["Navn", "E-post"]);
    assert!(input.notes.iter().any(|note| note.contains("Navn, E-post")));
    let everything = format!("{input:?}");
    assert!(!everything.contains("Nordmann") && !everything.contains("k@n.no"));
}

#[test]
fn equal_rows_of_a_question_sheet_are_two_respondents_and_two_voices() {
    let sheet = "Hva er bra i dag?;Hva er ikke bra?\nTid til fag;Mye mas\nTid til fag;Mye mas\n";
    let input = read("a.csv", sheet);
    assert_eq!((input.answers.len(), input.duplicates.len()), (4, 0));
    assert_ne!(input.answers[0].respondent, input.answers[2].respondent);
}

#[test]
fn personal_columns_are_dropped_by_contents_too_and_settings_can_keep_them() {
    let csv = "tekst,kontakt,sted\nMer tid,kari@eksempel.no,Oslo\nMer ro,ola@eksempel.no,Bergen\n";
    let input = read("a.csv", csv);
    assert_eq!(input.answers[0].kept, [("sted".to_owned(), "Oslo".to_owned())]);
    let mut options = ReadOptions::default();
    options.source.roles.insert("kontakt".into(), Role::Keep);
    let input = read_with("a.csv", csv.as_bytes(), &options).unwrap();
    assert_eq!(input.answers[0].kept[0].1, "kari@eksempel.no");
}

#[test]
fn respondents_that_look_personal_become_pseudonyms_under_the_key() {
    let csv = "tekst,avsender\nMer tid,kari@eksempel.no\nMer ro,KARI@eksempel.no \n";
    let with = |key: &[u8]| {
        let options = ReadOptions { key: key.to_vec(), ..ReadOptions::default() };
        read_with("a.csv", csv.as_bytes(), &options).unwrap().answers
    };
    let (first, second) = (with(b"one"), with(b"two"));
    assert_eq!(first[0].respondent, first[1].respondent);
    assert_ne!(first[0].respondent, second[0].respondent);
    assert!(!format!("{first:?}").contains('@'));
}

#[test]
fn only_the_same_text_of_the_same_kind_by_the_same_respondent_is_a_duplicate() {
    let input = read(
        "a.csv",
        "id,tekst,avsender,type\n1,Mer tid!,r1,ønske\n2, mer TID ,r1,ønske\n3,Mer tid,r2,ønske\n\
         4,Mer tid,r1,orakel\n5,Mer tid,,ønske\n6,Mer tid,,ønske\n",
    );
    assert_eq!((input.answers.len(), input.duplicates.len()), (5, 1));
    assert_eq!((input.duplicates[0].place.row, input.duplicates[0].of.0.as_str()), (3, "1"));
}

#[test]
fn cells_under_different_questions_are_never_duplicates_of_each_other() {
    let input = read("a.csv", "deltaker;Hva er bra i dag?;Hva er ikke bra?\n7;Vet ikke helt;Vet ikke helt\n");
    assert_eq!((input.answers.len(), input.duplicates.len()), (2, 0));
}

#[test]
fn derived_ids_stay_when_the_sheet_is_sorted_and_tell_equal_texts_apart() {
    let rows = ["Mer tid,stat", "Mer ro,stat", "Mer tid,stat", "Mindre støy,kommune"];
    let ids = |order: &[usize]| {
        let body: Vec<&str> = order.iter().map(|&row| rows[row]).collect();
        let csv = format!("tekst,sektor\n{}\n", body.join("\n"));
        let folder = folder(&[("innspill.toml", b""), ("input/a.csv", csv.as_bytes())]);
        let input = read_project(folder.path(), &Settings::default(), b"key").unwrap();
        let mut ids: Vec<_> = input.answers.into_iter().map(|answer| (answer.text, answer.id.0)).collect();
        ids.sort();
        ids
    };
    let sorted = ids(&[0, 1, 2, 3]);
    assert_eq!(sorted, ids(&[3, 2, 1, 0]));
    let distinct: std::collections::BTreeSet<&String> = sorted.iter().map(|(_, id)| id).collect();
    assert_eq!(distinct.len(), 4);
}

#[test]
fn a_stream_numbers_rows_and_rejects_repeated_ids() {
    let id = |unit: &Unit| match unit {
        Unit::Answer(answer) => answer.id.0.clone(),
        Unit::Reject(reject) => reject.reason.to_string(),
        Unit::Skipped(_) => "skipped".to_owned(),
    };
    let ids = |name, text| stream(name, text).iter().map(id).collect::<Vec<_>>();
    assert_eq!(ids("a.csv", "tekst\nEn\nTo\n"), ["1", "2"]);
    assert_eq!(ids("a.jsonl", "{\"text\":\"En\"}\n\n{\"text\":\"To\"}\n"), ["1", "2"]);
    assert_eq!(ids("a.txt", "En\nTo\n"), ["1", "2"]);
    let sheet = "Hva er bra?;Hva er dårlig?\nTid;Støy\n;Mas\n";
    assert_eq!(ids("a.csv", sheet), ["1:1", "1:2", "skipped", "2:2"]);
    let repeated = ids("a.csv", "id,tekst\na,En\nb,To\na,Tre\n");
    assert_eq!(repeated[..2], ["a", "b"]);
    assert!(repeated[2].starts_with("repeats the id of") && repeated[2].contains(".csv:2"), "{}", repeated[2]);
}

#[test]
fn filters_choose_rows_and_fields_come_along_when_asked_for() {
    let jsonl = r#"{"id":"1","text":"En","z":1,"labels":["x"],"group":{"sektor":"stat"}}
{"id":"2","text":"To","group":{"sektor":"privat"}}
"#;
    let csv = "id,text,sektor,labels\n1,En,stat,x;y\n2,To,privat,\n";
    let folder = folder(&[("a.jsonl", jsonl.as_bytes()), ("a.csv", csv.as_bytes())]);
    for (name, filter, expected) in [
        ("a.jsonl", "sektor=stat", 1),
        ("a.jsonl", "labels=x", 1),
        ("a.jsonl", "z=1", 1),
        ("a.jsonl", "z=2", 0),
        ("a.csv", "Sektor=privat", 1),
        ("a.csv", "finnes_ikke=1", 0),
    ] {
        let filters = vec![filter.parse().unwrap()];
        let options = ReadOptions { filters, keep_fields: true, ..ReadOptions::default() };
        let mut stream = open_stream(&folder.path().join(name), None, &options).unwrap().with_fields();
        let rows: Vec<_> = stream.by_ref().collect();
        assert_eq!(rows.len(), expected, "{name} {filter}");
        assert_eq!(stream.stream().nothing_readable().is_some(), expected == 0);
        for (_, fields) in rows {
            let fields = fields.unwrap();
            assert_eq!((fields.0[0].0.as_str(), fields.0[1].0.as_str()), ("id", "text"));
            assert!(fields.labels("labels").is_some());
        }
    }
}

#[test]
fn a_project_reads_its_sources_in_order_and_settings_win() {
    let folder = folder(&[
        ("input/onsker.csv", b"Hva;Bord\nMer tid;1\n"),
        ("input/b/orakel.txt", b"Ble det bedre?\n"),
        ("input/.skjult.csv", b"tekst\nskjult\n"),
        ("input/~$onsker.xlsx", b"lock"),
        ("input/bilde.png", b"png"),
        ("input/glemt.csv", b"tekst\nGlemt\n"),
        ("out/000001/answers.csv", b"id,text\n1,Utdata\n"),
    ]);
    let settings = Settings::from_toml(
        "[[source]]\npath = \"input/b/*.txt\"\nquestion = \"Hva vil du vite?\"\nasked_under = \"culture\"\n\
         [[source]]\npath = \"input/onsker*\"\nkind = \"challenge\"\n\
         [source.columns]\ntext = \"Hva\"\ngroups = { bord = \"Bord\" }\n",
        "innspill.toml",
    )
    .unwrap();
    let input = read_project(folder.path(), &settings, b"key").unwrap();
    assert_adds_up(&input);
    assert_eq!(texts(&input), ["Ble det bedre?", "Mer tid"]);
    assert_eq!(input.answers[0].kind.as_ref().unwrap().0, "oracle");
    assert_eq!(input.answers[0].question.as_deref(), Some("Hva vil du vite?"));
    assert_eq!(input.answers[0].asked_under.as_deref(), Some("culture"));
    assert_eq!(input.answers[1].kind.as_ref().unwrap().0, "challenge");
    assert_eq!(group(&input.answers[1], "bord"), "1");
    assert_eq!(&*input.answers[1].place.file, "input/onsker.csv");
    assert!(input.notes.iter().any(|note| note.contains("input/glemt.csv")), "{:?}", input.notes);

    let all = read_project(folder.path(), &Settings::default(), b"key").unwrap();
    let files: Vec<&str> = all.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(files, ["input/b/orakel.txt", "input/glemt.csv"]);
    assert!(all.notes.iter().any(|note| note.contains("bilde.png")), "{:?}", all.notes);
    assert!(all.notes.iter().any(|note| note.contains("onsker.csv") && note.contains("Hva, Bord")), "{:?}", all.notes);
}

#[cfg(unix)]
#[test]
fn links_out_of_the_project_are_not_followed() {
    let outside = folder(&[("hemmelig.csv", b"tekst\nhemmelig\n")]);
    let project = folder(&[("input/a.csv", b"tekst\nHei\n")]);
    std::os::unix::fs::symlink(outside.path().join("hemmelig.csv"), project.path().join("input/b.csv")).unwrap();
    std::os::unix::fs::symlink(outside.path(), project.path().join("input/c")).unwrap();
    let input = read_project(project.path(), &Settings::default(), b"key").unwrap();
    assert_eq!(texts(&input), ["Hei"]);
    assert_eq!(input.notes.iter().filter(|note| note.contains("leads out")).count(), 2);
}

#[test]
fn files_folders_and_globs_are_read_in_the_order_of_their_paths() {
    let files: &[(&str, &[u8])] =
        &[("b.csv", b"tekst\nB\n"), ("a.csv", b"tekst\nA\n"), ("sub/c.txt", b"C\n"), ("README.md", b"Les meg\n")];
    let folder = folder(files);
    let read = |paths: &[PathBuf]| -> Vec<String> {
        let input = read_inputs(paths, &ReadOptions::default()).unwrap();
        input.answers.into_iter().map(|answer| answer.text).collect()
    };
    assert_eq!(read(&[folder.path().to_owned()]), ["A", "B", "C"]);
    assert_eq!(read(&[folder.path().join("*.csv")]), ["A", "B"]);
    assert_eq!(read(&[folder.path().join("b.csv"), folder.path().to_owned()]), ["B", "A", "C"]);
    let missing = read_inputs(&[folder.path().join("borte.csv")], &ReadOptions::default()).unwrap_err().to_string();
    assert!(missing.contains("borte.csv"), "{missing}");
    for also in ["borte.csv", "borte*.csv"] {
        let paths = [folder.path().join("a.csv"), folder.path().join(also)];
        let missing = read_inputs(&paths, &ReadOptions::default()).unwrap_err().to_string();
        assert!(missing.contains(also), "{missing}");
    }
}

#[test]
fn a_damaged_file_among_good_ones_is_a_note() {
    let folder = folder(&[("a.csv", b"tekst\nA\n"), ("b.xlsx", b"nope")]);
    let input = read_inputs(&[folder.path().to_owned()], &ReadOptions::default()).unwrap();
    assert_eq!(texts(&input), ["A"]);
    assert!(input.notes.iter().any(|note| note.contains("b.xlsx")));
}

#[test]
fn markdown_headings_are_skipped_and_list_items_stand_alone() {
    let input = read("a.md", "# Ønsker\n\n- Mer tid\n- Færre skjemaer\n\n## Annet\n\nVi vil ha ro.\n");
    assert_eq!(texts(&input), ["Mer tid", "Færre skjemaer", "Vi vil ha ro."]);
    assert_eq!(input.skipped.len(), 2);
}

#[test]
fn bad_lines_of_a_text_are_rejects_at_their_place() {
    let bytes = b"F\xc3\xb8rste\nandre \xff\ntredje \0\nfjerde\n";
    let input = read("a.txt", bytes);
    assert_eq!(texts(&input), ["Første", "fjerde"]);
    assert_eq!(reasons(&input), [(2, &RejectReason::NotUtf8), (3, &RejectReason::Nul)]);
    assert_eq!(stream("a.txt", bytes).len(), 4);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]

    #[test]
    fn no_bytes_make_it_panic_and_every_unit_is_accounted_for(
        bytes in proptest::collection::vec(proptest::prop_oneof![
            proptest::prelude::any::<u8>(),
            proptest::sample::select(b"\"\";,\n\r\t{}[]:tekst abc\xc3\xa6\0".to_vec()),
        ], 0..300),
        name in proptest::sample::select(
            vec!["a.csv", "a.tsv", "a.jsonl", "a.json", "a.txt", "a.md", "a.xlsx"]
        ),
        header in proptest::sample::select(vec!["", "text\n", "id;tekst;bord\n", "{\"text\":\"a\"}\n"]),
    ) {
        let bytes = [header.as_bytes(), &bytes].concat();
        let folder = folder(&[(name, &bytes)]);
        let path = folder.path().join(name);
        if let Ok(input) = read_inputs(std::slice::from_ref(&path), &ReadOptions::default()) {
            assert_adds_up(&input);
        }
        if let Ok(mut stream) = open_stream(&path, None, &ReadOptions::default()) {
            let units = stream.by_ref().count();
            let counts = stream.counts();
            proptest::prop_assert_eq!(units, counts.answers + counts.rejects + counts.skipped);
        }
    }
}
