//! The fields of Kubernetes objects that rules read, with their names and types in Kubernetes' API.
//!
//! A test compares all names and types with `k8s-openapi`.

use crate::document::node::Node;
use crate::document::reader::Document;
use crate::document::shape::{Field, Fields, Shape, position};
use crate::document::view::{Amount, Flag, Int32, Int64, List, Map, Presence, Raw, Text, View};

/// Declares a view: a definition of Kubernetes' API and its fields to read.
#[macro_export]
#[doc(hidden)]
macro_rules! view {
    (
        $(#[$doc:meta])*
        $name:ident = $definition:literal $(with $others:ident)? {
            $($(#[$about:meta])* $method:ident: $key:literal => $type:ty,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub struct $name<'d> {
            /// The value's node.
            pub node: Node<'d>,
        }

        impl<'d> $name<'d> {
            const KNOWN: &'static [Field] = &[$(Field { name: $key, shape: <$type as View<'d>>::SHAPE }),*];

            /// The definition's name in Kubernetes' OpenAPI document.
            pub const DEFINITION: &'static str = $definition;

            $(
                $(#[$about])*
                #[doc = concat!("The field `", $key, "`.")]
                #[must_use]
                pub fn $method(self) -> <$type as View<'d>>::Found {
                    <$type as View<'d>>::found(self.node.field(const { position(Self::KNOWN, $key) }))
                }
            )*
        }

        impl<'d> View<'d> for $name<'d> {
            const SHAPE: &'static Shape = &Shape::Object(&Fields {
                known: Self::KNOWN,
                others: $crate::view!(@others $($others)?),
            });

            type Found = Option<Self>;

            fn of(node: Node<'d>) -> Option<Self> {
                Some($name { node })
            }

            fn found(node: Option<Node<'d>>) -> Option<Self> {
                node.map(|node| $name { node })
            }
        }
    };
    (@others others) => { true };
    (@others) => { false };
}

view! {
    /// The metadata of an object.
    ObjectMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" {
        annotations: "annotations" => Map<'d, Text<'d>>,
        deletion_grace_period_seconds: "deletionGracePeriodSeconds" => Int64<'d>,
        deletion_timestamp: "deletionTimestamp" => Text<'d>,
        generate_name: "generateName" => Text<'d>,
        labels: "labels" => Map<'d, Text<'d>>,
        name: "name" => Text<'d>,
        namespace: "namespace" => Text<'d>,
        owner_references: "ownerReferences" => List<'d, OwnerReference<'d>>,
    }
}

view! {
    /// An object's owner.
    OwnerReference = "io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference" {
        api_version: "apiVersion" => Text<'d>,
        controller: "controller" => Flag<'d>,
        kind: "kind" => Text<'d>,
        name: "name" => Text<'d>,
    }
}

view! {
    /// A pod's metadata and spec: the template in a workload, or a Pod itself.
    PodTemplateSpec = "io.k8s.api.core.v1.PodTemplateSpec" {
        metadata: "metadata" => ObjectMeta<'d>,
        spec: "spec" => PodSpec<'d>,
    }
}

/// The annotation for a claim's class. If set, Kubernetes ignores the field.
pub const CLASS_ANNOTATION: &str = "volume.beta.kubernetes.io/storage-class";
/// The access mode of a claim for many nodes, that claims on File Storage must request.
pub const SHARED_ACCESS_MODE: &str = "ReadWriteMany";

view! {
    /// A claim: an object, a StatefulSet's claim template, or the template of a generic ephemeral volume.
    PersistentVolumeClaim = "io.k8s.api.core.v1.PersistentVolumeClaim" {
        metadata: "metadata" => ObjectMeta<'d>,
        spec: "spec" => PersistentVolumeClaimSpec<'d>,
    }
}

