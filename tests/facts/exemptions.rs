//! Exemptions: whom they cover.

use serde_json::{Value, json};

use crate::common::{bad_spec, connect, create, kind_named, overlay};
use crate::support::{CHANGES, assert_accepted, assert_denied, change, pod};

fn exempting(fields: &Value) -> Value {
    let mut exemption = json!({"reason": "it is old"});
    overlay(&mut exemption, fields);
    json!({"exemptions": [exemption]})
}

#[test]
fn nobody_is_exempt_by_what_a_subresource_drops() {
    let annotation = |value: &str| json!({"annotations": {"oke-virtual-nodes.kubewarden.io/exempt": value}});
    for (sub_resource, rule) in CHANGES.into_iter().filter(|(sub_resource, _)| !sub_resource.is_empty()) {
        for (settings, exempt) in [
            (exempting(&json!({"labels": {"team": "a"}})), json!({"labels": {"team": "a"}})),
            (json!({"allowAnnotations": true}), annotation(&format!("{rule},subcore-cpu: it is old"))),
        ] {
            let request = |old: &Value, sent: &Value| change(sub_resource, &pod(old, &json!({})), (sent, &json!({})));
            let none = json!({"labels": {"team": "b"}, "annotations": {"a": "b"}});
            assert_denied(&request(&none, &none), &settings, rule);
            assert_denied(&request(&none, &exempt), &settings, rule);
            assert_accepted(&request(&exempt, &exempt), &settings);
            assert_accepted(&request(&exempt, &none), &settings);
        }
    }
}

/// The request says who is asked about, not the object in it.
#[test]
fn nobody_is_exempt_by_what_an_object_says_of_itself() {
    let old = pod(&json!({}), &json!({}));
    for (field, value) in [("names", "other"), ("namespaces", "other"), ("kinds", "Deployment")] {
        let settings = exempting(&json!({field: [value]}));
        for (sub_resource, rule) in CHANGES {
            let sent = match field {
                "names" => json!({"name": value, "generateName": value}),
                "namespaces" => json!({"namespace": value}),
                _ => json!({}),
            };
            let mut request = change(sub_resource, &old, (&sent, &json!({})));
            if field == "kinds" {
                overlay(&mut request["object"], &json!({"kind": value, "apiVersion": "apps/v1"}));
            }
            request["object"]["userInfo"] = json!({"username": "jane"});
            assert_denied(&request, &settings, rule);
        }
    }
    let settings = exempting(&json!({"users": ["jane"]}));
    let mut request = create(&pod(&json!({}), &json!({"hostPID": true})));
    request["object"]["userInfo"] = json!({"username": "jane", "groups": ["system:masters"]});
    assert_denied(&request, &settings, "host-pid");
    request["userInfo"]["username"] = json!("jane");
    assert_accepted(&request, &settings);
}

#[test]
fn a_connection_is_exempt_by_its_address_and_its_sender_alone() {
    let mut request = connect("exec");
    request["object"] = json!({"kind": "PodExecOptions", "metadata": {"name": "other", "namespace": "other",
        "labels": {"team": "a"}, "annotations": {"oke-virtual-nodes.kubewarden.io/exempt": "exec: it is old"}}});
    for fields in [
        json!({"names": ["other"]}),
        json!({"namespaces": ["other"]}),
        json!({"labels": {"team": "a"}}),
        json!({"kinds": ["Pod"]}),
    ] {
        let mut settings = exempting(&fields);
        settings["allowAnnotations"] = json!(true);
        assert_denied(&request, &settings, "exec");
    }
    assert_accepted(&request, &exempting(&json!({"names": ["web"]})));
}

/// The name that the API server makes of `generateName` counts, also while it does not exist yet.
#[test]
fn nobody_is_exempt_by_a_name_that_he_will_not_have() {
    let request = |start: &str| {
        let mut object = kind_named("Pod").object(bad_spec());
        object["metadata"] = json!({"generateName": start, "namespace": "shop"});
        create(&object)
    };
    let settings = |pattern: &str| exempting(&json!({"names": [pattern]}));
    for (start, pattern) in [("web", "web"), ("web-", "web-"), ("web-", "*-"), ("", "web")] {
        assert_denied(&request(start), &settings(pattern), "host-pid");
    }
    for (start, pattern) in [("web", "web*"), ("web-", "web-*"), ("web-", "**-*"), ("web-", "*b-*")] {
        assert_accepted(&request(start), &settings(pattern));
    }
    // It keeps 58 characters of it.
    let long = format!("{}-trusted-", "x".repeat(58));
    assert_denied(&request(&long), &settings("*trusted*"), "host-pid");
    assert_denied(&request(&long), &settings(&format!("{long}*")), "host-pid");
    assert_accepted(&request(&long), &settings(&format!("{}*", "x".repeat(58))));
    // A name that is there wins.
    let mut named = request("web-");
    overlay(&mut named["object"]["metadata"], &json!({"name": "db"}));
    assert_denied(&named, &settings("web-*"), "host-pid");
    assert_accepted(&named, &settings("db"));
}
