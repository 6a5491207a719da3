//! A plain name for each cluster: two to four words, as the answers themselves write them.

use std::ops::Range;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Clustering;
use super::phrases::{Phrase, Reader, Token};
use crate::text::{self, Lexicon};

/// Answers read per cluster, the most central first.
const READ_PER_CLUSTER: usize = 400;
/// Words in a label.
const MOST_WORDS: usize = 4;
/// Candidates kept per cluster.
const KEPT: usize = 60;
/// A phrase may stand for its most telling word where one in this many of the word's answers has it.
const LEAST_SHARE: u32 = 5;
/// Strength of the prior in the log-odds, in answers.
const PRIOR: f64 = 10.0;

/// What labels need to know of words.
pub trait Vocabulary: Sync {
    /// Byte ranges of the words of `text`, in order.
    fn words(&self, text: &str) -> Vec<Range<usize>>;
    /// The lemma of a word form, in lower case.
    fn lemma(&self, form: &str) -> String;
    /// Whether a lemma says nothing of what a text is about.
    fn is_stop_word(&self, lemma: &str) -> bool;
}

impl Vocabulary for Lexicon {
    fn words(&self, text: &str) -> Vec<Range<usize>> {
        text::words(text).collect()
    }

    fn lemma(&self, form: &str) -> String {
        Lexicon::lemma(self, &form.to_lowercase()).into_owned()
    }

    fn is_stop_word(&self, lemma: &str) -> bool {
        Lexicon::is_stop_word(self, lemma)
    }
}

/// A label for each cluster; no two are alike.
///
/// Words and phrases are weighed by how much oftener the cluster's answers use them than the other clusters' do
/// (log-odds with an informative prior; Monroe, Colaresi and Quinn, 2008), over lemmas, so that inflected forms count
/// together. What is shown is the most frequent written form, from answers for which `preferred` is true (bokmål)
/// where there are any. A cluster without a telling word is named by its most central text in quotation marks.
pub fn labels(texts: &[&str], preferred: &[bool], clustering: &Clustering, vocabulary: &dyn Vocabulary) -> Vec<String> {
    let read = most_central(texts, clustering);
    let mut reader = Reader::default();
    let tokens: Vec<Vec<Vec<Token>>> =
        read.iter().map(|rows| reader.read(texts, preferred, rows, vocabulary)).collect();
    let counts: Vec<FxHashMap<Phrase, u32>> = tokens.par_iter().map(|answers| candidates(answers)).collect();
    let wanted: FxHashSet<Phrase> = counts.iter().flat_map(|counts| counts.keys().copied()).collect();
    let overall = count_wanted(&tokens, &wanted);
    let answers: usize = read.iter().map(Vec::len).sum();
    let ranked: Vec<Vec<Ranked>> = counts
        .par_iter()
        .zip(&read)
        .map(|(counts, rows)| rank(counts, &overall, rows.len(), answers, &reader))
        .collect();
    let mut taken = FxHashSet::default();
    ranked
        .iter()
        .zip(&read)
        .zip(&tokens)
        .map(|((ranked, rows), tokens)| {
            let central = rows.first().map_or("", |&row| texts[row]);
            name(ranked, central, &reader, |phrase| reader.written(phrase, tokens), &mut taken)
        })
        .collect()
}

/// Rows of each cluster, closest to its centre first.
fn most_central(texts: &[&str], clustering: &Clustering) -> Vec<Vec<usize>> {
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); clustering.count];
    for (row, cluster) in clustering.membership.iter().enumerate().take(texts.len()) {
        if let Some(own) = cluster.and_then(|cluster| members.get_mut(cluster as usize)) {
            own.push(row);
        }
    }
    members.par_iter_mut().for_each(|rows| {
        rows.sort_by(|&one, &other| {
            let closer = clustering.scores[other].cmp(&clustering.scores[one]);
            closer.then_with(|| (texts[one], one).cmp(&(texts[other], other)))
        });
        rows.truncate(READ_PER_CLUSTER);
    });
    members
}

/// Number of answers that hold each phrase of the cluster; phrases of several words must come back, in larger
/// clusters, to count.
fn candidates(answers: &[Vec<Token>]) -> FxHashMap<Phrase, u32> {
    let mut counts: FxHashMap<Phrase, u32> = FxHashMap::default();
    for answer in answers {
        let own: FxHashSet<Phrase> = Phrase::all(answer).collect();
        for phrase in own {
            *counts.entry(phrase).or_default() += 1;
        }
    }
    let least = if answers.len() < 4 { 1 } else { 2 };
    counts.retain(|phrase, count| phrase.words() == 1 || *count >= least);
    counts
}

