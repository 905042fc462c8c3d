//! The kinds of Kubernetes' own groups, of every release that manifests are still written for.

/// The kinds of a group.
struct Group {
    name: &'static str,
    namespaced: &'static [&'static str],
    cluster: &'static [&'static str],
}

const fn group(name: &'static str, namespaced: &'static [&'static str], cluster: &'static [&'static str]) -> Group {
    Group { name, namespaced, cluster }
}

/// A test compares this with the k8s-openapi crate. Beside its kinds, here are those of releases before it, and `v1 Config`,
/// the configuration of `kubectl`.
#[rustfmt::skip]
static GROUPS: &[Group] = &[
    group(
        "",
        &[
            "Binding", "ConfigMap", "Endpoints", "Event", "LimitRange", "PersistentVolumeClaim", "Pod", "PodTemplate",
            "ReplicationController", "ResourceQuota", "Secret", "Service", "ServiceAccount",
        ],
        &["ComponentStatus", "Config", "Namespace", "Node", "PersistentVolume", "Status"],
    ),
    group(
        "admissionregistration.k8s.io",
        &[],
        &[
            "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding", "MutatingWebhookConfiguration",
            "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration",
        ],
    ),
    group("apiextensions.k8s.io", &[], &["CustomResourceDefinition"]),
    group("apiregistration.k8s.io", &[], &["APIService"]),
    group("apps", &["ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"], &[]),
    group("auditregistration.k8s.io", &[], &["AuditSink"]),
    group("authentication.k8s.io", &["TokenRequest"], &["SelfSubjectReview", "TokenReview"]),
    group(
        "authorization.k8s.io",
        &["LocalSubjectAccessReview"],
        &["SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview"],
    ),
    group("autoscaling", &["HorizontalPodAutoscaler", "Scale"], &[]),
    group("batch", &["CronJob", "Job"], &[]),
    group("certificates.k8s.io", &["PodCertificateRequest"], &["CertificateSigningRequest", "ClusterTrustBundle"]),
    group("coordination.k8s.io", &["Lease", "LeaseCandidate"], &[]),
    group("discovery.k8s.io", &["EndpointSlice"], &[]),
    group("events.k8s.io", &["Event"], &[]),
    group(
        "extensions",
        &["DaemonSet", "Deployment", "Ingress", "NetworkPolicy", "ReplicaSet", "Scale"],
        &["PodSecurityPolicy"],
    ),
    group("flowcontrol.apiserver.k8s.io", &[], &["FlowSchema", "PriorityLevelConfiguration"]),
    group("internal.apiserver.k8s.io", &[], &["StorageVersion"]),
    group("lifecycle.k8s.io", &["Eviction", "EvictionRequest"], &[]),
    group(
        "networking.k8s.io",
        &["Ingress", "NetworkPolicy"],
        &["ClusterCIDR", "IPAddress", "IngressClass", "ServiceCIDR"],
    ),
    group("node.k8s.io", &[], &["RuntimeClass"]),
    group("policy", &["Eviction", "PodDisruptionBudget"], &["PodSecurityPolicy"]),
    group("rbac.authorization.k8s.io", &["Role", "RoleBinding"], &["ClusterRole", "ClusterRoleBinding"]),
    group(
        "resource.k8s.io",
        &["PodSchedulingContext", "ResourceClaim", "ResourceClaimParameters", "ResourceClaimTemplate",
          "ResourceClassParameters"],
        &["DeviceClass", "DeviceTaintRule", "ResourceClass", "ResourcePoolStatusRequest", "ResourceSlice"],
    ),
    group("scheduling.k8s.io", &["CompositePodGroup", "PodGroup", "Workload"], &["PriorityClass"]),
    group("settings.k8s.io", &["PodPreset"], &[]),
    group(
        "storage.k8s.io",
        &["CSIStorageCapacity"],
        &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "VolumeAttributesClass"],
    ),
    group("storagemigration.k8s.io", &[], &["StorageVersionMigration"]),
];

/// Whether a group is one of Kubernetes' own.
pub(super) fn is_group(name: &str) -> bool {
    GROUPS.iter().any(|group| group.name == name)
}

/// Whether the objects of one of Kubernetes' own kinds live outside of namespaces; `None` of any other kind.
pub(super) fn is_cluster_scoped(group: &str, kind: &str) -> Option<bool> {
    let group = GROUPS.iter().find(|one| one.name == group)?;
    match (group.cluster.contains(&kind), group.namespaced.contains(&kind)) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

/// All of them: group and kind.
pub(super) fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    GROUPS.iter().flat_map(|group| group.namespaced.iter().chain(group.cluster).map(|kind| (group.name, *kind)))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;
    use std::process::Command;

    use super::*;

    /// Where the sources of k8s-openapi are. They are not compiled for this.
    fn k8s_openapi() -> PathBuf {
        // Without the packages that other platforms need, and that may not be here.
        let arguments = ["metadata", "--locked", "--format-version", "1", "--filter-platform", "wasm32-wasip1"];
        let output = Command::new(env!("CARGO")).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output();
        let metadata: serde_json::Value = serde_json::from_slice(&output.unwrap().stdout).unwrap();
        let packages = metadata["packages"].as_array().unwrap();
        let package = packages.iter().find(|package| package["name"] == "k8s-openapi").unwrap();
        let manifest = PathBuf::from(package["manifest_path"].as_str().unwrap());
        manifest.parent().unwrap().join("src")
    }

    /// Group, kind, resource and scope of a type that is a resource.
    fn resource(text: &str) -> Option<[String; 4]> {
        let text = &text[text.find("crate::Resource for")?..];
        let constant = |name: &str| {
            let value = text.split(&format!("const {name}: &'static str = \"")).nth(1)?;
            Some(value.split('"').next()?.to_owned())
        };
        let scope = text.split("type Scope = crate::").nth(1)?.split("ResourceScope").next()?.to_owned();
        Some([constant("GROUP")?, constant("KIND")?, constant("URL_PATH_SEGMENT")?, scope])
    }

    #[test]
    fn the_table_has_every_kind_of_k8s_openapi() {
        let mut count = 0;
        for entry in walkdir::WalkDir::new(k8s_openapi()).into_iter().map(Result::unwrap) {
            if entry.path().extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let Some([group, kind, resource, scope]) = resource(&fs::read_to_string(entry.path()).unwrap()) else {
                continue;
            };
            // What describes an API is served by no resource.
            if resource.is_empty() {
                continue;
            }
            count += 1;
            let is_cluster_scoped = is_cluster_scoped(&group, &kind);
            assert!(is_cluster_scoped.is_some(), "{group} {kind}");
            // A subresource lives where its object does.
            if scope != "Sub" {
                assert_eq!(is_cluster_scoped, Some(scope == "Cluster"), "{group} {kind}");
                assert_eq!(super::super::resource(&kind), resource, "{group} {kind}");
            }
        }
        assert!(count > 200, "{count}");
    }
}
