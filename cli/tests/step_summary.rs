//! The summary of a step in a GitHub workflow.

use std::fs;
use std::path::Path;
use std::process::Command;

use oke_vn::output::github;
use oke_vn::output::model::{Report, Settings};

const POD: &str =
    "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {hostPID: true, containers: [{name: c, image: i}]}\n";

/// The status of a check with this output, for a step whose summary goes to `summary`.
fn check(folder: &Path, output: &str, summary: &Path) -> Option<i32> {
    fs::write(folder.join("pod.yaml"), POD).expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_oke-vn"));
    command.current_dir(folder).args(["check", "--output", output, "pod.yaml"]).env("GITHUB_STEP_SUMMARY", summary);
    command.output().expect("the program runs").status.code()
}

#[test]
fn the_report_for_github_is_in_the_summary_of_the_step() {
    let folder = tempfile::tempdir().expect("a folder");
    let summary = folder.path().join("summary.md");
    fs::write(&summary, "an earlier line").expect("a file");
    assert_eq!(check(folder.path(), "github", &summary), Some(1));
    let text = fs::read_to_string(&summary).expect("a file");
    assert!(text.starts_with("an earlier line\n\n## ") && text.contains("host-pid"), "{text}");

    // Once more is below it, and other formats leave it alone.
    assert_eq!(check(folder.path(), "github=annotations.txt", &summary), Some(1));
    let twice = fs::read_to_string(&summary).expect("a file");
    assert!(twice.starts_with(&text) && twice.matches("\n## ").count() == 2 * text.matches("\n## ").count(), "{twice}");
    assert_eq!(check(folder.path(), "text", &summary), Some(1));
    assert_eq!(fs::read_to_string(&summary).expect("a file"), twice);

    // Outside of a workflow there is none, and one that cannot be written is an error.
    assert_eq!(check(folder.path(), "github", Path::new("")), Some(1));
    assert_eq!(check(folder.path(), "github", folder.path()), Some(2));
}

#[test]
fn a_summary_stays_within_what_github_takes() {
    let folder = tempfile::tempdir().expect("a folder");
    let summary = folder.path().join("summary.md");
    let length = || fs::metadata(&summary).expect("a file").len();
    let report = Report::new(Settings::default());
    github::step_summary(&report, &summary).expect("the summary is written");
    assert!((50..2_000).contains(&length()), "{}", length());

    let full = 1 << 20;
    fs::write(&summary, "x".repeat(full)).expect("a file");
    github::step_summary(&report, &summary).expect("nothing is written");
    assert_eq!(length(), full as u64);
}
