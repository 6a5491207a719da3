//! `project.qde`: users, codes, variables, cases, documents with their codings, notes, links and sets, in the order that
//! the schema asks for. A list without members is left out: the schema has no empty ones.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::archive::log_guid;
use super::codebook::write_codes;
use super::codes::CodeTree;
use super::codings::{Coder, coder_guid, name_of};
use super::documents::{Document, Outline, document};
use super::xml::Xml;
use super::{DocumentUnit, QdaProject};
use crate::codebook::guid::{guid, machine_guid};
use crate::export::answers::{free_name, language_id, outcome_id};
use crate::export::tags::{set_by, tags_of};
use crate::record::Record;
use crate::review::Note;

/// What the XML is made from.
pub(super) struct Parts<'a> {
    pub(super) project: &'a QdaProject<'a>,
    pub(super) tree: &'a CodeTree,
    pub(super) coder: &'a Coder<'a>,
    pub(super) outlines: &'a [Outline],
}

/// A value of a variable, by the element that holds it.
enum Value {
    Text(String),
    Integer(i64),
    DateTime(String),
}

impl Value {
    fn sort(&self) -> &'static str {
        match self {
            Value::Text(_) => "Text",
            Value::Integer(_) => "Integer",
            Value::DateTime(_) => "DateTime",
        }
    }

    fn write<W: Write>(&self, xml: &mut Xml<W>, variable: &str) -> io::Result<()> {
        xml.open("VariableValue", &[])?;
        xml.empty("VariableRef", &[("targetGUID", &variable_guid(variable))])?;
        match self {
            Value::Text(text) => xml.text("TextValue", text)?,
            Value::Integer(number) => xml.text("IntegerValue", &number.to_string())?,
            Value::DateTime(moment) => xml.text("DateTimeValue", moment)?,
        }
        xml.close("VariableValue")
    }
}

/// The variable of cases: which attribute a group is of. Importers tell variables of cases and of documents apart by
/// where they are used, so no variable is used for both.
const CASE_VARIABLE: &str = "gruppering";

/// Names of our own variables; a group of the input that bears one of them is told apart by its name.
const OWN_VARIABLES: [&str; 11] = [
    CASE_VARIABLE,
    "slag",
    "spørsmål",
    "spurt under",
    "antall svar",
    "svar-id",
    "språk",
    "utfall",
    "tid",
    "avsender",
    "gruppe av like svar",
];

/// What the variable of a group is called.
fn group_variable(attribute: &str) -> String {
    if OWN_VARIABLES.contains(&attribute) { format!("{attribute} (gruppe)") } else { attribute.to_owned() }
}

/// Writes all of it; the number of codings.
pub(super) fn write_project_xml<W: Write>(parts: &Parts<'_>, output: W) -> io::Result<usize> {
    let project = parts.project;
    let moment = parts.moment();
    let machine = machine_guid();
    let origin = format!("innspill {}", project.description.innspill_version);
    let mut xml = Xml::start(output)?;
    xml.open(
        "Project",
        &[
            ("xmlns", "urn:QDA-XML:project:1.0"),
            ("name", &project.description.title),
            ("origin", &origin),
            ("creatingUserGUID", &machine),
            ("creationDateTime", &moment),
            ("modifyingUserGUID", &machine),
            ("modifiedDateTime", &moment),
        ],
    )?;
    parts.users(&mut xml, &origin)?;
    xml.open("CodeBook", &[])?;
    write_codes(&mut xml, &parts.tree.roots)?;
    xml.close("CodeBook")?;
    parts.variables(&mut xml)?;
    parts.cases(&mut xml)?;
    let codings = parts.sources(&mut xml, &moment)?;
    parts.notes(&mut xml, &moment)?;
    parts.links(&mut xml)?;
    parts.sets(&mut xml)?;
    xml.text("Description", &project.description.codebook.name)?;
    xml.empty("NoteRef", &[("targetGUID", &log_guid(project))])?;
    xml.close("Project")?;
    xml.finish()?.flush()?;
    Ok(codings)
}

