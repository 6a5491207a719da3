//! Agreement and scoring against human coding.

pub mod gold;
pub mod measures;
pub mod scoring;

pub use gold::{Coded, GoldError};
pub use scoring::{Report, score};
