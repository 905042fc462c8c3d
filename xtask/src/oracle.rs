//! docs/oracle.md: every row of Oracle's page "Comparing Virtual Nodes with Managed Nodes", in its order and its words,
//! with the rules that stand for it, and the rules that stand for a fact on another of Oracle's pages.

use oke_virtual_nodes_policy::config::COMPARISON_PAGE;
use oke_virtual_nodes_policy::lint::oracle::Row;
use oke_virtual_nodes_policy::lint::rule::PLACEMENT;
use oke_virtual_nodes_policy::rules::RULES;

use crate::NOTICE;
use crate::text::{escaped, head, row, wrapped};

/// Where the page is.
pub const URL: &str =
    "https://docs.oracle.com/en-us/iaas/Content/ContEng/Tasks/contengcomparingvirtualwithmanagednodes_topic.htm";

/// The day of the version of the page that was read. Stands wherever the page is named.
pub const DAY: &str = COMPARISON_PAGE;

/// A row of the page, or one entry of a list in it.
pub struct Entry {
    /// The words of the page.
    pub says: &'static str,
    /// The row by which rules name it; none where no rule stands for it.
    pub row: Option<Row>,
    /// A remark. Where no rule stands for the row, it says why, and what to do instead.
    pub note: &'static str,
}

impl Entry {
    /// The rules that stand for it, by id, and the fix that belongs to no rule.
    pub fn rules(&self) -> impl Iterator<Item = &'static str> {
        let declared = RULES.iter().copied().chain([&PLACEMENT]);
        declared.filter(|rule| self.row.is_some_and(|row| rule.rows.contains(&row))).map(|rule| rule.id)
    }
}

/// A part of the page.
pub struct Section {
    /// Its heading.
    pub title: &'static str,
    /// Its rows.
    pub rows: &'static [Entry],
}

const fn ruled(row: Row) -> Entry {
    noted(row, "")
}

const fn noted(row: Row, note: &'static str) -> Entry {
    Entry { says: row.words(), row: Some(row), note }
}

const fn unseen(says: &'static str, note: &'static str) -> Entry {
    Entry { says, row: None, note }
}

/// The remark on a row that needs no rule.
const SUPPORTED: &str = "Supported: no rule looks at it.";

