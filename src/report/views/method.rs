//! How it was made: with what, of what, what was left out, and what the numbers do not mean.

use serde::Serialize;

use crate::report::compose::{Composer, snippet};

/// Rejects that the report lists at most; `rejects.csv` has them all.
const MOST_REJECTS: usize = 200;

/// Pairs of nearly equal texts that the report lists at most.
const MOST_PAIRS: usize = 50;

/// The section.
#[derive(Debug, Serialize)]
pub struct Method {
    facts: Vec<Fact>,
    units: Vec<Fact>,
    inputs: Vec<InputView>,
    redacted: Vec<Fact>,
    dropped: Vec<String>,
    thresholds: Vec<ThresholdView>,
    rejects: Vec<RejectView>,
    rejects_total: usize,
    near_equal: Vec<PairView>,
    near_equal_total: usize,
    least: String,
}

/// A name and a value.
#[derive(Debug, Serialize)]
struct Fact {
    label: String,
    value: String,
}

#[derive(Debug, Serialize)]
struct InputView {
    path: String,
    units: String,
    sha256: String,
    columns: String,
}

#[derive(Debug, Serialize)]
struct ThresholdView {
    name: String,
    level: String,
    threshold: String,
}

#[derive(Debug, Serialize)]
struct RejectView {
    file: String,
    row: String,
    reason: String,
}

#[derive(Debug, Serialize)]
struct PairView {
    first: String,
    first_href: Option<String>,
    second: String,
    second_href: Option<String>,
    similarity: String,
}

/// Puts the section together. What names files, rows or texts is for the internal edition.
pub fn method(composer: &mut Composer<'_>) -> Method {
    let internal = !composer.source.is_shared();
    let rejects = &composer.description.rejects;
    let near_equal = &composer.source.analysis.near_equal;
    Method {
        facts: facts(composer),
        units: units(composer),
        inputs: if internal { inputs(composer) } else { Vec::new() },
        redacted: redacted(composer),
        dropped: if internal { dropped(composer) } else { Vec::new() },
        thresholds: thresholds(composer),
        rejects: if internal { self::rejects(composer) } else { Vec::new() },
        rejects_total: rejects.len(),
        near_equal: if internal { pairs(composer) } else { Vec::new() },
        near_equal_total: near_equal.len(),
        least: composer.numbers.whole(composer.least()),
    }
}

fn facts(composer: &Composer<'_>) -> Vec<Fact> {
    let description = composer.description;
    let short = |hash: &str| hash.chars().take(12).collect::<String>();
    let model =
        |name: &str, hash: &str| if hash.is_empty() { name.to_owned() } else { format!("{name} ({})", short(hash)) };
    let codebook = &description.codebook;
    let codebook_name = if codebook.name.is_empty() { &codebook.id } else { &codebook.name };
    let date = |date| composer.numbers.date(date, &composer.words.months);
    let known = [
        ("fact_dated", Some(date(description.dated.date()))),
        ("fact_run", description.id.map(|id| id.to_string())),
        ("fact_version", Some(description.innspill_version.clone())),
        ("fact_codebook", Some(format!("{codebook_name} {} ({})", codebook.version, short(&codebook.sha256)))),
        ("fact_encoder", Some(model(&description.encoder.name, &description.encoder.sha256))),
        ("fact_tagger", Some(model(&description.tagger.name, &description.tagger.sha256))),
        ("fact_purpose", description.purpose.clone()),
        ("fact_legal_basis", description.legal_basis.clone()),
        ("fact_delete_after", description.delete_after.map(date)),
    ];
    known
        .into_iter()
        .filter_map(|(key, value)| value.filter(|value| !value.is_empty()).map(|value| (key, value)))
        .map(|(key, value)| Fact { label: composer.word(key), value })
        .collect()
}

/// units = answers + duplicates + rejects + skipped.
fn units(composer: &Composer<'_>) -> Vec<Fact> {
    let counts = &composer.source.analysis.counts;
    let fact = |label: String, number: usize| Fact { label, value: composer.numbers.whole(number) };
    let mut facts = vec![
        fact(composer.word("units_all"), counts.units),
        fact(composer.word("units_answers"), counts.answers),
        fact(composer.word("units_duplicates"), counts.duplicates),
        fact(composer.word("units_rejects"), counts.rejects),
    ];
    facts.extend(counts.skipped.iter().map(|(reason, &number)| {
        fact(composer.words.fill("units_skipped", &[("reason", &composer.words.term(reason))]), number)
    }));
    facts
}

fn inputs(composer: &Composer<'_>) -> Vec<InputView> {
    let view = |input: &crate::run_description::InputFile| InputView {
        path: input.path.clone(),
        units: composer.numbers.whole(input.units),
        sha256: input.sha256.chars().take(12).collect(),
        columns: input
            .columns
            .iter()
            .map(|column| format!("{} → {}", column.header, composer.words.term(&column.role)))
            .collect::<Vec<_>>()
            .join(", "),
    };
    composer.description.inputs.iter().map(view).collect()
}

fn redacted(composer: &Composer<'_>) -> Vec<Fact> {
    let found = composer.description.redacted.iter().filter(|(_, number)| **number > 0);
    found
        .map(|(kind, &number)| Fact { label: composer.words.term(kind), value: composer.numbers.whole(number) })
        .collect()
}

fn dropped(composer: &Composer<'_>) -> Vec<String> {
    let columns = composer.description.inputs.iter().flat_map(|input| &input.columns);
    columns
        .filter_map(|column| {
            let personal = column.personal.as_ref()?;
            Some(composer.words.fill(
                "dropped_column",
                &[
                    ("column", &column.header),
                    ("personal", &composer.words.term(personal)),
                    ("role", &composer.words.term(&column.role)),
                ],
            ))
        })
        .collect()
}

fn thresholds(composer: &Composer<'_>) -> Vec<ThresholdView> {
    let codes = composer.source.codebook.codes();
    codes
        .into_iter()
        .filter_map(|entry| {
            let threshold = composer.source.analysis.thresholds.get(&(entry.level, entry.code.clone()))?;
            Some(ThresholdView {
                name: composer.code_name(entry.level, &entry.code),
                level: composer.level(entry.level),
                threshold: composer.numbers.decimal(threshold.value(), 2),
            })
        })
        .collect()
}

fn rejects(composer: &Composer<'_>) -> Vec<RejectView> {
    let shown = composer.description.rejects.iter().take(MOST_REJECTS);
    shown
        .map(|reject| RejectView {
            file: reject.file.clone(),
            row: reject.row.to_string(),
            reason: reject.reason_for_readers.clone(),
        })
        .collect()
}

fn pairs(composer: &mut Composer<'_>) -> Vec<PairView> {
    let records = &composer.source.analysis.records;
    let text = |row: usize| records.get(row).map(|record| snippet(&record.shown, 100)).unwrap_or_default();
    let shown = composer.source.analysis.near_equal.iter().take(MOST_PAIRS);
    shown
        .map(|pair| PairView {
            first: text(pair.first),
            first_href: composer.evidence.answer(pair.first),
            second: text(pair.second),
            second_href: composer.evidence.answer(pair.second),
            similarity: composer.numbers.percent(pair.similarity.value()),
        })
        .collect()
}
