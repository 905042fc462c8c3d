//! The program as a plugin of kubectl, which calls it by another name.

#![cfg(unix)]

use std::os::unix::fs::symlink;
use std::process::Command;

/// What the program prints on standard output when it is called by a name.
fn help(name: &str, arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join(name);
    symlink(env!("CARGO_BIN_EXE_oke-vn"), &program).expect("a link");
    let output = Command::new(program).args(arguments).output().expect("the program runs");
    String::from_utf8(output.stdout).expect("help is text")
}

#[test]
fn help_speaks_as_the_program_was_called() {
    for (name, usage) in [("oke-vn", "Usage: oke-vn"), ("kubectl-oke_vn", "Usage: kubectl oke-vn")] {
        assert!(help(name, &["--help"]).contains(&format!("{usage} <COMMAND>\n")), "{name}");
        assert!(help(name, &["check", "--help"]).contains(&format!("{usage} check ")), "{name}");
    }
}
