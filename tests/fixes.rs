//! What the fixes make of an object: exactly what they say, and nothing else.
//!
//! The cases of the fixes are in `test_data/fixes`.

mod common;

use std::collections::BTreeMap;

use common::{
    KINDS, Kind, annotation, answer, create, files, findings, good_container, good_spec, kind_named, overlay, payload,
    update, validate, warnings,
};
use oke_virtual_nodes_policy::policy;
use oke_virtual_nodes_policy::rule::{Fix, Level, Rule};
use oke_virtual_nodes_policy::rules::RULES;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use serde::Deserialize;
use serde_json::{Value, json};

const ANNOTATION: &str = "oke-virtual-nodes.kubewarden.io/mended";
const LB_MODE: &str = "service.beta.kubernetes.io/oci-load-balancer-security-list-management-mode";
const NLB_MODE: &str = "oci-network-load-balancer.oraclecloud.com/security-list-management-mode";
const RULES_MODE: &str = "oci.oraclecloud.com/security-rule-management-mode";
const LB_TYPE: &str = "oci.oraclecloud.com/load-balancer-type";
const PRESERVE: &str = "oci-network-load-balancer.oraclecloud.com/is-preserve-source";

/// A case of `test_data/fixes`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    pod: Option<Value>,
    container: Option<Value>,
    volume: Option<Value>,
    metadata: Option<Value>,
    service: Option<Value>,
    mended: Value,
    /// The warnings, whole.
    #[serde(default)]
    warnings: Vec<String>,
    /// How the warnings start, where they are not fixed to the last letter.
    #[serde(default)]
    starts: Vec<String>,
    #[serde(default)]
    settings: Option<Value>,
    /// Whether anything is found where fixes are off.
    #[serde(default = "yes")]
    finds: bool,
}

const fn yes() -> bool {
    true
}

impl Case {
    fn is_service(&self) -> bool {
        self.service.is_some()
    }

    /// The object before and after the fix.
    fn objects(&self, kind: &Kind) -> (Value, Value) {
        let changes = [&self.pod, &self.container, &self.volume, &self.metadata, &self.service];
        assert_eq!(changes.iter().filter(|change| change.is_some()).count(), 1, "{}: one change", self.name);
        let change = changes.into_iter().flatten().next().expect("a change");
        (self.object(kind, change), self.object(kind, &self.mended))
    }

    fn object(&self, kind: &Kind, patch: &Value) -> Value {
        if self.is_service() {
            let mut service = service(json!({}), patch["spec"].clone());
            service["metadata"].as_object_mut().unwrap().remove("annotations");
            if let Some(annotations) = patch.pointer("/metadata/annotations") {
                service["metadata"]["annotations"] = annotations.clone();
            }
            return service;
        }
        let mut spec = good_spec();
        if self.pod.is_some() {
            overlay(&mut spec, patch);
        } else if self.container.is_some() {
            overlay(&mut spec["containers"][0], patch);
        } else if self.volume.is_some() {
            spec["volumes"] = json!([patch]);
        }
        let mut object = kind.object(spec);
        if self.metadata.is_some() {
            let metadata = kind.template_metadata();
            overlay(metadata.split('.').fold(&mut object, |value, key| &mut value[key]), patch);
        }
        object
    }

    /// The settings of the case with `more` of them.
    fn settings(&self, more: &Value) -> Value {
        let mut settings = self.settings.clone().unwrap_or_else(|| json!({}));
        overlay(&mut settings, more);
        settings
    }

    /// Checks the lines of the fixes, which are all the warnings. `rewrite` makes them from those of the case.
    fn assert_lines(&self, answer: &Value, rewrite: impl Fn(&str) -> String) {
        let warnings = warnings(answer);
        let expected: Vec<_> = self.warnings.iter().map(|line| rewrite(line)).collect();
        if self.starts.is_empty() {
            assert_eq!(warnings, expected, "{}", self.name);
        } else {
            assert_eq!(warnings.len(), self.starts.len(), "{}: {warnings:?}", self.name);
            for (line, start) in warnings.iter().zip(&self.starts) {
                assert!(line.starts_with(&rewrite(start)), "{}: {line}", self.name);
            }
        }
        assert!(warnings.iter().all(|line| line.len() <= 256), "{}: {warnings:?}", self.name);
        if answer["accepted"] == true {
            assert_eq!(answer["message"], json!(warnings.join("\n")), "{}: the message is the warnings", self.name);
        }
    }
}

fn cases() -> BTreeMap<String, Vec<Case>> {
    let (_, text) = files("fixes", "yaml").into_iter().next().expect("the cases");
    yaml_serde::from_str(&text).unwrap_or_else(|error| panic!("the cases of the fixes: {error}"))
}

/// The cases in a Pod, which can be in a template as well.
fn pod_cases() -> Vec<(&'static str, Case)> {
    let cases = cases().into_iter().flat_map(|(id, cases)| cases.into_iter().map(move |case| (rule(&id).id, case)));
    cases.filter(|(_, case)| !case.is_service()).collect()
}

fn rule(id: &str) -> &'static Rule {
    RULES.iter().find(|rule| rule.id == id).unwrap_or_else(|| panic!("no rule is called {id}"))
}

fn name(fix: Fix) -> &'static str {
    match fix {
        Fix::Safe => "safe",
        Fix::Full => "full",
    }
}

/// Settings with one more of a rule's own settings.
fn with(settings: &Value, id: &str, key: &str, value: Value) -> Value {
    let mut settings = settings.clone();
    settings["rules"][id][key] = value;
    settings
}

/// Settings under which only what has a fix is found.
fn only_mendable(settings: &Value) -> Value {
    let unmendable = RULES.iter().filter(|rule| rule.fix.is_none());
    unmendable.fold(settings.clone(), |settings, rule| with(&settings, rule.id, "level", json!("off")))
}

/// Settings with everything that the fixes want to know.
fn with_parameters(settings: &Value) -> Value {
    let settings = with(settings, "missing-resources", "cpu", json!("1"));
    with(&settings, "missing-resources", "memory", json!("1Gi"))
}

/// The mended object as it is written in the response.
fn mended_text(payload: &str) -> Option<String> {
    let response = policy::validate(payload.as_bytes());
    let mended = response.mutated_object.as_ref().map(|object| object.get().to_owned())?;
    let bytes = serde_json::to_string(&response).expect("a response is JSON");
    assert!(bytes.contains(&mended), "{bytes}");
    Some(mended)
}

fn pod(spec: Value) -> Value {
    let mut whole = good_spec();
    overlay(&mut whole, &spec);
    kind_named("Pod").object(whole)
}

fn pod_with_container(container: Value) -> Value {
    let mut whole = good_container("main");
    overlay(&mut whole, &container);
    pod(json!({"containers": [whole]}))
}

fn service(annotations: Value, spec: Value) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web", "namespace": "shop", "annotations": annotations},
        "spec": spec,
    })
}

/// Not mended, and denied because of `denied`.
#[track_caller]
fn assert_denied(answer: &Value, denied: &str) {
    assert_eq!(answer["accepted"], false, "{answer}");
    assert_eq!(annotation(answer, "denied"), denied, "{answer}");
    assert_unmended(answer);
}

/// Mended, with nothing left to deny.
#[track_caller]
fn assert_mended(answer: &Value, expected: &Value, fixed: &str) {
    assert_eq!(answer["accepted"], true, "{answer}");
    assert_eq!(answer.get("code"), None, "{answer}");
    assert_eq!(answer.get("mutated_object"), Some(expected), "{answer}");
    assert_eq!(annotation(answer, "fixed"), fixed, "{answer}");
    assert_eq!(annotation(answer, "denied"), "", "{answer}");
}

#[track_caller]
fn assert_unmended(answer: &Value) {
    assert_eq!(answer.get("mutated_object"), None, "{answer}");
    assert_eq!(annotation(answer, "fixed"), "", "{answer}");
    assert!(!answer.as_object().unwrap().contains_key("mutated_object"), "{answer}");
}

/// Accepted without a word.
#[track_caller]
fn assert_silent(answer: &Value) {
    assert_eq!(*answer, json!({"accepted": true}));
}

