//! Paragraphs of running text, also where they were lifted out of a PDF: wrapped lines, words broken over two lines,
//! headings and page numbers in the middle of a sentence, blank lines that mean nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::settings::TextUnit;

/// A heading has at most so many words.
const HEADING_WORDS: usize = 10;

/// A lead-in that ends in a colon, or a question that stands alone, is a heading up to so many words.
const LEAD_IN_WORDS: usize = 14;

/// A heading's line leaves at least this share of the column's width free, so that it is not just a wrapped line.
const HEADING_WIDTH: f64 = 0.85;

/// A line and its number, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SourceLine {
    pub(super) row: u64,
    pub(super) text: String,
}

/// A unit of running text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// A paragraph, list item or quote.
    Answer { text: String, row: u64 },
    /// A heading.
    Heading { row: u64 },
    /// A page number, running head or loose scrap.
    Furniture { row: u64 },
}

impl Piece {
    /// The line it begins on.
    pub(super) fn row(&self) -> u64 {
        match self {
            Piece::Answer { row, .. } | Piece::Heading { row } | Piece::Furniture { row } => *row,
        }
    }
}

/// How a text is set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TextLayout {
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
    pub(super) fn of(lines: &[SourceLine], markdown: bool) -> Self {
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
    pub(super) fn unit(self) -> TextUnit {
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
    run_on >= 2 && run_on * 10 >= pairs * 3 && full * 10 >= run_on * 6 && width <= 160
}

/// Takes a text apart into answers, headings and furniture, in order.
pub(super) fn pieces(lines: &[SourceLine], layout: TextLayout) -> Vec<Piece> {
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

/// A stretch of lines that belong together.
struct Part<'a> {
    lines: Vec<(u64, &'a str)>,
    sort: Sort,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Text,
    Heading,
    Furniture,
}

impl Part<'_> {
    fn into_piece(self, wrapped: bool) -> Piece {
        let row = self.lines.first().map_or(0, |line| line.0);
        match self.sort {
            Sort::Heading => Piece::Heading { row },
            Sort::Furniture => Piece::Furniture { row },
            Sort::Text if wrapped => Piece::Answer { text: join_wrapped(&self.lines), row },
            Sort::Text => {
                let lines: Vec<&str> = self.lines.iter().map(|line| line.1).collect();
                Piece::Answer { text: lines.join("\n"), row }
            }
        }
    }

    fn is_open(&self) -> bool {
        self.sort == Sort::Text && self.lines.last().is_some_and(|line| !is_finished(line.1))
    }
}

/// Splits a block at list items, quotes and, in prose, headings and paragraphs that no blank line parts.
fn split_block<'a>(
    block: Block<'a>,
    layout: TextLayout,
    page_starts: &BTreeSet<u64>,
    questions_are_headings: bool,
    parts: &mut Vec<Part<'a>>,
) {
    let prose = layout.is_prose();
    let width = block.iter().map(|line| length(line.1)).max().unwrap_or(0);
    let first = parts.len();
    let mut current: Vec<(u64, &str)> = Vec::new();
    let mut is_item = false;
    let push = |lines: &mut Vec<(u64, &'a str)>, is_item: bool, last: bool, parts: &mut Vec<Part<'a>>| {
        let lines = std::mem::take(lines);
        if lines.is_empty() {
            return;
        }
        let after_headings_only = parts.iter().skip(first).all(|part| part.sort == Sort::Heading);
        let sort = if is_item {
            Sort::Text
        } else if layout.markdown && lines.iter().all(|line| is_markdown_heading(line.1)) {
            Sort::Heading
        } else if !prose {
            Sort::Text
        } else if last {
            let alone = parts.len() == first || after_headings_only;
            sort_of_last(&lines, alone, layout.wrapped, questions_are_headings)
        } else if looks_like_heading(&lines) {
            Sort::Heading
        } else {
            Sort::Text
        };
        parts.push(Part { lines, sort });
    };
    for (row, text) in block {
        let item = item_text(text).filter(|_| {
            current.last().is_none_or(|line| is_finished(line.1) || is_item || !starts_lower_after_dash(text))
        });
        let heading = layout.markdown && is_markdown_heading(text);
        let boundary = item.is_some()
            || heading
            || (layout.markdown && current.iter().all(|line| is_markdown_heading(line.1)))
            || page_starts.contains(&row)
            || (prose && is_boundary(&current, text, width, layout.wrapped, is_item));
        if boundary {
            push(&mut current, is_item, false, parts);
            is_item = item.is_some();
        }
        current.push((row, item.unwrap_or(text)));
    }
    push(&mut current, is_item, true, parts);
}

/// What the last lines of a block are; `alone` where nothing but headings stands above them.
fn sort_of_last(lines: &[(u64, &str)], alone: bool, wrapped: bool, questions_are_headings: bool) -> Sort {
    let words: usize = lines.iter().map(|line| count_words(line.1)).sum();
    let (first, last) = (lines.first().map_or("", |line| line.1), lines.last().map_or("", |line| line.1));
    let lead_in = words <= LEAD_IN_WORDS && last.ends_with(':');
    let question = words <= LEAD_IN_WORDS && last.ends_with('?') && alone && questions_are_headings;
    let heading = looks_like_heading(lines) && (alone || (wrapped && lines.len() == 1));
    if starts_quote(first) {
        Sort::Text
    } else if heading || lead_in || question {
        Sort::Heading
    } else if alone && words <= 3 && !is_finished(last) {
        Sort::Furniture
    } else {
        Sort::Text
    }
}

/// Whether a new part begins with `text`, after the lines in `current`.
fn is_boundary(current: &[(u64, &str)], text: &str, width: usize, wrapped: bool, is_item: bool) -> bool {
    let (Some((_, first)), Some((_, last))) = (current.first(), current.last()) else { return false };
    let narrow = |share: f64| length(last) as f64 <= width as f64 * share;
    if is_item {
        return wrapped && is_finished(last) && starts_upper(text) && narrow(0.6);
    }
    let quote_closed = starts_quote(first) && ends_quote(last);
    let quote_opens = starts_quote(text) && (is_finished(last) || looks_like_heading(current));
    let both_capitals = is_capitals(text) && current.iter().all(|line| is_capitals(line.1));
    let after_heading = looks_like_heading(current)
        && starts_upper(text)
        && !both_capitals
        && (narrow(HEADING_WIDTH) || is_capitals(last));
    let after_short_line = wrapped && is_finished(last) && starts_upper(text) && narrow(0.6);
    quote_closed || quote_opens || after_heading || after_short_line
}

/// Joins a block's first part to an earlier one that stopped in the middle of a sentence, headings between them or not.
fn join_with_earlier(parts: &mut Vec<Part<'_>>, first: usize) {
    let goes_on = parts.get(first).is_some_and(|part| {
        part.sort != Sort::Heading
            && part.lines.first().is_some_and(|line| starts_lower(line.1) || starts_lower_after_dash(line.1))
    });
    if !goes_on {
        return;
    }
    let earlier = parts.iter().take(first).rposition(|part| part.sort == Sort::Text);
    let is_open = |place: &usize| parts.get(*place).is_some_and(Part::is_open) && first - place <= 3;
    let Some(earlier) = earlier.filter(is_open) else { return };
    let part = parts.remove(first);
    if let Some(open) = parts.get_mut(earlier) {
        open.lines.extend(part.lines);
    }
}

/// One line of text out of several; a word broken over two lines is whole again.
fn join_wrapped(lines: &[(u64, &str)]) -> String {
    let mut text = String::new();
    for (_, line) in lines {
        let line = line.trim();
        let next_word: String = line.chars().take_while(|character| character.is_alphabetic()).collect();
        if let Some(stem) = text.strip_suffix(['-', '\u{ad}', '\u{2010}']) {
            let soft = !text.ends_with('-') && text.ends_with('\u{ad}');
            let before = stem.chars().next_back();
            let is_word = before.is_some_and(char::is_alphabetic);
            let elliptical = matches!(next_word.as_str(), "og" | "eller" | "and" | "or" | "samt");
            if soft || (is_word && starts_lower(line) && !elliptical) {
                // "IT-" before "systemer" keeps its hyphen; "inno-" before "vasjon" does not.
                if soft || !is_abbreviation(stem) {
                    let length = stem.len();
                    text.truncate(length);
                }
                text.push_str(line);
                continue;
            }
            if is_word && starts_upper(line) && !elliptical {
                text.push_str(line);
                continue;
            }
        }
        if !text.is_empty() {
            text.push(' ');
        }
        // Blanks inside a line that come from the page's layout.
        for (index, word) in line.split_whitespace().enumerate() {
            if index > 0 {
                text.push(' ');
            }
            text.push_str(word);
        }
    }
    text
}

/// Whether the last word is written in capitals or with digits.
fn is_abbreviation(stem: &str) -> bool {
    let word = stem.rsplit(|character: char| character.is_whitespace()).next().unwrap_or("");
    word.chars().count() >= 2 && !word.chars().any(char::is_lowercase)
}

fn length(text: &str) -> usize {
    text.chars().count()
}

fn count_words(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count()
}

fn starts_lower(text: &str) -> bool {
    text.starts_with(char::is_lowercase)
}

fn starts_upper(text: &str) -> bool {
    text.trim_start_matches(['«', '“', '"', '”', '(', '[', '-', '–', ' '])
        .starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit())
}

