//! The library behind `oke-vn`: Kubernetes manifests, judged by the policy.
//!
//! The rules are in the policy crate, which Kubewarden loads as a wasm module. Here the same crate is compiled for this
//! machine. Tests hold that both answer alike.
//!
//! The way of a manifest: [`files`] finds and reads files, [`manifests`] cuts them into [`object`]s, with [`yaml`] and
//! [`json`] reading them into [`node`]s that know their lines; [`request`] wraps an object as the API server does;
//! [`judge`] asks the policy, which may look things up in a [`cluster`]; [`check`] puts the verdicts together; [`fix`]
//! makes the changes that the policy proposes, with [`edit`]; [`report`] prints it all. [`explain`] prints the page of a
//! rule. [`output`] has the formats of reports.

pub mod check;
pub mod cluster;
pub mod edit;
pub mod explain;
pub mod files;
pub mod fix;
pub mod json;
pub mod judge;
pub mod kinds;
pub mod manifests;
mod markdown;
pub mod node;
pub mod object;
pub mod output;
mod pages;
mod parallel;
pub mod path;
pub mod report;
pub mod request;
pub mod settings;
pub mod yaml;
