//! The requests for budgets and benchmarks.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::value::RawValue;

use crate::request::AdmissionRequest;

/// The measured reviews: a small pod, a pod with nearly every field, and a deployment.
pub const REVIEWS: [&str; 3] = ["019-pod-create", "022-pod-create", "151-deployment-create"];

/// The numbers of containers in the generated deployments.
pub const SIZES: [usize; 3] = [10, 100, 1000];

/// Returns everything that is measured: names and payloads of `validate`, with default settings.
///
/// # Errors
/// If a review cannot be read from the repository's directory `test_data`.
pub fn measured(test_data: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let mut requests = Vec::new();
    for name in REVIEWS {
        requests.push((name.to_owned(), review(test_data, name)?));
    }
    for size in SIZES {
        requests.push((format!("{size} containers"), deployment(size)?));
    }
    Ok(requests)
}

/// Returns the directory `test_data` of the repository in which this crate was built.
#[must_use]
pub fn test_data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../test_data")
}

/// Returns the payload of a recorded review.
///
/// # Errors
/// If the review cannot be read.
pub fn review(test_data: &Path, name: &str) -> Result<Vec<u8>> {
    let path = test_data.join("reviews").join(name).with_extension("json");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    payload(&text)
}

/// Returns the payload for a deployment with this many containers, without findings.
///
/// # Errors
/// None in practice.
pub fn deployment(containers: usize) -> Result<Vec<u8>> {
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
        )?;
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

fn payload(request: &str) -> Result<Vec<u8>> {
    let settings = RawValue::from_string("{}".to_owned())?;
    Ok(AdmissionRequest::parse(request)?.payload(&settings)?)
}
