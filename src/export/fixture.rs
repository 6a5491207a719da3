//! A small material for tests of this module and of the report: built, so that every figure is known.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::answer::{Answer, AnswerId, Kind, Place, RespondentId};
use crate::codebook::{Codebook, Level, from_toml};
use crate::patterns::{
    AlikeLetter, Breadth, Consensus, ConsensusWord, Contrast, Cooccurrence, Count, Finding, FindingKind,
    FindingSubject, GroupConsensus, GroupCount, KindCount, Patterns, Prevalence, Quote, Rank, Ranking, Reach, Side,
    Sides, Subject, Unasked, UncoveredPhrase, Unit,
};
use crate::record::{Analysis, ClusterSummary, NearEqual, Record, UnitCounts};
use crate::run_description::{CodebookIdentity, InputColumn, InputFile, ModelIdentity, RejectedUnit, RunDescription};
use crate::score::Score;
use crate::span::Span;
use crate::tag::{AllScores, Basis, Outcome, Tag, Tagging, TopicVerdict, Verdict};
use crate::text::Language;

const CODEBOOK: &str = r#"
[codebook]
id = "prove"
version = "1.0"
name = { nb = "Prøvekodebok" }

[[theme]]
id = "collaboration"
name = { nb = "Samhandling", nn = "Samhandling", en = "Collaboration" }
definition = { nb = "Arbeid på tvers av enheter, sektorer og nivåer." }
[[theme.topic]]
id = "silos"
name = { nb = "Siloer", en = "Silos" }
definition = { nb = "Når organiseringen skiller dem som burde jobbe sammen." }
terms = { nb = ["silo", "på tvers"] }
[[theme.topic.claim]]
id = "A"
text = { nb = "Sektororganiseringen hindrer innovasjon" }
source = "gathering"
[[theme.topic.claim]]
id = "B"
text = { nb = "Sektororganiseringen gir kraft til innovasjon" }
source = "reconstructed"

[[theme]]
id = "leadership"
name = { nb = "Ledelse og styring" }
[[theme.topic]]
id = "delegation"
name = { nb = "Delegering" }
[[theme.topic.claim]]
id = "A"
text = { nb = "Modige ledere som delegerer, er en forutsetning" }
source = "gathering"

[[pattern]]
id = "silos"
name = { nb = "Siloer", en = "Silos" }
[[pattern]]
id = "ai"
name = { nb = "Kunstig intelligens" }

[[facet]]
id = "form"
name = { nb = "Form" }
[[facet.value]]
id = "problem"
name = { nb = "Problem" }
"#;

const KINDS: [&str; 4] = ["wish", "oracle", "deep_dive", "challenge"];
const SECTORS: [&str; 5] = ["akademia", "frivillig", "kommune", "næringsliv", "stat"];

/// A codebook of two themes, two topics, two patterns and a facet.
pub fn codebook() -> Codebook {
    from_toml(CODEBOOK, std::path::Path::new("prove.toml")).unwrap()
}

/// Texts by what they are about; `{}` is the answer's own number.
const SILOS: &str = "Riv siloene 🙂 mellom etat {} og kommunen, vi må jobbe <på tvers> & sammen.";
const DELEGATION: &str = "Lederen på avdeling {} må tørre å gi fra seg myndighet.";
const BOTH: &str = "Silo {} faller først når lederen tør å delegere og KI tas i bruk.";
const PARKING: &str = "Parkeringen ved hus {} er for dårlig, og kantina likeså.";

/// `answers` answers in a fixed pattern of twelve: five on silos, three on delegation, one on both, one on parking,
/// one uncertain, one without content.
pub fn analysis(answers: usize) -> Analysis {
    let records: Vec<Record> = (0..answers).map(record).collect();
    let positions = |cluster: usize| -> Vec<usize> {
        records.iter().enumerate().filter(|(_, record)| record.cluster == Some(cluster)).map(|(row, _)| row).collect()
    };
    let labels = ["jobbe på tvers", "gi fra seg myndighet", "parkering og kantine"];
    let clusters = labels.iter().enumerate().map(|(cluster, label)| {
        let rows = positions(cluster);
        let id = u32::try_from(cluster).unwrap() + 11;
        ClusterSummary {
            id,
            label: (*label).to_owned(),
            quotes: rows.iter().copied().take(3).collect(),
            size: rows.len(),
        }
    });
    let codebook = codebook();
    let thresholds = codebook.codes().into_iter().map(|entry| ((entry.level, entry.code), Score::new(0.5)));
    Analysis {
        clusters: clusters.collect(),
        counts: UnitCounts {
            units: answers + 9,
            answers,
            duplicates: 2,
            rejects: 1,
            skipped: BTreeMap::from([("empty cell".to_owned(), 6)]),
        },
        near_equal: vec![NearEqual { first: 0, second: 1, similarity: Score::new(0.96) }],
        thresholds: thresholds.collect(),
        group_names: vec!["sektor".to_owned(), "bord".to_owned()],
        review: crate::review::Review::default(),
        records,
    }
}

