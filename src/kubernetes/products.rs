//! The products that Oracle's page names, and how to recognise them.
//!
//! Custom resources are recognised by their API group, because kinds collide (`VirtualService`, `Gateway`,
//! `NetworkPolicy`). Workloads are recognised by a label on the object or its template, by the name of a proxy
//! container, or by an image from any registry with any tag.

/// The key and value of a label or annotation. An empty value matches any value that isn't empty.
pub type Sign = (&'static str, &'static str);

/// A product and the criteria to recognise it.
pub struct Product {
    /// The product's name.
    pub name: &'static str,
    /// API groups of its custom resources. Subdomains of a group match too.
    pub groups: &'static [&'static str],
    /// Labels of its workloads.
    pub labels: &'static [Sign],
    /// A label that names the part of the product. If a workload has this label, only this value matches.
    pub part: Option<Sign>,
    /// Names of the containers that it injects into pods.
    pub containers: &'static [&'static str],
    /// Images: the second-last component of the path (empty matches any) and the last one, without tag or digest. A `*`
    /// at the end matches any suffix.
    pub images: &'static [(&'static str, &'static str)],
    /// How a namespace or pod requests its proxy.
    pub injection: Option<Injection>,
}

/// The labels and annotations with which a namespace or pod requests a mesh's proxy.
pub struct Injection {
    /// Labels of a namespace.
    pub namespace_labels: &'static [Sign],
    /// Labels of a pod.
    pub pod_labels: &'static [Sign],
    /// Annotations of a namespace or pod.
    pub annotations: &'static [Sign],
    /// An annotation of a pod that counts only without the label of the same name.
    pub pod_annotation: Option<Sign>,
    /// The label that requests a revision of the mesh.
    pub revision: &'static str,
    /// Labels of a namespace, and labels or annotations of a pod, that opt out despite the revision label.
    pub opt_out: &'static [Sign],
    /// The label that requests the mesh without a proxy in the pod. Opt-outs don't apply to it.
    pub ambient: &'static str,
}

const NOTHING: Product =
    Product { name: "", groups: &[], labels: &[], part: None, containers: &[], images: &[], injection: None };

const NO_INJECTION: Injection = Injection {
    namespace_labels: &[],
    pod_labels: &[],
    annotations: &[],
    pod_annotation: None,
    revision: "",
    opt_out: &[],
    ambient: "",
};

/// Flannel.
pub static FLANNEL: Product = Product {
    name: "Flannel",
    labels: &[("app", "flannel"), ("k8s-app", "flannel")],
    images: &[("", "flannel"), ("", "flannel-cni-plugin")],
    ..NOTHING
};

/// Calico.
pub static CALICO: Product = Product {
    name: "Calico",
    groups: &["projectcalico.org", "tigera.io"],
    labels: &[
        ("k8s-app", "calico-node"),
        ("k8s-app", "calico-kube-controllers"),
        ("k8s-app", "calico-typha"),
        ("k8s-app", "calico-apiserver"),
        ("k8s-app", "canal"),
        ("k8s-app", "tigera-operator"),
    ],
    images: &[
        ("calico", "node"),
        ("calico", "cni"),
        ("calico", "kube-controllers"),
        ("calico", "typha"),
        ("calico", "apiserver"),
        ("tigera", "operator"),
    ],
    ..NOTHING
};

/// Cilium.
pub static CILIUM: Product = Product {
    name: "Cilium",
    groups: &["cilium.io"],
    labels: &[
        ("k8s-app", "cilium"),
        ("app.kubernetes.io/name", "cilium-agent"),
        ("app.kubernetes.io/name", "cilium-operator"),
        ("app.kubernetes.io/name", "cilium-envoy"),
        ("io.cilium/app", ""),
    ],
    images: &[("", "cilium"), ("", "cilium-envoy"), ("cilium", "operator*")],
    ..NOTHING
};

/// Istio.
pub static ISTIO: Product = Product {
    name: "Istio",
    groups: &["istio.io"],
    labels: &[
        ("app", "istiod"),
        ("istio", "pilot"),
        ("app.kubernetes.io/name", "istiod"),
        ("k8s-app", "istio-cni-node"),
        ("app", "ztunnel"),
        ("app.kubernetes.io/name", "ztunnel"),
    ],
    containers: &["istio-proxy"],
    images: &[("", "proxyv2"), ("", "pilot"), ("", "install-cni"), ("", "ztunnel")],
    injection: Some(Injection {
        namespace_labels: &[("istio-injection", "enabled"), ("istio.io/dataplane-mode", "ambient")],
        pod_labels: &[("sidecar.istio.io/inject", "true"), ("istio.io/dataplane-mode", "ambient")],
        pod_annotation: Some(("sidecar.istio.io/inject", "true")),
        revision: "istio.io/rev",
        opt_out: &[("istio-injection", "disabled"), ("sidecar.istio.io/inject", "false")],
        ambient: "istio.io/dataplane-mode",
        ..NO_INJECTION
    }),
    ..NOTHING
};

