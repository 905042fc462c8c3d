//! `oke-vn scan`: looks at a whole cluster.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context as _, Result};
use oke_vn::output::model::Report;
use oke_vn::output::summary::{self, FailOn, GroupBy};
use oke_vn::output::{self, Format, Target};
use oke_vn::{scan, settings};

use super::inputs::print_unreadable;
use super::{Color, DENIED, Profile, TROUBLE, columns, stdout};

/// What follows the options in the help.
pub const HELP: &str = "\
Examples:
  oke-vn scan
  oke-vn scan --namespace shop --namespace pay
  oke-vn scan --by label=team --output html=report.html
  oke-vn scan --context test --context prod --save report.json
  oke-vn scan --settings-from-cluster oke-virtual-nodes

Reads what the rules look at: workloads, Pods, Services, claims, NetworkPolicies, Namespaces, and the custom workloads that \
the cluster serves. It changes nothing. It never asks for the data of Secrets, and not at all for ConfigMaps. What it may \
not list is named in the report. deploy/scan.yaml has the permissions that it needs.

Pods count with the workloads that made them. The namespaces kube-system, kubewarden and cattle-kubewarden-system are left \
out unless --namespace names them.

The connection is that of kubectl: KUBECONFIG or ~/.kube/config, credential plugins, client certificates and proxies.

Exit status:
  0  nothing is denied
  1  something is denied (--fail-on)
  2  something could not be seen or read, there was nothing to judge, or the command line or the settings are wrong";

/// The options.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// A context of the kubeconfig, in place of the current one; may be repeated
    #[arg(long, value_name = "NAME")]
    context: Vec<String>,

    /// The kubeconfig, in place of KUBECONFIG and ~/.kube/config
    #[arg(long, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,

    /// A namespace to look into, in place of all; may be repeated
    #[arg(short, long, value_name = "NAME")]
    namespace: Vec<String>,

    /// Leave out the namespaces that match, such as `test-*`; may be repeated
    #[arg(long, value_name = "GLOB")]
    exclude_namespace: Vec<String>,

    /// Look only at objects with these labels, such as `app=web,tier!=test`
    #[arg(short = 'l', long, value_name = "SELECTOR")]
    selector: Option<String>,

    /// How the table of workloads is grouped: namespace, or label=KEY for a label of the object or its namespace
    #[arg(long, value_name = "KEY", default_value = "namespace")]
    by: By,

    #[command(flatten)]
    settings: settings::Source,

    /// Take settings, rules and selectors of the ClusterAdmissionPolicy of this name in the cluster
    #[arg(long, value_name = "NAME", conflicts_with_all = ["settings_path", "settings_json"])]
    settings_from_cluster: Option<String>,

    /// The profile, in place of the settings' own
    #[arg(long, value_enum)]
    profile: Option<Profile>,

    /// What ends with status 1
    #[arg(long, value_enum, default_value_t = FailOn::Deny)]
    fail_on: FailOn,

    /// Keep the report as JSON, for later, for `oke-vn diff` and for `oke-vn plan --scan`
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,

    /// The format of the report: text, compact, json, sarif, junit, github, gitlab, markdown, html or csv; with =FILE into
    /// a file; may be repeated
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "text")]
    output: Vec<Target>,

    /// List everything that is counted
    #[arg(short, long)]
    verbose: bool,

    /// The seconds that a request may take
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    request_timeout: u64,

    /// Whether to print in colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    color: Color,
}

/// What workloads are grouped by.
#[derive(Debug, Clone, PartialEq, Eq)]
enum By {
    Namespace,
    Label(String),
}

impl FromStr for By {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            None if text == "namespace" => Ok(Self::Namespace),
            Some(("label", key)) if !key.is_empty() => Ok(Self::Label(key.to_owned())),
            _ => Err("it is `namespace` or `label=KEY`".to_owned()),
        }
    }
}

/// Scans clusters.
pub fn run(options: &Options) -> Result<ExitCode> {
    let report = scan::scan(&request(options)?)?;
    let save = options.save.iter().map(|file| Target { format: Format::Json, file: Some(file.clone()) });
    let targets: Vec<Target> = save.chain(options.output.iter().cloned()).collect();
    if !targets.iter().any(|target| target.format == Format::Text && target.file.is_none()) {
        print_unreadable(&report);
        for one in &report.unseen {
            eprintln!("Error: {}: cannot {}: {}", one.cluster, one.request, output::words::clean(&one.reason));
        }
    }
    for target in &targets {
        write_report(options, target, &report)?;
    }
    if report.objects.is_empty() && report.unseen.is_empty() {
        eprintln!("Error: nothing to judge: the cluster has no such objects");
    }
    Ok(ExitCode::from(match () {
        () if summary::is_incomplete(&report) => TROUBLE,
        () if summary::fails(&report, options.fail_on) => DENIED,
        () => 0,
    }))
}

fn request(options: &Options) -> Result<scan::Options> {
    let settings = match &options.settings_from_cluster {
        Some(name) => scan::SettingsFrom::Cluster(name.clone()),
        None => scan::SettingsFrom::Given {
            settings: Box::new(options.settings.read()?),
            source: options.settings.origin(),
        },
    };
    Ok(scan::Options {
        kubeconfig: options.kubeconfig.clone(),
        contexts: options.context.clone(),
        namespaces: options.namespace.clone(),
        excluded_namespaces: options.exclude_namespace.clone(),
        selector: options.selector.clone(),
        label: if let By::Label(key) = &options.by { Some(key.clone()) } else { None },
        settings,
        profile: options.profile.map(|profile| profile.name().to_owned()),
        timeout: Duration::from_secs(options.request_timeout),
        keeps_sizes: options.save.is_some(),
    })
}

fn write_report(options: &Options, target: &Target, report: &Report) -> Result<()> {
    let mut out = match &target.file {
        None => stdout(options.color).0,
        Some(path) => {
            let file = std::fs::File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
            let file = Box::new(io::BufWriter::new(file)) as Box<dyn io::Write>;
            anstream::AutoStream::new(file, anstream::ColorChoice::Never)
        }
    };
    let width = if target.file.is_some() { output::words::DEFAULT_WIDTH } else { columns() };
    let by = if options.by == By::Namespace { GroupBy::Namespace } else { GroupBy::Label };
    output::write(target.format, report, &output::Options { width, verbose: options.verbose, by }, &mut out)?;
    Ok(out.flush()?)
}
