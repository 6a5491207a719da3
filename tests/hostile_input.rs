//! Every reader against mutated files: no panic, no hang, no file outside its folder, no memory without bound, every
//! unit accounted for. Each reader gets a few hundred mutations; `INNSPILL_MUTATIONS=10000` gives it that many, as
//! `scripts/soak` does. `INNSPILL_SEED` starts another series.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use innspill::ingest::{ReadOptions, open_stream, read_inputs};
use innspill::record::Analysis;
use innspill::review::qda_coding::qda_codings;
use innspill::review::qda_project::read_qdpx;
use innspill::review::xlsx::read_workbook;

/// Longer than any small file may take, also on a busy machine.
const SLOWEST: Duration = Duration::from_secs(30);

/// More megabytes than all readers at once may ever hold: the files are a few kilobytes.
const MOST_MEGABYTES: u64 = 2_048;

/// SplitMix64 (Steele, Lea and Flood 2014): small, seeded, the same everywhere.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(usual)
}

/// One to eight changes: bytes flipped, cut out, doubled, swapped, or replaced by what formats trip over.
fn mutate(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    const TRIPS: [&[u8]; 12] = [
        b"\0",
        b"\"",
        b"\xff\xfe",
        b"\r\n",
        b";",
        b"99999999999999999999",
        b"-1",
        b"<<",
        b"[[[[",
        b"]]>",
        b"\xc3",
        b"endstream",
    ];
    let mut mutated = bytes.to_vec();
    for _ in 0..=dice.below(8) {
        let at = dice.below(mutated.len());
        let length = dice.below(40).min(mutated.len() - at);
        match dice.below(6) {
            0 => {
                if let Some(byte) = mutated.get_mut(at) {
                    *byte ^= 1 << dice.below(8);
                }
            }
            1 => drop(mutated.drain(at..at + length)),
            2 => {
                let piece = mutated[at..at + length].to_vec();
                mutated.splice(at..at, piece);
            }
            3 => drop(mutated.splice(at..at + length.min(1), TRIPS[dice.below(TRIPS.len())].iter().copied())),
            4 => {
                let other = dice.below(mutated.len());
                mutated.swap_with(at, other);
            }
            _ => mutated.truncate(at.max(4)),
        }
        if mutated.is_empty() {
            return mutated;
        }
    }
    mutated
}

trait Swap {
    fn swap_with(&mut self, a: usize, b: usize);
}

impl Swap for Vec<u8> {
    fn swap_with(&mut self, a: usize, b: usize) {
        if a < self.len() && b < self.len() {
            self.swap(a, b);
        }
    }
}

/// The most that this process has held, where the system tells.
fn megabytes_held() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse::<u64>().ok().map(|kilobytes| kilobytes / 1024)
}

/// Everything in a folder, with the folders in it.
fn things_in(folder: &Path) -> usize {
    let things = fs::read_dir(folder).unwrap().map(|thing| thing.unwrap().path());
    things.map(|thing| 1 + if thing.is_dir() { things_in(&thing) } else { 0 }).sum()
}

/// The reader that a file's name asks for, and what else of ours reads such a file.
fn read(path: &Path) -> bool {
    let start = Instant::now();
    let ending = path.extension().unwrap().to_str().unwrap();
    let was_read = if ending == "qdpx" {
        let project = read_qdpx("x.qdpx", &fs::read(path).unwrap());
        project.is_ok_and(|project| {
            let codebook = innspill::codebook::builtin().unwrap();
            qda_codings(&project, &Analysis::default(), &codebook, "2026-11-03");
            !project.sources.is_empty()
        })
    } else {
        read_answers(path)
    };
    if ending == "xlsx" {
        let _ = read_workbook("x.xlsx", &fs::read(path).unwrap());
    }
    assert!(start.elapsed() < SLOWEST, "took {:?}", start.elapsed());
    was_read
}

