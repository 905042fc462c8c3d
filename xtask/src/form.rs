//! The form's layout: which questions stand in which group, and what people call them.

/// A group of questions, in the order in which people read them.
pub struct Group {
    /// Its name.
    pub name: &'static str,
    /// Its questions. Levels of rules are sorted by their labels.
    pub parts: &'static [Part],
}

/// A question.
pub enum Part {
    /// A setting, and the condition under which it is asked for.
    Setting(&'static str, Option<&'static str>),
    /// The fix that belongs to no rule.
    Placement,
    /// A parameter of a rule.
    Parameter(Parameter),
    /// The level of a rule: its id and its label.
    Level(&'static str, &'static str),
}

/// A parameter of a rule in the form.
pub struct Parameter {
    /// The rule, by id.
    pub rule: &'static str,
    /// The parameter, by name.
    pub name: &'static str,
    /// Its label.
    pub label: &'static str,
    /// What the form sends where nobody touched it, as YAML: the same as nothing.
    pub default: Option<&'static str>,
    /// What can be chosen, if it isn't typed.
    pub options: &'static [&'static str],
    /// The condition under which it is asked for.
    pub show_if: Option<&'static str>,
}

/// A field of the entries of a setting that is a list of objects.
pub struct Field {
    /// The setting.
    pub setting: &'static str,
    /// The name of the field.
    pub name: &'static str,
    /// Its label.
    pub label: &'static str,
    /// Its type in a form.
    pub kind: &'static str,
    /// Its description.
    pub about: &'static str,
}

const fn setting(name: &'static str) -> Part {
    Part::Setting(name, None)
}

/// The condition for what has no effect while nothing is fixed.
const FIXES: Option<&str> = Some("mutate=safe||mutate=full");
/// The condition for what only the fixes of `full` read.
const FULL: Option<&str> = Some("mutate=full");
/// An empty list, as YAML.
const EMPTY: Option<&str> = Some("[]");

const fn parameter(
    rule: &'static str,
    name: &'static str,
    label: &'static str,
    default: Option<&'static str>,
) -> Parameter {
    Parameter { rule, name, label, default, options: &[], show_if: None }
}

const fn of_full(rule: &'static str, name: &'static str, label: &'static str, default: Option<&'static str>) -> Part {
    Part::Parameter(Parameter { show_if: FULL, ..parameter(rule, name, label, default) })
}

const fn asked(rule: &'static str, name: &'static str, label: &'static str, default: Option<&'static str>) -> Part {
    Part::Parameter(parameter(rule, name, label, default))
}

