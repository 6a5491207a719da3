//! The laws of corrections.

use super::fixture::{analysis, codebook, codes, record};
use super::*;
use crate::record::Analysis;
use crate::score::Score;
use crate::tag::{Outcome, Verdict};

const SILOS: &str = "collaboration/silos";
const TEXT: &str = "Siloene må ned";

/// Lines without the header, on answer `7`, with the hash of its text.
fn apply(analysis: &mut Analysis, lines: &[&str]) {
    let hash = text_hash(TEXT);
    let rows: String = lines.iter().map(|line| format!("7,{hash},{line}\n")).collect();
    let text = format!("answer,text_hash,code,action,verdict,who\n{rows}");
    let corrections = read_corrections("corrections.csv", text.as_bytes(), &codebook()).unwrap();
    apply_corrections(analysis, &codebook(), &corrections, "corrections.csv");
}

fn one(topics: &[&str], patterns: &[&str]) -> Analysis {
    analysis(vec![record("7", TEXT, topics, patterns)])
}

#[test]
fn a_removed_topic_takes_its_verdict_and_the_theme_that_nothing_else_carries() {
    let mut alone = one(&[SILOS], &["ai"]);
    apply(&mut alone, &["collaboration/silos,remove,,Åse"]);
    let tagging = &alone.records[0].tagging;
    assert!(tagging.topics.is_empty() && tagging.themes.is_empty() && tagging.verdicts.is_empty());
    assert_eq!(codes(&alone.records[0], Level::Pattern), ["ai"]);
    assert_eq!(tagging.outcome, Outcome::Coded);
    assert!(alone.records[0].human_checked);

    let mut carried = one(&[SILOS, "collaboration/other_actors"], &[]);
    apply(&mut carried, &["collaboration/silos,remove,,Åse"]);
    assert_eq!(codes(&carried.records[0], Level::Theme), ["collaboration"]);
    assert_eq!(carried.records[0].tagging.verdicts.len(), 1);

    let mut confirmed = one(&[SILOS], &[]);
    apply(&mut confirmed, &["collaboration/silos,remove,,Åse", "collaboration,confirm,,Åse"]);
    assert_eq!(codes(&confirmed.records[0], Level::Theme), ["collaboration"]);
    assert_eq!(confirmed.review.person(0, Level::Theme, "collaboration"), Some("Åse"));
}

#[test]
fn a_pattern_goes_with_its_topic_unless_it_stands_on_its_own_words() {
    let mut own = one(&[SILOS], &["silos"]);
    apply(&mut own, &["collaboration/silos,remove,,Åse"]);
    assert_eq!(codes(&own.records[0], Level::Pattern), ["silos"]);
    let mut brought = one(&[SILOS], &["silos"]);
    brought.records[0].tagging.patterns[0].score = Score::new(0.2);
    apply(&mut brought, &["collaboration/silos,remove,,Åse"]);
    assert!(brought.records[0].tagging.patterns.is_empty());
    assert_eq!(brought.records[0].tagging.outcome, Outcome::NoneOfTheAbove);
}

#[test]
fn an_added_topic_brings_its_theme_its_pattern_and_a_verdict() {
    let mut added = one(&["leadership/delegation"], &[]);
    apply(&mut added, &["collaboration/silos,add,,Åse"]);
    let record = &added.records[0];
    assert_eq!(codes(record, Level::Topic), [SILOS, "leadership/delegation"]);
    assert_eq!(codes(record, Level::Theme), ["collaboration", "leadership"]);
    assert_eq!(codes(record, Level::Pattern), ["silos"]);
    let verdicts: Vec<&str> = record.tagging.verdicts.iter().map(|verdict| verdict.topic.as_str()).collect();
    assert_eq!(verdicts, [SILOS, "leadership/delegation"]);
    for (level, code) in [(Level::Topic, SILOS), (Level::Theme, "collaboration"), (Level::Pattern, "silos")] {
        assert_eq!(added.review.person(0, level, code), Some("Åse"));
    }
    assert_eq!(added.review.person(0, Level::Topic, "leadership/delegation"), None);
}

