//! Equal and near-equal texts, without comparing every text with every other.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::score::Score;

/// Length of a shingle in characters.
const SHINGLE: usize = 4;
/// Hash values per signature; divisible by every number of rows in [`rows_per_band`].
const SIGNATURE: usize = 96;
/// In a bucket of more texts than this, a text is compared with this many that follow it and with the
/// bucket's first, no more.
const BUCKET_NEIGHBOURS: usize = 64;

/// Groups of two and more equal texts, given the texts' [normal forms](super::normal_form): for each
/// text the number of its group, counted from 0 by first appearance. An empty form is in no group.
pub fn same_text_groups(normal_forms: &[String]) -> Vec<Option<u32>> {
    let mut counts: FxHashMap<&str, u32> = FxHashMap::default();
    for form in normal_forms.iter().filter(|form| !form.is_empty()) {
        *counts.entry(form).or_default() += 1;
    }
    let mut numbers: FxHashMap<&str, u32> = FxHashMap::default();
    normal_forms
        .iter()
        .map(|form| {
            counts.get(form.as_str()).filter(|&&count| count > 1)?;
            let next = numbers.len() as u32;
            Some(*numbers.entry(form).or_insert(next))
        })
        .collect()
}

/// Pairs of texts whose sets of four-character shingles overlap by `threshold` or more (Jaccard
/// index, between 0 and 1), as positions `(earlier, later)` with the exact overlap, in order.
///
/// Give [normal forms](super::normal_form) to look past case and punctuation. Candidates come from
/// MinHash signatures cut into bands (Broder 1997; Leskovec, Rajaraman and Ullman, *Mining of Massive
/// Datasets*, ch. 3), so a pair just at the threshold may be missed now and then, and no pair below
/// it is given. Two limits keep time and memory from growing with the square of the texts: of equal
/// texts only the pairs with the first of them are listed, and only that first one is compared with
/// others; and in a bucket of more than 64 texts each is compared with the next 64 and the first.
/// Texts shorter than a shingle have pairs among their equals only.
pub fn near_equal_pairs(texts: &[&str], threshold: f64) -> Vec<(usize, usize, Score)> {
    let threshold = if threshold.is_nan() { 1.0 } else { threshold.clamp(0.05, 1.0) };
    let (distinct, mut pairs) = split_equal(texts);
    let shingles: Vec<Vec<u64>> = distinct.par_iter().map(|&(_, text)| shingles(text)).collect();
    let signatures: Vec<Option<[u32; SIGNATURE]>> = shingles.par_iter().map(|set| signature(set)).collect();
    let mut candidates = candidates(&signatures, rows_per_band(threshold));
    candidates.par_sort_unstable();
    candidates.dedup();
    let near: Vec<(usize, usize, Score)> = candidates
        .into_par_iter()
        .filter_map(|(first, second)| {
            let overlap = jaccard(shingles.get(first as usize)?, shingles.get(second as usize)?);
            let (&(first, _), &(second, _)) = (distinct.get(first as usize)?, distinct.get(second as usize)?);
            (overlap >= threshold).then(|| (first, second, Score::new(overlap)))
        })
        .collect();
    pairs.extend(near);
    pairs.sort_unstable();
    pairs
}

/// The first of each set of equal texts with its position, and the pairs of the others with it.
#[allow(clippy::type_complexity)]
fn split_equal<'a>(texts: &[&'a str]) -> (Vec<(usize, &'a str)>, Vec<(usize, usize, Score)>) {
    let mut first_of: FxHashMap<&str, usize> = FxHashMap::default();
    let mut distinct = Vec::new();
    let mut pairs = Vec::new();
    for (position, &text) in texts.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
        let first = *first_of.entry(text).or_insert(position);
        if first == position {
            distinct.push((position, text));
        } else {
            pairs.push((first, position, Score::new(1.0)));
        }
    }
    (distinct, pairs)
}

/// The hashed shingles of a text, sorted, each once.
fn shingles(text: &str) -> Vec<u64> {
    let characters: Vec<char> = text.chars().collect();
    let mut set: Vec<u64> = characters
        .windows(SHINGLE)
        .map(|window| window.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &c| mix(hash ^ u64::from(u32::from(c)))))
        .collect();
    set.sort_unstable();
    set.dedup();
    set
}

