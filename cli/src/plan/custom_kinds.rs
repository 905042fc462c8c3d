//! The Pods of kinds that are not Kubernetes' own, as far as their public definitions say how many there are.
//!
//! The sources are the definitions and controllers of the releases that are named in [`super::kinds::KINDS`].

use serde_json::Value;

use super::allocation::{Container, Resource};
use super::amount::Amount;
use super::core_kinds::job_count;
use super::count::{Count, Counter, Group, Replicas, Scaled, surge, whole};
use super::input::{Id, Item, group_of, text};
use super::pod::list;

type Counted<'a> = Result<Vec<Group<'a>>, String>;

/// The upper bound that KubeRay's definition has where nothing is written.
const RAY_UNBOUNDED: u64 = 2_147_483_647;

/// A Rollout (Argo): `spec.replicas`, 1 by default. The template is its own or that of the object in `workloadRef`. A
/// canary with traffic routing, and a blue-green rollout, run a second set of all Pods.
pub fn rollout<'a>(counter: &Counter<'a>, item: &'a Item) -> Counted<'a> {
    let Scaled { replicas, why } = counter.scaled(item, item.value.pointer("/spec/replicas"), 1);
    let strategy = |pointer: &str| item.value.pointer("/spec/strategy").and_then(|strategy| strategy.pointer(pointer));
    let surge = if strategy("/blueGreen").is_some() || strategy("/canary/trafficRouting").is_some() {
        replicas
    } else {
        surge(strategy("/canary/maxSurge"), 25, replicas)
    };
    let count = Count { pods: replicas, surge, why };
    let Some(reference) = item.value.pointer("/spec/workloadRef") else {
        return Ok(vec![Group::at(item, "/spec/template", count)?]);
    };
    let id = Id {
        namespace: item.id.namespace.clone(),
        name: text(reference, "name").to_owned(),
        group: group_of(text(reference, "apiVersion")).to_owned(),
        kind: text(reference, "kind").to_owned(),
    };
    let workload = counter.inventory.get(&id);
    let workload = workload.ok_or_else(|| format!("spec.workloadRef: {id} is not among the objects"))?;
    let note = format!("the template is that of {id}, whose own replicas are counted beside these");
    Ok(vec![Group::at(workload, "/spec/template", count)?.note(note)])
}

/// An Experiment (Argo): `replicas` of each template, 1 by default.
pub fn experiment<'a>(_: &Counter<'a>, item: &'a Item) -> Counted<'a> {
    each(item, "templates", |entry, path| {
        let pods = whole(entry.get("replicas")).unwrap_or(1);
        within(entry, "template", path, Count::new(pods, format!("replicas {pods}")))
            .map(|group| group.part(text(entry, "name")))
    })
}

/// A Service or Configuration (Knative): the scale of a revision is in annotations. Without traffic there may be none; a
/// new revision starts with `initial-scale` (1), and runs beside the old one. Each Pod gets a `queue-proxy`.
pub fn knative<'a>(counter: &Counter<'a>, item: &'a Item) -> Counted<'a> {
    let annotations = item.value.pointer("/spec/template/metadata/annotations").unwrap_or(&Value::Null);
    let scale = |name: &str, old: &str| {
        let value = annotations.get(format!("autoscaling.knative.dev/{name}"));
        let value = value.or_else(|| annotations.get(format!("autoscaling.knative.dev/{old}")));
        value.and_then(Value::as_str).and_then(|text| text.parse::<u64>().ok())
    };
    let min = scale("min-scale", "minScale").unwrap_or(0);
    let max = scale("max-scale", "maxScale").filter(|max| *max > 0);
    let start = scale("initial-scale", "initialScale").unwrap_or(1).max(min);
    let pods = counter.within(start, min, max.unwrap_or(start));
    let most = max.map_or_else(|| "no upper bound".to_owned(), |max| format!("at most {max}"));
    let count = Count { pods, surge: pods, why: format!("Knative, {min} without traffic, {most}") };
    let mut group = Group::at(item, "/spec/template", count)?;
    group.added.push(queue_proxy(annotations));
    Ok(vec![group.note("with queue-proxy, which Knative adds: 25m cpu unless an annotation says otherwise")])
}

