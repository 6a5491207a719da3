//! Contrasts between groups: codes and words that one group uses more, or less, than the others.

use rayon::prelude::*;
use serde::Serialize;

use super::count::{Count, Subject, Unit};
use super::frame::Frame;
use super::groups_compared::Tally;
use super::multiple::{TableTest, false_discovery_rates};
use super::quotes::{Quote, of_subject};
use super::reading::ReadWords;
use super::settings::PatternSettings;
use crate::codebook::Codebook;
use crate::record::Analysis;

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
    /// Two-sided p of Fisher's exact test; of the chi-square test where all four cells are large.
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
    /// Two-sided p on voices, of the same tests.
    pub p: f64,
    /// `p` corrected for all words, groups and attributes compared (Benjamini and Hochberg 1995).
    pub q: f64,
}

/// A comparison of one group with the others, before it is known whether it stands.
struct Comparison {
    /// Position of what is compared: a subject, or a lemma.
    of: usize,
    /// Positions of the attribute and of its group.
    attribute: usize,
    group: usize,
    /// Voices with it, of the group's.
    inside: (usize, usize),
    /// Voices with it, of the others'.
    outside: (usize, usize),
    p: f64,
}

/// The comparisons that stand after correction for all of them, each with the rate at which it does.
fn standing(compared: Vec<Comparison>, settings: &PatternSettings) -> Vec<(Comparison, f64)> {
    let rates = false_discovery_rates(&compared.iter().map(|comparison| comparison.p).collect::<Vec<_>>());
    compared.into_iter().zip(rates).filter(|&(_, q)| q <= settings.false_discovery_rate).collect()
}

/// Compares what is counted in each of `tallies` with `base`, for the groups of one attribute. What fewer voices than [`PatternSettings::min_voices`] say is not compared.
fn compare(
    test: &TableTest,
    position: usize,
    base: &Tally,
    tallies: &[Option<Tally>],
    settings: &PatternSettings,
) -> Vec<Comparison> {
    let groups = base.comparable(settings);
    let enough = |tally: &Tally| tally.all() >= settings.min_voices.max(1);
    tallies
        .par_iter()
        .enumerate()
        .filter_map(|(of, tally)| Some((of, tally.as_ref().filter(|tally| enough(tally))?)))
        .flat_map_iter(|(of, tally)| {
            groups.iter().map(move |&group| {
                let inside = (tally.inside(group), base.inside(group));
                let outside = (tally.outside(group), base.outside(group));
                let p = test.p(inside.0, inside.1, outside.0, outside.1);
                Comparison { of, attribute: position, group, inside, outside, p }
            })
        })
        .collect()
}

/// Codes, and groups of alike answers, that stand out in a group after correction; strongest first.
///
/// Each voice counts once in a group. Of an attribute with more than
/// [`PatternSettings::max_groups_compared`] groups the largest are compared, each with all the others.
pub fn contrasts(analysis: &Analysis, codebook: &Codebook, settings: &PatternSettings) -> Vec<Contrast> {
    let frame = Frame::new(analysis, settings);
    let codes = frame.code_rows(codebook);
    contrasts_of(&frame, analysis, &codes, settings)
}

/// The same in a frame that is laid out already; `codes` are the rows of each code.
pub(super) fn contrasts_of(
    frame: &Frame<'_>,
    analysis: &Analysis,
    codes: &[(Subject, Vec<usize>)],
    settings: &PatternSettings,
) -> Vec<Contrast> {
    let clusters = frame.cluster_rows(analysis);
    let subjects: Vec<&(Subject, Vec<usize>)> = codes.iter().chain(&clusters).collect();
    let (clear, content) = (frame.clear_rows(), frame.content_rows());
    let test = TableTest::up_to(frame.records.len());
    let mut compared = Vec::new();
    for (position, attribute) in frame.attributes.iter().enumerate() {
        // Groups of alike answers were found without the codebook: their base is every answer with content.
        for (rows, codes) in [(&clear, true), (&content, false)] {
            let tallies: Vec<Option<Tally>> = subjects
                .par_iter()
                .map(|(subject, rows)| (subject.level().is_some() == codes).then(|| Tally::of(frame, attribute, rows)))
                .collect();
            let base = Tally::of(frame, attribute, rows);
            compared.extend(compare(&test, position, &base, &tallies, settings));
        }
    }
    let mut found: Vec<Contrast> = standing(compared, settings)
        .into_iter()
        .filter_map(|(comparison, q)| {
            let attribute = frame.attributes.get(comparison.attribute)?;
            let (subject, rows) = subjects.get(comparison.of)?;
            let rows: Vec<usize> =
                rows.iter().copied().filter(|&row| attribute.group(row) == Some(comparison.group)).collect();
            let quotes = of_subject(frame, analysis, subject, &rows, settings);
            let group = attribute.groups.get(comparison.group)?;
            let contrast = contrast(frame.voice_unit, subject.clone(), &comparison);
            Some(Contrast {
                attribute: attribute.name.to_owned(),
                group: (*group).to_owned(),
                q,
                rows,
                quotes,
                ..contrast
            })
        })
        .collect();
    found.sort_by(|left, right| {
        (left.p.total_cmp(&right.p))
            .then_with(|| left.subject.cmp(&right.subject))
            .then_with(|| (&left.attribute, &left.group).cmp(&(&right.attribute, &right.group)))
    });
    found
}

