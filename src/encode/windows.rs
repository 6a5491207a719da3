//! How token sequences are cut into windows and put into batches.

/// Cuts `length` tokens into as few windows of at most `room` as hold them all, as even as can be, so that no window is
/// a mere tail. A text is never cut short: its vector is the mean of its windows', weighted by their lengths.
pub fn windows(length: usize, room: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    let count = length.div_ceil(room.max(1)).max(1);
    (0..count).map(move |i| length * i / count..length * (i + 1) / count)
}

/// Puts sequences of like length together: places in `lengths`, shortest first, in batches of at most `tokens` tokens
/// once padded to the longest, though never less than one sequence.
pub fn batches(lengths: &[usize], tokens: usize) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    order.sort_by_key(|i| (lengths[*i], *i));
    let mut batches: Vec<Vec<usize>> = Vec::new();
    for i in order {
        match batches.last_mut() {
            Some(batch) if (batch.len() + 1) * lengths[i] <= tokens => batch.push(i),
            _ => batches.push(vec![i]),
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_cover_everything_evenly() {
        assert_eq!(windows(10, 4).collect::<Vec<_>>(), [0..3, 3..6, 6..10]);
        assert_eq!(windows(0, 4).collect::<Vec<_>>(), [0..0]);
        assert_eq!(windows(4, 4).collect::<Vec<_>>(), [0..4]);
        assert_eq!(windows(2, 0).count(), 2);
    }

    #[test]
    fn batches_hold_every_sequence_once() {
        let batches = batches(&[9, 1, 2, 1, 50, 9], 20);
        assert_eq!(batches, [vec![1, 3, 2], vec![0, 5], vec![4]]);
    }
}
