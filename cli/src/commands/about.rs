//! `oke-vn completions` and `oke-vn man`: what is generated from the options.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::Command;
use clap::builder::PossibleValuesParser;
use clap_complete::Shell;
use oke_vn::explain;
use oke_vn::output::Format;

/// The name of the program, and what kubectl calls it as a plugin.
const NAMES: [&str; 2] = ["oke-vn", "kubectl-oke_vn"];

/// What follows the options in the help of `completions`.
pub const COMPLETIONS_HELP: &str = "\
Examples:
  oke-vn completions bash > ~/.local/share/bash-completion/completions/oke-vn
  oke-vn completions zsh > \"${fpath[1]}/_oke-vn\"";

/// What follows the options in the help of `man`.
pub const MAN_HELP: &str = "\
Examples:
  oke-vn man check | man -l -
  oke-vn man --out-dir ~/.local/share/man/man1";

/// The options of `man`.
#[derive(Debug, clap::Args)]
pub struct Man {
    /// The command that it is about, in place of the whole program
    #[arg(conflicts_with = "out_dir")]
    command: Option<String>,

    /// Write the pages of the program and of each command into this directory
    #[arg(long, value_name = "DIR")]
    out_dir: Option<PathBuf>,
}

/// Prints a script that completes command lines of `program`.
pub fn completions(program: Command, shell: Shell) -> Result<ExitCode> {
    let mut program = with_values(program);
    let script = if shell == Shell::Bash { bash(&mut program)? } else { script(shell, &mut program, NAMES[0]) };
    io::stdout().lock().write_all(&script)?;
    Ok(ExitCode::SUCCESS)
}

fn script(shell: Shell, program: &mut Command, name: &str) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, program, name, &mut script);
    script
}

/// The script for bash, which clap writes under another name: where a name has a hyphen, its script completes nothing
/// behind a command (clap's issue 6421).
fn bash(program: &mut Command) -> Result<Vec<u8>> {
    let name = NAMES[0].replace('-', "_");
    let script = String::from_utf8(script(Shell::Bash, program, &name))?;
    let registered = format!("-o default {name}\n");
    Ok(script.replace(&registered, &format!("-o default {}\n", NAMES.join(" "))).into_bytes())
}

/// The program with the values that arguments may have, where the parser leaves that to us.
fn with_values(program: Command) -> Command {
    let commands: Vec<String> = program.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    let commands = PossibleValuesParser::new(commands);
    let formats = PossibleValuesParser::new(Format::ALL.map(Format::name));
    program
        .mut_subcommand("explain", |command| {
            command.mut_arg("ids", |arg| arg.value_parser(PossibleValuesParser::new(explain::ids())))
        })
        .mut_subcommand("check", |command| command.mut_arg("output", |arg| arg.value_parser(formats)))
        .mut_subcommand("man", |command| command.mut_arg("command", |arg| arg.value_parser(commands)))
}

/// Prints the manual page of `program`, or of one of its commands, or writes all of them.
pub fn man(program: Command, options: &Man) -> Result<ExitCode> {
    match &options.out_dir {
        Some(directory) => write_pages(program, directory)?,
        None => print_page(program, options.command.as_deref())?,
    }
    Ok(ExitCode::SUCCESS)
}

fn write_pages(program: Command, directory: &Path) -> Result<()> {
    std::fs::create_dir_all(directory)
        .and_then(|()| clap_mangen::generate_to(program, directory))
        .with_context(|| format!("cannot write the manual pages into {}", directory.display()))
}

fn print_page(mut program: Command, command: Option<&str>) -> Result<()> {
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
    Ok(io::stdout().lock().write_all(&page)?)
}