/// The numbers of a contrast; names, rows and quotes are still to be filled in.
fn contrast(unit: Unit, subject: Subject, comparison: &Comparison) -> Contrast {
    let ((k, n), (k_outside, n_outside)) = (comparison.inside, comparison.outside);
    let cell = |count: usize| count as f64 + 0.5;
    let [a, b] = [cell(k), cell(n.saturating_sub(k))];
    let [c, d] = [cell(k_outside), cell(n_outside.saturating_sub(k_outside))];
    let log_odds = (a / b).ln() - (c / d).ln();
    let deviation = (1.0 / a + 1.0 / b + 1.0 / c + 1.0 / d).sqrt();
    let (inside, outside) = (Count::new(unit, k, n), Count::new(unit, k_outside, n_outside));
    Contrast {
        subject,
        attribute: String::new(),
        group: String::new(),
        difference: inside.share - outside.share,
        inside,
        outside,
        log_odds,
        log_odds_low: log_odds - 1.96 * deviation,
        log_odds_high: log_odds + 1.96 * deviation,
        p: comparison.p,
        q: 1.0,
        rows: Vec::new(),
        quotes: Vec::new(),
    }
}

/// Words that one group uses more or less than the others, after correction; strongest first.
///
/// Groups are chosen as in [`contrasts`]. A voice counts once for a word, however often it is written.
pub fn word_contrasts(analysis: &Analysis, settings: &PatternSettings) -> Vec<WordContrast> {
    let frame = Frame::new(analysis, settings);
    word_contrasts_of(&frame, &LemmaUse::of(&frame, &ReadWords::of(frame.records), settings), settings)
}

/// The same in a frame that is laid out already, of words that are read already.
pub(super) fn word_contrasts_of(frame: &Frame<'_>, used: &LemmaUse, settings: &PatternSettings) -> Vec<WordContrast> {
    let content = frame.content_rows();
    let test = TableTest::up_to(frame.records.len());
    let mut compared = Vec::new();
    // Per attribute, per group: words inside and outside, summed over the lemmas.
    let mut words: Vec<Vec<(f64, f64)>> = Vec::new();
    for (position, attribute) in frame.attributes.iter().enumerate() {
        let tallies: Vec<Option<Tally>> =
            used.rows.par_iter().map(|rows| Some(Tally::of(frame, attribute, rows))).collect();
        let sums = |group: usize| {
            let counts = tallies.iter().flatten().map(|tally| (tally.inside(group), tally.outside(group)));
            let (inside, outside) = counts.fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
            (inside as f64, outside as f64)
        };
        words.push((0..attribute.groups.len()).map(sums).collect());
        let base = Tally::of(frame, attribute, &content);
        compared.extend(compare(&test, position, &base, &tallies, settings));
    }
    let mut found: Vec<WordContrast> = standing(compared, settings)
        .into_iter()
        .filter_map(|(comparison, q)| {
            let attribute = frame.attributes.get(comparison.attribute)?;
            let &(words_inside, words_outside) = words.get(comparison.attribute)?.get(comparison.group)?;
            let (inside, outside) = (comparison.inside.0 as f64, comparison.outside.0 as f64);
            let (log_odds, z) = dirichlet_log_odds(
                inside,
                words_inside,
                outside,
                words_outside,
                inside + outside,
                words_inside + words_outside,
            );
            Some(WordContrast {
                word: used.forms.get(comparison.of)?.clone(),
                attribute: attribute.name.to_owned(),
                group: (*attribute.groups.get(comparison.group)?).to_owned(),
                inside: Count::new(frame.voice_unit, comparison.inside.0, comparison.inside.1),
                outside: Count::new(frame.voice_unit, comparison.outside.0, comparison.outside.1),
                log_odds,
                z,
                p: comparison.p,
                q,
            })
        })
        .collect();
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
#[derive(Debug)]
pub(super) struct LemmaUse {
    forms: Vec<String>,
    rows: Vec<Vec<usize>>,
}

impl LemmaUse {
    /// Counts them over every answer with content.
    pub(super) fn of(frame: &Frame<'_>, words: &ReadWords, settings: &PatternSettings) -> Self {
        let (most, least) = (settings.max_words_compared, settings.min_voices);
        let mut uses: Vec<(u32, u32, u32)> = frame
            .content_rows()
            .into_par_iter()
            .flat_map_iter(|row| words.content_of(row).into_iter().map(move |(lemma, form)| (lemma, row as u32, form)))
            .collect();
        uses.par_sort_unstable();
        let mut ranked: Vec<(String, Vec<usize>)> = uses
            .chunk_by(|one, other| one.0 == other.0)
            .filter(|uses| uses.len() >= least.max(1))
            .filter_map(|uses| {
                let form = words.commonest(uses.iter().map(|&(_, _, form)| form).collect())?;
                Some((form.to_owned(), uses.iter().map(|&(_, row, _)| row as usize).collect()))
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
