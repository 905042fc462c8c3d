//! What is judged, and with which settings: the options of every command that judges manifests, and `.oke-vn.yaml`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use chrono::Utc;
use oke_virtual_nodes_policy::lint::rule::{EXEMPTION, PLACEMENT};
use oke_virtual_nodes_policy::rules::RULES;
use oke_vn::cluster::ManifestCluster;
use oke_vn::convert::{self, Unfolded};
use oke_vn::input::{self, Exclude, Manifests};
use oke_vn::output::config::{self, Loaded};
use oke_vn::output::ignore::{self, Ignores};
use oke_vn::output::model::{ExemptBy, Report, Verdict};
use oke_vn::output::words;
use oke_vn::output::workspace::Workspace;
use oke_vn::policy::Policy;
use oke_vn::{asked, check, explain, fix, policy, settings};
use serde_json::value::RawValue;

use super::{Profile, Render};

/// Options that say what is judged and how.
#[derive(Debug, clap::Args)]
pub struct Inputs {
    /// Files, directories with all that is below them, or `-` for standard input; without any, `paths` of .oke-vn.yaml
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    #[command(flatten)]
    pub judging: Judging,
}

/// The same, without the paths.
#[derive(Debug, clap::Args)]
pub struct Judging {
    #[command(flatten)]
    settings: settings::Source,

    /// The profile, in place of the settings' own
    #[arg(long, value_enum)]
    profile: Option<Profile>,

    /// Check only these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',', conflicts_with = "skip")]
    only: Vec<String>,

    /// Leave these rules out
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    skip: Vec<String>,

    /// The namespace of objects that name none
    #[arg(short, long, value_name = "NAME", default_value = "default")]
    pub namespace: String,

    /// Accept a path that holds no object
    #[arg(long)]
    allow_empty: bool,

    /// Report Pods, ReplicaSets and the like beside the workloads that made them
    #[arg(long)]
    no_fold: bool,

    /// The configuration, in place of the .oke-vn.yaml in this directory or above it
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,

    /// Read no .oke-vn.yaml
    #[arg(long)]
    no_config: bool,

    #[command(flatten)]
    render: Render,
}

/// What becomes of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fixing {
    /// They stay, and the report says what could be fixed.
    Off,
    /// The changes are in the report.
    Diff,
    /// They are written.
    InPlace,
}

/// What the options and `.oke-vn.yaml` say together.
pub struct Setup {
    /// What `.oke-vn.yaml` says.
    pub config: Project,
    settings: Box<RawValue>,
    policy: Option<Policy>,
    source: Option<String>,
}

/// `.oke-vn.yaml` and its directory.
#[derive(Default)]
pub struct Project {
    /// What it says; nothing where there is no such file.
    pub loaded: Loaded,
    /// The directory, relative to the working directory.
    directory: PathBuf,
    is_there: bool,
}

impl Project {
    /// Reads the configuration that the options name, else the one in the working directory or above it.
    fn read(judging: &Judging) -> Result<Self> {
        let working = std::env::current_dir().context("cannot tell the working directory")?;
        let file = match (&judging.config, judging.no_config) {
            (Some(file), _) => Some(file.clone()),
            (None, true) => None,
            (None, false) => config::find(&working).map(|file| from(&working, &file)),
        };
        let Some(file) = file else { return Ok(Self::default()) };
        let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let loaded = config::read(&text, &file.display().to_string(), &rule_ids())
            .map_err(|errors| anyhow::anyhow!("the configuration is not valid\n{}", errors.join("\n")))?;
        let directory = file.parent().map(Path::to_owned).unwrap_or_default();
        Ok(Self { loaded, directory, is_there: true })
    }

    /// A path of the configuration, relative to the working directory.
    pub fn path(&self, path: &Path) -> PathBuf {
        if self.directory.as_os_str().is_empty() { path.to_owned() } else { self.directory.join(path) }
    }

    fn paths(&self) -> Vec<PathBuf> {
        self.loaded.config.paths.iter().map(|path| self.path(path)).collect()
    }

