//! The dimensions: what a sender can write many of, and the settings under which it costs most.
//!
//! Maps are in the order of their names, as an API server writes them, where the name of the dimension does not say
//! otherwise.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use harness::sample::{Answer, Answers};
use serde_json::{Map, Value, json};

use crate::Dimension;
use crate::requests::{
    container, containers, create, deployment, expressions, job_set, many, pod, pod_with, resources, terms, torch_job,
    update,
};

const NONE: &str = "{}";
const FIXING: &str =
    r#"{"mutate":"full","mutateTemplates":true,"rules":{"missing-resources":{"cpu":"1","memory":"1Gi"}}}"#;
const TELLING: &str = r#"{"mutate":"full","mutateTemplates":true,"annotate":true}"#;
const MIXED: &str = r#"{"nodeKind":"mixed","virtualNodes":{"labels":{"pool":"v"},"taints":[
    {"key":"a","value":"b","effect":"NoSchedule"},{"key":"c","effect":"NoExecute"}]}}"#;
const KEEPING_OFF: &str = r#"{"nodeKind":"mixed","annotate":true,"rules":{"placement":{"mutate":true}}}"#;
const LOOKING: &str = r#"{"nodeKind":"mixed","lookups":["Node"]}"#;
const EXEMPTING: &str = r#"{"allowAnnotations":true,"exemptions":[{"labels":{"a":"b","c":"d","e":"f"},"reason":"r"},
    {"names":["*a*a*a*a*b"],"reason":"r"},{"groups":["x","y"],"reason":"r"}]}"#;
const FILES: &str =
    r#"{"platform":"2026-08-28","lookups":["StorageClass","PersistentVolume","PersistentVolumeClaim"]}"#;

/// A dimension in a cluster where nothing is looked up.
fn of(name: &'static str, settings: &'static str, request: impl Fn(usize) -> String + 'static) -> Dimension {
    Dimension { name, request: Rc::new(request), settings, cluster: |_| Answers::default() }
}

/// All of them.
pub fn dimensions() -> Vec<Dimension> {
    let mut all = lists_of_containers();
    for more in [
        fields_of_containers(),
        resources_of_containers(),
        volumes(),
        metadata(),
        repetitions(),
        placement(),
        updates(),
        other_kinds(),
        custom_workloads(),
        look_ups(),
        texts(),
        entries(),
    ] {
        all.extend(more);
    }
    // What costs most when it is read and judged a second time.
    all.extend([
        beside_a_fix("unknown sources of a volume beside a fix", "unknown sources of a volume", &all),
        beside_a_fix("resources that are equal beside a fix", "resources that are equal", &all),
        beside_a_fix("containers with cpu and memory beside a fix", "containers with cpu and memory", &all),
        beside_a_fix("expressions on the shape beside a fix", "expressions on the shape", &all),
        beside_a_fix("digits of a quantity beside a fix", "digits of a quantity", &all),
        beside_a_fix("empty containers beside a fix", "empty containers", &all),
    ]);
    all
}

