//! Generated manifests: workloads of an ordinary shop, one in eight with something that virtual nodes cannot run.

/// An object as an item of a list.
pub fn item(object: &str) -> String {
    let mark = |(index, line)| format!("{}{line}\n", if index == 0 { "- " } else { "  " });
    object.lines().enumerate().map(mark).collect()
}

/// The object of this index, a document of YAML. The same every time.
pub fn object(index: usize) -> String {
    match index % 10 {
        0..=3 => workload("apps/v1", "Deployment", index, "  replicas: 3\n"),
        4 => workload("apps/v1", "StatefulSet", index, "  serviceName: web\n"),
        5 => cron_job(index),
        6 | 7 => service(index),
        8 => config_map(index),
        _ => format!("{}type: Opaque\ndata: {{token: c2VjcmV0}}\n", head("v1", "Secret", index)),
    }
}

fn head(api_version: &str, kind: &str, index: usize) -> String {
    let namespace = index % 40;
    format!(
        "apiVersion: {api_version}\nkind: {kind}\nmetadata:\n  name: part-{index}\n  namespace: team-{namespace}\n  \
         labels:\n    app.kubernetes.io/name: part-{index}\n    app.kubernetes.io/part-of: shop\n"
    )
}

fn workload(api_version: &str, kind: &str, index: usize, fields: &str) -> String {
    let labels = format!("app.kubernetes.io/name: part-{index}");
    format!(
        "{}spec:\n{fields}  selector:\n    matchLabels: {{{labels}}}\n  template:\n    metadata:\n      labels: {{{labels}}}\n    \
         spec:\n{}",
        head(api_version, kind, index),
        pod(index, "      ")
    )
}

fn cron_job(index: usize) -> String {
    format!(
        "{}spec:\n  schedule: \"*/5 * * * *\"\n  jobTemplate:\n    spec:\n      template:\n        spec:\n{}          \
         restartPolicy: OnFailure\n",
        head("batch/v1", "CronJob", index),
        pod(index, "          ")
    )
}

fn pod(index: usize, indent: &str) -> String {
    let mut lines = vec![
        "serviceAccountName: part".to_owned(),
        "securityContext:".to_owned(),
        "  runAsNonRoot: true".to_owned(),
        "  runAsUser: 1000".to_owned(),
    ];
    if index.is_multiple_of(8) {
        lines.extend(["hostNetwork: true".to_owned(), "terminationGracePeriodSeconds: 300".to_owned()]);
    }
    lines.push("containers:".to_owned());
    for container in ["main", "sidecar"] {
        lines
            .extend(CONTAINER.lines().map(|line| line.replace("NAME", container).replace("INDEX", &index.to_string())));
    }
    lines.extend(VOLUMES.lines().map(str::to_owned));
    lines.into_iter().map(|line| format!("{indent}{line}\n")).collect()
}

const CONTAINER: &str = "\
- name: NAME
  image: registry.example.com/shop/part-INDEX:1.2.3
  imagePullPolicy: IfNotPresent
  args: [\"--port\", \"8080\"]  # the Service's target
  env:
  - name: LEVEL
    value: info
  - name: TOKEN
    valueFrom:
      secretKeyRef: {name: token, key: token}
  ports:
  - name: http
    containerPort: 8080
  resources:
    requests: {cpu: \"1\", memory: 1Gi}
    limits: {cpu: \"1\", memory: 1Gi}
  readinessProbe:
    httpGet: {path: /healthz, port: http}
    periodSeconds: 10
  volumeMounts:
  - name: config
    mountPath: /etc/part
    readOnly: true";

const VOLUMES: &str = "\
volumes:
- name: config
  configMap:
    name: config
- name: scratch
  emptyDir: {}";

fn service(index: usize) -> String {
    let policy = if index % 8 == 6 { "  externalTrafficPolicy: Local\n" } else { "" };
    format!(
        "{}spec:\n  type: LoadBalancer\n{policy}  selector:\n    app.kubernetes.io/name: part-{index}\n  ports:\n  - name: http\n    \
         port: 80\n    targetPort: http\n",
        head("v1", "Service", index)
    )
}

fn config_map(index: usize) -> String {
    let lines: String = (0..20).map(|line| format!("    setting.{line} = \"value {index}\"\n")).collect();
    format!("{}data:\n  part.conf: |\n{lines}", head("v1", "ConfigMap", index))
}
