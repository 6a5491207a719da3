//! The words that earned a tag.

use std::ops::Range;

/// What one word says for a code, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WordSupport {
    /// Bytes of the word in the text.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
    /// For (positive) or against (negative) the code.
    pub support: f32,
}

/// The stretch of one sentence whose words together say most for the code.
///
/// Within each sentence the stretch with the largest sum (Bentley 1984, "Programming Pearls: Algorithm
/// Design Techniques", CACM 27(9)); of these the best, the earlier one on a tie. Where no word speaks
/// for the code, the sentence that speaks least against it. None for a text without words.
pub fn best_stretch(words: &[WordSupport], sentences: &[Range<usize>]) -> Option<Range<usize>> {
    let mut best: Option<(f32, Range<usize>)> = None;
    let mut consider = |sum: f32, range: Range<usize>| {
        if best.as_ref().is_none_or(|(highest, _)| sum > *highest) {
            best = Some((sum, range));
        }
    };
    for sentence in sentences {
        let first = words.partition_point(|word| (word.start as usize) < sentence.start);
        let last = words.partition_point(|word| (word.start as usize) < sentence.end);
        let inside = words.get(first..last).unwrap_or(&[]);
        let mut sum = 0.0;
        let mut start = 0;
        for (position, word) in inside.iter().enumerate() {
            if sum <= 0.0 {
                sum = 0.0;
                start = position;
            }
            sum += word.support;
            if sum > 0.0 {
                consider(sum, inside[start].start as usize..word.end as usize);
            }
        }
        if let (Some(first), Some(last)) = (inside.first(), inside.last()) {
            let total: f32 = inside.iter().map(|word| word.support).sum();
            consider(total.min(0.0) - 1e-6, first.start as usize..last.end as usize);
        }
    }
    best.map(|(_, range)| range)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(supports: &[f32]) -> Vec<WordSupport> {
        supports
            .iter()
            .enumerate()
            .map(|(number, &support)| WordSupport { start: number as u32 * 10, end: number as u32 * 10 + 8, support })
            .collect()
    }

    #[test]
    fn the_stretch_lies_in_one_sentence_and_holds_what_speaks_for_the_code() {
        let words = words(&[-1.0, 2.0, -0.5, 2.0, -3.0, 1.0, 1.0]);
        assert_eq!(best_stretch(&words, &[0..50, 50..70]), Some(10..38));
        assert_eq!(best_stretch(&words, &[0..20, 20..70]), Some(10..18));
    }

    #[test]
    fn where_nothing_speaks_for_it_a_whole_sentence_is_given() {
        assert_eq!(best_stretch(&words(&[-1.0, -1.0, -0.1]), &[0..20, 20..30]), Some(20..28));
        assert_eq!(best_stretch(&[], &[]), None);
    }
}
