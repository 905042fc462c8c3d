//! The command line: options in, exit status out. The work is in the library.

use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use clap::{CommandFactory as _, Parser, Subcommand, ValueEnum};
use oke_vn::cluster::Cluster;
use oke_vn::engine::{Host, Offline, Policy};
use oke_vn::manifests::Manifests;
use oke_vn::replay::{Access, Metadata, Replay};
use oke_vn::run::AdmissionRequest;
use oke_vn::{check, explain, fix, report, run, settings};

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
    /// Explain a rule, or list all of them
    Explain(Explain),
    /// Print a script that completes command lines, for a shell
    #[command(after_help = COMPLETIONS_HELP)]
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the manual page, in roff
    #[command(after_help = "Example:\n  oke-vn man check | man -l -")]
    Man {
        /// The command that it is about, in place of the whole program
        command: Option<String>,
    },
}

const COMPLETIONS_HELP: &str = "\
Examples:
  oke-vn completions bash > ~/.local/share/bash-completion/completions/oke-vn
  oke-vn completions zsh > \"${fpath[1]}/_oke-vn\"";

const CHECK_HELP: &str = "\
Examples:
  oke-vn check deployment.yaml
  oke-vn check --profile tolerant manifests/
  helm template shop ./chart | oke-vn check --namespace shop -
  kubectl get deploy,sts,ds,cj -A -o yaml | oke-vn check -
  oke-vn check --output json . | jq '.summary'
  oke-vn check --fix manifests/
  oke-vn check --fix --in-place --settings-json '{\"mutate\": \"safe\"}' manifests/

What the policy looks up in a cluster, such as the type of a Secret, it finds among the manifests that are given.

Fixes:
  Unless the settings say otherwise, --fix is `mutate: full` with `mutateTemplates: true`: what the policy can mend is
  mended, in Pods, Services and the templates of workloads. Settings that have `mutate`, for all rules or for one,
  or `mutateTemplates`, are obeyed. The text of a file is changed in the places of the findings and nowhere else. A file
  in which that cannot be done faithfully is left alone and named. `patch -p0` understands the diff.

Exit status, with --fix by what remains:
  0  nothing is denied
  1  something is denied
  2  something could not be read, or the command line or the settings are wrong";

const RUN_HELP: &str = "\
Examples:
  oke-vn run --request-path pod.json policy.wasm
  oke-vn run -r - --settings-json '{\"profile\": \"tolerant\"}' policy.wasm < review.json
  oke-vn run -r pod.json --allow-context-aware --replay-host-capabilities-interactions session.yml policy.wasm

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

    /// Print what the policy can mend as a unified diff, and report what remains
    #[arg(long)]
    fix: bool,

    /// Write the mended files, in place of printing a diff
    #[arg(long, requires = "fix")]
    in_place: bool,

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

    /// Let the policy look up what its metadata names; of one that is not annotated, everything
    #[arg(long)]
    allow_context_aware: bool,

    /// File with recorded look-ups, as `kwctl` writes it: the policy gets the answers that are in there
    #[arg(long, value_name = "FILE")]
    replay_host_capabilities_interactions: Option<PathBuf>,

    /// Not supported: recording needs a cluster, and `kwctl`
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    record_host_capabilities_interactions: Option<PathBuf>,

    /// How the policy is run; there is but one way here
    #[arg(short, long, value_enum, value_name = "MODE")]
    execution_mode: Option<ExecutionMode>,

    /// Accepted for the sake of scripts; there is no cache
    #[arg(long)]
    disable_wasmtime_cache: bool,
}

#[derive(Debug, clap::Args)]
struct Explain {
    /// The id of a rule
    #[arg(value_name = "RULE")]
    id: Option<String>,

