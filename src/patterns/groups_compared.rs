//! Which groups are compared, and how many voices each has beside the others.

use super::frame::{Attribute, Frame};
use super::settings::PatternSettings;

/// Voices in each group of an attribute, and outside it.
pub(super) struct Tally {
    inside: Vec<usize>,
    /// Voices heard in that group and no other.
    only: Vec<usize>,
    all: usize,
}

impl Tally {
    /// Counts the voices of `rows` that have a group.
    pub fn of(frame: &Frame<'_>, attribute: &Attribute<'_>, rows: &[usize]) -> Self {
        let mut heard: Vec<(usize, usize)> =
            rows.iter().filter_map(|&row| Some((*frame.voice.get(row)?, attribute.group(row)?))).collect();
        heard.sort_unstable();
        heard.dedup();
        let mut tally =
            Tally { inside: vec![0; attribute.groups.len()], only: vec![0; attribute.groups.len()], all: 0 };
        for of_one in heard.chunk_by(|left, right| left.0 == right.0) {
            tally.all += 1;
            for &(_, group) in of_one {
                add_one(&mut tally.inside, group);
                if of_one.len() == 1 {
                    add_one(&mut tally.only, group);
                }
            }
        }
        tally
    }

    /// Voices heard in `group`.
    pub fn inside(&self, group: usize) -> usize {
        self.inside.get(group).copied().unwrap_or(0)
    }

    /// Voices heard in any other group, each once; one heard in both is in both.
    pub fn outside(&self, group: usize) -> usize {
        self.all.saturating_sub(self.only.get(group).copied().unwrap_or(0))
    }

    /// Voices heard in any group.
    pub fn all(&self) -> usize {
        self.all
    }

    /// The groups large enough to compare with the others, largest first, no more than the settings say.
    pub fn comparable(&self, settings: &PatternSettings) -> Vec<usize> {
        // One at least: a group of nobody has no share.
        let least = settings.min_group_voices.max(1);
        let mut groups: Vec<usize> = (0..self.inside.len())
            .filter(|&group| self.inside(group) >= least && self.outside(group) >= least)
            .collect();
        // Groups are numbered by name, so ties do not depend on the order of the rows.
        groups.sort_by_key(|&group| (std::cmp::Reverse(self.inside(group)), group));
        groups.truncate(settings.max_groups_compared);
        groups
    }
}

fn add_one(counts: &mut [usize], position: usize) {
    if let Some(count) = counts.get_mut(position) {
        *count += 1;
    }
}
