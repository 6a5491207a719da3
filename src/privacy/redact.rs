//! Redaction of what points at a person: names, addresses, national ids, telephone, account and organisation numbers,
//! e-mail and IP addresses, user names, and links that let somebody in.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr_iter;

use super::addresses::home_addresses;
use super::electronic_addresses::electronic_addresses;
use super::internet::{ip_addresses, links, telling_links};
use super::names::names;
use super::numbers::numbers;
use super::spotted_words::spot;
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
    /// Name of a person.
    Name,
    /// Street and number, postal code and place, or postal box.
    Address,
    /// Organisation number.
    Organisation,
    /// Link with a token, a password or a person in it.
    Link,
    /// IP address.
    Ip,
}

impl MarkKind {
    /// All kinds.
    pub const ALL: [MarkKind; 10] = [
        MarkKind::NationalId,
        MarkKind::Phone,
        MarkKind::Email,
        MarkKind::Account,
        MarkKind::Handle,
        MarkKind::Name,
        MarkKind::Address,
        MarkKind::Organisation,
        MarkKind::Link,
        MarkKind::Ip,
    ];

    /// What stands in the text instead.
    pub fn mark(self) -> &'static str {
        match self {
            MarkKind::NationalId => "[fødselsnummer]",
            MarkKind::Phone => "[telefon]",
            MarkKind::Email => "[e-post]",
            MarkKind::Account => "[kontonummer]",
            MarkKind::Handle => "[brukernavn]",
            MarkKind::Name => "[navn]",
            MarkKind::Address => "[adresse]",
            MarkKind::Organisation => "[organisasjonsnummer]",
            MarkKind::Link => "[lenke]",
            MarkKind::Ip => "[ip-adresse]",
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

/// A stretch of a text that redaction takes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redaction {
    /// What it is.
    pub kind: MarkKind,
    /// Where it stands in the text, in bytes.
    pub range: Range<usize>,
}

/// A stretch of text to be replaced by a mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) range: Range<usize>,
    pub(super) kind: MarkKind,
}

/// The text with a mark in place of everything in it that points at a person: see [`MarkKind`].
///
/// Years, sums and case numbers stay, and so do places and organisations by name. Redacting twice changes nothing more; a
/// text with nothing to redact is borrowed.
pub fn redact(text: &str) -> Cow<'_, str> {
    let found = redactions(text);
    if found.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(replace(text, &found)) }
}

/// What [`redact`] takes out of a text, first to last.
pub fn redactions(text: &str) -> Vec<Redaction> {
    let mut found: Vec<Redaction> = Vec::new();
    let mut current = Cow::Borrowed(text);
    // Taking out one number can leave its neighbours in a shape of their own, so look again until nothing is found. Every
    // pass leaves fewer signs outside of marks.
    loop {
        let findings = findings(&current);
        if findings.is_empty() {
            return found;
        }
        found = merge(&found, &findings);
        current = Cow::Owned(replace(text, &found));
    }
}

/// The redactions of a text after those of `found` and, in the text that they leave, those of `findings`.
fn merge(found: &[Redaction], findings: &[Finding]) -> Vec<Redaction> {
    let mut merged: Vec<Redaction> = Vec::with_capacity(found.len() + findings.len());
    let mut earlier = found.iter().peekable();
    // How far the text given lies before the text that was searched, where we are.
    let (mut grown, mut shrunk) = (0, 0);
    for finding in findings {
        let here = |position: usize, grown: usize, shrunk: usize| (position + shrunk).saturating_sub(grown);
        while let Some(&before) = earlier.peek() {
            let mark = before.kind.mark().len();
            let shown_start = (before.range.start + grown).saturating_sub(shrunk);
            if shown_start + mark > finding.range.start {
                break;
            }
            grown += mark;
            shrunk += before.range.len();
            merged.push(before.clone());
            earlier.next();
        }
        let start = here(finding.range.start, grown, shrunk);
        // What was found before and lies inside of this goes up in it.
        while let Some(&before) = earlier.peek() {
            let shown_start = (before.range.start + grown).saturating_sub(shrunk);
            if shown_start >= finding.range.end {
                break;
            }
            grown += before.kind.mark().len();
            shrunk += before.range.len();
            earlier.next();
        }
        merged.push(Redaction { kind: finding.kind, range: start..here(finding.range.end, grown, shrunk) });
    }
    merged.extend(earlier.cloned());
    merged
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
    let words = spot(text);
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    let links = if text.contains('/') || text.contains("www.") { links(text) } else { Vec::new() };
    let mut all = telling_links(text, &links);
    all.extend(names(&words, &links));
    all.extend(electronic_addresses(text));
    if has_digit {
        all.extend(home_addresses(text, &words, &links));
        all.extend(numbers(text));
        all.extend(ip_addresses(text));
    }
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

fn replace(text: &str, found: &[Redaction]) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut end = 0;
    for redaction in found {
        replaced.push_str(text.get(end..redaction.range.start).unwrap_or(""));
        replaced.push_str(redaction.kind.mark());
        end = redaction.range.end;
    }
    replaced.push_str(text.get(end..).unwrap_or(""));
    replaced
}

