//! The stages of a run from files read to patterns found, on the sample project: `cargo bench --bench run`.

use std::ops::ControlFlow;
use std::path::PathBuf;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use innspill::encode::{EncoderChoice, open};
use innspill::patterns::{PatternSettings, seek};
use innspill::pipeline::{NoMemory, analyse};
use innspill::tag::shipped;
use innspill::{codebook, ingest};

fn run(criterion: &mut Criterion) {
    let input = [PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus/sample/input")];
    let read = || ingest::read_inputs(&input, &ingest::ReadOptions::default()).expect("the sample");
    let book = codebook::builtin().expect("the codebook");
    let encoder = open(&EncoderChoice::Embedded).expect("the embedded encoder");
    let mut tagger = shipped::tagger(book.clone(), encoder).expect("the shipped heads");
    let mut group = criterion.benchmark_group("run");
    group.sample_size(20);
    group.bench_function("read the sample", |bencher| bencher.iter(read));
    group.bench_function("analyse the sample", |bencher| {
        bencher.iter_batched(
            read,
            |input| analyse(input, &mut tagger, &mut NoMemory::default(), |_| ControlFlow::Continue(())),
            BatchSize::PerIteration,
        );
    });
    let mut memory = NoMemory::default();
    let analysis = analyse(read(), &mut tagger, &mut memory, |_| ControlFlow::Continue(())).expect("an analysis");
    let settings = PatternSettings::default();
    group.bench_function("seek patterns in the sample", |bencher| bencher.iter(|| seek(&analysis, &book, &settings)));
    group.finish();
}

criterion_group!(benches, run);
criterion_main!(benches);
