//! `grpc-probe`: finds gRPC probes.

use crate::check::prelude::*;

/// The rule.
pub static RULE: Rule = Rule {
    id: "grpc-probe",
    strict: Deny,
    tolerant: Deny,
    rows: doc(&[Row::GrpcProbes]),
    ..Rule::NEW
};

/// Its checks.
pub static CHECKS: &[Check] = &[Check::Container(check)];

fn check(cx: &mut Context, container: Container) {
    for probe in container.probes() {
        if let Some(grpc) = probe.grpc() {
            cx.report(grpc.0, "has a gRPC probe, and virtual nodes do not run those", "use httpGet, or exec with grpc_health_probe");
        }
    }
}
