//! Laws of the whole: what holds of every number, and what planted answers must give.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::answer::{Answer, AnswerId, Place, RespondentId};
use crate::codebook::Level;
use crate::record::{NearEqual, Record};
use crate::score::Score;
use crate::span::Span;
use crate::tag::{AllScores, Basis, Outcome, Tag, Tagging, TopicVerdict, Verdict};
use crate::text::Language;

const SILOS: &str = "collaboration/silos";

fn codebook() -> Codebook {
    let topic = |id: &str, name: &str| format!("[[theme.topic]]\nid = \"{id}\"\nname = {{ nb = \"{name}\" }}\n");
    let text = format!(
        "[codebook]\nid = \"small\"\nversion = \"1\"\nname = {{ nb = \"Liten\" }}\n\
         [[theme]]\nid = \"collaboration\"\nname = {{ nb = \"Samarbeid\" }}\n{}{}\
         [[pattern]]\nid = \"silos\"\nname = {{ nb = \"Siloer\" }}\nimplied_by = [\"{SILOS}\"]\n",
        topic("silos", "Siloer"),
        topic("other_actors", "Andre aktører"),
    );
    toml::from_str(&text).unwrap()
}

/// What a planted answer says: its number, table, respondent, heading, whether it is on silos, and a verdict.
type Planted = (usize, usize, Option<usize>, usize, bool, Option<(Verdict, Basis)>);

fn record(&(number, table, respondent, under, silos, verdict): &Planted) -> Record {
    let score = Score::new(0.9);
    let tag = |code: &str, spans: Vec<Span>| Tag { code: code.to_owned(), score, spans };
    let span = vec![Span { start: 0, end: 4 }];
    let text = format!("Vi må rive ned siloene nummer {number}");
    let listed = |code: &str| if silos { vec![tag(code, span.clone())] } else { Vec::new() };
    Record {
        answer: Answer {
            id: AnswerId(format!("a{number:04}")),
            text: text.clone(),
            kind: None,
            question: None,
            asked_under: ["", "collaboration/other_actors", SILOS, "collaboration"]
                .get(under)
                .filter(|heading| !heading.is_empty())
                .map(|heading| (*heading).to_owned()),
            phase: None,
            groups: BTreeMap::from([("bord".to_owned(), format!("Bord {table}"))]),
            respondent: respondent.map(|person| RespondentId(format!("p{person}"))),
            time: None,
            kept: Vec::new(),
            place: Place { file: Arc::from("planted"), row: number as u64 },
        },
        shown: text,
        tagging: Tagging {
            language: Language::Nb,
            outcome: if silos { Outcome::Coded } else { Outcome::NoneOfTheAbove },
            themes: listed("collaboration"),
            topics: listed(SILOS),
            verdicts: verdict
                .filter(|_| silos)
                .map(|(verdict, basis)| TopicVerdict {
                    topic: SILOS.to_owned(),
                    verdict,
                    score,
                    basis,
                    spans: span.clone(),
                })
                .into_iter()
                .collect(),
            patterns: listed("silos"),
            facets: BTreeMap::new(),
            all_scores: AllScores::default(),
        },
        cluster: None,
        same_text_group: None,
        human_checked: false,
        quote_ok: number % 2 == 0,
    }
}

fn analysis(planted: &[Planted]) -> Analysis {
    Analysis {
        records: planted.iter().map(record).collect(),
        group_names: vec!["bord".to_owned()],
        ..Analysis::default()
    }
}

/// `a` for the first claim, `b` for the second, one voice each at ten tables.
fn stances(a: usize, b: usize) -> Analysis {
    let said = |number: usize| if number < a { Verdict::A } else { Verdict::B };
    let planted: Vec<Planted> = (0..a + b)
        .map(|number| (number, number % 10, Some(number), 0, true, Some((said(number), Basis::Stated))))
        .collect();
    analysis(&planted)
}

