//! Another model than the last run's: asked for, or previewed, but never taken silently.

use std::collections::BTreeMap;
use std::io::Write;

use innspill::ingest::Input;
use innspill::pipeline::tag_only;
use innspill::store::{Store, Tools, ToolsChange};
use innspill::tag::{Tagger, Tagging};

use super::{Failure, usage};

/// Stops where the model is another than the last run's and nobody has accepted it.
pub fn require_accepted(store: &Store, tools: &Tools, accepted: bool) -> Result<(), Failure> {
    let Some(before) = store.last_tools()? else { return Ok(()) };
    if accepted || !ToolsChange::between(&before, tools).model {
        return Ok(());
    }
    let answers = store.current_answers()?;
    let name = |tools: &Tools| {
        format!("{} {} with heads {}", tools.encoder.name, tools.encoder.hash, tools.model.get(..8).unwrap_or("none"))
    };
    Err(Failure::Usage(format!(
        "the model is {}, and the last run's was {}: {answers} answers would be tagged anew; accept with --accept-model, \
         or see what would change with --preview",
        name(tools),
        name(&before),
    )))
}

/// Prints how many of the last run's answers would be tagged otherwise, and by which codes.
pub fn preview(store: &Store, input: Input, tagger: &mut Tagger) -> Result<(), Failure> {
    let last = store.load(None)?;
    let now: BTreeMap<String, Tagging> =
        tag_only(input, tagger).map_err(usage)?.into_iter().map(|(id, tagging)| (id.0, tagging)).collect();
    let mut codes: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let (mut both, mut differ) = (0usize, 0usize);
    for (row, record) in last.analysis.records.iter().enumerate() {
        let Some(now) = now.get(&record.answer.id.0) else { continue };
        both += 1;
        let before = last.before_correction.get(&row).unwrap_or(&record.tagging);
        let (gained, lost) = difference(before, now);
        differ += usize::from(!gained.is_empty() || !lost.is_empty());
        gained.into_iter().for_each(|code| codes.entry(code).or_default().0 += 1);
        lost.into_iter().for_each(|code| codes.entry(code).or_default().1 += 1);
    }
    let mut output = std::io::stdout().lock();
    writeln!(output, "{differ} of {both} answers of run {} would be coded otherwise", last.run)?;
    for (code, (gained, lost)) in codes {
        writeln!(output, "{code}: +{gained} -{lost}")?;
    }
    Ok(())
}

/// Codes that only the one or only the other lists.
fn difference(before: &Tagging, now: &Tagging) -> (Vec<String>, Vec<String>) {
    let codes = |tagging: &Tagging| -> Vec<String> {
        let levels = [("theme", &tagging.themes), ("topic", &tagging.topics), ("pattern", &tagging.patterns)];
        levels
            .into_iter()
            .flat_map(|(level, tags)| tags.iter().map(move |tag| format!("{level} {}", tag.code)))
            .collect()
    };
    let (before, now) = (codes(before), codes(now));
    let gained = now.iter().filter(|code| !before.contains(code)).cloned().collect();
    let lost = before.iter().filter(|code| !now.contains(code)).cloned().collect();
    (gained, lost)
}
