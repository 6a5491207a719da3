//! The tagger's model file: heads, and how their values become probabilities and decisions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::calibrate::{Logistic, Sigmoid};
use super::heads::{self, Bytes, Heads, HeadsError, write_block};
use crate::codebook::Codebook;
use crate::encode::EncoderId;

/// A score this little under its threshold leaves the answer `undecided` rather than `none_of_the_above`.
pub const MARGIN: f64 = 0.1;

/// What the outputs stand for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Themes, topics, patterns, facets and verdicts of the codebook with this id.
    Codebook(String),
    /// The labels of a human coding, without a codebook.
    Labels,
}

/// Everything about a model but its weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// What the outputs stand for.
    pub purpose: Purpose,
    /// Encoder whose vectors the dense heads were fitted on.
    pub encoder_name: String,
    /// Its hash; vectors of another encoder mean nothing to these heads.
    pub encoder_hash: String,
    /// Number of answers it was fitted on.
    pub answers: usize,
    /// For each sort of output (`Sort::name`): weights of a code's signals, see [`super::signals`].
    pub combine: BTreeMap<String, Logistic>,
    /// The same for codes that have no head: terms, hints and likeness to their description alone.
    pub described: BTreeMap<String, Logistic>,
    /// Output name to the sigmoid that makes its combined log-odds a probability.
    pub sigmoids: BTreeMap<String, Sigmoid>,
    /// Output name to the probability from which the code is listed.
    pub thresholds: BTreeMap<String, f64>,
    /// Outputs of facets, verdicts and bases: weights of their signals, see [`super::signals`].
    pub choices: BTreeMap<String, Logistic>,
    /// For each verdict in the order of [`super::VERDICTS`]: how general verdicts, the topic's own sides and the basis
    /// are weighed together; none where no verdicts were learned.
    #[serde(default)]
    pub verdicts: Vec<Logistic>,
    /// Output name of a code to what people's corrections add to its log-odds, for each dimension of the text's vector;
    /// see [`super::adapt`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub additions: BTreeMap<String, Vec<f32>>,
}

/// A trained tagger.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// How values become decisions.
    pub header: Header,
    /// The weights.
    pub heads: Heads,
}

impl Model {
    /// The heads shipped for this codebook, where there are any, with what was learned from corrections on so many answers.
    pub fn adapted(
        codebook: &Codebook,
        encoder: &EncoderId,
        shipped: Option<Model>,
        additions: BTreeMap<String, Vec<f32>>,
        answers: usize,
    ) -> Self {
        let purpose = Purpose::Codebook(codebook.codebook.id.clone());
        match shipped.filter(|model| model.header.purpose == purpose) {
            Some(mut model) => {
                model.header.additions = additions;
                model.header.answers += answers;
                model
            }
            None => Model {
                header: Header {
                    purpose,
                    encoder_name: encoder.name.clone(),
                    encoder_hash: encoder.hash.clone(),
                    answers,
                    combine: BTreeMap::new(),
                    described: BTreeMap::new(),
                    sigmoids: BTreeMap::new(),
                    thresholds: BTreeMap::new(),
                    choices: BTreeMap::new(),
                    verdicts: Vec::new(),
                    additions,
                },
                heads: Heads::new(Vec::new(), 0, &[], &[], &[]),
            },
        }
    }

    /// The file's bytes.
    ///
    /// # Errors
    /// Those of the compressor.
    pub fn to_bytes(&self) -> std::io::Result<Vec<u8>> {
        let mut contents = Vec::new();
        write_block(&mut contents, &serde_json::to_vec(&self.header).unwrap_or_default());
        self.heads.write(&mut contents);
        heads::file(&contents)
    }

    /// Reads a file's bytes.
    ///
    /// # Errors
    /// [`HeadsError`] if they are no tagger, of another format, or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, HeadsError> {
        let contents = heads::contents(bytes)?;
        let mut bytes = Bytes::new(&contents);
        let header = serde_json::from_slice(bytes.block()?).map_err(|_| HeadsError::Damaged("header"))?;
        Ok(Model { header, heads: Heads::read(&mut bytes)? })
    }
}

/// Names of outputs: what they are of, then which.
pub mod output {
    use crate::codebook::Level;

    /// Sort of an output that stands for a code.
    pub fn sort(level: Level) -> &'static str {
        match level {
            Level::Theme => "theme",
            Level::Topic => "topic",
            Level::Pattern => "pattern",
        }
    }

    /// A theme, topic or pattern.
    pub fn code(level: Level, code: &str) -> String {
        format!("{}:{code}", sort(level))
    }

    /// A value of a facet.
    pub fn facet(facet: &str, value: &str) -> String {
        format!("facet:{facet}={value}")
    }

    /// A verdict, whatever the topic: A, B, both, neither, unclear.
    pub fn verdict(verdict: &str) -> String {
        format!("verdict:{verdict}")
    }

    /// Whether side A or B of a topic is taken.
    pub fn side(topic: &str) -> String {
        format!("side:{topic}")
    }

    /// A basis other than stated.
    pub fn basis(basis: &str) -> String {
        format!("basis:{basis}")
    }

    /// A label of a human coding.
    pub fn label(label: &str) -> String {
        format!("label:{label}")
    }
}
