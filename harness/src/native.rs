//! The policy compiled for this machine. Only this file calls the policy's API.

use oke_virtual_nodes_policy::cluster::{Cluster as PolicyCluster, LookupError};

use crate::sample::{Answers, Cluster, NoAnswer};

impl PolicyCluster for Cluster {
    fn ask(&self, capability: &str, question: &str) -> Result<Vec<u8>, LookupError> {
        Cluster::ask(self, capability, question).map_err(|reason| match reason {
            NoAnswer::Missing => LookupError::Missing,
            NoAnswer::Failed => LookupError::Failed,
        })
    }
}

/// Returns the response to a payload, and the policy's questions.
#[must_use]
pub fn validate(payload: &[u8], answers: &Answers) -> (Vec<u8>, Vec<String>) {
    let cluster = Cluster::new(answers);
    let response = oke_virtual_nodes_policy::validate(&cluster, payload);
    (response.to_json().into_bytes(), cluster.questions())
}
