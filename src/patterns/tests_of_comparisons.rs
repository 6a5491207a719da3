//! Laws of contrasts, pairs and uncovered phrases: chance gives none, what is planted is found.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::answer::{Answer, AnswerId, Place, RespondentId};
use crate::codebook::Level;
use crate::record::Record;
use crate::score::Score;
use crate::tag::{Outcome, Tag, Tagging};

const TOPICS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
const WORDS: [&str; 12] = [
    "kommune",
    "ledelse",
    "teknologi",
    "kompetanse",
    "økonomi",
    "samfunn",
    "forskning",
    "utdanning",
    "næringsliv",
    "helse",
    "miljø",
    "kultur",
];

fn codebook() -> Codebook {
    let topics: String = TOPICS
        .iter()
        .map(|id| {
            format!(
                "[[theme.topic]]\nid = \"{id}\"\nname = {{ nb = \"{id}\" }}\nterms = {{ nb = [\"felles plan\"] }}\n"
            )
        })
        .collect();
    let text = format!(
        "[codebook]\nid = \"laws\"\nversion = \"1\"\nname = {{ nb = \"Lover\" }}\n\
         [[theme]]\nid = \"t\"\nname = {{ nb = \"Tema\" }}\n{topics}"
    );
    toml::from_str(&text).unwrap()
}

/// Splitmix64 (Steele, Lea & Flood 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n as u64) as usize
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.below(end + 1));
        }
    }
}

fn record(number: usize, respondent: usize, sector: &str, topics: &[&str], text: &str) -> Record {
    let tag = |topic: &&str| Tag { code: format!("t/{topic}"), score: Score::new(0.9), spans: Vec::new() };
    let mut tagging = Tagging::empty();
    tagging.outcome = if topics.is_empty() { Outcome::NoneOfTheAbove } else { Outcome::Coded };
    tagging.topics = topics.iter().map(tag).collect();
    Record {
        answer: Answer {
            id: AnswerId(format!("a{number:05}")),
            text: text.to_owned(),
            kind: None,
            question: None,
            asked_under: None,
            phase: None,
            groups: BTreeMap::from([("sektor".to_owned(), sector.to_owned())]),
            respondent: Some(RespondentId(format!("p{respondent}"))),
            time: None,
            kept: Vec::new(),
            place: Place { file: Arc::from("planted"), row: number as u64 },
        },
        shown: text.to_owned(),
        tagging,
        cluster: None,
        same_text_group: None,
        human_checked: false,
        quote_ok: true,
    }
}

fn analysis(records: Vec<Record>) -> Analysis {
    Analysis { records, group_names: vec!["sektor".to_owned()], ..Analysis::default() }
}

/// Answers whose topics and words depend on nothing, shared out among groups at random.
fn by_chance(seed: u64, answers: usize) -> Analysis {
    let mut random = Random(seed);
    let mut sectors: Vec<String> = (0..answers).map(|number| format!("sektor {}", number % 5)).collect();
    random.shuffle(&mut sectors);
    let records = sectors.iter().enumerate().map(|(number, sector)| {
        let topics: Vec<&str> = TOPICS
            .iter()
            .enumerate()
            .filter(|(place, _)| random.below(3 + 2 * place) == 0)
            .map(|(_, id)| *id)
            .collect();
        let words: Vec<&str> = (0..6).map(|_| WORDS[random.below(WORDS.len())]).collect();
        record(number, number, sector, &topics, &words.join(" "))
    });
    analysis(records.collect())
}

/// One sector has a topic and a word that the others seldom have.
fn planted(answers: usize) -> Analysis {
    let mut random = Random(7);
    let records = (0..answers).map(|number| {
        let state = number % 4 == 0;
        let says = random.below(10) < if state { 7 } else { 2 };
        let topics: &[&str] = if says { &["a"] } else { &["b"] };
        let words = if says { "Vi trenger mer forskning" } else { "Vi trenger mer kultur" };
        record(number, number, if state { "stat" } else { ["kommune", "fylke", "privat"][number % 3] }, topics, words)
    });
    analysis(records.collect())
}

#[test]
fn shuffled_groups_give_contrasts_in_under_one_of_twenty_data_sets() {
    let settings = PatternSettings::default();
    let codebook = codebook();
    let sets = 200;
    let (mut codes, mut words, mut pairs) = (0, 0, 0);
    for seed in 0..sets {
        let analysis = by_chance(seed, 150);
        codes += usize::from(!contrast::contrasts(&analysis, &codebook, &settings).is_empty());
        words += usize::from(!contrast::word_contrasts(&analysis, &settings).is_empty());
        pairs += usize::from(cooccurrence::pairs(&analysis, &codebook, &settings).iter().any(|pair| pair.stands));
    }
    assert!(codes * 20 < sets as usize, "codes: {codes} of {sets}");
    assert!(words * 20 < sets as usize, "words: {words} of {sets}");
    assert!(pairs * 20 < sets as usize, "pairs: {pairs} of {sets}");
}

