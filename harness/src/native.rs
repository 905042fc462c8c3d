//! The policy compiled for this machine. The only file of this crate that calls the policy's own API.

use oke_virtual_nodes_policy::lookups::{Cluster as PolicyCluster, Unanswered};
use oke_virtual_nodes_policy::policy;

use crate::sample::{Answers, Cluster, NoAnswer};

impl PolicyCluster for Cluster {
    fn ask(&self, capability: &str, question: &str) -> Result<Vec<u8>, Unanswered> {
        Cluster::ask(self, capability, question).map_err(|reason| match reason {
            NoAnswer::Missing => Unanswered::Missing,
            NoAnswer::Failed => Unanswered::Failed,
        })
    }
}

/// The bytes of the response to a payload, and the questions that were asked.
#[must_use]
pub fn validate(payload: &[u8], answers: &Answers) -> (Vec<u8>, Vec<String>) {
    let cluster = Cluster::new(answers);
    let response = policy::validate_in(&cluster, payload);
    // The response is written as the module writes it. There is nothing in it that JSON cannot hold.
    (serde_json::to_vec(&response).unwrap_or_default(), cluster.questions())
}
