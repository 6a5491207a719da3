//! SIGTERM and Ctrl-C: a run ends at the next step, with nothing half done. A second one ends it at once, which loses
//! nothing either.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use super::failure::Failure;

/// Whether somebody has asked this process to stop.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    signal: Arc<AtomicUsize>,
}

impl Stop {
    /// Begins to listen.
    pub fn listen() -> Result<Self, Failure> {
        let stop = Stop::default();
        let asked = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // In this order: the first signal finds `asked` unset and sets it, the second finds it set.
            let registered = flag::register_conditional_default(signal, Arc::clone(&asked))
                .and_then(|_| flag::register(signal, Arc::clone(&asked)))
                .and_then(|_| flag::register_usize(signal, Arc::clone(&stop.signal), signal as usize));
            registered.map_err(|error| Failure::Usage(format!("cannot listen for signals: {error}")))?;
        }
        Ok(stop)
    }

    /// The signal that came, if one did.
    pub fn signal(&self) -> Option<u8> {
        u8::try_from(self.signal.load(Ordering::Relaxed)).ok().filter(|signal| *signal > 0)
    }

    /// For a loop or a stage.
    pub fn flow(&self) -> ControlFlow<()> {
        if self.signal().is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Between steps.
    pub fn check(&self) -> Result<(), Failure> {
        self.signal().map_or(Ok(()), |signal| Err(Failure::Stopped(signal)))
    }
}
