//! `persistent-volume`: finds PersistentVolumes whose source virtual nodes do not mount.

use crate::findings::{Findings, Place};
use crate::kinds::Kind;
use crate::reader::View;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Parameter, ParameterKind, Rule};
use crate::subject::Subject;
use crate::views::PersistentVolume;

/// The rule.
pub static RULE: Rule = Rule {
    id: "persistent-volume",
    strict: Level::Deny,
    tolerant: Level::Warn,
    fix: None,
    parameters: &[Parameter {
        name: "allowDrivers",
        kind: ParameterKind::Names,
        #[cfg(not(target_arch = "wasm32"))]
        about: "Names of the storage drivers whose volumes are accepted, such as `fss.csi.oraclecloud.com`. Default: none.",
    }],
    checks: &[Check::Object(&[Kind::PersistentVolume], check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Volume Types: local, nfs, iscsi, cephfs",
        summary: "Finds PersistentVolumes whose source virtual nodes do not mount.",
        why: "Oracle's page lists volumes of the types local, nfs, iscsi and cephfs as not supported, and \
              Oracle's release note of 2026-08-28 has added persistent volumes backed by File Storage only. \
              So every PersistentVolume is found whose source is not `csi`, and one with `csi` whose driver \
              is not in the parameter `allowDrivers`. The parameter is empty by default, as Oracle's page is \
              older than the release note. Provisioners make PersistentVolumes as well, for claims, and \
              these are found too.",
        instead: "Keep the data in Object Storage or in a database. Where a file system is needed, make the \
                  volume with the driver `fss.csi.oraclecloud.com`, and allow that driver in the settings.",
        fails: r"apiVersion: v1
kind: PersistentVolume
metadata:
  name: media
spec:
  capacity: {storage: 100Gi}
  accessModes: [ReadWriteMany]
  persistentVolumeReclaimPolicy: Retain
  nfs:
    server: 10.0.10.5
    path: /media
",
        mended: r"# The data is in Object Storage. What used the volume is told the bucket.
apiVersion: v1
kind: ConfigMap
metadata:
  name: media
data:
  endpoint: https://objectstorage.eu-frankfurt-1.oraclecloud.com
  bucket: media
",
    },
};

const REMEDY: &str = "use File Storage with its CSI driver, and allow the driver in the settings";

fn check<'d>(subject: &Subject<'d>, findings: &mut Findings<'d>) {
    let Some(spec) = PersistentVolume::of(subject.root).and_then(|volume| volume.spec()) else { return };
    let place = Place::Below(subject.root, &["kind"]);
    if let Some(csi) = spec.csi() {
        let driver = csi.driver().map_or("", |driver| driver.value);
        if !subject.names(RULE.id, "allowDrivers").contains(&driver) {
            findings.add(place, "virtual nodes do not mount volumes of this CSI driver", REMEDY);
        }
    } else if let Some(source) = spec.sources().next() {
        findings.add(place, format_args!("virtual nodes do not mount volumes of type {}", source.name()), REMEDY);
    }
}
