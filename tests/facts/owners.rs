//! Owners: what a request says of them means nothing until the API server has stored it.

use serde_json::{Value, json};

use crate::common::{bad_spec, controller, good_spec, kind_named, update};
use crate::support::{assert_accepted, assert_denied};

#[test]
fn nobody_changes_a_workload_by_giving_it_an_owner() {
    for (kind, owner) in
        [("ReplicaSet", controller("apps/v1", "Deployment")), ("Job", controller("batch/v1", "CronJob"))]
    {
        let kind = kind_named(kind);
        let object = |spec: Value, owners: Value| {
            let mut object = kind.object(spec);
            object["metadata"]["ownerReferences"] = owners;
            object
        };
        let none = json!([]);
        let owned = json!([owner]);
        let request =
            |old: &Value, new: &Value| update(&object(bad_spec(), new.clone()), &object(good_spec(), old.clone()));
        assert_denied(&request(&none, &none), &json!({}), "host-pid");
        assert_denied(&request(&none, &owned), &json!({}), "host-pid");
        assert_accepted(&request(&owned, &owned), &json!({}));
        assert_accepted(&request(&owned, &none), &json!({}));
    }
}