/// The page.
pub static SECTIONS: &[Section] = &[
    Section {
        title: "Notable features supported differently by virtual nodes",
        rows: &[
            noted(Row::ResourceAllocation, "Containers without requests and limits get 0.125 OCPU and 0.5 GB."),
            unseen(
                "Load Balancing: Load balancing is between pods, rather than between worker nodes",
                "This is how the load balancer works; no object shows it. Allow the range of node ports and port \
                 10256 in the security rules of the pod subnet.",
            ),
            ruled(Row::SecurityListManagement),
            unseen(
                "Load Balancing: use the syntax <pod-ip>:<nodeport>, rather than <node-ip>:<nodeport>",
                "Requests to the API server don't contain the address that a client uses. Search the clients outside \
                 the cluster for node addresses.",
            ),
            noted(Row::VcnNativePodNetworking, "You choose the network type of the cluster when you create it."),
            unseen(
                "Pod Networking: Only one VNIC is attached to each virtual node",
                "A property of the node. No workload depends on it.",
            ),
            unseen(
                "Pod Networking: IP addresses are not pre-allocated before pods are created",
                "Happens on the node, after admission. Size the pod subnet for the largest number of pods, including \
                 those of rollouts.",
            ),
            unseen(
                "Pod Networking: The VCN-Native Pod Networking CNI plugin is not shown as running in the kube-system \
                 namespace",
                "No object in a request shows it. Don't monitor the plugin.",
            ),
            unseen(
                "Pod Networking: the pod subnet route table must have route rules defined for a NAT gateway (not an \
                 internet gateway) and a service gateway",
                "A property of the virtual cloud network. Check it where you define the network.",
            ),
            unseen(
                "Autoscaling: Virtual nodes automatically scale to support 500 pods",
                "A property of the node. The Horizontal Pod Autoscaler works, and no rule looks at its objects.",
            ),
            ruled(Row::ScalingByClusterAutoscaler),
            ruled(Row::ScalingByVerticalPodAutoscaler),
        ],
    },
    Section {
        title: "Notable Kubernetes features and capabilities not supported when using virtual nodes",
        rows: &[
            ruled(Row::ThirdPartyCni),
            ruled(Row::DaemonSets),
            noted(
                Row::PersistentVolumeClaims,
                "Volumes on File Storage are supported since 2026-08-28. The setting `platform: \"2026-08-28\"` accepts \
                 them: see [Volumes on File Storage](file-storage.md).",
            ),
            ruled(Row::NetworkProviders),
            ruled(Row::NetworkPolicies),
            ruled(Row::ServiceMeshes),
            unseen(
                "Liveness and readiness probes of type HTTP are supported. HTTPS and exec probes are supported. \
                 Startup probes are supported",
                SUPPORTED,
            ),
            ruled(Row::GrpcProbes),
            ruled(Row::ProbeTerminationGracePeriod),
            unseen("The kubectl logs command is supported. The kubectl logs -p command is supported", SUPPORTED),
            unseen(
                "The kubectl logs -f command is not supported",
                "Admission sees changes and connections, not reads. Run `kubectl logs` repeatedly, or send logs to a \
                 collector, such as OCI Logging.",
            ),
            ruled(Row::EphemeralContainers),
            ruled(Row::InitContainers),
            unseen("The following Volume Types are supported: emptyDir, ConfigMap, Secret", SUPPORTED),
            noted(
                Row::ProjectedSources,
                "`downwardAPI` is accepted too: Kubernetes adds it to every pod, in the token volume.",
            ),
            ruled(Row::HostPathVolumes),
            ruled(Row::ClaimVolumes),
            ruled(Row::LocalVolumes),
            ruled(Row::NfsVolumes),
            ruled(Row::IscsiVolumes),
            ruled(Row::CephfsVolumes),
            ruled(Row::EmptyDirCount),
            ruled(Row::HostIpc),
            ruled(Row::HostNetwork),
            ruled(Row::HostPid),
            noted(Row::Hostname, "A name that a controller gave its Pod is accepted."),
            ruled(Row::PodOs),
            ruled(Row::Overhead),
            ruled(Row::SetHostnameAsFqdn),
            ruled(Row::ShareProcessNamespace),
            unseen("The following Pod security contexts are supported: runAsNonRoot, runAsUser, runAsGroup", SUPPORTED),
            noted(Row::FsGroup, "Applied to volumes on File Storage since 2026-08-28."),
            noted(Row::FsGroupChangePolicy, "Applied to volumes on File Storage since 2026-08-28."),
            ruled(Row::SupplementalGroups),
            ruled(Row::SeLinuxOptions),
            ruled(Row::Sysctls),
            noted(
                Row::SeccompProfile,
                "Pod Security \"restricted\" requires a profile, on the pod or on each container. The container's \
                 field is in neither of Oracle's lists.",
            ),
            unseen(
                "The following Container security contexts are supported: readOnlyRootFilesystem, \
                 allowPrivilegeEscalation:false, capabilities",
                SUPPORTED,
            ),
            ruled(Row::AllowPrivilegeEscalation),
            ruled(Row::Privileged),
            noted(Row::ProcMount, "`unlisted-security-context` looks at the fields that are in neither list."),
            ruled(Row::HostIp),
            ruled(Row::HostPort),
            noted(
                Row::TerminationMessagePolicy,
                "Kubernetes adds the default to every container, so only other values are reported.",
            ),
            noted(
                Row::TerminationMessagePath,
                "Kubernetes adds the default to every container, so only other values are reported.",
            ),
            ruled(Row::VolumeDevices),
            ruled(Row::MountPropagation),
            noted(Row::SubPathExpr, "`subPath` is accepted."),
            ruled(Row::ContainerPortRange),
            ruled(Row::EmptyDirSizeLimit),
            ruled(Row::EmptyDirMedium),
            noted(Row::ItemMode, "A missing mode is accepted: the volume that Kubernetes adds to every pod has none."),
            ruled(Row::DefaultMode),
            noted(Row::RequestsAndLimits, "Reported if both are set and differ in value."),
            noted(Row::ResourceFieldRef, "`resourceFieldRef` in `env` is not in this row and is accepted."),
            noted(
                Row::TerminationGracePeriod,
                "Kubernetes writes 30 into every pod, so only other values are reported.",
            ),
            ruled(Row::DeletionGracePeriod),
            ruled(Row::Exec),
            noted(Row::PortForward, "`kubectl proxy` stays allowed."),
            ruled(Row::ImageUpdates),
            noted(Row::ConfigPropagation, "Not in the default webhook rules; the README says how to add it."),
            unseen(
                "The following container-level metrics in the virtual kubelet metrics endpoint are supported: \
                 container_cpu_usage_seconds_total, container_memory_working_set_bytes",
                SUPPORTED,
            ),
            unseen(
                "Other container-level metrics in the virtual kubelet metrics endpoint are not supported",
                "Metrics are read from the node and never come to admission. Build dashboards and alerts on the two \
                 supported metrics, or on metrics that the application exports.",
            ),
            ruled(Row::SubcoreResources),
            ruled(Row::InteractiveContainers),
            ruled(Row::ClientAddresses),
            noted(
                Row::ImagePullSecretTypes,
                "The type is in the Secret, not in the pod, so the rule needs the look-up of Secrets. Without it, \
                 create pull secrets with `kubectl create secret docker-registry`, which sets the type \
                 `kubernetes.io/dockerconfigjson`.",
            ),
            noted(Row::TokenExpiration, "3600 and 3607, which Kubernetes itself writes, are accepted."),
            ruled(Row::Attach),
        ],
    },
    Section {
        title: "Notable Kubernetes Engine (OKE) features and capabilities not supported when using virtual nodes",
        rows: &[
            unseen(
                "SSH connections to worker nodes (including via a bastion)",
                "Doesn't go through the API server. There is no node to connect to: read events and logs with \
                 kubectl.",
            ),
            unseen(
                "Use of custom cloud-init scripts",
                "Belongs to a node pool, which is not an object of the cluster. Put the work of the script into the \
                 image, or keep the workload on managed nodes.",
            ),
            unseen(
                "Node Doctor script",
                "Runs on a node, over SSH. Oracle operates virtual nodes: open a support request.",
            ),
            unseen(
                "Support for Kubernetes versions prior to version 1.25",
                "Requests don't contain the version of the cluster. Upgrade the cluster before you add virtual nodes.",
            ),
            noted(
                Row::MixedClusters,
                "Supported since 2025-11-06. With the setting `nodeKind: mixed` only pods that can land on a virtual \
                 node are judged.",
            ),
            unseen(
                "Autoscale the number of virtual nodes",
                "The number of nodes belongs to a node pool. Set it high enough for the pods that you expect: a \
                 virtual node takes up to 500.",
            ),
            unseen(
                "Capacity reservations to provision virtual nodes",
                "Belong to a node pool. Run workloads that need reserved capacity on managed nodes.",
            ),
            ruled(Row::IntelAndGpuShapes),
            unseen(
                "Credential rotation",
                "An operation on the cluster from outside. Plan a new cluster if the credentials have to change.",
            ),
        ],
    },
    Section {
        title: "Common deployments not supported, and supported differently, when using virtual nodes",
        rows: &[
            ruled(Row::KubeProxy),
            ruled(Row::KubernetesDashboard),
            ruled(Row::IngressNginx),
            ruled(Row::ClusterAutoscaler),
            ruled(Row::VerticalPodAutoscaler),
            ruled(Row::MetricsServer),
        ],
    },
];

