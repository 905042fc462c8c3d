//! The command line: options in, exit status out. The work is in the library.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use oke_vn::cluster::ManifestCluster;
use oke_vn::output::{self, Format, Target};
use oke_vn::{check, convert, explain, fix, input, plan, report, settings};
use serde_json::value::RawValue;

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
    #[command(after_help = CHECK_HELP)]
    Check(Check),
    /// Explain a rule, or list all of them
    Explain(Explain),
    /// Say what Pods are given on virtual nodes, and what that costs
    #[command(after_help = plan::PLAN_HELP)]
    Plan(PlanCommand),
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
  oke-vn check --output github --output html=report.html manifests/
  oke-vn check --fix manifests/
  oke-vn check --fix --in-place --settings-json '{\"mutate\": \"safe\"}' manifests/

The policy looks up other objects, such as the Secret of a pod, among the given manifests.

Fixes:
  Unless the settings say otherwise, --fix means `mutate: full` with `mutateTemplates: true`: it fixes Pods, Services and
  the templates of workloads. `mutate`, for all rules or for one, and `mutateTemplates` in the settings take precedence.
  It changes the text of a file at the findings and nowhere else. It leaves a file alone, and says so, if it cannot do
  that. `patch -p0` understands the diff.

Charts and overlays:
  A directory with a Chart.yaml is rendered with `helm template`, one with a kustomization.yaml with `kustomize build` or
  `kubectl kustomize`. Without these programs it counts as unreadable; --no-render leaves it out.

Exit status, with --fix by what remains:
  0  nothing is denied
  1  something is denied (--fail-on), or --fix without --in-place would change a file
  2  something could not be read, no object was found, or the command line or the settings are wrong";

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

    /// Print fixes as a unified diff, and report the remaining findings
    #[arg(long)]
    fix: bool,

    /// Write the fixed files instead of printing a diff
    #[arg(long, requires = "fix")]
    in_place: bool,

    /// What ends with status 1
    #[arg(long, value_enum, default_value_t = FailOn::Deny)]
    fail_on: FailOn,

    /// Accept a path that holds no object
    #[arg(long)]
    allow_empty: bool,

    #[command(flatten)]
    render: Render,

    /// The format of the report: text, compact, json, sarif, junit, github, gitlab, markdown, html or csv; with =FILE into
    /// a file; may be repeated
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "text")]
    output: Vec<Target>,

    /// Name everything that was skipped
    #[arg(short, long)]
    verbose: bool,

    /// Whether to print in colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    color: Color,
}

#[derive(Debug, clap::Args)]
struct Render {
    /// Leave charts and overlays out, in place of rendering them
    #[arg(long)]
    no_render: bool,

    /// A file of values for charts, as for `helm template`; may be repeated
    #[arg(long, value_name = "FILE")]
    values: Vec<PathBuf>,

    /// A value for charts, as for `helm template`; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,

    /// The name of the release of charts
    #[arg(long, value_name = "NAME", default_value = "release-name")]
    release_name: String,
}

impl Render {
    /// How to render; `None` with `--no-render`.
    fn rendering(&self, namespace: &str) -> Option<input::Rendering> {
        (!self.no_render).then(|| input::Rendering {
            namespace: namespace.to_owned(),
            release_name: self.release_name.clone(),
            values: self.values.clone(),
            set: self.set.clone(),
            ..input::Rendering::default()
        })
    }
}

#[derive(Debug, clap::Args)]
struct PlanCommand {
    #[command(flatten)]
    plan: plan::PlanArgs,

    #[command(flatten)]
    settings: settings::Source,

    /// The profile, in place of the settings' own
    #[arg(long, value_enum)]
    profile: Option<Profile>,

