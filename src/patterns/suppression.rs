//! Marks the counts that are too small to pass on, and those from which they could be worked out.
//!
//! Primary and secondary suppression of statistical disclosure control (Hundepool et al. 2012,
//! *Statistical Disclosure Control*): a count of persons, or of their answers, is too small where
//! some, but fewer than `min_group_size`, have it; in a row of groups others are then marked with it
//! until what is hidden cannot be told from the sum.

use std::collections::BTreeSet;

use super::Patterns;
use super::consensus::Sides;
use super::count::{Count, Subject, Unit};
use super::findings::{Finding, FindingKind};
use super::prevalence::{Breadth, GroupCount, Prevalence};
use super::settings::SmallCells;

/// Marks what of `patterns` is too small to pass on under `rules`; nothing where they do not ask for it.
///
/// Counts of groups are no counts of persons and stay, as do counts within groups that are not of
/// persons. A stance of few in a group has no count to mark: that group's line goes.
pub fn suppress(patterns: &mut Patterns, rules: &SmallCells) {
    if !rules.suppress_cells {
        return;
    }
    let least = rules.min_group_size;
    patterns.prevalence.iter_mut().for_each(|entry| mark_prevalence(entry, rules));
    let hidden = Hidden::of(&patterns.prevalence);
    for rank in patterns.rankings.iter_mut().flat_map(|ranking| &mut ranking.ranks) {
        rank.voices.suppressed |= too_small(&rank.voices, least) || hidden.subject(&rank.subject);
    }
    for contrast in patterns.contrasts.iter_mut().filter(|entry| rules.are_persons(&entry.attribute)) {
        let cell = hidden.cell(&contrast.subject, &contrast.attribute, &contrast.group);
        mark_together([&mut contrast.inside, &mut contrast.outside], cell, least);
    }
    for contrast in patterns.word_contrasts.iter_mut().filter(|entry| rules.are_persons(&entry.attribute)) {
        mark_together([&mut contrast.inside, &mut contrast.outside], false, least);
    }
    for consensus in &mut patterns.consensus {
        consensus.took_side.suppressed |= too_small(&consensus.took_side, least);
        for groups in consensus.groups.iter_mut().filter(|groups| rules.are_persons(&groups.attribute)) {
            groups.by_group.retain(|group| !has_few(&group.voices, least));
        }
    }
    for pair in &mut patterns.cooccurrence {
        pair.together.suppressed |= too_small(&pair.together, least);
    }
    for unasked in &mut patterns.unasked {
        mark_together([&mut unasked.answers].into_iter().chain(&mut unasked.respondents), false, least);
        for count in unasked.where_asked.iter_mut().chain(unasked.instead.iter_mut().map(|(_, count)| count)) {
            count.suppressed |= too_small(count, least);
        }
        mark_more(unasked.instead.iter_mut().map(|(_, count)| count).collect(), least);
    }
    for phrase in &mut patterns.uncovered {
        mark_together([&mut phrase.answers, &mut phrase.voices], false, least);
    }
    for steps in &mut patterns.own_steps {
        steps.answers.suppressed |= too_small(&steps.answers, least);
    }
    mark_more(patterns.own_steps.iter_mut().map(|steps| &mut steps.answers).collect(), least);
    for letter in &mut patterns.alike_letters {
        let few = letter.respondents.is_some_and(|people| people > 0 && people < least);
        letter.answers.suppressed |= few || too_small(&letter.answers, least);
    }
    let mut findings = std::mem::take(&mut patterns.findings);
    for finding in &mut findings {
        finding.headline.suppressed |= is_hidden(finding, patterns, &hidden, rules);
    }
    patterns.findings = findings;
}

