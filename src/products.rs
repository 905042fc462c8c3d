//! The products that Oracle's page names, and what they are recognised by: data, in one table.
//!
//! Custom resources are recognised by their API group, because kinds collide (`VirtualService`, `Gateway`,
//! `NetworkPolicy`). Workloads are recognised by a label on the object or its template, by the name of a proxy's
//! container or by an image, from any registry and of any tag.

use crate::findings::{Findings, Place};
use crate::kinds::Kind;
use crate::reader::{Map, Node, Text};
use crate::rule::Rule;
use crate::subject::Subject;
use crate::views::{Container, ObjectMeta};

/// A label or annotation; an empty value stands for any value but the empty one.
pub type Sign = (&'static str, &'static str);

/// What a product is recognised by.
pub struct Product {
    /// The rule that speaks of it.
    pub rule: &'static str,
    /// Its name, as people know it.
    pub name: &'static str,
    /// API groups of its custom resources; groups that end in a dot and one of these are meant too.
    pub groups: &'static [&'static str],
    /// Labels of its workloads.
    pub labels: &'static [Sign],
    /// A label that its workloads may have, and which value is meant: other values are other parts of the product.
    pub part: Option<Sign>,
    /// Names of the containers that it puts into other people's pods.
    pub containers: &'static [&'static str],
    /// Images: the component of the path before the last, empty if any will do, and the last one, without tag and
    /// digest; `*` at its end stands for anything.
    pub images: &'static [(&'static str, &'static str)],
    /// How a namespace or pod asks for its proxy.
    pub injection: Option<Injection>,
}

/// How a namespace or pod asks for a mesh's proxy.
pub struct Injection {
    /// Labels of a namespace.
    pub namespace_labels: &'static [Sign],
    /// Labels of a pod.
    pub pod_labels: &'static [Sign],
    /// Annotations of a namespace or pod.
    pub annotations: &'static [Sign],
    /// The annotation of a pod that counts only where the label of the same name is not there.
    pub pod_annotation: Option<Sign>,
    /// The label that asks for a revision of the mesh.
    pub revision: &'static str,
    /// Labels of a namespace, and labels or annotations of a pod, that opt out whatever the revision label says.
    pub opt_out: &'static [Sign],
    /// The label that asks for the mesh without a proxy in the pod, which the opt-outs are not about.
    pub ambient: &'static str,
}

const NOTHING: Product =
    Product { rule: "", name: "", groups: &[], labels: &[], part: None, containers: &[], images: &[], injection: None };

const NO_INJECTION: Injection = Injection {
    namespace_labels: &[],
    pod_labels: &[],
    annotations: &[],
    pod_annotation: None,
    revision: "",
    opt_out: &[],
    ambient: "",
};

/// Every product that is recognised.
pub static PRODUCTS: &[Product] = &[
    Product {
        rule: "third-party-cni",
        name: "Flannel",
        labels: &[("app", "flannel"), ("k8s-app", "flannel")],
        images: &[("", "flannel"), ("", "flannel-cni-plugin")],
        ..NOTHING
    },
    Product {
        rule: "third-party-cni",
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
    },
    Product {
        rule: "third-party-cni",
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
    },
    Product {
        rule: "service-mesh",
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
    },
    Product {
        rule: "service-mesh",
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
    },
    Product {
        rule: "service-mesh",
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
    },
    Product {
        rule: "vertical-pod-autoscaler",
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
    },
    Product {
        rule: "cluster-autoscaler",
        name: "the Cluster Autoscaler",
        labels: &[("app", "cluster-autoscaler"), ("k8s-app", "cluster-autoscaler")],
        images: &[
            ("", "cluster-autoscaler"),
            ("", "cluster-autoscaler-amd64"),
            ("", "cluster-autoscaler-arm64"),
            ("", "oci-cluster-autoscaler"),
        ],
        ..NOTHING
    },
    Product {
        rule: "kubernetes-dashboard",
        name: "the Kubernetes Dashboard",
        labels: &[
            ("k8s-app", "kubernetes-dashboard"),
            ("k8s-app", "dashboard-metrics-scraper"),
            ("app.kubernetes.io/part-of", "kubernetes-dashboard"),
        ],
        images: &[("kubernetesui", "dashboard*"), ("kubernetesui", "metrics-scraper")],
        ..NOTHING
    },
    Product {
        rule: "kube-proxy",
        name: "kube-proxy",
        labels: &[("k8s-app", "kube-proxy")],
        images: &[("", "kube-proxy")],
        ..NOTHING
    },
    Product {
        rule: "ingress-nginx",
        name: "ingress-nginx",
        labels: &[("app.kubernetes.io/name", "ingress-nginx")],
        part: Some(("app.kubernetes.io/component", "controller")),
        images: &[("ingress-nginx", "controller"), ("", "nginx-ingress-controller")],
        ..NOTHING
    },
    Product {
        rule: "metrics-server",
        name: "the Metrics Server",
        labels: &[("k8s-app", "metrics-server"), ("app.kubernetes.io/name", "metrics-server")],
        images: &[("", "metrics-server"), ("", "metrics-server-amd64"), ("", "metrics-server-arm64")],
        ..NOTHING
    },
];

