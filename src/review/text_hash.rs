//! The mark by which a person's work is tied to the words it was done on.

use sha2::{Digest, Sha256};

/// Digits of a hash that must be given: enough that two texts of a project never share them by chance.
const LEAST: usize = 8;

/// SHA-256 of an answer's shown text in lower-case hexadecimal.
///
/// The shown text is what the person read; the received text may hold personal data, which even a hash can give
/// away where texts are short.
pub fn text_hash(shown: &str) -> String {
    Sha256::digest(shown.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether `given` is the hash of `shown`: all of it, or the first eight digits or more. An empty one fits any text.
pub fn hash_fits(given: &str, shown: &str) -> bool {
    given.is_empty() || (given.len() >= LEAST && text_hash(shown).starts_with(&given.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_follows_every_change() {
        assert_eq!(text_hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert!(hash_fits("BA7816BF", "abc") && hash_fits("", "abc") && hash_fits(&text_hash("abc"), "abc"));
        assert!(!hash_fits("ba7816bf", "abc ") && !hash_fits("ba7", "abc") && !hash_fits("00000000", "abc"));
    }
}
