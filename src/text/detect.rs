//! Which language a text is in.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::Language;
use super::profile::PROFILES;
use super::words::words;

static MARKERS: LazyLock<FxHashMap<&str, Vec<usize>>> = LazyLock::new(|| {
    let mut markers: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    for (index, profile) in PROFILES.iter().enumerate() {
        for &word in profile.markers.iter().chain(profile.stop_words) {
            markers.entry(word).or_default().push(index);
        }
    }
    markers
});

/// The language of a text; of two equally likely ones the earlier of [`PROFILES`].
pub fn detect(text: &str) -> Language {
    let mut votes = vec![0usize; PROFILES.len()];
    let mut any = false;
    for range in words(text) {
        any = true;
        let lower = text.get(range).unwrap_or("").to_lowercase();
        for &index in MARKERS.get(lower.as_str()).into_iter().flatten() {
            if let Some(vote) = votes.get_mut(index) {
                *vote += 1;
            }
        }
    }
    if !any {
        return Language::Other;
    }
    let best = votes.iter().max().copied().unwrap_or(0);
    PROFILES
        .iter()
        .zip(&votes)
        .find(|&(_, &vote)| vote == best)
        .map_or(Language::Other, |(profile, _)| profile.language)
}
