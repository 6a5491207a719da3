//! Speed of nearest neighbours and of clustering, on made-up vectors in groups.
//!
//! `cargo bench --bench neighbours`

use criterion::{Criterion, criterion_group, criterion_main};
use innspill::cluster::random::Random;
use innspill::cluster::{self, ClusterSettings, neighbours};
use ndarray::Array2;

const DIMENSION: usize = 384;

/// Unit vectors around 100 directions.
fn vectors(count: usize) -> Array2<f32> {
    let mut random = Random::new(1);
    let mut number = || random.below(2_001) as f32 / 1_000.0 - 1.0;
    let directions = Array2::from_shape_simple_fn((100, DIMENSION), &mut number);
    let mut vectors = Array2::from_shape_simple_fn((count, DIMENSION), &mut number);
    for (at, mut vector) in vectors.rows_mut().into_iter().enumerate() {
        vector += &directions.row(at % 100);
        let length = vector.dot(&vector).sqrt();
        vector /= length;
    }
    vectors
}

fn measure(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("neighbours");
    group.sample_size(10);
    for count in [5_000, 20_000] {
        let vectors = vectors(count);
        group.bench_function(format!("exact_{count}"), |bench| bench.iter(|| neighbours::exact(vectors.view(), 20)));
        let content = vec![true; count];
        group.bench_function(format!("cluster_{count}"), |bench| {
            bench.iter(|| cluster::cluster(vectors.view(), &content, None, &ClusterSettings::default()))
        });
    }
    let vectors = vectors(40_000);
    group.bench_function("lists_40000", |bench| bench.iter(|| neighbours::by_lists(vectors.view(), 20, 1)));
    group.finish();
}

criterion_group!(benches, measure);
criterion_main!(benches);
