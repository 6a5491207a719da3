//! A run's answers in input order, with what ties them together.

use std::collections::BTreeSet;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::blobs::{NONE, from_numbers, to_numbers};
use super::{StoreError, blobs};
use crate::answer::Place;
use crate::pipeline::Alike;
use crate::record::{Analysis, ClusterSummary, NearEqual};
use crate::score::Score;

const CHECKED: u8 = 1;
const QUOTE_OK: u8 = 2;

/// A run's answers.
#[derive(Debug, Clone)]
pub(super) struct Snapshot {
    /// Numbers of the answers' versions.
    pub(super) answers: Vec<u32>,
    /// Positions of their groups of alike answers.
    pub(super) clusters: Vec<Option<usize>>,
    pub(super) same_text: Vec<Option<u32>>,
    pub(super) places: Vec<Place>,
    pub(super) human_checked: Vec<bool>,
    pub(super) quote_ok: Vec<bool>,
    pub(super) near_equal: Vec<NearEqual>,
    pub(super) summaries: Vec<ClusterSummary>,
    pub(super) group_names: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct StoredSummary {
    id: u32,
    label: String,
    quotes: Vec<usize>,
    size: usize,
}

fn optional(number: Option<u32>) -> u32 {
    number.unwrap_or(NONE)
}

fn json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Damaged { what: "a snapshot" })
}

/// Writes a run's answers down; `versions` are the numbers of the answers' versions, in the order of the records.
pub(super) fn write(
    connection: &Connection,
    run: u32,
    fingerprint: &[u8; 16],
    versions: &[u32],
    analysis: &Analysis,
) -> Result<(), StoreError> {
    let records = &analysis.records;
    let mut files: Vec<Arc<str>> = Vec::new();
    let mut file_numbers: FxHashMap<Arc<str>, u32> = FxHashMap::default();
    let mut file_of = Vec::with_capacity(records.len());
    for record in records {
        let file = &record.answer.place.file;
        let number = *file_numbers.entry(Arc::clone(file)).or_insert_with(|| {
            files.push(Arc::clone(file));
            files.len() as u32 - 1
        });
        file_of.push(number);
    }
    let files: Vec<&str> = files.iter().map(|file| &**file).collect();
    let flags: Vec<u8> = records
        .iter()
        .map(|record| u8::from(record.human_checked) * CHECKED + u8::from(record.quote_ok) * QUOTE_OK)
        .collect();
    let near_equal: Vec<(usize, usize, Score)> =
        analysis.near_equal.iter().map(|pair| (pair.first, pair.second, pair.similarity)).collect();
    let summaries: Vec<StoredSummary> = analysis
        .clusters
        .iter()
        .map(|cluster| StoredSummary {
            id: cluster.id,
            label: cluster.label.clone(),
            quotes: cluster.quotes.clone(),
            size: cluster.size,
        })
        .collect();
    let cluster = |position: Option<usize>| optional(position.and_then(|position| u32::try_from(position).ok()));
    connection.execute(
        "INSERT INTO snapshots (run, fingerprint, answers, clusters, same_text, files, file_of, row_of, flags, near_equal,
                                summaries, group_names)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        params![
            run,
            &fingerprint[..],
            from_numbers(versions.iter().copied()),
            from_numbers(records.iter().map(|record| cluster(record.cluster))),
            from_numbers(records.iter().map(|record| optional(record.same_text_group))),
            json(&files)?,
            from_numbers(file_of),
            from_numbers(records.iter().map(|record| u32::try_from(record.answer.place.row).unwrap_or(NONE))),
            flags,
            json(&near_equal)?,
            json(&summaries)?,
            json(&analysis.group_names)?,
        ],
    )?;
    Ok(())
}

