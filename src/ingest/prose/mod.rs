//! Paragraphs of running text, also where they were lifted out of a PDF: wrapped lines, words broken over two lines,
//! headings and page numbers in the middle of a sentence, blank lines that mean nothing.

mod join;
mod lines;
mod parts;

use std::collections::{BTreeMap, BTreeSet};

use crate::settings::TextUnit;
pub(in crate::ingest) use lines::is_markdown_heading;
use lines::{count_words, is_finished, is_page_number, length, starts_lower, starts_upper};
use parts::{Part, join_with_earlier, split_block};

/// Lines shorter than this are no column of running text, whatever they begin with.
const NARROWEST_COLUMN: usize = 30;

/// A line and its number, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ingest) struct SourceLine {
    pub(in crate::ingest) row: u64,
    pub(in crate::ingest) text: String,
}

/// A unit of running text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ingest) enum Piece {
    /// A paragraph, list item or quote.
    Answer { text: String, row: u64 },
    /// A heading.
    Heading { row: u64 },
    /// A page number, running head or loose scrap.
    Furniture { row: u64 },
}

impl Piece {
    /// The line it begins on.
    pub(in crate::ingest) fn row(&self) -> u64 {
        match self {
            Piece::Answer { row, .. } | Piece::Heading { row } | Piece::Furniture { row } => *row,
        }
    }
}

/// How a text is set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::ingest) struct TextLayout {
    /// Sentences run over several lines.
    wrapped: bool,
    /// Blank lines stand between the units.
    spaced: bool,
    /// Paragraphs are long enough for short lines between them to be headings.
    headed: bool,
    markdown: bool,
}

impl TextLayout {
    /// Looks at the whole text.
    pub(in crate::ingest) fn of(lines: &[SourceLine], markdown: bool) -> Self {
        let blocks = blocks(lines.iter().map(|line| (line.row, line.text.trim())));
        let filled: usize = blocks.iter().map(Vec::len).sum();
        let mut words: Vec<usize> =
            blocks.iter().map(|block| block.iter().map(|line| count_words(line.1)).sum()).collect();
        words.sort_unstable();
        let typical_words = words.get(words.len() / 2).copied().unwrap_or(0);
        TextLayout {
            wrapped: is_wrapped(&blocks),
            spaced: blocks.len() >= 2 && filled <= 8 * blocks.len(),
            headed: markdown || typical_words >= 15,
            markdown,
        }
    }

    /// What one answer is.
    pub(in crate::ingest) fn unit(self) -> TextUnit {
        if self.wrapped || self.spaced { TextUnit::Paragraph } else { TextUnit::Line }
    }
}

impl TextLayout {
    /// Whether headings and page furniture are to be expected.
    fn is_prose(self) -> bool {
        self.wrapped || self.headed
    }
}

type Block<'a> = Vec<(u64, &'a str)>;

fn blocks<'a>(lines: impl Iterator<Item = (u64, &'a str)>) -> Vec<Block<'a>> {
    let mut blocks: Vec<Block<'a>> = Vec::new();
    let mut after_blank = true;
    for (row, text) in lines {
        if text.is_empty() {
            after_blank = true;
            continue;
        }
        match blocks.last_mut() {
            Some(block) if !after_blank => block.push((row, text)),
            _ => blocks.push(vec![(row, text)]),
        }
        after_blank = false;
    }
    blocks
}

