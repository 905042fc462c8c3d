//! `grpc-probe`: finds probes of type gRPC.

use crate::findings::Findings;
use crate::oracle::Row;
use crate::rule::{Check, Level, Rule};
use crate::subject::Subject;
use crate::views::Container;

/// The rule.
pub static RULE: Rule = Rule {
    id: "grpc-probe",
    strict: Level::Deny,
    tolerant: Level::Deny,
    rows: &[Row::GrpcProbes],
    checks: &[Check::Container(check)],
    ..Rule::NEW
};

fn check<'d>(_: &Subject<'d>, container: Container<'d>, findings: &mut Findings<'d>) {
    for probe in container.probes() {
        if let Some(grpc) = probe.grpc() {
            findings.add(
                grpc.0,
                "has a gRPC probe, and virtual nodes do not run those",
                "use httpGet, or exec with grpc_health_probe",
            );
        }
    }
}
