//! The examples of the rules in `docs/rules/examples`, the sentences of the findings, and the requests of `e2e.bats`, which
//! are made from the examples.
//!
//! `BLESS=1 cargo test --test docs` writes the requests in `test_data/e2e` anew.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use common::{Recorded, yaml};
use oke_virtual_nodes_policy::lookups::{Cluster, Host, Lookup};
use oke_virtual_nodes_policy::policy;
use oke_virtual_nodes_policy::response::Response;
use oke_virtual_nodes_policy::rule::{Level, Rule};
use oke_virtual_nodes_policy::rules::RULES;
use serde_json::{Map, Value, json};

/// Kubernetes cuts a warning that is longer than this.
const MOST_WARNING: usize = 256;

/// Rules whose example cannot be valid without something that another rule finds.
const COMPANIONS: [(&str, &str); 1] = [
    // A device can only come from a claim.
    ("volume-devices", "persistent-volume-claim"),
];

/// Rules that still say more than fits into a warning where the path is longest. To be emptied.
const TOO_LONG: [&str; 0] = [];

// The rules themselves.

#[test]
fn every_rule_has_a_file_of_its_name() {
    let mut files = BTreeSet::new();
    for entry in fs::read_dir(path("src/rules")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        files.insert(name.strip_suffix(".rs").unwrap().replace('_', "-"));
    }
    assert!(files.remove("mod"));
    assert_eq!(ids().collect::<BTreeSet<_>>(), files.iter().map(String::as_str).collect());
    assert_eq!(files.len(), RULES.len(), "an id is there twice");
}

#[test]
fn every_id_is_in_kebab_case() {
    for id in ids() {
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
        assert!(id.split('-').all(is_word), "{id}");
    }
}

// The examples.