view! {
    /// A claim's spec.
    PersistentVolumeClaimSpec = "io.k8s.api.core.v1.PersistentVolumeClaimSpec" {
        access_modes: "accessModes" => List<'d, Text<'d>>,
        storage_class_name: "storageClassName" => Text<'d>,
        volume_name: "volumeName" => Text<'d>,
    }
}

view! {
    /// A volume's spec. Lists all fields that aren't volume sources, so that all others are.
    PersistentVolumeSpec = "io.k8s.api.core.v1.PersistentVolumeSpec" with others {
        access_modes: "accessModes" => Raw<'d>,
        capacity: "capacity" => Raw<'d>,
        claim_ref: "claimRef" => Raw<'d>,
        csi: "csi" => CsiPersistentVolumeSource<'d>,
        mount_options: "mountOptions" => Raw<'d>,
        node_affinity: "nodeAffinity" => Raw<'d>,
        persistent_volume_reclaim_policy: "persistentVolumeReclaimPolicy" => Raw<'d>,
        storage_class_name: "storageClassName" => Raw<'d>,
        volume_attributes_class_name: "volumeAttributesClassName" => Raw<'d>,
        volume_mode: "volumeMode" => Raw<'d>,
    }
}

view! {
    /// A volume of a CSI driver.
    CsiPersistentVolumeSource = "io.k8s.api.core.v1.CSIPersistentVolumeSource" {
        driver: "driver" => Text<'d>,
    }
}

view! {
    /// A Service's spec.
    ServiceSpec = "io.k8s.api.core.v1.ServiceSpec" {
        allocate_load_balancer_node_ports: "allocateLoadBalancerNodePorts" => Flag<'d>,
        external_traffic_policy: "externalTrafficPolicy" => Text<'d>,
        health_check_node_port: "healthCheckNodePort" => Int32<'d>,
        load_balancer_class: "loadBalancerClass" => Text<'d>,
        kind: "type" => Text<'d>,
    }
}

impl ServiceSpec<'_> {
    /// Returns true if Oracle's cloud controller creates a load balancer for the Service: a Service with a class
    /// belongs to another controller.
    #[must_use]
    pub fn is_balanced_by_oracle(self) -> bool {
        self.kind().is_some_and(|kind| kind.value == "LoadBalancer")
            && self.load_balancer_class().is_none_or(|class| class.value.is_empty())
    }
}

view! {
    /// A pod's spec.
    PodSpec = "io.k8s.api.core.v1.PodSpec" {
        affinity: "affinity" => Affinity<'d>,
        containers: "containers" => List<'d, Container<'d>>,
        ephemeral_containers: "ephemeralContainers" => List<'d, Container<'d>>,
        host_ipc: "hostIPC" => Flag<'d>,
        host_network: "hostNetwork" => Flag<'d>,
        host_pid: "hostPID" => Flag<'d>,
        hostname: "hostname" => Text<'d>,
        image_pull_secrets: "imagePullSecrets" => List<'d, LocalObjectReference<'d>>,
        init_containers: "initContainers" => List<'d, Container<'d>>,
        node_name: "nodeName" => Text<'d>,
        node_selector: "nodeSelector" => Map<'d, Text<'d>>,
        os: "os" => PodOs<'d>,
        overhead: "overhead" => Map<'d, Raw<'d>>,
        resources: "resources" => ResourceRequirements<'d>,
        security_context: "securityContext" => PodSecurityContext<'d>,
        set_hostname_as_fqdn: "setHostnameAsFQDN" => Flag<'d>,
        share_process_namespace: "shareProcessNamespace" => Flag<'d>,
        termination_grace_period_seconds: "terminationGracePeriodSeconds" => Int64<'d>,
        tolerations: "tolerations" => List<'d, Toleration<'d>>,
        volumes: "volumes" => List<'d, Volume<'d>>,
    }
}

view! {
    /// A taint that a pod tolerates.
    Toleration = "io.k8s.api.core.v1.Toleration" {
        effect: "effect" => Text<'d>,
        key: "key" => Text<'d>,
        operator: "operator" => Text<'d>,
        value: "value" => Text<'d>,
    }
}

