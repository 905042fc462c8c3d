//! Look-ups: the manifests that are given are the cluster.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

/// The report of a check of a directory with these files.
fn check(files: &[(&str, &str)], settings: &Value, args: &[&str]) -> (Option<i32>, Value) {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(directory.path().join(name), text).unwrap();
    }
    let output = Command::new(env!("CARGO_BIN_EXE_oke-vn"))
        .current_dir(directory.path())
        .args(["check", "--output", "json", "--settings-json", &settings.to_string()])
        .args(args)
        .arg(".")
        .output()
        .unwrap();
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    (output.status.code(), report)
}

/// Level, rule and path of all findings.
fn found(report: &Value) -> Vec<String> {
    let objects = report["objects"].as_array().unwrap().iter();
    let findings = objects.flat_map(|object| object["findings"].as_array().unwrap());
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    findings
        .map(|finding| {
            let level = if finding["exempt"].is_null() { text(finding, "level") } else { "exempt".to_owned() };
            format!("{level} {} {}", text(finding, "rule"), text(finding, "path"))
        })
        .collect()
}

fn pod(spec: &str) -> String {
    let container = "{name: c, image: i, resources: {limits: {cpu: 1, memory: 1Gi}}}";
    format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec:\n  containers: [{container}]\n{spec}")
}

#[test]
fn a_check_knows_the_secrets_of_the_manifests() {
    let pod = pod("  imagePullSecrets: [{name: opaque}, {name: good}, {name: gone}]\n");
    let secret = |name: &str, more: &str| {
        format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: {name}}}\n{more}data: {{a: c2VjcmV0}}\n")
    };
    let opaque = secret("opaque", "");
    let good = secret("good", "type: kubernetes.io/dockerconfigjson\n");
    let files = [("pod.yaml", pod.as_str()), ("opaque.yaml", &opaque), ("good.yaml", &good)];
    let settings = json!({"lookups": ["Secret"]});
    let expected = ["deny image-pull-secret-type spec.imagePullSecrets[0]"];
    for args in [&[][..], &["--namespace", "shop"], &["--fix"]] {
        let (status, report) = check(&files, &settings, args);
        assert_eq!(found(&report), expected, "{args:?}");
        assert_eq!((status, &report["summary"]["denied"]), (Some(1), &json!(1)));
        assert!(!report.to_string().contains("c2VjcmV0"));
    }
    let (status, report) = check(&files, &json!({"lookups": ["Namespace"]}), &[]);
    assert_eq!((status, found(&report)), (Some(0), vec![]));
    // The Secret of another namespace is none of the pod's.
    let elsewhere = opaque.replace("{name: opaque}", "{name: opaque, namespace: other}");
    let (status, report) = check(&[files[0], ("opaque.yaml", &elsewhere)], &settings, &[]);
    assert_eq!((status, found(&report)), (Some(0), vec![]));
    // What is exempt is still told.
    let exempt = json!({"lookups": ["Secret"], "exemptions": [{"names": ["web"], "reason": "a test"}]});
    let (status, report) = check(&files, &exempt, &[]);
    assert_eq!((status, found(&report)), (Some(0), vec![expected[0].replace("deny", "exempt")]));
}

#[test]
fn a_check_knows_the_claims_of_the_manifests() {
    let volume = |name: &str| format!("  - {{name: {name}, persistentVolumeClaim: {{claimName: {name}}}}}\n");
    let pod = pod(&format!("  volumes:\n{}{}{}", volume("fast"), volume("slow"), volume("gone")));
    let claim = |name: &str, class: &str| {
        let head = "apiVersion: v1\nkind: PersistentVolumeClaim";
        format!("{head}\nmetadata: {{name: {name}}}\nspec: {{storageClassName: {class}}}\n")
    };
    let claims = format!("{}---\n{}", claim("fast", "fss"), claim("slow", "oci-bv"));
    let files = [("claims.yaml", claims.as_str()), ("pod.yaml", &pod)];
    let (_, report) = check(
        &files,
        &json!({"lookups": ["PersistentVolumeClaim"],
            "rules": {"persistent-volume-claim": {"allowStorageClasses": ["fss"]}}}),
        &[],
    );
    assert_eq!(
        found(&report),
        [
            "deny persistent-volume-claim kind",
            "deny persistent-volume-claim spec.volumes[1].persistentVolumeClaim",
            "warn persistent-volume-claim spec.volumes[2].persistentVolumeClaim",
        ]
    );
}

#[test]
fn a_check_knows_the_namespaces_of_the_manifests() {
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {istio-injection: enabled}}\n";
    let pod = pod("");
    let files = [("namespace.yaml", namespace), ("pod.yaml", &pod)];
    let settings = json!({"lookups": ["Namespace"]});
    let of_namespace = "deny service-mesh metadata.labels[\"istio-injection\"]";
    let (_, report) = check(&files, &settings, &["-n", "shop"]);
    assert_eq!(found(&report), [of_namespace, "deny service-mesh metadata.namespace"]);
    let (_, report) = check(&files, &settings, &["-n", "other"]);
    assert_eq!(found(&report), [of_namespace]);
}

#[test]
fn a_check_knows_the_nodes_of_the_manifests() {
    let node = "apiVersion: v1\nkind: Node\nmetadata: {name: virtual-1, labels: {node-role.kubernetes.io/virtual-node: ''}}\n\
                spec: {taints: [{key: virtual, effect: NoSchedule}]}\n";
    let bad = pod("  hostPID: true\n");
    let settings = json!({"nodeKind": "mixed", "lookups": ["Node"]});
    let found = |node: &str, pod: &str| found(&check(&[("node.yaml", node), ("pod.yaml", pod)], &settings, &[]).1);
    let denied = ["deny host-pid spec.hostPID"];
    assert_eq!(found(node, &bad), [] as [&str; 0]);
    assert_eq!(found(node, &format!("{bad}  tolerations: [{{operator: Exists}}]\n")), denied);
    assert_eq!(found(node, &format!("{bad}  nodeName: virtual-1\n")), denied);
    // Where there is no virtual node, the settings describe them.
    assert_eq!(found(&node.replace("virtual-node", "other"), &bad), denied);
}
