//! Speed of the text stage on short answers: words, language and lemmas, alone and together.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use innspill::text::{Lexicon, detect, has_content, mend, sentences, words};

/// Short answers like those the tool meets, written for this bench.
const ANSWERS: [&str; 8] = [
    "Vi må slutte å tenke i siloer og dele budsjettene på tvers av sektorene",
    "Mer tid til innovasjon i hverdagen, og ledere som tør å la folk prøve",
    "Korleis kan kommunane få betre tilgang til forskingsmiljøa?",
    "Innbyggerinvolvering fra start, ikke som en høring til slutt",
    "Tillit",
    "Regelverket for anskaffelser gjør det vanskelig å kjøpe noe som ikke finnes ennå",
    "Eg ønskjer at leiinga gjev oss rom for å feile og lære av det",
    "We need shared goals across agencies",
];

fn answers(criterion: &mut Criterion) {
    let lexicon = Lexicon::get();
    let mut group = criterion.benchmark_group("text");
    group.throughput(Throughput::Elements(ANSWERS.len() as u64));
    group.bench_function("detect", |bencher| {
        bencher.iter(|| ANSWERS.iter().map(|answer| detect(black_box(answer)) as usize).sum::<usize>());
    });
    group.bench_function("words", |bencher| {
        bencher.iter(|| ANSWERS.iter().map(|answer| words(black_box(answer)).count()).sum::<usize>());
    });
    group.bench_function("mend, sentences, has_content", |bencher| {
        bencher.iter(|| {
            let each = |answer: &&str| {
                let mended = mend(black_box(answer));
                sentences(mended.text()).len() + usize::from(has_content(mended.text()))
            };
            ANSWERS.iter().map(each).sum::<usize>()
        });
    });
    group.bench_function("words, detect, lemma", |bencher| {
        bencher.iter(|| {
            let each = |answer: &&str| {
                let lower = black_box(answer).to_lowercase();
                let letters: usize = words(&lower).map(|word| lexicon.lemma(&lower[word]).len()).sum();
                letters + detect(answer) as usize
            };
            ANSWERS.iter().map(each).sum::<usize>()
        });
    });
    group.finish();
}

fn forms(criterion: &mut Criterion) {
    let lexicon = Lexicon::get();
    let lower: Vec<String> = ANSWERS.iter().map(|answer| answer.to_lowercase()).collect();
    let forms: Vec<&str> = lower.iter().flat_map(|answer| words(answer).map(|word| &answer[word])).collect();
    let mut group = criterion.benchmark_group("lexicon");
    group.throughput(Throughput::Elements(forms.len() as u64));
    group.bench_function("lemma", |bencher| {
        bencher.iter(|| forms.iter().map(|form| lexicon.lemma(black_box(form)).len()).sum::<usize>());
    });
    group.bench_function("parts", |bencher| {
        bencher.iter(|| forms.iter().map(|form| lexicon.parts(black_box(form)).len()).sum::<usize>());
    });
    group.finish();
}

criterion_group!(benches, answers, forms);
criterion_main!(benches);
