//! `innspill import`: codings come back as corrections; nothing is written before --apply; no file brings it down.

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;

use innspill::codebook::Level;
use innspill::codebook::guid::{claim_guid, code_guid, machine_guid};
use innspill::review::qda_project::{read_qdc, read_qdpx};
use innspill::review::text_hash;
use innspill::review::xlsx::read_workbook;

mod sample_copy;
use sample_copy::{innspill, sample_project, table};

const SILOS: &str = "collaboration/silos";

fn import(project: &Path, file: &Path, apply: bool) -> String {
    let mut command = innspill();
    command.args(["import", "--quiet"]).arg(project).arg(file).args(apply.then_some("--apply"));
    let assert = command.assert().success();
    String::from_utf8(assert.get_output().stdout.clone()).unwrap()
}

/// An answer of the sample's gold by what holds of it there.
fn shown(id: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/sample/gold.jsonl");
    let rows = fs::read_to_string(path).unwrap();
    let mut rows = rows.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let row = rows.find(|row| row["id"] == id).unwrap();
    innspill::pipeline::shown_text(row["text"].as_str().unwrap())
}

#[test]
fn a_table_is_listed_first_and_written_once() {
    let folder = tempfile::tempdir().unwrap();
    let project = sample_project(folder.path());
    let file = folder.path().join("koding.csv");
    fs::write(&file, "id;Siloer;pat_ai;egen;hvem\no001;1;0;1;Åse\no003;;1;;Åse\nborte;1;;;Åse\n").unwrap();
    let listed = import(&project, &file, false);
    assert!(listed.contains("+ o001 collaboration/silos (Åse)"), "{listed}");
    assert!(listed.contains("= o001 ai (Åse)"), "{listed}");
    assert!(listed.contains("! borte collaboration/silos (Åse)") && listed.contains("no such answer"), "{listed}");
    assert!(listed.contains("not in the codebook, left out: egen (1 times)"), "{listed}");
    assert!(listed.contains("nothing is written"), "{listed}");
    assert!(!project.join("corrections.csv").exists());
    import(&project, &file, true);
    let written = table(&project.join("corrections.csv"));
    let said: Vec<(&str, &str, &str)> =
        written.iter().map(|row| (row["answer"].as_str(), row["code"].as_str(), row["action"].as_str())).collect();
    assert_eq!(said, [("o001", SILOS, "confirm"), ("o001", "ai", "remove"), ("o003", "ai", "confirm")]);
    let again = import(&project, &file, true);
    assert!(again.contains("nothing to bring in") && again.contains("3 known already"), "{again}");
    assert_eq!(table(&project.join("corrections.csv")).len(), 3);
}

#[test]
fn the_sheet_rett_her_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let project = sample_project(folder.path());
    let file = folder.path().join("answers.xlsx");
    let mut workbook = rust_xlsxwriter::Workbook::new();
    workbook.add_worksheet().set_name("read-me").unwrap();
    let sheet = workbook.add_worksheet();
    sheet.set_name("Rett her").unwrap();
    let hash = text_hash(&shown("o001"));
    let rows = [
        ["svar-id", "tekst-hash", "tekst", "kode", "handling", "side", "hvem", "hvorfor"],
        ["o001", &hash, "", SILOS, "side", "begge", "Åse", "begge deler"],
        ["o001", &hash, "", "ai", "", "", "", ""],
        ["o003", "0123456789abcdef", "", "ai", "legg til", "", "Åse", ""],
    ];
    for (row, cells) in (0_u32..).zip(rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            sheet.write_string(row, column, cell).unwrap();
        }
    }
    workbook.save(&file).unwrap();
    let listed = import(&project, &file, true);
    assert!(listed.contains("+ o001 collaboration/silos both (Åse)"), "{listed}");
    assert!(listed.contains("! o003 ai (Åse)") && listed.contains("må ses på"), "{listed}");
    let written = table(&project.join("corrections.csv"));
    assert_eq!(written.len(), 1);
    assert_eq!((written[0]["verdict"].as_str(), written[0]["why"].as_str()), ("both", "begge deler"));
}

fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, contents) in files {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(contents.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A project as a QDA tool exports it: two people and the machine; one document with two answers, one with one, one whose
/// text has been edited, one outside the archive.
fn qdpx() -> Vec<u8> {
    let (first, second, third) = (shown("o001"), shown("o003"), shown("o004"));
    let group = format!("=== o001 · wish ===\n{first}\n\n=== o003 · wish ===\n{second}\n\n");
    let start = |text: &str| group.find(text).map(|byte| group[..byte].chars().count()).unwrap();
    let (in_first, in_second) = (start(&first), start(&second));
    let silos = code_guid("innovation", Level::Topic, SILOS).to_uppercase();
    let claim = claim_guid("innovation", SILOS, "A");
    let machine = machine_guid();
    let selection = |start: usize, end: usize, user: &str, code: &str| {
        format!(
            "<PlainTextSelection guid=\"{start}\" startPosition=\"{start}\" endPosition=\"{end}\" creatingUser=\"{user}\">\
             <Description>hvorfor</Description><Coding guid=\"c\" creatingUser=\"{user}\"><CodeRef targetGUID=\"{code}\"/>\
             </Coding></PlainTextSelection>"
        )
    };
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><Project xmlns=\"urn:QDA-XML:project:1.0\" name=\"x\"><Users>\
         <User guid=\"{machine}\" name=\"innspill 0.1.0\"/><User guid=\"u1\" name=\"&#197;se &amp; Bo\"/>\
         <User guid=\"u2\" name=\"Carl\"/></Users><CodeBook><Codes>\
         <Code guid=\"t\" name=\"T3 Samhandling\" isCodable=\"false\"><Code guid=\"{{{silos}}}\" name=\"x\" isCodable=\"true\">\
         <Code guid=\"{claim}\" name=\"A\" isCodable=\"true\"/></Code></Code>\
         <Code guid=\"byname\" name=\"T2.1 Delegering\" isCodable=\"true\"/>\
         <Code guid=\"own\" name=\"Min egen\" isCodable=\"true\"/></Codes></CodeBook><Sources>\
         <TextSource guid=\"s1\" name=\"bord 1\" plainTextPath=\"internal://s1.txt\">{}{}{}{}</TextSource>\
         <TextSource guid=\"s2\" name=\"o004 bord 2\" plainTextPath=\"internal://s2.txt\">{}</TextSource>\
         <TextSource guid=\"s3\" name=\"o005\" plainTextPath=\"internal://s3.txt\">{}</TextSource>\
         <TextSource guid=\"s4\" name=\"o006\" plainTextPath=\"internal://../../etc/passwd\">{}</TextSource>\
         </Sources></Project>",
        selection(in_first, in_first + 3, "u1", &silos.to_lowercase()),
        selection(in_first + 2, in_first + 4, "u1", &claim),
        selection(in_second, in_second + 2, &machine, &silos),
        selection(in_second, in_second + 2, "u2", "own"),
        selection(0, 5, "u2", "byname"),
        selection(0, 5, "u2", "byname"),
        selection(0, 5, "u2", "byname"),
    );
    archive(&[
        ("project.qde", &xml),
        ("sources/s1.txt", &group),
        ("sources/s2.txt", &third),
        ("sources/s3.txt", "en helt annen tekst"),
    ])
}

#[test]
fn codings_of_people_come_back_from_a_qda_tool_with_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let project = sample_project(folder.path());
    let file = folder.path().join("prosjekt.qdpx");
    fs::write(&file, qdpx()).unwrap();
    let listed = import(&project, &file, true);
    for line in [
        "+ o001 collaboration/silos A (Åse & Bo)",
        "+ o004 leadership/delegation (Carl)",
        "! o005 leadership/delegation (Carl)",
        "left out: the text has changed (må ses på)",
        "1 codings of the machine passed over",
        "1 documents without a text in the file",
        "not in the codebook, left out: Min egen (1 times)",
        "alpha",
    ] {
        assert!(listed.contains(line), "{line}\n{listed}");
    }
    let written = table(&project.join("corrections.csv"));
    let said: Vec<(&str, &str, &str, &str)> = written
        .iter()
        .map(|row| (row["answer"].as_str(), row["action"].as_str(), row["verdict"].as_str(), row["who"].as_str()))
        .collect();
    assert_eq!(said, [("o004", "confirm", "", "Carl"), ("o001", "verdict", "A", "Åse & Bo")]);
    assert!(written.iter().all(|row| row["text_hash"] == text_hash(&shown(&row["answer"]))));
}