view! {
    /// The name of an object in the same namespace.
    LocalObjectReference = "io.k8s.api.core.v1.LocalObjectReference" {
        name: "name" => Text<'d>,
    }
}

view! {
    /// The pod's operating system.
    PodOs = "io.k8s.api.core.v1.PodOS" {
        name: "name" => Text<'d>,
    }
}

view! {
    /// Constraints on the placement of a pod.
    Affinity = "io.k8s.api.core.v1.Affinity" {
        node_affinity: "nodeAffinity" => NodeAffinity<'d>,
    }
}

view! {
    /// Constraints on the node of a pod.
    NodeAffinity = "io.k8s.api.core.v1.NodeAffinity" {
        required: "requiredDuringSchedulingIgnoredDuringExecution" => NodeSelector<'d>,
    }
}

view! {
    /// Terms, at least one of which must match.
    NodeSelector = "io.k8s.api.core.v1.NodeSelector" {
        node_selector_terms: "nodeSelectorTerms" => List<'d, NodeSelectorTerm<'d>>,
    }
}

view! {
    /// Requirements, all of which must match.
    NodeSelectorTerm = "io.k8s.api.core.v1.NodeSelectorTerm" {
        match_expressions: "matchExpressions" => List<'d, NodeSelectorRequirement<'d>>,
        match_fields: "matchFields" => List<'d, NodeSelectorRequirement<'d>>,
    }
}

view! {
    /// A requirement on a node's label.
    NodeSelectorRequirement = "io.k8s.api.core.v1.NodeSelectorRequirement" {
        key: "key" => Text<'d>,
        operator: "operator" => Text<'d>,
        values: "values" => List<'d, Text<'d>>,
    }
}

view! {
    /// Security settings of the pod.
    PodSecurityContext = "io.k8s.api.core.v1.PodSecurityContext" {
        app_armor_profile: "appArmorProfile" => Map<'d, Raw<'d>>,
        fs_group: "fsGroup" => Int64<'d>,
        fs_group_change_policy: "fsGroupChangePolicy" => Text<'d>,
        se_linux_change_policy: "seLinuxChangePolicy" => Text<'d>,
        se_linux_options: "seLinuxOptions" => Map<'d, Raw<'d>>,
        seccomp_profile: "seccompProfile" => Map<'d, Raw<'d>>,
        supplemental_groups: "supplementalGroups" => List<'d, Int64<'d>>,
        supplemental_groups_policy: "supplementalGroupsPolicy" => Text<'d>,
        sysctls: "sysctls" => List<'d, Raw<'d>>,
        windows_options: "windowsOptions" => Map<'d, Raw<'d>>,
    }
}

view! {
    /// Security settings of a container.
    SecurityContext = "io.k8s.api.core.v1.SecurityContext" {
        allow_privilege_escalation: "allowPrivilegeEscalation" => Flag<'d>,
        app_armor_profile: "appArmorProfile" => Map<'d, Raw<'d>>,
        capabilities: "capabilities" => Capabilities<'d>,
        privileged: "privileged" => Flag<'d>,
        proc_mount: "procMount" => Text<'d>,
        se_linux_options: "seLinuxOptions" => Map<'d, Raw<'d>>,
        seccomp_profile: "seccompProfile" => Map<'d, Raw<'d>>,
        windows_options: "windowsOptions" => Map<'d, Raw<'d>>,
    }
}

view! {
    /// Linux capabilities.
    Capabilities = "io.k8s.api.core.v1.Capabilities" {
        add: "add" => List<'d, Text<'d>>,
    }
}

