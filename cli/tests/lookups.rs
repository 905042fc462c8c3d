//! Look-ups: what a policy asks of a cluster is answered from the manifests, or from a recording.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use oke_vn::cluster::Cluster;
use oke_vn::engine::{Host, HostCall, Offline, Policy};
use oke_vn::manifests::Manifests;
use serde_json::{Value, json};

/// A policy that takes all settings, and otherwise looks something up and answers with what it gets.
fn guest(operation: &str, payload: &Value) -> Vec<u8> {
    let payload = payload.to_string();
    let text = |text: &str| {
        text.bytes().fold(String::new(), |mut out, byte| {
            write!(out, "\\{byte:02x}").unwrap();
            out
        })
    };
    let valid = r#"{"valid":true}"#;
    wat::parse_str(format!(
        r#"(module
             (import "wapc" "__guest_response" (func $respond (param i32 i32)))
             (import "wapc" "__guest_error" (func $fail (param i32 i32)))
             (import "wapc" "__host_call" (func $call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
             (import "wapc" "__host_response_len" (func $length (result i32)))
             (import "wapc" "__host_response" (func $response (param i32)))
             (import "wapc" "__host_error_len" (func $error_length (result i32)))
             (import "wapc" "__host_error" (func $error (param i32)))
             (memory (export "memory") 4)
             (data (i32.const 0) "kubewardenkubernetes")
             (data (i32.const 100) "{operation}")
             (data (i32.const 200) "{valid}")
             (data (i32.const 1000) "{payload}")
             (func (export "__guest_call") (param $name i32) (param i32) (result i32)
               (if (i32.gt_u (local.get $name) (i32.const 8)) (then
                 (call $respond (i32.const 200) (i32.const {valid_length}))
                 (return (i32.const 1))))
               (if (call $call (i32.const 0) (i32.const 10) (i32.const 10) (i32.const 10)
                     (i32.const 100) (i32.const {operation_length}) (i32.const 1000) (i32.const {payload_length}))
                 (then
                   (call $response (i32.const 70000))
                   (call $respond (i32.const 70000) (call $length))
                   (return (i32.const 1))))
               (call $error (i32.const 70000))
               (call $fail (i32.const 70000) (call $error_length))
               (i32.const 0)))"#,
        operation = text(operation),
        valid = text(valid),
        payload = text(&payload),
        valid_length = valid.len(),
        operation_length = operation.len(),
        payload_length = payload.len(),
    ))
    .unwrap()
}

fn get(kind: &str, name: &str, namespace: Option<&str>) -> Value {
    json!({"api_version": "v1", "kind": kind, "name": name, "namespace": namespace, "disable_cache": false,
        "field_masks": ["type"]})
}

#[test]
fn a_secret_beside_the_pod_is_found() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(directory.path().join(name), text).unwrap();
    write("pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {imagePullSecrets: [{name: pull}]}\n");
    write(
        "secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: pull}\ntype: kubernetes.io/basic-auth\ndata: {a: c2VjcmV0}\n",
    );
    let manifests = Manifests::read(&[directory.path().to_owned()]);
    let ask = |name: &str| {
        let cluster = Cluster::new(&manifests, "shop", Offline::default());
        let policy = Policy::new(&guest("get_resource", &get("Secret", name, Some("shop"))), cluster).unwrap();
        policy.call("findings", b"{}").map(|answer| serde_json::from_slice::<Value>(&answer).unwrap())
    };
    assert_eq!(
        ask("pull").unwrap(),
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "pull", "namespace": "shop"},
            "type": "kubernetes.io/basic-auth"})
    );
    let error = ask("push").unwrap_err().to_string();
    assert!(error.ends_with("Cannot find v1/Secret named 'push' inside of namespace 'Some(\"shop\")'"), "{error}");
}

const REQUEST: &str = r#"{"uid": "u-1", "kind": {"group": "", "version": "v1", "kind": "Pod"},
    "resource": {"group": "", "version": "v1", "resource": "pods"}, "operation": "CREATE", "userInfo": {}, "object": {}}"#;

const SESSION: &str = r#"- type: Exchange
  request: |
    !KubernetesGetResource
    api_version: v1
    kind: Secret
    name: pull
    namespace: shop
    disable_cache: false
    field_masks:
    - type
  response:
    type: Success
    payload: '{"accepted":true,"message":"as recorded"}'
"#;

struct Lab {
    directory: tempfile::TempDir,
}

impl Lab {
    fn new(session: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("session.yml"), session).unwrap();
        Self { directory }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn run(&self, module: &[u8], args: &[&str]) -> Output {
        fs::write(self.path("policy.wasm"), module).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_oke-vn"))
            .current_dir(self.directory.path())
            .args(["run", "-r", "-", "policy.wasm"])
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let _ = child.stdin.take().unwrap().write_all(REQUEST.as_bytes());
        child.wait_with_output().unwrap()
    }
}

