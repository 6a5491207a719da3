//! Finding where people live: streets with numbers, postal codes with places, postal boxes.

use std::ops::Range;

use super::known_names::known;
use super::redact::{Finding, MarkKind};
use super::spotted_words::{Case, Spotted};
use crate::text::Lexicon;

/// Streets end so, alone or as part of a word.
const SURE_STREETS: &[&str] = &[
    "gata",
    "gaten",
    "gate",
    "gt",
    "veien",
    "vegen",
    "vei",
    "veg",
    "allé",
    "alléen",
    "alleen",
    "stredet",
    "smauet",
    "svingen",
    "kroken",
    "stien",
    "faret",
    "terrasse",
    "torget",
    "torg",
    "torv",
    "plass",
    "plassen",
    "brygge",
    "kaia",
    "kaien",
    "almenningen",
    "almenning",
    "chaussee",
    "promenade",
    "grenda",
    "veita",
    "bakken",
    "tunet",
    "ringen",
    "løkka",
    "lia",
    "haugen",
    "toppen",
    "jordet",
    "åsen",
    "strete",
    "bryggen",
    "kleiva",
    "stubben",
    "snaret",
    "brekka",
    "skogen",
    "vangen",
];
/// Of these, the ones that are sure enough with a small letter first ("bor i storgata 15").
const SURE_IN_SMALL: &[&str] = &["gata", "gaten", "gate", "veien", "vegen", "vei", "veg", "gt"];
/// Before a street of several words that starts with one: "Øvre Slottsgate".
const STREET_PARTS: &[&str] =
    &["øvre", "nedre", "nordre", "søndre", "østre", "vestre", "gamle", "store", "lille", "nye", "midtre"];
const ENGLISH_STREETS: &[&str] = &[
    "street", "road", "avenue", "lane", "drive", "square", "close", "court", "way", "st", "rd", "ave", "crescent",
    "terrace",
];
/// What a number after "vei" counts, so that it is no house.
const COUNTED: &[&str] = &[
    "minutter",
    "minutt",
    "min",
    "meter",
    "km",
    "kilometer",
    "timer",
    "timar",
    "dager",
    "dagar",
    "år",
    "kr",
    "kroner",
    "ganger",
    "gonger",
    "prosent",
    "personer",
    "personar",
    "stk",
    "mill",
    "millioner",
    "minutes",
    "metres",
    "m",
];
/// Before a number with four digits that is no postal code.
const AMOUNT_WORDS: &[&str] = &[
    "over", "under", "ca", "cirka", "omtrent", "rundt", "omkring", "nesten", "nær", "minst", "mer", "meir", "enn",
    "hele", "alle", "kr", "i", "fra", "til", "siden", "sidan", "år", "året", "innen", "før", "etter", "in", "since",
    "about", "some", "sak", "§", "av", "om", "på", "med", "de", "dei", "våre", "for", "blant", "rom", "nr", "side",
];

/// The addresses of a text, given its words; nothing inside one of `links`.
pub(super) fn home_addresses(text: &str, words: &[Spotted<'_>], links: &[Range<usize>]) -> Vec<Finding> {
    let search = Search { text, words };
    let mut found = Vec::new();
    for (index, word) in words.iter().enumerate() {
        if links.iter().any(|link| link.contains(&word.range.start)) {
            continue;
        }
        let range =
            search.street_at(index).or_else(|| search.english_street_at(index)).or_else(|| search.box_at(index));
        found.extend(
            range.or_else(|| search.postal_code_before(index)).map(|range| Finding { range, kind: MarkKind::Address }),
        );
    }
    found
}

struct Search<'a> {
    text: &'a str,
    words: &'a [Spotted<'a>],
}

