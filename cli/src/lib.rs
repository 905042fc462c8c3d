//! The library behind `oke-vn`: Kubernetes manifests, judged by the policy.
//!
//! The rules are in the policy crate, which Kubewarden loads as a wasm module. Here the same crate is compiled for this
//! machine. Tests hold that both answer alike.
//!
//! The way of a manifest: [`input`] finds and reads files and cuts them into [`object`]s, with [`yaml`] and [`json`]
//! reading them into [`node`]s that know their lines; [`request`] wraps an object as the API server does;
//! [`judge`] asks the policy, which may look things up in a [`cluster`]; [`check`] puts the verdicts together; [`fix`]
//! makes the changes that the policy proposes, with [`edit`]; [`convert`] makes a report of it, and [`output`] writes
//! reports. [`explain`] prints the page of a rule, and [`plan`] says what Pods are given on virtual nodes and what that
//! costs.

pub mod asked;
pub mod check;
pub mod cluster;
pub mod convert;
pub mod edit;
pub mod explain;
pub mod fix;
pub mod fold;
pub mod input;
pub mod json;
pub mod judge;
pub mod kinds;
mod markdown;
pub mod node;
pub mod object;
pub mod output;
pub mod owners;
mod pages;
mod parallel;
pub mod path;
pub mod plan;
pub mod policy;
pub mod progress;
pub mod request;
#[cfg(feature = "cluster")]
pub mod scan;
pub mod settings;
pub mod write;
pub mod yaml;