#[test]
fn an_answer_without_codes_or_content_is_coded_once_a_person_says_so() {
    for outcome in [Outcome::NoContent, Outcome::Undecided, Outcome::NoneOfTheAbove] {
        let mut empty = one(&[], &[]);
        empty.records[0].tagging.outcome = outcome;
        apply(&mut empty, &["ai,add,,Åse"]);
        assert_eq!(empty.records[0].tagging.outcome, Outcome::Coded);
    }
}

#[test]
fn a_denied_theme_or_pattern_takes_the_topics_that_imply_it_unless_the_person_holds_those() {
    for denied in ["collaboration,remove,,Åse", "silos,remove,,Åse"] {
        let mut machine = one(&[SILOS], &["silos"]);
        apply(&mut machine, &[denied]);
        assert!(machine.records[0].tagging.topics.is_empty(), "{denied}");
        let mut person = one(&[SILOS], &["silos"]);
        apply(&mut person, &[denied, "collaboration/silos,confirm,,Åse"]);
        assert_eq!(codes(&person.records[0], Level::Topic), [SILOS], "{denied}");
        assert_eq!(codes(&person.records[0], Level::Theme), ["collaboration"], "{denied}");
        assert_eq!(codes(&person.records[0], Level::Pattern), ["silos"], "{denied}");
    }
}

#[test]
fn a_persons_side_replaces_the_machines_and_sets_the_topic() {
    let mut there = one(&[SILOS], &[]);
    apply(&mut there, &["collaboration/silos,verdict,both,Åse", "collaboration/silos,confirm,,Bo"]);
    assert_eq!(there.records[0].tagging.verdicts[0].verdict, Verdict::Both);
    assert!(there.records[0].tagging.verdicts[0].spans.is_empty());
    let mut absent = one(&[], &[]);
    apply(&mut absent, &["collaboration/silos,verdict,B,Åse"]);
    assert_eq!(absent.records[0].tagging.verdicts[0].verdict, Verdict::B);
    assert_eq!(codes(&absent.records[0], Level::Theme), ["collaboration"]);
}

#[test]
fn the_last_word_on_a_code_holds() {
    let mut changed = one(&[], &[]);
    apply(&mut changed, &["ai,add,,Åse", "ai,remove,,Bo"]);
    assert!(changed.records[0].tagging.patterns.is_empty());
    apply(&mut changed, &["ai,remove,,Bo", "ai,add,,Åse"]);
    assert_eq!(codes(&changed.records[0], Level::Pattern), ["ai"]);
}

#[test]
fn what_no_longer_fits_is_listed_and_changes_nothing() {
    let mut moved = one(&[SILOS], &[]);
    let before = moved.records.clone();
    let text = "answer,text_hash,code,action\n7,0000000000000000,collaboration/silos,remove\n\
                8,,collaboration/silos,remove\n7,,collaboration/gone,add\n";
    let corrections = read_corrections("corrections.csv", text.as_bytes(), &codebook()).unwrap();
    apply_corrections(&mut moved, &codebook(), &corrections, "corrections.csv");
    assert_eq!(moved.records, before);
    let whys: Vec<(u64, WhyReview)> = moved.review.to_review.iter().map(|entry| (entry.line, entry.why)).collect();
    assert_eq!(whys, [(2, WhyReview::TextChanged), (3, WhyReview::AnswerGone), (4, WhyReview::UnknownCode)]);
}

#[test]
fn corrections_applied_twice_are_as_applied_once() {
    let lines = ["collaboration/silos,remove,,Åse", "leadership/delegation,verdict,B,Åse", "ai,add,,Bo"];
    let mut once = one(&[SILOS], &["silos"]);
    apply(&mut once, &lines);
    let mut twice = once.clone();
    apply(&mut twice, &lines);
    assert_eq!(once, twice);
}
