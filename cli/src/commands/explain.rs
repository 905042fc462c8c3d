//! `oke-vn explain`: the pages of the rules.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Result;
use oke_vn::explain;

use super::{Color, stdout};

#[derive(Debug, clap::Args)]
pub struct Options {
    /// The id of a rule
    #[arg(value_name = "RULE")]
    id: Option<String>,

    /// Whether to print in colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    color: Color,
}

/// Explains one rule, or lists all.
pub fn run(options: &Options) -> Result<ExitCode> {
    let (mut out, _) = stdout(options.color);
    match &options.id {
        Some(id) => explain::page(id, &mut out)?,
        None => explain::list(&mut out)?,
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