/// Reads a run's answers.
pub(super) fn read(connection: &Connection, run: u32) -> Result<Option<Snapshot>, StoreError> {
    let row = connection
        .query_row(
            "SELECT answers, clusters, same_text, file_of, row_of, flags, files, near_equal, summaries, group_names
             FROM snapshots WHERE run = ?1",
            [run],
            |row| {
                let blobs: [Vec<u8>; 6] =
                    [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?];
                let texts: [String; 4] = [row.get(6)?, row.get(7)?, row.get(8)?, row.get(9)?];
                Ok((blobs, texts))
            },
        )
        .optional()?;
    row.map(|(blobs, texts)| parse(blobs, texts)).transpose()
}

fn parse(columns: [Vec<u8>; 6], texts: [String; 4]) -> Result<Snapshot, StoreError> {
    let damaged = || StoreError::Damaged { what: "a snapshot" };
    let [answers, clusters, same_text, file_of, row_of, flags] = columns;
    let [files, near_equal, summaries, group_names] = texts;
    let count = answers.len() / 4;
    if flags.len() != count {
        return Err(damaged());
    }
    let optional = |number: u32| (number != NONE).then_some(number);
    let files: Vec<Arc<str>> = serde_json::from_str::<Vec<String>>(&files)
        .map_err(|_| damaged())?
        .into_iter()
        .map(|file| Arc::from(file.as_str()))
        .collect();
    let places = blobs::to_numbers(&file_of, count)?
        .into_iter()
        .zip(blobs::to_numbers(&row_of, count)?)
        .map(|(file, row)| {
            let file = files.get(file as usize).ok_or_else(damaged)?;
            Ok(Place { file: Arc::clone(file), row: u64::from(row) })
        })
        .collect::<Result<_, StoreError>>()?;
    let (near_equal, summaries, group_names) = (
        serde_json::from_str::<Vec<(usize, usize, Score)>>(&near_equal).map_err(|_| damaged())?,
        serde_json::from_str::<Vec<StoredSummary>>(&summaries).map_err(|_| damaged())?,
        serde_json::from_str(&group_names).map_err(|_| damaged())?,
    );
    let clusters: Vec<Option<usize>> = to_numbers(&clusters, count)?
        .into_iter()
        .map(|number| optional(number).map(|position| position as usize))
        .collect();
    if clusters.iter().flatten().any(|&position| position >= summaries.len()) {
        return Err(damaged());
    }
    Ok(Snapshot {
        answers: to_numbers(&answers, count)?,
        clusters,
        same_text: to_numbers(&same_text, count)?.into_iter().map(optional).collect(),
        places,
        human_checked: flags.iter().map(|flag| flag & CHECKED != 0).collect(),
        quote_ok: flags.iter().map(|flag| flag & QUOTE_OK != 0).collect(),
        near_equal: near_equal
            .into_iter()
            .map(|(first, second, similarity)| NearEqual { first, second, similarity })
            .collect(),
        summaries: summaries
            .into_iter()
            .map(|stored| ClusterSummary {
                id: stored.id,
                label: stored.label,
                quotes: stored.quotes,
                size: stored.size,
            })
            .collect(),
        group_names,
    })
}

