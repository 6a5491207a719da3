//! Agreement and scoring against human coding.

pub mod gold;
pub mod measures;
pub mod mistakes;
pub mod scoring;

pub use gold::{Coded, GoldError};
pub use mistakes::{Confused, Mistake, mistakes};
pub use scoring::{Report, score};
