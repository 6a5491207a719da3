//! Laws of the files for QDA tools: places are right, ids are unique and lead somewhere, bytes stay the same.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::Event;

use super::documents::{answers_in, document, outlines};
use super::*;
use crate::codebook::Level;
use crate::export::fixture;
use crate::review::code_name::CodeName;
use crate::review::{Note, NoteOn};
use crate::span::Span;

/// Texts that have tripped others: letters beyond ASCII, signs beyond 16 bits, joined marks, all line ends.
const HARD: [&str; 6] = [
    "Færre siloer 🙂 på tvers.\nSlå sammen",
    "a\u{30a}pne siloer e\u{301}n gang",
    "linje en\r\nlinje to siloer\rlinje tre",
    "\u{feff}merke først, siloer så",
    "ikke\u{a0}brytende 👩‍👩‍👧 siloer",
    "=== 7 ===\nsiloer\n\n",
];

fn hard_analysis() -> crate::record::Analysis {
    let mut analysis = fixture::analysis(60);
    for (record, text) in analysis.records.iter_mut().zip(HARD) {
        record.shown = text.to_owned();
        record.answer.text = text.to_owned();
        record.tagging = fixture::analysis(1).records[0].tagging.clone();
        let at = text.find("siloer").unwrap();
        let start = u32::try_from(text[..at].chars().count()).unwrap();
        let span = Span { start, end: start + 6 };
        record.tagging.topics[0].spans = vec![span];
        record.tagging.verdicts[0].spans = vec![span];
        record.tagging.patterns[0].spans = vec![span];
    }
    analysis
}

fn project<'a>(
    analysis: &'a crate::record::Analysis,
    codebook: &'a crate::codebook::Codebook,
    description: &'a crate::run_description::RunDescription,
    unit: DocumentUnit,
) -> QdaProject<'a> {
    QdaProject { analysis, codebook, description, language: crate::text::Language::Nb, unit }
}

fn written(analysis: &crate::record::Analysis, unit: DocumentUnit) -> (Vec<u8>, QdaWritten) {
    let (codebook, description) = (fixture::codebook(), fixture::description());
    let mut bytes = Cursor::new(Vec::new());
    let done = write_project(&project(analysis, &codebook, &description, unit), &mut bytes).unwrap();
    (bytes.into_inner(), done)
}

fn files(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut files = BTreeMap::new();
    for position in 0..archive.len() {
        let mut file = archive.by_index(position).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        files.insert(file.name().unwrap().into_owned(), text);
    }
    files
}

/// Every element with its attributes, in order.
fn elements(xml: &str) -> Vec<(String, BTreeMap<String, String>)> {
    let mut reader = Reader::from_str(xml);
    let mut found = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) | Event::Empty(start) => {
                let name = start.name().as_ref().to_owned();
                let attributes = start
                    .attributes()
                    .map(|attribute| {
                        let attribute = attribute.unwrap();
                        let value = quick_xml::escape::unescape(&attribute.value).unwrap().into_owned();
                        (attribute.key.as_ref().to_owned(), value)
                    })
                    .collect();
                found.push((name, attributes));
            }
            Event::Eof => return found,
            _ => {}
        }
    }
}

/// A selection's answer: its name is the line, then the answer's id.
fn answer_of(element: &BTreeMap<String, String>) -> &str {
    element["name"].split_once(' ').unwrap().1
}

fn slice(text: &str, element: &BTreeMap<String, String>) -> String {
    let start: usize = element["startPosition"].parse().unwrap();
    let end: usize = element["endPosition"].parse().unwrap();
    text.chars().skip(start).take(end - start).collect()
}