fn sought(analysis: &Analysis) -> Patterns {
    seek(analysis, &codebook(), &PatternSettings::default())
}

fn kinds(patterns: &Patterns) -> Vec<FindingKind> {
    patterns.findings.iter().map(|finding| finding.kind).collect()
}

#[test]
fn nothing_gives_no_numbers_and_no_findings() {
    let patterns = sought(&Analysis::default());
    assert_eq!(patterns.prevalence.len(), 4);
    assert!(patterns.prevalence.iter().all(|entry| entry.answers.n == 0 && entry.answers.share == 0.0));
    assert!(patterns.findings.is_empty());
}

#[test]
fn planted_agreement_is_unanimous_in_voices_and_tables() {
    let patterns = sought(&stances(30, 0));
    let [entry] = patterns.consensus.as_slice() else { panic!("one topic has a verdict") };
    assert_eq!((entry.word, entry.lead), (ConsensusWord::Unanimous, Some(Side::A)));
    assert_eq!((entry.groups[0].groups.k, entry.groups[0].groups.n), (10, 10));
    assert_eq!(entry.groups[0].word, ConsensusWord::Unanimous);
    assert!(entry.took_side.low < 1.0 && entry.p_even < 0.001);
    assert!(kinds(&patterns).contains(&FindingKind::Unanimous));
}

#[test]
fn planted_halves_are_split_and_seven_are_too_few() {
    let split = sought(&stances(15, 15));
    assert_eq!((split.consensus[0].word, split.consensus[0].lead), (ConsensusWord::Split, None));
    assert_eq!(split.consensus[0].p_even, 1.0);
    assert!(kinds(&split).contains(&FindingKind::Split));
    let few = sought(&stances(7, 0));
    assert_eq!(few.consensus[0].word, ConsensusWord::TooFew);
    assert!(!kinds(&few).contains(&FindingKind::Unanimous));
}

#[test]
fn a_respondent_has_one_voice_and_both_sides_from_one_is_both() {
    let said = |number, verdict, basis| (number, 0, Some(0), 0, true, Some((verdict, basis)));
    let patterns = sought(&analysis(&[
        said(0, Verdict::A, Basis::Stated),
        said(1, Verdict::A, Basis::Stated),
        said(2, Verdict::B, Basis::Stated),
        said(3, Verdict::B, Basis::Presupposed),
        said(4, Verdict::B, Basis::Reported),
    ]));
    let entry = &patterns.consensus[0];
    assert_eq!(entry.voices, Sides { both: 1, ..Sides::default() });
    assert_eq!(entry.answers, Sides { a: 2, b: 1, ..Sides::default() });
    assert_eq!((entry.presupposed, entry.reported), (1, 1));
}

#[test]
fn a_pattern_on_all_tables_recurs_and_stands_for_the_topic_that_carries_it() {
    let patterns = sought(&stances(20, 20));
    let recurring: Vec<&Finding> =
        patterns.findings.iter().filter(|finding| finding.kind == FindingKind::Recurring).collect();
    assert_eq!(recurring.len(), 1);
    assert_eq!(recurring[0].subject, FindingSubject::One(Subject::code(Level::Pattern, "silos")));
    assert_eq!((recurring[0].reach[0].groups.k, recurring[0].reach[0].groups.n), (10, 10));
    assert_eq!(recurring[0].quotes.len(), PatternSettings::default().max_quotes);
}

#[test]
fn what_one_table_says_is_that_tables_and_does_not_recur() {
    let planted: Vec<Planted> = (0..50).map(|number| (number, number % 10, None, 0, number % 10 == 3, None)).collect();
    let patterns = sought(&analysis(&planted));
    assert!(!kinds(&patterns).contains(&FindingKind::Recurring));
    let loud = patterns.findings.iter().find(|finding| finding.kind == FindingKind::OneLoudGroup).unwrap();
    assert_eq!(loud.group, Some(("bord".to_owned(), "Bord 3".to_owned())));
    assert_eq!((loud.headline.k, loud.headline.n), (5, 5));
    let silos = patterns.of(&Subject::code(Level::Pattern, "silos")).unwrap();
    assert!(silos.breadth[0].evenness < 0.2);
    let (clustered, plain) = (silos.answers_clustered.unwrap(), silos.answers);
    assert!(clustered.high - clustered.low > plain.high - plain.low);
}

