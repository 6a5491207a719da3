//! Redaction of what points at a person: national ids, telephone and account numbers, e-mail
//! addresses and user names.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr_iter;

use super::numbers::numbers;
use crate::span::{CodePoints, Span};

/// What a redaction mark stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MarkKind {
    /// Fødselsnummer, D-number or synthetic national id.
    NationalId,
    /// Telephone number.
    Phone,
    /// E-mail address.
    Email,
    /// Bank account number, also as IBAN.
    Account,
    /// User name of a social network ("@navn").
    Handle,
}

impl MarkKind {
    const ALL: [MarkKind; 5] =
        [MarkKind::NationalId, MarkKind::Phone, MarkKind::Email, MarkKind::Account, MarkKind::Handle];

    /// What stands in the text instead.
    pub fn mark(self) -> &'static str {
        match self {
            MarkKind::NationalId => "[fødselsnummer]",
            MarkKind::Phone => "[telefon]",
            MarkKind::Email => "[e-post]",
            MarkKind::Account => "[kontonummer]",
            MarkKind::Handle => "[brukernavn]",
        }
    }
}

/// A mark in a redacted text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// What it stands for.
    pub kind: MarkKind,
    /// Where it stands in the redacted text.
    pub span: Span,
}

/// A text after redaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redacted {
    /// The text with marks.
    pub text: String,
    /// All marks in it, in order; those that stood in the input already are among them.
    pub marks: Vec<Mark>,
}

/// A stretch of text to be replaced by a mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) range: Range<usize>,
    pub(super) kind: MarkKind,
}

/// The text with a mark in place of each national id (valid check digits, or written 6 + 5),
/// telephone number, e-mail address, account number and @handle.
///
/// Years, sums, case numbers and organisation numbers stay. Redacting twice changes nothing more; a
/// text with neither digit nor `@` is borrowed after one look at its bytes.
pub fn redact(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| byte.is_ascii_digit() || byte == b'@') {
        return Cow::Borrowed(text);
    }
    let mut redacted = Cow::Borrowed(text);
    // Taking out one number can leave its neighbours in a shape of their own, so look again until
    // nothing is found. Every pass takes out at least one digit or `@`.
    loop {
        let findings = findings(&redacted);
        if findings.is_empty() {
            return redacted;
        }
        redacted = Cow::Owned(replace(&redacted, &findings));
    }
}

/// [`redact`], with the place of each mark.
pub fn redact_with_marks(text: &str) -> Redacted {
    let text = redact(text).into_owned();
    let code_points = CodePoints::new(&text);
    let marks = memchr_iter(b'[', text.as_bytes())
        .filter_map(|start| {
            let kind = mark_kind_at(&text, start)?;
            Some(Mark { kind, span: code_points.span(&(start..start + kind.mark().len())) })
        })
        .collect();
    Redacted { text, marks }
}

/// The redaction mark that starts at byte `position` of `text`, if one does.
pub fn mark_at(text: &str, position: usize) -> Option<&'static str> {
    mark_kind_at(text, position).map(MarkKind::mark)
}

fn mark_kind_at(text: &str, position: usize) -> Option<MarkKind> {
    let rest = text.get(position..)?;
    MarkKind::ALL.into_iter().find(|kind| rest.starts_with(kind.mark()))
}

fn findings(text: &str) -> Vec<Finding> {
    let mut all = addresses(text);
    all.extend(numbers(text));
    all.sort_by_key(|finding| (finding.range.start, std::cmp::Reverse(finding.range.end)));
    let mut end = 0;
    all.retain(|finding| {
        let is_free = finding.range.start >= end;
        if is_free {
            end = finding.range.end;
        }
        is_free
    });
    all
}

fn replace(text: &str, findings: &[Finding]) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut end = 0;
    for finding in findings {
        replaced.push_str(text.get(end..finding.range.start).unwrap_or(""));
        replaced.push_str(finding.kind.mark());
        end = finding.range.end;
    }
    replaced.push_str(text.get(end..).unwrap_or(""));
    replaced
}

/// E-mail addresses and handles.
fn addresses(text: &str) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for at in memchr_iter(b'@', text.as_bytes()) {
        if found.last().is_some_and(|last| last.range.end > at) {
            continue;
        }
        let before = text.get(..at).unwrap_or("");
        let after = text.get(at + 1..).unwrap_or("");
        let local =
            before.trim_end_matches(|c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-')).len();
        let local = before.get(local..).unwrap_or("").trim_start_matches(['.', '-', '+', '%']);
        let name = name_length(after);
        if name == 0 {
            continue;
        }
        let end = at + 1 + name;
        if !local.is_empty() {
            found.push(Finding { range: at - local.len()..end, kind: MarkKind::Email });
            continue;
        }
        let is_name = name >= 2 && after.starts_with(|c: char| c.is_alphabetic() || c == '_' || c.is_ascii_digit());
        let has_letter = after.get(..name).unwrap_or("").chars().any(char::is_alphabetic);
        if is_name && has_letter {
            let server = text.get(end..).and_then(|rest| rest.strip_prefix('@')).map_or(0, name_length);
            let end = if server > 0 { end + 1 + server } else { end };
            found.push(Finding { range: at..end, kind: MarkKind::Handle });
        }
    }
    found
}