#[test]
fn what_fails_is_found_by_its_rule_alone() {
    let mut wrong = Vec::new();
    for rule in RULES {
        let response = validate_in(&Recorded(&cluster_of(rule)), &found(rule), &settings_of(rule));
        let (denied, warned) = annotations(&response);
        let expected = match rule.strict {
            Level::Deny => (companions(rule).join(","), String::new()),
            _ => (String::new(), rule.id.to_owned()),
        };
        if (denied.clone(), warned.clone()) != expected {
            wrong.push(format!("{}: denied {denied:?}, warned {warned:?}: {:?}", rule.id, response.message));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn what_is_fixed_yields_nothing() {
    let mut wrong = Vec::new();
    for rule in RULES {
        let response = validate_in(&Recorded(&cluster_of(rule)), &clean(rule), &settings_of(rule));
        if !response.accepted || response.message.is_some() || response.warnings.is_some() {
            wrong.push(format!("{}: {:?} {:?}", rule.id, response.message, response.warnings));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

// The findings, as sentences.

#[test]
fn findings_read_well() {
    let mut wrong = Vec::new();
    for line in all_lines() {
        let mut check = |is_good: bool, what: &str| {
            if !is_good {
                wrong.push(format!("{what}: {line}"));
            }
        };
        check(line.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' '), "not printable ASCII");
        let (_, text) = line.split_once(": ").expect("a place and a text");
        let text = text.strip_prefix("container \"a-20-characters-name\" ").unwrap_or(text);
        let Some((problem, remedy)) = text.split_once("; ") else {
            check(false, "no remedy");
            continue;
        };
        for part in [problem, remedy] {
            check(!part.contains("; ") && !part.contains(": "), "a sentence with a colon or semicolon");
            check(!part.ends_with('.') && !part.ends_with(' '), "the end of a sentence");
            let is_name = |part: &str| part.starts_with(|first: char| first == '"' || first.is_ascii_lowercase());
            check(is_name(part), "the beginning of a sentence");
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn warnings_fit_what_kubernetes_passes_on() {
    let too_long: Vec<_> = all_lines()
        .into_iter()
        .filter(|line| line.len() > MOST_WARNING && !is_known_to_be_too_long(line))
        .map(|line| format!("{}: {line}", line.len()))
        .collect();
    assert!(too_long.is_empty(), "more than {MOST_WARNING} characters:\n{}", too_long.join("\n"));
}

#[test]
fn warnings_of_fixes_fit_too() {
    let settings = json!({"mutate": "full", "mutateTemplates": true, "rules": {
        "missing-resources": {"level": "deny", "mutate": true, "cpu": "1", "memory": "1Gi"},
    }});
    let mut too_long = Vec::new();
    for request in everything() {
        let response = validate(&request, &settings);
        let warnings = response.warnings.unwrap_or_default().into_iter();
        too_long.extend(warnings.filter(|warning| warning.ends_with("...") && !is_known_to_be_too_long(warning)));
    }
    assert!(too_long.is_empty(), "more than {MOST_WARNING} characters:\n{}", too_long.join("\n"));
}

fn is_known_to_be_too_long(line: &str) -> bool {
    TOO_LONG.iter().any(|id| line.starts_with(&format!("{id} ")))
}

#[test]
fn every_rule_is_among_the_sentences() {
    let lines = all_lines();
    for id in ids() {
        assert!(lines.iter().any(|line| line.starts_with(&format!("{id} "))), "no sentence of {id}");
    }
    for part in [
        "exemption spec.jobTemplate.spec.template.metadata.annotations",
        "could not look up Secrets",
        "could not look up PersistentVolumeClaims",
        "could not look up Namespaces",
        "the claim is of no storage class",
        "the namespace asks for",
    ] {
        assert!(lines.iter().any(|line| line.contains(part)), "no sentence with {part:?}");
    }
}

// The requests of e2e.bats.

#[test]
fn the_requests_of_e2e_bats_are_those_of_the_examples() {
    let bless = std::env::var_os("BLESS").is_some_and(|value| !value.is_empty());
    let directory = path("test_data/e2e");
    let mut stale = Vec::new();
    for rule in RULES {
        let directory = directory.join(rule.id);
        for (name, request) in [("found.json", found(rule)), ("clean.json", clean(rule))] {
            let file = directory.join(name);
            // By value: the order of keys depends on which features of serde_json are on.
            let kept = fs::read_to_string(&file).ok().and_then(|text| serde_json::from_str::<Value>(&text).ok());
            if kept.as_ref() == Some(&request) {
                continue;
            }
            stale.push(file.display().to_string());
            if bless {
                fs::create_dir_all(&directory).unwrap();
                fs::write(&file, format!("{}\n", serde_json::to_string_pretty(&sorted(request)).unwrap())).unwrap();
            }
        }
    }
    if directory.exists() {
        for entry in fs::read_dir(&directory).unwrap() {
            let entry = entry.unwrap();
            if !ids().any(|id| entry.file_name() == *id) {
                stale.push(entry.path().display().to_string());
                if bless {
                    fs::remove_dir_all(entry.path()).unwrap();
                }
            }
        }
    }
    assert!(bless || stale.is_empty(), "stale, run with BLESS=1 to write them anew:\n{}", stale.join("\n"));
}

#[test]
fn e2e_bats_has_a_test_for_every_rule() {
    let text = fs::read_to_string(path("e2e.bats")).unwrap();
    let mut expected = Vec::new();
    for rule in RULES {
        let id = rule.id;
        let expects = match rule.strict {
            Level::Deny if companions(rule).len() > 1 => format!("denies {id} {}", companions(rule).join(",")),
            Level::Deny => format!("denies {id}"),
            _ => format!("warns {id}"),
        };
        expected.push(format!("@test \"{id}\" {{ {expects}; }}"));
    }
    // The tests of rules are those of one line.
    let there: Vec<_> = text.lines().filter(|line| line.starts_with("@test ") && line.ends_with('}')).collect();
    let expected: Vec<_> = expected.iter().map(String::as_str).collect();
    assert!(there == expected, "the tests of rules in e2e.bats should be these:\n{}", expected.join("\n"));
}

// Requests.

fn path(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

fn ids() -> impl Iterator<Item = &'static str> {
    RULES.iter().map(|rule| rule.id)
}

/// The rule and what its example cannot do without, sorted.
fn companions(rule: &Rule) -> Vec<&'static str> {
    let mut ids: Vec<_> = COMPANIONS.iter().filter(|(id, _)| *id == rule.id).map(|(_, companion)| *companion).collect();
    ids.push(rule.id);
    ids.sort_unstable();
    ids
}

fn found(rule: &Rule) -> Value {
    request(&example(rule, "fails"), &format!("{}-found", rule.id))
}

fn clean(rule: &Rule) -> Value {
    request(&example(rule, "fixed"), &format!("{}-clean", rule.id))
}

/// One of the two examples of a rule.
fn example(rule: &Rule, name: &str) -> String {
    let path = path(&format!("docs/rules/examples/{}/{name}.yaml", rule.id));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What the API server would send for an example, which is a manifest or a part of a request.
fn request(example: &str, uid: &str) -> Value {
    let example: Value = yaml(example);
    let given = example.get("request").cloned().unwrap_or_else(|| creation(&example, uid));
    let Value::Object(mut given) = given else { panic!("{uid}: the request is no object") };
    let kind = text(&given["kind"]["kind"], uid).to_owned();
    let is_clustered = CLUSTERED.contains(&kind.as_str());
    let namespace = given["object"]["metadata"]["namespace"].as_str().unwrap_or("default").to_owned();
    if !is_clustered {
        for key in ["object", "oldObject"] {
            if let Some(metadata) = given.get_mut(key).and_then(|object| object.get_mut("metadata")) {
                metadata["namespace"] = json!(namespace);
            }
        }
        given.insert("namespace".to_owned(), json!(namespace));
    } else if kind == "Namespace" {
        given.insert("namespace".to_owned(), given["name"].clone());
    }
    given.insert("uid".to_owned(), json!(uid));
    for (key, of) in [("requestKind", "kind"), ("requestResource", "resource"), ("requestSubResource", "subResource")] {
        if let Some(value) = given.get(of).cloned() {
            given.insert(key.to_owned(), value);
        }
    }
    let options = match text(&given["operation"], uid) {
        "CREATE" => json!({"apiVersion": "meta.k8s.io/v1", "kind": "CreateOptions"}),
        "UPDATE" => json!({"apiVersion": "meta.k8s.io/v1", "kind": "UpdateOptions"}),
        _ => Value::Null,
    };
    given.insert("options".to_owned(), options);
    given.insert("userInfo".to_owned(), json!({"username": "somebody", "groups": ["system:authenticated"]}));
    given.insert("dryRun".to_owned(), json!(false));
    given.entry("oldObject").or_insert(Value::Null);
    given.into()
}

/// Kinds that have no namespace.
const CLUSTERED: [&str; 3] = ["Namespace", "PersistentVolume", "ClusterRoleBinding"];

/// The request that creates an object, as far as it says which one.
fn creation(object: &Value, uid: &str) -> Value {
    let api_version = text(&object["apiVersion"], uid);
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let kind = text(&object["kind"], uid);
    json!({
        "kind": {"group": group, "version": version, "kind": kind},
        "resource": {"group": group, "version": version, "resource": plural(kind)},
        "operation": "CREATE",
        "name": text(&object["metadata"]["name"], uid),
        "object": object,
    })
}

fn text<'v>(value: &'v Value, uid: &str) -> &'v str {
    value.as_str().unwrap_or_else(|| panic!("{uid}: a string is missing"))
}

/// The resource of a kind, as far as the examples go.
fn plural(kind: &str) -> String {
    let kind = kind.to_lowercase();
    match kind.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{kind}s"),
    }
}

/// The same value, with the keys of all objects in order, however serde_json keeps them.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let mut entries: Vec<_> = object.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            entries.sort_by(|(one, _), (other, _)| one.cmp(other));
            Value::Object(entries.into_iter().collect::<Map<_, _>>())
        }
        Value::Array(list) => list.into_iter().map(sorted).collect(),
        value => value,
    }
}

/// The settings under which a rule finds its example.
fn settings_of(rule: &Rule) -> Value {
    json!({"lookups": rule.lookups.iter().map(|kind| kind.name()).collect::<Vec<_>>()})
}

/// What is in the cluster that the example of a rule speaks of.
fn cluster_of(rule: &Rule) -> Vec<Value> {
    match rule.id {
        "image-pull-secret-type" => yaml(
            "
- {apiVersion: v1, kind: Secret, metadata: {name: opaque, namespace: shop}, type: Opaque}
- {apiVersion: v1, kind: Secret, metadata: {name: registry, namespace: shop}, type: kubernetes.io/dockerconfigjson}
",
        ),
        _ => Vec::new(),
    }
}

fn validate(request: &Value, settings: &Value) -> Response {
    validate_in(&Host, request, settings)
}

fn validate_in(cluster: &dyn Cluster, request: &Value, settings: &Value) -> Response {
    policy::validate_in(cluster, json!({"request": request, "settings": settings}).to_string().as_bytes())
}

fn annotations(response: &Response) -> (String, String) {
    let annotations = response.audit_annotations.as_ref();
    let of = |ids: Option<&String>| ids.cloned().unwrap_or_default();
    (of(annotations.and_then(|ids| ids.denied.as_ref())), of(annotations.and_then(|ids| ids.warned.as_ref())))
}

// Every sentence that a rule can say, where it is longest: in a CronJob, of a container with a long name.

/// The findings of all requests of [`everything`] in one line each, uncut, with what is found in a cluster and with what
/// is said where none answers. Each rule is asked alone, so that nothing is left out at the end of a long message.
fn all_lines() -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    let objects = looked_up();
    for request in everything() {
        for cluster in [&Recorded(&objects) as &dyn Cluster, &Host] {
            let (denied, warned) = annotations(&validate_in(cluster, &request, &every_rule(&|_| "deny")));
            for id in denied.split(',').chain(warned.split(',')).filter(|id| !id.is_empty()) {
                let mut settings = every_rule(&|rule| if rule.id == id { "deny" } else { "off" });
                let mut insert = |settings: &Value| {
                    let response = validate_in(cluster, &request, settings);
                    let message = response.message.unwrap_or_default();
                    let denials = message.lines().filter_map(|line| line.strip_prefix("- "));
                    lines.extend(denials.map(str::to_owned).chain(response.warnings.unwrap_or_default()));
                };
                insert(&settings);
                settings["lookups"] = json!([]);
                insert(&settings);
                if id == "persistent-volume-claim" {
                    settings["rules"][id] = json!({"level": "deny", "allowStorageClasses": ["fss"]});
                    insert(&settings);
                    settings["lookups"] = json!(Lookup::NAMES);
                    insert(&settings);
                }
            }
        }
    }
    lines
}

/// A cluster in which every rule that looks something up finds something.
fn looked_up() -> Vec<Value> {
    yaml(
        "
- {apiVersion: v1, kind: Secret, metadata: {name: opaque, namespace: default}, type: Opaque}
- {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data, namespace: default}, spec: {storageClassName: oci-bv}}
- apiVersion: v1
  kind: Namespace
  metadata: {name: default, labels: {servicemesh.oci.oracle.com/sidecar-injection: enabled}}
",
    )
}

