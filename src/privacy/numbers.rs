//! Finding the numbers that point at a person among all other numbers.

use std::ops::Range;

use smallvec::SmallVec;

use super::check_digits::{has_birth_date, is_account, is_national_id, is_organisation};
use super::redact::{Finding, MarkKind};

/// What stands between two groups of digits that may belong to one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Separator {
    Space,
    Dot,
    Hyphen,
    /// Brackets, or several signs; only in international telephone numbers.
    Mixed,
}

/// Digits that stand together.
#[derive(Debug, Clone)]
struct Group {
    range: Range<usize>,
    /// What stands between this group and the one before it in the run.
    separator: Option<Separator>,
}

impl Group {
    fn length(&self) -> usize {
        self.range.len()
    }
}

/// Groups of digits with nothing but separators between them.
struct Run<'a> {
    text: &'a str,
    groups: SmallVec<[Group; 8]>,
}

/// Words before a number that make a telephone number of a shape that could be another.
const PHONE_WORDS: &[&str] = &[
    "tlf",
    "tel",
    "telefon",
    "telefonnummer",
    "mob",
    "mobil",
    "mobilnr",
    "mobilnummer",
    "ring",
    "sms",
    "phone",
    "call",
    "nummer",
];
/// Words before a number that say it is an organisation's.
const ORGANISATION_WORDS: &[&str] =
    &["org", "orgnr", "organisasjonsnummer", "organisasjonsnr", "organisation", "foretaksnummer", "virksomhetsnummer"];
/// Words before a number that say it is no telephone number.
const OTHER_WORDS: &[&str] = &[
    "sak",
    "saknr",
    "saksnr",
    "saksnummer",
    "arkivsak",
    "arkivsaknr",
    "ref",
    "referanse",
    "journalnr",
    "id",
    "ordre",
    "ordrenr",
    "faktura",
    "fakturanr",
    "kid",
    "dok",
    "versjon",
    "isbn",
    "issn",
    "gnr",
    "bnr",
    "org",
    "orgnr",
    "organisasjonsnummer",
    "kr",
    "nok",
    "kroner",
    "eur",
    "usd",
    "case",
    "invoice",
    "sum",
    "beløp",
];
/// Words and signs after a number that make it a sum or a count.
const UNITS: &[&str] = &[
    "kr",
    "kroner",
    "krone",
    "nok",
    "mill",
    "millioner",
    "millionar",
    "mrd",
    "milliarder",
    "milliardar",
    "eur",
    "euro",
    "usd",
    "dollar",
    "%",
    "prosent",
    "innbyggere",
    "innbyggjarar",
    "personer",
    "personar",
    "mennesker",
    "timer",
    "timar",
    "stk",
    "€",
    "$",
    "£",
    ",-",
];

/// The national ids, account, organisation and telephone numbers of a text, first to last.
pub(super) fn numbers(text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut position = 0;
    while let Some(offset) = text.as_bytes().iter().skip(position).position(u8::is_ascii_digit) {
        let run = Run::read(text, position + offset);
        position = run.groups.last().map_or(text.len(), |group| group.range.end);
        run.search(&mut found);
    }
    found
}

impl<'a> Run<'a> {
    /// Reads the run that starts with the digit at `start`.
    fn read(text: &'a str, start: usize) -> Self {
        let mut groups = SmallVec::new();
        let mut group = Group { range: digits_from(text, start), separator: None };
        loop {
            let end = group.range.end;
            groups.push(group);
            let Some((separator, next)) = separator_at(text, end) else { break };
            group = Group { range: digits_from(text, next), separator: Some(separator) };
        }
        Run { text, groups }
    }

    fn search(&self, found: &mut Vec<Finding>) {
        let mut index = 0;
        while index < self.groups.len() {
            match self.number_at(index) {
                Some((count, kind)) => {
                    found.extend(self.finding(index, count, kind));
                    index += count;
                }
                None => index += 1,
            }
        }
    }

    /// The number that starts with group `index`: of how many groups, and of which kind.
    fn number_at(&self, index: usize) -> Option<(usize, MarkKind)> {
        if let Some(count) = self.iban_at(index) {
            return Some((count, MarkKind::Account));
        }
        if let Some(count) = self.international_phone_at(index) {
            return Some((count, MarkKind::Phone));
        }
        // A number with both check digits and a date is one, whatever letters stand against it ("fnr01019012345").
        if self.has_shape(index, &[11], &[]) && self.digits(index, 1).is_some_and(|digits| is_national_id(&digits)) {
            return Some((1, MarkKind::NationalId));
        }
        if self.is_attached_before(index) {
            return None;
        }
        let candidates = [
            (self.national_id_at(index), MarkKind::NationalId),
            (self.account_at(index), MarkKind::Account),
            (self.organisation_at(index), MarkKind::Organisation),
            (self.phone_at(index), MarkKind::Phone),
        ];
        candidates.into_iter().find_map(|(count, kind)| {
            let count = count?;
            (!self.is_attached_after(index + count - 1)).then_some((count, kind))
        })
    }

