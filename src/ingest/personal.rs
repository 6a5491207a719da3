//! Columns that hold personal data, told by their header or by their contents, and pseudonyms.

use std::fmt;
use std::net::IpAddr;

use sha2::{Digest, Sha256};

use super::contents::ColumnSample;
use super::headers::is_listed;

/// A sort of personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Personal {
    /// A person's name.
    Name,
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
    /// A national identity number.
    NationalId,
    /// A network address.
    Ip,
    /// A postal address.
    Address,
    /// A date of birth.
    BirthDate,
    /// A bank account number.
    Account,
}

impl fmt::Display for Personal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Personal::Name => "name",
            Personal::Email => "e-mail",
            Personal::Phone => "phone",
            Personal::NationalId => "national id",
            Personal::Ip => "ip address",
            Personal::Address => "address",
            Personal::BirthDate => "date of birth",
            Personal::Account => "account number",
        })
    }
}

/// Words of a header that name personal data wherever they stand in it.
const ANYWHERE: &[(Personal, &str)] = &[
    (
        Personal::Name,
        "fornavn|etternavn|mellomnavn|fornamn|etternamn|mellomnamn|kallenavn|kontaktnavn|deltakernavn|\
        respondentnavn|avsendernavn|brukernavn|brukarnamn|firstname|lastname|fullname|surname|username|\
        forename|kontaktperson|kontaktpersoner",
    ),
    (Personal::Email, "epost|epostadresse|epostadressa|email|emailaddress|mailadresse|mail|emailadresse|mailadr"),
    (
        Personal::Phone,
        "telefon|telefonnummer|tlf|tlfnr|telefonnr|mobil|mobilnummer|mobilnr|mobiltelefon|phone|\
        phonenumber|telephone|cellphone",
    ),
    (
        Personal::NationalId,
        "fødselsnummer|fødselsnr|fnr|personnummer|personnr|dnummer|ssn|nin|fodselsnummer|fødselsnummeret",
    ),
    (Personal::Ip, "ip|ipadresse|ipaddress|ipaddr"),
    (Personal::Address, "adresse|address|postadresse|gateadresse|hjemmeadresse|bostedsadresse|postaladdress"),
    (Personal::BirthDate, "fødselsdato|fødselsdag|fødd|født|birthdate|birthday|dob"),
    (Personal::Account, "kontonummer|kontonr|bankkonto|iban"),
];

/// Two words in a row that name personal data.
const PAIRS: &[(Personal, &str, &str)] = &[
    (Personal::Email, "e", "post"),
    (Personal::Email, "e", "mail"),
    (Personal::Email, "e", "postadresse"),
    (Personal::NationalId, "national", "id"),
    (Personal::NationalId, "d", "nummer"),
    (Personal::NationalId, "social", "security"),
    (Personal::BirthDate, "date", "of birth"),
    (Personal::BirthDate, "birth", "date"),
    (Personal::Name, "heter", "du"),
    (Personal::Name, "heiter", "du"),
    (Personal::Name, "first", "name"),
    (Personal::Name, "last", "name"),
    (Personal::Name, "full", "name"),
    (Personal::Name, "your", "name"),
];

/// Words that say a name or address is that of a thing.
const THINGS: &str = "kommune|kommunen|prosjekt|prosjektet|prosjektets|virksomhet|virksomheten|virksomhetens|verksemd|\
        verksemda|organisasjon|organisasjonen|tiltak|tiltaket|bedrift|bedriften|skole|skolen|skule|\
        tjeneste|tjenesten|teneste|avdeling|avdelingen|bord|gruppe|gruppen|fylke|løsning|løsningen|\
        firma|selskap|company|project|file|filename|organisation|organization|service|product|produkt|\
        system|systemet|etat|etaten|enhet|enheten|institusjon|departement|group|table|municipality|\
        county|school|department|team|sted|event|arrangement|tema|theme|topic";

