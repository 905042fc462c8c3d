//! Quantities: those that Kubernetes parses, however they are written, and those that it does not.

use serde_json::json;

use crate::common::{KINDS, Verdict, create, good_container, good_spec, judge, kind_named, payload};
use crate::support::{BAD_QUANTITIES, all_off, assert_rejected};

#[test]
fn quantities_that_kubernetes_cannot_parse_are_rejected_everywhere() {
    let places = ["cpu", "memory", "ephemeral-storage", "nvidia.com/gpu", "hugepages-2Mi"];
    for kind in &KINDS {
        for quantity in BAD_QUANTITIES {
            for side in ["requests", "limits"] {
                for name in places {
                    let resources = json!({side: {name: quantity}});
                    let key = if name.contains(['-', '/']) { format!("[\"{name}\"]") } else { format!(".{name}") };
                    for list in ["initContainers", "containers", "ephemeralContainers"] {
                        let mut spec = good_spec();
                        let mut container = good_container("c");
                        container["resources"] = resources.clone();
                        spec[list] = json!([container]);
                        let path = format!("{}.{list}[0].resources.{side}{key}", kind.path());
                        assert_rejected(&create(&kind.object(spec)), &json!({}), &path);
                    }
                    let mut spec = good_spec();
                    spec["resources"] = resources;
                    let path = format!("{}.resources.{side}{key}", kind.path());
                    assert_rejected(&create(&kind.object(spec)), &json!({}), &path);
                }
            }
            let mut spec = good_spec();
            spec["volumes"] = json!([{"name": "a", "emptyDir": {"sizeLimit": quantity}}]);
            let path = format!("{}.volumes[0].emptyDir.sizeLimit", kind.path());
            assert_rejected(&create(&kind.object(spec)), &all_off(), &path);
        }
    }
}

#[test]
fn quantities_that_kubernetes_parses_are_read_however_they_are_written() {
    let texts = [
        "1",
        "\"1\"",
        "1.0",
        "\"1.\"",
        "\".5e1\"",
        "1e0",
        "1E0",
        "10e-1",
        "\"1000m\"",
        "\"+1\"",
        "-1",
        "\"1Ki\"",
        "\"1E\"",
        "0.5",
        "\"1e3\"",
        "\"1E3\"",
        "0",
        "\"0\"",
        "123456789012345678901234567890",
        "\" 1 \"",
        "\"Gi\"",
        "\"-\"",
        "\".\"",
    ];
    for text in texts {
        let mut spec = good_spec();
        spec["containers"][0]["resources"] = json!({"limits": {"example.com/thing": "AMOUNT"}});
        spec["volumes"] = json!([{"name": "a", "emptyDir": {"sizeLimit": "AMOUNT"}}]);
        let payload = payload(&create(&kind_named("Pod").object(spec)), &json!({})).replace("\"AMOUNT\"", text);
        let verdict = judge(&payload);
        assert!(matches!(&verdict, Verdict::Judged(_, found) if found.len() == 2), "{text}: {verdict:?}");
    }
}

/// Kubernetes parses the text between the quotes as it is, without looking at escapes.
#[test]
fn quantities_with_escapes_are_none() {
    for text in ["\"1\\u0047i\"", "\"\\u0031\"", "\"1\\n\"", "\"\\t1\""] {
        let mut spec = good_spec();
        spec["volumes"] = json!([{"name": "a", "emptyDir": {"sizeLimit": "AMOUNT"}}]);
        let payload = payload(&create(&kind_named("Pod").object(spec)), &json!({})).replace("\"AMOUNT\"", text);
        assert!(matches!(judge(&payload), Verdict::Rejected(422, _)), "{text}");
    }
}

#[test]
fn equal_quantities_are_equal_however_they_are_written() {
    let suffixes = [
        ("1000000000n", "1"),
        ("1000000u", "1"),
        ("1000m", "1"),
        ("1k", "1000"),
        ("1M", "1000k"),
        ("1G", "1000M"),
        ("1T", "1000G"),
        ("1P", "1000T"),
        ("1E", "1000P"),
        ("1Ki", "1024"),
        ("1Mi", "1024Ki"),
        ("1Gi", "1024Mi"),
        ("1Ti", "1024Gi"),
        ("1Pi", "1024Ti"),
        ("1Ei", "1024Pi"),
        ("1e3", "1E3"),
    ];
    let quoted = suffixes.map(|(left, right)| (json!(left).to_string(), json!(right).to_string()));
    let others = [("1", "\"1\""), ("1e0", "\"1000m\""), ("0", "\"Gi\""), ("0.5", "\"5e-1\"")];
    let others = others.map(|(left, right)| (left.to_owned(), right.to_owned()));
    for (request, limit) in quoted.into_iter().chain(others) {
        let mut spec = good_spec();
        spec["containers"][0]["resources"] = json!({"requests": {"memory": "REQUEST"}, "limits": {"memory": "LIMIT"}});
        let payload =
            payload(&create(&kind_named("Pod").object(spec)), &json!({"rules": {"missing-resources": "off"}}));
        let payload = payload.replace("\"REQUEST\"", &request).replace("\"LIMIT\"", &limit);
        assert_eq!(judge(&payload).findings(), [], "{request} and {limit}");
    }
}
