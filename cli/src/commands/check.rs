//! `oke-vn check`: judges manifests, reports, and fixes them.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;
use oke_vn::cluster::ManifestCluster;
use oke_vn::output::{self, Format, Target};
use oke_vn::{check, convert, fix, input, report, settings};
use serde_json::value::RawValue;

use super::{Color, DENIED, Profile, Render, TROUBLE, stdout};

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
fn status(options: &Options, report: &check::Report) -> u8 {
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

/// Writes the report in one format. `convert` makes the report that the other formats than text and JSON are written from.
fn write_report(
    options: &Options,
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