#[test]
fn a_qda_codebook_becomes_a_skeleton_that_loads_and_replaces_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let project = sample_project(folder.path());
    let file = folder.path().join("Min bok.qdc");
    fs::write(
        &file,
        "<CodeBook xmlns=\"urn:QDA-XML:codebook:1.0\"><Codes><Code guid=\"a\" name=\"Økonomi\" isCodable=\"false\">\
         <Description>Om penger</Description><Code guid=\"b\" name=\"Årsbudsjett\" isCodable=\"true\"/></Code>\
         <Code guid=\"c\" name=\"Tillit\" isCodable=\"true\"/></Codes></CodeBook>",
    )
    .unwrap();
    assert!(import(&project, &file, false).contains("1 themes, 1 topics, 1 patterns"));
    let path = project.join("codebook.imported.toml");
    assert!(!path.exists());
    import(&project, &file, true);
    let codebook = innspill::codebook::from_file(&path).unwrap();
    assert_eq!(codebook.themes[0].topics[0].id, "arsbudsjett");
    assert_eq!(codebook.themes[0].meaning.definition.nb.as_deref(), Some("Om penger"));
    innspill().args(["import", "--apply"]).arg(&project).arg(&file).assert().code(2);
}

#[test]
fn what_cannot_be_read_is_one_clear_line() {
    let folder = tempfile::tempdir().unwrap();
    let project = sample_project(folder.path());
    for (name, bytes) in [
        ("x.qdpx", &b"PK not an archive"[..]),
        ("x.xlsx", b"nothing"),
        ("x.qdc", b"<CodeBook><Codes>"),
        ("x.doc", b"nothing"),
        ("x.csv", b"farge\nr\xf8d\n"),
    ] {
        let file = folder.path().join(name);
        fs::write(&file, bytes).unwrap();
        let assert = innspill().arg("import").arg(&project).arg(&file).assert().code(2);
        let errors = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
        assert_eq!(errors.trim_end().lines().count(), 1, "{errors}");
        assert!(errors.contains(name), "{errors}");
    }
    let no_project = folder.path().join("tom");
    fs::create_dir(&no_project).unwrap();
    innspill().arg("import").arg(&no_project).arg(folder.path().join("x.csv")).assert().code(2);
}

/// A short seeded version; raise `INNSPILL_MUTATIONS` for the long one.
#[test]
fn mutated_files_are_refused_or_read_but_never_bring_it_down() {
    let rounds: u64 = std::env::var("INNSPILL_MUTATIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(1_500);
    let mut random = innspill::cluster::random::Random::new(11);
    let mut workbook = rust_xlsxwriter::Workbook::new();
    workbook.add_worksheet().write_string(0, 0, "svar-id").unwrap();
    let originals = [qdpx(), workbook.save_to_buffer().unwrap()];
    let qdc = b"<CodeBook><Codes><Code guid='a' name='x' isCodable='true'/></Codes></CodeBook>".to_vec();
    let (mut read, mut refused) = (0, 0);
    for round in 0..rounds {
        let mutate = |bytes: &[u8], random: &mut innspill::cluster::random::Random| {
            let mut bytes = bytes.to_vec();
            for _ in 0..=random.below(4) {
                let at = random.below(bytes.len());
                match random.below(4) {
                    0 => bytes[at] = random.below(256) as u8,
                    1 => bytes.truncate(at.max(1)),
                    2 => bytes.insert(at, random.below(256) as u8),
                    _ => {
                        let copied = bytes[at..(at + random.below(60)).min(bytes.len())].to_vec();
                        bytes.splice(at..at, copied);
                    }
                }
            }
            bytes
        };
        let outcome = match round % 3 {
            0 => read_qdpx("x.qdpx", &mutate(&originals[0], &mut random)).is_ok(),
            1 => read_workbook("x.xlsx", &mutate(&originals[1], &mut random)).is_ok(),
            _ => read_qdc("x.qdc", &mutate(&qdc, &mut random)).is_ok(),
        };
        if outcome { read += 1 } else { refused += 1 }
    }
    assert!(read > 0 && refused > 0, "{read} read, {refused} refused");
}

#[test]
fn an_archive_that_unpacks_to_too_much_is_refused() {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let zeros = vec![b' '; 1 << 20];
    for number in 0..300 {
        writer.start_file(format!("sources/{number}.txt"), zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(&zeros).unwrap();
    }
    let bytes = writer.finish().unwrap().into_inner();
    assert!(bytes.len() < 1 << 20, "small when packed");
    assert!(read_qdpx("bomb.qdpx", &bytes).unwrap_err().to_string().contains("256 MB"));
}