fn message(output: &Output) -> String {
    let response: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    response["status"]["message"].as_str().unwrap().to_owned()
}

const REPLAY: [&str; 3] = ["--allow-context-aware", "--replay-host-capabilities-interactions", "session.yml"];

fn secret() -> Vec<u8> {
    guest("get_resource", &get("Secret", "pull", Some("shop")))
}

/// The module as `kwctl annotate` would leave it.
fn annotated(mut module: Vec<u8>, metadata: &Value) -> Vec<u8> {
    let name = "io.kubewarden.metadata";
    let mut section = vec![u8::try_from(name.len()).unwrap()];
    section.extend(name.bytes());
    section.extend(metadata.to_string().bytes());
    let size = section.len();
    module.extend([0, u8::try_from(size & 0x7f).unwrap() | 0x80, u8::try_from(size >> 7).unwrap()]);
    module.extend(section);
    module
}

#[test]
fn a_recording_answers() {
    let output = Lab::new(SESSION).run(&secret(), &REPLAY);
    assert_eq!(message(&output), "as recorded");
    let notes = String::from_utf8(output.stderr).unwrap();
    assert!(notes.contains("not annotated"), "{notes}");
    assert!(!notes.contains("replayed"), "{notes}");
}

#[test]
fn a_recording_knows_its_question() {
    let other = guest("get_resource", &get("Secret", "push", Some("shop")));
    let text = message(&Lab::new(SESSION).run(&other, &REPLAY));
    assert!(text.contains("Replay error: unexpected request. Was expecting KubernetesGetResource"), "{text}");
    let text = message(&Lab::new("[]\n").run(&secret(), &REPLAY));
    assert!(text.contains("the list of recorded responses is empty"), "{text}");
    let failed = SESSION.replace("Success", "Error").replace("payload:", "message: x #");
    let text = message(&Lab::new(&failed).run(&secret(), &REPLAY));
    assert!(text.contains("Callback evaluation failure: x"), "{text}");
    let twice = format!("{SESSION}{SESSION}");
    let output = Lab::new(&twice).run(&secret(), &REPLAY);
    assert!(String::from_utf8_lossy(&output.stderr).contains("1 of the recorded interactions"));
}

#[test]
fn access_is_what_kwctl_grants() {
    let lab = Lab::new(SESSION);
    let denied = "Policy has not been granted access to Kubernetes v1/Secret resources.";
    let text = message(&lab.run(&secret(), &REPLAY[1..]));
    assert!(text.contains(denied), "{text}");
    let named = |kind: &str| json!({"contextAwareResources": [{"apiVersion": "v1", "kind": kind}], "rules": []});
    let output = lab.run(&annotated(secret(), &named("Secret")), &REPLAY);
    assert_eq!(message(&output), "as recorded");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let text = message(&lab.run(&annotated(secret(), &named("Pod")), &REPLAY));
    assert!(text.contains(denied), "{text}");
    let output = lab.run(&annotated(secret(), &named("Secret")), &REPLAY[1..]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("--allow-context-aware"));
}

#[test]
fn without_a_recording_nothing_is_looked_up() {
    let text = message(&Lab::new("").run(&secret(), &["--allow-context-aware"]));
    assert!(text.contains("not available offline"), "{text}");
}

#[test]
fn options_that_cannot_be_obeyed_are_refused() {
    let lab = Lab::new("{}");
    for (args, expected) in [
        (&["--record-host-capabilities-interactions", "x.yml"][..], "not supported"),
        (&REPLAY[..], "does not hold host capabilities interactions"),
        (&["--replay-host-capabilities-interactions", "none.yml"][..], "none.yml"),
    ] {
        let output = lab.run(&secret(), args);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(expected), "{output:?}");
    }
    for mode in ["kubewarden", "kubewarden-wapc"] {
        assert!(lab.run(&secret(), &["--execution-mode", mode]).status.success());
    }
    assert_eq!(lab.run(&secret(), &["-e", "opa"]).status.code(), Some(2));
    let output = lab.run(&annotated(secret(), &json!({"executionMode": "opa"})), &[]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("only kubewarden-wapc"), "{output:?}");
    let output = lab.run(&annotated(secret(), &json!({"policyType": "raw"})), &[]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("raw requests"), "{output:?}");
}

// The policy itself.

/// The module that the program embeds.
static POLICY: &[u8] = include_bytes!(env!("OKE_VN_EMBEDDED_POLICY"));

