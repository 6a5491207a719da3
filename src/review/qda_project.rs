//! What a QDA tool's project (`.qdpx`, REFI-QDA) or codebook (`.qdc`) holds, read defensively: bounded when unpacked, no
//! path outside the archive followed, no recursion, nothing believed of what another program wrote.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::ReviewError;
use super::xlsx::{UNPACKED_LIMIT, check_unpacked};

/// Codes nested deeper than this are no codebook.
const DEEPEST: usize = 64;

/// More codes than this are no codebook.
const MOST_CODES: usize = 20_000;

/// A code in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QdaCode {
    /// In lower case, without braces.
    pub guid: String,
    /// What people call it.
    pub name: String,
    /// Position of the code above it.
    pub parent: Option<usize>,
    /// Whether text can be coded with it.
    pub codable: bool,
    /// What it means.
    pub description: String,
}

/// A code on a stretch of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QdaCoding {
    /// First and last but one code point; none for a coding of the whole source.
    pub place: Option<(u32, u32)>,
    /// The code's guid.
    pub code: String,
    /// The coder's guid; empty where none is named.
    pub user: String,
}

/// A text and its codings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QdaSource {
    /// Its name.
    pub name: String,
    /// Its text with line feeds alone; none where the archive does not hold it.
    pub text: Option<String>,
    /// In the order of the file.
    pub codings: Vec<QdaCoding>,
    /// Values of variables by name, texts only.
    pub values: BTreeMap<String, String>,
}

/// All that is read of a project.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QdaProject {
    /// Name by guid.
    pub users: BTreeMap<String, String>,
    /// Codes, each after the one above it.
    pub codes: Vec<QdaCode>,
    /// Texts; other sources are passed over.
    pub sources: Vec<QdaSource>,
    /// Codings of pictures, sound and the like, which are passed over.
    pub other_codings: usize,
}

/// Reads a `.qdpx`.
///
/// # Errors
/// [`ReviewError::File`] where it is no archive, unpacks to too much, or holds no project in well-formed XML.
pub fn read_qdpx(file: &str, bytes: &[u8]) -> Result<QdaProject, ReviewError> {
    check_unpacked(file, bytes)?;
    let damaged = || ReviewError::file(file, "it is no REFI-QDA project", "export it anew from the QDA tool");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    let names: BTreeSet<String> = archive.file_names().flatten().map(Into::into).collect();
    let project = names.iter().find(|name| !name.contains('/') && name.to_lowercase().ends_with(".qde"));
    let xml = unpacked(&mut archive, project.ok_or_else(damaged)?).ok_or_else(damaged)?;
    let mut parsed = parse(file, &xml)?;
    // Many sources may name one text, so what they hold together is bounded too.
    let mut left = UNPACKED_LIMIT;
    for (source, path) in parsed.project.sources.iter_mut().zip(&parsed.paths) {
        if source.text.is_none() {
            // Only what the archive itself holds is read: a path that leads elsewhere is nobody's business here.
            let inside = path.strip_prefix("internal://").unwrap_or_default();
            let found = ["sources/", "Sources/", ""].map(|folder| format!("{folder}{inside}"));
            let found = found.iter().find(|name| names.contains(*name));
            source.text = found.and_then(|name| unpacked(&mut archive, name)).map(|text| line_feeds(&text));
            left = left.checked_sub(source.text.as_ref().map_or(0, |text| text.len() as u64)).ok_or_else(|| {
                let limit = UNPACKED_LIMIT / (1024 * 1024);
                let what = format!("its documents hold more than {limit} MB together");
                ReviewError::file(file, what, "export a part of the project")
            })?;
        }
    }
    Ok(parsed.project)
}

/// Reads a `.qdc`: the codes alone.
///
/// # Errors
/// [`ReviewError::File`] where it is not well-formed XML with codes.
pub fn read_qdc(file: &str, bytes: &[u8]) -> Result<Vec<QdaCode>, ReviewError> {
    let text = String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
    let codes = parse(file, &text)?.project.codes;
    if codes.is_empty() {
        return Err(ReviewError::file(file, "it holds no codes", "export the codebook as REFI-QDA (.qdc)"));
    }
    Ok(codes)
}

fn unpacked(archive: &mut zip::ZipArchive<Cursor<&[u8]>>, name: &str) -> Option<String> {
    let mut bytes = Vec::new();
    archive.by_name(name).ok()?.take(UNPACKED_LIMIT).read_to_end(&mut bytes).ok()?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    Some(String::from_utf8_lossy(bytes).into_owned())
}

