//! What the Pods of manifests are given on virtual nodes, and what that costs: `oke-vn plan`.
//!
//! The way of a plan: [`input`] has each object once, with its owner; [`count`] and [`kinds`] say how many Pods a workload
//! has; [`pod`] reads what its containers ask for; [`allocation`] is Oracle's arithmetic; [`workload`] puts a row
//! together. [`capacity`], [`ports`], [`cost`] and [`advice`] are made of the rows, and [`output`] prints it all.
//!
//! A caller has [`Object`]s, the options of [`PlanArgs`], and calls [`run`].

pub mod advice;
pub mod allocation;
pub mod amount;
pub mod args;
pub mod capacity;
mod core_kinds;
pub mod cost;
pub mod count;
mod custom_kinds;
pub mod input;
pub mod keep;
pub mod kinds;
pub mod manifests;
pub mod output;
pub mod pod;
pub mod ports;
pub mod workload;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use anyhow::Result;
use serde_json::Value;

pub use args::{Format, Options, PLAN_HELP, PlanArgs};
pub use input::{Object, Source};

use advice::Advice;
use capacity::Capacity;
use cost::Cost;
use count::Counter;
use input::{Inventory, Item, Remark};
use kinds::Pods;
use ports::PortRule;
use workload::{Apart, Reason, Row, Total};

/// A document that is not an object, or that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Unread {
    /// Where it stands.
    pub source: Source,
    /// Why it is not in the plan.
    pub reason: String,
}

/// Objects of one kind that are not counted.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Uncounted {
    /// `apiVersion` of the first.
    pub api_version: String,
    /// Their kind.
    pub kind: String,
    /// Their names, with namespaces.
    pub objects: Vec<String>,
    /// Why they are not counted.
    pub reason: String,
}

/// A plan: what the Pods of the objects are given on virtual nodes.
#[derive(Debug)]
pub struct Plan {
    /// What was assumed.
    pub options: Options,
    /// The workloads that run on virtual nodes, by namespace and name.
    pub rows: Vec<Row>,
    /// Their sum.
    pub total: Total,
    /// The Pods that need less than half of an OCPU, and are given one.
    pub small_pods: u64,
    /// The workloads that do not run there.
    pub apart: Vec<Apart>,
    /// What those would take that are denied today.
    pub apart_total: Total,
    /// Kinds that are not known, and objects that could not be counted.
    pub uncounted: Vec<Uncounted>,
    /// What is wrong in the objects.
    pub remarks: Vec<Remark>,
    /// What could not be read.
    pub unread: Vec<Unread>,
    /// Virtual nodes and addresses.
    pub capacity: Capacity,
    /// Ports that security rules have to open.
    pub ports: Vec<PortRule>,
    /// The cost of a month, where there are prices.
    pub cost: Option<Cost>,
    /// What would save money, the most first.
    pub advice: Vec<Advice>,
}

/// Makes a plan of the objects and prints it in the format of `args`. `read` reads a YAML or JSON file with one document,
/// for `--prices`.
///
/// # Errors
/// If the prices cannot be read, or `out` cannot be written to.
pub fn run(
    args: &PlanArgs,
    (objects, unread): (Vec<Object>, Vec<Unread>),
    read: &dyn Fn(&Path) -> Result<Value>,
    out: &mut dyn Write,
) -> Result<()> {
    let mut plan = Plan::new(objects, args.options(read)?);
    plan.unread = unread;
    Ok(output::write(&plan, args.output, out)?)
}

impl Plan {
    /// Makes a plan of the objects.
    #[must_use]
    pub fn new(objects: Vec<Object>, options: Options) -> Self {
        let inventory = Inventory::of(objects, &options.namespace);
        let counter = Counter::new(&inventory, options.replicas);
        let mut found = Found::default();
        for item in &inventory.items {
            found.item(&counter, item, &options);
        }
        let Found { mut rows, mut apart, uncounted, mut remarks } = found;
        rows.sort_by(|left, right| left.key().cmp(&right.key()));
        apart.sort_by(|left, right| left.row.key().cmp(&right.row.key()));
        remarks.extend(lost_targets(&counter));
        remarks.splice(0..0, inventory.remarks.iter().cloned());
        let total = Total::of(rows.iter(), &options);
        let capacity = Capacity::of(&rows);
        Self {
            apart_total: Total::of(apart.iter().filter(|apart| apart.is_fixable()).map(|apart| &apart.row), &options),
            ports: ports::of(&inventory),
            cost: Cost::of(&total, &capacity, &options),
            advice: advice::of(&rows, &options),
            uncounted: uncounted.into_values().collect(),
            small_pods: small_pods(&rows, &options),
            options,
            rows,
            total,
            apart,
            remarks,
            unread: Vec::new(),
            capacity,
        }
    }
}