/// What a header says of its column, in the form [`super::headers::normalise`] gives.
pub(super) fn by_header(header: &str) -> Option<Personal> {
    let words: Vec<&str> = header.split(' ').collect();
    if words.iter().any(|word| is_listed(word, THINGS)) {
        return None;
    }
    if let Some((personal, _, _)) = PAIRS.iter().find(|(_, first, second)| {
        header.contains(&format!("{first} {second}"))
            && words.contains(first)
            && words.contains(&second.split(' ').next().unwrap_or(second))
    }) {
        return Some(*personal);
    }
    for (personal, names) in ANYWHERE {
        if words.iter().any(|word| is_listed(word, names)) && words.len() <= 8 {
            return Some(*personal);
        }
    }
    let names_a_person = |word: &&str| matches!(*word, "navn" | "navnet" | "namn" | "namnet" | "name" | "names");
    (words.len() <= 5 && words.iter().any(names_a_person)).then_some(Personal::Name)
}

/// What the values of a column say of it.
pub(super) fn by_contents(sample: &ColumnSample<'_>) -> Option<Personal> {
    if sample.values.is_empty() {
        return None;
    }
    let share = |test: fn(&str) -> bool| sample.share(test);
    if share(is_email) >= 0.3 {
        Some(Personal::Email)
    } else if share(is_national_id) >= 0.5 || (share(has_form_of_national_id) >= 0.8 && sample.values.len() >= 3) {
        Some(Personal::NationalId)
    } else if share(|value| value.parse::<IpAddr>().is_ok() && value.len() > 6) >= 0.5 {
        Some(Personal::Ip)
    } else if share(is_phone) >= 0.6 {
        Some(Personal::Phone)
    } else if sample.values.len() >= 3 && share(is_full_name) >= 0.8 && share(starts_with_first_name) >= 0.4 {
        Some(Personal::Name)
    } else {
        None
    }
}

fn is_email(value: &str) -> bool {
    match value.split_once('@') {
        Some((user, host)) => {
            !user.is_empty() && !value.contains(' ') && host.contains('.') && !host.contains('@') && value.len() <= 254
        }
        None => false,
    }
}

fn digits(value: &str) -> Option<Vec<u32>> {
    value
        .chars()
        .filter(|character| !matches!(character, ' ' | '\u{a0}'))
        .map(|character| character.to_digit(10))
        .collect()
}

