//! The terminal: one file per command. Parsed arguments are resolved into plain settings before the
//! library is called, and the library never knows of the terminal.

mod arrow_stream;
mod cluster;
mod codebook;
mod coded_rows;
mod completions;
mod describe_run;
mod diff;
mod doctor;
mod embed;
mod evaluate;
mod explain;
mod export;
mod failure;
mod forget;
mod import;
mod init;
mod keep;
mod last_run;
mod models;
mod opening;
mod output;
mod persons_work;
mod project;
mod run;
mod runs;
mod sample;
mod show;
mod stop;
mod tag;
mod tagged_project;
mod terminal;
mod texts;
mod train;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use failure::Failure;
use terminal::LogFormat;

/// Turn free-text answers into tagged data, groups of alike answers and recurring patterns; offline.
#[derive(Debug, Parser)]
#[command(name = "innspill", version, max_term_width = 100, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    common: Common,
}

/// What every command takes.
#[derive(Debug, clap::Args)]
pub struct Common {
    /// Say nothing but errors
    #[arg(long, short, global = true)]
    quiet: bool,
    /// How to write log lines on standard error
    #[arg(long, global = true, value_enum, default_value = "text", value_name = "FORMAT")]
    log_format: LogFormat,
    /// How many threads to use; the output is the same for any number [default: all cores]
    #[arg(long, global = true, value_name = "N")]
    threads: Option<usize>,
}

const EXAMPLES: &str = "\
Examples:
  innspill run corpus/sample                  the whole result of the sample project, with a report
  innspill run answers.csv --output result    the same for one file, without a project
  innspill tag answers.jsonl --output -       one line of tags per answer, for a pipe
  innspill init my-project                    a new project folder, ready for input

Exit codes: 0 ok; 1 below --fail-under; 2 usage, or nothing readable; 3 rejected rows under --strict;
75 another run holds the project; 130 and 143 stopped by Ctrl-C or SIGTERM.";

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Init),
    Run(Box<run::Run>),
    Runs(runs::Runs),
    Diff(diff::Diff),
    Keep(keep::Keep),
    Show(show::Show),
    Forget(forget::Forget),
    Doctor(doctor::Doctor),
    Tag(Box<tag::TagCommand>),
    Cluster(cluster::Cluster),
    Embed(embed::Embed),
    Train(train::Train),
    Evaluate(Box<evaluate::Evaluate>),
    Explain(explain::Explain),
    Export(Box<export::Export>),
    Codebook(codebook::CodebookCommand),
    Sample(sample::Sample),
    Import(import::Import),
    Models(models::Models),
    Completions(completions::Completions),
}

/// Parses the command line, runs the command and turns what came of it into an exit code.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no errors; a closed pipe while printing them is none either.
            let code = if error.use_stderr() { 2 } else { 0 };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    terminal::start_log(&arguments.common);
    if let Err(failure) = terminal::start_threads(arguments.common.threads) {
        return failure.report();
    }
    match run(arguments.command, &arguments.common) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn run(command: Command, common: &Common) -> Result<(), Failure> {
    match command {
        Command::Init(command) => command.run(),
        Command::Run(command) => command.run(common),
        Command::Runs(command) => command.run(),
        Command::Diff(command) => command.run(),
        Command::Keep(command) => command.run(),
        Command::Show(command) => command.run(),
        Command::Forget(command) => command.run(),
        Command::Doctor(command) => command.run(),
        Command::Tag(command) => command.run(common),
        Command::Cluster(command) => command.run(),
        Command::Embed(command) => command.run(),
        Command::Train(command) => command.run(common),
        Command::Evaluate(command) => command.run(common),
        Command::Explain(command) => command.run(),
        Command::Export(command) => command.run(common),
        Command::Codebook(command) => command.run(),
        Command::Sample(command) => command.run(),
        Command::Import(command) => command.run(),
        Command::Models(command) => command.run(common.quiet),
        Command::Completions(command) => command.run(),
    }
}