/// Reads both ways; a panic fails the test, and so does a file that takes too long.
fn read_answers(path: &Path) -> bool {
    let mut was_read = false;
    if let Ok(input) = read_inputs(&[path.to_owned()], &ReadOptions::default()) {
        let parts = input.answers.len() + input.duplicates.len() + input.rejects.len() + input.skipped.len();
        assert_eq!(input.units(), parts);
        was_read = !input.answers.is_empty();
    }
    if let Ok(mut stream) = open_stream(path, None, &ReadOptions::default()) {
        let units = stream.by_ref().count();
        let counts = stream.counts();
        assert_eq!(units, counts.answers + counts.rejects + counts.skipped);
    }
    was_read
}

fn attack(name: &str, originals: &[Vec<u8>]) {
    let folder = tempfile::tempdir().unwrap();
    let path = below(folder.path()).join(name);
    for original in originals {
        fs::write(&path, original).unwrap();
        assert!(read(&path), "{name} reads as it is");
    }
    let (seed, rounds) = (number("INNSPILL_SEED", 1), number("INNSPILL_MUTATIONS", 200));
    for round in 0..rounds {
        let mut dice = Dice(seed.wrapping_mul(0x1000_0000).wrapping_add(round));
        let original = &originals[dice.below(originals.len())];
        fs::write(&path, mutate(original, &mut dice)).unwrap();
        read(&path);
        assert_eq!(things_in(folder.path()), 4, "nothing is written beside the input");
    }
    assert!(megabytes_held().is_none_or(|held| held < MOST_MEGABYTES), "{:?} MB", megabytes_held());
}

/// A folder some way down, so that names that lead upwards stay where they are counted.
fn below(folder: &Path) -> std::path::PathBuf {
    let below = folder.join("a/b/c");
    fs::create_dir_all(&below).unwrap();
    below
}

/// The same with the bytes inside the ZIP changed instead of the ZIP's own.
fn attack_inside(name: &str, entries: &[(&str, Vec<u8>)]) {
    let folder = tempfile::tempdir().unwrap();
    let path = below(folder.path()).join(name);
    for round in 0..number("INNSPILL_MUTATIONS", 200) {
        let mut dice = Dice(number("INNSPILL_SEED", 1).wrapping_mul(0x2000_0000).wrapping_add(round));
        let changed = dice.below(entries.len());
        let entries = entries.iter().enumerate().map(|(index, (path, bytes))| {
            (*path, if index == changed { mutate(bytes, &mut dice) } else { bytes.clone() })
        });
        let leading_out = [("../../ute.txt", b"ute".to_vec()), ("..\\ute.txt", b"ute".to_vec())];
        fs::write(&path, zipped(entries.chain(leading_out))).unwrap();
        read(&path);
        assert_eq!(things_in(folder.path()), 4, "nothing is written beside the input");
    }
    assert!(megabytes_held().is_none_or(|held| held < MOST_MEGABYTES), "{:?} MB", megabytes_held());
}