/// How many bytes of `text` are a domain or user name.
fn name_length(text: &str) -> usize {
    let rest = text.trim_start_matches(|c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-'));
    text.get(..text.len() - rest.len()).unwrap_or("").trim_end_matches(['.', '-']).len()
}

#[cfg(test)]
mod tests {
    use super::super::check_digits::tests::national_id;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_without_digit_or_at_sign_is_borrowed() {
        assert!(matches!(redact("Vi må samarbeide på tvers"), Cow::Borrowed(_)));
        assert!(matches!(redact("I 2023 kostet det 1 250 000 kroner"), Cow::Borrowed(_)));
    }

    #[test]
    fn addresses_and_handles_are_redacted() {
        assert_eq!(redact("Skriv til ola.nordmann@nav.no."), "Skriv til [e-post].");
        assert_eq!(redact("(kari+test@etat.dep.no)"), "([e-post])");
        assert_eq!(redact("bjørg@østfold.no"), "[e-post]");
        assert_eq!(redact("spør @ola_n på X, eller @kari@snabel.no"), "spør [brukernavn] på X, eller [brukernavn]");
        assert_eq!(redact("kl @ 12, a @ b"), "kl @ 12, a @ b");
    }

    #[test]
    fn national_ids_are_redacted() {
        let id = national_id("0101901");
        assert_eq!(redact(&format!("Mitt nummer er {id}.")), "Mitt nummer er [fødselsnummer].");
        let (date, rest) = id.split_at(6);
        assert_eq!(redact(&format!("{date} {rest}")), "[fødselsnummer]");
        assert_eq!(redact("fnr 010190-12345 her"), "fnr [fødselsnummer] her");
        assert_eq!(redact("010190 99999"), "[fødselsnummer]");
        assert_eq!(redact("01.01.90 12345"), "[fødselsnummer]");
        for seven in ["4101901", "0141901", "0181901"] {
            assert_eq!(redact(&national_id(seven)), "[fødselsnummer]");
        }
    }

    #[test]
    fn accounts_are_redacted() {
        assert_eq!(redact("konto 12345678903"), "konto [kontonummer]");
        assert_eq!(redact("konto 1234.56.78903, takk"), "konto [kontonummer], takk");
        assert_eq!(redact("1234 56 78903"), "[kontonummer]");
        assert_eq!(redact("NO93 8601 1117 947"), "[kontonummer]");
        assert_eq!(redact("NO9386011117947"), "[kontonummer]");
    }

    #[test]
    fn telephone_numbers_are_redacted() {
        for number in [
            "99887766",
            "998 87 766",
            "99 88 77 66",
            "22 33 44 55",
            "+47 99 88 77 66",
            "+4799887766",
            "0047 998 87 766",
            "(+47) 99887766",
            "+46 70 123 45 67",
            "+44 (0)20 7946 0018",
            "+1 555-123-4567",
            "22\u{a0}33\u{a0}44\u{a0}55",
        ] {
            let redacted = redact(number);
            assert!(redacted == "[telefon]" || redacted == "([telefon]", "{number} -> {redacted}");
        }
        assert_eq!(redact("Ring 99887766 eller 22 33 44 55!"), "Ring [telefon] eller [telefon]!");
        assert_eq!(redact("tlf 9988 7766, tlf.: 998.87.766"), "tlf [telefon], tlf.: [telefon]");
    }

    #[test]
    fn other_numbers_stay() {
        for text in [
            "I 2023 og 2024",
            "1 250 000 kroner",
            "12 345 678 kr",
            "kr 22334455",
            "22334455 kroner",
            "sak 2023/12345",
            "2023/12345678",
            "saksnr 22334455",
            "org.nr. 974 760 673",
            "974760673",
            "03.11.2023",
            "20231103",
            "2,5 mill.",
            "30 %",
            "10.20.30.40",
            "2019-2024",
            "2023 2024",
            "§ 3-4",
            "20 30 40 50 60",
            "AB99887766",
            "kl. 12.30",
            "90000000 innbyggere",
            "ISBN 978-82-450-1234-5",
            "33445566,50",
        ] {
            assert_eq!(redact(text), text);
        }
    }

    #[test]
    fn marks_say_where_they_stand() {
        let redacted = redact_with_marks("På 99887766 æ a@b.no");
        assert_eq!(redacted.text, "På [telefon] æ [e-post]");
        let shown: Vec<_> = redacted.marks.iter().map(|mark| (mark.kind, mark.span.slice(&redacted.text))).collect();
        assert_eq!(shown, [(MarkKind::Phone, "[telefon]"), (MarkKind::Email, "[e-post]")]);
    }

    proptest! {
        #[test]
        fn redacting_twice_changes_nothing_more(
            text in "([0-9]{1,11}| |\\.|\\+|-|/|@|[a-zæø]{1,4}|\\(|kr|NO|,|\\PC){0,24}"
        ) {
            let once = redact(&text).into_owned();
            let twice = redact(&once).into_owned();
            prop_assert_eq!(&twice, &once);
        }

        #[test]
        fn marks_lie_inside_the_text(text in any::<String>()) {
            let redacted = redact_with_marks(&text);
            let length = redacted.text.chars().count() as u32;
            prop_assert!(redacted.marks.iter().all(|mark| mark.span.start < mark.span.end && mark.span.end <= length));
        }

        #[test]
        fn every_valid_national_id_is_found(day in 1u32..29, month in 1u32..13, rest in 0u32..1000) {
            let text = format!("Jeg er {}, hei", national_id(&format!("{day:02}{month:02}{rest:03}")));
            prop_assert_eq!(redact(&text), "Jeg er [fødselsnummer], hei");
        }
    }
}
