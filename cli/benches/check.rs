//! Measures `oke-vn check` from start to end: one manifest, and 20,000 objects in several forms. Fails beyond the budgets.

mod manifests;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

/// The number of objects.
const OBJECTS: usize = 20_000;
/// The time that one manifest may take.
const ONE: Duration = Duration::from_millis(30);
/// The time that all objects may take, on 2 cores.
const ALL: Duration = Duration::from_secs(4);
/// The memory that all objects may take, in KiB.
const MEMORY: i64 = 300 * 1024;

fn main() -> ExitCode {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = |name: &str| directory.path().join(name);
    let objects = manifests::generate(OBJECTS);
    write(&path("one.yaml"), &objects[0]);
    for (index, part) in objects.chunks(10).enumerate() {
        write(&path(&format!("files/{:02}/{index:04}.yaml", index % 100)), &part.join("---\n"));
    }
    write(&path("stream.yaml"), &objects.join("---\n"));
    write(&path("list.yaml"), &manifests::list(&objects));

    let mut fits = measure("one manifest", &[path("one.yaml")], 50, ONE);
    for (name, file) in [("2,000 files", "files"), ("one file of documents", "stream.yaml"), ("one List", "list.yaml")]
    {
        fits &= measure(&format!("{OBJECTS} objects, {name}"), &[path(file)], 3, ALL);
    }
    if fits { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
    fs::write(path, text).expect("a file");
}

/// Checks `paths` so many times, and prints the time of the best run and its memory. Whether it is within the budget.
fn measure(name: &str, paths: &[PathBuf], runs: usize, budget: Duration) -> bool {
    let mut best: Option<(Duration, Duration)> = None;
    for _ in 0..runs {
        let (start, before) = (Instant::now(), cpu(&children()));
        let status = Command::new(env!("CARGO_BIN_EXE_oke-vn"))
            .arg("check")
            .args(paths)
            .stdout(Stdio::null())
            .status()
            .expect("oke-vn runs");
        let (wall, cpu) = (start.elapsed(), cpu(&children()).saturating_sub(before));
        assert!(matches!(status.code(), Some(0 | 1)), "{status}");
        best = Some(best.map_or((wall, cpu), |best| best.min((wall, cpu))));
    }
    let (wall, cpu) = best.unwrap_or_default();
    // It is the largest of all runs so far; the forms come in the order of their sizes.
    let memory = children().max_rss();
    let fits = wall <= budget && memory <= MEMORY;
    let verdict = if fits { "" } else { "  OVER THE BUDGET" };
    println!("{name:40} {wall:>10.1?} of {budget:?}, {cpu:.1?} of CPU, {} MiB at most{verdict}", memory / 1024);
    fits
}

fn children() -> Usage {
    getrusage(UsageWho::RUSAGE_CHILDREN).expect("the use of children")
}

fn cpu(usage: &Usage) -> Duration {
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Duration::from_micros(micros.unsigned_abs())
}
