//! Plans of whole sets of objects.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::count::Replicas;
use super::*;

fn object(value: Value) -> Object {
    Object::new(value, Source { file: "a.yaml".to_owned(), line: 1 })
}

fn plan(values: &[Value]) -> Plan {
    plan_with(values, Options::default())
}

fn plan_with(values: &[Value], options: Options) -> Plan {
    let plan = |values: &[Value]| Plan::new(values.iter().cloned().map(object).collect(), options.clone());
    let (of_all, of_kept) = (plan(values), plan(&values.iter().map(keep::trim).collect::<Vec<_>>()));
    assert_eq!(format!("{of_all:?}"), format!("{of_kept:?}"), "what a scan saves gives another plan");
    of_all
}

/// The pod template of one container.
fn template(cpu: &str, memory: &str) -> Value {
    json!({"spec": {"containers": [{"name": "c", "image": "i", "resources": {"limits": {"cpu": cpu, "memory": memory}}}]}})
}

fn of_kind(api_version: &str, kind: &str, spec: Value) -> Value {
    json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "a"}, "spec": spec})
}

/// Pods, and more in a rollout, of each row: `part pods+surge`.
fn counts(values: &[Value], replicas: Replicas) -> Vec<String> {
    let plan = plan_with(values, Options { replicas, ..Options::default() });
    assert!(plan.remarks.is_empty() && plan.uncounted.is_empty(), "{plan:?}");
    plan.rows
        .iter()
        .map(|row| format!("{} {}+{}", row.part, row.count.pods, row.count.surge).trim().to_owned())
        .collect()
}

fn count(value: Value) -> Vec<String> {
    counts(&[value], Replicas::Spec)
}

fn most(value: Value) -> Vec<String> {
    counts(&[value], Replicas::HpaMax)
}

fn pod_template() -> Value {
    template("1", "500M")
}

