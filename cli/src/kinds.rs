//! What an API server knows about kinds and a manifest does not say: resource names, scopes, and which kinds there are.

pub mod class;
mod own;

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
    own::is_cluster_scoped(group, kind).unwrap_or_else(|| is_custom_and_cluster_scoped(group, kind))
}

fn is_custom_and_cluster_scoped(group: &str, kind: &str) -> bool {
    matches!(
        (group, kind),
        ("gateway.networking.k8s.io", "GatewayClass")
            | ("karpenter.sh", "NodeClaim" | "NodePool")
            | ("policies.kubewarden.io", "ClusterAdmissionPolicy" | "ClusterAdmissionPolicyGroup" | "PolicyServer")
            | (
                "policy.networking.k8s.io",
                "AdminNetworkPolicy" | "BaselineAdminNetworkPolicy" | "ClusterNetworkPolicy"
            )
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