fn queue_proxy(annotations: &Value) -> Container {
    let quantity = |name: &str| {
        let value = annotations.get(format!("queue.sidecar.serving.knative.dev/{name}"));
        value.and_then(Amount::of_quantity)
    };
    let resource = |name: &str| Resource {
        request: quantity(&format!("{name}-resource-request")),
        limit: quantity(&format!("{name}-resource-limit")),
    };
    let mut cpu = resource("cpu");
    cpu.request = cpu.request.or_else(|| Some(quantity_of("25m")));
    Container { name: "queue-proxy".to_owned(), cpu, memory: resource("memory") }
}

/// A DeploymentConfig (OpenShift): `spec.replicas`, 0 where it is absent. A rolling one has `maxSurge` more, 25 % by default.
pub fn deployment_config<'a>(counter: &Counter<'a>, item: &'a Item) -> Counted<'a> {
    let Scaled { replicas, why } = counter.scaled(item, item.value.pointer("/spec/replicas"), 0);
    let strategy = item.value.pointer("/spec/strategy").unwrap_or(&Value::Null);
    let rolling = matches!(text(strategy, "type"), "" | "Rolling");
    let surge = if rolling { surge(strategy.pointer("/rollingParams/maxSurge"), 25, replicas) } else { 0 };
    Ok(vec![Group::at(item, "/spec/template", Count { pods: replicas, surge, why })?])
}

/// A CloneSet (OpenKruise): `spec.replicas`, 1 by default, and `maxSurge`, 0 by default.
pub fn clone_set<'a>(counter: &Counter<'a>, item: &'a Item) -> Counted<'a> {
    let Scaled { replicas, why } = counter.scaled(item, item.value.pointer("/spec/replicas"), 1);
    let surge = surge(item.value.pointer("/spec/updateStrategy/maxSurge"), 0, replicas);
    Ok(vec![Group::at(item, "/spec/template", Count { pods: replicas, surge, why })?])
}

/// A JobSet: each replicated Job `replicas` times (1 by default), with the Pods of a Job.
pub fn job_set<'a>(_: &Counter<'a>, item: &'a Item) -> Counted<'a> {
    let suspended = is_true(item.value.pointer("/spec/suspend"));
    each(item, "replicatedJobs", |entry, path| {
        let replicas = whole(entry.get("replicas")).unwrap_or(1);
        let job = entry.pointer("/template/spec").unwrap_or(&Value::Null);
        let mut count = job_count(job);
        count.why = format!("{replicas} Jobs, {}", count.why);
        count.pods = count.pods.saturating_mul(replicas);
        if suspended {
            count = Count::new(0, "suspended");
        }
        within(job, "template", &format!("{path}.template.spec"), count).map(|group| group.part(text(entry, "name")))
    })
}

/// A LeaderWorkerSet: `spec.replicas` groups (1 by default) of `size` Pods (1 by default), one of them the leader.
pub fn leader_worker_set<'a>(counter: &Counter<'a>, item: &'a Item) -> Counted<'a> {
    let Scaled { replicas, why } = counter.scaled(item, item.value.pointer("/spec/replicas"), 1);
    let field = |key: &str| item.value.pointer(&format!("/spec/leaderWorkerTemplate/{key}"));
    let size = whole(field("size")).unwrap_or(1);
    let more = surge(item.value.pointer("/spec/rolloutStrategy/rollingUpdateConfiguration/maxSurge"), 0, replicas);
    let count = |pods: u64| Count {
        pods: pods.saturating_mul(replicas),
        surge: pods.saturating_mul(more),
        why: format!("{why}, size {size}"),
    };
    let leader = if field("leaderTemplate").is_some_and(|template| !template.is_null()) { "leader" } else { "worker" };
    let mut groups =
        vec![Group::at(item, &format!("/spec/leaderWorkerTemplate/{leader}Template"), count(1))?.part("leader")];
    if size > 1 {
        groups.push(Group::at(item, "/spec/leaderWorkerTemplate/workerTemplate", count(size - 1))?.part("workers"));
    }
    Ok(groups)
}

