//! Encoders and taggers: what made a vector and a tagging, so that nothing made otherwise is used again.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::StoreError;
use crate::codebook::{Codebook, Level};
use crate::encode::EncoderId;
use crate::score::Score;

/// What a run tags with.
#[derive(Debug, Clone, PartialEq)]
pub struct Tools {
    /// SHA-256 of the codebook, as `run.json` has it.
    pub codebook_sha256: String,
    /// The codebook itself, as JSON.
    pub codebook: String,
    /// The encoder.
    pub encoder: EncoderId,
    /// SHA-256 of the heads; empty where there are none.
    pub model: String,
    /// Version of innspill, whose rules read texts.
    pub version: String,
    /// Threshold of each code.
    pub thresholds: BTreeMap<(Level, String), Score>,
}

impl Tools {
    /// Of this binary.
    pub fn new(
        codebook: &Codebook,
        codebook_sha256: &str,
        encoder: &EncoderId,
        model: &str,
        thresholds: BTreeMap<(Level, String), Score>,
    ) -> Self {
        Tools {
            codebook_sha256: codebook_sha256.to_owned(),
            codebook: serde_json::to_string(codebook).unwrap_or_default(), // plain data always is JSON
            encoder: encoder.clone(),
            model: model.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            thresholds,
        }
    }
}

/// In what the tools of two runs differ.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct ToolsChange {
    /// The codebook was edited, or another is used.
    pub codebook: bool,
    /// Encoder or heads are others.
    pub model: bool,
    /// Another version of innspill.
    pub version: bool,
}

impl ToolsChange {
    /// Between what an earlier run used and what this one uses.
    pub fn between(before: &Tools, now: &Tools) -> Self {
        ToolsChange {
            codebook: before.codebook_sha256 != now.codebook_sha256,
            model: before.encoder != now.encoder || before.model != now.model,
            version: before.version != now.version,
        }
    }

    /// Whether anything differs.
    pub fn any(&self) -> bool {
        self.codebook || self.model || self.version
    }
}

/// The numbers of an encoder and a tagger in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ToolNumbers {
    pub(super) encoder: i64,
    pub(super) tagger: i64,
}

/// Finds the tools, or writes them down.
pub(super) fn number(connection: &Connection, tools: &Tools) -> Result<ToolNumbers, StoreError> {
    connection.execute(
        "INSERT OR IGNORE INTO codebooks (sha256, json) VALUES (?1, ?2)",
        params![tools.codebook_sha256, tools.codebook],
    )?;
    let codebook: i64 =
        connection.query_row("SELECT codebook FROM codebooks WHERE sha256 = ?1", [&tools.codebook_sha256], |row| {
            row.get(0)
        })?;
    let encoder_key = params![tools.encoder.name, tools.encoder.hash, tools.version];
    connection.execute("INSERT OR IGNORE INTO encoders (name, sha256, version) VALUES (?1, ?2, ?3)", encoder_key)?;
    let encoder: i64 = connection.query_row(
        "SELECT encoder FROM encoders WHERE name = ?1 AND sha256 = ?2 AND version = ?3",
        encoder_key,
        |row| row.get(0),
    )?;
    let thresholds = thresholds_text(&tools.thresholds)?;
    connection.execute(
        "INSERT INTO taggers (codebook, encoder, model, thresholds) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (codebook, encoder, model) DO UPDATE SET thresholds = excluded.thresholds",
        params![codebook, encoder, tools.model, thresholds],
    )?;
    let tagger = connection.query_row(
        "SELECT tagger FROM taggers WHERE codebook = ?1 AND encoder = ?2 AND model = ?3",
        params![codebook, encoder, tools.model],
        |row| row.get(0),
    )?;
    Ok(ToolNumbers { encoder, tagger })
}

/// The tools behind a tagger's number.
pub(super) fn tools(connection: &Connection, tagger: i64) -> Result<Option<Tools>, StoreError> {
    let found = connection
        .query_row(
            "SELECT codebooks.sha256, json, name, encoders.sha256, model, version, thresholds
             FROM taggers JOIN codebooks USING (codebook) JOIN encoders USING (encoder) WHERE tagger = ?1",
            [tagger],
            |row| {
                let tools = Tools {
                    codebook_sha256: row.get(0)?,
                    codebook: row.get(1)?,
                    encoder: EncoderId { name: row.get(2)?, hash: row.get(3)? },
                    model: row.get(4)?,
                    version: row.get(5)?,
                    thresholds: BTreeMap::new(),
                };
                Ok((tools, row.get::<_, String>(6)?))
            },
        )
        .optional()?;
    found.map(|(tools, text)| Ok(Tools { thresholds: thresholds_of(&text)?, ..tools })).transpose()
}

const LEVELS: [(Level, &str); 3] = [(Level::Theme, "theme"), (Level::Topic, "topic"), (Level::Pattern, "pattern")];

fn thresholds_text(thresholds: &BTreeMap<(Level, String), Score>) -> Result<String, StoreError> {
    let list: Vec<(&str, &str, Score)> = thresholds
        .iter()
        .filter_map(|((level, code), score)| {
            let name = LEVELS.iter().find(|(known, _)| known == level)?.1;
            Some((name, code.as_str(), *score))
        })
        .collect();
    serde_json::to_string(&list).map_err(|_| StoreError::Damaged { what: "the thresholds" })
}

fn thresholds_of(text: &str) -> Result<BTreeMap<(Level, String), Score>, StoreError> {
    let damaged = || StoreError::Damaged { what: "the thresholds" };
    let list: Vec<(String, String, Score)> = serde_json::from_str(text).map_err(|_| damaged())?;
    list.into_iter()
        .map(|(name, code, score)| {
            let level = LEVELS.iter().find(|(_, known)| *known == name).ok_or_else(damaged)?.0;
            Ok(((level, code), score))
        })
        .collect()
}
