//! `persistent-volume-claim`: finds claims, and volumes that use them.

use crate::check::prelude::*;
use crate::cluster::{CLASS_ANNOTATION, LookupError};
use crate::kubernetes::views::{
    ObjectMeta, PersistentVolumeClaim, PersistentVolumeClaimSpec, PersistentVolumeClaimVolumeSource,
};
use crate::lint::lookup::Lookup;

/// The rule.
pub static RULE: Rule = Rule {
    id: "persistent-volume-claim",
    strict: Deny,
    tolerant: Deny,
    parameters: &[&CLASSES],
    rows: &[Row::PersistentVolumeClaims, Row::ClaimVolumes],
    ..Rule::NEW
};

/// Storage classes whose claims are accepted.
static CLASSES: Parameter = Parameter { name: "allowStorageClasses", kind: ParameterKind::Names };

/// Its checks.
pub static CHECKS: &[Check] = &[
    Check::Object(&[Kind::PersistentVolumeClaim], object),
    Check::Claim(template),
    Check::Volume(volume),
];

const REMEDY: &str = "keep the data outside the pod, or allow a File Storage class in the settings";

/// Whether a claim is of a class that the settings accept.
fn is_allowed(cx: &Context, metadata: Option<ObjectMeta>, spec: Option<PersistentVolumeClaimSpec>) -> bool {
    let annotated = metadata.and_then(|metadata| metadata.annotations().get(CLASS_ANNOTATION));
    let class = annotated.or_else(|| spec?.storage_class_name()).map_or("", |class| class.value);
    !class.is_empty() && cx.names(&CLASSES).contains(&class)
}

fn object(cx: &mut Context) {
    if !is_allowed(cx, cx.object.metadata, cx.object.field("spec")) {
        cx.report(Place::Below(cx.object.root, &["kind"]), "pods on virtual nodes cannot use this claim", REMEDY);
    }
}

fn template(cx: &mut Context, claim: PersistentVolumeClaim) {
    if !is_allowed(cx, claim.metadata(), claim.spec()) {
        cx.report(claim.node, "virtual nodes do not mount the claims that this template makes", REMEDY);
    }
}

fn volume(cx: &mut Context, volume: Volume) {
    if let Some(claim) = volume.persistent_volume_claim() {
        if cx.names(&CLASSES).is_empty() {
            cx.report(claim.node, "virtual nodes do not mount persistent volume claims", REMEDY);
        } else {
            named(cx, claim);
        }
    }
    if let Some(ephemeral) = volume.ephemeral() {
        let template = ephemeral.volume_claim_template();
        let metadata = template.and_then(|template| template.metadata());
        if !is_allowed(cx, metadata, template.and_then(|template| template.spec())) {
            cx.report(ephemeral.node, "virtual nodes do not mount the claim that this volume makes", REMEDY);
        }
    }
}

/// A volume that names a claim: its class is known only where it can be looked up.
fn named(cx: &mut Context, claim: PersistentVolumeClaimVolumeSource) {
    let name = claim.claim_name().map_or("", |name| name.value);
    match cx.lookups.storage_class(name) {
        Ok(class) if cx.names(&CLASSES).contains(&class) => {}
        Ok(_) => {
            cx.report(claim.node, "the claim is of no storage class that the settings allow", REMEDY);
        }
        Err(LookupError::Failed) => cx.report_lookup_failure(Lookup::PersistentVolumeClaim, claim.node),
        Err(LookupError::Off | LookupError::Missing) => {
            let problem = "virtual nodes mount only claims of the storage classes in the settings";
            cx.report(claim.node, problem, "check the class of this claim").only_warn();
        }
    }
}
