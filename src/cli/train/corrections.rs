//! `innspill train --corrections PROJECT --output TAGGER`

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use innspill::pipeline::taggings;
use innspill::review::code_name::CodeName;
use innspill::tag::adapt::{Decided, Foretold, Learned, learn};
use innspill::tag::calibrate::log_odds;
use innspill::tag::model::{Model, output};
use innspill::tag::signals::LIMIT;
use innspill::tag::{Tagging, shipped};

use crate::cli::failure::Failure;
use crate::cli::last_run::LastRun;
use crate::cli::opening::{open_encoder, open_project_codebook, open_tagger};
use crate::cli::output::Output;

/// Learns what the project's people decided, writes a tagger, and says how it does on answers that it has not seen.
pub fn train(folder: &Path, path: &Path) -> Result<(), Failure> {
    let usage = |error: &dyn std::fmt::Display| Failure::Usage(error.to_string());
    let last = LastRun::open(folder, None)?;
    let codebook = open_project_codebook(folder, &last.settings)?;
    let decided = last.decisions(&codebook)?;
    if decided.values().all(BTreeMap::is_empty) {
        return Err(Failure::Usage(format!(
            "{}: nobody has corrected or checked a code of an answer; see docs/review.md",
            folder.display()
        )));
    }
    // From the shipped heads, whatever the project has learned before: all corrections are there still.
    let mut tagger = open_tagger(codebook.clone(), open_encoder(&last.settings.encoder)?, None)?;
    let vectors = last.vectors(tagger.encoder())?;
    let tagged = taggings(&mut tagger, &last.readings(), &vectors).map_err(|error| usage(&error))?;
    let thresholds: BTreeMap<String, f64> = (tagger.thresholds().into_iter())
        .map(|((level, code), threshold)| (output::code(level, &code), threshold.value()))
        .collect();
    let mut by_code: BTreeMap<String, Vec<Decided<'_>>> = BTreeMap::new();
    for (answer, (row, codes)) in decided.iter().enumerate() {
        let Some(tagging) = tagged.get(*row) else { continue };
        for (code, &holds) in codes {
            let one = Decided { answer, vector: vectors.row(*row), odds: odds(tagging, code), holds };
            by_code.entry(output::code(code.level(), code.code())).or_default().push(one);
        }
    }
    let learned = learn(&by_code, &thresholds);
    let encoder = tagger.encoder().id();
    let shipped = shipped::shipped(&encoder.name).map_err(|error| usage(&error))?;
    let model = Model::adapted(&codebook, encoder, shipped, learned.additions.clone(), decided.len());
    let mut output = Output::create(path)?;
    output.write_all(&model.to_bytes()?)?;
    output.finish()?;
    report(&learned, decided.len(), path)
}

fn odds(tagging: &Tagging, code: &CodeName) -> f64 {
    let scores = match code {
        CodeName::Theme(_) => &tagging.all_scores.themes,
        CodeName::Topic(_) => &tagging.all_scores.topics,
        CodeName::Pattern(_) => &tagging.all_scores.patterns,
    };
    log_odds(scores.get(code.code()).map_or(0.0, |score| score.value()), LIMIT)
}

fn report(learned: &Learned, answers: usize, path: &Path) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let (before, after) = learned.all();
    writeln!(out, "learned from {} decisions on {answers} answers", before.of)?;
    writeln!(out, "on decisions that it had not seen: right before, right now, of")?;
    let line = |before: &Foretold, after: &Foretold| format!("{:>6} {:>6} {:>6}", before.right, after.right, before.of);
    for (code, (before, after)) in &learned.by_code {
        writeln!(out, "{}  {}", line(before, after), code.replacen(':', " ", 1))?;
    }
    writeln!(out, "{}  all", line(&before, &after))?;
    if after.loss < before.loss && after.right >= before.right {
        writeln!(
            out,
            "to use it, write tagger = \"{}\" into innspill.toml, look with `innspill run --preview`, and accept with \
             --accept-model",
            path.file_name().unwrap_or_default().to_string_lossy()
        )?;
    } else {
        writeln!(out, "this is no better than before on what it had not seen; correct more before you use it")?;
    }
    Ok(())
}
