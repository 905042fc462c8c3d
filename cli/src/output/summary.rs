//! What follows from a report: counts, tables and the sentences that people read.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::model::{Fix, Object, Report, Standing, Verdict};
use super::words::{self, list, number, plural};

/// How many objects came to what. An object is in one count and in no other; `folded` counts what is in none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// All that could be read: the sum of the counts below, but for `unreadable` and `folded`.
    pub objects: usize,
    /// Refused.
    pub denied: usize,
    /// Accepted with warnings.
    pub warned: usize,
    /// Nothing was found.
    pub clean: usize,
    /// Accepted, because everything that was found is exempt.
    pub exempt: usize,
    /// Accepted, because everything that was found is fixed.
    pub fixed: usize,
    /// Their pods stay on managed nodes.
    pub stays_on_managed_nodes: usize,
    /// No pods come from their kinds, and no rule looks at them.
    pub without_pods: usize,
    /// No rule knows their kinds, and they may well hold pods.
    pub not_looked_into: usize,
    /// Files, documents and objects that could not be read.
    pub unreadable: usize,
    /// The policy would not be asked about them.
    pub not_asked: usize,
    /// Objects that count with their owners.
    pub folded: usize,
}

impl Counts {
    /// Counts what is in a report.
    pub fn of(report: &Report) -> Self {
        let mut counts = Self { unreadable: report.unreadable.len(), ..Self::default() };
        for object in &report.objects {
            counts.folded += object.children.len();
            *match object.verdict {
                Verdict::Denied => &mut counts.denied,
                Verdict::Warned => &mut counts.warned,
                Verdict::Clean => &mut counts.clean,
                Verdict::Exempt => &mut counts.exempt,
                Verdict::Fixed => &mut counts.fixed,
                Verdict::StaysOnManagedNodes => &mut counts.stays_on_managed_nodes,
                Verdict::WithoutPods => &mut counts.without_pods,
                Verdict::NotLookedInto => &mut counts.not_looked_into,
                Verdict::NotAsked => &mut counts.not_asked,
            } += 1;
        }
        counts.objects = report.objects.len();
        counts
    }

    /// Every count of objects with the words that follow its number, in the order of a report.
    pub fn named(&self) -> [(usize, &'static str); 9] {
        [
            (self.denied, "denied"),
            (self.warned, "warned"),
            (self.clean, "clean"),
            (self.exempt, "exempt"),
            (self.fixed, "fixed"),
            (self.stays_on_managed_nodes, "staying on managed nodes"),
            (self.without_pods, "without pods"),
            (self.not_looked_into, "not looked into"),
            (self.not_asked, "not asked about"),
        ]
    }

    /// All counts in one sentence: those that are not zero with their number, then the names of the others.
    pub fn sentence(&self) -> String {
        let folded = match self.folded {
            0 => String::new(),
            folded => {
                format!(", and {} counted with {} owners", number(folded), if folded == 1 { "its" } else { "their" })
            }
        };
        let named = self.named();
        // The first three are told even when they are zero: they are what people look for.
        let (told, none): (Vec<_>, Vec<_>) =
            named.iter().enumerate().partition(|(index, (count, _))| *index < 3 || *count > 0);
        let told: Vec<String> = told.iter().map(|(_, (count, name))| format!("{} {name}", number(*count))).collect();
        let mut none: Vec<String> = none.iter().map(|(_, (_, name))| (*name).to_owned()).collect();
        // It may be a file, and no object.
        let unreadable = match self.unreadable {
            0 => {
                none.push("unreadable".to_owned());
                String::new()
            }
            unreadable => format!("; {} unreadable", number(unreadable)),
        };
        let none = if none.is_empty() { String::new() } else { format!("; none {}", list(&none, "or")) };
        format!("{}{folded}: {}{none}{unreadable}.", plural(self.objects, "object"), told.join(", "))
    }
}

/// How far a workload is from virtual nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Readiness {
    /// Nothing stands in the way.
    AsIs,
    /// Everything that stands in the way can be fixed mechanically.
    AfterFix,
    /// A person must decide something.
    ByHand,
    /// It stays on managed nodes, or it is exempt.
    SetAside,
    /// It could not be looked into.
    Unknown,
}

impl Readiness {
    /// All of them, in the order of a picture.
    pub const ALL: [Self; 5] = [Self::AsIs, Self::AfterFix, Self::ByHand, Self::SetAside, Self::Unknown];

    /// Of an object; nothing for one that no pods come from, or that the policy would not be asked about.
    pub fn of(object: &Object) -> Option<Self> {
        if !object.workload {
            return None;
        }
        let mut denying = object.findings.iter().filter(|finding| finding.standing() == Standing::Denies);
        match object.verdict {
            Verdict::Denied if denying.all(|finding| finding.fix == Fix::Available) => Some(Self::AfterFix),
            Verdict::Denied => Some(Self::ByHand),
            Verdict::Warned | Verdict::Clean | Verdict::Fixed => Some(Self::AsIs),
            Verdict::Exempt | Verdict::StaysOnManagedNodes => Some(Self::SetAside),
            Verdict::NotLookedInto => Some(Self::Unknown),
            Verdict::WithoutPods | Verdict::NotAsked => None,
        }
    }

