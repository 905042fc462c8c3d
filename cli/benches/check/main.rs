//! Measures `oke-vn check` from start to end: one manifest, and 20,000 objects in several forms. Fails beyond the budgets.

mod manifests;

use std::fs;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;
use std::process::{Command, ExitCode};
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
    write_manifests(directory.path()).expect("manifests");
    let mut fits = true;
    for (name, file, objects, budget) in [
        ("one manifest", "one.yaml", 1, ONE),
        ("20,000 objects in 2,000 files", "files", OBJECTS, ALL),
        ("20,000 objects in one file", "stream.yaml", OBJECTS, ALL),
        ("20,000 objects in a List, JSON", "list.json", OBJECTS, ALL),
        ("20,000 objects in a List, YAML", "list.yaml", OBJECTS, ALL),
    ] {
        fits &= measure(name, &directory.path().join(file), objects, budget);
    }
    if fits { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Writes the same objects in all forms, one by one: until it starts the program, a child counts with the memory of this
/// process.
fn write_manifests(directory: &Path) -> io::Result<()> {
    let create = |name: &str| fs::File::create(directory.join(name)).map(BufWriter::new);
    write!(create("one.yaml")?, "{}", manifests::object(0))?;
    let (mut stream, mut yaml, mut json) = (create("stream.yaml")?, create("list.yaml")?, create("list.json")?);
    write!(yaml, "apiVersion: v1\nkind: List\nitems:\n")?;
    write!(json, "{{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[")?;
    for start in (0..OBJECTS).step_by(10) {
        let part = directory.join(format!("files/{:02}", start / 10 % 100));
        fs::create_dir_all(&part)?;
        let mut file = BufWriter::new(fs::File::create(part.join(format!("{start:05}.yaml")))?);
        for index in start..start + 10 {
            let object = manifests::object(index);
            write!(file, "---\n{object}")?;
            write!(stream, "---\n{object}")?;
            write!(yaml, "{}", manifests::item(&object))?;
            let document = &oke_vn::yaml::load(&object, 1).map_err(io::Error::other)?[0];
            write!(json, "{}{}", if index > 0 { "," } else { "" }, document.to_json())?;
        }
    }
    write!(json, "]}}")
}

/// Checks a path with so many objects several times, and prints the time of the best run and its memory. Returns whether
/// both are within the budget.
fn measure(name: &str, path: &Path, objects: usize, budget: Duration) -> bool {
    let mut best: Option<(Duration, Duration)> = None;
    for _ in 0..if objects == 1 { 50 } else { 3 } {
        let (start, before) = (Instant::now(), cpu(&children()));
        let output = Command::new(env!("CARGO_BIN_EXE_oke-vn")).arg("check").arg(path).output().expect("oke-vn runs");
        let (wall, cpu) = (start.elapsed(), cpu(&children()).saturating_sub(before));
        let report = String::from_utf8_lossy(&output.stdout);
        let objects = oke_vn::output::words::plural(objects, "object");
        assert!(report.contains(&format!("\n{objects}: ")), "{}", output.status);
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
