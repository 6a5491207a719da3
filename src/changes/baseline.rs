//! What rise and fall are measured from: the run that the settings name, else one a week old.
//!
//! One who compares with the night before sees few answers a night, and one who compares with the first run sees what is
//! new drown. So the default is a week back; in a project's first week it is the run before.

use jiff::Timestamp;

use crate::store::{RunEntry, RunState};

/// A run this many hours old is a week old: nights do not start to the minute.
const WEEK: i64 = 7 * 24 - 12;

/// Why a run is the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The settings, or the user, name it.
    Named,
    /// It is the newest that is a week old.
    Week,
    /// No run is a week old: it is the one before.
    #[default]
    RunBefore,
}

/// The run that answers must have come after to be new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Baseline {
    /// Its number.
    pub run: u32,
    /// How many times somebody may have looked since, this time counted: every finished run since a named baseline, and
    /// every one of the project where none is named, since then all nights ask.
    pub looks: u32,
    /// Why it is this one.
    pub why: Why,
}

/// The baseline of the run `now`, which started at `started`; `previous` is the finished run before it. None where
/// `named` is no finished run before `now` that has its details.
pub fn choose(runs: &[RunEntry], previous: u32, now: u32, started: Timestamp, named: Option<u32>) -> Option<Baseline> {
    let earlier = |run: &&RunEntry| run.run < now;
    let done = |run: &&RunEntry| run.state == RunState::Done;
    let finished = |run: &&RunEntry| matches!(run.state, RunState::Done | RunState::Pruned);
    let looks = |since: u32| {
        let between = runs.iter().filter(earlier).filter(finished).filter(|run| run.run > since).count();
        u32::try_from(between).unwrap_or(u32::MAX).saturating_add(1)
    };
    if let Some(named) = named {
        runs.iter().filter(earlier).filter(done).find(|run| run.run == named)?;
        return Some(Baseline { run: named, looks: looks(named), why: Why::Named });
    }
    let is_old = |run: &&RunEntry| {
        let hours = run.started.parse::<Timestamp>().map(|then| (started.as_second() - then.as_second()) / 3600);
        hours.is_ok_and(|hours| hours >= WEEK)
    };
    let newest_old = runs.iter().filter(earlier).filter(done).filter(is_old).map(|run| run.run).max();
    // Where the rule has removed all that are a week old, the oldest that is left comes nearest.
    let nearest = || {
        let was_one = runs.iter().filter(earlier).filter(finished).any(|run| is_old(&run));
        if was_one { runs.iter().filter(earlier).filter(done).map(|run| run.run).min() } else { None }
    };
    let first = runs.first().map_or(previous, |run| run.run);
    let (run, why) = match newest_old.or_else(nearest) {
        Some(run) => (run, Why::Week),
        None => (previous, Why::RunBefore),
    };
    Some(Baseline { run, looks: looks(first), why })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(number: u32, day: u32, state: RunState) -> RunEntry {
        RunEntry {
            run: number,
            state,
            started: format!("2026-11-{day:02}T02:0{}:00Z", number % 10),
            finished: None,
            innspill: String::new(),
            counts: serde_json::Value::Null,
            changes: serde_json::Value::Null,
            kept: None,
        }
    }

    fn chosen(runs: &[RunEntry], day: u32, named: Option<u32>) -> Option<(u32, u32, Why)> {
        let (previous, now) = (runs.last().unwrap().run, runs.last().unwrap().run + 1);
        let started = format!("2026-11-{day:02}T02:00:00Z").parse().unwrap();
        choose(runs, previous, now, started, named).map(|found| (found.run, found.looks, found.why))
    }

    #[test]
    fn by_default_it_is_a_week_back_and_in_the_first_week_the_run_before() {
        let nights: Vec<RunEntry> = (1..=9).map(|night| run(night, night, RunState::Done)).collect();
        assert_eq!(chosen(&nights[..1], 2, None), Some((1, 1, Why::RunBefore)));
        assert_eq!(chosen(&nights[..6], 7, None), Some((6, 6, Why::RunBefore)));
        assert_eq!(chosen(&nights[..7], 8, None), Some((1, 7, Why::Week)));
        assert_eq!(chosen(&nights, 10, None), Some((3, 9, Why::Week)));
    }

    #[test]
    fn many_runs_in_one_night_compare_with_the_one_before() {
        let same: Vec<RunEntry> = (1..=9).map(|number| run(number, 3, RunState::Done)).collect();
        assert_eq!(chosen(&same, 3, None), Some((9, 9, Why::RunBefore)));
        // A clock that was set back makes nothing old.
        assert_eq!(chosen(&same, 1, None), Some((9, 9, Why::RunBefore)));
    }

    #[test]
    fn a_named_run_counts_the_looks_since_it_and_must_be_there() {
        let mut nights: Vec<RunEntry> = (1..=9).map(|night| run(night, night, RunState::Done)).collect();
        nights[5].state = RunState::Abandoned;
        assert_eq!(chosen(&nights, 10, Some(4)), Some((4, 5, Why::Named)));
        assert_eq!(chosen(&nights, 10, Some(6)), None);
        assert_eq!(chosen(&nights, 10, Some(10)), None);
    }

    #[test]
    fn where_the_week_is_pruned_it_is_the_oldest_that_is_left() {
        let mut nights: Vec<RunEntry> = (1..=20).map(|night| run(night, night, RunState::Done)).collect();
        nights.iter_mut().take(17).for_each(|night| night.state = RunState::Pruned);
        assert_eq!(chosen(&nights, 21, None), Some((18, 20, Why::Week)));
    }
}
