//! innspill: free-text answers in, tags, groups of alike answers and recurring patterns out.

pub mod answer;
pub mod cluster;
pub mod codebook;
pub mod encode;
pub mod evaluate;
pub mod export;
pub mod group_work;
pub mod ingest;
pub mod patterns;
pub mod pipeline;
pub mod privacy;
pub mod record;
pub mod report;
pub mod run_description;
pub mod score;
pub mod settings;
pub mod span;
pub mod tag;
pub mod text;
