//! What is more, or less, common among the answers that came since a baseline than among those before.
//!
//! Shares of answers, both as the later run codes them, by Fisher's exact test. One person's answers are alike, so a side
//! of the comparison weighs no more than its effective number of voices, (sum m)^2 / (sum m^2) where m is how many
//! answers a respondent has on that side (Kish 1965, for answers of one voice that are wholly alike); without respondents
//! that is the number of answers. Counting a respondent once for a code would not do: who has been there all year has
//! written more, and so has more codes, than who came last night.
//!
//! Corrected twice: over all that is compared (Holm 1979), and over all the times that somebody looks, since one who looks
//! every night finds something some night. Look `k` may spend 6 / (pi k)^2 of the error, which over any number of looks
//! sums to no more than the whole (alpha spending, Lan and DeMets 1983).

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::Serialize;

use super::{Code, codes};
use crate::codebook::Level;
use crate::patterns::multiple::TableTest;
use crate::record::Record;
use crate::score::Score;
use crate::tag::Outcome;
use crate::text::Language;

/// The chance of any false alarm that is allowed over all looks since a baseline.
pub const ERROR: f64 = 0.05;

/// What may rise or fall.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Watched {
    /// A code.
    Code(Level, String),
    /// A language.
    Language(Language),
    /// Answers with content that no code covers.
    WithoutCode,
    /// Answers longer than the middle one of all (Mood's median test), where medians differ by a tenth or more.
    Long,
}

/// A share among old and among new answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Trend {
    /// Of what.
    pub of: Watched,
    /// Answers before that have it.
    pub old: usize,
    /// New answers that have it.
    pub new: usize,
    /// Two-sided p, corrected over all that is compared; not yet over looks.
    pub p: f64,
    /// Whether it is told: `p` is below what this look may spend.
    pub beyond_chance: bool,
}

/// All that was compared.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Trends {
    /// Answers with content before.
    pub old: usize,
    /// New answers with content.
    pub new: usize,
    /// What they weigh: the effective number of voices before, and of new ones.
    pub voices: (usize, usize),
    /// Looks since the baseline, this one counted.
    pub looks: u32,
    /// What this look may spend of [`ERROR`].
    pub allowed: f64,
    /// Median characters of an answer before, and of a new one; 0 where there is none.
    pub median_length: (usize, usize),
    /// The surest first.
    pub compared: Vec<Trend>,
}

impl Trends {
    /// Whether anything changed beyond chance.
    pub fn any(&self) -> bool {
        self.compared.iter().any(|trend| trend.beyond_chance)
    }

    /// What changed beyond chance, the surest first.
    pub fn beyond_chance(&self) -> impl Iterator<Item = &Trend> {
        self.compared.iter().filter(|trend| trend.beyond_chance)
    }

    /// Whether there was anything to compare.
    pub fn compared_any(&self) -> bool {
        self.old > 0 && self.new > 0
    }

    /// Whether something is more common among the new; compared crosswise, so that no rounding decides.
    pub fn rises(&self, trend: &Trend) -> bool {
        trend.new as u128 * self.old as u128 > trend.old as u128 * self.new as u128
    }
}

/// What look `look` may spend of `error`, where all looks together may spend `error`.
pub fn spendable(error: f64, look: u32) -> f64 {
    let look = f64::from(look.max(1));
    error * 6.0 / (std::f64::consts::PI * look).powi(2)
}

/// One side of the comparison.
#[derive(Default)]
struct Group<'a> {
    answers: usize,
    /// Answers of each known respondent.
    of_respondent: FxHashMap<&'a str, usize>,
    lengths: Vec<usize>,
}

impl Group<'_> {
    /// Kish's effective number; answers without a respondent are voices of their own.
    fn voices(&self) -> usize {
        let known: usize = self.of_respondent.values().sum();
        let squares: u128 = self.of_respondent.values().map(|&count| count as u128 * count as u128).sum();
        let squares = squares + self.answers.saturating_sub(known) as u128;
        let answers = self.answers as u128;
        answers
            .saturating_mul(answers)
            .checked_div(squares)
            .map_or(0, |voices| usize::try_from(voices).unwrap_or(usize::MAX))
    }
}

