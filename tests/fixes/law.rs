//! The second law: a fix changes what it says and nothing else, says all of it, leaves what nobody knows, and leaves itself
//! nothing to do.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::common::fixtures::may_touch;
use crate::common::policy::{FIXED_ANNOTATION, fixed_text};
use crate::common::{annotation, answer, findings, payload, reviews, validate, warnings};
use crate::support::{assert_unfixed, only_fixable, with_parameters};

/// A change: the path, the old and the new value; null where there is none.
pub type Changed = (String, Value, Value);

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
pub fn told(fixed: &Value) -> Vec<Changed> {
    let text = fixed["metadata"]["annotations"][FIXED_ANNOTATION].as_str().unwrap_or_else(|| panic!("{fixed}"));
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

/// The fixed object without the annotation, and without what was made for its sake. `plain` is what it is without.
fn without_annotation(fixed: &Value, plain: &Value) -> Value {
    let mut fixed = fixed.clone();
    let annotations = fixed["metadata"]["annotations"].as_object_mut().expect("annotations");
    annotations.remove(FIXED_ANNOTATION).expect("the annotation");
    if annotations.is_empty() {
        match plain.pointer("/metadata/annotations") {
            Some(was) => fixed["metadata"]["annotations"] = was.clone(),
            None => drop(fixed["metadata"].as_object_mut().unwrap().remove("annotations")),
        }
    }
    if plain.get("metadata").is_none() {
        fixed.as_object_mut().unwrap().remove("metadata");
    }
    fixed
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

/// The second law, for one request. Says whether anything was fixed.
pub fn assert_second_law(request: &Value, settings: &Value) -> bool {
    let text = payload(request, settings);
    let first = validate(&text);
    let Some(fixed) = first.get("mutated_object") else {
        assert_nothing_fixed(request, settings, &first);
        return false;
    };
    assert_eq!(first["accepted"], true, "{text}");
    let changes = diff(&request["object"], fixed);
    assert!(!changes.is_empty(), "a fixed object is another one: {text}");
    assert_announced(request, settings, &first, &changes);
    // Only the fields that the rules may touch whose fixes were made, and at least one of each.
    let ids: Vec<_> = annotation(&first, "fixed").split(',').collect();
    for (path, ..) in &changes {
        assert!(ids.iter().any(|id| may_touch(id, path)), "{path} is no field of {ids:?}: {text}");
    }
    for id in &ids {
        assert!(changes.iter().any(|(path, ..)| may_touch(id, path)), "{id} fixed nothing: {text}");
    }
    assert_done(request, settings, &first, &changes);
    assert_unknown_stays(request, settings, &first, &changes);
    assert_numbers_stay(request, settings);
    true
}

/// Where nothing was fixed, nothing says so.
fn assert_nothing_fixed(request: &Value, settings: &Value, first: &Value) {
    assert_unfixed(first);
    for line in warnings(first) {
        let is_fix = [": was ", ", set to "].iter().all(|part| line.contains(part)) || line.contains(", removed");
        assert!(!is_fix, "nothing was fixed: {line}\n{request}\n{settings}");
    }
    // Nor is there an annotation.
    assert_eq!(answer(request, &annotated(settings)), *first, "{request}\n{settings}");
}

fn annotated(settings: &Value) -> Value {
    let mut settings = settings.clone();
    settings["annotate"] = json!(true);
    settings
}

/// Every change is announced, and nothing but the announced changes is made.
fn assert_announced(request: &Value, settings: &Value, first: &Value, changes: &[Changed]) {
    let text = payload(request, settings);
    let (second, fixed) = (answer(request, &annotated(settings)), &first["mutated_object"]);
    assert_eq!(told(&second["mutated_object"]), changes, "{text}");
    assert_eq!(without_annotation(&second["mutated_object"], fixed), *fixed, "{text}");
    assert_eq!(warnings(&second), warnings(first), "{text}");
}

/// The second time there is nothing left to do.
fn assert_done(request: &Value, settings: &Value, first: &Value, changes: &[Changed]) {
    let text = payload(request, settings);
    let mut again = request.clone();
    again["object"] = first["mutated_object"].clone();
    let second = answer(&again, settings);
    assert_eq!(second["accepted"], true, "{text}");
    assert_unfixed(&second);
    let (lines, left) = (warnings(first), warnings(&second));
    for line in &left {
        assert!(lines.contains(line), "{line} was not said at first: {text}");
    }
    let is_cut = lines.last().is_some_and(|line| line.starts_with("... and "));
    for line in lines.iter().filter(|line| !left.contains(line)) {
        let is_fix = line.contains(": was ");
        assert!(is_fix || is_cut || request["operation"] == "UPDATE", "{line}: {text}");
    }
    let ids: Vec<_> = annotation(first, "fixed").split(',').collect();
    for found in findings(&again, settings) {
        let is_fixed = ids.contains(&found.rule) && changes.iter().any(|(path, ..)| *path == found.path);
        assert!(!is_fixed, "{} is still found: {text}", found.line());
    }
}

/// What nobody knows changes nothing, and stays.
fn assert_unknown_stays(request: &Value, settings: &Value, first: &Value, changes: &[Changed]) {
    let mut unknown = || json!({"deep": [1, null, {"x": [], "hostPID": true}], "empty": {}});
    let strange = planted(request, &mut unknown);
    let second = answer(&strange, settings);
    let fixed = second.get("mutated_object").unwrap_or_else(|| panic!("{second}: {strange}"));
    // What is removed goes with all that is in it.
    let as_strange = |(path, old, new): &Changed| {
        let mut old = old.clone();
        plant(path.rsplit('.').next().unwrap(), &mut old, &mut unknown);
        (path.clone(), old, new.clone())
    };
    assert_eq!(diff(&strange["object"], fixed), changes.iter().map(as_strange).collect::<Vec<_>>(), "{strange}");
    assert_eq!(warnings(&second), warnings(first), "{strange}");
}

/// Numbers keep their text.
fn assert_numbers_stay(request: &Value, settings: &Value) {
    let numbered = planted(request, &mut || json!("@number@"));
    let marked = payload(&numbered, settings);
    let as_string = fixed_text(marked.as_bytes()).expect("a fixed object");
    for number in ["1.50", "1e3", "123456789012345678901234567890", "-0.0", "1E400"] {
        let text = marked.replace("\"@number@\"", number);
        let expected = as_string.replace("\"@number@\"", number);
        assert_eq!(fixed_text(text.as_bytes()).as_deref(), Some(expected.as_str()), "{text}");
    }
}

#[test]
fn the_second_law_holds_for_recorded_requests() {
    let mut fixed = 0;
    for (name, request) in reviews() {
        if !request["object"].is_object() {
            continue;
        }
        for mutate in ["safe", "full"] {
            let settings = json!({"mutate": mutate, "mutateTemplates": true});
            for settings in [
                json!({"mutate": mutate}),
                settings.clone(),
                with_parameters(&settings),
                only_fixable(&with_parameters(&settings)),
            ] {
                println!("{name} {settings}");
                fixed += usize::from(assert_second_law(&request, &settings));
            }
        }
    }
    assert!(fixed > 20, "{fixed} is too few to say much");
}
