//! Transformers of the BERT family through rust-bert, from a folder in the sentence-transformers layout.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use rust_bert::bert::{BertConfig, BertEmbeddings, BertModel};
use rust_bert::roberta::RobertaEmbeddings;
use serde_json::Value;
use tch::{Device, Kind, Tensor, nn};
use tokenizers::Tokenizer;

use super::model_folder::{manifest, sha256};
use super::vectors::normalise;
use super::windows::{batches, windows};
use super::{EncodeError, Encoder, EncoderId, Vectors};

const WEIGHTS: &str = "model.safetensors";
/// Tokens in a batch once padded: enough to fill the matrix products, little enough for the cache.
const BATCH_TOKENS: usize = 512;

/// How exactly the engine reckons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// 32-bit floats.
    Single,
    /// 16-bit floats (bfloat16) inside the layers: twice as fast on processors that have them, vectors within a cosine
    /// of 0.9999, so good enough for a teacher.
    Half,
}

/// How a text's vector is made of its tokens'.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pooling {
    Mean,
    First,
}

/// A transformer with its tokenizer.
pub struct TransformerEncoder {
    id: EncoderId,
    dimension: usize,
    tokenizer: Tokenizer,
    frame: Frame,
    pooling: Pooling,
    body: Body,
    // Keeps the weights alive, and is what later loaders of fine-tuned layers change.
    _weights: nn::VarStore,
}

/// What goes around the tokens of every window.
struct Frame {
    before: Vec<i64>,
    after: Vec<i64>,
    pad: i64,
    /// Tokens of the text that fit between.
    room: usize,
}

enum Body {
    Bert(BertModel<BertEmbeddings>),
    Roberta(BertModel<RobertaEmbeddings>),
}

// SAFETY: `tch::Tensor` is not Sync because a shared tensor can be written through; here all tensors are weights that
// nothing writes after `open`, and libtorch's forward pass without gradients only reads them.
unsafe impl Sync for TransformerEncoder {}

impl TransformerEncoder {
    /// Loads `config.json`, `model.safetensors` and `tokenizer.json` of `folder`; `1_Pooling/config.json` and the
    /// prompts of `config_sentence_transformers.json` count where they are there (else: mean, no prompt). The hash is
    /// the manifest's for a pulled model, else made from the weights.
    pub fn open(folder: &Path, name: &str, precision: Precision) -> Result<Self, EncodeError> {
        for file in ["config.json", WEIGHTS, "tokenizer.json"] {
            if !folder.join(file).is_file() {
                return Err(EncodeError::Incomplete { folder: folder.to_owned(), missing: file.to_owned() });
            }
        }
        let hash = match manifest(folder)?.and_then(|manifest| manifest.files.get(WEIGHTS).cloned()) {
            Some(hash) => hash,
            None => sha256(&folder.join(WEIGHTS))?,
        };
        let id = EncoderId { name: name.to_owned(), hash: hash.chars().take(16).collect() };
        // One thread a batch and several batches at once: faster than several threads a batch, and OpenMP's waiting
        // threads, which cost tenfold beside any other busy process, never start.
        tch::set_num_threads(1);
        let (settings, config) = read_config(folder)?;
        let (body, weights) = load(folder, &settings, &config, precision)?;
        let tokenizer = read_tokenizer(folder)?;
        let positions = if matches!(body, Body::Roberta(_)) {
            // RoBERTa's numbers its positions from the padding's on.
            config.max_position_embeddings - 2
        } else {
            config.max_position_embeddings
        };
        let pad = settings["pad_token_id"].as_i64().unwrap_or(0);
        let frame = frame(&tokenizer, &prompt(folder), pad, usize::try_from(positions).unwrap_or(0))
            .ok_or_else(|| bad(folder, "tokenizer.json", "its special tokens leave no room for text"))?;
        let dimension = usize::try_from(config.hidden_size).unwrap_or(0);
        Ok(Self { id, dimension, tokenizer, frame, pooling: pooling(folder), body, _weights: weights })
    }

