//! Sets of a project: groups of alike answers and patterns, with the documents they occur in.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::project::{Parts, note_guid};
use super::xml::Xml;
use crate::codebook::Level;
use crate::codebook::guid::{code_guid, guid};
use crate::review::{Note, NoteOn};

impl Parts<'_> {
    /// Groups of two or more alike answers, and patterns that occur, each with the documents they occur in.
    pub(super) fn sets<W: Write>(&self, xml: &mut Xml<W>) -> io::Result<()> {
        let (clusters, patterns) = self.members();
        let mut sets: Vec<Set> = Vec::new();
        for (cluster, sources) in self.project.analysis.clusters.iter().zip(clusters) {
            if cluster.size > 1 && !sources.is_empty() {
                sets.push(Set {
                    guid: guid("set", &["cluster", &cluster.id.to_string()]),
                    name: format!("Like svar {}: {}", cluster.id, cluster.label),
                    description: format!("{} svar som sier noe liknende, funnet uten kodeboka.", cluster.size),
                    code: None,
                    sources,
                    notes: self.notes_on_cluster(cluster.id),
                });
            }
        }
        let codebook = &self.project.codebook.codebook.id;
        for (pattern, sources) in &patterns {
            let name = self.project.codebook.name(Level::Pattern, pattern, self.project.language);
            sets.push(Set {
                guid: guid("set", &["pattern", pattern]),
                name: format!("Mønster: {name} ({pattern})"),
                description: String::new(),
                code: Some(code_guid(codebook, Level::Pattern, pattern)),
                sources: sources.clone(),
                notes: Vec::new(),
            });
        }
        if sets.is_empty() {
            return Ok(());
        }
        xml.open("Sets", &[])?;
        sets.iter().try_for_each(|set| set.write(xml))?;
        xml.close("Sets")
    }

    fn notes_on_cluster(&self, id: u32) -> Vec<String> {
        let on_it = |note: &Note| note.on == NoteOn::Cluster && note.key.parse() == Ok(id);
        let notes = self.project.analysis.review.notes.iter().enumerate();
        notes.filter(|(_, note)| on_it(note)).map(|(position, note)| note_guid(position, note)).collect()
    }

    /// The documents that each group of alike answers, and each pattern, occurs in.
    fn members(&self) -> (Vec<BTreeSet<String>>, BTreeMap<String, BTreeSet<String>>) {
        let mut clusters = vec![BTreeSet::new(); self.project.analysis.clusters.len()];
        let mut patterns: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for outline in self.outlines {
            for record in outline.rows.iter().filter_map(|&row| self.records().get(row)) {
                if let Some(sources) = record.cluster.and_then(|at| clusters.get_mut(at)) {
                    sources.insert(outline.guid.clone());
                }
                for tag in &record.tagging.patterns {
                    if self.tree.guid_of(Level::Pattern, &tag.code).is_some() {
                        patterns.entry(tag.code.clone()).or_default().insert(outline.guid.clone());
                    }
                }
            }
        }
        (clusters, patterns)
    }
}

struct Set {
    guid: String,
    name: String,
    description: String,
    code: Option<String>,
    sources: BTreeSet<String>,
    notes: Vec<String>,
}

impl Set {
    fn write<W: Write>(&self, xml: &mut Xml<W>) -> io::Result<()> {
        xml.open("Set", &[("guid", &self.guid), ("name", &self.name)])?;
        xml.text("Description", &self.description)?;
        if let Some(code) = &self.code {
            xml.empty("MemberCode", &[("targetGUID", code)])?;
        }
        for source in &self.sources {
            xml.empty("MemberSource", &[("targetGUID", source)])?;
        }
        for note in &self.notes {
            xml.empty("MemberNote", &[("targetGUID", note)])?;
        }
        xml.close("Set")
    }
}
