//! `cargo xtask`: tasks for those who work on the policy.

use std::env;
use std::path::Path;
use std::process::ExitCode;

const USAGE: &str = "\
usage:
  cargo xtask generate           write everything that is made from the declarations of the rules
  cargo xtask generate --check   only say what is stale; exit status 1 where something is
  cargo xtask new-rule <id>      make the files of a new rule
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
