//! Which styles of a document are headings, also where a style is based on another.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// What a style is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StyleUse {
    Text,
    Heading,
    /// A table of contents.
    Contents,
}

/// A style, as far as it matters here.
#[derive(Debug, Default)]
struct Style {
    name: String,
    based_on: String,
    is_outlined: bool,
}

/// The styles of a document by id.
#[derive(Debug, Default)]
pub(super) struct Styles(BTreeMap<String, Style>);

/// The `val` of a property, whatever prefix it has.
pub(super) fn value(element: &BytesStart<'_>) -> Option<String> {
    attribute(element, "val")
}

fn attribute(element: &BytesStart<'_>, wanted: &str) -> Option<String> {
    let mut attributes = element.attributes();
    let found = attributes
        .with_checks(false)
        .filter_map(Result::ok)
        .find(|attribute| attribute.key.local_name().as_ref() == wanted)?;
    Some(
        found
            .normalized_value(quick_xml::XmlVersion::Implicit1_0)
            .map_or_else(|_| found.value.clone().into_owned(), std::borrow::Cow::into_owned),
    )
}

impl Styles {
    /// Reads `word/styles.xml`; a damaged one gives the styles before the damage.
    pub(super) fn read(xml: &str) -> Self {
        let mut styles = BTreeMap::new();
        let mut current: Option<(String, Style)> = None;
        let mut reader = Reader::from_str(xml);
        while let Ok(event) = reader.read_event() {
            match event {
                Event::Start(element) | Event::Empty(element) => {
                    let name = element.local_name();
                    match (name.as_ref(), &mut current) {
                        ("style", _) => current = attribute(&element, "styleId").map(|id| (id, Style::default())),
                        ("name", Some((_, style))) => style.name = value(&element).unwrap_or_default(),
                        ("basedOn", Some((_, style))) => style.based_on = value(&element).unwrap_or_default(),
                        ("outlineLvl", Some((_, style))) => {
                            let level = value(&element).and_then(|level| level.parse::<u8>().ok());
                            style.is_outlined = level.is_some_and(|level| level < 9);
                        }
                        _ => {}
                    }
                }
                Event::End(element) if element.local_name().as_ref() == "style" => styles.extend(current.take()),
                Event::Eof => break,
                _ => {}
            }
        }
        Styles(styles)
    }

    /// What the style of that id is used for.
    pub(super) fn of(&self, id: &str) -> StyleUse {
        let mut id = id;
        // Styles may be based on each other in a circle.
        for _ in 0..16 {
            let style = self.0.get(id);
            let named = by_name(style.map_or(id, |style| &style.name));
            if named != StyleUse::Text {
                return named;
            }
            match style {
                Some(style) if style.is_outlined => return StyleUse::Heading,
                Some(style) if !style.based_on.is_empty() => id = &style.based_on,
                _ => return by_name(id),
            }
        }
        StyleUse::Text
    }
}

/// Word stores the English names of its own styles; ids and other programs' names are in the writer's language.
fn by_name(name: &str) -> StyleUse {
    let lower = name.to_lowercase().replace([' ', '-', '_'], "");
    let is = |starts: &[&str]| starts.iter().any(|start| lower.starts_with(start));
    if is(&["toc", "innh", "contents"]) {
        StyleUse::Contents
    } else if is(&["heading", "overskrift", "title", "tittel", "subtitle", "undertittel", "caption", "bildetekst"]) {
        StyleUse::Heading
    } else {
        StyleUse::Text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_is_a_heading_by_name_level_or_what_it_is_based_on() {
        let styles = Styles::read(
            r#"<w:styles><w:style w:styleId="a"><w:name w:val="heading 1"/></w:style>
            <w:style w:styleId="b"><w:name w:val="Min stil"/><w:basedOn w:val="a"/></w:style>
            <w:style w:styleId="c"><w:name w:val="Kapittel"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>
            <w:style w:styleId="d"><w:name w:val="x"/><w:basedOn w:val="d"/></w:style>
            <w:style w:styleId="INNH1"><w:name w:val="toc 1"/></w:style></w:styles>"#,
        );
        for id in ["a", "b", "c", "Overskrift2"] {
            assert_eq!(styles.of(id), StyleUse::Heading, "{id}");
        }
        for id in ["d", "Normal", ""] {
            assert_eq!(styles.of(id), StyleUse::Text, "{id}");
        }
        assert_eq!(styles.of("INNH1"), StyleUse::Contents);
    }
}