/// The form: first what most people set, then parameters, then the levels of the rules by what they are about.
pub static LAYOUT: &[Group] = &[
    Group {
        name: "Basics",
        parts: &[setting("profile"), setting("platform"), setting("nodeKind"), setting("helpUrl")],
    },
    // Forms cannot hold the label of virtual nodes, whose value is empty: `virtualNodes` is written as YAML.
    Group { name: "Mixed clusters", parts: &[Part::Placement] },
    Group {
        name: "Fixes",
        parts: &[setting("mutate"), Part::Setting("mutateTemplates", FIXES), Part::Setting("annotate", FIXES)],
    },
    Group { name: "Look-ups", parts: &[setting("lookups"), setting("onLookupFailure")] },
    Group { name: "Exemptions", parts: &[setting("exemptions"), setting("allowAnnotations")] },
    Group { name: "Custom resources", parts: &[setting("podTemplates")] },
    Group {
        name: "Parameters",
        parts: &[
            asked("persistent-volume-claim", "allowStorageClasses", "Storage classes to accept", EMPTY),
            asked("persistent-volume", "allowDrivers", "Storage drivers to accept", EMPTY),
            asked("volume-type", "allow", "Volume types to accept", EMPTY),
            of_full("missing-resources", "cpu", "CPU for containers that ask for none", None),
            of_full("missing-resources", "memory", "Memory for containers that ask for none", None),
            Part::Parameter(Parameter {
                options: &["1", "2"],
                ..parameter("subcore-cpu", "cpusPerOcpu", "Kubernetes CPUs in one OCPU", Some("\"1\""))
            }),
            asked("pod-size", "maxCpu", "Largest CPU of a pod", Some("128")),
            asked("ephemeral-storage", "max", "Largest ephemeral storage of a pod", Some("15G")),
            of_full("job-ttl", "seconds", "Seconds after which finished Jobs are deleted", None),
            asked("node-port-conflict", "nodePortRange", "Range of node ports", Some("30000-32767")),
            of_full("emptydir-medium", "medium", "Medium that the fix writes", None),
        ],
    },
    Group {
        name: "Levels: storage",
        parts: &[
            Part::Level("persistent-volume-claim", "Claims and their volumes"),
            Part::Level("persistent-volume", "PersistentVolumes"),
            Part::Level("volume-type", "Volume types"),
            Part::Level("emptydir-count", "Several emptyDir volumes"),
            Part::Level("emptydir-size-limit", "emptyDir: size limit"),
            Part::Level("emptydir-medium", "emptyDir: medium"),
            Part::Level("projected-source", "Projected volumes: sources"),
            Part::Level("resource-field-ref", "Downward API: resource fields"),
            Part::Level("volume-default-mode", "Default mode of files"),
            Part::Level("volume-item-mode", "Mode of single files"),
            Part::Level("token-expiration", "Token lifetime"),
            Part::Level("volume-devices", "Block devices"),
            Part::Level("mount-propagation", "Mount propagation"),
            Part::Level("sub-path-expr", "Sub-path expressions"),
            Part::Level("fs-group", "File system group"),
            Part::Level("fs-group-change-policy", "File system group: change policy"),
        ],
    },
    Group {
        name: "Levels: security",
        parts: &[
            Part::Level("privileged", "Privileged containers"),
            Part::Level("privilege-escalation", "Privilege escalation"),
            Part::Level("proc-mount", "proc mount"),
            Part::Level("host-ipc", "Host IPC"),
            Part::Level("host-pid", "Host PID"),
            Part::Level("share-process-namespace", "Shared process namespace"),
            Part::Level("selinux-options", "SELinux options"),
            Part::Level("seccomp-profile", "Seccomp profile of the pod"),
            Part::Level("supplemental-groups", "Supplemental groups"),
            Part::Level("sysctls", "Kernel parameters"),
            Part::Level("unlisted-security-context", "Security fields that Oracle does not list"),
            Part::Level("image-pull-secret-type", "Types of image pull secrets"),
        ],
    },
    Group {
        name: "Levels: network",
        parts: &[
            Part::Level("host-network", "Host network"),
            Part::Level("host-port", "Host ports"),
            Part::Level("host-ip", "Host addresses"),
            Part::Level("node-port-conflict", "Container ports in the NodePort range"),
            Part::Level("network-policy", "NetworkPolicies"),
            Part::Level("third-party-cni", "Network plugins"),
            Part::Level("service-mesh", "Service meshes"),
            Part::Level("kube-proxy", "kube-proxy workloads"),
            Part::Level("external-traffic-policy", "Client addresses of load balancers"),
            Part::Level("load-balancer-security-list", "Security lists of load balancers"),
            Part::Level("load-balancer-node-ports", "Load balancers without node ports"),
            Part::Level("ingress-nginx", "ingress-nginx controller"),
        ],
    },
    Group {
        name: "Levels: Pods and containers",
        parts: &[
            Part::Level("init-containers", "Init containers"),
            Part::Level("ephemeral-containers", "Ephemeral containers"),
            Part::Level("grpc-probe", "gRPC probes"),
            Part::Level("probe-termination-grace-period", "Grace period of probes"),
            Part::Level("termination-grace-period", "Grace period of pods"),
            Part::Level("deletion-grace-period", "Deletion grace period"),
            Part::Level("termination-message", "Termination messages"),
            Part::Level("interactive-container", "Terminals: stdin and tty"),
            Part::Level("hostname", "Host name"),
            Part::Level("hostname-as-fqdn", "Host name as FQDN"),
            Part::Level("pod-os", "Operating system"),
            Part::Level("pod-overhead", "Pod overhead"),
            Part::Level("operator-adds", "Added by operators"),
        ],
    },
    Group {
        name: "Levels: resources",
        parts: &[
            Part::Level("requests-equal-limits", "Requests that differ from limits"),
            Part::Level("missing-resources", "Missing requests and limits"),
            Part::Level("subcore-cpu", "Parts of a core"),
            Part::Level("pod-shape", "GPU and Intel shapes"),
            Part::Level("pod-size", "Size of a pod"),
            Part::Level("ephemeral-storage", "Ephemeral storage"),
            Part::Level("job-ttl", "Finished Jobs"),
        ],
    },
    Group {
        name: "Levels: cluster and products",
        parts: &[
            Part::Level("daemonset", "DaemonSets"),
            Part::Level("vertical-pod-autoscaler", "Vertical Pod Autoscaler"),
            Part::Level("cluster-autoscaler", "Cluster Autoscaler"),
            Part::Level("kubernetes-dashboard", "Kubernetes Dashboard"),
            Part::Level("metrics-server", "Metrics Server"),
        ],
    },
    Group {
        name: "Levels: requests",
        parts: &[
            Part::Level("exec", "kubectl exec"),
            Part::Level("attach", "kubectl attach"),
            Part::Level("port-forward", "kubectl port-forward"),
            Part::Level("image-update", "Image changes of running pods"),
            Part::Level("config-propagation", "Changes of ConfigMaps and Secrets"),
        ],
    },
];

const fn field(
    setting: &'static str,
    name: &'static str,
    label: &'static str,
    kind: &'static str,
    about: &'static str,
) -> Field {
    Field { setting, name, label, kind, about }
}

/// The fields of lists of objects.
pub static FIELDS: &[Field] = &[
    field("podTemplates", "group", "API group", "string", "Such as example.com."),
    field("podTemplates", "kind", "Kind", "string", "As it stands in the resource."),
    field("podTemplates", "path", "Path of the pod template", "string", "Such as spec.groups[*].template."),
    field("exemptions", "reason", "Reason", "string", "Has to be there."),
    field("exemptions", "namespaces", "Namespaces", "array[", "* stands for any text."),
    field("exemptions", "names", "Names", "array[", "Of the objects. * stands for any text."),
    field("exemptions", "kinds", "Kinds", "array[", "Such as Deployment."),
    field("exemptions", "labels", "Labels", "map[", "All must match."),
    field("exemptions", "users", "Users", "array[", "Who send the request."),
    field("exemptions", "groups", "Groups of users", "array[", "Of those who send the request."),
    field("exemptions", "rules", "Rules", "array[", "By id. None: all rules."),
];