impl Search<'_> {
    fn rest(&self, position: usize) -> &str {
        self.text.get(position..).unwrap_or("")
    }

    /// A street's name that ends with word `index`, its number, and what follows of postal code and place.
    fn street_at(&self, index: usize) -> Option<Range<usize>> {
        let word = self.words.get(index)?;
        let lower = word.text.to_lowercase();
        let ending = SURE_STREETS.iter().find(|ending| lower.ends_with(**ending))?;
        let number_end = self.house_number(word.range.end)?;
        let is_bare = lower.len() == ending.len();
        let start = if is_bare || self.is_street_part(index) {
            self.name_before(index).or((!is_bare).then_some(word.range.start))?
        } else if word.case != Case::Small {
            word.range.start
        } else {
            let before = index.checked_sub(1).and_then(|at| self.words.get(at))?;
            let lives_there = matches!(
                before.text.to_lowercase().as_str(),
                "i" | "på" | "adresse" | "adressen" | "adressa" | "fra" | "frå"
            );
            (lives_there && SURE_IN_SMALL.contains(ending)).then_some(word.range.start)?
        };
        let is_room = index.checked_sub(1).and_then(|at| self.words.get(at)).is_some_and(|before| {
            matches!(
                before.text.to_lowercase().as_str(),
                "rom" | "rommet" | "møterom" | "møterommet" | "room" | "sal" | "linje" | "avdeling" | "avdelinga"
            )
        });
        (!is_room).then_some(start..self.with_postal_code(number_end))
    }

    /// Whether the word before is "Øvre" or the like.
    fn is_street_part(&self, index: usize) -> bool {
        index.checked_sub(1).and_then(|at| self.words.get(at)).is_some_and(|before| {
            before.case == Case::Capital && STREET_PARTS.contains(&before.text.to_lowercase().as_str())
        })
    }

    /// Where the capitalised words before "gate" start; none where there is none.
    fn name_before(&self, index: usize) -> Option<usize> {
        let mut start = None;
        let mut next_gap = self.words.get(index)?.gap;
        for word in self.words.get(..index)?.iter().rev().take(4) {
            let joins = matches!(next_gap, " " | "\u{a0}" | ". " | ".");
            let lower = word.text.to_lowercase();
            let is_function_word = word.starts_sentence && Lexicon::get().is_stop_word(&lower);
            if !joins || word.case == Case::Small || is_function_word {
                break;
            }
            start = Some(word.range.start);
            next_gap = word.gap;
        }
        start
    }

    /// The end of a house number after `position`: up to three digits and a letter, and nothing that makes it a count.
    fn house_number(&self, position: usize) -> Option<usize> {
        let after = self.rest(position);
        let blank = after.len() - after.trim_start_matches(['.', ',']).trim_start_matches([' ', '\u{a0}']).len();
        if blank == 0 || blank > 3 || after.get(..blank)?.matches(',').count() > 1 {
            return None;
        }
        // "Storgata, 15 personer" is no house; "Storgata 15, 0155 Oslo" is.
        if after.starts_with(',') {
            return None;
        }
        let start = position + blank;
        let digits = self.rest(start).bytes().take_while(u8::is_ascii_digit).count();
        if !(1..=3).contains(&digits) {
            return None;
        }
        let mut end = start + digits;
        let rest = self.rest(end);
        let mut characters = rest.chars();
        let letter = characters.clone().find(|c| *c != ' ').filter(|c| c.is_ascii_alphabetic());
        if let Some(letter) = letter {
            let gap = rest.len() - rest.trim_start_matches(' ').len();
            let alone = !rest.get(gap + 1..).is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric()));
            if alone && gap <= 1 && (gap == 0 || letter.is_ascii_uppercase() && letter != 'I') {
                end += gap + 1;
            } else if gap == 0 {
                return None;
            }
        } else if matches!(characters.next(), Some(',' | '.' | '-' | '/' | ':')) {
            // "15,5", "15.30", "15/24" are no houses, but "15-17" and "15, 0155 Oslo" are.
            let sign = rest.chars().next()?;
            let more = characters.as_str().bytes().take_while(u8::is_ascii_digit).count();
            if more > 0 && sign != '-' {
                return None;
            }
            if sign == '-' && (1..=3).contains(&more) {
                end += 1 + more;
            }
        }
        let after = self.rest(end).trim_start_matches([' ', '\u{a0}']);
        let follows = after.split(|c: char| !c.is_alphabetic()).next().unwrap_or("").to_lowercase();
        let goes_on = after.starts_with(|c: char| c.is_ascii_digit() || c == '%') && !self.starts_with_postal_code(end);
        (!COUNTED.contains(&follows.as_str()) && !goes_on).then_some(end)
    }

    fn starts_with_postal_code(&self, position: usize) -> bool {
        self.with_postal_code(position) > position
    }

    /// The end of a postal code and place that follow, else `position`.
    fn with_postal_code(&self, position: usize) -> usize {
        let after = self.rest(position);
        let separators = after.len() - after.trim_start_matches([',', ' ', '\n', '\r', '\u{a0}', '-', '–']).len();
        let start = position + separators;
        let mut digits_at = start;
        for prefix in ["N-", "NO-"] {
            if self.rest(start).starts_with(prefix) {
                digits_at = start + prefix.len();
            }
        }
        let digits = self.rest(digits_at).bytes().take_while(u8::is_ascii_digit).count();
        if separators > 0
            && digits == 4
            && let Some(end) = self.place_after(digits_at + 4)
        {
            return end;
        }
        position
    }

    /// The end of one or two capitalised words after `position`, with a blank before them.
    fn place_after(&self, position: usize) -> Option<usize> {
        let first =
            self.words.iter().position(|word| word.range.start > position && word.range.start <= position + 2)?;
        let word = self.words.get(first)?;
        if !matches!(self.text.get(position..word.range.start), Some(" " | "\u{a0}" | ", "))
            || !matches!(word.case, Case::Capital | Case::AllCapitals)
        {
            return None;
        }
        let mut end = word.range.end;
        // "Mo i Rana", "Sandefjord N", "Indre Arna".
        let next = self.words.get(first + 1).filter(|next| next.gap == " ");
        let second = self.words.get(first + 2).filter(|second| second.gap == " " && second.case == Case::Capital);
        match (next, second) {
            (Some(next), Some(second))
                if matches!(next.text, "i" | "på") && known(&second.text.to_lowercase()).is_place() =>
            {
                end = second.range.end;
            }
            (Some(next), _) if next.case == Case::Capital && known(&next.text.to_lowercase()).is_place() => {
                end = next.range.end
            }
            _ => {}
        }
        Some(end)
    }

    /// "0155 Oslo" that stands by itself, `index` being the place.
    fn postal_code_before(&self, index: usize) -> Option<Range<usize>> {
        let word = self.words.get(index)?;
        if !matches!(word.case, Case::Capital | Case::AllCapitals) {
            return None;
        }
        let before = self.text.get(..word.range.start)?;
        let trimmed = before.trim_end_matches([' ', '\u{a0}']);
        if trimmed.len() == before.len() || before.len() - trimmed.len() > 2 {
            return None;
        }
        let start = trimmed.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let code = trimmed.get(start..)?;
        if code.len() != 4 {
            return None;
        }
        let lead = trimmed.get(..start)?;
        if lead.ends_with(['/', ',', '.', '-', ':', '§', '#', '+', '_'])
            && !lead.ends_with("N-")
            && !lead.ends_with("NO-")
        {
            return None;
        }
        let is_named = |name: &str| lead.trim_end_matches([' ', ':', '.']).to_lowercase().ends_with(name);
        let is_named =
            ["postnummer", "postnr", "postadresse", "adresse", "adressa", "address"].into_iter().any(is_named);
        let previous =
            lead.trim_end().rsplit(|c: char| !c.is_alphabetic() && c != '§').next().unwrap_or("").to_lowercase();
        let follows_digits = lead.trim_end().ends_with(|c: char| c.is_ascii_digit());
        if (AMOUNT_WORDS.contains(&previous.as_str()) && !lead.trim_end().ends_with(',')) || follows_digits {
            // "bor på 5003 Bergen" is how nobody writes an address; "i 2023 Oslo" is how they write years.
            return is_named.then(|| self.code_and_place(start, word))?;
        }
        let is_year = ("1900".."2100").contains(&code);
        let is_place = known(&word.text.to_lowercase()).is_place();
        let hyphened = self.rest(word.range.end).starts_with('-') || word.text.contains('-') && !is_place;
        let fits = is_named || (is_place && !is_year && !hyphened);
        if fits { self.code_and_place(start, word) } else { None }
    }

    fn code_and_place(&self, start: usize, word: &Spotted<'_>) -> Option<Range<usize>> {
        let end = self.place_after(start + 4).unwrap_or(word.range.end);
        let prefix = self
            .text
            .get(..start)
            .map_or(0, |before| ["NO-", "N-"].into_iter().find(|prefix| before.ends_with(prefix)).map_or(0, str::len));
        Some(start - prefix..end)
    }

    /// "postboks 123, 0130 Oslo", `index` being the box.
    fn box_at(&self, index: usize) -> Option<Range<usize>> {
        let word = self.words.get(index)?;
        let lower = word.text.to_lowercase();
        let is_box = matches!(lower.as_str(), "postboks" | "pb")
            || (lower == "box"
                && self
                    .text
                    .get(..word.range.start)
                    .is_some_and(|before| before.to_lowercase().trim_end().ends_with("p.o.")));
        if !is_box {
            return None;
        }
        let after = self.rest(word.range.end);
        let blank = after.len() - after.trim_start_matches(['.', ' ', '\u{a0}']).len();
        let start = word.range.end + blank;
        let digits = self.rest(start).bytes().take_while(u8::is_ascii_digit).count();
        if blank == 0 || !(1..=5).contains(&digits) {
            return None;
        }
        Some(word.range.start..self.with_postal_code(start + digits))
    }

    /// "12 Church Road", `index` being "Road".
    fn english_street_at(&self, index: usize) -> Option<Range<usize>> {
        let word = self.words.get(index)?;
        if word.case != Case::Capital || !ENGLISH_STREETS.contains(&word.text.to_lowercase().as_str()) {
            return None;
        }
        let mut first = index;
        let mut names = 0;
        while names < 3 && self.words.get(first).is_some_and(|word| word.gap == " ") && first > 0 {
            let before = self.words.get(first - 1)?;
            if before.case == Case::Small {
                break;
            }
            first -= 1;
            names += 1;
        }
        if names == 0 {
            return None;
        }
        let start_word = self.words.get(first)?;
        let before = self.text.get(..start_word.range.start)?.strip_suffix(' ')?;
        let with_letter = before.trim_end_matches(|c: char| c.is_ascii_lowercase() || c.is_ascii_uppercase());
        let with_letter = if before.len() - with_letter.len() <= 1 { with_letter } else { before };
        let start = with_letter.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let digits = with_letter.len() - start;
        let free = !with_letter.get(..start)?.ends_with(['/', ',', '.', '-', '§']);
        ((1..=4).contains(&digits) && free).then_some(start..word.range.end)
    }
}