/// Whether `group` is `known` or ends in a dot and it.
#[must_use]
pub fn is_in_group(group: &str, known: &str) -> bool {
    group.strip_suffix(known).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Whether a product has custom resources in `group`.
#[must_use]
pub fn has_group(group: &str) -> bool {
    PRODUCTS.iter().flat_map(|product| product.groups).any(|known| is_in_group(group, known))
}

/// Reports, for each product of `rule`, its first sign in the object. `problem` says what holds of the product.
pub fn report<'d>(
    rule: &Rule,
    subject: &Subject<'d>,
    problem: &str,
    remedy: &'static str,
    findings: &mut Findings<'d>,
) -> bool {
    let mut is_found = false;
    for product in PRODUCTS.iter().filter(|product| std::ptr::eq(product.rule, rule.id) || product.rule == rule.id) {
        let Some(Sighting { place, container }) = product.sighting(subject) else { continue };
        let this = if container.is_some() { "" } else { "this " };
        if let Some(finding) = findings.add(place, format_args!("{this}is {}, and {problem}", product.name), remedy) {
            finding.container = container;
        }
        is_found = true;
    }
    is_found
}

/// The mesh that the pod's namespace asks for, unless the pod opts out: by one of the mesh's opt-outs, or by another
/// value of what the namespace asks with.
#[must_use]
pub fn injected_by_namespace(subject: &Subject<'_>, namespace: ObjectMeta<'_>) -> Option<&'static str> {
    let pod = subject.metadata;
    let choice = |key: &str| {
        let pod = pod?;
        pod.labels().get(key).or_else(|| pod.annotations().get(key)).map(|choice| choice.value)
    };
    for product in PRODUCTS {
        let Some(injection) = &product.injection else { continue };
        let Some(sign) = injection.of_namespace(namespace) else { continue };
        let key = sign.name();
        let says_otherwise = key != injection.revision && choice(key).is_some_and(|choice| Some(choice) != sign.text());
        let is_out = |(name, value): &Sign| key != injection.ambient && choice(name) == Some(*value);
        if !says_otherwise && !injection.opt_out.iter().any(is_out) {
            return Some(product.name);
        }
    }
    None
}

/// Where a product shows, and in which container.
struct Sighting<'d> {
    place: Place<'d>,
    container: Option<&'d str>,
}

impl<'d> From<Node<'d>> for Sighting<'d> {
    fn from(node: Node<'d>) -> Self {
        Sighting { place: node.into(), container: None }
    }
}

/// An image in the parts that products are recognised by.
pub struct Image<'d> {
    node: Node<'d>,
    container: Option<&'d str>,
    /// The component of the path before the last; empty if there is none.
    parent: &'d str,
    /// The last component of the path, without tag and digest.
    name: &'d str,
}

impl<'d> Image<'d> {
    /// The parts of the name of a container's image.
    #[must_use]
    pub fn of(container: Container<'d>) -> Option<Self> {
        let image = container.image()?;
        let bytes = image.value.as_bytes();
        let end = bytes.iter().position(|byte| *byte == b'@').unwrap_or(bytes.len());
        let path = image.value.get(..end).unwrap_or_default();
        let (parents, last) = split_last(path);
        let end = last.bytes().position(|byte| byte == b':').unwrap_or(last.len());
        let name = last.get(..end).unwrap_or_default();
        let container = container.name().map(|name| name.value);
        Some(Image { node: image.node, container, parent: split_last(parents).1, name })
    }

    /// Whether it is the image that a product is recognised by.
    #[must_use]
    pub fn is(&self, (parent, name): (&str, &str)) -> bool {
        let is_name = match name.strip_suffix('*') {
            Some(start) => self.name.starts_with(start),
            None => self.name == name,
        };
        is_name && (parent.is_empty() || parent == self.parent)
    }
}

