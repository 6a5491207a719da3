//! Clusters a matrix of vectors and compares with gold labels: quality, stability, time and memory.
//!
//! ```text
//! cargo run --release --example cluster_quality -- VECTORS.npy LABELS.txt [--clusters N] [--repeat M]
//! ```
//!
//! LABELS.txt holds one label a line, in the order of the vectors. With `--repeat M` the vectors are repeated M times
//! with a little noise, to measure speed. Prints one JSON line.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use innspill::cluster::random::Random;
use innspill::cluster::{self, ClusterSettings, Clustering, npy};
use ndarray::{Array2, Axis};

/// Rounds of leaving one answer in a hundred out.
const ROUNDS: usize = 3;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value_of = |flag: &str| -> Result<Option<usize>> {
        let at = arguments.iter().position(|argument| argument == flag);
        at.map(|at| arguments.get(at + 1).context("a number must follow")?.parse().context(flag.to_owned())).transpose()
    };
    let [vectors, labels] = arguments.get(..2).context("usage: cluster_quality VECTORS.npy LABELS.txt")? else {
        anyhow::bail!("usage: cluster_quality VECTORS.npy LABELS.txt")
    };
    let matrix = npy::read(BufReader::new(File::open(vectors)?))?;
    let vectors = Array2::from_shape_vec((matrix.rows, matrix.dimension), matrix.values)?;
    let gold = gold_labels(labels)?;
    ensure!(gold.len() == vectors.nrows(), "{} labels for {} vectors", gold.len(), vectors.nrows());
    let number = value_of("--clusters")?;
    let repeat = value_of("--repeat")?.unwrap_or(1);
    let vectors = repeated(vectors, repeat);
    let gold = gold.repeat(repeat);

    let (clustering, seconds) = run(&vectors, number)?;
    let found = plain(&clustering);
    let stability = if repeat == 1 { stability(&vectors, &clustering, number)? } else { Vec::new() };
    let row = serde_json::json!({
        "rows": vectors.nrows(), "clusters": clustering.count, "largest": largest(&found),
        "nmi": round(leiden_rs::nmi(&found, &gold)), "ari": round(leiden_rs::ari(&found, &gold)),
        "seconds": round(seconds), "peak_mib": peak_mebibytes(),
        "ari_with_one_percent_left_out": stability.iter().map(|&ari| round(ari)).collect::<Vec<_>>(),
    });
    println!("{row}");
    Ok(())
}

fn gold_labels(path: &str) -> Result<Vec<usize>> {
    let mut numbers = BTreeMap::new();
    let text = std::fs::read_to_string(path)?;
    Ok(text
        .lines()
        .map(|label| {
            let next = numbers.len();
            *numbers.entry(label.to_owned()).or_insert(next)
        })
        .collect())
}

/// `times` copies of the vectors, each number but those of the first moved a little.
fn repeated(vectors: Array2<f32>, times: usize) -> Array2<f32> {
    let mut all = Array2::zeros((vectors.nrows() * times, vectors.ncols()));
    let mut random = Random::new(5);
    for (at, mut row) in all.rows_mut().into_iter().enumerate() {
        row.assign(&vectors.row(at % vectors.nrows()));
        if at >= vectors.nrows() {
            row.mapv_inplace(|value| value + (random.below(1_001) as f32 - 500.0) * 1e-5);
        }
        let length = row.dot(&row).sqrt().max(f32::MIN_POSITIVE);
        row /= length;
    }
    all
}

fn run(vectors: &Array2<f32>, number: Option<usize>) -> Result<(Clustering, f64)> {
    let content = vec![true; vectors.nrows()];
    let start = Instant::now();
    let clustering = cluster::cluster(vectors.view(), &content, number, &ClusterSettings::default())?;
    Ok((clustering, start.elapsed().as_secs_f64()))
}

/// Adjusted Rand index, over the rows in both, between all rows and 99 of each 100.
fn stability(vectors: &Array2<f32>, whole: &Clustering, number: Option<usize>) -> Result<Vec<f64>> {
    let mut random = Random::new(99);
    let mut agreements = Vec::new();
    for _ in 0..ROUNDS {
        let kept = random.sample(vectors.nrows(), vectors.nrows() - vectors.nrows() / 100);
        let (part, _) = run(&vectors.select(Axis(0), &kept), number)?;
        let all = plain(whole);
        let before: Vec<usize> = kept.iter().map(|&row| all[row]).collect();
        agreements.push(leiden_rs::ari(&before, &plain(&part)));
    }
    Ok(agreements)
}

fn plain(clustering: &Clustering) -> Vec<usize> {
    clustering.membership.iter().map(|cluster| cluster.map_or(usize::MAX, |cluster| cluster as usize)).collect()
}

fn largest(found: &[usize]) -> usize {
    found.iter().filter(|&&cluster| cluster == 0).count()
}

fn round(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

/// The most memory that the process held at a time, where the system tells.
fn peak_mebibytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib / 1_024)
}