    fn finding(&self, index: usize, count: usize, kind: MarkKind) -> Option<Finding> {
        let first = &self.groups.get(index)?.range;
        let last = &self.groups.get(index + count - 1)?.range;
        let before = self.before(index);
        let start = match kind {
            MarkKind::Account if before.ends_with("NO") => first.start - 2,
            MarkKind::Phone if before.ends_with('+') => first.start - 1,
            _ => first.start,
        };
        let opened = before.ends_with("(+") && self.text.get(first.end..).is_some_and(|rest| rest.starts_with(')'));
        let start = if kind == MarkKind::Phone && opened { start - 1 } else { start };
        Some(Finding { range: start..last.end, kind })
    }

    /// The text up to group `index`.
    fn before(&self, index: usize) -> &'a str {
        self.groups.get(index).and_then(|group| self.text.get(..group.range.start)).unwrap_or("")
    }

    /// The text from the end of group `index`.
    fn after(&self, index: usize) -> &'a str {
        self.groups.get(index).and_then(|group| self.text.get(group.range.end..)).unwrap_or("")
    }

    /// Whether the group is the tail of a word, a case number or a decimal.
    fn is_attached_before(&self, index: usize) -> bool {
        let mut before = self.before(index).chars().rev();
        match before.next() {
            Some('/' | ',' | ':') => before.next().is_some_and(|character| character.is_ascii_digit()),
            Some('_' | '#' | '§') => true,
            Some(character) => character.is_alphabetic(),
            None => false,
        }
    }

    /// Whether the group is the head of a word, a case number, a decimal or a percentage.
    fn is_attached_after(&self, index: usize) -> bool {
        let mut after = self.after(index).chars();
        match after.next() {
            Some('/' | ',') => after.next().is_some_and(|character| character.is_ascii_digit()),
            Some('_' | '%') => true,
            Some(character) => character.is_alphabetic(),
            None => false,
        }
    }

    /// The digits of `count` groups from `index`; none where there are fewer.
    fn digits(&self, index: usize, count: usize) -> Option<SmallVec<[u8; 16]>> {
        let groups = self.groups.get(index..index + count)?;
        let bytes = groups.iter().filter_map(|group| self.text.as_bytes().get(group.range.clone())).flatten();
        Some(bytes.map(|byte| byte - b'0').collect())
    }

    /// Whether the groups from `index` have these lengths, with one of these separators all through.
    fn has_shape(&self, index: usize, lengths: &[usize], separators: &[Separator]) -> bool {
        let Some(groups) = self.groups.get(index..index + lengths.len()) else { return false };
        let mut between = groups.iter().skip(1).map(|group| group.separator);
        let first = between.next().flatten();
        groups.iter().map(Group::length).eq(lengths.iter().copied())
            && first.is_none_or(|separator| separators.contains(&separator))
            && between.all(|separator| separator == first)
    }

    fn national_id_at(&self, index: usize) -> Option<usize> {
        use Separator::{Dot, Hyphen, Space};
        if self.has_shape(index, &[11], &[]) {
            let digits = self.digits(index, 1)?;
            // A birth date at the front and a wrong check digit: mistyped, and no less personal.
            return (is_national_id(&digits) || (has_birth_date(&digits) && !is_account(&digits))).then_some(1);
        }
        if self.has_shape(index, &[6, 5], &[Space, Hyphen, Dot]) {
            return Some(2);
        }
        let written_date = |lengths: &[usize]| {
            let date = lengths.split_last().map_or(&[][..], |(_, date)| date);
            let date_fits = self.has_shape(index, date, &[Dot, Space, Hyphen]);
            let tail_fits = self
                .groups
                .get(index + date.len())
                .is_some_and(|group| group.length() == 5 && matches!(group.separator, Some(Space | Hyphen)));
            date_fits && tail_fits && self.digits(index, date.len()).is_some_and(|digits| has_birth_date(&digits))
        };
        if written_date(&[2, 2, 2, 5]) || written_date(&[2, 2, 4, 5]) {
            return Some(4);
        }
        None
    }

    fn account_at(&self, index: usize) -> Option<usize> {
        if self.has_shape(index, &[11], &[]) {
            return is_account(&self.digits(index, 1)?).then_some(1);
        }
        self.has_shape(index, &[4, 2, 5], &[Separator::Dot, Separator::Space]).then_some(3)
    }

    /// Nine digits with a right check digit, or of that shape after a word that says so.
    fn organisation_at(&self, index: usize) -> Option<usize> {
        use Separator::{Dot, Space};
        let count = if self.has_shape(index, &[9], &[]) {
            1
        } else if self.has_shape(index, &[3, 3, 3], &[Space, Dot]) && !self.has_three_digits_around(index, 3) {
            3
        } else {
            return None;
        };
        let word = self.word_before(index);
        if ORGANISATION_WORDS.contains(&word.as_str()) {
            return Some(count);
        }
        let is_other = OTHER_WORDS.contains(&word.as_str())
            || self.has_unit_after(index + count - 1)
            || self.has_currency_sign_before(index);
        (!is_other && is_organisation(&self.digits(index, count)?)).then_some(count)
    }

    /// Whether a group of three digits stands beside the `count` groups from `index`: they are part of a longer number.
    fn has_three_digits_around(&self, index: usize, count: usize) -> bool {
        let is_three = |at: usize| self.groups.get(at).is_some_and(|group| group.length() == 3);
        is_three(index + count) || index.checked_sub(1).is_some_and(is_three)
    }

    /// NO, two check digits, eleven digits (ISO 13616), with or without blanks.
    fn iban_at(&self, index: usize) -> Option<usize> {
        let before = self.before(index).strip_suffix("NO")?;
        if before.ends_with(char::is_alphanumeric) {
            return None;
        }
        let mut length = 0;
        let mut count = 0;
        for group in self.groups.iter().skip(index) {
            if count > 0 && group.separator != Some(Separator::Space) {
                break;
            }
            length += group.length();
            count += 1;
            if length >= 13 {
                break;
            }
        }
        let digits = self.digits(index, count).filter(|_| length == 13)?;
        let (check, account) = digits.split_at_checked(2)?;
        // N = 23, O = 24; the whole, with the head moved to the end, leaves 1 on division by 97.
        let moved = account.iter().chain(&[2, 3, 2, 4]).chain(check);
        let remainder = moved.fold(0u32, |remainder, &digit| (remainder * 10 + u32::from(digit)) % 97);
        (remainder == 1 && !self.is_attached_after(index + count - 1)).then_some(count)
    }

    /// `+` or `00`, a country code and a number: eight digits after 47, else eight to fifteen in all.
    fn international_phone_at(&self, index: usize) -> Option<usize> {
        let before = self.before(index);
        let first = self.text.get(self.groups.get(index)?.range.clone())?;
        let (digits_of_prefix, is_norwegian) = if let Some(before) = before.strip_suffix('+') {
            if before.ends_with(char::is_alphanumeric) {
                return None;
            }
            (0, first.starts_with("47"))
        } else if first.starts_with("00") && first.len() >= 4 && !self.is_attached_before(index) {
            (2, first.starts_with("0047"))
        } else {
            return None;
        };
        let mut length = 0;
        let mut best = None;
        for (offset, group) in self.groups.iter().skip(index).enumerate() {
            length += group.length();
            let total = length - digits_of_prefix.min(length);
            if total > 15 {
                break;
            }
            let fits = if is_norwegian { total == 10 } else { (8..=15).contains(&total) };
            if fits && !self.is_attached_after(index + offset) {
                best = Some(offset + 1);
            }
        }
        best
    }

    /// Eight digits in one of the shapes that Norwegian numbers are written in.
    fn phone_at(&self, index: usize) -> Option<usize> {
        let word = self.word_before(index);
        let is_named = PHONE_WORDS.contains(&word.as_str());
        if !is_named && OTHER_WORDS.contains(&word.as_str()) {
            return None;
        }
        let count = self.phone_shape_at(index, is_named)?;
        let digits = self.digits(index, count)?;
        let starts_right = digits.first().is_some_and(|&digit| digit >= 2 || is_named && digit > 0);
        let is_round = digits.ends_with(&[0, 0, 0, 0, 0])
            || (count == 1 && digits.ends_with(&[0, 0, 0]) && speaks_of_money(self.text));
        let is_sum = self.has_unit_after(index + count - 1) || self.has_currency_sign_before(index);
        let is_day = count == 1 && is_calendar_day(&digits);
        (starts_right && !is_sum && (is_named || !is_round && !is_day)).then_some(count)
    }

    fn phone_shape_at(&self, index: usize, is_named: bool) -> Option<usize> {
        use Separator::{Dot, Hyphen, Space};
        let separators: &[Separator] = if is_named { &[Space, Hyphen, Dot] } else { &[Space] };
        if self.has_shape(index, &[8], &[]) {
            // "22334455-3" and the like are parts of longer numbers.
            let goes_on = |at: usize| self.groups.get(at).is_some_and(|group| group.separator != Some(Space));
            let comes_from = index > 0 && self.groups.get(index).is_some_and(|group| group.separator != Some(Space));
            return (!goes_on(index + 1) && !comes_from).then_some(1);
        }
        if self.has_shape(index, &[3, 2, 3], separators) {
            return Some(3);
        }
        if self.has_shape(index, &[2, 2, 2, 2], separators) {
            return self.pairs_around(index).is_multiple_of(4).then_some(4);
        }
        (is_named && self.has_shape(index, &[4, 4], separators)).then_some(2)
    }

    /// How many groups of two digits follow each other from `index` on, and before it.
    fn pairs_around(&self, index: usize) -> usize {
        let is_pair = |group: &&Group| group.length() == 2;
        let after = self.groups.iter().skip(index).take_while(is_pair).count();
        let before = self.groups.iter().take(index).rev().take_while(is_pair).count();
        after + before
    }

    /// The word that stands before group `index`, in lower case.
    fn word_before(&self, index: usize) -> String {
        let before =
            self.before(index).trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '.' | ':' | '#' | '('));
        let word = before.trim_end_matches(char::is_alphabetic).len();
        let word = before.get(word..).unwrap_or("");
        // "org.nr.", "mob nr": look past the "nr".
        if matches!(word, "nr" | "Nr" | "nummer") {
            let rest = before.strip_suffix(word).unwrap_or("").trim_end_matches([' ', '.']);
            let start = rest.trim_end_matches(char::is_alphabetic).len();
            let named = rest.get(start..).unwrap_or("");
            if !named.is_empty() {
                return named.to_lowercase();
            }
        }
        word.to_lowercase()
    }

    fn has_unit_after(&self, index: usize) -> bool {
        let after = self.after(index).trim_start_matches([' ', '\u{a0}', '\u{202f}']).to_lowercase();
        UNITS.iter().any(|unit| {
            after
                .strip_prefix(unit)
                .is_some_and(|rest| !unit.ends_with(char::is_alphabetic) || !rest.starts_with(char::is_alphabetic))
        })
    }

    fn has_currency_sign_before(&self, index: usize) -> bool {
        self.before(index).trim_end().ends_with(['$', '€', '£'])
    }
}