/// Number of answers, in all clusters, that hold each wanted phrase.
fn count_wanted(tokens: &[Vec<Vec<Token>>], wanted: &FxHashSet<Phrase>) -> FxHashMap<Phrase, u32> {
    let per_cluster: Vec<FxHashMap<Phrase, u32>> = tokens
        .par_iter()
        .map(|answers| {
            let mut counts: FxHashMap<Phrase, u32> = FxHashMap::default();
            for answer in answers {
                let own: FxHashSet<Phrase> = Phrase::all(answer).filter(|phrase| wanted.contains(phrase)).collect();
                for phrase in own {
                    *counts.entry(phrase).or_default() += 1;
                }
            }
            counts
        })
        .collect();
    let mut overall: FxHashMap<Phrase, u32> = FxHashMap::default();
    for (phrase, count) in per_cluster.into_iter().flatten() {
        *overall.entry(phrase).or_default() += count;
    }
    overall
}

/// A phrase with what it is worth as a name.
#[derive(Debug, Clone)]
struct Ranked {
    phrase: Phrase,
    /// Answers of the cluster that hold it.
    count: u32,
    worth: f64,
}

fn rank(
    counts: &FxHashMap<Phrase, u32>,
    overall: &FxHashMap<Phrase, u32>,
    own_answers: usize,
    all_answers: usize,
    reader: &Reader,
) -> Vec<Ranked> {
    let mut ranked: Vec<Ranked> = counts
        .iter()
        .map(|(&phrase, &count)| {
            let all = overall.get(&phrase).copied().unwrap_or(count);
            let distinct = log_odds(count, own_answers, all, all_answers);
            // A phrase tells more than its words one by one, as long as it is nearly as common.
            let length = 1.0 + 0.25 * (phrase.words() - 1) as f64;
            Ranked { phrase, count, worth: distinct * length }
        })
        .collect();
    // Strings decide ties, so that ids given in reading order do not.
    ranked.sort_by(|one, other| {
        other.worth.total_cmp(&one.worth).then_with(|| reader.key(one.phrase).cmp(&reader.key(other.phrase)))
    });
    ranked.truncate(KEPT);
    ranked
}

/// Log-odds of a phrase in `own` answers against the others, over its standard error.
fn log_odds(count: u32, own: usize, all: u32, answers: usize) -> f64 {
    let (count, own, all, answers) = (f64::from(count), own as f64, f64::from(all), answers as f64);
    let prior = PRIOR * (all + 0.5) / (answers + 1.0);
    let prior_rest = (PRIOR - prior).max(0.1);
    let odds = |with: f64, of: f64| ((with + prior) / ((of - with).max(0.0) + prior_rest)).ln();
    let difference = odds(count, own) - odds(all - count, answers - own);
    difference / (1.0 / (count + prior) + 1.0 / (all - count + prior)).sqrt()
}

/// The best phrase, or the best words together, that no other cluster has.
fn name(
    ranked: &[Ranked],
    central: &str,
    reader: &Reader,
    written: impl Fn(Phrase) -> String,
    taken: &mut FxHashSet<String>,
) -> String {
    for start in 0..ranked.len() {
        let words = assemble(&ranked[start..], reader);
        if words.is_empty() {
            break;
        }
        let label = words.iter().map(|phrase| written(*phrase)).collect::<Vec<_>>().join(", ");
        let enough = words.iter().map(|phrase| phrase.words()).sum::<usize>() >= 2 || ranked.len() == 1;
        if enough && taken.insert(label.to_lowercase()) {
            return label;
        }
    }
    let quoted = format!("«{}»", first_words(central));
    if taken.insert(quoted.to_lowercase()) {
        return quoted;
    }
    let numbered = (2..).map(|number| format!("{quoted} ({number})")).find(|label| taken.insert(label.to_lowercase()));
    numbered.unwrap_or(quoted)
}

