//! `volume-type`: finds volumes whose source virtual nodes don't mount.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "volume-type",
    strict: Deny,
    tolerant: Deny,
    parameters: &[&ALLOW],
    rows: doc(&[Row::HostPathVolumes, Row::NfsVolumes, Row::IscsiVolumes, Row::CephfsVolumes]),
    ..Rule::NEW
};

/// Additional volume sources to accept.
static ALLOW: Parameter = Parameter { name: "allow", kind: ParameterKind::Names };

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Volume(check)];

const SUPPORTED: [&str; 5] = ["emptyDir", "configMap", "secret", "projected", "downwardAPI"];
/// A separate rule checks claims.
const CLAIMS: [&str; 2] = ["persistentVolumeClaim", "ephemeral"];

fn check(cx: &mut Context, volume: Volume) {
    let allowed = cx.names(&ALLOW);
    let unsupported = volume.sources().find(|source| {
        let name = source.name();
        !SUPPORTED.contains(&name) && !CLAIMS.contains(&name) && !allowed.contains(&name)
    });
    if let Some(source) = unsupported {
        cx.report(source, format_args!("virtual nodes do not mount volumes of type {}", source.name()), "use emptyDir, configMap, secret, projected or downwardAPI");
    }
}
