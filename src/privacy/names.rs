//! Finding names of persons.
//!
//! A capitalised word is a person's name for one of these reasons: it is a first name that is nothing else; it is a first
//! name that is also a word ("Stein", "Liv") and stands in mid-sentence or with a surname after it; it is a surname, or a
//! word that no list knows, after a title, a relation or a greeting; or it stands before a surname. Places and
//! organisations are not persons, nor what is named after one ("Karl Johans gate", "Kirkens Bymisjon").

use std::ops::Range;

use super::known_names::{Known, known};
use super::name_context::{Role, ends_like_organisation, ends_like_surname, has_role};
use super::redact::{Finding, MarkKind};
use super::spotted_words::{Case, Spotted};
use crate::text::Lexicon;

/// The names of persons in a text, given its words; nothing inside one of `links`.
pub(super) fn names(words: &[Spotted<'_>], links: &[Range<usize>]) -> Vec<Finding> {
    let mut found = Vec::new();
    let capitals = words.iter().filter(|word| word.case == Case::AllCapitals).count();
    let search = Search { words, links, shouts: capitals * 2 > words.len() };
    let mut index = 0;
    while let Some(word) = words.get(index) {
        if word.case == Case::Small {
            index = search.small_name_at(index, &mut found);
        } else if search.may_be_name(word) {
            let end = search.chain_end(index);
            search.chain(index, end, &mut found);
            index = end;
        } else {
            index += 1;
        }
    }
    found
}

struct Search<'a> {
    words: &'a [Spotted<'a>],
    links: &'a [Range<usize>],
    /// Whether most of the text is in capitals, so that they say nothing.
    shouts: bool,
}

/// What leads up to a chain of capitalised words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lead {
    Nothing,
    /// "spurte", "ifølge", "rektor", "kollegaen min".
    Person,
    /// "jeg heter", "mvh".
    Introduced,
}

