//! How many answers are tagged a second, spans and sides with them: `cargo bench --bench tag`.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use innspill::encode::{EncoderChoice, open};
use innspill::tag::{Input, shipped};
use innspill::{codebook, text};

/// Texts of the training answers, as many as asked for.
fn answers(count: usize) -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/training");
    let mut files: Vec<_> = std::fs::read_dir(folder).expect("the corpus").flatten().map(|file| file.path()).collect();
    files.sort();
    let rows = files
        .iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .flat_map(|path| {
            let lines = std::fs::read_to_string(path).expect("a file of the corpus");
            lines.lines().map(str::to_owned).collect::<Vec<_>>()
        })
        .filter_map(|line| {
            let row: serde_json::Value = serde_json::from_str(&line).ok()?;
            Some(row.get("text")?.as_str()?.to_owned())
        });
    let read: Vec<String> = rows.collect();
    read.iter().cycle().take(count).cloned().collect()
}

fn tag(criterion: &mut Criterion) {
    let encoder = open(&EncoderChoice::Embedded).expect("the embedded encoder");
    let mut tagger = shipped::tagger(codebook::builtin().expect("the codebook"), encoder).expect("the shipped heads");
    let answers = answers(10_000);
    let mended: Vec<_> = answers.iter().map(|answer| text::mend(answer)).collect();
    let inputs: Vec<Input<'_>> = mended.iter().map(|text| Input { text, kind: None }).collect();
    let mut group = criterion.benchmark_group("tag");
    group.throughput(Throughput::Elements(inputs.len() as u64)).sample_size(10);
    group.bench_function("training answers", |bencher| bencher.iter(|| tagger.tag(black_box(&inputs))));
    group.finish();
}

criterion_group!(benches, tag);
criterion_main!(benches);