fn record(row: usize) -> Record {
    let (about, outcome, cluster) = match row % 12 {
        0..=4 => (SILOS, Outcome::Coded, Some(0)),
        5..=7 => (DELEGATION, Outcome::Coded, Some(1)),
        8 => (BOTH, Outcome::Coded, Some(1)),
        9 => (PARKING, Outcome::NoneOfTheAbove, Some(2)),
        10 => (PARKING, Outcome::Undecided, Some(2)),
        _ => ("...", Outcome::NoContent, None),
    };
    let shown = about.replace("{}", &row.to_string());
    let group = |values: &[&str]| values[row % values.len()].to_owned();
    let answer = Answer {
        id: AnswerId(format!("xq-{row}")),
        text: shown.clone(),
        kind: Some(Kind(KINDS[row % 4].to_owned())),
        question: None,
        asked_under: Some("leadership".to_owned()),
        phase: None,
        groups: BTreeMap::from([
            ("sektor".to_owned(), group(&SECTORS)),
            ("bord".to_owned(), format!("Bord {}", row % 7 + 1)),
        ]),
        respondent: Some(RespondentId(format!("r{}", row / 2))),
        time: Some(jiff::civil::date(2026, 11, 3).at(9, 0, 0, 0)),
        kept: vec![("alder".to_owned(), (20 + row % 50).to_string()), ("postnr".to_owned(), "0301".to_owned())],
        place: Place { file: Arc::from("svar.csv"), row: row as u64 + 2 },
    };
    Record {
        tagging: tagging(&shown, about, outcome, row),
        shown,
        answer,
        cluster,
        same_text_group: (outcome == Outcome::NoContent).then_some(1),
        human_checked: row.is_multiple_of(24),
        quote_ok: row.is_multiple_of(3),
    }
}

fn tagging(shown: &str, about: &str, outcome: Outcome, row: usize) -> Tagging {
    let mut themes = Vec::new();
    let mut topics = Vec::new();
    let mut verdicts = Vec::new();
    let mut patterns = Vec::new();
    let mut add = |topic: &str, word: &str, verdict: Verdict| {
        let start = u32::try_from(shown[..shown.find(word).unwrap()].chars().count()).unwrap();
        let spans = vec![Span { start, end: start + u32::try_from(word.chars().count()).unwrap() }];
        let (theme, _) = topic.split_once('/').unwrap();
        let score = Score::new(0.9 - row as f64 % 7.0 / 50.0);
        themes.push(Tag { code: theme.to_owned(), score, spans: Vec::new() });
        topics.push(Tag { code: topic.to_owned(), score, spans: spans.clone() });
        verdicts.push(TopicVerdict {
            topic: topic.to_owned(),
            verdict,
            score,
            basis: Basis::Stated,
            spans: spans.clone(),
        });
        spans
    };
    if about == SILOS {
        let verdict = [Verdict::A, Verdict::A, Verdict::B, Verdict::B, Verdict::Unclear][row % 12];
        let spans = add("collaboration/silos", "siloene", verdict);
        patterns.push(Tag { code: "silos".to_owned(), score: Score::new(0.9), spans });
    } else if about == DELEGATION {
        add("leadership/delegation", "gi fra seg myndighet", Verdict::A);
    } else if about == BOTH {
        let spans = add("collaboration/silos", "Silo", Verdict::Both);
        patterns.push(Tag { code: "silos".to_owned(), score: Score::new(0.9), spans });
        add("leadership/delegation", "delegere", Verdict::A);
    }
    Tagging {
        language: Language::Nb,
        outcome,
        themes,
        topics,
        verdicts,
        patterns,
        facets: BTreeMap::from([("form".to_owned(), (outcome == Outcome::Coded).then(|| "problem".to_owned()))]),
        all_scores: AllScores::default(),
    }
}

