//! Survey tools' exports are read as they are: kinds of columns, questions, groups, times, and what is left out. The
//! fixtures were written for these tests; see their README.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use innspill::ingest::{IngestError, Input, ReadOptions, SurveyTool, open_stream, read_inputs};
use jiff::civil::date;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/survey_tools").join(name)
}

fn read_path(path: PathBuf) -> Result<Input, IngestError> {
    let options = ReadOptions { key: b"key".to_vec(), ..ReadOptions::default() };
    let input = read_inputs(&[path], &options)?;
    assert_eq!(input.units(), input.answers.len() + input.duplicates.len() + input.rejects.len() + input.skipped.len());
    assert_eq!(input.rejects, [], "no fixture holds a bad row");
    Ok(input)
}

fn read(name: &str) -> Input {
    let input = read_path(fixture(name)).unwrap();
    assert_no_person(&input);
    input
}

/// No invented name, address or network number may get past the reading.
fn assert_no_person(input: &Input) {
    let everything = format!("{:?}", input.answers);
    for personal in ["@eksempel", "Kari", "Ola Eks", "192.0.2", "10.7", "Storgata", "tok8fjA"] {
        assert!(!everything.contains(personal), "{personal} was read");
    }
}

/// A fixture with one part of its text replaced, as the file that a test may read.
fn changed(name: &str, from: &str, to: &str) -> (tempfile::TempDir, PathBuf) {
    let text = fs::read_to_string(fixture(name)).unwrap();
    assert!(text.contains(from));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, text.replacen(from, to, 1)).unwrap();
    (folder, path)
}

fn texts(input: &Input) -> Vec<&str> {
    input.answers.iter().map(|answer| answer.text.as_str()).collect()
}

fn questions(input: &Input) -> Vec<&str> {
    input.answers.iter().map(|answer| answer.question.as_deref().unwrap_or("")).collect()
}

fn group<'a>(input: &'a Input, answer: usize, name: &str) -> &'a str {
    input.answers[answer].groups.get(name).map_or("", String::as_str)
}

