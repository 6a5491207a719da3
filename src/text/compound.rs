//! Compounds: which words a long word was put together of.

use smallvec::SmallVec;

use super::lexicon::{Lexicon, Strength};

/// Words of more bytes than this are not looked into.
const LONGEST: usize = 80;
/// Least bytes of a part.
const SHORTEST_PART: usize = 3;
/// Most parts that a compound is cut into.
const MOST_PARTS: usize = 4;
/// Longest first part, in bytes, that -e- may follow ("barnehage"); longer ones take -s- or nothing.
const LONGEST_BEFORE_E: usize = 6;

/// What stands between two parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Link {
    None,
    S,
    E,
}

impl Link {
    const ALL: [Link; 3] = [Link::None, Link::S, Link::E];

    fn text(self) -> &'static str {
        match self {
            Link::None => "",
            Link::S => "s",
            Link::E => "e",
        }
    }
}

/// A form cut into parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Compound<'a> {
    /// The parts before the last, each with what links it to the next.
    before: SmallVec<[(&'a str, Link); 3]>,
    last: &'a str,
    weak_parts: usize,
}

impl<'a> Compound<'a> {
    /// The last part, as it stands in the form.
    pub(super) fn last(&self) -> &'a str {
        self.last
    }

    /// The lemma of the whole: the parts' lemmas with the links between them.
    pub(super) fn lemma(&self, lexicon: &Lexicon) -> String {
        let mut lemma = String::new();
        for (part, link) in &self.before {
            lemma.push_str(&lexicon.lemma(part));
            lemma.push_str(link.text());
        }
        lemma.push_str(&lexicon.lemma(self.last));
        lemma
    }

    pub(super) fn part_lemmas(&self, lexicon: &Lexicon) -> SmallVec<[String; 4]> {
        let forms = self.before.iter().map(|(part, _)| *part).chain([self.last]);
        forms.map(|form| lexicon.lemma(form).into_owned()).collect()
    }

    /// Smaller is better: few parts, usual words, no -e-, and no very short part beside a long one.
    fn cost(&self) -> (usize, usize, usize, usize) {
        let links = self.before.iter().filter(|(_, link)| *link == Link::E).count();
        let lengths = self.before.iter().map(|(part, _)| part.len()).chain([self.last.len()]);
        (self.before.len(), self.weak_parts, links, LONGEST.saturating_sub(lengths.min().unwrap_or(0)))
    }
}

/// The best way to cut `form` into two to four parts of at least this strength; none where there is none.
pub(super) fn split<'a>(lexicon: &Lexicon, form: &'a str, least: Strength) -> Option<Compound<'a>> {
    if form.len() > LONGEST || form.len() < 2 * SHORTEST_PART {
        return None;
    }
    split_rest(lexicon, form, least, MOST_PARTS).filter(|compound| !compound.before.is_empty())
}

/// The best way to see `rest` as one part or several.
fn split_rest<'a>(lexicon: &Lexicon, rest: &'a str, least: Strength, most_parts: usize) -> Option<Compound<'a>> {
    let mut best: Option<Compound<'a>> = None;
    if most_parts < MOST_PARTS {
        let strength = lexicon.entry(rest).map_or(Strength::None, |entry| entry.last());
        if strength >= least && rest.len() >= SHORTEST_PART {
            let weak_parts = usize::from(strength == Strength::Weak);
            return Some(Compound { before: SmallVec::new(), last: rest, weak_parts });
        }
    }
    if most_parts < 2 {
        return None;
    }
    for (length, strength) in lexicon.first_parts(rest) {
        if strength < least || length < SHORTEST_PART {
            continue;
        }
        let Some((part, after)) = rest.split_at_checked(length) else { continue };
        for link in Link::ALL {
            if link == Link::E && length > LONGEST_BEFORE_E {
                continue;
            }
            let Some(tail) = after.strip_prefix(link.text()).filter(|tail| tail.len() >= SHORTEST_PART) else {
                continue;
            };
            let Some(mut compound) = split_rest(lexicon, tail, least, most_parts - 1) else { continue };
            compound.before.insert(0, (part, link));
            compound.weak_parts += usize::from(strength == Strength::Weak);
            if best.as_ref().is_none_or(|best| compound.cost() < best.cost()) {
                best = Some(compound);
            }
        }
    }
    best
}
