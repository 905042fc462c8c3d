//! What is in a report for people.

use rust_decimal::Decimal;

use crate::plan::allocation::{ALLOCATION_PAGE, Gigabyte, Kind, STORAGE_GB};
use crate::plan::amount::{Amount, NANOS};
use crate::plan::args::Options;
use crate::plan::capacity::{COMPARISON_PAGE, PODS_PER_NODE, RESERVED_ADDRESSES, SUBNET_PAGE};
use crate::plan::count::Replicas;
use crate::plan::ports::{NETWORK_PAGE, PortRule};
use crate::plan::workload::{Row, Total};
use crate::plan::{Plan, cost};

/// A part of a report. All text is as it is in the objects; a format escapes it.
#[derive(Debug, Default)]
pub struct Section {
    /// Its heading.
    pub title: &'static str,
    /// Sentences, one a line.
    pub lines: Vec<String>,
    /// A table.
    pub table: Option<Table>,
    /// Sentences below the table.
    pub notes: Vec<String>,
}

/// A table.
#[derive(Debug, Default)]
pub struct Table {
    /// The headings of its columns; those of numbers start with [`NUMBER`].
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Vec<Vec<String>>,
    /// A last row with sums; empty if there is none.
    pub sum: Vec<String>,
}

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its heading.
    pub title: &'static str,
    /// Whether it has numbers, which stand at the right.
    pub is_number: bool,
}

const fn words(title: &'static str) -> Column {
    Column { title, is_number: false }
}

const fn numbers(title: &'static str) -> Column {
    Column { title, is_number: true }
}

/// The report of a plan.
#[must_use]
pub fn of(plan: &Plan) -> Vec<Section> {
    let sections = [
        summary(plan),
        assumptions(plan),
        workloads(plan),
        advice(plan),
        apart(plan),
        uncounted(plan),
        remarks(plan),
        capacity(plan),
        ports(plan),
    ];
    sections.into_iter().flatten().collect()
}

fn summary(plan: &Plan) -> Option<Section> {
    let Total { pods, cpu, memory, ocpus, gb, .. } = plan.total;
    let options = &plan.options;
    let mut lines = vec![
        format!(
            "{} {} for {} CPU and {} GB of memory.",
            many(pods, "Pod"),
            if pods == 1 { "asks" } else { "ask" },
            cpus(cpu),
            gigabytes(memory, options)
        ),
        format!("They are given {ocpus} OCPU and {gb} GB of memory."),
    ];
    if let (Some(cpu), Some(memory)) = (plan.total.cpu_factor(options), plan.total.memory_factor(options)) {
        lines.push(format!("That is {cpu:.1} times the cpu and {memory:.1} times the memory."));
    }
    if plan.small_pods > 0 {
        let are = if plan.small_pods == 1 { "needs" } else { "need" };
        lines.push(format!(
            "{} of them {are} less than half of the one OCPU that is the least: fewer and larger Pods cost less.",
            plan.small_pods
        ));
    }
    if plan.apart_total.pods > 0 {
        let Total { pods, ocpus, gb, .. } = plan.apart_total;
        let pods = many(pods, "Pod");
        lines.push(format!(
            "{pods} more would take {ocpus} OCPU and {gb} GB, but are denied today: --count-denied counts them."
        ));
    }
    if let Some(cost) = &plan.cost {
        let money = |amount| money(amount, options);
        let missing = options.prices.missing();
        lines.push(format!(
            "A month of {} hours costs {}: {} for the Pods, {} for {}.",
            options.prices.hours(),
            money(cost.sum()),
            money(cost.pods),
            money(cost.nodes),
            many(plan.capacity.virtual_nodes, "virtual node")
        ));
        lines.push(format!("Of the Pods' cost, {} are for rounding up.", money(cost.rounding)));
        if !missing.is_empty() {
            lines.push(format!("No price is given for: {}.", missing.join(", ")));
        }
    }
    Some(Section { title: "Plan for virtual nodes", lines, ..Section::default() })
}

