//! Detects products: by custom resource, label, container name or image.

use crate::check::context::{Context, Place};
use crate::document::node::Node;
use crate::document::view::{Map, Text};
use crate::kubernetes::image::Image;
use crate::kubernetes::kinds::Kind;
use crate::kubernetes::object::{Object, Template};
use crate::kubernetes::products::{Injection, PRODUCTS, Product, Sign, is_in_group};
use crate::kubernetes::views::ObjectMeta;

/// The place where a product was detected, and the container.
struct Match<'d> {
    place: Place<'d>,
    container: Option<&'d str>,
}

impl<'d> From<Node<'d>> for Match<'d> {
    fn from(node: Node<'d>) -> Self {
        Match { place: node.into(), container: None }
    }
}

/// Reports the first sign of each product in the object. `problem` follows the product's name in the message. Returns
/// true if any was found.
pub fn report(cx: &mut Context<'_>, products: &[&'static Product], problem: &str, remedy: &'static str) -> bool {
    let mut is_found = false;
    for product in products {
        let Some(Match { place, container }) = product.find(cx.object, cx.images) else { continue };
        let this = if container.is_some() { "" } else { "this " };
        cx.container = container;
        cx.report(place, format_args!("{this}is {}, and {problem}", product.name), remedy);
        cx.container = None;
        is_found = true;
    }
    is_found
}

/// Returns true if the object shows a sign of any of the products.
#[must_use]
pub fn is_any(cx: &Context<'_>, products: &[&'static Product]) -> bool {
    products.iter().any(|product| product.find(cx.object, cx.images).is_some())
}

/// Returns the name of the mesh that the pod's namespace requests; `None` if the pod opts out, by one of the mesh's
/// opt-outs or by another value of the label that the namespace uses.
#[must_use]
pub fn injected_by_namespace(pod: &Object<'_>, namespace: ObjectMeta<'_>) -> Option<&'static str> {
    let choice = |key: &str| {
        let pod = pod.metadata?;
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

impl Product {
    /// Finds the first sign of the product in an object: in the labels of the object and its templates, template
    /// annotations, container names and images. For a custom resource of the product, the object itself.
    fn find<'d>(&self, object: &Object<'d>, images: &[Image<'d>]) -> Option<Match<'d>> {
        match object.kind() {
            Kind::Custom => {
                let is_ours = self.groups.iter().any(|group| is_in_group(object.group, group));
                is_ours.then_some(Match { place: Place::Below(object.root, &["kind"]), container: None })
            }
            Kind::Namespace => self.injection.as_ref()?.of_namespace(object.metadata?).map(Match::from),
            _ => self.in_workload(object, images),
        }
    }

    fn in_workload<'d>(&self, object: &Object<'d>, images: &[Image<'d>]) -> Option<Match<'d>> {
        if object.templates.is_empty() {
            return None;
        }
        let of_object = || object.metadata.and_then(|metadata| self.label(metadata.labels()));
        let mut templates = object.templates.iter();
        let mut names = object.pods().flat_map(|pod| pod.all_containers()).filter_map(|container| container.name());
        let mut name = || {
            let name = names.find(|name| self.containers.contains(&name.value))?;
            Some(Match { place: name.node.into(), container: Some(name.value) })
        };
        let image = || {
            let image = images.iter().find(|image| self.images.iter().any(|known| image.is(*known)))?;
            Some(Match { place: image.node.into(), container: image.container })
        };
        of_object()
            .or_else(|| templates.find_map(|template| self.in_template(template)))
            .map(Match::from)
            .or_else(|| if self.containers.is_empty() { None } else { name() })
            .or_else(image)
    }

    fn in_template<'d>(&self, template: &Template<'d>) -> Option<Node<'d>> {
        let metadata = template.metadata?;
        self.label(metadata.labels()).or_else(|| self.injection.as_ref()?.of_pod(metadata))
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

    /// Returns the label that requests a revision, unless the object opts out.
    fn revision<'d>(&self, labels: &Map<'d, Text<'d>>, annotations: &Map<'d, Text<'d>>) -> Option<Node<'d>> {
        let revision = labels.get(self.revision).filter(|revision| !revision.value.is_empty())?;
        let opts_out = self.opt_out.iter().any(|(key, value)| {
            labels.get(key).or_else(|| annotations.get(key)).is_some_and(|choice| choice.value == *value)
        });
        (!opts_out).then_some(revision.node)
    }
}

/// Returns the first entry of `map` that matches one of `signs`.
fn first<'d>(map: &Map<'d, Text<'d>>, signs: &[Sign]) -> Option<Node<'d>> {
    let is_sign = |name: &str, text: &str| {
        signs
            .iter()
            .any(|(key, value)| *key == name && if value.is_empty() { !text.is_empty() } else { *value == text })
    };
    map.entries().find(|(name, text)| is_sign(name, text.value)).map(|(_, text)| text.node)
}
