//! What the benchmarks and the budgets have in common: the modules to measure and the requests to measure them with.

// Each of the two users is a crate of its own and leaves something out.
#![allow(dead_code)]

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use oke_vn::run::AdmissionRequest;
use serde_json::value::RawValue;

/// The reviews that are measured: a small pod, one that uses nearly every field, a deployment.
pub const REVIEWS: [&str; 3] = ["019-pod-create", "022-pod-create", "151-deployment-create"];

/// How many containers the generated deployments have.
pub const SIZES: [usize; 3] = [10, 100, 1000];

/// The policy, as it is shipped.
pub static POLICY: &[u8] = include_bytes!(env!("OKE_VN_EMBEDDED_POLICY"));

/// The guest that does nothing, built as the policy is.
pub fn empty_guest() -> Vec<u8> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("empty-guest");
    let status = Command::new(env!("CARGO"))
        .current_dir(workspace)
        .args(["build", "--quiet", "--release", "--locked", "--package", "empty-guest"])
        .args(["--target", "wasm32-wasip1", "--target-dir"])
        .arg(&target)
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("CARGO_BUILD_TARGET")
        .status()
        .unwrap();
    assert!(status.success(), "the empty guest does not build");
    fs::read(target.join("wasm32-wasip1/release/empty_guest.wasm")).unwrap()
}

/// What the host sends for a recorded review.
pub fn review(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../test_data/reviews").join(name).with_extension("json");
    payload(&fs::read_to_string(path).unwrap())
}

/// What the host sends for a deployment with this many containers, none of which breaks a rule.
pub fn deployment(containers: usize) -> Vec<u8> {
    let mut list = String::new();
    for index in 0..containers {
        let comma = if index > 0 { "," } else { "" };
        write!(
            list,
            r#"{comma}{{
              "name": "c{index}", "image": "registry.example.com/shop/part-{index}:1.2.3", "imagePullPolicy": "IfNotPresent",
              "command": ["/bin/serve"], "args": ["--port", "8080", "--name", "part {index}"],
              "ports": [{{"name": "http", "containerPort": 8080, "protocol": "TCP"}}],
              "env": [{{"name": "LEVEL", "value": "info"}}, {{"name": "KEY", "valueFrom": {{"secretKeyRef": {{"name": "s", "key": "k"}}}}}}],
              "resources": {{"requests": {{"cpu": "1", "memory": "1Gi"}}, "limits": {{"cpu": "1000m", "memory": "1024Mi"}}}},
              "readinessProbe": {{"httpGet": {{"path": "/healthz", "port": "http", "scheme": "HTTP"}}, "periodSeconds": 10}},
              "securityContext": {{"runAsNonRoot": true, "allowPrivilegeEscalation": false, "capabilities": {{"drop": ["ALL"]}}}},
              "volumeMounts": [{{"name": "config", "mountPath": "/etc/part", "readOnly": true}}],
              "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File"}}"#
        )
        .unwrap();
    }
    payload(&format!(
        r#"{{"uid": "00000000-0000-4000-8000-000000000000",
          "kind": {{"group": "apps", "version": "v1", "kind": "Deployment"}},
          "resource": {{"group": "apps", "version": "v1", "resource": "deployments"}},
          "name": "large", "namespace": "shop", "operation": "CREATE", "userInfo": {{"username": "admin"}},
          "object": {{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {{"name": "large", "namespace": "shop"}},
            "spec": {{"selector": {{"matchLabels": {{"app": "large"}}}}, "template": {{
              "metadata": {{"labels": {{"app": "large"}}}},
              "spec": {{"containers": [{list}], "restartPolicy": "Always", "dnsPolicy": "ClusterFirst",
                "volumes": [{{"name": "config", "configMap": {{"name": "large", "defaultMode": 420}}}}]}}}}}}}}}}"#
    ))
}

fn payload(request: &str) -> Vec<u8> {
    let settings = RawValue::from_string("{}".to_owned()).unwrap();
    AdmissionRequest::parse(request).unwrap().payload(&settings).unwrap()
}
