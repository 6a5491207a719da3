//! `innspill sample` and the check set it brings back: drawn by seed, read back, and honest about what it is worth.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use innspill::answer::{AnswerId, Kind};
use innspill::codebook::{Codebook, Level};
use innspill::record::{Analysis, Record};
use innspill::review::check_set::{CheckedAnswer, Said};
use innspill::review::code_name::CodeName;
use innspill::review::estimates::estimate;
use innspill::review::sample::draw;
use innspill::review::text_hash;
use innspill::review::xlsx::read_workbook;
use innspill::tag::{Input, Tagger, shipped};
use innspill::text::mend;

mod sample_copy;
use sample_copy::{innspill, sample_project, table};

fn gold() -> Vec<serde_json::Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/sample/gold.jsonl");
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What holds by the human coding: its own codes and what they imply.
fn truth(row: &serde_json::Value, codebook: &Codebook) -> BTreeSet<CodeName> {
    let list = |field: &str| -> Vec<String> {
        row[field].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned()).collect()
    };
    let mut codes = BTreeSet::new();
    for topic in list("topics") {
        codes.insert(CodeName::Theme(topic.split_once('/').unwrap().0.to_owned()));
        let implied = codebook.patterns.iter().filter(|pattern| pattern.implied_by.contains(&topic));
        codes.extend(implied.map(|pattern| CodeName::Pattern(pattern.id.clone())));
        codes.insert(CodeName::Topic(topic));
    }
    codes.extend(list("themes").into_iter().map(CodeName::Theme));
    codes.extend(list("patterns").into_iter().map(CodeName::Pattern));
    codes
}

/// The sample's answers as the machine codes them.
fn tagged(gold: &[serde_json::Value], codebook: &Codebook) -> Analysis {
    let encoder = innspill::encode::open(&"embedded".parse().unwrap()).unwrap();
    let model = shipped::shipped("embedded").unwrap();
    let described = model.as_ref().map(|model| model.header.described.clone()).unwrap_or_default();
    let mut tagger = Tagger::new(codebook.clone(), encoder, model, described).unwrap();
    let kinds: Vec<Kind> = gold.iter().map(|row| Kind(row["kind"].as_str().unwrap().to_owned())).collect();
    let texts: Vec<_> = gold.iter().map(|row| mend(row["text"].as_str().unwrap())).collect();
    let inputs: Vec<Input<'_>> =
        texts.iter().zip(&kinds).map(|(text, kind)| Input { text, kind: Some(kind) }).collect();
    let taggings = tagger.tag(&inputs).unwrap();
    let records = gold.iter().zip(taggings).zip(kinds).map(|((row, tagging), kind)| Record {
        answer: innspill::answer::Answer {
            id: AnswerId(format!("{}:{}", row["file"], row["row"])), // answers of plain text have no id
            text: row["text"].as_str().unwrap().to_owned(),
            kind: Some(kind),
            question: None,
            asked_under: None,
            phase: None,
            groups: BTreeMap::new(),
            respondent: None,
            time: None,
            kept: Vec::new(),
            place: innspill::answer::Place { file: "gold".into(), row: 1 },
        },
        shown: row["text"].as_str().unwrap().to_owned(),
        tagging,
        cluster: None,
        same_text_group: None,
        human_checked: false,
        quote_ok: false,
    });
    Analysis { records: records.collect(), thresholds: tagger.thresholds(), ..Analysis::default() }
}

fn has(record: &Record, code: &CodeName) -> bool {
    let tags = match code.level() {
        Level::Theme => &record.tagging.themes,
        Level::Topic => &record.tagging.topics,
        Level::Pattern => &record.tagging.patterns,
    };
    tags.iter().any(|tag| tag.code == code.code())
}