/// Tools count a line end as one, whatever the file has.
fn line_feeds(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// A guid as two files can be compared by.
fn guid(text: &str) -> String {
    text.trim().trim_start_matches('{').trim_end_matches('}').to_lowercase()
}

/// A project with, per source, the path of its text.
struct Parsed {
    project: QdaProject,
    paths: Vec<String>,
}

fn parse(file: &str, xml: &str) -> Result<Parsed, ReviewError> {
    let malformed = || ReviewError::file(file, "its XML is not well formed", "export it anew from the QDA tool");
    let mut reader = Reader::from_str(xml);
    let mut state = State::default();
    loop {
        match reader.read_event().map_err(|_| malformed())? {
            Event::Start(element) => state.open(&element, file)?,
            Event::Empty(element) => {
                state.open(&element, file)?;
                state.close(element.local_name().into_inner());
            }
            Event::End(element) => state.close(element.local_name().into_inner()),
            Event::Text(text) => state.text(&text.xml10_content()),
            Event::CData(text) => state.text(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().ok().flatten().map(String::from);
                let named = resolve_predefined_entity(&reference.xml10_content()).map(str::to_owned);
                state.text(&character.or(named).unwrap_or_default());
            }
            Event::Eof => break,
            Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Comment(_) => {}
        }
    }
    Ok(state.finish())
}

/// What has been read so far, and where in the file the reader is.
#[derive(Default)]
struct State {
    project: QdaProject,
    paths: Vec<String>,
    variables: BTreeMap<String, String>,
    /// Positions of the codes that are open.
    codes: Vec<usize>,
    in_source: bool,
    /// Within a source that is not a text.
    in_other: bool,
    selection: Option<(u32, u32)>,
    selection_user: String,
    coding_user: Option<String>,
    variable: String,
    /// Text of the element that is open, where it is wanted.
    wanted: Option<String>,
}

impl State {
    fn open(&mut self, element: &BytesStart<'_>, file: &str) -> Result<(), ReviewError> {
        let attribute = |name: &str| -> String {
            let value =
                element.attributes().flatten().find(|attribute| attribute.key.local_name().into_inner() == name);
            let value = value.and_then(|value| value.normalized_value(XmlVersion::Implicit1_0).ok().map(Into::into));
            value.unwrap_or_default()
        };
        match element.local_name().into_inner() {
            "User" => {
                self.project.users.insert(guid(&attribute("guid")), attribute("name"));
            }
            "Variable" => {
                self.variables.insert(guid(&attribute("guid")), attribute("name"));
            }
            "Code" => {
                if self.codes.len() >= DEEPEST || self.project.codes.len() >= MOST_CODES {
                    return Err(ReviewError::file(
                        file,
                        "it has too many codes, or nests them too deep",
                        "simplify it",
                    ));
                }
                self.project.codes.push(QdaCode {
                    guid: guid(&attribute("guid")),
                    name: attribute("name").trim().to_owned(),
                    parent: self.codes.last().copied(),
                    codable: attribute("isCodable") != "false",
                    description: String::new(),
                });
                self.codes.push(self.project.codes.len() - 1);
            }
            "TextSource" => {
                self.in_source = true;
                self.paths.push(attribute("plainTextPath"));
                self.project.sources.push(QdaSource { name: attribute("name"), ..QdaSource::default() });
            }
            "PictureSource" | "PDFSource" | "AudioSource" | "VideoSource" => self.in_other = true,
            "PlainTextSelection" => {
                let position = |name: &str| attribute(name).trim().parse::<u32>().ok();
                self.selection = position("startPosition").zip(position("endPosition"));
                self.selection_user = guid(&attribute("creatingUser"));
            }
            "Coding" => {
                let own = guid(&attribute("creatingUser"));
                self.coding_user = Some(if own.is_empty() { self.selection_user.clone() } else { own });
            }
            "CodeRef" => self.coding(guid(&attribute("targetGUID"))),
            "VariableRef" => self.variable = guid(&attribute("targetGUID")),
            "PlainTextContent" | "TextValue" | "Description" => self.wanted = Some(String::new()),
            _ => {}
        }
        Ok(())
    }

    fn coding(&mut self, code: String) {
        let Some(user) = self.coding_user.clone() else { return };
        match self.project.sources.last_mut() {
            _ if self.in_other => self.project.other_codings += 1,
            Some(source) if self.in_source => {
                source.codings.push(QdaCoding { place: self.selection, code, user });
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(wanted) = &mut self.wanted {
            wanted.push_str(text);
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "Code" => {
                self.codes.pop();
            }
            "TextSource" => self.in_source = false,
            "PictureSource" | "PDFSource" | "AudioSource" | "VideoSource" => self.in_other = false,
            "PlainTextSelection" => {
                self.selection = None;
                self.selection_user.clear();
            }
            "Coding" => self.coding_user = None,
            "PlainTextContent" | "TextValue" | "Description" => {
                let text = self.wanted.take().unwrap_or_default();
                self.keep(name, text);
            }
            _ => {}
        }
    }

    fn keep(&mut self, element: &str, text: String) {
        let source = self.project.sources.last_mut().filter(|_| self.in_source);
        match (element, source, self.codes.last()) {
            ("PlainTextContent", Some(source), _) => source.text = Some(line_feeds(&text)),
            ("TextValue", Some(source), _) => {
                if let Some(name) = self.variables.get(&self.variable) {
                    source.values.insert(name.clone(), text);
                }
            }
            ("Description", None, Some(&code)) => {
                if let Some(code) = self.project.codes.get_mut(code) {
                    code.description = text.trim().to_owned();
                }
            }
            _ => {}
        }
    }

    fn finish(self) -> Parsed {
        Parsed { project: self.project, paths: self.paths }
    }
}
