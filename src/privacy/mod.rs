//! Keeping personal data out of what is stored and shown.

mod addresses;
mod check_digits;
mod electronic_addresses;
mod internet;
mod known_names;
mod name_context;
mod names;
mod numbers;
mod redact;
mod spotted_words;

pub use known_names::is_listed_name;
pub use redact::{Mark, MarkKind, Redacted, Redaction, mark_at, redact, redact_with_marks, redactions};