/// "– skal vi lykkes": a dash in the middle of a sentence, not a list item.
fn starts_lower_after_dash(text: &str) -> bool {
    text.strip_prefix(['-', '–', '—']).is_some_and(|rest| starts_lower(rest.trim_start()))
}

fn starts_quote(text: &str) -> bool {
    text.starts_with(['«', '“', '"', '„'])
}

fn ends_quote(text: &str) -> bool {
    text.trim_end_matches(['.', ',']).ends_with(['»', '”', '"', '“'])
}

/// Whether a sentence ends here.
fn is_finished(text: &str) -> bool {
    text.trim_end_matches(['»', '”', '"', ')', ']', ' ']).ends_with(['.', '!', '?', ':', '…'])
        || text.ends_with(['»', '”'])
}

fn is_capitals(text: &str) -> bool {
    text.contains(char::is_uppercase) && !text.contains(char::is_lowercase)
}

/// Words that no heading ends in; the line goes on.
const OPEN_ENDS: &str = "og|eller|i|på|av|til|for|med|som|at|om|fra|ved|en|et|å|den|det|de|er|the|a|of|and|or|to|in|on|\
        for|with|ein|eit|frå|mot|under|der";

fn looks_like_heading(lines: &[(u64, &str)]) -> bool {
    let (Some((_, first)), Some((_, last))) = (lines.first(), lines.last()) else { return false };
    let words: usize = lines.iter().map(|line| count_words(line.1)).sum();
    let last_word = last.rsplit(' ').next().unwrap_or("").to_lowercase();
    (1..=HEADING_WORDS).contains(&words)
        && first.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit())
        && !lines.iter().any(|line| line.1.ends_with(['.', '!', '?', ':', ';', ',', '-', '»', '”', '…']))
        && !super::headers::is_listed(&last_word, OPEN_ENDS)
}