/// Linkerd.
pub static LINKERD: Product = Product {
    name: "Linkerd",
    groups: &["linkerd.io"],
    labels: &[
        ("linkerd.io/control-plane-component", ""),
        ("linkerd.io/control-plane-ns", ""),
        ("linkerd.io/extension", ""),
    ],
    containers: &["linkerd-proxy"],
    images: &[
        ("linkerd", "proxy"),
        ("linkerd", "proxy-init"),
        ("linkerd", "controller"),
        ("linkerd", "policy-controller"),
        ("linkerd", "cni-plugin"),
        ("linkerd", "debug"),
        ("linkerd", "metrics-api"),
        ("linkerd", "tap"),
        ("linkerd", "web"),
    ],
    injection: Some(Injection {
        annotations: &[("linkerd.io/inject", "enabled"), ("linkerd.io/inject", "ingress")],
        ..NO_INJECTION
    }),
    ..NOTHING
};

/// OCI Service Mesh.
pub static OCI_SERVICE_MESH: Product = Product {
    name: "OCI Service Mesh",
    groups: &["servicemesh.oci.oracle.com"],
    labels: &[("servicemesh.oci.oracle.com/ingress-gateway-deployment", "")],
    containers: &["oci-sm-proxy"],
    injection: Some(Injection {
        namespace_labels: &[("servicemesh.oci.oracle.com/sidecar-injection", "enabled")],
        pod_labels: &[("servicemesh.oci.oracle.com/sidecar-injection", "enabled")],
        ..NO_INJECTION
    }),
    ..NOTHING
};

/// The Vertical Pod Autoscaler.
pub static VERTICAL_POD_AUTOSCALER: Product = Product {
    name: "the Vertical Pod Autoscaler",
    groups: &["autoscaling.k8s.io"],
    labels: &[
        ("app", "vpa-recommender"),
        ("app", "vpa-updater"),
        ("app", "vpa-admission-controller"),
        ("app.kubernetes.io/name", "vertical-pod-autoscaler"),
    ],
    images: &[("", "vpa-recommender"), ("", "vpa-updater"), ("", "vpa-admission-controller")],
    ..NOTHING
};

/// The Cluster Autoscaler.
pub static CLUSTER_AUTOSCALER: Product = Product {
    name: "the Cluster Autoscaler",
    labels: &[("app", "cluster-autoscaler"), ("k8s-app", "cluster-autoscaler")],
    images: &[
        ("", "cluster-autoscaler"),
        ("", "cluster-autoscaler-amd64"),
        ("", "cluster-autoscaler-arm64"),
        ("", "oci-cluster-autoscaler"),
    ],
    ..NOTHING
};

/// The Kubernetes Dashboard.
pub static KUBERNETES_DASHBOARD: Product = Product {
    name: "the Kubernetes Dashboard",
    labels: &[
        ("k8s-app", "kubernetes-dashboard"),
        ("k8s-app", "dashboard-metrics-scraper"),
        ("app.kubernetes.io/part-of", "kubernetes-dashboard"),
    ],
    images: &[("kubernetesui", "dashboard*"), ("kubernetesui", "metrics-scraper")],
    ..NOTHING
};

/// Kube-proxy.
pub static KUBE_PROXY: Product =
    Product { name: "kube-proxy", labels: &[("k8s-app", "kube-proxy")], images: &[("", "kube-proxy")], ..NOTHING };

/// Ingress-nginx.
pub static INGRESS_NGINX: Product = Product {
    name: "ingress-nginx",
    labels: &[("app.kubernetes.io/name", "ingress-nginx")],
    part: Some(("app.kubernetes.io/component", "controller")),
    images: &[("ingress-nginx", "controller"), ("", "nginx-ingress-controller")],
    ..NOTHING
};