    /// Vectors of one batch of windows (token ids without frame), row after row, each of length 1.
    fn forward(&self, batch: &[&[i64]]) -> Result<Vec<f32>, EncodeError> {
        let Frame { before, after, pad, .. } = &self.frame;
        let longest = batch.iter().map(|tokens| tokens.len()).max().unwrap_or(0) + before.len() + after.len();
        let mut ids = Vec::with_capacity(batch.len() * longest);
        let mut mask = Vec::with_capacity(batch.len() * longest);
        for tokens in batch {
            ids.extend(before.iter().chain(*tokens).chain(after));
            let used = before.len() + tokens.len() + after.len();
            ids.extend(std::iter::repeat_n(*pad, longest - used));
            mask.extend((0..longest).map(|at| i64::from(at < used)));
        }
        let shape = [batch.len() as i64, longest as i64];
        tch::no_grad(|| {
            let ids = Tensor::f_from_slice(&ids)?.f_view(shape)?;
            let mask = Tensor::f_from_slice(&mask)?.f_view(shape)?;
            let hidden = self.body.hidden(&ids, &mask)?.f_to_kind(Kind::Float)?;
            let pooled = match self.pooling {
                Pooling::First => hidden.f_select(1, 0)?,
                Pooling::Mean => {
                    let mask = mask.f_unsqueeze(-1)?.f_to_kind(Kind::Float)?;
                    let sum = hidden.f_mul(&mask)?.f_sum_dim_intlist([1i64].as_slice(), false, Kind::Float)?;
                    sum.f_div(&mask.f_sum_dim_intlist([1i64].as_slice(), false, Kind::Float)?)?
                }
            };
            let mut rows = Vec::<f32>::try_from(pooled.f_contiguous()?.f_view(-1)?)?;
            rows.chunks_exact_mut(self.dimension.max(1)).for_each(normalise);
            Ok(rows)
        })
        .map_err(|error: tch::TchError| EncodeError::Engine(format!("libtorch: {error}")))
    }
}

impl Body {
    fn hidden(&self, ids: &Tensor, mask: &Tensor) -> Result<Tensor, tch::TchError> {
        let output = match self {
            Self::Bert(model) => model.forward_t(Some(ids), Some(mask), None, None, None, None, None, false),
            Self::Roberta(model) => model.forward_t(Some(ids), Some(mask), None, None, None, None, None, false),
        };
        output.map(|output| output.hidden_state).map_err(|error| tch::TchError::Torch(error.to_string()))
    }
}

impl Encoder for TransformerEncoder {
    fn id(&self) -> &EncoderId {
        &self.id
    }

    fn dimension(&self) -> usize {
        self.dimension
    }

    fn encode(&self, texts: &[&str]) -> Result<Vectors, EncodeError> {
        let tokens: Vec<Vec<i64>> = texts
            .par_iter()
            .map(|text| {
                let encoding = self.tokenizer.encode_fast(*text, false).map_err(engine)?;
                Ok(encoding.get_ids().iter().map(|id| i64::from(*id)).collect())
            })
            .collect::<Result<_, EncodeError>>()?;
        // A text of blanks or signs alone may still have tokens; one without any is all zeros, as the contract has it.
        let cut: Vec<(usize, &[i64])> = tokens
            .iter()
            .enumerate()
            .filter(|(_, tokens)| !tokens.is_empty())
            .flat_map(|(text, tokens)| windows(tokens.len(), self.frame.room).map(move |at| (text, &tokens[at])))
            .collect();
        let framed = self.frame.before.len() + self.frame.after.len();
        let lengths: Vec<usize> = cut.iter().map(|(_, tokens)| tokens.len() + framed).collect();
        let batches = batches(&lengths, BATCH_TOKENS);
        let rows: Vec<Vec<f32>> = batches
            .par_iter()
            .map(|batch| self.forward(&batch.iter().map(|window| cut[*window].1).collect::<Vec<_>>()))
            .collect::<Result<_, EncodeError>>()?;
        let width = self.dimension;
        let mut values = vec![0.0f32; texts.len() * width];
        for (batch, rows) in batches.iter().zip(&rows) {
            for (window, row) in batch.iter().zip(rows.chunks_exact(width.max(1))) {
                let (text, tokens) = cut[*window];
                let sum = &mut values[text * width..(text + 1) * width];
                sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += tokens.len() as f32 * value);
            }
        }
        values.chunks_exact_mut(width.max(1)).for_each(normalise);
        Ok(Vectors::new(width, values))
    }
}

fn engine(error: impl std::fmt::Display) -> EncodeError {
    EncodeError::Engine(format!("tokenizer: {error}"))
}

fn bad(folder: &Path, file: &str, why: impl std::fmt::Display) -> EncodeError {
    EncodeError::BadFile { file: folder.join(file), why: why.to_string() }
}

fn read_json(file: PathBuf) -> Result<Value, EncodeError> {
    let text = std::fs::read(&file).map_err(EncodeError::io(&file))?;
    serde_json::from_slice(&text).map_err(|error| EncodeError::BadFile { file, why: error.to_string() })
}

