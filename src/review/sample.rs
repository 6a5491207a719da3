//! A stratified random set of answers for a person to read, with each answer's chance of being in it.

use std::collections::BTreeMap;

use crate::cluster::random::Random;
use crate::codebook::Level;
use crate::record::{Analysis, Record};
use crate::tag::Outcome;

/// An answer that was drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// Position in [`Analysis::records`].
    pub row: usize,
    /// Its chance of being drawn, in (0, 1].
    pub probability: f64,
}

/// Answers without a code get at least this share of the set: what the machine missed hides there.
const SHARE_WITHOUT_CODE: f64 = 0.2;

/// Draws `wanted` answers with content, in the random order in which to read them; all where there are no more.
///
/// Every answer belongs to the stratum of the rarest code that the machine set on it, or to that without a code. Strata
/// get places by the square root of their size (Bankier 1988, "Power allocations", The American Statistician 42), so that
/// rare codes are read too, and at least two places each. Within a stratum the draw is systematic over answers sorted by
/// kind and language, so that those are represented by their share; every answer of a stratum has the same chance.
pub fn draw(analysis: &Analysis, wanted: usize, seed: u64) -> Vec<Drawn> {
    let mut random = Random::new(seed);
    let strata = merged(strata(&analysis.records), wanted);
    let places = places(&strata, wanted);
    let mut drawn = Vec::with_capacity(wanted);
    for (stratum, places) in strata.into_iter().zip(places) {
        let size = stratum.rows.len();
        let mut rows = shuffled(stratum.rows, &mut random);
        rows.sort_by_key(|&row| analysis.records.get(row).map(sort_key)); // stable: random within kind and language
        let probability = places as f64 / size as f64;
        let start = unit(&mut random);
        let chosen = (0..places).filter_map(|place| {
            let position = ((start + place as f64) * size as f64 / places as f64) as usize;
            rows.get(position.min(size.saturating_sub(1))).copied()
        });
        drawn.extend(chosen.map(|row| Drawn { row, probability }));
    }
    drawn.sort_by_key(|entry| entry.row);
    shuffled(drawn, &mut random)
}

fn sort_key(record: &Record) -> (Option<String>, &'static str) {
    let kind = record.answer.kind.as_ref().map(|kind| kind.0.clone());
    (kind, crate::export::answers::language_id(record.tagging.language))
}

