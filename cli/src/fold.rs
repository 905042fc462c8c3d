//! Counts objects with their owners: of a Deployment, its ReplicaSets and its Pods a report makes one object.

use crate::output::model::{Child, Finding, Object, Owner, Verdict};
use crate::owners::{self, Identity, Lineage, Place};

/// Folds objects into their owners, which [`owners::places`] finds by the lineages: one for each object, in the same order.
/// All of them are objects of one cluster, or of one set of manifests. The others keep their order.
///
/// An object becomes one of its owner's children. Its findings that the owner has as well are left out: those of the same
/// rule, in a field whose path ends like that of the child's. The others become findings of the owner that name the child,
/// and count in its verdict. A child of an owner that isn't among the objects names it.
#[must_use]
pub fn merge(mut objects: Vec<Object>, lineages: &[Lineage]) -> Vec<Object> {
    let identities: Vec<Identity<'_>> = objects.iter().zip(lineages).map(identity).collect();
    let places = owners::places(&identities);
    for (index, (place, lineage)) in places.iter().zip(lineages).enumerate() {
        match (place, &lineage.controller) {
            (Place::With(owner), _) => {
                // What stays in its place is removed below; objects are many, and a second list of them would be large.
                let child = std::mem::replace(&mut objects[index], Object::new("", "", None, ""));
                adopt(&mut objects[*owner], child);
            }
            (Place::Orphan, Some(owner)) => {
                objects[index].owner = Some(Owner { kind: owner.kind.to_string(), name: owner.name.to_string() });
            }
            _ => {}
        }
    }
    let mut places = places.iter();
    objects.retain(|_| !matches!(places.next(), Some(Place::With(_))));
    objects.iter_mut().filter(|object| !object.children.is_empty()).for_each(Object::settle);
    objects
}

fn identity<'o>((object, lineage): (&'o Object, &'o Lineage)) -> Identity<'o> {
    Identity {
        group: object.api_group(),
        kind: &object.kind,
        namespace: object.namespace.as_deref(),
        name: &object.name,
        lineage,
        is_judged: has_children(object),
    }
}

/// Whether others count with an object: pods come from it, and it was judged or stays on managed nodes.
#[must_use]
pub fn has_children(object: &Object) -> bool {
    object.workload && (object.verdict.is_judged() || object.verdict == Verdict::StaysOnManagedNodes)
}

/// Adds a child and what was found only in it.
fn adopt(owner: &mut Object, child: Object) {
    let title = child.title();
    for finding in child.findings {
        if !owner.findings.iter().any(|known| covers(known, &finding)) {
            owner.findings.push(Finding { child: Some(title.clone()), ..finding });
        }
    }
    owner.children.push(Child { kind: child.kind, name: child.name, location: child.location });
}