/// The configuration, as it is and as rust-bert reads it. (`BertConfig::from_file` panics on a file that it cannot read.)
fn read_config(folder: &Path) -> Result<(Value, BertConfig), EncodeError> {
    let settings = read_json(folder.join("config.json"))?;
    let config = serde_json::from_value(settings.clone()).map_err(|error| bad(folder, "config.json", error))?;
    Ok((settings, config))
}

fn load(
    folder: &Path,
    settings: &Value,
    config: &BertConfig,
    precision: Precision,
) -> Result<(Body, nn::VarStore), EncodeError> {
    let mut weights = nn::VarStore::new(Device::Cpu);
    let kind = settings["model_type"].as_str().unwrap_or("bert");
    // Files saved from a model with a head name their body.
    let root = match safetensors_root(folder)? {
        Some(root) => weights.root() / root,
        None => weights.root(),
    };
    let body = match kind {
        "bert" => Body::Bert(BertModel::new(root, config)),
        "roberta" | "xlm-roberta" => Body::Roberta(BertModel::new(root, config)),
        other => return Err(bad(folder, "config.json", format!("model_type '{other}' is not of the BERT family"))),
    };
    let missing = weights.load_partial(folder.join(WEIGHTS)).map_err(|error| bad(folder, WEIGHTS, error))?;
    if let Some(name) = missing.iter().filter(|name| !name.contains("pooler.")).min() {
        return Err(bad(folder, WEIGHTS, format!("weight '{name}' is missing")));
    }
    weights.freeze();
    if precision == Precision::Half {
        weights.bfloat16();
    }
    Ok((body, weights))
}

/// `bert` or `roberta` where the names of the weights begin so.
fn safetensors_root(folder: &Path) -> Result<Option<&'static str>, EncodeError> {
    use std::io::Read;
    let file = folder.join(WEIGHTS);
    let mut open = std::fs::File::open(&file).map_err(EncodeError::io(&file))?;
    let mut length = [0; 8];
    open.read_exact(&mut length).map_err(EncodeError::io(&file))?;
    let mut header = Vec::new();
    open.take(u64::from_le_bytes(length).min(1 << 26)).read_to_end(&mut header).map_err(EncodeError::io(&file))?;
    let header: Value = serde_json::from_slice(&header).map_err(|error| bad(folder, WEIGHTS, error))?;
    let begins = |root: &str| header.as_object().is_some_and(|names| names.keys().any(|name| name.starts_with(root)));
    Ok(if begins("bert.") {
        Some("bert")
    } else if begins("roberta.") {
        Some("roberta")
    } else {
        None
    })
}

fn read_tokenizer(folder: &Path) -> Result<Tokenizer, EncodeError> {
    let mut tokenizer =
        Tokenizer::from_file(folder.join("tokenizer.json")).map_err(|error| bad(folder, "tokenizer.json", error))?;
    // Windows and batches are ours; the file's own settings would cut long texts silently.
    tokenizer.with_truncation(None).map_err(|error| bad(folder, "tokenizer.json", error))?;
    tokenizer.with_padding(None);
    Ok(tokenizer)
}

/// Special tokens and prompt around a text; None if they leave no room in `positions`.
fn frame(tokenizer: &Tokenizer, prompt: &str, pad: i64, positions: usize) -> Option<Frame> {
    let ids = |text: &str, special: bool| -> Option<Vec<i64>> {
        Some(tokenizer.encode(text, special).ok()?.get_ids().iter().map(|id| i64::from(*id)).collect())
    };
    let bare = tokenizer.encode("a", true).ok()?;
    let first = bare.get_special_tokens_mask().iter().position(|special| *special == 0)?;
    let last = bare.get_special_tokens_mask().iter().rposition(|special| *special == 0)?;
    let all = ids("a", true)?;
    let mut before = all[..first].to_vec();
    before.extend(ids(prompt.trim_end(), false)?);
    let after = all[last + 1..].to_vec();
    let room = positions.checked_sub(before.len() + after.len()).filter(|room| *room > 0)?;
    Some(Frame { before, after, pad, room })
}

/// The prompt for a text that is compared with its like.
fn prompt(folder: &Path) -> String {
    let settings = read_json(folder.join("config_sentence_transformers.json")).unwrap_or_default();
    let name = settings["default_prompt_name"].as_str().unwrap_or("query");
    settings["prompts"][name].as_str().unwrap_or_default().to_owned()
}

fn pooling(folder: &Path) -> Pooling {
    match read_json(folder.join("1_Pooling").join("config.json")) {
        Ok(settings) if settings["pooling_mode_cls_token"] == true => Pooling::First,
        _ => Pooling::Mean,
    }
}
