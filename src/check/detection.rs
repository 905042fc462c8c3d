//! Detects products: by custom resource, label, container name or image.

use crate::check::context::{Context, Place};
use crate::document::node::Node;
use crate::document::view::{Map, Text};
use crate::kubernetes::image::Image;
use crate::kubernetes::kinds::Kind;
use crate::kubernetes::object::Object;
use crate::kubernetes::products::{Injection, KEYS, PRODUCTS, Product, Sign, is_in_group};
use crate::kubernetes::views::ObjectMeta;

/// The labels and annotations that say something about products, without all others.
pub struct Marks<'d> {
    labels: Vec<Text<'d>>,
    annotations: Vec<Text<'d>>,
}

impl<'d> Marks<'d> {
    /// Picks those of an object or a template.
    fn of(metadata: Option<ObjectMeta<'d>>) -> Self {
        let Some(metadata) = metadata else { return Marks { labels: Vec::new(), annotations: Vec::new() } };
        Marks { labels: pick(metadata.labels()), annotations: pick(metadata.annotations()) }
    }

    /// Picks those of an object, then those of its templates.
    #[must_use]
    pub fn of_object(object: &Object<'d>) -> Vec<Self> {
        let mut marks = vec![Marks::of(object.metadata)];
        for template in &object.templates {
            marks.push(Marks::of(template.metadata));
        }
        marks
    }

    /// The value of a label, or else of an annotation.
    fn choice(&self, key: &str) -> Option<&'d str> {
        get(&self.labels, key).or_else(|| get(&self.annotations, key)).map(|text| text.value)
    }
}

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
        let Some(Match { place, container }) = product.find(cx) else { continue };
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
    products.iter().any(|product| product.find(cx).is_some())
}

/// Returns the name of the mesh that the pod's namespace requests; `None` if the pod opts out, by one of the mesh's
/// opt-outs or by another value of the label that the namespace uses.
#[must_use]
pub fn injected_by_namespace(cx: &Context<'_>, namespace: ObjectMeta<'_>) -> Option<&'static str> {
    let choice = |key: &str| cx.marks.first()?.choice(key);
    let namespace = Marks::of(Some(namespace));
    for product in PRODUCTS {
        let Some(injection) = &product.injection else { continue };
        let Some(sign) = injection.of_namespace(&namespace) else { continue };
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
    fn find<'d>(&self, cx: &Context<'d>) -> Option<Match<'d>> {
        let object = cx.object;
        let (of_object, of_templates) = cx.marks.split_first()?;
        match object.kind() {
            Kind::Custom => {
                let is_ours = self.groups.iter().any(|group| is_in_group(object.group, group));
                is_ours.then_some(Match { place: Place::Below(object.root, &["kind"]), container: None })
            }
            Kind::Namespace => self.injection.as_ref()?.of_namespace(of_object).map(Match::from),
            _ => self.in_workload(object, of_object, of_templates, cx.images),
        }
    }

    fn in_workload<'d>(
        &self,
        object: &Object<'d>,
        of_object: &Marks<'d>,
        of_templates: &[Marks<'d>],
        images: &[Image<'d>],
    ) -> Option<Match<'d>> {
        if object.templates.is_empty() {
            return None;
        }
        let mut names = object.pods().flat_map(|pod| pod.all_containers()).filter_map(|container| container.name());
        let mut name = || {
            let name = names.find(|name| self.containers.contains(&name.value))?;
            Some(Match { place: name.node.into(), container: Some(name.value) })
        };
        let image = || {
            let image = images.iter().find(|image| self.images.iter().any(|known| image.is(*known)))?;
            Some(Match { place: image.node.into(), container: image.container })
        };
        self.label(of_object)
            .or_else(|| of_templates.iter().find_map(|template| self.in_template(template)))
            .map(Match::from)
            .or_else(|| if self.containers.is_empty() { None } else { name() })
            .or_else(image)
    }

    fn in_template<'d>(&self, marks: &Marks<'d>) -> Option<Node<'d>> {
        self.label(marks).or_else(|| self.injection.as_ref()?.of_pod(marks))
    }

    fn label<'d>(&self, marks: &Marks<'d>) -> Option<Node<'d>> {
        let sign = first(&marks.labels, self.labels)?;
        let part = self.part.and_then(|(key, value)| Some((get(&marks.labels, key)?, value)));
        part.is_none_or(|(label, value)| label.value == value).then_some(sign)
    }
}

impl Injection {
    fn of_namespace<'d>(&self, marks: &Marks<'d>) -> Option<Node<'d>> {
        first(&marks.labels, self.namespace_labels)
            .or_else(|| self.revision(marks))
            .or_else(|| first(&marks.annotations, self.annotations))
    }

    fn of_pod<'d>(&self, marks: &Marks<'d>) -> Option<Node<'d>> {
        let annotation = || {
            let (key, value) = self.pod_annotation.filter(|(key, _)| get(&marks.labels, key).is_none())?;
            first(&marks.annotations, &[(key, value)])
        };
        first(&marks.labels, self.pod_labels)
            .or_else(|| self.revision(marks))
            .or_else(annotation)
            .or_else(|| first(&marks.annotations, self.annotations))
    }

    /// Returns the label that requests a revision, unless the object opts out.
    fn revision<'d>(&self, marks: &Marks<'d>) -> Option<Node<'d>> {
        let revision = get(&marks.labels, self.revision).filter(|revision| !revision.value.is_empty())?;
        let opts_out = self.opt_out.iter().any(|(key, value)| marks.choice(key) == Some(*value));
        (!opts_out).then_some(revision.node)
    }
}

#[inline(never)]
fn pick<'d>(map: Map<'d, Text<'d>>) -> Vec<Text<'d>> {
    let mut picked = Vec::new();
    for (name, text) in map {
        if KEYS.contains(&name) {
            picked.push(text);
        }
    }
    picked
}

/// Returns the entry with a key.
#[inline(never)]
fn get<'d>(entries: &[Text<'d>], key: &str) -> Option<Text<'d>> {
    entries.iter().find(|text| text.node.name() == key).copied()
}

/// Returns the first entry that matches one of `signs`.
#[inline(never)]
fn first<'d>(entries: &[Text<'d>], signs: &[Sign]) -> Option<Node<'d>> {
    let is_sign = |text: &&Text<'d>| {
        let is = |(key, value): &Sign| {
            *key == text.node.name() && if value.is_empty() { !text.value.is_empty() } else { *value == text.value }
        };
        signs.iter().any(is)
    };
    entries.iter().find(is_sign).map(|text| text.node)
}