/// Compares the records that are new with the others. `thresholds` names the codes.
pub fn trends(records: &[Record], is_new: &[bool], thresholds: &BTreeMap<Code, Score>, looks: u32) -> Trends {
    let mut watched: Vec<Watched> =
        thresholds.keys().map(|(level, code)| Watched::Code(*level, code.clone())).collect();
    watched.extend([Language::Nb, Language::Nn, Language::En, Language::Other].map(Watched::Language));
    watched.extend([Watched::WithoutCode, Watched::Long]);
    let position: FxHashMap<&Watched, usize> =
        watched.iter().enumerate().map(|(position, watched)| (watched, position)).collect();

    // Below, a side is 0 or 1, and a position is one of `watched`, which `counts` has an entry for.
    let mut counts = vec![[0usize; 2]; watched.len()];
    let mut groups = [Group::default(), Group::default()];
    for (record, &new) in records.iter().zip(is_new) {
        let tagging = &record.tagging;
        if tagging.outcome == Outcome::NoContent {
            continue;
        }
        let side = usize::from(new);
        let group = &mut groups[side];
        group.answers += 1;
        group.lengths.push(record.shown.chars().count());
        if let Some(respondent) = &record.answer.respondent {
            *group.of_respondent.entry(respondent.0.as_str()).or_default() += 1;
        }
        let mut has: Vec<Watched> =
            codes(tagging).into_iter().map(|(level, code)| Watched::Code(level, code)).collect();
        has.push(Watched::Language(tagging.language));
        if tagging.outcome != Outcome::Coded {
            has.push(Watched::WithoutCode);
        }
        for watched in has.iter().filter_map(|watched| position.get(watched)) {
            counts[*watched][side] += 1;
        }
    }
    let middle = median([groups[0].lengths.as_slice(), groups[1].lengths.as_slice()].concat());
    if let Some(&long) = position.get(&Watched::Long) {
        counts[long] = [0, 1].map(|side| groups[side].lengths.iter().filter(|&&length| length > middle).count());
    }
    drop(position);
    let [old, new] = groups;
    let voices = (old.voices(), new.voices());
    let test = TableTest::up_to(voices.0 + voices.1);
    let median_length = (median(old.lengths), median(new.lengths));
    // So many answers give a single character away: less than a tenth is no news, however sure.
    let (least, most) = (median_length.0.min(median_length.1), median_length.0.max(median_length.1));
    let as_long = (most - least) * 10 < most;
    let ps: Vec<f64> = (counts.iter().zip(&watched))
        .map(|(count, of)| {
            if *of == Watched::Long && as_long {
                return 1.0;
            }
            let (k_old, k_new) = weighed(*count, [old.answers, new.answers], [voices.0, voices.1]);
            test.p(k_old, voices.0, k_new, voices.1)
        })
        .collect();
    let allowed = spendable(ERROR, looks);
    let mut compared: Vec<Trend> = watched
        .into_iter()
        .zip(counts)
        .zip(holm(&ps))
        .map(|((of, [old, new]), p)| Trend { of, old, new, p, beyond_chance: p < allowed })
        .collect();
    compared.sort_by(|left, right| left.p.total_cmp(&right.p).then_with(|| left.of.cmp(&right.of)));
    Trends { old: old.answers, new: new.answers, voices, looks: looks.max(1), allowed, median_length, compared }
}

/// Counts of answers as counts of voices with the same shares, rounded so that the shares come no further apart.
fn weighed([k_old, k_new]: [usize; 2], [n_old, n_new]: [usize; 2], [v_old, v_new]: [usize; 2]) -> (usize, usize) {
    let rises = k_new as u128 * n_old as u128 > k_old as u128 * n_new as u128;
    let scaled = |k: usize, n: usize, voices: usize, up: bool| {
        let (product, n) = (k as u128 * voices as u128, (n as u128).max(1));
        let rounded = if up { product.div_ceil(n) } else { product / n };
        usize::try_from(rounded).unwrap_or(usize::MAX).min(voices)
    };
    (scaled(k_old, n_old, v_old, rises), scaled(k_new, n_new, v_new, !rises))
}