fn every_rule(level: &dyn Fn(&Rule) -> &'static str) -> Value {
    let rules: Map<_, _> = RULES.iter().map(|rule| (rule.id.to_owned(), json!(level(rule)))).collect();
    json!({"rules": rules, "lookups": Lookup::NAMES})
}

fn everything() -> Vec<Value> {
    let mut requests: Vec<_> = RULES.iter().map(|rule| found(rule)).collect();
    let mut add = |object: &Value| requests.push(request(&object.to_string(), "everything"));
    let images = PRODUCT_IMAGES
        .map(|image| json!({"name": "a-20-characters-name", "image": format!("registry.example.com/{image}:1")}));
    for container in containers().into_iter().chain(images) {
        for list in ["initContainers", "containers"] {
            add(&cron_job(json!({list: [container]})));
        }
        // Only a Pod can have these.
        add(&json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"},
            "spec": {"ephemeralContainers": [container]}}));
    }
    for spec in pods() {
        add(&cron_job(spec));
    }
    for volume in volumes() {
        add(&cron_job(json!({"volumes": [volume]})));
    }
    for object in objects() {
        add(&object);
    }
    // What an update finds again says so, and is longer by it.
    let again: Vec<_> = requests.iter().filter(|request| request["operation"] == "CREATE").cloned().collect();
    for mut request in again {
        request["operation"] = json!("UPDATE");
        request["oldObject"] = request["object"].clone();
        requests.push(request);
    }
    requests
}

