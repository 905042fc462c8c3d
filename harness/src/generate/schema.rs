//! The fields of Kubernetes objects that a policy for pods can read, with relevant values.

/// The shape of a value.
#[derive(Debug)]
pub enum Shape {
    /// `true` or `false`.
    Bool,
    /// One of these numbers.
    Int(&'static [i64]),
    /// One of these strings.
    Text(&'static [&'static str]),
    /// A quantity, usually as a string.
    Quantity,
    /// An object without fields.
    Empty,
    /// A list of up to this many items.
    List(usize, &'static Shape),
    /// A map with up to two of these keys.
    Map(&'static [&'static str], &'static Shape),
    /// An object with some of these fields, each with its probability in percent.
    Object(&'static [(&'static str, u8, &'static Shape)]),
    /// Usually one of these fields, as in a union.
    OneOf(&'static [(&'static str, &'static Shape)]),
}

use Shape::{Bool, Empty, Int, List, Map, Object, OneOf, Quantity, Text};

const NAME: Shape = Text(&["web", "web-0", "main", "sidecar", "istio-proxy", "data", "registry", "a", ""]);
const NUMBER: Shape = Int(&[0, 1, 30, 31, 60, 300, 3600, 65534, -1]);
const PORT: Shape = Int(&[80, 443, 8080, 29999, 30000, 30080, 32767, 32768, 0]);
const MODE: Shape = Int(&[0, 256, 384, 420, 493, 511]);
const PATHS: Shape = Text(&["/", "/data", "/dev/termination-log", "/var/run/docker.sock", "logs/$(POD_NAME)"]);
const AMOUNTS: Shape = Map(&["cpu", "memory", "nvidia.com/gpu", "ephemeral-storage"], &Quantity);

const LABEL_KEYS: &[&str] = &[
    "app",
    "k8s-app",
    "app.kubernetes.io/name",
    "istio-injection",
    "istio.io/rev",
    "sidecar.istio.io/inject",
    "linkerd.io/inject",
    "kubernetes.io/metadata.name",
    "node-role.kubernetes.io/virtual-node",
    "pool",
];

const VALUES: Shape =
    Text(&["web", "enabled", "disabled", "true", "false", "ingress-nginx", "metrics-server", "virtual", ""]);

const ANNOTATIONS: Shape = Map(
    &[
        "oke-virtual-nodes.kubewarden.io/exempt",
        "sidecar.istio.io/inject",
        "linkerd.io/inject",
        "oci.oraclecloud.com/load-balancer-type",
        "oci.oraclecloud.com/security-rule-management-mode",
        "oci-network-load-balancer.oraclecloud.com/security-list-management-mode",
        "oci-network-load-balancer.oraclecloud.com/is-preserve-source",
        "service.beta.kubernetes.io/oci-load-balancer-security-list-management-mode",
        "volume.beta.kubernetes.io/storage-class",
        "container.apparmor.security.beta.kubernetes.io/main",
        "note",
    ],
    &Text(&[
        "host-pid,host-ipc: it runs on managed nodes",
        "host-port: asked for",
        "missing-resources,subcore-cpu: small",
        "host-pid:",
        "no-such-rule: why",
        "nlb",
        "lb",
        "All",
        "NSG",
        "None",
        "true",
        "false",
        "enabled",
        "oci-fss",
        "",
    ]),
);

const OWNER: Shape = Object(&[
    ("apiVersion", 95, &Text(&["apps/v1", "batch/v1", "v1", "example.com/v1"])),
    ("kind", 95, &Text(&["ReplicaSet", "Deployment", "CronJob", "Job", "StatefulSet", "DaemonSet", "Node", "Widget"])),
    ("name", 95, &NAME),
    ("uid", 50, &Text(&["1"])),
    ("controller", 85, &Bool),
]);

/// The metadata of any object.
pub const METADATA: Shape = Object(&[
    ("name", 80, &NAME),
    ("generateName", 15, &Text(&["web-", ""])),
    ("namespace", 60, &Text(&["shop", "kube-system", "default", ""])),
    ("labels", 40, &Map(LABEL_KEYS, &VALUES)),
    ("annotations", 30, &ANNOTATIONS),
    ("ownerReferences", 12, &List(2, &OWNER)),
    ("deletionTimestamp", 3, &Text(&["2026-01-01T00:00:00Z", ""])),
    ("deletionGracePeriodSeconds", 6, &NUMBER),
    ("finalizers", 5, &List(2, &NAME)),
]);

const SELINUX: Shape = Object(&[("level", 50, &NAME), ("role", 30, &NAME), ("type", 30, &NAME), ("user", 30, &NAME)]);
const SECCOMP: Shape =
    Object(&[("type", 90, &Text(&["RuntimeDefault", "Unconfined", "Localhost"])), ("localhostProfile", 20, &NAME)]);

const SECURITY: Shape = Object(&[
    ("allowPrivilegeEscalation", 30, &Bool),
    ("privileged", 25, &Bool),
    ("procMount", 15, &Text(&["Default", "Unmasked"])),
    ("readOnlyRootFilesystem", 20, &Bool),
    ("runAsNonRoot", 25, &Bool),
    ("runAsUser", 20, &NUMBER),
    ("runAsGroup", 20, &NUMBER),
    (
        "capabilities",
        25,
        &Object(&[
            ("add", 50, &List(2, &Text(&["NET_ADMIN", "SYS_ADMIN", "NET_BIND_SERVICE"]))),
            ("drop", 50, &List(2, &Text(&["ALL", "NET_RAW"]))),
        ]),
    ),
    ("seLinuxOptions", 12, &SELINUX),
    ("seccompProfile", 15, &SECCOMP),
    ("appArmorProfile", 8, &SECCOMP),
    ("windowsOptions", 6, &Object(&[("hostProcess", 60, &Bool), ("runAsUserName", 40, &NAME)])),
]);

const POD_SECURITY: Shape = Object(&[
    ("fsGroup", 25, &NUMBER),
    ("fsGroupChangePolicy", 15, &Text(&["Always", "OnRootMismatch"])),
    ("runAsNonRoot", 25, &Bool),
    ("runAsUser", 25, &NUMBER),
    ("runAsGroup", 20, &NUMBER),
    ("supplementalGroups", 15, &List(2, &NUMBER)),
    ("supplementalGroupsPolicy", 8, &Text(&["Merge", "Strict"])),
    ("sysctls", 12, &List(2, &Object(&[("name", 95, &Text(&["net.core.somaxconn"])), ("value", 90, &Text(&["1"]))]))),
    ("seLinuxOptions", 10, &SELINUX),
    ("seLinuxChangePolicy", 5, &Text(&["Recursive", "MountOption"])),
    ("seccompProfile", 15, &SECCOMP),
    ("appArmorProfile", 8, &SECCOMP),
    ("windowsOptions", 5, &Object(&[("hostProcess", 60, &Bool)])),
]);

const ACTIONS: &[(&str, &Shape)] = &[
    ("httpGet", &Object(&[("path", 80, &PATHS), ("port", 95, &PORT), ("host", 15, &NAME)])),
    ("tcpSocket", &Object(&[("port", 95, &PORT)])),
    ("exec", &Object(&[("command", 95, &List(2, &NAME))])),
    ("grpc", &Object(&[("port", 95, &PORT), ("service", 30, &NAME)])),
];

const PROBE: Shape = Object(&[
    ("httpGet", 40, ACTIONS[0].1),
    ("grpc", 25, ACTIONS[3].1),
    ("tcpSocket", 20, ACTIONS[1].1),
    ("periodSeconds", 30, &NUMBER),
    ("terminationGracePeriodSeconds", 20, &NUMBER),
]);

const HANDLER: Shape = OneOf(ACTIONS);

const LOCAL_NAME: Shape = Object(&[("name", 95, &NAME), ("optional", 15, &Bool)]);
const RESOURCE_REF: Shape = Object(&[
    ("containerName", 40, &NAME),
    ("resource", 95, &Text(&["limits.cpu", "limits.memory", "requests.cpu"])),
    ("divisor", 25, &Quantity),
]);
const FIELD_REF: Shape =
    Object(&[("fieldPath", 95, &Text(&["metadata.name", "status.hostIP", "status.podIP", "spec.nodeName"]))]);

const ENV: Shape = Object(&[
    ("name", 95, &Text(&["A", "PATH", "NODE_IP"])),
    ("value", 40, &Text(&["1", "", "$(A)"])),
    (
        "valueFrom",
        50,
        &OneOf(&[
            ("fieldRef", &FIELD_REF),
            ("resourceFieldRef", &RESOURCE_REF),
            ("secretKeyRef", &LOCAL_NAME),
            ("configMapKeyRef", &LOCAL_NAME),
        ]),
    ),
]);

const CONTAINER_PORT: Shape = Object(&[
    ("name", 40, &NAME),
    ("containerPort", 95, &PORT),
    ("hostPort", 30, &PORT),
    ("hostIP", 20, &Text(&["0.0.0.0", "127.0.0.1", "10.0.0.1", "::", ""])),
    ("protocol", 50, &Text(&["TCP", "UDP", "SCTP"])),
]);

const MOUNT: Shape = Object(&[
    ("name", 95, &NAME),
    ("mountPath", 95, &PATHS),
    ("readOnly", 30, &Bool),
    ("recursiveReadOnly", 8, &Text(&["Disabled", "Enabled", "IfPossible"])),
    ("mountPropagation", 25, &Text(&["None", "HostToContainer", "Bidirectional"])),
    ("subPath", 20, &PATHS),
    ("subPathExpr", 20, &PATHS),
]);

const IMAGES: Shape = Text(&[
    "nginx",
    "registry.example.com/shop/web:1.2.3",
    "registry.example.com/shop/web@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "docker.io/istio/proxyv2:1.22.0",
    "quay.io/calico/node:v3.28",
    "quay.io/cilium/cilium:v1.16.0",
    "ghcr.io/flannel-io/flannel:v0.25",
    "registry.k8s.io/metrics-server/metrics-server:v0.7.1",
    "registry.k8s.io/ingress-nginx/controller:v1.11.0",
    "registry.k8s.io/autoscaling/cluster-autoscaler:v1.30.0",
    "registry.k8s.io/autoscaling/vpa-recommender:1.1.2",
    "kubernetesui/dashboard:v2.7.0",
    "registry.k8s.io/kube-proxy:v1.30.0",
    "cr.l5d.io/linkerd/proxy:stable",
    "",
]);

/// A container, of any list.
pub const CONTAINER: Shape = Object(&[
    ("name", 95, &NAME),
    ("image", 90, &IMAGES),
    ("imagePullPolicy", 30, &Text(&["Always", "IfNotPresent"])),
    ("args", 20, &List(3, &Text(&["--metric-resolution=15s", "--kubelet-insecure-tls", "x"]))),
    ("command", 15, &List(2, &Text(&["/bin/serve", "/metrics-server"]))),
    ("env", 25, &List(2, &ENV)),
    ("envFrom", 8, &List(1, &Object(&[("secretRef", 50, &LOCAL_NAME), ("configMapRef", 50, &LOCAL_NAME)]))),
    ("ports", 40, &List(3, &CONTAINER_PORT)),
    (
        "resources",
        70,
        &Object(&[
            ("requests", 70, &AMOUNTS),
            ("limits", 75, &AMOUNTS),
            ("claims", 5, &List(1, &Object(&[("name", 95, &NAME)]))),
        ]),
    ),
    ("securityContext", 40, &SECURITY),
    ("livenessProbe", 25, &PROBE),
    ("readinessProbe", 20, &PROBE),
    ("startupProbe", 15, &PROBE),
    (
        "lifecycle",
        10,
        &Object(&[
            ("preStop", 60, &HANDLER),
            ("postStart", 40, &HANDLER),
            ("stopSignal", 20, &Text(&["SIGTERM", "SIGUSR1"])),
        ]),
    ),
    ("volumeMounts", 30, &List(2, &MOUNT)),
    ("volumeDevices", 10, &List(2, &Object(&[("name", 95, &NAME), ("devicePath", 95, &PATHS)]))),
    ("terminationMessagePath", 20, &PATHS),
    ("terminationMessagePolicy", 20, &Text(&["File", "FallbackToLogsOnError"])),
    ("stdin", 12, &Bool),
    ("stdinOnce", 8, &Bool),
    ("tty", 12, &Bool),
    ("workingDir", 8, &PATHS),
    ("restartPolicy", 6, &Text(&["Always"])),
    ("resizePolicy", 6, &List(1, &Object(&[("resourceName", 90, &Text(&["cpu"])), ("restartPolicy", 90, &NAME)]))),
]);

const ITEMS: Shape = List(3, &Object(&[("key", 95, &NAME), ("path", 95, &PATHS), ("mode", 50, &MODE)]));

const PROJECTED: Shape = Object(&[
    ("defaultMode", 30, &MODE),
    (
        "sources",
        90,
        &List(
            3,
            &OneOf(&[
                ("secret", &Object(&[("name", 90, &NAME), ("items", 50, &ITEMS), ("optional", 10, &Bool)])),
                ("configMap", &Object(&[("name", 90, &NAME), ("items", 50, &ITEMS)])),
                ("downwardAPI", &Object(&[("items", 90, &DOWNWARD_ITEMS)])),
                (
                    "serviceAccountToken",
                    &Object(&[
                        ("path", 95, &PATHS),
                        ("expirationSeconds", 70, &Int(&[600, 3599, 3600, 3607, 7200])),
                        ("audience", 30, &NAME),
                    ]),
                ),
                ("clusterTrustBundle", &Object(&[("path", 95, &PATHS), ("name", 50, &NAME)])),
                ("podCertificate", &Empty),
            ]),
        ),
    ),
]);

const DOWNWARD_ITEMS: Shape = List(
    2,
    &Object(&[
        ("path", 95, &PATHS),
        ("mode", 40, &MODE),
        ("fieldRef", 50, &FIELD_REF),
        ("resourceFieldRef", 50, &RESOURCE_REF),
    ]),
);

const CLAIM_SPEC: Shape = Object(&[
    ("storageClassName", 60, &Text(&["oci-fss", "oci-bv", "", "other"])),
    ("accessModes", 60, &List(2, &Text(&["ReadWriteOnce", "ReadWriteMany"]))),
    ("volumeMode", 15, &Text(&["Filesystem", "Block"])),
    ("resources", 40, &Object(&[("requests", 90, &AMOUNTS)])),
    ("volumeName", 10, &NAME),
]);

const SOURCES: &[(&str, &Shape)] = &[
    (
        "emptyDir",
        &Object(&[("medium", 40, &Text(&["", "Memory", "HugePages", "HugePages-2Mi"])), ("sizeLimit", 40, &Quantity)]),
    ),
    ("emptyDir", &Empty),
    (
        "configMap",
        &Object(&[("name", 95, &NAME), ("defaultMode", 50, &MODE), ("items", 40, &ITEMS), ("optional", 10, &Bool)]),
    ),
    ("secret", &Object(&[("secretName", 95, &NAME), ("defaultMode", 50, &MODE), ("items", 40, &ITEMS)])),
    ("projected", &PROJECTED),
    ("downwardAPI", &Object(&[("defaultMode", 50, &MODE), ("items", 90, &DOWNWARD_ITEMS)])),
    ("hostPath", &Object(&[("path", 95, &PATHS), ("type", 40, &NAME)])),
    ("persistentVolumeClaim", &Object(&[("claimName", 95, &NAME), ("readOnly", 20, &Bool)])),
    (
        "ephemeral",
        &Object(&[("volumeClaimTemplate", 90, &Object(&[("metadata", 40, &METADATA), ("spec", 95, &CLAIM_SPEC)]))]),
    ),
    ("nfs", &Object(&[("server", 95, &NAME), ("path", 95, &PATHS)])),
    ("csi", &Object(&[("driver", 95, &Text(&["fss.csi.oraclecloud.com", "secrets-store.csi.k8s.io"]))])),
    ("image", &Object(&[("reference", 95, &IMAGES)])),
    ("quantumDisk", &Empty),
];

/// The source of a volume.
pub const SOURCE: Shape = OneOf(SOURCES);

const EXPRESSION: Shape = Object(&[
    (
        "key",
        95,
        &Text(&[
            "node-role.kubernetes.io/virtual-node",
            "pool",
            "kubernetes.io/os",
            "kubernetes.io/arch",
            "topology.kubernetes.io/zone",
            "metadata.name",
            "node.kubernetes.io/instance-type",
        ]),
    ),
    ("operator", 95, &Text(&["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", "Near"])),
    ("values", 60, &List(2, &Text(&["", "virtual", "managed", "linux", "windows", "3", "virtual-1"]))),
]);

const TERM: Shape =
    Object(&[("matchExpressions", 80, &List(2, &EXPRESSION)), ("matchFields", 20, &List(1, &EXPRESSION))]);

const AFFINITY: Shape = Object(&[
    (
        "nodeAffinity",
        85,
        &Object(&[
            (
                "requiredDuringSchedulingIgnoredDuringExecution",
                80,
                &Object(&[("nodeSelectorTerms", 95, &List(2, &TERM))]),
            ),
            (
                "preferredDuringSchedulingIgnoredDuringExecution",
                20,
                &List(1, &Object(&[("weight", 95, &NUMBER), ("preference", 95, &TERM)])),
            ),
        ]),
    ),
    ("podAffinity", 10, &Empty),
    ("podAntiAffinity", 10, &Empty),
]);

const TOLERATION: Shape = Object(&[
    ("key", 80, &Text(&["virtual", "node-role.kubernetes.io/virtual-node", "a", ""])),
    ("operator", 70, &Text(&["Exists", "Equal", "", "Near"])),
    ("value", 40, &Text(&["true", "", "x"])),
    ("effect", 50, &Text(&["NoSchedule", "NoExecute", "PreferNoSchedule", ""])),
    ("tolerationSeconds", 15, &NUMBER),
]);

/// A pod's spec, without its containers and volumes.
pub const POD: Shape = Object(&[
    ("activeDeadlineSeconds", 5, &NUMBER),
    ("affinity", 14, &AFFINITY),
    ("automountServiceAccountToken", 5, &Bool),
    ("dnsPolicy", 12, &Text(&["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"])),
    ("dnsConfig", 4, &Object(&[("searches", 90, &List(2, &NAME))])),
    ("enableServiceLinks", 4, &Bool),
    ("hostAliases", 4, &List(1, &Object(&[("ip", 95, &Text(&["10.0.0.1"])), ("hostnames", 95, &List(1, &NAME))]))),
    ("hostIPC", 10, &Bool),
    ("hostNetwork", 10, &Bool),
    ("hostPID", 10, &Bool),
    ("hostUsers", 5, &Bool),
    ("hostname", 10, &NAME),
    ("hostnameOverride", 5, &NAME),
    ("imagePullSecrets", 14, &List(2, &Object(&[("name", 95, &NAME)]))),
    ("nodeName", 8, &Text(&["virtual-1", "managed-1", ""])),
    ("nodeSelector", 12, &Map(LABEL_KEYS, &VALUES)),
    ("os", 6, &Object(&[("name", 95, &Text(&["linux", "windows"]))])),
    ("overhead", 6, &AMOUNTS),
    ("preemptionPolicy", 4, &NAME),
    ("priorityClassName", 6, &Text(&["system-node-critical", "high"])),
    ("readinessGates", 4, &List(1, &Object(&[("conditionType", 95, &NAME)]))),
    ("resourceClaims", 4, &List(1, &Object(&[("name", 95, &NAME)]))),
    ("resources", 8, &Object(&[("requests", 70, &AMOUNTS), ("limits", 70, &AMOUNTS)])),
    ("restartPolicy", 20, &Text(&["Always", "OnFailure", "Never"])),
    ("runtimeClassName", 6, &NAME),
    ("schedulerName", 4, &NAME),
    ("schedulingGates", 3, &List(1, &Object(&[("name", 95, &NAME)]))),
    ("securityContext", 30, &POD_SECURITY),
    ("serviceAccountName", 8, &NAME),
    ("setHostnameAsFQDN", 6, &Bool),
    ("shareProcessNamespace", 8, &Bool),
    ("subdomain", 6, &NAME),
    ("terminationGracePeriodSeconds", 20, &NUMBER),
    ("tolerations", 15, &List(2, &TOLERATION)),
    ("topologySpreadConstraints", 4, &List(1, &Object(&[("topologyKey", 95, &NAME)]))),
]);

/// The spec of a Service.
pub const SERVICE: Shape = Object(&[
    ("type", 90, &Text(&["LoadBalancer", "NodePort", "ClusterIP", "ExternalName", ""])),
    ("externalTrafficPolicy", 50, &Text(&["Local", "Cluster", ""])),
    ("internalTrafficPolicy", 15, &Text(&["Local", "Cluster"])),
    ("healthCheckNodePort", 25, &PORT),
    ("loadBalancerClass", 20, &Text(&["oci.oraclecloud.com/load-balancer", "example.com/other"])),
    ("ports", 70, &List(2, &Object(&[("port", 95, &PORT), ("nodePort", 40, &PORT)]))),
    ("selector", 60, &Map(LABEL_KEYS, &VALUES)),
]);

/// The spec of a claim.
pub const CLAIM: Shape = CLAIM_SPEC;

/// The spec of a PersistentVolume.
pub const PERSISTENT_VOLUME: Shape = Object(&[
    ("accessModes", 60, &List(2, &Text(&["ReadWriteOnce", "ReadWriteMany"]))),
    ("capacity", 60, &AMOUNTS),
    ("claimRef", 15, &Object(&[("name", 95, &NAME), ("namespace", 90, &NAME)])),
    ("csi", 50, &Object(&[("driver", 95, &Text(&["fss.csi.oraclecloud.com", "blockvolume.csi.oraclecloud.com", ""]))])),
    ("nfs", 25, &Object(&[("server", 95, &NAME), ("path", 95, &PATHS)])),
    ("hostPath", 10, &Object(&[("path", 95, &PATHS)])),
    ("mountOptions", 10, &List(1, &NAME)),
    ("nodeAffinity", 10, &Empty),
    ("persistentVolumeReclaimPolicy", 30, &Text(&["Retain", "Delete"])),
    ("storageClassName", 40, &Text(&["oci-fss", "oci-bv", ""])),
    ("volumeMode", 15, &Text(&["Filesystem", "Block"])),
    ("quantumDisk", 5, &Empty),
]);

/// The data of a ConfigMap or a Secret.
pub const DATA: Shape = Map(&["a", "b", "key"], &Text(&["1", "2", "MQ==", ""]));

/// A Node in the answer to a look-up.
pub const NODE: Shape = Object(&[
    (
        "metadata",
        98,
        &Object(&[
            ("name", 95, &Text(&["virtual-1", "virtual-2", "managed-1"])),
            ("labels", 90, &Map(LABEL_KEYS, &VALUES)),
        ]),
    ),
    ("spec", 90, &Object(&[("taints", 60, &List(2, &TAINT))])),
]);

/// A taint of a node or in the settings.
pub const TAINT: Shape = Object(&[
    ("key", 97, &Text(&["virtual", "node-role.kubernetes.io/virtual-node", "a"])),
    ("value", 60, &Text(&["true", "", "x"])),
    ("effect", 97, &Text(&["NoSchedule", "NoExecute", "PreferNoSchedule"])),
]);

/// Labels of a node or in the settings.
pub const LABELS: Shape = Map(&["node-role.kubernetes.io/virtual-node", "pool", "kubernetes.io/os"], &VALUES);