/// The line of a fix that is not made.
fn would_be(line: &str) -> String {
    line.replace(", set to ", ", would be set to ").replace(", removed", ", would be removed")
}

/// The line of a fix in a Pod, in the template of a kind.
fn in_template(line: &str, kind: &Kind) -> String {
    let (of_metadata, of_spec) = (format!(" {}.", kind.template_metadata()), format!(" {}.", kind.path()));
    if line.contains(" metadata.") {
        line.replacen(" metadata.", &of_metadata, 1)
    } else {
        line.replacen(" spec.", &of_spec, 1)
    }
}

/// A change: the path, the old and the new value; null where there is none.
type Changed = (String, Value, Value);

/// What differs between two values.
fn diff(old: &Value, new: &Value) -> Vec<Changed> {
    let mut changes = Vec::new();
    compare("", old, new, &mut changes);
    changes.sort_by(|one, other| one.0.cmp(&other.0));
    changes
}

fn compare(path: &str, old: &Value, new: &Value, changes: &mut Vec<Changed>) {
    let empty = serde_json::Map::new();
    let members = match (old, new) {
        (old, new) if old == new => return,
        (Value::Object(old), Value::Object(new)) => Some((old, new)),
        // What is new is named value by value.
        (Value::Null, Value::Object(new)) if !new.is_empty() => Some((&empty, new)),
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                compare(&format!("{path}[{index}]"), old, new, changes);
            }
            return;
        }
        _ => None,
    };
    let Some((old_members, new_members)) = members else {
        changes.push((path.to_owned(), old.clone(), new.clone()));
        return;
    };
    let mut keys: Vec<_> = old_members.keys().chain(new_members.keys()).collect();
    keys.sort();
    keys.dedup();
    for key in keys {
        let is_plain = key.chars().all(|char| char.is_ascii_alphanumeric() || char == '_');
        let inner = match (is_plain, path.is_empty()) {
            (true, true) => key.clone(),
            (true, false) => format!("{path}.{key}"),
            (false, _) => format!("{path}[\"{key}\"]"),
        };
        let (old, new) = (old_members.get(key), new_members.get(key));
        match (old, new) {
            // A key with null and no key are not the same, although both are absence to Kubernetes.
            (None, Some(Value::Null)) | (Some(Value::Null), None) => {
                changes.push((inner, Value::Null, Value::Null));
            }
            _ => compare(&inner, old.unwrap_or(&Value::Null), new.unwrap_or(&Value::Null), changes),
        }
    }
}

/// What the annotation tells of the changes.
fn told(mended: &Value) -> Vec<Changed> {
    let text = mended["metadata"]["annotations"][ANNOTATION].as_str().unwrap_or_else(|| panic!("{mended}"));
    let list: Vec<BTreeMap<String, Value>> =
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let mut changes: Vec<_> = list
        .into_iter()
        .map(|mut entry| {
            let mut take = |key: &str| entry.remove(key).unwrap_or_default();
            let change = (take("path").as_str().unwrap().to_owned(), take("old"), take("new"));
            assert!(entry.is_empty(), "{text}");
            change
        })
        .collect();
    changes.sort_by(|one, other| one.0.cmp(&other.0));
    changes.dedup();
    changes
}

/// The mended object without the annotation, and without what was made for its sake. `plain` is what it is without.
fn without_annotation(mended: &Value, plain: &Value) -> Value {
    let mut mended = mended.clone();
    let annotations = mended["metadata"]["annotations"].as_object_mut().expect("annotations");
    annotations.remove(ANNOTATION).expect("the annotation");
    if annotations.is_empty() {
        match plain.pointer("/metadata/annotations") {
            Some(was) => mended["metadata"]["annotations"] = was.clone(),
            None => drop(mended["metadata"].as_object_mut().unwrap().remove("annotations")),
        }
    }
    if plain.get("metadata").is_none() {
        mended.as_object_mut().unwrap().remove("metadata");
    }
    mended
}

/// Objects whose keys are names that an author chooses, with values of one type.
const MAPS: [&str; 8] =
    ["annotations", "labels", "requests", "limits", "nodeSelector", "selector", "matchLabels", "overhead"];
/// Objects that mean the same when something unknown is in them, although they are empty.
const MAY_BE_EMPTY: [&str; 6] = ["emptyDir", "resources", "metadata", "securityContext", "spec", "template"];

/// Plants something unknown in every object, at every level.
fn plant(key: &str, value: &mut Value, unknown: &mut dyn FnMut() -> Value) {
    match value {
        Value::Object(members) if MAPS.contains(&key) && !members.is_empty() => {
            members.insert("example.com/future".to_owned(), json!("1"));
        }
        Value::Object(members) => {
            let is_empty = members.is_empty();
            for (key, value) in members.iter_mut() {
                plant(key, value, unknown);
            }
            // A volume with nothing but its name has no source, and a strange key would be one.
            let has_no_source = key == "volumes" && members.keys().eq(["name"]);
            if !has_no_source && (!is_empty || MAY_BE_EMPTY.contains(&key)) {
                members.insert("aaFuture".to_owned(), unknown());
                members.insert("zzFuture".to_owned(), unknown());
            }
        }
        Value::Array(entries) => entries.iter_mut().for_each(|entry| plant(key, entry, unknown)),
        _ => {}
    }
}

fn planted(request: &Value, unknown: &mut dyn FnMut() -> Value) -> Value {
    let mut request = request.clone();
    for object in ["object", "oldObject"] {
        plant("", &mut request[object], unknown);
    }
    request
}

/// The fields that the fix of a rule may touch: the catalogue's, not the code's.
fn fields_of(id: &str) -> &'static [&'static str] {
    match id {
        "emptydir-size-limit" => &["sizeLimit"],
        "emptydir-medium" => &["medium"],
        "volume-default-mode" => &["defaultMode"],
        "volume-item-mode" => &["mode"],
        "token-expiration" => &["expirationSeconds"],
        "hostname" => &["hostname"],
        "hostname-as-fqdn" => &["setHostnameAsFQDN"],
        "pod-os" => &["os"],
        "fs-group" => &["fsGroup"],
        "fs-group-change-policy" => &["fsGroupChangePolicy"],
        "supplemental-groups" => &["supplementalGroups"],
        "seccomp-profile" => &["seccompProfile"],
        "privilege-escalation" => &["allowPrivilegeEscalation"],
        "host-port" => &["hostPort"],
        "host-ip" => &["hostIP"],
        "termination-message" => &["terminationMessagePath", "terminationMessagePolicy"],
        "mount-propagation" => &["mountPropagation"],
        "probe-termination-grace-period" | "termination-grace-period" => &["terminationGracePeriodSeconds"],
        "requests-equal-limits" => &["requests.", "requests["],
        "missing-resources" => &["requests.cpu", "requests.memory", "limits.cpu", "limits.memory"],
        "interactive-container" => &["stdin", "stdinOnce", "tty"],
        "deletion-grace-period" => &["deletionGracePeriodSeconds"],
        "external-traffic-policy" => &["externalTrafficPolicy", "healthCheckNodePort", PRESERVE],
        "load-balancer-security-list" => &[LB_MODE, NLB_MODE, RULES_MODE],
        _ => panic!("{id}: which fields may its fix touch?"),
    }
}

fn may_touch(id: &str, path: &str) -> bool {
    fields_of(id).iter().any(|field| match field.strip_suffix(['.', '[']) {
        Some(_) => path.contains(&format!(".resources.{field}")),
        None => path.ends_with(&format!(".{field}")) || path == *field || path.ends_with(&format!("[\"{field}\"]")),
    })
}