    /// Where its patterns for files start.
    fn root(&self) -> PathBuf {
        let working = std::env::current_dir().unwrap_or_default();
        let root = working.join(&self.directory);
        root.canonicalize().unwrap_or(root)
    }

    fn exclude(&self) -> Option<Exclude> {
        let patterns = self.loaded.exclude.clone();
        (!patterns.is_empty()).then(|| Exclude { directory: self.root(), patterns })
    }
}

/// A file above the working directory, as a path from there: `../../.oke-vn.yaml`.
fn from(working: &Path, file: &Path) -> PathBuf {
    let directory = file.parent().unwrap_or(file);
    let depth = working.strip_prefix(directory).map_or(0, |below| below.components().count());
    let up: PathBuf = std::iter::repeat_n("..", depth).collect();
    up.join(file.file_name().unwrap_or_default())
}

/// Every id that a finding may have.
fn rule_ids() -> Vec<&'static str> {
    RULES.iter().map(|rule| rule.id).chain([PLACEMENT.id, EXEMPTION.id]).collect()
}

impl Judging {
    /// Puts the options and `.oke-vn.yaml` together. The options come first.
    pub fn setup(&self, fixing: Fixing) -> Result<Setup> {
        let config = Project::read(self)?;
        let (policy::Settings { mut settings, policy }, source) = self.settings(&config)?;
        for index in settings::exemptions_by_label(&settings)? {
            eprintln!(
                "Note: exemptions[{index}] asks for labels alone, so every author can exempt their own workloads"
            );
        }
        if let Some(profile) = self.profile {
            settings = settings::with_profile(&settings, profile.name())?;
        }
        for id in self.only.iter().chain(&self.skip) {
            if !RULES.iter().any(|rule| rule.id == id) {
                return Err(explain::unknown(id));
            }
        }
        if !self.only.is_empty() {
            let others = RULES.iter().map(|rule| rule.id).filter(|id| !self.only.iter().any(|only| only == id));
            settings = settings::without_rules(&settings, others)?;
        }
        settings = settings::without_rules(&settings, self.skip.iter().map(String::as_str))?;
        if fixing != Fixing::Off {
            settings = settings::with_fixes(&settings)?;
        }
        Ok(Setup { config, settings, policy, source })
    }

    fn settings(&self, project: &Project) -> Result<(policy::Settings, Option<String>)> {
        let config = &project.loaded.config;
        if self.settings.is_given() {
            return Ok((self.settings.read()?, self.settings.origin()));
        }
        if let Some(file) = &config.settings_from {
            let path = project.path(file);
            let settings = policy::Settings::read(&path, config.policy_name.as_deref())?;
            return Ok((settings, Some(path.display().to_string())));
        }
        let settings = config.settings.as_ref().map(serde_json::to_string).transpose()?;
        Ok((policy::Settings::parse(settings.as_deref().unwrap_or("{}"), "the configuration", None)?, None))
    }

    fn read(&self, paths: &[PathBuf], setup: &Setup, fixing: Fixing) -> Manifests {
        let options = input::Options {
            rendering: self.render.rendering(&self.namespace),
            allows_empty: self.allow_empty,
            keeps_texts: fixing != Fixing::Off,
            keeps_texts_with: Some(ignore::MARK),
            exclude: setup.config.exclude(),
        };
        input::read(paths, &options)
    }

    /// Judges what is at these paths, or what the configuration names where there are none.
    pub fn report(&self, paths: &[PathBuf], setup: &Setup, fixing: Fixing) -> Result<Report> {
        let of_config = setup.config.paths();
        let paths = if paths.is_empty() { &of_config } else { paths };
        if paths.is_empty() {
            bail!("nothing to check: name files or directories, or list them under `paths` in .oke-vn.yaml");
        }
        if fixing == Fixing::InPlace && paths.iter().any(|path| path.as_os_str() == "-") {
            bail!("standard input cannot be fixed in place");
        }
        let manifests = self.read(paths, setup, fixing);
        let cluster = ManifestCluster::new(&manifests, &self.namespace);
        let context = check::Context { settings: &setup.settings, namespace: &self.namespace, cluster: &cluster };
        let mut result = check::check(context, &manifests)?;
        let ignores = ignores(setup, &manifests);
        let with_fixes = settings::with_fixes(&setup.settings)?;
        let with_fixes = (fixing == Fixing::Off).then_some(&*with_fixes);
        let mut unfolded = self.convert(setup, &ignores, (&result, context, with_fixes), (&manifests, paths))?;
        if fixing != Fixing::Off {
            keep_ignored(&mut result, &unfolded);
            fix::fix(context, &manifests, &mut result)?;
            if fixing == Fixing::InPlace {
                fix::write(context, &manifests, &mut result)?;
            }
            unfolded = self.convert(setup, &ignores, (&result, context, None), (&manifests, paths))?;
        }
        Ok(if self.no_fold { unfolded.report } else { unfolded.fold(&manifests) })
    }