/// A dimension of Pods under [`TELLING`], with one more thing that is found and fixed.
fn beside_a_fix(name: &'static str, like: &str, others: &[Dimension]) -> Dimension {
    let request = others.iter().find(|other| other.name == like).expect("a dimension").request.clone();
    of(name, TELLING, move |n| request(n).replacen(r#""spec":{"#, r#""spec":{"hostname":"h","#, 1))
}

fn lists_of_containers() -> Vec<Dimension> {
    let list = |list: &'static str, entry: fn(usize) -> String| move |n: usize| pod(&containers(list, &many(n, entry)));
    let named = |index| format!(r#"{{"name":"c{index}","stdin":true,"tty":true}}"#);
    vec![
        of("containers", NONE, list("containers", named)),
        of("init containers", NONE, list("initContainers", named)),
        of("ephemeral containers", NONE, list("ephemeralContainers", named)),
        of("containers that are empty", NONE, list("containers", |_| "{}".to_owned())),
        of("containers that are null", NONE, list("containers", |_| "null".to_owned())),
        of(
            "containers that are clean",
            r#"{"rules":{"missing-resources":"off"}}"#,
            list("containers", |_| r#"{"name":"c"}"#.to_owned()),
        ),
        of("containers with cpu and memory", NONE, |n| {
            let amounts = r#""limits":{"cpu":1,"memory":1}"#;
            pod(&containers("containers", &many(n, |_| format!(r#"{{"resources":{{{amounts}}}}}"#))))
        }),
        of("containers that are fixed", FIXING, list("containers", named)),
        of("containers that are fixed and told", TELLING, list("containers", named)),
        of("containers of a template that is fixed", TELLING, move |n| {
            deployment(&containers("containers", &many(n, named)))
        }),
        of("containers beside many resources of the pod", FIXING, |n| {
            let (entries, names) = (many(n, |_| "{}".to_owned()), many(n, |index| format!(r#""r{index:06}":1"#)));
            pod(&format!(r#"{},"resources":{{"requests":{{{names}}}}}"#, containers("containers", &entries)))
        }),
        of("containers with a lifecycle", FIXING, |n| pod(&with_lifecycle(n))),
        // Much that is found and fixed, in a request that is as large as it can be.
        of("containers with a lifecycle beside labels in another order", FIXING, |n| {
            let labels = many(13 * n, |index| format!(r#""k{:07}":"v""#, 13 * n - index));
            create("", "Pod", &format!(r#""metadata":{{"labels":{{{labels}}}}},"spec":{{{}}}"#, with_lifecycle(n)))
        }),
    ]
}

/// The members of the spec of a pod with so many containers.
fn with_lifecycle(count: usize) -> String {
    let entry = |_| r#"{"lifecycle":{"preStop":{"sleep":{"seconds":1}}}}"#.to_owned();
    let pod_fields = r#""os":{"name":"linux"},"terminationGracePeriodSeconds":60"#;
    format!("{pod_fields},{}", containers("containers", &many(count, entry)))
}

fn fields_of_containers() -> Vec<Dimension> {
    let ports = |n| {
        let port = |index| match index % 2 {
            0 => format!(r#"{{"hostPort":{index},"containerPort":31000}}"#),
            _ => r#"{"containerPort":80,"hostIP":"10.0.0.1"}"#.to_owned(),
        };
        pod(&container(&format!(r#""ports":[{}]"#, many(n, port))))
    };
    let list = |name: &'static str, entry: fn(usize) -> String| {
        move |n: usize| pod(&container(&format!(r#""{name}":[{}]"#, many(n, entry))))
    };
    let mount = |_| r#"{"mountPropagation":"Bidirectional","subPathExpr":"$(A)"}"#.to_owned();
    vec![
        of("ports", NONE, ports),
        of("ports that are fixed and told", TELLING, ports),
        of("host ports", NONE, list("ports", |_| r#"{"hostPort":1}"#.to_owned())),
        of("host addresses", FIXING, list("ports", |_| r#"{"hostPort":1,"hostIP":"a"}"#.to_owned())),
        of("env", NONE, list("env", |index| format!(r#"{{"name":"E{index}","value":"x"}}"#))),
        of("mounts", TELLING, list("volumeMounts", mount)),
        of("arguments", NONE, list("args", |_| r#""--metric-resolution","70s""#.to_owned())),
        of("capabilities", NONE, |n| {
            let add = many(n, |_| r#""NET_ADMIN""#.to_owned());
            let context = format!(r#"{{"allowPrivilegeEscalation":true,"capabilities":{{"add":[{add}]}}}}"#);
            pod(&container(&format!(r#""securityContext":{context}"#)))
        }),
    ]
}

fn resources_of_containers() -> Vec<Dimension> {
    let names = |n: usize, letter: char, amount: u8| many(n, move |index| format!(r#""{letter}{index:07}":{amount}"#));
    let turned = |n: usize, amount: u8| many(n, move |index| format!(r#""r{:07}":{amount}"#, n - index - 1));
    vec![
        of("resources", NONE, move |n| pod(&resources(&names(n, 'r', 1), &names(n, 'r', 2)))),
        of("resources with other limits", NONE, move |n| pod(&resources(&names(n, 'r', 1), &names(n, 's', 1)))),
        of("resources in another order", FIXING, move |n| pod(&resources(&names(n, 'r', 1), &turned(n, 2)))),
        of("resources that are equal", NONE, move |n| pod(&resources(&names(n, 'r', 1), &names(n, 'r', 1)))),
        of("resources that are fixed and told", TELLING, move |n| {
            pod(&resources(&names(n, 'r', 1), &names(n, 'r', 2)))
        }),
        of("requests for GPUs", NONE, |n| {
            pod(&resources(&many(n, |index| format!(r#""nvidia.com/g{index:06}":1"#)), ""))
        }),
    ]
}

fn volumes() -> Vec<Dimension> {
    let volumes =
        |source: &'static str| move |n: usize| pod(&format!(r#""volumes":[{}]"#, many(n, |_| format!("{{{source}}}"))));
    let unknown = |n| many(n, |index| format!(r#""s{index:06}":{{}}"#));
    let sources = |n| {
        let source = |index| match index % 2 {
            0 => r#"{"secret":{"items":[{"mode":1}]}}"#.to_owned(),
            _ => r#"{"serviceAccountToken":{"expirationSeconds":7}}"#.to_owned(),
        };
        pod(&format!(r#""volumes":[{{"projected":{{"sources":[{}]}}}}]"#, many(n, source)))
    };
    vec![
        of("volumes", NONE, volumes(r#""hostPath":{}"#)),
        of("volumes without a source", NONE, volumes("")),
        of("volumes that are fixed and told", TELLING, volumes(r#""secret":{"defaultMode":1}"#)),
        of("volumes with a claim", NONE, volumes(r#""persistentVolumeClaim":{}"#)),
        of("unknown sources of a volume", NONE, move |n| {
            pod(&format!(r#""volumes":[{{{},"emptyDir":{{}}}}]"#, unknown(n)))
        }),
        of("unknown sources of a volume alone", NONE, move |n| pod(&format!(r#""volumes":[{{{}}}]"#, unknown(n)))),
        of("unknown sources of a projection", NONE, move |n| {
            pod(&format!(r#""volumes":[{{"projected":{{"sources":[{{{}}}]}}}}]"#, unknown(n)))
        }),
        of("sources that are fixed and told", TELLING, sources),
        of("items that are fixed and told", TELLING, |n| {
            let items = many(n, |_| r#"{"mode":1}"#.to_owned());
            pod(&format!(r#""volumes":[{{"configMap":{{"items":[{items}]}}}}]"#))
        }),
        of("downward items", NONE, |n| {
            let items = many(n, |_| r#"{"resourceFieldRef":{}}"#.to_owned());
            pod(&format!(r#""volumes":[{{"downwardAPI":{{"items":[{items}]}}}}]"#))
        }),
    ]
}

/// Members of a map of strings.
fn map(count: usize) -> String {
    many(count, |index| format!(r#""k{index:06}":"v""#))
}

/// The request that creates a Pod in which something is found, with these members of its metadata.
fn pod_named(metadata: &str) -> String {
    create("", "Pod", &format!(r#""metadata":{{{metadata}}},"spec":{{"hostPID":true,"containers":[]}}"#))
}

fn metadata() -> Vec<Dimension> {
    let ids = |n| many(n, |_| "host-pid".to_owned());
    vec![
        of("labels", EXEMPTING, |n| pod_named(&format!(r#""labels":{{{}}}"#, map(n)))),
        of("labels in another order", EXEMPTING, |n| {
            pod_named(&format!(r#""labels":{{{}}}"#, many(n, |index| format!(r#""k{:07}":"v""#, n - index))))
        }),
        of("labels that are no strings", NONE, |n| {
            pod_named(&format!(r#""labels":{{{}}}"#, many(n, |index| format!(r#""k{index:06}":1"#))))
        }),
        of("labels of a template", NONE, |n| {
            let template = format!(r#""template":{{"metadata":{{"labels":{{{}}}}},"spec":{{}}}}"#, map(n));
            create("apps", "Deployment", &format!(r#""spec":{{{template}}}"#))
        }),
        of("annotations", EXEMPTING, |n| pod_named(&format!(r#""annotations":{{{}}}"#, map(n)))),
        of("annotations beside what is told", TELLING, |n| {
            let metadata = format!(r#""metadata":{{"annotations":{{{}}}}}"#, map(n));
            create("", "Pod", &format!(r#"{metadata},"spec":{{"hostname":"a"}}"#))
        }),
        of("owners", NONE, |n| {
            pod_named(&format!(r#""ownerReferences":[{}]"#, many(n, |_| r#"{"kind":"Job"}"#.to_owned())))
        }),
        of("rules in an exemption", EXEMPTING, move |n| {
            pod_named(&format!(r#""annotations":{{"oke-virtual-nodes.kubewarden.io/exempt":"{}: r"}}"#, ids(n)))
        }),
        of("bytes of a name that is compared", EXEMPTING, |n| {
            pod_named(&format!(r#""name":"{}""#, "a".repeat(n))).replace(r#""name":"web","#, "")
        }),
        of("groups of the sender", EXEMPTING, |n| {
            let groups = format!(r#""groups":[{}]"#, many(n, |index| format!("\"g{index}\"")));
            pod_named(r#""name":"web""#).replace(r#""groups":["a"]"#, &groups)
        }),
        of("fields of a wrong type", NONE, |n| {
            pod(&containers("containers", &many(n, |_| r#"{"stdin":1,"tty":[]}"#.to_owned())))
        }),
    ]
}

fn repetitions() -> Vec<Dimension> {
    let amounts = |n, amount: u8| many(n, move |_| format!(r#""cpu":{amount}"#));
    vec![
        of("a field that stands many times", NONE, |n| pod(&many(n, |_| r#""hostPID":true"#.to_owned()))),
        of("metadata that stands many times", NONE, |n| create("", "Pod", &many(n, |_| r#""metadata":{}"#.to_owned()))),
        of("a label that stands many times", EXEMPTING, |n| {
            pod_named(&format!(r#""labels":{{{}}}"#, many(n, |_| r#""a":"b""#.to_owned())))
        }),
        of("a resource that stands many times", TELLING, move |n| pod(&resources(&amounts(n, 1), &amounts(n, 2)))),
    ]
}

fn placement() -> Vec<Dimension> {
    const SHAPE: &str = "node.kubernetes.io/instance-type";
    let on_shape =
        |operator: &str, values: &str| format!(r#"{{"key":"{SHAPE}","operator":"{operator}","values":[{values}]}}"#);
    let shapes = |n| many(n, |index| format!("\"GPU{index}\""));
    let term = |_| r#"{"matchExpressions":[{"key":"kubernetes.io/os","operator":"Exists"}]}"#.to_owned();
    vec![
        of("tolerations", MIXED, |n| {
            pod(&format!(r#""tolerations":[{}]"#, many(n, |_| r#"{"key":"a","value":"c"}"#.to_owned())))
        }),
        of("node selector", MIXED, |n| {
            pod(&format!(r#""nodeSelector":{{{}}}"#, many(n, |index| format!(r#""kubernetes.io/arch{index:06}":"v""#))))
        }),
        of("affinity terms", MIXED, |n| {
            let term = |_| r#"{"matchExpressions":[{"key":"pool","operator":"DoesNotExist"}]}"#.to_owned();
            pod(&terms(&many(n, term)))
        }),
        of("affinity terms that are kept off", KEEPING_OFF, move |n| {
            pod(&format!(r#""hostPID":true,{}"#, terms(&many(n, term))))
        }),
        of("expressions of a term", MIXED, |n| {
            pod(&expressions(&many(n, |_| r#"{"key":"pool","operator":"Exists"}"#.to_owned())))
        }),
        of("values of an expression", MIXED, |n| {
            let values = many(n, |index| format!("\"v{index}\""));
            pod(&expressions(&format!(r#"{{"key":"pool","operator":"In","values":[{values}]}}"#)))
        }),
        of("shapes", NONE, move |n| pod(&expressions(&on_shape("In", &shapes(n))))),
        of("the same shape", NONE, move |n| {
            let same = many(n, |_| on_shape("In", "\"GPU\""));
            pod(&expressions(&format!("{},{same}", on_shape("In", &many(n, |_| "\"GPU\"".to_owned())))))
        }),
        of("shapes and exclusions", NONE, move |n| {
            let excluded = many(n, |index| on_shape("NotIn", &format!("\"x{index}\"")));
            pod(&expressions(&format!("{},{excluded}", on_shape("In", &shapes(n)))))
        }),
        of("expressions on the shape", NONE, move |n| pod(&expressions(&many(n, |_| on_shape("In", &shapes(8)))))),
    ]
}

/// Containers with names, in their order or in the other one, each with more members.
fn named(count: usize, list: &str, more: &'static str, is_turned: bool) -> String {
    let number = move |index| if is_turned { count - index - 1 } else { index };
    containers(list, &many(count, |index| format!(r#"{{"name":"c{}"{more}}}"#, number(index))))
}

fn updates() -> Vec<Dimension> {
    const SIZED: &str = r#","resources":{"requests":{"cpu":1},"limits":{"cpu":2}}"#;
    const IMAGES: [&str; 2] = [r#","image":"a""#, r#","image":"b""#];
    let pods = |sub_resource: &'static str, [old, new]: [&'static str; 2], is_turned: bool| {
        move |n: usize| {
            let old = pod_with(&named(n, "containers", old, false));
            update("", "Pod", sub_resource, (&old, &pod_with(&named(n, "containers", new, is_turned))))
        }
    };
    let amounts = |n: usize, amount: u8, is_turned: bool| {
        let number = move |index| if is_turned { n - index - 1 } else { index };
        many(n, move |index| format!(r#""r{:07}":{amount}"#, number(index)))
    };
    vec![
        of("containers of an update", NONE, pods("", IMAGES, false)),
        of("containers of an update in another order", NONE, pods("", IMAGES, true)),
        of("containers of a resize", NONE, pods("resize", ["", SIZED], false)),
        of("containers of a resize in another order", NONE, pods("resize", ["", SIZED], true)),
        of("resources of a resize in another order", NONE, move |n| {
            let of = |amount, is_turned| {
                let requests = amounts(n, amount, is_turned);
                pod_with(&resources(&requests, &amounts(n, amount + 1, is_turned)))
            };
            update("", "Pod", "resize", (&of(1, false), &of(2, true)))
        }),
        of("containers that are added", NONE, |n| {
            let normal = named(n, "containers", "", false);
            let of = |count, is_turned| {
                pod_with(&format!("{normal},{}", named(count, "ephemeralContainers", "", is_turned)))
            };
            update("", "Pod", "ephemeralcontainers", (&of(n, false), &of(2 * n, true)))
        }),
        of("a template in another order", NONE, |n| {
            let of = |is_turned| {
                let number = move |index| if is_turned { n - index - 1 } else { index };
                let labels = many(n, move |index| format!(r#""k{:07}":"v""#, number(index)));
                format!(r#""spec":{{"template":{{"metadata":{{"labels":{{{labels}}}}},"spec":{{"hostPID":true}}}}}}"#)
            };
            update("apps", "Deployment", "", (&of(false), &of(true)))
        }),
        of("data of a ConfigMap", NONE, |n| {
            let of =
                |value: u8| format!(r#""data":{{{}}}"#, many(n, move |index| format!(r#""k{index:06}":"{value}""#)));
            update("", "ConfigMap", "", (&of(1), &of(2)))
        }),
        of("a Pod that lands", MIXED, |n| {
            let list = containers("containers", &many(n, |_| r#"{"stdin":true}"#.to_owned()));
            let of = |tolerations: &str| pod_with(&format!(r#"{list},"tolerations":[{tolerations}]"#));
            update("", "Pod", "", (&of(""), &of(r#"{"operator":"Exists"}"#)))
        }),
    ]
}

fn other_kinds() -> Vec<Dimension> {
    vec![
        of("ports of a Service", FIXING, |n| {
            let ports = many(n, |index| format!(r#"{{"name":"p{index}","port":80}}"#));
            let fields = r#""type":"LoadBalancer","externalTrafficPolicy":"Local""#;
            create("", "Service", &format!(r#""spec":{{{fields},"ports":[{ports}]}}"#))
        }),
        of("annotations of a Service", TELLING, |n| {
            let metadata = format!(r#""metadata":{{"annotations":{{{}}}}}"#, map(n));
            create("", "Service", &format!(r#"{metadata},"spec":{{"type":"LoadBalancer"}}"#))
        }),
        of("labels of a Namespace", NONE, |n| {
            create("", "Namespace", &format!(r#""metadata":{{"labels":{{{}}}}}"#, map(n)))
        }),
        of("unknown sources of a PersistentVolume", NONE, |n| {
            create(
                "",
                "PersistentVolume",
                &format!(r#""spec":{{{}}}"#, many(n, |index| format!(r#""s{index:06}":{{}}"#))),
            )
        }),
        of("claim templates", FILES, |n| {
            let claims = many(n, |_| r#"{"spec":{"storageClassName":"f"}}"#.to_owned());
            let template = r#""template":{"spec":{"securityContext":{"fsGroup":1}}}"#;
            create("apps", "StatefulSet", &format!(r#""spec":{{{template},"volumeClaimTemplates":[{claims}]}}"#))
        }),
        of("access modes", FILES, |n| {
            let modes = many(n, |_| r#""ReadWriteOnce""#.to_owned());
            let spec = format!(r#""spec":{{"storageClassName":"f","accessModes":[{modes}]}}"#);
            create("", "PersistentVolumeClaim", &spec)
        }),
        of("policies of a hook", NONE, |n| {
            let policies = many(n, |_| "before".to_owned());
            let hook = format!(r#""helm.sh/hook":"a","helm.sh/hook-delete-policy":"{policies}""#);
            create("batch", "Job", &format!(r#""metadata":{{"annotations":{{{hook}}}}},"spec":{{"template":{{}}}}"#))
        }),
    ]
}

/// The groups of workers of a RayCluster, in their order or in the other one.
fn workers(count: usize, is_turned: bool) -> String {
    let number = move |index| if is_turned { count - index - 1 } else { index };
    let group = move |index| format!(r#"{{"template":{{"spec":{{"hostname":"h{}"}}}}}}"#, number(index));
    format!(r#""spec":{{"workerGroupSpecs":[{}]}}"#, many(count, group))
}

fn custom_workloads() -> Vec<Dimension> {
    let ray = |n| create("ray.io", "RayCluster", &workers(n, false));
    let below = |port: &'static str| {
        move |n: usize| {
            let (key, ports) = ("k".repeat(16 * n), many(n, |_| port.to_owned()));
            torch_job(&format!(r#""{key}":{{"template":{{"spec":{{"containers":[{{"ports":[{ports}]}}]}}}}}}"#))
        }
    };
    let job = |spec: &str| format!(r#"{{"template":{{"spec":{{"template":{{"spec":{{{spec}}}}}}}}}}}"#);
    vec![
        of("templates", r#"{"allowAnnotations":true}"#, |n| {
            let note = r#""annotations":{"oke-virtual-nodes.kubewarden.io/exempt":"host-pid: r"}"#;
            let metadata = format!(r#""metadata":{{"deletionGracePeriodSeconds":5,{note}}}"#);
            let pods = many(n, |_| format!(r#"{{{metadata},"spec":{{"hostPID":true}}}}"#));
            create("core.strimzi.io", "StrimziPodSet", &format!(r#""spec":{{"pods":[{pods}]}}"#))
        }),
        of("templates that are placed", MIXED, ray),
        of("templates whose fixes are on", FIXING, ray),
        of("templates in another order", NONE, |n| {
            update("ray.io", "RayCluster", "", (&workers(n, false), &workers(n, true)))
        }),
        of("templates by key", FIXING, |n| {
            let replicas = |index| format!(r#""k{index:06}":{{"template":{{"spec":{{"hostname":"h"}}}}}}"#);
            torch_job(&many(n, replicas))
        }),
        of("findings below a long key", FIXING, below(r#"{"hostPort":1}"#)),
        of("wrong types below a long key", NONE, below(r#"{"hostPort":""}"#)),
        of("templates with claims", FILES, move |n| {
            let claims = many(n, |_| r#"{"spec":{"storageClassName":"f"}}"#.to_owned());
            job_set(&many(n, |_| job(r#""securityContext":{"fsGroup":1}"#)), &claims)
        }),
        of("claims beside templates", NONE, move |n| job_set(&many(n, |_| job("")), &many(n, |_| "{}".to_owned()))),
    ]
}

fn objects(kind: &str, count: usize, object: fn(usize) -> Value) -> Answers {
    Arc::new(BTreeMap::from([(kind.to_owned(), Answer::Objects((0..count).map(object).collect()))]))
}

fn node(index: usize) -> Value {
    let mut labels: Map<_, _> = (0..20).map(|index| (format!("label-{index}"), json!("value"))).collect();
    labels.insert("node-role.kubernetes.io/virtual-node".to_owned(), json!(""));
    json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": format!("n{index}"), "labels": labels}})
}

fn secret(index: usize) -> Value {
    let metadata = json!({"name": format!("s{index}"), "namespace": "shop"});
    json!({"apiVersion": "v1", "kind": "Secret", "type": "Opaque", "metadata": metadata})
}

/// A claim as large as an author can make it.
fn claim(index: usize) -> Value {
    let metadata =
        json!({"name": format!("c{index}"), "namespace": "shop", "annotations": {"note": "x".repeat(200_000)}});
    json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "spec": {"storageClassName": "f"}, "metadata": metadata})
}

fn look_ups() -> Vec<Dimension> {
    let nodes: fn(usize) -> Answers = |_| objects("Node", 20, node);
    vec![
        Dimension {
            cluster: |_| objects("Secret", 1000, secret),
            ..of("image pull secrets", r#"{"lookups":["Secret"]}"#, |n| {
                let secrets = many(n, |index| format!(r#"{{"name":"s{index}"}}"#));
                pod(&format!(r#""imagePullSecrets":[{secrets}]"#))
            })
        },
        Dimension {
            cluster: |_| objects("PersistentVolumeClaim", 1, claim),
            ..of("volumes with a claim that is looked up", FILES, |n| {
                let volumes = many(n, |_| r#"{"persistentVolumeClaim":{"claimName":"c0"}}"#.to_owned());
                pod(&format!(r#""volumes":[{volumes}]"#))
            })
        },
        Dimension {
            cluster: nodes,
            ..of("expressions on nodes that are looked up", LOOKING, |n| {
                pod(&expressions(&many(n, |index| format!(r#"{{"key":"x{index}","operator":"DoesNotExist"}}"#))))
            })
        },
        Dimension {
            cluster: nodes,
            ..of("templates on nodes that are looked up", LOOKING, |n| {
                create("ray.io", "RayCluster", &workers(n, false))
            })
        },
    ]
}

fn texts() -> Vec<Dimension> {
    vec![
        of("bytes of a field that nobody reads", NONE, |n| pod(&format!(r#""x":"{}""#, "y".repeat(n)))),
        of("bytes of a string with escapes", NONE, |n| pod(&format!(r#""hostname":"{}""#, "\\n".repeat(n)))),
        of("bytes of the name of a container", NONE, |n| {
            pod(&containers("containers", &format!(r#"{{"name":"{}","stdin":true,"tty":true}}"#, "n".repeat(n))))
        }),
        of("bytes of an image", NONE, |n| {
            pod(&containers("containers", &format!(r#"{{"image":"{}"}}"#, "i/".repeat(n))))
        }),
        of("bytes of the name of a resource", FIXING, |n| {
            let name = "r".repeat(n);
            pod(&resources(&format!(r#""{name}":1"#), &format!(r#""{name}":2"#)))
        }),
        of("bytes of a value that is fixed and told", TELLING, |n| pod(&format!(r#""hostname":"{}""#, "h".repeat(n)))),
        of("digits of a quantity", NONE, |n| {
            let amount = format!(r#""cpu":"{}""#, "9".repeat(n));
            pod(&resources(&amount, &amount))
        }),
        of("zeros of a quantity", NONE, |n| {
            let amount = |digit: u8| format!(r#""cpu":"{}{digit}""#, "0".repeat(n));
            pod(&resources(&amount(1), &amount(2)))
        }),
        of("brackets", NONE, |n| pod(&format!(r#""x":{}1{}"#, "[".repeat(n), "]".repeat(n)))),
        of("brackets of a template that changes", NONE, |n| {
            let of = |value: u8| {
                let deep = format!("{}{value}{}", "[".repeat(n), "]".repeat(n));
                format!(r#""spec":{{"template":{{"spec":{{"x":{deep}}}}}}}"#)
            };
            update("apps", "Deployment", "", (&of(1), &of(2)))
        }),
    ]
}

/// The shortest entries of each list that rules read. None of them has a finding, where that can be.
fn entries() -> Vec<Dimension> {
    const AMOUNTS: &str = r#""resources":{"requests":{"cpu":1,"memory":1}}"#;
    let in_pod = |members: &'static str, entry: &'static str| {
        move |n: usize| pod(&format!("{AMOUNTS},{}", members.replace('@', &many(n, |_| entry.to_owned()))))
    };
    let in_container = |members: &'static str, entry: &'static str| {
        move |n: usize| {
            let members = members.replace('@', &many(n, |_| entry.to_owned()));
            pod(&format!("{AMOUNTS},{}", container(&members)))
        }
    };
    let term = |entry: &'static str| move |n: usize| pod(&terms(&many(n, |_| entry.to_owned())));
    let expression = |entry: &'static str| move |n: usize| pod(&expressions(&many(n, |_| entry.to_owned())));
    let object = |(group, kind): (&'static str, &'static str), members: &'static str, entry: &'static str| {
        move |n: usize| create(group, kind, &members.replace('@', &many(n, |_| entry.to_owned())))
    };
    vec![
        of("empty containers", NONE, in_pod(r#""containers":[@]"#, "{}")),
        of("containers with a name", NONE, in_pod(r#""containers":[@]"#, r#"{"name":""}"#)),
        of("empty volumes", FIXING, in_pod(r#""volumes":[@]"#, r#"{"secret":{}}"#)),
        of("empty tolerations", MIXED, in_pod(r#""tolerations":[@]"#, "{}")),
        of("empty pull secrets", r#"{"lookups":["Secret"]}"#, in_pod(r#""imagePullSecrets":[@]"#, "{}")),
        of("sysctls", NONE, in_pod(r#""securityContext":{"sysctls":[@]}"#, "{}")),
        of("groups", NONE, in_pod(r#""securityContext":{"supplementalGroups":[@]}"#, "1")),
        of("empty terms", MIXED, term("{}")),
        of("terms of nothing", NONE, term(r#"{"matchExpressions":[]}"#)),
        of("empty expressions", MIXED, expression("{}")),
        of("empty ports", NONE, in_container(r#""ports":[@]"#, "{}")),
        of("empty env", NONE, in_container(r#""env":[@]"#, "{}")),
        of("empty mounts", NONE, in_container(r#""volumeMounts":[@]"#, "{}")),
        of("empty arguments", NONE, in_container(r#""args":[@]"#, r#""""#)),
        of("arguments of the metrics server", NONE, in_container(r#""image":"metrics-server","args":[@]"#, r#""""#)),
        of("empty devices", NONE, in_container(r#""volumeDevices":[@]"#, "{}")),
        of("empty items", NONE, in_pod(r#""volumes":[{"configMap":{"items":[@]}}]"#, "{}")),
        of("empty sources", NONE, in_pod(r#""volumes":[{"projected":{"sources":[@]}}]"#, r#"{"secret":{}}"#)),
        of("empty owners", NONE, object(("", "Pod"), r#""metadata":{"ownerReferences":[@]},"spec":{}"#, "{}")),
        of("empty Service ports", NONE, object(("", "Service"), r#""spec":{"ports":[@]}"#, "{}")),
        of(
            "empty claim templates",
            FILES,
            object(("apps", "StatefulSet"), r#""spec":{"template":{"spec":{}},"volumeClaimTemplates":[@]}"#, "{}"),
        ),
        of("empty templates", NONE, object(("core.strimzi.io", "StrimziPodSet"), r#""spec":{"pods":[@]}"#, "{}")),
        of(
            "templates with an empty spec",
            NONE,
            object(("core.strimzi.io", "StrimziPodSet"), r#""spec":{"pods":[@]}"#, r#"{"spec":{}}"#),
        ),
    ]
}