fn subjects(codebook: &Codebook, analysis: &Analysis) -> Vec<Subject> {
    let codes = codebook.codes().into_iter();
    let mut subjects: Vec<Subject> = codes.map(|entry| Subject::code(entry.level, entry.code)).collect();
    subjects.extend(analysis.clusters.iter().map(|cluster| Subject::Cluster { id: cluster.id }));
    subjects
}

fn mentions(record: &Record, subject: &Subject, analysis: &Analysis) -> bool {
    match subject {
        Subject::Code { level, code } => {
            let tags = match level {
                Level::Theme => &record.tagging.themes,
                Level::Topic => &record.tagging.topics,
                Level::Pattern => &record.tagging.patterns,
            };
            tags.iter().any(|tag| &tag.code == code)
        }
        Subject::Cluster { id } => record.cluster.is_some_and(|cluster| analysis.clusters[cluster].id == *id),
    }
}

fn counted(record: &Record, subject: &Subject) -> bool {
    match subject {
        Subject::Code { .. } => matches!(record.tagging.outcome, Outcome::Coded | Outcome::NoneOfTheAbove),
        Subject::Cluster { .. } => record.tagging.outcome != Outcome::NoContent,
    }
}

fn whole_quote(analysis: &Analysis, row: usize) -> Quote {
    let record = &analysis.records[row];
    let end = u32::try_from(record.shown.chars().count()).unwrap();
    let highlights = record.tagging.topics.iter().flat_map(|tag| tag.spans.clone()).collect();
    Quote { row, excerpt: Span { start: 0, end }, highlights }
}

fn prevalence(analysis: &Analysis, subject: Subject, least: usize) -> Prevalence {
    let hide = |mut count: Count| {
        count.suppressed = count.k > 0 && count.k < least;
        count
    };
    let counted: Vec<usize> =
        (0..analysis.records.len()).filter(|&row| counted(&analysis.records[row], &subject)).collect();
    let rows: Vec<usize> =
        counted.iter().copied().filter(|&row| mentions(&analysis.records[row], &subject, analysis)).collect();
    let respondents = |rows: &[usize]| -> usize {
        rows.iter().filter_map(|&row| analysis.records[row].answer.respondent.as_ref()).collect::<BTreeSet<_>>().len()
    };
    let having = |rows: &[usize], test: &dyn Fn(&Record) -> bool| -> Vec<usize> {
        rows.iter().copied().filter(|&row| test(&analysis.records[row])).collect()
    };
    let breadth = analysis.group_names.iter().map(|attribute| {
        let names: BTreeSet<&String> =
            counted.iter().map(|&row| &analysis.records[row].answer.groups[attribute]).collect();
        let by_group: Vec<GroupCount> = names
            .iter()
            .map(|name| {
                let inside = |record: &Record| &record.answer.groups[attribute] == *name;
                let (k, n) = (having(&rows, &inside), having(&counted, &inside));
                GroupCount {
                    group: (*name).clone(),
                    answers: hide(Count::new(Unit::Answers, k.len(), n.len())),
                    respondents: Some(hide(Count::new(Unit::Respondents, respondents(&k), respondents(&n)))),
                }
            })
            .collect();
        let with = by_group.iter().filter(|group| group.answers.k > 0).count();
        Breadth {
            attribute: attribute.clone(),
            groups: Count::new(Unit::Groups, with, names.len()),
            effective_groups: with as f64,
            evenness: 1.0,
            loudest: None,
            by_group,
        }
    });
    let by_kind = KINDS.iter().map(|kind| {
        let of_kind = |record: &Record| record.answer.kind.as_ref().is_some_and(|own| own.0 == *kind);
        let (k, n) = (having(&rows, &of_kind), having(&counted, &of_kind));
        KindCount { kind: (*kind).to_owned(), answers: hide(Count::new(Unit::Answers, k.len(), n.len())) }
    });
    Prevalence {
        answers: hide(Count::new(Unit::Answers, rows.len(), counted.len())),
        answers_clustered: None,
        respondents: Some(hide(Count::new(Unit::Respondents, respondents(&rows), respondents(&counted)))),
        by_kind: by_kind.collect(),
        breadth: breadth.collect(),
        quotes: rows.iter().copied().take(3).map(|row| whole_quote(analysis, row)).collect(),
        rows,
        subject,
    }
}

fn prevalence_of_all(codebook: &Codebook, analysis: &Analysis, least: usize) -> Vec<Prevalence> {
    subjects(codebook, analysis).into_iter().map(|subject| prevalence(analysis, subject, least)).collect()
}

fn reach(entry: &Prevalence) -> Vec<Reach> {
    entry.breadth.iter().map(|breadth| Reach { attribute: breadth.attribute.clone(), groups: breadth.groups }).collect()
}