fn kept(input: &Input, answer: usize) -> BTreeMap<&str, &str> {
    input.answers[answer].kept.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

fn tool(input: &Input) -> Option<SurveyTool> {
    input.files[0].tool
}

fn respondents(input: &Input) -> usize {
    let distinct: std::collections::BTreeSet<_> =
        input.answers.iter().map(|answer| answer.respondent.as_ref().expect("a respondent")).collect();
    distinct.len()
}

#[test]
fn nettskjema_is_unfolded_with_its_groups_and_norwegian_dates() {
    let input = read("nettskjema.csv");
    assert_eq!(tool(&input), Some(SurveyTool::Nettskjema));
    let wish = "Hva er ditt viktigste ønske for innovasjon i offentlig sektor?";
    let hindrance = "Hva hindrer deg i hverdagen?";
    let other = "Hvilken sektor jobber du i? – Annet, spesifiser";
    assert_eq!(questions(&input), [wish, hindrance, wish, other, wish, hindrance, wish, hindrance]);
    assert_eq!(texts(&input)[3], "Studentsamskipnad");
    assert_eq!(group(&input, 0, "Hvilken sektor jobber du i?"), "Kommune");
    assert_eq!(input.answers[0].time, Some(date(2025, 11, 3).at(9, 15, 0, 0)));
    assert_eq!(kept(&input, 0)["Hvor fornøyd er du, fra 1 til 5?"], "4");
    assert_eq!(respondents(&input), 4);
    assert_eq!(input.files[0].dropped().collect::<Vec<_>>(), ["E-postadresse"]);
    assert!(input.notes.iter().any(|note| note.contains("E-postadresse")), "{:?}", input.notes);
}

#[test]
fn ids_of_a_tool_are_pseudonyms_in_a_project_and_as_given_in_a_stream() {
    let input = read("nettskjema.csv");
    assert!(input.answers.iter().all(|answer| !answer.id.0.contains("31000")), "{}", input.answers[0].id.0);
    let mut stream = open_stream(&fixture("nettskjema.csv"), None, &ReadOptions::default()).unwrap();
    let first = stream.find_map(|unit| match unit {
        innspill::ingest::Unit::Answer(answer) => Some(answer),
        _ => None,
    });
    assert!(first.unwrap().id.0.starts_with("31000101:"));
}

#[test]
fn settings_name_columns_by_header_or_by_question_and_win() {
    let mut options = ReadOptions { key: b"key".to_vec(), ..ReadOptions::default() };
    options.source.columns.text = vec!["What gets in your way?".into()];
    options.source.columns.id = Some("ResponseId".into());
    let input = read_inputs(&[fixture("qualtrics.csv")], &options).unwrap();
    assert_eq!(texts(&input), ["Too many forms.", "Budgets that are locked for a year."]);
    assert_eq!(input.answers[0].id.0, "R_1AbCdEfGhIjKlMn");
}

/// The workbook that Microsoft Forms would have written, out of the fixture's rows.
fn microsoft_forms(folder: &Path) -> PathBuf {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let when = rust_xlsxwriter::Format::new().set_num_format("m/d/yy h:mm:ss");
    let sheet = workbook.add_worksheet();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(fixture("microsoft_forms.csv")).unwrap();
    for (row, record) in (0..).zip(reader.records().map(Result::unwrap)) {
        for (column, cell) in (0..).zip(record.iter()) {
            match rust_xlsxwriter::ExcelDateTime::parse_from_str(cell) {
                Ok(moment) if row > 0 && (1..3).contains(&column) => {
                    sheet.write_with_format(row, column, &moment, &when).unwrap();
                }
                _ if !cell.is_empty() => {
                    sheet.write(row, column, cell).unwrap();
                }
                _ => {}
            }
        }
    }
    let path = folder.join("Skjema.xlsx");
    workbook.save(&path).unwrap();
    path
}

#[test]
fn microsoft_forms_is_read_as_workbook_and_as_csv() {
    let folder = tempfile::tempdir().unwrap();
    for input in [read_path(microsoft_forms(folder.path())).unwrap(), read("microsoft_forms.csv")] {
        assert_no_person(&input);
        assert_eq!(tool(&input), Some(SurveyTool::MicrosoftForms));
        assert_eq!(
            texts(&input),
            [
                "Mer tid til utvikling",
                "Færre skjemaer og mer samarbeid",
                "Takk for at dere spør!",
                "Ledere som tør å prøve noe nytt"
            ]
        );
        assert_eq!(questions(&input)[2], "Andre kommentarer");
        assert_eq!(group(&input, 0, "Hvilken sektor jobber du i?"), "Kommune");
        assert_eq!(kept(&input, 0)["Hvilke verktøy bruker du?"], "Teams;Word;");
        assert_eq!(input.answers[0].time, Some(date(2025, 11, 3).at(9, 15, 30, 0)));
        assert_eq!(input.files[0].dropped().collect::<Vec<_>>(), ["E-postadresse", "Navn"]);
        assert_eq!(respondents(&input), 3);
    }
}

#[test]
fn google_forms_is_read_with_its_own_way_of_writing_times() {
    let input = read("google_forms.csv");
    assert_eq!(tool(&input), Some(SurveyTool::GoogleForms));
    assert_eq!(questions(&input)[0], "Hva bør meldingen ta opp?");
    assert_eq!(input.answers.len(), 4);
    assert_eq!(input.answers[1].time, Some(date(2025, 11, 3).at(14, 30, 0, 0)));
    assert_eq!(group(&input, 0, "Hvilken sektor jobber du i?"), "Kommune");
    let other = input.answers.last().unwrap();
    assert_eq!(other.question.as_deref(), Some("Hvor enig er du? – Annet, vennligst spesifiser"));
    assert_eq!(kept(&input, 0)["Hvor enig er du? [Vi tør å feile]"], "Litt enig");
    assert_eq!(input.files[0].dropped().collect::<Vec<_>>(), ["Email Address"]);
}

#[test]
fn surveyxact_is_read_without_its_status_variables() {
    let input = read("surveyxact.csv");
    assert_eq!(tool(&input), Some(SurveyTool::SurveyXact));
    assert_eq!(texts(&input), ["Dobbel rapportering i to systemer.", "Møter uten plan eller mål."]);
    assert_eq!(questions(&input)[0], "Hva er den viktigste tidstyven din?");
    assert_eq!(group(&input, 0, "Hvilken etat jobber du i?"), "Skogdirektoratet");
    assert_eq!(input.answers[0].time, Some(date(2025, 11, 3).at(9, 20, 0, 0)));
    assert_eq!(kept(&input, 0)["statoverall_4"], "1");
    assert!(!kept(&input, 0).contains_key("statinternal_1"));
    assert_eq!(input.skipped.len(), 1, "the unfinished answer is an empty cell");
}

#[test]
fn qualtrics_is_read_below_its_three_header_rows_with_the_questions_words() {
    let input = read("qualtrics.csv");
    assert_eq!(tool(&input), Some(SurveyTool::Qualtrics));
    let address = "What should the white paper address? Please write freely.";
    let way = "What gets in your way?";
    let other = "Which sector do you work in? – Other, please specify";
    assert_eq!(questions(&input), [address, way, address, other, address, way]);
    assert_eq!(texts(&input)[0], "Break down the silos between agencies.");
    assert_eq!(group(&input, 0, "Which sector do you work in? - Selected Choice"), "Municipality");
    assert_eq!(input.answers[0].time, Some(date(2025, 11, 3).at(9, 15, 1, 0)));
    assert_eq!(input.answers[0].place.row, 6, "the line of the file, with a line break in the headers");
    assert_eq!(kept(&input, 0)["Finished"], "True");
    assert_eq!(
        input.files[0].dropped().collect::<Vec<_>>(),
        [
            "IPAddress",
            "RecipientLastName",
            "RecipientFirstName",
            "RecipientEmail",
            "LocationLatitude",
            "LocationLongitude"
        ]
    );
}

#[test]
fn limesurvey_is_read_by_code_and_text() {
    let input = read("limesurvey.csv");
    assert_eq!(tool(&input), Some(SurveyTool::LimeSurvey));
    let wish = "Hva er ditt viktigste ønske?";
    let other = "Hvilken rolle har du? – Annet";
    assert_eq!(questions(&input), [wish, "Hva hindrer deg?", wish, other, wish, "Hva hindrer deg?"]);
    assert_eq!(group(&input, 0, "Hvilken rolle har du?"), "Leder");
    assert_eq!(kept(&input, 0)["Hva bruker du? [Skjema]"], "Ja");
    assert_eq!(input.answers[0].time, Some(date(2025, 11, 3).at(9, 15, 0, 0)));
    assert_eq!(respondents(&input), 3);
    assert!(input.answers.iter().all(|answer| answer.respondent.as_ref().unwrap().0.starts_with("p-")));
}

#[test]
fn decidim_proposals_comments_and_surveys_are_read() {
    let proposals = read("decidim_proposals.csv");
    assert_eq!(tool(&proposals), Some(SurveyTool::Decidim));
    assert_eq!(texts(&proposals)[1], "La biblioteket være åpent på kveldstid.");
    assert_eq!(group(&proposals, 0, "scope/name/nb"), "Nord");
    assert_eq!(kept(&proposals, 0)["title/nb"], "Flere sykkelstier");
    assert_eq!(proposals.answers[0].time, Some(date(2025, 11, 3).at(9, 15, 0, 0)));

    let comments = read("decidim_comments.csv");
    assert_eq!(comments.answers.len(), 3);
    assert_eq!(respondents(&comments), 2, "one author wrote twice");
    assert_eq!(comments.files[0].dropped().collect::<Vec<_>>(), ["author/name"]);

    let survey = read("decidim_survey.csv");
    assert_eq!(questions(&survey), ["Hva bør byen satse på?"; 3]);
    assert_eq!(group(&survey, 2, "Hvilken bydel bor du i?"), "Nord");
    assert_eq!(survey.answers[0].time, Some(date(2025, 11, 3).at(9, 15, 0, 0)));
}

#[test]
fn polis_comments_are_read_and_its_votes_say_which_file_to_read() {
    let input = read("polis_comments.csv");
    assert_eq!(tool(&input), Some(SurveyTool::Polis));
    assert_eq!(texts(&input)[1], "Citizens should be asked early, not late.");
    assert_eq!(input.answers[0].time, Some(date(2025, 11, 3).at(8, 15, 0, 0)));
    assert_eq!(kept(&input, 0)["agrees"], "12");
    assert_eq!(respondents(&input), 2);
    assert!(input.answers.iter().all(|answer| answer.respondent.as_ref().unwrap().0.starts_with("p-")));
    let error = read_path(fixture("polis_votes.csv")).unwrap_err().to_string();
    assert!(error.contains("\"comment-body\"") && error.contains("comments.csv"), "{error}");
}

#[test]
fn a_wrong_layout_is_one_line_that_names_the_column_and_exit_2() {
    let text = fs::read_to_string(fixture("qualtrics.csv")).unwrap();
    let import_ids = text.lines().position(|line| line.contains("ImportId")).unwrap();
    let data: Vec<&str> = text.lines().skip(import_ids + 1).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("qualtrics.csv");
    fs::write(&path, format!("{}\n{}\n", text.lines().next().unwrap(), data.join("\n"))).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_innspill"));
    let output = command.args(["tag", path.to_str().unwrap(), "--output", "-", "--quiet"]).assert().code(2);
    let errors = String::from_utf8(output.get_output().stderr.clone()).unwrap();
    assert!(errors.contains("Qualtrics") && errors.contains("\"StartDate\""), "{errors}");
    assert_eq!(errors.lines().count(), 1, "{errors}");

    let (_folder, path) = changed("decidim_proposals.csv", "body/nb", "innhold/nb");
    let error = read_path(path).unwrap_err().to_string();
    assert!(error.contains("Decidim") && error.contains("\"body\"") && !error.contains('\n'), "{error}");

    let (_folder, path) = changed("qualtrics.csv", r#""{""ImportId"":""QID3_TEXT""}""#, "x");
    let error = read_path(path).unwrap_err().to_string();
    assert!(error.contains("\"Q3\""), "{error}");
}

/// Each tool's export as somebody saves it who leaves the texts out.
#[test]
fn an_export_without_its_texts_is_one_line_that_names_its_columns() {
    for (name, texts, named) in [
        ("nettskjema.csv", &["Hva er ditt", "Hva hindrer", "Annet,"][..], "$submission_id"),
        ("microsoft_forms.csv", &["Hva er ditt", "Andre kommentarer"], "Starttidspunkt"),
        ("google_forms.csv", &["Hva bør", "Annet,"], "Timestamp"),
        ("surveyxact.csv", &["Hva er den viktigste"], "respondentid"),
        ("limesurvey.csv", &["G1Q1", "G1Q2[other]", "G1Q4"], "submitdate"),
        ("decidim_proposals.csv", &["body/nb"], "\"body\""),
        ("decidim_comments.csv", &["body"], "\"body\""),
        ("decidim_survey.csv", &["1. Hva"], "Answered on"),
        ("polis_comments.csv", &["comment-body"], "\"comment-body\""),
    ] {
        let text = fs::read_to_string(fixture(name)).unwrap();
        let delimiter = if text.lines().next().unwrap().contains(';') { b';' } else { b',' };
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).from_reader(text.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let is_text = |column: &usize| texts.iter().any(|text| rows[0][*column].starts_with(text));
        let left: Vec<usize> = (0..rows[0].len()).filter(|column| !is_text(column)).collect();
        assert!(left.len() < rows[0].len(), "{name}");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_path(&path).unwrap();
        for row in &rows {
            writer.write_record(left.iter().map(|&column| &row[column])).unwrap();
        }
        writer.flush().unwrap();
        let error = read_path(path).unwrap_err().to_string();
        assert!(error.contains(named) && !error.contains('\n'), "{name}: {error}");
    }
}

#[test]
fn a_newer_layout_is_read_and_one_line_names_the_column_that_is_new_or_gone() {
    for (name, from, to, column) in [
        ("nettskjema.csv", "$answer_time_ms", "$device_type", "$device_type"),
        ("nettskjema.csv", "$created", "Opprettet", "$created"),
        ("microsoft_forms.csv", "Tidspunkt for siste endring", "Tidspunkt for siste endring", ""),
        ("microsoft_forms.csv", "Navn,Tidspunkt", "Enhetskode,Tidspunkt", "Enhetskode"),
        ("surveyxact.csv", "statinternal_1", "statdevice_1", "statdevice_1"),
        ("surveyxact.csv", ";closetime;", ";lukket;", "closetime"),
        ("qualtrics.csv", "RecordedDate", "SavedDate", "RecordedDate"),
        ("limesurvey.csv", "submitdate. Date submitted", "sent. Sent", "submitdate"),
        ("decidim_proposals.csv", "published_at", "presented", "published_at"),
        ("decidim_comments.csv", "created_at", "made", "created_at"),
        ("polis_comments.csv", "timestamp,datetime", "a,b", "datetime"),
        ("polis_comments.csv", "author-id", "writer", "author-id"),
        ("google_forms.csv", "Email Address", "Poengsum", ""),
    ] {
        let (_folder, path) = changed(name, from, to);
        let input = read_path(path).unwrap();
        assert!(input.answers.len() >= 2, "{name}");
        let named = input.notes.iter().filter(|note| note.contains(&format!("column \"{column}\""))).count();
        assert_eq!(named, usize::from(!column.is_empty()), "{name} {column}: {:?}", input.notes);
    }
}

#[test]
fn questions_that_stand_by_their_codes_are_read_and_a_line_says_so() {
    let csv = "$submission_id;$created;$answer_time_ms;sektor;tidstyv\n\
               1;03.11.2025 09:15;1;Stat;Vi fyller ut de samme skjemaene to ganger\n\
               2;03.11.2025 09:25;1;Stat;Møter uten mål og mening\n";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("koder.csv");
    fs::write(&path, csv).unwrap();
    let input = read_path(path).unwrap();
    assert_eq!(questions(&input), ["tidstyv"; 2]);
    assert!(input.notes.iter().any(|note| note.contains("\"sektor\"") && note.contains("codes")), "{:?}", input.notes);
}

#[test]
fn a_sheet_that_no_tool_wrote_is_taken_for_none_of_them() {
    for header in [
        "id,text,group",
        "ID;Navn;E-post;Hva er ditt viktigste ønske?",
        "timestamp,text,user id",
        "Timestamp,text,bord",
        "id,created_at,body,author",
        "Dato;Svar;Bord",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ark.csv");
        let delimiter = if header.contains(';') { ";" } else { "," };
        let cells = header.split(delimiter).count();
        let row = |number: usize| vec![format!("Mer tid til utvikling nummer {number}"); cells].join(delimiter);
        fs::write(&path, format!("{header}\n{}\n{}\n", row(1), row(2))).unwrap();
        let input = read_inputs(&[path], &ReadOptions::default()).unwrap();
        assert_eq!(tool(&input), None, "{header}");
    }
}
