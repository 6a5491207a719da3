//! `innspill codebook stats --project PROJECT`: how often people overruled each code, its head and its terms.

use std::io::Write;
use std::path::Path;

use innspill::export::level_id;
use innspill::review::overruled::{Overruled, Tally, overruled};

use crate::cli::failure::Failure;
use crate::cli::last_run::LastRun;

/// Prints what people said of the last run's codes.
pub fn print(folder: &Path, last: &LastRun<'_>) -> Result<(), Failure> {
    let run = &last.run;
    let decided = last.decisions(&run.codebook)?;
    let found = overruled(&run.analysis.records, &last.by_machine(), &decided, &run.codebook);
    let mut output = std::io::stdout().lock();
    if found.answers == 0 {
        writeln!(output, "nobody has corrected or checked an answer of {}", folder.display())?;
        return Ok(());
    }
    writeln!(
        output,
        "overruled by people on {} answers of run {}, of those that the machine set:",
        found.answers, run.run
    )?;
    for line in lines(&found) {
        writeln!(output, "{line}")?;
    }
    Ok(())
}

fn of(tally: Tally) -> String {
    format!("{} of {}", tally.overruled, tally.set)
}

fn lines(found: &Overruled) -> Vec<String> {
    let mut lines = vec![format!("{:>10}  {:>10}  {:>10}  {:>7}  code", "all", "with term", "head alone", "missed")];
    for (code, tally) in &found.codes {
        lines.push(format!(
            "{:>10}  {:>10}  {:>10}  {:>7}  {} {}",
            of(tally.all),
            of(tally.with_term),
            of(tally.head_alone),
            tally.missed,
            level_id(code.level()),
            code.code()
        ));
    }
    let mut terms: Vec<_> = found.terms.iter().collect();
    // Those that mislead most come first: they are what to make a hint of, or to give a phrase that cancels them.
    terms.sort_by_key(|((code, term), tally)| {
        (std::cmp::Reverse(tally.overruled), tally.set, code.clone(), term.clone())
    });
    if !terms.is_empty() {
        lines.push("terms that stood in a text, and how often their code did not hold:".to_owned());
    }
    lines.extend(terms.into_iter().map(|((code, term), tally)| {
        format!("{:>10}  \"{term}\" of {} {}", of(*tally), level_id(code.level()), code.code())
    }));
    lines
}
