//! `.qdc`: the codebook alone.

use std::io::{self, Write};

use super::codes::{CodeTree, QdaCode};
use super::xml::Xml;
use crate::codebook::Codebook;
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
    xml.close("CodeBook")?;
    xml.finish()?;
    Ok(())
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
    xml.open(
        "Code",
        &[("guid", &code.guid), ("name", &code.name), ("isCodable", codable), ("color", code.colour)],
    )?;
    xml.text("Description", &code.description)?;
    code.children.iter().try_for_each(|child| write_code(xml, child))?;
    xml.close("Code")
}
