//! Keeping personal data out of what is stored and shown.

mod check_digits;
mod numbers;
mod redact;

pub use redact::{Mark, MarkKind, Redacted, mark_at, redact, redact_with_marks};