/// The Metrics Server.
pub static METRICS_SERVER: Product = Product {
    name: "the Metrics Server",
    labels: &[("k8s-app", "metrics-server"), ("app.kubernetes.io/name", "metrics-server")],
    images: &[("", "metrics-server"), ("", "metrics-server-amd64"), ("", "metrics-server-arm64")],
    ..NOTHING
};

/// All products.
pub static PRODUCTS: &[&Product] = &[
    &FLANNEL,
    &CALICO,
    &CILIUM,
    &ISTIO,
    &LINKERD,
    &OCI_SERVICE_MESH,
    &VERTICAL_POD_AUTOSCALER,
    &CLUSTER_AUTOSCALER,
    &KUBERNETES_DASHBOARD,
    &KUBE_PROXY,
    &INGRESS_NGINX,
    &METRICS_SERVER,
];

/// The keys of all labels and annotations above. An object can have very many others.
pub static KEYS: &[&str] = &[
    "app",
    "app.kubernetes.io/component",
    "app.kubernetes.io/name",
    "app.kubernetes.io/part-of",
    "io.cilium/app",
    "istio",
    "istio-injection",
    "istio.io/dataplane-mode",
    "istio.io/rev",
    "k8s-app",
    "linkerd.io/control-plane-component",
    "linkerd.io/control-plane-ns",
    "linkerd.io/extension",
    "linkerd.io/inject",
    "servicemesh.oci.oracle.com/ingress-gateway-deployment",
    "servicemesh.oci.oracle.com/sidecar-injection",
    "sidecar.istio.io/inject",
];

/// An API group of a product, a version of it that a current release serves, and resources of that version.
pub type Resources = (&'static str, &'static str, &'static [&'static str]);

/// The products that rules find by the groups of their custom resources. For webhook rules, and for reading a whole cluster;
/// the policy itself goes by the group.
pub static FOUND_BY_GROUP: &[(&str, &[Resources])] = &[
    (
        "calico",
        &[
            ("crd.projectcalico.org", "v1", &["globalnetworkpolicies", "networkpolicies"]),
            ("operator.tigera.io", "v1", &["installations"]),
        ],
    ),
    ("cilium", &[("cilium.io", "v2", &["ciliumclusterwidenetworkpolicies", "ciliumnetworkpolicies"])]),
    (
        "istio",
        &[
            (
                "networking.istio.io",
                "v1",
                &["destinationrules", "gateways", "serviceentries", "sidecars", "virtualservices"],
            ),
            ("security.istio.io", "v1", &["authorizationpolicies", "peerauthentications", "requestauthentications"]),
        ],
    ),
    (
        "linkerd",
        &[
            ("linkerd.io", "v1alpha2", &["serviceprofiles"]),
            ("policy.linkerd.io", "v1beta3", &["servers"]),
            ("policy.linkerd.io", "v1alpha1", &["authorizationpolicies"]),
        ],
    ),
    (
        "network-policy-api",
        &[("policy.networking.k8s.io", "v1alpha1", &["adminnetworkpolicies", "baselineadminnetworkpolicies"])],
    ),
    (
        "oci-service-mesh",
        &[(
            "servicemesh.oci.oracle.com",
            "v1beta1",
            &["ingressgateways", "meshes", "virtualdeployments", "virtualservices"],
        )],
    ),
    ("vertical-pod-autoscaler", &[("autoscaling.k8s.io", "v1", &["verticalpodautoscalers"])]),
];

/// Returns true if `group` is `known` or a subdomain of it.
#[must_use]
pub fn is_in_group(group: &str, known: &str) -> bool {
    group.strip_suffix(known).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Returns true if a product has custom resources in `group`.
#[must_use]
pub fn has_group(group: &str) -> bool {
    PRODUCTS.iter().flat_map(|product| product.groups).any(|known| is_in_group(group, known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_are_those_of_the_products() {
        let of_injection = |injection: &'static Injection| {
            let signs = [injection.namespace_labels, injection.pod_labels, injection.annotations, injection.opt_out];
            let keys = signs.into_iter().flatten().chain(&injection.pod_annotation).map(|(key, _)| *key);
            keys.chain([injection.revision, injection.ambient])
        };
        let of_product = |product: &&'static Product| {
            let keys = product.labels.iter().chain(&product.part).map(|(key, _)| *key);
            keys.chain(product.injection.iter().flat_map(of_injection))
        };
        let mut keys: Vec<_> = PRODUCTS.iter().flat_map(of_product).filter(|key| !key.is_empty()).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys, KEYS);
    }
}
