//! Where tests kill a run on purpose. In a release build there is none.

/// Ends the process as a power cut would, if the environment names this point.
#[cfg(debug_assertions)]
pub fn failpoint(name: &str) {
    if std::env::var("INNSPILL_FAILPOINT").is_ok_and(|wanted| wanted == name) {
        std::process::abort();
    }
}

/// Nothing.
#[cfg(not(debug_assertions))]
pub fn failpoint(_name: &str) {}
