//! Log lines, threads and progress on standard error.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tracing_subscriber::filter::LevelFilter;

use super::Common;
use super::failure::Failure;

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for log collectors.
    Json,
}

/// Sends log lines to standard error; colours only on a terminal and without `NO_COLOR`.
pub fn start_log(common: &Common) {
    let level = if common.quiet { LevelFilter::ERROR } else { LevelFilter::INFO };
    let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let builder = tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).with_target(false);
    match common.log_format {
        LogFormat::Json => builder.json().init(),
        LogFormat::Text => builder.without_time().with_ansi(colour).init(),
    }
}

/// Sizes the thread pool; by default rayon takes every core.
pub fn start_threads(threads: Option<usize>) -> Result<(), Failure> {
    let Some(threads) = threads else { return Ok(()) };
    if threads == 0 {
        return Err(Failure::Usage("--threads 0: give 1 or more".to_owned()));
    }
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build_global()
        .map_err(|error| Failure::Usage(format!("--threads {threads}: {error}")))
}

/// A bar with rate and time left on a terminal; silent elsewhere and under `--quiet`.
pub fn progress(common: &Common, total: Option<u64>, what: &'static str) -> ProgressBar {
    let visible = !common.quiet && common.log_format == LogFormat::Text && std::io::stderr().is_terminal();
    let bar = match total {
        Some(total) => ProgressBar::new(total),
        None => ProgressBar::new_spinner(),
    };
    bar.set_draw_target(if visible { ProgressDrawTarget::stderr_with_hz(8) } else { ProgressDrawTarget::hidden() });
    let template = if total.is_some() {
        "{msg} {wide_bar} {human_pos}/{human_len} {per_sec}, {eta} left"
    } else {
        "{msg} {spinner} {human_pos} {per_sec}"
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_message(what);
    bar.enable_steady_tick(Duration::from_millis(250));
    bar
}
