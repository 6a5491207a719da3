//! Contrasts between groups: codes and words that one group uses more, or less, than the others.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;

use super::count::{Count, Subject};
use super::frame::{Attribute, Frame};
use super::multiple::{false_discovery_rates, fisher};
use super::quotes::{Quote, of_subject};
use super::settings::PatternSettings;
use crate::codebook::Codebook;
use crate::record::Analysis;
use crate::text::{self, Lexicon};

/// A code, or a group of alike answers, that one group mentions more or less than the others do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contrast {
    /// What differs.
    pub subject: Subject,
    /// The attribute compared across.
    pub attribute: String,
    /// The group.
    pub group: String,
    /// Voices of the group that mention it.
    pub inside: Count,
    /// Voices of the other groups that mention it.
    pub outside: Count,
    /// Difference between the shares, inside less outside.
    pub difference: f64,
    /// Natural logarithm of the odds ratio, half a voice added to each cell (Haldane 1956, Anscombe
    /// 1956): above 0 where the group mentions it more.
    pub log_odds: f64,
    /// Lower end of its 95 % interval.
    pub log_odds_low: f64,
    /// Upper end of it.
    pub log_odds_high: f64,
    /// Two-sided p of Fisher's exact test.
    pub p: f64,
    /// `p` corrected for all comparisons made (Benjamini and Hochberg 1995): false discovery rate at which it stands.
    pub q: f64,
    /// The answers of the group that mention it, in input order.
    pub rows: Vec<usize>,
    /// The group's best quotes.
    pub quotes: Vec<Quote>,
}

/// A word that one group uses more or less than the others do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WordContrast {
    /// The lemma, as people write it most.
    pub word: String,
    /// The attribute compared across.
    pub attribute: String,
    /// The group.
    pub group: String,
    /// Voices of the group that use it.
    pub inside: Count,
    /// Voices of the other groups that use it.
    pub outside: Count,
    /// Log-odds with an informative Dirichlet prior: what all groups together write (Monroe, Colaresi
    /// and Quinn 2008, "Fightin' Words", Political Analysis 16). Above 0 where the group uses it more.
    pub log_odds: f64,
    /// `log_odds` over its standard deviation.
    pub z: f64,
    /// Two-sided p of Fisher's exact test on voices.
    pub p: f64,
    /// `p` corrected for all words, groups and attributes compared (Benjamini and Hochberg 1995).
    pub q: f64,
}

/// Codes, and groups of alike answers, that stand out in a group after correction; strongest first.
///
/// Each voice counts once in a group. Attributes with more than
/// [`PatternSettings::max_groups_compared`] groups are not compared (they are rather ids than groups).
pub fn contrasts(analysis: &Analysis, codebook: &Codebook, settings: &PatternSettings) -> Vec<Contrast> {
    let frame = Frame::new(analysis, settings);
    let mut subjects = frame.code_rows(codebook);
    let clear = frame.clear_rows();
    // Groups of alike answers of one or two say nothing of groups.
    subjects.extend(frame.cluster_rows(analysis).into_iter().filter(|(_, rows)| rows.len() >= settings.min_voices));
    let mut found = Vec::new();
    for attribute in frame.attributes.iter().filter(|attribute| attribute.groups.len() <= settings.max_groups_compared)
    {
        let base = voices_by_group(&frame, attribute, &clear);
        let total: usize = base.iter().map(|voices| voices.len()).sum();
        for (subject, rows) in &subjects {
            let with = voices_by_group(&frame, attribute, rows);
            let total_with: usize = with.iter().map(|voices| voices.len()).sum();
            if total_with < settings.min_voices {
                continue;
            }
            for (group, name) in attribute.groups.iter().enumerate() {
                let (k, n) = (with[group].len(), base[group].len().max(with[group].len()));
                let (k_outside, n_outside) =
                    (total_with - k, total.saturating_sub(base[group].len()).max(total_with - k));
                if n < settings.min_group_voices || n_outside < settings.min_group_voices {
                    continue;
                }
                let rows_inside: Vec<usize> =
                    rows.iter().copied().filter(|&row| attribute.group(row) == Some(group)).collect();
                found.push(contrast(
                    &frame,
                    subject.clone(),
                    attribute.name,
                    name,
                    (k, n, k_outside, n_outside),
                    rows_inside,
                ));
            }
        }
    }
    let rates = false_discovery_rates(&found.iter().map(|contrast| contrast.p).collect::<Vec<_>>());
    for (contrast, q) in found.iter_mut().zip(rates) {
        contrast.q = q;
    }
    found.retain(|contrast| contrast.q <= settings.false_discovery_rate);
    for contrast in &mut found {
        contrast.quotes = of_subject(&frame, analysis, &contrast.subject, &contrast.rows, settings);
    }
    found.sort_by(|left, right| {
        (left.p.total_cmp(&right.p))
            .then_with(|| left.subject.cmp(&right.subject))
            .then_with(|| (&left.attribute, &left.group).cmp(&(&right.attribute, &right.group)))
    });
    found
}

