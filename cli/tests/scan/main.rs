//! `oke-vn scan` against a stand-in for an API server.

mod server;

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use server::{Cluster, Fault, Stand};

const DEPLOYMENTS: &str = "/apis/apps/v1/deployments";
const REPLICA_SETS: &str = "/apis/apps/v1/replicasets";
const PODS: &str = "/api/v1/pods";
const NAMESPACES: &str = "/api/v1/namespaces";
const SECRETS: &str = "/api/v1/secrets";

/// A kubeconfig with a context for each stand-in; the first is the current one.
fn kubeconfig(stands: &[(&str, &str)], user: &Value) -> String {
    let clusters: Vec<Value> =
        stands.iter().map(|(name, url)| json!({"name": name, "cluster": {"server": url}})).collect();
    let contexts: Vec<Value> =
        stands.iter().map(|(name, _)| json!({"name": name, "context": {"cluster": name, "user": "u"}})).collect();
    json!({
        "apiVersion": "v1", "kind": "Config", "current-context": stands[0].0, "clusters": clusters, "contexts": contexts,
        "users": [{"name": "u", "user": user}],
    })
    .to_string()
}

/// Runs the program with a kubeconfig.
fn run(kubeconfig: &str, args: &[&str]) -> Output {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("kubeconfig");
    fs::write(&file, kubeconfig).unwrap();
    Command::new(env!("CARGO_BIN_EXE_oke-vn"))
        .current_dir(directory.path())
        .args(["scan", "--kubeconfig", file.to_str().unwrap()])
        .args(args)
        .output()
        .unwrap()
}

fn text(output: &[u8]) -> String {
    String::from_utf8(output.to_vec()).unwrap()
}

fn status(output: &Output) -> i32 {
    output.status.code().unwrap_or_else(|| panic!("{output:?}"))
}

/// Scans a stand-in: the exit status and the report.
fn scan(stand: &Stand, args: &[&str]) -> (i32, Value) {
    let kubeconfig = kubeconfig(&[("prod", &stand.url)], &json!({}));
    let output = run(&kubeconfig, &[&["--output", "json"], args].concat());
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    (status(&output), report)
}

fn cluster(objects: Vec<(&str, Vec<Value>)>) -> Cluster {
    let objects = objects.into_iter().map(|(path, objects)| (path.to_owned(), objects));
    Cluster { objects: objects.collect(), ..Cluster::default() }
}

fn namespace(name: &str, labels: &Value) -> Value {
    json!({"metadata": {"name": name, "labels": labels}})
}

/// The spec of a pod, with more fields.
fn pod_spec(more: &Value) -> Value {
    let resources = json!({"cpu": "1", "memory": "1Gi"});
    let mut spec =
        json!({"containers": [{"name": "c", "image": "i", "resources": {"limits": resources, "requests": resources}}]});
    for (key, value) in more.as_object().unwrap() {
        spec[key] = value.clone();
    }
    spec
}

/// A Deployment, as a list has it: without apiVersion and kind.
fn deployment(namespace: &str, name: &str, more: &Value) -> Value {
    json!({
        "metadata": {"name": name, "namespace": namespace, "uid": format!("uid-{name}"), "managedFields": [{"a": 1}]},
        "spec": {"template": {"metadata": {}, "spec": pod_spec(more)}},
        "status": {"replicas": 1},
    })
}

fn deployments(count: usize) -> Vec<Value> {
    (0..count).map(|number| deployment("shop", &format!("web-{number}"), &json!({}))).collect()
}

/// An object with a controller.
fn owned(mut object: Value, kind: &str, owner: &str) -> Value {
    let version = if kind == "Pod" { "v1" } else { "apps/v1" };
    object["metadata"]["ownerReferences"] = json!([{"apiVersion": version, "kind": kind, "name": owner, "uid": format!("uid-{owner}"), "controller": true}]);
    object
}

fn pod(namespace: &str, name: &str, more: &Value) -> Value {
    json!({"metadata": {"name": name, "namespace": namespace, "uid": format!("uid-{name}")}, "spec": pod_spec(more)})
}

