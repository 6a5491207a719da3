//! Which language a text is in.

use super::Language;
use super::words::words;

/// The words of [`detect`] in the binary.
static TABLE: LanguageTable<'static> = LanguageTable { slots: include_bytes!("../../models/lexicon/language.bin") };

/// Languages of the table.
const LANES: usize = 6;
/// Bytes of a slot: a fingerprint and a penalty per lane.
const SLOT: usize = 2 + LANES;
/// Penalties are stored in this many steps per nat.
const STEPS: f32 = 32.0;
/// What a language starts with, in steps: an answer to a Norwegian question is in bokmål unless something
/// speaks against it, and seldom in Danish or Swedish.
const PRIOR: [u32; LANES] = [0, 12, 40, 130, 130, 130];
/// What a word that nothing is known of counts against every language but "other".
const UNKNOWN: u32 = 12;
/// What a word in another script counts against every language but "other".
const FOREIGN_SCRIPT: u32 = 240;
/// Longest word, in bytes, that is looked up.
const LONGEST: usize = 64;
/// The lane of everything else.
const OTHER: usize = LANES - 1;

/// For each of many words and word endings, how much less likely it is in each language than in the
/// one where it is likeliest, in nats.
///
/// A hash table with open addressing that is read in place: a slot has a 16-bit fingerprint (0 for an
/// empty slot) and a byte per lane. Made by `scripts/build-lexicon`.
#[derive(Debug, Clone, Copy)]
pub struct LanguageTable<'a> {
    slots: &'a [u8],
}

impl LanguageTable<'_> {
    /// How many languages the table tells apart: bokmål, nynorsk, English, Danish, Swedish, and all others.
    pub const LANES: usize = LANES;

    /// Packs rows of a word (or `~` and an ending) and its penalties in nats.
    pub fn pack(rows: &[(&str, [f32; LANES])]) -> Vec<u8> {
        let count = (rows.len() + rows.len() / 4 + 1).next_power_of_two();
        let mut slots = vec![0u8; count * SLOT];
        for (word, penalties) in rows {
            let (mut index, fingerprint) = place(hash(word.as_bytes()), count);
            while let Some(slot) = slots.get_mut(index * SLOT..(index + 1) * SLOT) {
                if slot.starts_with(&[0, 0]) {
                    let (head, lanes) = slot.split_at_mut(2);
                    head.copy_from_slice(&fingerprint.to_le_bytes());
                    for (lane, penalty) in lanes.iter_mut().zip(penalties) {
                        *lane = (penalty * STEPS).clamp(0.0, 255.0).round() as u8;
                    }
                    break;
                }
                index = (index + 1) % count;
            }
        }
        slots
    }

    /// The penalties of a word or ending, given its hash.
    fn get(&self, hash: u64) -> Option<&[u8]> {
        let count = self.slots.len() / SLOT;
        let (mut index, fingerprint) = place(hash, count.max(1));
        let wanted = fingerprint.to_le_bytes();
        for _ in 0..count {
            let slot = self.slots.get(index * SLOT..(index + 1) * SLOT)?;
            if slot.starts_with(&wanted) {
                return slot.get(2..);
            }
            if slot.starts_with(&[0, 0]) {
                return None;
            }
            index = (index + 1) & (count - 1);
        }
        None
    }
}

/// The first slot to look in, of a power of two, and the fingerprint, which is never 0.
fn place(hash: u64, count: usize) -> (usize, u16) {
    ((hash as usize) & (count - 1), ((hash >> 48) as u16).max(1))
}