    /// The report, with what the policy isn't asked about and what is ignored.
    fn convert(
        &self,
        setup: &Setup,
        ignores: &Ignores,
        (result, context, with_fixes): (&check::Report, check::Context<'_>, Option<&RawValue>),
        (manifests, paths): (&Manifests, &[PathBuf]),
    ) -> Result<Unfolded> {
        let mut unfolded = convert::report(result, context, with_fixes, manifests);
        unfolded.report.settings.source.clone_from(&setup.source);
        if let Some(policy) = &setup.policy {
            asked::mark(&mut unfolded, policy, manifests, &self.namespace);
        }
        let root = setup.config.root();
        let is_whole = |path: &PathBuf| path.canonicalize().is_ok_and(|path| path == root);
        let run = ignore::Run {
            today: Utc::now().date_naive(),
            unchecked: &settings::rules_off(&setup.settings)?,
            complete: paths == setup.config.paths() || paths.iter().any(is_whole),
        };
        ignores.apply(&mut unfolded.report, &run);
        forget_rendered_lines(&mut unfolded, manifests);
        Ok(unfolded)
    }
}

/// Drops the lines of what was rendered: they are those of a text that nobody sees, and not of the file that it names.
fn forget_rendered_lines(unfolded: &mut Unfolded, manifests: &Manifests) {
    for (object, index) in unfolded.report.objects.iter_mut().zip(&unfolded.indices) {
        let source = manifests.sources.get(manifests.objects[*index].origin.source);
        if source.is_some_and(|source| source.rendered_by.is_some()) {
            let locations = object.findings.iter_mut().map(|finding| &mut finding.location);
            for location in locations.chain([&mut object.location]) {
                (location.line, location.column) = (None, None);
            }
        }
    }
}

/// The comments in the manifests, and the entries of the configuration.
fn ignores(setup: &Setup, manifests: &Manifests) -> Ignores {
    let mut ignores = Ignores { entries: setup.config.loaded.ignore.clone(), ..Ignores::default() };
    if setup.config.is_there {
        let root = setup.config.root().to_string_lossy().into_owned();
        ignores.workspace = Some(Workspace { root, ..convert::workspace() });
    }
    for source in &manifests.sources {
        for (text, line) in source.documents() {
            ignores.read_comments(&source.name, text, line, &rule_ids());
        }
    }
    ignores
}

/// Keeps what is ignored, and what the policy isn't asked about, from being fixed.
fn keep_ignored(result: &mut check::Report, unfolded: &Unfolded) {
    for (object, index) in unfolded.report.objects.iter().zip(&unfolded.indices) {
        let Some(judged) = result.objects.get_mut(*index) else { continue };
        if object.verdict == Verdict::NotAsked {
            judged.findings.clear();
        }
        for (converted, finding) in object.findings.iter().zip(&mut judged.findings) {
            let by = converted.exempt.as_ref().map(|exempt| exempt.by);
            if matches!(by, Some(ExemptBy::Comment | ExemptBy::Config)) {
                finding.found.fixed = false;
                finding.found.changes.clear();
            }
        }
    }
}

/// Prints what could not be read.
pub fn print_unreadable(report: &Report) {
    for one in &report.unreadable {
        let file = one.location.file.as_deref().unwrap_or_default();
        let place = words::file_place(file, &one.location);
        eprintln!("Error: {place}: {}", words::clean(&words::one_line(&one.reason)));
    }
}