#[test]
fn only_what_was_not_asked_about_came_up_unasked() {
    let planted: Vec<Planted> =
        (0..40).map(|number| (number, number % 5, None, number % 4, number % 8 < 4, None)).collect();
    let patterns = sought(&analysis(&planted));
    let silos = Subject::code(Level::Topic, SILOS);
    let entry = patterns.unasked.iter().find(|entry| entry.subject == silos).unwrap();
    assert_eq!((entry.answers.k, entry.answers.n), (5, 10));
    assert_eq!(entry.instead.len(), 1);
    assert_eq!(entry.where_asked.map(|count| (count.k, count.n)), Some((10, 20)));
    let theme = Subject::code(Level::Theme, "collaboration");
    assert!(patterns.unasked.iter().all(|entry| entry.subject != theme));
}

#[test]
fn equal_and_nearly_equal_texts_of_several_are_one_letter_and_those_of_one_are_none() {
    let planted = |one_sender: bool| -> Analysis {
        let rows: Vec<Planted> =
            (0..8).map(|number| (number, number, Some(if one_sender { 0 } else { number }), 0, true, None)).collect();
        let mut analysis = analysis(&rows);
        for record in analysis.records.iter_mut().skip(1).take(4) {
            record.same_text_group = Some(0);
        }
        analysis.near_equal.push(NearEqual { first: 0, second: 1, similarity: Score::new(0.9) });
        analysis
    };
    let patterns = sought(&planted(false));
    let [letter] = patterns.alike_letters.as_slice() else { panic!("one letter was planted") };
    assert_eq!((letter.rows.as_slice(), letter.example, letter.equal), ([0, 1, 2, 3, 4].as_slice(), 1, 4));
    assert!(kinds(&patterns).contains(&FindingKind::AlikeLetters));
    assert!(sought(&planted(true)).alike_letters.is_empty());
}

#[test]
fn near_equal_codes_share_a_place_and_clear_differences_do_not() {
    let mut analysis = stances(40, 0);
    for (position, record) in analysis.records.iter_mut().enumerate() {
        let tag = Tag { code: "collaboration/other_actors".to_owned(), score: Score::new(0.8), spans: Vec::new() };
        record.tagging.topics.extend((position < 39).then_some(tag));
    }
    let topics = |analysis: &Analysis| {
        let rankings = sought(analysis).rankings;
        let level =
            |ranking: &&Ranking| ranking.theme.is_none() && ranking.ranks[0].subject.level() == Some(Level::Topic);
        let ranking = rankings.iter().find(level).unwrap();
        ranking.ranks.iter().map(|rank| (rank.rank, rank.tied)).collect::<Vec<_>>()
    };
    assert_eq!(topics(&analysis), [(1, true), (1, true)]);
    assert_eq!(topics(&stances(40, 0)), [(1, false), (2, false)]);
}

#[test]
fn only_quotable_answers_are_quoted_where_that_is_asked() {
    let settings = PatternSettings { only_quotable: true, ..PatternSettings::default() };
    let analysis = stances(15, 15);
    let patterns = seek(&analysis, &codebook(), &settings);
    let quotes: Vec<usize> =
        patterns.findings.iter().flat_map(|finding| &finding.quotes).map(|quote| quote.row).collect();
    assert!(!quotes.is_empty() && quotes.iter().all(|&row| analysis.records[row].quote_ok));
}