/// A fixed mixing of 64 bits (the finaliser of SplitMix64), so that results never depend on a seed.
fn mix(value: u64) -> u64 {
    let mut mixed = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// For each of the hash functions the smallest value over the set; none for an empty set.
fn signature(set: &[u64]) -> Option<[u32; SIGNATURE]> {
    if set.is_empty() {
        return None;
    }
    let mut factors = [(0u64, 0u64); SIGNATURE];
    for (factor, number) in factors.iter_mut().zip(1u64..) {
        *factor = (mix(number) | 1, mix(number.wrapping_mul(0x1000_0001)));
    }
    let mut smallest = [u32::MAX; SIGNATURE];
    for &shingle in set {
        for (slot, &(multiplier, offset)) in smallest.iter_mut().zip(&factors) {
            let value = (shingle.wrapping_mul(multiplier).wrapping_add(offset) >> 32) as u32;
            *slot = (*slot).min(value);
        }
    }
    Some(smallest)
}

/// Rows per band for which a pair at the threshold is found with probability 0.99 or more where that
/// is possible; the more rows, the fewer needless comparisons.
fn rows_per_band(threshold: f64) -> usize {
    let found = |rows: usize| {
        let bands = SIGNATURE / rows;
        1.0 - (1.0 - threshold.powi(rows as i32)).powi(bands as i32)
    };
    [12, 8, 6, 4, 3, 2].into_iter().find(|&rows| found(rows) >= 0.99).unwrap_or(1)
}

/// Pairs that agree in a whole band, by position among the signatures, each possibly more than once.
fn candidates(signatures: &[Option<[u32; SIGNATURE]>], rows: usize) -> Vec<(u32, u32)> {
    (0..SIGNATURE / rows)
        .into_par_iter()
        .flat_map_iter(|band| {
            let rows_of = band * rows..(band + 1) * rows;
            let mut keyed: Vec<(u64, u32)> = signatures
                .iter()
                .zip(0u32..)
                .filter_map(|(signature, position)| {
                    let values = signature.as_ref()?.get(rows_of.clone())?;
                    Some((values.iter().fold(0, |hash, &value| mix(hash ^ u64::from(value))), position))
                })
                .collect();
            keyed.sort_unstable();
            let mut pairs = Vec::new();
            for bucket in keyed.chunk_by(|left, right| left.0 == right.0) {
                pair_up(bucket, &mut pairs);
            }
            pairs
        })
        .collect()
}

fn pair_up(bucket: &[(u64, u32)], pairs: &mut Vec<(u32, u32)>) {
    let Some(&(_, head)) = bucket.first() else { return };
    for (position, &(_, first)) in bucket.iter().enumerate() {
        let following = bucket.iter().skip(position + 1).take(BUCKET_NEIGHBOURS);
        pairs.extend(following.map(|&(_, second)| (first, second)));
        if position > BUCKET_NEIGHBOURS {
            pairs.push((head, first));
        }
    }
}

/// Size of the intersection over size of the union, of two sorted sets.
fn jaccard(left: &[u64], right: &[u64]) -> f64 {
    let (mut i, mut j, mut common) = (0, 0, 0usize);
    while let (Some(a), Some(b)) = (left.get(i), right.get(j)) {
        match a.cmp(b) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                common += 1;
                i += 1;
                j += 1;
            }
        }
    }
    let union = left.len() + right.len() - common;
    if union == 0 { 0.0 } else { common as f64 / union as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn owned(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|&text| text.to_owned()).collect()
    }

    #[test]
    fn groups_are_numbered_by_first_appearance_and_hold_two_or_more() {
        let groups = same_text_groups(&owned(&["b", "a", "c", "a", "b", "", "", "b"]));
        assert_eq!(groups, [Some(0), Some(1), None, Some(1), Some(0), None, None, Some(0)]);
    }

    #[test]
    fn near_equal_texts_are_found_and_others_are_not() {
        let texts = [
            "vi må samarbeide mye bedre på tvers av sektorene i staten",
            "innbyggerne må få være med fra starten av",
            "vi må samarbeide mye bedre på tvers av sektorene i kommunene",
            "vi må samarbeide mye bedre på tvers av sektorene i staten",
        ];
        let pairs = near_equal_pairs(&texts, 0.6);
        let positions: Vec<_> = pairs.iter().map(|&(first, second, _)| (first, second)).collect();
        assert_eq!(positions, [(0, 2), (0, 3)]);
        assert_eq!(pairs[1].2, Score::new(1.0));
    }

    #[test]
    fn every_pair_well_over_the_threshold_is_found() {
        let base = "det offentlige må bruke tid på å lære av det som ikke gikk som planlagt i prosjektene sine";
        let texts: Vec<String> = (0..300).map(|number| format!("{number} {base} {}", number * 7919)).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let pairs = near_equal_pairs(&texts, 0.7);
        // One bucket of 300: the next 64 of each and the first, at least.
        assert!(pairs.len() >= 300 * 64 - 64 * 65 / 2, "{}", pairs.len());
        assert!(pairs.iter().all(|pair| pair.2 >= Score::new(0.7)));
    }

    #[test]
    fn work_grows_in_step_with_the_number_of_equal_texts() {
        let texts = vec!["send inn flere søknader til oss nå"; 50_000];
        assert_eq!(near_equal_pairs(&texts, 0.8).len(), 49_999);
    }

    proptest! {
        #[test]
        fn pairs_are_in_order_over_the_threshold_and_alike_in_any_pool(
            texts in proptest::collection::vec("[ab ]{0,12}", 0..24), threshold in 0.3..1.0f64
        ) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let pairs = near_equal_pairs(&texts, threshold);
            prop_assert!(pairs.windows(2).all(|two| two[0] < two[1]));
            prop_assert!(pairs.iter().all(|&(a, b, score)| a < b && b < texts.len() && score.value() >= threshold - 1e-4));
            let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
            prop_assert_eq!(alone.install(|| near_equal_pairs(&texts, threshold)), pairs);
        }
    }
}
