//! `policy-run`, from outside: it answers as `kwctl run` does.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use harness::{modules, samples};
use serde_json::{Value, json};

fn policy_run(args: &[&str], stdin: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_policy-run"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that refuses its options does not read its input.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    child.wait_with_output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn status(output: &Output) -> i32 {
    output.status.code().unwrap()
}

/// The policy in a file.
static MODULE: LazyLock<tempfile::NamedTempFile> = LazyLock::new(|| {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&modules::policy().unwrap()).unwrap();
    file
});

fn run(args: &[&str], stdin: &str) -> Output {
    policy_run(&[&["run"], args, &[MODULE.path().to_str().unwrap()]].concat(), stdin)
}

#[test]
fn run_answers_as_kwctl_does() {
    let review = samples::test_data().join("reviews/022-pod-create.json");
    let output = run(&["--request-path", review.to_str().unwrap()], "");
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let text = stdout(&output);
    assert_eq!(text.lines().count(), 1);
    let response: Value = serde_json::from_str(&text).unwrap();
    let input: Value = serde_json::from_str(&fs::read_to_string(&review).unwrap()).unwrap();
    let request = if input["kind"] == "AdmissionReview" { &input["request"] } else { &input };
    assert_eq!(response["uid"], request["uid"]);
    // Present even where null, as in Kubewarden's own answer.
    assert!(response.as_object().unwrap().contains_key("auditAnnotations"));
    assert!(response.as_object().unwrap().contains_key("warnings"));
}

fn request(object: &str) -> String {
    format!(
        r#"{{"uid": "u-1", "kind": {{"group": "", "version": "v1", "kind": "Pod"}},
            "resource": {{"group": "", "version": "v1", "resource": "pods"}},
            "operation": "CREATE", "namespace": "shop", "name": "p", "userInfo": {{}}, "object": {object}}}"#
    )
}

const HOST_NETWORK: &str =
    r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"hostNetwork":true,"containers":[]}}"#;

#[test]
fn a_refusal_is_an_answer() {
    let review = format!(r#"{{"kind": "AdmissionReview", "request": {}}}"#, request(HOST_NETWORK));
    for input in [request(HOST_NETWORK), review] {
        let output = run(&["-r", "-"], &input);
        assert_eq!(status(&output), 0, "{}", stderr(&output));
        let response: Value = serde_json::from_str(&stdout(&output)).unwrap();
        assert_eq!(response["uid"], "u-1");
        assert_eq!(response["allowed"], false);
        assert_eq!(response["status"]["code"], 403);
        assert!(response["status"]["message"].as_str().unwrap().contains("- host-network spec.hostNetwork: "));
    }
}

#[test]
fn run_wants_what_the_host_wants() {
    for (input, expected) in [
        ("{", "not JSON"),
        ("[]", "neither"),
        (r#"{"kind": "AdmissionReview"}"#, "no `request`"),
        (r#"{"uid": "u"}"#, "missing field `kind`"),
    ] {
        let output = run(&["-r", "-"], input);
        assert_eq!(status(&output), 1);
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
    }
    let output = run(&["-r", "-", "--settings-json", r#"{"profile": "lax"}"#], &request(HOST_NETWORK));
    assert_eq!(status(&output), 1);
    assert!(stderr(&output).contains("Provided settings are not valid: "), "{}", stderr(&output));
    let output = policy_run(&["run", "-r", "-", "registry://example.com/policy:v1"], &request(HOST_NETWORK));
    assert!(stderr(&output).contains("kwctl pull"));
}

#[test]
fn a_file_url_is_a_path() {
    let url = format!("file://{}", MODULE.path().display());
    assert_eq!(status(&policy_run(&["run", "-r", "-", &url], &request(HOST_NETWORK))), 0);
}

// Other policies.

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
        let mut child = Command::new(env!("CARGO_BIN_EXE_policy-run"))
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
fn options_that_cannot_be_followed_are_refused() {
    let lab = Lab::new("{}");
    for (args, expected) in [
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
