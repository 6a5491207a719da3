//! `innspill models distil`

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use innspill::encode::distil::{Settings, Word, distil, phrases};
use innspill::text::Language;
use ndarray::Array2;
use sha2::{Digest, Sha256};

use super::super::failure::Failure;
use super::super::output::Output;

/// Texts that the teacher encodes at a time; what it has said so far survives an interruption.
const CHUNK: usize = 4000;

/// Make an embedded model from a teacher
///
/// Needs the transformer build, unless all that the teacher would say is in the cache. The same teacher, words, texts
/// and settings make the same file.
#[derive(Debug, clap::Args)]
pub struct Distil {
    /// The teacher: e5-small, or a folder in the sentence-transformers layout
    #[arg(long, default_value = "e5-small")]
    teacher: String,
    /// Word list: word, frequency and language (nb, nn, en), tab separated (scripts/distillation-words makes it)
    #[arg(long)]
    words: PathBuf,
    /// Text to learn from, one a line; as often as there are files
    #[arg(long)]
    texts: Vec<PathBuf>,
    /// How many phrases to make up in bokmål, nynorsk and English
    #[arg(long, value_delimiter = ',', value_name = "NB,NN,EN", default_values_t = [0, 6_000, 0])]
    phrases: Vec<usize>,
    /// Numbers in a vector
    #[arg(long, default_value_t = Settings::default().dimension)]
    dimension: usize,
    /// How far to even out the teacher's main directions: 0 not at all, 1 wholly
    #[arg(long, default_value_t = Settings::default().tone)]
    tone: f64,
    /// The frequency at which a word counts half
    #[arg(long, default_value_t = Settings::default().rarity)]
    rarity: f64,
    /// Times over the texts
    #[arg(long, default_value_t = Settings::default().rounds)]
    rounds: usize,
    /// Buckets of character n-grams
    #[arg(long, default_value_t = Settings::default().grams)]
    grams: u32,
    /// Pull of words towards where they began
    #[arg(long, default_value_t = Settings::default().pull)]
    pull: f32,
    /// Folder that keeps what the teacher said
    #[arg(long)]
    cache: PathBuf,
    /// The model file to write
    #[arg(long)]
    output: PathBuf,
}

impl Distil {
    /// Makes the model and says how well it learned.
    pub fn run(self, quiet: bool) -> Result<(), Failure> {
        if self.phrases.len() != 3 {
            return Err(Failure::Usage("--phrases takes three numbers: bokmål, nynorsk, English".into()));
        }
        let words = read_words(&self.words)?;
        fs::create_dir_all(&self.cache).map_err(|error| failed(&self.cache, error))?;
        let mut teacher = Teacher { choice: self.teacher.clone(), cache: &self.cache, quiet, open: None };
        let forms: Vec<String> = words.iter().map(|word| word.form.clone()).collect();
        let word_vectors = teacher.encode(&forms)?;
        let settings = Settings {
            dimension: self.dimension,
            tone: self.tone,
            rarity: self.rarity,
            rounds: self.rounds,
            pull: self.pull,
            grams: self.grams,
            ..Settings::default()
        };
        // A group of texts at a time, so that a new file does not make the teacher read the others again.
        let mut texts = Vec::new();
        let mut numbers = Vec::new();
        let languages = [Language::Nb, Language::Nn, Language::En];
        let mut groups: Vec<Vec<String>> = Vec::new();
        for (language, count) in languages.into_iter().zip(&self.phrases) {
            groups.push(phrases(&words, word_vectors.view(), language, *count, settings.seed));
        }
        for file in &self.texts {
            let text = fs::read_to_string(file).map_err(|error| failed(file, error))?;
            groups.push(text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect());
        }
        for group in groups {
            numbers.extend(teacher.encode(&group)?);
            texts.extend(group);
        }
        let text_vectors = matrix(texts.len(), numbers)?;
        let student = distil(&words, word_vectors.view(), &texts, text_vectors.view(), &settings)?;
        let mut output = Output::create(&self.output)?;
        output.write_all(&student.bytes)?;
        output.finish()?;
        writeln!(
            std::io::stdout().lock(),
            "{}: {} words, {} texts, mean cosine to the teacher {:.4}, {} bytes",
            self.output.display(),
            words.len(),
            texts.len(),
            student.cosine,
            student.bytes.len()
        )?;
        Ok(())
    }
}

