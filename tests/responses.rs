//! The form of a response, which people and tests read: heading, lines, limits, characters, annotations.

mod common;

use common::policy::{self, Host};
use common::{
    KINDS, create, findings_and_response, good_container, good_spec, kind_named, message, overlay, payload, validate,
    warnings,
};
use serde_json::{Value, json};

const MOST_MESSAGE: usize = 8192;
const MOST_WARNING: usize = 256;
const MOST_WARNINGS: usize = 4096;

fn answer(object: &Value, settings: &Value) -> Value {
    validate(&payload(&create(object), settings))
}

fn heading(response: &Value) -> &str {
    message(response).lines().next().unwrap_or_default()
}

/// The number in `... and N more`.
fn more(line: &str) -> Option<usize> {
    line.strip_prefix("... and ")?.strip_suffix(" more")?.parse().ok()
}

/// A Deployment with `count` containers, in each of which `privileged` is found.
fn privileged(count: usize, name: impl Fn(usize) -> String) -> Value {
    let container = |index: usize| {
        let mut container = good_container(&name(index));
        container["securityContext"] = json!({"privileged": true});
        container
    };
    kind_named("Deployment").object(json!({"containers": (0..count).map(container).collect::<Value>()}))
}

#[test]
fn a_denial_in_full() {
    let mut spec = good_spec();
    overlay(&mut spec, &json!({"hostNetwork": true, "hostPID": true, "terminationGracePeriodSeconds": 60}));
    overlay(
        &mut spec["containers"][0],
        &json!({"securityContext": {"privileged": true, "seccompProfile": {"type": "RuntimeDefault"}}}),
    );
    let response = answer(&kind_named("Deployment").object(spec), &json!({"helpUrl": "https://wiki.example.com/oke"}));
    let lines: Vec<_> = message(&response).lines().collect();
    assert_eq!(
        lines.iter().map(|line| line.split(": ").next().unwrap_or_default()).collect::<Vec<_>>(),
        [
            "Deployment shop/web cannot run on OKE virtual nodes",
            "- host-network spec.template.spec.hostNetwork",
            "- host-pid spec.template.spec.hostPID",
            "- termination-grace-period spec.template.spec.terminationGracePeriodSeconds",
            "- privileged spec.template.spec.containers[0].securityContext.privileged",
            "See https://wiki.example.com/oke",
        ]
    );
    assert!(lines[0].ends_with(": 4 problems"));
    assert!(lines[4].contains(": container \"main\" is privileged"));
    assert_eq!(lines[5], "See https://wiki.example.com/oke");
    assert_eq!(response["accepted"], false);
    assert_eq!(response["code"], 403);
    let [warning] = &warnings(&response)[..] else { panic!("one warning: {response}") };
    assert!(
        warning.starts_with(
            "unlisted-security-context spec.template.spec.containers[0].securityContext.seccompProfile: container \"main\" sets"
        ),
        "{warning}"
    );
    assert_eq!(
        response["audit_annotations"],
        json!({
            "denied": "host-network,host-pid,privileged,termination-grace-period",
            "warned": "unlisted-security-context",
        })
    );
    assert_eq!(response.as_object().unwrap().len(), 5, "and nothing else: {response}");
}

