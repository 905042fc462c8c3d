//! `oke-vn scan`: reads a live cluster, judges what is in it, and makes a report.
//!
//! `api` talks to the API server, and only reads. `discovery` finds what it serves, `list` reads it page by page;
//! `page` judges the objects of a page, whose text is then dropped. `lookups` answers the policy's look-ups from the
//! cluster. What the cluster does not show is in `unseen`, and becomes part of the report.

mod api;
mod discovery;
mod list;
mod lookups;
mod namespaces;
mod page;
mod unseen;

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SendError, SyncSender, sync_channel};
use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use oke_virtual_nodes_policy::kubernetes::kinds::{KindInfo, checked_resources};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::value::RawValue;

use crate::convert::{self, Converter};
use crate::output::fingerprint;
use crate::output::model::{self, Report};
use crate::output::words::plural;
use crate::owners::Lineage;
use crate::plan::kinds::AUTOSCALERS;
use crate::policy::{self, Policy};
use crate::progress::Progress;
use crate::{asked, check, fold, judge, parallel, settings};
use api::{Api, Problem};
use discovery::Resource;
use list::{Page, Pages};
use lookups::LiveCluster;
use namespaces::Namespaces;
use unseen::Unseen;

/// How many pages wait to be judged.
const WAITING: usize = 1;
/// How often the progress is looked at while a page is awaited.
const TICK: Duration = Duration::from_millis(100);

/// After how many lists in a row that were not answered no other is asked for.
const MAX_SILENT: usize = 3;

/// What to scan.
#[derive(Debug, Clone)]
pub struct Options {
    /// The kubeconfig; `None` for that of `KUBECONFIG` or `~/.kube/config`.
    pub kubeconfig: Option<PathBuf>,
    /// The contexts; empty for the current one.
    pub contexts: Vec<String>,
    /// The namespaces; empty for all but those of the system.
    pub namespaces: Vec<String>,
    /// Patterns of namespaces to leave out.
    pub excluded_namespaces: Vec<String>,
    /// A selector of labels, as the API server takes it.
    pub selector: Option<String>,
    /// The label that the report is grouped by.
    pub label: Option<String>,
    /// The settings.
    pub settings: SettingsFrom,
    /// The profile, in place of the settings' own.
    pub profile: Option<String>,
    /// The time that a request may take.
    pub timeout: Duration,
    /// Whether the report has the sizes of objects, for a plan. They are most of what is then kept of an object.
    pub keeps_sizes: bool,
}

/// Where the settings come from.
#[derive(Debug, Clone)]
pub enum SettingsFrom {
    /// The command line.
    Given {
        /// The settings, and the policy that they were read from.
        settings: Box<policy::Settings>,
        /// The file.
        source: Option<String>,
    },
    /// The ClusterAdmissionPolicy of this name in each cluster, which also says what is judged.
    Cluster(String),
}

/// Scans the clusters of all contexts.
///
/// # Errors
/// If the options or the settings are wrong, or no cluster can be reached. What a cluster does not show is in the report.
pub fn scan(options: &Options) -> Result<Report> {
    let namespaces = Namespaces::new(&options.namespaces, &options.excluded_namespaces)?;
    let mut contexts: Vec<Option<&str>> = Vec::new();
    for context in &options.contexts {
        if !contexts.contains(&Some(context)) {
            contexts.push(Some(context));
        }
    }
    if contexts.is_empty() {
        contexts.push(None);
    }
    let mut report: Option<Report> = None;
    for context in &contexts {
        let api = Api::connect(options.kubeconfig.as_deref(), *context, options.timeout)?;
        let judging = Judging::new(options, &api)?;
        let seen = match resources(&api, &judging, options.keeps_sizes) {
            Ok(resources) => Scan { api: &api, options, judging: &judging, namespaces: &namespaces }.run(&resources),
            Err(problem) if contexts.len() == 1 => bail!("the cluster of the context `{}`: {problem}", api.context),
            Err(problem) => {
                let mut unseen = Unseen::default();
                unseen.add("read what it serves", None, &problem);
                Seen { unseen: vec![unseen], ..Seen::default() }
            }
        };
        let report = report.get_or_insert_with(|| Report::new(judging.described()));
        let conditions = judging.policy.as_ref().and_then(asked::conditions);
        let is_new = |note: &String| !report.notes.contains(note);
        let conditions = conditions.filter(is_new);
        report.notes.extend(conditions);
        if report.settings != judging.described() && !report.notes.iter().any(|note| note == DIFFERENT) {
            report.notes.push(DIFFERENT.to_owned());
        }
        seen.add_to(report, &namespaces, &api.context);
    }
    let mut report = report.ok_or_else(|| anyhow!("no context was named"))?;
    convert::add_rules(&mut report);
    report.finish();
    Ok(report)
}

