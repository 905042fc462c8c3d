//! Requests around what a dimension has many of, as JSON.

/// The entries of a list.
pub fn many(count: usize, entry: impl Fn(usize) -> String) -> String {
    (0..count).map(entry).collect::<Vec<_>>().join(",")
}

fn request(group: &str, kind: &str, rest: &str) -> String {
    let kind = format!(r#""kind":{{"group":"{group}","version":"v1","kind":"{kind}"}}"#);
    let sender = r#""userInfo":{"username":"jane","groups":["a"]}"#;
    format!(r#"{{"uid":"u",{kind},"name":"web","namespace":"shop",{sender},{rest}}}"#)
}

/// The request that creates an object of a kind; `object` are its members.
pub fn create(group: &str, kind: &str, object: &str) -> String {
    request(group, kind, &format!(r#""operation":"CREATE","object":{{{object}}}"#))
}

/// The request that changes an object of a kind; the last parameter are the members of the old one and of the new one.
pub fn update(group: &str, kind: &str, sub_resource: &str, (old, new): (&str, &str)) -> String {
    let objects = format!(r#""object":{{{new}}},"oldObject":{{{old}}}"#);
    request(group, kind, &format!(r#""operation":"UPDATE","subResource":"{sub_resource}",{objects}"#))
}

/// The members of a Pod with these members of its spec.
pub fn pod_with(spec: &str) -> String {
    format!(r#""apiVersion":"v1","kind":"Pod","metadata":{{"name":"web","namespace":"shop"}},"spec":{{{spec}}}"#)
}

/// The request that creates a Pod with these members of its spec.
pub fn pod(spec: &str) -> String {
    create("", "Pod", &pod_with(spec))
}

/// The request that creates a Deployment whose pods have these members of their spec.
pub fn deployment(spec: &str) -> String {
    create("apps", "Deployment", &format!(r#""metadata":{{"name":"web"}},"spec":{{"template":{{"spec":{{{spec}}}}}}}"#))
}

/// The request that creates a JobSet with these jobs and templates of claims.
pub fn job_set(jobs: &str, claims: &str) -> String {
    let claims = format!(r#""volumeClaimPolicies":[{{"templates":[{claims}]}}]"#);
    create("jobset.x-k8s.io", "JobSet", &format!(r#""spec":{{"replicatedJobs":[{jobs}],{claims}}}"#))
}

/// The request that creates a PyTorchJob with these members of its replicas.
pub fn torch_job(replicas: &str) -> String {
    create("kubeflow.org", "PyTorchJob", &format!(r#""spec":{{"pytorchReplicaSpecs":{{{replicas}}}}}"#))
}

/// The only container, with these members.
pub fn container(members: &str) -> String {
    format!(r#""containers":[{{"name":"a","image":"i",{members}}}]"#)
}

/// The only container, with these requests and limits.
pub fn resources(requests: &str, limits: &str) -> String {
    container(&format!(r#""resources":{{"requests":{{{requests}}},"limits":{{{limits}}}}}"#))
}

/// A list of containers with these entries.
pub fn containers(list: &str, entries: &str) -> String {
    format!(r#""{list}":[{entries}]"#)
}

/// The node affinity that requires one of these terms.
pub fn terms(terms: &str) -> String {
    let required = format!(r#""requiredDuringSchedulingIgnoredDuringExecution":{{"nodeSelectorTerms":[{terms}]}}"#);
    format!(r#""containers":[],"affinity":{{"nodeAffinity":{{{required}}}}}"#)
}

/// The node affinity that requires these expressions.
pub fn expressions(expressions: &str) -> String {
    terms(&format!(r#"{{"matchExpressions":[{expressions}]}}"#))
}
