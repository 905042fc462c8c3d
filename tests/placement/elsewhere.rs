//! What belongs to no pod, in a cluster that has both kinds of nodes.

use serde_json::{Value, json};

use crate::common;
use crate::common::{
    CONNECTIONS, annotation, answer, connect, create, good_spec, kind_named, message, overlay, update, yaml,
};
use crate::support::mixed;

/// Objects that belong to no pod, in each of which something is denied where all nodes are virtual.
fn objects_of_no_pod() -> Vec<Value> {
    let mut objects: Vec<Value> = yaml(
        r#"
- apiVersion: v1
  kind: Service
  metadata: {name: web, namespace: shop}
  spec: {type: LoadBalancer, externalTrafficPolicy: Local, ports: [{port: 80}]}
- {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web, namespace: shop}, spec: {podSelector: {}}}
- {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data, namespace: shop}, spec: {storageClassName: oci-bv}}
- {apiVersion: v1, kind: PersistentVolume, metadata: {name: data}, spec: {nfs: {server: files.example.com, path: /}}}
- {apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {istio-injection: enabled}}}
- {apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: web, namespace: shop}, spec: {}}
- {apiVersion: policy.networking.k8s.io/v1alpha1, kind: AdminNetworkPolicy, metadata: {name: web}, spec: {}}
"#,
    );
    objects.iter_mut().map(Value::take).collect()
}

#[test]
fn what_belongs_to_no_pod_warns_instead_of_denying() {
    let mut requests: Vec<_> = objects_of_no_pod().iter().map(create).collect();
    requests.extend(CONNECTIONS.map(connect));
    for request in requests {
        let denied = answer(&request, &json!({}));
        assert_eq!(denied["code"], 403, "{request}");
        let warned = answer(&request, &mixed(&Value::Null));
        assert_eq!(warned["accepted"], true, "{request}");
        let lines: Vec<_> = message(&denied).lines().filter_map(|line| line.strip_prefix("- ")).collect();
        let lines: Vec<_> = lines.into_iter().map(|line| common::cut(line, 256)).collect();
        let expected = json!({
            "accepted": true,
            "message": lines.join("\n"),
            "warnings": lines,
            "audit_annotations": {"warned": annotation(&denied, "denied")},
        });
        assert_eq!(warned, expected, "{request}");
    }
}

#[test]
fn what_belongs_to_no_pod_warns_whatever_its_level_and_its_past() {
    let settings = |level: &str| {
        let mut settings = mixed(&Value::Null);
        settings["rules"] = json!({"external-traffic-policy": level, "config-propagation": level});
        settings
    };
    let service = objects_of_no_pod().remove(0);
    let config = |value: &str| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web", "namespace": "shop"}, "data": {"a": value}});
    for (request, id) in [
        (create(&service), "external-traffic-policy"),
        (update(&service, &service), "external-traffic-policy"),
        (update(&config("2"), &config("1")), "config-propagation"),
    ] {
        for (level, warned) in [("deny", id), ("warn", id), ("off", "")] {
            let response = answer(&request, &settings(level));
            assert_eq!(response["accepted"], true, "{level}: {request}");
            assert_eq!(annotation(&response, "warned"), warned, "{level}: {request}");
        }
    }
}

#[test]
fn services_are_not_fixed_among_managed_nodes() {
    let service = objects_of_no_pod().remove(0);
    let on = json!({"mutate": "full", "mutateTemplates": true});
    let fixed = answer(&create(&service), &on);
    assert_eq!(annotation(&fixed, "fixed"), "external-traffic-policy,load-balancer-security-list");
    let mut settings = mixed(&Value::Null);
    overlay(&mut settings, &on);
    settings["rules"] = json!({"external-traffic-policy": {"mutate": true}});
    let response = answer(&create(&service), &settings);
    assert_eq!(response["mutated_object"], Value::Null);
    assert_eq!(annotation(&response, "warned"), "external-traffic-policy");
    assert!(!message(&response).contains("would be"), "{response}");

    // Pods are.
    let mut spec = good_spec();
    spec["terminationGracePeriodSeconds"] = json!(60);
    let response = answer(&create(&kind_named("Pod").object(spec.clone())), &settings);
    assert_eq!(response["mutated_object"]["spec"]["terminationGracePeriodSeconds"], 30);
    // Unless they cannot land.
    spec["nodeSelector"] = json!({"pool": "managed"});
    assert_eq!(answer(&create(&kind_named("Pod").object(spec)), &settings), json!({"accepted": true}));
}