/// A fact on another of Oracle's pages, and the rule that stands for it.
pub struct Fact {
    /// The rule, by id.
    pub rule: &'static str,
    /// The title of the page.
    pub title: &'static str,
    /// Where the page is.
    pub url: &'static str,
    /// The day of the version that was read.
    pub day: &'static str,
    /// The fact, in our words.
    pub says: &'static str,
}

/// The title and the address of Oracle's page on resource allocation.
const ALLOCATION: (&str, &str) = (
    "Resources Allocated to Pods Provisioned by Virtual Nodes",
    "https://docs.oracle.com/en-us/iaas/Content/ContEng/Tasks/contengvirtualnodepodresourceallocation.htm",
);

const fn allocation(rule: &'static str, says: &'static str) -> Fact {
    Fact { rule, title: ALLOCATION.0, url: ALLOCATION.1, day: "2024-08-14", says }
}

/// The facts on Oracle's other pages that rules stand for, in the order of the catalogue.
pub static FACTS: &[Fact] = &[
    allocation("pod-size", "A pod on the shapes E3 and E4 gets at most 64 cores, which are 128 vCPUs"),
    allocation(
        "ephemeral-storage",
        "A pod gets 15 GB of storage for the root file systems of its containers, images included",
    ),
    allocation("job-ttl", "A finished Job is billed until it is deleted"),
    Fact {
        rule: "load-balancer-node-ports",
        title: "Example Network Resource Configuration, with virtual nodes",
        url: "https://docs.oracle.com/en-us/iaas/Content/ContEng/Concepts/contengnetworkconfig-virtualnodes.htm",
        day: "2025-03-17",
        says: "Load balancers send traffic to node ports, 30000 to 32767, in the pod subnet",
    },
];

