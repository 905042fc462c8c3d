//! A row of the plan: Pods that are alike, what they ask for and what they are given.

use serde::Serialize;

use super::allocation::{Allocation, Kind, Pod};
use super::amount::Amount;
use super::args::Options;
use super::count::{Count, Group, Lasting, Template};
use super::input::{Id, Item, Source};
use super::pod::{self, Reading};

/// Pods of a workload that are alike.
#[derive(Debug, Clone)]
pub struct Row {
    /// The workload.
    pub id: Id,
    /// Its `apiVersion`.
    pub api_version: String,
    /// Where it stands.
    pub source: Source,
    /// The part of the workload; empty if these are all its Pods.
    pub part: String,
    /// How many there are, and why.
    pub count: Count,
    /// One of them.
    pub pod: Pod,
    /// The name of its main container, if an annotation says which it is.
    pub main: Option<String>,
    /// What one of them is given.
    pub given: Allocation,
    /// What a reader of the figures should know.
    pub notes: Vec<String>,
    /// For a Job that nobody deletes.
    pub lasting: Option<Lasting>,
}

impl Row {
    /// The row of a group of Pods, and what is wrong in it.
    #[must_use]
    pub fn of(item: &Item, group: &Group<'_>, options: &Options) -> (Self, Vec<String>) {
        let Reading { mut pod, main, problems, mut notes } = match &group.template {
            Template::Written(template, path) => pod::read(template, path),
            Template::Made => Reading::default(),
        };
        pod.containers.extend(group.added.iter().cloned());
        notes.extend(group.notes.iter().cloned());
        let row = Self {
            id: item.id.clone(),
            api_version: item.api_version.clone(),
            source: item.source.clone(),
            part: group.part.clone(),
            count: group.count.clone(),
            given: Allocation::of(&pod, &options.rates),
            pod,
            main,
            notes,
            lasting: group.lasting,
        };
        (row, problems)
    }

    /// The row of a workload that has a Pod on each node: a number that no manifest has.
    ///
    /// # Errors
    /// If there is no template at `pointer`.
    pub fn on_each_node(item: &Item, pointer: &str, options: &Options) -> Result<(Self, Vec<String>), String> {
        let group = Group::at(item, pointer, Count::new(0, "one on each node"))?;
        Ok(Self::of(item, &group, options))
    }

    /// The key that rows are sorted by.
    #[must_use]
    pub fn key(&self) -> (&str, &str, &str, &str, &str) {
        (&self.id.namespace, &self.id.name, &self.id.kind, &self.id.group, &self.part)
    }

    /// The workload and its part, for people.
    #[must_use]
    pub fn name(&self) -> String {
        let part = if self.part.is_empty() { String::new() } else { format!(" ({})", self.part) };
        format!("{}{part}", self.id)
    }

    /// The Pods that are in the sums: with those of a rollout if that is asked for.
    #[must_use]
    pub fn pods(&self, options: &Options) -> u64 {
        self.count.pods.saturating_add(if options.surge { self.count.surge } else { 0 })
    }

    /// What all Pods of the row come to.
    #[must_use]
    pub fn total(&self, options: &Options) -> Total {
        let pods = self.pods(options);
        Total {
            pods,
            cpu: self.pod.asked(Kind::Cpu).times(pods),
            memory: self.pod.asked(Kind::Memory).times(pods),
            ocpus: self.given.ocpus.saturating_mul(pods),
            gb: self.given.gb.saturating_mul(pods),
            rounded_cpu: self.given.rounded_cpu(&options.rates).times(pods),
            rounded_memory: self.given.rounded_memory(&options.rates).times(pods),
        }
    }
}

/// The sum of rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Total {
    /// Pods.
    pub pods: u64,
    /// The cpu that they ask for, in Kubernetes' CPUs.
    pub cpu: Amount,
    /// The memory that they ask for, in bytes.
    pub memory: Amount,
    /// The OCPUs that they are given.
    pub ocpus: u64,
    /// The GB of memory that they are given.
    pub gb: u64,
    /// The cpu that is given by rounding up alone, in Kubernetes' CPUs.
    pub rounded_cpu: Amount,
    /// The memory that is given by rounding up alone, in bytes.
    pub rounded_memory: Amount,
}