#[cfg(test)]
mod tests {
    use super::super::redact;

    #[test]
    fn addresses_are_redacted_with_code_and_place() {
        for address in [
            "Storgata 15",
            "Storgata 15B",
            "Storgata 15 B",
            "Karl Johans gate 5",
            "Chr. Krohgs gate 10",
            "Øvre Slottsgate 3",
            "Kirkeveien 12, 0364 Oslo",
            "Solbakken 3, 5003 Bergen",
            "Bryggevegen 7, 8622 Mo i Rana",
            "Nygårdsgaten 112A, N-5008 Bergen",
            "12 Church Road",
            "postboks 12, 0130 Oslo",
            "0155 Oslo",
            "N-5003 Bergen",
        ] {
            assert_eq!(redact(&format!("Adressa er {address}.")), "Adressa er [adresse].", "{address}");
        }
        assert_eq!(redact("hun bor i storgata 15 nå"), "hun bor i [adresse] nå");
    }

    #[test]
    fn streets_without_number_counts_and_years_stay() {
        for text in [
            "Det er for mye trafikk i Storgata",
            "Karl Johans gate må stenges",
            "Vi har en lang vei 5 ganger i uka",
            "Skoleveien 15 minutter",
            "i 2023 Oslo kommune",
            "I 2010 Bergen fikk",
            "over 5000 Bergen",
            "§ 3-4 Oslo",
            "møterom Storgata 2",
            "Storgata 15,5 meter",
            "Veien 2030",
        ] {
            assert_eq!(redact(text), text);
        }
    }
}
