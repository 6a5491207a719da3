//! Where two codings part: which codes are taken for which, and the answers that went most wrong.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::gold::Coded;

/// One code taken for another: answers that have `gold` and were not given it, and were given `predicted` without
/// having it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Confused {
    /// The code that was missed.
    pub gold: String,
    /// The code that was given.
    pub predicted: String,
    /// In how many answers.
    pub answers: usize,
}

/// An answer whose coding is wrong, with all that is wrong in it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mistake {
    /// Its id.
    pub id: String,
    /// Its text, from whichever coding has it.
    pub text: String,
    /// Number of wrong decisions: codes missed and codes given, and verdicts on topics that gold has.
    pub wrong: usize,
    /// How sure the prediction was of its worst wrong theme, from 0 to 1; 0 where there are no scores.
    pub sureness: f64,
    /// Codes missed, as `level: code`.
    pub missed: Vec<String>,
    /// Codes given that gold does not have.
    pub extra: Vec<String>,
    /// Verdicts that differ: topic, gold, prediction.
    pub verdicts: Vec<WrongVerdict>,
}

/// A verdict that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WrongVerdict {
    /// `theme/topic`.
    pub topic: String,
    /// The verdict in gold.
    pub gold: String,
    /// The verdict given; none where the topic was not found.
    pub predicted: Option<String>,
}

type Level = (&'static str, fn(&Coded) -> &BTreeSet<String>);

const LEVELS: [Level; 4] = [
    ("themes", |row| &row.themes),
    ("topics", |row| &row.topics),
    ("patterns", |row| &row.patterns),
    ("labels", |row| &row.labels),
];

/// Pairs of codes that are taken for each other, by level, most often first, ties by name; at most `most` a level.
///
/// An answer with several codes missed and several given counts once for each pair, since which was taken for which is
/// not known.
pub fn confusions(pairs: &[(&Coded, &Coded)], most: usize) -> BTreeMap<&'static str, Vec<Confused>> {
    let mut all = BTreeMap::new();
    for (name, select) in LEVELS {
        let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for (gold, predicted) in pairs {
            for missed in select(gold).difference(select(predicted)) {
                for given in select(predicted).difference(select(gold)) {
                    *counts.entry((missed, given)).or_default() += 1;
                }
            }
        }
        let mut list: Vec<Confused> = counts
            .into_iter()
            .map(|((gold, predicted), answers)| Confused {
                gold: gold.to_owned(),
                predicted: predicted.to_owned(),
                answers,
            })
            .collect();
        // Stable: as many stay in the order of their names.
        list.sort_by_key(|confused| std::cmp::Reverse(confused.answers));
        list.truncate(most);
        if !list.is_empty() {
            all.insert(name, list);
        }
    }
    all
}

/// Every answer of gold whose coding differs: most wrong first, of as many the one that was surest, then by id. A
/// level that gold does not code at all is left out.
pub fn mistakes(gold: &[Coded], predicted: &[Coded]) -> Vec<Mistake> {
    let by_id: BTreeMap<&str, &Coded> = predicted.iter().map(|row| (row.id.as_str(), row)).collect();
    let empty = Coded::default();
    let coded: Vec<Level> =
        LEVELS.into_iter().filter(|(_, select)| gold.iter().any(|row| !select(row).is_empty())).collect();
    let mut found: Vec<Mistake> = gold
        .iter()
        .map(|row| mistake(row, by_id.get(row.id.as_str()).copied().unwrap_or(&empty), &coded))
        .filter(|mistake| mistake.wrong > 0)
        .collect();
    found.sort_by(|one, other| {
        (other.wrong.cmp(&one.wrong))
            .then_with(|| other.sureness.total_cmp(&one.sureness))
            .then_with(|| one.id.cmp(&other.id))
    });
    found
}

fn mistake(gold: &Coded, predicted: &Coded, levels: &[Level]) -> Mistake {
    let named =
        |level: &str, codes: Vec<&String>| codes.into_iter().map(|code| format!("{level}: {code}")).collect::<Vec<_>>();
    let (mut missed, mut extra) = (Vec::new(), Vec::new());
    for (name, select) in levels {
        missed.extend(named(name, select(gold).difference(select(predicted)).collect()));
        extra.extend(named(name, select(predicted).difference(select(gold)).collect()));
    }
    let verdicts: Vec<WrongVerdict> = gold
        .stance
        .iter()
        .filter(|(topic, side)| predicted.stance.get(*topic) != Some(*side))
        .map(|(topic, side)| WrongVerdict {
            topic: topic.clone(),
            gold: side.clone(),
            predicted: predicted.stance.get(topic).cloned(),
        })
        .collect();
    let sureness = predicted.theme_scores.iter().map(|(theme, &score)| {
        match (gold.themes.contains(theme), predicted.themes.contains(theme)) {
            (true, false) => 1.0 - score,
            (false, true) => score,
            _ => 0.0,
        }
    });
    Mistake {
        id: gold.id.clone(),
        text: if gold.text.is_empty() { predicted.text.clone() } else { gold.text.clone() },
        wrong: missed.len() + extra.len() + verdicts.len(),
        sureness: sureness.fold(0.0, f64::max),
        missed,
        extra,
        verdicts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, topics: &[&str]) -> Coded {
        Coded { id: id.into(), topics: topics.iter().map(|&topic| topic.to_owned()).collect(), ..Coded::default() }
    }

    #[test]
    fn a_code_missed_beside_one_given_is_taken_for_it() {
        let gold = [row("1", &["a"]), row("2", &["a", "b"]), row("3", &["a"])];
        let predicted = [row("1", &["b"]), row("2", &["b", "c"]), row("3", &["b"])];
        let pairs: Vec<(&Coded, &Coded)> = gold.iter().zip(&predicted).collect();
        let found = confusions(&pairs, 10);
        let told: Vec<(&str, &str, usize)> = found["topics"]
            .iter()
            .map(|confused| (confused.gold.as_str(), confused.predicted.as_str(), confused.answers))
            .collect();
        assert_eq!(told, [("a", "b", 2), ("a", "c", 1)]);
    }

    #[test]
    fn the_most_wrong_come_first_and_the_right_do_not_come() {
        let gold = [row("1", &["a"]), row("2", &["a", "b"]), row("3", &["c"])];
        let predicted = [row("1", &[]), row("2", &["c"]), row("3", &["c"])];
        let found = mistakes(&gold, &predicted);
        let told: Vec<(&str, usize)> = found.iter().map(|mistake| (mistake.id.as_str(), mistake.wrong)).collect();
        assert_eq!(told, [("2", 3), ("1", 1)]);
        assert_eq!(found[1].missed, ["topics: a"]);
    }
}
