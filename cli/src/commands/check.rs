//! `oke-vn check`: judges manifests, reports, and fixes them.

use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, anyhow, bail};
use oke_vn::output::model::{FileFix, Report, Verdict};
use oke_vn::output::summary::{self, FailOn};
use oke_vn::output::words::plural;
use oke_vn::output::{self, Format, Target, baseline, github};

use super::inputs::{Fixing, Inputs, Setup, print_unreadable};
use super::{Color, DENIED, TROUBLE, columns, stdout};

/// What follows the options in the help.
pub const HELP: &str = "\
Examples:
  oke-vn check deployment.yaml
  oke-vn check --profile tolerant manifests/
  helm template shop ./chart | oke-vn check --namespace shop -
  kubectl get deploy,sts,ds,cj -A -o yaml | oke-vn check -
  oke-vn check --output json . | jq '.summary'
  oke-vn check --output github --output html=report.html manifests/
  oke-vn check --settings-path policy.yaml --baseline .oke-vn-baseline.json manifests/
  oke-vn check --fix manifests/
  oke-vn check --fix --in-place --settings-json '{\"mutate\": \"safe\"}' manifests/

The policy looks up other objects, such as the Secret of a pod, among the given manifests.

Fixes:
  Unless the settings say otherwise, --fix means `mutate: full` with `mutateTemplates: true`: it fixes Pods, Services and \
  the templates of workloads. `mutate`, for all rules or for one, and `mutateTemplates` in the settings take precedence. \
  It changes the text of a file at the findings and nowhere else. It leaves a file alone, and says so, if it cannot do \
  that. `patch -p0` understands the diff.

Charts and overlays:
  A directory with a Chart.yaml is rendered with `helm template`, one with a kustomization.yaml with `kustomize build` or \
  `kubectl kustomize`. Without these programs it counts as unreadable; --no-render leaves it out.

Configuration:
  A file .oke-vn.yaml in the working directory, or above it in the same repository, may hold settings or settingsFrom, \
  paths, exclude, failOn, baseline and ignore entries. Options come first. A comment \
  `# oke-vn: ignore <rule> - <reason>` ignores a rule in the field at its line or below it.

Exit status, with --fix by what remains:
  0  nothing is denied
  1  something is denied (--fail-on), or --fix without --in-place would change a file
  2  something could not be read, no object was found, or the command line or the settings are wrong";

/// The options.
#[derive(Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    inputs: Inputs,

    /// Print fixes as a unified diff, and report the remaining findings
    #[arg(long)]
    fix: bool,

    /// Write the fixed files instead of printing a diff
    #[arg(long, requires = "fix")]
    in_place: bool,

    /// What ends with status 1 [default: deny]
    #[arg(long, value_enum)]
    fail_on: Option<FailOn>,

    /// Findings that are known and do not count, as `oke-vn baseline` writes them
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,

    /// End with status 2 if there is a kind that was not looked into
    #[arg(long)]
    strict_kinds: bool,

    /// The format of the report: text, compact, json, sarif, junit, github, gitlab, markdown, html or csv; with =FILE into
    /// a file; may be repeated
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "text")]
    output: Vec<Target>,

    /// List everything that is counted: all that was skipped, and what is exempt or in the baseline
    #[arg(short, long)]
    verbose: bool,

    /// Whether to print in colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    color: Color,
}

/// Checks manifests.
pub fn run(options: &Options) -> Result<ExitCode> {
    let Inputs { paths, judging } = &options.inputs;
    let fixing = match (options.fix, options.in_place) {
        (false, _) => Fixing::Off,
        (true, false) => Fixing::Diff,
        (true, true) => Fixing::InPlace,
    };
    let setup = judging.setup(fixing)?;
    let mut report = judging.report(paths, &setup, fixing)?;
    apply_baseline(options, &setup, &mut report)?;
    print_errors(options, &report);
    check_targets(options, &report)?;
    for target in &options.output {
        write_report(options, target, &report)?;
    }
    let is_for_github = options.output.iter().any(|target| target.format == Format::Github);
    if let Some(path) = github::summary_file().filter(|_| is_for_github) {
        github::step_summary(&report, &path).with_context(|| format!("cannot write {}", path.display()))?;
    }
    let fail_on = options.fail_on.or(setup.config.loaded.config.fail_on).unwrap_or_default();
    Ok(ExitCode::from(status(options, fail_on, &report)))
}

/// Marks what the baseline knows: that of the option, else that of the configuration.
fn apply_baseline(options: &Options, setup: &Setup, report: &mut Report) -> Result<()> {
    let of_config = || setup.config.loaded.config.baseline.as_ref().map(|file| setup.config.path(file));
    let Some(file) = options.baseline.clone().or_else(of_config) else { return Ok(()) };
    let name = file.display();
    let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read the baseline {name}"))?;
    let known = baseline::read(&text).map_err(|error| anyhow!("the baseline {name}: {error}"))?;
    let gone: usize = baseline::apply(&known, report).iter().map(|known| known.count).sum();
    if gone > 0 {
        let gone = plural(gone, "finding");
        report.notes.push(format!("{gone} of the baseline {name} did not come up: `oke-vn baseline` writes it anew."));
    }
    Ok(())
}

/// What the check ends with. What could not be read or done comes first, whatever `--fail-on` says.
fn status(options: &Options, fail_on: FailOn, report: &Report) -> u8 {
    let not_written = report.files.iter().any(|file| matches!(file, FileFix::NotWritten { .. }));
    let has_unknown = report.objects.iter().any(|object| object.verdict == Verdict::NotLookedInto);
    let would_change = has_diff(report) && !options.in_place && fail_on != FailOn::Never;
    match report {
        _ if !report.unreadable.is_empty() || not_written || (options.strict_kinds && has_unknown) => TROUBLE,
        _ if summary::fails(report, fail_on) || would_change => DENIED,
        _ => 0,
    }
}

fn has_diff(report: &Report) -> bool {
    report.files.iter().any(|file| matches!(file, FileFix::Fixed { .. }))
}

/// Refuses to write a report over a file that was checked, or over another report.
///
/// # Errors
/// The file.
fn check_targets(options: &Options, report: &Report) -> Result<()> {
    let resolved = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let places = report.objects.iter().map(|object| &object.location);
    let checked = places.chain(report.unreadable.iter().map(|one| &one.location));
    let checked: BTreeSet<PathBuf> =
        checked.filter_map(|location| location.file.as_ref()).map(|file| resolved(Path::new(file))).collect();
    let mut targets = BTreeSet::new();
    for path in options.output.iter().filter_map(|target| target.file.as_ref()) {
        let name = path.display();
        if checked.contains(&resolved(path)) {
            bail!("--output would overwrite {name}, which was checked: name another file");
        }
        if !targets.insert(resolved(path)) {
            bail!("--output names {name} twice: name a file for each report");
        }
    }
    Ok(())
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
    if target.format == Format::Text && has_diff(report) && !options.in_place {
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
    if options.output.iter().any(|target| target.format == Format::Text && target.file.is_none()) {
        return;
    }
    print_unreadable(report);
    for file in &report.files {
        if let FileFix::NotWritten { file, reason } = file {
            eprintln!("Error: cannot write {file}: {reason}");
        }
    }
}