/// A ScaledJob (KEDA): from `minReplicaCount` (0) to `maxReplicaCount` (100) Jobs at the same time.
pub fn scaled_job<'a>(counter: &Counter<'a>, item: &'a Item) -> Counted<'a> {
    let number = |key: &str| whole(item.value.pointer("/spec").and_then(|spec| spec.get(key)));
    let (min, max) = (number("minReplicaCount").unwrap_or(0), number("maxReplicaCount").unwrap_or(100));
    let job = item.value.pointer("/spec/jobTargetRef").unwrap_or(&Value::Null);
    let mut count = job_count(job);
    count.why = format!("{min} to {max} Jobs, {}", count.why);
    count.pods = count.pods.saturating_mul(counter.within(min, min, max));
    Ok(vec![Group::at(item, "/spec/jobTargetRef/template", count)?])
}

/// A job of Kubeflow's training operator: `replicas` of each replica type, 1 by default.
pub fn training_job<'a>(_: &Counter<'a>, item: &'a Item) -> Counted<'a> {
    let suspended = is_true(item.value.pointer("/spec/runPolicy/suspend"));
    let specs = item.value.get("spec").and_then(Value::as_object).into_iter().flatten();
    let mut groups = Vec::new();
    for (key, replica_specs) in specs.filter(|(key, _)| key.ends_with("ReplicaSpecs")) {
        for (name, entry) in replica_specs.as_object().into_iter().flatten() {
            let replicas = whole(entry.get("replicas")).unwrap_or(1);
            let count = if suspended {
                Count::new(0, "suspended")
            } else {
                Count::new(replicas, format!("replicas {replicas}"))
            };
            groups.push(within(entry, "template", &format!("spec.{key}.{name}"), count)?.part(name));
        }
    }
    if groups.is_empty() { Err("spec: there are no replica specs".to_owned()) } else { Ok(groups) }
}

/// A Notebook (Kubeflow): one Pod, or none where it is stopped.
pub fn notebook<'a>(_: &Counter<'a>, item: &'a Item) -> Counted<'a> {
    let annotations = item.value.pointer("/metadata/annotations").and_then(Value::as_object);
    let stopped = annotations.is_some_and(|annotations| annotations.contains_key("kubeflow-resource-stopped"));
    let count = if stopped { Count::new(0, "stopped") } else { Count::new(1, "one Pod") };
    Ok(vec![Group::at(item, "/spec/template", count)?])
}

/// A RayCluster: a head, and `replicas` times `numOfHosts` Pods of each worker group.
pub fn ray_cluster<'a>(counter: &Counter<'a>, item: &'a Item) -> Counted<'a> {
    ray(counter, item, "/spec", false)
}

/// A RayJob: a cluster, unless it selects one, and the Pod that submits the job.
pub fn ray_job<'a>(counter: &Counter<'a>, item: &'a Item) -> Counted<'a> {
    let spec = item.value.get("spec").unwrap_or(&Value::Null);
    let selects = spec.get("clusterSelector").and_then(Value::as_object).is_some_and(|selector| !selector.is_empty());
    let mut groups = if selects { Vec::new() } else { ray(counter, item, "/spec/rayClusterSpec", false)? };
    if matches!(text(spec, "submissionMode"), "" | "K8sJobMode") {
        let count = Count::new(1, "submits the job");
        groups.push(match spec.get("submitterPodTemplate").filter(|template| !template.is_null()) {
            Some(template) => Group::of(template, "spec.submitterPodTemplate", count).part("submitter"),
            None => Group::made("submitter", ray_submitter(), count).note("KubeRay's own template"),
        });
    }
    if is_true(spec.get("suspend")) {
        for group in &mut groups {
            group.count = Count::new(0, "suspended");
        }
    }
    Ok(groups)
}

/// A RayService: a cluster, and a second one while it is upgraded, unless its strategy is `None`.
pub fn ray_service<'a>(counter: &Counter<'a>, item: &'a Item) -> Counted<'a> {
    let strategy = item.value.pointer("/spec/upgradeStrategy/type").and_then(Value::as_str);
    ray(counter, item, "/spec/rayClusterConfig", strategy != Some("None"))
}

