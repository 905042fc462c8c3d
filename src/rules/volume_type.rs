//! `volume-type`: finds volumes whose source is none of those that virtual nodes mount.

use crate::findings::Findings;
#[cfg(not(target_arch = "wasm32"))]
use crate::rule::Docs;
use crate::rule::{Check, Level, Parameter, ParameterKind, Rule};
use crate::subject::Subject;
use crate::views::Volume;

/// The rule.
pub static RULE: Rule = Rule {
    id: "volume-type",
    strict: Level::Deny,
    tolerant: Level::Deny,
    fix: None,
    parameters: &[Parameter {
        name: "allow",
        kind: ParameterKind::Names,
        #[cfg(not(target_arch = "wasm32"))]
        about: "Names of more volume sources to accept, as they are written in a volume, such as `csi`. Default: none.",
    }],
    checks: &[Check::Volume(check)],
    #[cfg(not(target_arch = "wasm32"))]
    docs: Docs {
        row: "Volume types",
        summary: "Finds volumes whose source is none of those that virtual nodes mount.",
        why: "",
        instead: "",
        fails: "",
        mended: "",
    },
};

const SUPPORTED: [&str; 5] = ["emptyDir", "configMap", "secret", "projected", "downwardAPI"];
/// Claims have a rule of their own.
const CLAIMS: [&str; 2] = ["persistentVolumeClaim", "ephemeral"];

fn check<'d>(subject: &Subject<'d>, volume: Volume<'d>, findings: &mut Findings<'d>) {
    let allowed = subject.names(RULE.id, "allow");
    let unsupported = volume.sources().find(|source| {
        let name = source.name();
        !SUPPORTED.contains(&name) && !CLAIMS.contains(&name) && !allowed.iter().any(|allowed| allowed == name)
    });
    if let Some(source) = unsupported {
        findings.add(
            source,
            format_args!("virtual nodes do not mount volumes of type {}", source.name()),
            "use emptyDir, configMap, secret, projected or downwardAPI",
        );
    }
}