#[test]
fn a_planted_contrast_is_found_with_its_group_and_direction() {
    let (analysis, settings) = (planted(200), PatternSettings::default());
    let found = contrast::contrasts(&analysis, &codebook(), &settings);
    let strongest: Vec<(&Subject, &str, bool)> =
        found.iter().map(|entry| (&entry.subject, entry.group.as_str(), entry.log_odds > 0.0)).collect();
    assert!(strongest.contains(&(&Subject::code(Level::Topic, "t/a"), "stat", true)), "{strongest:?}");
    assert!(strongest.contains(&(&Subject::code(Level::Topic, "t/b"), "stat", false)), "{strongest:?}");
    let first = &found[0];
    assert_eq!((first.inside.n, first.outside.n, first.group.as_str()), (50, 150, "stat"));
    assert!(first.q >= first.p && first.log_odds_low <= first.log_odds && first.log_odds <= first.log_odds_high);
    let words = contrast::word_contrasts(&analysis, &settings);
    let word = words.iter().find(|entry| entry.word == "forskning" && entry.group == "stat").unwrap();
    assert!(word.z > 2.0 && word.q <= 0.05);
}

#[test]
fn a_planted_contrast_in_a_large_material_is_found_by_the_fast_test() {
    let found = contrast::contrasts(&planted(20_000), &codebook(), &PatternSettings::default());
    assert!(found.iter().any(|entry| entry.group == "stat" && entry.inside.n == 5_000 && entry.p < 1e-12));
}

#[test]
fn one_person_who_answers_often_makes_no_contrast() {
    let records = (0..140).map(|number| {
        let loud = number >= 100;
        let respondent = if loud { 100 } else { number };
        let topics: &[&str] = if loud || number % 10 < 2 { &["a"] } else { &[] };
        record(number, respondent, if loud || number % 2 == 0 { "stat" } else { "kommune" }, topics, "forskning")
    });
    let mut settings = PatternSettings::default();
    assert!(contrast::contrasts(&analysis(records.clone().collect()), &codebook(), &settings).is_empty());
    // The same answers from forty persons are one.
    let persons: Vec<Record> = records
        .enumerate()
        .map(|(number, mut record)| {
            record.answer.respondent = Some(RespondentId(format!("p{number}")));
            record
        })
        .collect();
    assert!(!contrast::contrasts(&analysis(persons.clone()), &codebook(), &settings).is_empty());
    settings.min_group_voices = 100;
    assert!(contrast::contrasts(&analysis(persons), &codebook(), &settings).is_empty());
}

#[test]
fn the_largest_groups_are_compared_where_there_are_too_many() {
    let settings = PatternSettings { max_groups_compared: 1, ..PatternSettings::default() };
    let mut analysis = planted(200);
    for record in analysis.records.iter_mut().filter(|record| record.answer.groups["sektor"] != "stat") {
        record.answer.groups.insert("sektor".to_owned(), format!("{}", record.answer.place.row % 6));
    }
    let found = contrast::contrasts(&analysis, &codebook(), &settings);
    assert!(!found.is_empty() && found.iter().all(|entry| entry.group == "stat"));
}

#[test]
fn a_group_of_alike_answers_is_counted_against_every_answer_with_content() {
    let mut analysis = planted(200);
    for record in &mut analysis.records {
        record.tagging.outcome = Outcome::Undecided;
        record.cluster = record.shown.contains("forskning").then_some(0);
    }
    let size = analysis.records.iter().filter(|record| record.cluster.is_some()).count();
    analysis.clusters =
        vec![crate::record::ClusterSummary { id: 9, label: "mer forskning".to_owned(), quotes: vec![0], size }];
    let found = contrast::contrasts(&analysis, &codebook(), &PatternSettings::default());
    let entry =
        found.iter().find(|entry| entry.subject == Subject::Cluster { id: 9 } && entry.group == "stat").unwrap();
    assert_eq!((entry.inside.n, entry.outside.n), (50, 150));
}

#[test]
fn a_planted_pair_stands_and_its_numbers_fit() {
    let records = (0..120).map(|number| {
        let topics: &[&str] = match number % 12 {
            0..3 => &["a", "b"],
            3 => &["a"],
            4 => &["b"],
            _ => &["c"],
        };
        record(number, number, "stat", topics, "forskning")
    });
    let pairs = cooccurrence::pairs(&analysis(records.collect()), &codebook(), &PatternSettings::default());
    let [pair] = pairs.as_slice() else { panic!("only a and b meet") };
    assert!(pair.stands && pair.lift_low > 1.0 && pair.lift_low <= pair.lift && pair.lift <= pair.lift_high);
    assert_eq!((pair.together.k, pair.first_answers, pair.second_answers, pair.rows.len()), (30, 40, 40, 30));
    assert!((pair.expected - 40.0 * 40.0 / 120.0).abs() < 1e-9);
}

