//! What a single line looks like.

/// A heading has at most so many words.
const HEADING_WORDS: usize = 10;

pub(super) fn length(text: &str) -> usize {
    text.chars().count()
}

pub(super) fn count_words(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count()
}

pub(super) fn starts_lower(text: &str) -> bool {
    text.starts_with(char::is_lowercase)
}

pub(super) fn starts_upper(text: &str) -> bool {
    text.trim_start_matches(['«', '“', '"', '”', '(', '[', '-', '–', ' '])
        .starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit())
}

/// "– skal vi lykkes": a dash in the middle of a sentence, not a list item.
pub(super) fn starts_lower_after_dash(text: &str) -> bool {
    text.strip_prefix(['-', '–', '—']).is_some_and(|rest| starts_lower(rest.trim_start()))
}

pub(super) fn starts_quote(text: &str) -> bool {
    text.starts_with(['«', '“', '"', '„'])
}

pub(super) fn ends_quote(text: &str) -> bool {
    text.trim_end_matches(['.', ',']).ends_with(['»', '”', '"', '“'])
}

/// Whether a sentence ends here.
pub(super) fn is_finished(text: &str) -> bool {
    text.trim_end_matches(['»', '”', '"', ')', ']', ' ']).ends_with(['.', '!', '?', ':', '…'])
        || text.ends_with(['»', '”'])
}

pub(super) fn is_capitals(text: &str) -> bool {
    text.contains(char::is_uppercase) && !text.contains(char::is_lowercase)
}

/// Words that no heading ends in; the line goes on.
const OPEN_ENDS: &str = "og|eller|i|på|av|til|for|med|som|at|om|fra|ved|en|et|å|den|det|de|er|the|a|of|and|or|to|in|on|\
        for|with|ein|eit|frå|mot|under|der";

pub(super) fn looks_like_heading(lines: &[(u64, &str)]) -> bool {
    let (Some((_, first)), Some((_, last))) = (lines.first(), lines.last()) else { return false };
    let words: usize = lines.iter().map(|line| count_words(line.1)).sum();
    let last_word = last.rsplit(' ').next().unwrap_or("").to_lowercase();
    (1..=HEADING_WORDS).contains(&words)
        && first.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit())
        && !lines.iter().any(|line| line.1.ends_with(['.', '!', '?', ':', ';', ',', '-', '»', '”', '…']))
        && !crate::ingest::headers::is_listed(&last_word, OPEN_ENDS)
}

/// `# Heading`.
pub(in crate::ingest) fn is_markdown_heading(text: &str) -> bool {
    let rest = text.trim_start_matches('#');
    let depth = text.len() - rest.len();
    (1..=6).contains(&depth) && rest.starts_with(' ')
}

/// The text of a list item, without its mark.
pub(super) fn item_text(text: &str) -> Option<&str> {
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
pub(super) fn is_page_number(text: &str) -> bool {
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