view! {
    /// A container: normal, init or ephemeral.
    Container = "io.k8s.api.core.v1.Container" {
        args: "args" => List<'d, Text<'d>>,
        command: "command" => List<'d, Text<'d>>,
        image: "image" => Text<'d>,
        lifecycle: "lifecycle" => Raw<'d>,
        liveness_probe: "livenessProbe" => Probe<'d>,
        name: "name" => Text<'d>,
        ports: "ports" => List<'d, ContainerPort<'d>>,
        readiness_probe: "readinessProbe" => Probe<'d>,
        resources: "resources" => ResourceRequirements<'d>,
        restart_policy: "restartPolicy" => Text<'d>,
        security_context: "securityContext" => SecurityContext<'d>,
        startup_probe: "startupProbe" => Probe<'d>,
        stdin: "stdin" => Flag<'d>,
        stdin_once: "stdinOnce" => Flag<'d>,
        termination_message_path: "terminationMessagePath" => Text<'d>,
        termination_message_policy: "terminationMessagePolicy" => Text<'d>,
        tty: "tty" => Flag<'d>,
        volume_devices: "volumeDevices" => List<'d, Raw<'d>>,
        volume_mounts: "volumeMounts" => List<'d, VolumeMount<'d>>,
    }
}

impl<'d> Container<'d> {
    /// Returns the name of the list that contains the container, such as `initContainers`.
    #[must_use]
    pub fn list(self) -> &'d str {
        self.node.parent().map_or("", Node::name)
    }

    /// Returns true if `holds` is true for the lifecycle. No rule checks the lifecycle, so an unreadable one must not
    /// reject the request.
    pub fn read_lifecycle(self, holds: impl FnOnce(Lifecycle<'_>) -> bool) -> bool {
        let document = self.lifecycle().and_then(|lifecycle| Document::read(lifecycle.text(), Lifecycle::SHAPE).ok());
        document.as_ref().and_then(|document| Lifecycle::of(document.root())).is_some_and(holds)
    }

    /// Returns the liveness, readiness and startup probes that are set.
    pub fn probes(self) -> impl Iterator<Item = Probe<'d>> {
        [self.liveness_probe(), self.readiness_probe(), self.startup_probe()].into_iter().flatten()
    }
}

view! {
    /// Handlers after the start and before the stop of a container. Only fixes read them; no rule checks them.
    Lifecycle = "io.k8s.api.core.v1.Lifecycle" {
        post_start: "postStart" => LifecycleHandler<'d>,
        pre_stop: "preStop" => LifecycleHandler<'d>,
        stop_signal: "stopSignal" => Text<'d>,
    }
}

view! {
    /// A lifecycle handler.
    LifecycleHandler = "io.k8s.api.core.v1.LifecycleHandler" {
        sleep: "sleep" => SleepAction<'d>,
    }
}

view! {
    /// A pause.
    SleepAction = "io.k8s.api.core.v1.SleepAction" {
        seconds: "seconds" => Int64<'d>,
    }
}

view! {
    /// A port of a container.
    ContainerPort = "io.k8s.api.core.v1.ContainerPort" {
        container_port: "containerPort" => Int32<'d>,
        host_ip: "hostIP" => Text<'d>,
        host_port: "hostPort" => Int32<'d>,
        protocol: "protocol" => Text<'d>,
    }
}

view! {
    /// A port of an Agones GameServer.
    GameServerPort = "" {
        port_policy: "portPolicy" => Text<'d>,
    }
}

view! {
    /// Resource requests and limits.
    ResourceRequirements = "io.k8s.api.core.v1.ResourceRequirements" {
        limits: "limits" => Map<'d, Amount<'d>>,
        requests: "requests" => Map<'d, Amount<'d>>,
    }
}

view! {
    /// The mount of a volume in a container.
    VolumeMount = "io.k8s.api.core.v1.VolumeMount" {
        mount_propagation: "mountPropagation" => Text<'d>,
        sub_path_expr: "subPathExpr" => Text<'d>,
    }
}

view! {
    /// A liveness, readiness or startup probe.
    Probe = "io.k8s.api.core.v1.Probe" {
        grpc: "grpc" => Presence<'d>,
        termination_grace_period_seconds: "terminationGracePeriodSeconds" => Int64<'d>,
    }
}