#[test]
fn a_planted_phrase_is_found_whole_and_terms_of_the_codebook_are_not() {
    let records = (0..60).map(|number| {
        let uncoded = number % 5 == 0;
        let text = if uncoded { "Det er en gyllen sykkelparkering og en felles plan" } else { "Kultur og helse" };
        record(number, number, "stat", if uncoded { &[] } else { &["a"] }, text)
    });
    let found = phrases::uncovered(&analysis(records.collect()), &codebook(), &PatternSettings::default());
    let phrases: Vec<&str> = found.iter().map(|entry| entry.phrase.as_str()).collect();
    assert!(phrases.contains(&"gyllen sykkelparkering"), "{phrases:?}");
    assert!(!phrases.contains(&"sykkelparkering") && !phrases.contains(&"gyllen"), "{phrases:?}");
    assert!(!phrases.contains(&"felles plan") && !phrases.contains(&"det er en"), "{phrases:?}");
    let entry = found.iter().find(|entry| entry.phrase == "gyllen sykkelparkering").unwrap();
    assert_eq!((entry.answers.k, entry.uncoded_answers, entry.voices.k, entry.rows.len()), (12, 12, 12, 12));
}

#[test]
fn one_person_who_repeats_a_phrase_makes_none() {
    let records = (0..60).map(|number| {
        let loud = number < 12;
        let text = if loud { "En gyllen sykkelparkering" } else { "Kultur og helse" };
        record(number, if loud { 0 } else { number }, "stat", if loud { &[] } else { &["a"] }, text)
    });
    let found = phrases::uncovered(&analysis(records.collect()), &codebook(), &PatternSettings::default());
    assert!(found.iter().all(|entry| !entry.phrase.contains("sykkelparkering")));
}

#[test]
fn the_order_of_the_answers_changes_no_comparison() {
    let (codebook, settings) = (codebook(), PatternSettings::default());
    let told = |analysis: &Analysis| {
        let mut codes = contrast::contrasts(analysis, &codebook, &settings);
        codes.iter_mut().for_each(|entry| {
            entry.rows.clear();
            entry.quotes.clear();
        });
        let mut pairs = cooccurrence::pairs(analysis, &codebook, &settings);
        pairs.iter_mut().for_each(|entry| entry.rows.clear());
        let mut phrases = phrases::uncovered(analysis, &codebook, &settings);
        phrases.iter_mut().for_each(|entry| {
            entry.rows.clear();
            entry.quotes.clear();
        });
        (codes, contrast::word_contrasts(analysis, &settings), pairs, phrases)
    };
    for seed in 0..3 {
        let mut analysis = planted(200);
        analysis.records.extend(by_chance(seed, 100).records.into_iter().enumerate().map(|(number, mut record)| {
            record.answer.id = AnswerId(format!("b{number:05}"));
            record
        }));
        let before = told(&analysis);
        assert!(!before.0.is_empty());
        Random(seed).shuffle(&mut analysis.records);
        assert_eq!(told(&analysis), before);
    }
}

#[test]
fn nothing_small_is_shown_where_cells_are_suppressed() {
    let rules = SmallCells::default();
    let mut analysis = by_chance(3, 150);
    for record in analysis.records.iter_mut().skip(147) {
        record.answer.groups.insert("sektor".to_owned(), "kirke".to_owned());
    }
    let settings = PatternSettings::default().shared(rules.clone());
    let mut patterns = seek(&small_cells::merge_small_groups(&analysis, &rules), &codebook(), &settings);
    suppression::suppress(&mut patterns, &rules);
    let mut marked = 0;
    for entry in &patterns.prevalence {
        for breadth in &entry.breadth {
            assert!(breadth.by_group.iter().all(|group| group.group != "kirke"));
            for count in breadth.by_group.iter().flat_map(|group| [Some(group.answers), group.respondents]).flatten() {
                assert!(count.suppressed || count.k == 0 || count.k >= rules.min_group_size);
                marked += usize::from(count.suppressed);
            }
            assert_ne!(breadth.by_group.iter().filter(|group| group.answers.suppressed).count(), 1);
        }
    }
    assert!(marked > 0);
    for finding in &patterns.findings {
        let count = finding.headline;
        assert!(count.suppressed || count.unit == Unit::Groups || count.k == 0 || count.k >= rules.min_group_size);
    }
}
