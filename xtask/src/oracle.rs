//! Every row of Oracle's page "Comparing Virtual Nodes with Managed Nodes", in its order and its words, and what
//! becomes of it here.

use oke_virtual_nodes_policy::placement;
use oke_virtual_nodes_policy::rules::RULES;

use crate::NOTICE;
use crate::text::{head, row, wrapped};

/// Where the page is.
pub const URL: &str =
    "https://docs.oracle.com/en-us/iaas/Content/ContEng/Tasks/contengcomparingvirtualwithmanagednodes_topic.htm";

/// A row of the page, or one entry of a list in it.
pub struct Row {
    /// The words of the page.
    pub says: &'static str,
    /// The rules that stand for it.
    pub rules: &'static [&'static str],
    /// What else there is to say; where no rule stands for it, why, and what to do instead.
    pub note: &'static str,
}

/// A part of the page.
pub struct Section {
    /// Its heading.
    pub title: &'static str,
    /// Its rows.
    pub rows: &'static [Row],
}

const fn ruled(says: &'static str, rules: &'static [&'static str]) -> Row {
    Row { says, rules, note: "" }
}

const fn noted(says: &'static str, rules: &'static [&'static str], note: &'static str) -> Row {
    Row { says, rules, note }
}

const fn unseen(says: &'static str, note: &'static str) -> Row {
    Row { says, rules: &[], note }
}

/// What virtual nodes support needs no rule.
const SUPPORTED: &str = "Supported: nothing is found.";

/// The page.
pub static SECTIONS: &[Section] = &[
    Section {
        title: "Notable features supported differently by virtual nodes",
        rows: &[
            noted(
                "Resource Allocation: Resource allocation is at the pod level, rather than at the worker node level",
                &["missing-resources", "subcore-cpu"],
                "Containers without requests and limits get 0.125 OCPU and 0.5 GB.",
            ),
            unseen(
                "Load Balancing: Load balancing is between pods, rather than between worker nodes",
                "Not in any object: it is how the load balancer works. Allow the node port range and port 10256 in the \
                 security rules of the pod subnet.",
            ),
            ruled(
                "Load Balancing: load balancer security list management is never enabled",
                &["load-balancer-security-list"],
            ),
            unseen(
                "Load Balancing: use the syntax <pod-ip>:<nodeport>, rather than <node-ip>:<nodeport>",
                "An address that a client uses is in no request to the API server. Look for node addresses in what \
                 calls the Service from outside of the cluster.",
            ),
            noted(
                "Pod Networking: Only VCN-Native Pod Networking is supported (the flannel CNI plugin is not supported)",
                &["third-party-cni"],
                "The network type of the cluster itself is chosen when it is created.",
            ),
            unseen(
                "Pod Networking: Only one VNIC is attached to each virtual node",
                "A property of the node. Nothing in a workload depends on it.",
            ),
            unseen(
                "Pod Networking: IP addresses are not pre-allocated before pods are created",
                "Happens on the node, after admission. Size the pod subnet for the largest number of pods, those of \
                 rollouts included.",
            ),
            unseen(
                "Pod Networking: The VCN-Native Pod Networking CNI plugin is not shown as running in the kube-system \
                 namespace",
                "What is not there cannot be admitted. Do not monitor it.",
            ),
            unseen(
                "Pod Networking: the pod subnet route table must have route rules defined for a NAT gateway (not an \
                 internet gateway) and a service gateway",
                "A property of the virtual cloud network. Check it where the network is declared.",
            ),
            noted(
                "Autoscaling: Virtual nodes automatically scale to support 500 pods",
                &[],
                "A property of the node. The Horizontal Pod Autoscaler works, and nothing is found in its objects.",
            ),
            ruled(
                "Autoscaling: the Kubernetes Cluster Autoscaler (which is not yet supported with virtual nodes in any case)",
                &["cluster-autoscaler"],
            ),
            ruled(
                "Autoscaling: The Kubernetes Vertical Pod Autoscaler is not supported with virtual nodes",
                &["vertical-pod-autoscaler"],
            ),
        ],
    },
    Section {
        title: "Notable Kubernetes features and capabilities not supported when using virtual nodes",
        rows: &[
            ruled("Flannel and other third party CNI plugins are not supported", &["third-party-cni"]),
            ruled("Kubernetes daemonsets are not supported", &["daemonset"]),
            noted(
                "Persistent volume claims (PVCs) are not supported",
                &["persistent-volume-claim"],
                "Since August 2026 volumes backed by File Storage are supported: name their storage classes in \
                 `allowStorageClasses`, and their driver in `allowDrivers` of `persistent-volume`.",
            ),
            noted(
                "Network providers that support NetworkPolicy resources alongside the CNI plugin used in the cluster \
                 (such as Calico and Cilium) are not supported",
                &["third-party-cni", "network-policy"],
                "",
            ),
            ruled("Network policies (the Kubernetes NetworkPolicy resource) are not supported", &["network-policy"]),
            ruled("Service mesh products are not supported", &["service-mesh"]),
            unseen(
                "Liveness and readiness probes of type HTTP are supported. HTTPS and exec probes are supported. Startup probes are supported",
                SUPPORTED,
            ),
            ruled("gRPC probes are not supported", &["grpc-probe"]),
            ruled("probe.terminationGracePeriodSeconds is not supported", &["probe-termination-grace-period"]),
            unseen("The kubectl logs command is supported. The kubectl logs -p command is supported", SUPPORTED),
            unseen(
                "The kubectl logs -f command is not supported",
                "Reading is not admitted, only changes and connections are. Use `kubectl logs` again and again, or \
                 send logs to a collector, such as OCI Logging.",
            ),
            ruled("Ephemeral containers are not supported", &["ephemeral-containers"]),
            ruled("Init-containers are not supported", &["init-containers"]),
            unseen("The following Volume Types are supported: emptyDir, ConfigMap, Secret", SUPPORTED),
            noted(
                "ProjectedVolume of the following types: ServiceAccount, ConfigMap, Secret",
                &["projected-source"],
                "`downwardAPI` is accepted too: the cluster's own token volume has it in every pod.",
            ),
            ruled("The following Volume Types are not supported: hostPath", &["volume-type"]),
            ruled("The following Volume Types are not supported: persistentVolumeClaim", &["persistent-volume-claim"]),
            ruled("The following Volume Types are not supported: local", &["persistent-volume"]),
            ruled("The following Volume Types are not supported: nfs", &["volume-type", "persistent-volume"]),
            ruled("The following Volume Types are not supported: iscsi", &["volume-type", "persistent-volume"]),
            ruled("The following Volume Types are not supported: cephfs", &["volume-type", "persistent-volume"]),
            ruled("Maximum of 1 volume of type emptyDir can currently be defined in the pod spec", &["emptydir-count"]),
            ruled("The following Pod fields are not supported: hostIPC", &["host-ipc"]),
            ruled("The following Pod fields are not supported: hostNetwork", &["host-network"]),
            ruled("The following Pod fields are not supported: hostPid", &["host-pid"]),
            noted(
                "The following Pod fields are not supported: hostName",
                &["hostname"],
                "Not where a StatefulSet or a Job gave its pod the name.",
            ),
            ruled("The following Pod fields are not supported: podOS", &["pod-os"]),
            ruled("The following Pod fields are not supported: Overhead", &["pod-overhead"]),
            ruled("The following Pod fields are not supported: setHostNameAsFqdn", &["hostname-as-fqdn"]),
            ruled("The following Pod fields are not supported: shareProcessNamespace", &["share-process-namespace"]),
            unseen("The following Pod security contexts are supported: runAsNonRoot, runAsUser, runAsGroup", SUPPORTED),
            ruled("The following Pod security contexts are not supported: fsGroup", &["fs-group"]),
            ruled(
                "The following Pod security contexts are not supported: fsGroupChangePolicy",
                &["fs-group-change-policy"],
            ),
            ruled(
                "The following Pod security contexts are not supported: supplementalGroups",
                &["supplemental-groups"],
            ),
            ruled("The following Pod security contexts are not supported: seLinuxOptions", &["selinux-options"]),
            ruled("The following Pod security contexts are not supported: sysctls", &["sysctls"]),
            noted(
                "The following Pod security contexts are not supported: seccompProfile",
                &["seccomp-profile", "unlisted-security-context"],
                "Pod Security \"restricted\" asks for a profile, and is content with the container's own field, which \
                 is in neither of Oracle's lists.",
            ),
            unseen(
                "The following Container security contexts are supported: readOnlyRootFilesystem, \
                 allowPrivilegeEscalation:false, capabilities",
                SUPPORTED,
            ),
            ruled(
                "The following Container security contexts are not supported: allowPrivilegeEscalation:true",
                &["privilege-escalation"],
            ),
            ruled("The following Container security contexts are not supported: privileged", &["privileged"]),
            noted(
                "The following Container security contexts are not supported: procMount",
                &["proc-mount", "unlisted-security-context"],
                "Fields that are in neither list are for `unlisted-security-context`.",
            ),
            ruled("Container.Port: Host IP", &["host-ip"]),
            ruled("Container.Port: Host Port", &["host-port"]),
            noted(
                "Container: TerminationMessagePolicy",
                &["termination-message"],
                "Kubernetes adds it to every container, so only another value than the default is found.",
            ),
            noted(
                "Container: TerminationMessagePath",
                &["termination-message"],
                "Kubernetes adds it to every container, so only another value than the default is found.",
            ),
            ruled("Container: VolumeDevices", &["volume-devices"]),
            ruled("Container: VolumeMount.MountPropagation", &["mount-propagation"]),
            noted("Container: VolumeMount.Subpath Expression", &["sub-path-expr"], "`subPath` itself is fine."),
            ruled(
                "Container port range (1, 65535) cannot conflict with NodePort range (30000-32767)",
                &["node-port-conflict"],
            ),
            ruled("Pod.Volumes.EmptyDirVolumeSource:SizeLimit", &["emptydir-size-limit"]),
            ruled("Pod.Volumes.EmptyDirVolumeSource:Medium - can only be \"\" or \"Memory\"", &["emptydir-medium"]),
            noted(
                "Pod:Volumes - Mode must be specified as 0644 for the following: ConfigMapVolumeSource:KeyToPath:Mode, \
                 SecretVolumeSource:KeyToPath:Mode, ProjectedVolumeSource:SecretProjection:KeyToPath:Mode, \
                 ProjectedVolumeSource:ConfigMapProjection:KeyToPath:Mode",
                &["volume-item-mode"],
                "A missing mode is accepted: the cluster's own volumes have none.",
            ),
            ruled(
                "Pod:Volumes - if DefaultMode specified for the following, DefaultMode must be 0644: \
                 ConfigMapVolumeSource:DefaultMode, ProjectedVolumeSource:DefaultMode, \
                 SecretVolumeSource:DefaultMode",
                &["volume-default-mode"],
            ),
            noted(
                "Resources.Requests cannot be different from Resources.Limits",
                &["requests-equal-limits"],
                "Found where both are there and differ in value.",
            ),
            noted(
                "Volumes:DownwardAPI:ResourceFieldRef",
                &["resource-field-ref"],
                "`resourceFieldRef` in `env` is not in this row and is accepted.",
            ),
            noted(
                "TerminationGracePeriodSeconds",
                &["termination-grace-period"],
                "Kubernetes sets 30 in every pod, so only another value is found.",
            ),
            ruled("DeletionGracePeriodSeconds", &["deletion-grace-period"]),
            ruled("Exec Container", &["exec"]),
            noted("Kubectl port-forward command", &["port-forward"], "`kubectl proxy` stays allowed."),
            ruled("UpdatePod requests with mutations to pod.spec.containers[].image", &["image-update"]),
            noted(
                "Propagation to pods of updates to mounted configmaps and secrets",
                &["config-propagation"],
                "Not asked about by default; the README says how to add it.",
            ),
            unseen(
                "The following container-level metrics in the virtual kubelet metrics endpoint are supported: \
                 container_cpu_usage_seconds_total, container_memory_working_set_bytes",
                SUPPORTED,
            ),
            unseen(
                "Other container-level metrics in the virtual kubelet metrics endpoint are not supported",
                "Metrics are read from the node, and never come to admission. Build dashboards and alerts on the two \
                 metrics that are there, or on what the application exports itself.",
            ),
            ruled("Container:ResourceRequirements Subcore", &["subcore-cpu"]),
            ruled("Container stdin/stdinOnce, tty", &["interactive-container"]),
            ruled("Preserve client IP addresses when externalTrafficPolicy: Local", &["external-traffic-policy"]),
            noted(
                "ImagePullSecret types other than config and configJson",
                &["image-pull-secret-type"],
                "The type is in the Secret and not in the pod, so this takes the look-up of Secrets. Without it, make \
                 pull secrets with `kubectl create secret docker-registry`, which sets the type \
                 `kubernetes.io/dockerconfigjson`.",
            ),
            noted(
                "ProjectedVolumeSource:ServiceAccountTokenProjection:ExpirationSeconds",
                &["token-expiration"],
                "3600 and 3607, which the cluster itself writes, are accepted.",
            ),
            ruled(
                "The kubectl attach command to interact with a process that is already running inside an existing \
                 container",
                &["attach"],
            ),
        ],
    },
    Section {
        title: "Notable Kubernetes Engine (OKE) features and capabilities not supported when using virtual nodes",
        rows: &[
            unseen(
                "SSH connections to worker nodes (including via a bastion)",
                "Does not go through the API server. There is no node to connect to; look at events and logs with \
                 kubectl.",
            ),
            unseen(
                "Use of custom cloud-init scripts",
                "Belongs to a node pool, which is no object of the cluster. Put what a script did into the image, or \
                 keep the workload on managed nodes.",
            ),
            unseen(
                "Node Doctor script",
                "Runs on a node, over SSH. Virtual nodes are operated by Oracle: open a support request.",
            ),
            unseen(
                "Support for Kubernetes versions prior to version 1.25",
                "The version of the cluster is in no request. Upgrade the cluster before it gets virtual nodes.",
            ),
            noted(
                "Mixed clusters, containing both virtual nodes and managed nodes",
                &["placement"],
                "Possible since 2026. With the setting `nodeKind: mixed` only pods that can land on a virtual node are \
                 judged.",
            ),
            unseen(
                "Autoscale the number of virtual nodes",
                "The number of nodes belongs to a node pool. Set it high enough for the pods that are expected; a \
                 virtual node takes up to 500.",
            ),
            unseen(
                "Capacity reservations to provision virtual nodes",
                "Belong to a node pool. Keep what needs reserved capacity on managed nodes.",
            ),
            ruled("Pods with Intel and GPU shapes", &["pod-shape"]),
            unseen(
                "Credential rotation",
                "An operation on the cluster from outside. Plan a new cluster where the credentials have to change.",
            ),
        ],
    },
    Section {
        title: "Common deployments not supported, and supported differently, when using virtual nodes",
        rows: &[
            ruled("kube-proxy in the kube-system namespace, and the kube-proxy cluster add-on", &["kube-proxy"]),
            ruled("Kubernetes Dashboard", &["kubernetes-dashboard"]),
            ruled("Nginx ingress controller", &["ingress-nginx"]),
            ruled("Kubernetes Cluster Autoscaler", &["cluster-autoscaler"]),
            ruled("Vertical Pod Autoscaler", &["vertical-pod-autoscaler"]),
            ruled("Kubernetes Metrics Server", &["metrics-server"]),
        ],
    },
];

/// All rows, in the order of the page.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    SECTIONS.iter().flat_map(|section| section.rows)
}

/// The table of all rows.
#[must_use]
pub fn page() -> String {
    let mut page = format!("<!-- {NOTICE} -->\n\n# Oracle's page, row by row\n\n");
    page.push_str(&wrapped(
        &format!(
            "Every row of [Comparing Virtual Nodes with Managed Nodes]({URL}), in its order and its words, with the \
             rules that stand for it. An entry of a list in a row is a row here. Where there is no rule, the row says \
             what is supported, or admission cannot see it: then the reason is there, and what to do instead."
        ),
        "",
    ));
    for section in SECTIONS {
        page.push_str(&format!("\n## {}\n\n", section.title));
        page.push_str(&head(&["Oracle's row", "rule", "remarks"]));
        for entry in section.rows {
            let rules = entry.rules.iter().filter(|id| is_there(id)).map(|id| named(id)).collect::<Vec<_>>().join(", ");
            let rules = if rules.is_empty() { "-".to_owned() } else { rules };
            page.push_str(&row(&[&escaped(entry.says), &rules, entry.note]));
        }
    }
    page
}

/// Whether the policy has a rule, or a fix without a rule, of this id.
#[must_use]
pub fn is_there(id: &str) -> bool {
    RULES.iter().any(|rule| rule.id == id) || id == placement::RULE.id
}

/// A rule's id with a link to its page, where it has one.
fn named(id: &str) -> String {
    if id == placement::RULE.id { format!("[`{id}`](settings.md#{id})") } else { format!("[`{id}`](rules/{id}.md)") }
}

/// A text that Markdown shows as it is.
fn escaped(text: &str) -> String {
    text.replace('<', "\\<").replace('>', "\\>").replace('[', "\\[").replace(']', "\\]").replace('_', "\\_")
}