/// Two hundred check sets on the sample, filled in by a reader who codes as its gold does.
#[test]
fn corrected_shares_cover_the_true_ones_in_nine_of_ten_check_sets() {
    let gold = gold();
    let codebook = innspill::codebook::builtin().unwrap();
    let analysis = tagged(&gold, &codebook);
    let truths: Vec<BTreeSet<CodeName>> = gold.iter().map(|row| truth(row, &codebook)).collect();
    let content: Vec<usize> = (0..gold.len())
        .filter(|&row| analysis.records[row].tagging.outcome != innspill::tag::Outcome::NoContent)
        .collect();
    let codes: Vec<CodeName> =
        codebook.codes().into_iter().map(|entry| CodeName::new(entry.level, &entry.code)).collect();
    let share = |code: &CodeName| {
        content.iter().filter(|&&row| truths[row].contains(code)).count() as f64 / content.len() as f64
    };
    let true_shares: Vec<f64> = codes.iter().map(share).collect();
    let (mut covered, mut machine_error, mut corrected_error, mut all) = (0, 0.0, 0.0, 0);
    let mut by_code = vec![0_u32; codes.len()];
    let mut worst_set = 1.0_f64;
    const SETS: u64 = 200;
    for seed in 0..SETS {
        let checked: Vec<CheckedAnswer> = draw(&analysis, 150, seed)
            .into_iter()
            .map(|entry| {
                let record = &analysis.records[entry.row];
                // As a person does it: each code of the machine gets yes or no, and what is missing is named.
                let judged = codes.iter().filter(|code| has(record, code) || truths[entry.row].contains(code));
                let said = judged.map(|code| {
                    let said = if truths[entry.row].contains(code) { Said::Yes } else { Said::No };
                    (code.written(&codebook), said)
                });
                CheckedAnswer {
                    answer: record.answer.id.clone(),
                    text_hash: text_hash(&record.shown),
                    probability: entry.probability,
                    said: said.collect(),
                    who: "leser".to_owned(),
                    when: String::new(),
                    line: 2,
                }
            })
            .collect();
        assert_eq!(checked.len(), 150);
        let result = estimate(&analysis, &codebook, &checked, "checks.csv").0.unwrap();
        let mut in_this_set = 0;
        for (number, code) in codes.iter().enumerate() {
            let check = &result.codes[code];
            let corrected = check.corrected.unwrap();
            let inside = corrected.low - 1e-9 <= true_shares[number] && true_shares[number] <= corrected.high + 1e-9;
            covered += usize::from(inside);
            in_this_set += usize::from(inside);
            by_code[number] += u32::from(inside);
            machine_error += (check.machine_share - true_shares[number]).powi(2);
            corrected_error += (corrected.value - true_shares[number]).powi(2);
            all += 1;
        }
        worst_set = worst_set.min(in_this_set as f64 / codes.len() as f64);
    }
    let coverage = covered as f64 / all as f64;
    let (worst, times) = by_code.iter().enumerate().min_by_key(|(_, times)| **times).unwrap();
    let under = by_code.iter().filter(|&&times| times < 180).count();
    let root = |sum: f64| (sum / all as f64).sqrt();
    eprintln!(
        "coverage {coverage:.4} over {} codes x {SETS} sets; least by code {:.3} ({}); {under} codes under 0.90; \
         least by set {worst_set:.3}; root mean square error of the machine's shares {:.4}, corrected {:.4}",
        codes.len(),
        f64::from(*times) / SETS as f64,
        codes[worst].code(),
        root(machine_error),
        root(corrected_error),
    );
    assert!(coverage >= 0.93, "{coverage}");
    assert!(f64::from(*times) / SETS as f64 >= 0.85);
    assert!(under <= codes.len() / 10, "{under} codes under 0.90");
    assert!(corrected_error < machine_error);
}

fn sample(project: &Path, output: &Path, seed: &str) {
    let mut command = innspill();
    command.args(["sample", "--n", "60", "--seed", seed]).arg(project).arg("--output").arg(output);
    command.assert().success();
}

