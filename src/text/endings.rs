//! Inflectional endings of Norwegian, for forms that no list holds.

/// An ending, what stands in its place in the lemma, and the least number of letters before it.
type Ending = (&'static str, &'static str, usize);

/// Longest first within a family; the first that fits is used. Chosen to be safe on unseen words:
/// derivations whose inflection is regular, and the plural endings that nothing else ends in.
const ENDINGS: &[Ending] = &[
    ("heitene", "het", 3),
    ("heiter", "het", 3),
    ("heita", "het", 3),
    ("heit", "het", 3),
    ("hetene", "het", 3),
    ("heten", "het", 3),
    ("heter", "het", 3),
    ("ingane", "ing", 3),
    ("ingene", "ing", 3),
    ("ingar", "ing", 3),
    ("inger", "ing", 3),
    ("ingen", "ing", 3),
    ("inga", "ing", 3),
    ("asjonane", "asjon", 2),
    ("asjonene", "asjon", 2),
    ("asjonar", "asjon", 2),
    ("asjoner", "asjon", 2),
    ("asjonen", "asjon", 2),
    ("jonane", "jon", 2),
    ("jonene", "jon", 2),
    ("jonar", "jon", 2),
    ("joner", "jon", 2),
    ("jonen", "jon", 2),
    ("elsane", "else", 3),
    ("elsene", "else", 3),
    ("elsar", "else", 3),
    ("elser", "else", 3),
    ("elsen", "else", 3),
    ("elsa", "else", 3),
    ("gjarane", "ger", 3),
    ("gjarar", "ger", 3),
    ("gjaren", "ger", 3),
    ("gjar", "ger", 3),
    ("arane", "er", 3),
    ("arar", "er", 3),
    ("aren", "er", 3),
    ("erne", "er", 3),
    ("ismane", "isme", 2),
    ("ismene", "isme", 2),
    ("ismer", "isme", 2),
    ("ismen", "isme", 2),
    ("itetane", "itet", 2),
    ("itetene", "itet", 2),
    ("itetar", "itet", 2),
    ("iteter", "itet", 2),
    ("iteten", "itet", 2),
    ("skapane", "skap", 3),
    ("skapene", "skap", 3),
    ("skapar", "skap", 3),
    ("skapen", "skap", 3),
    ("skapet", "skap", 3),
    ("menta", "ment", 3),
    ("mentene", "ment", 3),
    ("menter", "ment", 3),
    ("mentet", "ment", 3),
    ("legare", "lig", 3),
    ("legaste", "lig", 3),
    ("lege", "lig", 3),
    ("leg", "lig", 3),
    ("ligere", "lig", 3),
    ("ligst", "lig", 3),
    ("lige", "lig", 3),
    ("iske", "isk", 3),
    ("løyse", "løs", 3),
    ("løse", "løs", 3),
    ("bare", "bar", 3),
    ("erande", "erende", 3),
    ("erte", "ere", 3),
    ("erer", "ere", 3),
    ("eres", "ere", 3),
    ("erast", "ere", 3),
    ("ert", "ere", 4),
    ("ane", "", 4),
    ("ene", "", 4),
];

/// The lemma that a form's ending points to; none where no ending is safe.
pub(super) fn lemma_by_ending(form: &str) -> Option<String> {
    ENDINGS.iter().find_map(|&(ending, replacement, least)| {
        let stem = form.strip_suffix(ending)?;
        (stem.chars().count() >= least).then(|| format!("{stem}{replacement}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bokmål_and_nynorsk_endings_lead_to_one_lemma() {
        for (bokmål, nynorsk) in
            [("gladfiseringer", "gladfiseringar"), ("grublenheten", "grublenheita"), ("surrlige", "surrlege")]
        {
            let lemma = lemma_by_ending(bokmål);
            assert!(lemma.is_some());
            assert_eq!(lemma, lemma_by_ending(nynorsk));
        }
    }

    #[test]
    fn every_ending_can_be_reached() {
        for (position, &(ending, _, _)) in ENDINGS.iter().enumerate() {
            let word = format!("xyzkw{ending}");
            let first = ENDINGS.iter().position(|&(other, _, _)| word.ends_with(other));
            assert_eq!(first, Some(position), "{ending}");
        }
    }
}