/// The teacher, opened when something is not in the cache.
struct Teacher<'a> {
    choice: String,
    cache: &'a Path,
    quiet: bool,
    open: Option<Box<dyn innspill::encode::Encoder>>,
}

impl Teacher<'_> {
    fn encode(&mut self, texts: &[String]) -> Result<Array2<f32>, Failure> {
        let mut numbers: Vec<f32> = Vec::new();
        for (at, chunk) in texts.chunks(CHUNK).enumerate() {
            let mut hash = Sha256::new();
            hash.update(&self.choice);
            for text in chunk {
                hash.update("\n");
                hash.update(text);
            }
            let name: String = hash.finalize()[..12].iter().map(|byte| format!("{byte:02x}")).collect();
            let file = self.cache.join(format!("{name}.f32"));
            if let Ok(bytes) = fs::read(&file) {
                numbers.extend(bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])));
                continue;
            }
            let chunk: Vec<&str> = chunk.iter().map(String::as_str).collect();
            let vectors = self.open()?.encode(&chunk)?;
            let bytes: Vec<u8> = vectors.values().iter().flat_map(|value| value.to_le_bytes()).collect();
            // Written beside and renamed, so that an interrupted run leaves no half file that looks whole.
            let half = file.with_extension("half");
            fs::write(&half, bytes).and_then(|()| fs::rename(&half, &file)).map_err(|error| failed(&file, error))?;
            numbers.extend_from_slice(vectors.values());
            if !self.quiet {
                let done = at * CHUNK + chunk.len();
                let _ = writeln!(std::io::stderr(), "teacher: {done} of {} texts", texts.len());
            }
        }
        matrix(texts.len(), numbers)
    }

    fn open(&mut self) -> Result<&dyn innspill::encode::Encoder, Failure> {
        if self.open.is_none() {
            self.open = Some(innspill::encode::open_teacher(&self.choice.parse().unwrap_or_default())?);
        }
        match &self.open {
            Some(teacher) => Ok(teacher.as_ref()),
            None => Err(Failure::Usage("the teacher could not be opened".into())),
        }
    }
}

fn matrix(rows: usize, numbers: Vec<f32>) -> Result<Array2<f32>, Failure> {
    let columns = numbers.len() / rows.max(1);
    Array2::from_shape_vec((rows, columns), numbers)
        .map_err(|_| Failure::Usage("the cache holds vectors of other lengths; empty it".into()))
}

fn read_words(file: &Path) -> Result<Vec<Word>, Failure> {
    let text = fs::read_to_string(file).map_err(|error| failed(file, error))?;
    let bad = |line: usize, why: &str| Failure::Usage(format!("{}:{}: {why}", file.display(), line + 1));
    let mut words: Vec<Word> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let mut fields = line.split('\t');
        let (Some(form), Some(frequency), Some(language)) = (fields.next(), fields.next(), fields.next()) else {
            return Err(bad(at, "needs word, frequency and language, tab separated"));
        };
        let language = match language {
            "nb" => Language::Nb,
            "nn" => Language::Nn,
            "en" => Language::En,
            _ => return Err(bad(at, "the language must be nb, nn or en")),
        };
        let frequency = frequency.parse().map_err(|_| bad(at, "the frequency is no number"))?;
        if words.last().is_some_and(|last| last.form.as_bytes() >= form.as_bytes()) {
            return Err(bad(at, "words must be sorted by their bytes and unlike one another"));
        }
        words.push(Word { form: form.to_owned(), frequency, language });
    }
    Ok(words)
}

fn failed(file: &Path, error: std::io::Error) -> Failure {
    Failure::Usage(format!("{}: {error}", file.display()))
}
