//! `innspill completions SHELL`

use std::io::Write;

use clap::CommandFactory;
use clap_complete::Shell;

use super::failure::Failure;

/// Print a completion script for a shell
///
/// Example: innspill completions bash > /etc/bash_completion.d/innspill
#[derive(Debug, clap::Args)]
pub struct Completions {
    /// Which shell
    shell: Shell,
}

impl Completions {
    /// Writes the script to standard output.
    pub fn run(self) -> Result<(), Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut super::Arguments::command(), "innspill", &mut script);
        std::io::stdout().lock().write_all(&script)?;
        Ok(())
    }
}
