//! What an API server knows about kinds and a manifest does not say: resource names and scopes.

/// The resource that serves a kind: `NetworkPolicy` is `networkpolicies`.
///
/// Kubernetes' own kinds all follow the rules of English spelling that are applied here, but one. For a custom
/// resource it is the guess that `kubectl` makes, too.
pub fn resource(kind: &str) -> String {
    let lower = kind.to_lowercase();
    if lower == "endpoints" {
        return lower;
    }
    if let Some(stem) = lower.strip_suffix('y')
        && !stem.ends_with(['a', 'e', 'i', 'o', 'u'])
    {
        return format!("{stem}ies");
    }
    if ["s", "x", "ch", "sh"].iter().any(|ending| lower.ends_with(ending)) {
        return format!("{lower}es");
    }
    format!("{lower}s")
}

/// Whether objects of a kind live outside of any namespace. Unknown kinds do not: most custom resources are
/// namespaced.
pub fn is_cluster_scoped(group: &str, kind: &str) -> bool {
    matches!(
        (group, kind),
        ("", "ComponentStatus" | "Namespace" | "Node" | "PersistentVolume")
            | (
                "admissionregistration.k8s.io",
                "MutatingAdmissionPolicy"
                    | "MutatingAdmissionPolicyBinding"
                    | "MutatingWebhookConfiguration"
                    | "ValidatingAdmissionPolicy"
                    | "ValidatingAdmissionPolicyBinding"
                    | "ValidatingWebhookConfiguration"
            )
            | ("apiextensions.k8s.io", "CustomResourceDefinition")
            | ("apiregistration.k8s.io", "APIService")
            | ("authentication.k8s.io", "SelfSubjectReview" | "TokenReview")
            | ("authorization.k8s.io", "SelfSubjectAccessReview" | "SelfSubjectRulesReview" | "SubjectAccessReview")
            | ("certificates.k8s.io", "CertificateSigningRequest" | "ClusterTrustBundle")
            | ("flowcontrol.apiserver.k8s.io", "FlowSchema" | "PriorityLevelConfiguration")
            | ("gateway.networking.k8s.io", "GatewayClass")
            | ("internal.apiserver.k8s.io", "StorageVersion")
            | ("karpenter.sh", "NodeClaim" | "NodePool")
            | ("networking.k8s.io", "IPAddress" | "IngressClass" | "ServiceCIDR")
            | ("node.k8s.io", "RuntimeClass")
            | ("policies.kubewarden.io", "ClusterAdmissionPolicy" | "ClusterAdmissionPolicyGroup" | "PolicyServer")
            | (
                "policy.networking.k8s.io",
                "AdminNetworkPolicy" | "BaselineAdminNetworkPolicy" | "ClusterNetworkPolicy"
            )
            | ("policy", "PodSecurityPolicy")
            | ("rbac.authorization.k8s.io", "ClusterRole" | "ClusterRoleBinding")
            | ("resource.k8s.io", "DeviceClass" | "DeviceTaintRule" | "ResourceSlice")
            | ("scheduling.k8s.io", "PriorityClass")
            | (
                "storage.k8s.io",
                "CSIDriver" | "CSINode" | "StorageClass" | "VolumeAttachment" | "VolumeAttributesClass"
            )
            | ("storagemigration.k8s.io", "StorageVersionMigration")
            | ("cert-manager.io", "ClusterIssuer")
            | ("cilium.io", "CiliumClusterwideNetworkPolicy" | "CiliumIdentity" | "CiliumNode")
            | (
                "crd.projectcalico.org" | "projectcalico.org",
                "BGPConfiguration"
                    | "BGPPeer"
                    | "FelixConfiguration"
                    | "GlobalNetworkPolicy"
                    | "GlobalNetworkSet"
                    | "HostEndpoint"
                    | "IPPool"
            )
            | ("operator.tigera.io", "APIServer" | "Installation")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_are_spelled_as_the_server_does() {
        for (kind, expected) in [
            ("Pod", "pods"),
            ("Deployment", "deployments"),
            ("NetworkPolicy", "networkpolicies"),
            ("Gateway", "gateways"),
            ("Ingress", "ingresses"),
            ("StorageClass", "storageclasses"),
            ("Endpoints", "endpoints"),
            ("EndpointSlice", "endpointslices"),
            ("PodDisruptionBudget", "poddisruptionbudgets"),
        ] {
            assert_eq!(resource(kind), expected);
        }
    }
}