/// The second law, for one request. Says whether anything was mended.
fn assert_second_law(request: &Value, settings: &Value) -> bool {
    let text = payload(request, settings);
    let first = validate(&text);
    let Some(mended) = first.get("mutated_object") else {
        assert_unmended(&first);
        for line in warnings(&first) {
            let is_fix = [": was ", ", set to "].iter().all(|part| line.contains(part)) || line.contains(", removed");
            assert!(!is_fix, "nothing was mended: {line}\n{text}");
        }
        // Nor is there an annotation where nothing was mended.
        let mut annotated = settings.clone();
        annotated["annotate"] = json!(true);
        assert_eq!(answer(request, &annotated), first, "{text}");
        return false;
    };
    assert_eq!(first["accepted"], true, "{text}");
    let object = &request["object"];
    let changes = diff(object, mended);
    assert!(!changes.is_empty(), "a mended object is another one: {text}");

    // Every change is announced, and nothing but the announced changes is made.
    let mut annotated = settings.clone();
    annotated["annotate"] = json!(true);
    let second = answer(request, &annotated);
    let told = told(&second["mutated_object"]);
    assert_eq!(told, changes, "{text}");
    assert_eq!(without_annotation(&second["mutated_object"], mended), *mended, "{text}");
    assert_eq!(warnings(&second), warnings(&first), "{text}");

    // Only what the rules that mended may touch.
    let fixed: Vec<_> = annotation(&first, "fixed").split(',').collect();
    for (path, ..) in &changes {
        assert!(fixed.iter().any(|id| may_touch(id, path)), "{path} is no field of {fixed:?}: {text}");
    }
    for id in &fixed {
        assert!(changes.iter().any(|(path, ..)| may_touch(id, path)), "{id} mended nothing: {text}");
    }

    // The second time there is nothing left to do.
    let mut again = request.clone();
    again["object"] = mended.clone();
    let third = answer(&again, settings);
    assert_eq!(third["accepted"], true, "{text}");
    assert_unmended(&third);
    let (lines, left) = (warnings(&first), warnings(&third));
    for line in &left {
        assert!(lines.contains(line), "{line} was not said at first: {text}");
    }
    let is_cut = lines.last().is_some_and(|line| line.starts_with("... and "));
    for line in lines.iter().filter(|line| !left.contains(line)) {
        let is_fix = line.contains(": was ");
        assert!(is_fix || is_cut || request["operation"] == "UPDATE", "{line}: {text}");
    }
    for found in findings(&again, settings) {
        let is_mended = fixed.contains(&found.rule) && told.iter().any(|(path, ..)| *path == found.path);
        assert!(!is_mended, "{} is still found: {text}", found.line());
    }

    // What nobody knows changes nothing, and stays.
    let mut unknown = || json!({"deep": [1, null, {"x": [], "hostPID": true}], "empty": {}});
    let strange = planted(request, &mut unknown);
    let fourth = answer(&strange, settings);
    let strange_mended = fourth.get("mutated_object").unwrap_or_else(|| panic!("{fourth}: {strange}"));
    let changed = diff(&strange["object"], strange_mended);
    // What is removed goes with all that is in it.
    let as_strange = |(path, old, new): &Changed| {
        let mut old = old.clone();
        plant(path.rsplit('.').next().unwrap(), &mut old, &mut unknown);
        (path.clone(), old, new.clone())
    };
    assert_eq!(changed, changes.iter().map(as_strange).collect::<Vec<_>>(), "{strange}");
    assert_eq!(warnings(&fourth), warnings(&first), "{strange}");

    // Numbers keep their text.
    let numbered = planted(request, &mut || json!("@number@"));
    let marked = payload(&numbered, settings);
    let as_string = mended_text(&marked).expect("a mended object");
    for number in ["1.50", "1e3", "123456789012345678901234567890", "-0.0", "1E400"] {
        let text = marked.replace("\"@number@\"", number);
        let expected = as_string.replace("\"@number@\"", number);
        assert_eq!(mended_text(&text).as_deref(), Some(expected.as_str()), "{text}");
    }
    true
}

#[test]
fn every_fix_has_cases() {
    let cases = cases();
    for rule in RULES {
        let own = cases.get(rule.id).map_or(0, Vec::len);
        assert_eq!(
            rule.fix.is_some(),
            own > 0,
            "{}: a fix has cases in test_data/fixes, and others have none",
            rule.id
        );
    }
    for (id, cases) in &cases {
        rule(id);
        for case in cases {
            assert_ne!(case.warnings.is_empty(), case.starts.is_empty(), "{id}, {}: the warnings", case.name);
        }
    }
}

#[test]
fn a_rule_without_a_fix_refuses_to_mend() {
    let request = create(&pod(json!({})));
    for rule in RULES {
        let answer_with = |mutate: Value| answer(&request, &with(&json!({}), rule.id, "mutate", mutate));
        assert_silent(&answer_with(json!(false)));
        let asked = answer_with(json!(true));
        if rule.fix.is_some() {
            assert_silent(&asked);
        } else {
            assert_eq!((&asked["accepted"], &asked["code"]), (&json!(false), &json!(400)), "{}", rule.id);
            let message = asked["message"].as_str().unwrap();
            assert!(message.contains(&format!("rules.{}.mutate: ", rule.id)), "{message}");
        }
    }
}

#[test]
fn every_fix_makes_exactly_what_it_says() {
    for (id, cases) in cases() {
        let rule = rule(&id);
        let fix = rule.fix.expect("a fix");
        for case in cases {
            let label = format!("{id}, {}", case.name);
            println!("{label}");
            let (object, expected) = case.objects(kind_named("Pod"));
            let request = create(&object);
            let mends = |settings: Value| {
                let answer = answer(&request, &settings);
                println!("  {settings}");
                assert_mended(&answer, &expected, &id);
                assert_eq!(annotation(&answer, "warned"), "", "{label}");
                case.assert_lines(&answer, str::to_owned);
            };
            let leaves = |settings: Value, level: Level| {
                println!("  {settings}");
                let answer = answer(&request, &settings);
                assert_unmended(&answer);
                let level = if case.finds { level } else { Level::Off };
                assert_eq!(answer["accepted"], level != Level::Deny, "{answer}");
                assert_eq!(annotation(&answer, "denied"), if level == Level::Deny { &id } else { "" }, "{answer}");
                assert_eq!(annotation(&answer, "warned"), if level == Level::Warn { &id } else { "" }, "{answer}");
                assert!(!warnings(&answer).iter().any(|line| line.contains(": was ")), "{answer}");
            };
            let own = case.settings(&json!({"mutate": name(fix)}));
            let (off, safe) = (case.settings(&json!({"mutate": "off"})), case.settings(&json!({"mutate": "safe"})));
            let full = case.settings(&json!({"mutate": "full"}));
            mends(own.clone());
            mends(full.clone());
            mends(case.settings(&json!({"mutate": "full", "profile": "tolerant"})));
            leaves(case.settings(&json!({})), rule.strict);
            leaves(off.clone(), rule.strict);
            leaves(case.settings(&json!({"mutate": false})), rule.strict);
            if fix == Fix::Full {
                leaves(safe.clone(), rule.strict);
                mends(with(&safe, &id, "mutate", json!(true)));
            }
            // What is said of the rule itself wins.
            mends(with(&off, &id, "mutate", json!(true)));
            leaves(with(&full, &id, "mutate", json!(false)), rule.strict);
            leaves(with(&own, &id, "mutate", json!(false)), rule.strict);
            // The level decides whether it is mended, and not how it is announced.
            mends(with(&own, &id, "level", json!("warn")));
            mends(with(&own, &id, "level", json!("deny")));
            leaves(with(&own, &id, "level", json!("off")), Level::Off);
            assert_silent(&answer(&request, &with(&own, &id, "level", json!("off"))));
            let both = with(&with(&own, &id, "level", json!("off")), &id, "mutate", json!(true));
            assert_silent(&answer(&request, &both));
            assert_silent(&answer(&request, &case.settings(&json!({"mutate": "full", "nodeKind": "managed"}))));
            // The rule, and all others, are silent afterwards.
            assert_silent(&answer(&create(&expected), &own));
            assert_silent(&answer(&create(&expected), &full));
            assert!(assert_second_law(&request, &own), "{label}");
        }
    }
}

#[test]
fn a_template_is_left_as_it_is_and_warns_that_its_pods_will_be_mended() {
    for (id, case) in pod_cases() {
        let rule = rule(id);
        for kind in KINDS.iter().filter(|kind| kind.name != "Pod") {
            let label = format!("{}, {}, {}", rule.id, case.name, kind.name);
            let settings = with(&case.settings(&json!({"mutate": "full"})), "daemonset", "level", json!("off"));
            let (object, _) = case.objects(kind);
            let clean = kind.object(good_spec());
            for request in [create(&object), update(&object, &clean)] {
                let answer = answer(&request, &settings);
                assert_eq!(answer["accepted"], true, "{label}: {answer}");
                assert_unmended(&answer);
                assert_eq!(annotation(&answer, "warned"), rule.id, "{label}");
                case.assert_lines(&answer, |line| would_be(&in_template(line, kind)));
                assert!(!assert_second_law(&request, &settings), "{label}");
            }
            // Where its fix is not on it counts in full.
            let off = with(&settings, rule.id, "mutate", json!(false));
            let answer = answer(&create(&object), &off);
            assert_eq!(answer["accepted"], rule.strict != Level::Deny, "{label}: {answer}");
        }
    }
}

