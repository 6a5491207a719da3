//! The mark by which a person's work is tied to the words it was done on.

use sha2::{Digest, Sha256};

/// Bytes of the hash that are kept: enough that two texts of a project never share one by chance.
const KEPT: usize = 8;

/// Sixteen hexadecimal digits of the SHA-256 of an answer's shown text.
///
/// The shown text is what the person read; the received text may hold personal data, which even a hash can give
/// away where texts are short.
pub fn text_hash(shown: &str) -> String {
    Sha256::digest(shown.as_bytes()).iter().take(KEPT).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_has_sixteen_digits_and_follows_every_change() {
        assert_eq!(text_hash("abc"), "ba7816bf8f01cfea");
        assert_ne!(text_hash("abc"), text_hash("abc "));
    }
}
