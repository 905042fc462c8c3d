//! The command line: options in, exit status out. The work is in the library.

use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand, ValueEnum};
use oke_vn::engine::{Offline, Policy};
use oke_vn::manifests::Manifests;
use oke_vn::run::AdmissionRequest;
use oke_vn::{check, report, run, settings};

/// The policy module that this program was built with.
static EMBEDDED: &[u8] = include_bytes!(env!("OKE_VN_EMBEDDED_POLICY"));

/// Says what cannot run on Oracle OKE virtual nodes, with the policy that a cluster would ask.
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
    /// Check manifests, without a cluster
    #[command(after_help = CHECK_HELP)]
    Check(Check),
    /// Put one admission request to a policy module, as `kwctl run` does
    #[command(after_help = RUN_HELP)]
    Run(Run),
}

const CHECK_HELP: &str = "\
Examples:
  oke-vn check deployment.yaml
  oke-vn check --profile tolerant manifests/
  helm template shop ./chart | oke-vn check --namespace shop -
  kubectl get deploy,sts,ds,cj -A -o yaml | oke-vn check -
  oke-vn check --output json . | jq '.summary'

Exit status:
  0  nothing is denied
  1  something is denied
  2  something could not be read, or the command line or the settings are wrong";

const RUN_HELP: &str = "\
Examples:
  oke-vn run --request-path pod.json policy.wasm
  oke-vn run -r - --settings-json '{\"profile\": \"tolerant\"}' policy.wasm < review.json

The answer is an AdmissionResponse, one line of JSON. The exit status is 0 when there is one, a refusal too.";

#[derive(Debug, clap::Args)]
struct Check {
    /// Files, directories with all that is below them, or `-` for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    settings: settings::Source,

    /// The profile, in place of the settings' own
    #[arg(long, value_enum)]
    profile: Option<Profile>,

    /// The namespace of objects that name none
    #[arg(short, long, value_name = "NAME", default_value = "default")]
    namespace: String,

    /// A policy module to ask in place of the built-in one
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,

    /// How to print the report
    #[arg(short, long, value_enum, default_value_t = Output::Text)]
    output: Output,

    /// Whether to print in colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    color: Color,
}

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

    /// Accepted for the sake of scripts; there is no cluster to ask
    #[arg(long)]
    allow_context_aware: bool,

    /// Accepted for the sake of scripts; there is no cache
    #[arg(long)]
    disable_wasmtime_cache: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Profile {
    /// Deny what Oracle lists as not supported
    Strict,
    /// Only warn of what Oracle's own manifests for virtual nodes contain
    Tolerant,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Output {
    /// For people
    Text,
    /// For programs
    Json,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Also into files and pipes
    Always,
    /// Nowhere
    Never,
}

/// What a check ends with when something is denied.
const DENIED: u8 = 1;
/// What a check ends with when it could not do its work; clap uses the same for wrong options.
const TROUBLE: u8 = 2;
/// What `kwctl` ends with when it has no answer.
const NO_ANSWER: u8 = 1;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let host = Offline { verbose: cli.verbose };
    let (result, trouble) = match &cli.command {
        Command::Check(options) => (check_manifests(options, host), TROUBLE),
        Command::Run(options) => (run_request(options, host), NO_ANSWER),
    };
    match result {
        Ok(code) => code,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Error: {error:#}");
            ExitCode::from(trouble)
        }
    }
}

fn check_manifests(options: &Check, host: Offline) -> Result<ExitCode> {
    let mut settings = options.settings.read()?;
    if let Some(profile) = options.profile {
        let name = match profile {
            Profile::Strict => "strict",
            Profile::Tolerant => "tolerant",
        };
        settings = settings::with_profile(&settings, name)?;
    }
    let policy = match &options.policy {
        Some(path) => load(path, host)?,
        None => Policy::new(EMBEDDED, host)?,
    };
    let report = check::check(&policy, &settings, &options.namespace, Manifests::read(&options.paths))?;
    for error in &report.errors {
        eprintln!("Error: {error}");
    }
    match options.output {
        Output::Text => {
            let choice = match options.color {
                Color::Auto => anstream::AutoStream::choice(&io::stdout()),
                Color::Always => anstream::ColorChoice::Always,
                Color::Never => anstream::ColorChoice::Never,
            };
            let stdout = io::BufWriter::new(io::stdout().lock());
            let mut out = anstream::AutoStream::new(Box::new(stdout) as Box<dyn io::Write>, choice);
            report::text(&report, &mut out)?;
            out.flush()?;
        }
        Output::Json => {
            let mut out = io::BufWriter::new(io::stdout().lock());
            report::json(&report, &mut out)?;
            out.flush()?;
        }
    }
    let summary = report.summary();
    Ok(ExitCode::from(match summary {
        _ if summary.errors > 0 => TROUBLE,
        _ if summary.denied > 0 => DENIED,
        _ => 0,
    }))
}

fn run_request(options: &Run, host: Offline) -> Result<ExitCode> {
    let path = options.policy.strip_prefix("file://").unwrap_or(&options.policy);
    if path.contains("://") {
        bail!("{path}: only local modules can be run; pull it first, with `kwctl pull -o policy.wasm {path}`");
    }
    let text = if options.request_path.as_os_str() == "-" {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).context("cannot read the request from standard input")?;
        text
    } else {
        let path = options.request_path.display();
        std::fs::read_to_string(&options.request_path).with_context(|| format!("cannot read the request {path}"))?
    };
    let settings = options.settings.read()?;
    let request = AdmissionRequest::parse(&text)?;
    let policy = load(Path::new(path), host)?;
    let response = run::run(&policy, &settings, &request)?;
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, &response)?;
    writeln!(out)?;
    Ok(ExitCode::SUCCESS)
}

fn load(path: &Path, host: Offline) -> Result<Policy> {
    let module = std::fs::read(path).with_context(|| format!("cannot read the policy {}", path.display()))?;
    Policy::new(&module, host).with_context(|| format!("cannot load the policy {}", path.display()))
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
