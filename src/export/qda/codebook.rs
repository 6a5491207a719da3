//! `.qdc`: the codebook alone.

use std::io::{self, Write};

use super::codes::{CodeTree, QdaCode};
use super::xml::Xml;
use crate::codebook::Codebook;
use crate::codebook::guid::guid;
use crate::export::ExportError;
use crate::text::Language;

/// Writes a codebook with names in `language`.
///
/// # Errors
/// When `output` fails, or there is no code: the format has no empty codebook.
pub fn write_codebook(codebook: &Codebook, language: Language, output: &mut dyn Write) -> Result<(), ExportError> {
    let tree = CodeTree::new(codebook, language);
    if tree.roots.is_empty() {
        return Err(ExportError::NoCodes);
    }
    let mut xml = Xml::start(output)?;
    let origin = format!("innspill {}", env!("CARGO_PKG_VERSION"));
    xml.open("CodeBook", &[("xmlns", "urn:QDA-XML:codebook:1.0"), ("origin", &origin)])?;
    write_codes(&mut xml, &tree.roots)?;
    write_sets(&mut xml, &tree)?;
    xml.close("CodeBook")?;
    xml.finish()?;
    Ok(())
}

/// The headings as one set, and the patterns as another: some readers cannot do without sets. In this file a member is
/// named by `guid`, not by `targetGUID` as in a project.
fn write_sets<W: Write>(xml: &mut Xml<W>, tree: &CodeTree) -> io::Result<()> {
    xml.open("Sets", &[])?;
    let headings = tree.roots.iter().map(|code| code.guid.as_str());
    write_set(xml, "headings", &tree.set_names.0, headings)?;
    if let Some(patterns) = &tree.patterns {
        write_set(xml, "patterns", &tree.set_names.1, patterns.iter().map(String::as_str))?;
    }
    xml.close("Sets")
}

fn write_set<'a, W: Write>(
    xml: &mut Xml<W>,
    id: &str,
    name: &str,
    members: impl Iterator<Item = &'a str>,
) -> io::Result<()> {
    xml.open("Set", &[("guid", &guid("set", &["codebook", id])), ("name", name)])?;
    for member in members {
        xml.empty("MemberCode", &[("guid", member)])?;
    }
    xml.close("Set")
}

/// The tree of codes, as both files have it.
pub(super) fn write_codes<W: Write>(xml: &mut Xml<W>, roots: &[QdaCode]) -> io::Result<()> {
    xml.open("Codes", &[])?;
    roots.iter().try_for_each(|code| write_code(xml, code))?;
    xml.close("Codes")
}

/// The tree is three levels deep: the recursion is bounded by how it is made, not by input.
fn write_code<W: Write>(xml: &mut Xml<W>, code: &QdaCode) -> io::Result<()> {
    let codable = if code.codable { "true" } else { "false" };
    xml.open("Code", &[("guid", &code.guid), ("name", &code.name), ("isCodable", codable), ("color", code.colour)])?;
    xml.text("Description", &code.description)?;
    code.children.iter().try_for_each(|child| write_code(xml, child))?;
    xml.close("Code")
}