/// Kind, name and verdict of all objects.
fn verdicts(report: &Value) -> Vec<String> {
    let objects = report["objects"].as_array().unwrap().iter();
    let text = |object: &Value, key: &str| object[key].as_str().unwrap_or("-").to_owned();
    objects
        .map(|object| {
            let name = format!("{}/{}", text(object, "namespace"), text(object, "name"));
            format!("{} {name} {}", text(object, "kind"), text(object, "verdict"))
        })
        .collect()
}

/// What was not seen: request and reason.
fn unseen(report: &Value) -> Vec<(&str, &str)> {
    let entries = report["unseen"].as_array().unwrap().iter();
    entries.map(|entry| (entry["request"].as_str().unwrap(), entry["reason"].as_str().unwrap())).collect()
}

#[test]
fn a_cluster_is_read_page_by_page_and_only_read() {
    let mut all = deployments(1203);
    all[1202] = deployment("pay", "last", &json!({"hostNetwork": true}));
    let stand = Stand::new(cluster(vec![(DEPLOYMENTS, all)]));
    let (status, report) = scan(&stand, &[]);
    assert_eq!((status, &report["summary"]["clean"], &report["summary"]["denied"]), (1, &json!(1202), &json!(1)));
    let last = &report["objects"][1202];
    assert_eq!(
        (&last["cluster"], &last["file"], &last["apiVersion"]),
        (&json!("prod"), &Value::Null, &json!("apps/v1"))
    );
    let finding = &last["findings"][0];
    assert_eq!((&finding["rule"], &finding["line"]), (&json!("host-network"), &Value::Null));
    assert_eq!(finding["path"], "spec.template.spec.hostNetwork");
    let asked = stand.asked_for(DEPLOYMENTS);
    let expected = ["limit=500", "limit=500&continue=500", "limit=500&continue=1000"];
    assert_eq!(asked, expected.map(|query| format!("{DEPLOYMENTS}?{query}")));
    assert!(stand.asked().iter().all(|asked| asked.method == "GET"));
    assert!(stand.asked_for(SECRETS).is_empty() && stand.asked_for("/api/v1/configmaps").is_empty());
}

#[test]
fn objects_count_with_their_owners() {
    let bad = json!({"hostPID": true});
    let stand = Stand::new(cluster(vec![
        (DEPLOYMENTS, vec![deployment("shop", "web", &bad)]),
        (REPLICA_SETS, vec![owned(deployment("shop", "web-1", &bad), "Deployment", "web")]),
        (
            PODS,
            vec![
                owned(pod("shop", "web-1-a", &bad), "ReplicaSet", "web-1"),
                owned(pod("shop", "web-1-b", &json!({"hostPID": true, "hostIPC": true})), "ReplicaSet", "web-1"),
                owned(pod("shop", "db-0", &bad), "PostgresCluster", "db"),
            ],
        ),
    ]));
    let (status, report) = scan(&stand, &[]);
    assert_eq!(
        (status, verdicts(&report)),
        (1, vec!["Pod shop/db-0 denied".to_owned(), "Deployment shop/web denied".to_owned()])
    );
    let web = &report["objects"][1];
    assert_eq!(web["children"].as_array().unwrap().len(), 3);
    let findings: Vec<_> =
        web["findings"].as_array().unwrap().iter().map(|one| (&one["rule"], &one["child"])).collect();
    assert_eq!(findings, [(&json!("host-pid"), &Value::Null), (&json!("host-ipc"), &json!("Pod shop/web-1-b"))]);
    assert_eq!(report["objects"][0]["owner"], json!({"kind": "PostgresCluster", "name": "db"}));
    assert_eq!(report["summary"]["folded"], 3);
}

#[test]
fn what_may_not_be_listed_is_named() {
    let mut cluster = cluster(vec![(DEPLOYMENTS, deployments(3)), (PODS, Vec::new())]);
    cluster.faults.insert(PODS.to_owned(), Fault::Forbidden { page: 1 });
    let stand = Stand::new(cluster);
    let (status, report) = scan(&stand, &[]);
    let reason = "the API server answered 403: User \"jane\" cannot list resource at the cluster scope";
    assert_eq!((status, unseen(&report)), (2, vec![("list pods", reason)]));
    assert_eq!(report["unseen"][0]["cluster"], "prod");
    assert_eq!(report["summary"]["clean"], 3);
    let output = run(&kubeconfig(&[("prod", &stand.url)], &json!({})), &[]);
    let said = text(&output.stdout);
    assert!(said.contains("prod: cannot list pods: the API server answered 403"), "{said}");
    assert!(said.contains("Of what could be seen: 3 objects: 0 denied"), "{said}");
    let output = run(&kubeconfig(&[("prod", &stand.url)], &json!({})), &["--output", "json"]);
    assert!(text(&output.stderr).contains("Error: prod: cannot list pods"), "{output:?}");
}

