//! What a night has to tell: to `run.json`, to the report, to the log.

use innspill::answer::AnswerId;
use innspill::changes::baseline::{Baseline, choose};
use innspill::changes::tags::TagChanges;
use innspill::changes::{Cause, ChangeReport};
use innspill::cluster::ledger::Event;
use innspill::record::Analysis;
use innspill::run_description::{CodeTold, SinceLastRun, TagsTold};
use innspill::settings::Settings;
use innspill::store::{Store, Written};
use jiff::Timestamp;
use rustc_hash::FxHashMap;

use crate::cli::failure::Failure;
use crate::cli::project;

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

/// What rise and fall are measured from tonight; none before the second run.
pub fn baseline(store: &Store, settings: &Settings, clock: Timestamp) -> Result<Option<Baseline>, Failure> {
    let named = settings.runs.baseline;
    let Some(previous) = store.last_run()? else {
        return if named.is_some() { Err(project::no_baseline(named)) } else { Ok(None) };
    };
    let chosen = choose(&store.runs()?, previous, previous.saturating_add(1), clock, named);
    chosen.map(Some).ok_or_else(|| project::no_baseline(named))
}

/// What the report tells of.
pub fn since_last(report: &ChangeReport, baseline: Baseline, analysis: &Analysis, events: &[Event]) -> SinceLastRun {
    let rows: FxHashMap<&AnswerId, usize> =
        analysis.records.iter().enumerate().map(|(row, record)| (&record.answer.id, row)).collect();
    let row = |id: &AnswerId| rows.get(id).copied();
    let told = |(cause, changes): (&Cause, &TagChanges)| {
        let mut still_there: Vec<usize> = changes.answers.keys().filter_map(row).collect();
        still_there.sort_unstable();
        TagsTold {
            cause: *cause,
            answers: changes.answers.len(),
            rows: still_there,
            codes: (changes.codes.iter())
                .map(|((level, code), change)| CodeTold {
                    level: *level,
                    code: code.clone(),
                    gained: change.gained,
                    lost: change.lost,
                })
                .collect(),
            sides: changes.sides.clone(),
            facets: changes.facets.clone(),
        }
    };
    SinceLastRun {
        previous_run: report.before,
        new_answers: report.new.len(),
        changed_answers: report.changed.len(),
        gone_answers: report.withdrawn.len(),
        unchanged_answers: report.unchanged,
        new_rows: report.new.iter().filter_map(row).collect(),
        changed_rows: report.changed.iter().filter_map(row).collect(),
        tags: report.tags.iter().map(told).collect(),
        baseline: report.baseline,
        baseline_why: baseline.why,
        trends: report.trends.clone(),
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