impl Total {
    /// The sum of the rows.
    pub fn of<'a>(rows: impl Iterator<Item = &'a Row>, options: &Options) -> Self {
        rows.map(|row| row.total(options)).fold(Self::default(), |sum, row| Self {
            pods: sum.pods.saturating_add(row.pods),
            cpu: sum.cpu.plus(row.cpu),
            memory: sum.memory.plus(row.memory),
            ocpus: sum.ocpus.saturating_add(row.ocpus),
            gb: sum.gb.saturating_add(row.gb),
            rounded_cpu: sum.rounded_cpu.plus(row.rounded_cpu),
            rounded_memory: sum.rounded_memory.plus(row.rounded_memory),
        })
    }

    /// How many times the cpu that is asked for is given. `None` if none is asked for.
    #[must_use]
    pub fn cpu_factor(&self, options: &Options) -> Option<f64> {
        factor(options.rates.ocpu().times(self.ocpus), self.cpu)
    }

    /// How many times the memory that is asked for is given. `None` if none is asked for.
    #[must_use]
    pub fn memory_factor(&self, options: &Options) -> Option<f64> {
        factor(options.rates.gb().times(self.gb), self.memory)
    }
}

fn factor(given: Amount, asked: Amount) -> Option<f64> {
    (asked > Amount::ZERO).then(|| given.in_units(asked))
}

/// Why a workload does not run on virtual nodes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", tag = "reason", content = "detail")]
pub enum Reason {
    /// It has a Pod on each node, and virtual nodes take no DaemonSets.
    OnEachNode,
    /// A rule of the policy denies it.
    Denied(Vec<String>),
    /// The shape has no Pods of this size, in OCPUs.
    TooLarge(u64),
    /// It belongs to a node: a static Pod.
    OfNode,
    /// Its placement keeps it off virtual nodes.
    Elsewhere,
}

impl Reason {
    /// Why the row does not run on virtual nodes; nothing if it does.
    #[must_use]
    pub fn of(item: &Item, row: &Row, options: &Options) -> Vec<Self> {
        let mut reasons = Vec::new();
        let owner = item.owner.as_ref();
        if owner.is_some_and(|owner| owner.group.is_empty() && owner.kind == "Node") {
            reasons.push(Self::OfNode);
        }
        if owner.is_some_and(|owner| owner.kind == "DaemonSet") {
            reasons.push(Self::OnEachNode);
        }
        if item.is_elsewhere {
            reasons.push(Self::Elsewhere);
        }
        if !item.denied.is_empty() {
            reasons.push(Self::Denied(item.denied.clone()));
        }
        if !row.given.fits(options.rates.shape) {
            reasons.push(Self::TooLarge(row.given.ocpus));
        }
        reasons
    }

    /// The reason as a sentence.
    #[must_use]
    pub fn text(&self, options: &Options) -> String {
        match self {
            Self::OnEachNode => "runs on each node; virtual nodes have no DaemonSets".to_owned(),
            Self::Denied(rules) => format!("denied by {}", rules.join(", ")),
            Self::TooLarge(ocpus) => {
                let shape = options.rates.shape;
                let most = shape.max_ocpus().unwrap_or(u64::MAX);
                format!("needs {ocpus} OCPU; {} gives a Pod at most {most}", shape.name())
            }
            Self::OfNode => "a static Pod of a node".to_owned(),
            Self::Elsewhere => "its placement keeps it off virtual nodes".to_owned(),
        }
    }
}

/// A workload that does not run on virtual nodes.
#[derive(Debug, Clone)]
pub struct Apart {
    /// What it would be given.
    pub row: Row,
    /// Why it does not run there.
    pub reasons: Vec<Reason>,
}

impl Apart {
    /// Whether it would run on virtual nodes once what is denied is changed.
    #[must_use]
    pub fn is_fixable(&self) -> bool {
        self.reasons.iter().all(|reason| matches!(reason, Reason::Denied(_)))
    }
}