view! {
    /// A volume. The sources of all known versions of Kubernetes are fields; others are kept by name. Fields are sorted
    /// by name, as the API server sends them.
    Volume = "io.k8s.api.core.v1.Volume" with others {
        aws_elastic_block_store: "awsElasticBlockStore" => Presence<'d>,
        azure_disk: "azureDisk" => Presence<'d>,
        azure_file: "azureFile" => Presence<'d>,
        cephfs: "cephfs" => Presence<'d>,
        cinder: "cinder" => Presence<'d>,
        config_map: "configMap" => ConfigMapVolumeSource<'d>,
        csi: "csi" => Presence<'d>,
        downward_api: "downwardAPI" => DownwardApiVolumeSource<'d>,
        empty_dir: "emptyDir" => EmptyDirVolumeSource<'d>,
        ephemeral: "ephemeral" => EphemeralVolumeSource<'d>,
        fc: "fc" => Presence<'d>,
        flex_volume: "flexVolume" => Presence<'d>,
        flocker: "flocker" => Presence<'d>,
        gce_persistent_disk: "gcePersistentDisk" => Presence<'d>,
        git_repo: "gitRepo" => Presence<'d>,
        glusterfs: "glusterfs" => Presence<'d>,
        host_path: "hostPath" => Presence<'d>,
        image: "image" => Presence<'d>,
        iscsi: "iscsi" => Presence<'d>,
        name: "name" => Text<'d>,
        nfs: "nfs" => Presence<'d>,
        persistent_volume_claim: "persistentVolumeClaim" => PersistentVolumeClaimVolumeSource<'d>,
        photon_persistent_disk: "photonPersistentDisk" => Presence<'d>,
        portworx_volume: "portworxVolume" => Presence<'d>,
        projected: "projected" => ProjectedVolumeSource<'d>,
        quobyte: "quobyte" => Presence<'d>,
        rbd: "rbd" => Presence<'d>,
        scale_io: "scaleIO" => Presence<'d>,
        secret: "secret" => SecretVolumeSource<'d>,
        storageos: "storageos" => Presence<'d>,
        vsphere_volume: "vsphereVolume" => Presence<'d>,
    }
}

impl<'d> Volume<'d> {
    /// Returns the sources of the volume: the known ones or, if there are none, unknown names whose value is an object.
    pub fn sources(self) -> impl Iterator<Item = Node<'d>> {
        sources(self.node)
    }

    /// Returns the sources of a projected volume.
    #[must_use]
    pub fn projections(self) -> List<'d, VolumeProjection<'d>> {
        List::found(self.projected().and_then(|projected| projected.sources().filled()))
    }

    /// Returns true if the volume is an emptyDir. A volume without a source is one too.
    #[must_use]
    pub fn is_empty_dir(self) -> bool {
        self.empty_dir().is_some() || self.sources().next().is_none()
    }
}

impl<'d> PersistentVolumeSpec<'d> {
    /// Returns the sources other than `csi`.
    pub fn sources(self) -> impl Iterator<Item = Node<'d>> {
        self.node.children().filter(|child| child.raw().is_some_and(|raw| child.is_unknown() && raw.starts_with('{')))
    }
}