/// Writes a plan in a format.
///
/// # Errors
/// If `out` cannot be written to.
pub fn write(plan: &Plan, format: Format, out: &mut dyn Write) -> io::Result<()> {
    output::write(plan, format, out)
}

/// The Pods that need less than half of an OCPU, and are given one.
fn small_pods(rows: &[Row], options: &Options) -> u64 {
    let ocpu = options.rates.ocpu();
    let small = rows.iter().filter(|row| row.given.cpu.times(2) < ocpu);
    small.map(|row| row.pods(options)).fold(0, u64::saturating_add)
}

/// What the objects come to, one after the other.
#[derive(Default)]
struct Found {
    rows: Vec<Row>,
    apart: Vec<Apart>,
    uncounted: BTreeMap<(String, String, String), Uncounted>,
    remarks: Vec<Remark>,
}

impl Found {
    fn item(&mut self, counter: &Counter<'_>, item: &Item, options: &Options) {
        let Some(kind) = kinds::of(item) else {
            if kinds::seems_to_have_pods(item) {
                self.uncounted(item, "this kind is not known; if its controller makes Pods, they are not counted");
            }
            return;
        };
        // Pods of a ReplicaSet, ReplicaSets of a Deployment: their owner is counted.
        if counter.inventory.standing_for(item, |owner| kinds::of(owner).is_some()).is_some() {
            return;
        }
        match kind.pods {
            Pods::Counted(count) => match count(counter, item) {
                Ok(groups) => groups.iter().for_each(|group| self.row(item, Row::of(item, group, options), options)),
                Err(reason) => self.uncounted(item, &reason),
            },
            Pods::OnEachNode(template) => match Row::on_each_node(item, template, options) {
                Ok((row, problems)) => {
                    self.problems(item, problems);
                    self.apart.push(Apart { row, reasons: vec![Reason::OnEachNode] });
                }
                Err(reason) => self.uncounted(item, &reason),
            },
        }
    }

    fn row(&mut self, item: &Item, (mut row, problems): (Row, Vec<String>), options: &Options) {
        self.problems(item, problems);
        let reasons = Reason::of(item, &row, options);
        if reasons.is_empty() {
            return self.rows.push(row);
        }
        let apart = Apart { row: row.clone(), reasons };
        if options.count_denied && apart.is_fixable() {
            row.notes.extend(apart.reasons.iter().map(|reason| format!("{} today", reason.text(options))));
            self.rows.push(row);
        } else {
            self.apart.push(apart);
        }
    }

    fn problems(&mut self, item: &Item, problems: Vec<String>) {
        let remark = |message| Remark { object: item.id.to_string(), source: item.source.clone(), message };
        self.remarks.extend(problems.into_iter().map(remark));
    }

    fn uncounted(&mut self, item: &Item, reason: &str) {
        let key = (item.id.group.clone(), item.id.kind.clone(), reason.to_owned());
        let uncounted = self.uncounted.entry(key).or_insert_with(|| Uncounted {
            api_version: item.api_version.clone(),
            kind: item.id.kind.clone(),
            objects: Vec::new(),
            reason: reason.to_owned(),
        });
        uncounted.objects.push(format!("{}/{}", item.id.namespace, item.id.name));
    }
}

fn lost_targets(counter: &Counter<'_>) -> Vec<Remark> {
    let lost = counter.without_target().into_iter();
    lost.map(|(item, target)| Remark {
        object: item.id.to_string(),
        source: item.source.clone(),
        message: format!("spec.scaleTargetRef: {target} is not among the objects, so this scales nothing here"),
    })
    .collect()
}

#[cfg(test)]
mod tests;
