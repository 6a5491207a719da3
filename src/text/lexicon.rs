//! Lemmas and compound parts, from the word lists in the binary.

use std::borrow::Cow;
use std::sync::LazyLock;

use rustc_hash::FxHashSet;
use smallvec::SmallVec;

use super::compound::{Compound, split};
use super::endings::lemma_by_ending;
use super::profile::PROFILES;

static STOP_WORDS: LazyLock<FxHashSet<&str>> =
    LazyLock::new(|| PROFILES.iter().flat_map(|profile| profile.stop_words).copied().collect());

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| Lexicon {
    // The bytes are the repository's own; were they damaged, the tests fail, and here no form is known.
    forms: fst::Map::new(include_bytes!("../../models/lexicon/lexicon.fst").as_slice()).ok(),
    rules: include_bytes!("../../models/lexicon/rules.bin"),
});

/// Lemmas and compound parts of bokmål, nynorsk and English words.
///
/// The lists are read in place: nothing is unpacked when the program starts.
#[derive(Debug)]
pub struct Lexicon {
    /// Form to [`Entry`].
    forms: Option<fst::Map<&'static [u8]>>,
    /// What turns a form into its lemma; the layout is `examples/pack_lexicon.rs`'s.
    rules: &'static [u8],
}

/// How readily a word stands as a part of a compound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// Never.
    None,
    /// In words that no list holds.
    Weak,
    /// Also in words of a list, which are mostly known as a whole.
    Strong,
}

/// What the lexicon knows of a form.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry(u64);

/// The number that the map holds for a form: its lemma rule and its strengths (0 to 2) as a first and
/// as a last part of a compound.
pub fn pack_entry(rule: u64, first: u8, last: u8) -> u64 {
    rule << 4 | u64::from(first & 3) << 2 | u64::from(last & 3)
}

impl Entry {
    fn strength(bits: u64) -> Strength {
        match bits & 3 {
            0 => Strength::None,
            1 => Strength::Weak,
            _ => Strength::Strong,
        }
    }

    /// As a part with another after it.
    pub(super) fn first(self) -> Strength {
        Self::strength(self.0 >> 2)
    }

    /// As the last part.
    pub(super) fn last(self) -> Strength {
        Self::strength(self.0)
    }

    fn rule(self) -> usize {
        (self.0 >> 4) as usize
    }
}