const DIFFERENT: &str =
    "Each cluster was judged with the settings of its own policy; the digest is that of the first cluster.";

/// A part of a path or a query.
fn encode(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// With what the objects of a cluster are judged.
struct Judging {
    settings: Box<RawValue>,
    /// The settings with all fixes on, from which it follows what `--fix` can fix.
    with_fixes: Box<RawValue>,
    /// The policy that says what it is asked about.
    policy: Option<Policy>,
    /// Where the settings come from.
    source: Option<String>,
}

impl Judging {
    fn new(options: &Options, api: &Api) -> Result<Self> {
        let (mut settings, policy, source) = match &options.settings {
            SettingsFrom::Given { settings, source } => {
                let policy::Settings { settings, policy } = policy::Settings::clone(settings);
                (settings, policy, source.clone())
            }
            SettingsFrom::Cluster(name) => {
                let policy::Settings { settings, policy } = policy_of(api, name)?;
                (settings, policy, Some(format!("the ClusterAdmissionPolicy {name}")))
            }
        };
        if let Some(profile) = &options.profile {
            settings = settings::with_profile(&settings, profile)?;
        }
        judge::check_settings(settings.get()).map_err(|message| anyhow!("the settings are not valid: {message}"))?;
        let with_fixes = settings::with_fixes(&settings)?;
        Ok(Self { settings, with_fixes, policy, source })
    }

    fn described(&self) -> model::Settings {
        model::Settings { digest: fingerprint::settings_digest(&self.settings), source: self.source.clone() }
    }
}

/// The ClusterAdmissionPolicy of a name.
fn policy_of(api: &Api, name: &str) -> Result<policy::Settings> {
    let origin = format!("the ClusterAdmissionPolicy `{name}` of the context `{}`", api.context);
    let path = format!("/apis/policies.kubewarden.io/v1/clusteradmissionpolicies/{}", encode(name));
    let text = api.get(&path, api::JSON).map_err(|problem| anyhow!("cannot get {origin}: {problem}"))?;
    let settings = policy::Settings::parse(&text, &origin, None)?;
    if settings.policy.is_none() {
        bail!("{origin} is none");
    }
    Ok(settings)
}

/// What there is to read: what rules check, what the settings describe, and what a plan needs.
fn resources(api: &Api, judging: &Judging, for_plan: bool) -> Result<Vec<Resource>, Problem> {
    let mut checked = checked_resources();
    if for_plan {
        checked.extend(AUTOSCALERS);
    }
    let named = convert::named_kinds(&judging.settings);
    let is_group_wanted =
        |group: &str| checked.iter().any(|(known, _)| *known == group) || named.iter().any(|(known, _)| known == group);
    let is_named =
        |resource: &Resource| named.iter().any(|(group, kind)| *group == resource.group && *kind == resource.kind);
    let is_wanted = |resource: &Resource| checked.contains(&(&*resource.group, &*resource.name)) || is_named(resource);
    let mut found = discovery::discover(api, is_group_wanted, is_wanted)?;
    // In the order of the rules' table; those of the settings come last.
    let rank = |resource: &Resource| checked.iter().position(|one| *one == (&*resource.group, &*resource.name));
    found.sort_by_key(|resource| rank(resource).unwrap_or(usize::MAX));
    Ok(found)
}

/// What was seen of a cluster.
#[derive(Default)]
struct Seen {
    objects: Vec<model::Object>,
    /// Where they come from, in the same order.
    lineages: Vec<Lineage>,
    unreadable: Vec<model::Unreadable>,
    /// How many objects were left out, by namespace.
    left_out: BTreeMap<String, usize>,
    unseen: Vec<Unseen>,
    /// Labels of namespaces that the policy's selector depends on and that could not be read.
    unknown_labels: Vec<String>,
}

impl Seen {
    fn add_to(self, report: &mut Report, namespaces: &Namespaces, context: &str) {
        let folded = fold::merge(self.objects, &self.lineages);
        let of_cluster = |object| model::Object { cluster: Some(context.to_owned()), ..object };
        report.objects.extend(folded.into_iter().map(of_cluster));
        report.unreadable.extend(self.unreadable);
        report.unseen.extend(self.unseen.into_iter().flat_map(|unseen| unseen.into_model(context)));
        report.notes.extend(namespaces.note(&self.left_out).map(|note| format!("{context}: {note}")));
        report.notes.extend(namespaces.excluded_note(&self.left_out).map(|note| format!("{context}: {note}")));
        if !self.unknown_labels.is_empty() {
            report.notes.push(format!(
                "{context}: the labels of namespaces ({}) could not be read, on which it depends what the policy is asked about: \
                 everything was judged.",
                self.unknown_labels.join(", ")
            ));
        }
    }
}

/// The scan of one cluster.
struct Scan<'s> {
    api: &'s Api,
    options: &'s Options,
    judging: &'s Judging,
    namespaces: &'s Namespaces,
}