fn ray<'a>(counter: &Counter<'a>, item: &'a Item, cluster: &str, second_cluster: bool) -> Counted<'a> {
    let field = |key: &str| item.value.pointer(cluster).and_then(|cluster| cluster.get(key));
    let autoscaling = is_true(field("enableInTreeAutoscaling"));
    let suspended = is_true(field("suspend"));
    let count = |pods: u64, why: String| match suspended {
        true => Count::new(0, "suspended"),
        false => Count { pods, surge: if second_cluster { pods } else { 0 }, why },
    };
    let head = count(1, "one head".to_owned());
    let mut head = Group::at(item, &format!("{cluster}/headGroupSpec/template"), head)?.part("head");
    if autoscaling {
        head.added.push(container("autoscaler", "500m", "512Mi"));
        head = head.note("with the autoscaler that KubeRay adds: 500m cpu, 512Mi memory");
    }
    let mut groups = vec![head];
    let path = format!("{}.workerGroupSpecs", cluster.trim_start_matches('/').replace('/', "."));
    let workers = field("workerGroupSpecs").and_then(Value::as_array).map_or(&[] as &[_], Vec::as_slice);
    for (index, worker) in workers.iter().enumerate() {
        let (pods, why) = ray_workers(counter, worker, autoscaling);
        let group = within(worker, "template", &format!("{path}[{index}]"), count(pods, why))?;
        groups.push(group.part(text(worker, "groupName")));
    }
    Ok(groups)
}

fn ray_workers(counter: &Counter<'_>, worker: &Value, autoscaling: bool) -> (u64, String) {
    if is_true(worker.get("suspend")) {
        return (0, "suspended".to_owned());
    }
    let number = |key: &str, default| whole(worker.get(key)).unwrap_or(default);
    let (min, max) = (number("minReplicas", 0), number("maxReplicas", RAY_UNBOUNDED));
    let (own, hosts) = (number("replicas", 0), number("numOfHosts", 1));
    let replicas = own.max(min).min(max);
    let scales = autoscaling && max < RAY_UNBOUNDED && counter.replicas == Replicas::HpaMax;
    let replicas = if scales { max } else { replicas };
    let range = if autoscaling { format!(" (Ray's autoscaler, {min} to {max})") } else { String::new() };
    (replicas.saturating_mul(hosts), format!("replicas {replicas}, numOfHosts {hosts}{range}"))
}

/// The container of the Pod that KubeRay makes where there is no template for it.
fn ray_submitter() -> Container {
    let resource =
        |request: &str, limit: &str| Resource { request: Some(quantity_of(request)), limit: Some(quantity_of(limit)) };
    let name = "ray-job-submitter".to_owned();
    Container { name, cpu: resource("500m", "1"), memory: resource("200Mi", "1Gi") }
}

/// A Job (Volcano): `replicas` of each task, 0 where it is absent.
pub fn volcano_job<'a>(_: &Counter<'a>, item: &'a Item) -> Counted<'a> {
    each(item, "tasks", |entry, path| {
        let replicas = whole(entry.get("replicas")).unwrap_or(0);
        let count = Count::new(replicas, format!("replicas {replicas}"));
        within(entry, "template", path, count).map(|group| group.part(text(entry, "name")))
    })
}

/// A StrimziPodSet: the Pods that it lists.
pub fn strimzi_pod_set<'a>(_: &Counter<'a>, item: &'a Item) -> Counted<'a> {
    each(item, "pods", |pod, path| {
        let name = pod.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
        Ok(Group::of(pod, path, Count::new(1, "one Pod")).part(name))
    })
}

/// An AutoscalingRunnerSet: from `minRunners` (0) to `maxRunners` Pods, and a listener.
pub fn autoscaling_runner_set<'a>(counter: &Counter<'a>, item: &'a Item) -> Counted<'a> {
    let field = |key: &str| item.value.get("spec").and_then(|spec| spec.get(key));
    let min = whole(field("minRunners")).unwrap_or(0);
    let max = whole(field("maxRunners"));
    let most = max.map_or_else(|| "no upper bound".to_owned(), |max| format!("at most {max}"));
    let count = Count::new(counter.within(min, min, max.unwrap_or(min)), format!("at least {min} runners, {most}"));
    let listener = Count::new(1, "one listener");
    let listener = match field("listenerTemplate").filter(|template| !template.is_null()) {
        Some(template) => Group::of(template, "spec.listenerTemplate", listener).part("listener"),
        None => Group::made("listener", Container { name: "listener".to_owned(), ..Container::default() }, listener),
    };
    let listener = listener.note("runs in the namespace of the controller");
    Ok(vec![Group::at(item, "/spec/template", count)?.part("runners"), listener])
}