/// Holm's step-down correction, in the order of the input.
fn holm(ps: &[f64]) -> Vec<f64> {
    // A permutation of the positions of `ps`, so that every index fits.
    let mut order: Vec<usize> = (0..ps.len()).collect();
    order.sort_by(|&left, &right| ps[left].total_cmp(&ps[right]));
    let mut corrected = vec![1.0; ps.len()];
    let mut least = 0.0f64;
    for (rank, &at) in order.iter().enumerate() {
        least = least.max((ps[at] * (ps.len() - rank) as f64).min(1.0));
        corrected[at] = least;
    }
    corrected
}

fn median(mut lengths: Vec<usize>) -> usize {
    lengths.sort_unstable();
    lengths.get(lengths.len() / 2).copied().unwrap_or(0)
}

#[derive(Serialize)]
struct Row<'a> {
    level: &'a str,
    code: &'a str,
    k_before: usize,
    n_before: usize,
    k_new: usize,
    n_new: usize,
    p: f64,
    beyond_chance: bool,
}

impl Serialize for Trends {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let row = |trend: &Trend| {
            let (level, code) = trend.of.words();
            serde_json::to_value(Row {
                level,
                code,
                k_before: trend.old,
                n_before: self.old,
                k_new: trend.new,
                n_new: self.new,
                p: trend.p,
                beyond_chance: trend.beyond_chance,
            })
        };
        let rows: Result<Vec<serde_json::Value>, _> = self.compared.iter().map(row).collect();
        let mut state = serializer.serialize_struct("Trends", 6)?;
        state.serialize_field("looks", &self.looks)?;
        state.serialize_field("voices", &[self.voices.0, self.voices.1])?;
        state.serialize_field("allowed", &self.allowed)?;
        state.serialize_field("any_beyond_chance", &self.any())?;
        state.serialize_field("median_length", &[self.median_length.0, self.median_length.1])?;
        state.serialize_field("compared", &rows.map_err(serde::ser::Error::custom)?)?;
        state.end()
    }
}

