//! Why units were rejected or skipped, in the language of a report.
//!
//! The terminal, logs and the `reason` column of `rejects.csv` keep the English of [`std::fmt::Display`].

use super::{RejectReason, SkipReason};
use crate::text::Language;

/// The wording in one language out of three; English where the language is another.
fn choose<T>(language: Language, [nb, nn, en]: [T; 3]) -> T {
    match language {
        Language::Nb => nb,
        Language::Nn => nn,
        Language::En | Language::Other => en,
    }
}

impl RejectReason {
    /// What is wrong and how to mend it, as a sentence that follows "linje 7: "; never holds cell contents.
    pub fn in_language(&self, language: Language) -> String {
        let words = |[nb, nn]: [&str; 2]| choose(language, [nb.to_owned(), nn.to_owned(), self.to_string()]);
        match self {
            RejectReason::NotUtf8 => {
                words(["er ikke gyldig UTF-8; lagre filen som UTF-8", "er ikkje gyldig UTF-8; lagre fila som UTF-8"])
            }
            RejectReason::Nul => words([
                "inneholder et NUL-tegn; filen er skadet her, eksporter den på nytt",
                "inneheld eit NUL-teikn; fila er skadd her, eksporter henne på nytt",
            ]),
            RejectReason::WrongLength { found, expected } => choose(
                language,
                [
                    format!("har {found} celler der overskriften har {expected}; se på skilletegn og anførselstegn"),
                    format!("har {found} celler der overskrifta har {expected}; sjå på skiljeteikn og hermeteikn"),
                    self.to_string(),
                ],
            ),
            RejectReason::CellTooLong { bytes, limit } => choose(
                language,
                [
                    format!("har en celle på {bytes} byte, over grensen på {limit}; del den, eller ta den ut"),
                    format!("har ei celle på {bytes} byte, over grensa på {limit}; del henne, eller ta henne ut"),
                    self.to_string(),
                ],
            ),
            RejectReason::RowTooLong { limit } => choose(
                language,
                [
                    format!(
                        "går over {limit} byte, og resten av filen er ikke lest; lukk anførselstegnet som åpner her"
                    ),
                    format!("går over {limit} byte, og resten av fila er ikkje lesen; lukk hermeteiknet som opnar her"),
                    self.to_string(),
                ],
            ),
            RejectReason::QuoteNotClosed => words([
                "åpner et anførselstegn som aldri lukkes og sluker resten av filen; lukk det, eller skriv det dobbelt",
                "opnar eit hermeteikn som aldri blir lukka og sluker resten av fila; lukk det, eller skriv det dobbelt",
            ]),
            RejectReason::NotJson { column } => choose(
                language,
                [
                    format!("er ikke gyldig JSON (tegn {column}); skriv ett JSON-objekt per linje"),
                    format!("er ikkje gyldig JSON (teikn {column}); skriv eitt JSON-objekt per linje"),
                    self.to_string(),
                ],
            ),
            RejectReason::NotAnObject => words([
                "er ikke et JSON-objekt; skriv ett objekt per linje",
                "er ikkje eit JSON-objekt; skriv eitt objekt per linje",
            ]),
            RejectReason::NoText { field } => choose(
                language,
                [
                    format!("mangler feltet «{field}», som hver rad må ha"),
                    format!("manglar feltet «{field}», som kvar rad må ha"),
                    self.to_string(),
                ],
            ),
            RejectReason::NotAText { field } => choose(
                language,
                [
                    format!("har noe annet enn tekst i feltet «{field}»; skriv det som tekst"),
                    format!("har noko anna enn tekst i feltet «{field}»; skriv det som tekst"),
                    self.to_string(),
                ],
            ),
            RejectReason::FieldTwice { field } => choose(
                language,
                [
                    format!("har feltet «{field}» mer enn én gang; behold ett av dem"),
                    format!("har feltet «{field}» meir enn éin gong; behald eitt av dei"),
                    self.to_string(),
                ],
            ),
            RejectReason::FormulaError => words([
                "har en formelfeil, som #N/A, der teksten skulle stått; rett formelen",
                "har ein formelfeil, som #N/A, der teksten skulle stått; rett formelen",
            ]),
            RejectReason::PageDamaged => words([
                "er en side som ikke kan leses; eksporter filen på nytt",
                "er ei side som ikkje kan lesast; eksporter fila på nytt",
            ]),
            RejectReason::RepeatedId { first } => choose(
                language,
                [
                    format!("har samme id som {first}; gjør id-ene unike, eller ta ut kolonnen med id"),
                    format!("har same id som {first}; gjer id-ane unike, eller ta ut kolonnen med id"),
                    self.to_string(),
                ],
            ),
            RejectReason::Interrupted { kind } => choose(
                language,
                [
                    format!("kan ikke leses videre ({kind}); kopier filen på nytt"),
                    format!("kan ikkje lesast vidare ({kind}); kopier fila på nytt"),
                    self.to_string(),
                ],
            ),
        }
    }
}