#[test]
fn a_long_answer_shows_the_sentence_that_earned_the_code() {
    let mut analysis = stances(10, 0);
    let filler = "Her står det noe som ikke handler om saken i det hele tatt. ".repeat(8);
    let start = filler.chars().count() as u32;
    let record = &mut analysis.records[0];
    record.shown = format!("{filler}Vi må rive siloene. {filler}");
    let span = Span { start: start + 11, end: start + 18 };
    record.tagging.patterns[0] = Tag { code: "silos".to_owned(), score: Score::new(0.99), spans: vec![span] };
    let quote = super::quotes::of_subject(
        &Frame::new(&analysis, &PatternSettings::default()),
        &analysis,
        &Subject::code(Level::Pattern, "silos"),
        &[0],
        &PatternSettings::default(),
    );
    assert_eq!(quote[0].excerpt.slice(&analysis.records[0].shown).trim(), "Vi må rive siloene.");
    assert_eq!(quote[0].highlights, [span]);
}

fn planted() -> impl Strategy<Value = Vec<Planted>> {
    let verdict = prop::sample::select(vec![Verdict::A, Verdict::B, Verdict::Both, Verdict::Neither, Verdict::Unclear]);
    let basis = prop::sample::select(vec![Basis::Stated, Basis::Presupposed, Basis::Reported]);
    let one =
        (0_usize..6, prop::option::of(0_usize..20), 0_usize..4, any::<bool>(), prop::option::of((verdict, basis)));
    prop::collection::vec(one, 0..60).prop_map(|rows| {
        let number = |(number, (table, person, under, silos, verdict))| (number, table, person, under, silos, verdict);
        rows.into_iter().enumerate().map(number).collect()
    })
}

/// Every object that looks like a count, wherever it stands.
fn counts(value: &serde_json::Value, found: &mut Vec<(u64, u64, f64, f64, f64)>) {
    match value {
        serde_json::Value::Array(items) => items.iter().for_each(|item| counts(item, found)),
        serde_json::Value::Object(fields) => {
            if let (Some(k), Some(n), Some(low)) = (fields.get("k"), fields.get("n"), fields.get("low")) {
                let real = |name: &str| fields[name].as_f64().unwrap();
                found.push((
                    k.as_u64().unwrap(),
                    n.as_u64().unwrap(),
                    low.as_f64().unwrap(),
                    real("share"),
                    real("high"),
                ));
            }
            fields.values().for_each(|field| counts(field, found));
        }
        _ => {}
    }
}

/// The patterns with answers named by id, lists of answers sorted: what must not depend on the order.
fn by_id(value: &mut serde_json::Value, analysis: &Analysis) {
    let id = |row: &serde_json::Value| analysis.records[row.as_u64().unwrap() as usize].answer.id.0.clone();
    match value {
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| by_id(item, analysis)),
        serde_json::Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                match (name.as_str(), &*field) {
                    ("row", row) => *field = id(row).into(),
                    ("rows" | "evidence" | "rows_a" | "rows_b" | "rows_both", serde_json::Value::Array(rows)) => {
                        let mut ids: Vec<String> = rows.iter().map(id).collect();
                        ids.sort();
                        *field = ids.into();
                    }
                    _ => by_id(field, analysis),
                }
            }
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_count_is_at_most_its_base_and_holds_its_share(rows in planted()) {
        let mut found = Vec::new();
        counts(&serde_json::to_value(sought(&analysis(&rows))).unwrap(), &mut found);
        prop_assert!(!found.is_empty());
        for (k, n, low, share, high) in found {
            prop_assert!(k <= n && 0.0 <= low && low <= share && share <= high && high <= 1.0);
        }
    }

    #[test]
    fn the_order_of_the_answers_does_not_matter(
        (rows, shuffled) in planted().prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle()))
    ) {
        let named = |rows: &[Planted]| {
            let analysis = analysis(rows);
            let mut value = serde_json::to_value(sought(&analysis)).unwrap();
            by_id(&mut value, &analysis);
            value
        };
        prop_assert_eq!(named(&rows), named(&shuffled));
    }
}