/// Whether a finding's number is too small, or is told elsewhere where it is marked.
fn is_hidden(finding: &Finding, patterns: &Patterns, hidden: &Hidden, rules: &SmallCells) -> bool {
    let of_persons = finding.group.as_ref().is_none_or(|(attribute, _)| rules.are_persons(attribute));
    let at = finding.source;
    let marked = |count: Option<&Count>| count.is_some_and(|count| count.suppressed);
    let source = match finding.kind {
        FindingKind::Recurring => marked(patterns.prevalence.get(at).map(|entry| &entry.answers)),
        FindingKind::Unanimous | FindingKind::Split | FindingKind::Both => {
            marked(patterns.consensus.get(at).map(|entry| &entry.took_side))
        }
        FindingKind::Unasked => marked(patterns.unasked.get(at).map(|entry| &entry.answers)),
        FindingKind::Uncovered => marked(patterns.uncovered.get(at).map(|entry| &entry.answers)),
        FindingKind::Contrast => marked(patterns.contrasts.get(at).map(|entry| &entry.inside)),
        FindingKind::WordContrast => marked(patterns.word_contrasts.get(at).map(|entry| &entry.inside)),
        FindingKind::Together => marked(patterns.cooccurrence.get(at).map(|entry| &entry.together)),
        FindingKind::AlikeLetters => marked(patterns.alike_letters.get(at).map(|entry| &entry.answers)),
        FindingKind::OneLoudGroup => {
            let entry = patterns.prevalence.get(at).zip(finding.group.as_ref());
            entry.is_some_and(|(entry, (attribute, group))| hidden.cell(&entry.subject, attribute, group))
        }
    };
    source || (of_persons && too_small(&finding.headline, rules.min_group_size))
}

/// Some but too few persons, or a base of too few.
fn too_small(count: &Count, least: usize) -> bool {
    let few = |number: usize| number > 0 && number < least;
    count.unit != Unit::Groups && (few(count.k) || few(count.n))
}

fn has_few(sides: &Sides, least: usize) -> bool {
    [sides.a, sides.b, sides.both, sides.neither, sides.unclear].iter().any(|&number| number > 0 && number < least)
}

/// Marks all of `counts` where one is too small, or where `marked`: each tells of the others.
fn mark_together<'a>(counts: impl IntoIterator<Item = &'a mut Count>, marked: bool, least: usize) {
    let counts: Vec<&mut Count> = counts.into_iter().collect();
    if marked || counts.iter().any(|count| count.suppressed || too_small(count, least)) {
        counts.into_iter().for_each(|count| count.suppressed = true);
    }
}

fn mark_prevalence(entry: &mut Prevalence, rules: &SmallCells) {
    let least = rules.min_group_size;
    let whole = [&mut entry.answers].into_iter().chain(&mut entry.answers_clustered).chain(&mut entry.respondents);
    mark_together(whole, false, least);
    for kind in &mut entry.by_kind {
        kind.answers.suppressed |= too_small(&kind.answers, least);
    }
    mark_more(entry.by_kind.iter_mut().map(|kind| &mut kind.answers).collect(), least);
    for breadth in entry.breadth.iter_mut().filter(|breadth| rules.are_persons(&breadth.attribute)) {
        mark_breadth(breadth, least);
    }
}

fn mark_breadth(breadth: &mut Breadth, least: usize) {
    breadth.by_group.iter_mut().for_each(|group| mark_group(group, least));
    mark_more(breadth.by_group.iter_mut().map(|group| &mut group.answers).collect(), least);
    breadth.by_group.iter_mut().for_each(|group| mark_group(group, least));
    if let Some(loudest) = &mut breadth.loudest {
        let cell = breadth.by_group.iter().find(|group| group.group == loudest.group);
        let marked = cell.is_some_and(|group| group.answers.suppressed);
        mark_together([&mut loudest.answers], marked, least);
    }
}

/// The number of answers tells of the number of respondents, and the other way.
fn mark_group(group: &mut GroupCount, least: usize) {
    mark_together([&mut group.answers].into_iter().chain(&mut group.respondents), false, least);
}

/// Marks what is too small in a row of counts that add up to a known whole, and what would give it away.
pub fn mark_row(counts: &mut [Count], least: usize) {
    counts.iter_mut().for_each(|count| count.suppressed |= too_small(count, least));
    mark_more(counts.iter_mut().collect(), least);
}

