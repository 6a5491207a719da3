//! Bounds around parsers that we did not write: one may panic on a file made to harm, or run for ever.

use std::panic;
use std::sync::Once;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// Room for deeply nested objects.
const STACK: usize = 64 * 1024 * 1024;

/// Name of the threads that such a parser runs in.
const THREAD: &str = "guarded reader";

/// Why nothing came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escape {
    /// It panicked, or no thread could be started.
    Panicked,
    /// It is not done. A thread cannot be stopped; it is left to itself.
    Late,
}

/// Runs `read` in a thread of its own.
pub(crate) fn within_bounds<T: Send + 'static>(
    deadline: Duration,
    read: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Escape> {
    keep_panics_quiet();
    let (sender, receiver) = mpsc::channel();
    let worker = thread::Builder::new().name(THREAD.to_owned()).stack_size(STACK).spawn(move || {
        // The receiver is gone where the deadline is past.
        let _ = sender.send(read());
    });
    if worker.is_err() {
        return Err(Escape::Panicked);
    }
    match receiver.recv_timeout(deadline) {
        Ok(result) => Ok(result),
        Err(RecvTimeoutError::Timeout) => Err(Escape::Late),
        // The sender was dropped without a word.
        Err(RecvTimeoutError::Disconnected) => Err(Escape::Panicked),
    }
}

/// A panic in a guarded thread becomes an error; its message would be noise, and may hold words of the file.
fn keep_panics_quiet() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |information| {
            if thread::current().name() != Some(THREAD) {
                before(information);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_and_a_late_answer_are_errors() {
        let minute = Duration::from_secs(60);
        assert_eq!(within_bounds(minute, || 2), Ok(2));
        assert_eq!(within_bounds(minute, || -> u8 { panic!("inside") }), Err(Escape::Panicked));
        let late = || thread::sleep(Duration::from_secs(5));
        assert_eq!(within_bounds(Duration::from_millis(20), late), Err(Escape::Late));
    }
}