impl Search<'_> {
    fn may_be_name(&self, word: &Spotted<'_>) -> bool {
        !word.is_attached && !self.links.iter().any(|link| link.contains(&word.range.start))
    }

    /// The end of the capitalised words that follow each other from `start`.
    fn chain_end(&self, start: usize) -> usize {
        let mut end = start + 1;
        while let Some(word) = self.words.get(end) {
            let after_letter = self.words.get(end - 1).is_some_and(|before| before.case == Case::Letter);
            let joins = is_blank(word.gap) || (after_letter && matches!(word.gap, ". " | "."));
            if !joins || !self.may_be_name(word) {
                break;
            }
            // "van der Berg": particles that a capital follows.
            let is_particle = |word: &Spotted<'_>| {
                word.case == Case::Small && has_role(word.text, Role::Particle) && is_blank(word.gap)
            };
            let mut after = self.words.iter().skip(end).take(3).skip_while(|word| is_particle(word));
            let particle_leads_on =
                is_particle(word) && after.next().is_some_and(|next| next.case == Case::Capital && is_blank(next.gap));
            if word.case == Case::Small && !particle_leads_on {
                break;
            }
            end += 1;
        }
        end
    }

    /// Finds the persons in the capitalised words `start..end`.
    fn chain(&self, start: usize, end: usize, found: &mut Vec<Finding>) {
        let mut from = start;
        let mut lead = self.lead(start);
        for index in start..=end {
            let known = (index < end).then(|| self.known(index));
            let is_break = known.is_none_or(|known| self.is_organisation(index, known));
            if !is_break {
                continue;
            }
            // "Peder Hansen AS", "Kirkens Bymisjon", "Karl Johans gate": called after a person.
            let is_thing = match known {
                Some(_) => self.words.get(index).is_some_and(|word| has_role(word.text, Role::OrganisationPart)),
                None => self.is_thing(end),
            };
            if !is_thing {
                self.persons(from, index, lead, found);
            }
            from = index + 1;
            // "Daglig leder i NAV Kari Nordmann": the lead does not reach past an organisation.
            lead = Lead::Nothing;
        }
    }

    /// Whether what follows the chain says that it names a thing.
    fn is_thing(&self, end: usize) -> bool {
        let next = self.words.get(end).filter(|next| is_blank(next.gap));
        next.is_some_and(|next| has_role(next.text, Role::NamedThing))
    }

    /// Finds the persons in the words `from..to`, none of which is an organisation.
    fn persons(&self, from: usize, to: usize, lead: Lead, found: &mut Vec<Finding>) {
        let mut index = from;
        let mut lead = lead;
        while index < to {
            // A title with a capital leads too: "Rektor Berg", "Spør Signhild".
            if index > from && self.is_lead_word(index - 1) && lead == Lead::Nothing {
                lead = Lead::Person;
            }
            match self.person_at(index, from, to, lead) {
                Some(end) => {
                    found.extend(self.finding(index, end));
                    index = end;
                }
                None => index += 1,
            }
            lead = Lead::Nothing;
        }
    }

    fn finding(&self, from: usize, end: usize) -> Option<Finding> {
        let (first, last) = (self.words.get(from)?, self.words.get(end.checked_sub(1)?)?);
        Some(Finding { range: first.range.start..last.range.end, kind: MarkKind::Name })
    }

    /// The end of the name that starts with word `index`.
    fn person_at(&self, index: usize, from: usize, to: usize, lead: Lead) -> Option<usize> {
        let word = self.words.get(index)?;
        let known = self.known(index);
        let next = (index + 1 < to).then(|| self.known(index + 1));
        let next_goes_on = next.is_some_and(|next| self.goes_on(index + 1, next));
        let end = || self.name_end(index + 1, to);
        if word.case == Case::AllCapitals || self.shouts {
            let is_pair = next
                .is_some_and(|next| next.is_surname() || (known.is_sure_first() && next_goes_on && next.is_nothing()));
            let introduced = lead == Lead::Introduced && (known.is_first() || known.is_surname());
            return ((known.is_first() && is_pair) || introduced).then(end);
        }
        if word.case == Case::Letter {
            return self.initials_at(index, to);
        }
        if self.is_lead_word(index) && index + 1 < to && !known.is_first() {
            return None;
        }
        if known.is_sure_first() {
            // After a sure first name a place is a surname: "Torfinn Ås".
            let is_named_after = next.is_some_and(|next| next.is_place() && !next.is_organisation());
            return Some(if is_named_after { self.name_end(index + 2, to) } else { end() });
        }
        if known.is_first() {
            let has_surname = next.is_some_and(|next| {
                next.is_surname()
                    || (next_goes_on && (!next.is_place() && !self.is_word(index + 1) || !word.starts_sentence))
            });
            // "ARKIV Per i dag": after a heading a sentence starts.
            let after_heading = index
                .checked_sub(1)
                .and_then(|at| self.words.get(at))
                .is_some_and(|before| before.case == Case::AllCapitals);
            let in_sentence = !word.starts_sentence && !after_heading && !known.is_place() && !known.is_organisation();
            // "Rune sitt forslag".
            let owns = self
                .words
                .get(index + 1)
                .is_some_and(|next| is_blank(next.gap) && matches!(next.text, "sin" | "sitt" | "sine"));
            let is_led = (lead != Lead::Nothing || (owns && index + 1 == to)) && !known.is_place();
            return (has_surname || in_sentence || is_led).then(end);
        }
        let is_unknown = known.is_nothing() && !self.is_word(index) && !ends_like_organisation(word.text);
        match lead {
            Lead::Introduced if known.is_surname() || is_unknown => return Some(end()),
            Lead::Introduced if next_goes_on && !known.is_place() => return Some(end()),
            Lead::Person if known.is_surname() || is_unknown => return Some(end()),
            _ => {}
        }
        if let Some(next) = next.filter(|_| known.is_nothing() && !self.is_word(index)) {
            let is_surname = (next.is_surname() || next.is_sure_first()) && !next.is_organisation();
            let looks_like_surname = next_goes_on
                && next.is_nothing()
                && self.words.get(index + 1).is_some_and(|next| {
                    let lower = next.text.to_lowercase();
                    // A surname is a compound as other words are ("Kvernmo"), so only what the lexicon holds is a word.
                    !ends_like_organisation(next.text)
                        && !is_dictionary_word(&lower)
                        && !lower.ends_with("elsen")
                        && !has_small_part(next.text)
                });
            if (is_surname || looks_like_surname) && !ends_like_organisation(word.text) {
                return Some(end());
            }
        }
        let alone = index == from && index + 1 == to;
        if known.is_sure_surname() && !(index + 1 == to && self.may_be_house(index)) {
            return Some(end());
        }
        let does_what_persons_do = self.has_saying_after(index) || self.is_joined_with_person(index);
        let may_be_person = is_unknown || (known.is_surname() && !word.starts_sentence);
        (alone && ((is_unknown && does_what_persons_do) || (may_be_person && self.is_made_title(index)))).then(end)
    }

    /// "K. Nordmann", "J. K. Hansen": the end of a name that starts with initials.
    fn initials_at(&self, index: usize, to: usize) -> Option<usize> {
        let mut at = index;
        while self.words.get(at).is_some_and(|word| word.case == Case::Letter) && at < to {
            at += 1;
        }
        let surname = (at < to).then(|| self.words.get(at)).flatten()?;
        let known = self.known(at);
        let with_points = matches!(surname.gap, ". " | ".");
        let fits = known.is_surname() || (known.is_nothing() && !self.is_word(at) && surname.case == Case::Capital);
        (with_points && fits && !known.is_organisation()).then(|| self.name_end(at + 1, to))
    }

    /// The end of a name whose first word lies before `index`: at most five words in all.
    fn name_end(&self, index: usize, to: usize) -> usize {
        let mut end = index;
        while end < to && end < index + 4 && self.goes_on(end, self.known(end)) {
            end += 1;
        }
        // A particle or an initial ends no name.
        while end > index && self.words.get(end - 1).is_some_and(|last| matches!(last.case, Case::Small)) {
            end -= 1;
        }
        end
    }

    /// Whether a word can be the second or a later one of a name.
    fn goes_on(&self, index: usize, known: Known) -> bool {
        let Some(word) = self.words.get(index) else { return false };
        let is_name = known.is_first() || known.is_surname();
        match word.case {
            Case::Small => has_role(word.text, Role::Particle),
            Case::Letter => true,
            Case::AllCapitals => {
                is_name || (self.shouts || word.text.len() > 3) && known.is_nothing() && !self.is_word(index)
            }
            Case::Capital => (is_name || !known.is_place()) && !known.is_organisation(),
        }
    }

    /// "jeg heter kari", "mvh kari": names in small letters, which only an introduction makes sure.
    fn small_name_at(&self, index: usize, found: &mut Vec<Finding>) -> usize {
        // "jeg heter noe annet": Noe is a name, too.
        let is_first = |word: &Spotted<'_>, known: Known| known.is_first() && !Lexicon::get().is_stop_word(word.text);
        let is_name = |at: usize, first: bool| {
            self.words.get(at).is_some_and(|word| {
                let known = self.known(at);
                word.case == Case::Small
                    && !word.is_attached
                    && if first { is_first(word, known) } else { known.is_surname() || known.is_sure_first() }
            })
        };
        let Some(word) = self.words.get(index) else { return index + 1 };
        // Most words are no introduction: look at that first.
        let lead = is_introduction_start(word.text) && self.lead(index + 1) == Lead::Introduced;
        if !lead || !is_name(index + 1, true) {
            return index + 1;
        }
        let is_greeting = has_role(word.text, Role::Greeting);
        let only_word = self.known(index + 1).is_sure_first();
        if is_greeting && !only_word {
            return index + 1;
        }
        let mut end = index + 2;
        while is_name(end, false) && self.words.get(end).is_some_and(|word| is_blank(word.gap)) {
            end += 1;
        }
        found.extend(self.finding(index + 1, end));
        end
    }

    /// What the words before `index` say of it.
    fn lead(&self, index: usize) -> Lead {
        let Some(word) = self.words.get(index) else { return Lead::Nothing };
        let Some(before) = index.checked_sub(1).and_then(|at| self.words.get(at)) else {
            return if word.gap.trim_end().ends_with("v/") { Lead::Introduced } else { Lead::Nothing };
        };
        let gap = word.gap.trim_matches([' ', '\u{a0}']);
        let before_text = before.text.to_lowercase();
        let earlier =
            |steps: usize| index.checked_sub(steps).and_then(|at| self.words.get(at)).map_or("", |word| word.text);
        // "v/ Kari Nordmann", "att. Signhild".
        if matches!((before_text.as_str(), gap), ("v", "/") | ("att", "." | ":" | ".:")) {
            return Lead::Introduced;
        }
        let only_signs = |c: char| c.is_whitespace() || matches!(c, ',' | '.' | ':' | '!' | '-' | '–');
        if has_role(before.text, Role::Greeting) && word.gap.chars().all(only_signs) {
            return Lead::Introduced;
        }
        let introduces = match before_text.as_str() {
            "heter" | "heiter" => matches!(earlier(2).to_lowercase().as_str(), "jeg" | "eg" | "æ"),
            "er" | "is" => {
                let is_my = |steps| matches!(earlier(steps).to_lowercase().as_str(), "mitt" | "my");
                let is_name = |steps| {
                    matches!(earlier(steps).to_lowercase().as_str(), "navn" | "navnet" | "namn" | "namnet" | "name")
                };
                (is_my(3) && is_name(2)) || (is_my(2) && is_name(3))
            }
            "navn" | "namn" | "name" => gap == ":",
            _ => false,
        };
        if introduces && (gap.is_empty() || gap == ":") {
            return Lead::Introduced;
        }
        // "dr. Lie", "læreren min, Signhild", "kontaktperson: Signhild"; "læreren. Så" is a new sentence.
        let leads_over = gap.is_empty() || matches!(gap, "," | ":") || (gap == "." && before.text.len() <= 4);
        let is_title =
            has_role(before.text, Role::Title) || (gap.is_empty() && has_role(before.text, Role::PersonVerb));
        let is_related = has_role(before.text, Role::Possessive) && has_role(earlier(2), Role::Title) && gap != ":";
        // "takk til Gudveig", "moren til Gudveig".
        let is_spoken_with = gap.is_empty()
            && (matches!(before_text.as_str(), "med" | "til" | "with" | "to")
                && has_role(earlier(2), Role::PersonVerb)
                || before_text == "til" && has_role(earlier(2), Role::Title));
        if leads_over && (is_title || is_related || is_spoken_with) { Lead::Person } else { Lead::Nothing }
    }

    /// Whether a word is a title, a relation or something one does with a person.
    fn is_lead_word(&self, index: usize) -> bool {
        self.words
            .get(index)
            .is_some_and(|word| has_role(word.text, Role::Title) || has_role(word.text, Role::PersonVerb))
    }

    fn has_saying_after(&self, index: usize) -> bool {
        self.words.get(index + 1).is_some_and(|next| is_blank(next.gap) && has_role(next.text, Role::Saying))
    }

    /// "Torunn og meg", "Kari og Gudveig": who is named in one breath with a person is one.
    fn is_joined_with_person(&self, index: usize) -> bool {
        let is_joint =
            |at: usize| self.words.get(at).is_some_and(|word| is_blank(word.gap) && matches!(word.text, "og" | "and"));
        let is_person = |at: usize| {
            let me =
                |word: &Spotted<'_>| is_blank(word.gap) && matches!(word.text, "meg" | "jeg" | "eg" | "æ" | "me" | "I");
            self.words
                .get(at)
                .is_some_and(|word| me(word) || (word.case == Case::Capital && self.known(at).is_sure_first()))
        };
        let follows = self.words.get(index).is_some_and(|word| is_blank(word.gap))
            && index.checked_sub(2).is_some_and(|at| is_joint(at + 1) && is_person(at));
        follows || (is_joint(index + 1) && is_person(index + 2))
    }

    /// "Etter at Krokedal ble avdelingsleder".
    fn is_made_title(&self, index: usize) -> bool {
        let is_verb = |word: &Spotted<'_>| {
            is_blank(word.gap)
                && matches!(word.text, "ble" | "blei" | "vart" | "er" | "var" | "became" | "was" | "is" | "som" | "as")
        };
        self.words.get(index + 1).is_some_and(is_verb)
            && self.words.get(index + 2).is_some_and(|word| is_blank(word.gap) && has_role(word.text, Role::Title))
    }

    /// "på Solbakken", "møterom Solhaug": surnames that are houses and farms too.
    fn may_be_house(&self, index: usize) -> bool {
        let Some(word) = self.words.get(index) else { return false };
        let lower = word.text.to_lowercase();
        let is_farm =
            ends_like_surname(&lower) && !lower.trim_end_matches('s').ends_with("sen") && !lower.ends_with("sson");
        let before = index.checked_sub(1).and_then(|at| self.words.get(at)).filter(|_| is_blank(word.gap));
        is_farm && before.is_some_and(|before| has_role(before.text, Role::House))
    }

    fn is_organisation(&self, index: usize, known: Known) -> bool {
        let Some(word) = self.words.get(index) else { return false };
        if word.case == Case::AllCapitals && !self.shouts {
            // "NAV", "AS"; but "KARI NORDMANN" in capitals is a person all the same.
            let is_name = known.is_first() || known.is_surname();
            return known.is_organisation() || (!is_name && word.text.chars().count() <= 5);
        }
        let is_name = known.is_first() || known.is_surname();
        known.is_organisation() && !is_name
            || known.is_organisation() && word.starts_sentence
            || has_role(word.text, Role::OrganisationPart)
                && !known.is_sure_first()
                && !known.is_sure_surname()
                && word.case == Case::Capital
    }

    /// What the lists hold of a word, with or without a genitive, and by its first part where it is joined.
    fn known(&self, index: usize) -> Known {
        let Some(word) = self.words.get(index) else { return Known::default() };
        let mut lower = word.text.to_lowercase();
        if let Some(at) = lower.find(['\'', '’']) {
            // "Kari's", but also "O'Brien".
            let whole = known(&lower);
            if !whole.is_nothing() {
                return whole;
            }
            if lower.get(at..).is_some_and(|rest| rest.len() <= 4 && rest.ends_with('s')) {
                lower.truncate(at);
            }
        }
        let whole = known(&lower);
        if !whole.is_nothing() {
            return whole;
        }
        if let Some(stem) = lower.strip_suffix('s').filter(|stem| stem.len() >= 3) {
            let stem = known(stem);
            // "Olas" is Ola's, but "This" is not Thi's.
            let is_other_word =
                if stem.is_sure_first() { Lexicon::get().is_stop_word(&lower) } else { is_dictionary_word(&lower) };
            if !stem.is_nothing() && !is_other_word {
                return stem;
            }
        }
        let Some((first, last)) = lower.split_once('-') else { return whole };
        let first = known(first);
        if !first.is_first() || !word.text.split('-').all(|part| part.starts_with(char::is_uppercase)) {
            // "Oslo-skolen" is a place; "Stein-saken" and "Hansen-utvalget" are things.
            let last_known = known(last);
            return if last_known.is_surname() && word.text.split('-').all(|part| part.starts_with(char::is_uppercase)) {
                last_known
            } else if first.is_place() {
                first
            } else {
                Known::default()
            };
        }
        // "Anne-Grethe", "Nils-Einar": two first names make a sure one, whatever the parts are alone.
        if first.is_sure_first() {
            first
        } else if known(last).is_first() {
            Known::sure_first()
        } else {
            first
        }
    }

    /// Whether the lexicon holds the word, so that a capital alone makes it no name.
    fn is_word(&self, index: usize) -> bool {
        self.words.get(index).is_some_and(|word| {
            let lower = word.text.to_lowercase();
            let stem = lower.strip_suffix('s').unwrap_or(&lower);
            let goes_on_small = has_small_part(word.text);
            let is_double = lower.contains('-') && !goes_on_small;
            is_dictionary_word(&lower)
                || is_dictionary_word(stem)
                || goes_on_small
                || !is_double
                    && (!ends_like_surname(&lower) || lower.ends_with("elsen"))
                    && !Lexicon::get().parts(&lower).is_empty()
        })
    }
}

/// "Journal-systemene": what is no name after the hyphen.
fn has_small_part(word: &str) -> bool {
    word.split('-').skip(1).any(|part| part.starts_with(char::is_lowercase))
}

fn is_dictionary_word(lower: &str) -> bool {
    Lexicon::get().holds(lower) || Lexicon::get().is_stop_word(lower)
}

/// Whether a small word can end an introduction.
fn is_introduction_start(word: &str) -> bool {
    matches!(
        word,
        "heter"
            | "heiter"
            | "er"
            | "is"
            | "mvh"
            | "hilsen"
            | "helsing"
            | "hilsing"
            | "regards"
            | "v"
            | "navn"
            | "namn"
            | "name"
    )
}

fn is_blank(gap: &str) -> bool {
    matches!(gap, " " | "\u{a0}")
}