fn cron_job(spec: Value) -> Value {
    json!({
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": "nightly"},
        "spec": {"schedule": "@daily", "jobTemplate": {
            "metadata": {"deletionGracePeriodSeconds": 1},
            "spec": {"template": {"metadata": {"deletionGracePeriodSeconds": 1}, "spec": spec}},
        }},
    })
}

fn containers() -> Vec<Value> {
    let containers: Value = yaml(
        r#"
- restartPolicy: Always
  stdin: true
  stdinOnce: true
  tty: true
  terminationMessagePath: /tmp/last-words
  terminationMessagePolicy: FallbackToLogsOnError
  ports:
    - {containerPort: 30002, hostPort: 65535, hostIP: 127.0.0.1}
  volumeDevices:
    - {name: disk, devicePath: /dev/xvda}
  volumeMounts:
    - {name: data, mountPath: /data, mountPropagation: HostToContainer, subPathExpr: $(POD_NAME)}
  livenessProbe: &probe {grpc: {port: 9090}, terminationGracePeriodSeconds: 30}
  readinessProbe: *probe
  startupProbe: *probe
  securityContext:
    privileged: true
    allowPrivilegeEscalation: true
    procMount: Unmasked
    seccompProfile: &profile {type: RuntimeDefault}
    appArmorProfile: *profile
    seLinuxOptions: {level: s0}
    windowsOptions: {hostProcess: true}
- securityContext: {allowPrivilegeEscalation: true}
- resources:
    requests: {cpu: 100m, memory: 100Mi, ephemeral-storage: 1Gi}
    limits: {cpu: 200m, memory: 200Mi, ephemeral-storage: 2Gi}
- resources:
    requests: {cpu: 100m, amd.com/gpu: 1}
- resources:
    limits: {memory: 1Gi, gpu.intel.com/i915: 1, nvidia.com/gpu: 1}
- name: istio-proxy
- name: linkerd-proxy
- name: oci-sm-proxy
- image: registry.k8s.io/metrics-server/metrics-server:v0.8.0
  args: [--metric-resolution=15s]
"#,
    );
    let Value::Array(mut containers) = containers else { panic!("a list") };
    for container in &mut containers {
        let container = container.as_object_mut().unwrap();
        container.entry("name").or_insert(json!("a-20-characters-name"));
        container.entry("image").or_insert(json!("registry.example.com/shop/web:1.4"));
    }
    containers
}

