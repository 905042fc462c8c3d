//! `persistent-volume-claim`: finds claims, and volumes that use them.

use crate::check::prelude::*;
use crate::check::claims::{self, CLASSES, ClaimState};
use crate::kubernetes::views::{PersistentVolumeClaim, PersistentVolumeClaimSpec};

/// The rule.
pub static RULE: Rule = Rule {
    id: "persistent-volume-claim",
    strict: Deny,
    tolerant: Deny,
    parameters: &[&CLASSES],
    rows: doc(&[Row::PersistentVolumeClaims, Row::ClaimVolumes]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[
    Check::Object(&[Kind::PersistentVolumeClaim], object),
    Check::Claim(template),
    Check::Volume(volume),
];

const REMEDY: &str = "keep the data outside the pod, or use an existing File Storage class, with platform and lookups set";

fn object(cx: &mut Context) {
    let place = Place::Below(cx.object.root, &["kind"]);
    let spec = cx.object.field::<PersistentVolumeClaimSpec>("spec");
    let modes = Place::Below(cx.object.root, &["spec", "accessModes"]);
    let state = claims::state(cx, cx.object.metadata, spec);
    report(cx, state, [place, modes], "pods on virtual nodes cannot use this claim");
}

fn template(cx: &mut Context, claim: PersistentVolumeClaim) {
    let modes = Place::Below(claim.node, &["spec", "accessModes"]);
    let state = claims::state(cx, claim.metadata(), claim.spec());
    report(cx, state, [claim.node.into(), modes], "virtual nodes do not mount the claims that this template makes");
}

fn volume(cx: &mut Context, volume: Volume) {
    if let Some(claim) = volume.persistent_volume_claim() {
        let state = claims::state_of_named(cx, claim);
        let problem = if claims::is_any_accepted(cx) {
            "the settings do not allow the storage class of this claim"
        } else {
            "virtual nodes do not mount persistent volume claims"
        };
        let name = claim.claim_name().map_or(claim.node, |name| name.node);
        report(cx, state, [claim.node.into(), name.into()], problem);
    } else if let Some(ephemeral) = volume.ephemeral() {
        let modes = Place::Below(ephemeral.node, &["volumeClaimTemplate", "spec", "accessModes"]);
        let Some(state) = claims::state_of_volume(cx, volume) else { return };
        let problem = "virtual nodes do not mount the claim that this volume makes";
        report(cx, state, [ephemeral.node.into(), modes], problem);
    }
}

/// Reports a claim's state, at the path of the claim or of its access modes.
fn report(cx: &mut Context, state: ClaimState, [claim, modes]: [Place; 2], problem: &'static str) {
    match state {
        ClaimState::Accepted(true) => {}
        ClaimState::Accepted(false) => {
            let level = if cx.settings.is_tolerant { Warn } else { Deny };
            let problem = "virtual nodes mount File Storage for ReadWriteMany, and the claim asks for something else";
            cx.report(modes, problem, "add ReadWriteMany to accessModes").with_level(level);
        }
        ClaimState::Refused => _ = cx.report(claim, problem, REMEDY),
        ClaimState::Failed(kind) => cx.report_lookup_failure(kind, claim),
        ClaimState::Unseen => {
            let problem = "virtual nodes mount only claims that are accepted, and the class of this one cannot be seen";
            cx.report(claim, problem, "check the class of this claim").only_warn();
        }
    }
}
