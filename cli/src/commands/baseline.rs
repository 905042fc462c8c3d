//! `oke-vn baseline`: writes down the findings that are known.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use oke_vn::output::baseline;
use oke_vn::output::words::plural;

use super::TROUBLE;
use super::inputs::{Fixing, Inputs, print_unreadable};

/// What follows the options in the help.
pub const HELP: &str = "\
Examples:
  oke-vn baseline manifests/
  oke-vn check --baseline .oke-vn-baseline.json manifests/

Without --output it writes the file that `baseline` in .oke-vn.yaml names, else .oke-vn-baseline.json. Commit that file. \
A later check with it fails only on findings that are new.

Exit status:
  0  the file is written
  2  something could not be read, no object was found, or the command line or the settings are wrong";

/// The file, where nothing names another.
const FILE: &str = ".oke-vn-baseline.json";

/// The options.
#[derive(Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    inputs: Inputs,

    /// The file to write; `-` for standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Writes a baseline. If something could not be read, that is named and nothing is written: what is not in the baseline would
/// be called new by the next check.
pub fn run(options: &Options) -> Result<ExitCode> {
    let Inputs { paths, judging } = &options.inputs;
    let setup = judging.setup(Fixing::Off)?;
    let report = judging.report(paths, &setup, Fixing::Off)?;
    print_unreadable(&report);
    if !report.unreadable.is_empty() {
        return Ok(ExitCode::from(TROUBLE));
    }
    let of_config = || setup.config.loaded.config.baseline.as_ref().map(|file| setup.config.path(file));
    let file = options.output.clone().or_else(of_config).unwrap_or_else(|| PathBuf::from(FILE));
    let known = baseline::of(&report);
    let mut text = Vec::new();
    baseline::write(&known, &mut text)?;
    if file.as_os_str() == "-" {
        std::io::stdout().lock().write_all(&text)?;
    } else {
        std::fs::write(&file, &text).with_context(|| format!("cannot write {}", file.display()))?;
        let count = known.findings.iter().map(|known| known.count).sum();
        println!("{}: {}", file.display(), plural(count, "known finding"));
    }
    Ok(ExitCode::SUCCESS)
}