fn consensus(analysis: &Analysis, topic: &str) -> Consensus {
    let with = |wanted: Verdict| -> Vec<usize> {
        let holds = |record: &Record| {
            record.tagging.verdicts.iter().any(|verdict| verdict.topic == topic && verdict.verdict == wanted)
        };
        (0..analysis.records.len()).filter(|&row| holds(&analysis.records[row])).collect()
    };
    let (a, b, both) = (with(Verdict::A), with(Verdict::B), with(Verdict::Both));
    let unclear = with(Verdict::Unclear).len();
    let sides = Sides { a: a.len(), b: b.len(), both: both.len(), neither: 0, unclear };
    let took = a.len() + b.len();
    let word = match a.len() * 100 / took.max(1) {
        _ if took < 8 => ConsensusWord::TooFew,
        90.. => ConsensusWord::Unanimous,
        75.. => ConsensusWord::LargeMajority,
        60.. => ConsensusWord::Majority,
        _ => ConsensusWord::Split,
    };
    let tables_for_b = if b.is_empty() { 0 } else { 3 };
    let quotes = |rows: &[usize]| rows.iter().copied().take(1).map(|row| whole_quote(analysis, row)).collect();
    Consensus {
        topic: topic.to_owned(),
        unit: Unit::Answers,
        voices: sides,
        answers: sides,
        presupposed: 1,
        reported: 0,
        lead: (a.len() > b.len()).then_some(Side::A),
        took_side: Count::exact(Unit::Answers, a.len(), took),
        word,
        p_even: 0.01,
        groups: vec![GroupConsensus {
            attribute: "bord".to_owned(),
            lead: Some(Side::A),
            groups: Count::exact(Unit::Groups, 7 - tables_for_b, 7),
            a: 7 - tables_for_b,
            b: tables_for_b,
            even: 0,
            word: ConsensusWord::TooFew,
            by_group: Vec::new(),
        }],
        quotes_a: quotes(&a),
        quotes_b: quotes(&b),
        quotes_both: quotes(&both),
        rows_a: a,
        rows_b: b,
        rows_both: both,
    }
}

fn finding(kind: FindingKind, source: usize, entry: &Prevalence) -> Finding {
    Finding {
        kind,
        source,
        subject: FindingSubject::One(entry.subject.clone()),
        group: None,
        headline: entry.answers,
        reach: reach(entry),
        strength: 0.8,
        evidence: entry.rows.clone(),
        quotes: entry.quotes.clone(),
    }
}

