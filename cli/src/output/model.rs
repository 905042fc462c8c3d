//! A report as data: what was judged, what was found, and what could not be judged.
//!
//! Whoever judges objects fills a [`Report`] and calls [`Report::finish`]. Everything that can be calculated from these
//! facts (counts, summaries, sentences) is calculated in [`super::summary`] and stands nowhere else.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::workspace::Workspace;

/// The version of the form of a report in JSON. It grows by one when a field is renamed or removed, or changes its meaning.
pub const SCHEMA_VERSION: u32 = 1;

/// The name of the program in reports.
pub const TOOL: &str = "oke-vn";

/// All that a check or a scan has to say.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The version of the form of this document.
    pub schema_version: u32,
    /// The program that made the report.
    pub tool: Tool,
    /// The settings that the objects were judged with.
    pub settings: Settings,
    /// The rules that were found, by id.
    #[serde(default)]
    pub rules: BTreeMap<String, RuleInfo>,
    /// The objects, in the order in which they were read.
    pub objects: Vec<Object>,
    /// Files, documents and objects that could not be read.
    #[serde(default)]
    pub unreadable: Vec<Unreadable>,
    /// What a cluster did not show. Where it is not empty, all numbers are numbers of what could be seen.
    #[serde(default)]
    pub unseen: Vec<Unseen>,
    /// Files and documents that are not for a cluster, by reason.
    #[serde(default)]
    pub skipped: Vec<Skipped>,
    /// What became of the files in which there was something to fix.
    #[serde(default)]
    pub files: Vec<FileFix>,
    /// Ignore entries and comments that need a look: unused, expired or wrong.
    #[serde(default)]
    pub ignores: Vec<IgnoreProblem>,
    /// Remarks on how the report came about, a sentence each.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Where the files are. Not part of the JSON: a report says the same on every machine.
    #[serde(skip)]
    pub workspace: Workspace,
}

/// The program that made a report.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where to read about it.
    pub information_uri: String,
}

impl Default for Tool {
    fn default() -> Self {
        Self {
            name: TOOL.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            information_uri: env!("CARGO_PKG_REPOSITORY").to_owned(),
        }
    }
}

/// The settings that objects were judged with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// A digest of them, `sha256:` and 64 hexadecimal digits; see [`super::fingerprint::settings_digest`].
    pub digest: String,
    /// Where they come from: a file, a policy in a cluster; nothing for the defaults and the command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// What people need to know about a rule in a report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RuleInfo {
    /// One sentence: what the rule finds.
    pub summary: String,
    /// What the author of a workload can do, in Markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub help: String,
    /// The page about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// The page about a rule, of the version that this program has.
pub fn rule_page(rule: &str) -> String {
    let (repository, version) = (env!("CARGO_PKG_REPOSITORY"), env!("CARGO_PKG_VERSION"));
    format!("{repository}/blob/v{version}/docs/rules/{rule}.md")
}

/// A place in a file. Lines and columns count from 1; columns count characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    /// The file as the user named it; nothing for an object of a cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
}

impl Location {
    /// A place in a file.
    pub fn new(file: impl Into<String>, line: usize, column: usize) -> Self {
        Self { file: Some(file.into()), line: Some(line), column: Some(column) }
    }
}

/// An object and what was found in it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Object {
    /// The context of the cluster that it was read from; nothing for an object of a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// Where it starts.
    #[serde(flatten)]
    pub location: Location,
    /// Its `apiVersion`.
    pub api_version: String,
    /// Its kind.
    pub kind: String,
    /// Its namespace; nothing for a kind that lives outside of namespaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Its name, or `web-*` where the API server makes the name up.
    pub name: String,
    /// Its controller, where it has one that is not among the objects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// Objects that it controls, directly or through others. They count with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Child>,
    /// Where its pods can run, where the settings tell nodes apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placement: Option<Placement>,
    /// Whether pods come from it: it counts when people ask how many workloads can move.
    #[serde(default)]
    pub workload: bool,
    /// The value of the label that the report is grouped by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// What became of it.
    pub verdict: Verdict,
    /// Why it was not looked into or not judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The kind that was probably meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub did_you_mean: Option<String>,
    /// What there is to say besides the findings, such as how to keep it on managed nodes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// What was found, in the policy's order.
    #[serde(default)]
    pub findings: Vec<Finding>,
    /// What `oke-vn plan` needs of the object: numbers and sizes, and no contents. Only in reports that `oke-vn scan`
    /// saves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<serde_json::Value>")]
    pub sizes: Option<Sizes>,
}

/// What a plan needs of an object. It is kept as JSON text: a tree of it takes ten times the memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sizes(Box<str>);

impl From<&Value> for Sizes {
    fn from(value: &Value) -> Self {
        Self(value.to_string().into())
    }
}

impl Sizes {
    /// The object, as far as a plan needs it.
    pub fn value(&self) -> Value {
        serde_json::from_str(&self.0).unwrap_or_default()
    }
}