/// Eleven digits with both check digits of a Norwegian fødselsnummer or D-number.
fn is_national_id(value: &str) -> bool {
    let Some(digits) = digits(value).filter(|digits| digits.len() == 11) else { return false };
    let control = |weights: &[u32]| {
        let sum: u32 = weights.iter().zip(&digits).map(|(weight, digit)| weight * digit).sum();
        (11 - sum % 11) % 11
    };
    // There are eleven of them.
    control(&[3, 7, 6, 1, 8, 9, 4, 5, 2]) == digits[9] && control(&[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) == digits[10]
}

/// Eleven digits of which the first six are a date of birth (a D-number adds 40 to the day, test numbers 40, 65 or 80
/// to the month).
fn has_form_of_national_id(value: &str) -> bool {
    let Some(digits) = digits(value).filter(|digits| digits.len() == 11) else { return false };
    // There are eleven of them.
    let (day, month) = (digits[0] * 10 + digits[1], digits[2] * 10 + digits[3]);
    let day = if day > 40 { day - 40 } else { day };
    let month = [0, 40, 65, 80].iter().any(|added| (1..=12).contains(&month.wrapping_sub(*added)));
    (1..=31).contains(&day) && month
}

/// A phone number as people write it: with a country code, in groups, or a Norwegian mobile number.
fn is_phone(value: &str) -> bool {
    let bare = value.strip_prefix("+47").or_else(|| value.strip_prefix("0047")).unwrap_or(value);
    let count = bare.chars().filter(char::is_ascii_digit).count();
    let only_phone_signs = bare
        .chars()
        .all(|character| character.is_ascii_digit() || matches!(character, ' ' | '\u{a0}' | '-' | '(' | ')' | '+'));
    if !only_phone_signs || !(8..=15).contains(&count) {
        return false;
    }
    let prefixed = value.starts_with('+') || value.starts_with("00");
    let grouped = bare.trim().contains([' ', '\u{a0}']) && count == 8;
    let mobile = bare.len() == 8 && bare.starts_with(['4', '9']);
    prefixed || grouped || mobile
}

/// Two to four words with capitals and nothing else.
fn is_full_name(value: &str) -> bool {
    let words: Vec<&str> = value.split_whitespace().collect();
    (2..=4).contains(&words.len())
        && words.iter().all(|word| {
            word.starts_with(char::is_uppercase)
                && word.chars().all(|character| character.is_alphabetic() || matches!(character, '-' | '.' | '\''))
                && word.chars().skip(1).any(char::is_lowercase)
        })
}

/// Common first names in Norway, so that "Meteorologisk Institutt" is not taken for a person.
const FIRST_NAMES: &str = "aksel|alexander|alf|amalie|anders|andrea|andreas|anette|anita|ann|anna|anne|are|arild|arne|arnt|\
        aud|berit|bente|bjarne|bjørg|bjørn|camilla|cathrine|cecilie|christian|christina|christine|\
        daniel|david|egil|einar|eirik|elin|elisabeth|ellen|else|emil|emilie|emma|erik|erlend|espen|eva|\
        filip|finn|frank|fredrik|frode|geir|gerd|grete|gro|gunn|gunnar|guri|hanna|hanne|hans|harald|\
        heidi|helene|helga|helge|henriette|henrik|hilde|håkon|håvard|ida|inga|inge|inger|ingrid|ingvild|\
        irene|ivar|jakob|jan|jens|johan|johanne|john|jon|jonas|jorunn|julie|jørgen|kai|kari|karin|karl|\
        kaia|katrine|kenneth|ketil|kim|kjell|kjersti|kjetil|knut|kristian|kristin|kristine|kristoffer|\
        kåre|lars|lena|lene|leif|lillian|linda|line|lise|liv|mads|magne|magnus|maja|maria|marianne|\
        marie|marit|marius|markus|martin|mathias|mats|merete|mette|mina|mohammed|mona|monica|morten|\
        nils|nina|nora|odd|ola|olaf|olav|ole|oliver|oskar|per|peter|petter|pål|ragnar|ragnhild|randi|\
        reidun|robert|roger|rolf|ronny|rune|runar|sander|sara|sebastian|sigrid|sigurd|silje|simen|siri|\
        sissel|siv|sofie|solveig|stein|stian|stig|stine|svein|sverre|synnøve|sølvi|terje|thea|thomas|\
        thor|tom|tommy|tone|tor|tore|torbjørn|torill|tove|trine|trond|trude|turid|tuva|unni|vegard|\
        vibeke|vidar|vilde|wenche|øystein|øyvind|åse|åshild";

fn starts_with_first_name(value: &str) -> bool {
    let first = value.split([' ', '-']).next().unwrap_or("").to_lowercase();
    is_listed(&first, FIRST_NAMES)
}

/// A respondent as the pipeline may know them: the value itself where it is a plain code, else a pseudonym. Told from
/// the value alone, so that it does not depend on the rows around it.
pub(super) fn respondent(value: &str, key: &[u8]) -> String {
    if is_plain_code(value) { value.to_owned() } else { pseudonym(value, key) }
}

/// A short code with a digit, or up to three letters: nothing that names, reaches or identifies a person by itself.
fn is_plain_code(value: &str) -> bool {
    let code_signs =
        |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.' | '/' | '#' | ':');
    if !value.chars().all(code_signs) || value.parse::<IpAddr>().is_ok() {
        return false;
    }
    let digits = value.chars().filter(char::is_ascii_digit).count();
    let letters = value.chars().filter(char::is_ascii_alphabetic).count();
    let reaches_a_person = letters == 0 && digits >= 8;
    let word_with_number = letters > 12 && digits < 4;
    !reaches_a_person && !word_with_number && value.len() <= 40 && (digits > 0 || value.len() <= 3)
}

/// The pseudonym of a value under a key: the first 64 bits of its HMAC-SHA256 (RFC 2104), case and outer blanks aside.
pub fn pseudonym(value: &str, key: &[u8]) -> String {
    let tag = hmac_sha256(key, value.trim().to_lowercase().as_bytes());
    let hex: String = tag.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("p-{hex}")
}

fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    const BLOCK: usize = 64;
    let mut padded = [0u8; BLOCK];
    if key.len() > BLOCK {
        // A SHA-256 is 32 bytes, and the block 64.
        padded[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        padded[..key.len()].copy_from_slice(key);
    }
    let hash = |mask: u8, message: &[u8]| -> [u8; 32] {
        let mut hasher = Sha256::new();
        hasher.update(padded.map(|byte| byte ^ mask));
        hasher.update(message);
        hasher.finalize().into()
    };
    hash(0x5c, &hash(0x36, message))
}

#[cfg(test)]
mod tests {
    use super::super::headers::normalise;
    use super::*;

    fn header(text: &str) -> Option<Personal> {
        by_header(&normalise(text))
    }

    #[test]
    fn personal_headers_are_known() {
        for (text, personal) in [
            ("Navn", Personal::Name),
            ("Fullt navn", Personal::Name),
            ("Hva heter du?", Personal::Name),
            ("Etternavn", Personal::Name),
            ("E-post", Personal::Email),
            ("E-postadresse", Personal::Email),
            ("email_address", Personal::Email),
            ("Mobilnr.", Personal::Phone),
            ("Ditt telefonnummer", Personal::Phone),
            ("FNR", Personal::NationalId),
            ("IP-adresse", Personal::Ip),
            ("Date of birth", Personal::BirthDate),
        ] {
            assert_eq!(header(text), Some(personal), "{text}");
        }
    }

    #[test]
    fn names_of_things_are_not_persons() {
        for text in
            ["Kommunenavn", "Prosjektnavn", "Navn på kommune", "Navn på prosjektet", "Company name", "Tekst", "Filnavn"]
        {
            assert_eq!(header(text), None, "{text}");
        }
    }

    fn contents(values: &[&str]) -> Option<Personal> {
        by_contents(&ColumnSample { values: values.to_vec() })
    }

    #[test]
    fn personal_contents_are_known_whatever_the_header() {
        assert_eq!(contents(&["kari@eksempel.no", "ola@eksempel.no"]), Some(Personal::Email));
        assert_eq!(contents(&["+47 912 34 567", "41 23 45 67"]), Some(Personal::Phone));
        assert_eq!(contents(&["10.0.0.1", "2001:db8::1"]), Some(Personal::Ip));
        assert_eq!(contents(&["Kari Nordmann", "Ola Hansen", "Per Olav Berg"]), Some(Personal::Name));
        assert_eq!(contents(&["01010112345", "020202 12345", "03030312345"]), Some(Personal::NationalId));
    }

    #[test]
    fn places_numbers_and_titles_are_not_persons() {
        assert_eq!(contents(&["Meteorologisk Institutt", "Statens Vegvesen", "Oslo Kommune"]), None);
        assert_eq!(contents(&["1", "2", "3"]), None);
        assert_eq!(contents(&["10000001", "10000002"]), None);
        assert_eq!(contents(&["3.11.2025", "4.11.2025"]), None);
        assert_eq!(contents(&[]), None);
    }

    #[test]
    fn a_code_stays_and_a_person_becomes_a_pseudonym() {
        for code in ["r17", "1043", "resp-007", "A", "3f2b8c1e-77aa-4a61-9f0e-aa0011223344"] {
            assert_eq!(respondent(code, b"k"), code);
        }
        for person in ["Kari Nordmann", "kari@eksempel.no", "91234567", "01010112345", "kari", "10.0.0.12"] {
            let shown = respondent(person, b"k");
            assert!(shown.starts_with("p-") && shown.len() == 18, "{person} became {shown}");
        }
    }

    #[test]
    fn pseudonyms_hold_within_a_key_and_differ_between_keys() {
        assert_eq!(pseudonym(" Kari@Eksempel.no", b"a"), pseudonym("kari@eksempel.no", b"a"));
        assert_ne!(pseudonym("kari@eksempel.no", b"a"), pseudonym("kari@eksempel.no", b"b"));
    }

    #[test]
    fn the_keyed_hash_is_hmac_sha256() {
        // RFC 4231, test cases 2 and 6.
        let hex = |bytes: [u8; 32]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert_eq!(
            hex(hmac_sha256(b"Jefe", b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            hex(hmac_sha256(&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }
}
