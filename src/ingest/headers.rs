//! What a column's header says of its use, in Norwegian and English.

use crate::settings::Role;

/// Lower case, letters and digits only, single spaces between words: "E-post:" and "e_post" meet.
pub(super) fn normalise(header: &str) -> String {
    let mut normal = String::with_capacity(header.len());
    let mut gap = false;
    let mut last_was_lower = false;
    for character in header.chars() {
        if !character.is_alphanumeric() {
            gap = true;
            last_was_lower = false;
            continue;
        }
        // "askedUnder" is two words.
        let hump = last_was_lower && character.is_uppercase();
        if (gap || hump) && !normal.is_empty() {
            normal.push(' ');
        }
        gap = false;
        last_was_lower = character.is_lowercase();
        normal.extend(character.to_lowercase());
    }
    normal
}

/// How surely a header names the column of free text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TextHeader {
    /// "tekst", "svar": this is the text, whatever else there is. The number ranks them, best first.
    Certain(usize),
    /// "ønske", "kommentar": the text, or with others of its sort one question among several.
    Likely(usize),
    /// "spørsmål": the text only where nothing else is.
    Possible,
}

const CERTAIN: &str = "text|tekst|svartekst|fritekst|free text|freetext|fritekstsvar|svar|answer|response|ditt svar|\
        your answer|ditt innspill|your response|answer text|besvarelse|verbatim|open answer|open text|\
        full text|svaret";

const LIKELY: &str = "innspill|innspel|kommentar|kommentarer|kommentarar|comment|comments|ønske|ønsker|ynske|ynskje|\
        ynskjer|ønskje|ditt ønske|wish|wishes|din kommentar|your comment|forslag|framlegg|\
        tilbakemelding|tilbakemeldinger|tilbakemelding fritekst|feedback|suggestion|suggestions|merknad|\
        merknader|uttalelse|høringssvar|utfordring|utfordringer|utfordringar|challenge|challenges|\
        dypdykk|djupdykk|deep dive|orakel|orakelspørsmål|oracle|utsagn|beskrivelse|skildring|\
        description|melding|message|innhold|content|body|opinion|review|idé|ide|idea|begrunnelse|\
        grunngiving|reason|sitat|quote";

const POSSIBLE: &str = "spørsmål|spørsmålet|ditt spørsmål|question|your question|sentence|setning";

/// Where a name stands in a list of names with `|` between them.
fn place(name: &str, list: &str) -> Option<usize> {
    list.split('|').position(|listed| listed == name)
}

/// Whether a name stands in a list of names with `|` between them.
pub(super) fn is_listed(name: &str, list: &str) -> bool {
    !name.is_empty() && place(name, list).is_some()
}

/// What a header in normal form says of free text.
pub(super) fn text_header(header: &str) -> Option<TextHeader> {
    if let Some(rank) = place(header, CERTAIN) {
        Some(TextHeader::Certain(rank))
    } else if let Some(rank) = place(header, LIKELY) {
        Some(TextHeader::Likely(rank))
    } else {
        is_listed(header, POSSIBLE).then_some(TextHeader::Possible)
    }
}

/// Roles that one column holds, with the headers that name it, best first.
const SINGLE: &[(Role, &str)] = &[
    (
        Role::Id,
        // Not "nr" and the like: those count from 1 in every file, and ids are unique across all of them.
        "id|answer id|svar id|svarid|response id|responseid|innspill id|innspillsid|innspillid|uuid|guid",
    ),
    (Role::Kind, "kind|slag|type|art|type innspill|innspillstype|innspilltype|svartype|answer type|øvelse"),
    (
        Role::Question,
        "question|question text|spørsmål|spørsmålet|spørsmålstekst|spørsmålsformulering|spm|prompt|\
        oppgave",
    ),
    (Role::AskedUnder, "asked under|tema|topic|theme|emne|kategori|category|spurt under|temakort"),
    (Role::Phase, "phase|fase"),
    (
        Role::Respondent,
        "respondent|respondent id|respondentid|respondentnummer|respondentnr|participant|participant id|\
        deltaker|deltakar|deltaker id|deltakerid|deltakernummer|deltakernr|avsender|avsendar|\
        avsender id|innsender|innsendar|svarer|person id|personid|person|bruker|brukar|bruker id|\
        brukerid|user|user id|userid|sender|author|forfatter",
    ),
    (
        Role::Time,
        "time|tidspunkt|timestamp|tidsstempel|submitted at|submit date|submitdate|innsendt|innsendt dato|\
        fullføringstidspunkt|fullført|completion time|mottatt|mottatt dato|motteke|levert|dato|date|\
        datetime|date time|dato og tid|tid|registrert|opprettet|oppretta|created|created at|\
        starttidspunkt|start time|startet",
    ),
];

