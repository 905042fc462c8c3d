//! Claims: which of them pods on virtual nodes can use, by the settings, by the platform and by what can be looked up.
//!
//! The sources are Oracle's page on volumes of File Storage and Kubernetes' documentation of claims.

use crate::check::context::Context;
use crate::document::reader::Document;
use crate::document::view::View;
use crate::kubernetes::views::{
    ObjectMeta, PersistentVolumeClaim, PersistentVolumeClaimSpec, PersistentVolumeClaimVolumeSource, Volume,
};
use crate::lint::lookup::Lookup;
use crate::lint::rule::{Parameter, ParameterKind};

/// Storage classes whose claims are accepted; of the rule `persistent-volume-claim`.
pub static CLASSES: Parameter = Parameter { name: "allowStorageClasses", kind: ParameterKind::Names };
/// CSI drivers whose volumes are accepted; of the rule `persistent-volume`.
pub static DRIVERS: Parameter = Parameter { name: "allowDrivers", kind: ParameterKind::Names };

/// The CSI driver of File Storage, and the provisioner of its storage classes.
const FILE_STORAGE: &str = "fss.csi.oraclecloud.com";
/// The annotation that names a claim's class; where it is there, Kubernetes does not look at the field.
const CLASS_ANNOTATION: &str = "volume.beta.kubernetes.io/storage-class";
/// The access mode that claims of File Storage have to ask for.
const SHARED: &str = "ReadWriteMany";

/// Whether pods on virtual nodes can use a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimState {
    /// They can. The value says whether it asks for the access mode that it needs.
    Accepted(bool),
    /// Its class or its volume cannot be seen.
    Unseen,
    /// They cannot.
    Refused,
    /// A look-up failed.
    Failed(Lookup),
}

/// Whether virtual nodes mount volumes of a CSI driver.
#[must_use]
pub fn is_driver_accepted(cx: &Context<'_>, driver: &str) -> bool {
    cx.names(&DRIVERS).contains(&driver) || (cx.settings.platform.has_file_storage && driver == FILE_STORAGE)
}

/// Whether any claim can be accepted under these settings.
#[must_use]
pub fn is_any_accepted(cx: &Context<'_>) -> bool {
    let looks_up = cx.settings.looks_up(Lookup::StorageClass) || cx.settings.looks_up(Lookup::PersistentVolume);
    !cx.names(&CLASSES).is_empty() || (cx.settings.platform.has_file_storage && looks_up)
}

/// The state of a claim, of which the metadata and the spec are known.
#[must_use]
pub fn state(
    cx: &Context<'_>,
    metadata: Option<ObjectMeta<'_>>,
    spec: Option<PersistentVolumeClaimSpec<'_>>,
) -> ClaimState {
    let has_file_storage = cx.settings.platform.has_file_storage;
    let mut modes = spec.into_iter().flat_map(|spec| spec.access_modes());
    let accepted = ClaimState::Accepted(!has_file_storage || modes.any(|mode| mode.value == SHARED));
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

/// The state of the claim that a volume names.
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

/// The state of the claim of a volume; `None` if it has none.
#[must_use]
pub fn state_of_volume(cx: &Context<'_>, volume: Volume<'_>) -> Option<ClaimState> {
    if let Some(claim) = volume.persistent_volume_claim() {
        return Some(state_of_named(cx, claim));
    }
    let template = volume.ephemeral()?.volume_claim_template();
    Some(state(cx, template.and_then(|template| template.metadata()), template.and_then(|template| template.spec())))
}

/// What a group of the pod's files means on its volumes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// All of them get it.
    Applied,
    /// Some of them may not get it, or that cannot be seen.
    Partly,
    /// None of them gets it.
    Ignored,
}

/// Whether the virtual node applies `fsGroup` to the volumes of the pod: it does to File Storage, and to nothing else.
#[must_use]
pub fn group(cx: &Context<'_>) -> Group {
    let Some(pod) = cx.pod().filter(|_| cx.settings.platform.has_file_storage) else { return Group::Ignored };
    let of_volumes = pod.volumes().into_iter().filter_map(|volume| state_of_volume(cx, volume));
    let of_templates = cx.object.claims.iter().map(|claim| state(cx, claim.metadata(), claim.spec()));
    let (mut is_applied, mut is_unseen, mut is_refused) = (false, false, false);
    for state in of_volumes.chain(of_templates) {
        match state {
            ClaimState::Accepted(_) => is_applied = true,
            ClaimState::Unseen | ClaimState::Failed(_) => is_unseen = true,
            ClaimState::Refused => is_refused = true,
        }
    }
    match (is_applied, is_unseen) {
        (true, false) if !is_refused && cx.first_empty_dir().is_none() => Group::Applied,
        (false, false) => Group::Ignored,
        _ => Group::Partly,
    }
}