impl Watched {
    /// Level and code as tables have them.
    pub fn words(&self) -> (&'static str, &str) {
        match self {
            Watched::Code(level, code) => (crate::export::level_id(*level), code),
            Watched::Language(Language::Nb) => ("language", "nb"),
            Watched::Language(Language::Nn) => ("language", "nn"),
            Watched::Language(Language::En) => ("language", "en"),
            Watched::Language(Language::Other) => ("language", "other"),
            Watched::WithoutCode => ("outcome", "without_code"),
            Watched::Long => ("length", "long"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::random::Random;
    use crate::store::tests::record;
    use crate::tag::{Tag, Tagging};

    fn answers(count: usize, mut with_code: impl FnMut(usize) -> bool) -> Vec<Record> {
        (0..count)
            .map(|row| {
                let mut record = record(&row.to_string(), "tekst");
                record.answer.respondent = None;
                let tag = Tag { code: "p".to_owned(), score: Score::new(0.9), spans: Vec::new() };
                let listed = with_code(row);
                record.tagging = Tagging {
                    outcome: if listed { Outcome::Coded } else { Outcome::NoneOfTheAbove },
                    language: Language::Nb,
                    patterns: listed.then_some(tag).into_iter().collect(),
                    ..Tagging::empty()
                };
                record
            })
            .collect()
    }

    fn thresholds() -> BTreeMap<Code, Score> {
        BTreeMap::from([((Level::Pattern, "p".to_owned()), Score::new(0.5))])
    }

    #[test]
    fn a_planted_rise_is_told_with_its_numbers() {
        let records = answers(300, |row| row % 10 == 0 || row >= 250);
        let is_new: Vec<bool> = (0..300).map(|row| row >= 250).collect();
        let found = trends(&records, &is_new, &thresholds(), 1);
        let rise = found.beyond_chance().find(|trend| matches!(trend.of, Watched::Code(..))).unwrap();
        assert_eq!((rise.old, found.old, rise.new, found.new), (25, 250, 50, 50));
    }

    #[test]
    fn all_looks_together_spend_no_more_than_is_allowed() {
        let spent: f64 = (1..10_000).map(|look| spendable(ERROR, look)).sum();
        assert!(spent < ERROR && spent > 0.99 * ERROR, "{spent}");
    }

    #[test]
    fn thirty_nights_of_noise_raise_at_most_one_alarm_in_twenty_projects() {
        let mut alarms = 0;
        for project in 0..20 {
            let mut random = Random::new(project);
            let records = answers(800, |_| random.below(4) == 0);
            let raised = (1..=30).any(|night| {
                let is_new: Vec<bool> = (0..500 + 10 * night).map(|row| row >= 500).collect();
                trends(&records[..is_new.len()], &is_new, &thresholds(), night as u32).any()
            });
            alarms += u32::from(raised);
        }
        assert!(alarms <= 1, "{alarms}");
    }

    #[test]
    fn one_respondent_is_one_voice() {
        let mut records = answers(120, |row| row >= 100);
        for record in records.iter_mut().skip(100) {
            record.answer.respondent = Some(crate::answer::RespondentId("høylytt".to_owned()));
        }
        let is_new: Vec<bool> = (0..120).map(|row| row >= 100).collect();
        let found = trends(&records, &is_new, &thresholds(), 1);
        assert_eq!((found.old, found.new, found.voices), (100, 20, (100, 1)));
        assert!(!found.any(), "twenty answers of one person are one person's");
    }

    /// Forty persons write one answer each a night, and nothing changes but how much they have written.
    #[test]
    fn that_the_same_people_have_written_more_before_is_no_news() {
        let mut alarms = 0;
        for project in 0..20 {
            let mut random = Random::new(100 + project);
            let mut records = answers(40 * 31, |_| random.below(4) == 0);
            for (row, record) in records.iter_mut().enumerate() {
                record.answer.respondent = Some(crate::answer::RespondentId((row % 40).to_string()));
            }
            let raised = (1..=30).any(|night| {
                let is_new: Vec<bool> = (0..40 * (night + 1)).map(|row| row >= 40 * night).collect();
                trends(&records[..is_new.len()], &is_new, &thresholds(), night as u32).any()
            });
            alarms += u32::from(raised);
        }
        assert!(alarms <= 1, "{alarms}");
    }

    #[test]
    fn answers_that_grow_longer_are_told() {
        let mut records = answers(200, |row| row % 4 == 0);
        for (row, record) in records.iter_mut().enumerate() {
            record.shown = "ord ".repeat(if row >= 150 { 20 + row % 7 } else { 3 + row % 7 });
        }
        let is_new: Vec<bool> = (0..200).map(|row| row >= 150).collect();
        let found = trends(&records, &is_new, &thresholds(), 1);
        let told: Vec<&Watched> = found.beyond_chance().map(|trend| &trend.of).collect();
        assert_eq!(told, [&Watched::Long]);
        assert!(found.median_length.1 > 3 * found.median_length.0, "{:?}", found.median_length);
    }

    #[test]
    fn weighing_brings_shares_no_further_apart_and_keeps_those_of_voices() {
        assert_eq!(weighed([3, 7], [10, 10], [10, 10]), (3, 7));
        assert_eq!(weighed([3, 7], [10, 10], [4, 4]), (2, 2));
        assert_eq!(weighed([7, 3], [10, 10], [4, 4]), (2, 2));
        assert_eq!(weighed([0, 9], [0, 9], [0, 1]), (0, 1));
    }

    #[test]
    fn holm_never_orders_otherwise_and_never_lowers() {
        let ps = [0.01, 0.04, 0.03, 0.005];
        let corrected = holm(&ps);
        let expected = [0.03, 0.06, 0.06, 0.02];
        assert!(corrected.iter().zip(expected).all(|(got, expected)| (got - expected).abs() < 1e-12), "{corrected:?}");
    }
}