/// Where any count of a row is marked, marks the smallest others that anybody has, until two or more
/// are hidden and hold `least` together: else the sum less the rest tells them, or nearly so.
fn mark_more(mut counts: Vec<&mut Count>, least: usize) {
    let hidden = counts.iter().filter(|count| count.suppressed && count.k > 0);
    let (mut many, mut sum) = hidden.fold((0_usize, 0_usize), |(many, sum), count| (many + 1, sum + count.k));
    if many == 0 {
        return;
    }
    // Stable: of equals the first by name is marked.
    counts.sort_by_key(|count| count.k);
    for count in counts.into_iter().filter(|count| !count.suppressed && count.k > 0) {
        if many >= 2 && sum >= least {
            break;
        }
        count.suppressed = true;
        many += 1;
        sum += count.k;
    }
}

/// What prevalence does not show: elsewhere the same number must not stand either.
struct Hidden {
    subjects: BTreeSet<Subject>,
    cells: BTreeSet<(Subject, String, String)>,
}

impl Hidden {
    fn of(prevalence: &[Prevalence]) -> Self {
        let mut hidden = Hidden { subjects: BTreeSet::new(), cells: BTreeSet::new() };
        for entry in prevalence {
            if entry.answers.suppressed {
                hidden.subjects.insert(entry.subject.clone());
            }
            for breadth in &entry.breadth {
                let marked = breadth.by_group.iter().filter(|group| group.answers.suppressed);
                hidden.cells.extend(
                    marked.map(|group| (entry.subject.clone(), breadth.attribute.clone(), group.group.clone())),
                );
            }
        }
        hidden
    }

    fn subject(&self, subject: &Subject) -> bool {
        self.subjects.contains(subject)
    }

    fn cell(&self, subject: &Subject, attribute: &str, group: &str) -> bool {
        self.cells.contains(&(subject.clone(), attribute.to_owned(), group.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(ks: &[usize]) -> Vec<Count> {
        ks.iter().map(|&k| Count::new(Unit::Respondents, k, 60)).collect()
    }

    fn suppressed(ks: &[usize], least: usize) -> Vec<bool> {
        let mut counts = row(ks);
        counts.iter_mut().for_each(|count| count.suppressed = too_small(count, least));
        mark_more(counts.iter_mut().collect(), least);
        counts.iter().map(|count| count.suppressed).collect()
    }

    #[test]
    fn one_small_cell_takes_the_next_smallest_with_it() {
        assert_eq!(suppressed(&[20, 3, 9, 6, 0], 5), [false, true, false, true, false]);
        assert_eq!(suppressed(&[20, 9, 6, 0], 5), [false; 4]);
    }

    #[test]
    fn two_cells_of_one_each_are_not_given_away_by_their_sum() {
        assert_eq!(suppressed(&[20, 1, 1, 30], 5), [true, true, true, false]);
    }

    #[test]
    fn counts_of_groups_are_no_counts_of_persons() {
        assert!(!too_small(&Count::new(Unit::Groups, 2, 3), 5));
        assert!(too_small(&Count::new(Unit::Answers, 2, 30), 5));
        assert!(too_small(&Count::new(Unit::Answers, 0, 3), 5));
        assert!(!too_small(&Count::new(Unit::Answers, 0, 30), 5));
    }

    proptest! {
        #[test]
        fn no_small_cell_is_shown_or_told_by_the_sum(ks in prop::collection::vec(0_usize..60, 1..12), least in 1_usize..9) {
            let marks = suppressed(&ks, least);
            for (&k, &mark) in ks.iter().zip(&marks) {
                prop_assert!(mark || k == 0 || k >= least);
            }
            let hidden: Vec<usize> = ks.iter().zip(&marks).filter(|entry| *entry.1).map(|entry| *entry.0).collect();
            let left = ks.iter().zip(&marks).any(|(&k, &mark)| !mark && k > 0);
            let safe = hidden.len() >= 2 && hidden.iter().sum::<usize>() >= least;
            prop_assert!(hidden.is_empty() || safe || !left);
        }
    }
}
