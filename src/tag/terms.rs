//! Finding a codebook's terms in a text: on lemmas and parts of compounds, with phrases that cancel.

use std::ops::Range;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::codebook::{Codebook, Meaning};
use crate::text::{self, Lexicon};

/// A lemma that some term of the codebook begins with or holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LemmaId(u32);

/// Position of a code in [`Codebook::codes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CodeIndex(pub u16);

impl CodeIndex {
    /// As an index into per-code slices.
    pub fn position(self) -> usize {
        self.0 as usize
    }
}

/// The lemmas of the codebook that one word can stand for: its own, and those of its parts.
pub type WordKeys = SmallVec<[LemmaId; 4]>;

/// How much a term says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Strength {
    /// Suffices on its own.
    Term,
    /// Counts only together with other evidence.
    Hint,
}

/// A term found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermMatch {
    /// Whose term it is.
    pub code: CodeIndex,
    /// How much it says.
    pub strength: Strength,
    /// Which term of the codebook; equal numbers are equal terms.
    pub term: u32,
    /// First and last word, as positions in the words given.
    pub words: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Counts(Strength),
    Cancels,
}

#[derive(Debug)]
struct Term {
    lemmas: SmallVec<[LemmaId; 4]>,
    code: CodeIndex,
    role: Role,
}

/// Between two words of a phrase so many others may stand: "lære av feil" finds "lære av våre feil".
const WORDS_BETWEEN: usize = 1;

/// All terms, hints and cancelling phrases of a codebook, ready to be looked up.
#[derive(Debug, Default)]
pub struct TermIndex {
    lemmas: FxHashMap<String, LemmaId>,
    /// Terms written with a trailing `*`: the stem, and the lemma it stands for.
    stems: Vec<(String, LemmaId)>,
    terms: Vec<Term>,
    /// For each lemma, the terms that begin with it.
    beginning: Vec<Vec<u32>>,
    codes: usize,
}

impl TermIndex {
    /// Compiles the terms of every code, in the order of [`Codebook::codes`], then of every facet's values.
    pub fn new(codebook: &Codebook) -> Self {
        let mut index = TermIndex::default();
        let codes = codebook.codes();
        let facet_values = codebook.facets.iter().flat_map(|facet| &facet.values).map(|value| &value.meaning);
        for (position, meaning) in codes.iter().map(|entry| entry.meaning).chain(facet_values).enumerate() {
            index.add_meaning(CodeIndex(position as u16), meaning);
            index.codes = position + 1;
        }
        index
    }

    /// How many codes and facet values have been compiled.
    pub fn codes(&self) -> usize {
        self.codes
    }

    /// Adds the terms of one code.
    pub fn add_meaning(&mut self, code: CodeIndex, meaning: &Meaning) {
        for (phrases, role) in [
            (&meaning.terms, Role::Counts(Strength::Term)),
            (&meaning.hints, Role::Counts(Strength::Hint)),
            (&meaning.not_terms, Role::Cancels),
        ] {
            for phrase in phrases.all() {
                self.add(code, role, phrase);
            }
        }
    }

    fn add(&mut self, code: CodeIndex, role: Role, phrase: &str) {
        let phrase = phrase.to_lowercase();
        let mut lemmas: SmallVec<[LemmaId; 4]> = SmallVec::new();
        for word in text::words(&phrase) {
            let form = &phrase[word.clone()];
            if phrase[word.end..].starts_with('*') {
                lemmas.push(self.stem(form));
            } else {
                lemmas.push(self.intern(&Lexicon::get().lemma(form)));
            }
        }
        let Some(&first) = lemmas.first() else { return };
        let known = |&number: &u32| {
            let term = &self.terms[number as usize];
            term.code == code && term.role == role && term.lemmas == lemmas
        };
        // Bokmål and nynorsk share many words: the same term twice would count double.
        if self.beginning[first.0 as usize].iter().any(known) {
            return;
        }
        let number = self.terms.len() as u32;
        self.terms.push(Term { lemmas, code, role });
        self.beginning[first.0 as usize].push(number);
    }

    fn intern(&mut self, lemma: &str) -> LemmaId {
        if let Some(&id) = self.lemmas.get(lemma) {
            return id;
        }
        let id = LemmaId(self.beginning.len() as u32);
        self.beginning.push(Vec::new());
        self.lemmas.insert(lemma.to_owned(), id);
        id
    }

    fn stem(&mut self, form: &str) -> LemmaId {
        if let Some((_, id)) = self.stems.iter().find(|(stem, _)| stem == form) {
            return *id;
        }
        let id = LemmaId(self.beginning.len() as u32);
        self.beginning.push(Vec::new());
        self.stems.push((form.to_owned(), id));
        id
    }

    /// The lemmas that a word can stand for; `form` in lower case, `lemma` and `parts` from the lexicon.
    pub fn keys(&self, form: &str, lemma: &str, parts: &[String]) -> WordKeys {
        let mut keys = WordKeys::new();
        let candidates = std::iter::once(lemma).chain(std::iter::once(form)).chain(parts.iter().map(String::as_str));
        for candidate in candidates {
            if let Some(&id) = self.lemmas.get(candidate)
                && !keys.contains(&id)
            {
                keys.push(id);
            }
        }
        for (stem, id) in &self.stems {
            if form.starts_with(stem.as_str()) || lemma.starts_with(stem.as_str()) {
                keys.push(*id);
            }
        }
        keys
    }

    /// The terms found in a text whose words have these keys; in order of first word, then term.
    ///
    /// A term inside a cancelling phrase of the same code is not found.
    pub fn find(&self, words: &[&WordKeys]) -> Vec<TermMatch> {
        let mut matches = Vec::new();
        let mut cancelled: SmallVec<[(CodeIndex, Range<usize>); 2]> = SmallVec::new();
        for (start, keys) in words.iter().enumerate() {
            for key in keys.iter() {
                for &number in &self.beginning[key.0 as usize] {
                    let term = &self.terms[number as usize];
                    let Some(end) = Self::end_of(term, words, start) else { continue };
                    match term.role {
                        Role::Counts(strength) => {
                            matches.push(TermMatch { code: term.code, strength, term: number, words: start..end });
                        }
                        Role::Cancels => cancelled.push((term.code, start..end)),
                    }
                }
            }
        }
        matches.retain(|found| {
            !cancelled.iter().any(|(code, range)| {
                *code == found.code && range.start <= found.words.start && found.words.end <= range.end
            })
        });
        matches
    }

    /// Where a term that begins at `start` ends, if the rest of it follows.
    fn end_of(term: &Term, words: &[&WordKeys], start: usize) -> Option<usize> {
        let mut end = start + 1;
        for lemma in &term.lemmas[1..] {
            let reach = (end + WORDS_BETWEEN + 1).min(words.len());
            let offset = words[end.min(reach)..reach].iter().position(|keys| keys.contains(lemma))?;
            end += offset + 1;
        }
        Some(end)
    }
}
