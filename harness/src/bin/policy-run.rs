//! `policy-run run`: evaluates an admission request with a policy module, as `kwctl run` does.

use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand, ValueEnum};
use harness::engine::{Offline, Policy};
use harness::metadata::Metadata;
use harness::replay::{Access, Replay};
use harness::request::AdmissionRequest;
use harness::run::run;
use harness::settings;

/// Runs a policy module as Kubewarden's policy server does. Stands in for kwctl in the tests of this repository
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// Print the policy's log records on standard error
    #[arg(short, long, global = true)]
    verbose: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Evaluate one admission request, as `kwctl run` does
    #[command(after_help = HELP)]
    Run(Run),
}

const HELP: &str = "\
Examples:
  policy-run run --request-path pod.json policy.wasm
  policy-run run -r - --settings-json '{\"profile\": \"tolerant\"}' policy.wasm < review.json
  policy-run run -r pod.json --allow-context-aware --replay-host-capabilities-interactions session.yml policy.wasm

Prints an AdmissionResponse, one line of JSON. Exits with 0 if there is one, also if it denies the request.";

#[derive(Debug, clap::Args)]
struct Run {
    /// The policy module: a path, with or without `file://`
    #[arg(value_name = "POLICY")]
    policy: String,

    /// File with an AdmissionReview or an AdmissionRequest, JSON; `-` for standard input
    #[arg(short, long, value_name = "FILE")]
    request_path: PathBuf,

    #[command(flatten)]
    settings: settings::Source,

    /// Let the policy look up the kinds that its metadata lists; all kinds if it isn't annotated
    #[arg(long)]
    allow_context_aware: bool,

    /// File with recorded look-ups, as `kwctl` writes it: answers the policy's look-ups
    #[arg(long, value_name = "FILE")]
    replay_host_capabilities_interactions: Option<PathBuf>,

    /// How to run the policy; only waPC is supported
    #[arg(short, long, value_enum, value_name = "MODE")]
    execution_mode: Option<ExecutionMode>,

    /// Accepted for scripts that are written for kwctl; there is no cache
    #[arg(long)]
    disable_wasmtime_cache: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExecutionMode {
    /// Kubewarden's interface for its own policies: waPC
    #[value(alias = "kubewarden-wapc")]
    Kubewarden,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let Command::Run(options) = &cli.command;
    match run_request(options, Offline { verbose: cli.verbose }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Error: {error:#}");
            // The same status as kwctl without an answer.
            ExitCode::FAILURE
        }
    }
}

fn run_request(options: &Run, offline: Offline) -> Result<()> {
    let path = options.policy.strip_prefix("file://").unwrap_or(&options.policy);
    if path.contains("://") {
        bail!("{path}: only local modules can be run; pull it first, with `kwctl pull -o policy.wasm {path}`");
    }
    let request = AdmissionRequest::parse(&read_request(&options.request_path)?)?;
    let settings = options.settings.read()?;
    let module = std::fs::read(path).with_context(|| format!("cannot read the policy {path}"))?;
    let metadata = Metadata::read(&module)?;
    metadata.as_ref().map_or(Ok(()), Metadata::check_runnable)?;
    let (access, notice) = Access::new(options.allow_context_aware, metadata.as_ref());
    if let Some(notice) = notice {
        eprintln!("Note: {notice}");
    }
    let replay = Arc::new(match &options.replay_host_capabilities_interactions {
        Some(file) => Replay::read(file, access, offline)?,
        None => Replay::nothing(access, offline),
    });
    let policy = Policy::new(&module, Arc::clone(&replay)).with_context(|| format!("cannot use the policy {path}"))?;
    let response = run(&policy, &settings, &request)?;
    match replay.leftovers() {
        0 => {}
        count => eprintln!("Note: {count} of the recorded interactions have not been replayed"),
    }
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, &response)?;
    writeln!(out)?;
    Ok(())
}

fn read_request(path: &Path) -> Result<String> {
    if path.as_os_str() == "-" {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).context("cannot read the request from standard input")?;
        return Ok(text);
    }
    std::fs::read_to_string(path).with_context(|| format!("cannot read the request {}", path.display()))
}
