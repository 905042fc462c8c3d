//! The README shows what the program prints.

use std::path::Path;
use std::process::Command;

#[test]
fn the_readme_shows_a_report_as_it_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut command = Command::new(env!("CARGO_BIN_EXE_oke-vn"));
    let output =
        command.current_dir(&root).args(["check", "test_data/manifests"]).env_remove("COLUMNS").output().unwrap();
    let report = String::from_utf8(output.stdout).unwrap();
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let (_, section) = readme.split_once("`make check` prints a report.").unwrap();
    let blocks: Vec<&str> =
        section.split("```text\n").skip(1).take(2).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(blocks.len() == 2 && report.ends_with(blocks[1]), "{report}");
    assert!(report.contains(blocks[0]), "{report}");
}