/// What Oracle says elsewhere about virtual nodes, and no rule stands for because admission can't see it.
pub struct Unseen {
    /// Where Oracle says it.
    pub source: &'static str,
    /// The day of the source.
    pub day: &'static str,
    /// The fact, in our words.
    pub says: &'static str,
    /// Why admission can't see it, and what to do instead.
    pub note: &'static str,
}

/// What Oracle says elsewhere and admission can't see, by day.
pub static UNSEEN: &[Unseen] = &[Unseen {
    source: "Oracle's release notes",
    day: "2026-05-27",
    says: "Zero Trust Packet Routing is not available for virtual node pools",
    note: "Belongs to a node pool, which is not an object of the cluster. Restrict traffic with network security groups.",
}];

/// The fact on another of Oracle's pages that a rule stands for.
#[must_use]
pub fn fact(rule: &str) -> Option<&'static Fact> {
    FACTS.iter().find(|fact| fact.rule == rule)
}

/// All rows, in the order of the page.
pub fn rows() -> impl Iterator<Item = &'static Entry> {
    SECTIONS.iter().flat_map(|section| section.rows)
}

/// The table of all rows.
#[must_use]
pub fn page() -> String {
    let mut page = format!("<!-- {NOTICE} -->\n\n# Oracle's page, row by row\n\n");
    page.push_str(&wrapped(
        &format!(
            "Every row of [Comparing Virtual Nodes with Managed Nodes]({URL}), in the order and the words of the page of \
             {DAY}, with the rules that stand for it. A list in a row is split into a row for each entry. A row \
             without a rule is either about what is supported, or about something that admission can't see. In that \
             case the remark says why, and what to do instead."
        ),
        "",
    ));
    for section in SECTIONS {
        page.push_str(&format!("\n## {}\n\n", section.title));
        page.push_str(&head(&["Oracle's row", "rule", "remarks"]));
        for entry in section.rows {
            let rules = entry.rules().map(named).collect::<Vec<_>>().join(", ");
            let rules = if rules.is_empty() { "-".to_owned() } else { rules };
            page.push_str(&row(&[&escaped(entry.says), &rules, entry.note]));
        }
    }
    page.push_str(&other_pages());
    page
}

/// The table of what rules take from Oracle's other pages.
fn other_pages() -> String {
    let mut part = "\n## Oracle's other pages\n\n".to_owned();
    part.push_str(&wrapped(
        "These rules stand for no row of the comparison page. Oracle says what they look at on another page. The table \
         has the day of the version that was read, and the fact in our words.",
        "",
    ));
    part.push('\n');
    part.push_str(&head(&["rule", "Oracle's page", "version", "fact"]));
    for fact in FACTS {
        let page = format!("[{}]({})", fact.title, fact.url);
        part.push_str(&row(&[named(fact.rule), page, fact.day.to_owned(), fact.says.to_owned()]));
    }
    part.push_str("\nOracle also says the following, which admission can't see:\n\n");
    part.push_str(&head(&["fact", "source", "day", "remarks"]));
    for fact in UNSEEN {
        part.push_str(&row(&[fact.says, fact.source, fact.day, fact.note]));
    }
    part
}

/// A rule's id with a link to its page, where it has one.
fn named(id: &str) -> String {
    if id == PLACEMENT.id { format!("[`{id}`](settings.md#{id})") } else { format!("[`{id}`](rules/{id}.md)") }
}