/// A fixed hash, so that the packed table stays readable: multiply and rotate over words of eight bytes.
fn hash(bytes: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hash = bytes.len() as u64;
    for chunk in bytes.chunks(8) {
        let mut word = [0u8; 8];
        if let Some(head) = word.get_mut(..chunk.len()) {
            head.copy_from_slice(chunk);
        }
        hash = (hash.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(FACTOR);
    }
    (hash ^ (hash >> 29)).wrapping_mul(FACTOR) ^ (hash >> 32)
}

/// The language of a text: of the words in it, each weighed by how much likelier it is in one language
/// than in another (naive Bayes), words outside the table by their endings.
///
/// Without anything to go by the answer is [`Language::Other`]; where bokmål and nynorsk are written
/// alike, it is bokmål. Danish, Swedish and everything else is `Other`.
pub fn detect(text: &str) -> Language {
    let mut tally = Tally { penalties: PRIOR, evidence: false };
    for range in words(text) {
        tally.add(text.get(range).unwrap_or(""));
    }
    tally.decide()
}

struct Tally {
    penalties: [u32; LANES],
    evidence: bool,
}

impl Tally {
    fn add(&mut self, word: &str) {
        let mut buffer = [0u8; LONGEST + 1];
        let Some(length) = lower_case(word, &mut buffer) else { return };
        let Some(lower) = buffer.get(1..=length) else { return };
        if !lower.iter().any(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii()) {
            return;
        }
        let found = TABLE.get(hash(lower)).or_else(|| {
            let tail = lower.rsplit(|&byte| byte == b'-').next().filter(|tail| tail.len() < lower.len())?;
            TABLE.get(hash(tail))
        });
        if let Some(penalties) = found {
            return self.weigh(penalties);
        }
        if word.chars().next().is_some_and(|first| first > '\u{24f}') {
            self.evidence = true;
            return self.weigh_all(FOREIGN_SCRIPT);
        }
        self.weigh_all(UNKNOWN);
        if let Some(penalties) = ending(&buffer, length) {
            self.weigh(penalties);
        }
    }

    fn weigh(&mut self, penalties: &[u8]) {
        self.evidence = true;
        for (sum, &penalty) in self.penalties.iter_mut().zip(penalties) {
            *sum = sum.saturating_add(u32::from(penalty));
        }
    }

    fn weigh_all(&mut self, penalty: u32) {
        for sum in self.penalties.iter_mut().take(OTHER) {
            *sum = sum.saturating_add(penalty);
        }
    }

    fn decide(&self) -> Language {
        if !self.evidence {
            return Language::Other;
        }
        // `min_by_key` keeps the first of equals.
        match self.penalties.iter().enumerate().min_by_key(|&(_, &penalty)| penalty) {
            Some((0, _)) => Language::Nb,
            Some((1, _)) => Language::Nn,
            Some((2, _)) => Language::En,
            _ => Language::Other,
        }
    }
}

/// Writes the word in lower case from the second byte of `buffer` on; its length, or none if too long.
fn lower_case(word: &str, buffer: &mut [u8; LONGEST + 1]) -> Option<usize> {
    if word.len() > LONGEST {
        return None;
    }
    if word.is_ascii() {
        let target = buffer.get_mut(1..=word.len())?;
        target.copy_from_slice(word.as_bytes());
        target.make_ascii_lowercase();
        return Some(word.len());
    }
    let mut length = 0;
    for character in word.chars() {
        let character = if character == '\u{2019}' { '\'' } else { character };
        for lower in character.to_lowercase() {
            let end = length + lower.len_utf8();
            lower.encode_utf8(buffer.get_mut(1 + length..1 + end)?);
            length = end;
        }
    }
    Some(length)
}

/// The penalties of the longest known ending, of five to two characters, with two more before it.
fn ending(buffer: &[u8; LONGEST + 1], length: usize) -> Option<&'static [u8]> {
    let starts: smallvec::SmallVec<[usize; 8]> = (1..=length)
        .rev()
        .filter(|&position| buffer.get(position).is_some_and(|byte| byte & 0xc0 != 0x80))
        .take(7)
        .collect();
    for characters in (2..=5).rev() {
        let (Some(&start), Some(_)) = (starts.get(characters - 1), starts.get(characters + 1)) else { continue };
        let mut key = [b'~'; 24];
        let ending = buffer.get(start..=length)?;
        key.get_mut(1..=ending.len())?.copy_from_slice(ending);
        if let Some(penalties) = key.get(..=ending.len()).and_then(|key| TABLE.get(hash(key))) {
            return Some(penalties);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn languages_are_told_apart() {
        for (text, expected) in [
            ("Vi må slutte å tenke i siloer", Language::Nb),
            ("Hvordan kan vi lære av feil?", Language::Nb),
            ("Mer penger", Language::Nb),
            ("Bedre samhandling", Language::Nb),
            ("Innbyggerne må involveres tidligere", Language::Nb),
            ("Vi må slutte å tenkje i siloar", Language::Nn),
            ("Korleis kan vi lære av feil?", Language::Nn),
            ("Meir pengar", Language::Nn),
            ("Kommunane treng betre verkemiddel", Language::Nn),
            ("Eg ynskjer meir samarbeid", Language::Nn),
            ("We need to stop thinking in silos", Language::En),
            ("More trust in employees", Language::En),
            ("Better leadership", Language::En),
            ("Hvad skal vi gøre for at få flere unge med i fremtiden?", Language::Other),
            ("Vi måste sluta tänka i stuprör och arbeta mer tillsammans", Language::Other),
            ("Wir müssen aufhören, in Silos zu denken", Language::Other),
            ("Мы должны работать вместе", Language::Other),
            ("", Language::Other),
            ("123 🙂", Language::Other),
        ] {
            assert_eq!(detect(text), expected, "{text}");
        }
    }

    #[test]
    fn what_both_written_standards_share_is_bokmål() {
        assert_eq!(detect("Tillit"), Language::Nb);
        assert_eq!(detect("Det er viktig"), Language::Nb);
    }

    #[test]
    fn case_does_not_matter() {
        assert_eq!(detect("KORLEIS FÅR VI DET TIL?"), Language::Nn);
        assert_eq!(detect("HVORDAN FÅR VI DET TIL?"), Language::Nb);
    }

    #[test]
    fn a_packed_table_gives_back_what_was_put_in() {
        let rows: Vec<(String, [f32; LANES])> =
            (0..1000).map(|number| (format!("ord{number}"), [number as f32 / 200.0; LANES])).collect();
        let borrowed: Vec<(&str, [f32; LANES])> = rows.iter().map(|(word, row)| (word.as_str(), *row)).collect();
        let packed = LanguageTable::pack(&borrowed);
        let table = LanguageTable { slots: &packed };
        for (word, row) in &rows {
            let expected = (row[0] * STEPS).round() as u8;
            assert_eq!(table.get(hash(word.as_bytes())), Some([expected; LANES].as_slice()), "{word}");
        }
        assert_eq!(table.get(hash(b"noko anna")), None);
    }

    proptest! {
        #[test]
        fn any_text_has_a_language(text in any::<String>()) {
            detect(&text);
        }
    }
}
