//! `volume-type`: finds volumes whose source is none of those that virtual nodes mount.

use crate::findings::Findings;
use crate::oracle::Row;
use crate::rule::{Check, Level, Parameter, ParameterKind, Rule};
use crate::subject::Subject;
use crate::views::Volume;

/// The rule.
pub static RULE: Rule = Rule {
    id: "volume-type",
    strict: Level::Deny,
    tolerant: Level::Deny,
    parameters: &[Parameter { name: "allow", kind: ParameterKind::Names }],
    rows: &[Row::HostPathVolumes, Row::NfsVolumes, Row::IscsiVolumes, Row::CephfsVolumes],
    checks: &[Check::Volume(check)],
    ..Rule::NEW
};

const SUPPORTED: [&str; 5] = ["emptyDir", "configMap", "secret", "projected", "downwardAPI"];
/// Claims have a rule of their own.
const CLAIMS: [&str; 2] = ["persistentVolumeClaim", "ephemeral"];

fn check<'d>(subject: &Subject<'d>, volume: Volume<'d>, findings: &mut Findings<'d>) {
    let allowed = subject.names(RULE.id, "allow");
    let unsupported = volume.sources().find(|source| {
        let name = source.name();
        !SUPPORTED.contains(&name) && !CLAIMS.contains(&name) && !allowed.contains(&name)
    });
    if let Some(source) = unsupported {
        findings.add(
            source,
            format_args!("virtual nodes do not mount volumes of type {}", source.name()),
            "use emptyDir, configMap, secret, projected or downwardAPI",
        );
    }
}
