//! What would save money, the most first.

use rust_decimal::Decimal;
use serde::Serialize;

use super::allocation::{Allocation, Container, Gigabyte, Kind, Pod, Resource};
use super::amount::{Amount, NANOS};
use super::args::Options;
use super::count::Lasting;
use super::input::Source;
use super::workload::Row;

/// What is wasted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Waste {
    /// A little less would fit one size lower.
    JustAbove,
    /// Sidecars push the Pod over a whole unit.
    Sidecars,
    /// Limits above the requests, where the limit is what is given.
    LimitsAboveRequests,
    /// Containers without requests and limits.
    NoResources,
    /// Jobs that stay when they have finished.
    FinishedJobs,
}

/// A piece of advice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// What is wasted.
    pub waste: Waste,
    /// The workload, for people.
    pub workload: String,
    /// Where it stands.
    pub source: Source,
    /// What to do.
    pub text: String,
    /// The OCPUs that it would save, for all Pods of the workload.
    pub ocpus: u64,
    /// The GB of memory that it would save.
    pub gb: u64,
    /// The cost of a month that it would save; zero without prices.
    pub month: Decimal,
}

/// A cut of up to so many percent of what is written for a Pod is advised.
const MAX_CUT_PERCENT: u128 = 15;

/// The advice for the rows, what saves the most first. Each is on its own: two for the same Pod do not add up.
#[must_use]
pub fn of(rows: &[Row], options: &Options) -> Vec<Advice> {
    let mut advice: Vec<Advice> = rows.iter().flat_map(|row| of_row(row, options)).collect();
    advice.sort_by(|left, right| {
        let savings = |advice: &Advice| (advice.month, advice.ocpus, advice.gb);
        let name = |advice: &Advice| (advice.workload.clone(), advice.waste, advice.text.clone());
        savings(right).cmp(&savings(left)).then_with(|| name(left).cmp(&name(right)))
    });
    advice
}

fn of_row(row: &Row, options: &Options) -> Vec<Advice> {
    let mut advice = Vec::new();
    for kind in [Kind::Cpu, Kind::Memory] {
        let size = Size::of(row, kind, options);
        advice.extend(size.sidecars().or_else(|| size.just_above()));
    }
    advice.extend(limits_above_requests(row, options));
    advice.extend(no_resources(row, options));
    advice.extend(row.lasting.and_then(|lasting| finished_jobs(row, lasting, options)));
    advice
}

/// What is saved for each Pod, times its Pods.
fn saving(row: &Row, options: &Options, waste: Waste, (ocpus, gb): (u64, u64), text: String) -> Advice {
    let pods = row.pods(options);
    times(row, options, waste, (ocpus, gb, pods), text)
}

fn times(row: &Row, options: &Options, waste: Waste, (ocpus, gb, pods): (u64, u64, u64), text: String) -> Advice {
    let (ocpus, gb) = (ocpus.saturating_mul(pods), gb.saturating_mul(pods));
    let month = options.prices.month(ocpus.into(), gb.into());
    Advice { waste, workload: row.name(), source: row.source.clone(), text, ocpus, gb, month }
}

/// The size of a Pod in one resource.
struct Size<'a> {
    row: &'a Row,
    options: &'a Options,
    kind: Kind,
    /// How many are given.
    given: u64,
    /// What is above one unit less.
    excess: Amount,
}

impl<'a> Size<'a> {
    fn of(row: &'a Row, kind: Kind, options: &'a Options) -> Self {
        let rates = &options.rates;
        let (unit, given, exact) = match kind {
            Kind::Cpu => (rates.ocpu(), row.given.ocpus, row.given.cpu),
            Kind::Memory => (rates.gb(), row.given.gb, row.given.memory),
        };
        Self { row, options, kind, given, excess: exact.minus(unit.times(given.saturating_sub(1))) }
    }

    /// Sidecars without which the Pod would be a size lower: all containers but the main one.
    fn sidecars(&self) -> Option<Advice> {
        if self.given < 2 || self.row.pod.own(self.kind).used().is_some() {
            return None;
        }
        let main = main_container(self.row, self.kind, self.options)?;
        let used = |container: &Container| container.used(self.kind, &self.options.rates);
        let (main, others): (Vec<_>, Vec<_>) =
            self.row.pod.containers.iter().enumerate().partition(|(index, _)| *index == main);
        let sum: Amount = others.iter().map(|(_, container)| used(container)).sum();
        let of_main: Amount = main.iter().map(|(_, container)| used(container)).sum();
        // What is larger than the main container is not a sidecar.
        if sum < self.excess || sum > of_main {
            return None;
        }
        let names: Vec<&str> = others.iter().map(|(_, container)| container.name.as_str()).collect();
        let text = format!(
            "{} {} ({}) push{} each Pod from {} to {}: {} less in all its containers, or fewer sidecars",
            if names.len() == 1 { "sidecar" } else { "sidecars" },
            names.join(", "),
            self.amount(sum),
            if names.len() == 1 { "es" } else { "" },
            self.units(self.given - 1),
            self.units(self.given),
            self.amount(self.excess),
        );
        Some(self.save(Waste::Sidecars, text))
    }

