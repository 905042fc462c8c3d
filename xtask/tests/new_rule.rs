//! `cargo xtask new-rule` makes files that compile, in a copy of the repository.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a parent").to_owned()
}

/// Copies what the library is made of, and the manifests of the other members, which Cargo wants to see.
fn copy(to: &Path) {
    for file in ["Cargo.toml", "Cargo.lock"] {
        fs::copy(root().join(file), to.join(file)).unwrap();
    }
    for folder in ["src", "cli", "benches", "harness", "xtask", "test_data/rules", "tests"] {
        copy_folder(&root().join(folder), &to.join(folder));
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_new_rule_compiles() {
    let copied = env::temp_dir().join(format!("new-rule-{}", std::process::id()));
    fs::create_dir_all(&copied).unwrap();
    copy(&copied);
    let said = xtask::new_rule::make(&copied, "host-alias").unwrap();
    assert!(said.starts_with("wrote src/rules/host_alias.rs, test_data/rules/host-alias.yaml"), "{said}");

    let registry = fs::read_to_string(copied.join("src/rules/mod.rs")).unwrap();
    assert!(registry.contains("    host_alias,\n}\n"), "{registry}");
    assert!(copied.join("test_data/rules/host-alias.yaml").exists());
    assert!(copied.join("docs/rules/host-alias.md").exists());
    assert!(
        ["fails", "fixed"]
            .iter()
            .all(|name| copied.join(format!("docs/rules/examples/host-alias/{name}.yaml")).exists())
    );
    // What is there is not written over, and an id is not just any text.
    assert!(xtask::new_rule::make(&copied, "host-alias").is_err());
    for id in ["", "Host-alias", "host_alias", "../x", "host--alias"] {
        assert!(xtask::new_rule::make(&copied, id).is_err(), "{id}");
    }

    // The dependencies are compiled already, in the target directory of this very test.
    let target = env::current_exe().unwrap().ancestors().nth(3).expect("target/<profile>/deps/<test>").to_owned();
    let check = Command::new(env!("CARGO"))
        .args(["check", "--quiet", "--locked", "--offline", "--lib", "--package", "oke-virtual-nodes-policy"])
        .arg("--target-dir")
        .arg(target)
        .current_dir(&copied)
        .output()
        .unwrap();
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
    let formatted = Command::new("rustfmt")
        .args(["--check", "--edition", "2024", "--config", "max_width=120,use_small_heuristics=Max"])
        .arg(copied.join("src/rules/host_alias.rs"))
        .output()
        .unwrap();
    assert!(formatted.status.success(), "{}", String::from_utf8_lossy(&formatted.stdout));
    fs::remove_dir_all(copied).unwrap();
}