/// The patterns of `analysis`, counted one by one; counts from 1 to under `least` are hidden.
pub fn patterns(analysis: &Analysis, least: usize) -> Patterns {
    let prevalence = prevalence_of_all(&codebook(), analysis, least);
    let of = |subject: &Subject| prevalence.iter().position(|entry| &entry.subject == subject).unwrap();
    let silos = of(&Subject::code(Level::Pattern, "silos"));
    let topics: Vec<Rank> = prevalence
        .iter()
        .filter(|entry| entry.subject.level() == Some(Level::Topic))
        .map(|entry| Rank { subject: entry.subject.clone(), voices: entry.answers, rank: 1, tied: true })
        .collect();
    let consensus: Vec<Consensus> =
        ["collaboration/silos", "leadership/delegation"].iter().map(|topic| consensus(analysis, topic)).collect();
    let parking: Vec<usize> =
        (0..analysis.records.len()).filter(|&row| analysis.records[row].shown.contains("Parkering")).collect();
    let unasked = Unasked {
        subject: Subject::code(Level::Topic, "collaboration/silos"),
        answers: prevalence[silos].answers,
        respondents: None,
        where_asked: None,
        instead: vec![("leadership".to_owned(), prevalence[silos].answers)],
        reach: reach(&prevalence[silos]),
        rows: prevalence[silos].rows.clone(),
        quotes: prevalence[silos].quotes.clone(),
    };
    let phrase = UncoveredPhrase {
        phrase: "parkeringen ved hus".to_owned(),
        lemmas: vec!["parkering".to_owned()],
        answers: Count::new(Unit::Answers, parking.len(), analysis.records.len()),
        uncoded_answers: parking.len(),
        voices: Count::new(Unit::Respondents, parking.len(), analysis.records.len()),
        log_odds_uncoded: 2.0,
        reach: Vec::new(),
        quotes: vec![whole_quote(analysis, parking[0])],
        rows: parking.clone(),
    };
    let stance = |kind: FindingKind, topic: &str, position: usize| Finding {
        subject: FindingSubject::One(Subject::code(Level::Topic, topic)),
        headline: consensus[position].took_side,
        evidence: consensus[position].rows_a.clone(),
        ..finding(kind, position, &prevalence[silos])
    };
    let uncovered = Finding {
        subject: FindingSubject::Words(phrase.phrase.clone()),
        headline: phrase.answers,
        evidence: parking.clone(),
        reach: Vec::new(),
        ..finding(FindingKind::Uncovered, 0, &prevalence[silos])
    };
    let alike = AlikeLetter {
        example: parking[0],
        answers: Count::new(Unit::Answers, parking.len(), analysis.records.len()),
        equal: parking.len(),
        respondents: Some(parking.len()),
        short: false,
        reach: Vec::new(),
        rows: parking,
    };
    let stat: Vec<usize> = prevalence[silos]
        .rows
        .iter()
        .copied()
        .filter(|&row| analysis.records[row].answer.groups["sektor"] == "stat")
        .collect();
    let contrast = Contrast {
        subject: Subject::code(Level::Pattern, "silos"),
        attribute: "sektor".to_owned(),
        group: "stat".to_owned(),
        inside: Count::new(Unit::Answers, stat.len(), stat.len() * 2),
        outside: Count::new(Unit::Answers, 3, 40),
        difference: 0.2,
        log_odds: 1.1,
        log_odds_low: 0.2,
        log_odds_high: 2.0,
        p: 0.001,
        q: 0.02,
        rows: stat,
        quotes: Vec::new(),
    };
    let pair_rows: Vec<usize> = (0..analysis.records.len()).filter(|row| row % 12 == 8).collect();
    let pair = Cooccurrence {
        first: Subject::code(Level::Topic, "collaboration/silos"),
        second: Subject::code(Level::Topic, "leadership/delegation"),
        first_answers: 30,
        second_answers: 20,
        together: Count::new(Unit::Answers, pair_rows.len(), 50),
        expected: 1.25,
        lift: 4.0,
        lift_low: 2.0,
        lift_high: 8.0,
        p: 0.001,
        q: 0.01,
        stands: true,
        rows: pair_rows,
    };
    Patterns {
        findings: vec![
            finding(FindingKind::Recurring, silos, &prevalence[silos]),
            stance(FindingKind::Unanimous, "leadership/delegation", 1),
            stance(FindingKind::Split, "collaboration/silos", 0),
            finding(FindingKind::Unasked, 0, &prevalence[of(&Subject::code(Level::Topic, "collaboration/silos"))]),
            uncovered,
        ],
        rankings: vec![Ranking { theme: None, ranks: topics }],
        contrasts: vec![contrast],
        word_contrasts: Vec::new(),
        consensus,
        cooccurrence: vec![pair],
        unasked: vec![unasked],
        uncovered: vec![phrase],
        alike_letters: vec![alike],
        prevalence,
        ..Patterns::default()
    }
}

/// A run over that material.
pub fn description() -> RunDescription {
    let identity = CodebookIdentity {
        id: "prove".to_owned(),
        name: "Prøvekodebok".to_owned(),
        version: "1.0".to_owned(),
        sha256: "ab".repeat(32),
    };
    let dated = jiff::civil::date(2026, 11, 16).at(12, 0, 0, 0);
    RunDescription {
        encoder: ModelIdentity { name: "embedded".to_owned(), sha256: "cd".repeat(32) },
        tagger: ModelIdentity { name: "terms".to_owned(), sha256: String::new() },
        inputs: vec![InputFile {
            path: "svar.csv".to_owned(),
            sha256: "ef".repeat(32),
            format: "csv".to_owned(),
            encoding: Some("UTF-8".to_owned()),
            units: 69,
            columns: vec![InputColumn {
                header: "E-post".to_owned(),
                role: "drop".to_owned(),
                personal: Some("e-mail".to_owned()),
            }],
        }],
        rejects: vec![RejectedUnit {
            file: "svar.csv".to_owned(),
            row: 44,
            reason: "is not valid UTF-8".to_owned(),
            reason_for_readers: "er ikke gyldig UTF-8".to_owned(),
        }],
        received: Some((jiff::civil::date(2026, 11, 3), jiff::civil::date(2026, 11, 16))),
        redacted: BTreeMap::from([("e-mail".to_owned(), 3)]),
        ..RunDescription::new("Dialogsamling om innovasjon", identity, dated)
    }
}
