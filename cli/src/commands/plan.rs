//! `oke-vn plan`: what Pods are given on virtual nodes, and what that costs.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result, anyhow, bail};
use oke_vn::cluster::ManifestCluster;
use oke_vn::output::json;
use oke_vn::{check, input, plan, settings};

use super::{Profile, Render, TROUBLE};

#[derive(Debug, clap::Args)]
pub struct Options {
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

/// Prints a plan.
pub fn run(options: &Options) -> Result<ExitCode> {
    let (objects, is_complete) = match &options.plan.scan {
        Some(_) if options.settings.is_given() || options.profile.is_some() => {
            bail!("--scan takes no settings: the objects in it were judged when they were read");
        }
        Some(file) => of_scan(file)?,
        None => of_manifests(options)?,
    };
    let mut out = io::BufWriter::new(io::stdout().lock());
    plan::run(&options.plan, objects, &plan::manifests::read_value, &mut out)?;
    out.flush()?;
    Ok(ExitCode::from(if is_complete { 0 } else { TROUBLE }))
}

/// The objects of a plan, and those that could not be read.
type Objects = (Vec<plan::Object>, Vec<plan::Unread>);

/// What a scan saved, and whether it saw and read everything.
fn of_scan(file: &Path) -> Result<(Objects, bool)> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let report = json::read(&text).map_err(|error| anyhow!("{}: {error}", file.display()))?;
    for unseen in &report.unseen {
        eprintln!("Error: {}: cannot {}: {}", unseen.cluster, unseen.request, unseen.reason);
    }
    let objects = plan::manifests::of_scan(&report).with_context(|| file.display().to_string())?;
    Ok((objects, report.unseen.is_empty() && report.unreadable.is_empty()))
}

/// What is at the paths, and whether all of it could be read.
fn of_manifests(options: &Options) -> Result<(Objects, bool)> {
    let mut settings = options.settings.read()?.settings;
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
    for unreadable in &manifests.unreadable {
        eprintln!("Error: {unreadable}");
    }
    let is_complete = manifests.unreadable.is_empty() && !report.objects.iter().any(check::Judged::is_unreadable);
    Ok((plan::manifests::objects(&manifests, &report)?, is_complete))
}