/// Whether lines go on where the one before filled the column.
fn is_wrapped(blocks: &[Block<'_>]) -> bool {
    let mut lengths: Vec<usize> = blocks.iter().flatten().map(|line| length(line.1)).collect();
    lengths.sort_unstable();
    let width = lengths.get(lengths.len() * 9 / 10).copied().unwrap_or(0);
    let (mut pairs, mut run_on, mut full) = (0, 0, 0);
    for pair in blocks.iter().flat_map(|block| block.windows(2)) {
        let [(_, before), (_, after)] = pair else { continue };
        pairs += 1;
        if starts_lower(after) && !is_finished(before) {
            run_on += 1;
            full += usize::from(length(before) * 10 >= width * 6);
        }
    }
    run_on >= 2 && run_on * 10 >= pairs * 3 && full * 10 >= run_on * 6 && (NARROWEST_COLUMN..=160).contains(&width)
}

/// Takes a text apart into answers, headings and furniture, in order.
pub(in crate::ingest) fn pieces(lines: &[SourceLine], layout: TextLayout) -> Vec<Piece> {
    let prose = layout.is_prose();
    let running_heads = if layout.wrapped { running_heads(lines) } else { BTreeMap::new() };
    let is_furniture = |text: &str| {
        (prose && (is_page_number(text) || running_heads.contains_key(text))) || !text.contains(char::is_alphanumeric)
    };
    let mut found: Vec<Piece> = Vec::new();
    let mut kept = Vec::with_capacity(lines.len());
    for line in lines {
        let text = line.text.trim();
        if !text.is_empty() && is_furniture(text) {
            found.push(Piece::Furniture { row: line.row });
            kept.push((line.row, ""));
        } else {
            kept.push((line.row, text));
        }
    }
    let page_starts = if layout.wrapped { page_starts(lines) } else { BTreeSet::new() };
    let blocks = blocks(kept.into_iter());
    let questions = blocks.iter().filter(|block| block.last().is_some_and(|line| line.1.ends_with('?'))).count();
    let questions_are_answers = questions * 5 >= blocks.len();
    let mut parts: Vec<Part<'_>> = Vec::new();
    for block in blocks {
        let first = parts.len();
        split_block(block, layout, &page_starts, !questions_are_answers, &mut parts);
        if layout.wrapped {
            join_with_earlier(&mut parts, first);
        }
    }
    found.extend(parts.into_iter().map(|part| part.into_piece(layout.wrapped)));
    found.sort_by_key(Piece::row);
    found
}

/// Lines that are set in while the line before is not, and begin with a capital: where a PDF reader puts the top of a
/// page right under the foot of the one before.
fn page_starts(lines: &[SourceLine]) -> BTreeSet<u64> {
    let pairs = lines.windows(2).filter_map(|pair| match pair {
        [before, after] => Some((before, after)),
        _ => None,
    });
    pairs
        .filter(|(before, after)| {
            let is_set_in = |text: &str| text.starts_with([' ', '\t', '\u{c}']);
            is_set_in(&after.text) && !is_set_in(&before.text) && starts_upper(after.text.trim())
        })
        .map(|(_, after)| after.row)
        .collect()
}

/// Short lines that stand alone three times or more.
fn running_heads(lines: &[SourceLine]) -> BTreeMap<&str, usize> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let text = |index: Option<usize>| index.and_then(|index| lines.get(index)).map_or("", |line| line.text.trim());
    for index in 0..lines.len() {
        let line = text(Some(index));
        let alone = text(index.checked_sub(1)).is_empty() && text(index.checked_add(1)).is_empty();
        if alone && !line.is_empty() && length(line) <= 60 && !is_finished(line) {
            *counts.entry(line).or_default() += 1;
        }
    }
    counts.retain(|_, count| *count >= 3);
    counts
}

#[cfg(test)]
mod tests {
    use super::lines::item_text;
    use super::*;

    fn read(text: &str) -> Vec<Piece> {
        let lines: Vec<SourceLine> =
            text.lines().zip(1..).map(|(text, row)| SourceLine { row, text: text.to_owned() }).collect();
        let layout = TextLayout::of(&lines, false);
        assert_eq!(layout.unit(), TextUnit::Paragraph);
        pieces(&lines, layout)
    }

    fn answers(text: &str) -> Vec<String> {
        let answer = |piece: Piece| match piece {
            Piece::Answer { text, .. } => Some(text),
            _ => None,
        };
        read(text).into_iter().filter_map(answer).collect()
    }

    const PDF: &str = "\
 SKOGEN VÅR
Trær er viktige
Skogen gir oss både ved, tømmer og frisk luft, og de
fleste som bor i nærheten går tur der hver eneste uke. Skog-
brukere har lenge sagt at bjørk er bedre enn gran- og
furu i bratte lier, særlig der IT-
systemer ikke når fram til
$
$
7
$
$
alle som bor der.
$
$
- Plant mer bjørk i de bratteste liene der det
  raser om våren.
- La døde trær ligge
$
$
«Et tre er ikke bare et tre,
men et helt hus for småkryp.»
$
$
Vi hadde også en runde om hvordan vi kan ta bedre
vare på stiene, og alle var enige om at merkingen må
$
$
Stier og merking
$
$
bli mye bedre enn i dag.
 Neste kapittel
";