    /// The name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::AsIs => "as they are",
            Self::AfterFix => "after --fix",
            Self::ByHand => "by hand",
            Self::SetAside => "set aside",
            Self::Unknown => "not known",
        }
    }
}

/// How many workloads are how far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// All of them.
    pub workloads: usize,
    /// Can move as they are.
    pub as_is: usize,
    /// Can move once `oke-vn check --fix` has been run.
    pub after_fix: usize,
    /// Need a person's decision.
    pub by_hand: usize,
    /// Stay on managed nodes, or are exempt.
    pub set_aside: usize,
    /// Could not be looked into.
    pub unknown: usize,
}

impl Progress {
    /// Of all workloads among these objects.
    pub fn of<'a>(objects: impl IntoIterator<Item = &'a Object>) -> Self {
        let mut progress = Self::default();
        for readiness in objects.into_iter().filter_map(Readiness::of) {
            progress.add(readiness);
        }
        progress
    }

    fn add(&mut self, readiness: Readiness) {
        self.workloads += 1;
        *match readiness {
            Readiness::AsIs => &mut self.as_is,
            Readiness::AfterFix => &mut self.after_fix,
            Readiness::ByHand => &mut self.by_hand,
            Readiness::SetAside => &mut self.set_aside,
            Readiness::Unknown => &mut self.unknown,
        } += 1;
    }

    /// The count of one.
    pub fn get(&self, readiness: Readiness) -> usize {
        match readiness {
            Readiness::AsIs => self.as_is,
            Readiness::AfterFix => self.after_fix,
            Readiness::ByHand => self.by_hand,
            Readiness::SetAside => self.set_aside,
            Readiness::Unknown => self.unknown,
        }
    }
}

/// A row of the table by namespace, or by whatever else workloads are grouped by.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupRow {
    /// The context of the cluster, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// The namespace or the label's value; nothing for objects without.
    pub name: Option<String>,
    /// How far its workloads are.
    #[serde(flatten)]
    pub progress: Progress,
    /// Objects that are refused, workloads and others.
    pub denied: usize,
    /// Objects that are accepted with warnings.
    pub warned: usize,
}

impl GroupRow {
    /// The name for people.
    pub fn title(&self) -> String {
        let name = self.name.as_deref().unwrap_or("(none)");
        match &self.cluster {
            Some(cluster) => format!("{cluster}/{name}"),
            None => name.to_owned(),
        }
    }

    /// Whether there is something to say about it.
    pub fn is_empty(&self) -> bool {
        self.progress.workloads + self.denied + self.warned == 0
    }
}

/// A row of the table by rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RuleRow {
    /// The id.
    pub rule: String,
    /// Objects in which it denies something.
    pub objects: usize,
    /// Findings that deny.
    pub denied: usize,
    /// Findings that warn.
    pub warned: usize,
    /// Findings that deny or warn and that `oke-vn check --fix` can fix.
    pub fixable: usize,
    /// Findings that are fixed, in the file or at admission.
    pub fixed: usize,
    /// Findings that are exempt.
    pub exempt: usize,
}

/// Kinds that no rule knows.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnknownKind {
    /// Its `apiVersion`.
    pub api_version: String,
    /// The kind.
    pub kind: String,
    /// How many objects there are.
    pub count: usize,
    /// Why it was not looked into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The kind that was probably meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub did_you_mean: Option<String>,
    /// The first of them.
    pub example: String,
}

/// What workloads are grouped by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GroupBy {
    /// The namespace.
    #[default]
    Namespace,
    /// The label that was asked for: [`Object::group`].
    Label,
}

/// The table by namespace or label, in the order of the names. Groups about which there is nothing to say are left out.
pub fn groups(report: &Report, by: GroupBy) -> Vec<GroupRow> {
    let mut groups = BTreeMap::<(Option<&str>, Option<&str>), Vec<&Object>>::new();
    for object in &report.objects {
        let name = match by {
            GroupBy::Namespace => object.namespace.as_deref(),
            GroupBy::Label => object.group.as_deref(),
        };
        groups.entry((object.cluster.as_deref(), name)).or_default().push(object);
    }
    let count = |objects: &[&Object], verdict| objects.iter().filter(|object| object.verdict == verdict).count();
    let rows = groups.into_iter().map(|((cluster, name), objects)| GroupRow {
        cluster: cluster.map(str::to_owned),
        name: name.map(str::to_owned),
        progress: Progress::of(objects.iter().copied()),
        denied: count(&objects, Verdict::Denied),
        warned: count(&objects, Verdict::Warned),
    });
    rows.filter(|row| !row.is_empty()).collect()
}