fn assumptions(plan: &Plan) -> Option<Section> {
    let options = &plan.options;
    let rates = &options.rates;
    let cpus = rates.cpus_per_ocpu;
    let origin = if options.cpu_per_ocpu_is_given { "as given" } else { "the default of the shape" };
    let bytes = match rates.gigabyte {
        Gigabyte::Decimal => "10^9 bytes, the careful reading",
        Gigabyte::Binary => "2^30 bytes",
    };
    let replicas = match options.replicas {
        Replicas::Spec => "Workloads with an autoscaler have their own replicas, within its bounds.",
        Replicas::HpaMax => "Workloads with an autoscaler have its upper bound of replicas.",
    };
    let surge = if options.surge {
        "The Pods that a rollout of all workloads has in addition are in the sums."
    } else {
        "The Pods that a rollout has in addition are not in the sums, but in the capacity."
    };
    let denied = if options.count_denied {
        "Workloads that the policy denies today are in the sums, as if they were changed."
    } else {
        "Workloads that the policy denies and does not fix are not in the sums."
    };
    let lines = vec![
        format!("Shape {}.", rates.shape.name()),
        format!(
            "1 OCPU is {cpus} CPU of Kubernetes ({origin}). Oracle does not say which: change it with --cpu-per-ocpu."
        ),
        format!("1 GB is {bytes}. Oracle does not say which: change it with --gigabyte."),
        format!("Each Pod has {STORAGE_GB} GB of storage, images included, and 1 Gbps for each OCPU, at most 40."),
        replicas.to_owned(),
        surge.to_owned(),
        denied.to_owned(),
        "Pods of Jobs count for the whole month: Oracle bills a finished Job until it is deleted.".to_owned(),
        "Finished Jobs that a CronJob keeps are not in the sums; the advice names them.".to_owned(),
        format!("Arithmetic of Oracle's page: {ALLOCATION_PAGE}"),
    ];
    Some(Section { title: "Assumptions", lines, ..Section::default() })
}

fn workloads(plan: &Plan) -> Option<Section> {
    let options = &plan.options;
    let mut table = Table { columns: row_columns(options), ..Table::default() };
    table.rows = plan.rows.iter().map(|row| row_cells(row, options)).collect();
    table.sum = sum_cells("Sum", &plan.total, options);
    let notes = plan.rows.iter().flat_map(|row| row.notes.iter().map(|note| format!("{}: {note}.", row.name())));
    let lines = if plan.rows.is_empty() { vec!["There are none.".to_owned()] } else { Vec::new() };
    let table = (!plan.rows.is_empty()).then_some(table);
    Some(Section { title: "Workloads", lines, table, notes: notes.collect() })
}

fn row_columns(options: &Options) -> Vec<Column> {
    let mut columns = vec![
        words("Workload"),
        numbers("Pods"),
        words("Why"),
        words("Each is given"),
        numbers("CPU asked"),
        numbers("OCPU given"),
        numbers("Factor"),
        numbers("GB asked"),
        numbers("GB given"),
        numbers("Factor"),
    ];
    if options.prices.is_given() {
        columns.extend([numbers("A month"), numbers("Of it for rounding")]);
    }
    columns
}

fn row_cells(row: &Row, options: &Options) -> Vec<String> {
    let surge = match row.count.surge {
        0 => String::new(),
        surge if options.surge => format!(", {surge} more in a rollout"),
        surge => format!(" (+{surge} in a rollout)"),
    };
    let each = format!("{} OCPU, {} GB, {} Gbps", row.given.ocpus, row.given.gb, row.given.gbps());
    let mut cells = sum_cells(&row.name(), &row.total(options), options);
    for (cell, text) in cells.iter_mut().skip(2).zip([format!("{}{surge}", row.count.why), each]) {
        *cell = text;
    }
    cells
}

fn sum_cells(name: &str, total: &Total, options: &Options) -> Vec<String> {
    let factor = |factor: Option<f64>| factor.map_or_else(|| "-".to_owned(), |factor| format!("{factor:.1}"));
    let mut cells = vec![
        name.to_owned(),
        total.pods.to_string(),
        String::new(),
        String::new(),
        cpus(total.cpu),
        total.ocpus.to_string(),
        factor(total.cpu_factor(options)),
        gigabytes(total.memory, options),
        total.gb.to_string(),
        factor(total.memory_factor(options)),
    ];
    if options.prices.is_given() {
        cells.push(money(cost::of_total(total, &options.prices), options));
        cells.push(money(cost::of_rounding(total, options), options));
    }
    cells
}

fn advice(plan: &Plan) -> Option<Section> {
    let mut columns = vec![words("Workload"), words("Advice"), numbers("OCPU"), numbers("GB")];
    if plan.options.prices.is_given() {
        columns.push(numbers("A month"));
    }
    let rows = plan.advice.iter().map(|advice| {
        let mut cells =
            vec![advice.workload.clone(), advice.text.clone(), advice.ocpus.to_string(), advice.gb.to_string()];
        if plan.options.prices.is_given() {
            cells.push(money(advice.month, &plan.options));
        }
        cells
    });
    let table = Table { columns, rows: rows.collect(), sum: Vec::new() };
    let lines = vec!["Each line is on its own: savings for the same Pod do not add up.".to_owned()];
    (!plan.advice.is_empty()).then(|| Section {
        title: "Advice, most first",
        lines,
        table: Some(table),
        notes: Vec::new(),
    })
}