/// What stands before and after the last slash; all of it stands after, where there is none.
fn split_last(path: &str) -> (&str, &str) {
    let slash = path.bytes().rposition(|byte| byte == b'/');
    match slash.and_then(|slash| path.split_at_checked(slash)) {
        Some((parents, last)) => (parents, last.get(1..).unwrap_or_default()),
        None => ("", path),
    }
}

impl Product {
    /// The first sign of the product in an object: object labels, template labels, template annotations, container
    /// names, images. The object itself where it is the product's custom resource.
    fn sighting<'d>(&self, subject: &Subject<'d>) -> Option<Sighting<'d>> {
        match subject.kind {
            Kind::Custom => {
                let is_ours = self.groups.iter().any(|group| is_in_group(subject.group, group));
                is_ours.then_some(Sighting { place: Place::Below(subject.root, &["kind"]), container: None })
            }
            Kind::Namespace => {
                let metadata = subject.metadata?;
                self.injection.as_ref()?.of_namespace(metadata).map(Sighting::from)
            }
            _ => self.in_workload(subject),
        }
    }

    fn in_workload<'d>(&self, subject: &Subject<'d>) -> Option<Sighting<'d>> {
        let template = subject.template?;
        let of_object = subject.metadata.and_then(|metadata| self.label(metadata.labels()));
        let of_template = || {
            let metadata = template.metadata?;
            let injection = self.injection.as_ref();
            self.label(metadata.labels()).or_else(|| injection?.of_pod(metadata))
        };
        let names = || {
            let mut names = subject.containers().filter_map(|container| container.name());
            names
                .find(|name| self.containers.contains(&name.value))
                .map(|name| Sighting { place: name.node.into(), container: Some(name.value) })
        };
        let images = || {
            let mut images = subject.images().iter();
            let image = images.find(|image| self.images.iter().any(|known| image.is(*known)))?;
            Some(Sighting { place: image.node.into(), container: image.container })
        };
        let names = || if self.containers.is_empty() { None } else { names() };
        of_object.or_else(of_template).map(Sighting::from).or_else(names).or_else(images)
    }

    fn label<'d>(&self, labels: Map<'d, Text<'d>>) -> Option<Node<'d>> {
        if self.labels.is_empty() {
            return None;
        }
        let sign = first(&labels, self.labels)?;
        let part = self.part.and_then(|(key, value)| Some((labels.get(key)?, value)));
        part.is_none_or(|(label, value)| label.value == value).then_some(sign)
    }
}

impl Injection {
    fn of_namespace<'d>(&self, metadata: ObjectMeta<'d>) -> Option<Node<'d>> {
        let (labels, annotations) = (metadata.labels(), metadata.annotations());
        let revision = || self.revision(&labels, &annotations);
        first(&labels, self.namespace_labels).or_else(revision).or_else(|| first(&annotations, self.annotations))
    }

    fn of_pod<'d>(&self, metadata: ObjectMeta<'d>) -> Option<Node<'d>> {
        let (labels, annotations) = (metadata.labels(), metadata.annotations());
        let annotation = || {
            let (key, value) = self.pod_annotation.filter(|(key, _)| labels.get(key).is_none())?;
            first(&annotations, &[(key, value)])
        };
        first(&labels, self.pod_labels)
            .or_else(|| self.revision(&labels, &annotations))
            .or_else(annotation)
            .or_else(|| first(&annotations, self.annotations))
    }

    /// The label that asks for a revision, unless the object opts out.
    fn revision<'d>(&self, labels: &Map<'d, Text<'d>>, annotations: &Map<'d, Text<'d>>) -> Option<Node<'d>> {
        let revision = labels.get(self.revision).filter(|revision| !revision.value.is_empty())?;
        let opts_out = self.opt_out.iter().any(|(key, value)| {
            labels.get(key).or_else(|| annotations.get(key)).is_some_and(|choice| choice.value == *value)
        });
        (!opts_out).then_some(revision.node)
    }
}

/// The first entry of `map`, in the order of the text, that is one of `signs`.
fn first<'d>(map: &Map<'d, Text<'d>>, signs: &[Sign]) -> Option<Node<'d>> {
    let is_sign = |name: &str, text: &str| {
        signs
            .iter()
            .any(|(key, value)| *key == name && if value.is_empty() { !text.is_empty() } else { *value == text })
    };
    map.entries().find(|(name, text)| is_sign(name, text.value)).map(|(_, text)| text.node)
}
