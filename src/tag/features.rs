//! Surface features of words, hashed into a fixed number of buckets.
//!
//! All features but pairs belong to single words, so that what a word contributes can be worked out
//! once per distinct word and added up from then on.

/// Number of buckets; a power of two.
pub const BUCKETS: usize = 1 << 18;

/// Character n-grams of these lengths, taken inside a word with its edges marked.
const LENGTHS: std::ops::RangeInclusive<usize> = 3..=5;

/// A hashed feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bucket(pub u32);

/// What a bucket's feature is of; keeps a word and an equal n-gram apart.
#[derive(Debug, Clone, Copy)]
#[repr(u8)]
enum Sort {
    Form = 1,
    Lemma = 2,
    Part = 3,
    Characters = 4,
    Pair = 5,
}

/// FNV-1a with a finishing mix (Fowler, Noll & Vo; Appleby's fmix64): stable across versions and
/// machines, which the standard hashers do not promise.
fn hash(sort: Sort, bytes: &[u8]) -> u64 {
    let mut state: u64 = 0xcbf2_9ce4_8422_2325 ^ (sort as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for &byte in bytes {
        state = (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    state ^= state >> 33;
    state = state.wrapping_mul(0xff51_afd7_ed55_8ccd);
    state ^ (state >> 33)
}

fn bucket(hash: u64) -> Bucket {
    Bucket((hash & (BUCKETS as u64 - 1)) as u32)
}

/// Collects the features of one word: its form, its lemma, the parts of a compound, and the
/// character n-grams of its form. Sorted, each once.
pub fn of_word(form: &str, lemma: &str, parts: &[String], into: &mut Vec<Bucket>) {
    into.clear();
    into.push(bucket(hash(Sort::Form, form.as_bytes())));
    into.push(bucket(hash(Sort::Lemma, lemma.as_bytes())));
    for part in parts {
        into.push(bucket(hash(Sort::Part, part.as_bytes())));
    }
    let edged = format!("^{form}$");
    let starts: Vec<usize> = edged.char_indices().map(|(byte, _)| byte).chain([edged.len()]).collect();
    for length in LENGTHS {
        for window in starts.windows(length + 1) {
            into.push(bucket(hash(Sort::Characters, &edged.as_bytes()[window[0]..window[length]])));
        }
    }
    into.sort_unstable();
    into.dedup();
}

/// The key by which a word takes part in pairs.
pub fn pair_key(lemma: &str) -> u64 {
    hash(Sort::Lemma, lemma.as_bytes())
}

/// The feature of two neighbouring words, by their pair keys.
pub fn of_pair(left: u64, right: u64) -> Bucket {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&left.to_le_bytes());
    bytes[8..].copy_from_slice(&right.to_le_bytes());
    bucket(hash(Sort::Pair, &bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_do_not_move_between_versions() {
        let mut features = Vec::new();
        of_word("silo", "silo", &[], &mut features);
        assert_eq!(features.len(), 11);
        assert_eq!(hash(Sort::Form, b"silo"), hash(Sort::Form, b"silo"));
        assert_ne!(hash(Sort::Form, b"silo"), hash(Sort::Lemma, b"silo"));
    }

    #[test]
    fn letters_outside_ascii_are_whole_in_every_n_gram() {
        let mut features = Vec::new();
        of_word("øå", "øå", &[], &mut features);
        // form, lemma, and ^øå øå$ ^øå$
        assert_eq!(features.len(), 5);
    }
}