fn contrast(
    frame: &Frame<'_>,
    subject: Subject,
    attribute: &str,
    group: &str,
    (k, n, k_outside, n_outside): (usize, usize, usize, usize),
    rows: Vec<usize>,
) -> Contrast {
    let [a, b] = [k as f64 + 0.5, (n - k) as f64 + 0.5];
    let [c, d] = [k_outside as f64 + 0.5, (n_outside - k_outside) as f64 + 0.5];
    let log_odds = (a / b).ln() - (c / d).ln();
    let deviation = (1.0 / a + 1.0 / b + 1.0 / c + 1.0 / d).sqrt();
    let inside = Count::new(frame.voice_unit, k, n);
    let outside = Count::new(frame.voice_unit, k_outside, n_outside);
    Contrast {
        subject,
        attribute: attribute.to_owned(),
        group: group.to_owned(),
        difference: inside.share - outside.share,
        inside,
        outside,
        log_odds,
        log_odds_low: log_odds - 1.96 * deviation,
        log_odds_high: log_odds + 1.96 * deviation,
        p: fisher(k, n, k_outside, n_outside),
        q: 1.0,
        rows,
        quotes: Vec::new(),
    }
}

/// Different voices of `rows` in each group of an attribute.
fn voices_by_group(frame: &Frame<'_>, attribute: &Attribute<'_>, rows: &[usize]) -> Vec<Vec<usize>> {
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); attribute.groups.len()];
    for &row in rows {
        if let Some(found) = attribute.group(row).and_then(|group| members.get_mut(group)) {
            found.push(row);
        }
    }
    members.iter().map(|rows| frame.voices_of(rows)).collect()
}

/// Words that one group uses more or less than the others, after correction; strongest first.
pub fn word_contrasts(analysis: &Analysis, settings: &PatternSettings) -> Vec<WordContrast> {
    let frame = Frame::new(analysis, settings);
    let used = LemmaUse::of(&frame, settings.max_words_compared, settings.min_voices);
    let content = frame.content_rows();
    let mut found = Vec::new();
    for attribute in frame.attributes.iter().filter(|attribute| attribute.groups.len() <= settings.max_groups_compared)
    {
        let base = voices_by_group(&frame, attribute, &content);
        let total: usize = base.iter().map(|voices| voices.len()).sum();
        let by_lemma: Vec<Vec<Vec<usize>>> =
            used.rows.par_iter().map(|rows| voices_by_group(&frame, attribute, rows)).collect();
        let words_in = |group: usize| -> f64 { by_lemma.iter().map(|groups| groups[group].len() as f64).sum() };
        let all_words: f64 = (0..attribute.groups.len()).map(words_in).sum();
        for (group, name) in attribute.groups.iter().enumerate() {
            let n = base[group].len();
            if n < settings.min_group_voices || total - n < settings.min_group_voices {
                continue;
            }
            let words = words_in(group);
            for (lemma, groups) in by_lemma.iter().enumerate() {
                let k = groups[group].len();
                let everywhere: usize = groups.iter().map(|voices| voices.len()).sum();
                let (log_odds, z) = dirichlet_log_odds(
                    k as f64,
                    words,
                    (everywhere - k) as f64,
                    all_words - words,
                    everywhere as f64,
                    all_words,
                );
                found.push(WordContrast {
                    word: used.forms[lemma].clone(),
                    attribute: attribute.name.to_owned(),
                    group: (*name).to_owned(),
                    inside: Count::new(frame.voice_unit, k, n),
                    outside: Count::new(frame.voice_unit, everywhere - k, total - n),
                    log_odds,
                    z,
                    p: fisher(k, n, everywhere - k, total - n),
                    q: 1.0,
                });
            }
        }
    }
    let rates = false_discovery_rates(&found.iter().map(|contrast| contrast.p).collect::<Vec<_>>());
    for (contrast, q) in found.iter_mut().zip(rates) {
        contrast.q = q;
    }
    found.retain(|contrast| contrast.q <= settings.false_discovery_rate);
    found.sort_by(|left, right| {
        (right.z.abs().total_cmp(&left.z.abs())).then_with(|| {
            (&left.attribute, &left.group, &left.word).cmp(&(&right.attribute, &right.group, &right.word))
        })
    });
    found
}