#[cfg(test)]
mod tests {
    use super::super::check_digits::tests::national_id;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_with_nothing_to_redact_is_borrowed() {
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
            "974760674",
            "03.11.2023",
            "20231103",
            "2,5 mill.",
            "30 %",
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

    #[test]
    fn redactions_tell_where_they_stood() {
        let text = "Æ, Kari Nordmann i Storgata 15, 0155 Oslo: ring 99 88 77 66 eller a@b.no.";
        let shown: Vec<_> = redactions(text).into_iter().map(|found| (found.kind, &text[found.range])).collect();
        assert_eq!(
            shown,
            [
                (MarkKind::Name, "Kari Nordmann"),
                (MarkKind::Address, "Storgata 15, 0155 Oslo"),
                (MarkKind::Phone, "99 88 77 66"),
                (MarkKind::Email, "a@b.no"),
            ]
        );
    }

    #[test]
    fn organisation_numbers_and_spelt_out_addresses_are_redacted() {
        assert_eq!(redact("org.nr. 974 760 673"), "org.nr. [organisasjonsnummer]");
        assert_eq!(redact("Firma 974760673 MVA"), "Firma [organisasjonsnummer] MVA");
        assert_eq!(redact("kari.n (at) nav.no"), "[e-post]");
        assert_eq!(redact("alle (at) jobben"), "alle (at) jobben");
    }

    #[test]
    fn names_of_persons_are_redacted() {
        for (text, shown) in [
            ("Jeg spurte Kari Nordmann om det", "Jeg spurte [navn] om det"),
            ("Takk til Stein og Bjørn for hjelpen", "Takk til [navn] og [navn] for hjelpen"),
            ("Stein Berg var flink", "[navn] var flink"),
            ("jeg heter kari og bor her", "jeg heter [navn] og bor her"),
            ("Eg heiter Sigrunveig Tofteskag", "Eg heiter [navn]"),
            ("My name is Xanthia Brock.", "My name is [navn]."),
            ("Mvh\nOla Hansen", "Mvh\n[navn]"),
            ("mvh, per", "mvh, per"),
            ("Rektor Berg hører ikke etter", "Rektor [navn] hører ikke etter"),
            ("kollegaen min Signhild hjalp meg", "kollegaen min [navn] hjalp meg"),
            ("v/ Torfinn Ås", "v/ [navn]"),
            ("K. Nordmann og J. K. Hansen", "[navn] og [navn]"),
            ("Karis forslag og Olas svar", "[navn] forslag og [navn] svar"),
            ("Anne-Grethe Bakke-Lund mente det", "[navn] mente det"),
            ("Ludwig van der Berg", "[navn]"),
            ("KARI NORDMANN skrev", "[navn] skrev"),
            ("dr. Lie", "dr. [navn]"),
        ] {
            assert_eq!(redact(text), shown, "{text}");
        }
    }

    #[test]
    fn words_places_and_organisations_are_no_names() {
        for text in [
            "Stein og grus må bort",
            "Bjørn i skogen er farlig",
            "Dag og natt",
            "Liv og død",
            "Odd løsning",
            "Storgata i Bergen er stengt",
            "NAV og Kirkens Bymisjon samarbeider",
            "Karl Johans gate er fin",
            "Vi bør spørre Skatteetaten og Digdir",
            "Oslo kommune har prøvd",
            "Hans arbeid er bra. Det Er Bra.",
            "Peder Hansen AS leverer",
            "Even if we try",
            "Will this work in May?",
            "Tirsdag kl. 12",
            "Rektor ved skolen",
            "VI MÅ SAMARBEIDE MER PER DAG",
            "Vi i Helse Bergen og Bane NOR",
            "Jeg heter noe annet",
        ] {
            assert_eq!(redact(text), text);
        }
    }

    proptest! {
        #[test]
        fn redacting_twice_changes_nothing_more(
            text in "([0-9]{1,11}| |\\.|\\+|-|/|@|[a-zæø]{1,4}|\\(|kr|NO|,|:|\\n|Kari|Stein|Berg|Hansen|Oslo|jeg heter|mvh|rektor|gata|Gate|https://|\\(at\\)|\\PC){0,24}"
        ) {
            let once = redact(&text).into_owned();
            let twice = redact(&once).into_owned();
            prop_assert_eq!(&twice, &once);
        }

        #[test]
        fn redactions_are_what_redacting_takes_out(
            text in "([0-9]{1,11}| |\\.|@|[a-zæø]{1,4}|NO|,|Kari|Stein|Berg|Hansen|Oslo|jeg heter|mvh|gata|\\PC){0,24}"
        ) {
            let found = redactions(&text);
            prop_assert!(found.windows(2).all(|pair| pair[0].range.end <= pair[1].range.start));
            prop_assert!(found.iter().all(|one| text.get(one.range.clone()).is_some_and(|taken| !taken.is_empty())));
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
