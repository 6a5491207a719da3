//! How many of the teacher's ten nearest neighbours the embedded encoder finds, beside character TF-IDF: the measure in
//! `models/README.md`. Needs e5-small and, in `INNSPILL_DATA`, the folder of measuring data; skips without.
#![cfg(feature = "transformer")]

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use innspill::encode::vectors::{dot, normalise};
use innspill::encode::{Embedded, Encoder, EncoderChoice, Vectors, model_folder, open, pull};

const NEAREST: usize = 10;

#[test]
fn embedded_finds_more_of_the_teachers_neighbours_than_tf_idf() {
    let Some(data) = std::env::var_os("INNSPILL_DATA").map(PathBuf::from).filter(|data| data.is_dir()) else {
        eprintln!("skipped: INNSPILL_DATA names no folder");
        return;
    };
    if !model_folder::models_folder().join(pull::E5_SMALL).is_dir() {
        eprintln!("skipped: e5-small is not here; fetch it with: innspill models pull e5-small");
        return;
    }
    let teacher = open(&EncoderChoice::E5Small).expect("the pulled model opens");
    for file in ["tidstyver/train.jsonl", "sib200/nb.jsonl", "sib200/nn.jsonl", "sib200/en.jsonl"] {
        let texts = texts(&data.join(file));
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let vectors = teacher.encode(&texts).expect("encoded");
        let student = nearest(&rows(&Embedded::new().encode(&texts).expect("encoded")));
        let surface = tf_idf_nearest(&texts);
        let centred = centred(&vectors);
        for (what, truth) in [("plain", nearest(&rows(&vectors))), ("centred", nearest(&centred))] {
            let (student, surface) = (recall(&student, &truth), recall(&surface, &truth));
            println!("{file}, teacher {what}: embedded {student:.4}, character TF-IDF {surface:.4}");
            assert!(what != "plain" || student > surface);
        }
    }
}

fn texts(file: &Path) -> Vec<String> {
    let lines = std::fs::read_to_string(file).expect("the data folder is whole");
    let text = |line: &str| serde_json::from_str::<serde_json::Value>(line).ok()?["text"].as_str().map(str::to_owned);
    lines.lines().filter_map(text).collect()
}

fn rows(vectors: &Vectors) -> Vec<Vec<f32>> {
    vectors.rows().map(<[f32]>::to_vec).collect()
}

fn centred(vectors: &Vectors) -> Vec<Vec<f32>> {
    let mut rows = rows(vectors);
    for column in 0..vectors.dimension() {
        let mean = rows.iter().map(|row| row[column]).sum::<f32>() / rows.len() as f32;
        rows.iter_mut().for_each(|row| row[column] -= mean);
    }
    rows.iter_mut().for_each(|row| normalise(row));
    rows
}

fn nearest(rows: &[Vec<f32>]) -> Vec<Vec<usize>> {
    best(rows.len(), |a| rows.iter().map(|b| dot(&rows[a], b)).collect())
}

fn best(count: usize, scores: impl Fn(usize) -> Vec<f32>) -> Vec<Vec<usize>> {
    let ten = |a: usize| {
        let scores = scores(a);
        let mut others: Vec<usize> = (0..count).filter(|b| *b != a).collect();
        others.sort_by(|b, c| scores[*c].total_cmp(&scores[*b]).then(b.cmp(c)));
        others.truncate(NEAREST);
        others
    };
    (0..count).map(ten).collect()
}

/// Character n-grams of two to five letters within words, sublinear counts, smoothed inverse document frequency: the
/// best of the settings tried.
fn tf_idf_nearest(texts: &[&str]) -> Vec<Vec<usize>> {
    let mut documents: Vec<HashMap<String, f32>> = Vec::new();
    let mut found_in: HashMap<String, f32> = HashMap::new();
    for text in texts {
        let mut counts: HashMap<String, f32> = HashMap::new();
        for word in text.to_lowercase().split_whitespace() {
            let letters: Vec<char> = format!(" {word} ").chars().collect();
            for length in 2..=5 {
                // A word shorter than the n-gram counts whole, once.
                for gram in letters.windows(length.min(letters.len())).map(|gram| gram.iter().collect::<String>()) {
                    *counts.entry(gram).or_default() += 1.0;
                }
                if length >= letters.len() {
                    break;
                }
            }
        }
        counts.keys().for_each(|gram| *found_in.entry(gram.clone()).or_default() += 1.0);
        documents.push(counts);
    }
    let all = texts.len() as f32;
    let mut postings: HashMap<&str, Vec<(usize, f32)>> = HashMap::new();
    let mut weighted: Vec<Vec<(&str, f32)>> = Vec::new();
    for document in &documents {
        let weigh =
            |(gram, count): (&String, &f32)| (1.0 + count.ln()) * (((1.0 + all) / (1.0 + found_in[gram])).ln() + 1.0);
        let length = document.iter().map(|entry| weigh(entry).powi(2)).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        weighted.push(document.iter().map(|entry| (entry.0.as_str(), weigh(entry) / length)).collect());
    }
    for (at, document) in weighted.iter().enumerate() {
        document.iter().for_each(|(gram, weight)| postings.entry(gram).or_default().push((at, *weight)));
    }
    best(texts.len(), |a| {
        let mut scores = vec![0.0; texts.len()];
        for (gram, weight) in &weighted[a] {
            postings[gram].iter().for_each(|(b, other)| scores[*b] += weight * other);
        }
        scores
    })
}

fn recall(found: &[Vec<usize>], truth: &[Vec<usize>]) -> f64 {
    let hits: usize =
        found.iter().zip(truth).map(|(found, truth)| truth.iter().filter(|b| found.contains(b)).count()).sum();
    let all: usize = truth.iter().map(Vec::len).sum();
    hits as f64 / all.max(1) as f64
}
