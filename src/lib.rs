//! innspill: free-text answers in, tags, groups of alike answers and recurring patterns out.

pub mod answer;
pub mod codebook;
pub mod encode;
pub mod privacy;
pub mod record;
pub mod score;
pub mod span;
pub mod tag;
pub mod text;
