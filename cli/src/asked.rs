//! Takes a policy's own rules and selectors into account: objects that the policy isn't asked about aren't judged.

use std::collections::{BTreeMap, BTreeSet};

use crate::convert::Unfolded;
use crate::input::Manifests;
use crate::kinds;
use crate::object::Object;
use crate::output::model::Verdict;
use crate::path::Step;
use crate::policy::{Asked, Labels, Policy, Request};

/// Marks the objects that `policy` isn't asked about, and drops their findings. `namespace` is that of objects that name
/// none. Notes in the report say what isn't known; such objects stay as they were judged.
pub fn mark(unfolded: &mut Unfolded, policy: &Policy, manifests: &Manifests, namespace: &str) {
    let namespaces = namespaces(manifests);
    let mut unknown = BTreeSet::new();
    for (converted, index) in unfolded.report.objects.iter_mut().zip(&unfolded.indices) {
        let object = &manifests.objects[*index];
        let own_namespace = object.namespace(namespace);
        let asked = is_asked(policy, object, own_namespace, &namespaces);
        let Some(reason) = reason(&asked) else {
            unknown.extend(if let Asked::Unknown(labels) = asked { labels } else { Vec::new() });
            continue;
        };
        // Where no rule of the catalogue knows a kind, that is the more important answer.
        if !matches!(converted.verdict, Verdict::NotLookedInto | Verdict::WithoutPods) {
            (converted.verdict, converted.reason) = (Verdict::NotAsked, Some(reason.to_owned()));
            (converted.advice, converted.placement) = (None, None);
            converted.findings.clear();
        }
    }
    let notes = &mut unfolded.report.notes;
    let title = format!("{} `{}`", policy.kind, policy.name);
    if !unknown.is_empty() {
        let labels = unknown.into_iter().collect::<Vec<_>>().join(", ");
        notes.push(format!(
            "The namespaceSelector of {title} asks for labels that are not known ({labels}), so objects of these \
             namespaces are judged. Add the manifests of the namespaces to have their labels counted."
        ));
    }
    notes.extend(conditions(policy));
}

/// Why the policy isn't asked; `None` of an object that is judged.
pub(crate) fn reason(asked: &Asked) -> Option<&'static str> {
    match asked {
        Asked::Yes | Asked::Unknown(_) => None,
        Asked::NotByRules => Some("no rule of the policy names its resource"),
        Asked::NotByNamespace => Some("the policy isn't asked about its namespace"),
        Asked::NotByObject => Some("the policy's objectSelector leaves it out"),
    }
}

/// A note on conditions of the policy that are not evaluated.
pub(crate) fn conditions(policy: &Policy) -> Option<String> {
    let Policy { kind, name, .. } = policy;
    let note = || format!("{kind} `{name}` has matchConditions, which are not evaluated: it may be asked about less.");
    policy.has_conditions().then(note)
}

/// The labels of the namespaces among the manifests, by name.
fn namespaces(manifests: &Manifests) -> BTreeMap<&str, Labels> {
    let namespaces = manifests.objects.iter().filter(|object| object.api_version == "v1" && object.kind == "Namespace");
    namespaces.filter_map(|object| Some((object.name()?, labels(object)))).collect()
}

/// The labels of an object.
pub(crate) fn labels(object: &Object) -> Labels {
    let labels = object.value_at(&["metadata", "labels"].map(|key| Step::Key(key.to_owned())));
    let labels = labels.as_ref().and_then(|labels| labels.as_object()).into_iter().flatten();
    labels.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

fn is_asked(policy: &Policy, object: &Object, namespace: Option<&str>, namespaces: &BTreeMap<&str, Labels>) -> Asked {
    policy.is_asked(&Request {
        group: object.group(),
        version: object.version(),
        resource: &kinds::resource(&object.kind),
        name: object.name(),
        namespace,
        labels: &labels(object),
        namespace_labels: namespace.and_then(|namespace| namespaces.get(namespace)),
    })
}