/// The role that only one column can hold, and how well this header names it (0 is best).
pub(super) fn single_role(header: &str) -> Option<(Role, usize)> {
    SINGLE.iter().find_map(|(role, names)| Some((*role, place(header, names)?)))
}

/// Attributes that people are compared across; matched as the whole header.
const GROUPS: &str = "gruppe|group|grupper|bord|table|bordnummer|bordnr|bord nr|bord nummer|table number|sektor|\
        sector|fylke|county|kommune|kommunenavn|kommunenamn|municipality|avdeling|avdeling navn|\
        department|seksjon|section|departement|ministry|org|organisasjon|organisation|organization|\
        virksomhet|verksemd|virksomhetstype|etat|agency|enhet|eining|team|region|land|landsdel|country|\
        rolle|role|stilling|position|yrke|occupation|aldersgruppe|alder|age|age group|kjønn|gender|sex|\
        bransje|industry|næring|parti|party|klasse|class|trinn|grade|skole|skule|school|institusjon|\
        institution|respondenttype|respondentgruppe|målgruppe|segment|forvaltningsnivå|bydel|district|\
        distrikt|fakultet|faculty|institutt|gruppenavn|gruppenamn|gruppenummer|gruppenr|tilhørighet|\
        arbeidssted|arbeidsplass|type virksomhet|fagområde|dialekt|dialect|site";

/// Whether a whole header names a group.
pub(super) fn is_group(header: &str) -> bool {
    is_listed(header, GROUPS)
}

/// Whether a header names the text's language, which is always detected and never taken from the input.
pub(super) fn is_language(header: &str) -> bool {
    matches!(header, "lang" | "language" | "språk")
}

/// Whether a longer header, such as a closed question, asks for a group ("Hvilken sektor jobber du i?").
pub(super) fn mentions_group(header: &str) -> bool {
    let definite = |word: &str| ["en", "et", "n", "a"].iter().any(|end| word.strip_suffix(end).is_some_and(is_group));
    header.split(' ').any(|word| is_group(word) || (word.len() >= 6 && definite(word)))
}

/// Whether a header reads as a question put to people, rather than the name of a column.
pub(super) fn reads_as_question(header: &str) -> bool {
    let header = header.trim();
    let words = header.split_whitespace().count();
    (header.ends_with('?') && words >= 2) || (words >= 5 && header.chars().count() >= 25)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_blanks_and_punctuation_do_not_matter() {
        for header in ["E-post", "e_post", " e post: ", "E.POST"] {
            assert_eq!(normalise(header), "e post");
        }
        assert_eq!(normalise("askedUnder"), "asked under");
        assert_eq!(normalise("ID"), "id");
        assert_eq!(normalise("#"), "");
    }

    #[test]
    fn certain_text_headers_come_before_likely_ones() {
        assert!(text_header("tekst") < text_header("kommentar"));
        assert!(text_header("kommentar") < text_header("spørsmål"));
        assert_eq!(text_header("bord"), None);
    }

    #[test]
    fn closed_questions_that_ask_for_a_group_are_seen() {
        assert!(mentions_group(&normalise("Hvilken sektor jobber du i?")));
        assert!(mentions_group(&normalise("Hvor ligger kommunen du bor i?")));
        assert!(!mentions_group(&normalise("Hva er ditt ønske?")));
        assert!(reads_as_question("Hva er ditt ønske?"));
        assert!(!reads_as_question("Svar"));
    }
}
