//! Stretches of lines that belong together: paragraphs, list items, quotes, headings.

use std::collections::BTreeSet;

use super::join::join_wrapped;
use super::lines::{
    count_words, ends_quote, is_capitals, is_finished, is_markdown_heading, item_text, length, looks_like_heading,
    starts_lower, starts_lower_after_dash, starts_quote, starts_upper,
};
use super::{Block, Piece, TextLayout};

/// A lead-in that ends in a colon, or a question that stands alone, is a heading up to so many words.
const LEAD_IN_WORDS: usize = 14;

/// A heading's line leaves at least this share of the column's width free, so that it is not just a wrapped line.
const HEADING_WIDTH: f64 = 0.85;

/// A stretch of lines that belong together.
pub(super) struct Part<'a> {
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
    pub(super) fn into_piece(self, wrapped: bool) -> Piece {
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
pub(super) fn split_block<'a>(
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
pub(super) fn join_with_earlier(parts: &mut Vec<Part<'_>>, first: usize) {
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