    #[command(flatten)]
    render: Render,
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

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Profile {
    /// Deny what Oracle lists as not supported
    Strict,
    /// Only warn of what Oracle's own manifests for virtual nodes contain
    Tolerant,
}

impl Profile {
    const fn name(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Tolerant => "tolerant",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
enum FailOn {
    /// A denied object
    Deny,
    /// A denied object, or one with a warning
    Warn,
    /// Nothing
    Never,
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

/// The exit status if something is denied.
const DENIED: u8 = 1;
/// The exit status if something could not be done; clap uses the same for wrong options.
const TROUBLE: u8 = 2;

/// The command line, with help that speaks as the program was called: kubectl runs the plugin `kubectl oke-vn` as
/// `kubectl-oke_vn`.
fn parse() -> Cli {
    let called = std::env::args_os().next().unwrap_or_default();
    let is_plugin = Path::new(&called).file_stem().is_some_and(|name| name == "kubectl-oke_vn");
    let command = if is_plugin { Cli::command().bin_name("kubectl oke-vn") } else { Cli::command() };
    Cli::from_arg_matches(&command.get_matches()).unwrap_or_else(|error| error.exit())
}

fn main() -> ExitCode {
    let result = match &parse().command {
        Command::Check(options) => check_manifests(options),
        Command::Explain(options) => explain_rule(options),
        Command::Plan(options) => plan_manifests(options),
        Command::Completions { shell } => completions(*shell),
        Command::Man { command } => man(command.as_deref()),
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

fn check_manifests(options: &Check) -> Result<ExitCode> {
    let settings = read_settings(options)?;
    if options.in_place && options.paths.iter().any(|path| path.as_os_str() == "-") {
        bail!("standard input cannot be fixed in place");
    }
    let manifests = read_manifests(options);
    let cluster = ManifestCluster::new(&manifests, &options.namespace);
    let context = check::Context { settings: &settings, namespace: &options.namespace, cluster: &cluster };
    let mut report = check::check(context, &manifests)?;
    if options.fix {
        report.with_fixes = true;
        fix::fix(context, &manifests, &mut report)?;
    }
    if options.in_place {
        fix::write(context, &manifests, &mut report)?;
    }
    print_errors(&report);
    let with_fixes = settings::with_fixes(&settings)?;
    for target in &options.output {
        write_report(options, target, &report, || {
            let with_fixes = check::check(check::Context { settings: &with_fixes, ..context }, &manifests)?;
            Ok(convert::report(&report, &with_fixes, context, &manifests))
        })?;
    }
    Ok(ExitCode::from(status(options, &report)))
}

/// What the check ends with. What could not be read or done comes first, whatever `--fail-on` says.
fn status(options: &Check, report: &check::Report) -> u8 {
    let summary = report.summary();
    let fails = match options.fail_on {
        FailOn::Never => false,
        FailOn::Deny => summary.denied > 0,
        FailOn::Warn => summary.denied + summary.warned > 0,
    };
    let would_change = options.fail_on != FailOn::Never && !options.in_place && report.has_diff();
    match summary {
        _ if summary.errors + summary.unreadable > 0 => TROUBLE,
        _ if fails || would_change => DENIED,
        _ => 0,
    }
}

fn read_manifests(options: &Check) -> input::Manifests {
    let rendering = options.render.rendering(&options.namespace);
    input::read(
        &options.paths,
        &input::Options { rendering, allows_empty: options.allow_empty, keeps_texts: options.fix },
    )
}

fn plan_manifests(options: &PlanCommand) -> Result<ExitCode> {
    let mut settings = options.settings.read()?;
    if let Some(profile) = options.profile {
        settings = settings::with_profile(&settings, profile.name())?;
    }
    // What the policy fixes runs on virtual nodes.
    let settings = settings::with_fixes(&settings)?;
    let namespace = &options.plan.namespace;
    let rendering = options.render.rendering(namespace);
    let manifests = input::read(&options.plan.paths, &input::Options { rendering, ..input::Options::default() });
    let cluster = ManifestCluster::new(&manifests, namespace);
    let context = check::Context { settings: &settings, namespace, cluster: &cluster };
    let report = check::check(context, &manifests)?;
    for unreadable in &report.unreadable {
        eprintln!("Error: {unreadable}");
    }
    let mut out = io::BufWriter::new(io::stdout().lock());
    plan::run(&options.plan, plan::manifests::objects(&manifests, &report)?, &plan::manifests::read_value, &mut out)?;
    out.flush()?;
    Ok(ExitCode::from(if report.summary().unreadable == 0 { 0 } else { TROUBLE }))
}

fn read_settings(options: &Check) -> Result<Box<RawValue>> {
    let mut settings = options.settings.read()?;
    if let Some(profile) = options.profile {
        settings = settings::with_profile(&settings, profile.name())?;
    }
    if options.fix {
        settings = settings::with_fixes(&settings)?;
    }
    Ok(settings)
}

/// Writes the report in one format. `convert` makes the report that the other formats than text and JSON are written from.
fn write_report(
    options: &Check,
    target: &Target,
    report: &check::Report,
    convert: impl Fn() -> Result<output::model::Report>,
) -> Result<()> {
    let color = if target.file.is_some() { Color::Never } else { options.color };
    let (mut out, colours) = match &target.file {
        None => stdout(color),
        Some(path) => {
            let file = std::fs::File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
            (
                anstream::AutoStream::new(
                    Box::new(io::BufWriter::new(file)) as Box<dyn io::Write>,
                    anstream::ColorChoice::Never,
                ),
                false,
            )
        }
    };
    match target.format {
        Format::Text => {
            if !options.in_place && report.has_diff() {
                report::diff(report, colours, &mut out)?;
                writeln!(out)?;
            }
            report::text(report, options.verbose, &mut out)?;
        }
        Format::Json => report::json(report, &mut out)?,
        format => output::write(
            format,
            &convert()?,
            &output::Options { verbose: options.verbose, ..output::Options::default() },
            &mut out,
        )?,
    }
    Ok(out.flush()?)
}

fn print_errors(report: &check::Report) {
    for unreadable in &report.unreadable {
        eprintln!("Error: {unreadable}");
    }
    for error in &report.errors {
        eprintln!("Error: {error}");
    }
}

fn explain_rule(options: &Explain) -> Result<ExitCode> {
    let (mut out, _) = stdout(options.color);
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
fn stdout(color: Color) -> (anstream::AutoStream<Box<dyn io::Write>>, bool) {
    let choice = match color {
        Color::Auto => anstream::AutoStream::choice(&io::stdout()),
        Color::Always => anstream::ColorChoice::Always,
        Color::Never => anstream::ColorChoice::Never,
    };
    let stdout = io::BufWriter::new(io::stdout().lock());
    (anstream::AutoStream::new(Box::new(stdout), choice), choice != anstream::ColorChoice::Never)
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
