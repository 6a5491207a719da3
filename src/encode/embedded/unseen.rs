//! Words that are not in the table: parts of compounds, stems, and character n-grams.

use fst::raw::{Fst, Output};
use smallvec::SmallVec;

/// Rows of the word table with the weight each gets.
pub type Parts = SmallVec<[(u32, f32); 4]>;

/// Letters in the shortest first part of a compound; "øl" and its like make too many false parts.
const SHORTEST_FIRST: usize = 3;
/// Letters in the shortest last part; "-ene" and "-ing" are endings, not heads.
const SHORTEST_LAST: usize = 4;
/// A text of this many letters is no word.
const LONGEST: usize = 64;
/// How much of a word its known beginning must be to stand for it.
const STEM_SHARE: f64 = 0.6;

/// A known word inside an unseen one.
#[derive(Clone, Copy)]
struct Piece {
    /// Byte where the piece starts.
    start: usize,
    row: u32,
    /// Pieces up to and with this one.
    pieces: u32,
    /// Sum of the squared lengths so far: of two splits into as many pieces, the less even one has the longer piece.
    evenness: usize,
}

/// The known words that stand for `word`: the parts of a compound, else a known beginning.
pub fn known_parts(index: &Fst<&[u8]>, word: &str) -> Option<Parts> {
    compound(index, word).or_else(|| stem(index, word))
}

/// The parts of `word`: as few as possible that cover it, with linking -s-, -e- or a hyphen between them.
/// None if it is not made of known words.
fn compound(index: &Fst<&[u8]>, word: &str) -> Option<Parts> {
    if word.is_empty() || word.len() > LONGEST * 2 {
        return None;
    }
    let mut best: SmallVec<[Option<Piece>; 64]> = SmallVec::from_elem(None, word.len() + 1);
    for start in 0..word.len() {
        if !word.is_char_boundary(start) {
            continue;
        }
        let before = match start {
            0 => Some((0, 0)),
            _ => arrive(&best, word, start),
        };
        let Some((pieces, evenness)) = before else { continue };
        known_beginnings(index, &word[start..], |length, row| {
            let end = start + length;
            let letters = word[start..end].chars().count();
            let shortest = if end == word.len() { SHORTEST_LAST } else { SHORTEST_FIRST };
            let piece = Piece { start, row, pieces: pieces + 1, evenness: evenness + letters * letters };
            if letters >= shortest && best[end].is_none_or(|other| is_better(piece, other)) {
                best[end] = Some(piece);
            }
        });
    }
    let mut parts = Parts::new();
    let mut end = word.len();
    while end > 0 {
        let piece = best[end].or_else(|| best[linked(word, end)?])?;
        parts.push((piece.row, 1.0));
        end = piece.start;
    }
    Some(parts)
}

fn is_better(piece: Piece, other: Piece) -> bool {
    (piece.pieces, other.evenness) < (other.pieces, piece.evenness)
}

/// Where the piece before a linking letter at `end` ended.
fn linked(word: &str, end: usize) -> Option<usize> {
    matches!(word.as_bytes().get(end.checked_sub(1)?), Some(b's' | b'e' | b'-')).then(|| end - 1)
}

/// The best way to have covered all before `start`, straight or over a linking letter; straight wins, as it does when
/// the parts are read back.
fn arrive(best: &[Option<Piece>], word: &str, start: usize) -> Option<(u32, usize)> {
    let piece = best[start].or_else(|| best[linked(word, start)?])?;
    Some((piece.pieces, piece.evenness))
}

/// The longest known word that `word` starts with, if it is most of it: an unknown ending, or a misspelt one.
fn stem(index: &Fst<&[u8]>, word: &str) -> Option<Parts> {
    let mut found = None;
    known_beginnings(index, word, |length, row| found = Some((length, row)));
    let (length, row) = found?;
    let (letters, all) = (word.get(..length)?.chars().count(), word.chars().count());
    (letters >= SHORTEST_LAST && letters as f64 >= STEM_SHARE * all as f64).then(|| Parts::from_slice(&[(row, 0.8)]))
}

/// Calls `found` with length and row of every known word that `text` begins with, shortest first.
fn known_beginnings(index: &Fst<&[u8]>, text: &str, mut found: impl FnMut(usize, u32)) {
    let mut node = index.root();
    let mut output = Output::zero();
    for (at, byte) in text.bytes().enumerate().take(LONGEST * 2) {
        let Some(way) = node.find_input(byte) else { return };
        let transition = node.transition(way);
        output = output.cat(transition.out);
        node = index.node(transition.addr);
        if node.is_final() {
            // Rows are numbered by u32 in the file; a larger number would be a row that is not there.
            found(at + 1, u32::try_from(output.cat(node.final_output()).value()).unwrap_or(u32::MAX));
        }
    }
}

/// The buckets of a word's character n-grams of three to five letters, its ends marked, in a table of `buckets`.
pub fn gram_buckets(word: &str, buckets: u32) -> impl Iterator<Item = u32> {
    let letters: SmallVec<[char; 32]> =
        std::iter::once('<').chain(word.chars().take(LONGEST)).chain(std::iter::once('>')).collect();
    (3..=5usize).flat_map(move |length| {
        let hashes: SmallVec<[u32; 32]> = letters.windows(length).map(hash).collect();
        hashes.into_iter().map(move |hash| hash % buckets.max(1))
    })
}

/// FNV-1a over the letters' numbers.
fn hash(letters: &[char]) -> u32 {
    letters.iter().fold(0x811c_9dc5, |hash, letter| (hash ^ u32::from(*letter)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;
    use fst::Map;

    fn rows(words: &[&str], word: &str) -> Option<Vec<u32>> {
        let map = Map::from_iter(words.iter().zip(0u64..)).expect("sorted words");
        let bytes = map.as_fst().as_bytes().to_vec();
        let index = Fst::new(&bytes[..]).expect("just built");
        compound(&index, word).map(|parts| parts.iter().map(|part| part.0).collect())
    }

    #[test]
    fn compounds_come_apart_with_and_without_linking_letters() {
        let words = ["arbeid", "barn", "hage", "innbygger", "involvering", "vern"];
        assert_eq!(rows(&words, "innbyggerinvolvering"), Some(vec![4, 3]));
        assert_eq!(rows(&words, "arbeidsvern"), Some(vec![5, 0]));
        assert_eq!(rows(&words, "barnehage"), Some(vec![2, 1]));
        assert_eq!(rows(&words, "barnehagevern"), Some(vec![5, 2, 1]));
        assert_eq!(rows(&words, "barnx"), None);
        assert_eq!(rows(&words, ""), None);
    }

    #[test]
    fn any_text_has_its_grams() {
        assert_eq!(gram_buckets("på", 100).count(), 2 + 1);
        assert!(gram_buckets(&"å".repeat(1000), 7).all(|bucket| bucket < 7));
        assert_eq!(gram_buckets("", 0).count(), 0);
    }
}
