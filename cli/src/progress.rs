//! Progress on a terminal, for work that takes more than a moment.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

/// How long the work is silent.
const SILENCE: Duration = Duration::from_secs(1);
/// How often the line is written anew.
const INTERVAL: Duration = Duration::from_millis(200);
/// The columns of the line. A longer one would wrap, and the start of a wrapped line cannot be reached again.
const COLUMNS: usize = 79;

/// A line on standard error that says how far the work is. Where that is no terminal, nothing is written. The line is
/// removed when this value is dropped.
#[derive(Debug)]
pub struct Progress {
    last: Instant,
    /// The columns that the line takes.
    width: usize,
    is_shown: bool,
}

impl Default for Progress {
    /// Starts the clock.
    fn default() -> Self {
        // As if the line had just been written, so that the first one comes after the silence.
        Self { last: Instant::now() + SILENCE - INTERVAL, width: 0, is_shown: std::io::stderr().is_terminal() }
    }
}

impl Progress {
    /// Writes the line that `line` makes, if it is time for one.
    pub fn tick(&mut self, line: impl FnOnce() -> String) {
        if self.is_shown && self.last.elapsed() >= INTERVAL {
            self.last = Instant::now();
            self.write(&line().chars().take(COLUMNS).collect::<String>());
        }
    }

    fn write(&mut self, line: &str) {
        let mut out = std::io::stderr().lock();
        // Nobody is left to tell if this fails.
        let _ = write!(out, "\r{line:width$}", width = self.width);
        let _ = out.flush();
        self.width = line.chars().count();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.width > 0 {
            self.write("");
            let _ = write!(std::io::stderr().lock(), "\r");
        }
    }
}
