//! The rows of Oracle's page "Comparing Virtual Nodes with Managed Nodes" that rules cover, in the page's words.
//!
//! Version of the page: 2024-10-28. Each entry of a list in a row is a row here. docs/oracle.md has all rows of the
//! page.

macro_rules! rows {
    ($($row:ident = $words:literal,)*) => {
        /// A row of Oracle's page that at least one rule covers.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Row {
            $(#[doc = $words] $row,)*
        }

        impl Row {
            /// All rows, in the order of the page.
            pub const ALL: &[Row] = &[$(Row::$row),*];

            /// The words of the page. The policy never calls this function, so the module doesn't contain the words.
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self {
                    $(Row::$row => $words,)*
                }
            }
        }
    };
}

rows! {
    ResourceAllocation =
        "Resource Allocation: Resource allocation is at the pod level, rather than at the worker node level",
    SecurityListManagement = "Load Balancing: load balancer security list management is never enabled",
    VcnNativePodNetworking =
        "Pod Networking: Only VCN-Native Pod Networking is supported (the flannel CNI plugin is not supported)",
    ScalingByClusterAutoscaler =
        "Autoscaling: the Kubernetes Cluster Autoscaler (which is not yet supported with virtual nodes in any case)",
    ScalingByVerticalPodAutoscaler =
        "Autoscaling: The Kubernetes Vertical Pod Autoscaler is not supported with virtual nodes",
    ThirdPartyCni = "Flannel and other third party CNI plugins are not supported",
    DaemonSets = "Kubernetes daemonsets are not supported",
    PersistentVolumeClaims = "Persistent volume claims (PVCs) are not supported",
    NetworkProviders =
        "Network providers that support NetworkPolicy resources alongside the CNI plugin used in the cluster (such as \
         Calico and Cilium) are not supported",
    NetworkPolicies = "Network policies (the Kubernetes NetworkPolicy resource) are not supported",
    ServiceMeshes = "Service mesh products are not supported",
    GrpcProbes = "gRPC probes are not supported",
    ProbeTerminationGracePeriod = "probe.terminationGracePeriodSeconds is not supported",
    EphemeralContainers = "Ephemeral containers are not supported",
    InitContainers = "Init-containers are not supported",
    ProjectedSources = "ProjectedVolume of the following types: ServiceAccount, ConfigMap, Secret",
    HostPathVolumes = "The following Volume Types are not supported: hostPath",
    ClaimVolumes = "The following Volume Types are not supported: persistentVolumeClaim",
    LocalVolumes = "The following Volume Types are not supported: local",
    NfsVolumes = "The following Volume Types are not supported: nfs",
    IscsiVolumes = "The following Volume Types are not supported: iscsi",
    CephfsVolumes = "The following Volume Types are not supported: cephfs",
    EmptyDirCount = "Maximum of 1 volume of type emptyDir can currently be defined in the pod spec",
    HostIpc = "The following Pod fields are not supported: hostIPC",
    HostNetwork = "The following Pod fields are not supported: hostNetwork",
    HostPid = "The following Pod fields are not supported: hostPid",
    Hostname = "The following Pod fields are not supported: hostName",
    PodOs = "The following Pod fields are not supported: podOS",
    Overhead = "The following Pod fields are not supported: Overhead",
    SetHostnameAsFqdn = "The following Pod fields are not supported: setHostNameAsFqdn",
    ShareProcessNamespace = "The following Pod fields are not supported: shareProcessNamespace",
    FsGroup = "The following Pod security contexts are not supported: fsGroup",
    FsGroupChangePolicy = "The following Pod security contexts are not supported: fsGroupChangePolicy",
    SupplementalGroups = "The following Pod security contexts are not supported: supplementalGroups",
    SeLinuxOptions = "The following Pod security contexts are not supported: seLinuxOptions",
    Sysctls = "The following Pod security contexts are not supported: sysctls",
    SeccompProfile = "The following Pod security contexts are not supported: seccompProfile",
    AllowPrivilegeEscalation =
        "The following Container security contexts are not supported: allowPrivilegeEscalation:true",
    Privileged = "The following Container security contexts are not supported: privileged",
    ProcMount = "The following Container security contexts are not supported: procMount",
    HostIp = "Container.Port: Host IP",
    HostPort = "Container.Port: Host Port",
    TerminationMessagePolicy = "Container: TerminationMessagePolicy",
    TerminationMessagePath = "Container: TerminationMessagePath",
    VolumeDevices = "Container: VolumeDevices",
    MountPropagation = "Container: VolumeMount.MountPropagation",
    SubPathExpr = "Container: VolumeMount.Subpath Expression",
    ContainerPortRange = "Container port range (1, 65535) cannot conflict with NodePort range (30000-32767)",
    EmptyDirSizeLimit = "Pod.Volumes.EmptyDirVolumeSource:SizeLimit",
    EmptyDirMedium = "Pod.Volumes.EmptyDirVolumeSource:Medium - can only be \"\" or \"Memory\"",
    ItemMode =
        "Pod:Volumes - Mode must be specified as 0644 for the following: ConfigMapVolumeSource:KeyToPath:Mode, \
         SecretVolumeSource:KeyToPath:Mode, ProjectedVolumeSource:SecretProjection:KeyToPath:Mode, \
         ProjectedVolumeSource:ConfigMapProjection:KeyToPath:Mode",
    DefaultMode =
        "Pod:Volumes - if DefaultMode specified for the following, DefaultMode must be 0644: \
         ConfigMapVolumeSource:DefaultMode, ProjectedVolumeSource:DefaultMode, SecretVolumeSource:DefaultMode",
    RequestsAndLimits = "Resources.Requests cannot be different from Resources.Limits",
    ResourceFieldRef = "Volumes:DownwardAPI:ResourceFieldRef",
    TerminationGracePeriod = "TerminationGracePeriodSeconds",
    DeletionGracePeriod = "DeletionGracePeriodSeconds",
    Exec = "Exec Container",
    PortForward = "Kubectl port-forward command",
    ImageUpdates = "UpdatePod requests with mutations to pod.spec.containers[].image",
    ConfigPropagation = "Propagation to pods of updates to mounted configmaps and secrets",
    SubcoreResources = "Container:ResourceRequirements Subcore",
    InteractiveContainers = "Container stdin/stdinOnce, tty",
    ClientAddresses = "Preserve client IP addresses when externalTrafficPolicy: Local",
    ImagePullSecretTypes = "ImagePullSecret types other than config and configJson",
    TokenExpiration = "ProjectedVolumeSource:ServiceAccountTokenProjection:ExpirationSeconds",
    Attach =
        "The kubectl attach command to interact with a process that is already running inside an existing container",
    MixedClusters = "Mixed clusters, containing both virtual nodes and managed nodes",
    IntelAndGpuShapes = "Pods with Intel and GPU shapes",
    KubeProxy = "kube-proxy in the kube-system namespace, and the kube-proxy cluster add-on",
    KubernetesDashboard = "Kubernetes Dashboard",
    IngressNginx = "Nginx ingress controller",
    ClusterAutoscaler = "Kubernetes Cluster Autoscaler",
    VerticalPodAutoscaler = "Vertical Pod Autoscaler",
    MetricsServer = "Kubernetes Metrics Server",
}