impl Serialize for Sizes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_json::from_str::<&RawValue>(&self.0).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Sizes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(|value| Self::from(&value))
    }
}

/// The controller of an object.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub struct Owner {
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
}

/// An object that counts with its owner.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub struct Child {
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Where it starts.
    #[serde(flatten)]
    pub location: Location,
}

/// The nodes that the pods of an object can run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Placement {
    /// Virtual nodes, perhaps among others.
    Virtual,
    /// Managed nodes only.
    Managed,
    /// Some of its pods can run on virtual nodes, others cannot.
    Mixed,
}

/// What became of an object. Every object has one of these, and a report counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// It is refused.
    Denied,
    /// It is accepted with warnings.
    Warned,
    /// Nothing was found.
    Clean,
    /// It is accepted: everything that was found is exempt.
    Exempt,
    /// It is accepted: everything that was found is fixed, in the file or at admission.
    Fixed,
    /// Its pods stay on managed nodes, so nothing in it matters.
    StaysOnManagedNodes,
    /// No pods come from its kind, and no rule looks at it.
    WithoutPods,
    /// No rule knows its kind, and it may well hold pods.
    NotLookedInto,
    /// The policy would not be asked about it.
    NotAsked,
}

impl Verdict {
    /// Whether the rules looked at the object.
    pub fn is_judged(self) -> bool {
        matches!(self, Self::Denied | Self::Warned | Self::Clean | Self::Exempt | Self::Fixed)
    }
}

/// How serious a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The object is refused.
    Deny,
    /// The object is accepted with a warning.
    Warn,
}

/// What is wrong in one place.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The id of the rule.
    pub rule: String,
    /// How serious it is.
    pub level: Level,
    /// The field.
    pub path: String,
    /// The field with names in place of positions, so that it survives edits; see [`super::fingerprint::anchor`].
    #[serde(default)]
    pub anchor: String,
    /// Where the field is, or its nearest parent that is there.
    #[serde(flatten)]
    pub location: Location,
    /// The container, where the field is in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// The object that counts with its owner and in which this was found, as `Pod shop/web-5f6d`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub child: Option<String>,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub remedy: String,
    /// Who fixes it.
    pub fix: Fix,
    /// What was changed, or would be, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<String>,
    /// The changes to the text of the file that fix it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<Edit>,
    /// Why it does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exempt: Option<Exemption>,
    /// Whether the baseline has it, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<BaselineState>,
    /// The page about the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Identifies the finding from one report to the next. [`Report::finish`] sets it.
    #[serde(default)]
    pub fingerprint: String,
}

/// Who fixes a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Fix {
    /// A person must decide.
    Manual,
    /// `oke-vn check --fix` can.
    Available,
    /// The policy, at admission, with these settings.
    Admission,
    /// It is fixed: in the file, or in the diff that was printed.
    Made,
}

/// A change to the text of a file. Lines and columns count from 1; columns count characters; the end is exclusive.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Edit {
    /// The line where the old text starts.
    pub start_line: usize,
    /// The column where it starts.
    pub start_column: usize,
    /// The line where it ends.
    pub end_line: usize,
    /// The column where it ends.
    pub end_column: usize,
    /// The new text.
    pub text: String,
}

/// Why a finding does not count.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Exemption {
    /// What exempts it.
    pub by: ExemptBy,
    /// The reason that was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What exempts a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ExemptBy {
    /// The policy's settings.
    Settings,
    /// An annotation of the object.
    Annotation,
    /// A comment in the file.
    Comment,
    /// An entry of `.oke-vn.yaml`.
    Config,
}

impl ExemptBy {
    /// Whether it stands in the object's own file.
    pub fn is_in_source(self) -> bool {
        matches!(self, Self::Annotation | Self::Comment)
    }

    /// The name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Settings => "the settings",
            Self::Annotation => "an annotation",
            Self::Comment => "a comment",
            Self::Config => ".oke-vn.yaml",
        }
    }
}

/// Whether a baseline has a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum BaselineState {
    /// It does not.
    New,
    /// It does.
    Known,
}

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Unreadable {
    /// Where it is broken.
    #[serde(flatten)]
    pub location: Location,
    /// The object, as `Deployment shop/web`, where that much could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// Why.
    pub reason: String,
}

/// Something that a cluster did not show.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Unseen {
    /// The context of the cluster.
    pub cluster: String,
    /// What was asked for, such as `list deployments.apps`.
    pub request: String,
    /// What the cluster answered.
    pub reason: String,
}

/// Files and documents that are not for a cluster, for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Skipped {
    /// Why, as it follows a number: `without apiVersion and kind`.
    pub reason: String,
    /// How many there are.
    pub count: usize,
    /// Some of them, or all, as `file` or `file:line`.
    pub examples: Vec<String>,
}