#[test]
fn the_heading_names_the_object() {
    let problem = |object: &Value| heading(&answer(object, &json!({}))).to_owned();
    let of = |metadata: Value| {
        let mut object = privileged(1, |_| "main".to_owned());
        object["metadata"] = metadata;
        problem(&object)
    };
    let rest = " cannot run on OKE virtual nodes: 1 problem";
    assert_eq!(of(json!({"name": "web", "namespace": "shop"})), format!("Deployment shop/web{rest}"));
    assert_eq!(of(json!({"generateName": "web-", "namespace": "shop"})), format!("Deployment shop/web-*{rest}"));
    assert_eq!(
        of(json!({"name": "web", "generateName": "x-", "namespace": "shop"})),
        format!("Deployment shop/web{rest}")
    );
    assert_eq!(
        of(json!({"name": "", "generateName": "web-", "namespace": "shop"})),
        format!("Deployment shop/web-*{rest}")
    );
    assert_eq!(of(json!({"name": "web"})), format!("Deployment web{rest}"));
    assert_eq!(of(json!({"generateName": "web-"})), format!("Deployment web-*{rest}"));
    assert_eq!(of(json!({})), format!("Deployment *{rest}"));
    assert_eq!(
        problem(&json!({
            "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "data"}, "spec": {"nfs": {}},
        })),
        format!("PersistentVolume data{rest}")
    );
    let two = privileged(2, |index| format!("c{index}"));
    assert_eq!(problem(&two), "Deployment shop/web cannot run on OKE virtual nodes: 2 problems");

    // The request's name and namespace are the API server's; the object may have neither.
    let mut request = create(&privileged(1, |_| "main".to_owned()));
    request["object"]["metadata"] = json!({});
    assert_eq!(heading(&validate(&payload(&request, &json!({})))), format!("Deployment shop/web{rest}"));
    // The API server sends a Namespace's own name as its namespace.
    let mut request = create(&json!({
        "apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": {"istio-injection": "enabled"}},
    }));
    request["namespace"] = json!("shop");
    assert_eq!(heading(&validate(&payload(&request, &json!({})))), format!("Namespace shop{rest}"));
}