/// The table by rule: the one that denies most objects first.
pub fn rules(report: &Report) -> Vec<RuleRow> {
    let mut rows = BTreeMap::<&str, RuleRow>::new();
    for object in &report.objects {
        let mut denying: Vec<&str> = Vec::new();
        for finding in &object.findings {
            let row = rows.entry(&finding.rule).or_default();
            let standing = finding.standing();
            match standing {
                Standing::Denies => row.denied += 1,
                Standing::Warns => row.warned += 1,
                Standing::Fixed | Standing::FixedAtAdmission => row.fixed += 1,
                Standing::Exempt => row.exempt += 1,
            }
            row.fixable += usize::from(standing.is_open() && finding.fix == Fix::Available);
            if standing == Standing::Denies && !denying.contains(&finding.rule.as_str()) {
                denying.push(&finding.rule);
                row.objects += 1;
            }
        }
    }
    let mut rows: Vec<RuleRow> = rows.into_iter().map(|(rule, row)| RuleRow { rule: rule.to_owned(), ..row }).collect();
    rows.sort_by_key(|row| (std::cmp::Reverse((row.objects, row.denied, row.warned)), row.rule.clone()));
    rows
}

/// The kinds that were not looked into, in the order of their names.
pub fn unknown_kinds(report: &Report) -> Vec<UnknownKind> {
    let mut kinds = BTreeMap::<(&str, &str, Option<&str>), UnknownKind>::new();
    for object in report.objects.iter().filter(|object| object.verdict == Verdict::NotLookedInto) {
        let key = (object.api_version.as_str(), object.kind.as_str(), object.reason.as_deref());
        let kind = kinds.entry(key).or_insert_with(|| UnknownKind {
            api_version: object.api_version.clone(),
            kind: object.kind.clone(),
            count: 0,
            reason: object.reason.clone(),
            did_you_mean: object.did_you_mean.clone(),
            example: words::place(object, &object.location),
        });
        kind.count += 1;
    }
    kinds.into_values().collect()
}

/// The sentences for a manager: how many workloads can move, and what is most often in the way.
pub fn headline(report: &Report) -> String {
    let progress = Progress::of(&report.objects);
    let Progress { workloads, as_is, after_fix, by_hand, set_aside, unknown } = progress;
    let seen = if report.unseen.is_empty() && report.unreadable.is_empty() { "" } else { " that could be seen" };
    if workloads == 0 {
        return format!("There is no workload among the objects{seen}.");
    }
    let mut parts = vec![
        format!("{} can move to virtual nodes as {}", number(as_is), if as_is == 1 { "it is" } else { "they are" }),
        format!("{} after a mechanical fix", number(after_fix)),
        format!("{} only after somebody decides what to change", number(by_hand)),
    ];
    if set_aside > 0 {
        let (verb, be) = if set_aside == 1 { ("stays", "is") } else { ("stay", "are") };
        parts.push(format!("{} {verb} on managed nodes or {be} exempt", number(set_aside)));
    }
    if unknown > 0 {
        parts.push(format!("{} could not be looked into", number(unknown)));
    }
    let namespaces = groups(report, GroupBy::Namespace).iter().filter(|row| row.progress.workloads > 0).count();
    format!(
        "Of {}{seen} in {}, {}.{}",
        plural(workloads, "workload"),
        plural(namespaces, "namespace"),
        list(&parts, "and"),
        obstacles(report)
    )
}

/// What is most often in the way, as a sentence; nothing where nothing is.
fn obstacles(report: &Report) -> String {
    let mut counts = BTreeMap::<&str, usize>::new();
    for object in report.objects.iter().filter(|object| object.workload) {
        let mut rules: Vec<&str> = object
            .findings
            .iter()
            .filter(|finding| finding.standing() == Standing::Denies)
            .map(|finding| finding.rule.as_str())
            .collect();
        rules.sort_unstable();
        rules.dedup();
        for rule in rules {
            *counts.entry(rule).or_default() += 1;
        }
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(rule, count)| (std::cmp::Reverse(*count), *rule));
    let worst: Vec<String> =
        counts.iter().take(3).map(|(rule, count)| format!("{rule} ({})", plural(*count, "workload"))).collect();
    if worst.is_empty() {
        return String::new();
    }
    format!(" Most often in the way: {}.", list(&worst, "and"))
}

/// What makes a check fail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum FailOn {
    /// An object that is denied.
    #[default]
    Deny,
    /// An object that is denied or warned about.
    Warn,
    /// Nothing that is found.
    Never,
}

/// Whether something was found for which a check fails. What the baseline has does not count.
pub fn fails(report: &Report, on: FailOn) -> bool {
    report.findings().filter(|(_, finding)| !finding.is_known()).any(|(_, finding)| match finding.standing() {
        Standing::Denies => on != FailOn::Never,
        Standing::Warns => on == FailOn::Warn,
        _ => false,
    })
}

/// Whether the report is incomplete: something could not be read or seen, or nothing was judged.
pub fn is_incomplete(report: &Report) -> bool {
    !report.unreadable.is_empty() || !report.unseen.is_empty() || report.objects.is_empty()
}