fn unit(random: &mut Random) -> f64 {
    (random.bits() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Fisher and Yates.
fn shuffled<T>(mut items: Vec<T>, random: &mut Random) -> Vec<T> {
    for last in (1..items.len()).rev() {
        items.swap(last, random.below(last + 1));
    }
    items
}

struct Stratum {
    without_code: bool,
    rows: Vec<usize>,
}

/// Answers with content by their rarest code, in the order of the codes; those without one last.
fn strata(records: &[Record]) -> Vec<Stratum> {
    let mut counts: BTreeMap<(Level, &str), usize> = BTreeMap::new();
    for code in records.iter().flat_map(codes) {
        *counts.entry(code).or_default() += 1;
    }
    let mut by_code: BTreeMap<(Level, &str), Vec<usize>> = BTreeMap::new();
    let mut without = Vec::new();
    let with_content = |record: &Record| record.tagging.outcome != Outcome::NoContent;
    for (row, record) in records.iter().enumerate().filter(|(_, record)| with_content(record)) {
        match codes(record).min_by_key(|code| (counts.get(code).copied(), *code)) {
            Some(rarest) => by_code.entry(rarest).or_default().push(row),
            None => without.push(row),
        }
    }
    let mut strata: Vec<Stratum> = by_code.into_values().map(|rows| Stratum { without_code: false, rows }).collect();
    if !without.is_empty() {
        strata.push(Stratum { without_code: true, rows: without });
    }
    strata
}

/// The codes that the machine set.
fn codes(record: &Record) -> impl Iterator<Item = (Level, &str)> {
    let tagging = &record.tagging;
    let topics = tagging.topics.iter().map(|tag| (Level::Topic, tag.code.as_str()));
    let patterns = tagging.patterns.iter().map(|tag| (Level::Pattern, tag.code.as_str()));
    let themes = tagging.themes.iter().map(|tag| (Level::Theme, tag.code.as_str()));
    topics.chain(patterns).chain(themes)
}

/// Joins the smallest strata until each can have two places.
fn merged(mut strata: Vec<Stratum>, wanted: usize) -> Vec<Stratum> {
    while strata.iter().filter(|stratum| !stratum.without_code).count() > (wanted / 2).max(1) {
        strata.sort_by_key(|stratum| (stratum.without_code, stratum.rows.len(), stratum.rows.first().copied()));
        let smallest = strata.remove(0);
        if let Some(next) = strata.first_mut() {
            next.rows.extend(smallest.rows);
            next.rows.sort_unstable();
        }
    }
    strata
}

/// How many places each stratum gets: `wanted` in all, never more than it has answers.
fn places(strata: &[Stratum], wanted: usize) -> Vec<usize> {
    let total: usize = strata.iter().map(|stratum| stratum.rows.len()).sum();
    let wanted = wanted.min(total);
    let least = |stratum: &Stratum| {
        let share = if stratum.without_code { (SHARE_WITHOUT_CODE * wanted as f64) as usize } else { 0 };
        share.max(2).min(stratum.rows.len())
    };
    let mut places: Vec<usize> = strata.iter().map(least).collect();
    // All positions below are below the number of strata, which `places` shares.
    // Few wanted: take from the largest; then give one place at a time to whoever has least for its weight.
    while places.iter().sum::<usize>() > wanted {
        match (0..places.len()).filter(|&at| places[at] > 0).max_by_key(|&at| places[at]) {
            Some(at) => places[at] -= 1,
            None => break,
        }
    }
    for _ in places.iter().sum::<usize>()..wanted {
        let need = |at: usize| (strata[at].rows.len() as f64).sqrt() / (places[at] as f64 + 1.0);
        let open = (0..places.len()).filter(|&at| places[at] < strata[at].rows.len());
        match open.max_by(|&left, &right| need(left).total_cmp(&need(right)).then(right.cmp(&left))) {
            Some(at) => places[at] += 1,
            None => break,
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{analysis, record};
    use super::*;

    /// 400 answers: most on silos, few on research, a quarter without a code, ten without content.
    fn planted() -> Analysis {
        let records = (0..400).map(|number| {
            let topics: &[&str] = match number {
                0..=7 => &["method/research", "collaboration/silos"],
                _ if number % 4 == 0 => &[],
                _ if number % 4 == 1 => &["leadership/delegation"],
                _ => &["collaboration/silos"],
            };
            let mut record = record(&number.to_string(), &format!("svar {number}"), topics, &[]);
            if number >= 390 {
                record.tagging = crate::tag::Tagging::empty();
            }
            record
        });
        analysis(records.collect())
    }

    #[test]
    fn the_set_has_the_size_asked_for_no_answer_twice_and_none_without_content() {
        let planted = planted();
        for wanted in [0, 1, 5, 50, 150, 389, 390, 1_000] {
            let drawn = draw(&planted, wanted, 7);
            let mut rows: Vec<usize> = drawn.iter().map(|entry| entry.row).collect();
            rows.sort_unstable();
            rows.dedup();
            assert_eq!(rows.len(), wanted.min(390), "{wanted}");
            assert!(rows.iter().all(|&row| row < 390));
            assert!(drawn.iter().all(|entry| entry.probability > 0.0 && entry.probability <= 1.0));
        }
    }

    #[test]
    fn a_seed_settles_the_set_and_another_gives_another() {
        let planted = planted();
        assert_eq!(draw(&planted, 50, 7), draw(&planted, 50, 7));
        assert_ne!(draw(&planted, 50, 7), draw(&planted, 50, 8));
    }

    #[test]
    fn rare_codes_and_answers_without_a_code_are_read_too() {
        let planted = planted();
        let drawn = draw(&planted, 60, 1);
        let rare = drawn.iter().filter(|entry| entry.row <= 7).count();
        let without = drawn.iter().filter(|entry| entry.row > 7 && entry.row % 4 == 0).count();
        assert!(rare >= 4 && without >= 12, "{rare} {without}");
    }

    #[test]
    fn answers_are_drawn_as_often_as_their_chance_says() {
        let planted = planted();
        let mut times = vec![0_u32; 400];
        let mut chance = vec![0.0; 400];
        for seed in 0..2_000 {
            for entry in draw(&planted, 60, seed) {
                times[entry.row] += 1;
                chance[entry.row] = entry.probability;
            }
        }
        for (row, (&times, &chance)) in times.iter().zip(&chance).enumerate().take(390) {
            let expected = 2_000.0 * chance;
            let deviation = (expected * (1.0 - chance)).sqrt().max(1.0);
            assert!((f64::from(times) - expected).abs() < 5.0 * deviation, "{row}: {times} of {expected}");
        }
    }
}
