//! What a night has to tell: to `run.json`, to the report, to the log.

use innspill::changes::trends::{Trend, Watched};
use innspill::changes::{Cause, ChangeReport};
use innspill::cluster::ledger::Event;
use innspill::run_description::{SinceLastRun, TrendTold};
use innspill::store::Written;

/// Groups of at least this many answers have their events in `run.json` one by one; all are in the store.
const TOLD_FROM: usize = 5;

/// What goes into `run.json` under `changes`: numbers and ids, no words of answers, so no labels either.
pub fn changes(written: &Written, events: &[Event]) -> serde_json::Value {
    let told: Vec<&Event> = events.iter().filter(|event| event.size.max(event.left) >= TOLD_FROM).collect();
    let mut value = serde_json::to_value(written).unwrap_or_default(); // plain data
    if let Some(object) = value.as_object_mut() {
        object.insert("group_events".to_owned(), serde_json::to_value(told).unwrap_or_default()); // plain data
    }
    value
}

/// What the report tells of.
pub fn since_last(report: &ChangeReport, events: &[Event]) -> SinceLastRun {
    let by_others = [Cause::Codebook, Cause::Model, Cause::CodebookAndModel, Cause::Correction];
    let trends = &report.trends;
    let told = |trend: &Trend| match &trend.of {
        Watched::Code(level, code) => Some(TrendTold {
            level: *level,
            code: code.clone(),
            before: (trend.old, trends.old),
            new: (trend.new, trends.new),
        }),
        _ => None,
    };
    SinceLastRun {
        previous_run: report.before,
        new_answers: report.new.len(),
        changed_answers: report.changed.len(),
        gone_answers: report.withdrawn.len(),
        recoded: (by_others.into_iter())
            .filter_map(|cause| Some((cause, report.tags.get(&cause)?.answers.len())))
            .collect(),
        compared: if trends.old == 0 { 0 } else { trends.new },
        beyond_chance: trends.beyond_chance().filter_map(told).collect(),
        born_clusters: Written::born(events),
    }
}

/// Two log lines.
pub fn report_changes(written: &Written) {
    let Written { new, changed, withdrawn, unchanged, work, .. } = written;
    tracing::info!("{new} new, {changed} changed, {withdrawn} withdrawn, {unchanged} as they were");
    tracing::info!(
        "{} encoded and {} tagged now, {} and {} kept from before{}",
        work.vectors_made,
        work.taggings_made,
        work.vectors_reused,
        work.taggings_reused,
        work.why.first().map_or_else(String::new, |why| format!("; {why}"))
    );
}