/// What the reading thread hands over.
enum Event {
    /// A page of the resource of this index.
    Page(usize, Page),
    /// Something that could not be read: the request, the namespace and the reason.
    Unseen(String, Option<String>, Problem),
}

/// A list or an object to read: the index of its resource, and the namespace.
type Job<'n> = (usize, Option<&'n str>);

impl Scan<'_> {
    /// Reads all resources in one thread, and judges what it has read in this one and others.
    fn run(&self, resources: &[Resource]) -> Seen {
        let cluster = LiveCluster::new(self.api, &self.namespaces.named);
        let context = check::Context { settings: &self.judging.settings, namespace: "", cluster: &cluster };
        let judge = page::Judge {
            context,
            converter: Converter::new(context, Some(&self.judging.with_fixes)),
            policy: self.judging.policy.as_ref(),
            cluster: &cluster,
            label: self.options.label.as_deref(),
            keeps_sizes: self.options.keeps_sizes,
            namespaces: self.namespaces,
            context_name: &self.api.context,
        };
        let mut seen = std::thread::scope(|scope| {
            let (sender, receiver) = sync_channel(WAITING);
            scope.spawn(move || self.read(resources, &sender));
            self.judge(resources, &judge, &receiver)
        });
        drop(judge);
        seen.unseen.push(cluster.into_unseen());
        seen
    }

    /// Everything to read. Of named namespaces nothing outside of them is read, but for the namespaces themselves.
    fn jobs(&self, resources: &[Resource]) -> Vec<Job<'_>> {
        let named = &self.namespaces.named;
        let mut jobs = Vec::new();
        for (index, resource) in resources.iter().enumerate() {
            match (named.is_empty(), resource.is_namespaced) {
                (true, _) => jobs.push((index, None)),
                (false, true) => jobs.extend(named.iter().map(|namespace| (index, Some(namespace.as_str())))),
                (false, false) => {}
            }
        }
        jobs
    }

    fn read(&self, resources: &[Resource], sender: &SyncSender<Event>) {
        if let Some(index) = resources.iter().position(is_namespaces) {
            for name in &self.namespaces.named {
                if sender.send(self.namespace(&resources[index], index, name)).is_err() {
                    return;
                }
            }
        }
        let mut silence = Vec::new();
        for (index, namespace) in self.jobs(resources) {
            let sent = match silence.last() {
                // Nothing else is asked of a server that does not answer any more.
                Some(problem) if silence.len() >= MAX_SILENT => {
                    let request = format!("list {}", resources[index].title());
                    sender.send(Event::Unseen(request, namespace.map(str::to_owned), Problem::clone(problem)))
                }
                _ => self.list((index, namespace), &resources[index], sender).map(|problem| match problem {
                    Some(problem) if !matches!(problem, Problem::Status { .. }) => silence.push(problem),
                    _ => silence.clear(),
                }),
            };
            if sent.is_err() {
                return;
            }
        }
    }

    /// Reads a list. The problem that it ended with, if it did.
    fn list(
        &self,
        (index, namespace): Job<'_>,
        resource: &Resource,
        sender: &SyncSender<Event>,
    ) -> Result<Option<Problem>, SendError<Event>> {
        let mut pages = Pages::new(self.api, &resource.path(namespace), self.options.selector.as_deref());
        while let Some(page) = pages.next() {
            match page {
                Ok(page) => sender.send(Event::Page(index, page))?,
                Err(problem) => {
                    let request = if pages.count == 0 { "list" } else { "list all" };
                    let request = format!("{request} {}", resource.title());
                    sender.send(Event::Unseen(request, namespace.map(str::to_owned), problem.clone()))?;
                    return Ok(Some(problem));
                }
            }
        }
        Ok(None)
    }

    /// A named namespace, as a list of one: it may have been misspelled.
    fn namespace(&self, resource: &Resource, index: usize, name: &str) -> Event {
        match self.api.get(&format!("{}/{}", resource.path(None), encode(name)), api::JSON) {
            // With a selector, the namespace itself was not asked for.
            Ok(_) if self.options.selector.is_some() => Event::Page(index, Page::of_items("")),
            Ok(text) => Event::Page(index, Page::of_items(&text)),
            Err(problem) => Event::Unseen(format!("get {} {name}", resource.name), None, problem),
        }
    }

    fn judge(&self, resources: &[Resource], judge: &page::Judge<'_>, receiver: &Receiver<Event>) -> Seen {
        let mut seen = Seen::default();
        let mut unseen = Unseen::default();
        let mut progress = Progress::default();
        let mut reading = 0;
        loop {
            progress.tick(|| {
                let (context, count) = (&self.api.context, plural(seen.objects.len(), "object"));
                format!(
                    "{context}: {count} read, reading {}",
                    resources.get(reading).map_or_else(String::new, Resource::title)
                )
            });
            match receiver.recv_timeout(TICK) {
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
                Ok(Event::Unseen(request, namespace, problem)) => unseen.add(&request, namespace.as_deref(), &problem),
                Ok(Event::Page(index, page)) => {
                    reading = index;
                    judge_page(judge, &resources[index], &page, &mut seen);
                }
            }
        }
        seen.unseen.push(unseen);
        seen
    }
}