fn sources(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let is_known = |child: &Node<'_>| !child.is_unknown() && child.name() != "name";
    let has_known = node.children().any(|child| is_known(&child));
    let is_unknown_object = |child: &Node<'_>| child.raw().is_some_and(|raw| raw.starts_with('{'));
    node.children().filter(move |child| if has_known { is_known(child) } else { is_unknown_object(child) })
}

view! {
    /// A directory with the lifetime of the pod.
    EmptyDirVolumeSource = "io.k8s.api.core.v1.EmptyDirVolumeSource" {
        medium: "medium" => Text<'d>,
        size_limit: "sizeLimit" => Amount<'d>,
    }
}

view! {
    /// A ConfigMap as a volume.
    ConfigMapVolumeSource = "io.k8s.api.core.v1.ConfigMapVolumeSource" {
        default_mode: "defaultMode" => Int32<'d>,
        items: "items" => List<'d, KeyToPath<'d>>,
    }
}

view! {
    /// A Secret as a volume.
    SecretVolumeSource = "io.k8s.api.core.v1.SecretVolumeSource" {
        default_mode: "defaultMode" => Int32<'d>,
        items: "items" => List<'d, KeyToPath<'d>>,
    }
}

view! {
    /// A key of a ConfigMap or Secret as a file.
    KeyToPath = "io.k8s.api.core.v1.KeyToPath" {
        mode: "mode" => Int32<'d>,
    }
}

view! {
    /// Several sources in one volume.
    ProjectedVolumeSource = "io.k8s.api.core.v1.ProjectedVolumeSource" {
        default_mode: "defaultMode" => Int32<'d>,
        sources: "sources" => List<'d, VolumeProjection<'d>>,
    }
}

view! {
    /// A source of a projected volume. The sources of all known versions of Kubernetes are fields.
    VolumeProjection = "io.k8s.api.core.v1.VolumeProjection" with others {
        cluster_trust_bundle: "clusterTrustBundle" => Presence<'d>,
        config_map: "configMap" => ItemsProjection<'d>,
        downward_api: "downwardAPI" => DownwardApiProjection<'d>,
        pod_certificate: "podCertificate" => Presence<'d>,
        secret: "secret" => ItemsProjection<'d>,
        service_account_token: "serviceAccountToken" => ServiceAccountTokenProjection<'d>,
    }
}

impl<'d> VolumeProjection<'d> {
    /// Returns the sources: the known ones or, if there are none, unknown names whose value is an object.
    pub fn sources(self) -> impl Iterator<Item = Node<'d>> {
        sources(self.node)
    }
}

view! {
    /// A token of the pod's service account.
    ServiceAccountTokenProjection = "io.k8s.api.core.v1.ServiceAccountTokenProjection" {
        expiration_seconds: "expirationSeconds" => Int64<'d>,
    }
}

view! {
    /// A ConfigMap or Secret in a projected volume.
    ItemsProjection = "io.k8s.api.core.v1.ConfigMapProjection" {
        items: "items" => List<'d, KeyToPath<'d>>,
    }
}

view! {
    /// Fields of the pod in a projected volume.
    DownwardApiProjection = "io.k8s.api.core.v1.DownwardAPIProjection" {
        items: "items" => List<'d, DownwardApiVolumeFile<'d>>,
    }
}

view! {
    /// Fields of the pod as a volume.
    DownwardApiVolumeSource = "io.k8s.api.core.v1.DownwardAPIVolumeSource" {
        items: "items" => List<'d, DownwardApiVolumeFile<'d>>,
    }
}

view! {
    /// A field of the pod as a file.
    DownwardApiVolumeFile = "io.k8s.api.core.v1.DownwardAPIVolumeFile" {
        resource_field_ref: "resourceFieldRef" => Presence<'d>,
    }
}

view! {
    /// A claim as a volume.
    PersistentVolumeClaimVolumeSource = "io.k8s.api.core.v1.PersistentVolumeClaimVolumeSource" {
        claim_name: "claimName" => Text<'d>,
    }
}

view! {
    /// A claim with the lifetime of the pod.
    EphemeralVolumeSource = "io.k8s.api.core.v1.EphemeralVolumeSource" {
        volume_claim_template: "volumeClaimTemplate" => PersistentVolumeClaimTemplate<'d>,
    }
}

view! {
    /// The template of the claim of an ephemeral volume.
    PersistentVolumeClaimTemplate = "io.k8s.api.core.v1.PersistentVolumeClaimTemplate" {
        metadata: "metadata" => ObjectMeta<'d>,
        spec: "spec" => PersistentVolumeClaimSpec<'d>,
    }
}
