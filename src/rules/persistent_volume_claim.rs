//! `persistent-volume-claim`: finds claims, and volumes that use them.

use crate::findings::{Findings, Place};
use crate::kinds::Kind;
use crate::lookups::{CLASS_ANNOTATION, Lookup, Unanswered};
use crate::reader::View;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
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
    fix: None,
    parameters: &[Parameter {
        name: "allowStorageClasses",
        kind: ParameterKind::Names,
        #[cfg(not(target_arch = "wasm32"))]
        about: "Storage classes whose claims are accepted, such as one of `fss.csi.oraclecloud.com`; a volume that names a claim then only warns. Default: none.",
    }],
    checks: &[Check::Object(&[Kind::PersistentVolumeClaim, Kind::StatefulSet], object), Check::Volume(volume)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Persistent volume claims (PVCs) are not supported",
        summary: "Finds claims, and volumes that use them.",
        why: "Oracle's page lists claims as not supported. Oracle's release note of 2026-08-28 has since \
              added persistent volumes backed by File Storage, and not those backed by Block Volume, such as \
              the class `oci-bv` makes them. The parameter `allowStorageClasses` names the classes that are \
              fine: claims of these classes are accepted, by field or by the annotation that wins over it, \
              and a pod's volume that merely names a claim then warns, since its class is not to be seen \
              there. A claim without a class is never accepted.",
        instead: "Keep the data outside the pod, in Object Storage or a database, and scratch data in an \
                  emptyDir. Where a file system is needed, use claims of a class of \
                  `fss.csi.oraclecloud.com` and allow that class in the settings.",
        fails: r#"apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: thumbnails
spec:
  serviceName: thumbnails
  selector:
    matchLabels: {app: thumbnails}
  template:
    metadata:
      labels: {app: thumbnails}
    spec:
      containers:
        - name: thumbnails
          image: registry.example.com/media/thumbnails:3.0
          volumeMounts:
            - name: cache
              mountPath: /var/cache/thumbnails
          resources:
            requests: {cpu: "2", memory: 4Gi}
            limits: {cpu: "2", memory: 4Gi}
  volumeClaimTemplates:
    - metadata:
        name: cache
      spec:
        storageClassName: oci-bv
        accessModes: [ReadWriteOnce]
        resources:
          requests: {storage: 50Gi}
"#,
        mended: r#"apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: thumbnails
spec:
  serviceName: thumbnails
  selector:
    matchLabels: {app: thumbnails}
  template:
    metadata:
      labels: {app: thumbnails}
    spec:
      containers:
        - name: thumbnails
          image: registry.example.com/media/thumbnails:3.0
          volumeMounts:
            - name: cache
              mountPath: /var/cache/thumbnails
          resources:
            requests: {cpu: "2", memory: 4Gi}
            limits: {cpu: "2", memory: 4Gi}
      volumes:
        - name: cache
          emptyDir: {}
"#,
    },
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