#[test]
fn in_named_namespaces_a_refusal_is_told_once() {
    let mut cluster = cluster(vec![
        (NAMESPACES, ["a", "b", "c"].map(|name| namespace(name, &json!({}))).to_vec()),
        (DEPLOYMENTS, vec![deployment("a", "web", &json!({})), deployment("x", "other", &json!({}))]),
        (PODS, Vec::new()),
    ]);
    cluster.faults.insert(PODS.to_owned(), Fault::Forbidden { page: 1 });
    let (status, report) = scan(&Stand::new(cluster), &["-n", "a", "-n", "b", "-n", "c"]);
    assert_eq!((status, unseen(&report)[0].0), (2, "list pods in the namespace a and 2 others"));
    assert_eq!(verdicts(&report).last().unwrap(), "Deployment a/web clean");
    assert_eq!(report["objects"].as_array().unwrap().len(), 4);
}

#[test]
fn a_broken_page_is_asked_for_again() {
    let broken = |times: usize| {
        let mut cluster = cluster(vec![(DEPLOYMENTS, deployments(600)), (PODS, vec![pod("shop", "p", &json!({}))])]);
        cluster.faults.insert(DEPLOYMENTS.to_owned(), Fault::Cut { page: 2, times });
        scan(&Stand::new(cluster), &[])
    };
    let (status, report) = broken(1);
    assert_eq!((status, &report["summary"]["clean"], unseen(&report).len()), (0, &json!(601), 0));
    let (status, report) = broken(9);
    assert_eq!((status, &report["summary"]["clean"]), (2, &json!(501)));
    assert_eq!(unseen(&report), [("list all deployments.apps", "the page isn't whole JSON")]);
}

#[test]
fn what_is_no_object_is_unreadable() {
    let odd =
        json!({"metadata": {"name": "odd", "namespace": "shop"}, "spec": {"template": {"spec": {"containers": 7}}}});
    let stand = Stand::new(cluster(vec![(DEPLOYMENTS, vec![json!(7), odd, deployment("shop", "web", &json!({}))])]));
    let (status, report) = scan(&stand, &[]);
    assert_eq!((status, verdicts(&report)), (2, vec!["Deployment shop/web clean".to_owned()]));
    let unreadable = report["unreadable"].as_array().unwrap();
    let objects: Vec<_> = unreadable.iter().map(|one| (&one["file"], &one["object"])).collect();
    let place = json!("cluster prod");
    assert_eq!(objects, [(&place, &json!("one of the deployments.apps")), (&place, &json!("Deployment shop/odd"))]);
}

#[test]
fn a_slow_page_is_waited_for_as_long_as_the_options_say() {
    let slow = |args: &[&str]| {
        let mut cluster = cluster(vec![(DEPLOYMENTS, deployments(600)), (PODS, vec![pod("shop", "p", &json!({}))])]);
        cluster.faults.insert(DEPLOYMENTS.to_owned(), Fault::Slow { page: 2, by: Duration::from_millis(1500) });
        scan(&Stand::new(cluster), args)
    };
    let (status, report) = slow(&[]);
    assert_eq!((status, &report["summary"]["clean"]), (0, &json!(601)));
    let (status, report) = slow(&["--request-timeout", "1"]);
    assert_eq!((status, &report["summary"]["clean"]), (2, &json!(501)));
    assert_eq!(unseen(&report), [("list all deployments.apps", "the API server did not answer within 1 s")]);
}