/// `# Heading`.
pub(super) fn is_markdown_heading(text: &str) -> bool {
    let rest = text.trim_start_matches('#');
    let depth = text.len() - rest.len();
    (1..=6).contains(&depth) && rest.starts_with(' ')
}

/// The text of a list item, without its mark.
fn item_text(text: &str) -> Option<&str> {
    let mark = text.chars().next()?;
    let rest = if matches!(mark, '-' | '–' | '*' | '+' | '•' | '▪' | '◦' | '●' | '·' | '‣' | 'o') {
        let rest = text.get(mark.len_utf8()..)?;
        let certain = !matches!(mark, 'o' | '–');
        let blank = rest.starts_with([' ', '\t']);
        let opens = starts_upper(rest.trim_start()) || starts_quote(rest.trim_start());
        if blank && (certain || opens) { rest } else { return None }
    } else {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let rest = text.get(digits..)?.strip_prefix(['.', ')'])?;
        let is_number = (1..=2).contains(&digits) && rest.starts_with(' ') && starts_upper(rest.trim_start());
        // "3. november" is a date.
        if is_number { rest } else { return None }
    };
    let rest = rest.trim();
    (!rest.is_empty()).then_some(rest)
}

/// "9", "Side 3 av 12", "- 4 -".
fn is_page_number(text: &str) -> bool {
    let lower = text.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).peekable();
    let mut numbers = 0;
    let only = words.all(|word| {
        let number = word.bytes().all(|byte| byte.is_ascii_digit()) && word.len() <= 4;
        numbers += usize::from(number);
        number || matches!(word, "side" | "page" | "av" | "of" | "s")
    });
    only && (1..=2).contains(&numbers)
}

#[cfg(test)]
mod tests {
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