impl Lexicon {
    /// The lexicon in the binary.
    pub fn get() -> &'static Lexicon {
        &LEXICON
    }

    /// The lemma of a form, which must be lower case and in NFC.
    ///
    /// Bokmål's, where bokmål and nynorsk have each their own ("innbyggjarane", "innbyggerne" ->
    /// "innbygger"). A form that no list holds is tried as a genitive, as a compound (whose parts and
    /// so whose lemma are bokmål's too) and by its ending; failing all, it is its own lemma.
    pub fn lemma<'a>(&self, form: &'a str) -> Cow<'a, str> {
        if let Some(entry) = self.entry(form) {
            return self.apply(entry, form);
        }
        if let Some(entry) = genitive_base(form).and_then(|base| Some((self.entry(base)?, base))) {
            return self.apply(entry.0, entry.1);
        }
        if let Some((first, last)) = form.rsplit_once(['-', '\u{2010}', '\u{2011}']) {
            let lemma = self.lemma(last);
            return if lemma == last { Cow::Borrowed(form) } else { Cow::Owned(format!("{first}-{lemma}")) };
        }
        if let Some(compound) = split(self, form, Strength::Weak) {
            return Cow::Owned(compound.lemma(self));
        }
        lemma_by_ending(form).map_or(Cow::Borrowed(form), Cow::Owned)
    }

    /// The lemmas of a compound's parts, first to last; empty where the form is no compound.
    ///
    /// "innbyggerinvolvering" -> innbygger, involvering. Parts may be joined by -s- or -e-, or by a
    /// hyphen. A word that the lists hold as a whole is split only where all its parts are usual words,
    /// so that "samarbeid" stays whole.
    pub fn parts(&self, form: &str) -> SmallVec<[String; 4]> {
        if form.contains(['-', '\u{2010}', '\u{2011}']) {
            return self.hyphenated_parts(form);
        }
        match self.compound(form) {
            Some(compound) => compound.part_lemmas(self),
            None => SmallVec::new(),
        }
    }

    /// Whether a lemma, or a form, says nothing of the subject.
    pub fn is_stop_word(&self, lemma: &str) -> bool {
        STOP_WORDS.contains(lemma)
    }

    fn compound<'a>(&self, form: &'a str) -> Option<Compound<'a>> {
        if self.entry(form).is_none() {
            let base = genitive_base(form).filter(|base| self.entry(base).is_some());
            return match base {
                Some(base) => split(self, base, Strength::Strong),
                None => split(self, form, Strength::Weak),
            };
        }
        let compound = split(self, form, Strength::Strong)?;
        // A chance split mostly takes the ending for part of its last word.
        self.lemma(form).ends_with(self.lemma(compound.last()).as_ref()).then_some(compound)
    }

    fn hyphenated_parts(&self, form: &str) -> SmallVec<[String; 4]> {
        let pieces = || form.split(['-', '\u{2010}', '\u{2011}']).filter(|piece| piece.chars().count() > 1);
        if pieces().count() < 2 {
            return SmallVec::new();
        }
        let mut lemmas = SmallVec::new();
        for piece in pieces() {
            let parts = if self.entry(piece).is_none() { self.parts(piece) } else { SmallVec::new() };
            if parts.is_empty() { lemmas.push(self.lemma(piece).into_owned()) } else { lemmas.extend(parts) }
        }
        lemmas
    }

    /// Whether a list holds this very form, which must be lower case and in NFC.
    pub fn holds(&self, form: &str) -> bool {
        self.entry(form).is_some()
    }

    pub(super) fn entry(&self, form: &str) -> Option<Entry> {
        self.forms.as_ref()?.get(form).map(Entry)
    }

    /// Every start of `word` that can stand as a first part, with its length in bytes, shortest first.
    pub(super) fn first_parts(&self, word: &str) -> SmallVec<[(usize, Strength); 8]> {
        let mut found = SmallVec::new();
        let Some(forms) = self.forms.as_ref() else { return found };
        let automaton = forms.as_fst();
        let mut node = automaton.root();
        let mut value = fst::raw::Output::zero();
        for (position, &byte) in word.as_bytes().iter().enumerate() {
            let Some(transition) = node.find_input(byte).map(|index| node.transition(index)) else { break };
            value = value.cat(transition.out);
            node = automaton.node(transition.addr);
            if node.is_final() {
                let strength = Entry(value.cat(node.final_output()).value()).first();
                if strength > Strength::None {
                    found.push((position + 1, strength));
                }
            }
        }
        found
    }

    fn apply<'a>(&self, entry: Entry, form: &'a str) -> Cow<'a, str> {
        let Some((cut, add)) = self.rule(entry.rule()) else { return Cow::Borrowed(form) };
        let Some(stem) = form.len().checked_sub(cut).and_then(|length| form.get(..length)) else {
            return Cow::Borrowed(form);
        };
        if add.is_empty() { Cow::Borrowed(stem) } else { Cow::Owned([stem, add].concat()) }
    }

    /// How many bytes to cut from the end of a form, and what to put there.
    fn rule(&self, number: usize) -> Option<(usize, &'static str)> {
        let offset = |index: usize| {
            let bytes = self.rules.get(4 * index..4 * index + 4)?;
            Some(u32::from_le_bytes(bytes.try_into().ok()?) as usize)
        };
        let (cut, add) = self.rules.get(offset(number)?..offset(number + 1)?)?.split_first()?;
        Some((usize::from(*cut), std::str::from_utf8(add).ok()?))
    }
}