/// Log-odds of a word inside against outside, with what all groups together write as the prior, and its z.
fn dirichlet_log_odds(
    inside: f64,
    words_inside: f64,
    outside: f64,
    words_outside: f64,
    prior: f64,
    prior_words: f64,
) -> (f64, f64) {
    let odds = |count: f64, words: f64| {
        let (count, words) = (count + prior, words + prior_words);
        (count / (words - count).max(0.5)).ln()
    };
    let log_odds = odds(inside, words_inside) - odds(outside, words_outside);
    let variance = 1.0 / (inside + prior).max(0.5) + 1.0 / (outside + prior).max(0.5);
    (log_odds, log_odds / variance.sqrt())
}

/// Content lemmas in use: rows of each and the form people write most.
struct LemmaUse {
    forms: Vec<String>,
    rows: Vec<Vec<usize>>,
}

impl LemmaUse {
    fn of(frame: &Frame<'_>, most: usize, least: usize) -> Self {
        let lexicon = Lexicon::get();
        let read: Vec<Vec<(String, String)>> = frame
            .records
            .par_iter()
            .map(|record| {
                let mut lemmas: Vec<(String, String)> = text::words(&record.shown)
                    .filter_map(|range| {
                        let form = record.shown.get(range)?.to_lowercase();
                        let lemma = lexicon.lemma(&form).into_owned();
                        let says = lemma.chars().count() > 2 && lemma.chars().all(char::is_alphabetic);
                        (says && !lexicon.is_stop_word(&lemma) && !lexicon.is_stop_word(&form)).then_some((lemma, form))
                    })
                    .collect();
                lemmas.sort_unstable();
                lemmas.dedup_by(|left, right| left.0 == right.0);
                lemmas
            })
            .collect();
        let mut uses: BTreeMap<String, (Vec<usize>, BTreeMap<String, usize>)> = BTreeMap::new();
        for (row, lemmas) in read.into_iter().enumerate().filter(|(row, _)| frame.content[*row]) {
            for (lemma, form) in lemmas {
                let entry = uses.entry(lemma).or_default();
                entry.0.push(row);
                *entry.1.entry(form).or_default() += 1;
            }
        }
        let mut ranked: Vec<(String, Vec<usize>)> = uses
            .into_values()
            .filter(|(rows, _)| rows.len() >= least)
            .filter_map(|(rows, forms)| {
                let form =
                    forms.into_iter().max_by(|left, right| left.1.cmp(&right.1).then_with(|| right.0.cmp(&left.0)))?;
                Some((form.0, rows))
            })
            .collect();
        ranked.sort_by(|left, right| right.1.len().cmp(&left.1.len()).then_with(|| left.0.cmp(&right.0)));
        ranked.truncate(most);
        let (forms, rows) = ranked.into_iter().unzip();
        LemmaUse { forms, rows }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_used_alike_everywhere_has_no_log_odds() {
        let (log_odds, z) = dirichlet_log_odds(10.0, 100.0, 20.0, 200.0, 30.0, 300.0);
        assert!(log_odds.abs() < 1e-9 && z.abs() < 1e-9);
        assert!(dirichlet_log_odds(20.0, 100.0, 10.0, 200.0, 30.0, 300.0).1 > 1.0);
    }
}
