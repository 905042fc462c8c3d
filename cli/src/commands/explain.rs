//! `oke-vn explain`: the pages of the rules.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Result;
use oke_vn::explain;

use super::{Color, columns, known_columns, stdout};

/// What follows the options in the help.
pub const HELP: &str = "\
Examples:
  oke-vn explain
  oke-vn explain fs-group host-port";

#[derive(Debug, clap::Args)]
pub struct Options {
    /// The ids of rules; without any, all rules are listed
    #[arg(value_name = "RULE")]
    ids: Vec<String>,

    /// Whether to print in colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    color: Color,
}

/// Explains the rules that are named, or lists all.
pub fn run(options: &Options) -> Result<ExitCode> {
    let (mut out, _) = stdout(options.color);
    match &options.ids[..] {
        [] => explain::list(known_columns(), &mut out)?,
        ids => explain::pages(ids, columns(), &mut out)?,
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
