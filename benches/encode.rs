//! How many texts the embedded encoder takes a second: `cargo bench --bench encode`.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use innspill::encode::{Embedded, EmbeddedModel, Encoder};

/// Short answers as people write them: known words, compounds that no table has, misspellings, three languages.
const ANSWERS: [&str; 8] = [
    "Mindre rapportering, mer tid til dem vi er til for.",
    "Eg ønskjer at kommunane kan dele løysingar med kvarandre utan å søkje om lov.",
    "Hvorfor må innbyggeren fortelle det samme til fire etater?",
    "Fellesløsningsforvaltningen bør slippe årsbudsjettet.",
    "Give the front desk the authority to say yes, and let them keep the money they save.",
    "Vi prøvde på to avdelinger, lærte at skjemaet var feil, og kastet det.",
    "Ledelsne må tørre og stå i det når det butter imot",
    "Kven har ansvaret når ingen eig problemet?",
];

fn encode(criterion: &mut Criterion) {
    let texts: Vec<&str> = ANSWERS.iter().copied().cycle().take(20_000).collect();
    let encoder = Embedded::new();
    let mut group = criterion.benchmark_group("encode");
    group.throughput(Throughput::Elements(texts.len() as u64)).sample_size(20);
    group.bench_function("embedded, short answers", |bencher| bencher.iter(|| encoder.encode(black_box(&texts))));
    group.finish();
    let model = EmbeddedModel::get();
    let mut sum = vec![0.0; model.dimension()];
    criterion.bench_function("a known word", |bencher| {
        bencher.iter(|| model.word(black_box("innbyggere")).map(|row| model.add_word(row, 1.0, &mut sum)))
    });
    for word in ["fellesløsningsforvaltning", "innbygrene", "xqzzt"] {
        criterion.bench_function(&format!("an unseen word, {word}"), |bencher| {
            bencher.iter(|| model.unseen(black_box(word), &mut sum))
        });
    }
}

#[cfg(feature = "transformer")]
fn encode_e5_small(criterion: &mut Criterion) {
    use innspill::encode::{EncoderChoice, open};
    let Ok(encoder) = open(&EncoderChoice::E5Small) else {
        eprintln!("skipped: e5-small is not here; fetch it with: innspill models pull e5-small");
        return;
    };
    let texts: Vec<&str> = ANSWERS.iter().copied().cycle().take(800).collect();
    let mut group = criterion.benchmark_group("encode");
    group.throughput(Throughput::Elements(texts.len() as u64)).sample_size(10);
    group.bench_function("e5-small, short answers", |bencher| bencher.iter(|| encoder.encode(black_box(&texts))));
    group.finish();
}

#[cfg(not(feature = "transformer"))]
fn encode_e5_small(_: &mut Criterion) {}

criterion_group!(benches, encode, encode_e5_small);
criterion_main!(benches);
