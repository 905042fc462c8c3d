//! `oke-vn completions` and `oke-vn man`: what is generated from the options.

use std::io::{self, Write as _};
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Command;

/// What follows the options in the help of `completions`.
pub const COMPLETIONS_HELP: &str = "\
Examples:
  oke-vn completions bash > ~/.local/share/bash-completion/completions/oke-vn
  oke-vn completions zsh > \"${fpath[1]}/_oke-vn\"";

/// Prints a script that completes command lines of `program`.
pub fn completions(mut program: Command, shell: clap_complete::Shell) -> Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut program, "oke-vn", &mut script);
    io::stdout().lock().write_all(&script)?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the manual page of `program`, or of one of its commands.
pub fn man(mut program: Command, command: Option<&str>) -> Result<ExitCode> {
    program.build();
    let of = match command {
        None => program,
        Some(name) => match program.find_subcommand(name) {
            Some(command) => command.clone(),
            None => bail!("there is no command `{}`", name.escape_debug()),
        },
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(of).render(&mut page)?;
    io::stdout().lock().write_all(&page)?;
    Ok(ExitCode::SUCCESS)
}