    /// Whether to print in colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    color: Color,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExecutionMode {
    /// As Kubewarden runs its own policies: waPC
    #[value(alias = "kubewarden-wapc")]
    Kubewarden,
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
        Command::Explain(options) => (explain_rule(options), TROUBLE),
        Command::Completions { shell } => (completions(*shell), TROUBLE),
        Command::Man { command } => (man(command.as_deref()), TROUBLE),
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
    if options.fix {
        settings = settings::with_fixes(&settings)?;
    }
    if options.in_place && options.paths.iter().any(|path| path.as_os_str() == "-") {
        bail!("standard input cannot be mended in place");
    }
    let manifests = Manifests::read(&options.paths);
    let cluster = Cluster::new(&manifests, &options.namespace, host);
    let policy = match &options.policy {
        Some(path) => load(&read_policy(path)?, path, cluster)?,
        None => Policy::new(EMBEDDED, cluster)?,
    };
    let mut report = check::check(&policy, &settings, &options.namespace, &manifests)?;
    if options.fix {
        report.with_fixes = true;
        fix::fix(&policy, &settings, &options.namespace, &manifests, &mut report)?;
    }
    if options.in_place {
        fix::write(&manifests, &mut report);
    }
    for error in &report.errors {
        eprintln!("Error: {error}");
    }
    match options.output {
        Output::Text => {
            let (mut out, colours) = output(options.color);
            if !options.in_place && report.has_diff() {
                report::diff(&report, colours, &mut out)?;
                writeln!(out)?;
            }
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
    if options.record_host_capabilities_interactions.is_some() {
        bail!(
            "--record-host-capabilities-interactions is not supported: there is no cluster to ask. Record with kwctl"
        );
    }
    let path = Path::new(path);
    let module = read_policy(path)?;
    let metadata = Metadata::read(&module)?;
    if let Some(metadata) = &metadata {
        runnable(metadata)?;
    }
    let (access, notice) = Access::new(options.allow_context_aware, metadata.as_ref());
    if let Some(notice) = notice {
        eprintln!("Note: {notice}");
    }
    let replay = Arc::new(match &options.replay_host_capabilities_interactions {
        Some(file) => Replay::read(file, access, host)?,
        None => Replay::nothing(access, host),
    });
    let policy = load(&module, path, Arc::clone(&replay))?;
    let response = run::run(&policy, &settings, &request)?;
    match replay.leftovers() {
        0 => {}
        count => eprintln!("Note: {count} of the recorded interactions have not been replayed"),
    }
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, &response)?;
    writeln!(out)?;
    Ok(ExitCode::SUCCESS)
}

/// Whether a policy can be run here, by what it says of itself.
fn runnable(metadata: &Metadata) -> Result<()> {
    if let Some(mode) = metadata.execution_mode.as_deref().filter(|mode| *mode != "kubewarden-wapc") {
        bail!("the policy wants to be run as `{mode}`; only kubewarden-wapc is supported");
    }
    if metadata.policy_type.as_deref() == Some("raw") {
        bail!("the policy is for raw requests, which are not supported");
    }
    Ok(())
}

fn explain_rule(options: &Explain) -> Result<ExitCode> {
    let (mut out, _) = output(options.color);
    match &options.id {
        Some(id) => explain::page(id, &mut out)?,
        None => explain::list(&mut out)?,
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn completions(shell: clap_complete::Shell) -> Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "oke-vn", &mut script);
    io::stdout().lock().write_all(&script)?;
    Ok(ExitCode::SUCCESS)
}

fn man(command: Option<&str>) -> Result<ExitCode> {
    let mut program = Cli::command();
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

/// Standard output, and whether colours come through.
fn output(color: Color) -> (anstream::AutoStream<Box<dyn io::Write>>, bool) {
    let choice = match color {
        Color::Auto => anstream::AutoStream::choice(&io::stdout()),
        Color::Always => anstream::ColorChoice::Always,
        Color::Never => anstream::ColorChoice::Never,
    };
    let stdout = io::BufWriter::new(io::stdout().lock());
    (anstream::AutoStream::new(Box::new(stdout), choice), choice != anstream::ColorChoice::Never)
}

fn read_policy(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read the policy {}", path.display()))
}

fn load(module: &[u8], path: &Path, host: impl Host) -> Result<Policy> {
    Policy::new(module, host).with_context(|| format!("cannot load the policy {}", path.display()))
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
