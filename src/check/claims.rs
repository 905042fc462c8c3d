//! Claims: decides which ones pods on virtual nodes can use, from the settings, the platform and look-ups.
//!
//! Sources: Oracle's page on File Storage volumes and Kubernetes' documentation of claims.

use crate::check::context::Context;
use crate::document::reader::Document;
use crate::document::view::View;
use crate::kubernetes::views::{
    CLASS_ANNOTATION, ObjectMeta, PersistentVolumeClaim, PersistentVolumeClaimSpec, PersistentVolumeClaimVolumeSource,
    SHARED_ACCESS_MODE, Volume,
};
use crate::lint::lookup::Lookup;
use crate::lint::rule::{Parameter, ParameterKind};

/// The storage classes whose claims are accepted. A parameter of the rule `persistent-volume-claim`.
pub static CLASSES: Parameter = Parameter { name: "allowStorageClasses", kind: ParameterKind::Names };
/// The CSI drivers whose volumes are accepted. A parameter of the rule `persistent-volume`.
pub static DRIVERS: Parameter = Parameter { name: "allowDrivers", kind: ParameterKind::Names };

/// The CSI driver of File Storage, and the provisioner of its storage classes.
const FILE_STORAGE: &str = "fss.csi.oraclecloud.com";

/// The usability of a claim by pods on virtual nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimState {
    /// Usable. The value is true if the claim requests the required access mode.
    Accepted(bool),
    /// Unknown: the class or volume isn't visible.
    Unseen,
    /// Not usable.
    Refused,
    /// A look-up failed.
    Failed(Lookup),
}

/// Returns true if virtual nodes mount volumes of a CSI driver.
#[must_use]
pub fn is_driver_accepted(cx: &Context<'_>, driver: &str) -> bool {
    cx.names(&DRIVERS).contains(&driver) || (cx.settings.platform.has_file_storage && driver == FILE_STORAGE)
}

/// Returns true if these settings accept any claim at all.
#[must_use]
pub fn is_any_accepted(cx: &Context<'_>) -> bool {
    let looks_up = cx.settings.looks_up(Lookup::StorageClass) || cx.settings.looks_up(Lookup::PersistentVolume);
    !cx.names(&CLASSES).is_empty() || (cx.settings.platform.has_file_storage && looks_up)
}

/// Returns the state of a claim, from its metadata and spec.
#[must_use]
pub fn state(
    cx: &Context<'_>,
    metadata: Option<ObjectMeta<'_>>,
    spec: Option<PersistentVolumeClaimSpec<'_>>,
) -> ClaimState {
    let has_file_storage = cx.settings.platform.has_file_storage;
    let mut modes = spec.into_iter().flat_map(|spec| spec.access_modes());
    let accepted = ClaimState::Accepted(!has_file_storage || modes.any(|mode| mode.value == SHARED_ACCESS_MODE));
    let annotated = metadata.and_then(|metadata| metadata.annotations().get(CLASS_ANNOTATION));
    let class = annotated.or_else(|| spec?.storage_class_name()).map(|class| class.value);
    match class {
        Some(class) if !class.is_empty() && cx.names(&CLASSES).contains(&class) => accepted,
        None => ClaimState::Refused,
        _ if !has_file_storage => ClaimState::Refused,
        Some("") => match spec.and_then(|spec| spec.volume_name()).filter(|name| !name.value.is_empty()) {
            Some(volume) => match cx.lookups.driver(volume.value) {
                Ok(driver) if is_driver_accepted(cx, driver) => accepted,
                Ok(_) => ClaimState::Refused,
                Err(error) if error.is_failure() => ClaimState::Failed(Lookup::PersistentVolume),
                Err(_) => ClaimState::Unseen,
            },
            None => ClaimState::Refused,
        },
        Some(class) => match cx.lookups.provisioner(class) {
            Ok(FILE_STORAGE) => accepted,
            Err(error) if error.is_failure() => ClaimState::Failed(Lookup::StorageClass),
            _ => ClaimState::Refused,
        },
    }
}

/// Returns the state of the claim that a volume references by name.
#[must_use]
pub fn state_of_named(cx: &Context<'_>, claim: PersistentVolumeClaimVolumeSource<'_>) -> ClaimState {
    if !is_any_accepted(cx) {
        return ClaimState::Refused;
    }
    match cx.lookups.claim(claim.claim_name().map_or("", |name| name.value)) {
        Ok(claim) => {
            let document = Document::read(claim, PersistentVolumeClaim::SHAPE);
            let claim = document.as_ref().ok().and_then(|document| PersistentVolumeClaim::of(document.root()));
            state(cx, claim.and_then(PersistentVolumeClaim::metadata), claim.and_then(PersistentVolumeClaim::spec))
        }
        Err(error) if error.is_failure() => ClaimState::Failed(Lookup::PersistentVolumeClaim),
        Err(_) => ClaimState::Unseen,
    }
}

/// Returns the state of a volume's claim; `None` if the volume doesn't use a claim.
#[must_use]
pub fn state_of_volume(cx: &Context<'_>, volume: Volume<'_>) -> Option<ClaimState> {
    if let Some(claim) = volume.persistent_volume_claim() {
        return Some(state_of_named(cx, claim));
    }
    let template = volume.ephemeral()?.volume_claim_template();
    Some(state(cx, template.and_then(|template| template.metadata()), template.and_then(|template| template.spec())))
}

/// The effect of `fsGroup` on the pod's volumes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// The virtual node applies it to all volumes.
    Applied,
    /// Some volumes may not get it.
    Partly,
    /// No volume gets it.
    Ignored,
}

/// The states that occur among claims.
#[derive(Clone, Copy, Debug, Default)]
pub struct States {
    is_accepted: bool,
    is_unseen: bool,
    is_refused: bool,
}

impl States {
    fn of(states: impl Iterator<Item = ClaimState>, mut known: Self) -> Self {
        for state in states {
            match state {
                ClaimState::Accepted(_) => known.is_accepted = true,
                ClaimState::Unseen | ClaimState::Failed(_) => known.is_unseen = true,
                ClaimState::Refused => known.is_refused = true,
            }
        }
        known
    }
}

/// Returns the effect of `fsGroup` on the pod's volumes: virtual nodes apply it only to File Storage.
#[must_use]
pub fn group(cx: &mut Context<'_>) -> Group {
    let Some(pod) = cx.pod().filter(|_| cx.settings.platform.has_file_storage) else { return Group::Ignored };
    let of_templates = cx.claim_states.unwrap_or_else(|| {
        let claims = cx.object.claims.iter();
        States::of(claims.map(|claim| state(cx, claim.metadata(), claim.spec())), States::default())
    });
    cx.claim_states = Some(of_templates);
    let of_volumes = pod.volumes().into_iter().filter_map(|volume| state_of_volume(cx, volume));
    let States { is_accepted, is_unseen, is_refused } = States::of(of_volumes, of_templates);
    match (is_accepted, is_unseen) {
        (true, false) if !is_refused && cx.first_empty_dir().is_none() => Group::Applied,
        (false, false) => Group::Ignored,
        _ => Group::Partly,
    }
}