#[test]
fn kubernetes_own_kinds_are_counted() {
    let t = pod_template();
    let mut pod = t.clone();
    (pod["apiVersion"], pod["kind"], pod["metadata"]) = (json!("v1"), json!("Pod"), json!({"name": "a"}));
    assert_eq!(count(pod), ["1+0"]);
    for (api_version, kind) in [("v1", "ReplicationController"), ("apps/v1", "ReplicaSet"), ("apps/v1", "StatefulSet")]
    {
        assert_eq!(count(of_kind(api_version, kind, json!({"template": t}))), ["1+0"], "{kind}");
        assert_eq!(count(of_kind(api_version, kind, json!({"replicas": 4, "template": t}))), ["4+0"], "{kind}");
    }
    for (strategy, expected) in [
        (json!(null), "5+2"),
        (json!({"type": "Recreate"}), "5+0"),
        (json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}), "5+1"),
        (json!({"rollingUpdate": {"maxSurge": "50%"}}), "5+3"),
        (json!({"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}), "5+0"),
    ] {
        let deployment = of_kind("apps/v1", "Deployment", json!({"replicas": 5, "template": t, "strategy": strategy}));
        assert_eq!(count(deployment), [expected], "{strategy}");
    }
}

#[test]
fn jobs_run_as_many_pods_as_are_left_to_complete() {
    for (spec, expected) in [
        (json!({}), "1+0"),
        (json!({"parallelism": 3}), "3+0"),
        (json!({"completions": 5}), "1+0"),
        (json!({"parallelism": 3, "completions": 5}), "3+0"),
        (json!({"parallelism": 5, "completions": 3}), "3+0"),
        (json!({"parallelism": 0}), "0+0"),
        (json!({"parallelism": 3, "suspend": true}), "0+0"),
    ] {
        let mut job = spec.clone();
        job["template"] = pod_template();
        assert_eq!(count(of_kind("batch/v1", "Job", job.clone())), [expected], "{spec}");
        assert_eq!(count(of_kind("batch/v1", "CronJob", json!({"jobTemplate": {"spec": job}}))), [expected], "{spec}");
    }
    let suspended = json!({"suspend": true, "jobTemplate": {"spec": {"template": pod_template()}}});
    assert_eq!(count(of_kind("batch/v1", "CronJob", suspended)), ["0+0"]);
}

#[test]
fn daemon_sets_and_what_is_denied_are_listed_apart() {
    let daemon_set = object(of_kind("apps/v1", "DaemonSet", json!({"template": pod_template()})));
    let mut denied = object(of_kind("apps/v1", "Deployment", json!({"replicas": 2, "template": pod_template()})));
    denied.denied = vec!["init-containers".to_owned(), "host-port".to_owned()];
    let mut large = of_kind("apps/v1", "StatefulSet", json!({"template": template("129", "1G")}));
    large["metadata"]["name"] = json!("large");
    let mut static_pod = pod_template();
    (static_pod["apiVersion"], static_pod["kind"]) = (json!("v1"), json!("Pod"));
    static_pod["metadata"] = json!({"name": "static", "ownerReferences": [
        {"apiVersion": "v1", "kind": "Node", "name": "n", "controller": true},
    ]});
    let plan = Plan::new(vec![daemon_set, denied, object(large), object(static_pod)], Options::default());
    let reasons: Vec<String> = plan
        .apart
        .iter()
        .map(|apart| format!("{}: {}", apart.row.id.kind, apart.reasons[0].text(&plan.options)))
        .collect();
    assert_eq!(
        reasons,
        [
            "DaemonSet: runs on each node; virtual nodes have no DaemonSets",
            "Deployment: denied by init-containers, host-port",
            "StatefulSet: needs 65 OCPU; Pod.Standard.E4.Flex gives a Pod at most 64",
            "Pod: a static Pod of a node",
        ]
    );
    assert!(plan.rows.is_empty());
    assert_eq!(plan.total, Total::default());
    assert_eq!((plan.apart_total.pods, plan.apart_total.ocpus), (2, 2));
    assert_eq!(plan.capacity.pods_in_rollout, 0);
}

/// As a scan of a cluster has them.
fn owned(api_version: &str, kind: &str, name: &str, owner: (&str, &str, &str), spec: Value) -> Value {
    json!({"apiVersion": api_version, "kind": kind, "spec": spec, "metadata": {"name": name, "namespace": "default",
        "ownerReferences": [{"apiVersion": owner.0, "kind": owner.1, "name": owner.2, "controller": true}]}})
}

#[test]
fn a_scan_of_the_cluster_gives_the_same_plan() {
    let deployment = of_kind("apps/v1", "Deployment", json!({"replicas": 2, "template": pod_template()}));
    let cron = of_kind("batch/v1", "CronJob", json!({"jobTemplate": {"spec": {"template": pod_template()}}}));
    let manifests = [deployment, cron];
    let mut scan = manifests.to_vec();
    let replicas = |n: u64| json!({"replicas": n, "template": pod_template()});
    let pod = pod_template()["spec"].clone();
    scan.push(owned("apps/v1", "ReplicaSet", "a-1", ("apps/v1", "Deployment", "a"), replicas(0)));
    scan.push(owned("apps/v1", "ReplicaSet", "a-2", ("apps/v1", "Deployment", "a"), replicas(2)));
    scan.push(owned("v1", "Pod", "a-2-x", ("apps/v1", "ReplicaSet", "a-2"), pod.clone()));
    scan.push(owned("v1", "Pod", "a-2-y", ("apps/v1", "ReplicaSet", "a-2"), pod.clone()));
    scan.push(owned("batch/v1", "Job", "a-7", ("batch/v1", "CronJob", "a"), json!({"template": pod_template()})));
    scan.push(owned("v1", "Pod", "a-7-z", ("batch/v1", "Job", "a-7"), pod.clone()));
    let (of_manifests, of_scan) = (plan(&manifests), plan(&scan));
    assert_eq!(of_manifests.total, of_scan.total);
    assert_eq!(of_manifests.rows.len(), of_scan.rows.len());
    assert_eq!(of_manifests.total.pods, 3);
    // An owner that is not there stands for nothing.
    let alone = plan(&[owned("v1", "Pod", "a-2-x", ("apps/v1", "ReplicaSet", "a-2"), pod.clone())]);
    assert_eq!(alone.total.pods, 1);
    // An owner of a kind that is not counted does not either.
    let operator = of_kind("example.com/v1", "Thing", json!({}));
    let both = plan(&[operator, owned("v1", "Pod", "p", ("example.com/v1", "Thing", "a"), pod)]);
    assert_eq!(both.total.pods, 1);
}

#[test]
fn unknown_kinds_are_named() {
    let kafka = of_kind("kafka.strimzi.io/v1", "Kafka", json!({"kafka": {"replicas": 3}}));
    let monitor = of_kind("monitoring.coreos.com/v1", "ServiceMonitor", json!({"selector": {}}));
    let broken = of_kind("apps/v1", "Deployment", json!({"replicas": 3}));
    let plan = plan(&[kafka, monitor, broken]);
    let named: Vec<String> =
        plan.uncounted.iter().map(|uncounted| format!("{} {}", uncounted.kind, uncounted.objects.join(" "))).collect();
    assert_eq!(named, ["Deployment default/a", "Kafka default/a"]);
    assert_eq!(plan.uncounted[0].reason, "spec.template: there is no pod template");
}

#[test]
fn rollouts_and_experiments() {
    let t = pod_template();
    let rollout = |spec: Value| {
        let mut spec = spec;
        spec["template"] = pod_template();
        of_kind("argoproj.io/v1alpha1", "Rollout", spec)
    };
    assert_eq!(count(rollout(json!({}))), ["1+1"]);
    assert_eq!(count(rollout(json!({"replicas": 8, "strategy": {"canary": {}}}))), ["8+2"]);
    assert_eq!(count(rollout(json!({"replicas": 8, "strategy": {"canary": {"maxSurge": 1}}}))), ["8+1"]);
    assert_eq!(count(rollout(json!({"replicas": 8, "strategy": {"canary": {"trafficRouting": {}}}}))), ["8+8"]);
    assert_eq!(count(rollout(json!({"replicas": 8, "strategy": {"blueGreen": {}}}))), ["8+8"]);
    let reference = json!({"replicas": 3, "workloadRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "a"}});
    let refers = of_kind("argoproj.io/v1alpha1", "Rollout", reference);
    let deployment = of_kind("apps/v1", "Deployment", json!({"replicas": 0, "template": t}));
    assert_eq!(counts(&[refers.clone(), deployment], Replicas::Spec), ["0+0", "3+1"]);
    assert_eq!(plan(&[refers]).uncounted.len(), 1);
    let experiment = json!({"templates": [{"name": "x", "template": t}, {"name": "y", "replicas": 2, "template": t}]});
    assert_eq!(count(of_kind("argoproj.io/v1alpha1", "Experiment", experiment)), ["x 1+0", "y 2+0"]);
}

#[test]
fn knative_scales_by_annotations_and_adds_a_container() {
    let service = |annotations: Value| {
        let mut template = template("1", "500M");
        template["metadata"] = json!({"annotations": annotations});
        of_kind("serving.knative.dev/v1", "Service", json!({"template": template}))
    };
    let plain = service(json!({}));
    assert_eq!(count(plain.clone()), ["1+1"]);
    let scaled = service(json!({"autoscaling.knative.dev/min-scale": "2", "autoscaling.knative.dev/maxScale": "9"}));
    assert_eq!(count(scaled.clone()), ["2+2"]);
    assert_eq!(most(scaled), ["9+9"]);
    // 500 MB, and 500 MB for queue-proxy, which has no memory, and 250 MB.
    let row = plan(&[plain]).rows.remove(0);
    assert_eq!((row.given.ocpus, row.given.gb), (1, 2));
    let sized = service(json!({"queue.sidecar.serving.knative.dev/memory-resource-limit": "100M"}));
    assert_eq!(plan(&[sized]).rows[0].given.gb, 1);
}

#[test]
fn openshift_and_kruise() {
    let t = pod_template();
    let config = |spec: Value| of_kind("apps.openshift.io/v1", "DeploymentConfig", spec);
    assert_eq!(count(config(json!({"replicas": 3, "template": t}))), ["3+1"]);
    assert_eq!(count(config(json!({"replicas": 3, "template": t, "strategy": {"type": "Recreate"}}))), ["3+0"]);
    assert_eq!(count(config(json!({"template": t}))), ["0+0"]);
    let clone_set = |spec: Value| of_kind("apps.kruise.io/v1alpha1", "CloneSet", spec);
    assert_eq!(count(clone_set(json!({"template": t}))), ["1+0"]);
    let surge = json!({"replicas": 10, "template": t, "updateStrategy": {"maxSurge": "25%"}});
    assert_eq!(count(clone_set(surge)), ["10+3"]);
    assert_eq!(count(of_kind("apps.kruise.io/v1beta1", "StatefulSet", json!({"replicas": 2, "template": t}))), ["2+0"]);
    for kind in ["DaemonSet", "BroadcastJob"] {
        let plan = plan(&[of_kind("apps.kruise.io/v1beta1", kind, json!({"template": t}))]);
        assert_eq!((plan.rows.len(), plan.apart.len()), (0, 1), "{kind}");
    }
}

#[test]
fn batch_products() {
    let t = pod_template();
    let job_set = json!({"replicatedJobs": [
        {"name": "driver", "template": {"spec": {"template": t}}},
        {"name": "workers", "replicas": 2, "template": {"spec": {"parallelism": 4, "completions": 4, "template": t}}},
    ]});
    assert_eq!(count(of_kind("jobset.x-k8s.io/v1alpha2", "JobSet", job_set.clone())), ["driver 1+0", "workers 8+0"]);
    let mut suspended = job_set;
    suspended["suspend"] = json!(true);
    assert_eq!(count(of_kind("jobset.x-k8s.io/v1alpha2", "JobSet", suspended)), ["driver 0+0", "workers 0+0"]);
    let scaled = json!({"minReplicaCount": 1, "maxReplicaCount": 6, "jobTargetRef": {"parallelism": 2, "template": t}});
    let scaled = of_kind("keda.sh/v1alpha1", "ScaledJob", scaled);
    assert_eq!(count(scaled.clone()), ["2+0"]);
    assert_eq!(most(scaled), ["12+0"]);
    let training =
        json!({"pytorchReplicaSpecs": {"Master": {"template": t}, "Worker": {"replicas": 3, "template": t}}});
    assert_eq!(count(of_kind("kubeflow.org/v1", "PyTorchJob", training)), ["Master 1+0", "Worker 3+0"]);
    let mpi = json!({"runPolicy": {"suspend": true}, "mpiReplicaSpecs": {"Launcher": {"template": t}}});
    assert_eq!(count(of_kind("kubeflow.org/v2beta1", "MPIJob", mpi)), ["Launcher 0+0"]);
    let volcano = json!({"tasks": [{"name": "x", "replicas": 3, "template": t}, {"name": "y", "template": t}]});
    assert_eq!(count(of_kind("batch.volcano.sh/v1alpha1", "Job", volcano)), ["x 3+0", "y 0+0"]);
}

#[test]
fn leader_worker_sets() {
    let t = pod_template();
    let spec = json!({
        "replicas": 4,
        "rolloutStrategy": {"rollingUpdateConfiguration": {"maxSurge": "25%"}},
        "leaderWorkerTemplate": {"size": 3, "leaderTemplate": template("4", "1G"), "workerTemplate": t},
    });
    let set = of_kind("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet", spec);
    assert_eq!(count(set.clone()), ["leader 4+1", "workers 8+2"]);
    assert_eq!(plan(&[set]).rows[0].given.ocpus, 2);
    let small = of_kind(
        "leaderworkerset.x-k8s.io/v1",
        "LeaderWorkerSet",
        json!({"leaderWorkerTemplate": {"workerTemplate": t}}),
    );
    assert_eq!(count(small), ["leader 1+0"]);
}

#[test]
fn ray() {
    let t = pod_template();
    let cluster = json!({
        "enableInTreeAutoscaling": true,
        "headGroupSpec": {"template": template("2", "1G")},
        "workerGroupSpecs": [
            {"groupName": "small", "replicas": 1, "minReplicas": 2, "maxReplicas": 5, "numOfHosts": 2, "template": t},
            {"groupName": "any", "replicas": 3, "template": t},
            {"groupName": "off", "replicas": 3, "suspend": true, "template": t},
        ],
    });
    let ray_cluster = of_kind("ray.io/v1", "RayCluster", cluster.clone());
    assert_eq!(count(ray_cluster.clone()), ["any 3+0", "head 1+0", "off 0+0", "small 4+0"]);
    assert_eq!(most(ray_cluster.clone()), ["any 3+0", "head 1+0", "off 0+0", "small 10+0"]);
    // 2 CPU and 500m for the autoscaler.
    assert_eq!(plan(&[ray_cluster]).rows[1].given.ocpus, 2);
    let job = |spec: Value| of_kind("ray.io/v1", "RayJob", spec);
    let head = json!({"headGroupSpec": {"template": t}});
    assert_eq!(count(job(json!({"rayClusterSpec": head}))), ["head 1+0", "submitter 1+0"]);
    assert_eq!(count(job(json!({"rayClusterSpec": head, "submissionMode": "HTTPMode"}))), ["head 1+0"]);
    assert_eq!(count(job(json!({"clusterSelector": {"a": "b"}, "submitterPodTemplate": t}))), ["submitter 1+0"]);
    assert_eq!(count(job(json!({"rayClusterSpec": head, "suspend": true}))), ["head 0+0", "submitter 0+0"]);
    let service = |spec: Value| of_kind("ray.io/v1", "RayService", spec);
    assert_eq!(count(service(json!({"rayClusterConfig": head}))), ["head 1+1"]);
    assert_eq!(count(service(json!({"rayClusterConfig": head, "upgradeStrategy": {"type": "None"}}))), ["head 1+0"]);
    let suspended = json!({"suspend": true, "headGroupSpec": {"template": t}});
    assert_eq!(count(of_kind("ray.io/v1", "RayCluster", suspended)), ["head 0+0"]);
}

#[test]
fn notebooks_runners_and_games() {
    let t = pod_template();
    let notebook = of_kind("kubeflow.org/v1", "Notebook", json!({"template": t}));
    assert_eq!(count(notebook.clone()), ["1+0"]);
    let mut stopped = notebook;
    stopped["metadata"]["annotations"] = json!({"kubeflow-resource-stopped": "2026-01-01T00:00:00Z"});
    assert_eq!(count(stopped), ["0+0"]);
    let runners = of_kind(
        "actions.github.com/v1alpha1",
        "AutoscalingRunnerSet",
        json!({"minRunners": 1, "maxRunners": 8, "template": t}),
    );
    assert_eq!(count(runners.clone()), ["listener 1+0", "runners 1+0"]);
    assert_eq!(most(runners), ["listener 1+0", "runners 8+0"]);
    let mut runner = t.clone();
    runner["githubConfigUrl"] = json!("https://example.com");
    let set = json!({"replicas": 2, "ephemeralRunnerSpec": runner});
    assert_eq!(count(of_kind("actions.github.com/v1alpha1", "EphemeralRunnerSet", set)), ["2+0"]);
    let game = |kind: &str, spec: Value| of_kind("agones.dev/v1", kind, spec);
    assert_eq!(count(game("GameServer", json!({"template": t}))), ["1+0"]);
    let fleet = json!({"replicas": 5, "template": {"spec": {"template": t}}});
    assert_eq!(count(game("Fleet", fleet.clone())), ["5+2"]);
    assert_eq!(count(game("GameServerSet", fleet)), ["5+0"]);
    let mut outside = game("GameServer", json!({"template": t}));
    outside["metadata"]["annotations"] = json!({"agones.dev/dev-address": "192.0.2.1"});
    assert_eq!(count(outside), ["0+0"]);
    let mut pod = t;
    pod["metadata"] = json!({"name": "kafka-0"});
    assert_eq!(count(of_kind("core.strimzi.io/v1", "StrimziPodSet", json!({"pods": [pod]}))), ["kafka-0 1+0"]);
}

#[test]
fn what_is_denied_is_counted_if_that_is_asked_for() {
    let workload = |kind: &str, cpu: &str| {
        let mut workload = object(of_kind("apps/v1", kind, json!({"replicas": 2, "template": template(cpu, "500M")})));
        workload.denied = vec!["grpc-probe".to_owned()];
        workload
    };
    let objects = vec![workload("Deployment", "2"), workload("DaemonSet", "2"), workload("StatefulSet", "129")];
    let plan = Plan::new(objects.clone(), Options { count_denied: true, ..Options::default() });
    assert_eq!((plan.total.pods, plan.total.ocpus, plan.capacity.pods), (2, 2, 2));
    assert_eq!(plan.rows[0].notes, ["denied by grpc-probe today"]);
    // What no change of a field helps stays apart.
    assert_eq!(plan.apart.len(), 2);
    assert_eq!(plan.apart_total, Total::default());
    let without = Plan::new(objects, Options::default());
    assert_eq!((without.total.pods, without.apart.len(), without.apart_total.ocpus), (0, 3, 2));
}

#[test]
fn placement_keeps_a_workload_apart() {
    let mut elsewhere = object(of_kind("apps/v1", "Deployment", json!({"template": pod_template()})));
    elsewhere.is_elsewhere = true;
    let plan = Plan::new(vec![elsewhere], Options::default());
    assert_eq!((plan.rows.len(), plan.apart.len(), plan.apart_total.pods), (0, 1, 0));
    assert_eq!(plan.apart[0].reasons, [Reason::Elsewhere]);
}

#[test]
fn small_pods_are_counted() {
    let of = |cpu: &str| {
        plan(&[of_kind("apps/v1", "Deployment", json!({"replicas": 3, "template": template(cpu, "1M")}))]).small_pods
    };
    assert_eq!((of("999m"), of("1"), of("3")), (3, 0, 0));
}

#[test]
fn the_surge_is_in_the_sums_if_that_is_asked_for() {
    let deployment = of_kind("apps/v1", "Deployment", json!({"replicas": 499, "template": pod_template()}));
    let without = plan(std::slice::from_ref(&deployment));
    let with = plan_with(&[deployment], Options { surge: true, ..Options::default() });
    assert_eq!((without.total.pods, with.total.pods), (499, 624));
    assert_eq!(without.capacity, with.capacity);
    let Capacity { pods, pods_in_rollout, virtual_nodes, addresses, addresses_in_rollout, prefix } = with.capacity;
    assert_eq!((pods, pods_in_rollout, virtual_nodes), (499, 624, 2));
    assert_eq!((addresses, addresses_in_rollout, prefix), (501, 626, Some(22)));
}

/// The advice for a Pod of these containers (name, cpu limit, memory limit; empty is absent), as `kind ocpus gb`.
fn advice(containers: &[(&str, &str, &str)]) -> Vec<String> {
    let containers: Vec<Value> = containers
        .iter()
        .map(|(name, cpu, memory)| {
            let mut limits = serde_json::Map::new();
            limits.extend(
                [("cpu", cpu), ("memory", memory)]
                    .iter()
                    .filter(|(_, text)| !text.is_empty())
                    .map(|(key, text)| ((*key).to_owned(), json!(text))),
            );
            json!({"name": name, "resources": {"limits": limits}})
        })
        .collect();
    let template = json!({"spec": {"containers": containers}});
    let plan = plan(&[of_kind("apps/v1", "Deployment", json!({"replicas": 10, "template": template}))]);
    plan.advice.iter().map(|advice| format!("{:?} {} {}", advice.waste, advice.ocpus, advice.gb)).collect()
}

#[test]
fn advice_on_sizes() {
    // 4.1 CPU are 3 OCPU; 0.1 less would be 2.
    assert_eq!(advice(&[("a", "4100m", "1750M")]), ["JustAbove 10 0"]);
    // A cut of a quarter is not a little.
    assert_eq!(advice(&[("a", "2700m", "1750M")]), Vec::<String>::new());
    // 2000M and 250M are 3 GB; 250M less would be 2.
    assert_eq!(advice(&[("a", "2", "2G")]), ["JustAbove 0 10"]);
    // A Pod of one unit cannot be smaller.
    assert_eq!(advice(&[("a", "10m", "10M")]), Vec::<String>::new());
    assert_eq!(advice(&[("a", "2", "700M"), ("proxy", "100m", "50M")]), ["Sidecars 10 0"]);
    // Two alike: neither is a sidecar that is small, but one of them is too much.
    assert_eq!(advice(&[("a", "2", "350M"), ("b", "2", "350M")]), ["Sidecars 10 0"]);
    assert_eq!(
        advice(&[("a", "2", "750M"), ("empty", "", "")]),
        ["NoResources 10 10", "Sidecars 10 0", "Sidecars 0 10"]
    );
    assert_eq!(advice(&[("a", "1", "")]), ["NoResources 0 0"]);
}

#[test]
fn advice_says_how_much_is_enough() {
    let text = |memory: &str| {
        let plan = plan(&[of_kind("apps/v1", "Deployment", json!({"template": template("2", memory)}))]);
        plan.advice[0].text.clone()
    };
    assert_eq!(text("1900M"), "150M memory less, of 1900M memory, and each Pod takes 2 GB in place of 3 GB");
    assert_eq!(text("1900000001"), "151M memory less, of 1901M memory, and each Pod takes 2 GB in place of 3 GB");
}

#[test]
fn advice_on_limits_above_requests() {
    let container = json!({"name": "a", "resources": {
        "requests": {"cpu": "100m", "memory": "500M"}, "limits": {"cpu": "8", "memory": "4G"},
    }});
    let template = json!({"spec": {"containers": [container]}});
    let plan = plan(&[of_kind("apps/v1", "Deployment", json!({"replicas": 2, "template": template}))]);
    let [limits, memory] = plan.advice.as_slice() else { panic!("{:?}", plan.advice) };
    assert_eq!((limits.waste, limits.ocpus, limits.gb), (advice::Waste::LimitsAboveRequests, 6, 8));
    assert_eq!((memory.waste, memory.ocpus, memory.gb), (advice::Waste::JustAbove, 0, 2));
}

// Oracle's page: a Job is billed as long as it exists, even when it has completed or failed.
#[test]
fn advice_on_finished_jobs() {
    let of_job = |kind: &str, spec: Value, annotations: Value| {
        let mut job = of_kind("batch/v1", kind, spec);
        job["metadata"]["annotations"] = annotations;
        let plan = plan(&[job]);
        plan.advice
            .iter()
            .map(|advice| format!("{:?} {} {}", advice.waste, advice.ocpus, advice.gb))
            .collect::<Vec<_>>()
    };
    let t = template("2", "750M");
    let none = Vec::<String>::new();
    let job = |spec: Value| of_job("Job", spec, json!({}));
    assert_eq!(job(json!({"template": t})), ["FinishedJobs 1 1"]);
    assert_eq!(job(json!({"template": t, "completions": 4})), ["FinishedJobs 4 4"]);
    assert_eq!(job(json!({"template": t, "ttlSecondsAfterFinished": 0})), none);
    let hook = |annotations: Value| of_job("Job", json!({"template": t}), annotations);
    assert_eq!(
        hook(
            json!({"helm.sh/hook": "pre-install", "helm.sh/hook-delete-policy": "before-hook-creation,hook-succeeded"})
        ),
        none
    );
    assert_eq!(
        hook(json!({"argocd.argoproj.io/hook": "Sync", "argocd.argoproj.io/hook-delete-policy": "HookSucceeded"})),
        none
    );
    assert_eq!(hook(json!({"helm.sh/hook": "pre-install"})), ["FinishedJobs 1 1"]);
    assert_eq!(hook(json!({"helm.sh/hook-delete-policy": "hook-succeeded"})), ["FinishedJobs 1 1"]);
    let owned = plan(&[owned("batch/v1", "Job", "j", ("example.com/v1", "Thing", "a"), json!({"template": t}))]);
    assert_eq!((owned.total.pods, owned.advice.len()), (1, 0));
    let cron = |spec: Value| of_job("CronJob", spec, json!({}));
    assert_eq!(cron(json!({"jobTemplate": {"spec": {"template": t}}})), ["FinishedJobs 3 3"]);
    let one = json!({"successfulJobsHistoryLimit": 1, "jobTemplate": {"spec": {"template": t, "completions": 2}}});
    assert_eq!(cron(one), ["FinishedJobs 2 2"]);
    let zero =
        json!({"successfulJobsHistoryLimit": 0, "failedJobsHistoryLimit": 0, "jobTemplate": {"spec": {"template": t}}});
    assert_eq!(cron(zero), none);
    let ttl = json!({"jobTemplate": {"spec": {"template": t, "ttlSecondsAfterFinished": 60}}});
    assert_eq!(cron(ttl), none);
}

#[test]
fn advice_is_sorted_by_money() {
    let deployment = |name: &str, cpu: &str, memory: &str| {
        let mut deployment = of_kind("apps/v1", "Deployment", json!({"template": template(cpu, memory)}));
        deployment["metadata"]["name"] = json!(name);
        deployment
    };
    let objects = [deployment("cpu", "2100m", "700M"), deployment("memory", "1", "1900M")];
    let order = |gb: f64| {
        let prices = cost::Prices::of_value(&json!({"ocpu": 1, "gb": gb})).unwrap();
        let plan = plan_with(&objects, Options { prices, ..Options::default() });
        plan.advice.iter().map(|advice| advice.workload.clone()).collect::<Vec<_>>()
    };
    assert_eq!(order(0.5), ["Deployment default/cpu", "Deployment default/memory"]);
    assert_eq!(order(2.0), ["Deployment default/memory", "Deployment default/cpu"]);
}

#[test]
fn nothing_in_an_object_makes_it_panic() {
    let huge = json!({"replicas": u64::MAX, "template": template("1e30", "1e30"), "strategy": {"rollingUpdate": {"maxSurge": u64::MAX}}});
    let prices = cost::Prices::of_value(&json!({"ocpu": "79228162514264337593543950335", "gb": 1, "node": 1})).unwrap();
    let options = Options {
        prices,
        surge: true,
        rates: allocation::Rates::of_shape(allocation::Shape::A1),
        ..Options::default()
    };
    for kind in kinds::KINDS {
        let api_version = if kind.group.is_empty() { "v1".to_owned() } else { format!("{}/v1", kind.group) };
        for spec in [json!(null), json!([]), json!(7), json!({}), huge.clone()] {
            let plan = plan_with(&[of_kind(&api_version, kind.kind, spec)], options.clone());
            for format in [Format::Text, Format::Csv, Format::Json, Format::Markdown, Format::Html] {
                write(&plan, format, &mut Vec::new()).unwrap();
            }
        }
    }
}

/// The guide, whose figures are held here.
const GUIDE: &str = include_str!("../../../docs/sizing.md");

/// The lines of the first block of the guide behind a marker: a code block or a table.
fn block_of_guide(marker: &str) -> Vec<&'static str> {
    let (_, rest) = GUIDE.split_once(&format!("<!-- plan: {marker} -->\n")).unwrap();
    let mut lines = rest.lines().skip_while(|line| line.starts_with("<!--")).peekable();
    let is_code = lines.next_if(|line| line.starts_with("```")).is_some();
    lines.take_while(|line| if is_code { *line != "```" } else { !line.is_empty() }).collect()
}

fn plan_of_guide() -> Plan {
    let manifests = block_of_guide("manifests").join("\n");
    let documents = manifests.split("\n---\n").map(|document| yaml_serde::from_str(document).unwrap());
    let prices = cost::Prices::of_value(&json!({"ocpu": 0.03, "gb": 0.002, "node": 0.02})).unwrap();
    Plan::new(documents.map(object).collect(), Options { prices, ..Options::default() })
}

#[test]
fn the_guide_has_the_figures_of_the_report() {
    let mut out = Vec::new();
    write(&plan_of_guide(), Format::Text, &mut out).unwrap();
    let report = String::from_utf8(out).unwrap();
    let lines = block_of_guide("report");
    assert!(lines.len() > 5);
    for line in lines {
        assert!(report.lines().any(|of_report| of_report == line), "{line}\n{report}");
    }
}

#[test]
fn the_guide_has_the_advice_of_the_report() {
    let plan = plan_of_guide();
    let rows: Vec<&str> = block_of_guide("advice").into_iter().skip(2).collect();
    assert_eq!(rows.len(), plan.advice.len());
    for (row, advice) in rows.iter().zip(&plan.advice) {
        let figures = format!("| {} | {} | {} |", advice.ocpus, advice.gb, cost::cents(advice.month));
        let name = advice.workload.split(' ').next_back().unwrap();
        assert!(row.ends_with(&figures) && row.contains(name), "{row}\n{figures}");
    }
}

#[test]
fn the_guide_has_the_arithmetic() {
    use allocation::{Allocation, Rates, Shape};

    let rows: Vec<&str> = block_of_guide("table").into_iter().skip(2).collect();
    assert_eq!(rows.len(), 8);
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let containers = cells[0].split(" and ").map(|container| {
            let (cpu, memory) = container.trim_matches('`').split_once(", ").unwrap();
            let mut limits = json!({"cpu": cpu, "memory": memory});
            limits.as_object_mut().unwrap().retain(|_, quantity| quantity != "-");
            json!({"name": "c", "resources": {"limits": limits}})
        });
        let pod = pod::read(&json!({"spec": {"containers": containers.collect::<Vec<_>>()}}), "spec").pod;
        for (shape, cell) in [(Shape::E4, cells[2]), (Shape::A1, cells[3])] {
            let rates = Rates::of_shape(shape);
            let given = Allocation::of(&pod, &rates);
            assert_eq!(cell, format!("{} OCPU, {} GB", given.ocpus, given.gb), "{row}");
            assert_eq!(cells[1], format!("{} GB", given.memory.in_units(rates.gb())), "{row}");
        }
    }
}

/// A workload, as Kubernetes takes it.
fn any_workload() -> impl Strategy<Value = Value> {
    let quantity = prop_oneof![Just(None), (1..5000_u32).prop_map(|millis| Some(format!("{millis}m")))];
    let memory = prop_oneof![Just(None), (1..9000_u32).prop_map(|mega| Some(format!("{mega}Mi")))];
    let container = (quantity, memory).prop_map(|(cpu, memory)| {
        let mut requests = serde_json::Map::new();
        requests.extend(cpu.map(|cpu| ("cpu".to_owned(), json!(cpu))));
        requests.extend(memory.map(|memory| ("memory".to_owned(), json!(memory))));
        json!({"name": "c", "resources": {"requests": requests}})
    });
    let containers = prop::collection::vec(container, 1..4);
    let kind = prop::sample::select(vec![("apps/v1", "Deployment"), ("apps/v1", "StatefulSet"), ("batch/v1", "Job")]);
    (kind, 0..20_u64, containers, "[a-c]{1,2}").prop_map(|((api_version, kind), replicas, containers, name)| {
        let spec =
            json!({"replicas": replicas, "parallelism": replicas, "template": {"spec": {"containers": containers}}});
        json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, "spec": spec})
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn how_the_objects_are_handed_over_does_not_matter(workloads in prop::collection::vec(any_workload(), 0..8)) {
        // A directory: an object a file. A file: one after the other. A list, and a list in a list.
        let directory = workloads.iter().enumerate().map(|(index, value)| Object {
            source: Source { file: format!("{index}.yaml"), line: 1 },
            ..object(value.clone())
        });
        let file = workloads.iter().enumerate().map(|(index, value)| Object {
            source: Source { file: "all.yaml".to_owned(), line: 1 + 10 * index },
            ..object(value.clone())
        });
        let list = |items: &[Value]| json!({"apiVersion": "v1", "kind": "List", "items": items});
        let nested = [list(&workloads[..workloads.len() / 2]), list(&workloads[workloads.len() / 2..])];
        let plans = [
            Plan::new(directory.collect(), Options::default()),
            Plan::new(file.collect(), Options::default()),
            plan(&[list(&workloads)]),
            plan(&[list(&nested)]),
        ];
        let figures = |plan: &Plan| {
            let rows: Vec<_> = plan.rows.iter().map(|row| (row.name(), row.count.clone(), row.given)).collect();
            let advice: Vec<_> = plan.advice.iter().map(|advice| (advice.text.clone(), advice.ocpus, advice.gb)).collect();
            (rows, plan.total, plan.capacity, advice)
        };
        for other in &plans[1..] {
            prop_assert_eq!(figures(&plans[0]), figures(other));
        }
    }

    #[test]
    fn the_sum_is_the_sum_of_the_rows_and_at_least_what_is_asked_for(workloads in prop::collection::vec(any_workload(), 0..8)) {
        let plan = plan(&workloads);
        let rates = &plan.options.rates;
        prop_assert_eq!(plan.total.ocpus, plan.rows.iter().map(|row| row.given.ocpus * row.count.pods).sum::<u64>());
        prop_assert_eq!(plan.total.pods, plan.capacity.pods);
        prop_assert!(rates.ocpu().times(plan.total.ocpus) >= plan.total.cpu);
        prop_assert!(rates.gb().times(plan.total.gb) >= plan.total.memory);
        prop_assert!(plan.capacity.pods_in_rollout >= plan.capacity.pods);
    }

    #[test]
    fn the_order_of_the_objects_does_not_matter(mut workloads in prop::collection::vec(any_workload(), 0..8)) {
        // Of the same object several times the last one counts, so each is there once here.
        for (index, workload) in workloads.iter_mut().enumerate() {
            workload["metadata"]["name"] = json!(format!("w{index}"));
        }
        let forward = plan(&workloads);
        workloads.reverse();
        let backward = plan(&workloads);
        prop_assert_eq!(forward.total, backward.total);
        let names = |plan: &Plan| plan.rows.iter().map(Row::name).collect::<Vec<_>>();
        prop_assert_eq!(names(&forward), names(&backward));
    }

    #[test]
    fn advice_saves_no_more_than_is_given(workloads in prop::collection::vec(any_workload(), 0..6)) {
        let plan = plan(&workloads);
        for advice in plan.advice.iter().filter(|advice| advice.waste != advice::Waste::FinishedJobs) {
            prop_assert!(advice.ocpus <= plan.total.ocpus && advice.gb <= plan.total.gb, "{:?}", advice);
        }
    }
}
