//! `persistent-volume-claim`: finds claims, and volumes that use them.

use crate::findings::{Findings, Place};
use crate::kinds::Kind;
use crate::lookups::{CLASS_ANNOTATION, Lookup, Unanswered};
use crate::oracle::Row;
use crate::reader::View;
use crate::rule::{Check, Level, Parameter, ParameterKind, Rule};
use crate::subject::Subject;
use crate::views::{
    ObjectMeta, PersistentVolumeClaim, PersistentVolumeClaimSpec, PersistentVolumeClaimVolumeSource, Volume,
};

/// The rule.
pub static RULE: Rule = Rule {
    id: "persistent-volume-claim",
    strict: Level::Deny,
    tolerant: Level::Deny,
    parameters: &[Parameter { name: "allowStorageClasses", kind: ParameterKind::Names }],
    rows: &[Row::PersistentVolumeClaims, Row::ClaimVolumes],
    checks: &[Check::Object(&[Kind::PersistentVolumeClaim, Kind::StatefulSet], object), Check::Volume(volume)],
    ..Rule::NEW
};

const REMEDY: &str = "keep the data outside the pod, or allow a File Storage class in the settings";

/// Whether a claim is of a class that the settings accept.
fn is_allowed(allowed: &[&str], metadata: Option<ObjectMeta<'_>>, spec: Option<PersistentVolumeClaimSpec<'_>>) -> bool {
    let annotated = metadata.and_then(|metadata| metadata.annotations().get(CLASS_ANNOTATION));
    let class = annotated.or_else(|| spec?.storage_class_name()).map_or("", |class| class.value);
    !class.is_empty() && allowed.contains(&class)
}

fn object<'d>(subject: &Subject<'d>, findings: &mut Findings<'d>) {
    let allowed = subject.names(RULE.id, "allowStorageClasses");
    if subject.kind == Kind::PersistentVolumeClaim
        && let Some(claim) = PersistentVolumeClaim::of(subject.root)
        && !is_allowed(allowed, claim.metadata(), claim.spec())
    {
        findings.add(Place::Below(subject.root, &["kind"]), "pods on virtual nodes cannot use this claim", REMEDY);
    }
    for claim in subject.claim_templates() {
        if !is_allowed(allowed, claim.metadata(), claim.spec()) {
            findings.add(claim.node, "virtual nodes do not mount the claims that this template makes", REMEDY);
        }
    }
}

fn volume<'d>(subject: &Subject<'d>, volume: Volume<'d>, findings: &mut Findings<'d>) {
    let allowed = subject.names(RULE.id, "allowStorageClasses");
    if let Some(claim) = volume.persistent_volume_claim() {
        if allowed.is_empty() {
            findings.add(claim.node, "virtual nodes do not mount persistent volume claims", REMEDY);
        } else {
            named(subject, claim, allowed, findings);
        }
    }
    if let Some(ephemeral) = volume.ephemeral() {
        let template = ephemeral.volume_claim_template();
        let metadata = template.and_then(|template| template.metadata());
        if !is_allowed(allowed, metadata, template.and_then(|template| template.spec())) {
            findings.add(ephemeral.node, "virtual nodes do not mount the claim that this volume makes", REMEDY);
        }
    }
}

/// A volume that names a claim: its class is known only where it can be looked up.
fn named<'d>(
    subject: &Subject<'d>,
    claim: PersistentVolumeClaimVolumeSource<'d>,
    allowed: &[&str],
    findings: &mut Findings<'d>,
) {
    let name = claim.claim_name().map_or("", |name| name.value);
    match subject.lookups().storage_class(name) {
        Ok(class) if allowed.contains(&class) => {}
        Ok(_) => {
            findings.add(claim.node, "the claim is of no storage class that the settings allow", REMEDY);
        }
        Err(Unanswered::Failed) => subject.failed_lookup(Lookup::PersistentVolumeClaim, claim.node, findings),
        Err(Unanswered::Off | Unanswered::Missing) => {
            let problem = "virtual nodes mount only claims of the storage classes in the settings";
            if let Some(finding) = findings.add(claim.node, problem, "check the class of this claim") {
                finding.only_warn();
            }
        }
    }
}
