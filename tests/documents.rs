//! DOCX and PDF: paragraphs as answers, headings skipped, limits that say what is wrong.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use innspill::ingest::{Format, IngestError, Input, ReadOptions, SkipReason, read_inputs};
use lopdf::content::{Content, Operation};
use lopdf::{Document, Object, Stream, dictionary};

fn read_bytes(name: &str, bytes: &[u8]) -> Result<Input, IngestError> {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    let input = read_inputs(&[path], &ReadOptions::default())?;
    assert_eq!(input.units(), input.answers.len() + input.duplicates.len() + input.rejects.len() + input.skipped.len());
    Ok(input)
}

fn texts(input: &Input) -> Vec<&str> {
    input.answers.iter().map(|answer| answer.text.as_str()).collect()
}

fn skipped(input: &Input) -> Vec<(u64, SkipReason)> {
    input.skipped.iter().map(|skipped| (skipped.place.row, skipped.reason)).collect()
}

const STYLES: &str = r#"<?xml version="1.0"?><w:styles xmlns:w="w"><w:style w:styleId="Overskrift1"><w:name w:val="heading 1"/></w:style>
<w:style w:styleId="INNH1"><w:name w:val="toc 1"/></w:style></w:styles>"#;

/// A document with that body.
fn docx(body: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    let body = format!(r#"<?xml version="1.0"?><w:document xmlns:w="w"><w:body>{body}</w:body></w:document>"#);
    for (path, text) in [("word/styles.xml", STYLES), ("word/document.xml", &body)] {
        zip.start_file(path, options).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn paragraph(text: &str) -> String {
    format!("<w:p><w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p>")
}

fn styled(style: &str, text: &str) -> String {
    format!("<w:p><w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>")
}

#[test]
fn paragraphs_lists_and_cells_of_a_document_are_answers_and_headings_are_skipped() {
    let item = "<w:p><w:pPr><w:numPr><w:numId w:val=\"1\"/></w:numPr></w:pPr><w:r><w:t>Mer tid</w:t></w:r></w:p>";
    let bold = "<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Ønsker fra bord 3</w:t></w:r></w:p>";
    let half_bold = "<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Viktig:</w:t></w:r><w:r><w:rPr><w:b w:val=\"0\"/></w:rPr><w:t> vi må samarbeide</w:t></w:r></w:p>";
    let tracked = "<w:p><w:r><w:t>Vi vil </w:t></w:r><w:del><w:r><w:delText>ikke </w:delText></w:r></w:del>\
        <w:ins><w:r><w:t>gjerne</w:t></w:r></w:ins><w:r><w:br/><w:t>dele &amp; lære &#229;r for &#x00E5;r</w:t></w:r></w:p>";
    let table = format!("<w:tbl><w:tr><w:tc>{}</w:tc></w:tr></w:tbl>", paragraph("I en celle"));
    let soft = "<w:p><w:r><w:t>inno</w:t><w:softHyphen/><w:t>vasjon i IT</w:t><w:noBreakHyphen/><w:t>systemer</w:t></w:r></w:p>";
    let boxed = "<w:p><w:r><w:AlternateContent><w:Choice><w:txbxContent><w:p><w:r><w:t>I en tekstboks</w:t></w:r></w:p></w:txbxContent></w:Choice>\
        <w:Fallback><w:txbxContent><w:p><w:r><w:t>I en tekstboks</w:t></w:r></w:p></w:txbxContent></w:Fallback></w:AlternateContent></w:r>\
        <w:r><w:t>Anker for boksen</w:t></w:r></w:p>";
    let body = [
        &styled("Overskrift1", "Oppsummering"),
        &styled("INNH1", "Oppsummering 3"),
        bold,
        &paragraph("Færre siloer, takk."),
        "<w:p/>",
        item,
        half_bold,
        tracked,
        &table,
        soft,
        boxed,
    ]
    .concat();
    let input = read_bytes("svar.docx", &docx(&body)).unwrap();
    assert_eq!(
        texts(&input),
        [
            "Færre siloer, takk.",
            "Mer tid",
            "Viktig: vi må samarbeide",
            "Vi vil gjerne\ndele & lære år for år",
            "I en celle",
            "inno\u{ad}vasjon i IT-systemer",
            "Anker for boksen",
            "I en tekstboks",
        ]
    );
    assert_eq!(skipped(&input), [(1, SkipReason::Heading), (2, SkipReason::PageFurniture), (3, SkipReason::Heading)]);
    assert_eq!(input.answers[1].place.row, 6, "the paragraph's number, empty ones counted");
    assert_eq!(input.files[0].format, Format::Docx);
}

#[test]
fn damaged_locked_and_overfull_documents_are_one_clear_line() {
    let zip_without_body = {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        zip.start_file("x", zip::write::SimpleFileOptions::default()).unwrap();
        zip.finish().unwrap().into_inner()
    };
    let cases: [(&str, Vec<u8>, &str); 6] = [
        ("a.docx", b"not a zip".to_vec(), "damaged or not a document"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old".to_vec(), "old .doc file"),
        ("a.docx", zip_without_body, "word/document.xml"),
        ("a.docx", docx("<w:p><w:r></w:p>"), "XML is damaged"),
        ("a.pdf", b"not a pdf".to_vec(), "damaged or not a PDF"),
        ("a.pdf", pdf(&[&[]]), "pictures without text"),
    ];
    for (name, bytes, part) in cases {
        let error = read_bytes(name, &bytes).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains(part) && !error.contains('\n'), "{error}");
    }
}

#[test]
fn a_paragraph_over_the_limit_is_a_reject_and_the_rest_is_read() {
    let long = paragraph(&"x".repeat(1_000_001));
    let input = read_bytes("a.docx", &docx(&[paragraph("Kort svar."), long, paragraph("Enda et.")].concat())).unwrap();
    assert_eq!(texts(&input), ["Kort svar.", "Enda et."]);
    assert_eq!(input.rejects[0].place.row, 2);
}

#[test]
fn a_document_that_unpacks_to_more_than_is_read_is_refused_before_it_fills_the_memory() {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("word/document.xml", zip::write::SimpleFileOptions::default()).unwrap();
    let blanks = vec![b' '; 1 << 20];
    for _ in 0..300 {
        zip.write_all(&blanks).unwrap();
    }
    let error = read_bytes("bombe.docx", &zip.finish().unwrap().into_inner()).unwrap_err();
    assert!(matches!(error, IngestError::TooLarge { .. }), "{error}");
}

/// A line of a page: size, left margin, height on the page, text.
type PageLine<'a> = (i64, i64, i64, &'a str);

/// A PDF whose pages show these lines in Helvetica.
fn pdf(pages: &[&[PageLine<'_>]]) -> Vec<u8> {
    let mut document = Document::with_version("1.5");
    let tree = document.new_object_id();
    let font = document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica", "Encoding" => "WinAnsiEncoding",
    });
    let resources = document.add_object(dictionary! { "Font" => dictionary! { "F1" => font } });
    let mut kids: Vec<Object> = Vec::new();
    for lines in pages {
        let mut operations = vec![
            Operation::new("BDC", vec!["Artifact".into(), dictionary! {}.into()]),
            Operation::new("BT", vec![]),
            Operation::new("Tf", vec!["F1".into(), 8.into()]),
            Operation::new("Tj", vec![Object::string_literal("Bunntekst")]),
            Operation::new("ET", vec![]),
            Operation::new("EMC", vec![]),
        ];
        for (size, x, y, text) in *lines {
            let (text, _, _) = encoding_rs::WINDOWS_1252.encode(text);
            operations.extend([
                Operation::new("BT", vec![]),
                Operation::new("Tf", vec!["F1".into(), (*size).into()]),
                Operation::new("Td", vec![(*x).into(), (*y).into()]),
                Operation::new("Tj", vec![Object::String(text.into_owned(), lopdf::StringFormat::Literal)]),
                Operation::new("ET", vec![]),
            ]);
        }
        let content = Content { operations }.encode().unwrap();
        let content = document.add_object(Stream::new(dictionary! {}, content));
        let page = document.add_object(dictionary! { "Type" => "Page", "Parent" => tree, "Contents" => content });
        kids.push(page.into());
    }
    let count = kids.len() as i64;
    let pages = dictionary! {
        "Type" => "Pages", "Kids" => kids, "Count" => count, "Resources" => resources,
        "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
    };
    document.objects.insert(tree, Object::Dictionary(pages));
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    document.trailer.set("Root", catalog);
    document.compress();
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

#[test]
fn a_pdf_gives_whole_paragraphs_with_broken_words_mended_and_headings_skipped() {
    let first: &[PageLine<'_>] = &[
        (20, 60, 780, "Skogen vår"),
        (11, 60, 740, "Skogen gir oss både ved, tømmer og frisk luft, og de fleste som bor i nærheten"),
        (11, 60, 726, "går tur der hver eneste uke, også når det regner eller snør. Skog-"),
        (11, 60, 712, "brukere har lenge sagt at bjørk er bedre enn gran i bratte lier, og at det haster"),
        (11, 60, 698, "med å plante mer."),
        (11, 60, 670, "Stier må merkes bedre, for mange går seg bort hver høst, særlig i den delen av"),
        (11, 60, 656, "marka som ligger bak fjellet, og letingen koster både tid og"),
    ];
    let second: &[PageLine<'_>] = &[
        (11, 60, 780, "penger for alle som er med."),
        (11, 60, 740, "• La døde trær ligge"),
        (11, 60, 726, "• Bygg flere gapahuker"),
    ];
    let input = read_bytes("skog.pdf", &pdf(&[first, second])).unwrap();
    assert_eq!(
        texts(&input),
        [
            "Skogen gir oss både ved, tømmer og frisk luft, og de fleste som bor i nærheten går tur der hver eneste \
             uke, også når det regner eller snør. Skogbrukere har lenge sagt at bjørk er bedre enn gran i bratte lier, \
             og at det haster med å plante mer.",
            "Stier må merkes bedre, for mange går seg bort hver høst, særlig i den delen av marka som ligger bak \
             fjellet, og letingen koster både tid og penger for alle som er med.",
            "La døde trær ligge",
            "Bygg flere gapahuker",
        ]
    );
    assert_eq!(skipped(&input), [(1, SkipReason::Heading)]);
    let pages: Vec<u64> = input.answers.iter().map(|answer| answer.place.row).collect();
    assert_eq!(pages, [1, 1, 2, 2], "answers are known by their page");
}

#[test]
fn text_given_as_pieces_with_gaps_is_read_with_its_blanks() {
    let mut document = Document::load_mem(&pdf(&[&[]])).unwrap();
    let page = document.page_iter().next().unwrap();
    let show = Operation::new(
        "TJ",
        vec![
            vec![
                Object::string_literal("Mer"),
                (-300).into(),
                Object::string_literal("ti"),
                20.into(),
                Object::string_literal("d"),
            ]
            .into(),
        ],
    );
    let operations = vec![
        Operation::new("BT", vec![]),
        Operation::new("Tf", vec!["F1".into(), 11.into()]),
        Operation::new("Tm", vec![1.into(), 0.into(), 0.into(), 1.into(), 60.into(), 700.into()]),
        show,
        Operation::new("TL", vec![14.into()]),
        Operation::new("T*", vec![]),
        Operation::new("Tj", vec![Object::string_literal("Ny linje")]),
        Operation::new("ET", vec![]),
    ];
    document.change_page_content(page, Content { operations }.encode().unwrap()).unwrap();
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    assert_eq!(texts(&read_bytes("a.pdf", &bytes).unwrap()), ["Mer tid", "Ny linje"]);
}