#[test]
fn a_template_is_mended_where_the_settings_say_so() {
    for (id, case) in pod_cases() {
        let rule = rule(id);
        for kind in KINDS.iter().filter(|kind| kind.name != "Pod") {
            let label = format!("{}, {}, {}", rule.id, case.name, kind.name);
            let settings = case.settings(&json!({"mutate": "full", "mutateTemplates": true}));
            let settings = with(&settings, "daemonset", "level", json!("off"));
            let (object, expected) = case.objects(kind);
            let clean = kind.object(good_spec());
            for request in [create(&object), update(&object, &clean)] {
                let answer = answer(&request, &settings);
                if kind.name == "Job" && request["operation"] == "UPDATE" {
                    // Kubernetes rejects what changes the template of a Job; there its pods are mended alone.
                    assert_eq!(answer["accepted"], true, "{label}: {answer}");
                    assert_unmended(&answer);
                    case.assert_lines(&answer, |line| would_be(&in_template(line, kind)));
                    continue;
                }
                assert_mended(&answer, &expected, rule.id);
                case.assert_lines(&answer, |line| in_template(line, kind));
                assert!(assert_second_law(&request, &settings), "{label}");
            }
            // A template that stays is not touched, whatever else changes.
            let mut scaled = object.clone();
            scaled["metadata"]["labels"] = json!({"scaled": "yes"});
            if scaled["spec"].is_object() {
                scaled["spec"]["replicas"] = json!(7);
            }
            assert_silent(&answer(&update(&scaled, &object), &settings));
            assert_silent(&answer(&update(&object, &object), &settings));
        }
    }
}

#[test]
fn an_object_with_a_controller_is_never_mended() {
    let owner = |kind: &str, is_controller: Value| {
        let uid = "00000000-0000-0000-0000-000000000002";
        json!([{"apiVersion": "example.com/v1", "kind": kind, "name": "web", "uid": uid, "controller": is_controller}])
    };
    let settings = json!({"mutate": "full", "mutateTemplates": true, "rules": {"daemonset": "off"}});
    let mut spec = good_spec();
    spec["terminationGracePeriodSeconds"] = json!(5);
    for kind in KINDS.iter().filter(|kind| kind.name != "Pod") {
        let path = format!("{}.terminationGracePeriodSeconds", kind.path());
        let clean = kind.object(good_spec());
        for owned_by in ["Cluster", "Deployment", "Rollout"] {
            let mut object = kind.object(spec.clone());
            object["metadata"]["ownerReferences"] = owner(owned_by, json!(true));
            for request in [create(&object), update(&object, &clean)] {
                let answer = answer(&request, &settings);
                assert_eq!(answer["accepted"], true, "{answer}");
                assert_unmended(&answer);
                let line = format!("termination-grace-period {path}: was 5, would be set to 30");
                assert_eq!(warnings(&answer), [line], "{}", kind.name);
            }
        }
        // An owner that does not control it is no reason.
        for is_controller in [json!(false), Value::Null] {
            let mut object = kind.object(spec.clone());
            object["metadata"]["ownerReferences"] = owner("Cluster", is_controller);
            let mut expected = object.clone();
            kind.spec_of(&mut expected)["terminationGracePeriodSeconds"] = json!(30);
            assert_mended(&answer(&create(&object), &settings), &expected, "termination-grace-period");
        }
    }
    // A Pod is mended whoever controls it: its template was not.
    let mut object = pod(json!({"terminationGracePeriodSeconds": 5}));
    object["metadata"]["ownerReferences"] =
        json!([{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "1", "controller": true}]);
    let mut expected = object.clone();
    expected["spec"]["terminationGracePeriodSeconds"] = json!(30);
    assert_mended(&answer(&create(&object), &json!({"mutate": "safe"})), &expected, "termination-grace-period");
}

#[test]
fn what_is_not_in_the_template_is_not_in_its_pods() {
    // A Deployment's own metadata is not that of its Pods: they mend nothing there.
    let deployment = kind_named("Deployment");
    let mut object = deployment.object(good_spec());
    object["metadata"]["deletionGracePeriodSeconds"] = json!(10);
    let answer_of = |object: &Value, settings: &Value| answer(&create(object), settings);
    assert_denied(&answer_of(&object, &json!({"mutate": "full"})), "deletion-grace-period");
    let mut expected = object.clone();
    expected["metadata"].as_object_mut().unwrap().remove("deletionGracePeriodSeconds");
    let settings = json!({"mutate": "safe", "mutateTemplates": true});
    assert_mended(&answer_of(&object, &settings), &expected, "deletion-grace-period");

    let cronjob = kind_named("CronJob");
    let mut object = cronjob.object(good_spec());
    object["spec"]["jobTemplate"]["metadata"]["deletionGracePeriodSeconds"] = json!(10);
    assert_denied(&answer_of(&object, &json!({"mutate": "full"})), "deletion-grace-period");
    let mut expected = object.clone();
    expected["spec"]["jobTemplate"]["metadata"] = json!({});
    assert_mended(&answer_of(&object, &settings), &expected, "deletion-grace-period");
}

#[test]
fn what_has_no_fix_still_denies_a_template() {
    for kind in KINDS.iter().filter(|kind| !matches!(kind.name, "Pod" | "DaemonSet")) {
        let mut spec = good_spec();
        overlay(&mut spec, &json!({"hostPID": true, "terminationGracePeriodSeconds": 5}));
        let object = kind.object(spec);
        for settings in [json!({"mutate": "full"}), json!({"mutate": "full", "mutateTemplates": true})] {
            let answer = answer(&create(&object), &settings);
            assert_denied(&answer, "host-pid");
            assert_eq!(annotation(&answer, "warned"), "termination-grace-period");
            let path = format!("{}.terminationGracePeriodSeconds", kind.path());
            assert_eq!(
                warnings(&answer),
                [format!("termination-grace-period {path}: was 5, would be set to 30")],
                "{}",
                kind.name
            );
        }
    }
}

#[test]
fn a_denied_request_is_not_mended_and_says_what_would_be() {
    for (id, cases) in cases() {
        for case in cases {
            let (mut object, _) = case.objects(kind_named("Pod"));
            let (settings, reason) = if case.is_service() {
                // A Service has two rules, each with a fix: one of them is told to leave it.
                if id == "external-traffic-policy" || !case.finds {
                    continue;
                }
                object["spec"]["externalTrafficPolicy"] = json!("Local");
                (case.settings(&json!({"mutate": "safe"})), "external-traffic-policy")
            } else {
                object["spec"]["hostPID"] = json!(true);
                (case.settings(&json!({"mutate": "full", "annotate": true})), "host-pid")
            };
            let answer = answer(&create(&object), &settings);
            assert_denied(&answer, reason);
            assert_eq!(annotation(&answer, "warned"), id, "{}", case.name);
            let message = answer["message"].as_str().unwrap();
            assert!(message.contains(": 1 problem\n"), "{message}");
            assert!(!message.contains(&format!("- {id} ")), "{message}");
            case.assert_lines(&answer, would_be);
        }
    }
}

#[test]
fn what_remains_is_said_after_what_was_mended() {
    let object = pod(json!({"terminationGracePeriodSeconds": 5, "hostPID": true}));
    let settings = json!({"mutate": "safe", "rules": {"host-pid": "warn"}});
    let answer = answer(&create(&object), &settings);
    let mut expected = object.clone();
    expected["spec"]["terminationGracePeriodSeconds"] = json!(30);
    assert_mended(&answer, &expected, "termination-grace-period");
    assert_eq!(annotation(&answer, "warned"), "host-pid");
    let lines = warnings(&answer);
    assert_eq!(lines[0], "termination-grace-period spec.terminationGracePeriodSeconds: was 5, set to 30");
    assert!(lines[1].starts_with("host-pid spec.hostPID: ") && lines.len() == 2, "{lines:?}");
}

