//! What changed between two runs: answers, tags by cause, and what rose or fell.
//!
//! The three are never mixed. A tag that came because the codebook was edited is no rise, so [`trends`] compares old and
//! new answers as one and the same run codes them.

pub mod baseline;
pub mod tags;
pub mod trends;

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;

use crate::answer::AnswerId;
use crate::codebook::Level;
use crate::record::{Analysis, Record};
use crate::store::{StoredRun, Tools, ToolsChange};
use crate::tag::Tagging;
pub(crate) use tags::codes;
use tags::{TagChanges, facets_turned, side, sides_turned};
use trends::Trends;

/// Why an answer's codes are other than they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The answer is new.
    NewAnswer,
    /// The answer itself was changed.
    ChangedAnswer,
    /// The answer is gone.
    WithdrawnAnswer,
    /// The codebook was edited.
    Codebook,
    /// Encoder, heads or innspill's own rules are others.
    Model,
    /// Both at once; they cannot be told apart.
    CodebookAndModel,
    /// A person's word.
    Correction,
}

/// A code with its level.
pub type Code = (Level, String);

/// All that changed from one run to another.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeReport {
    /// The earlier run.
    pub before: u32,
    /// The later one.
    pub now: u32,
    /// Answers that were not there, in input order.
    pub new: Vec<AnswerId>,
    /// Answers of which something changed, in input order.
    pub changed: Vec<AnswerId>,
    /// Answers that are gone, in the order of the earlier input.
    pub withdrawn: Vec<AnswerId>,
    /// Answers as they were.
    pub unchanged: usize,
    /// In what codebook, model and version differ.
    pub tools: ToolsChange,
    /// Tags that changed, apart by cause.
    pub tags: BTreeMap<Cause, TagChanges>,
    /// The run that answers must have come after to be new where rise and fall are sought: the earlier one, or another.
    pub baseline: u32,
    /// What rose and fell among the answers that came since the baseline.
    pub trends: Trends,
}

/// A run to compare.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// Its number.
    pub run: u32,
    /// What was found.
    pub analysis: &'a Analysis,
    /// A keyed hash of each record's answer: equal where nothing of it has changed.
    pub contents: &'a [[u8; 16]],
    /// What it was tagged with.
    pub tools: &'a Tools,
    /// The tagger's own taggings of records that a person has corrected; by position.
    pub before_correction: &'a BTreeMap<usize, Tagging>,
}

impl StoredRun {
    /// To compare it.
    pub fn side(&self) -> Side<'_> {
        Side {
            run: self.run,
            analysis: &self.analysis,
            contents: &self.contents,
            tools: &self.tools,
            before_correction: &self.before_correction,
        }
    }
}

/// Compares two runs. `looks` is how many runs somebody may have looked at since the baseline that it is corrected for;
/// at least 1.
pub fn compare(before: Side<'_>, now: Side<'_>, looks: u32) -> ChangeReport {
    compare_since(before, now, looks, None)
}

/// As [`compare`], but what rose and fell is sought among the answers that are not among those of a baseline, given as
/// its number and the ids of its answers.
pub fn compare_since(
    before: Side<'_>,
    now: Side<'_>,
    looks: u32,
    baseline: Option<(u32, &FxHashSet<String>)>,
) -> ChangeReport {
    let tools = ToolsChange::between(before.tools, now.tools);
    let by_tools = match (tools.codebook, tools.model || tools.version) {
        (true, true) => Cause::CodebookAndModel,
        (true, false) => Cause::Codebook,
        (false, _) => Cause::Model,
    };
    let was: FxHashMap<&AnswerId, usize> =
        before.analysis.records.iter().enumerate().map(|(row, record)| (&record.answer.id, row)).collect();
    let mut report = ChangeReport {
        before: before.run,
        now: now.run,
        new: Vec::new(),
        changed: Vec::new(),
        withdrawn: Vec::new(),
        unchanged: 0,
        tools,
        tags: BTreeMap::new(),
        baseline: baseline.map_or(before.run, |(run, _)| run),
        trends: Trends::default(),
    };
    let mut is_new = Vec::with_capacity(now.analysis.records.len());
    for (row, record) in now.analysis.records.iter().enumerate() {
        let id = &record.answer.id;
        let old = was.get(id).and_then(|&old| Some((old, before.analysis.records.get(old)?)));
        is_new.push(baseline.map_or(old.is_none(), |(_, ids)| !ids.contains(&id.0)));
        match old {
            None => {
                report.new.push(id.clone());
                report.note(Cause::NewAnswer, id, &BTreeSet::new(), &codes(&record.tagging));
            }
            Some((old, earlier)) if before.contents.get(old) != now.contents.get(row) => {
                report.changed.push(id.clone());
                report.note_of_changed(id, &earlier.tagging, &record.tagging);
            }
            Some((old, earlier)) => {
                report.unchanged += 1;
                report.note_of_unchanged(by_tools, (before, old, earlier), (now, row, record));
            }
        }
    }
    let there: BTreeSet<&AnswerId> = now.analysis.records.iter().map(|record| &record.answer.id).collect();
    for record in before.analysis.records.iter().filter(|record| !there.contains(&record.answer.id)) {
        report.withdrawn.push(record.answer.id.clone());
        report.note(Cause::WithdrawnAnswer, &record.answer.id, &codes(&record.tagging), &BTreeSet::new());
    }
    report.trends = trends::trends(&now.analysis.records, &is_new, &now.analysis.thresholds, looks);
    report
}

