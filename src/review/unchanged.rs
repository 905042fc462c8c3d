//! Whether an UPDATE changed what a workload's pods are made from.

use crate::kinds::Kind;
use crate::reader::{Document, Field, Fields, Node, Raw, Shape, View, position};
use crate::view;

view! {
    /// A workload with its templates as text.
    Workload = "" {
        spec: "spec" => WorkloadSpec<'d>,
        template: "template" => Raw<'d>,
    }
}

view! {
    /// A workload's spec with its templates as text.
    WorkloadSpec = "" {
        template: "template" => Raw<'d>,
        volume_claim_templates: "volumeClaimTemplates" => Raw<'d>,
        job_template: "jobTemplate" => JobTemplate<'d>,
    }
}

view! {
    /// The template of a CronJob's Jobs.
    JobTemplate = "" {
        spec: "spec" => JobSpec<'d>,
    }
}

view! {
    /// The spec of a CronJob's Jobs, with its template as text.
    JobSpec = "" {
        template: "template" => Raw<'d>,
    }
}

/// Whether `object`, the JSON of a workload of `kind`, has the pod template that `old` had; for a StatefulSet also the
/// claim templates. `false` for other kinds and for what cannot be read.
#[must_use]
pub fn pod_template(kind: Kind, object: &str, old: &str) -> bool {
    if !kind.has_template() || kind == Kind::Pod {
        return false;
    }
    let (Ok(object), Ok(old)) = (Document::read(object, Workload::SHAPE), Document::read(old, Workload::SHAPE)) else {
        return false;
    };
    let (Some(object), Some(old)) = (Workload::of(object.root()), Workload::of(old.root())) else {
        return false;
    };
    match kind {
        Kind::Deployment | Kind::ReplicaSet | Kind::DaemonSet | Kind::Job | Kind::ReplicationController => {
            same(template(object), template(old))
        }
        Kind::StatefulSet => {
            same(template(object), template(old)) && same(claim_templates(object), claim_templates(old))
        }
        Kind::CronJob => same(job(object), job(old)),
        Kind::PodTemplate => same(object.template(), old.template()),
        _ => false,
    }
}

fn template<'d>(object: Workload<'d>) -> Option<Raw<'d>> {
    object.spec()?.template()
}

fn claim_templates<'d>(object: Workload<'d>) -> Option<Raw<'d>> {
    object.spec()?.volume_claim_templates()
}

fn job<'d>(object: Workload<'d>) -> Option<Raw<'d>> {
    object.spec()?.job_template()?.spec()?.template()
}

fn same(left: Option<Raw<'_>>, right: Option<Raw<'_>>) -> bool {
    match (left, right) {
        (None, None) => true,
        (Some(left), Some(right)) => same_json(left.text(), right.text()),
        _ => false,
    }
}

/// Whether two JSON texts have the same value. The API server writes equal values in equal bytes; another sender may
/// order its keys in another way.
#[must_use]
pub fn same_json(left: &str, right: &str) -> bool {
    if left == right {
        return true;
    }
    let (left, right) = (Document::read(left, &Shape::Any), Document::read(right, &Shape::Any));
    matches!((left, right), (Ok(left), Ok(right)) if left.root().json().equals(right.root().json()))
}
