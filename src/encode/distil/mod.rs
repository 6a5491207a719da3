//! Making the embedded model: a table of word vectors that, added up, say what a transformer says of a whole text.
//!
//! 1. The teacher encodes every word of the word list on its own.
//! 2. These vectors are centred, their main directions toned down, and turned (`space`); a frequent word is made
//!    short, by `rarity / (rarity + frequency)`.
//! 3. The teacher encodes texts: real ones, and phrases made of the words ([`phrases()`]). The word vectors are then
//!    fitted until the sums over the texts' words point where the teacher's vectors point (`fit`).
//! 4. Character n-grams are fitted to the words (`grams`), and all is stored in four bits a number.
//!
//! No step has a clock, a thread or an address in it: the same teacher and lists make the same bytes on the same kind of
//! processor (matrix products are rounded otherwise on others).

mod fit;
mod grams;
mod phrases;
mod random;
mod space;

use ndarray::{Array2, ArrayView2};

use super::EncodeError;
use super::embedded::{layout, text_rows};
use crate::text::Language;
use fit::{Bag, FitSettings};
pub use phrases::phrases;
use space::Space;

/// A line of the word list.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// Lowercased, NFC.
    pub form: String,
    /// Share of running words that are this one.
    pub frequency: f64,
    /// The language it is listed under.
    pub language: Language,
}

/// Everything that shapes the student.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Numbers in a vector; even.
    pub dimension: usize,
    /// See `space`: 0 keeps the teacher's main directions, 1 makes all directions equal.
    pub tone: f64,
    /// The frequency at which a word counts half.
    pub rarity: f64,
    /// Length of a step of the fit.
    pub rate: f32,
    /// Times over the texts.
    pub rounds: usize,
    /// Pull of a word towards where it began.
    pub pull: f32,
    /// Buckets of character n-grams.
    pub grams: u32,
    /// Seed of everything random.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { dimension: 384, tone: 0.6, rarity: 3e-4, rate: 0.1, rounds: 3, pull: 0.03, grams: 12288, seed: 2026 }
    }
}

/// A student, and how well it learned.
#[derive(Debug)]
pub struct Student {
    /// The model file.
    pub bytes: Vec<u8>,
    /// Mean cosine between its sums and the teacher's vectors, over the texts, in the last round.
    pub cosine: f64,
}

/// Makes a model file of `words`, which must be sorted by their bytes and unlike one another, and the teacher's
/// vectors of the words and of `texts`, a row each.
pub fn distil(
    words: &[Word],
    word_vectors: ArrayView2<'_, f32>,
    texts: &[String],
    text_vectors: ArrayView2<'_, f32>,
    settings: &Settings,
) -> Result<Student, EncodeError> {
    let space = Space::fit(word_vectors, settings.dimension, settings.tone, settings.seed);
    let mut table = space.project(word_vectors);
    let mean_square = table.iter().map(|value| f64::from(value * value)).sum::<f64>() / words.len().max(1) as f64;
    for (mut row, word) in table.rows_mut().into_iter().zip(words) {
        let weight = settings.rarity / (settings.rarity + word.frequency) / mean_square.sqrt().max(f64::MIN_POSITIVE);
        row.mapv_inplace(|value| value * weight as f32);
    }
    let targets = space.centred_on(text_vectors).project(text_vectors);
    let forms: Vec<&str> = words.iter().map(|word| word.form.as_str()).collect();
    let bad_list = |why: fst::Error| EncodeError::Engine(format!("the word list cannot be made an index: {why}"));
    let index = fst::Map::from_iter(forms.iter().zip(0u64..)).map_err(bad_list)?;
    let index_bytes = index.as_fst().as_bytes();
    let index = fst::Map::new(index_bytes).map_err(bad_list)?;
    let bags: Vec<Bag> = texts.iter().map(|text| text_rows(&index, text)).collect();
    let fit = FitSettings { rate: settings.rate, rounds: settings.rounds, pull: settings.pull, seed: settings.seed };
    let cosine = fit::fit(&mut table, &bags, targets.view(), fit);
    let rare: Vec<usize> = (0..words.len()).filter(|i| words[*i].frequency < 1e-6).collect();
    let names: Vec<String> = forms.iter().map(|form| (*form).to_owned()).collect();
    let grams = grams::fit_grams(&names, &table, &rare, settings.grams, settings.seed);
    let flat = |table: &Array2<f32>| table.iter().copied().collect::<Vec<f32>>();
    let bytes = layout::write(table.ncols(), &forms, &flat(&table), &flat(&grams)).map_err(bad_list)?;
    Ok(Student { bytes, cosine })
}

/// Scales every row to length 1.
fn unit_rows(mut vectors: Array2<f32>) -> Array2<f32> {
    for mut row in vectors.rows_mut() {
        let length = row.dot(&row).sqrt().max(f32::MIN_POSITIVE);
        row.mapv_inplace(|value| value / length);
    }
    vectors
}

#[cfg(test)]
mod tests {
    use super::random::Random;
    use super::*;
    use crate::encode::embedded::layout::Layout;

    #[test]
    fn a_student_is_the_same_twice_and_nearer_its_teacher_than_words_alone() {
        let forms = ["bil", "båt", "er", "kaffi", "ship"];
        let frequency = [1e-4, 1e-5, 2e-2, 1e-6, 1e-5];
        let word = |(form, frequency): (&str, f64)| Word { form: form.into(), frequency, language: Language::Nb };
        let words: Vec<Word> = forms.into_iter().zip(frequency).map(word).collect();
        let mut random = Random::new(3);
        let mut vectors = |rows: usize| Array2::from_shape_simple_fn((rows, 8), || random.bell() as f32);
        let (word_vectors, text_vectors) = (vectors(5), vectors(3));
        let texts = ["bil er båt", "kaffi", "båtskaffi"].map(str::to_owned);
        let make = |rounds| {
            let settings = Settings { dimension: 8, grams: 16, rounds, pull: 0.0, ..Settings::default() };
            distil(&words, word_vectors.view(), &texts, text_vectors.view(), &settings).expect("a good list")
        };
        let (early, late) = (make(1), make(40));
        assert!(late.cosine > early.cosine && late.cosine > 0.6, "{} {}", early.cosine, late.cosine);
        assert!(late.bytes == make(40).bytes);
        let layout = Layout::read(&late.bytes).expect("just written");
        assert_eq!((layout.words.count(), layout.grams.count()), (5, 16));
    }

    #[test]
    fn phrases_are_of_the_language_and_the_same_twice() {
        let word = |form: &str, language| Word { form: form.into(), frequency: 1e-5, language };
        let words = [word("bil", Language::Nb), word("kaffi", Language::Nn), word("ship", Language::En)];
        let vectors = Array2::eye(3);
        let nynorsk = phrases(&words, vectors.view(), Language::Nn, 9, 1);
        assert_eq!(nynorsk, phrases(&words, vectors.view(), Language::Nn, 9, 1));
        assert!(nynorsk.iter().all(|phrase| phrase.split(' ').all(|word| word == "kaffi")));
        assert!(phrases(&words[..1], vectors.slice(ndarray::s![..1, ..]), Language::En, 9, 1).is_empty());
    }
}
