//! `oke-vn check`: judges manifests, reports, and fixes them.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;
use oke_vn::cluster::ManifestCluster;
use oke_vn::output::model::{FileFix, Report};
use oke_vn::output::{self, Format, Target, summary};
use oke_vn::{check, convert, fix, input, settings};
use serde_json::value::RawValue;

use super::{Color, DENIED, Profile, Render, TROUBLE, columns, stdout};

/// What follows the options in the help.
pub const HELP: &str = "\
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
pub struct Options {
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

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
enum FailOn {
    /// A denied object
    Deny,
    /// A denied object, or one with a warning
    Warn,
    /// Nothing
    Never,
}

/// Checks manifests.
pub fn run(options: &Options) -> Result<ExitCode> {
    let settings = read_settings(options)?;
    if options.in_place && options.paths.iter().any(|path| path.as_os_str() == "-") {
        bail!("standard input cannot be fixed in place");
    }
    let manifests = read_manifests(options);
    let cluster = ManifestCluster::new(&manifests, &options.namespace);
    let context = check::Context { settings: &settings, namespace: &options.namespace, cluster: &cluster };
    let mut result = check::check(context, &manifests)?;
    if options.fix {
        fix::fix(context, &manifests, &mut result)?;
    }
    if options.in_place {
        fix::write(context, &manifests, &mut result)?;
    }
    let with_fixes = if options.fix { None } else { Some(settings::with_fixes(&settings)?) };
    let report = convert::report(&result, context, with_fixes.as_deref(), &manifests);
    print_errors(options, &report);
    for target in &options.output {
        write_report(options, target, &report)?;
    }
    Ok(ExitCode::from(status(options, &report)))
}

impl From<FailOn> for summary::FailOn {
    fn from(fail_on: FailOn) -> Self {
        match fail_on {
            FailOn::Deny => Self::Deny,
            FailOn::Warn => Self::Warn,
            FailOn::Never => Self::Never,
        }
    }
}

/// What the check ends with. What could not be read or done comes first, whatever `--fail-on` says.
fn status(options: &Options, report: &Report) -> u8 {
    let fail_on = options.fail_on.into();
    let not_written = report.files.iter().any(|file| matches!(file, FileFix::NotWritten { .. }));
    let has_diff = report.files.iter().any(|file| matches!(file, FileFix::Fixed { .. }));
    if !report.unreadable.is_empty() || not_written {
        TROUBLE
    } else if summary::fails(report, fail_on) || (fail_on != summary::FailOn::Never && !options.in_place && has_diff) {
        DENIED
    } else {
        0
    }
}

fn read_manifests(options: &Options) -> input::Manifests {
    let rendering = options.render.rendering(&options.namespace);
    input::read(
        &options.paths,
        &input::Options { rendering, allows_empty: options.allow_empty, keeps_texts: options.fix },
    )
}

fn read_settings(options: &Options) -> Result<Box<RawValue>> {
    let mut settings = options.settings.read()?;
    if let Some(profile) = options.profile {
        settings = settings::with_profile(&settings, profile.name())?;
    }
    if options.fix {
        settings = settings::with_fixes(&settings)?;
    }
    Ok(settings)
}

/// Writes the report in one format, to its file or to standard output.
fn write_report(options: &Options, target: &Target, report: &Report) -> Result<()> {
    let (mut out, colours) = match &target.file {
        None => stdout(options.color),
        Some(path) => {
            let file = std::fs::File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
            let file = Box::new(io::BufWriter::new(file)) as Box<dyn io::Write>;
            (anstream::AutoStream::new(file, anstream::ColorChoice::Never), false)
        }
    };
    let has_diff = report.files.iter().any(|file| matches!(file, FileFix::Fixed { .. }));
    if target.format == Format::Text && has_diff && !options.in_place {
        output::patch::write(report, colours, &mut out)?;
        writeln!(out)?;
    }
    let width = if target.file.is_some() { output::words::DEFAULT_WIDTH } else { columns() };
    let options = output::Options { width, verbose: options.verbose, ..output::Options::default() };
    output::write(target.format, report, &options, &mut out)?;
    Ok(out.flush()?)
}

/// Prints what could not be read or written, unless the report on standard output says it to the same reader.
fn print_errors(options: &Options, report: &Report) {
    let is_told = options.output.iter().any(|target| target.format == Format::Text && target.file.is_none());
    if is_told {
        return;
    }
    for one in &report.unreadable {
        let file = one.location.file.as_deref().unwrap_or_default();
        let place = output::words::file_place(file, &one.location);
        eprintln!("Error: {place}: {}", output::words::clean(&one.reason));
    }
    for file in &report.files {
        if let FileFix::NotWritten { file, reason } = file {
            eprintln!("Error: cannot write {file}: {reason}");
        }
    }
}