/// Takes answers out of a run's snapshot, and the groups whose label `is_told_by` them.
pub(super) fn leave_out(
    connection: &Connection,
    run: u32,
    gone: &BTreeSet<u32>,
    is_told_by: &dyn Fn(&str) -> bool,
) -> Result<(), StoreError> {
    let Some(old) = read(connection, run)? else { return Ok(()) };
    let stays: Vec<bool> = old.answers.iter().map(|answer| !gone.contains(answer)).collect();
    let mut next = 0;
    let row_now: Vec<Option<usize>> = stays
        .iter()
        .map(|&stays| {
            stays.then(|| {
                next += 1;
                next - 1
            })
        })
        .collect();
    let mut next = 0;
    let group_now: Vec<Option<usize>> = old
        .summaries
        .iter()
        .map(|summary| {
            (!is_told_by(&summary.label)).then(|| {
                next += 1;
                next - 1
            })
        })
        .collect();
    let row = |row: usize| row_now.get(row).copied().flatten();
    let group = |position: usize| group_now.get(position).copied().flatten();
    let kept = |position: usize| stays.get(position).copied().unwrap_or(false);
    let clusters: Vec<Option<usize>> = (old.clusters.iter().enumerate())
        .filter(|(at, _)| kept(*at))
        .map(|(_, position)| position.and_then(group))
        .collect();
    let summaries: Vec<StoredSummary> = old
        .summaries
        .iter()
        .enumerate()
        .filter_map(|(position, summary)| {
            let now = group(position)?;
            let size = clusters.iter().filter(|position| **position == Some(now)).count();
            let quotes = summary.quotes.iter().filter_map(|&quote| row(quote)).collect();
            Some(StoredSummary { id: summary.id, label: summary.label.clone(), quotes, size })
        })
        .collect();
    let near_equal: Vec<(usize, usize, Score)> = (old.near_equal.iter())
        .filter_map(|pair| Some((row(pair.first)?, row(pair.second)?, pair.similarity)))
        .collect();
    let files: Vec<Arc<str>> =
        old.places.iter().map(|place| Arc::clone(&place.file)).collect::<BTreeSet<_>>().into_iter().collect();
    let places: Vec<&Place> =
        old.places.iter().enumerate().filter(|(at, _)| kept(*at)).map(|(_, place)| place).collect();
    let file_of = |place: &Place| files.binary_search(&place.file).ok().and_then(|at| u32::try_from(at).ok());
    let flags: Vec<u8> = (old.human_checked.iter().zip(&old.quote_ok).enumerate())
        .filter(|(at, _)| kept(*at))
        .map(|(_, (&checked, &quote_ok))| u8::from(checked) * CHECKED + u8::from(quote_ok) * QUOTE_OK)
        .collect();
    let answers = old.answers.iter().copied().filter(|answer| !gone.contains(answer));
    let same_text = old.same_text.iter().enumerate().filter(|(at, _)| kept(*at)).map(|(_, group)| optional(*group));
    let names: Vec<&str> = files.iter().map(|file| &**file).collect();
    connection.execute(
        // No fingerprint: the groups of alike answers are found anew.
        "UPDATE snapshots SET fingerprint = zeroblob(16), answers = ?2, clusters = ?3, same_text = ?4, files = ?5,
             file_of = ?6, row_of = ?7, flags = ?8, near_equal = ?9, summaries = ?10 WHERE run = ?1",
        params![
            run,
            from_numbers(answers),
            from_numbers(clusters.iter().map(|position| optional(position.and_then(|at| u32::try_from(at).ok())))),
            from_numbers(same_text),
            json(&names)?,
            from_numbers(places.iter().map(|place| optional(file_of(place)))),
            from_numbers(places.iter().map(|place| u32::try_from(place.row).unwrap_or(NONE))),
            flags,
            json(&near_equal)?,
            json(&summaries)?,
        ],
    )?;
    Ok(())
}

/// The groups of alike answers of the last run, if they were made of the same texts in the same order.
pub(super) fn alike(
    connection: &Connection,
    fingerprint: &[u8; 16],
    answers: usize,
) -> Result<Option<Alike>, StoreError> {
    let Some(run) = super::runs::last_done(connection)? else { return Ok(None) };
    let same: bool = connection
        .query_row("SELECT fingerprint = ?2 FROM snapshots WHERE run = ?1", params![run, &fingerprint[..]], |row| {
            row.get(0)
        })
        .optional()?
        .unwrap_or(false);
    if !same {
        return Ok(None);
    }
    Ok(read(connection, run)?.filter(|found| found.answers.len() == answers).map(|found| Alike {
        clusters: found.summaries,
        membership: found.clusters,
        same_text: found.same_text,
        near_equal: found.near_equal,
    }))
}