impl SkipReason {
    /// What the unit is, in a word or two.
    pub fn in_language(self, language: Language) -> &'static str {
        let wordings = match self {
            SkipReason::EmptyRow => ["tom rad", "tom rad", "empty row"],
            SkipReason::EmptyCell => ["tom celle", "tom celle", "empty cell"],
            SkipReason::Heading => ["overskrift", "overskrift", "heading"],
            SkipReason::Forgotten => ["slettet på anmodning", "sletta etter oppmoding", "erased on request"],
            SkipReason::PageFurniture => [
                "sidetall, topptekst og løse tegn",
                "sidetal, topptekst og lause teikn",
                "page numbers, running heads and loose signs",
            ],
        };
        choose(language, wordings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One of each; a new reason does not compile before it has words in every language.
    fn every_reason() -> Vec<RejectReason> {
        vec![
            RejectReason::NotUtf8,
            RejectReason::Nul,
            RejectReason::WrongLength { found: 31, expected: 32 },
            RejectReason::CellTooLong { bytes: 33, limit: 34 },
            RejectReason::RowTooLong { limit: 35 },
            RejectReason::QuoteNotClosed,
            RejectReason::NotJson { column: 36 },
            RejectReason::NotAnObject,
            RejectReason::NoText { field: "felt37".to_owned() },
            RejectReason::NotAText { field: "felt38".to_owned() },
            RejectReason::FieldTwice { field: "felt39".to_owned() },
            RejectReason::FormulaError,
            RejectReason::PageDamaged,
            RejectReason::RepeatedId { first: "fil.csv:40".to_owned() },
            RejectReason::Interrupted { kind: std::io::ErrorKind::BrokenPipe },
        ]
    }

    #[test]
    fn every_language_says_the_same_numbers_and_names_and_no_english_is_left_in_norwegian() {
        let facts = |words: &str| -> Vec<String> {
            let is_fact = |word: &&str| word.bytes().any(|byte| byte.is_ascii_digit()) && !word.contains("UTF");
            words.split(|c: char| !c.is_alphanumeric()).filter(is_fact).map(str::to_owned).collect()
        };
        for reason in every_reason() {
            let english = reason.in_language(Language::En);
            assert_eq!(english, reason.to_string());
            for language in [Language::Nb, Language::Nn] {
                let words = reason.in_language(language);
                assert_ne!(words, english);
                let mut facts = [facts(&words), facts(&english)];
                facts.iter_mut().for_each(|facts| facts.sort());
                assert_eq!(facts[0], facts[1], "{words}");
                // What a failing device calls itself stays as the system says it.
                let words = words.split('(').next().unwrap_or_default();
                for word in words.split(|c: char| !c.is_alphabetic()) {
                    assert!(!["the", "file", "row", "and", "is", "not", "has"].contains(&word), "{words}");
                }
            }
            assert_ne!(reason.in_language(Language::Nb), reason.in_language(Language::Nn));
        }
    }

    #[test]
    fn skipped_units_are_named_in_every_language() {
        for reason in SkipReason::ALL {
            let names = [Language::Nb, Language::Nn, Language::En].map(|language| reason.in_language(language));
            assert!(names.iter().all(|name| !name.is_empty()));
            assert_ne!(names[0], names[2]);
        }
        assert_eq!(SkipReason::Heading.in_language(Language::Nb), "overskrift");
    }
}
