//! A report with everything that a report can have in it.

use oke_vn::output::model::*;

/// What a sample finding is made from.
pub struct Row(pub &'static str, pub Level, pub &'static str, pub usize, pub Option<&'static str>, pub Fix);

const TEXTS: [(&str, &str, &str, &str); 9] = [
    (
        "host-pid",
        "Finds pods that share the process namespace of the node.",
        "virtual nodes do not support hostPID",
        "remove hostPID",
    ),
    ("daemonset", "Finds every DaemonSet.", "a virtual node runs no DaemonSet pods", "keep it on managed nodes"),
    (
        "host-port",
        "Finds container ports with a host port.",
        "opens port 9100 of the node",
        "remove hostPort and use a Service",
    ),
    (
        "requests-equal-limits",
        "Finds resources whose request and limit differ in value.",
        "requests 100m of cpu and limits it to 200m",
        "make request and limit equal",
    ),
    (
        "missing-resources",
        "Finds normal and init containers without a request or limit for cpu or memory.",
        "has no cpu and memory, and gets 0.125 OCPU and 0.5 GB",
        "set requests and limits to what it needs",
    ),
    (
        "volume-type",
        "Finds volumes whose source virtual nodes don't mount.",
        "virtual nodes mount no volume of type hostPath",
        "use emptyDir, configMap, secret, projected or downwardAPI",
    ),
    (
        "network-policy",
        "Finds network policies, which nothing enforces.",
        "nothing enforces it on virtual nodes, so it would give false safety",
        "use network security groups or security lists",
    ),
    (
        "termination-grace-period",
        "Finds pods with a grace period other than the default.",
        "virtual nodes always wait 30 seconds",
        "remove terminationGracePeriodSeconds",
    ),
    (
        "init-containers",
        "Finds every init container.",
        "virtual nodes run no init containers",
        "do its work in the image",
    ),
];

/// A finding with the texts of its rule.
pub fn finding(file: Option<&str>, row: &Row) -> Finding {
    let Row(rule, level, path, line, container, fix) = *row;
    let (.., problem, remedy) = TEXTS.into_iter().find(|texts| texts.0 == rule).unwrap();
    Finding {
        rule: rule.to_owned(),
        level,
        path: path.to_owned(),
        anchor: String::new(),
        location: Location { file: file.map(str::to_owned), line: file.map(|_| line), column: file.map(|_| 7) },
        container: container.map(str::to_owned),
        child: None,
        problem: problem.to_owned(),
        remedy: remedy.to_owned(),
        fix,
        changes: if fix == Fix::Made { vec![format!("{path} removed")] } else { Vec::new() },
        edits: Vec::new(),
        exempt: None,
        baseline: None,
        link: Some(rule_page(rule)),
        fingerprint: String::new(),
    }
}

/// An object in a file, with its findings.
pub fn object(kind: &str, name: &str, place: (&str, usize), rows: &[Row]) -> Object {
    let (namespace, name) = name.split_once('/').map_or((None, name), |(namespace, name)| (Some(namespace), name));
    let api_version = match kind {
        "Pod" | "Service" | "ConfigMap" => "v1",
        "CronJob" | "Job" => "batch/v1",
        "NetworkPolicy" => "networking.k8s.io/v1",
        "Prometheus" => "monitoring.coreos.com/v1",
        _ => "apps/v1",
    };
    let mut object = Object::new(api_version, kind, namespace, name);
    object.location = Location::new(place.0, place.1, 1);
    object.workload = !matches!(kind, "Service" | "ConfigMap" | "NetworkPolicy" | "Depoyment");
    object.findings = rows.iter().map(|row| finding(Some(place.0), row)).collect();
    object
}

fn objects() -> Vec<Object> {
    use Fix::{Admission, Available, Made, Manual};
    use Level::{Deny, Warn};
    let mut web = object(
        "Deployment",
        "shop/web",
        ("shop/web.yaml", 1),
        &[
            Row(
                "requests-equal-limits",
                Deny,
                "spec.template.spec.containers[0].resources.requests.cpu",
                24,
                Some("web"),
                Available,
            ),
            Row(
                "missing-resources",
                Warn,
                "spec.template.spec.containers[1].resources",
                31,
                Some("log-shipper"),
                Manual,
            ),
        ],
    );
    web.children = (0..3)
        .map(|number| Child {
            kind: "Pod".to_owned(),
            name: format!("web-5f6d-{number}"),
            location: Location::new("shop/live.yaml", 10 * number + 1, 3),
        })
        .collect();
    web.findings[0].edits =
        vec![Edit { start_line: 24, start_column: 18, end_line: 24, end_column: 22, text: "200m".to_owned() }];
    web.findings[0].changes = vec!["resources.requests.cpu was 100m, set to 200m".to_owned()];
    let mut child = finding(
        Some("shop/live.yaml"),
        &Row("host-port", Deny, "spec.containers[0].ports[0].hostPort", 15, Some("web"), Available),
    );
    child.child = Some("Pod shop/web-5f6d-1".to_owned());
    web.findings.push(child);
    let exporter = object(
        "DaemonSet",
        "monitoring/node-exporter",
        ("monitoring/node-exporter.yaml", 1),
        &[
            Row("daemonset", Deny, "kind", 2, None, Manual),
            Row("host-pid", Deny, "spec.template.spec.hostPID", 17, None, Manual),
            Row(
                "host-port",
                Deny,
                "spec.template.spec.containers[0].ports[0].hostPort",
                25,
                Some("node-exporter"),
                Available,
            ),
            Row("volume-type", Deny, "spec.template.spec.volumes[0].hostPath", 35, None, Manual),
        ],
    );
    let mut backup = object(
        "CronJob",
        "shop/backup",
        ("shop/backup.yaml", 1),
        &[Row(
            "init-containers",
            Deny,
            "spec.jobTemplate.spec.template.spec.initContainers[0]",
            18,
            Some("wait"),
            Manual,
        )],
    );
    backup.findings[0].exempt =
        Some(Exemption { by: ExemptBy::Comment, reason: Some("runs on managed nodes until March".to_owned()) });
    let mut agent = object(
        "Deployment",
        "monitoring/agent",
        ("monitoring/agent.yaml", 1),
        &[Row("host-pid", Deny, "spec.template.spec.hostPID", 14, None, Manual)],
    );
    agent.placement = Some(Placement::Managed);
    agent.verdict = Verdict::StaysOnManagedNodes;
    agent.findings.clear();
    let mut prometheus = object("Prometheus", "monitoring/main", ("monitoring/prometheus.yaml", 1), &[]);
    prometheus.verdict = Verdict::NotLookedInto;
    prometheus.reason = Some("its operator makes pods from settings that no rule knows".to_owned());
    let mut misspelt = object("Depoyment", "shop/typo", ("shop/typo.yaml", 1), &[]);
    misspelt.verdict = Verdict::NotLookedInto;
    misspelt.did_you_mean = Some("Deployment".to_owned());
    let mut config = object("ConfigMap", "shop/config", ("shop/config.yaml", 1), &[]);
    config.verdict = Verdict::WithoutPods;
    let mut not_asked = object("Deployment", "kube-system/coredns", ("system/coredns.yaml", 1), &[]);
    not_asked.verdict = Verdict::NotAsked;
    not_asked.reason = Some("the policy's namespaceSelector leaves kube-system out".to_owned());
    let mut policy = object(
        "NetworkPolicy",
        "shop/default-deny",
        ("shop/network.yaml", 4),
        &[Row("network-policy", Deny, "kind", 5, None, Manual)],
    );
    policy.advice = Some("To keep it on managed nodes instead, say so in its namespace.".to_owned());
    vec![
        web,
        object("Service", "shop/web", ("shop/web.yaml", 40), &[]),
        policy,
        backup,
        object("Deployment", "shop/cart", ("shop/cart.yaml", 1), &[]),
        object(
            "Deployment",
            "shop/mail",
            ("shop/mail.yaml", 1),
            &[Row("missing-resources", Warn, "spec.template.spec.containers[0].resources", 12, Some("mail"), Manual)],
        ),
        object(
            "StatefulSet",
            "shop/queue",
            ("shop/queue.yaml", 1),
            &[Row(
                "termination-grace-period",
                Deny,
                "spec.template.spec.terminationGracePeriodSeconds",
                20,
                None,
                Made,
            )],
        ),
        object(
            "Pod",
            "shop/probe",
            ("shop/probe.yaml", 1),
            &[Row("termination-grace-period", Deny, "spec.terminationGracePeriodSeconds", 9, None, Admission)],
        ),
        exporter,
        agent,
        prometheus,
        misspelt,
        config,
        not_asked,
    ]
}

/// The report.
pub fn report() -> Report {
    let digest = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a".to_owned();
    let mut report = Report::new(Settings { digest, source: None });
    report.objects = objects();
    for (rule, summary, _, remedy) in TEXTS {
        let help = format!("Do this: {remedy}.");
        let info = RuleInfo { summary: summary.to_owned(), help, link: Some(rule_page(rule)) };
        report.rules.insert(rule.to_owned(), info);
    }
    report.unreadable = vec![Unreadable {
        location: Location::new("shop/broken.yaml", 14, 3),
        object: None,
        reason: "did not find expected key\nwhile parsing a block mapping that starts in line 12".to_owned(),
    }];
    report.skipped = vec![Skipped {
        reason: "without apiVersion and kind".to_owned(),
        count: 7,
        examples: (1..=7).map(|number| format!("charts/values-{number}.yaml")).collect(),
    }];
    report.files = vec![FileFix::LeftAlone {
        file: "shop/anchors.yaml".to_owned(),
        line: 8,
        reason: "the field comes from an anchor that other fields use too".to_owned(),
    }];
    report.ignores = vec![IgnoreProblem {
        location: Location::new(".oke-vn.yaml", 9, 5),
        problem: "nothing is left to ignore for host-ipc: remove it".to_owned(),
    }];
    report.finish();
    report
}

/// The report of an earlier day: a finding less, and two that are gone by now.
pub fn before() -> Report {
    let mut report = report();
    report.objects.retain(|object| object.name != "default-deny");
    let cart = Row("host-pid", Level::Deny, "spec.template.spec.hostPID", 11, None, Fix::Manual);
    let mail = Row(
        "host-port",
        Level::Deny,
        "spec.template.spec.containers[0].ports[0].hostPort",
        16,
        Some("mail"),
        Fix::Available,
    );
    for (name, row) in [("cart", cart), ("mail", mail)] {
        let object = report.objects.iter_mut().find(|object| object.name == name).unwrap();
        let file = object.location.file.clone();
        object.findings.push(finding(file.as_deref(), &row));
    }
    report.finish();
    report
}
