//! `cargo xtask`: tasks for developers of the policy.

use std::env;
use std::path::Path;
use std::process::ExitCode;

const USAGE: &str = "\
usage:
  cargo xtask generate           write everything that is generated from the rules and their pages
  cargo xtask generate --check   list the stale files; exit status 1 if there are any
  cargo xtask new-rule <id>      write the files of a new rule
";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let result = match arguments.as_slice() {
        ["generate"] => xtask::write(&root),
        ["generate", "--check"] => xtask::check(&root),
        ["new-rule", id] => xtask::new_rule::make(&root, id),
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(text) => {
            eprintln!("{text}");
            ExitCode::FAILURE
        }
    }
}