/// Judges the objects of a page on all cores, and adds them.
fn judge_page(judge: &page::Judge<'_>, resource: &Resource, page: &Page, seen: &mut Seen) {
    let items = match page::items(&page.text) {
        Ok(items) => items,
        Err(unreadable) => return seen.unreadable.push(judge.unreadable(resource, unreadable)),
    };
    let known: HashSet<(Option<String>, String)> = if page.may_repeat {
        let of_resource =
            |object: &&model::Object| object.kind == resource.kind && object.api_version == resource.api_version();
        let name = |object: &model::Object| (object.namespace.clone(), object.name.clone());
        seen.objects.iter().filter(of_resource).map(name).collect()
    } else {
        HashSet::new()
    };
    for one in parallel::map(&items, |item| judge.item(resource, item)) {
        match one {
            page::One::Object(object, ..) if known.contains(&(object.namespace.clone(), object.name.clone())) => {}
            page::One::Object(object, lineage, unknown) => {
                seen.objects.push(*object);
                seen.lineages.push(lineage);
                let is_new = |label: &String| !seen.unknown_labels.contains(label);
                let new: Vec<String> = unknown.into_iter().filter(is_new).collect();
                seen.unknown_labels.extend(new);
            }
            page::One::LeftOut(namespace) => *seen.left_out.entry(namespace).or_default() += 1,
            page::One::Unreadable(unreadable) => seen.unreadable.push(unreadable),
        }
    }
}

fn is_namespaces(resource: &Resource) -> bool {
    resource.group.is_empty() && resource.name == "namespaces"
}

/// Whether a rule looks at pods that come from objects of a kind.
fn has_templates(group: &str, kind: &str) -> bool {
    KindInfo::find(group, kind).is_some_and(|info| info.has_templates())
}