impl ChangeReport {
    /// Notes what came and went in one answer.
    fn note(&mut self, cause: Cause, id: &AnswerId, before: &BTreeSet<Code>, now: &BTreeSet<Code>) {
        for code in now.difference(before) {
            self.tags.entry(cause).or_default().gain(id, code);
        }
        for code in before.difference(now) {
            self.tags.entry(cause).or_default().lose(id, code);
        }
    }

    /// All that is coded otherwise in an answer whose words, or what is known of it, are others.
    fn note_of_changed(&mut self, id: &AnswerId, before: &Tagging, now: &Tagging) {
        let cause = Cause::ChangedAnswer;
        self.note(cause, id, &codes(before), &codes(now));
        for turn in sides_turned(before, now) {
            self.tags.entry(cause).or_default().turn_side(id, turn);
        }
        for turn in facets_turned(before, now) {
            self.tags.entry(cause).or_default().turn_facet(id, turn);
        }
    }

    /// In an answer that is as it was, what the tagger itself gives, takes or turns now is the tools' doing; all else is
    /// a person's.
    fn note_of_unchanged(
        &mut self,
        by_tools: Cause,
        (before, old, earlier): (Side<'_>, usize, &Record),
        (now, row, record): (Side<'_>, usize, &Record),
    ) {
        if earlier.tagging == record.tagging {
            return;
        }
        let machine_before = before.before_correction.get(&old).unwrap_or(&earlier.tagging);
        let machine_now = now.before_correction.get(&row).unwrap_or(&record.tagging);
        let (had, has) = (codes(&earlier.tagging), codes(&record.tagging));
        let (machine_had, machine_has) = (codes(machine_before), codes(machine_now));
        let cause = |by_machine: bool| if by_machine { by_tools } else { Cause::Correction };
        let id = &record.answer.id;
        for code in has.difference(&had) {
            let by_machine = machine_has.contains(code) && !machine_had.contains(code);
            self.tags.entry(cause(by_machine)).or_default().gain(id, code);
        }
        for code in had.difference(&has) {
            let by_machine = machine_had.contains(code) && !machine_has.contains(code);
            self.tags.entry(cause(by_machine)).or_default().lose(id, code);
        }
        for turn in sides_turned(&earlier.tagging, &record.tagging) {
            let (was, is) = (side(machine_before, &turn.of), side(machine_now, &turn.of));
            let by_machine = was != is && is == side(&record.tagging, &turn.of);
            self.tags.entry(cause(by_machine)).or_default().turn_side(id, turn);
        }
        // A person has no say in facets.
        for turn in facets_turned(&earlier.tagging, &record.tagging) {
            self.tags.entry(by_tools).or_default().turn_facet(id, turn);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::Score;
    use crate::store::tests::record;
    use crate::tag::{Outcome, Tag, Verdict};
    use tags::Turn;

    fn tagged(codes: &[&str]) -> Tagging {
        let tag = |code: &&str| Tag { code: (*code).to_owned(), score: Score::new(0.9), spans: Vec::new() };
        Tagging { outcome: Outcome::Coded, patterns: codes.iter().map(tag).collect(), ..Tagging::empty() }
    }

    /// Answers by id, content and codes.
    fn run(number: u32, codebook: &str, model: &str, answers: &[(&str, u8, &[&str])]) -> StoredRun {
        let records: Vec<Record> =
            answers.iter().map(|(id, _, codes)| Record { tagging: tagged(codes), ..record(id, "tekst") }).collect();
        StoredRun {
            run: number,
            analysis: Analysis { records, ..Analysis::default() },
            codebook: crate::codebook::builtin().unwrap(),
            tools: Tools {
                codebook_sha256: codebook.to_owned(),
                codebook: String::new(),
                encoder: crate::encode::EncoderId { name: "e".to_owned(), hash: "1".to_owned() },
                model: model.to_owned(),
                version: "1".to_owned(),
                thresholds: BTreeMap::new(),
            },
            before_correction: BTreeMap::new(),
            contents: answers.iter().map(|(_, content, _)| [*content; 16]).collect(),
        }
    }

    type Told = Vec<(Cause, usize, Vec<(String, usize, usize)>)>;

    fn told(report: &ChangeReport) -> Told {
        let codes = |changes: &TagChanges| {
            changes.codes.iter().map(|((_, code), change)| (code.clone(), change.gained, change.lost)).collect()
        };
        report.tags.iter().map(|(cause, changes)| (*cause, changes.answers.len(), codes(changes))).collect()
    }

    #[test]
    fn each_answer_is_new_changed_withdrawn_or_as_it_was_and_its_tags_have_that_cause() {
        let before = run(1, "k", "m", &[("a", 0, &["x"]), ("b", 0, &["x"]), ("c", 0, &["y"])]);
        let now = run(2, "k", "m", &[("a", 0, &["x"]), ("b", 1, &["y"]), ("d", 0, &["x"])]);
        let report = compare(before.side(), now.side(), 1);
        let ids = |ids: &[AnswerId]| ids.iter().map(|id| id.0.clone()).collect::<Vec<_>>();
        assert_eq!((ids(&report.new), ids(&report.changed)), (vec!["d".to_owned()], vec!["b".to_owned()]));
        assert_eq!((ids(&report.withdrawn), report.unchanged), (vec!["c".to_owned()], 1));
        let code = |code: &str, gained, lost| (code.to_owned(), gained, lost);
        assert_eq!(
            told(&report),
            [
                (Cause::NewAnswer, 1, vec![code("x", 1, 0)]),
                (Cause::ChangedAnswer, 1, vec![code("x", 0, 1), code("y", 1, 0)]),
                (Cause::WithdrawnAnswer, 1, vec![code("y", 0, 1)]),
            ]
        );
    }

    #[test]
    fn codebook_model_and_person_are_kept_apart() {
        let before = run(1, "k1", "m", &[("a", 0, &["x"]), ("b", 0, &["x"])]);
        for (codebook, model, cause) in
            [("k2", "m", Cause::Codebook), ("k1", "m2", Cause::Model), ("k2", "m2", Cause::CodebookAndModel)]
        {
            let mut now = run(2, codebook, model, &[("a", 0, &["x", "y"]), ("b", 0, &["z"])]);
            // A person took x from b and gave it z; the tagger gave it y, which the person took too.
            now.before_correction.insert(1, tagged(&["x", "y"]));
            let code = |code: &str, gained, lost| (code.to_owned(), gained, lost);
            let report = compare(before.side(), now.side(), 1);
            assert_eq!(
                told(&report),
                [(cause, 1, vec![code("y", 1, 0)]), (Cause::Correction, 1, vec![code("x", 0, 1), code("z", 1, 0)])]
            );
        }
    }

    #[test]
    fn a_side_that_a_person_turns_is_a_correction_and_one_that_the_model_turns_is_not() {
        let taking = |verdict| Tagging {
            verdicts: vec![crate::tag::TopicVerdict {
                topic: "a/x".to_owned(),
                verdict,
                score: Score::new(0.9),
                basis: crate::tag::Basis::Stated,
                spans: Vec::new(),
            }],
            facets: BTreeMap::from([("form".to_owned(), Some("problem".to_owned()))]),
            ..Tagging::empty()
        };
        let with = |mut run: StoredRun, taggings: [Tagging; 2]| {
            for (record, tagging) in run.analysis.records.iter_mut().zip(taggings) {
                record.tagging = tagging;
            }
            run
        };
        let answers: [(&str, u8, &[&str]); 2] = [("a", 0, &[]), ("b", 0, &[])];
        let before = with(run(1, "k", "m", &answers), [taking(Verdict::A), taking(Verdict::A)]);
        let none = Tagging { facets: BTreeMap::from([("form".to_owned(), None)]), ..taking(Verdict::Both) };
        let mut now = with(run(2, "k", "m2", &answers), [taking(Verdict::B), none]);
        now.before_correction.insert(0, taking(Verdict::A));
        let report = compare(before.side(), now.side(), 1);
        let turned = |cause: Cause, id: &str| report.tags[&cause].answers[&AnswerId(id.to_owned())].clone();
        let side = |now: &str| Turn { of: "a/x".to_owned(), before: Some("A".to_owned()), now: Some(now.to_owned()) };
        assert_eq!(turned(Cause::Correction, "a").sides, [side("B")]);
        assert_eq!(turned(Cause::Model, "b").sides, [side("both")]);
        assert_eq!(report.tags[&Cause::Model].facets, BTreeMap::from([("form".to_owned(), 1)]));
        assert_eq!(report.tags[&Cause::Correction].answers.len(), 1);
    }

    #[test]
    fn a_run_compared_with_itself_has_no_change() {
        let same = run(1, "k", "m", &[("a", 0, &["x"]), ("b", 0, &[])]);
        let report = compare(same.side(), same.side(), 1);
        assert!(report.tags.is_empty() && report.new.is_empty() && !report.trends.any());
        assert_eq!(report.unchanged, 2);
    }
}