/// Whether a text is about money, so that whole thousands in it are sums.
fn speaks_of_money(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "budsjett", "kroner", "kostnad", "kostna", "beløp", "utgift", "inntekt", "tilskudd", "tilskot", "million",
        "ramme", "budget", "cost", "nok", "spending", "grant", "pengar", "penger",
    ];
    let lower = text.to_lowercase();
    WORDS.iter().any(|word| lower.contains(word))
}

fn digits_from(text: &str, start: usize) -> Range<usize> {
    let length = text.as_bytes().iter().skip(start).take_while(|byte| byte.is_ascii_digit()).count();
    start..start + length
}

/// The separator at `position`, and where the digits after it start.
fn separator_at(text: &str, position: usize) -> Option<(Separator, usize)> {
    let rest = text.get(position..)?;
    let is_sign = |c: char| matches!(c, ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}' | '.' | '-' | '–' | '(' | ')');
    let between: SmallVec<[char; 3]> = rest.chars().take_while(|&c| is_sign(c)).take(3).collect();
    let next = position + between.iter().map(|c| c.len_utf8()).sum::<usize>();
    if !text.as_bytes().get(next).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let separator = match between.as_slice() {
        [' ' | '\u{a0}' | '\u{2009}' | '\u{202f}'] => Separator::Space,
        ['.'] => Separator::Dot,
        ['-' | '–'] => Separator::Hyphen,
        [] => return None,
        _ => Separator::Mixed,
    };
    Some((separator, next))
}

/// Whether eight digits are a day of the calendar, as year, month, day or the other way round.
fn is_calendar_day(digits: &[u8]) -> bool {
    let &[a, b, c, d, e, f, g, h] = digits else { return false };
    let two = |tens: u8, ones: u8| 10 * tens + ones;
    let fits = |century: u8, month: u8, day: u8| {
        matches!(century, 19 | 20) && (1..=12).contains(&month) && (1..=31).contains(&day)
    };
    fits(two(a, b), two(e, f), two(g, h)) || fits(two(e, f), two(c, d), two(a, b))
}