fn apart(plan: &Plan) -> Option<Section> {
    let options = &plan.options;
    let columns = vec![words("Workload"), numbers("Pods"), words("Each would be given"), words("Reason")];
    let rows = plan.apart.iter().map(|apart| {
        let row = &apart.row;
        let reasons: Vec<String> = apart.reasons.iter().map(|reason| reason.text(options)).collect();
        let pods = if row.count.why == "one on each node" { "-".to_owned() } else { row.pods(options).to_string() };
        vec![row.name(), pods, format!("{} OCPU, {} GB", row.given.ocpus, row.given.gb), reasons.join("; ")]
    });
    let table = Table { columns, rows: rows.collect(), sum: Vec::new() };
    (!plan.apart.is_empty()).then(|| Section {
        title: "Not on virtual nodes, not in the sums",
        table: Some(table),
        ..Section::default()
    })
}

fn uncounted(plan: &Plan) -> Option<Section> {
    let lines = plan.uncounted.iter().map(|uncounted| {
        let objects = match uncounted.objects.as_slice() {
            [first, second, third, rest @ ..] if !rest.is_empty() => {
                format!("{first}, {second}, {third} and {} more", rest.len())
            }
            objects => objects.join(", "),
        };
        format!("{} ({}), {objects}: {}", uncounted.kind, uncounted.api_version, uncounted.reason)
    });
    section("Not counted", lines.collect())
}

fn remarks(plan: &Plan) -> Option<Section> {
    let of_objects =
        plan.remarks.iter().map(|remark| format!("{}  {}: {}", remark.source, remark.object, remark.message));
    let unread = plan.unread.iter().map(|unread| format!("{}  not read: {}", unread.source, unread.reason));
    section("To be looked at", of_objects.chain(unread).collect())
}

fn section(title: &'static str, lines: Vec<String>) -> Option<Section> {
    (!lines.is_empty()).then(|| Section { title, lines, ..Section::default() })
}

fn capacity(plan: &Plan) -> Option<Section> {
    let capacity = &plan.capacity;
    let subnet = match capacity.prefix {
        Some(prefix) => format!("The smallest subnet for them is a /{prefix}"),
        None => "No subnet is large enough for them: use several node pools with a subnet each".to_owned(),
    };
    let lines = vec![
        format!("{}, and {} while all workloads are rolled out.", many(capacity.pods, "Pod"), capacity.pods_in_rollout),
        format!(
            "{} at {PODS_PER_NODE} Pods each, for a rollout ({COMPARISON_PAGE}).",
            many(capacity.virtual_nodes, "virtual node")
        ),
        format!(
            "{} in the subnet of the Pods, and {} in a rollout, the virtual nodes' included.",
            many_es(capacity.addresses, "address"),
            capacity.addresses_in_rollout
        ),
        format!("{subnet}; Oracle keeps {RESERVED_ADDRESSES} addresses of each ({SUBNET_PAGE})."),
        "Pods that terminate keep their address until they are gone; leave room for them.".to_owned(),
    ];
    section("Capacity", lines)
}

fn ports(plan: &Plan) -> Option<Section> {
    let columns = ["Subnet", "Direction", "From or to", "Protocol", "Ports", "Purpose", "Services"].map(words).to_vec();
    let rows = plan.ports.iter().map(|rule| {
        let PortRule { subnet, direction, peer, protocol, ports, purpose, services, .. } = rule;
        let direction = format!("{direction:?}").to_lowercase();
        let cells = [*subnet, &direction, peer, protocol, ports, purpose, &services.join(", ")];
        cells.map(str::to_owned).to_vec()
    });
    let table = Table { columns, rows: rows.collect(), sum: Vec::new() };
    let lines = vec![format!("On virtual nodes security lists are never managed for you. From {NETWORK_PAGE}")];
    Some(Section { title: "Ports that security rules open", lines, table: Some(table), notes: Vec::new() })
}

/// A number of things: `1 Pod`, `2 Pods`.
fn many(count: u64, thing: &str) -> String {
    if count == 1 { format!("1 {thing}") } else { format!("{count} {thing}s") }
}

/// The same for a word that takes `es`.
fn many_es(count: u64, thing: &str) -> String {
    if count == 1 { format!("1 {thing}") } else { format!("{count} {thing}es") }
}

/// CPUs with up to three decimal places, as `1.57`.
fn cpus(amount: Amount) -> String {
    decimals(amount.in_units(Amount::of_nanos(NANOS)))
}

/// GB with up to three decimal places.
fn gigabytes(amount: Amount, options: &Options) -> String {
    decimals(amount.in_units(options.rates.gb()))
}

fn decimals(number: f64) -> String {
    let text = format!("{number:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn money(amount: Decimal, options: &Options) -> String {
    match &options.prices.currency {
        Some(currency) => format!("{} {currency}", cost::cents(amount)),
        None => cost::cents(amount),
    }
}

/// The cpu and memory that a row asks for each Pod, for formats that have a line a row.
#[must_use]
pub fn asked(row: &Row, options: &Options) -> [String; 2] {
    [cpus(row.pod.asked(Kind::Cpu)), gigabytes(row.pod.asked(Kind::Memory), options)]
}