fn zipped<'a>(entries: impl IntoIterator<Item = (&'a str, Vec<u8>)>) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (path, bytes) in entries {
        zip.start_file(path, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn unzipped(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let count = zip.len();
    let entry = |index| {
        let mut entry = zip.by_index(index).unwrap();
        let mut bytes = Vec::new();
        std::io::copy(&mut entry, &mut bytes).unwrap();
        (entry.name().unwrap().into_owned(), bytes)
    };
    let count = 0..count;
    count.map(entry).collect()
}

fn fixture(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/survey_tools").join(name)).unwrap()
}

#[test]
fn mutated_csv_is_read_or_refused() {
    let windows =
        encoding_rs::WINDOWS_1252.encode("ID;Svar\r\n1;\"Færre\r\nsiloer\"\r\n2;Økt tillit\r\n").0.into_owned();
    let utf16: Vec<u8> = "\u{feff}id,text\n1,Færre siloer\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let names = ["nettskjema.csv", "qualtrics.csv", "limesurvey.csv", "google_forms.csv", "surveyxact.csv"];
    let more = ["decidim_comments.csv", "polis_comments.csv", "microsoft_forms.csv"];
    let mut originals: Vec<Vec<u8>> = names.into_iter().chain(more).map(fixture).collect();
    originals.extend([windows, utf16]);
    attack("a.csv", &originals);
}

#[test]
fn mutated_jsonl_is_read_or_refused() {
    let lines = br#"{"id":"1","text":"F\u00e6rre siloer","group":{"sektor":"stat"},"time":"2025-11-03T10:00:00Z"}
{"text":"Mer tid","labels":["a","b"],"nested":{"a":[1,2,{"b":null}]}}
"#;
    attack("a.jsonl", &[lines.to_vec(), br#"[{"text":"En"},{"text":"To","x":[[[]]]}]"#.to_vec()]);
}

#[test]
fn mutated_text_is_read_or_refused() {
    let prose = "Overskrift\n\nSkogen gir oss både ved og tømmer, og de fleste som bor i\nnærheten går tur der hver uke. Skog-\n\
                 brukere har lenge sagt det.\n\n- Mer bjørk\n- «Mindre» gran\n\n7\n";
    attack("a.txt", &[prose.as_bytes().to_vec(), b"en\nto\ntre\n".to_vec()]);
    attack("a.md", &[b"# Tittel\n\n- En\n- To\n\nTekst\n".to_vec()]);
}

fn workbook() -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    for (row, cells) in (0..).zip([["ID", "Svar", "Bord"], ["1", "Færre siloer", "3"], ["2", "Mer tid", "4"]]) {
        for (column, cell) in (0..).zip(cells) {
            sheet.write(row, column, cell).unwrap();
        }
    }
    sheet.write_formula(3, 1, rust_xlsxwriter::Formula::new("=1+1").set_result("2")).unwrap();
    sheet.merge_range(4, 0, 5, 0, "5", &rust_xlsxwriter::Format::new()).unwrap();
    workbook.save_to_buffer().unwrap()
}

#[test]
fn mutated_workbooks_are_read_or_refused() {
    let original = workbook();
    let entries = unzipped(&original);
    attack("a.xlsx", &[original]);
    let entries: Vec<(&str, Vec<u8>)> = entries.iter().map(|(path, bytes)| (path.as_str(), bytes.clone())).collect();
    attack_inside("a.xlsx", &entries);
}

const BODY: &str = r#"<?xml version="1.0"?><w:document xmlns:w="w"><w:body>
<w:p><w:pPr><w:pStyle w:val="h"/></w:pPr><w:r><w:t>Tittel</w:t></w:r></w:p>
<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>F&#230;rre siloer &amp; mer tid</w:t><w:tab/><w:br/></w:r></w:p>
<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Celle</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
<w:p><w:r><w:txbxContent><w:p><w:r><w:t>Boks</w:t></w:r></w:p></w:txbxContent></w:r></w:p>
</w:body></w:document>"#;

const STYLES: &str =
    r#"<w:styles><w:style w:styleId="h"><w:name w:val="heading 1"/><w:basedOn w:val="n"/></w:style></w:styles>"#;

#[test]
fn mutated_documents_are_read_or_refused() {
    let entries = [("word/document.xml", BODY.as_bytes().to_vec()), ("word/styles.xml", STYLES.as_bytes().to_vec())];
    attack("a.docx", &[zipped(entries.clone())]);
    attack_inside("a.docx", &entries);
}

/// A project as `innspill export` writes it, of answers with two groups, letters beyond ASCII and line breaks.
fn qda_project() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let [answers, tagged, project] = ["a.jsonl", "t.jsonl", "a.qdpx"].map(|name| folder.path().join(name));
    let lines = "{\"id\":\"1\",\"text\":\"Færre siloer 🙂\\nRiv siloene!\",\"group\":{\"bord\":\"Bord 1\"}}\n\
                 {\"id\":\"2\",\"text\":\"Ta i bruk kunstig intelligens\",\"group\":{\"bord\":\"Bord 2\"}}\n";
    fs::write(&answers, lines).unwrap();
    let run = |arguments: &[&std::ffi::OsStr]| {
        assert_cmd::Command::new(env!("CARGO_BIN_EXE_innspill")).arg("--quiet").args(arguments).assert().success();
    };
    run(&["tag".as_ref(), answers.as_ref(), "--keep-fields".as_ref(), "--output".as_ref(), tagged.as_ref()]);
    let format = ["--format", "qdpx", "--output"].map(AsRef::as_ref);
    run(&["export".as_ref(), tagged.as_ref(), format[0], format[1], format[2], project.as_ref()]);
    fs::read(project).unwrap()
}

#[test]
fn mutated_qda_projects_are_read_or_refused() {
    let original = qda_project();
    let entries = unzipped(&original);
    attack("a.qdpx", &[original]);
    let entries: Vec<(&str, Vec<u8>)> = entries.iter().map(|(path, bytes)| (path.as_str(), bytes.clone())).collect();
    attack_inside("a.qdpx", &entries);
}

#[test]
fn many_documents_that_name_one_long_text_are_refused() {
    let source = "<TextSource guid=\"s\" name=\"s\" plainTextPath=\"internal://s.txt\"/>";
    let xml = format!("<Project xmlns=\"urn:QDA-XML:project:1.0\"><Sources>{}</Sources></Project>", source.repeat(500));
    let bytes = zipped([("project.qde", xml.into_bytes()), ("sources/s.txt", vec![b'x'; 4 << 20])]);
    assert!(bytes.len() < 1 << 20, "small when packed");
    assert!(read_qdpx("bomb.qdpx", &bytes).unwrap_err().to_string().contains("256 MB"));
}

/// A PDF with a plain and a composite font, text in several operators, and object streams where asked for.
fn pdf(packed: bool) -> Vec<u8> {
    use lopdf::{Document, Object, Stream, dictionary};
    let mut document = Document::with_version("1.5");
    let tree = document.new_object_id();
    let map = b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange \
                2 beginbfchar <0001> <0041> <0002> <00e6> endbfchar 1 beginbfrange <0003> <0005> <0042> endbfrange \
                endcmap end";
    let map = document.add_object(Stream::new(dictionary! {}, map.to_vec()));
    let descendant = document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "CIDFontType2", "DW" => 600,
        "W" => vec![1.into(), vec![500.into(), 600.into()].into(), 3.into(), 5.into(), 700.into()],
    });
    let wide = document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "Type0", "Encoding" => "Identity-H", "ToUnicode" => map,
        "DescendantFonts" => vec![descendant.into()],
    });
    let plain = document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica", "Encoding" => "WinAnsiEncoding",
        "FirstChar" => 32, "Widths" => vec![278.into(), 300.into()],
    });
    let content = b"q 1 0 0 1 0 0 cm BT /F1 11 Tf 60 700 Td (F\xe6rre siloer og) Tj 0 -14 TD [(mer) -300 (tid)] TJ T* (til) ' ET Q \
                    BT /F2 11 Tf 1 0 0 1 60 600 Tm <00010002> Tj ET /Artifact BMC BT /F1 8 Tf (7) Tj ET EMC";
    let content = document.add_object(Stream::new(dictionary! {}, content.to_vec()));
    let page = document.add_object(dictionary! { "Type" => "Page", "Parent" => tree, "Contents" => content });
    let fonts = dictionary! { "F1" => plain, "F2" => wide };
    document.objects.insert(
        tree,
        Object::Dictionary(dictionary! {
            "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1, "Resources" => dictionary! { "Font" => fonts },
        }),
    );
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    if packed {
        document.compress();
        document.save_modern(&mut bytes).unwrap();
    } else {
        document.save_to(&mut bytes).unwrap();
    }
    bytes
}

#[test]
fn mutated_pdfs_are_read_or_refused() {
    attack("a.pdf", &[pdf(false), pdf(true)]);
}