/// The form without a genitive ending; none where it has none, or would be too short.
fn genitive_base(form: &str) -> Option<&str> {
    let base = form.strip_suffix('s')?;
    let base = base.strip_suffix(['\'', '\u{2019}']).unwrap_or(base);
    (base.chars().count() >= 3).then_some(base)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lemma(form: &str) -> String {
        Lexicon::get().lemma(form).into_owned()
    }

    fn parts(form: &str) -> Vec<String> {
        Lexicon::get().parts(form).into_vec()
    }

    #[test]
    fn the_lists_are_readable() {
        assert!(LEXICON.forms.as_ref().is_some_and(|forms| forms.len() > 600_000));
    }

    #[test]
    fn all_forms_of_innbygger_meet() {
        for form in [
            "innbygger",
            "innbyggere",
            "innbyggeren",
            "innbyggerne",
            "innbyggernes",
            "innbyggar",
            "innbyggarane",
            "innbyggjar",
            "innbyggjarar",
            "innbyggjaren",
            "innbyggjarane",
        ] {
            assert_eq!(lemma(form), "innbygger", "{form}");
        }
    }

    #[test]
    fn nynorsk_and_bokmål_meet_in_one_lemma() {
        for (form, expected) in [
            ("ikkje", "ikke"),
            ("korleis", "hvordan"),
            ("kvifor", "hvorfor"),
            ("verksemd", "virksomhet"),
            ("verksemdene", "virksomhet"),
            ("tenester", "tjeneste"),
            ("tenestene", "tjeneste"),
            ("tjenestene", "tjeneste"),
            ("kommunar", "kommune"),
            ("kommunane", "kommune"),
            ("tilsette", "ansatt"),
            ("ansatte", "ansatt"),
            ("leiar", "leder"),
            ("leiarane", "leder"),
            ("ledere", "leder"),
            ("leiing", "ledelse"),
            ("leiinga", "ledelse"),
            ("forsking", "forskning"),
            ("forskinga", "forskning"),
            ("moglegheit", "mulighet"),
            ("moglegheiter", "mulighet"),
            ("samarbeid", "samarbeid"),
            ("framtida", "fremtid"),
            ("skulane", "skole"),
            ("offentlege", "offentlig"),
            ("pengar", "penge"),
            ("vegen", "vei"),
            ("utfordringar", "utfordring"),
            ("utfordringane", "utfordring"),
            ("verkemiddel", "virkemiddel"),
            ("løysingar", "løsning"),
            ("medarbeidarane", "medarbeider"),
            ("brukarane", "bruker"),
            ("rettleiing", "veiledning"),
            ("opne", "åpen"),
            ("berekraftig", "bærekraftig"),
            ("siloane", "silo"),
            ("siloene", "silo"),
            ("gevinstar", "gevinst"),
            ("samordninga", "samordning"),
            ("marknaden", "marked"),
            ("innspel", "innspill"),
            ("kunnskapen", "kunnskap"),
            ("tilliten", "tillit"),
            ("styresmaktene", "myndighet"),
        ] {
            assert_eq!(lemma(form), expected, "{form}");
        }
    }

    #[test]
    fn english_words_have_english_lemmas() {
        for (form, expected) in [
            ("services", "service"),
            ("leaders", "leader"),
            ("citizens", "citizen"),
            ("companies", "company"),
            ("budgets", "budget"),
            ("involved", "involve"),
        ] {
            assert_eq!(lemma(form), expected, "{form}");
        }
    }

    #[test]
    fn compounds_of_both_languages_fall_into_the_same_parts() {
        for (forms, expected) in [
            (
                &["innbyggerinvolvering", "innbyggerinvolveringen", "innbyggarinvolvering", "innbyggjarinvolveringa"][..],
                ["innbygger", "involvering"],
            ),
            (&["innbyggermedvirkning", "innbyggjarmedverknad"], ["innbygger", "medvirkning"]),
            (&["siloorganisering", "siloorganiseringen", "siloorganiseringa"], ["silo", "organisering"]),
            (&["budsjettprosess", "budsjettprosessen", "budsjettprosessane"], ["budsjett", "prosess"]),
            (&["budsjettsystemet", "budsjettsystema"], ["budsjett", "system"]),
            (&["tjenesteutvikling", "tenesteutvikling", "tenesteutviklinga"], ["tjeneste", "utvikling"]),
            (&["tjenestedesign", "tenestedesign"], ["tjeneste", "design"]),
            (&["medarbeiderdrevet", "medarbeiderdriven", "medarbeidardriven"], ["medarbeider", "drevet"]),
            (&["gevinstrealisering", "gevinstrealiseringa"], ["gevinst", "realisering"]),
            (&["forskningsmiljø", "forskningsmiljøene", "forskingsmiljø", "forskingsmiljøa"], ["forskning", "miljø"]),
            (&["endringsledelse", "endringsleiing"], ["endring", "ledelse"]),
            (&["prosessledelse", "prosessleiing"], ["prosess", "ledelse"]),
            (&["toppleder", "toppleiar", "toppleiarane"], ["topp", "leder"]),
            (&["mellomleder", "mellomleiarar"], ["mellom", "leder"]),
            (&["prosjektleder", "prosjektleiar"], ["prosjekt", "leder"]),
            (&["delingskultur", "delingskulturen"], ["deling", "kultur"]),
            (&["innovasjonskulturen"], ["innovasjon", "kultur"]),
            (&["innovasjonsarbeid"], ["innovasjon", "arbeid"]),
            (&["kunnskapsdeling", "kunnskapsdelinga"], ["kunnskap", "deling"]),
            (&["kommunesektoren"], ["kommune", "sektor"]),
            (&["samfunnsutfordringer", "samfunnsutfordringane"], ["samfunn", "utfordring"]),
            (&["endringsvilje"], ["endring", "vilje"]),
            (&["omstillingsevne"], ["omstilling", "evne"]),
            (&["silotenkning", "silotenking"], ["silo", "tenkning"]),
            (&["silomentalitet"], ["silo", "mentalitet"]),
            (&["tidstyv", "tidstyver", "tidstjuvar"], ["tid", "tyv"]),
            (&["følgeforskning", "følgjeforsking"], ["følge", "forskning"]),
            (&["gjennomføringskraft"], ["gjennomføring", "kraft"]),
            (&["velferdsteknologi", "velferdsteknologien"], ["velferd", "teknologi"]),
            (&["forsøksordning", "forsøksordninger"], ["forsøk", "ordning"]),
            (&["pilotprosjekt"], ["pilot", "prosjekt"]),
            (&["målstyring"], ["mål", "styring"]),
            (&["styringssignaler"], ["styring", "signal"]),
            (&["risikovilje"], ["risiko", "vilje"]),
            (&["feilkultur"], ["feil", "kultur"]),
            (&["lovverket"], ["lov", "verk"]),
            (&["innkjøpsregelverk"], ["innkjøp", "regelverk"]),
            (&["ressursmangel"], ["ressurs", "mangel"]),
            (&["datadeling", "datadelinga"], ["data", "deling"]),
            (&["effektmåling"], ["effekt", "måling"]),
            (&["digitaliseringsstrategi"], ["digitalisering", "strategi"]),
            (&["ki-verktøy"], ["ki", "verktøy"]),
            (&["barnehage", "barnehagar"], ["barn", "hage"]),
        ] {
            for form in forms {
                assert_eq!(parts(form), expected, "{form}");
            }
        }
    }

    #[test]
    fn words_that_are_one_word_stay_whole() {
        for form in [
            "samarbeid",
            "samfunn",
            "innbygger",
            "ledelse",
            "tillit",
            "organisasjon",
            "strategi",
            "budsjett",
            "kompetanse",
            "innovasjon",
            "utfordring",
            "utvikling",
            "forvaltning",
            "myndigheter",
            "regjering",
            "politikk",
            "verktøy",
            "ansvarlig",
            "medarbeider",
            "erfaring",
            "løsning",
            "forskning",
            "kommunene",
            "tjenester",
            "digitalisering",
            "involvering",
            "gevinst",
            "system",
            "sector",
            "government",
        ] {
            assert!(parts(form).is_empty(), "{form} -> {:?}", parts(form));
        }
    }

    #[test]
    fn stop_words_of_all_languages_are_known() {
        for word in ["og", "ikke", "ikkje", "vi", "the", "dei", "det"] {
            assert!(Lexicon::get().is_stop_word(word), "{word}");
        }
        assert!(!Lexicon::get().is_stop_word("silo"));
    }

    proptest! {
        #[test]
        fn any_string_has_a_lemma_and_its_parts_are_none_or_several(form in "(\\PC|[a-zæøå]|-|s){0,30}") {
            Lexicon::get().lemma(&form);
            let parts = Lexicon::get().parts(&form);
            prop_assert!(parts.len() != 1);
            prop_assert!(parts.iter().all(|part| !part.is_empty()));
        }
    }
}
