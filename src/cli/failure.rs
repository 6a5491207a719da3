//! How a command ends when it does not end well.

use std::io::Write;
use std::process::ExitCode;

/// Why a command stopped; each kind has its exit code.
#[derive(Debug)]
pub enum Failure {
    /// A figure fell below `--fail-under`: exit 1.
    BelowBar(String),
    /// Wrong use, or nothing readable: exit 2.
    Usage(String),
    /// Rows were rejected and `--strict` was given: exit 3.
    Rejected(usize),
    /// Another run holds the project: exit 75.
    Held(String),
    /// A signal asked us to stop: exit 128 and its number, as shells count.
    Stopped(u8),
    /// The reader of our output went away; that is no error.
    ClosedPipe,
}

impl Failure {
    /// One line on standard error, and the exit code.
    pub fn report(self) -> ExitCode {
        let (code, message) = match self {
            Failure::BelowBar(message) => (1, message),
            Failure::Usage(message) => (2, message),
            Failure::Rejected(rows) => {
                (3, format!("{rows} rows were rejected (see above); --strict makes that an error"))
            }
            Failure::Held(message) => (75, message),
            Failure::Stopped(signal) => {
                (128u8.saturating_add(signal), "stopped; nothing was published, finished work is kept".to_owned())
            }
            Failure::ClosedPipe => return ExitCode::SUCCESS,
        };
        let _ = writeln!(std::io::stderr(), "innspill: {message}");
        ExitCode::from(code)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            Failure::ClosedPipe
        } else {
            Failure::Usage(error.to_string())
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        let closed = error
            .chain()
            .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
            .any(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe);
        if closed { Failure::ClosedPipe } else { Failure::Usage(format!("{error:#}")) }
    }
}