/// A host that refuses every call, log records too, and remembers it.
#[derive(Clone, Default)]
struct Refusing(Arc<Mutex<Vec<String>>>);

impl Refusing {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Host for Refusing {
    fn call(&self, call: HostCall<'_>) -> Result<Vec<u8>, String> {
        let HostCall { binding, namespace, operation, payload } = call;
        let payload = String::from_utf8_lossy(payload);
        self.0.lock().unwrap().push(format!("{binding}/{namespace}/{operation} {payload}"));
        Err("refused".to_owned())
    }
}

/// All requests of the repository: what API servers sent, and the examples of the rules.
fn requests() -> Vec<(PathBuf, Value)> {
    let mut requests = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../test_data");
    for directory in [root.join("reviews"), root.join("e2e")] {
        for entry in walkdir::WalkDir::new(directory).sort_by_file_name() {
            let path = entry.unwrap().into_path();
            let is_json = path.extension().is_some_and(|extension| extension == "json");
            if !is_json || path.ends_with("settings.json") {
                continue;
            }
            let review: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            let request = review.get("request").cloned().unwrap_or(review);
            assert!(request["operation"].is_string(), "{}", path.display());
            requests.push((path, request));
        }
    }
    assert!(requests.len() > 150, "{}", requests.len());
    requests
}

#[test]
fn with_look_ups_off_the_host_is_never_called() {
    let host = Refusing::default();
    let policy = Policy::new(POLICY, host.clone()).unwrap();
    let all_settings = [
        json!({}),
        json!({"lookups": [], "onLookupFailure": "deny", "mutate": "full", "mutateTemplates": true, "annotate": true,
            "rules": {"persistent-volume-claim": {"allowStorageClasses": ["fss"]}}}),
        json!({"nodeKind": "mixed", "lookups": null, "rules": {"placement": {"mutate": true}},
            "exemptions": [{"namespaces": ["shop"], "reason": "a test"}], "allowAnnotations": true}),
        json!({"nodeKind": "managed", "lookups": ["Node", "Pod", "Secret", "PersistentVolumeClaim", "Namespace"]}),
    ];
    for (path, request) in requests() {
        for settings in &all_settings {
            let payload = json!({"request": request, "settings": settings}).to_string();
            for function in ["validate", "findings"] {
                policy.call(function, payload.as_bytes()).unwrap();
                assert_eq!(host.take(), [] as [&str; 0], "{function} of {} with {settings}", path.display());
            }
        }
    }
    for settings in &all_settings {
        policy.call("validate_settings", settings.to_string().as_bytes()).unwrap();
    }
    policy.call("protocol_version", b"").unwrap();
    assert_eq!(host.take(), [] as [&str; 0]);
}

#[test]
fn each_kind_is_looked_up_once_at_most_and_only_where_it_is_named() {
    let host = Refusing::default();
    let policy = Policy::new(POLICY, host.clone()).unwrap();
    let kinds = ["Node", "Pod", "Secret", "PersistentVolumeClaim", "Namespace"];
    let kind_of = |call: &String| {
        let payload: Value = serde_json::from_str(call.split_once(' ').unwrap().1).unwrap();
        payload["kind"].as_str().unwrap().to_owned()
    };
    for kind in kinds {
        let mut asked = 0;
        for (path, mut request) in requests() {
            // Two of everything that is looked up by its name.
            if let Some(spec) = request.pointer_mut("/object/spec").filter(|spec| spec.get("containers").is_some()) {
                spec["imagePullSecrets"] = json!([{"name": "a"}, {"name": "b"}]);
                let claim = |name| json!({"name": name, "persistentVolumeClaim": {"claimName": name}});
                spec["volumes"] = json!([claim("a"), claim("b")]);
            }
            for lookups in [json!([kind]), json!(kinds)] {
                let settings = json!({"nodeKind": "mixed", "lookups": lookups,
                    "rules": {"persistent-volume-claim": {"allowStorageClasses": ["fss"]}}});
                let payload = json!({"request": request, "settings": settings}).to_string();
                policy.call("validate", payload.as_bytes()).unwrap();
                let calls = host.take();
                let count = calls.iter().filter(|call| kind_of(call) == kind).count();
                asked += count;
                assert!(count <= 1, "{}: {calls:?}", path.display());
                assert!(lookups == json!(kinds) || calls.len() == count, "{}: {calls:?}", path.display());
            }
        }
        assert!(asked > 0, "nobody asks for a {kind}");
    }
}

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
        .map(|finding| format!("{} {} {}", text(finding, "level"), text(finding, "rule"), text(finding, "path")))
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
    assert_eq!((status, found(&report)), (Some(0), vec![expected[0].replace("deny", "exempted")]));
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
