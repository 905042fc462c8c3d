//! Custom workloads: for every kind and every place of a pod template, what is found, and what is not.

mod common;

use common::{assert_nothing, custom, findings};
use serde_json::json;

#[test]
fn every_template_of_every_kind_is_judged() {
    let mut wrong = Vec::new();
    for case in custom::cases() {
        let found = findings(&case.request, &case.settings);
        let mut paths: Vec<String> =
            found.into_iter().filter(|found| found.rule == "host-pid").map(|found| found.path).collect();
        paths.sort();
        if paths != case.found {
            wrong.push(format!("{}: expected {:?}, found {paths:?}", case.name, case.found));
        }
    }
    assert_nothing(&wrong);
}

#[test]
fn a_kind_of_the_same_name_in_another_group_is_not_judged() {
    for info in custom::rows() {
        let bad = custom::spec(&json!({"hostPID": true}));
        let specs: Vec<_> = custom::places(info).into_iter().map(|place| (place, bad.clone())).collect();
        let mut request = custom::request(info, &custom::object(info, &specs), None);
        request["kind"]["group"] = json!("other.example.com");
        assert!(findings(&request, &json!({})).is_empty(), "{}", info.name);
    }
}