/// The first phrase where it has several words; else a phrase that holds it and is common enough; else the word with
/// others that are no variant of it.
fn assemble(ranked: &[Ranked], reader: &Reader) -> Vec<Phrase> {
    let Some(first) = ranked.first() else { return Vec::new() };
    if first.phrase.words() >= 2 {
        return vec![first.phrase];
    }
    let longer = ranked.iter().find(|next| next.phrase.holds(first.phrase) && next.count * LEAST_SHARE >= first.count);
    if let Some(longer) = longer {
        return vec![longer.phrase];
    }
    let mut chosen = vec![first.phrase];
    let partner = ranked[1..].iter().find(|next| {
        next.phrase.words() < MOST_WORDS
            && next.count * 3 >= first.count
            && !next.phrase.shares_word(first.phrase)
            && !are_variants(&reader.key(first.phrase), &reader.key(next.phrase))
    });
    chosen.extend(partner.map(|next| next.phrase));
    chosen
}

/// Whether two words begin alike for so long that they say the same (rapportering, rapportere), or one ends in a word
/// of the other (rapportering, årsrapportering).
fn are_variants(one: &str, other: &str) -> bool {
    other.split(' ').any(|word| {
        let alike = one.chars().zip(word.chars()).take_while(|(a, b)| a == b).count();
        let shorter = one.chars().count().min(word.chars().count());
        (alike >= 4 && alike * 3 >= shorter * 2) || one.ends_with(word) || word.ends_with(one)
    })
}

fn first_words(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let shown = words.iter().take(MOST_WORDS).copied().collect::<Vec<_>>().join(" ");
    if words.len() > MOST_WORDS { format!("{shown} …") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::Score;

    struct Plain;

    impl Vocabulary for Plain {
        fn words(&self, text: &str) -> Vec<Range<usize>> {
            let mut words = Vec::new();
            let mut start = None;
            for (at, character) in text.char_indices().chain([(text.len(), ' ')]) {
                match (character.is_alphanumeric(), start) {
                    (true, None) => start = Some(at),
                    (false, Some(from)) => {
                        words.push(from..at);
                        start = None;
                    }
                    _ => {}
                }
            }
            words
        }

        fn lemma(&self, form: &str) -> String {
            let form = form.to_lowercase();
            match form.as_str() {
                "siloene" | "siloer" | "siloar" => "silo".to_owned(),
                _ => form,
            }
        }

        fn is_stop_word(&self, lemma: &str) -> bool {
            ["vi", "må", "i", "på", "av", "og", "de", "vet", "ikke", "det", "for", "er"].contains(&lemma)
        }
    }

    fn clustering(of: &[u32]) -> Clustering {
        Clustering {
            membership: of.iter().copied().map(Some).collect(),
            scores: vec![Score::new(0.9); of.len()],
            count: of.iter().max().map_or(0, |&last| last as usize + 1),
        }
    }

    #[test]
    fn a_label_is_the_phrase_that_sets_the_cluster_apart() {
        let texts = [
            "Vi må samarbeide på tvers av siloene i NAV",
            "Samarbeide på tvers, siloer er dyrt",
            "Ledere må samarbeide på tvers av siloar",
            "Kunstig intelligens i saksbehandlingen",
            "Ta i bruk kunstig intelligens",
            "Kunstig intelligens for ledere",
        ];
        let labels = labels(&texts, &[true; 6], &clustering(&[0, 0, 0, 1, 1, 1]), &Plain);
        assert_eq!(labels[1], "kunstig intelligens");
        assert_eq!(labels[0], "samarbeide på tvers");
    }

    #[test]
    fn written_forms_come_from_preferred_answers_and_keep_their_capitals() {
        let texts = ["ein silo NAV", "siloar NAV", "siloar NAV", "siloer NAV", "skog", "fjell"];
        let preferred = [false, false, false, true, true, true];
        let labels = labels(&texts, &preferred, &clustering(&[0, 0, 0, 0, 1, 1]), &Plain);
        assert_eq!(labels[0], "siloer NAV");
    }

    #[test]
    fn no_two_labels_are_alike_and_none_is_of_stop_words_alone() {
        let texts = ["vet ikke", "vet ikke det", "bedre tid", "bedre tid", "bedre tid", "bedre tid"];
        let labels = labels(&texts, &[true; 6], &clustering(&[0, 1, 2, 2, 3, 3]), &Plain);
        let different: std::collections::BTreeSet<&String> = labels.iter().collect();
        assert_eq!(different.len(), 4, "{labels:?}");
        assert_eq!(labels[0], "«vet ikke»", "what has no telling word is quoted");
    }
}