#[test]
fn pods_are_never_mended_when_they_are_updated() {
    let settings = json!({"mutate": "full", "mutateTemplates": true, "annotate": true});
    let old = pod(json!({}));
    let mut object = old.clone();
    overlay(&mut object["spec"], &json!({"terminationGracePeriodSeconds": 5, "hostname": "db"}));
    object["spec"]["containers"][0]["tty"] = json!(true);
    assert_silent(&answer(&update(&object, &old), &settings));

    let mut request = update(&object, &old);
    let mut debug = json!({"name": "debug", "image": "busybox", "tty": true});
    debug["terminationMessagePolicy"] = json!("FallbackToLogsOnError");
    request["object"]["spec"]["ephemeralContainers"] = json!([debug]);
    request["subResource"] = json!("ephemeralcontainers");
    let debugged = answer(&request, &settings);
    assert_denied(&debugged, "ephemeral-containers,interactive-container,termination-message");
    assert_eq!(warnings(&debugged), [""; 0]);
    let allowed = answer(&request, &with(&settings, "ephemeral-containers", "level", json!("off")));
    assert_denied(&allowed, "interactive-container,termination-message");
    assert_eq!(warnings(&allowed), [""; 0]);

    let mut request = update(&old, &old);
    request["object"]["spec"]["containers"][0]["resources"]["limits"]["cpu"] = json!("2");
    request["subResource"] = json!("resize");
    let resized = answer(&request, &settings);
    assert_denied(&resized, "requests-equal-limits");
    assert_eq!(warnings(&resized), [""; 0]);
    let resized = answer(&request, &with(&settings, "requests-equal-limits", "level", json!("warn")));
    assert_eq!(resized["accepted"], true);
    assert_unmended(&resized);

    // Without the old object an update is judged like a creation, and not mended either.
    let mut request = update(&object, &Value::Null);
    request.as_object_mut().unwrap().remove("oldObject");
    assert_unmended(&answer(&request, &settings));
}

#[test]
fn services_are_never_mended_when_they_are_updated() {
    let settings = json!({"mutate": "full", "mutateTemplates": true, "annotate": true});
    let before = service(json!({LB_MODE: "None"}), json!({"type": "LoadBalancer"}));
    let object = service(json!({LB_MODE: "All"}), json!({"type": "LoadBalancer", "externalTrafficPolicy": "Local"}));
    let changed = answer(&update(&object, &before), &settings);
    assert_denied(&changed, "external-traffic-policy,load-balancer-security-list");
    assert_eq!(warnings(&changed), [""; 0]);
    let unchanged = answer(&update(&object, &object), &settings);
    assert_eq!(unchanged["accepted"], true);
    assert_unmended(&unchanged);
    assert!(warnings(&unchanged).iter().all(|line| line.contains("(it was there before)")), "{unchanged}");
    let bare = service(json!({}), json!({"type": "LoadBalancer"}));
    assert_silent(&answer(&update(&bare, &bare), &settings));
    assert_silent(&answer(&update(&bare, &before), &settings));
}

#[test]
fn other_kinds_and_requests_are_not_mended() {
    let settings = json!({"mutate": "full", "mutateTemplates": true, "annotate": true});
    for (name, text) in files("reviews", "json") {
        let review: Value = serde_json::from_str(&text).unwrap();
        let request = &review["request"];
        let kind = request["kind"]["kind"].as_str().unwrap();
        let is_mended_kind = KINDS.iter().any(|known| known.name == kind) || kind == "Service";
        let is_mended = match request["operation"].as_str().unwrap() {
            "CREATE" => is_mended_kind,
            "UPDATE" => is_mended_kind && !matches!(kind, "Pod" | "Service"),
            _ => false,
        };
        if !is_mended || request["subResource"].is_string() {
            let answer = answer(request, &settings);
            assert_unmended(&answer);
            assert!(!warnings(&answer).iter().any(|line| line.contains(": was ")), "{name}: {answer}");
        }
    }
}

#[test]
fn a_pod_that_needs_its_privileges_keeps_them() {
    let full = json!({"mutate": "full"});
    for context in [
        json!({"allowPrivilegeEscalation": true, "privileged": true}),
        json!({"allowPrivilegeEscalation": true, "capabilities": {"add": ["SYS_ADMIN"]}}),
        json!({"allowPrivilegeEscalation": true, "capabilities": {"add": ["NET_ADMIN", "CAP_SYS_ADMIN"]}}),
    ] {
        let object = pod_with_container(json!({"securityContext": context}));
        for settings in [&full, &with(&json!({}), "privilege-escalation", "mutate", json!(true))] {
            let settings = with(settings, "privileged", "level", json!("off"));
            let answer = answer(&create(&object), &settings);
            assert_denied(&answer, "privilege-escalation");
            assert_eq!(warnings(&answer), [""; 0], "{context}");
        }
    }
    // One container that keeps them does not keep another one from being mended.
    let mut object = pod_with_container(json!({"securityContext": {"allowPrivilegeEscalation": true}}));
    let mut other = good_container("other");
    other["securityContext"] = json!({"allowPrivilegeEscalation": true, "capabilities": {"add": ["SYS_ADMIN"]}});
    object["spec"]["containers"].as_array_mut().unwrap().push(other);
    let settings = with(&full, "privilege-escalation", "level", json!("warn"));
    let mut expected = object.clone();
    expected["spec"]["containers"][0]["securityContext"]["allowPrivilegeEscalation"] = json!(false);
    let answer = answer(&create(&object), &settings);
    assert_mended(&answer, &expected, "privilege-escalation");
    assert_eq!(annotation(&answer, "warned"), "privilege-escalation");
    assert_eq!(warnings(&answer).len(), 2);
}

#[test]
fn a_fix_that_kubernetes_would_reject_is_not_made() {
    // Kubernetes wants a sleep to be over before the pod is killed.
    for hook in ["preStop", "postStart"] {
        let lifecycle = |seconds: i64| {
            let mut object = pod_with_container(json!({"lifecycle": {hook: {"sleep": {"seconds": seconds}}}}));
            object["spec"]["terminationGracePeriodSeconds"] = json!(300);
            object
        };
        let mut expected = lifecycle(20);
        expected["spec"]["terminationGracePeriodSeconds"] = json!(30);
        let answer_of = |object: &Value| answer(&create(object), &json!({"mutate": "safe"}));
        assert_mended(&answer_of(&lifecycle(20)), &expected, "termination-grace-period");
        assert_denied(&answer_of(&lifecycle(60)), "termination-grace-period");
        // Nor is it promised for the pods of a template.
        let deployment = kind_named("Deployment").object(lifecycle(60)["spec"].clone());
        let denied = answer_of(&deployment);
        assert_denied(&denied, "termination-grace-period");
        assert_eq!(warnings(&denied), [""; 0]);
    }
}