#[test]
fn a_check_set_is_drawn_by_seed_filled_in_and_brought_back() {
    let folder = tempfile::tempdir().unwrap();
    let project = sample_project(folder.path());
    let [first, second, third] = ["a.xlsx", "b.xlsx", "c.xlsx"].map(|name| folder.path().join(name));
    sample(&project, &first, "3");
    sample(&project, &second, "3");
    sample(&project, &third, "4");
    assert!(fs::read(&first).unwrap() == fs::read(&second).unwrap(), "the same seed gives the same bytes");
    assert!(fs::read(&first).unwrap() != fs::read(&third).unwrap());
    let mut again = innspill();
    again.args(["sample", "--n", "60"]).arg(&project).arg("--output").arg(&first).assert().code(2);
    let mut archive = zip::ZipArchive::new(fs::File::open(&first).unwrap()).unwrap();
    let mut xml = String::new();
    std::io::Read::read_to_string(&mut archive.by_name("xl/worksheets/sheet1.xml").unwrap(), &mut xml).unwrap();
    assert!(xml.contains("ja,nei,usikker") && xml.contains("koder!$A$2"), "drop-downs for answers and for codes");

    // Nothing filled in: one clear line.
    let import = |file: &Path, apply: bool| {
        let mut command = innspill();
        command.arg("import").arg(&project).arg(file).args(apply.then_some("--apply"));
        command
    };
    import(&first, false).assert().code(2);

    let filled = folder.path().join("fylt.xlsx");
    let answers = fill_in(&first, &filled);
    assert_eq!(answers.len(), 60);
    let looked = import(&filled, false).assert().success();
    let listed = String::from_utf8(looked.get_output().stdout.clone()).unwrap();
    assert!(listed.contains("60 answers read") && listed.contains("nothing is written"), "{listed}");
    assert!(!project.join("checks.csv").exists());
    import(&filled, true).assert().success();
    let checks = table(&project.join("checks.csv"));
    assert_eq!(checks.iter().filter(|row| row["said"] == "read").count(), 60);
    assert!(checks.iter().all(|row| row["who"] == "Åse"));

    innspill().args(["run", "--quiet"]).arg(&project).assert().success();
    let latest = project.join("out/latest");
    let manifest: serde_json::Value = serde_json::from_slice(&fs::read(latest.join("run.json")).unwrap()).unwrap();
    let check = manifest.pointer("/human_check").expect("the check stands in run.json");
    assert_eq!(check["answers"], 60);
    assert!(check["tags_right"].as_u64() < check["tags_set"].as_u64());
    let report = fs::read_to_string(latest.join("report.html")).unwrap();
    assert!(report.contains("Kontrollert av menneske: 60 tilfeldig valgte svar"));
    assert!(!report.contains("Ingen svar er kontrollert"));
    let marks: BTreeSet<String> = table(&latest.join("codebook.csv"))
        .into_iter()
        .filter(|row| ["theme", "topic", "pattern"].contains(&row["level"].as_str()))
        .map(|row| row["checked"].clone())
        .collect();
    assert!(marks.contains("kontrollert") && marks.contains("lite kontrollert"), "{marks:?}");
    let check = table(&latest.join("check.csv"));
    let silos = check.iter().find(|row| row["code"] == "collaboration/silos").unwrap();
    let number = |name: &str| silos[name].parse::<f64>().unwrap();
    assert!(number("low") <= number("corrected_share") && number("corrected_share") <= number("high"));
    let checked = table(&latest.join("answers.csv")).into_iter().filter(|row| row["human_checked"] == "1").count();
    assert_eq!(checked, 60);
    let first_no = &answers[0];
    let tags = table(&latest.join("tags.csv"));
    assert!(!tags.iter().any(|tag| tag["answer_id"] == first_no.0 && tag["code"] == first_no.1));
}

/// Every tag is right, but the first topic of every third answer; returns answers, with the topic of the wrong ones
/// first.
fn fill_in(from: &Path, to: &Path) -> Vec<(String, String)> {
    let sheets = read_workbook("a.xlsx", &fs::read(from).unwrap()).unwrap();
    let sheet = &sheets.iter().find(|sheet| sheet.name == "Kontroll").unwrap().sheet;
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let out = workbook.add_worksheet();
    out.set_name("Kontroll").unwrap();
    for (column, header) in (0_u16..).zip(&sheet.header) {
        out.write_string(0, column, header).unwrap();
    }
    let mut answers: Vec<(String, String)> = Vec::new();
    let mut wrong = Vec::new();
    for (number, row) in (1_u32..).zip(&sheet.rows) {
        for (column, cell) in (0_u16..).zip(&row.cells) {
            out.write_string(number, column, cell).unwrap();
        }
        let label = &row.cells[6];
        let new = answers.last().is_none_or(|(id, _)| *id != row.cells[0]);
        if new {
            answers.push((row.cells[0].clone(), String::new()));
        }
        let topic = label.contains('/') && new && answers.len().is_multiple_of(3);
        if topic {
            let code = label.rsplit_once('(').unwrap().1.trim_end_matches(')');
            wrong.push((row.cells[0].clone(), code.to_owned()));
        }
        let said = if topic || label == "Mangler det noe?" { "nei" } else { "ja" };
        out.write_string(number, 7, said).unwrap();
        out.write_string(number, 11, "Åse").unwrap();
    }
    workbook.save(to).unwrap();
    wrong.extend(answers.into_iter().filter(|(id, _)| !wrong.iter().any(|(other, _)| other == id)).collect::<Vec<_>>());
    wrong
}