#[test]
fn a_server_that_falls_silent_is_given_up() {
    let mut cluster = cluster(vec![(PODS, Vec::new()), (DEPLOYMENTS, Vec::new()), (REPLICA_SETS, Vec::new())]);
    for path in [PODS, DEPLOYMENTS, REPLICA_SETS] {
        cluster.faults.insert(path.to_owned(), Fault::Slow { page: 1, by: Duration::from_millis(1500) });
    }
    let stand = Stand::new(cluster);
    let (status, report) = scan(&stand, &["--request-timeout", "1"]);
    let named: Vec<&str> = unseen(&report).into_iter().map(|(request, _)| request).collect();
    let expected =
        ["pods", "deployments.apps", "replicasets.apps", "jobs.batch", "persistentvolumes", "namespaces", "services"];
    assert_eq!((status, named), (2, expected.map(|name| format!("list {name}")).iter().map(String::as_str).collect()));
    assert!(stand.asked_for("/apis/batch/v1/jobs").is_empty());
}

#[test]
fn a_list_that_expires_goes_on() {
    for token in [true, false] {
        let mut cluster = cluster(vec![(DEPLOYMENTS, deployments(1100))]);
        cluster.faults.insert(DEPLOYMENTS.to_owned(), Fault::Expired { page: 3, token });
        let stand = Stand::new(cluster);
        let (status, report) = scan(&stand, &[]);
        assert_eq!((status, &report["summary"]["clean"], unseen(&report).len()), (0, &json!(1100), 0), "{token}");
        // Without a token it starts anew, and nothing counts twice.
        assert_eq!(stand.asked_for(DEPLOYMENTS).len(), if token { 4 } else { 6 });
    }
}

