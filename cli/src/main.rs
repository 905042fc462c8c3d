//! The command line: options in, exit status out. The work is in the library.

mod commands;

use std::io;
use std::path::Path;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
#[cfg(feature = "cluster")]
use commands::scan;
use commands::{TROUBLE, about, baseline, check, columns, diff, explain, plan};

/// Checks Kubernetes manifests for what cannot run on Oracle OKE virtual nodes, with the rules of the admission policy.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check manifests, without a cluster
    #[command(after_help = check::HELP)]
    Check(check::Options),
    /// Scan a cluster, and say what can move to virtual nodes
    #[cfg(feature = "cluster")]
    #[command(after_help = scan::HELP)]
    Scan(scan::Options),
    /// Scan a cluster; this program was built without it
    #[cfg(not(feature = "cluster"))]
    #[command(hide = true, disable_help_flag = true)]
    Scan {
        /// Taken, so that the answer is the same whatever is asked
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
        options: Vec<String>,
    },
    /// Write down the findings that are known, so that a check fails only on new ones
    #[command(after_help = baseline::HELP)]
    Baseline(baseline::Options),
    /// Say what has changed from one report to the next
    #[command(after_help = diff::HELP)]
    Diff(diff::Options),
    /// Explain rules, or list all of them
    #[command(after_help = explain::HELP)]
    Explain(explain::Options),
    /// Say what Pods are given on virtual nodes, and what that costs
    #[command(after_help = oke_vn::plan::PLAN_HELP)]
    Plan(plan::Options),
    /// Print a script that completes command lines, for a shell
    #[command(after_help = about::COMPLETIONS_HELP)]
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the manual page, in roff
    #[command(after_help = about::MAN_HELP)]
    Man(about::Man),
}

/// The command line, with help that is as wide as the terminal and speaks as the program was called: kubectl runs the
/// plugin `kubectl oke-vn` as `kubectl-oke_vn`.
fn parse() -> Cli {
    let called = std::env::args_os().next().unwrap_or_default();
    let is_plugin = Path::new(&called).file_stem().is_some_and(|name| name == "kubectl-oke_vn");
    let command = Cli::command().term_width(columns());
    let command = if is_plugin { command.bin_name("kubectl oke-vn") } else { command };
    Cli::from_arg_matches(&command.get_matches()).unwrap_or_else(|error| error.exit())
}

fn main() -> ExitCode {
    let result = match &parse().command {
        Command::Check(options) => check::run(options),
        #[cfg(feature = "cluster")]
        Command::Scan(options) => scan::run(options),
        #[cfg(not(feature = "cluster"))]
        Command::Scan { options: _ } => Err(anyhow::anyhow!(
            "this program was built without `scan`: `make install` and `cargo build -p oke-vn --features cluster` build it"
        )),
        Command::Baseline(options) => baseline::run(options),
        Command::Diff(options) => diff::run(options),
        Command::Explain(options) => explain::run(options),
        Command::Plan(options) => plan::run(options),
        Command::Completions { shell } => about::completions(Cli::command(), *shell),
        Command::Man(options) => about::man(Cli::command(), options),
    };
    match result {
        Ok(code) => code,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Error: {error:#}");
            ExitCode::from(TROUBLE)
        }
    }
}

/// Whether the reader of our output went away, as `head` does. Nobody is left to tell.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
            || cause
                .downcast_ref::<serde_json::Error>()
                .is_some_and(|error| error.io_error_kind() == Some(io::ErrorKind::BrokenPipe))
    })
}