    /// A little less of what is written, and the Pod is a size lower.
    fn just_above(&self) -> Option<Advice> {
        let pod = &self.row.pod;
        let written: Amount = match pod.own(self.kind).used() {
            Some(own) => own,
            None => pod.containers.iter().filter_map(|container| container.of(self.kind).used()).sum(),
        };
        let is_small = self.excess.nanos().saturating_mul(100) <= written.nanos().saturating_mul(MAX_CUT_PERCENT);
        (self.given >= 2 && is_small).then(|| {
            let text = format!(
                "{} less, of {}, and each Pod takes {} in place of {}",
                self.amount(self.excess),
                self.amount(written),
                self.units(self.given - 1),
                self.units(self.given),
            );
            self.save(Waste::JustAbove, text)
        })
    }

    fn save(&self, waste: Waste, text: String) -> Advice {
        let one = match self.kind {
            Kind::Cpu => (1, 0),
            Kind::Memory => (0, 1),
        };
        saving(self.row, self.options, waste, one, text)
    }

    fn units(&self, count: u64) -> String {
        match self.kind {
            Kind::Cpu => format!("{count} OCPU"),
            Kind::Memory => format!("{count} GB"),
        }
    }

    /// An amount as a quantity, rounded up so that a cut of it is enough.
    fn amount(&self, amount: Amount) -> String {
        let (unit, name) = match (self.kind, self.options.rates.gigabyte) {
            (Kind::Cpu, _) => (NANOS / 1_000, "m cpu"),
            (Kind::Memory, Gigabyte::Decimal) => (NANOS * 1_000_000, "M memory"),
            (Kind::Memory, Gigabyte::Binary) => (NANOS << 20, "Mi memory"),
        };
        format!("{}{name}", amount.round_up(Amount::of_nanos(unit)))
    }
}

/// The index of the main container: by annotation, else the one with the most.
fn main_container(row: &Row, kind: Kind, options: &Options) -> Option<usize> {
    let containers = || row.pod.containers.iter().enumerate();
    let named = containers().find(|(_, container)| row.main.as_deref() == Some(&container.name));
    // Of several with the same the first: the list is gone through from its end.
    let largest = || containers().rev().max_by_key(|(_, container)| container.used(kind, &options.rates));
    named.or_else(largest).map(|(index, _)| index)
}

/// How much less another Pod is given, in OCPUs and GB.
fn less(row: &Row, other: &Pod, options: &Options) -> (u64, u64) {
    let other = Allocation::of(other, &options.rates);
    (row.given.ocpus.saturating_sub(other.ocpus), row.given.gb.saturating_sub(other.gb))
}

fn limits_above_requests(row: &Row, options: &Options) -> Option<Advice> {
    let lower = |resource: Resource| Resource { request: resource.request, limit: resource.asked() };
    let mut pod = row.pod.clone();
    (pod.cpu, pod.memory) = (lower(pod.cpu), lower(pod.memory));
    for container in &mut pod.containers {
        (container.cpu, container.memory) = (lower(container.cpu), lower(container.memory));
    }
    let (ocpus, gb) = less(row, &pod, options);
    (ocpus > 0 || gb > 0).then(|| {
        let text = format!(
            "limits are above requests, and the limit is what is given: with limits that equal the requests each Pod takes \
             {} OCPU and {} GB in place of {} OCPU and {} GB",
            row.given.ocpus - ocpus,
            row.given.gb - gb,
            row.given.ocpus,
            row.given.gb,
        );
        saving(row, options, Waste::LimitsAboveRequests, (ocpus, gb), text)
    })
}

fn no_resources(row: &Row, options: &Options) -> Option<Advice> {
    let mut pod = row.pod.clone();
    let mut names = Vec::new();
    for container in &mut pod.containers {
        let empty = |kind| container.of(kind).used().is_none() && row.pod.own(kind).used().is_none();
        let missing = match (empty(Kind::Cpu), empty(Kind::Memory)) {
            (true, true) => "cpu and memory",
            (true, false) => "cpu",
            (false, true) => "memory",
            (false, false) => continue,
        };
        names.push(format!("{} ({missing})", container.name));
        let nothing = Resource { request: None, limit: Some(Amount::ZERO) };
        for resource in [&mut container.cpu, &mut container.memory] {
            *resource = if resource.used().is_none() { nothing } else { *resource };
        }
    }
    if names.is_empty() {
        return None;
    }
    let text = format!(
        "no request and no limit: {}; each counts 0.125 OCPU and 0.5 GB where it has none. Write what it needs",
        names.join(", ")
    );
    Some(saving(row, options, Waste::NoResources, less(row, &pod, options), text))
}

fn finished_jobs(row: &Row, lasting: Lasting, options: &Options) -> Option<Advice> {
    let Lasting { jobs, failed, pods, is_cron } = lasting;
    let text = if is_cron {
        format!(
            "up to {jobs} complete and {failed} failed Jobs are kept, and billed as long as they are there ({pods} Pods each): \
             set ttlSecondsAfterFinished, or lower the history limits"
        )
    } else {
        format!("billed as long as the Job is there ({pods} Pods): set ttlSecondsAfterFinished, or delete the Job")
    };
    // A CronJob that never fails keeps no failed Jobs.
    let kept = if jobs == 0 { failed } else { jobs };
    let advice =
        times(row, options, Waste::FinishedJobs, (row.given.ocpus, row.given.gb, kept.saturating_mul(pods)), text);
    (kept > 0 && pods > 0).then_some(advice)
}