#[test]
fn of_secrets_only_names_and_types_are_asked_for() {
    let secret = |namespace: &str, name: &str, kind: &str| json!({"metadata": {"name": name, "namespace": namespace}, "type": kind, "data": {"key": "c2VjcmV0"}});
    let with = |names: &[&str]| {
        let names: Vec<Value> = names.iter().map(|name| json!({"name": name})).collect();
        json!({"imagePullSecrets": names})
    };
    let secrets = || vec![secret("shop", "good", "kubernetes.io/dockerconfigjson"), secret("shop", "bad", "Opaque")];
    let objects = || vec![deployment("shop", "a", &with(&["good"])), deployment("shop", "b", &with(&["bad"]))];
    let stand = Stand::new(cluster(vec![(DEPLOYMENTS, objects()), (SECRETS, secrets())]));
    let settings = ["--settings-json", r#"{"lookups": ["Secret"]}"#];
    let (status, report) = scan(&stand, &settings);
    assert_eq!(
        (status, verdicts(&report)),
        (1, vec!["Deployment shop/a clean".to_owned(), "Deployment shop/b denied".to_owned()])
    );
    assert_eq!(report["objects"][1]["findings"][0]["rule"], "image-pull-secret-type");
    let asked: Vec<_> = stand.asked().into_iter().filter(|asked| asked.url.contains("secrets")).collect();
    let urls: Vec<&str> = asked.iter().map(|asked| asked.url.as_str()).collect();
    assert_eq!(urls, ["/api/v1/namespaces/shop/secrets?limit=500&includeObject=None"]);
    assert_eq!(asked[0].accept, "application/json;as=Table;v=v1;g=meta.k8s.io");
    assert!(!report.to_string().contains("c2VjcmV0"));

    let mut refused = cluster(vec![(DEPLOYMENTS, objects()), (SECRETS, secrets())]);
    refused.faults.insert(SECRETS.to_owned(), Fault::Forbidden { page: 1 });
    let (status, report) = scan(&Stand::new(refused), &settings);
    assert_eq!((status, unseen(&report)[0].0), (2, "list secrets for a look-up in the namespace shop"));
}

#[test]
fn namespaces_of_the_system_are_left_out_unless_named() {
    let names = ["kube-system", "kubewarden", "shop", "test-1"];
    let stand = Stand::new(cluster(vec![
        (NAMESPACES, names.map(|name| namespace(name, &json!({}))).to_vec()),
        (DEPLOYMENTS, names.map(|name| deployment(name, "web", &json!({}))).to_vec()),
        ("/api/v1/persistentvolumes", vec![json!({"metadata": {"name": "pv"}, "spec": {}})]),
    ]));
    let (_, report) = scan(&stand, &["--exclude-namespace", "test-*"]);
    let expected = ["Deployment shop/web clean", "PersistentVolume -/pv clean", "Namespace -/shop clean"];
    assert_eq!(verdicts(&report), expected);
    let notes = report["notes"].as_array().unwrap();
    assert!(
        notes[0].as_str().unwrap().starts_with("prod: 4 objects in `kube-system` and `kubewarden` are left out"),
        "{notes:?}"
    );
    assert_eq!(notes[1], "prod: 2 objects in 1 namespace are left out by --exclude-namespace.");
    let (status, report) = scan(&stand, &["-n", "kube-system", "-n", "gone"]);
    assert_eq!(verdicts(&report), ["Namespace -/kube-system clean", "Deployment kube-system/web clean"]);
    assert_eq!((status, unseen(&report)), (2, vec![("get namespaces gone", "the API server answered 404: not found")]));
}

#[test]
fn workloads_are_selected_and_grouped_by_labels() {
    let labelled = |name: &str, team: &str| {
        let mut object = deployment("shop", name, &json!({}));
        object["metadata"]["labels"] = json!({"team": team});
        object
    };
    let stand = Stand::new(cluster(vec![
        (NAMESPACES, vec![namespace("shop", &json!({"team": "c"}))]),
        (DEPLOYMENTS, vec![labelled("x", "a"), labelled("y", "b"), deployment("shop", "z", &json!({}))]),
    ]));
    let (_, report) = scan(&stand, &["--by", "label=team"]);
    let groups: BTreeMap<_, _> =
        report["objects"].as_array().unwrap().iter().map(|one| (one["name"].to_string(), &one["group"])).collect();
    assert_eq!((groups["\"x\""], groups["\"y\""], groups["\"z\""]), (&json!("a"), &json!("b"), &json!("c")));
    let output = run(&kubeconfig(&[("prod", &stand.url)], &json!({})), &["--by", "label=team"]);
    assert!(text(&output.stdout).contains("prod/a "), "{output:?}");
    let (_, report) = scan(&stand, &["-l", "team=b"]);
    assert_eq!(verdicts(&report), ["Deployment shop/y clean"]);
}

#[test]
fn a_policy_of_the_cluster_says_what_is_judged_and_how() {
    let policy = json!({
        "apiVersion": "policies.kubewarden.io/v1", "kind": "ClusterAdmissionPolicy", "metadata": {"name": "vn"},
        "spec": {
            "settings": {"rules": {"host-network": "warn"}},
            "rules": [{"apiGroups": ["apps"], "apiVersions": ["v1"], "resources": ["deployments"], "operations": ["CREATE"]}],
            "namespaceSelector": {"matchExpressions": [{"key": "vn", "operator": "In", "values": ["yes"]}]},
        },
    });
    let bad = json!({"hostNetwork": true});
    let stand = Stand::new(cluster(vec![
        ("/apis/policies.kubewarden.io/v1/clusteradmissionpolicies", vec![policy]),
        (NAMESPACES, vec![namespace("shop", &json!({"vn": "yes"})), namespace("pay", &json!({}))]),
        (DEPLOYMENTS, vec![deployment("shop", "web", &bad), deployment("pay", "web", &bad)]),
        (PODS, vec![pod("shop", "p", &bad)]),
    ]));
    let (status, report) = scan(&stand, &["--settings-from-cluster", "vn"]);
    let expected = [
        "Pod shop/p notAsked",
        "Deployment shop/web warned",
        "Deployment pay/web notAsked",
        "Namespace -/shop notAsked",
        "Namespace -/pay notAsked",
    ];
    assert_eq!((status, verdicts(&report)), (0, expected.map(str::to_owned).to_vec()));
    assert_eq!(report["settings"]["source"], "the ClusterAdmissionPolicy vn");
    let output = run(&kubeconfig(&[("prod", &stand.url)], &json!({})), &["--settings-from-cluster", "other"]);
    let expected = "Error: cannot get the ClusterAdmissionPolicy `other` of the context `prod`: the API server answered 404: not found\n";
    assert_eq!((self::status(&output), text(&output.stderr).as_str()), (2, expected));
}

#[test]
fn several_contexts_make_one_table() {
    let of = |name: &str, more: &Value| Stand::new(cluster(vec![(DEPLOYMENTS, vec![deployment(name, "web", more)])]));
    let (one, two) = (of("shop", &json!({})), of("shop", &json!({"hostPID": true})));
    // Nothing listens there.
    let contexts = [("test", one.url.as_str()), ("prod", &two.url), ("gone", "http://127.0.0.1:9")];
    let kubeconfig = kubeconfig(&contexts, &json!({}));
    let directory = tempfile::tempdir().unwrap();
    let saved = directory.path().join("report.json");
    let save = ["--context", "test", "--context", "prod", "--save", saved.to_str().unwrap()];
    let output = run(&kubeconfig, &save);
    let said = text(&output.stdout);
    assert_eq!(status(&output), 1);
    assert!(said.contains("prod/shop/Deployment/web: deny host-pid"), "{said}");
    assert!(said.contains("test/shop ") && said.contains("prod/shop "), "{said}");
    let report: Value = serde_json::from_str(&fs::read_to_string(&saved).unwrap()).unwrap();
    let container = report["objects"][0]["sizes"].pointer("/spec/template/spec/containers/0").unwrap();
    assert_eq!((&container["name"], &container["resources"]["limits"]["cpu"]), (&json!("c"), &json!("1")));
    let rows = report["byNamespace"].as_array().unwrap();
    assert_eq!(rows.iter().map(|row| row["cluster"].as_str().unwrap()).collect::<Vec<_>>(), ["prod", "test"]);

    let output = run(&kubeconfig, &["--context", "test", "--context", "gone", "--output", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((status(&output), unseen(&report)[0].0, verdicts(&report).len()), (2, "read what it serves", 1));
    let output = run(&kubeconfig, &["--context", "gone"]);
    assert!(text(&output.stderr).starts_with("Error: the cluster of the context `gone`: "), "{output:?}");
    let output = run(&kubeconfig, &["--context", "nowhere"]);
    let expected = "Error: the kubeconfig has no context `nowhere`; it has `test`, `prod`, `gone`\n";
    assert_eq!((status(&output), text(&output.stderr).as_str()), (2, expected));
}

#[cfg(unix)]
#[test]
fn a_program_gives_the_credentials() {
    let stand = Stand::new(Cluster { token: Some("abc".to_owned()), ..cluster(vec![(DEPLOYMENTS, deployments(1))]) });
    let user = |token: &str| {
        let credential = json!({
            "apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": token},
        });
        let script = format!("echo '{credential}'");
        json!({"exec": {
            "apiVersion": "client.authentication.k8s.io/v1", "command": "sh", "args": ["-c", script],
            "interactiveMode": "Never",
        }})
    };
    let output = run(&kubeconfig(&[("prod", &stand.url)], &user("abc")), &[]);
    assert_eq!(status(&output), 0, "{output:?}");
    let output = run(&kubeconfig(&[("prod", &stand.url)], &user("wrong")), &[]);
    let expected = "Error: the cluster of the context `prod`: the API server answered 401: Unauthorized\n";
    assert_eq!((status(&output), text(&output.stderr).as_str()), (2, expected));
}

#[test]
fn custom_workloads_are_read_where_they_are_served() {
    let rollouts = "/apis/argoproj.io/v1alpha1/rollouts";
    let things = "/apis/example.com/v1/things";
    for is_old in [false, true] {
        let mut cluster = cluster(vec![
            (rollouts, vec![deployment("shop", "web", &json!({"hostPID": true}))]),
            (things, vec![deployment("shop", "thing", &json!({"hostPID": true}))]),
        ]);
        cluster.custom = vec![
            ["argoproj.io", "v1alpha1", "rollouts", "Rollout"],
            ["example.com", "v1", "things", "Thing"],
            ["example.com", "v1", "others", "Other"],
        ];
        cluster.is_old = is_old;
        let stand = Stand::new(cluster);
        let (_, report) = scan(&stand, &[]);
        assert_eq!(verdicts(&report), ["Rollout shop/web denied"], "{is_old}");
        let described = r#"{"podTemplates": [{"group": "example.com", "kind": "Thing", "path": "spec.template"}]}"#;
        let (_, report) = scan(&stand, &["--settings-json", described]);
        assert_eq!(verdicts(&report), ["Rollout shop/web denied", "Thing shop/thing denied"], "{is_old}");
        assert!(stand.asked_for("/apis/example.com/v1/others").is_empty());
    }
}

#[test]
fn a_scan_that_finds_nothing_to_judge_says_so() {
    let stand = Stand::new(cluster(Vec::new()));
    let output = run(&kubeconfig(&[("prod", &stand.url)], &json!({})), &[]);
    assert_eq!(status(&output), 2);
    assert_eq!(text(&output.stderr), "Error: nothing to judge: the cluster has no such objects\n");
}

#[test]
fn a_plan_of_what_was_saved_is_that_of_the_manifests() {
    let hpas = "/apis/autoscaling/v2/horizontalpodautoscalers";
    let mut web = deployment("shop", "web", &json!({}));
    web["spec"]["replicas"] = json!(3);
    let target = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"});
    let hpa = json!({
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"scaleTargetRef": target, "minReplicas": 2, "maxReplicas": 9},
    });
    let mut cluster = cluster(vec![
        (DEPLOYMENTS, vec![web.clone(), deployment("shop", "agent", &json!({"hostPID": true}))]),
        (PODS, vec![pod("shop", "bare", &json!({"hostname": "x"}))]),
        (hpas, vec![hpa.clone()]),
    ]);
    cluster.custom = vec![["autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler"]];
    let directory = tempfile::tempdir().unwrap();
    let saved = directory.path().join("report.json");
    let stand = Stand::new(cluster);
    let output = run(&kubeconfig(&[("prod", &stand.url)], &json!({})), &["--save", saved.to_str().unwrap()]);
    assert_eq!(status(&output), 1, "{output:?}");

    let typed = |mut object: Value, version: &str, kind: &str| {
        (object["apiVersion"], object["kind"]) = (json!(version), json!(kind));
        object
    };
    let items = [
        typed(web, "apps/v1", "Deployment"),
        typed(deployment("shop", "agent", &json!({"hostPID": true})), "apps/v1", "Deployment"),
        typed(pod("shop", "bare", &json!({"hostname": "x"})), "v1", "Pod"),
        typed(hpa, "autoscaling/v2", "HorizontalPodAutoscaler"),
    ];
    let manifests = directory.path().join("all.json");
    fs::write(&manifests, json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string()).unwrap();
    let plan = |from: &[&str]| -> Value {
        let fixed = ["plan", "--output", "json", "--replicas", "hpa-max", "--surge", "--price-ocpu", "0.03"];
        let output = Command::new(env!("CARGO_BIN_EXE_oke-vn")).args(fixed).args(from).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
    };
    let (of_scan, of_files) = (plan(&["--scan", saved.to_str().unwrap()]), plan(&[manifests.to_str().unwrap()]));
    for key in ["total", "capacity", "cost", "ports"] {
        assert!(!of_files[key].is_null(), "{key}: {of_files}");
        assert_eq!(of_scan[key], of_files[key], "{key}");
    }
    let rows = |plan: &Value| {
        let mut rows = plan["workloads"].clone();
        rows.as_array_mut().unwrap().iter_mut().for_each(|row| drop(row.as_object_mut().unwrap().remove("source")));
        rows
    };
    assert_eq!(rows(&of_scan), rows(&of_files));
}

/// The limit that is promised is 20 seconds. Programs for tests are not optimised, and take several times as long.
#[test]
fn five_thousand_workloads_are_scanned_in_time() {
    let workload = |number: usize| {
        deployment(&format!("team-{}", number % 50), &format!("web-{number}"), &json!({"hostPID": true}))
    };
    let stand = Stand::new(cluster(vec![(DEPLOYMENTS, (0..5000).map(workload).collect())]));
    let limit = Duration::from_secs(if cfg!(debug_assertions) { 60 } else { 20 });
    let start = Instant::now();
    let (status, report) = scan(&stand, &[]);
    assert_eq!((status, &report["summary"]["denied"]), (1, &json!(5000)));
    assert!(start.elapsed() < limit, "{:?}", start.elapsed());
}