/// What became of a file in which there was something to fix.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(tag = "status", rename_all = "camelCase")]
pub enum FileFix {
    /// It can be fixed, or is.
    Fixed {
        /// The file.
        file: String,
        /// The changes as a unified diff.
        diff: String,
    },
    /// It could not be written, so nothing in it is fixed.
    NotWritten {
        /// The file.
        file: String,
        /// Why.
        reason: String,
    },
    /// It stays as it is, because it cannot be changed faithfully.
    LeftAlone {
        /// The file.
        file: String,
        /// The line that the reason is about.
        line: usize,
        /// Why.
        reason: String,
    },
}

/// An ignore entry or comment that needs a look.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IgnoreProblem {
    /// Where it is.
    #[serde(flatten)]
    pub location: Location,
    /// What is wrong with it and what to do, as a sentence without a full stop.
    pub problem: String,
}

impl Report {
    /// A report that says nothing yet.
    pub fn new(settings: Settings) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            tool: Tool::default(),
            settings,
            rules: BTreeMap::new(),
            objects: Vec::new(),
            unreadable: Vec::new(),
            unseen: Vec::new(),
            skipped: Vec::new(),
            files: Vec::new(),
            ignores: Vec::new(),
            notes: Vec::new(),
            workspace: Workspace::default(),
        }
    }

    /// Settles the verdicts and gives every finding its fingerprint. To be called once the objects are complete, and
    /// again where findings were added.
    pub fn finish(&mut self) {
        for object in &mut self.objects {
            object.settle();
        }
        super::fingerprint::assign(self);
    }

    /// All findings with their objects.
    pub fn findings(&self) -> impl Iterator<Item = (&Object, &Finding)> {
        self.objects.iter().flat_map(|object| object.findings.iter().map(move |finding| (object, finding)))
    }
}

impl Object {
    /// An object that was read, before anything is found in it.
    pub fn new(api_version: &str, kind: &str, namespace: Option<&str>, name: &str) -> Self {
        Self {
            cluster: None,
            location: Location::default(),
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            namespace: namespace.map(str::to_owned),
            name: name.to_owned(),
            owner: None,
            children: Vec::new(),
            placement: None,
            workload: false,
            group: None,
            verdict: Verdict::Clean,
            reason: None,
            did_you_mean: None,
            advice: None,
            findings: Vec::new(),
            sizes: None,
        }
    }

    /// Its API group; empty for the core group.
    pub fn api_group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// Its name for people: `Deployment shop/web`.
    pub fn title(&self) -> String {
        let Self { kind, name, .. } = self;
        match &self.namespace {
            Some(namespace) => format!("{kind} {namespace}/{name}"),
            None => format!("{kind} {name}"),
        }
    }

    /// Derives the verdict of an object that was judged from its findings.
    pub fn settle(&mut self) {
        if !self.verdict.is_judged() {
            return;
        }
        let has = |standing| self.findings.iter().any(|finding| finding.standing() == standing);
        self.verdict = if has(Standing::Denies) {
            Verdict::Denied
        } else if has(Standing::Warns) {
            Verdict::Warned
        } else if has(Standing::Fixed) || has(Standing::FixedAtAdmission) {
            Verdict::Fixed
        } else if has(Standing::Exempt) {
            Verdict::Exempt
        } else {
            Verdict::Clean
        };
    }
}

/// What a finding amounts to, after fixes and exemptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// The object is refused for it.
    Denies,
    /// The object is accepted with a warning.
    Warns,
    /// The policy fixes it at admission.
    FixedAtAdmission,
    /// It is fixed in the file.
    Fixed,
    /// It is exempt.
    Exempt,
}

impl Standing {
    /// The word for it in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Denies => "deny",
            Self::Warns => "warn",
            Self::FixedAtAdmission | Self::Fixed => "fixed",
            Self::Exempt => "exempt",
        }
    }

    /// Whether somebody has something to do.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Denies | Self::Warns)
    }
}

impl Finding {
    /// What it amounts to.
    pub fn standing(&self) -> Standing {
        match (self.fix, self.level) {
            _ if self.exempt.is_some() => Standing::Exempt,
            (Fix::Made, _) => Standing::Fixed,
            (Fix::Admission, _) => Standing::FixedAtAdmission,
            (_, Level::Deny) => Standing::Denies,
            (_, Level::Warn) => Standing::Warns,
        }
    }

    /// Whether it is fixed, in the file or at admission.
    pub fn is_fixed(&self) -> bool {
        matches!(self.standing(), Standing::Fixed | Standing::FixedAtAdmission)
    }

    /// Whether the baseline has it.
    pub fn is_known(&self) -> bool {
        self.baseline == Some(BaselineState::Known)
    }

    /// Whether a report for people lists it: somebody has something to do, and did not put it into the baseline.
    pub fn is_shown(&self) -> bool {
        self.standing().is_open() && !self.is_known()
    }
}
