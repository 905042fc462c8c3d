//! `oke-vn plan`: what Pods are given on virtual nodes, and what that costs.

use std::io::{self, Write as _};
use std::process::ExitCode;

use anyhow::Result;
use oke_vn::cluster::ManifestCluster;
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
    let is_complete = manifests.unreadable.is_empty() && !report.objects.iter().any(check::Judged::is_unreadable);
    for unreadable in &manifests.unreadable {
        eprintln!("Error: {unreadable}");
    }
    let mut out = io::BufWriter::new(io::stdout().lock());
    plan::run(&options.plan, plan::manifests::objects(&manifests, &report)?, &plan::manifests::read_value, &mut out)?;
    out.flush()?;
    Ok(ExitCode::from(if is_complete { 0 } else { TROUBLE }))
}