    #[test]
    fn a_text_lifted_out_of_a_pdf_comes_back_in_whole_paragraphs() {
        let text = PDF.replace('$', "");
        assert_eq!(
            answers(&text),
            [
                "Skogen gir oss både ved, tømmer og frisk luft, og de fleste som bor i nærheten går tur der hver \
                 eneste uke. Skogbrukere har lenge sagt at bjørk er bedre enn gran- og furu i bratte lier, særlig der \
                 IT-systemer ikke når fram til alle som bor der.",
                "Plant mer bjørk i de bratteste liene der det raser om våren.",
                "La døde trær ligge",
                "«Et tre er ikke bare et tre, men et helt hus for småkryp.»",
                "Vi hadde også en runde om hvordan vi kan ta bedre vare på stiene, og alle var enige om at merkingen \
                 må bli mye bedre enn i dag.",
            ]
        );
        let rows: Vec<u64> = read(&text).iter().map(Piece::row).collect();
        assert!(rows.is_sorted());
        let headings = read(&text).into_iter().filter(|piece| matches!(piece, Piece::Heading { .. })).count();
        let furniture = read(&text).into_iter().filter(|piece| matches!(piece, Piece::Furniture { .. })).count();
        assert_eq!((headings, furniture), (4, 1));
    }

    fn unit(text: &str) -> TextUnit {
        let lines: Vec<SourceLine> =
            text.lines().zip(1..).map(|(text, row)| SourceLine { row, text: text.to_owned() }).collect();
        TextLayout::of(&lines, false).unit()
    }

    #[test]
    fn a_list_of_answers_is_read_by_the_line_whatever_its_case() {
        assert_eq!(
            unit("mer tid\nfærre skjemaer og mindre rapportering til alle etater\nbedre kaffe\nlengre frist\n"),
            TextUnit::Line
        );
        assert_eq!(unit("En setning.\nEn til.\n"), TextUnit::Line);
        assert_eq!(unit("tid\nro\nplass\ntillit\n"), TextUnit::Line);
        assert_eq!(unit(""), TextUnit::Line);
        let stray_blank = format!("{}\n{}", "Mer tid til utvikling\n".repeat(20), "Mindre styr\n".repeat(20));
        assert_eq!(unit(&stray_blank), TextUnit::Line);
    }

    #[test]
    fn blank_lines_between_short_answers_make_paragraphs_and_no_headings() {
        let text = "Mer tid\nog mindre stress\n\nFærre skjemaer\n\nBedre kaffe\n";
        assert_eq!(answers(text), ["Mer tid\nog mindre stress", "Færre skjemaer", "Bedre kaffe"]);
    }

    #[test]
    fn a_date_is_no_list_item() {
        assert_eq!(item_text("3. november var vi samlet"), None);
        assert_eq!(item_text("3. Ta vare på stiene"), Some("Ta vare på stiene"));
        assert_eq!(item_text("– sa hun"), None);
        assert_eq!(item_text("• sa hun"), Some("sa hun"));
        assert_eq!(item_text("og så"), None);
    }

    proptest::proptest! {
        #[test]
        fn every_filled_line_is_in_exactly_one_piece(text in "([A-Za-zæøå«».?:# -]{0,30}\n){0,30}") {
            let lines: Vec<SourceLine> =
                text.lines().zip(1..).map(|(text, row)| SourceLine { row, text: text.to_owned() }).collect();
            for markdown in [false, true] {
                let found = pieces(&lines, TextLayout::of(&lines, markdown));
                proptest::prop_assert!(found.iter().map(Piece::row).is_sorted());
                let first = lines.iter().find(|line| !line.text.trim().is_empty()).map(|line| line.row);
                proptest::prop_assert_eq!(found.first().map(Piece::row), first);
            }
        }
    }
}
