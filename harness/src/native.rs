//! The policy compiled for this machine. The only file of this crate that calls the policy's own API.

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

/// The bytes of the response to a payload, and the questions that were asked.
#[must_use]
pub fn validate(payload: &[u8], answers: &Answers) -> (Vec<u8>, Vec<String>) {
    let cluster = Cluster::new(answers);
    let response = oke_virtual_nodes_policy::validate(&cluster, payload);
    (response.to_json().into_bytes(), cluster.questions())
}