const PRODUCT_IMAGES: [&str; 13] = [
    "flannel-io/flannel",
    "calico/kube-controllers",
    "cilium/cilium",
    "istio/pilot",
    "linkerd/controller",
    "autoscaling/vpa-admission-controller",
    "autoscaling/cluster-autoscaler",
    "kubernetesui/dashboard",
    "kube-proxy",
    "ingress-nginx/controller",
    "nginx-ingress-controller",
    "metrics-server/metrics-server",
    "istio/proxyv2",
];

fn pods() -> Vec<Value> {
    let pods: Value = yaml(
        r#"
- hostIPC: true
  hostNetwork: true
  hostPID: true
  hostname: web
  setHostnameAsFQDN: true
  shareProcessNamespace: true
  terminationGracePeriodSeconds: 300
  imagePullSecrets: [{name: opaque}]
  os: {name: linux}
  overhead: {memory: 120Mi}
  resources: {requests: {memory: 1Gi}, limits: {memory: 2Gi}}
  securityContext:
    fsGroup: 1
    fsGroupChangePolicy: OnRootMismatch
    supplementalGroups: [1]
    supplementalGroupsPolicy: Strict
    seLinuxChangePolicy: Recursive
    seLinuxOptions: {level: s0}
    sysctls: [{name: kernel.shm_rmid_forced, value: "1"}]
    seccompProfile: &profile {type: RuntimeDefault}
    appArmorProfile: *profile
    windowsOptions: {hostProcess: true}
  nodeSelector: {node.kubernetes.io/instance-type: VM.GPU.A10.1}
  affinity:
    nodeAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        nodeSelectorTerms:
          - matchExpressions: [{key: node.kubernetes.io/instance-type, operator: In, values: [VM.Standard3.Flex]}]
- os: {name: windows}
- nodeSelector: {beta.kubernetes.io/instance-type: BM.Optimized3.36}
"#,
    );
    pods.as_array().unwrap().clone()
}

fn volumes() -> Vec<Value> {
    let volumes: Value = yaml(
        r#"
- emptyDir: {medium: HugePages-2Mi, sizeLimit: 1Gi}
- configMap: {name: settings, defaultMode: 493, items: [{key: a, path: a, mode: 256}]}
- secret: {secretName: keys, defaultMode: 493, items: [{key: a, path: a, mode: 256}]}
- downwardAPI: {items: [{path: cpu, resourceFieldRef: {resource: limits.cpu}}]}
- projected:
    defaultMode: 0
    sources:
      - configMap: {name: settings, items: [{key: a, path: a, mode: 511}]}
      - secret: {name: keys, items: [{key: a, path: a, mode: 511}]}
      - serviceAccountToken: {path: token, expirationSeconds: 7200}
      - downwardAPI: {items: [{path: cpu, resourceFieldRef: {resource: limits.cpu}}]}
      - clusterTrustBundle: {path: roots.pem}
      - podCertificate: {keyType: ED25519}
      - {}
- persistentVolumeClaim: {claimName: data}
- ephemeral: {volumeClaimTemplate: {spec: {storageClassName: oci-bv}}}
- awsElasticBlockStore: {volumeID: a}
- azureDisk: {diskName: a}
- azureFile: {secretName: a}
- cephfs: {monitors: [a]}
- cinder: {volumeID: a}
- csi: {driver: csi.example.com}
- fc: {lun: 1}
- flexVolume: {driver: example.com/driver}
- flocker: {datasetName: a}
- gcePersistentDisk: {pdName: a}
- gitRepo: {repository: "https://example.com/a.git"}
- glusterfs: {path: a}
- hostPath: {path: /}
- image: {reference: registry.example.com/files}
- iscsi: {lun: 1}
- nfs: {server: files.example.com, path: /}
- photonPersistentDisk: {pdID: a}
- portworxVolume: {volumeID: a}
- quobyte: {volume: a}
- rbd: {image: a}
- scaleIO: {volumeName: a}
- storageos: {volumeName: a}
- vsphereVolume: {volumePath: a}
"#,
    );
    let Value::Array(mut volumes) = volumes else { panic!("a list") };
    for volume in &mut volumes {
        volume["name"] = json!("data");
    }
    volumes.push(json!({"name": "first"}));
    volumes
}