#[test]
fn what_a_coding_covers_is_its_evidence_whatever_the_text_is_made_of() {
    for unit in [DocumentUnit::Group, DocumentUnit::Answer] {
        let analysis = hard_analysis();
        let (bytes, done) = written(&analysis, unit);
        let files = files(&bytes);
        let mut text = "";
        let mut hard = 0;
        for (name, attributes) in &elements(&files["project.qde"]) {
            if name == "TextSource" {
                let path = attributes["plainTextPath"].strip_prefix("internal://").unwrap();
                text = &files[&format!("sources/{path}")];
                assert!(!text.contains('\r') && !text.starts_with('\u{feff}'));
            }
            if name == "PlainTextSelection" {
                let record =
                    analysis.records.iter().find(|record| record.answer.id.0 == answer_of(attributes)).unwrap();
                let covered = slice(text, attributes);
                let start: usize = attributes["startPosition"].parse().unwrap();
                let line = text.chars().take(start).filter(|character| *character == '\n').count();
                assert!(attributes["name"].starts_with(&format!("line:{line} ")));
                let tagging = &record.tagging;
                let spans = tagging.topics.iter().chain(&tagging.patterns).flat_map(|tag| &tag.spans);
                let evidence: Vec<&str> = spans.map(|span| span.slice(&record.shown)).collect();
                assert!(evidence.contains(&covered.as_str()), "{covered:?} of {:?}", record.answer.id);
                hard += usize::from(covered == "siloer");
            }
        }
        // Topic, claim A and pattern on each of the six.
        assert_eq!(hard, 18);
        assert!(done.codings > hard);
    }
}

#[test]
fn every_id_is_one_things_own_and_every_reference_leads_to_one() {
    for unit in [DocumentUnit::Group, DocumentUnit::Answer] {
        let (bytes, _) = written(&hard_analysis(), unit);
        let elements = elements(&files(&bytes)["project.qde"]);
        let mut ids = BTreeSet::new();
        for (name, attributes) in &elements {
            if let Some(id) = attributes.get("guid") {
                assert!(ids.insert(id.clone()), "{name} {id} twice");
            }
        }
        for (name, attributes) in &elements {
            for key in ["targetGUID", "originGUID", "creatingUser", "creatingUserGUID"] {
                if let Some(target) = attributes.get(key) {
                    assert!(ids.contains(target), "{name} leads nowhere");
                }
            }
        }
        for sort in ["Code", "TextSource", "Case", "Variable", "Set"] {
            let mut names: Vec<&String> =
                elements.iter().filter(|(name, _)| name == sort).map(|(_, of)| &of["name"]).collect();
            let all = names.len();
            names.sort();
            names.dedup();
            assert!(all > 0 && names.len() == all, "{sort}: names are not unique");
        }
    }
}

#[test]
fn headings_hold_no_coding_and_every_coded_answer_is_in() {
    let analysis = fixture::analysis(60);
    let (bytes, done) = written(&analysis, DocumentUnit::Group);
    let elements = elements(&files(&bytes)["project.qde"]);
    let headings: BTreeSet<&String> = (elements.iter())
        .filter(|(name, of)| name == "Code" && of["isCodable"] == "false")
        .map(|(_, of)| &of["guid"])
        .collect();
    assert_eq!(headings.len(), 3);
    assert!(elements.iter().filter(|(name, _)| name == "CodeRef").all(|(_, of)| !headings.contains(&of["targetGUID"])));
    let coded: BTreeSet<&str> =
        elements.iter().filter(|(name, _)| name == "PlainTextSelection").map(|(_, of)| answer_of(of)).collect();
    let expected = analysis.records.iter().filter(|record| !record.tagging.topics.is_empty()).count();
    assert_eq!(coded.len(), expected);
    assert_eq!(done.documents, 7, "a document for each table");
    assert_eq!(done.codings, elements.iter().filter(|(name, _)| name == "Coding").count());
}

#[test]
fn the_same_material_gives_the_same_bytes_and_names_keep_their_ids() {
    let analysis = hard_analysis();
    assert!(written(&analysis, DocumentUnit::Group).0 == written(&analysis, DocumentUnit::Group).0);
    let ids = |analysis: &crate::record::Analysis| -> BTreeSet<String> {
        let (bytes, _) = written(analysis, DocumentUnit::Answer);
        let elements = elements(&files(&bytes)["project.qde"]);
        elements
            .into_iter()
            .filter(|(name, _)| name != "Project")
            .filter_map(|(_, of)| of.get("guid").cloned())
            .collect()
    };
    let fewer = crate::export::selection::keep(&analysis, |record| record.answer.id.0 != "xq-0");
    let (all, rest) = (ids(&analysis), ids(&fewer));
    assert!(rest.is_subset(&all) && rest.len() < all.len());
}