#[test]
fn requests_stay_where_the_pod_has_resources_of_its_own() {
    let unequal = json!({"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "2", "memory": "1Gi"}});
    let equal = json!({"requests": {"cpu": "4"}, "limits": {"cpu": "4"}});
    for (of_pod, of_container) in [(&unequal, &equal), (&equal, &unequal), (&unequal, &unequal)] {
        let mut object = pod_with_container(json!({"resources": of_container}));
        object["spec"]["resources"] = of_pod.clone();
        for mutate in ["safe", "full"] {
            let answer = answer(&create(&object), &json!({"mutate": mutate}));
            assert_denied(&answer, "requests-equal-limits");
            assert_eq!(warnings(&answer), [""; 0]);
        }
    }
}

#[test]
fn requests_become_what_the_limit_says_in_its_own_words() {
    for (request, limit) in [("100Mi", "0.5Gi"), ("1e9", "2G"), ("1", "1500M")] {
        let resources =
            |request: &str| json!({"requests": {"memory": request}, "limits": {"memory": limit, "cpu": "1"}});
        let object = pod_with_container(json!({"resources": resources(request)}));
        let expected = pod_with_container(json!({"resources": resources(limit)}));
        assert_mended(&answer(&create(&object), &json!({"mutate": "safe"})), &expected, "requests-equal-limits");
    }
    // A missing request is what Kubernetes copies from the limit, and needs no fix; nor does one in other words.
    for resources in [
        json!({"limits": {"cpu": "1", "memory": "1Gi"}}),
        json!({"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "1000m", "memory": "1024Mi"}}),
    ] {
        let object = pod_with_container(json!({"resources": resources}));
        assert_silent(&answer(&create(&object), &json!({"mutate": "full"})));
    }
    // An amount may be written as a number; the request is then as much.
    let object =
        pod_with_container(json!({"resources": {"requests": {"cpu": 1}, "limits": {"cpu": 2, "memory": "1Gi"}}}));
    let mended = answer(&create(&object), &json!({"mutate": "safe"}));
    assert_eq!(mended["accepted"], true, "{mended}");
    let request = &mended["mutated_object"]["spec"]["containers"][0]["resources"]["requests"]["cpu"];
    assert!(*request == json!("2") || *request == json!(2), "{request}");
}

#[test]
fn only_linux_is_taken_for_granted() {
    let settings = json!({"mutate": "full", "rules": {"pod-os": {"mutate": true}}});
    for os in ["windows", "plan9"] {
        let answer = answer(&create(&pod(json!({"os": {"name": os}}))), &settings);
        assert_denied(&answer, "pod-os");
        assert_eq!(warnings(&answer), [""; 0]);
    }
}

#[test]
fn missing_resources_are_added_only_where_the_settings_give_them() {
    let object = pod_with_container(json!({"resources": {"claims": [{"name": "c"}]}}));
    let request = create(&object);
    let full = json!({"mutate": "full"});
    let bare = answer(&request, &full);
    assert_eq!(bare["accepted"], true);
    assert_unmended(&bare);
    assert_eq!(annotation(&bare, "warned"), "missing-resources");

    for (given, amount, other) in [("cpu", "500m", "memory"), ("memory", "2Gi", "cpu")] {
        let settings = with(&full, "missing-resources", given, json!(amount));
        let mut expected = object.clone();
        expected["spec"]["containers"][0]["resources"] =
            json!({"claims": [{"name": "c"}], "requests": {given: amount}, "limits": {given: amount}});
        let partly = answer(&request, &with(&settings, "subcore-cpu", "level", json!("off")));
        assert_mended(&partly, &expected, "missing-resources");
        assert_eq!(annotation(&partly, "warned"), "missing-resources", "what is still missing is still found");
        let lines = warnings(&partly);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert_eq!(
            lines[0],
            format!(
                "missing-resources spec.containers[0].resources: was not set, set to requests.{given}={amount}, \
                 limits.{given}={amount} in container \"main\""
            )
        );
        assert!(lines[1].starts_with("missing-resources spec.containers[0].resources: container \"main\" has no "));
        assert!(lines[1].contains(other) && !lines[1].contains(&format!("no {given}")), "{}", lines[1]);
        assert!(assert_second_law(&request, &settings));
        // As a denial it denies as long as something is missing, and is then not mended.
        let denied = answer(&request, &with(&settings, "missing-resources", "level", json!("deny")));
        assert_denied(&denied, "missing-resources");
    }

    let both = with_parameters(&full);
    // What is there is not touched, and what the pod has for all of its containers is there.
    let mut shared = object.clone();
    shared["spec"]["resources"] = json!({"limits": {"cpu": "2", "memory": "4Gi"}});
    assert_silent(&answer(&create(&shared), &both));
    // An ephemeral container can have no resources.
    let mut debugged = pod(json!({}));
    debugged["spec"]["ephemeralContainers"] = json!([{"name": "debug", "image": "busybox"}]);
    assert_silent(&answer(&create(&debugged), &with(&both, "ephemeral-containers", "level", json!("off"))));
    // Nothing stands where they belong, or an init container wants them.
    let mut init = pod(json!({}));
    init["spec"]["initContainers"] = json!([{"name": "init", "image": "busybox"}]);
    let mut expected = init.clone();
    expected["spec"]["initContainers"][0]["resources"] =
        json!({"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "1", "memory": "1Gi"}});
    let settings = with(&both, "init-containers", "level", json!("off"));
    assert_mended(&answer(&create(&init), &settings), &expected, "missing-resources");
}

#[test]
fn the_message_of_the_seccomp_fix_speaks_of_pod_security() {
    let object = pod(json!({"securityContext": {"seccompProfile": {"type": "RuntimeDefault"}}}));
    let lines = warnings(&answer(&create(&object), &json!({"mutate": "full"})));
    assert!(lines.iter().any(|line| line.contains("restricted")), "{lines:?}");
}

#[test]
fn a_services_modes_are_touched_only_where_oracle_wants_another_one() {
    let full = json!({"mutate": "full", "annotate": true});
    let balanced = json!({"type": "LoadBalancer"});
    // The mode of security groups stays, in any case, and with it the others.
    for mode in ["NSG", "nsg"] {
        let object = service(json!({RULES_MODE: mode, LB_MODE: "All"}), balanced.clone());
        let answer = answer(&create(&object), &full);
        assert_eq!(answer["accepted"], true);
        assert_unmended(&answer);
        assert_eq!(annotation(&answer, "warned"), "load-balancer-security-list");
        assert!(!warnings(&answer)[0].contains(": was "), "{answer}");
    }
    for annotations in [
        json!({LB_MODE: "None"}),
        json!({RULES_MODE: "None", LB_MODE: "All"}),
        json!({LB_TYPE: "nlb", NLB_MODE: "None"}),
    ] {
        assert_silent(&answer(&create(&service(annotations, balanced.clone())), &full));
    }
    // Another controller's Service, and one without a load balancer.
    for spec in [
        json!({"type": "LoadBalancer", "loadBalancerClass": "example.com/lb"}),
        json!({"type": "ClusterIP"}),
        json!({"type": "NodePort"}),
        json!({}),
        json!({"type": "ExternalName", "externalName": "example.com"}),
    ] {
        for annotations in [json!({}), json!({LB_MODE: "All"}), json!({RULES_MODE: "SL-All"})] {
            assert_silent(&answer(&create(&service(annotations, spec.clone())), &full));
        }
    }
    // An empty class is none.
    let object = service(json!({}), json!({"type": "LoadBalancer", "loadBalancerClass": ""}));
    let mended = answer(&create(&object), &json!({"mutate": "safe"}));
    assert_eq!(mended["mutated_object"]["metadata"]["annotations"], json!({LB_MODE: "None"}));
    // A type in another case is nobody's for the client's address, and a network load balancer's for the lists.
    let annotations = json!({LB_TYPE: "NLB", PRESERVE: "true"});
    let mended = answer(&create(&service(annotations, balanced)), &json!({"mutate": "full"}));
    assert_eq!(
        mended["mutated_object"]["metadata"]["annotations"],
        json!({LB_TYPE: "NLB", PRESERVE: "true", NLB_MODE: "None"})
    );
}

#[test]
fn a_service_that_keeps_the_clients_address_is_mended_as_a_whole() {
    let annotations = json!({LB_TYPE: "nlb", PRESERVE: "True", NLB_MODE: "All"});
    let object = service(
        annotations,
        json!({
            "type": "LoadBalancer", "externalTrafficPolicy": "Local", "ports": [{"port": 1}],
            "healthCheckNodePort": 30123,
        }),
    );
    let request = create(&object);
    let full = answer(&request, &json!({"mutate": "full"}));
    let expected = service(
        json!({LB_TYPE: "nlb", NLB_MODE: "None"}),
        json!({"type": "LoadBalancer", "externalTrafficPolicy": "Cluster", "ports": [{"port": 1}]}),
    );
    assert_mended(&full, &expected, "external-traffic-policy,load-balancer-security-list");
    assert_eq!(warnings(&full).len(), 3, "{full}");
    assert!(assert_second_law(&request, &json!({"mutate": "full"})));
    // `safe` does not mend the one, and so mends nothing.
    let safe = answer(&request, &json!({"mutate": "safe"}));
    assert_denied(&safe, "external-traffic-policy");
    assert_eq!(annotation(&safe, "warned"), "load-balancer-security-list");
    assert!(warnings(&safe).iter().all(|line| line.contains("would be set to None")), "{safe}");
    // What is worth an improvement is no finding, and not worth a word where it is not made.
    let object = service(json!({}), json!({"type": "LoadBalancer", "externalTrafficPolicy": "Local"}));
    let safe = answer(&create(&object), &json!({"mutate": "safe"}));
    assert_denied(&safe, "external-traffic-policy");
    assert_eq!((warnings(&safe), annotation(&safe, "warned")), (Vec::new(), ""));
    // Kubernetes has a port for health checks with Local alone.
    let object = service(json!({}), json!({"type": "NodePort", "externalTrafficPolicy": "Cluster"}));
    assert_silent(&answer(&create(&object), &json!({"mutate": "full"})));
}

#[test]
fn the_annotation_tells_what_was_mended() {
    let settings = json!({"mutate": "full", "annotate": true});
    let spec = json!({
        "terminationGracePeriodSeconds": 5, "hostname": "d\"b\u{e9}",
        "volumes": [{"name": "a", "secret": {"secretName": "a", "defaultMode": 256}}],
    });
    let expected = json!([
        {"path": "spec.hostname", "old": "d\"b\u{e9}", "new": null},
        {"path": "spec.terminationGracePeriodSeconds", "old": 5, "new": 30},
        {"path": "spec.volumes[0].secret.defaultMode", "old": 256, "new": 420},
    ]);
    let object = pod(spec);
    let mut bare = object.clone();
    bare.as_object_mut().unwrap().remove("metadata");
    let mut other = object.clone();
    other["metadata"]["annotations"] = json!({"example.com/a": "b"});
    let mut null = object.clone();
    null["metadata"]["annotations"] = Value::Null;
    let mut earlier = object.clone();
    earlier["metadata"]["annotations"] = json!({ANNOTATION: "[]"});
    for object in [object, bare, other, null, earlier] {
        let answer = answer(&create(&object), &settings);
        assert_eq!(answer["accepted"], true, "{answer}");
        let mended = &answer["mutated_object"];
        let text = mended["metadata"]["annotations"][ANNOTATION].as_str().expect("the annotation");
        let list: Value = serde_json::from_str(text).expect("a list");
        // The annotation may leave out what is null.
        let mut list = list.as_array().unwrap().clone();
        for entry in &mut list {
            overlay(entry, &json!({"old": entry.get("old"), "new": entry.get("new")}));
        }
        list.sort_by_key(|entry| entry["path"].to_string());
        assert_eq!(json!(list), expected);
        if let Some(other) = object.pointer("/metadata/annotations/example.com~1a") {
            assert_eq!(mended["metadata"]["annotations"]["example.com/a"], *other);
        }
        assert_eq!(annotation(&answer, "fixed"), "hostname,termination-grace-period,volume-default-mode");
        assert_eq!(warnings(&answer).len(), 3, "the annotation is no warning");
    }
}

#[test]
fn the_annotation_is_where_something_was_mended_and_nowhere_else() {
    let settings = json!({"mutate": "full", "annotate": true});
    let silent = pod(json!({}));
    assert_silent(&answer(&create(&silent), &settings));
    assert_denied(&answer(&create(&pod(json!({"hostPID": true, "hostname": "db"}))), &settings), "host-pid");
    assert_silent(&answer(&create(&silent), &json!({"annotate": true})));
    let mut spec = good_spec();
    spec["hostname"] = json!("db");
    // On the object itself, and not on the metadata of its template: that would be a change of the pods.
    for kind in KINDS.iter().filter(|kind| !matches!(kind.name, "Pod" | "DaemonSet")) {
        let object = kind.object(spec.clone());
        assert_unmended(&answer(&create(&object), &settings));
        let mut settings = settings.clone();
        settings["mutateTemplates"] = json!(true);
        let answer = answer(&create(&object), &settings);
        let told = told(&answer["mutated_object"]);
        assert_eq!(told, [(format!("{}.hostname", kind.path()), json!("db"), Value::Null)]);
        let mut expected = kind.object(good_spec());
        expected["metadata"]["annotations"] =
            json!({ANNOTATION: answer["mutated_object"]["metadata"]["annotations"][ANNOTATION]});
        assert_eq!(answer["mutated_object"], expected);
    }
}

#[test]
fn what_is_too_deep_to_be_taken_apart_stays_too() {
    let deep = format!("{}1.50{}", "[".repeat(20_000), "]".repeat(20_000));
    let object = pod(json!({"terminationGracePeriodSeconds": 5, "futureField": "@deep@"}));
    let marked = payload(&create(&object), &json!({"mutate": "safe"}));
    let expected = mended_text(&marked).expect("a mended object").replace("\"@deep@\"", &deep);
    assert_eq!(mended_text(&marked.replace("\"@deep@\"", &deep)), Some(expected));
}

#[test]
fn what_is_mended_is_found_however_it_is_spelled() {
    let object = pod(json!({"hostname": "db", "terminationGracePeriodSeconds": 5}));
    let settings = json!({"mutate": "full"});
    let plain = payload(&create(&object), &settings);
    let expected = validate(&plain);
    assert_eq!(annotation(&expected, "fixed"), "hostname,termination-grace-period");
    for (from, to) in [
        ("\"hostname\"", "\"h\\u006fstname\""),
        ("\"spec\"", "\"sp\\u0065c\""),
        ("\"hostname\":\"db\"", "\"hostname\" :\n\t\"d\\u0062\" "),
        ("\"object\"", "\"\\u006fbject\""),
        (":5", ": 5 "),
        ("\"metadata\":{", "\"metadata\":{\"\\u00e9\":\"\\ud83d\\ude00 \\/\","),
    ] {
        let text = plain.replace(from, to);
        assert_ne!(text, plain);
        let mut answer = validate(&text);
        answer["mutated_object"]["metadata"].as_object_mut().unwrap().remove("\u{e9}");
        assert_eq!(answer, expected, "{text}");
    }
    // Strings that nobody touches keep their escapes.
    let text = plain.replace("\"metadata\":{", "\"metadata\":{\"future\":\"\\ud83d\\ude00 \\/\",");
    assert!(mended_text(&text).unwrap().contains("\"future\":\"\\ud83d\\ude00 \\/\""));
}

#[test]
fn many_fixes_are_made_although_not_all_are_told() {
    let containers: Vec<_> = (0..200)
        .map(|index| {
            let mut container = good_container(&format!("c{index}"));
            container["tty"] = json!(true);
            container
        })
        .collect();
    let object = pod(json!({"containers": containers}));
    let answer = answer(&create(&object), &json!({"mutate": "full"}));
    let mut expected = object.clone();
    for container in expected["spec"]["containers"].as_array_mut().unwrap() {
        container.as_object_mut().unwrap().remove("tty");
    }
    assert_mended(&answer, &expected, "interactive-container");
    let lines = warnings(&answer);
    assert!(lines.iter().map(String::len).sum::<usize>() <= 4096);
    let last = lines.last().unwrap();
    assert_eq!(*last, format!("... and {} more", 200 - (lines.len() - 1)));
}

#[test]
fn review_022_is_denied_for_exactly_what_has_no_fix() {
    let (_, text) = files("reviews", "json").into_iter().find(|(name, _)| name == "022-pod-create").unwrap();
    let review: Value = serde_json::from_str(&text).unwrap();
    let answer = answer(&review["request"], &with_parameters(&json!({"mutate": "full"})));
    assert_denied(&answer, "grpc-probe,init-containers,privileged,volume-type");
    for id in annotation(&answer, "denied").split(',') {
        assert_eq!(rule(id).fix, None, "{id}");
    }
    let lines = warnings(&answer);
    assert_eq!(annotation(&answer, "warned"), "host-port,missing-resources");
    assert!(lines.iter().all(|line| line.contains("would be ")), "{lines:?}");

    // With those off it is admitted, and mended as a whole.
    let settings = only_mendable(&with_parameters(&json!({"mutate": "full"})));
    let mended = self::answer(&review["request"], &settings);
    assert_eq!(mended["accepted"], true);
    assert_eq!(annotation(&mended, "fixed"), "host-port,missing-resources");
    assert_eq!(warnings(&mended).len(), lines.len(), "one warning a fix");
}

#[test]
fn the_second_law_holds_for_recorded_requests() {
    let mut mended = 0;
    for directory in ["reviews", "reviews/mutating"] {
        for (name, text) in files(directory, "json") {
            let review: Value = serde_json::from_str(&text).unwrap();
            let request = &review["request"];
            if !request["object"].is_object() {
                continue;
            }
            for mutate in ["safe", "full"] {
                let settings = json!({"mutate": mutate, "mutateTemplates": true});
                for settings in [
                    json!({"mutate": mutate}),
                    settings.clone(),
                    with_parameters(&settings),
                    only_mendable(&with_parameters(&settings)),
                ] {
                    println!("{name} {settings}");
                    mended += usize::from(assert_second_law(request, &settings));
                }
            }
        }
    }
    assert!(mended > 20, "{mended} is too few to say much");
}

/// Writes a patch into a value: objects member by member, everything else as a whole.
fn merge(target: &mut Value, patch: &Value) {
    match (target, patch) {
        (Value::Object(target), Value::Object(patch)) => {
            for (key, value) in patch {
                merge(target.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (target, patch) => *target = patch.clone(),
    }
}

/// An object with several of the cases in it, and some of what keeps fixes from being made.
fn broken_object() -> impl Strategy<Value = (String, Value)> {
    let cases = pod_cases();
    let count = cases.len();
    let obstacles = vec![
        json!({}),
        json!({}),
        json!({}),
        json!({"hostPID": true}),
        json!({"hostNetwork": true}),
        json!({"resources": {"requests": {"cpu": "1"}, "limits": {"cpu": "2"}}}),
        json!({"os": {"name": "windows"}}),
    ];
    let container_obstacles = vec![
        json!({}),
        json!({}),
        json!({"securityContext": {"privileged": true}}),
        json!({"securityContext": {"capabilities": {"add": ["SYS_ADMIN"]}}}),
        json!({"livenessProbe": {"grpc": {"port": 1}}}),
        json!({"resources": {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "1", "memory": "2Gi"}}}),
    ];
    let kinds: Vec<_> = KINDS.iter().map(|kind| kind.name).collect();
    (
        prop_oneof![Just("Pod"), select(kinds)],
        subsequence(cases, 0..count.min(14)),
        prop::collection::vec(any::<Index>(), 14),
        prop::collection::vec((select(vec!["containers", "initContainers"]), select(container_obstacles)), 0..3),
        select(obstacles),
    )
        .prop_map(|(kind, cases, places, more, obstacle)| {
            let kind = kind_named(kind);
            let mut spec = good_spec();
            merge(&mut spec, &obstacle);
            for (index, (list, patch)) in more.iter().enumerate() {
                let mut container = good_container(&format!("c{index}"));
                merge(&mut container, patch);
                if spec[*list].is_null() {
                    spec[*list] = json!([]);
                }
                spec[*list].as_array_mut().unwrap().push(container);
            }
            let mut metadata = json!({});
            for ((_, case), place) in cases.iter().zip(&places) {
                if let Some(pod) = &case.pod {
                    merge(&mut spec, pod);
                }
                if let Some(volume) = &case.volume {
                    if spec["volumes"].is_null() {
                        spec["volumes"] = json!([]);
                    }
                    spec["volumes"].as_array_mut().unwrap().push(volume.clone());
                }
                if let Some(patch) = &case.container {
                    let list = if spec["initContainers"].is_null() || place.index(3) > 0 {
                        "containers"
                    } else {
                        "initContainers"
                    };
                    let containers = spec[list].as_array_mut().unwrap();
                    let index = place.index(containers.len());
                    merge(&mut containers[index], patch);
                }
                if let Some(patch) = &case.metadata {
                    merge(&mut metadata, patch);
                }
            }
            let mut object = kind.object(spec);
            let path = kind.template_metadata();
            merge(path.split('.').fold(&mut object, |value, key| &mut value[key]), &metadata);
            (kind.name.to_owned(), object)
        })
}

/// Settings with fixes; mostly such that something is left to be mended and nothing to be denied.
fn settings() -> impl Strategy<Value = Value> {
    let often = || prop::bool::weighted(0.8);
    let fixes: Vec<_> = RULES.iter().filter_map(|rule| Some((rule.id, rule.fix?))).collect();
    (
        select(vec!["safe", "full", "full", "full"]),
        select(vec!["strict", "tolerant"]),
        (often(), often(), any::<bool>()),
        prop::option::weighted(0.3, select(fixes)),
    )
        .prop_map(|(mutate, profile, (templates, mendable, parameters), other)| {
            let mut settings = json!({"mutate": mutate, "profile": profile, "mutateTemplates": templates});
            if parameters {
                settings = with_parameters(&settings);
            }
            if mendable {
                settings = only_mendable(&settings);
            }
            // One rule may be told otherwise.
            match other {
                Some((id, fix)) => with(&settings, id, "mutate", json!(mutate == "safe" && fix == Fix::Full)),
                None => settings,
            }
        })
}

fn broken_service() -> impl Strategy<Value = Value> {
    let mode = || select(vec!["All", "Frontend", "None", "", "none", "NSG", "SL-All", "sl-frontend"]);
    let of = |name: &'static str, values: Vec<&'static str>| {
        prop::option::of(select(values)).prop_map(move |value| value.map(|value| (name.to_owned(), json!(value))))
    };
    let annotations = (
        of(LB_TYPE, vec!["lb", "nlb", "NLB", ""]),
        of(PRESERVE, vec!["true", "T", "false", "yes", ""]),
        prop::option::of(mode()).prop_map(|mode| mode.map(|mode| (LB_MODE.to_owned(), json!(mode)))),
        prop::option::of(mode()).prop_map(|mode| mode.map(|mode| (NLB_MODE.to_owned(), json!(mode)))),
        prop::option::weighted(0.3, mode()).prop_map(|mode| mode.map(|mode| (RULES_MODE.to_owned(), json!(mode)))),
    );
    let spec = (
        select(vec!["LoadBalancer", "LoadBalancer", "NodePort", "ClusterIP"]),
        of("externalTrafficPolicy", vec!["Local", "Cluster"]),
        prop::option::of(Just(("healthCheckNodePort".to_owned(), json!(31000)))),
        of("loadBalancerClass", vec!["", "example.com/lb"]),
    );
    (annotations, spec, any::<bool>()).prop_map(|((a, b, c, d, e), (kind, f, g, h), is_bare)| {
        let annotations: serde_json::Map<_, _> = [a, b, c, d, e].into_iter().flatten().collect();
        let mut spec: serde_json::Map<_, _> = [f, g, h].into_iter().flatten().collect();
        spec.insert("type".to_owned(), json!(kind));
        let mut service = service(json!(annotations), spec.into());
        if is_bare && annotations.is_empty() {
            service["metadata"].as_object_mut().unwrap().remove("annotations");
        }
        service
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_second_law_holds_for_generated_objects((kind, object) in broken_object(), settings in settings()) {
        assert_second_law(&create(&object), &settings);
        let clean = kind_named(&kind).object(good_spec());
        assert_second_law(&update(&object, &clean), &settings);
    }

    #[test]
    fn the_second_law_holds_for_generated_services(service in broken_service(), settings in settings()) {
        assert_second_law(&create(&service), &settings);
    }

    /// What was mended and what is denied are never the same, and only a request that is accepted is mended.
    #[test]
    fn a_pod_with_only_mendable_findings_is_admitted((_, object) in broken_object()) {
        let settings = with_parameters(&json!({"mutate": "full", "mutateTemplates": true}));
        let request = create(&object);
        let answer = answer(&request, &settings);
        let off = with_parameters(&json!({"mutate": "off"}));
        for found in findings(&request, &off).iter().filter(|found| found.level == Level::Deny) {
            let denied = annotation(&answer, "denied").split(',').any(|id| id == found.rule);
            let has_fix = rule(found.rule).fix.is_some();
            // Fixes that are not made everywhere: those the catalogue makes an exception of.
            let is_special = ["privilege-escalation", "requests-equal-limits", "pod-os"].contains(&found.rule);
            prop_assert!(if has_fix { !denied || is_special } else { denied }, "{}: {answer}", found.line());
        }
    }
}