/// An EphemeralRunnerSet: `spec.replicas`, 0 where it is absent.
pub fn ephemeral_runner_set<'a>(_: &Counter<'a>, item: &'a Item) -> Counted<'a> {
    let replicas = whole(item.value.pointer("/spec/replicas")).unwrap_or(0);
    Ok(vec![Group::at(item, "/spec/ephemeralRunnerSpec", Count::new(replicas, format!("replicas {replicas}")))?])
}

/// A GameServer (Agones) is one Pod, or none where it is a server outside of the cluster.
pub fn game_server<'a>(_: &Counter<'a>, item: &'a Item) -> Counted<'a> {
    let annotations = item.value.pointer("/metadata/annotations").and_then(Value::as_object);
    let outside = annotations.is_some_and(|annotations| annotations.contains_key("agones.dev/dev-address"));
    let count = if outside { Count::new(0, "outside of the cluster") } else { Count::new(1, "one Pod") };
    Ok(vec![Group::at(item, "/spec/template", count)?.note(AGONES)])
}

/// A Fleet (Agones): `spec.replicas`, 0 by default, and `maxSurge` more during a rolling update, 25 % by default.
pub fn fleet<'a>(counter: &Counter<'a>, item: &'a Item) -> Counted<'a> {
    let mut groups = game_server_set(counter, item)?;
    let strategy = item.value.pointer("/spec/strategy").unwrap_or(&Value::Null);
    for group in &mut groups {
        if text(strategy, "type") != "Recreate" {
            group.count.surge = surge(strategy.pointer("/rollingUpdate/maxSurge"), 25, group.count.pods);
        }
    }
    Ok(groups)
}

/// A GameServerSet (Agones): `spec.replicas`, 0 by default.
pub fn game_server_set<'a>(counter: &Counter<'a>, item: &'a Item) -> Counted<'a> {
    let Scaled { replicas, why } = counter.scaled(item, item.value.pointer("/spec/replicas"), 0);
    let count = Count::new(replicas, why);
    Ok(vec![Group::at(item, "/spec/template/spec/template", count)?.note(AGONES)])
}

const AGONES: &str = "the sidecar that Agones adds is an init container and is not counted (30m cpu)";

/// The groups of a list in `spec`, one an entry.
fn each<'a>(item: &'a Item, key: &str, group: impl Fn(&'a Value, &str) -> Result<Group<'a>, String>) -> Counted<'a> {
    let entries = item.value.get("spec").map_or(&[] as &[_], |spec| list(spec, key));
    if entries.is_empty() {
        return Err(format!("spec.{key}: the list is missing or empty"));
    }
    let entries = entries.iter().enumerate();
    entries.map(|(index, entry)| group(entry, &format!("spec.{key}[{index}]"))).collect()
}

/// The group of a template in an entry whose own path is `path`.
fn within<'a>(entry: &'a Value, key: &str, path: &str, count: Count) -> Result<Group<'a>, String> {
    match entry.get(key) {
        Some(template) => Ok(Group::of(template, &format!("{path}.{key}"), count)),
        None => Err(format!("{path}.{key}: there is no pod template")),
    }
}

fn is_true(value: Option<&Value>) -> bool {
    value.and_then(Value::as_bool) == Some(true)
}

/// A container whose requests equal its limits.
fn container(name: &str, cpu: &str, memory: &str) -> Container {
    let resource = |text: &str| Resource { request: Some(quantity_of(text)), limit: Some(quantity_of(text)) };
    Container { name: name.to_owned(), cpu: resource(cpu), memory: resource(memory) }
}

/// A quantity in this file.
fn quantity_of(text: &str) -> Amount {
    Amount::of_quantity(&text.into()).unwrap_or_default()
}