#[test]
fn silence_is_one_word() {
    for kind in KINDS.iter().filter(|kind| kind.name != "DaemonSet") {
        let payload = payload(&create(&kind.object(good_spec())), &json!({}));
        let response = policy::response(&Host, payload.as_bytes());
        assert_eq!(response, r#"{"accepted":true}"#, "{}", kind.name);
    }
}

#[test]
fn warnings_of_an_accepted_request_are_its_message_too() {
    let mut spec = good_spec();
    spec["containers"] =
        json!([{"name": "a", "image": "i"}, {"name": "b", "image": "i", "resources": {"limits": {"cpu": "500m"}}}]);
    let response = answer(&kind_named("Pod").object(spec), &json!({"helpUrl": "https://wiki.example.com/oke"}));
    assert_eq!(response["accepted"], true);
    assert_eq!(warnings(&response).len(), 3);
    assert_eq!(message(&response), warnings(&response).join("\n"), "without a heading and without the help");
    assert_eq!(response["audit_annotations"], json!({"warned": "missing-resources,subcore-cpu"}));
    assert_eq!(response.get("code"), None);
}

/// Checks a denial with `total` findings against the limits; returns how many lines of findings are shown.
fn check_denial(response: &Value, total: usize, help: Option<&str>) -> usize {
    let message = message(response);
    assert!(message.len() <= MOST_MESSAGE, "{} bytes", message.len());
    assert!(message.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n')), "printable ASCII: {message}");
    let mut lines: Vec<_> = message.lines().collect();
    if let Some(help) = help {
        assert_eq!(lines.pop(), Some(format!("See {help}").as_str()));
    }
    let heading = lines.remove(0);
    let problems = if total == 1 { "problem" } else { "problems" };
    assert!(heading.ends_with(&format!(" cannot run on OKE virtual nodes: {total} {problems}")), "{heading}");
    let hidden = lines.last().and_then(|line| more(line));
    if hidden.is_some() {
        lines.pop();
    }
    assert!(lines.iter().all(|line| line.starts_with("- ")), "{message}");
    assert_eq!(lines.len() + hidden.unwrap_or(0), total, "{message}");
    lines.len()
}

#[test]
fn a_denial_has_at_most_8_kib() {
    let url = format!("https://wiki.example.com/{}", "x".repeat(400));
    let mut cut = [0, 0];
    for count in (1..120).chain([500, 1000, 3000]) {
        let object = privileged(count, |index| format!("c{index}"));
        for (index, help) in [None, Some(url.as_str())].into_iter().enumerate() {
            let response = answer(&object, &json!({"helpUrl": help, "rules": {"pod-size": "off"}}));
            let shown = check_denial(&response, count, help);
            assert!(shown > 30 || shown == count, "{shown} of {count}");
            if shown < count {
                cut[index] += 1;
                // There is not room for one more line.
                let line = message(&response).lines().nth(1).unwrap().len();
                assert!(
                    message(&response).len() + line + 8 > MOST_MESSAGE,
                    "{count}: {} bytes",
                    message(&response).len()
                );
            }
        }
    }
    assert!(cut[0] > 10 && cut[1] > cut[0], "the limit was reached, with the help earlier: {cut:?}");
}

#[test]
fn a_denial_is_cut_right_wherever_the_limit_falls() {
    // Names of every length move the last line over the limit byte by byte.
    for length in 1..200 {
        let object = privileged(70, |index| format!("{index:0length$}"));
        let response = answer(&object, &json!({}));
        check_denial(&response, 70, None);
    }
    for length in [300, 1000, 5000, 9000, 20_000] {
        let object = privileged(3, |index| format!("{index:0length$}"));
        check_denial(&answer(&object, &json!({})), 3, None);
    }
}

#[test]
fn names_of_any_length_fit() {
    let mut object = privileged(1, |_| "c".repeat(100_000));
    object["metadata"]["name"] = json!("n".repeat(100_000));
    object["metadata"]["namespace"] = json!("s".repeat(100_000));
    let response = answer(&object, &json!({"helpUrl": format!("https://{}", "h".repeat(1000))}));
    let text = message(&response);
    assert!(text.len() <= MOST_MESSAGE);
    assert!(text.contains("- privileged spec.template.spec.containers[0].securityContext.privileged"), "{text}");
    assert!(text.contains("cannot run on OKE virtual nodes: 1 problem"), "{text}");
}

#[test]
fn warnings_keep_to_what_kubernetes_takes() {
    let mut reached = false;
    for (count, length) in (1..60).map(|count| (count, 10)).chain((1..260).map(|length| (25, length))) {
        let mut spec = json!({"containers": []});
        for index in 0..count {
            let container = json!({"name": format!("{index:0length$}"), "image": "i"});
            spec["containers"].as_array_mut().unwrap().push(container);
        }
        let response = answer(&kind_named("CronJob").object(spec), &json!({}));
        let mut warnings = warnings(&response);
        assert_eq!(message(&response), warnings.join("\n"));
        let sum: usize = warnings.iter().map(|warning| warning.len()).sum();
        assert!(sum <= MOST_WARNINGS, "{count} of length {length}: {sum} bytes");
        let hidden = warnings.last().and_then(|line| more(line));
        if hidden.is_some() {
            warnings.pop();
            reached = true;
            assert!(sum + MOST_WARNING + 16 > MOST_WARNINGS, "{count} of length {length}: only {sum} bytes");
        }
        assert_eq!(warnings.len() + hidden.unwrap_or(0), count);
        for (index, warning) in warnings.iter().enumerate() {
            assert!(warning.len() <= MOST_WARNING, "{warning}");
            let path = format!("spec.jobTemplate.spec.template.spec.containers[{index}].resources: container \"");
            assert!(warning.starts_with(&format!("missing-resources {path}")), "{warning}");
            if length > 150 {
                assert!(warning.len() == MOST_WARNING && warning.ends_with("..."), "{warning}");
            }
        }
    }
    assert!(reached, "the limit was reached");
}

/// 16 warnings of 256 bytes are 4 KiB: all of them are passed on, and of 17 the first 15.
#[test]
fn warnings_fill_what_kubernetes_takes() {
    for (count, told) in [(15, 15), (16, 16), (17, 15)] {
        let container = |index: usize| json!({"name": format!("{index:0>250}"), "image": "i"});
        let spec = json!({"containers": (0..count).map(container).collect::<Value>()});
        let response = answer(&kind_named("CronJob").object(spec), &json!({}));
        let whole = warnings(&response).into_iter().take_while(|warning| warning.len() == MOST_WARNING).count();
        assert_eq!(whole, told, "of {count}");
        let last = warnings(&response).pop().unwrap_or_default();
        assert_eq!(more(&last).unwrap_or(0), count - told, "of {count}");
    }
}

const HOSTILE: [&str; 12] = [
    "line\nbreak",
    "a\r\n- privileged spec: nothing; nothing",
    "tab\tand\u{0}null",
    "\u{1b}[31mred\u{1b}[0m",
    "Grüße",
    "日本語",
    "\u{202e}txt.exe",
    "\u{2028}\u{2029}\u{85}",
    "\u{7f}\u{80}",
    "😀",
    "quote\"and\\backslash",
    "",
];

fn is_printable(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

#[test]
fn hostile_names_make_no_lines_and_no_strange_characters() {
    for name in HOSTILE {
        let resources = |amount: &str| Value::Object([(name.to_owned(), json!(amount))].into_iter().collect());
        let mut container = good_container(name);
        container["securityContext"] = json!({"privileged": true, "seccompProfile": {"type": "RuntimeDefault"}});
        container["resources"] = json!({"requests": resources("1"), "limits": resources("2")});
        let volume =
            Value::Object([("name".to_owned(), json!(name)), (format!("x{name}"), json!({}))].into_iter().collect());
        let mut object = kind_named("Pod").object(json!({"containers": [container], "volumes": [volume]}));
        object["metadata"] = json!({"name": name, "namespace": name, "generateName": name});
        let mut request = create(&object);
        let response = validate(&payload(&request, &json!({})));
        assert_eq!(check_denial(&response, 3, None), 3, "{name:?}");
        let warnings = warnings(&response);
        assert_eq!(warnings.len(), 2, "{name:?}: {response}");
        assert!(warnings.iter().all(|warning| is_printable(warning)), "{warnings:?}");
        // What cannot be read is told in the same way.
        request["object"]["spec"]["containers"][0]["resources"]["limits"] = resources("garbage");
        let response = validate(&payload(&request, &json!({})));
        assert_eq!(response["code"], 422);
        let lines: Vec<_> = message(&response).split('\n').collect();
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines.iter().all(|line| is_printable(line)), "{lines:?}");
        assert!(!message(&response).contains("garbage"), "{lines:?}");
    }
}

#[test]
fn hostile_kinds_and_settings_make_no_strange_characters() {
    for name in HOSTILE {
        for settings in [json!({name: 1}), json!({"rules": {name: "deny"}}), json!({"rules": {"host-port": {name: 1}}})]
        {
            let response = answer(&kind_named("Pod").object(good_spec()), &settings);
            let lines: Vec<_> = message(&response).split('\n').collect();
            assert_eq!(lines.len(), 2, "{settings}: {lines:?}");
            assert!(lines.iter().all(|line| is_printable(line)), "{lines:?}");
        }
    }
}

#[test]
fn paths_put_names_that_are_not_plain_into_brackets() {
    let mut spec = good_spec();
    let names = ["plain", "a_b1", "with-dash", "with.dot", "with/slash", "with space", "0"];
    let amounts =
        |amount: &str| names.iter().map(|name| ((*name).to_owned(), json!(amount))).collect::<serde_json::Map<_, _>>();
    overlay(&mut spec["containers"][0], &json!({"resources": {"requests": amounts("1"), "limits": amounts("2")}}));
    let found = findings_and_response(&create(&kind_named("Pod").object(spec)), &json!({}));
    let mut paths: Vec<_> = found
        .iter()
        .filter(|found| found.rule == "requests-equal-limits")
        .map(|found| found.path.strip_prefix("spec.containers[0].resources.requests").unwrap())
        .collect();
    paths.sort_unstable();
    assert_eq!(
        paths,
        [".0", ".a_b1", ".plain", "[\"with space\"]", "[\"with-dash\"]", "[\"with.dot\"]", "[\"with/slash\"]"]
    );
}

#[test]
fn annotations_are_sorted_and_name_each_rule_once() {
    let mut spec = json!({"hostPID": true, "hostIPC": true, "containers": [{"name": "a"}, {"name": "b"}]});
    for container in spec["containers"].as_array_mut().unwrap() {
        overlay(
            container,
            &json!({"tty": true, "stdin": true, "ports": [{"hostPort": 1}], "securityContext": {"seccompProfile": {"a": 1}}}),
        );
    }
    let response = answer(&kind_named("Pod").object(spec), &json!({}));
    assert_eq!(
        response["audit_annotations"],
        json!({
            "denied": "host-ipc,host-pid,host-port,interactive-container",
            "warned": "missing-resources,unlisted-security-context",
        })
    );
    let response = answer(&kind_named("Pod").object(good_spec()), &json!({}));
    assert_eq!(response.get("audit_annotations"), None);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let mut spec = json!({"hostPID": true, "hostIPC": true, "containers": [{"name": "a"}, {"name": "b"}]});
    for container in spec["containers"].as_array_mut().unwrap() {
        overlay(container, &json!({"tty": true, "stdin": true, "securityContext": {"seccompProfile": {"a": 1}}}));
    }
    let payload = payload(&create(&kind_named("CronJob").object(spec)), &json!({"helpUrl": "https://example.com"}));
    let bytes = || policy::response(&Host, payload.as_bytes());
    let first = bytes();
    for _ in 0..20 {
        assert_eq!(bytes(), first);
    }
}

/// The findings of an object come in a fixed order: the object, the pod's fields, volumes in their order, then init,
/// normal and ephemeral containers in theirs.
#[test]
fn findings_come_in_a_fixed_order() {
    let mut container = good_container("a");
    container["tty"] = json!(true);
    container["ports"] = json!([{"containerPort": 30000, "hostPort": 1, "hostIP": "127.0.0.1"}, {"hostPort": 2}]);
    let spec = json!({
        "ephemeralContainers": [container, container],
        "containers": [container, container],
        "initContainers": [container, container],
        "volumes": [
            {"name": "a", "secret": {"secretName": "s", "defaultMode": 1, "items": [{"mode": 1}, {"mode": 2}]}},
            {"name": "b", "hostPath": {"path": "/"}},
            {"name": "c", "configMap": {"defaultMode": 1}},
        ],
        "terminationGracePeriodSeconds": 1,
        "securityContext": {"fsGroup": 1},
        "hostNetwork": true,
    });
    let mut object = kind_named("StatefulSet").object(spec);
    object["spec"]["volumeClaimTemplates"] = json!([{}, {}]);
    object["metadata"]["deletionGracePeriodSeconds"] = json!(1);
    object["spec"]["template"]["metadata"]["deletionGracePeriodSeconds"] = json!(1);
    let found = findings_and_response(&create(&object), &json!({}));
    let phase = |path: &str| -> (usize, usize) {
        let Some(path) = path.strip_prefix("spec.template.spec.") else { return (0, 0) };
        let list = ["volumes", "initContainers", "containers", "ephemeralContainers"];
        let index = |list: &str| path.strip_prefix(list)?.strip_prefix('[')?.split(']').next()?.parse().ok();
        let place = list.iter().enumerate().find_map(|(phase, list)| Some((phase + 2, index(list)?)));
        place.unwrap_or((1, 0))
    };
    let phases: Vec<_> = found.iter().map(|found| phase(&found.path)).collect();
    assert!(phases.is_sorted(), "{:?}", found.iter().map(|found| &found.path).collect::<Vec<_>>());
    let mut seen = phases.clone();
    seen.dedup();
    assert_eq!(seen, [(0, 0), (1, 0), (2, 0), (2, 1), (2, 2), (3, 0), (3, 1), (4, 0), (4, 1), (5, 0), (5, 1)]);
    // A container's own finding comes first.
    let init: Vec<_> =
        found.iter().filter(|found| found.path.contains("initContainers[1]")).map(|found| found.rule).collect();
    assert_eq!(
        init,
        ["init-containers", "host-port", "host-port", "host-ip", "node-port-conflict", "interactive-container"]
    );
}

#[test]
fn two_megabytes_with_a_thousand_containers_are_judged_in_full() {
    let mut spec = json!({"containers": []});
    let env: Vec<_> = (0..40).map(|index| json!({"name": format!("NAME_{index}"), "value": "x".repeat(20)})).collect();
    for index in 0..1000 {
        let mut container = good_container(&format!("c{index}"));
        container["env"] = json!(env);
        container["tty"] = json!(index % 2 == 1);
        spec["containers"].as_array_mut().unwrap().push(container);
    }
    let object = kind_named("Deployment").object(spec);
    assert!(object.to_string().len() > 2_000_000, "{}", object.to_string().len());
    let settings = json!({"rules": {"pod-size": "off"}});
    let found = common::places(&create(&object), &settings);
    let expected: Vec<_> = (0..1000)
        .filter(|index| index % 2 == 1)
        .map(|index| ("interactive-container", format!("spec.template.spec.containers[{index}].tty")))
        .collect();
    assert_eq!(found, expected);
    check_denial(&answer(&object, &settings), 500, None);
}