fn objects() -> Vec<Value> {
    let objects: Value = yaml(
        r#"
- {apiVersion: v1, kind: PersistentVolumeClaim, spec: {storageClassName: oci-bv}}
- {apiVersion: apps/v1, kind: StatefulSet, spec: {volumeClaimTemplates: [{metadata: {name: data}}]}}
- {apiVersion: v1, kind: PersistentVolume, spec: {csi: {driver: fss.csi.oraclecloud.com}}}
- {apiVersion: v1, kind: PersistentVolume, spec: {photonPersistentDisk: {pdID: a}}}
- {apiVersion: policy.networking.k8s.io/v1alpha1, kind: BaselineAdminNetworkPolicy}
- {apiVersion: crd.projectcalico.org/v1, kind: FelixConfiguration}
- {apiVersion: operator.tigera.io/v1, kind: Installation}
- {apiVersion: cilium.io/v2, kind: CiliumClusterwideNetworkPolicy}
- {apiVersion: networking.istio.io/v1, kind: VirtualService}
- {apiVersion: multicluster.linkerd.io/v1alpha1, kind: Link}
- {apiVersion: servicemesh.oci.oracle.com/v1beta1, kind: VirtualDeploymentBinding}
- {apiVersion: autoscaling.k8s.io/v1, kind: VerticalPodAutoscalerCheckpoint}
- apiVersion: v1
  kind: Namespace
  metadata: {annotations: {linkerd.io/inject: enabled}}
- apiVersion: v1
  kind: Namespace
  metadata: {labels: {servicemesh.oci.oracle.com/sidecar-injection: enabled}}
- apiVersion: batch/v1
  kind: CronJob
  metadata: {}
  spec: {jobTemplate: {spec: {template: {metadata: {annotations: {oke-virtual-nodes.kubewarden.io/exempt: "host-pid: it is old"}}}}}}
- {apiVersion: v1, kind: Pod, metadata: {}, spec: {}}
- apiVersion: batch/v1
  kind: CronJob
  metadata: {}
  spec:
    jobTemplate:
      spec:
        template:
          metadata:
            labels:
              servicemesh.oci.oracle.com/ingress-gateway-deployment: web
              sidecar.istio.io/inject: "true"
              linkerd.io/control-plane-component: web
              app.kubernetes.io/part-of: kubernetes-dashboard
- apiVersion: v1
  kind: Service
  metadata:
    annotations:
      oci.oraclecloud.com/load-balancer-type: nlb
      oci-network-load-balancer.oraclecloud.com/is-preserve-source: "true"
      oci-network-load-balancer.oraclecloud.com/security-list-management-mode: All
  spec: {type: LoadBalancer, externalTrafficPolicy: Local, healthCheckNodePort: 30100}
- apiVersion: v1
  kind: Service
  metadata: {annotations: {service.beta.kubernetes.io/oci-load-balancer-security-list-management-mode: all}}
  spec: {type: LoadBalancer}
- apiVersion: v1
  kind: Service
  metadata: {annotations: {oci.oraclecloud.com/security-rule-management-mode: NSG}}
  spec: {type: LoadBalancer}
- apiVersion: v1
  kind: Service
  metadata: {annotations: {oci.oraclecloud.com/security-rule-management-mode: SL-Frontend}}
  spec: {type: LoadBalancer}
"#,
    );
    let Value::Array(mut objects) = objects else { panic!("a list") };
    for object in &mut objects {
        object["metadata"]["name"] = json!("web");
    }
    objects
}