/// Whether a finding of the owner says the same as that of a child, whose fields lie deeper in the owner: in a template.
fn covers(of_owner: &Finding, of_child: &Finding) -> bool {
    // A container may have another position in the child, next to those that were injected; it has the same name.
    let (long, short) = match (of_owner.anchor.as_str(), of_child.anchor.as_str()) {
        ("", _) | (_, "") => (&of_owner.path, &of_child.path),
        _ => (&of_owner.anchor, &of_child.anchor),
    };
    let start = long.strip_suffix(short.as_str());
    of_owner.rule == of_child.rule && start.is_some_and(|start| start.is_empty() || start.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::model::{Exemption, Fix, Level, Location};

    fn object(kind: &str, name: &str, findings: &[(&str, &str)]) -> Object {
        let mut object = Object::new("apps/v1", kind, Some("shop"), name);
        object.workload = kind != "Service";
        object.findings = findings.iter().map(|(rule, path)| finding(rule, path)).collect();
        object.settle();
        object
    }

    fn finding(rule: &str, path: &str) -> Finding {
        Finding {
            rule: rule.to_owned(),
            level: Level::Deny,
            path: path.to_owned(),
            anchor: String::new(),
            location: Location::default(),
            container: None,
            child: None,
            problem: "a problem".to_owned(),
            remedy: "a remedy".to_owned(),
            fix: Fix::Manual,
            changes: Vec::new(),
            edits: Vec::new(),
            exempt: None,
            baseline: None,
            link: None,
            fingerprint: String::new(),
        }
    }

    /// Folds objects, each with its controller, such as `ReplicaSet web-1`.
    fn merge(objects: Vec<(Object, Option<&str>)>) -> Vec<Object> {
        let (objects, controllers): (Vec<_>, Vec<_>) = objects.into_iter().unzip();
        super::merge(objects, &controllers.into_iter().map(owners::tests::lineage).collect::<Vec<_>>())
    }

    fn found(object: &Object) -> Vec<(&str, &str, Option<&str>)> {
        object
            .findings
            .iter()
            .map(|finding| (finding.rule.as_str(), finding.path.as_str(), finding.child.as_deref()))
            .collect()
    }

    #[test]
    fn what_the_owner_has_as_well_is_told_once() {
        let template = ("host-pid", "spec.template.spec.hostPID");
        let folded = merge(vec![
            (
                object("Pod", "web-1-a", &[("host-pid", "spec.hostPID"), ("sysctls", "spec.hostPID")]),
                Some("ReplicaSet web-1"),
            ),
            (object("Deployment", "web", &[template]), None),
            (object("ReplicaSet", "web-1", &[template]), Some("Deployment web")),
            (object("Pod", "bare", &[("host-pid", "spec.hostPID")]), None),
        ]);
        assert_eq!(folded.iter().map(Object::title).collect::<Vec<_>>(), ["Deployment shop/web", "Pod shop/bare"]);
        let children: Vec<_> = folded[0].children.iter().map(|child| (&*child.kind, &*child.name)).collect();
        assert_eq!(children, [("Pod", "web-1-a"), ("ReplicaSet", "web-1")]);
        assert_eq!(
            found(&folded[0]),
            [("host-pid", template.1, None), ("sysctls", "spec.hostPID", Some("Pod shop/web-1-a"))]
        );
        assert!(folded[1].children.is_empty() && folded[1].owner.is_none());
    }

    #[test]
    fn the_end_of_a_path_is_whole_fields() {
        let covered = |owner: &str, child: &str| covers(&finding("r", owner), &finding("r", child));
        assert!(covered("spec.template.spec.hostPID", "spec.hostPID"));
        assert!(covered("spec.hostPID", "spec.hostPID"));
        assert!(!covered("spec.myspec.hostPID", "spec.hostPID"));
        assert!(!covered("spec.hostPID", "spec.template.spec.hostPID"));
        assert!(!covers(&finding("other", "spec.hostPID"), &finding("r", "spec.hostPID")));
    }

    #[test]
    fn a_container_is_known_by_its_name_where_it_has_one() {
        let named = |path: &str, anchor: &str| Finding { anchor: anchor.to_owned(), ..finding("r", path) };
        let owner = named("spec.template.spec.containers[0].ports", "spec.template.spec.containers[web].ports");
        assert!(covers(&owner, &named("spec.containers[1].ports", "spec.containers[web].ports")));
        assert!(!covers(&owner, &named("spec.containers[0].ports", "spec.containers[proxy].ports")));
        assert!(covers(&owner, &finding("r", "spec.containers[0].ports")));
    }

    #[test]
    fn what_is_found_only_in_a_child_counts_in_the_verdict_of_the_owner() {
        let pods = (0..3).map(|number| {
            let injected = [("host-path", "spec.volumes[1]")];
            (object("Pod", &format!("web-1-{number}"), &injected), Some("ReplicaSet web-1"))
        });
        let replicas = (object("ReplicaSet", "web-1", &[]), None);
        let folded = merge(pods.chain([replicas]).collect());
        assert_eq!((folded.len(), folded[0].verdict, folded[0].children.len()), (1, Verdict::Denied, 3));
        // Pods that are alike have it alike.
        assert_eq!(found(&folded[0]), [("host-path", "spec.volumes[1]", Some("Pod shop/web-1-0"))]);
    }

    #[test]
    fn an_exempt_finding_of_a_child_stays_exempt() {
        let mut pod = object("Pod", "web-1-a", &[("host-pid", "spec.hostPID")]);
        pod.findings[0].exempt = Some(Exemption { by: crate::output::model::ExemptBy::Settings, reason: None });
        let folded = merge(vec![(object("ReplicaSet", "web-1", &[]), None), (pod, Some("ReplicaSet web-1"))]);
        assert_eq!(folded[0].verdict, Verdict::Exempt);
    }

    #[test]
    fn others_count_with_what_was_judged_or_stays_on_managed_nodes() {
        let workload = |verdict| Object { verdict, ..object("Deployment", "web", &[]) };
        let counts = [Verdict::Clean, Verdict::Denied, Verdict::StaysOnManagedNodes];
        assert!(counts.iter().all(|verdict| has_children(&workload(*verdict))));
        let others = [Verdict::NotAsked, Verdict::NotLookedInto, Verdict::WithoutPods];
        assert!(!others.iter().any(|verdict| has_children(&workload(*verdict))));
        assert!(!has_children(&object("Service", "web", &[])));
    }

    #[test]
    fn an_owner_that_is_not_among_the_objects_is_named() {
        let folded = merge(vec![(object("Pod", "db-0", &[]), Some("Cluster db"))]);
        let owner = folded[0].owner.as_ref().map(|owner| (&*owner.kind, &*owner.name));
        assert_eq!(owner, Some(("Cluster", "db")));
        let not_judged = Object { verdict: Verdict::NotLookedInto, ..object("Cluster", "db", &[]) };
        let unjudged = merge(vec![(object("Pod", "db-0", &[]), Some("Cluster db")), (not_judged, None)]);
        assert_eq!((unjudged.len(), unjudged[0].owner.is_some()), (2, false));
    }
}