#[test]
fn an_answer_without_codes_and_a_material_without_answers_are_valid_too() {
    let (bytes, done) = written(&crate::record::Analysis::default(), DocumentUnit::Group);
    let elements = elements(&files(&bytes)["project.qde"]);
    assert_eq!(done, QdaWritten::default());
    for list in ["Sources", "Cases", "Sets", "Variables"] {
        assert!(!elements.iter().any(|(name, _)| name == list), "an empty {list} is not valid");
    }
}

#[test]
fn what_a_person_set_and_noted_carries_the_person() {
    let mut analysis = fixture::analysis(12);
    let silos = CodeName::new(Level::Topic, "collaboration/silos");
    analysis.review.set_by.insert(0, BTreeMap::from([(silos, "Kari".to_owned())]));
    let note = |on, key: &str| Note {
        on,
        key: key.to_owned(),
        note: "Se på denne".to_owned(),
        who: "Ola".to_owned(),
        when: String::new(),
        line: 2,
    };
    analysis.review.notes = vec![note(NoteOn::Cluster, "11"), note(NoteOn::Answer, "xq-3")];
    let (bytes, _) = written(&analysis, DocumentUnit::Group);
    let files = files(&bytes);
    let elements = elements(&files["project.qde"]);
    let users: BTreeMap<&str, &str> = (elements.iter())
        .filter(|(name, _)| name == "User")
        .map(|(_, of)| (of["name"].as_str(), of["guid"].as_str()))
        .collect();
    let of_kari = elements.iter().filter(|(name, of)| name == "Coding" && of["creatingUser"] == users["Kari"]).count();
    // The topic and its claim; the pattern and the other answers are the machine's.
    assert_eq!(of_kari, 2);
    let notes: Vec<_> =
        elements.iter().filter(|(name, of)| name == "Note" && of["creatingUser"] == users["Ola"]).collect();
    assert_eq!(notes.len(), 2);
    let path = notes[0].1["plainTextPath"].strip_prefix("internal://").unwrap();
    assert_eq!(files[&format!("sources/{path}")], "Se på denne");
    let members: Vec<_> = elements.iter().filter(|(name, _)| name == "MemberNote").collect();
    assert!(members.len() == 1 && members[0].1["targetGUID"] == notes[0].1["guid"]);
}

#[test]
fn the_lines_above_the_answers_lead_back_to_them() {
    let analysis = fixture::analysis(60);
    let (codebook, description) = (fixture::codebook(), fixture::description());
    let project = project(&analysis, &codebook, &description, DocumentUnit::Group);
    for outline in outlines(&project) {
        let document = document(&project, &outline);
        let found = answers_in(&document.text);
        let expected: Vec<(String, Span)> = (document.answers.iter())
            .map(|placed| (analysis.records[placed.row].answer.id.0.clone(), placed.place))
            .collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn documents_come_in_the_order_that_people_count_in() {
    let mut analysis = fixture::analysis(24);
    for (row, record) in analysis.records.iter_mut().enumerate() {
        record.answer.groups.insert("bord".to_owned(), format!("Bord {}", row + 1));
    }
    analysis.records[3].answer.groups.remove("bord");
    let (codebook, description) = (fixture::codebook(), fixture::description());
    let names: Vec<String> = outlines(&project(&analysis, &codebook, &description, DocumentUnit::Group))
        .into_iter()
        .map(|outline| outline.name)
        .collect();
    assert_eq!(names[..3], ["bord Bord 1", "bord Bord 2", "bord Bord 3"]);
    assert_eq!(names.last().unwrap(), "uten bord");
}

#[test]
fn a_codebook_file_names_every_code_once() {
    let mut output = Vec::new();
    write_codebook(&fixture::codebook(), crate::text::Language::En, &mut output).unwrap();
    let text = String::from_utf8(output).unwrap();
    let elements = elements(&text);
    let names: Vec<&String> = elements.iter().filter(|(name, _)| name == "Code").map(|(_, of)| &of["name"]).collect();
    assert!(names.iter().any(|name| *name == "T1.1 Silos"), "{names:?}");
    assert!(names.iter().any(|name| *name == "T2.1 B: rejects A"), "{names:?}");
    let ids: BTreeSet<&String> =
        elements.iter().filter(|(name, _)| name == "Code").map(|(_, of)| &of["guid"]).collect();
    let members: Vec<_> = elements.iter().filter(|(name, _)| name == "MemberCode").collect();
    assert!(members.len() == 5 && members.iter().all(|(_, of)| ids.contains(&of["guid"])));
}