impl Parts<'_> {
    /// `2026-11-16T12:00:00Z`.
    fn moment(&self) -> String {
        format!("{}Z", self.project.description.dated)
    }

    pub(super) fn records(&self) -> &[Record] {
        &self.project.analysis.records
    }

    /// The machine first: importers take the first for the coder whose codings are shown.
    fn users<W: Write>(&self, xml: &mut Xml<W>, origin: &str) -> io::Result<()> {
        let analysis = self.project.analysis;
        let people: BTreeSet<&str> = (self.records().iter().enumerate())
            .flat_map(|(row, record)| {
                tags_of(record).filter_map(move |(level, tag, _)| set_by(analysis, row, level, &tag.code))
            })
            .chain(analysis.review.notes.iter().map(|note| note.who.as_str()))
            .collect();
        xml.open("Users", &[])?;
        xml.empty("User", &[("guid", &machine_guid()), ("name", origin), ("id", "innspill")])?;
        for person in people {
            let name = name_of(person);
            xml.empty("User", &[("guid", &coder_guid(Some(person))), ("name", name), ("id", name)])?;
        }
        xml.close("Users")
    }

    /// The values of a document. In a document of a group, what all its answers share.
    fn values(&self, outline: &Outline) -> BTreeMap<String, Value> {
        let records: Vec<&Record> = outline.rows.iter().filter_map(|&row| self.records().get(row)).collect();
        let mut values = BTreeMap::new();
        let mut shared = |name: &str, value: &dyn Fn(&Record) -> Option<String>| {
            let mut all = records.iter().map(|record| value(record));
            let Some(Some(first)) = all.next() else { return };
            if !first.is_empty() && all.all(|other| other.as_ref() == Some(&first)) {
                values.insert(name.to_owned(), Value::Text(first));
            }
        };
        for attribute in &self.project.analysis.group_names {
            shared(&group_variable(attribute), &|record| record.answer.groups.get(attribute).cloned());
        }
        shared("slag", &|record| record.answer.kind.as_ref().map(|kind| kind.0.clone()));
        shared("spørsmål", &|record| record.answer.question.clone());
        shared("spurt under", &|record| record.answer.asked_under.clone());
        if let (DocumentUnit::Answer, [record]) = (self.project.unit, records.as_slice()) {
            self.answer_values(record, &mut values);
        } else {
            values.insert("antall svar".to_owned(), Value::Integer(i64::try_from(records.len()).unwrap_or(i64::MAX)));
        }
        values
    }

    fn answer_values(&self, record: &Record, values: &mut BTreeMap<String, Value>) {
        let text = |text: &str| Value::Text(text.to_owned());
        values.insert("svar-id".to_owned(), text(&record.answer.id.0));
        values.insert("språk".to_owned(), text(language_id(record.tagging.language)));
        values.insert("utfall".to_owned(), text(outcome_id(record.tagging.outcome)));
        if let Some(time) = record.answer.time {
            values.insert("tid".to_owned(), Value::DateTime(format!("{time}Z")));
        }
        if let Some(respondent) = &record.answer.respondent {
            values.insert("avsender".to_owned(), text(&respondent.0));
        }
        for (facet, value) in &record.tagging.facets {
            if let Some(value) = value {
                values.insert(format!("fasett {facet}"), text(value));
            }
        }
        if let Some(cluster) = record.cluster.and_then(|at| self.project.analysis.clusters.get(at)) {
            values.insert("gruppe av like svar".to_owned(), Value::Integer(i64::from(cluster.id)));
        }
    }

    fn variables<W: Write>(&self, xml: &mut Xml<W>) -> io::Result<()> {
        let mut variables: BTreeMap<String, &'static str> = BTreeMap::new();
        for outline in self.outlines {
            for (name, value) in self.values(outline) {
                variables.insert(name, value.sort());
            }
        }
        if !self.project.analysis.group_names.is_empty() {
            variables.insert(CASE_VARIABLE.to_owned(), "Text");
        }
        if variables.is_empty() {
            return Ok(());
        }
        xml.open("Variables", &[])?;
        for (name, sort) in variables {
            xml.empty("Variable", &[("guid", &variable_guid(&name)), ("name", &name), ("typeOfVariable", sort)])?;
        }
        xml.close("Variables")
    }

    /// A case for each group of each attribute: the documents all of whose answers are the group's, and of others the
    /// coded places in its answers.
    fn cases<W: Write>(&self, xml: &mut Xml<W>) -> io::Result<()> {
        let mut opened = false;
        let mut taken = BTreeSet::new();
        for attribute in &self.project.analysis.group_names {
            let mut cases: BTreeMap<&str, Case> = BTreeMap::new();
            for outline in self.outlines {
                self.add_to_cases(attribute, outline, &mut cases);
            }
            for (group, case) in cases {
                if !opened {
                    xml.open("Cases", &[])?;
                    opened = true;
                }
                // "a: b" of "c" and "a" of "b: c" are two cases.
                let name = free_name(&format!("{attribute}: {group}"), &mut taken);
                xml.open("Case", &[("guid", &guid("case", &[attribute, group])), ("name", &name)])?;
                Value::Text(attribute.clone()).write(xml, CASE_VARIABLE)?;
                for source in case.sources {
                    xml.empty("SourceRef", &[("targetGUID", &source)])?;
                }
                for selection in case.selections {
                    xml.empty("SelectionRef", &[("targetGUID", &selection)])?;
                }
                xml.close("Case")?;
            }
        }
        if opened { xml.close("Cases") } else { Ok(()) }
    }

    fn add_to_cases<'r>(&'r self, attribute: &str, outline: &Outline, cases: &mut BTreeMap<&'r str, Case>) {
        let groups: BTreeSet<Option<&str>> = (outline.rows.iter())
            .filter_map(|&row| self.records().get(row))
            .map(|record| record.answer.groups.get(attribute).map(String::as_str))
            .collect();
        if let [Some(group)] = groups.iter().copied().collect::<Vec<_>>().as_slice() {
            cases.entry(group).or_default().sources.push(outline.guid.clone());
            return;
        }
        for placed in &document(self.project, outline).answers {
            let Some(record) = self.records().get(placed.row) else { continue };
            let Some(group) = record.answer.groups.get(attribute) else { continue };
            let case = cases.entry(group).or_default();
            let marks = self.coder.marks(record, placed);
            case.selections.extend(marks.iter().map(|mark| selection_guid(record, &outline.guid, mark)));
        }
    }

    fn sources<W: Write>(&self, xml: &mut Xml<W>, moment: &str) -> io::Result<usize> {
        let mut codings = 0;
        if self.outlines.is_empty() {
            return Ok(codings);
        }
        xml.open("Sources", &[])?;
        for outline in self.outlines {
            let path = format!("internal://{}.txt", outline.guid);
            xml.open(
                "TextSource",
                &[
                    ("guid", &outline.guid),
                    ("name", &outline.name),
                    ("plainTextPath", &path),
                    ("creatingUser", &machine_guid()),
                    ("creationDateTime", moment),
                ],
            )?;
            codings += self.selections(xml, outline, &document(self.project, outline), moment)?;
            for (name, value) in self.values(outline) {
                value.write(xml, &name)?;
            }
            xml.close("TextSource")?;
        }
        xml.close("Sources")?;
        Ok(codings)
    }

    /// One selection per coding: its description is the coding's memo in the tools that have one.
    fn selections<W: Write>(
        &self,
        xml: &mut Xml<W>,
        outline: &Outline,
        document: &Document,
        moment: &str,
    ) -> io::Result<usize> {
        let mut codings = 0;
        for placed in &document.answers {
            let Some(record) = self.records().get(placed.row) else { continue };
            for mark in self.coder.marks(record, placed) {
                let selection = selection_guid(record, &outline.guid, &mark);
                let coding = guid("coding", &[&selection]);
                let (start, end) = (mark.place.start.to_string(), mark.place.end.to_string());
                // qualitative-coding codes lines, and finds them by this name; the id is for people and for us.
                let name = format!("line:{} {}", document.line(mark.place.start), record.answer.id);
                xml.open(
                    "PlainTextSelection",
                    &[
                        ("guid", &selection),
                        ("name", &name),
                        ("startPosition", &start),
                        ("endPosition", &end),
                        ("creatingUser", &mark.coder),
                        ("creationDateTime", moment),
                    ],
                )?;
                xml.text("Description", &mark.memo)?;
                xml.open("Coding", &[("guid", &coding), ("creatingUser", &mark.coder), ("creationDateTime", moment)])?;
                xml.empty("CodeRef", &[("targetGUID", &mark.code)])?;
                xml.close("Coding")?;
                xml.close("PlainTextSelection")?;
                codings += 1;
            }
        }
        Ok(codings)
    }

    fn notes<W: Write>(&self, xml: &mut Xml<W>, moment: &str) -> io::Result<()> {
        let log = log_guid(self.project);
        xml.open("Notes", &[])?;
        xml.empty(
            "Note",
            &[
                ("guid", &log),
                ("name", "Kjørelogg"),
                ("plainTextPath", &format!("internal://{log}.txt")),
                ("creatingUser", &machine_guid()),
                ("creationDateTime", moment),
            ],
        )?;
        for (position, note) in self.project.analysis.review.notes.iter().enumerate() {
            let id = note_guid(position, note);
            xml.empty(
                "Note",
                &[
                    ("guid", &id),
                    ("name", &format!("Notat {}: {} {}", position + 1, note.on.name(), note.key)),
                    ("plainTextPath", &format!("internal://{id}.txt")),
                    ("creatingUser", &coder_guid(Some(&note.who))),
                    ("creationDateTime", moment),
                ],
            )?;
        }
        xml.close("Notes")
    }

    fn links<W: Write>(&self, xml: &mut Xml<W>) -> io::Result<()> {
        if self.tree.opposites.is_empty() {
            return Ok(());
        }
        xml.open("Links", &[])?;
        for (a, b) in &self.tree.opposites {
            xml.empty(
                "Link",
                &[
                    ("guid", &guid("link", &[a, b])),
                    ("name", "motsatt"),
                    ("direction", "Associative"),
                    ("originGUID", a),
                    ("targetGUID", b),
                ],
            )?;
        }
        xml.close("Links")
    }
}

#[derive(Default)]
struct Case {
    sources: Vec<String>,
    selections: Vec<String>,
}

/// The id of a person's note: of its place among the notes, and what it is on.
pub(super) fn note_guid(position: usize, note: &Note) -> String {
    guid("note", &[note.on.name(), &note.key, &position.to_string()])
}

fn variable_guid(name: &str) -> String {
    guid("variable", &[name])
}

/// By the answer and the place in the answer's document, the code and the coder.
fn selection_guid(record: &Record, source: &str, mark: &super::codings::Mark) -> String {
    let (start, end) = (mark.place.start.to_string(), mark.place.end.to_string());
    guid("selection", &[source, &record.answer.id.0, &start, &end, &mark.code, &mark.coder])
}
