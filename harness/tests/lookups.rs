//! The look-ups of the built policy: only those that the settings name, and each kind at most once.

use std::sync::{Arc, Mutex};

use harness::corpus::Corpus;
use harness::engine::{Host, HostCall, Policy};
use harness::{modules, samples};
use serde_json::{Value, json};

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

/// All requests of the repository: those that API servers sent, and the examples of the rules.
fn requests() -> Vec<(String, Value)> {
    let corpus = Corpus::read(&samples::test_data()).unwrap();
    let requests: Vec<_> = corpus.requests.into_iter().map(|(name, request, ..)| (name, request)).collect();
    assert!(requests.len() > 150, "{}", requests.len());
    requests
}

#[test]
fn with_look_ups_off_the_host_is_never_called() {
    let host = Refusing::default();
    let policy = Policy::new(&modules::policy().unwrap(), host.clone()).unwrap();
    let all_settings = [
        json!({}),
        json!({"lookups": [], "onLookupFailure": "deny", "mutate": "full", "mutateTemplates": true, "annotate": true,
            "rules": {"persistent-volume-claim": {"allowStorageClasses": ["fss"]}}}),
        json!({"nodeKind": "mixed", "lookups": null, "rules": {"placement": {"mutate": true}},
            "exemptions": [{"namespaces": ["shop"], "reason": "a test"}], "allowAnnotations": true}),
        json!({"nodeKind": "managed", "lookups": ["Node", "Pod", "Secret", "PersistentVolumeClaim", "Namespace"]}),
    ];
    for (name, request) in requests() {
        for settings in &all_settings {
            let payload = json!({"request": request, "settings": settings}).to_string();
            policy.call("validate", payload.as_bytes()).unwrap();
            assert_eq!(host.take(), [] as [&str; 0], "{name} with {settings}");
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
    let policy = Policy::new(&modules::policy().unwrap(), host.clone()).unwrap();
    let kinds = ["Node", "Pod", "Secret", "PersistentVolumeClaim", "Namespace"];
    let kind_of = |call: &String| {
        let payload: Value = serde_json::from_str(call.split_once(' ').unwrap().1).unwrap();
        payload["kind"].as_str().unwrap().to_owned()
    };
    for kind in kinds {
        let mut asked = 0;
        for (name, mut request) in requests() {
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
                assert!(count <= 1, "{name}: {calls:?}");
                assert!(lookups == json!(kinds) || calls.len() == count, "{name}: {calls:?}");
            }
        }
        assert!(asked > 0, "nobody asks for a {kind}");
    }
}
